//! What an entry says, and how entries are found.

use serde_json::{Value as Json, json};

use crate::support::{As, GUEST, SUPERUSER, TestApp};

use super::{clear, entries, messages, settings};

#[tokio::test]
async fn an_answered_request_is_an_entry() {
    let app = TestApp::start().await;
    clear(&app).await;
    let call = app.call(As("bob"), "GET /api/collections/posts/records?sort=%2Btitle");
    call.header("Referer", "https://app.example/x").header("User-Agent", "test/1").await.is(200);
    let all = entries(&app).await;
    let entry = &all[0];
    assert_eq!(entry["id"].as_str().unwrap().len(), 15);
    assert_eq!(entry["created"], "2026-01-02 03:04:05.678Z");
    assert_eq!(entry["level"], 0);
    assert_eq!(entry["message"], "GET /api/collections/posts/records?sort=+title");
    let mut data = entry["data"].clone();
    let took = data.as_object_mut().unwrap().remove("execTime").unwrap();
    assert!(took.as_f64().is_some_and(|ms| ms > 0.0 && ms < 60_000.0), "{took}");
    let expected = json!({
        "type": "request", "method": "GET", "url": "/api/collections/posts/records?sort=%2Btitle", "status": 200,
        "auth": "users", "referer": "https://app.example/x", "userAgent": "test/1",
        "userIP": "127.0.0.1", "remoteIP": "127.0.0.1",
    });
    assert_eq!(data, expected);
}

#[tokio::test]
async fn a_refusal_says_why() {
    let app = TestApp::start().await;
    clear(&app).await;
    app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "x".repeat(101)})).await.is(400);
    app.call(GUEST, "GET /api/nothing").await.is(404);
    app.call(GUEST, "GET /not-there.html").await.is(404);
    let all = entries(&app).await;
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|entry| entry["level"] == 8));
    let data = |index: usize, key: &str| all[index]["data"][key].clone();
    assert_eq!((data(0, "status"), data(0, "error")), (json!(400), json!("Failed to create record.")));
    assert_eq!(data(0, "details")["title"]["code"], "validation_max_text_constraint");
    assert_eq!((data(1, "status"), data(1, "error")), (json!(404), json!("File not found.")));
    assert_eq!(data(1, "details"), Json::Null);
    assert_eq!((data(2, "status"), data(2, "auth")), (json!(404), json!("")));
}

#[tokio::test]
async fn what_would_fill_the_log_with_noise_is_left_out_when_it_succeeds() {
    let app = TestApp::start().await;
    std::fs::create_dir_all(app.dir().join("public")).unwrap();
    std::fs::write(app.dir().join("public/page.html"), "x").unwrap();
    clear(&app).await;
    app.call(GUEST, "GET /page.html").await.is(200);
    app.call(GUEST, "OPTIONS /api/collections").await.is(204);
    app.call(SUPERUSER, "GET /api/logs").await.is(200);
    app.call(SUPERUSER, "GET /api/logs/stats").await.is(200);
    app.call(SUPERUSER, "GET /api/v1/logs").await.is(200);
    app.call(GUEST, "GET /api/oauth2-redirect?state=a&code=b").await;
    assert_eq!(messages(&app).await, Vec::<String>::new());
    app.call(SUPERUSER, "GET /api/logs/nothing").await.is(404);
    app.call(GUEST, "GET /api/logs").await.is(401);
    app.call(GUEST, "HEAD /api/health").await.is(200);
    let expected = ["GET /api/logs/nothing", "GET /api/logs", "HEAD /api/health"];
    assert_eq!(messages(&app).await, expected);
}

#[tokio::test]
async fn entries_are_filtered_sorted_and_paged() {
    let app = TestApp::start().await;
    clear(&app).await;
    for path in ["/api/health", "/api/one", "/api/two"] {
        app.call(GUEST, &format!("GET {path}")).await;
        app.wait_ms(1000);
    }
    let found = async |query: &str| -> Vec<String> {
        let answer = app.call(SUPERUSER, &format!("GET /api/logs?{query}")).await.is(200).json();
        answer["items"].as_array().unwrap().iter().map(|i| i["message"].as_str().unwrap().to_string()).collect()
    };
    for (query, expected) in [
        ("filter=level>0%26%26message~'two'", vec!["GET /api/two"]),
        ("filter=data.status=404&sort=-created", vec!["GET /api/two", "GET /api/one"]),
        ("filter=data.status>=400%26%26data.url='/api/one'", vec!["GET /api/one"]),
        ("filter=data.auth=''&sort=-@rowid&perPage=2", vec!["GET /api/two", "GET /api/one"]),
        ("filter=data.auth=''&sort=-@rowid&perPage=2&page=2", vec!["GET /api/health"]),
        ("filter=created>='2026-01-02 03:04:06'&sort=message", vec!["GET /api/one", "GET /api/two"]),
        ("filter=data.nothing.deeper='x'", vec![]),
        ("filter=data.execTime>0&sort=data.url,-level", vec!["GET /api/health", "GET /api/one", "GET /api/two"]),
    ] {
        assert_eq!(found(query).await, expected, "{query}");
    }
    let page = app.call(SUPERUSER, "GET /api/logs?perPage=2").await.is(200).json();
    assert_eq!((&page["page"], &page["perPage"]), (&json!(1), &json!(2)));
    assert_eq!((&page["totalItems"], &page["totalPages"]), (&json!(3), &json!(2)));
    let page = app.call(SUPERUSER, "GET /api/logs?skipTotal=1&fields=id,data.status").await.is(200).json();
    assert_eq!((&page["totalItems"], &page["totalPages"]), (&json!(-1), &json!(-1)));
    assert_eq!(page["items"][0].as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "data"]);
    assert_eq!(page["items"][0]["data"], json!({"status": 200}));
    let usual = app.call(SUPERUSER, "GET /api/logs").await.is(200).json();
    assert_eq!((&usual["page"], &usual["perPage"]), (&json!(1), &json!(30)));
    let most = app.call(SUPERUSER, "GET /api/logs?perPage=1001&page=0").await.is(200).json();
    assert_eq!((&most["page"], &most["perPage"]), (&json!(1), &json!(1000)));
    let id = page["items"][1]["id"].as_str().unwrap();
    let one = app.call(SUPERUSER, &format!("GET /api/logs/{id}")).await.is(200).json();
    assert_eq!((&one["id"], &one["message"]), (&json!(id), &json!("GET /api/one")));
}

#[tokio::test]
async fn hours_are_counted() {
    let app = TestApp::start().await;
    clear(&app).await;
    app.call(GUEST, "GET /api/health").await;
    app.call(GUEST, "GET /api/nothing").await;
    app.wait_ms(2 * 3_600_000);
    app.call(GUEST, "GET /api/nothing").await;
    let hours = app.call(SUPERUSER, "GET /api/logs/stats").await.is(200).json();
    let expected = json!([
        {"date": "2026-01-02 03:00:00.000Z", "total": 2}, {"date": "2026-01-02 05:00:00.000Z", "total": 1}
    ]);
    assert_eq!(hours, expected);
    let hours = app.call(SUPERUSER, "GET /api/logs/stats?filter=level=0").await.is(200).json();
    assert_eq!(hours, json!([{"date": "2026-01-02 03:00:00.000Z", "total": 1}]));
}

#[tokio::test]
async fn refusals() {
    let app = TestApp::start().await;
    let default = "Something went wrong while processing your request.";
    let token = "The request requires valid record authorization token.";
    let forbidden = "The authorized record is not allowed to perform this action.";
    let says = |status: u16, message: &str| (status, json!({ "message": message }));
    for (who, line, (status, expected)) in [
        (GUEST, "GET /api/logs", says(401, token)),
        (As("bob"), "GET /api/logs", says(403, forbidden)),
        (GUEST, "GET /api/logs/stats", says(401, token)),
        (As("bob"), "GET /api/logs/stats", says(403, forbidden)),
        (GUEST, "GET /api/logs/x", says(401, token)),
        (As("bob"), "GET /api/logs/x", says(403, forbidden)),
        (GUEST, "DELETE /api/logs", says(401, token)),
        (As("bob"), "DELETE /api/logs", says(403, forbidden)),
        (SUPERUSER, "GET /api/logs/nothing", says(404, "The requested resource wasn't found.")),
        (SUPERUSER, "GET /api/logs?filter=nothing=1", says(400, default)),
        (SUPERUSER, "GET /api/logs?filter=level", says(400, default)),
        (SUPERUSER, "GET /api/logs?filter=@request.auth.id=''", says(400, default)),
        (SUPERUSER, "GET /api/logs?filter=@collection.users.id=''", says(400, default)),
        (SUPERUSER, "GET /api/logs?sort=nothing", says(400, default)),
        (SUPERUSER, "GET /api/logs?page=x", says(400, default)),
        (SUPERUSER, "GET /api/logs/stats?filter=nothing=1", says(400, "Invalid filter format.")),
    ] {
        app.call(who, line).await.is(status).has(expected);
    }
}

#[tokio::test]
async fn settings_say_what_is_written() {
    let app = TestApp::start().await;
    settings(&app, json!({"logIP": false, "logAuthId": true})).await;
    clear(&app).await;
    app.call(As("bob"), "GET /api/health").await.is(200);
    let entry = entries(&app).await[0].clone();
    assert_eq!(entry["data"]["authId"], "bob000000000000");
    assert!(entry["data"].get("userIP").is_none() && entry["data"].get("remoteIP").is_none(), "{entry}");

    settings(&app, json!({"minLevel": 1})).await;
    clear(&app).await;
    app.call(GUEST, "GET /api/health").await.is(200);
    app.call(GUEST, "GET /api/nothing").await.is(404);
    assert_eq!(messages(&app).await, ["GET /api/nothing"]);

    settings(&app, json!({"maxDays": 0})).await;
    app.call(GUEST, "GET /api/nothing").await.is(404);
    assert_eq!(messages(&app).await, Vec::<String>::new(), "nothing is kept, what was there went");
}

#[tokio::test]
async fn a_trusted_proxy_is_believed_about_the_client() {
    let app = TestApp::start().await;
    let proxy = json!({"trustedProxy": {"headers": ["X-Forwarded-For"]}});
    app.call(SUPERUSER, "PATCH /api/settings").json(proxy).await.is(200);
    clear(&app).await;
    app.call(GUEST, "GET /api/health").header("X-Forwarded-For", "2001:db8::1").await.is(200);
    let entry = entries(&app).await[0].clone();
    assert_eq!(entry["data"]["userIP"], "2001:0db8:0000:0000:0000:0000:0000:0001");
    assert_eq!(entry["data"]["remoteIP"], "127.0.0.1");
}
