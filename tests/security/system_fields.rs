//! What the server sets stays what the server set, through every kind of body.

use reqwest::multipart::Form;
use serde_json::{Map, Value as Json, json};

use crate::records::{allow_batches, item};
use crate::support::{Answer, As, SUPERUSER, TestApp, Who};

const FORMATS: [&str; 6] = ["json", "urlencoded", "multipart", "payload in a form", "batch", "batch upsert"];

/// Sends an update in one of the formats.
async fn update(app: &TestApp, who: Who, path: &str, body: &Map<String, Json>, format: &str) -> Answer {
    let patch = format!("PATCH {path}");
    let call = app.call(who, &patch);
    let plain = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    let pairs: Vec<(String, String)> = body.iter().map(|(key, value)| (key.clone(), plain(value))).collect();
    let json = Json::Object(body.clone());
    match format {
        "json" => call.json(json).await,
        "urlencoded" => {
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            call.form(&pairs).await
        }
        "multipart" => {
            call.multipart(pairs.into_iter().fold(Form::new(), |form, (key, value)| form.text(key, value))).await
        }
        "payload in a form" => call.multipart(Form::new().text("@jsonPayload", json.to_string())).await,
        _ => {
            let (collection, id) = path.rsplit_once('/').unwrap();
            let mut body = json;
            let line = match format {
                "batch" => patch.clone(),
                _ => {
                    body.as_object_mut().unwrap().entry("id").or_insert_with(|| id.into());
                    format!("PUT {collection}")
                }
            };
            app.call(who, "POST /api/batch").json(json!({"requests": [item(&line, body)]})).await
        }
    }
}

/// All columns of a row, secrets too.
async fn row(app: &TestApp, table: &str, id: &str) -> Vec<String> {
    use cratebase::value::Row as _;
    let sql = cratebase::sql::Sql { text: format!("SELECT * FROM \"{table}\" WHERE id = ?"), params: vec![id.into()] };
    let read = app.services.store.read(move |reader| {
        let rows = reader.query(&sql)?;
        let width = rows.columns().len();
        let row = rows.row(0);
        Ok::<_, cratebase::store::StoreError>((0..width).map(|at| row.value(at).text().to_string()).collect())
    });
    read.await.unwrap()
}

/// Security case 15.
#[tokio::test]
async fn system_fields_of_a_record_cannot_be_set() {
    let app = TestApp::start().await;
    allow_batches(&app, json!({})).await;
    let dates = json!([
        {"name": "created", "type": "autodate", "onCreate": true}, {"name": "updated", "type": "autodate", "onCreate": true},
        {"name": "t", "type": "text"},
    ]);
    app.collection(crate::records::open("dated", dates)).await;
    let record = app.record("dated", json!({"t": "a", "created": "2000-01-01 00:00:00.000Z"})).await;
    assert_eq!(record["created"], "2026-01-02 03:04:05.678Z");
    let id = record["id"].as_str().unwrap();
    let path = format!("/api/collections/dated/records/{id}");
    let before = row(&app, "dated", id).await;
    app.wait_ms(1000);
    let attempts = [
        ("created", json!("2000-01-01 00:00:00.000Z"), 200),
        ("updated", json!("2000-01-01 00:00:00.000Z"), 200),
        ("created+", json!("x"), 200),
        ("collectionId", json!("_superusers"), 200),
        ("collectionName", json!("_superusers"), 200),
        ("expand", json!({"t": "x"}), 200),
        ("rowid", json!(7), 200),
        ("id", json!("bbbbbbbbbbbbbbb"), 400),
    ];
    for format in FORMATS {
        for (key, value, status) in &attempts {
            if format == "batch upsert" && *key == "id" {
                continue; // Names another record.
            }
            for who in [As("bob"), SUPERUSER] {
                let body = [(key.to_string(), value.clone())].into_iter().collect();
                update(&app, who, &path, &body, format).await.is(*status);
                assert_eq!(row(&app, "dated", id).await, before, "{key} as {format} by {who:?}");
            }
        }
    }
}

/// Security case 15: nor may owners set what makes an account trusted.
#[tokio::test]
async fn system_fields_of_an_account_cannot_be_set_by_its_owner() {
    let app = TestApp::start().await;
    allow_batches(&app, json!({})).await;
    app.call(SUPERUSER, "PATCH /api/collections/users")
        .json(json!({"updateRule": "id = @request.auth.id"}))
        .await
        .is(200);
    let line = "PATCH /api/collections/users/records/alice0000000000";
    app.call(SUPERUSER, line).json(json!({"verified": false})).await.is(200);
    let path = "/api/collections/users/records/alice0000000000";
    // A default collection has autodates that change with every save; the rest of the row does not.
    let columns = async || {
        let mut row = row(&app, "users", "alice0000000000").await;
        row.retain(|value| !value.starts_with("2026-01-02"));
        row
    };
    let before = columns().await;
    let attempts = [
        ("tokenKey", json!("x".repeat(40))),
        ("tokenKey:autogenerate", json!("")),
        ("password", json!("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g")),
        ("passwordHash", json!("x")),
        ("verified", json!(true)),
        ("email", json!("evil@example.com")),
        ("collectionName", json!("_superusers")),
        ("created", json!("2000-01-01 00:00:00.000Z")),
        ("id", json!("eeeeeeeeeeeeeee")),
    ];
    for format in FORMATS {
        for (key, value) in &attempts {
            if format == "batch upsert" && *key == "id" {
                continue;
            }
            let body = [(key.to_string(), value.clone())].into_iter().collect();
            let answer = update(&app, As("alice"), path, &body, format).await;
            assert!(matches!(answer.status, 200 | 400), "{key} as {format}: {}", answer.text());
            assert_eq!(columns().await, before, "{key} as {format}");
        }
    }
    app.call(As("alice"), "POST /api/collections/users/auth-refresh").await.is(200);
}
