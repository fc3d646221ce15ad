//! HTTP/1.1 and HTTP/2 over TLS: requests, streams, sockets, who dawdles, and the end of the server.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Version;
use serde_json::{Value as Json, json};
use tokio::io::AsyncReadExt as _;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{Connector, connect_async_tls_with_config};

use super::{H1, H2, secure};
use crate::realtime::Stream;
use crate::support::{Issuer, TestApp};

#[tokio::test]
async fn clients_choose_the_protocol() {
    let issuer = Issuer::new();
    let (app, _pems) = secure(&issuer).await;
    for (protocols, version) in [(H2, Version::HTTP_2), (H1, Version::HTTP_11), (&[], Version::HTTP_11)] {
        let client = issuer.client(protocols);
        let answer = client.get(format!("https://{}/api/health", app.address)).send().await.unwrap();
        assert_eq!((answer.version(), answer.status().as_u16()), (version, 200));
        let missing = client.head(format!("https://{}/api/nothing", app.address)).send().await.unwrap();
        assert_eq!((missing.version(), missing.status().as_u16()), (version, 404));
    }
}

#[tokio::test]
async fn records_are_written_and_read_with_files_by_http_2() {
    let issuer = Issuer::new();
    let (app, _pems) = secure(&issuer).await;
    let client = issuer.client(H2);
    let records = format!("https://{}/api/collections/posts/records", app.address);
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let file = reqwest::multipart::Part::bytes(content.clone()).file_name("a.bin");
    let form = reqwest::multipart::Form::new().text("title", "by h2").part("cover", file);
    let made: Json = client.post(&records).multipart(form).send().await.unwrap().json().await.unwrap();
    let (id, cover) = (made["id"].as_str().unwrap(), made["cover"].as_str().unwrap());
    let url = format!("https://{}/api/files/posts/{id}/{cover}", app.address);
    let answer = client.get(&url).send().await.unwrap();
    assert_eq!(answer.version(), Version::HTTP_2);
    assert!(answer.bytes().await.unwrap() == content, "what was sent comes back");
    let part = client.get(&url).header("Range", "bytes=250-252").send().await.unwrap();
    assert_eq!((part.status().as_u16(), part.bytes().await.unwrap().to_vec()), (206, content[250..253].to_vec()));
    let large = client.post(&records).body(vec![b'x'; 48 << 20]).header("Content-Type", "application/json");
    // Too large a body ends with an answer, or with the stream.
    assert!(large.send().await.map_or(true, |answer| answer.status() == 413));
    let list: Json = client.get(&records).send().await.unwrap().json().await.unwrap();
    assert_eq!(list["items"][0]["title"], "by h2");
}

#[tokio::test]
async fn changes_are_told_over_both_protocols() {
    let issuer = Issuer::new();
    let (app, _pems) = secure(&issuer).await;
    for protocols in [H1, H2] {
        let client = issuer.client(protocols);
        let url = format!("https://{}/api/realtime", app.address);
        // Compressing would keep back what was told.
        let request = client.get(&url).header("Accept-Encoding", "gzip, zstd");
        let mut stream = Stream::greeted(request.send().await.unwrap()).await;
        assert!(!stream.answer.headers().contains_key("content-encoding"));
        let wish = json!({"clientId": stream.client, "subscriptions": ["posts/*"]});
        assert_eq!(client.post(&url).json(&wish).send().await.unwrap().status(), 204);
        let records = format!("https://{}/api/collections/posts/records", app.address);
        client.post(&records).json(&json!({"title": "told"})).send().await.unwrap();
        assert_eq!(stream.next().await.field("title"), "told");
    }
}

#[tokio::test]
async fn sockets_work_over_tls() {
    let issuer = Issuer::new();
    let (app, _pems) = secure(&issuer).await;
    let connector = Connector::Rustls(Arc::new(issuer.trust(H1)));
    let url = format!("wss://{}/api/realtime/ws", app.address);
    let (mut socket, _) = connect_async_tls_with_config(url, None, false, Some(connector)).await.unwrap();
    let hello = socket.next().await.unwrap().unwrap();
    assert!(hello.into_text().unwrap().starts_with(r#"{"type":"hello""#));
    socket.send(Message::text(json!({"type": "ping"}).to_string())).await.unwrap();
    let answer = socket.next().await.unwrap().unwrap();
    assert_eq!(answer.into_text().unwrap().as_str(), r#"{"type":"pong"}"#);
}

/// Security case 27.
#[tokio::test]
async fn handshakes_that_do_not_go_on_are_cut_off() {
    let (issuer, pems) = (Issuer::new(), tempfile::tempdir().unwrap());
    let (cert, key) = issuer.write(pems.path(), 1);
    let app = TestApp::start_with(|config| {
        (config.tls.cert, config.tls.key, config.tls.handshake_timeout_s) = (cert, key, 1);
    })
    .await;
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(tokio::net::TcpStream::connect(app.address).await.unwrap());
    }
    // They are in nobody's way …
    let client = issuer.client(H2);
    let answer = client.get(format!("https://{}/api/health", app.address)).send();
    let answer = tokio::time::timeout(Duration::from_secs(10), answer).await.expect("in time").unwrap();
    assert_eq!(answer.status(), 200);
    // … and gone after their second.
    let mut rest = Vec::new();
    let gone = tokio::time::timeout(Duration::from_secs(10), silent[0].read_to_end(&mut rest));
    let _ = gone.await.expect("closed in time");
    assert_eq!(rest, b"");
}

#[tokio::test]
async fn one_connection_has_so_many_requests_under_way_and_no_more() {
    let issuer = Issuer::new();
    let (app, _pems) = secure(&issuer).await;
    let client = issuer.client(H2);
    let url = format!("https://{}/api/realtime", app.address);
    let mut open = Vec::new();
    for _ in 0..512 {
        open.push(client.get(&url).send().await.unwrap());
    }
    assert!(open.iter().all(|stream| stream.status() == 200));
    let one_more = client.get(format!("https://{}/api/health", app.address)).send().await.unwrap();
    assert_eq!((one_more.status().as_u16(), &one_more.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    // Another connection has its own.
    let other = issuer.client(H2).get(format!("https://{}/api/health", app.address)).send().await.unwrap();
    assert_eq!(other.status(), 200);
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_end() {
    let (issuer, pems) = (Issuer::new(), tempfile::tempdir().unwrap());
    let (cert, key) = issuer.write(pems.path(), 1);
    let app = TestApp::start_with(|config| {
        (config.tls.cert, config.tls.key, config.http.shutdown_timeout_s) = (cert, key, 60);
    })
    .await;
    let clients = [H1, H2].map(|protocols| issuer.client(protocols));
    for client in &clients {
        let answer = client.get(format!("https://{}/api/health", app.address)).send().await.unwrap();
        assert!(answer.text().await.unwrap().contains("healthy"));
    }
    let began = Instant::now();
    tokio::task::spawn_blocking(move || drop(app)).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_is_under_way_is_answered_before_the_end() {
    let (issuer, pems) = (Issuer::new(), tempfile::tempdir().unwrap());
    let (cert, key) = issuer.write(pems.path(), 1);
    let app = TestApp::start_with(|config| {
        (config.tls.cert, config.tls.key, config.http.shutdown_timeout_s) = (cert, key, 60);
    })
    .await;
    let client = issuer.client(H2);
    let records = format!("https://{}/api/collections/posts/records", app.address);
    let long = json!({"title": "x", "meta": "y".repeat(1_500_000)});
    assert_eq!(client.post(&records).json(&long).send().await.unwrap().status(), 200);
    // Longer than what may be sent unread.
    let mut answer = client.get(&records).send().await.unwrap();
    let mut length = answer.chunk().await.unwrap().unwrap().len();
    let stopping = tokio::task::spawn_blocking(move || drop(app));
    while let Some(chunk) = answer.chunk().await.expect("the rest of it") {
        length += chunk.len();
    }
    assert!(length > 1_500_000);
    stopping.await.unwrap();
}
