//! The log: what is in it, what never is, who may look, and how it stays small.

mod keeping;
mod reading;
mod secrets;

use serde_json::{Value as Json, json};

use crate::support::{SUPERUSER, TestApp};

/// The entries in the order in which they were made.
async fn entries(app: &TestApp) -> Vec<Json> {
    let page = app.call(SUPERUSER, "GET /api/logs?sort=@rowid&perPage=1000").await.is(200).json();
    page["items"].as_array().unwrap().clone()
}

/// Only their messages.
async fn messages(app: &TestApp) -> Vec<String> {
    entries(app).await.iter().map(|entry| entry["message"].as_str().unwrap().to_string()).collect()
}

async fn settings(app: &TestApp, logs: Json) {
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({ "logs": logs })).await.is(200);
}

/// Begins with an empty log.
async fn clear(app: &TestApp) {
    app.call(SUPERUSER, "DELETE /api/logs").await.is(204);
    // That itself is not logged.
    assert_eq!(messages(app).await, Vec::<String>::new());
}
