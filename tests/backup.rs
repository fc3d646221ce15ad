//! Backups: what is in one, what goes on while it is made, and that nothing but a good one ever replaces anything.

mod archive;
mod bucket;
mod making;
mod restoring;
mod scheduled;

use serde_json::{Value as Json, json};

use crate::support::{SUPERUSER, TestApp};

/// A file token of the superuser.
async fn token(app: &TestApp) -> String {
    let answer = app.call(SUPERUSER, "POST /api/files/token").await.is(200).json();
    answer["token"].as_str().unwrap().to_string()
}

/// Makes a backup and answers its bytes.
async fn backup(app: &TestApp, name: &str) -> Vec<u8> {
    app.call(SUPERUSER, "POST /api/backups").json(json!({ "name": name })).await.is(204);
    let line = format!("GET /api/backups/{name}?token={}", token(app).await);
    app.call(crate::support::GUEST, &line).await.is(200).body.clone()
}

/// Sends an archive under a name; the answer.
async fn send(app: &TestApp, name: &str, bytes: Vec<u8>) -> crate::support::Answer {
    let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_string());
    let form = reqwest::multipart::Form::new().part("file", part);
    app.call(SUPERUSER, "POST /api/backups/upload").multipart(form).await
}

/// Puts an archive where it would be, past all checks.
fn plant(app: &TestApp, name: &str, bytes: &[u8]) {
    let folder = app.dir().join("data/backups");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
}

async fn keys(app: &TestApp) -> Vec<String> {
    let list = app.call(SUPERUSER, "GET /api/backups").await.is(200).json();
    list.as_array().unwrap().iter().map(|item| item["key"].as_str().unwrap().to_string()).collect()
}

async fn titles(app: &TestApp) -> Vec<String> {
    let list = app.call(SUPERUSER, "GET /api/collections/posts/records?sort=title").await.is(200).json();
    list["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_string()).collect()
}

/// A post with a picture of these bytes; id and file name.
async fn picture(app: &TestApp, title: &str, bytes: &[u8]) -> (String, String) {
    let part = reqwest::multipart::Part::bytes(bytes.to_vec()).file_name("cover.bin");
    let form = reqwest::multipart::Form::new().text("title", title.to_string()).part("cover", part);
    let made = app.call(SUPERUSER, "POST /api/collections/posts/records").multipart(form).await.is(200).json();
    let text = |json: &Json| json.as_str().unwrap().to_string();
    (text(&made["id"]), text(&made["cover"]))
}
