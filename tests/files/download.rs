//! Serving: headers, parts, conditions, and who may not.

use serde_json::json;

use super::{add, albums, get, path};
use crate::support::{GUEST, SUPERUSER};

#[tokio::test]
async fn a_file_comes_with_everything_that_makes_it_harmless() {
    let app = albums().await;
    for (name, bytes, kind, way) in [
        ("a.txt", &b"hello"[..], "text/plain; charset=utf-8", "attachment"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png", "inline"),
        (
            "a.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "image/svg+xml",
            "attachment",
        ),
        ("a.png", b"<html><script>alert(1)</script>", "text/html; charset=utf-8", "attachment"),
        ("a.css", b"p { color: red }", "text/css", "attachment"),
        ("a.mjs", b"alert(1)", "text/javascript", "attachment"),
        ("a.pdf", b"%PDF-1.7", "application/pdf", "inline"),
        ("a.bin", b"\0\x01\x02\x03\xfe", "application/octet-stream", "attachment"),
        ("a.txt", b"", "text/plain", "attachment"),
    ] {
        let record = add(&app, "paper", name, bytes).await;
        let file = path(&record, "paper");
        let answer = app.call(GUEST, &get(&file)).await;
        assert_eq!(answer.is(200).body, bytes, "{name}");
        let stored = file.rsplit('/').next().unwrap();
        assert_eq!(answer.header("content-type"), kind, "{name}");
        assert_eq!(answer.header("content-disposition"), format!("{way}; filename=\"{stored}\""));
        assert_eq!(answer.header("cache-control"), "max-age=2592000, stale-while-revalidate=86400");
        let policy = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox";
        assert_eq!(answer.header("content-security-policy"), policy);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("accept-ranges"), "bytes");
        assert!(!answer.headers.contains_key("x-frame-options"), "documents may be shown in frames");
        assert_eq!(answer.header("content-length"), bytes.len().to_string());
        let saved = app.call(GUEST, &get(&format!("{file}?download=1"))).await;
        assert!(saved.is(200).header("content-disposition").starts_with("attachment"));
        let shown = app.call(GUEST, &get(&format!("{file}?download=yes"))).await;
        assert!(shown.is(200).header("content-disposition").starts_with(way));
    }
}

#[tokio::test]
async fn parts_conditions_and_heads() {
    let app = albums().await;
    let large: Vec<u8> = (0..1_000_000u32).map(|n| n as u8).collect();
    let record = add(&app, "paper", "large.bin", &large).await;
    let file = path(&record, "paper");
    let whole = app.call(GUEST, &get(&file)).await;
    assert!(whole.is(200).body == large);
    let modified = whole.header("last-modified").to_string();
    let part = app.call(GUEST, &get(&file)).header("Range", "bytes=10-19").await;
    assert_eq!(part.is(206).body, large[10..20]);
    assert_eq!(part.header("content-range"), "bytes 10-19/1000000");
    let end = app.call(GUEST, &get(&file)).header("Range", "bytes=-5").await;
    assert_eq!(end.is(206).body, large[999_995..]);
    let beyond = app.call(GUEST, &get(&file)).header("Range", "bytes=2000000-").await;
    assert_eq!(beyond.is(416).header("content-range"), "bytes */1000000");
    let known = app.call(GUEST, &get(&file)).header("If-Modified-Since", &modified).await;
    assert!(known.is(304).body.is_empty());
    let stale = app.call(GUEST, &get(&file)).header("If-Modified-Since", "Thu, 01 Jan 2015 00:00:00 GMT").await;
    assert_eq!(stale.is(200).body.len(), large.len());
    let head = app.call(GUEST, &format!("HEAD {file}")).await;
    assert!(head.is(200).body.is_empty());
    assert_eq!(head.header("content-length"), "1000000");
    assert_eq!(app.call(GUEST, &get(&file)).header("Range", "bytes=10-19").await.header("etag"), whole.header("etag"));
    let small = path(&add(&app, "paper", "small.txt", b"0123456789").await, "paper");
    let part = app.call(GUEST, &get(&small)).header("Range", "bytes=2-4").await;
    assert_eq!(part.is(206).body, b"234");
    let head = app.call(GUEST, &format!("HEAD {small}")).await;
    assert_eq!((head.is(200).body.len(), head.header("content-length")), (0, "10"));
}

#[tokio::test]
async fn a_tag_says_whether_it_is_the_file_one_has() {
    let app = albums().await;
    let mut tags = Vec::new();
    for len in [3, 300_000] {
        let file = path(&add(&app, "paper", "a.txt", &vec![b'x'; len]).await, "paper");
        let tag = app.call(GUEST, &get(&file)).await.is(200).header("etag").to_string();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "a strong one: {tag}");
        let ask = |header: &str, value: &str| app.call(GUEST, &get(&file)).header(header, value);
        let fresh = ask("If-None-Match", &tag).await;
        assert!(fresh.is(304).body.is_empty());
        assert_eq!(fresh.header("etag"), tag);
        assert!(fresh.header("cache-control").starts_with("max-age"));
        assert_eq!(ask("If-None-Match", "\"other\"").await.is(200).body.len(), len);
        ask("If-Match", "\"other\"").await.is(412);
        ask("If-Match", &tag).await.is(200);
        let part = ask("If-Range", &tag).header("Range", "bytes=0-1").await;
        assert_eq!(part.is(206).body, b"xx");
        assert_eq!(ask("If-Range", "\"other\"").header("Range", "bytes=0-1").await.is(200).body.len(), len);
        let head = app.call(GUEST, &format!("HEAD {file}")).header("If-None-Match", &tag).await;
        assert_eq!(head.is(304).header("etag"), tag);
        tags.push(tag);
    }
    assert_ne!(tags[0], tags[1]);
}

#[tokio::test]
async fn several_parts_come_in_one_answer() {
    let app = albums().await;
    let large: Vec<u8> = (0..1_000_000u32).map(|n| n as u8).collect();
    let file = path(&add(&app, "paper", "large.bin", &large).await, "paper");
    let answer = app.call(GUEST, &get(&file)).header("Range", "bytes=5-6,300000-300002,-1").await;
    let kind = answer.is(206).header("content-type").to_string();
    let boundary = kind.strip_prefix("multipart/byteranges; boundary=").expect("parts");
    let mut expected = Vec::new();
    for (from, to) in [(5, 6), (300_000, 300_002), (999_999, 999_999)] {
        let head = "Content-Type: application/octet-stream\r\nContent-Range: bytes";
        expected.extend(format!("\r\n--{boundary}\r\n{head} {from}-{to}/1000000\r\n\r\n").bytes());
        expected.extend(&large[from..=to]);
    }
    expected.extend(format!("\r\n--{boundary}--\r\n").bytes());
    assert!(answer.body == expected, "{}", answer.text());
    assert_eq!(answer.header("content-length"), expected.len().to_string());
}

#[tokio::test]
async fn whatever_is_no_current_file_of_the_record_is_not_found() {
    let app = albums().await;
    let record = add(&app, "paper", "a.txt", b"hello").await;
    let (id, file) = (record["id"].as_str().unwrap(), path(&record, "paper"));
    let name = file.rsplit('/').next().unwrap();
    let other = add(&app, "paper", "b.txt", b"hello").await;
    let other = other["id"].as_str().unwrap();
    let missing = "The requested resource wasn't found.";
    for line in [
        format!("GET /api/files/albums/{other}/{name}"),
        format!("GET /api/files/albums/{id}/x{name}"),
        format!("GET /api/files/albums/nothing/{name}"),
        format!("GET /api/files/albums/{id}/..%2f..%2fdata.db"),
        format!("GET /api/files/albums/{id}/%2e%2e%2fdata.db"),
        format!("GET /api/files/albums/{id}/..%5cdata.db"),
        format!("GET /api/files/albums/..%2f{id}/{name}"),
        format!("GET /api/files/albums/{id}/{name}%00"),
        format!("GET /api/files/albums/{id}/{name}.attrs"),
    ] {
        app.call(SUPERUSER, &line).await.refuses(404, missing);
    }
    let line = format!("GET /api/files/nothing/{id}/{name}");
    app.call(GUEST, &line).await.refuses(404, "Missing or invalid collection context.");
    // By the collection's id as well, until it is no longer the record's.
    let by_id = format!("GET /api/files/{}/{id}/{name}", record["collectionId"].as_str().unwrap());
    app.call(GUEST, &by_id).await.is(200);
    let line = format!("PATCH /api/collections/albums/records/{id}");
    app.call(GUEST, &line).json(json!({"paper": null})).await.is(200);
    app.call(GUEST, &by_id).await.refuses(404, missing);
}

#[tokio::test]
async fn a_file_that_a_view_shows_is_that_of_its_source() {
    let app = albums().await;
    let query = "SELECT id, pictures AS shots, secret FROM albums";
    app.collection(json!({"name": "shows", "type": "view", "viewQuery": query, "viewRule": ""})).await;
    let query = "SELECT id, shots FROM shows";
    app.collection(json!({"name": "again", "type": "view", "viewQuery": query})).await;
    let record = add(&app, "pictures", "a.txt", b"hello").await;
    let file = path(&record, "pictures");
    for view in ["shows", "again"] {
        let answer = app.call(GUEST, &get(&file.replace("albums", view))).await;
        assert_eq!(answer.is(200).body, b"hello");
    }
    // The view's own rule decides.
    let secret = path(&add(&app, "secret", "s.txt", b"secret").await, "secret");
    app.call(GUEST, &get(&secret)).await.is(404);
    assert_eq!(app.call(GUEST, &get(&secret.replace("albums", "shows"))).await.is(200).body, b"secret");
}
