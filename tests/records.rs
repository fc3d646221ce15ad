//! Records through the API: what the recorded answers cannot show, because it happens over time, at once or on disk.

mod auth_records;
mod batch;
mod changes;
mod cursor;
mod delete;
mod expand;
mod explain;
mod files;
mod history;
mod list;
mod rule_test;
mod write;

use reqwest::multipart::Part;
use serde_json::{Value as Json, json};

use crate::support::{Answer, SUPERUSER, TestApp, Who};

/// The line of a list request, its parameters encoded.
pub fn list(collection: &str, query: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("GET /api/collections/{collection}/records?{query}")
}

/// The line of a request about one record.
pub fn one(method: &str, collection: &str, record: &Json) -> String {
    format!("{method} /api/collections/{collection}/records/{}", id(record))
}

/// The id of a record or collection.
#[track_caller]
pub fn id(of: &Json) -> &str {
    of["id"].as_str().unwrap_or_else(|| panic!("no id in {of:#}"))
}

/// The ids of a list answer.
#[track_caller]
pub fn ids(answer: &Answer) -> Vec<String> {
    answer.is(200).json()["items"].as_array().unwrap().iter().map(|item| id(item).to_string()).collect()
}

/// A collection of this name that everyone may read and write.
pub fn open(name: &str, fields: Json) -> Json {
    json!({
        "name": name, "type": "base", "fields": fields,
        "listRule": "", "viewRule": "", "createRule": "", "updateRule": "", "deleteRule": "",
    })
}

/// A relation to one record, unless `maxSelect` follows.
pub fn to(name: &str, target: &Json) -> Json {
    json!({"name": name, "type": "relation", "collectionId": id(target), "maxSelect": 1})
}

/// `field` with more options.
pub fn with(mut field: Json, more: Json) -> Json {
    let more = more.as_object().unwrap().clone();
    field.as_object_mut().unwrap().extend(more);
    field
}

pub fn text(name: &str) -> Json {
    json!({"name": name, "type": "text"})
}

pub fn number(name: &str) -> Json {
    json!({"name": name, "type": "number"})
}

/// Adds fields to a collection that exists: relations to itself need its id.
pub async fn add_fields(app: &TestApp, collection: &Json, fields: &[Json]) -> Json {
    let mut all = collection["fields"].as_array().unwrap().clone();
    all.extend_from_slice(fields);
    let line = format!("PATCH /api/collections/{}", id(collection));
    app.call(SUPERUSER, &line).json(json!({"fields": all})).await.is(200).json()
}

/// How many records there are.
pub async fn count(app: &TestApp, collection: &str) -> i64 {
    app.call(SUPERUSER, &list(collection, &[])).await.is(200).json()["totalItems"].as_i64().unwrap()
}

/// A record as a superuser sees it.
pub async fn stored(app: &TestApp, collection: &str, record: &Json) -> Json {
    app.call(SUPERUSER, &one("GET", collection, record)).await.is(200).json()
}

pub async fn is_gone(app: &TestApp, collection: &str, record: &Json) -> bool {
    app.call(SUPERUSER, &one("GET", collection, record)).await.status == 404
}

/// Turns batches on.
pub async fn allow_batches(app: &TestApp, limits: Json) {
    let batch = with(json!({"enabled": true}), limits);
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"batch": batch})).await.is(200);
}

/// One request of a batch.
pub fn item(line: &str, body: Json) -> Json {
    let (method, url) = line.split_once(' ').unwrap();
    json!({"method": method, "url": url, "body": body})
}

pub async fn batch(app: &TestApp, who: Who, requests: &[Json]) -> Answer {
    app.call(who, "POST /api/batch").json(json!({"requests": requests})).await
}

pub fn file(name: &str) -> Part {
    Part::bytes(name.as_bytes().to_vec()).file_name(name.to_string())
}

/// The folders that were made for records.
pub fn folders_on_disk(app: &TestApp) -> usize {
    let below =
        |path: &std::path::Path| std::fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap().path());
    let collections = below(&app.dir().join("data/storage")).filter(|path| !path.ends_with(".incoming"));
    collections.map(|collection| below(&collection).count()).sum()
}

/// Every stored record file, as `collection/record/name`, sorted.
pub fn files_on_disk(app: &TestApp) -> Vec<String> {
    let root = app.dir().join("data/storage");
    let mut found = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(dir) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&dir) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let shown = path.strip_prefix(&root).unwrap().display().to_string();
            match path.is_dir() {
                true if shown != ".incoming" => open.push(path),
                true => {}
                false => found.push(shown),
            }
        }
    }
    found.sort();
    found
}
