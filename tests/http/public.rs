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
        let zipped = app.call(GUEST, "GET /_/").header("Accept-Encoding", "gzip, br").await;
        assert_eq!(zipped.is(200).header("content-encoding"), "gzip");
        assert!(zipped.header("vary").to_lowercase().contains("accept-encoding"), "{}", zipped.header("vary"));
        assert!(zipped.body.starts_with(&[0x1f, 0x8b]));
    } else {
        answer.refuses(404, "This server was built without the admin UI. The API is at /api/.");
    }
    app.call(GUEST, "GET /_/nothing.js").await.refuses(404, "File not found.");
    app.call(GUEST, "POST /_/").await.refuses(404, "The requested resource wasn't found.");
    let bare = app.call(GUEST, "GET /_").await;
    assert_eq!((bare.status, bare.header("location")), (307, "/_/"));
}
