//! Collections that keep their history for less time, or none: never silence, always either the changes or "start over".

use serde_json::json;

use super::Stream;
use crate::support::{GUEST, SUPERUSER, TestApp};

/// A collection beside `posts` whose changes are not kept.
async fn app_with_fleeting() -> TestApp {
    let app = TestApp::start().await;
    fleeting(&app).await;
    app
}

async fn fleeting(app: &TestApp) {
    app.collection(json!({
        "name": "fleeting", "type": "base", "listRule": "", "viewRule": "", "historyDays": 0,
        "fields": [{"name": "text", "type": "text"}],
    }))
    .await;
}

async fn resumed(app: &TestApp, seen: &str, topics: &[&str]) -> Stream {
    let stream = Stream::open_with(app, "", Some(seen)).await;
    stream.subscribe(app, GUEST, topics).await.is(204);
    stream
}

#[tokio::test]
async fn days_of_history_are_a_property_of_the_collection() {
    let app = app_with_fleeting().await;
    let line = "/api/collections/fleeting";
    app.table(&[
        (SUPERUSER, &format!("GET {line}"), json!(null), 200, json!({"historyDays": 0})),
        (SUPERUSER, &format!("PATCH {line}"), json!({"historyDays": 2}), 200, json!({"historyDays": 2})),
        (SUPERUSER, &format!("PATCH {line}"), json!({"historyDays": -2}), 400, json!(null)),
        (SUPERUSER, &format!("PATCH {line}"), json!({"historyDays": "2"}), 400, json!(null)),
    ])
    .await;
    let usual = app.call(SUPERUSER, &format!("PATCH {line}")).json(json!({"historyDays": null})).await.is(200).json();
    assert!(usual.get("historyDays").is_none(), "{usual}");
}

#[tokio::test]
async fn without_history_what_happens_is_told_and_what_was_missed_is_a_reset() {
    let app = app_with_fleeting().await;
    let mut stream = Stream::open_with(&app, "?since=now", None).await;
    stream.subscribe(&app, GUEST, &["fleeting/*"]).await.is(204);
    app.record("fleeting", json!({"text": "live"})).await;
    let event = stream.next().await;
    assert_eq!((event.told().starts_with("create "), event.field("text")), (true, "live"));
    drop(stream);
    app.record("fleeting", json!({"text": "missed"})).await;
    let app = app.restart().await;
    let mut stream = resumed(&app, &event.id, &["fleeting/*"]).await;
    let reset = stream.next().await;
    assert_eq!((reset.name.as_str(), &reset.id), ("PB_RESET", &(event.id.parse::<i64>().unwrap() + 1).to_string()));
    app.record("fleeting", json!({"text": "again"})).await;
    assert_eq!(stream.next().await.field("text"), "again");
}

#[tokio::test]
async fn others_resume_across_what_is_not_kept() {
    let app = app_with_fleeting().await;
    let mut stream = Stream::open_with(&app, "?since=now", None).await;
    stream.subscribe(&app, GUEST, &["posts/*"]).await.is(204);
    app.record("posts", json!({"title": "first"})).await;
    let seen = stream.next().await.id;
    drop(stream);
    app.record("posts", json!({"title": "missed"})).await;
    let kept = app.record("fleeting", json!({"text": "not kept"})).await;
    app.record("posts", json!({"title": "missed too"})).await;
    // One record of that collection which did not change lost nothing either.
    let mut stream = resumed(&app, &seen, &["posts/*", "fleeting/another00000000"]).await;
    for title in ["missed", "missed too"] {
        assert_eq!(stream.next().await.field("title"), title);
    }
    let one = format!("fleeting/{}", kept["id"].as_str().unwrap());
    assert_eq!(resumed(&app, &seen, &[&one]).await.next().await.name, "PB_RESET");
}

#[tokio::test]
async fn who_cannot_be_told_from_a_history_that_is_not_kept_is_cut_off() {
    let app = TestApp::start_with(|config| config.realtime.backlog_changes = 0).await;
    fleeting(&app).await;
    let mut stream = Stream::of(&app, GUEST, &["fleeting/*"]).await;
    let mut posts = Stream::of(&app, GUEST, &["posts/*"]).await;
    let count = 40;
    let write = (0..count).map(|n| app.record("fleeting", json!({"text": n.to_string()})));
    futures_util::future::join_all(write).await;
    app.record("posts", json!({"title": "told"})).await;
    assert_eq!(posts.next().await.field("title"), "told");
    let mut told = 0;
    while told < count && stream.try_next().await.is_some() {
        told += 1;
    }
}

/// The history has what once was public; whoever comes later is shown what they might see now.
#[tokio::test]
async fn what_was_withdrawn_is_not_told_to_who_comes_later() {
    let app = TestApp::start().await;
    let fields = json!([{"name": "open", "type": "bool"}, {"name": "text", "type": "text"}]);
    let rules = json!({"name": "ads", "type": "base", "listRule": "open = true", "fields": fields});
    app.collection(rules).await;
    let ads = "/api/collections/ads/records";
    let mut ids = Vec::new();
    for text in ["secret of one withdrawn", "secret of one deleted", "fine"] {
        ids.push(app.record("ads", json!({"open": true, "text": text})).await["id"].as_str().unwrap().to_string());
    }
    app.call(SUPERUSER, &format!("PATCH {ads}/{}", ids[0])).json(json!({"open": false})).await.is(200);
    app.call(SUPERUSER, &format!("DELETE {ads}/{}", ids[1])).await.is(204);
    let mut stream = resumed(&app, "0", &["ads/*"]).await;
    for (told, text) in [
        (format!("create {}", ids[0]), ""),
        (format!("create {}", ids[1]), ""),
        (format!("create {}", ids[2]), "fine"),
        (format!("delete {}", ids[1]), ""),
    ] {
        let event = stream.next().await;
        assert_eq!((event.told(), event.field("text")), (told, text), "{}", event.data);
    }
    // Superusers may read it all anyway.
    let stream = Stream::open_with(&app, "", Some("0")).await;
    stream.subscribe(&app, SUPERUSER, &["ads/*"]).await.is(204);
    let mut stream = stream;
    assert_eq!(stream.next().await.field("text"), "secret of one withdrawn");
}

#[tokio::test]
async fn an_address_that_is_hidden_again_is_not_told_to_who_comes_later() {
    let app = TestApp::start().await;
    let bob = "PATCH /api/collections/users/records/bob000000000000";
    app.call(SUPERUSER, "PATCH /api/collections/users").json(json!({"listRule": ""})).await.is(200);
    let seen = Stream::open_with(&app, "?since=now", None).await;
    seen.subscribe(&app, GUEST, &["posts/*"]).await.is(204);
    let start = {
        app.record("posts", json!({"title": "x"})).await;
        let mut seen = seen;
        seen.next().await.id
    };
    for visible in [true, false] {
        app.call(SUPERUSER, bob).json(json!({"emailVisibility": visible})).await.is(200);
    }
    let mut stream = resumed(&app, &start, &["users/*"]).await;
    for _ in 0..2 {
        let event = stream.next().await;
        assert!(!event.data.to_string().contains("bob@example.com"), "{}", event.data);
    }
}
