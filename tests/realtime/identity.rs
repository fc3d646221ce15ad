//! Who a stream is, over time.

use serde_json::json;

use super::Stream;
use super::stream::with_options;
use crate::support::{As, SUPERUSER, TestApp};

const BOB: &str = "/api/collections/users/records/bob000000000000";

async fn members(app: &TestApp) {
    let rule = "@request.auth.name != '' || text = 'public'";
    app.collection(json!({
        "name": "notes", "type": "base", "listRule": rule, "fields": [{"name": "text", "type": "text"}],
    }))
    .await;
}

/// The texts of the next notes told, after these were made.
async fn notes(app: &TestApp, stream: &mut Stream, texts: &[&str], expected: &[&str]) {
    for text in texts {
        app.record("notes", json!({"text": text})).await;
    }
    for text in expected {
        assert_eq!(stream.next().await.field("text"), *text);
    }
}

#[tokio::test]
async fn a_stream_sees_its_account_as_it_is_now() {
    let app = TestApp::start().await;
    members(&app).await;
    let mut stream = Stream::of(&app, As("bob"), &["notes/*"]).await;
    notes(&app, &mut stream, &["1", "public"], &["public"]).await;
    app.call(SUPERUSER, &format!("PATCH {BOB}")).json(json!({"name": "Bob"})).await.is(200);
    notes(&app, &mut stream, &["2"], &["2"]).await;
}

/// Security case 8.
#[tokio::test]
async fn a_new_password_makes_a_guest_of_every_stream_at_once() {
    let app = TestApp::start().await;
    members(&app).await;
    app.call(SUPERUSER, &format!("PATCH {BOB}")).json(json!({"name": "Bob"})).await.is(200);
    let mut stream = Stream::of(&app, As("bob"), &["notes/*"]).await;
    notes(&app, &mut stream, &["1"], &["1"]).await;
    let password = json!({"password": "another one 1", "passwordConfirm": "another one 1"});
    app.call(SUPERUSER, &format!("PATCH {BOB}")).json(password).await.is(200);
    notes(&app, &mut stream, &["2", "public"], &["public"]).await;
    // A guest may become someone again.
    stream.subscribe(&app, As("alice"), &["notes/*"]).await.is(204);
}

/// Security case 8.
#[tokio::test]
async fn a_deleted_account_hears_of_that_and_is_a_guest() {
    let app = TestApp::start().await;
    members(&app).await;
    app.call(SUPERUSER, &format!("PATCH {BOB}")).json(json!({"name": "Bob"})).await.is(200);
    let mut stream = Stream::of(&app, As("bob"), &["notes/*", "users/bob000000000000"]).await;
    app.call(SUPERUSER, &format!("DELETE {BOB}")).await.is(204);
    assert_eq!(stream.next().await.told(), "delete bob000000000000");
    notes(&app, &mut stream, &["1", "public"], &["public"]).await;
}

#[tokio::test]
async fn new_token_secrets_and_a_deleted_collection_make_guests() {
    let app = TestApp::start().await;
    members(&app).await;
    app.call(SUPERUSER, &format!("PATCH {BOB}")).json(json!({"name": "Bob"})).await.is(200);
    let mut stream = Stream::of(&app, As("bob"), &["notes/*"]).await;
    let secret = json!({"authToken": {"secret": "s".repeat(50), "duration": 1000}});
    app.call(SUPERUSER, "PATCH /api/collections/users").json(secret).await.is(200);
    notes(&app, &mut stream, &["1", "public"], &["public"]).await;
}

/// However many streams an account has, none of them keeps what another once might see.
#[tokio::test]
async fn all_streams_of_an_account_lose_its_rights_at_once() {
    let app = TestApp::start().await;
    let rule = "@request.auth.name = 'Bob'";
    let text = json!([{"name": "text", "type": "text"}]);
    app.collection(json!({"name": "papers", "type": "base", "viewRule": rule, "fields": text})).await;
    let papers = app.call(SUPERUSER, "GET /api/collections/papers").await.json()["id"].clone();
    let paper = json!([{"name": "paper", "type": "relation", "collectionId": papers, "maxSelect": 1}]);
    app.collection(json!({"name": "memos", "type": "base", "listRule": "", "viewRule": "", "fields": paper})).await;
    let paper = app.record("papers", json!({"text": "secret"})).await["id"].clone();
    app.call(SUPERUSER, &format!("PATCH {BOB}")).json(json!({"name": "Bob"})).await.is(200);
    let topic = with_options("memos/*", json!({"query": {"expand": "paper"}}));
    let mut streams = [Stream::of(&app, As("bob"), &[&topic]).await, Stream::of(&app, As("bob"), &[&topic]).await];
    app.record("memos", json!({"paper": paper})).await;
    for stream in &mut streams {
        assert_eq!(stream.next().await.data["record"]["expand"]["paper"]["text"], "secret");
    }
    app.call(SUPERUSER, &format!("PATCH {BOB}")).json(json!({"name": "Robert"})).await.is(200);
    app.record("memos", json!({"paper": paper})).await;
    for stream in &mut streams {
        let told = stream.next().await;
        assert!(!told.data.to_string().contains("secret"), "{}", told.data);
    }
}

/// Sends a request whose body ends only after `meanwhile`.
async fn slowly(app: &TestApp, line: &str, body: String, meanwhile: impl Future<Output = ()>) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let token = As("bob").token().unwrap();
    let (length, (first, rest)) = (body.len(), body.split_at(5));
    let mut socket = tokio::net::TcpStream::connect(app.address).await.unwrap();
    let head = format!(
        "POST {line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{first}"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    // Its head has been answered for when others sent later are; here the handler waits for the rest.
    for _ in 0..20 {
        app.call(SUPERUSER, "GET /api/health").await.is(200);
    }
    meanwhile.await;
    socket.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn who_is_deleted_while_a_body_is_on_its_way_is_nobody_when_it_has_come() {
    let app = TestApp::start().await;
    members(&app).await;
    let open = json!({"createRule": "@request.auth.id != ''"});
    app.call(SUPERUSER, "PATCH /api/collections/notes").json(open).await.is(200);
    let note = json!({"text": "late"}).to_string();
    let deleted = async {
        app.call(SUPERUSER, &format!("DELETE {BOB}")).await.is(204);
    };
    let answer = slowly(&app, "/api/collections/notes/records", note, deleted).await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    app.call(SUPERUSER, "GET /api/collections/notes/records").await.has(json!({"totalItems": 0}));
}
