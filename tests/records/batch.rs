//! Batches: one transaction, in order, each request as if it came alone.

use std::sync::mpsc;

use cratebase::store::StoreError;
use serde_json::{Value as Json, json};

use super::{allow_batches, batch, count, id, is_gone, item, one, open, stored, text, to};
use crate::support::{As, GUEST, SUPERUSER, TestApp};

const POSTS: &str = "POST /api/collections/posts/records";
const A: &str = "aaaaaaaaaaaaaaa";

#[tokio::test]
async fn later_requests_see_what_earlier_ones_did() {
    let app = TestApp::start().await;
    allow_batches(&app, json!({})).await;
    let line = format!("/api/collections/posts/records/{A}");
    let answer = batch(
        &app,
        GUEST,
        &[
            item(POSTS, json!({"id": A, "views": 1})),
            item(&format!("PATCH {line}"), json!({"views+": 5})),
            item("PUT /api/collections/posts/records", json!({"id": A, "views-": 2})),
            item(&format!("DELETE {line}"), json!({})),
            item(POSTS, json!({"id": A, "title": "again"})),
        ],
    )
    .await;
    answer.is(200).has(json!([
        {"status": 200, "body": {"views": 1}}, {"status": 200, "body": {"views": 6}}, {"status": 200, "body": {"views": 4}},
        {"status": 204, "body": null}, {"status": 200, "body": {"title": "again", "views": 0}},
    ]));
    assert_eq!(count(&app, "posts").await, 1);
}

#[tokio::test]
async fn the_first_failure_undoes_all_before_it_and_none_after_it_runs() {
    let app = TestApp::start().await;
    allow_batches(&app, json!({})).await;
    let post = app.record("posts", json!({"title": "kept"})).await;
    let answer = batch(
        &app,
        GUEST,
        &[
            item(POSTS, json!({"id": A})),
            item(&one("DELETE", "posts", &post), json!({})),
            item(POSTS, json!({"title": "x".repeat(101)})),
            item(POSTS, json!({"title": "y".repeat(101)})),
        ],
    )
    .await
    .is(400)
    .json();
    assert_eq!(answer["message"], "Batch transaction failed.");
    let failed = answer["data"]["requests"].as_object().unwrap();
    assert_eq!(failed.keys().collect::<Vec<_>>(), ["2"]);
    assert_eq!(failed["2"]["code"], "batch_request_failed");
    assert_eq!(failed["2"]["response"]["status"], 400);
    assert_eq!(failed["2"]["response"]["data"]["title"]["code"], "validation_max_text_constraint");
    assert_eq!(stored(&app, "posts", &post).await, post);
    assert_eq!(count(&app, "posts").await, 1);
}

#[tokio::test]
async fn each_request_is_asked_its_own_rule_as_the_outer_caller() {
    let app = TestApp::start().await;
    allow_batches(&app, json!({})).await;
    let mut notes = open("notes", json!([text("by"), text("via")]));
    notes["createRule"] = json!("@request.auth.id = by && by != '' && @request.context = 'batch'");
    notes["updateRule"] = json!("@request.headers.x_key = 'k' && @request.method = 'PATCH'");
    notes["deleteRule"] = json!(null);
    app.collection(notes).await;
    let create = "POST /api/collections/notes/records";
    let mut forged = item(create, json!({"by": "alice0000000000"}));
    forged["headers"] = json!({"Authorization": As("alice").token().unwrap()});
    batch(&app, As("bob"), &[forged]).await.is(400);
    let answer = batch(&app, As("alice"), &[item(create, json!({"by": "alice0000000000"}))]).await.is(200).json();
    let note = &answer[0]["body"];
    app.call(As("alice"), create).json(json!({"by": "alice0000000000"})).await.is(400);
    let mut patch = item(&one("PATCH", "notes", note), json!({"via": "header"}));
    batch(&app, GUEST, std::slice::from_ref(&patch)).await.is(400);
    patch["headers"] = json!({"X-Key": "k"});
    batch(&app, GUEST, &[patch]).await.is(200);
    let mut upsert = item("PUT /api/collections/notes/records", json!({"id": id(note), "via": "upsert"}));
    upsert["headers"] = json!({"X-Key": "k"});
    batch(&app, GUEST, &[upsert]).await.is(200);
    let answer = batch(&app, As("alice"), &[item(&one("DELETE", "notes", note), json!({}))]).await;
    answer.is(400).has(json!({"data": {"requests": {"0": {"response": {"status": 403}}}}}));
    assert!(!is_gone(&app, "notes", note).await);
}

#[tokio::test]
async fn an_upsert_creates_or_updates_under_the_rule_of_what_it_does() {
    let app = TestApp::start().await;
    allow_batches(&app, json!({})).await;
    let mut notes = open("notes", json!([text("t")]));
    notes["createRule"] = json!(null);
    app.collection(notes).await;
    let note = app.record("notes", json!({"t": "a"})).await;
    let upsert = |body: Json| [item("PUT /api/collections/notes/records", body)];
    batch(&app, GUEST, &upsert(json!({"id": id(&note), "t": "b"}))).await.is(200);
    for body in [json!({"id": A, "t": "c"}), json!({"t": "c"}), json!({"id": "", "t": "c"})] {
        let refused = batch(&app, GUEST, &upsert(body)).await;
        refused.is(400).has(json!({"data": {"requests": {"0": {"response": {"status": 403}}}}}));
    }
    batch(&app, SUPERUSER, &upsert(json!({"id": A, "t": "c"}))).await.is(200).has(json!([{"body": {"id": A}}]));
    assert_eq!((count(&app, "notes").await, &stored(&app, "notes", &note).await["t"]), (2, &json!("b")));
}

#[tokio::test]
async fn fields_and_expand_are_each_requests_own() {
    let app = TestApp::start().await;
    allow_batches(&app, json!({})).await;
    let posts = app.call(SUPERUSER, "GET /api/collections/posts").await.json();
    app.collection(open("comments", json!([to("post", &posts), text("t")]))).await;
    let comment = json!({"post": A, "t": "hi"});
    let line = "POST /api/collections/comments/records";
    let answer = batch(
        &app,
        GUEST,
        &[
            item(&format!("{POSTS}?fields=title"), json!({"id": A, "title": "T"})),
            item(&format!("{line}?expand=post&fields=t,expand.post.title"), comment.clone()),
            item(line, comment),
        ],
    )
    .await
    .is(200)
    .json();
    assert_eq!(answer[0], json!({"status": 200, "body": {"title": "T"}}));
    assert_eq!(answer[1]["body"], json!({"t": "hi", "expand": {"post": {"title": "T"}}}));
    assert!(answer[2]["body"].get("expand").is_none());
    let bad = batch(&app, GUEST, &[item(&format!("{POSTS}?fields=a:b("), json!({}))]).await;
    bad.is(400).has(json!({"message": "Batch transaction failed."}));
    assert_eq!(count(&app, "posts").await, 1);
}

#[tokio::test]
async fn a_batch_is_as_large_as_settings_allow() {
    let app = TestApp::start().await;
    let refused = "Batch requests are not allowed.";
    batch(&app, SUPERUSER, &[item(POSTS, json!({}))]).await.refuses(403, refused);
    allow_batches(&app, json!({"maxRequests": 2})).await;
    let three = [item(POSTS, json!({})), item(POSTS, json!({})), item(POSTS, json!({}))];
    let answer = batch(&app, GUEST, &three).await;
    answer.is(400).has(json!({"data": {"requests": {"code": "validation_length_too_long", "params": {"max": 2}}}}));
    batch(&app, GUEST, &three[..2]).await.is(200);
    let empty = batch(&app, GUEST, &[]).await;
    empty.is(400).has(json!({"data": {"requests": {"code": "validation_required"}}}));
    let null = app.call(GUEST, "POST /api/batch").json(json!({"requests": [null]})).await;
    assert_eq!(null.status, 400, "{}", null.text());
    let wrong = batch(&app, GUEST, &[json!({"method": "patch", "url": "x".repeat(2001)})]).await;
    wrong.is(400).has(json!({"data": {"requests": {"0": {
        "method": {"code": "validation_in_invalid"}, "url": {"code": "validation_length_too_long"},
    }}}}));
    assert_eq!(count(&app, "posts").await, 2);
}

#[tokio::test]
async fn a_batch_that_takes_too_long_is_undone() {
    let app = TestApp::start().await;
    allow_batches(&app, json!({"timeout": 3})).await;
    // The writer is kept busy while the batch arrives and its time runs out. Should the batch come too late for that, it
    // succeeds, and another try is due.
    for round in 0..20 {
        let (release, wait) = mpsc::channel::<()>();
        let wait = std::sync::Mutex::new(wait);
        let busy = app.services.store.write(move |_| {
            let _ = wait.lock().unwrap().recv();
            Ok::<_, StoreError>(())
        });
        let requests = [item(POSTS, json!({"title": "late"})), item(POSTS, json!({"title": "late"}))];
        let time = async {
            for _ in 0..5 {
                app.call(GUEST, "GET /api/health").await.is(200);
            }
            app.wait_ms(4000);
            drop(release);
        };
        let (busy, answer, ()) = tokio::join!(busy, batch(&app, GUEST, &requests), time);
        busy.unwrap();
        if answer.status == 400 {
            answer.refuses(400, "Batch transaction failed.");
            assert_eq!(count(&app, "posts").await, 2 * round);
            return;
        }
    }
    panic!("no batch was ever late");
}
