//! The admin UI at `/_/`: files embedded at build time, packed as browsers want them.

use std::borrow::Cow;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};

use super::Services;
use super::ask;
use super::error::{Answer, Failure};
use super::public;
use super::squeeze::{self, Coding};
use crate::error::Error;

/// Stricter than the protocol's original: nothing is loaded from elsewhere.
const CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; \
     script-src 'self'; frame-ancestors 'none'",
);
/// File names carry a hash of their content, so they never change.
const FOREVER: HeaderValue = HeaderValue::from_static("max-age=1209600, stale-while-revalidate=86400");
const FRESH: HeaderValue = HeaderValue::from_static("no-cache");

/// The files; none when the UI was not built. What can be packed is there as `.gz` only: brotli beside it would make the
/// binary larger by half a megabyte, and browsers take it by HTTPS alone.
#[cfg(feature = "ui")]
#[derive(rust_embed::RustEmbed)]
#[folder = "admin-ui/build"]
#[allow_missing = true]
#[exclude = "*.br"]
#[exclude = "*.css"]
#[exclude = "*.html"]
#[exclude = "*.js"]
#[exclude = "*.json"]
#[exclude = "*.svg"]
struct Files;

pub fn routes(config: &mut web::ServiceConfig) {
    let redirect = || async { HttpResponse::TemporaryRedirect().insert_header((LOCATION, "/_/")).finish() };
    config.service(web::resource("/_").route(web::get().to(redirect)).default_service(web::to(public::answer)));
    let files = web::resource("/_/{path:.*}").route(web::get().to(file));
    config.service(files.default_service(web::to(public::answer)));
}

async fn file(request: HttpRequest, path: web::Path<String>, services: web::Data<Services>) -> Answer {
    ask::enter(&services, &request).await?;
    let path = if path.is_empty() { "index.html" } else { path.as_str() };
    let wanted = Coding::accepted(request.headers(), &[Coding::Gzip]);
    let Some((bytes, coding)) = embedded(path, wanted) else { return Err(missing(path)) };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_SECURITY_POLICY, CSP));
    answer.insert_header((CACHE_CONTROL, if path == "index.html" { FRESH } else { FOREVER }));
    answer.content_type(mime_guess::from_path(path).first_or_octet_stream().as_ref());
    if let Some(coding) = coding {
        answer.insert_header((CONTENT_ENCODING, coding.name()));
    }
    let mut answer = match bytes {
        Cow::Borrowed(bytes) => answer.body(bytes),
        Cow::Owned(bytes) => answer.body(bytes),
    };
    squeeze::vary(answer.headers_mut());
    Ok(answer)
}

/// A file as it is wanted, or plain.
#[cfg(feature = "ui")]
fn embedded(path: &str, wanted: Option<Coding>) -> Option<(Cow<'static, [u8]>, Option<Coding>)> {
    use std::io::Read as _;

    let get = |ending| Files::get(&format!("{path}{ending}")).map(|file| file.data);
    if let Some(bytes) = get("") {
        return Some((bytes, None));
    }
    let packed = get(".gz")?;
    if wanted.is_some() {
        return Some((packed, wanted));
    }
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&*packed).read_to_end(&mut plain).ok()?;
    Some((plain.into(), None))
}

#[cfg(not(feature = "ui"))]
fn embedded(_: &str, _: Option<Coding>) -> Option<(Cow<'static, [u8]>, Option<Coding>)> {
    None
}

/// Says which of the two it is: a file the UI does not have, or a server without UI.
fn missing(path: &str) -> Failure {
    let message = if path == "index.html" {
        "This server was built without the admin UI. The API is at /api/."
    } else {
        "File not found."
    };
    Failure(Error::not_found(message))
}
