//! JSON from outside: depth, repeated keys, integers that a float cannot hold.

use serde_json::json;

use crate::records::{list, one};
use crate::support::{GUEST, TestApp};

const CREATE: &str = "POST /api/collections/posts/records";

/// Security case 19; bodies that are too deep as a whole are refused in the tests of bodies.
#[tokio::test]
async fn depth_is_limited_wherever_json_is_read() {
    let app = TestApp::start().await;
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    for depth in [1_000, 100_000] {
        let body = format!("{{\"meta\":{}}}", nested(depth));
        app.call(GUEST, CREATE).body("application/json", body).await.is(400);
        // As text that a JSON field would parse, and as a payload in a form.
        let text = json!({"meta": nested(depth)});
        let kept = app.call(GUEST, CREATE).json(text).await;
        assert!(matches!(kept.status, 200 | 400), "{}", kept.text());
        let form = [("@jsonPayload", format!("{{\"meta\":{}}}", nested(depth)))];
        let pairs = [(form[0].0, form[0].1.as_str())];
        app.call(GUEST, CREATE).form(&pairs).await.is(400);
    }
    app.call(GUEST, CREATE).body("application/json", format!("{{\"meta\":{}}}", nested(50))).await.is(200);
    let parentheses = format!("{}views = 1{}", "(".repeat(1500), ")".repeat(1500));
    let answer = app.call(GUEST, &list("posts", &[("filter", &parentheses)])).await;
    assert!(matches!(answer.status, 200 | 400), "{}", answer.text());
    app.call(GUEST, "GET /api/health").await.is(200);
}

/// Security case 19.
#[tokio::test]
async fn a_key_may_stand_once_at_every_depth() {
    let app = TestApp::start().await;
    for body in [
        r#"{"title":"a","title":"b"}"#,
        r#"{"meta":{"a":1,"a":2}}"#,
        r#"{"meta":[{"b":{"a":1,"a":1}}]}"#,
        r#"{"title":"a","\u0074itle":"b"}"#,
    ] {
        app.call(GUEST, CREATE).body("application/json", body).await.is(400);
        app.call(GUEST, CREATE).form(&[("@jsonPayload", body)]).await.is(400);
    }
    let batch =
        format!(r#"{{"requests":[{{"method":"POST","url":"{}","body":{{"title":"a","title":"b"}}}}]}}"#, &CREATE[5..]);
    crate::records::allow_batches(&app, json!({})).await;
    app.call(GUEST, "POST /api/batch").body("application/json", batch).await.is(400);
    assert_eq!(crate::records::count(&app, "posts").await, 0);
}

/// Security case 19.
#[tokio::test]
async fn integers_beyond_what_a_float_holds_are_kept() {
    let app = TestApp::start().await;
    let numbers = [
        "9007199254740993",
        "-9007199254740993",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
    ];
    for number in numbers {
        let body = format!(r#"{{"meta":{{"n":{number},"l":[{number}]}}}}"#);
        let created = app.call(GUEST, CREATE).body("application/json", body).await;
        let expected = format!(r#""meta":{{"n":{number},"l":[{number}]}}"#);
        assert!(created.is(200).text().contains(&expected), "{}", created.text());
        let post = created.json();
        let viewed = app.call(GUEST, &one("GET", "posts", &post)).await;
        assert!(viewed.is(200).text().contains(&expected), "{}", viewed.text());
        // Through `fields`, which takes the answer apart, and through an update of something else.
        let picked = app.call(GUEST, &format!("{}?fields=meta", one("GET", "posts", &post))).await;
        assert!(picked.is(200).text().contains(number), "{}", picked.text());
        let patched = app.call(GUEST, &one("PATCH", "posts", &post)).json(json!({"title": "x"})).await;
        assert!(patched.is(200).text().contains(&expected), "{}", patched.text());
    }
}
