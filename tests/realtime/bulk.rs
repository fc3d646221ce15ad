//! What one request does to many records is told as what it does to each of them, in the order it is done.

use serde_json::json;

use super::Stream;
use crate::support::{GUEST, SUPERUSER, TestApp};

async fn next(stream: &mut Stream) -> String {
    let event = stream.next().await;
    format!("{} {}", event.name, event.told())
}

fn id(name: &str) -> String {
    format!("{name:0<15}")
}

#[tokio::test]
async fn a_cascade_is_a_delete_of_each_and_an_update_of_those_that_stay() {
    let app = TestApp::start().await;
    let posts = app.call(SUPERUSER, "GET /api/collections/posts").await.is(200).json();
    for (name, cascade) in [("comments", true), ("bookmarks", false)] {
        let relation = json!({"name": "post", "type": "relation", "collectionId": posts["id"], "maxSelect": 1, "cascadeDelete": cascade});
        app.collection(json!({"name": name, "type": "base", "listRule": "", "fields": [relation]})).await;
    }
    app.record("posts", json!({"id": id("post")})).await;
    for name in ["one", "two"] {
        app.record("comments", json!({"id": id(name), "post": id("post")})).await;
    }
    app.record("bookmarks", json!({"id": id("mark"), "post": id("post")})).await;
    let mut stream = Stream::of(&app, GUEST, &["posts/*", "comments/*", "bookmarks/*"]).await;
    app.call(GUEST, &format!("DELETE /api/collections/posts/records/{}", id("post"))).await.is(204);
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(next(&mut stream).await);
    }
    assert_eq!(told.remove(0), format!("posts/* delete {}", id("post")));
    told.sort();
    let expected = [("bookmarks/* update", "mark"), ("comments/* delete", "one"), ("comments/* delete", "two")];
    assert_eq!(told, expected.map(|(what, name)| format!("{what} {}", id(name))));
}

#[tokio::test]
async fn a_truncation_is_a_delete_of_each_also_for_those_who_were_away() {
    let app = TestApp::start().await;
    let mut away = Stream::open_with(&app, "?since=now", None).await;
    away.subscribe(&app, GUEST, &["posts/*"]).await.is(204);
    let mut expected = Vec::new();
    for n in 0..3 {
        app.record("posts", json!({"id": id(&format!("p{n}")), "title": n.to_string()})).await;
        expected.push(format!("posts/* delete {}", id(&format!("p{n}"))));
        away.next().await;
    }
    let seen = app.record("posts", json!({"id": id("last")})).await;
    expected.push(format!("posts/* delete {}", seen["id"].as_str().unwrap()));
    let seen = away.next().await.id;
    drop(away);
    let mut live = Stream::of(&app, GUEST, &["posts/*"]).await;
    app.call(SUPERUSER, "DELETE /api/collections/posts/truncate").await.is(204);
    let mut back = Stream::open_with(&app, "", Some(&seen)).await;
    back.subscribe(&app, GUEST, &["posts/*"]).await.is(204);
    for stream in [&mut live, &mut back] {
        let mut told = Vec::new();
        for _ in 0..4 {
            told.push(next(stream).await);
        }
        told.sort();
        expected.sort();
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn an_import_of_collections_changes_no_records_and_ends_no_subscription() {
    let app = TestApp::start().await;
    app.record("posts", json!({"title": "there"})).await;
    let mut stream = Stream::of(&app, GUEST, &["posts/*", "later/*"]).await;
    let mut posts = app.call(SUPERUSER, "GET /api/collections/posts").await.is(200).json();
    posts["fields"].as_array_mut().unwrap().push(json!({"name": "extra", "type": "bool"}));
    let later = json!({"name": "later", "type": "base", "listRule": "", "fields": [{"name": "text", "type": "text"}]});
    let import = json!({"collections": [posts, later]});
    app.call(SUPERUSER, "PUT /api/collections/import").json(import).await.is(204);
    let post = app.record("posts", json!({"title": "after"})).await;
    let later = app.record("later", json!({"text": "too"})).await;
    for (name, record) in [("posts/*", post), ("later/*", later)] {
        let event = stream.next().await;
        assert_eq!((event.name.as_str(), &event.data["record"]["id"]), (name, &record["id"]));
        assert_eq!(event.data["record"].get("extra").is_some(), name == "posts/*");
    }
}
