//! `explain=1`: how a list is answered, for superusers only.

use serde_json::json;

use super::list;
use crate::support::{As, GUEST, SUPERUSER, TestApp};

#[tokio::test]
async fn superusers_see_how_a_list_is_answered() {
    let app = TestApp::start().await;
    app.record("posts", json!({"title": "a"})).await;
    let query = [("explain", "1"), ("filter", "title = 'a'"), ("sort", "-views")];
    let answer = app.call(SUPERUSER, &list("posts", &query)).await.is(200).json();
    assert!(answer["sql"].as_str().unwrap().starts_with("SELECT"), "{answer:#}");
    assert!(!answer["sql"].as_str().unwrap().contains("'a'"), "values travel as parameters: {answer:#}");
    assert_eq!(answer["params"][0], "a");
    assert_eq!((&answer["rowsReturned"], &answer["rowsInCollection"]), (&json!(1), &json!(1)));
    assert!(answer["plan"][0].as_str().unwrap().starts_with("SCAN"), "{answer:#}");
    assert!(answer["suggestion"].as_str().unwrap().contains("(title, views)"), "{answer:#}");
}

#[tokio::test]
async fn an_index_that_serves_needs_no_suggestion() {
    let app = TestApp::start().await;
    let index = json!({"indexes": ["CREATE INDEX idx_posts_title ON posts (title)"]});
    app.call(SUPERUSER, "PATCH /api/collections/posts").json(index).await.is(200);
    for n in 0..20 {
        app.record("posts", json!({"title": format!("t{n}")})).await;
    }
    let line = list("posts", &[("explain", "true"), ("filter", "title = 't7'")]);
    app.call(SUPERUSER, &line).await.is(200).has(json!({"suggestion": null, "rowsReturned": 1}));
}

#[tokio::test]
async fn everyone_else_gets_the_list_itself() {
    let app = TestApp::start().await;
    for who in [GUEST, As("bob")] {
        let answer = app.call(who, &list("posts", &[("explain", "1")])).await.is(200).json();
        assert!(answer.get("sql").is_none() && answer["items"].is_array(), "{answer}");
    }
}
