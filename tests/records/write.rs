//! Many writes at once: nothing is lost, nothing happens twice, a rule and its write are one.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;

use super::{count, number, one, open, stored, text};
use crate::support::{Answer, GUEST, TestApp};

/// Sends `times` requests at the same moment.
async fn at_once(app: &TestApp, line: &str, times: usize, body: impl Fn(usize) -> serde_json::Value) -> Vec<Answer> {
    join_all((0..times).map(|n| app.call(GUEST, line).json(body(n)).into_future())).await
}

fn with_status(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[tokio::test]
async fn concurrent_additions_are_all_counted() {
    let app = TestApp::start().await;
    let post = app.record("posts", json!({"views": 0})).await;
    let answers = at_once(&app, &one("PATCH", "posts", &post), 50, |_| json!({"views+": 1})).await;
    let seen: BTreeSet<i64> = answers.iter().map(|answer| answer.is(200).json()["views"].as_i64().unwrap()).collect();
    assert_eq!(seen, (1..=50).collect(), "each sees its own addition");
    at_once(&app, &one("PATCH", "posts", &post), 20, |_| json!({"views-": 2})).await;
    assert_eq!(stored(&app, "posts", &post).await["views"], 10);
}

#[tokio::test]
async fn concurrent_updates_of_different_fields_do_not_undo_each_other() {
    let app = TestApp::start().await;
    let post = app.record("posts", json!({"tags": []})).await;
    let bodies = [
        json!({"title": "t"}),
        json!({"views": 7}),
        json!({"done": true}),
        json!({"tags+": "a"}),
        json!({"+tags": "b"}),
    ];
    at_once(&app, &one("PATCH", "posts", &post), 5, |n| bodies[n].clone()).await;
    let after = stored(&app, "posts", &post).await;
    assert_eq!((&after["title"], &after["views"], &after["done"]), (&json!("t"), &json!(7), &json!(true)));
    assert_eq!(after["tags"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn concurrent_creates_are_all_kept_under_ids_of_their_own() {
    let app = TestApp::start().await;
    let answers = at_once(&app, "POST /api/collections/posts/records", 50, |n| json!({"views": n})).await;
    let ids: BTreeSet<String> =
        answers.iter().map(|answer| answer.is(200).json()["id"].as_str().unwrap().to_string()).collect();
    assert_eq!((ids.len(), count(&app, "posts").await), (50, 50));
}

#[tokio::test]
async fn of_equal_unique_values_written_at_once_one_wins() {
    let app = TestApp::start().await;
    let mut pages = open("pages", json!([text("slug"), number("n")]));
    pages["indexes"] = json!(["CREATE UNIQUE INDEX idx_pages_slug ON pages (slug)"]);
    app.collection(pages).await;
    let answers = at_once(&app, "POST /api/collections/pages/records", 30, |n| json!({"slug": "home", "n": n})).await;
    assert_eq!((with_status(&answers, 200), with_status(&answers, 400)), (1, 29));
    for refused in answers.iter().filter(|answer| answer.status == 400) {
        refused
            .has(json!({"message": "Failed to create record.", "data": {"slug": {"code": "validation_not_unique"}}}));
    }
    // Neighbours in the same group of the writer are not hurt by a conflict between them.
    let answers =
        at_once(&app, "POST /api/collections/pages/records", 40, |n| json!({"slug": format!("p{}", n % 20)})).await;
    assert_eq!((with_status(&answers, 200), count(&app, "pages").await), (20, 21));
}

#[tokio::test]
async fn of_equal_ids_written_at_once_one_wins() {
    let app = TestApp::start().await;
    let line = "POST /api/collections/posts/records";
    let answers = at_once(&app, line, 10, |_| json!({"id": "aaaaaaaaaaaaaaa"})).await;
    assert_eq!((with_status(&answers, 200), with_status(&answers, 400)), (1, 9));
}

#[tokio::test]
async fn an_update_rule_holds_until_its_write_is_done() {
    let app = TestApp::start().await;
    let mut seats = open("seats", json!([{"name": "taken", "type": "bool"}, number("by")]));
    seats["updateRule"] = json!("taken = false");
    app.collection(seats).await;
    let seat = app.record("seats", json!({})).await;
    let answers = at_once(&app, &one("PATCH", "seats", &seat), 20, |n| json!({"taken": true, "by": n + 1})).await;
    assert_eq!((with_status(&answers, 200), with_status(&answers, 404)), (1, 19));
    let winner = answers.iter().find(|answer| answer.status == 200).unwrap().json();
    assert_eq!(stored(&app, "seats", &seat).await["by"], winner["by"]);
}

#[tokio::test]
async fn a_create_rule_that_counts_what_is_there_is_not_overrun() {
    let app = TestApp::start().await;
    let mut wins = open("wins", json!([text("prize")]));
    wins["createRule"] = json!(null);
    app.collection(wins.clone()).await;
    let rule = json!({"createRule": "@collection.wins.prize != @request.body.prize"});
    app.call(crate::support::SUPERUSER, "PATCH /api/collections/wins").json(rule).await.is(200);
    let answers = at_once(&app, "POST /api/collections/wins/records", 20, |_| json!({"prize": "car"})).await;
    assert_eq!((with_status(&answers, 200), with_status(&answers, 400)), (1, 19));
}
