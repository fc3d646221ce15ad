//! Clients that never read: they cost bounded memory, delay nobody, and do not keep their place for ever.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::Stream;
use crate::support::{GUEST, Process, TestApp, client, copy_of_template};

/// Connects with as small a window as there is, and sends.
async fn send(address: &str, request: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut socket = socket.connect(address.parse().unwrap()).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    socket
}

/// Reads up to and including `end`; nothing after that will ever be read.
async fn read_to(socket: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        text.push(char::from(socket.read_u8().await.unwrap()));
    }
    text
}

/// Subscribes to all posts by server-sent events and stops reading.
async fn silent_stream(address: &str) -> TcpStream {
    let mut socket = send(address, "GET /api/realtime HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let text = read_to(&mut socket, "\"}\n\n").await;
    let id = text.rsplit('"').nth(1).unwrap();
    let body = json!({"clientId": id, "subscriptions": ["posts/*"]});
    let subscribed = client().post(format!("http://{address}/api/realtime")).json(&body).send().await.unwrap();
    assert_eq!(subscribed.status(), 204);
    socket
}

/// The same by a WebSocket.
async fn silent_socket(address: &str) -> TcpStream {
    let upgrade = "GET /api/realtime/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let mut socket = send(address, upgrade).await;
    read_to(&mut socket, "null}").await;
    let wish = br#"{"type":"subscribe","id":"s","topic":"posts/*"}"#;
    // A text frame whose mask changes nothing.
    let mut frame = vec![0x81, 0x80 | u8::try_from(wish.len()).unwrap(), 0, 0, 0, 0];
    frame.extend_from_slice(wish);
    socket.write_all(&frame).await.unwrap();
    read_to(&mut socket, "\"subscribed\"").await;
    socket
}

#[tokio::test]
async fn many_clients_that_never_read_cost_bounded_memory_and_delay_nobody() {
    const SILENT: usize = 20;
    const EVENTS: usize = 600;
    let dir = copy_of_template().await;
    let server = Process::start(dir.path());
    let base = format!("http://{}", server.address);
    let mut silent = Vec::new();
    for _ in 0..SILENT {
        silent.push(silent_stream(&server.address).await);
        silent.push(silent_socket(&server.address).await);
    }
    let http = client();
    let meta = "x".repeat(50_000);
    let before = server.memory_mib();
    let (mut most, mut slowest) = (0, Duration::ZERO);
    for n in 0..EVENTS {
        let began = Instant::now();
        let post = json!({"views": n, "meta": meta});
        let made = http.post(format!("{base}/api/collections/posts/records")).json(&post).send().await.unwrap();
        assert_eq!(made.status(), 200);
        slowest = slowest.max(began.elapsed());
        most = most.max(server.memory_mib());
    }
    // 30 MB of events for each of 40: what is kept for all of them is less than one of them was sent.
    assert!(most < before + 30, "{before} MiB, then {most}");
    assert!(slowest < Duration::from_secs(2), "a writer waited for {slowest:?}");
}

#[tokio::test]
async fn whoever_never_reads_loses_its_place() {
    let app = TestApp::start_with(|config| {
        config.realtime.max_connections = 2;
        config.realtime.outbox_kib = 64;
        config.http.write_timeout_s = 1;
    })
    .await;
    let address = app.address.to_string();
    let _silent = [silent_stream(&address).await, silent_socket(&address).await];
    app.call(GUEST, "GET /api/realtime").await.is(503);
    let meta = "x".repeat(500_000);
    for n in 0..20 {
        app.record("posts", json!({"views": n, "meta": meta})).await;
    }
    let began = Instant::now();
    let url = format!("http://{address}/api/realtime");
    let answer = loop {
        let answer = client().get(&url).send().await.unwrap();
        if answer.status() == 200 {
            break answer;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "its place is still taken");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let mut stream = Stream::greeted(answer).await;
    stream.subscribe(&app, GUEST, &["posts/*"]).await.is(204);
    app.record("posts", json!({"title": "told"})).await;
    assert_eq!(stream.next().await.field("title"), "told");
}
