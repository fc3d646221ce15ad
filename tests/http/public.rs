//! The public directory at `/` and the dashboard at `/_/`.

use crate::support::{GUEST, TestApp};

async fn with_files() -> TestApp {
    let app = TestApp::start().await;
    let public = app.dir().join("public");
    std::fs::create_dir_all(public.join("docs")).unwrap();
    std::fs::write(public.join("index.html"), "home").unwrap();
    std::fs::write(public.join("a b.txt"), "0123456789").unwrap();
    std::fs::write(public.join("docs/index.html"), "docs").unwrap();
    std::fs::write(app.dir().join("outside.txt"), "outside").unwrap();
    std::os::unix::fs::symlink(app.dir().join("outside.txt"), public.join("link.txt")).unwrap();
    app
}

#[tokio::test]
async fn files_and_indexes_are_served() {
    let app = with_files().await;
    assert_eq!(app.call(GUEST, "GET /").await.is(200).text(), "home");
    assert_eq!(app.call(GUEST, "GET /docs/").await.is(200).text(), "docs");
    let file = app.call(GUEST, "GET /a%20b.txt").await;
    assert_eq!(file.is(200).text(), "0123456789");
    assert!(file.header("content-type").starts_with("text/plain"));
    assert!(!file.header("last-modified").is_empty());
    let part = app.call(GUEST, "GET /a%20b.txt").header("Range", "bytes=2-4").await;
    assert_eq!(part.is(206).text(), "234");
    assert!(app.call(GUEST, "HEAD /a%20b.txt").await.is(200).body.is_empty());
}

#[tokio::test]
async fn one_thing_has_one_path() {
    let app = with_files().await;
    for (line, status, location) in [
        ("GET /docs", 301, "/docs/"),
        ("GET /docs/index.html", 301, "/docs/"),
        ("GET /index.html", 301, "/"),
        ("GET /a%20b.txt/", 301, "/a%20b.txt"),
        ("GET /docs?x=1", 301, "/docs/?x=1"),
        ("GET //docs//", 307, "/docs/"),
        ("GET //evil.example", 307, "/evil.example"),
    ] {
        let answer = app.call(GUEST, line).await;
        assert_eq!((answer.status, answer.header("location")), (status, location), "{line}");
    }
}

#[tokio::test]
async fn what_is_missing_is_the_root_index_or_404() {
    let app = with_files().await;
    assert_eq!(app.call(GUEST, "GET /some/app/route").await.is(200).text(), "home");
    let strict = TestApp::start_with(|config| config.http.index_fallback = false).await;
    strict.call(GUEST, "GET /some/app/route").await.refuses(404, "File not found.");
    strict.call(GUEST, "GET /").await.refuses(404, "File not found.");
}

/// Security case 20.
#[tokio::test]
async fn nothing_outside_is_ever_served() {
    let app = with_files().await;
    for path in [
        "/../outside.txt",
        "/docs/../../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/%2e%2e%2foutside.txt",
        "/docs/%2e%2e/%2e%2e/outside.txt",
        "/..%5coutside.txt",
        "/..\\outside.txt",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/link.txt",
        "/a%00b",
        "/%c0%ae%c0%ae/outside.txt",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = app.raw(request.as_bytes()).await;
        assert!(
            !answer.contains("outside\r\n") && !answer.ends_with("outside") && !answer.contains("root:"),
            "{path}: {answer}"
        );
    }
}

#[tokio::test]
async fn the_dashboard_is_there_or_says_that_it_is_not() {
    let app = TestApp::start().await;
    let answer = app.call(GUEST, "GET /_/").await;
    if answer.status == 200 {
        assert!(answer.header("content-type").starts_with("text/html"));
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("cache-control"), "no-cache");
        for (accepted, coding) in [("gzip, br", "gzip"), ("gzip", "gzip"), ("br, gzip;q=0", ""), ("zstd", "")] {
            let packed = app.call(GUEST, "GET /_/").header("Accept-Encoding", accepted).await;
            assert_eq!(packed.is(200).header("content-encoding"), coding, "{accepted}");
            assert!(packed.headers.get_all("vary").iter().any(|value| value == "Accept-Encoding"));
            if coding == "gzip" {
                assert_eq!(unzipped(&packed.body), answer.body);
            }
        }
    } else {
        answer.refuses(404, "This server was built without the admin UI. The API is at /api/.");
    }
    app.call(GUEST, "GET /_/nothing.js").await.refuses(404, "File not found.");
    app.call(GUEST, "POST /_/").await.refuses(404, "The requested resource wasn't found.");
    let bare = app.call(GUEST, "GET /_").await;
    assert_eq!((bare.status, bare.header("location")), (307, "/_/"));
}

fn unzipped(bytes: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
    plain
}

#[tokio::test]
async fn a_file_that_did_not_change_is_not_sent_again() {
    let app = with_files().await;
    let file = app.call(GUEST, "GET /a%20b.txt").await;
    let (tag, modified) = (file.header("etag"), file.header("last-modified"));
    assert!(tag.starts_with('"'), "{tag}");
    for (name, value, status) in [
        ("If-None-Match", tag, 304),
        ("If-None-Match", "\"other\"", 200),
        ("If-Modified-Since", modified, 304),
        ("If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT", 200),
        ("If-Match", "\"other\"", 412),
    ] {
        let answer = app.call(GUEST, "GET /a%20b.txt").header(name, value).await;
        assert_eq!(answer.is(status).body.is_empty(), status != 200, "{name}: {value}");
    }
}

#[tokio::test]
async fn parts_of_files_are_answered_as_asked() {
    let app = with_files().await;
    for (range, status, body, extent) in [
        ("bytes=2-4", 206, "234", "bytes 2-4/10"),
        ("bytes=7-", 206, "789", "bytes 7-9/10"),
        ("bytes=-2", 206, "89", "bytes 8-9/10"),
        ("bytes=10-", 416, "", "bytes */10"),
    ] {
        let part = app.call(GUEST, "GET /a%20b.txt").header("Range", range).await;
        assert_eq!((part.is(status).text().as_str(), part.header("content-range")), (body, extent), "{range}");
    }
    let whole = app.call(GUEST, "GET /a%20b.txt").await;
    assert_eq!(whole.header("accept-ranges"), "bytes");
}

#[tokio::test]
async fn pages_are_asked_for_again_and_what_never_changes_is_kept() {
    let app = with_files().await;
    let public = app.dir().join("public");
    std::fs::create_dir_all(public.join("_app/immutable")).unwrap();
    std::fs::write(public.join("_app/immutable/x.1a2b.js"), "x").unwrap();
    std::fs::write(public.join("about.html"), "about").unwrap();
    for (line, cache) in [
        ("GET /", "no-cache"),
        ("GET /about.html", "no-cache"),
        ("GET /some/app/route", "no-cache"),
        ("GET /immutable/app/route", "no-cache"),
        ("GET /_app/immutable/x.1a2b.js", "public, max-age=31536000, immutable"),
        ("GET /a%20b.txt", ""),
    ] {
        assert_eq!(app.call(GUEST, line).await.is(200).header("cache-control"), cache, "{line}");
    }
}

#[tokio::test]
async fn a_file_is_sent_packed_where_that_lies_beside_it() {
    let app = with_files().await;
    let public = app.dir().join("public");
    std::fs::write(public.join("app.js"), "plain").unwrap();
    std::fs::write(public.join("app.js.br"), "brotli").unwrap();
    std::fs::write(public.join("app.js.gz"), "gzip").unwrap();
    std::fs::write(public.join("one.css"), "plain").unwrap();
    std::fs::write(public.join("one.css.gz"), "gzip").unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
    std::fs::write(public.join("new.js"), "plain").unwrap();
    let stale = std::fs::File::create(public.join("new.js.gz")).unwrap();
    stale.set_modified(long_ago).unwrap();
    std::os::unix::fs::symlink(app.dir().join("outside.txt"), public.join("a b.txt.gz")).unwrap();
    let mut tags = std::collections::BTreeSet::new();
    for (path, accepted, body, coding) in [
        ("/app.js", "gzip, deflate, br, zstd", "brotli", "br"),
        ("/app.js", "gzip", "gzip", "gzip"),
        ("/app.js", "br;q=0, gzip;q=0", "plain", ""),
        ("/one.css", "br", "plain", ""),
        ("/one.css", "br, gzip", "gzip", "gzip"),
        ("/new.js", "gzip", "plain", ""),
        ("/a%20b.txt", "gzip", "0123456789", ""),
    ] {
        let answer = app.call(GUEST, &format!("GET {path}")).header("Accept-Encoding", accepted).await;
        assert_eq!((answer.is(200).text().as_str(), answer.header("content-encoding")), (body, coding), "{path}");
        let js = path.ends_with(".js");
        assert!(
            !js || answer.header("content-type").starts_with("text/javascript"),
            "{}",
            answer.header("content-type")
        );
        let varies = answer.headers.get_all("vary").iter().any(|value| value == "Accept-Encoding");
        assert_eq!(varies, ["/app.js", "/one.css"].contains(&path), "{path}");
        tags.insert((path, coding, answer.header("etag").to_string()));
    }
    let different: std::collections::BTreeSet<_> = tags.iter().map(|(.., tag)| tag).collect();
    assert_eq!(different.len(), tags.len(), "each form has a tag of its own");
}

#[tokio::test]
async fn names_with_a_dot_before_them_are_nobodys_business() {
    let app = with_files().await;
    let public = app.dir().join("public");
    for (folder, name) in [(".git", "config"), (".well-known", "security.txt"), ("docs", ".env")] {
        std::fs::create_dir_all(public.join(folder)).unwrap();
        std::fs::write(public.join(folder).join(name), "hush").unwrap();
    }
    std::fs::write(public.join(".well-known/.htaccess"), "hush").unwrap();
    for path in ["/.git/config", "/.git/", "/docs/.env", "/%2egit/config", "/.well-known/.htaccess"] {
        assert_eq!(app.call(GUEST, &format!("GET {path}")).await.is(200).text(), "home", "{path}");
    }
    assert_eq!(app.call(GUEST, "GET /.well-known/security.txt").await.is(200).text(), "hush");
}

#[tokio::test]
async fn the_api_and_the_dashboard_are_never_a_page_of_the_app() {
    let app = with_files().await;
    std::fs::create_dir_all(app.dir().join("public/api")).unwrap();
    std::fs::write(app.dir().join("public/api/nothing"), "home").unwrap();
    for line in ["GET /api/nothing", "GET /api", "GET /api/", "GET /api/v1/nothing", "GET /_/nothing.js"] {
        let answer = app.call(GUEST, line).await;
        answer.refuses(404, "File not found.");
        assert_eq!(answer.header("content-type"), "application/json", "{line}");
    }
    for line in ["POST /some/route", "PUT /", "DELETE /a%20b.txt"] {
        app.call(GUEST, line).await.refuses(404, "The requested resource wasn't found.");
    }
    assert_eq!(app.call(GUEST, "GET /apis").await.is(200).text(), "home");
}
