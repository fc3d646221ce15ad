//! What is told, and in which order.

use serde_json::json;

use super::Stream;
use crate::support::{As, GUEST, SUPERUSER, TestApp};

#[tokio::test]
async fn changes_come_in_commit_order_and_deletes_with_their_last_state() {
    let app = TestApp::start().await;
    let mut stream = Stream::of(&app, GUEST, &["posts/*"]).await;
    let post = json!({"title": "a"});
    let post = app.call(GUEST, "POST /api/collections/posts/records").json(post).await.is(200).json();
    let id = post["id"].as_str().unwrap();
    let line = format!("PATCH /api/collections/posts/records/{id}");
    let changed = app.call(GUEST, &line).json(json!({"title": "b"})).await.is(200).json();
    app.call(GUEST, &format!("DELETE /api/collections/posts/records/{id}")).await.is(204);
    for (action, record) in [("create", post), ("update", changed.clone()), ("delete", changed)] {
        assert_eq!(stream.next().await.data, json!({"action": action, "record": record}));
    }
}

#[tokio::test]
async fn a_batch_is_told_as_a_whole_or_not_at_all() {
    let app = TestApp::start().await;
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"batch": {"enabled": true}})).await.is(200);
    let mut stream = Stream::of(&app, GUEST, &["posts/*"]).await;
    let create = |id: &str| json!({"method": "POST", "url": "/api/collections/posts/records", "body": {"id": id}});
    let twice = json!({"requests": [create("same00000000000"), create("same00000000000")]});
    app.call(GUEST, "POST /api/batch").json(twice).await.is(400);
    let three = json!({"requests": [create("a00000000000000"), create("b00000000000000"), create("c00000000000000")]});
    app.call(GUEST, "POST /api/batch").json(three).await.is(200);
    for id in ["a00000000000000", "b00000000000000", "c00000000000000"] {
        assert_eq!(stream.next().await.told(), format!("create {id}"));
    }
}

#[tokio::test]
async fn an_update_out_of_the_rule_is_silent_and_one_into_it_is_an_update() {
    let app = TestApp::start().await;
    app.collection(json!({
        "name": "news", "type": "base", "listRule": "published = true", "viewRule": "published = true",
        "fields": [{"name": "published", "type": "bool"}, {"name": "text", "type": "text"}],
    }))
    .await;
    let news = app.record("news", json!({"published": true})).await;
    let id = news["id"].as_str().unwrap();
    let one = format!("news/{id}");
    let mut stream = Stream::of(&app, GUEST, &["news/*", &one]).await;
    let line = format!("PATCH /api/collections/news/records/{id}");
    app.call(SUPERUSER, &line).json(json!({"published": false})).await.is(200);
    app.call(SUPERUSER, &line).json(json!({"published": true, "text": "back"})).await.is(200);
    let mut names = Vec::new();
    for _ in 0..2 {
        let event = stream.next().await;
        assert_eq!((event.action(), event.field("text")), ("update", "back"));
        names.push(event.name);
    }
    names.sort();
    assert_eq!(names, ["news/*".to_string(), one]);
}

#[tokio::test]
async fn hidden_fields_and_private_addresses_are_as_in_a_read() {
    let app = TestApp::start().await;
    let users = json!({"listRule": "", "viewRule": "", "manageRule": "@request.auth.id = 'carol0000000000'"});
    app.call(SUPERUSER, "PATCH /api/collections/users").json(users).await.is(200);
    let line = "PATCH /api/collections/users/records/bob000000000000";
    for who in [GUEST, As("alice"), As("bob"), As("carol"), SUPERUSER] {
        let mut stream = Stream::of(&app, who, &["users/bob000000000000"]).await;
        app.call(SUPERUSER, line).json(json!({"name": format!("{who:?}")})).await.is(200);
        let read = app.call(who, "GET /api/collections/users/records/bob000000000000").await.is(200).json();
        assert_eq!(stream.next().await.data, json!({"action": "update", "record": read}), "{who:?}");
    }
}

#[tokio::test]
async fn a_changed_schema_changes_what_is_told() {
    let app = TestApp::start().await;
    let mut stream = Stream::of(&app, GUEST, &["posts/*"]).await;
    app.record("posts", json!({"title": "seen"})).await;
    let closed = json!({"listRule": "title = 'open'"});
    app.call(SUPERUSER, "PATCH /api/collections/posts").json(closed).await.is(200);
    app.record("posts", json!({"title": "hidden"})).await;
    app.record("posts", json!({"title": "open"})).await;
    assert_eq!(stream.next().await.field("title"), "seen");
    assert_eq!(stream.next().await.field("title"), "open");
}

#[tokio::test]
async fn rules_that_read_the_clock_read_it_at_each_change() {
    let app = TestApp::start().await;
    app.collection(json!({
        "name": "offers", "type": "base", "listRule": "until > @now",
        "fields": [{"name": "until", "type": "date"}],
    }))
    .await;
    let mut stream = Stream::of(&app, GUEST, &["offers/*"]).await;
    let until = "2026-01-02 04:00:00.000Z";
    let first = app.record("offers", json!({"until": until})).await;
    assert_eq!(stream.next().await.data["record"], first);
    app.wait_ms(3_600_000);
    app.record("offers", json!({"until": until})).await;
    let last = app.record("offers", json!({"until": "2027-01-01 00:00:00.000Z"})).await;
    assert_eq!(stream.next().await.data["record"], last);
}
