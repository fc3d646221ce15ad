//! The history that live queries resume from: exactly what was committed, in that order, and no secrets.

use std::collections::BTreeMap;

use cratebase::store::{Action, StoreError};
use futures_util::future::join_all;
use serde_json::{Value as Json, json};

use super::{add_fields, allow_batches, batch, id, item, number, one, open, text, to, with};
use crate::support::{GUEST, SUPERUSER, TestApp};

const POSTS: &str = "POST /api/collections/posts/records";

/// Everything since `seq`: sequence number, action, record, values.
async fn since(app: &TestApp, seq: i64) -> Vec<(i64, Action, String, Json)> {
    let history = app.services.store.changes_since(seq, 10_000).await.unwrap();
    assert!(!history.reset);
    let all = history.changes.into_iter();
    all.map(|change| (change.seq, change.action, change.record, serde_json::from_str(&change.data).unwrap())).collect()
}

async fn newest(app: &TestApp) -> i64 {
    app.services.store.changes_since(0, 0).await.unwrap().newest
}

#[tokio::test]
async fn every_write_is_told_in_order_with_what_it_left() {
    let app = TestApp::start().await;
    let start = newest(&app).await;
    let post = app.record("posts", json!({"title": "a"})).await;
    app.call(GUEST, &one("PATCH", "posts", &post)).json(json!({"title": "b", "views+": 2})).await.is(200);
    app.call(GUEST, &one("DELETE", "posts", &post)).await.is(204);
    let told = since(&app, start).await;
    let short: Vec<_> =
        told.iter().map(|(seq, action, _, data)| (seq - start, *action, data["title"].clone())).collect();
    assert_eq!(
        short,
        [(1, Action::Create, json!("a")), (2, Action::Update, json!("b")), (3, Action::Delete, json!("b"))]
    );
    assert!(told.iter().all(|(_, _, record, _)| record == id(&post)));
    assert_eq!(told[1].3["views"], 2);
}

#[tokio::test]
async fn a_cascade_is_told_record_by_record() {
    let app = TestApp::start().await;
    let tree = app.collection(open("tree", json!([text("t")]))).await;
    add_fields(&app, &tree, &[with(to("parent", &tree), json!({"cascadeDelete": true})), to("friend", &tree)]).await;
    let root = app.record("tree", json!({"t": "root"})).await;
    app.record("tree", json!({"t": "child", "parent": id(&root)})).await;
    app.record("tree", json!({"t": "friend", "friend": id(&root)})).await;
    let start = newest(&app).await;
    app.call(GUEST, &one("DELETE", "tree", &root)).await.is(204);
    let told: BTreeMap<String, Action> =
        since(&app, start).await.into_iter().map(|(_, action, _, data)| (data["t"].to_string(), action)).collect();
    let expected = [("\"child\"", Action::Delete), ("\"friend\"", Action::Update), ("\"root\"", Action::Delete)];
    assert!(told.iter().map(|(t, a)| (t.as_str(), *a)).eq(expected), "{told:?}");
}

/// Security case 29.
#[tokio::test]
async fn work_that_was_undone_is_never_told() {
    let app = TestApp::start().await;
    allow_batches(&app, json!({})).await;
    let tags = app.collection(open("tags", json!([text("t")]))).await;
    let mut uses = open("uses", json!([with(to("tag", &tags), json!({"required": true})), text("slug")]));
    uses["indexes"] = json!(["CREATE UNIQUE INDEX idx_uses_slug ON uses (slug)"]);
    app.collection(uses).await;
    let tag = app.record("tags", json!({})).await;
    app.record("uses", json!({"tag": id(&tag), "slug": "a"})).await;
    let start = newest(&app).await;
    // A refused cascade, a conflict, a failed batch, a validation error, a job that gives up.
    app.call(GUEST, &one("DELETE", "tags", &tag)).await.is(400);
    app.call(GUEST, "POST /api/collections/uses/records").json(json!({"tag": id(&tag), "slug": "a"})).await.is(400);
    let requests = [item(POSTS, json!({})), item(POSTS, json!({"title": "x".repeat(200)}))];
    batch(&app, GUEST, &requests).await.is(400);
    app.call(GUEST, POSTS).json(json!({"title": "x".repeat(200)})).await.is(400);
    let gives_up = app.services.store.write(|tx| {
        use cratebase::store::Reader as _;
        let posts = tx.catalog().by_name("posts").unwrap().clone();
        let values = posts.fields.iter().map(cratebase::schema::Field::zero).collect();
        tx.insert(&cratebase::schema::Record { collection: posts, values })?;
        Err::<(), _>(StoreError::Constraint("no".into()))
    });
    gives_up.await.unwrap_err();
    assert_eq!(since(&app, start).await, []);
    app.call(GUEST, POSTS).json(json!({"title": "real"})).await.is(200);
    let told = since(&app, start).await;
    assert_eq!((told.len(), told[0].0), (1, start + 1), "no gap where undone work was");
}

/// Security case 29, with everything at once.
#[tokio::test]
async fn the_sequence_has_no_gaps_and_gives_the_final_state() {
    let app = TestApp::start().await;
    allow_batches(&app, json!({})).await;
    let mut pages = open("pages", json!([text("slug"), number("n")]));
    pages["indexes"] = json!(["CREATE UNIQUE INDEX idx_pages_slug ON pages (slug)"]);
    app.collection(pages).await;
    let line = "POST /api/collections/pages/records";
    let first = app.record("pages", json!({"slug": "first"})).await;
    let start = newest(&app).await - 1;
    join_all((0..60).map(async |n| {
        let slug = format!("s{}", n % 25);
        match n % 4 {
            0 => app.call(GUEST, line).json(json!({"slug": slug, "n": n})).await,
            1 => app.call(GUEST, &one("PATCH", "pages", &first)).json(json!({"n+": 1})).await,
            2 => {
                batch(&app, GUEST, &[item(line, json!({"slug": slug})), item(line, json!({"slug": format!("b{n}")}))])
                    .await
            }
            _ => {
                batch(
                    &app,
                    GUEST,
                    &[item(line, json!({"slug": format!("c{n}")})), item(line, json!({"slug": "first"}))],
                )
                .await
            }
        }
    }))
    .await;
    let told = since(&app, start).await;
    assert!(told.iter().map(|(seq, ..)| *seq).eq(start + 1..=start + told.len() as i64), "gapless");
    let mut replayed: BTreeMap<String, Json> = BTreeMap::new();
    for (_, _, record, data) in told {
        replayed.insert(record, json!([data["slug"], data["n"]]));
    }
    let stored = app.call(SUPERUSER, "GET /api/collections/pages/records?perPage=1000").await.is(200).json();
    let stored = stored["items"].as_array().unwrap().iter();
    let stored: BTreeMap<String, Json> =
        stored.map(|page| (id(page).to_string(), json!([page["slug"], page["n"]]))).collect();
    assert_eq!(replayed, stored);
}

#[tokio::test]
async fn secrets_are_never_written_to_history() {
    let app = TestApp::start().await;
    let vault = open("vault", json!([{"name": "code", "type": "password"}, text("t")]));
    app.collection(vault).await;
    app.record("vault", json!({"code": "open sesame 1", "t": "x"})).await;
    let secret = "hunter2 hunter2";
    let line = "PATCH /api/collections/users/records/alice0000000000";
    app.call(SUPERUSER, line).json(json!({"password": secret, "passwordConfirm": secret})).await.is(200);
    let told = app.services.store.changes_since(0, 10_000).await.unwrap().changes;
    assert!(told.iter().any(|change| change.record == "alice0000000000"));
    for change in told {
        let data: Json = serde_json::from_str(&change.data).unwrap();
        for key in ["password", "tokenKey", "code", "passwordConfirm", "oldPassword"] {
            assert!(data.get(key).is_none(), "{key} in {data}");
        }
        for text in ["$argon2", "$2a$", secret, "open sesame"] {
            assert!(!change.data.contains(text), "{text} in {data}");
        }
    }
}
