//! `/api/settings`: read, merge, validate, keep.

use serde_json::json;

use crate::support::{SUPERUSER, TestApp};

#[tokio::test]
async fn a_change_is_merged_answered_and_kept() {
    let app = TestApp::start().await;
    let change = json!({"meta": {"appName": "Mine"}, "logs": {"maxDays": 9}, "unknown": {"x": 1}});
    let expected = json!({"meta": {"appName": "Mine", "senderName": "Support"}, "logs": {"maxDays": 9, "logIP": true}});
    app.call(SUPERUSER, "PATCH /api/settings").json(change).await.is(200).has(expected.clone());
    app.call(SUPERUSER, "GET /api/settings").await.is(200).has(expected.clone());
    assert!(app.call(SUPERUSER, "GET /api/settings").await.json().get("unknown").is_none());
    let app = app.restart().await;
    app.call(SUPERUSER, "GET /api/settings").await.is(200).has(expected);
}

#[tokio::test]
async fn secrets_go_in_and_never_come_out() {
    let app = TestApp::start().await;
    let secrets =
        json!({"smtp": {"password": "hush"}, "s3": {"secret": "hush"}, "backups": {"s3": {"secret": "hush"}}});
    let answer = app.call(SUPERUSER, "PATCH /api/settings").json(secrets).await;
    assert!(!answer.is(200).text().contains("hush"));
    assert!(!app.call(SUPERUSER, "GET /api/settings").await.text().contains("hush"));
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"smtp": {"host": "a.example"}})).await.is(200);
    assert_eq!(app.services.settings().smtp.password, "hush");
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"smtp": {"password": ""}})).await.is(200);
    assert_eq!(app.services.settings().smtp.password, "");
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_saved() {
    let app = TestApp::start().await;
    let wrong = json!({"meta": {"appName": "", "appURL": "/x"}, "batch": {"maxRequests": -1}, "superuserIPs": ["x"]});
    let answer = app.call(SUPERUSER, "PATCH /api/settings").json(wrong).await;
    answer.is(400).has(json!({
        "message": "An error occurred while saving the new settings.",
        "data": {
            "meta": {"appName": {"code": "validation_required", "message": "Cannot be blank."},
                     "appURL": {"code": "validation_is_url"}},
            "batch": {"maxRequests": {"code": "validation_min_greater_equal_than_required", "params": {"threshold": 0}}},
            "superuserIPs": {"0": {"code": "validation_invlaid_ip_or_subnet"}},
        },
    }));
    app.call(SUPERUSER, "GET /api/settings").await.has(json!({"meta": {"appName": "Acme"}}));
    for body in ["{\"smtp\":{\"port\":\"x\"}}", "{\"smtp\":3}", "[1]", "{"] {
        let answer = app.call(SUPERUSER, "PATCH /api/settings").body("application/json", body).await;
        answer.refuses(400, "An error occurred while loading the submitted data.");
    }
}
