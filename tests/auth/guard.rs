//! Limits from the first start, without any setting.

use serde_json::json;

use crate::support::{As, GUEST, Mailbox, SUPERUSER, TestApp};

use super::{MINUTE, PASSWORD};

const SIGN_IN: &str = "POST /api/collections/users/auth-with-password";
const TOO_MANY: &str = "Too Many Requests.";

/// The status of a sign-in from an address.
async fn sign_in(app: &TestApp, identity: &str, password: &str, ip: &str) -> u16 {
    let form = json!({"identity": identity, "password": password});
    app.call(GUEST, SIGN_IN).header("X-Real-IP", ip).json(form).await.status
}

async fn behind_a_proxy() -> TestApp {
    let app = TestApp::start().await;
    let proxy = json!({"trustedProxy": {"headers": ["X-Real-IP"]}});
    app.call(SUPERUSER, "PATCH /api/settings").json(proxy).await.is(200);
    app
}

#[tokio::test]
async fn guessing_is_stopped_for_that_identity_and_address_alone() {
    let app = behind_a_proxy().await;
    for identity in ["bob@example.com", "nobody@example.com"] {
        for _ in 0..10 {
            assert_eq!(sign_in(&app, identity, "wrong password", "10.0.0.1").await, 400);
        }
        let form = json!({"identity": identity, "password": PASSWORD});
        let answer = app.call(GUEST, SIGN_IN).header("X-Real-IP", "10.0.0.1").json(form).await;
        answer.refuses(429, TOO_MANY);
        assert_eq!(answer.header("Retry-After"), "60");
        assert_eq!((answer.header("RateLimit-Limit"), answer.header("RateLimit-Remaining")), ("10", "0"));
    }
    assert_eq!(sign_in(&app, "bob@example.com", PASSWORD, "10.0.0.2").await, 200);
    assert_eq!(sign_in(&app, "alice@example.com", PASSWORD, "10.0.0.1").await, 200);
    app.wait_ms(MINUTE);
    assert_eq!(sign_in(&app, "bob@example.com", PASSWORD, "10.0.0.1").await, 200);
}

#[tokio::test]
async fn guesses_at_the_same_time_are_no_way_around() {
    let app = behind_a_proxy().await;
    let guess = |n: usize| {
        let form = json!({"identity": "bob@example.com", "password": format!("wrong {n}")});
        app.call(GUEST, SIGN_IN).header("X-Real-IP", "10.0.0.1").json(form).into_future()
    };
    let answers = futures_util::future::join_all((0..40).map(guess)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 400).count(), 10);
    assert_eq!(answers.iter().filter(|answer| answer.status == 429).count(), 30);
}

#[tokio::test]
async fn whoever_knows_the_password_is_not_counted() {
    let app = behind_a_proxy().await;
    for _ in 0..3 {
        for _ in 0..9 {
            assert_eq!(sign_in(&app, "bob@example.com", "wrong password", "10.0.0.1").await, 400);
        }
        assert_eq!(sign_in(&app, "bob@example.com", PASSWORD, "10.0.0.1").await, 200);
    }
}

#[tokio::test]
async fn an_address_that_tries_many_identities_is_stopped() {
    let app = behind_a_proxy().await;
    for n in 0..100 {
        assert_eq!(sign_in(&app, &format!("user{n}@example.com"), "wrong password", "10.0.0.1").await, 400);
    }
    assert_eq!(sign_in(&app, "bob@example.com", PASSWORD, "10.0.0.1").await, 429);
    assert_eq!(sign_in(&app, "bob@example.com", PASSWORD, "10.0.0.2").await, 200);
}

#[tokio::test]
async fn an_address_cannot_ask_for_mails_without_end() {
    let app = behind_a_proxy().await;
    let ask = |n: usize| {
        let form = json!({"email": format!("user{n}@example.com")});
        app.call(GUEST, "POST /api/collections/users/request-password-reset").header("X-Real-IP", "10.0.0.1").json(form)
    };
    for n in 0..60 {
        ask(n).await.is(204);
    }
    ask(60).await.refuses(429, TOO_MANY);
}

#[tokio::test]
async fn an_account_cannot_mail_the_whole_world() {
    let app = TestApp::patient().await;
    let mailbox = Mailbox::of(&app).await;
    let ask = |n: usize| {
        let form = json!({"newEmail": format!("new{n}@example.com")});
        app.call(As("bob"), "POST /api/collections/users/request-email-change").json(form)
    };
    for n in 0..5 {
        ask(n).await.is(204);
    }
    ask(5).await.refuses(429, TOO_MANY);
    assert_eq!(mailbox.rest_of(app).len(), 5);
}

#[tokio::test]
async fn superusers_tied_to_addresses_cannot_be_signed_in_nor_impersonated_from_elsewhere() {
    let app = behind_a_proxy().await;
    let listed = json!({"superuserIPs": ["127.0.0.1", "10.0.0.0/24"]});
    app.call(SUPERUSER, "PATCH /api/settings").json(listed).await.is(200);
    let form = json!({"identity": "root@example.com", "password": PASSWORD});
    let line = "POST /api/collections/_superusers/auth-with-password";
    app.call(GUEST, line).header("X-Real-IP", "11.0.0.1").json(form.clone()).await.is(403);
    let answer = app.call(GUEST, line).header("X-Real-IP", "10.0.0.1").json(form).await;
    let token = answer.is(200).json()["token"].as_str().unwrap().to_string();
    for line in ["GET /api/settings", "GET /api/health", "POST /api/collections/_superusers/auth-refresh"] {
        app.call(GUEST, line).header("X-Real-IP", "11.0.0.1").header("Authorization", &token).await.is(403);
        app.call(GUEST, line).header("X-Real-IP", "10.0.0.1").header("Authorization", &token).await.is(200);
    }
}
