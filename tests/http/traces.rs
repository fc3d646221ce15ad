//! Spans of requests at a collector, in a build that tells one.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use crate::support::{Process, client, cratebase};

/// Of the example in the recommendation for `traceparent`.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// What a collector got: the path, the type and the bytes of each request.
type Heard = Arc<Mutex<Vec<(String, String, Vec<u8>)>>>;

async fn collector() -> (String, Heard) {
    let heard = Heard::default();
    let to = Arc::clone(&heard);
    let server = HttpServer::new(move || {
        let to = Arc::clone(&to);
        App::new().default_service(web::to(move |request: HttpRequest, body: web::Bytes| {
            let kind = request.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            to.lock().unwrap().push((request.path().to_string(), kind.to_string(), body.to_vec()));
            async { HttpResponse::Ok().finish() }
        }))
    });
    let server = server.workers(1).bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    tokio::spawn(server.run());
    (format!("http://{address}"), heard)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[actix_web::test]
async fn a_collector_hears_of_each_request_before_the_end_and_of_no_secret() {
    let (endpoint, heard) = collector().await;
    let dir = tempfile::tempdir().unwrap();
    let mut command = cratebase(dir.path(), &["serve", "--http", "127.0.0.1:0"]);
    // Longer than the test takes: what is heard is sent by the end of the server.
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint).env("OTEL_BSP_SCHEDULE_DELAY", "3600000");
    let mut server = Process::spawn(command.env("OTEL_SERVICE_NAME", "shop"));
    let url = format!("http://{}/api/collections/users/records?token=hidden", server.address);
    let request = client().get(url).header("traceparent", format!("00-{TRACE}-b7ad6b7169203331-01"));
    let answer = request.header("authorization", "hidden").send().await.unwrap();
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_string();
    server.terminate();
    assert!(web::block(move || server.ended_well()).await.unwrap());
    let heard = heard.lock().unwrap();
    let [(path, kind, spans)] = heard.as_slice() else { panic!("one message, not {}", heard.len()) };
    assert_eq!((path.as_str(), kind.as_str()), ("/v1/traces", "application/x-protobuf"));
    let trace: Vec<u8> = (0..16).map(|n| u8::from_str_radix(&TRACE[2 * n..2 * n + 2], 16).unwrap()).collect();
    assert!(holds(spans, &trace), "the trace of the caller goes on");
    for text in ["shop", "GET /api/collections/{collection}/records", "/api/collections/users/records", "users", &id] {
        assert!(holds(spans, text.as_bytes()), "{text} is told");
    }
    assert!(!holds(spans, b"hidden"), "tokens are not");
}
