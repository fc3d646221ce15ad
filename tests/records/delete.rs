//! Deleting what others refer to: with it, without it or not at all; everything or nothing.

use serde_json::{Value as Json, json};

use super::{add_fields, allow_batches, batch, count, id, is_gone, item, number, one, open, stored, text, to, with};
use crate::support::{GUEST, SUPERUSER, TestApp};

const REFUSED: &str =
    "Failed to delete record. Make sure that the record is not part of a required relation reference.";

fn cascade(field: Json) -> Json {
    with(field, json!({"cascadeDelete": true}))
}

fn required(field: Json) -> Json {
    with(field, json!({"required": true}))
}

fn many(field: Json) -> Json {
    with(field, json!({"maxSelect": 10}))
}

#[tokio::test]
async fn a_chain_of_cascades_ends_where_references_are_emptied() {
    let app = TestApp::start().await;
    let authors = app.collection(open("authors", json!([text("name")]))).await;
    let books = app.collection(open("books", json!([cascade(to("author", &authors))]))).await;
    let pages = app.collection(open("pages", json!([cascade(to("book", &books))]))).await;
    app.collection(open("notes", json!([to("page", &pages), text("t")]))).await;
    let author = app.record("authors", json!({})).await;
    let book = app.record("books", json!({"author": id(&author)})).await;
    let page = app.record("pages", json!({"book": id(&book)})).await;
    let other = app.record("pages", json!({})).await;
    let note = app.record("notes", json!({"page": id(&page), "t": "kept"})).await;
    app.call(GUEST, &one("DELETE", "authors", &author)).await.is(204);
    assert!(is_gone(&app, "books", &book).await && is_gone(&app, "pages", &page).await);
    assert!(!is_gone(&app, "pages", &other).await);
    let note = stored(&app, "notes", &note).await;
    assert_eq!((&note["page"], &note["t"]), (&json!(""), &json!("kept")));
}

#[tokio::test]
async fn a_cycle_of_cascades_goes_as_a_whole() {
    let app = TestApp::start().await;
    let rings = app.collection(open("rings", json!([text("t")]))).await;
    add_fields(&app, &rings, &[cascade(to("next", &rings))]).await;
    let a = app.record("rings", json!({})).await;
    let b = app.record("rings", json!({"next": id(&a)})).await;
    let c = app.record("rings", json!({"next": id(&b)})).await;
    app.call(GUEST, &one("PATCH", "rings", &a)).json(json!({"next": id(&c)})).await.is(200);
    let narcissus = app.record("rings", json!({})).await;
    app.call(GUEST, &one("PATCH", "rings", &narcissus)).json(json!({"next": id(&narcissus)})).await.is(200);
    app.call(GUEST, &one("DELETE", "rings", &b)).await.is(204);
    assert_eq!(count(&app, "rings").await, 1);
    app.call(GUEST, &one("DELETE", "rings", &narcissus)).await.is(204);
    assert_eq!(count(&app, "rings").await, 0);
}

#[tokio::test]
async fn a_tree_loses_a_branch_and_keeps_the_rest() {
    let app = TestApp::start().await;
    let tree = app.collection(open("tree", json!([text("t")]))).await;
    add_fields(&app, &tree, &[cascade(to("parent", &tree))]).await;
    let root = app.record("tree", json!({})).await;
    let mut branches = Vec::new();
    for _ in 0..2 {
        let branch = app.record("tree", json!({"parent": id(&root)})).await;
        for _ in 0..3 {
            app.record("tree", json!({"parent": id(&branch)})).await;
        }
        branches.push(branch);
    }
    app.call(GUEST, &one("DELETE", "tree", &branches[0])).await.is(204);
    assert_eq!(count(&app, "tree").await, 5);
}

#[tokio::test]
async fn lists_lose_one_id_and_follow_when_it_was_the_last() {
    let app = TestApp::start().await;
    let tags = app.collection(open("tags", json!([text("t")]))).await;
    app.collection(open("loose", json!([many(to("tags", &tags))]))).await;
    app.collection(open("bound", json!([cascade(many(to("tags", &tags)))]))).await;
    app.collection(open("strict", json!([required(many(to("tags", &tags)))]))).await;
    let red = app.record("tags", json!({})).await;
    let blue = app.record("tags", json!({})).await;
    let both = json!({"tags": [id(&red), id(&blue)]});
    let loose = app.record("loose", both.clone()).await;
    let bound = app.record("bound", both.clone()).await;
    let strict = app.record("strict", both).await;
    app.call(GUEST, &one("DELETE", "tags", &red)).await.is(204);
    for (collection, record) in [("loose", &loose), ("bound", &bound), ("strict", &strict)] {
        assert_eq!(stored(&app, collection, record).await["tags"], json!([id(&blue)]), "{collection}");
    }
    // The strict one would be left without any: nothing at all happens.
    app.call(GUEST, &one("DELETE", "tags", &blue)).await.refuses(400, REFUSED);
    for (collection, record) in [("loose", &loose), ("bound", &bound), ("strict", &strict)] {
        assert_eq!(stored(&app, collection, record).await["tags"], json!([id(&blue)]), "{collection}");
    }
    app.call(GUEST, &one("DELETE", "strict", &strict)).await.is(204);
    app.call(GUEST, &one("DELETE", "tags", &blue)).await.is(204);
    assert_eq!(stored(&app, "loose", &loose).await["tags"], json!([]));
    assert!(is_gone(&app, "bound", &bound).await);
}

#[tokio::test]
async fn a_required_reference_deep_down_stops_everything() {
    let app = TestApp::start().await;
    let roots = app.collection(open("roots", json!([text("t")]))).await;
    let stems = app.collection(open("stems", json!([cascade(to("root", &roots))]))).await;
    let leaves = app.collection(open("leaves", json!([cascade(to("stem", &stems))]))).await;
    app.collection(open("zoo", json!([required(to("leaf", &leaves))]))).await;
    app.collection(open("aaa", json!([to("root", &roots)]))).await;
    let root = app.record("roots", json!({})).await;
    let stem = app.record("stems", json!({"root": id(&root)})).await;
    let leaf = app.record("leaves", json!({"stem": id(&stem)})).await;
    let loose = app.record("aaa", json!({"root": id(&root)})).await;
    app.record("zoo", json!({"leaf": id(&leaf)})).await;
    app.call(SUPERUSER, &one("DELETE", "roots", &root)).await.refuses(400, REFUSED);
    for (collection, record) in [("roots", &root), ("stems", &stem), ("leaves", &leaf), ("aaa", &loose)] {
        assert_eq!(stored(&app, collection, record).await, *record, "{collection}");
    }
}

#[tokio::test]
async fn a_record_reached_twice_is_deleted_once() {
    let app = TestApp::start().await;
    let hubs = app.collection(open("hubs", json!([text("t")]))).await;
    let nodes = open("nodes", json!([cascade(many(to("hubs", &hubs))), cascade(to("hub", &hubs))]));
    let nodes = app.collection(nodes).await;
    add_fields(&app, &nodes, &[cascade(to("parent", &nodes))]).await;
    let (hub, other) = (app.record("hubs", json!({})).await, app.record("hubs", json!({})).await);
    let first = app.record("nodes", json!({"hubs": [id(&hub)], "hub": id(&hub)})).await;
    // Goes with its parent, although by itself it would only lose one of two hubs.
    app.record("nodes", json!({"hubs": [id(&hub), id(&other)], "parent": id(&first)})).await;
    app.call(GUEST, &one("DELETE", "hubs", &hub)).await.is(204);
    assert_eq!(count(&app, "nodes").await, 0);
}

#[tokio::test]
async fn a_record_changed_by_a_cascade_keeps_that_change() {
    let app = TestApp::start().await;
    let hubs = app.collection(open("hubs", json!([text("t")]))).await;
    let nodes = app.collection(open("nodes", json!([cascade(many(to("hubs", &hubs)))]))).await;
    add_fields(&app, &nodes, &[to("friend", &nodes)]).await;
    let (hub, other) = (app.record("hubs", json!({})).await, app.record("hubs", json!({})).await);
    let first = app.record("nodes", json!({"hubs": [id(&hub)]})).await;
    let both = json!({"hubs": [id(&hub), id(&other)], "friend": id(&first)});
    let second = app.record("nodes", both).await;
    let before = app.services.store.changes_since(0, 0).await.unwrap().newest;
    app.call(GUEST, &one("DELETE", "hubs", &hub)).await.is(204);
    let second = stored(&app, "nodes", &second).await;
    assert_eq!((&second["hubs"], &second["friend"]), (&json!([id(&other)]), &json!("")));
    let changes = app.services.store.changes_since(before, 100).await.unwrap().changes;
    let last = changes.iter().rfind(|change| change.record == id(&second)).unwrap();
    let told: Json = serde_json::from_str(&last.data).unwrap();
    assert_eq!(told["friend"], "", "what is announced is what is stored");
}

#[tokio::test]
async fn more_references_than_fit_in_one_step_are_all_settled() {
    let app = TestApp::start().await;
    let hubs = app.collection(open("hubs", json!([text("t")]))).await;
    app.collection(open("spokes", json!([to("hub", &hubs), number("n")]))).await;
    let hub = app.record("hubs", json!({})).await;
    allow_batches(&app, json!({"maxRequests": 1100, "timeout": 60})).await;
    let spokes: Vec<Json> =
        (0..1100).map(|n| item("POST /api/collections/spokes/records", json!({"hub": id(&hub), "n": n}))).collect();
    batch(&app, GUEST, &spokes).await.is(200);
    app.call(GUEST, &one("DELETE", "hubs", &hub)).await.is(204);
    let line = super::list("spokes", &[("filter", "hub = '' && n >= 0"), ("perPage", "1")]);
    app.call(GUEST, &line).await.is(200).has(json!({"totalItems": 1100}));
}

#[tokio::test]
async fn rules_of_those_that_follow_are_not_asked() {
    let app = TestApp::start().await;
    let hubs = app.collection(open("hubs", json!([text("t")]))).await;
    let mut locked = open("locked", json!([cascade(to("hub", &hubs))]));
    locked["deleteRule"] = json!(null);
    app.collection(locked).await;
    let hub = app.record("hubs", json!({})).await;
    let spoke = app.record("locked", json!({"hub": id(&hub)})).await;
    app.call(GUEST, &one("DELETE", "locked", &spoke)).await.is(403);
    app.call(GUEST, &one("DELETE", "hubs", &hub)).await.is(204);
    assert!(is_gone(&app, "locked", &spoke).await);
}

/// Security case 28.
#[tokio::test]
async fn a_very_long_chain_of_cascades_is_no_danger() {
    const LENGTH: usize = 4000;
    let app = TestApp::start().await;
    let chain = app.collection(open("chain", json!([text("t")]))).await;
    add_fields(&app, &chain, &[cascade(to("parent", &chain))]).await;
    allow_batches(&app, json!({"maxRequests": LENGTH, "timeout": 60})).await;
    let link = |n: usize| {
        let parent = if n == 0 { String::new() } else { format!("{:015}", n - 1) };
        item("POST /api/collections/chain/records", json!({"id": format!("{n:015}"), "parent": parent}))
    };
    batch(&app, GUEST, &(0..LENGTH).map(link).collect::<Vec<_>>()).await.is(200);
    app.call(GUEST, "DELETE /api/collections/chain/records/000000000000000").await.is(204);
    assert_eq!(count(&app, "chain").await, 0);
}
