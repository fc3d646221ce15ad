//! Connecting and subscribing, byte for byte as the SDKs expect.

use serde_json::{Value as Json, json};

use super::Stream;
use super::stream::with_options;
use crate::support::{As, GUEST, SUPERUSER, TestApp};

#[tokio::test]
async fn the_greeting_has_the_client_id_twice() {
    let app = TestApp::start().await;
    let mut answer = reqwest::get(format!("http://{}/api/realtime", app.address)).await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_string();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-accel-buffering"), "no");
    let text = String::from_utf8(answer.chunk().await.unwrap().unwrap().to_vec()).unwrap();
    let id = text.strip_prefix("id:").unwrap().split('\n').next().unwrap();
    assert_eq!(text, format!("id:{id}\nevent:PB_CONNECT\ndata:{{\"clientId\":\"{id}\"}}\n\n"));
    assert!(id.len() == 40 && id.bytes().all(|b| b.is_ascii_alphanumeric()), "{id}");
}

#[tokio::test]
async fn every_event_has_the_client_id_and_the_topic_as_it_was_spelt() {
    let app = TestApp::start().await;
    let odd = "posts/*?options=notjson";
    let mut stream = Stream::of(&app, GUEST, &["posts/*", "posts", odd, "posts/*", ""]).await;
    let post = json!({"title": "a"});
    let post = app.call(GUEST, "POST /api/collections/posts/records").json(post).await.is(200).json();
    let mut names = Vec::new();
    for _ in 0..3 {
        let event = stream.next().await;
        assert_eq!(event.id, stream.client);
        assert_eq!(event.data, json!({"action": "create", "record": post}));
        names.push(event.name);
    }
    names.sort();
    assert_eq!(names, ["posts", "posts/*", odd]);
}

#[tokio::test]
async fn what_cannot_be_a_subscription_is_refused() {
    let app = TestApp::start().await;
    let stream = Stream::open(&app).await;
    let id = &stream.client;
    let line = "POST /api/realtime";
    let many: Vec<String> = (0..1001).map(|n| format!("t{n}")).collect();
    let long = "x".repeat(2501);
    let default = "Something went wrong while processing your request.";
    app.table(&[
        (GUEST, line, json!({}), 400, json!({"message": default, "data": {"clientId": {"code": "validation_required"}}})),
        (GUEST, line, json!({"clientId": id, "subscriptions": "posts"}), 400, json!({"message": default, "data": {}})),
        (GUEST, line, json!({"clientId": "x"}), 404, json!({"message": "Missing or invalid client id."})),
        (
            GUEST,
            line,
            json!({"clientId": id, "subscriptions": many}),
            400,
            json!({"data": {"subscriptions": {"code": "validation_length_too_long", "params": {"min": 0, "max": 1000}}}}),
        ),
        (
            GUEST,
            line,
            json!({"clientId": id, "subscriptions": ["a", long]}),
            400,
            json!({"data": {"subscriptions": {"1": {"code": "validation_length_too_long"}}}}),
        ),
        (GUEST, line, json!({"clientId": id, "subscriptions": ["nothing/*", "a\nb", "@x", "posts/"]}), 204, Json::Null),
        (GUEST, line, json!({"clientId": id, "subscriptions": null}), 204, Json::Null),
        (GUEST, "GET /api/realtime?since=x", Json::Null, 400, json!({"data": {"since": {}}})),
    ])
    .await;
}

#[tokio::test]
async fn forms_subscribe_too() {
    let app = TestApp::start().await;
    let mut stream = Stream::open(&app).await;
    let form = [("clientId", stream.client.as_str()), ("subscriptions", "posts/*"), ("subscriptions", "posts/x")];
    app.call(GUEST, "POST /api/realtime").form(&form).await.is(204);
    app.record("posts", json!({"title": "a"})).await;
    assert_eq!(stream.next().await.name, "posts/*");
}

#[tokio::test]
async fn a_stream_belongs_to_its_first_account() {
    let app = TestApp::start().await;
    let stream = Stream::open(&app).await;
    stream.subscribe(&app, GUEST, &["posts/*"]).await.is(204);
    stream.subscribe(&app, As("alice"), &["posts/*"]).await.is(204);
    stream.subscribe(&app, As("alice"), &[]).await.is(204);
    let message = "The current and the previous request authorization don't match.";
    for who in [GUEST, As("bob"), SUPERUSER] {
        stream.subscribe(&app, who, &["posts/*"]).await.refuses(403, message);
    }
}

#[tokio::test]
async fn subscriptions_are_replaced_as_a_whole() {
    let app = TestApp::start().await;
    let mut stream = Stream::of(&app, GUEST, &["posts/*"]).await;
    stream.subscribe(&app, GUEST, &["posts/first0000000000"]).await.is(204);
    app.record("posts", json!({"id": "other0000000000"})).await;
    app.record("posts", json!({"id": "first0000000000"})).await;
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), event.told().as_str()), ("posts/first0000000000", "create first0000000000"));
}

#[tokio::test]
async fn collections_are_named_exactly_or_by_id() {
    let app = TestApp::start().await;
    let id = app.call(SUPERUSER, "GET /api/collections/posts").await.is(200).json()["id"].as_str().unwrap().to_string();
    let by_id = format!("{id}/*");
    let mut stream = Stream::of(&app, GUEST, &["POSTS/*", &by_id]).await;
    app.record("posts", json!({"title": "a"})).await;
    app.record("posts", json!({"title": "b"})).await;
    for title in ["a", "b"] {
        let event = stream.next().await;
        assert_eq!((event.name.as_str(), event.field("title")), (by_id.as_str(), title));
    }
}

#[tokio::test]
async fn options_filter_expand_and_pick() {
    let app = TestApp::start().await;
    let posts = app.call(SUPERUSER, "GET /api/collections/posts").await.is(200).json()["id"].clone();
    app.collection(json!({
        "name": "notes", "type": "base", "listRule": "@request.query.room = 'a' && @request.headers.x_key = 'k'",
        "fields": [{"name": "text", "type": "text"},
            {"name": "post", "type": "relation", "collectionId": posts, "maxSelect": 1}],
    }))
    .await;
    let post = app.record("posts", json!({"title": "parent"})).await;
    let query = json!({"filter": "text != 'no'", "expand": "post", "fields": "text,expand.post.title", "room": "a"});
    let topic = with_options("notes/*", json!({"query": query, "headers": {"X-Key": "k"}}));
    let other = with_options("notes/*", json!({"query": {"room": "b"}, "headers": {"X-Key": "k"}}));
    let mut stream = Stream::of(&app, GUEST, &[&topic, &other, "notes/*"]).await;
    app.record("notes", json!({"text": "no", "post": post["id"]})).await;
    app.record("notes", json!({"text": "yes", "post": post["id"]})).await;
    let event = stream.next().await;
    assert_eq!(event.name, topic);
    assert_eq!(event.data["record"], json!({"text": "yes", "expand": {"post": {"title": "parent"}}}));
}

#[tokio::test]
async fn a_filter_that_may_not_be_asked_shows_nothing_and_spoils_nothing() {
    let app = TestApp::start().await;
    let filters = ["@request.auth.id = ''", "@collection.users.id != ''", "nothing = 1", "title ="];
    let bad: Vec<String> = filters.iter().map(|f| with_options("posts/*", json!({"query": {"filter": f}}))).collect();
    let mut topics: Vec<&str> = bad.iter().map(String::as_str).collect();
    topics.push("posts/*");
    let mut stream = Stream::of(&app, GUEST, &topics).await;
    app.record("posts", json!({"title": "a"})).await;
    app.record("posts", json!({"title": "b"})).await;
    for title in ["a", "b"] {
        let event = stream.next().await;
        assert_eq!((event.name.as_str(), event.field("title")), ("posts/*", title));
    }
}

#[tokio::test]
async fn fields_that_cannot_be_read_pick_nothing_out() {
    let app = TestApp::start().await;
    let topic = with_options("posts/*", json!({"query": {"fields": "title:nothing(1)"}}));
    let mut stream = Stream::of(&app, GUEST, &[&topic]).await;
    let post = app.record("posts", json!({"title": "a"})).await;
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), event.field("id")), (topic.as_str(), post["id"].as_str().unwrap()));
}

#[tokio::test]
async fn the_server_can_tell_a_client_of_its_own_once() {
    let app = TestApp::start().await;
    let mut stream = Stream::of(&app, GUEST, &["@oauth2"]).await;
    let hub = &app.services.hub;
    assert!(!hub.send("nobody", "127.0.0.1", "@oauth2", "{}"));
    assert!(!hub.send(&stream.client, "127.0.0.1", "@other", "{}"));
    assert!(hub.send(&stream.client, "127.0.0.1", "@oauth2", r#"{"code":"c"}"#));
    assert!(!hub.send(&stream.client, "127.0.0.1", "@oauth2", "{}"));
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), event.data), ("@oauth2", json!({"code": "c"})));
}

#[tokio::test]
async fn a_quiet_stream_shows_signs_of_life_and_ends_in_time() {
    let app = TestApp::start_with(|config| {
        config.realtime.ping_s = 1;
        config.realtime.idle_s = 2;
    })
    .await;
    let mut stream = Stream::open(&app).await;
    assert_eq!(stream.try_next().await, None);
    assert_eq!(stream.comments, 1);
}

#[tokio::test]
async fn streams_do_not_hold_up_a_stop_and_are_bounded_in_number() {
    let app = TestApp::start_with(|config| config.realtime.max_connections = 1).await;
    let mut stream = Stream::of(&app, GUEST, &["posts/*"]).await;
    app.call(GUEST, "GET /api/realtime").await.is(503);
    drop(app);
    assert_eq!(stream.try_next().await, None);
}
