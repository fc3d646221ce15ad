//! What every form of this chapter has in common, and which error wins (contract §1).

use serde_json::{Value as Json, json};

use crate::support::{As, GUEST, SUPERUSER, TestApp, Who};

use super::{PASSWORD, users};

const SIGN_IN: &str = "POST /api/collections/users/auth-with-password";
const LOADING: &str = "An error occurred while loading the submitted data.";
const VALIDATING: &str = "An error occurred while validating the submitted data.";
/// Forms of `users`, a key of each that has to be a text, and what an empty form is answered.
const FORMS: [(&str, &str, &str); 9] = [
    ("auth-with-password", "identity", VALIDATING),
    ("auth-with-oauth2", "provider", LOADING),
    ("request-otp", "email", VALIDATING),
    ("auth-with-otp", "otpId", VALIDATING),
    ("request-verification", "email", VALIDATING),
    ("confirm-verification", "token", VALIDATING),
    ("request-password-reset", "email", VALIDATING),
    ("confirm-password-reset", "token", VALIDATING),
    ("confirm-email-change", "token", VALIDATING),
];

/// With every method on.
async fn app() -> TestApp {
    let app = TestApp::start().await;
    let github = json!({"name": "github", "clientId": "a", "clientSecret": "b"});
    users(&app, json!({"otp": {"enabled": true}, "oauth2": {"enabled": true, "providers": [github]}})).await;
    app
}

#[tokio::test]
async fn every_refusal_has_the_envelope_of_its_status() {
    let app = TestApp::start().await;
    let limits = json!({"enabled": true, "rules": [{"label": "POST /api/x", "duration": 9, "maxRequests": 1}]});
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"rateLimits": limits})).await.is(200);
    app.call(GUEST, "POST /api/x").await.refuses(404, "The requested resource wasn't found.");
    app.call(GUEST, "POST /api/x").await.refuses(429, "Too Many Requests.");
    let required = "The request requires valid record authorization token.";
    app.call(GUEST, "GET /api/settings").await.refuses(401, required);
    let listed = json!({"superuserIPs": ["10.0.0.1"]});
    app.call(SUPERUSER, "PATCH /api/settings").json(listed).await.is(200);
    let answer = app.call(SUPERUSER, "GET /api/health").await;
    answer.refuses(403, "You are not allowed to perform this request.");
    assert_eq!(answer.header("Content-Type"), "application/json");
    let long = vec![b'x'; 33 << 20];
    let answer = app.call(GUEST, SIGN_IN).body("application/json", long).await;
    answer.refuses(413, "Request entity too large.");
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_answered_alike_by_every_form() {
    let app = app().await;
    for (action, key, empty) in FORMS {
        let line = format!("POST /api/collections/users/{action}");
        for body in ["{", "[]", "5", "\"x\"", &format!("{{\"{key}\":5}}"), &format!("{{\"{key}\":[]}}")] {
            app.call(GUEST, &line).body("application/json", body.to_string()).await.refuses(400, LOADING);
        }
        for body in ["", "null", "{}", "{\"unknown\":1}", &format!("{{\"{key}\":null}}")] {
            let answer = app.call(GUEST, &line).body("application/json", body.to_string()).await;
            answer.is(400).has(json!({"message": empty, "data": {key: {"code": "validation_required"}}}));
        }
        let text = app.call(GUEST, &line).body("text/plain", format!("{key}=x")).await;
        text.refuses(400, "Unsupported Content-Type.");
        // No body at all is an empty form, whatever its type.
        let answer = app.call(GUEST, &line).body("text/plain", "").await;
        answer.is(400).has(json!({"data": {key: {"code": "validation_required"}}}));
        // Nor does the query stand in for the body.
        let answer = app.call(GUEST, &format!("{line}?{key}=x")).json(json!({})).await;
        answer.is(400).has(json!({"data": {key: {"code": "validation_required"}}}));
    }
}

#[tokio::test]
async fn forms_come_as_json_or_as_forms_and_keys_in_any_case() {
    let app = app().await;
    let (identity, password) = ("bob@example.com", PASSWORD);
    app.call(GUEST, SIGN_IN).form(&[("identity", identity), ("password", password)]).await.is(200);
    let parts = reqwest::multipart::Form::new().text("identity", identity).text("password", password);
    app.call(GUEST, SIGN_IN).multipart(parts).await.is(200);
    app.call(GUEST, SIGN_IN).json(json!({"IDENTITY": identity, "Password": password})).await.is(200);
    let trailing = format!("{} x", json!({"identity": identity, "password": password}));
    app.call(GUEST, SIGN_IN).body("application/json; charset=utf-8", trailing).await.is(200);
    let twice = format!("{{\"identity\":\"a\",\"identity\":\"{identity}\",\"password\":\"{password}\"}}");
    app.call(GUEST, SIGN_IN).body("application/json", twice).await.refuses(400, LOADING);
}

#[tokio::test]
async fn lengths_are_counted_in_bytes_and_everything_wrong_is_told_at_once() {
    let app = app().await;
    let out = |max: u32| json!({"code": "validation_length_out_of_range", "params": {"min": 1, "max": max}});
    let email = json!({"code": "validation_is_email", "message": "Must be a valid email address."});
    let long = |n: usize| "é".repeat(n / 2) + &"x".repeat(n % 2);
    for (action, body, data) in [
        (
            "auth-with-password",
            json!({"identity": long(256), "password": long(256)}),
            json!({"identity": out(255), "password": out(255)}),
        ),
        (
            "auth-with-otp",
            json!({"otpId": long(256), "password": long(72)}),
            json!({"otpId": out(255), "password": out(71)}),
        ),
        ("confirm-email-change", json!({"token": "x", "password": long(256)}), json!({"password": out(255)})),
        ("request-otp", json!({"email": format!("{}@example.com", "x".repeat(250))}), json!({"email": out(255)})),
        ("request-otp", json!({"email": "x"}), json!({"email": email})),
        ("request-verification", json!({"email": " bob@example.com"}), json!({"email": email})),
        ("request-password-reset", json!({"email": "a@localhost"}), json!({"email": email})),
        (
            "auth-with-oauth2",
            json!({"provider": "x".repeat(101), "code": "c"}),
            json!({"provider": {"code": "validation_length_too_long"}}),
        ),
    ] {
        let answer = app.call(GUEST, &format!("POST /api/collections/users/{action}")).json(body).await;
        answer.is(400).has(json!({"data": data}));
    }
    // As long as may be, and only wrong.
    let form = json!({"identity": long(255), "password": long(255)});
    app.call(GUEST, SIGN_IN).json(form).await.refuses(400, "Failed to authenticate.");
}

#[tokio::test]
async fn what_is_an_address() {
    let app = app().await;
    let request = "POST /api/collections/users/request-password-reset";
    for good in ["a@b.co", "a.b+c_d@sub.example.com", "ü@example.com", "a@bücher.example", "!#$%&'*@example.com"] {
        app.call(GUEST, request).json(json!({"email": good})).await.is(204);
    }
    for bad in [
        "a",
        "@b.co",
        "a@",
        "a@b",
        "a@[1.2.3.4]",
        "\"a b\"@c.co",
        ".a@b.co",
        "a..b@c.co",
        "a@b.co ",
        "a@b.1",
        "a b@c.co",
    ] {
        let answer = app.call(GUEST, request).json(json!({"email": bad})).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn an_unknown_collection_is_noticed_first_and_a_wrong_kind_after_the_caller() {
    let app = TestApp::start().await;
    let known = ["auth-refresh", "request-email-change"];
    let all = FORMS.map(|(action, ..)| action).into_iter().chain(known);
    let junk = |line: &str| app.call(GUEST, line).body("application/json", "{");
    for action in all {
        let line = format!("POST /api/collections/nope/{action}");
        junk(&line).await.refuses(404, "Missing or invalid collection context.");
        let answer = junk(&format!("POST /api/collections/posts/{action}")).await;
        match known.contains(&action) {
            true => answer.refuses(401, "The request requires valid record authorization token."),
            false => answer.refuses(404, "Missing or invalid auth collection context."),
        };
    }
    let methods = "GET /api/collections/nope/auth-methods";
    app.call(GUEST, methods).await.refuses(404, "Missing or invalid collection context.");
    let methods = "GET /api/collections/posts/auth-methods";
    app.call(GUEST, methods).await.refuses(404, "Missing or invalid auth collection context.");
    for who in [GUEST, As("bob")] {
        let line = "POST /api/collections/nope/impersonate/x";
        app.call(who, line).await.is(if matches!(who, Who::Guest) { 401 } else { 403 });
    }
    // A name in any letter case, an id as it is.
    let form = json!({"identity": "bob@example.com", "password": PASSWORD});
    for (name, status) in [("USERS", 200), ("_pb_users_auth_", 200), ("_PB_USERS_AUTH_", 404)] {
        let line = format!("POST /api/collections/{name}/auth-with-password");
        app.call(GUEST, &line).json(form.clone()).await.is(status);
    }
}

#[tokio::test]
async fn answers_are_cut_to_the_fields_asked_for_and_refusals_are_not() {
    let app = TestApp::start().await;
    let form = json!({"identity": "bob@example.com", "password": PASSWORD});
    let answer = app.call(GUEST, &format!("{SIGN_IN}?fields=record.id")).json(form).await;
    assert_eq!(answer.is(200).json(), json!({"record": {"id": "bob000000000000"}}));
    let answer = app.call(GUEST, &format!("{SIGN_IN}?fields=record.id")).json(json!({})).await;
    answer.is(400).has(json!({"status": 400, "message": VALIDATING}));
    let methods = app.call(GUEST, "GET /api/collections/users/auth-methods?fields=mfa,otp,password,oauth2").await;
    let mut keys: Vec<String> = methods.is(200).json().as_object().unwrap().keys().cloned().collect();
    keys.sort();
    assert_eq!(keys, ["mfa", "oauth2", "otp", "password"]);
}

#[tokio::test]
async fn a_wrong_method_is_nothing_there() {
    let app = TestApp::start().await;
    for (line, who) in [
        ("GET /api/collections/users/auth-with-password", GUEST),
        ("PUT /api/collections/users/auth-with-password", GUEST),
        ("DELETE /api/collections/users/auth-refresh", As("bob")),
        ("POST /api/collections/users/auth-methods", GUEST),
        ("GET /api/collections/users/records/bob000000000000/external-auths", As("bob")),
    ] {
        let answer: Json = app.call(who, line).await.is(404).json();
        assert_eq!(answer["data"], json!({}));
    }
}

/// Allow-list, collection, rate limit, guard, size, body: the first that refuses answers.
#[tokio::test]
async fn of_several_refusals_the_outermost_is_told() {
    let app = TestApp::start().await;
    let rule = |label: &str| json!({"label": label, "duration": 60, "maxRequests": 1});
    let labels = ["users:authRefresh", "users:requestEmailChange", "users:auth", "*:requestOTP"];
    let rules: Vec<Json> = labels.into_iter().map(rule).collect();
    let settings = json!({
        "trustedProxy": {"headers": ["X-Real-IP"]}, "superuserIPs": ["127.0.0.1"],
        "rateLimits": {"enabled": true, "rules": rules},
    });
    app.call(SUPERUSER, "PATCH /api/settings").json(settings).await.is(200);
    let of = |collection: &str, action: &str| format!("POST /api/collections/{collection}/{action}");
    let elsewhere = app.call(SUPERUSER, &of("nope", "auth-refresh")).header("X-Real-IP", "10.0.0.9").await;
    elsewhere.refuses(403, "You are not allowed to perform this request.");
    let large = |line: &str| app.call(GUEST, line).body("application/json", vec![b' '; 33 << 20]);
    large(&of("nope", "auth-with-password")).await.refuses(404, "Missing or invalid collection context.");
    large(&of("users", "auth-with-password")).await.refuses(413, "Request entity too large.");
    large(&of("users", "auth-with-password")).await.refuses(429, "Too Many Requests.");
    // Of those who may not come in nobody takes a body.
    for action in ["auth-refresh", "request-email-change"] {
        large(&of("users", action)).await.refuses(401, "The request requires valid record authorization token.");
        app.call(GUEST, &of("users", action)).await.refuses(429, "Too Many Requests.");
    }
    // Who guesses names of collections is counted, too.
    app.call(GUEST, &of("nope", "request-otp")).await.refuses(404, "Missing or invalid collection context.");
    app.call(GUEST, &of("nope", "request-otp")).await.refuses(429, "Too Many Requests.");
    app.call(GUEST, &of("users", "request-otp")).body("application/json", "{").await.is(403);
    app.call(GUEST, &of("users", "request-otp")).body("application/json", "{").await.is(429);
}
