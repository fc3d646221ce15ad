//! How the log stays small, survives, and never gets in anybody's way.

use cratebase::context::Ctx;
use cratebase::logs::entry::{ERROR, Entry, Note, WARN, What};
use cratebase::value::Object;
use serde_json::{Value as Json, json};

use crate::support::{GUEST, SUPERUSER, TestApp};

use super::{clear, entries, messages, settings};

const DAY: i64 = 86_400_000;

fn note(app: &TestApp, level: i64, message: &str, data: Object) {
    let what = What::Note(Note { message: message.into(), data });
    app.services.logs.push(Entry { at: app.services.clock.now(), level, what });
}

#[tokio::test]
async fn old_entries_go_by_themselves() {
    let app = TestApp::start().await;
    settings(&app, json!({"maxDays": 2})).await;
    clear(&app).await;
    app.call(GUEST, "GET /api/one").await;
    app.wait_ms(DAY);
    app.call(GUEST, "GET /api/two").await;
    app.wait_ms(DAY + 1);
    app.services.logs.tidy().await.unwrap();
    // By then nobody's token is good any more.
    let left = app.services.logs.list(&Ctx::default()).await.unwrap();
    let left: Json = serde_json::from_slice(&left).unwrap();
    assert_eq!((&left["totalItems"], &left["items"][0]["message"]), (&json!(1), &json!("GET /api/two")));
}

#[tokio::test]
async fn raising_the_level_removes_what_is_below() {
    let app = TestApp::start().await;
    clear(&app).await;
    note(&app, WARN, "warning", Object::new());
    note(&app, ERROR, "error", Object::new());
    app.call(GUEST, "GET /api/health").await;
    settings(&app, json!({"minLevel": 8})).await;
    assert_eq!(messages(&app).await, ["error"]);
}

#[tokio::test]
async fn the_oldest_go_when_there_are_too_many() {
    let app = TestApp::start_with(|config| config.logs.max_mib = 1).await;
    clear(&app).await;
    for round in 0..6 {
        for n in 0..1000 {
            let mut data = Object::new();
            data.insert("text".into(), "x".repeat(1000).into());
            note(&app, ERROR, &format!("{round} {n}"), data);
        }
        // Also waits until they are written: the queue is bounded.
        app.services.logs.tidy().await.unwrap();
    }
    let page = app.call(SUPERUSER, "GET /api/logs?sort=-@rowid&perPage=1").await.is(200).json();
    let count = page["totalItems"].as_i64().unwrap();
    assert!(count > 100 && count < 1100, "{count}");
    assert_eq!(page["items"][0]["message"], "5 999");
    assert_eq!(app.services.logs.dropped(), 0);
}

#[tokio::test]
async fn a_full_queue_drops_and_counts_instead_of_waiting() {
    let app = TestApp::start().await;
    let before = app.services.logs.dropped();
    for n in 0..200_000 {
        note(&app, ERROR, &n.to_string(), Object::new());
    }
    assert!(app.services.logs.dropped() > before, "the thread cannot have been that fast");
    app.call(GUEST, "GET /api/health").await.is(200);
    app.services.logs.tidy().await.unwrap();
    clear(&app).await;
    app.call(GUEST, "GET /api/health").await.is(200);
    assert_eq!(messages(&app).await, ["GET /api/health"]);
}

#[tokio::test]
async fn what_is_too_long_is_cut() {
    let app = TestApp::start().await;
    settings(&app, json!({"maxDataSize": 600})).await;
    clear(&app).await;
    let mut data = Object::new();
    data.insert("small".into(), 1.into());
    data.insert("large".into(), "ä".repeat(1000).into());
    data.insert("after".into(), 2.into());
    note(&app, ERROR, &"ö".repeat(5000), data);
    let entry = entries(&app).await[0].clone();
    let message = entry["message"].as_str().unwrap();
    assert!(message.len() <= 8003 && message.ends_with("ö..."), "{}", message.len());
    assert_eq!(entry["data"], json!({"small": 1, "after": 2, "__pb_truncated__": true}));

    settings(&app, json!({"maxDataSize": 0})).await;
    clear(&app).await;
    for (bytes, cut) in [(16_000, false), (16_400, true)] {
        let mut data = Object::new();
        data.insert("large".into(), "x".repeat(bytes).into());
        note(&app, ERROR, "large", data);
        let entry = entries(&app).await.pop().unwrap();
        assert_eq!(entry["data"]["__pb_truncated__"] == true, cut, "16 KiB unless said: {bytes}");
    }
    clear(&app).await;
    let odd = format!("{} /api/{}", "M".repeat(60), "x".repeat(4000));
    let call = app.call(GUEST, &odd).header("User-Agent", &"y".repeat(3000));
    call.header("Referer", &format!("http://{}", "z".repeat(3000))).await.is(404);
    let data = entries(&app).await[0]["data"].clone();
    let (url, agent) = (data["url"].as_str().unwrap(), data["userAgent"].as_str().unwrap());
    assert_eq!((url.len(), agent.len()), (3003, 2003));
    assert!(url.ends_with("x...") && agent.ends_with("y..."));
    let (method, referer) = (data["method"].as_str().unwrap(), data["referer"].as_str().unwrap());
    assert_eq!((method, referer.len()), (format!("{}...", "M".repeat(50)).as_str(), 2003));
}

#[tokio::test]
async fn entries_survive_a_restart() {
    let app = TestApp::start().await;
    clear(&app).await;
    app.call(GUEST, "GET /api/nothing").await.is(404);
    let app = app.restart().await;
    assert_eq!(messages(&app).await, ["GET /api/nothing"]);
}

#[tokio::test]
async fn a_log_that_is_damaged_is_begun_anew() {
    let app = TestApp::start().await;
    let app = {
        let path = app.dir().join("data/auxiliary.db");
        std::fs::write(&path, "this is no database, and long enough to be looked at".repeat(100)).unwrap();
        app.restart().await
    };
    app.call(GUEST, "GET /api/nothing").await.is(404);
    assert_eq!(messages(&app).await, ["GET /api/nothing"]);
    assert!(app.dir().join("data/auxiliary.db.broken").exists());
}

#[tokio::test]
async fn requests_are_answered_while_the_log_is_being_emptied() {
    let app = TestApp::start().await;
    for _ in 0..5 {
        for n in 0..5000 {
            note(&app, ERROR, &n.to_string(), Object::new());
        }
        app.services.logs.tidy().await.unwrap();
    }
    let logs = app.services.logs.clone();
    let emptying = tokio::spawn(async move { logs.clear().await });
    app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "x"})).await.is(200);
    emptying.await.unwrap().unwrap();
    let rest = app.call(SUPERUSER, "GET /api/logs").await.is(200).json();
    assert!(rest["totalItems"].as_i64().unwrap() <= 1);
}

#[tokio::test]
async fn clearing_gives_the_space_back() {
    let app = TestApp::start().await;
    let size = || std::fs::metadata(app.dir().join("data/auxiliary.db")).unwrap().len();
    for n in 0..2000 {
        let mut data = Object::new();
        data.insert("text".into(), "x".repeat(1000).into());
        note(&app, ERROR, &n.to_string(), data);
    }
    // What is written is in the file, and not only beside it.
    app.services.logs.tend().await.unwrap();
    assert!(size() > 2_000_000, "{}", size());
    clear(&app).await;
    app.services.logs.tend().await.unwrap();
    assert!(size() < 500_000, "{}", size());
}
