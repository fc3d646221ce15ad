//! What became of records, and whose doing it was.

use serde_json::{Value as Json, json};

use super::{open, text, to, with};
use crate::support::{As, GUEST, SUPERUSER, TestApp};

const ITEMS: &str = "/api/collections/items/records";

/// `items` with a title, tags and a place, open to everyone.
async fn world() -> TestApp {
    let app = TestApp::start().await;
    let tags = json!({"name": "tags", "type": "select", "values": ["a", "b"], "maxSelect": 2});
    let items = open("items", json!([text("title"), tags, {"name": "place", "type": "geoPoint"}]));
    app.call(SUPERUSER, "POST /api/collections").json(items).await.is(200);
    app
}

async fn changes(app: &TestApp, query: &str) -> Json {
    app.call(SUPERUSER, &format!("GET /api/collections/items/changes{query}")).await.is(200).json()
}

#[tokio::test]
async fn each_change_tells_what_it_made_of_the_record_and_whose_it_was() {
    let app = world().await;
    let new = json!({"id": "one000000000000", "title": "first", "tags": ["a"]});
    app.call(As("bob"), &format!("POST {ITEMS}")).json(new).await.is(200);
    let change = json!({"title": "second", "tags": ["a", "b"]});
    app.call(GUEST, &format!("PATCH {ITEMS}/one000000000000")).json(change).await.is(200);
    let sql = json!({"query": "UPDATE items SET title = 'third'"});
    app.call(SUPERUSER, "POST /api/sql").json(sql).await.is(200);
    app.call(SUPERUSER, &format!("DELETE {ITEMS}/one000000000000")).await.is(204);

    let told = changes(&app, "").await;
    assert_eq!(told["more"], false);
    let told = told["items"].as_array().unwrap().clone();
    let part = |name: &str| told.iter().map(|change| change[name].clone()).collect::<Vec<_>>();
    assert_eq!(part("action"), ["delete", "update", "update", "create"]);
    assert!(part("record").iter().all(|id| id == "one000000000000"));
    let whose: Vec<Json> = told.iter().map(|change| change["author"]["collectionName"].clone()).collect();
    assert_eq!(whose, [json!("_superusers"), json!("_superusers"), Json::Null, json!("users")]);
    assert_eq!(told[3]["author"]["id"], "bob000000000000");
    let whole = |title: &str, tags: Json| json!({"id": "one000000000000", "title": title, "tags": tags, "place": {"lon": 0, "lat": 0}});
    assert_eq!((&told[3]["before"], &told[3]["after"]), (&Json::Null, &whole("first", json!(["a"]))));
    assert_eq!(told[2]["before"], json!({"title": "first", "tags": ["a"]}));
    assert_eq!(told[2]["after"], json!({"title": "second", "tags": ["a", "b"]}));
    assert_eq!((&told[1]["before"], &told[1]["after"]), (&json!({"title": "second"}), &json!({"title": "third"})));
    assert_eq!((&told[0]["before"], &told[0]["after"]), (&whole("third", json!(["a", "b"])), &Json::Null));
}

#[tokio::test]
async fn it_comes_page_by_page_and_of_one_record_if_asked() {
    let app = world().await;
    for n in 0..5 {
        let new = json!({"id": format!("{n:015}"), "title": "x"});
        app.call(GUEST, &format!("POST {ITEMS}")).json(new).await.is(200);
    }
    let mut seen = Vec::new();
    let mut query = "?perPage=2".to_string();
    loop {
        let page = changes(&app, &query).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|change| change["record"].as_str().unwrap().to_string()));
        if page["more"] == false {
            break;
        }
        query = format!("?perPage=2&before={}", items[1]["seq"]);
    }
    assert_eq!(seen, (0..5).rev().map(|n| format!("{n:015}")).collect::<Vec<_>>());
    let one = changes(&app, "?record=000000000000003").await;
    assert_eq!((one["items"].as_array().unwrap().len(), &one["more"]), (1, &json!(false)));
    assert_eq!(changes(&app, "?record=nobody").await, json!({"items": [], "more": false}));
}

#[tokio::test]
async fn those_in_a_batch_cascades_and_a_truncation_are_the_callers() {
    let app = world().await;
    let items = app.call(SUPERUSER, "GET /api/collections/items").await.json();
    let notes = open("notes", json!([with(to("item", &items), json!({"cascadeDelete": true}))]));
    app.call(SUPERUSER, "POST /api/collections").json(notes).await.is(200);
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"batch": {"enabled": true}})).await.is(200);
    let new = |id: &str| json!({"method": "POST", "url": ITEMS, "body": {"id": id, "title": "x"}});
    let batch = json!({"requests": [new("one000000000000"), new("two000000000000")]});
    app.call(As("bob"), "POST /api/batch").json(batch).await.is(200);
    let note = json!({"item": "one000000000000"});
    app.call(SUPERUSER, "POST /api/collections/notes/records").json(note).await.is(200);
    app.call(As("bob"), &format!("DELETE {ITEMS}/one000000000000")).await.is(204);
    app.call(SUPERUSER, "DELETE /api/collections/items/truncate").await.is(204);
    let authors = async |collection: &str| {
        let told = app.call(SUPERUSER, &format!("GET /api/collections/{collection}/changes")).await.is(200).json();
        let items = told["items"].as_array().unwrap();
        items.iter().map(|change| change["author"]["collectionName"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(authors("items").await, ["_superusers", "users", "users", "users"]);
    assert_eq!(authors("notes").await, ["users", "_superusers"]);
}

#[tokio::test]
async fn secrets_and_what_is_not_kept_are_not_told() {
    let app = world().await;
    let hashed = json!({"password": "another one 1", "passwordConfirm": "another one 1"});
    app.call(SUPERUSER, "PATCH /api/collections/users/records/bob000000000000").json(hashed).await.is(200);
    let told = app.call(SUPERUSER, "GET /api/collections/users/changes").await.is(200).json();
    let text = told.to_string();
    assert!(text.contains("bob000000000000"));
    assert!(!text.contains("argon2") && !text.contains("tokenKey") && !text.contains("password"), "{text}");

    app.call(SUPERUSER, "PATCH /api/collections/items").json(json!({"historyDays": 0})).await.is(200);
    app.call(GUEST, &format!("POST {ITEMS}")).json(json!({"title": "x"})).await.is(200);
    let told = changes(&app, "").await;
    assert_eq!((&told["items"][0]["before"], &told["items"][0]["after"]), (&Json::Null, &Json::Null));
}

#[tokio::test]
async fn it_is_for_superusers() {
    let app = world().await;
    app.call(GUEST, "GET /api/collections/items/changes").await.is(401);
    app.call(As("bob"), "GET /api/collections/items/changes").await.is(403);
    app.call(SUPERUSER, "GET /api/collections/nothing/changes").await.is(404);
}
