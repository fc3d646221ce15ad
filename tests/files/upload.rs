//! What may be uploaded, under which name it is kept, and what it is found to be.

use reqwest::multipart::{Form, Part};
use serde_json::{Value as Json, json};

use super::{get, path};
use crate::support::{Answer, GUEST, TestApp};

fn file(name: &str, bytes: &[u8]) -> Part {
    Part::bytes(bytes.to_vec()).file_name(name.to_string())
}

async fn limits(required: bool) -> TestApp {
    let app = TestApp::start().await;
    app.collection(json!({
        "name": "albums", "type": "base", "createRule": "", "viewRule": "", "updateRule": "",
        "fields": [
            {"name": "one", "type": "file", "maxSelect": 1, "required": required},
            {"name": "two", "type": "file", "maxSelect": 2, "maxSize": 10},
            {"name": "png", "type": "file", "maxSelect": 1, "mimeTypes": ["image/png"]},
            {"name": "typed", "type": "file", "maxSelect": 1, "mimeTypes": ["application/xml", "text/plain"]},
        ],
    }))
    .await;
    app
}

async fn create(app: &TestApp, form: Form) -> Answer {
    app.call(GUEST, "POST /api/collections/albums/records").multipart(form).await
}

/// What is wrong with the field of a form.
async fn wrong(app: &TestApp, field: &str, form: Form) -> Json {
    let answer = create(app, form).await;
    let data = answer.is(400).json()["data"].clone();
    assert_eq!(data.as_object().unwrap().len(), 1, "{data}");
    data[field].clone()
}

#[tokio::test]
async fn what_is_wrong_with_an_upload_is_said_by_name() {
    let app = limits(false).await;
    let large = wrong(&app, "two", Form::new().part("two", file("My File.txt", &[b'x'; 11]))).await;
    assert_eq!(large["code"], "validation_file_size_limit");
    assert_eq!(large["params"], json!({"file": "My File.txt", "maxSize": 10}));
    let usual = wrong(&app, "one", Form::new().part("one", file("a.bin", &vec![b'x'; 5_242_881]))).await;
    assert_eq!(usual["params"]["maxSize"], 5_242_880, "a size of 0 stands for 5 MiB");
    let three = ["a.txt", "b.txt", "c.txt"].iter().fold(Form::new(), |form, name| form.part("two", file(name, b"x")));
    let many = wrong(&app, "two", three).await;
    assert_eq!((&many["code"], &many["params"]), (&json!("validation_too_many_files"), &json!({"maxSelect": 2})));
    let ghost = wrong(&app, "one", Form::new().text("one", "ghost.txt")).await;
    assert_eq!(ghost["code"], "validation_invalid_file");
    assert_eq!(ghost["params"], json!({"invalidFiles": ["ghost.txt"]}));
    let kind = wrong(&app, "png", Form::new().part("png", file("Picture.png", b"hello"))).await;
    assert_eq!(kind["code"], "validation_invalid_mime_type");
    let message = kind["message"].as_str().unwrap();
    assert!(message.starts_with("\"picture_") && message.contains("image/png"), "the name it would have: {message}");
    let app = limits(true).await;
    assert_eq!(wrong(&app, "one", Form::new().text("two", "")).await["code"], "validation_required");
}

#[tokio::test]
async fn what_is_kept_is_a_name() {
    let app = limits(false).await;
    let form = Form::new().part("one", file("First.txt", b"1")).part("one", file("Last One.txt", b"2"));
    let record = create(&app, form.part("two", file("a.txt", b""))).await.is(200).json();
    let name = record["one"].as_str().unwrap();
    assert!(name.starts_with("last_one_") && name.ends_with(".txt"), "the last one wins: {name}");
    assert_eq!(record["two"].as_array().unwrap().len(), 1, "a list where there may be several");
    assert_eq!(app.call(GUEST, &get(&path(&record, "one"))).await.is(200).body, b"2");
    assert!(app.call(GUEST, &get(&path(&record, "two"))).await.is(200).body.is_empty(), "files may be empty");
    // A type counts whatever its parameters and however it is spelt.
    create(&app, Form::new().part("typed", file("a.png", b"<?xml version='1.0'?><a/>"))).await.is(200);
    create(&app, Form::new().part("typed", file("a.png", b"words"))).await.is(200);
    let lies = file("a.png", b"words").mime_str("image/png").unwrap();
    create(&app, Form::new().part("png", lies)).await.is(400);
}

#[tokio::test]
async fn types_are_told_by_content() {
    let app = limits(false).await;
    let mut tar = vec![0; 1024];
    tar[..5].copy_from_slice(b"a.txt");
    tar[257..265].copy_from_slice(b"ustar\x0000");
    let zip = [&b"PK\x03\x04\x14\0\0\0\x08\0"[..], &[0xa5; 5000]].concat();
    for (bytes, expected, way) in [
        (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "image/png", "inline"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg", "inline"),
        (b"GIF89a\x01\0\x01\0", "image/gif", "inline"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp", "inline"),
        (b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0", "image/bmp", "inline"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "attachment"),
        (b"II*\0\x08\0\0\0\0\0\0\0", "image/tiff", "attachment"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "image/avif", "attachment"),
        (b"words", "text/plain; charset=utf-8", "attachment"),
        (b"gr\xfc\xdfe", "text/plain; charset=iso-8859-1", "attachment"),
        (b"\xff\xfeh\0i\0", "text/plain; charset=utf-16le", "attachment"),
        (b"", "text/plain", "attachment"),
        (b"{\"a\": [1, 2]}", "application/json", "attachment"),
        (b"{\"a\":1}\n{\"a\":2}\n", "application/x-ndjson", "attachment"),
        (br#"{"type":"FeatureCollection","features":[]}"#, "application/geo+json", "attachment"),
        (b"a,b\n1,2\n3,4\n", "text/csv", "attachment"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "text/calendar", "attachment"),
        (b"<!DOCTYPE html><p>x", "text/html; charset=utf-8", "attachment"),
        (b"<?xml version='1.0'?><a/>", "text/xml; charset=utf-8", "attachment"),
        (b"#!/usr/bin/env node\nx()", "text/javascript", "attachment"),
        (b"#!/bin/sh\nls", "text/x-shellscript", "attachment"),
        (b"<?php echo 1;", "text/x-php", "attachment"),
        (b"%PDF-1.7\n", "application/pdf", "inline"),
        (&zip, "application/zip", "attachment"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "application/gzip", "attachment"),
        (&tar, "application/x-tar", "attachment"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video/mp4", "inline"),
        (
            b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm",
            "video/webm",
            "inline",
        ),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav", "inline"),
        (b"OggS\0\x02\0\0\0\0\0\0\0\0", "application/ogg", "attachment"),
        (b"\0asm\x01\0\0\0", "application/wasm", "attachment"),
        (b"wOF2\0\x01\0\0", "font/woff2", "attachment"),
        (b"SQLite format 3\0", "application/vnd.sqlite3", "attachment"),
        (b"\0\x01\x02\x03\xfe", "application/octet-stream", "attachment"),
    ] {
        let record = create(&app, Form::new().part("one", file("thing", bytes))).await.is(200).json();
        let answer = app.call(GUEST, &get(&path(&record, "one"))).await;
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(answer.is(200).header("content-type"), expected, "{shown:?}");
        assert!(answer.header("content-disposition").starts_with(way), "{expected}");
    }
}

#[tokio::test]
async fn where_content_says_too_little_the_extension_counts() {
    let app = limits(false).await;
    for (name, expected) in [
        ("a.css", "text/css"),
        ("a.js", "text/javascript"),
        ("a.mjs", "text/javascript"),
        ("a.svg", "image/svg+xml"),
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ] {
        let record = create(&app, Form::new().part("one", file(name, b"words"))).await.is(200).json();
        let answer = app.call(GUEST, &get(&path(&record, "one"))).await;
        assert_eq!(answer.is(200).header("content-type"), expected, "{name}");
    }
}

#[tokio::test]
async fn an_upload_in_the_smallest_pieces_arrives_whole() {
    let app = limits(false).await;
    let large: Vec<u8> = (0..1_000_003_u32).map(|n| (n % 251) as u8).collect();
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> = large.chunks(97).map(|piece| Ok(piece.to_vec())).collect();
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let form = Form::new().part("one", Part::stream(body).file_name("large.bin"));
    let record = create(&app, form).await.is(200).json();
    let kept = app.call(GUEST, &get(&path(&record, "one"))).await;
    assert!(kept.is(200).body == large, "{} bytes", kept.body.len());
}
