//! Which web pages may read answers.

use crate::support::{GUEST, SUPERUSER, TestApp};

#[tokio::test]
async fn any_origin_may_read_by_default() {
    let app = TestApp::start().await;
    let answer = app.call(GUEST, "GET /api/health").header("Origin", "https://a.example").await;
    assert_eq!((answer.header("access-control-allow-origin"), answer.header("vary")), ("*", "Origin"));
    let plain = app.call(GUEST, "GET /api/health").await;
    assert_eq!((plain.header("access-control-allow-origin"), plain.header("vary")), ("", "Origin"));
    let refused = app.call(GUEST, "GET /api/nothing").header("Origin", "https://a.example").await;
    assert_eq!(refused.is(404).header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn a_preflight_is_answered_for_any_path() {
    let app = TestApp::start().await;
    for line in ["OPTIONS /api/health", "OPTIONS /api/nothing", "OPTIONS /anything/at/all"] {
        let call = app.call(GUEST, line).header("Origin", "https://a.example");
        let answer = call.header("Access-Control-Request-Headers", "authorization, x-a").await;
        answer.is(204);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-allow-methods"), "GET,HEAD,PUT,PATCH,POST,DELETE");
        assert_eq!(answer.header("access-control-allow-headers"), "authorization, x-a");
        for name in ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"] {
            assert!(answer.headers.get_all("vary").iter().any(|value| value == name), "{name}");
        }
        for absent in ["access-control-max-age", "access-control-allow-credentials", "x-frame-options"] {
            assert_eq!(answer.header(absent), "", "{absent}");
        }
    }
    let plain = app.call(GUEST, "OPTIONS /api/health").await;
    assert_eq!(plain.is(204).header("access-control-allow-methods"), "");
}

#[tokio::test]
async fn a_list_of_origins_is_echoed_or_left_out() {
    let app = TestApp::start_with(|config| {
        config.http.origins = vec!["https://a.example".into(), "https://*.b.example".into()];
    })
    .await;
    for (origin, allowed) in [
        ("https://a.example", "https://a.example"),
        ("https://x.b.example", "https://x.b.example"),
        ("https://b.example", ""),
        ("https://evil.example", ""),
        ("null", ""),
    ] {
        let answer = app.call(GUEST, "GET /api/health").header("Origin", origin).await;
        assert_eq!(answer.is(200).header("access-control-allow-origin"), allowed, "{origin}");
        let preflight = app.call(GUEST, "OPTIONS /api/health").header("Origin", origin).await;
        assert_eq!(preflight.is(204).header("access-control-allow-origin"), allowed, "{origin}");
        assert_eq!(preflight.header("access-control-allow-methods").is_empty(), allowed.is_empty(), "{origin}");
    }
}

#[tokio::test]
async fn preflights_are_not_logged() {
    let app = TestApp::start().await;
    app.call(SUPERUSER, "DELETE /api/logs").await.is(204);
    app.call(GUEST, "OPTIONS /api/health").header("Origin", "https://a.example").await.is(204);
    app.call(GUEST, "GET /api/nothing").await.is(404);
    let log = app.call(SUPERUSER, "GET /api/logs").await.is(200).json();
    let messages: Vec<_> = log["items"].as_array().unwrap().iter().map(|entry| &entry["message"]).collect();
    assert_eq!(messages, ["GET /api/nothing"]);
}
