//! Lists: what is wrong with a filter or sort, totals that keep up with writes, fields in lists.

use serde_json::{Value as Json, json};

use super::{list, one};
use crate::support::{GUEST, TestApp};

#[tokio::test]
async fn a_refused_filter_tells_what_is_wrong_and_where() {
    let app = TestApp::start().await;
    let message = "Something went wrong while processing your request.";
    for (filter, expected) in [
        ("titl = 1", json!({"position": 0, "nearest": "title"})),
        ("views > 1 && titl = 1", json!({"position": 13, "nearest": "title"})),
        ("views >", json!({"position": 7})),
        ("(views = 1", json!({"position": 10})),
        ("title = 'a", json!({"position": 8})),
        ("views = 1 and title = 2", json!({"position": 10})),
        ("title:foo = 1", json!({})),
        ("title.a = 1", json!({})),
        ("unknown(1) = 1", json!({"position": 0})),
    ] {
        let answer = app.call(GUEST, &list("posts", &[("filter", filter)])).await;
        answer.is(400).has(json!({"message": message, "data": {"filter": {"code": "validation_invalid_filter"}}}));
        answer.has(json!({"data": {"filter": {"params": expected}}}));
        let said = answer.json()["data"]["filter"]["message"].as_str().unwrap().to_string();
        assert!(!said.is_empty() && !said.to_uppercase().contains("SQL"), "{filter}: {said}");
    }
}

#[tokio::test]
async fn a_refused_sort_tells_what_is_wrong() {
    let app = TestApp::start().await;
    for (sort, nearest) in
        [("-titl", json!("title")), ("views,zzzz", Json::Null), ("'a'", Json::Null), ("views,,title", Json::Null)]
    {
        let answer = app.call(GUEST, &list("posts", &[("sort", sort)])).await.is(400).json();
        assert_eq!(answer["data"]["sort"]["code"], "validation_invalid_sort", "{sort}: {answer}");
        assert_eq!(answer["data"]["sort"]["params"]["nearest"], nearest, "{sort}: {answer}");
    }
}

#[tokio::test]
async fn totals_keep_up_with_every_write() {
    let app = TestApp::start().await;
    let line = list("posts", &[("filter", "done = true"), ("perPage", "1")]);
    let mut posts = Vec::new();
    for n in 0..4 {
        app.call(GUEST, &line).await.is(200).has(json!({"totalItems": n, "totalPages": n}));
        posts.push(app.record("posts", json!({"done": true})).await);
    }
    app.call(GUEST, &one("PATCH", "posts", &posts[0])).json(json!({"done": false})).await.is(200);
    app.call(GUEST, &line).await.is(200).has(json!({"totalItems": 3}));
    app.call(GUEST, &one("DELETE", "posts", &posts[1])).await.is(204);
    app.call(GUEST, &line).await.is(200).has(json!({"totalItems": 2}));
    let skipped = list("posts", &[("skipTotal", "1")]);
    app.call(GUEST, &skipped).await.is(200).has(json!({"totalItems": -1, "totalPages": -1}));
}

#[tokio::test]
async fn pages_beyond_the_end_are_empty_with_true_totals() {
    let app = TestApp::start().await;
    app.record("posts", json!({})).await;
    for page in ["2", "9223372036854775807"] {
        let answer = app.call(GUEST, &list("posts", &[("page", page)])).await;
        answer.is(200).has(json!({"totalItems": 1, "totalPages": 1, "items": []}));
    }
}

/// The total and the first title.
async fn top(app: &TestApp, line: &str) -> (i64, String) {
    let answer = app.call(GUEST, line).await.is(200).json();
    (answer["totalItems"].as_i64().unwrap(), answer["items"][0]["title"].as_str().unwrap().to_string())
}

#[tokio::test]
async fn a_page_asked_for_again_is_as_new_as_the_last_answered_write() {
    let app = TestApp::start().await;
    let line = list("posts", &[("sort", "-views")]);
    let mut post = Json::Null;
    for n in 0..5 {
        post = app.record("posts", json!({"title": format!("t{n}"), "views": n})).await;
        assert_eq!(top(&app, &line).await, (n + 1, format!("t{n}")));
        assert_eq!(top(&app, &line).await, (n + 1, format!("t{n}")));
    }
    app.call(GUEST, &one("PATCH", "posts", &post)).json(json!({"title": "new"})).await.is(200);
    assert_eq!(top(&app, &line).await, (5, "new".to_string()));
    app.call(GUEST, &one("DELETE", "posts", &post)).await.is(204);
    assert_eq!(top(&app, &line).await, (4, "t3".to_string()));
}

#[tokio::test]
async fn pages_and_totals_of_views_follow_the_tables_they_are_made_of() {
    let app = TestApp::start().await;
    let query = "SELECT id, title FROM posts WHERE views > 0";
    app.collection(json!({"name": "seen", "type": "view", "listRule": "", "viewQuery": query})).await;
    for n in 1..4 {
        app.record("posts", json!({"title": format!("t{n}"), "views": n})).await;
        assert_eq!(top(&app, &list("seen", &[("sort", "-title")])).await, (n, format!("t{n}")));
    }
}
