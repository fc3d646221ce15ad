//! Everything no route took: JSON 404 below `/api`, else the public directory.
//!
//! Files whose names begin with a dot are not there, but for those below `.well-known`. Beside a file may lie the same one
//! packed (`app.js.br`, `app.js.gz`, as build tools write them): it is sent to those who take it, unless it is older.

use std::path::{Path, PathBuf};

use actix_files::NamedFile;
use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, ContentEncoding, HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use mime_guess::Mime;
use percent_encoding::percent_decode_str;

use super::Services;
use super::ask;
use super::config::Config;
use super::error::{Answer, Failure};
use super::squeeze::{self, Coding};
use crate::error::Error;

const INDEX: &str = "index.html";

/// How files may lie packed beside themselves, best first.
const PACKED: [(Coding, ContentEncoding, &str); 2] =
    [(Coding::Brotli, ContentEncoding::Brotli, ".br"), (Coding::Gzip, ContentEncoding::Gzip, ".gz")];

/// Which of them the client takes.
type Taken = [bool; PACKED.len()];

/// The default service.
pub async fn answer(request: HttpRequest, services: web::Data<Services>) -> Answer {
    let path = request.path();
    let not_found = || Failure(Error::not_found("File not found."));
    if let Some(clean) = cleaned(path) {
        return Ok(HttpResponse::TemporaryRedirect().insert_header((LOCATION, with_query(&request, &clean))).finish());
    }
    ask::enter(&services, &request).await?;
    if request.method() != Method::GET {
        return Err(Failure(Error::not_found("")));
    }
    if path == "/api" || path.starts_with("/api/") {
        return Err(not_found());
    }
    let Some(wanted) = decoded(path) else { return Err(not_found()) };
    let config = services.config.clone();
    let taken = PACKED.map(|(coding, ..)| Coding::accepted(request.headers(), &[coding]).is_some());
    let found = web::block(move || look_up(&config, &wanted, taken)).await.map_err(Error::internal)?;
    match found {
        // Looking a file up has opened it, but reading it is left to the pool that actix-files has for that.
        Found::File(found) => {
            let cache = cache(path, found.file.content_type());
            let mut answer = found.file.into_response(&request);
            if let Some(cache) = cache {
                answer.headers_mut().insert(CACHE_CONTROL, cache);
            }
            if found.varies {
                squeeze::vary(answer.headers_mut());
            }
            Ok(answer)
        }
        Found::Elsewhere(path) => {
            Ok(HttpResponse::MovedPermanently().insert_header((LOCATION, with_query(&request, &path))).finish())
        }
        Found::Nothing => Err(not_found()),
    }
}

enum Found {
    File(Box<Open>),
    /// The same thing has another path.
    Elsewhere(String),
    Nothing,
}

struct Open {
    file: NamedFile,
    /// Others may get it packed otherwise.
    varies: bool,
}

/// Pages may change under their address, so they are asked for again (and found unchanged by their tag). What build tools put
/// below `immutable` never changes. About others nothing is said.
fn cache(path: &str, media_type: &Mime) -> Option<HeaderValue> {
    if media_type.essence_str() == "text/html" {
        return Some(HeaderValue::from_static("no-cache"));
    }
    let lasting = path.split('/').any(|segment| segment == "immutable");
    lasting.then(|| HeaderValue::from_static("public, max-age=31536000, immutable"))
}

/// `path` is decoded, begins with `/` and has neither empty nor dotted segments.
fn look_up(config: &Config, path: &str, taken: Taken) -> Found {
    let Ok(root) = config.public_dir.canonicalize() else { return Found::Nothing };
    let trimmed = path.trim_end_matches('/');
    if let Some(directory) = path.strip_suffix("/index.html") {
        return Found::Elsewhere(encoded(&format!("{directory}/")));
    }
    let hidden = |segment: &str| segment.starts_with('.') && segment != ".well-known";
    let full = if path.split('/').any(hidden) { None } else { inside(&root, trimmed) };
    match full.as_deref() {
        Some(full) if full.is_dir() => {
            if !path.ends_with('/') {
                return Found::Elsewhere(encoded(&format!("{path}/")));
            }
            if let Some(file) = open(&root, &full.join(INDEX), taken) {
                return file;
            }
        }
        Some(_) if path.ends_with('/') => return Found::Elsewhere(encoded(trimmed)),
        Some(full) => {
            if let Some(file) = open(&root, full, taken) {
                return file;
            }
        }
        None => {}
    }
    let fallback = config.index_fallback.then(|| open(&root, &root.join(INDEX), taken)).flatten();
    fallback.unwrap_or(Found::Nothing)
}

/// The real path of something that exists and, links followed, still lies below `root`.
fn inside(root: &Path, path: &str) -> Option<PathBuf> {
    let full = root.join(path.trim_start_matches('/')).canonicalize().ok()?;
    full.starts_with(root).then_some(full)
}

fn open(root: &Path, full: &Path, taken: Taken) -> Option<Found> {
    let full = full.canonicalize().ok().filter(|full| full.starts_with(root) && full.is_file())?;
    let file = NamedFile::open(&full).ok()?.disable_content_disposition();
    let beside = PACKED.map(|(_, encoding, ending)| Some((beside(root, &full, ending, &file)?, encoding)));
    let varies = beside.iter().any(Option::is_some);
    let chosen = beside.into_iter().zip(taken).find_map(|(beside, taken)| beside.filter(|_| taken));
    let file = match chosen {
        Some((packed, encoding)) => packed.set_content_type(file.content_type().clone()).set_content_encoding(encoding),
        None => file,
    };
    Some(Found::File(Box::new(Open { file, varies })))
}

/// The same file packed, if it lies there and is not of before.
fn beside(root: &Path, full: &Path, ending: &str, file: &NamedFile) -> Option<NamedFile> {
    let mut path = full.as_os_str().to_owned();
    path.push(ending);
    let path = Path::new(&path).canonicalize().ok().filter(|path| path.starts_with(root) && path.is_file())?;
    let packed = NamedFile::open(path).ok()?.disable_content_disposition();
    (packed.modified() >= file.modified()).then_some(packed)
}

/// The path without `.`, `..` and empty segments, when it has any; a trailing slash stays.
fn cleaned(path: &str) -> Option<String> {
    let odd = |segment: &str| segment.is_empty() || segment == "." || segment == "..";
    let inner = path.strip_prefix('/').unwrap_or(path);
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    if inner.is_empty() && path.len() <= 1 || !inner.is_empty() && !inner.split('/').any(odd) {
        return None;
    }
    let mut kept: Vec<&str> = Vec::new();
    for segment in inner.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            name => kept.push(name),
        }
    }
    let slash = if path.ends_with('/') && !kept.is_empty() { "/" } else { "" };
    Some(format!("/{}{slash}", kept.join("/")))
}

/// Percent-decoded; `None` when that reveals what no file name of ours has.
fn decoded(path: &str) -> Option<String> {
    let text = percent_decode_str(path).decode_utf8().ok()?;
    let bad = |segment: &str| segment == ".." || segment == "." || segment.contains(['\\', '\0']);
    let segments_before = path.matches('/').count();
    let safe = !text.split('/').any(bad) && text.matches('/').count() == segments_before;
    safe.then(|| text.into_owned())
}

fn encoded(path: &str) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    const SET: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?');
    utf8_percent_encode(path, SET).to_string()
}

fn with_query(request: &HttpRequest, path: &str) -> String {
    // Two slashes at the start would name another host.
    let path = format!("/{}", path.trim_start_matches('/'));
    match request.query_string() {
        "" => path,
        query => format!("{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_segments_are_cleaned_away() {
        for (path, clean) in [
            ("/", None),
            ("/a/b", None),
            ("/a/", None),
            ("//", Some("/")),
            ("//evil.example/x", Some("/evil.example/x")),
            ("/a//b", Some("/a/b")),
            ("/a/../b", Some("/b")),
            ("/../../etc/passwd", Some("/etc/passwd")),
            ("/a/./b/", Some("/a/b/")),
            ("/a/..", Some("/")),
        ] {
            assert_eq!(cleaned(path).as_deref(), clean, "{path}");
        }
    }

    #[test]
    fn encoded_escapes_do_not_pass() {
        for path in ["/%2e%2e/x", "/a/%2E%2E/x", "/..%2fx", "/a%2fb", "/a%5cb", "/a%00", "/%ff"] {
            assert_eq!(decoded(path), None, "{path}");
        }
        assert_eq!(decoded("/a%20b").as_deref(), Some("/a b"));
    }
}
