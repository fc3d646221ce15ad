//! Another address for an account.

use serde_json::json;

use crate::support::{As, GUEST, Mailbox, SUPERUSER, TestApp};

use super::PASSWORD;

const REQUEST: &str = "POST /api/collections/users/request-email-change";
const CONFIRM: &str = "POST /api/collections/users/confirm-email-change";

#[tokio::test]
async fn the_link_of_the_mail_and_the_password_change_the_address_once() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    app.call(As("bob"), REQUEST).json(json!({"newEmail": "robert@example.com"})).await.is(204);
    let letter = mailbox.next().await;
    assert_eq!(letter.to, "robert@example.com");
    let form = json!({"token": letter.token(), "password": PASSWORD});
    app.call(GUEST, CONFIRM).json(form.clone()).await.is(204);
    let answer = app.call(SUPERUSER, "GET /api/collections/users/records/bob000000000000").await;
    answer.is(200).has(json!({"email": "robert@example.com", "verified": true}));
    app.call(As("bob"), "POST /api/collections/users/auth-refresh").await.is(401);
    let wrong = json!({"data": {"token": {"code": "validation_invalid_token"}}});
    app.call(GUEST, CONFIRM).json(form).await.is(400).has(wrong);
}

/// Security case 5.
#[tokio::test]
async fn of_many_uses_of_a_token_at_once_one_wins() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    app.call(As("bob"), REQUEST).json(json!({"newEmail": "robert@example.com"})).await.is(204);
    let form = json!({"token": mailbox.next().await.token(), "password": PASSWORD});
    let tries = (0..8).map(|_| app.call(GUEST, CONFIRM).json(form.clone()).into_future());
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
}

#[tokio::test]
async fn an_address_that_the_collection_no_longer_takes_is_refused() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    app.call(As("bob"), REQUEST).json(json!({"newEmail": "robert@example.com"})).await.is(204);
    let token = mailbox.next().await.token();
    let mut fields = app.call(SUPERUSER, "GET /api/collections/users").await.json()["fields"].clone();
    for field in fields.as_array_mut().unwrap().iter_mut().filter(|field| field["name"] == "email") {
        field["onlyDomains"] = json!(["other.example"]);
    }
    app.call(SUPERUSER, "PATCH /api/collections/users").json(json!({"fields": fields})).await.is(200);
    let answer = app.call(GUEST, CONFIRM).json(json!({"token": token, "password": PASSWORD})).await;
    let refused = json!({"email": {"code": "validation_email_domain_not_allowed"}});
    answer.is(400).has(json!({"message": "Failed to confirm email change.", "data": refused}));
    let answer = app.call(SUPERUSER, "GET /api/collections/users/records/bob000000000000").await;
    answer.has(json!({"email": "bob@example.com"}));
}

#[tokio::test]
async fn requests_are_checked() {
    let app = TestApp::start().await;
    let wrong = |code: &str| json!({"data": {"newEmail": {"code": code}}});
    app.table(&[
        (GUEST, REQUEST, json!({"newEmail": "a@b.co"}), 401, json!(null)),
        (As("bob"), REQUEST, json!({}), 400, wrong("validation_required")),
        (As("bob"), REQUEST, json!({"newEmail": "x"}), 400, wrong("validation_is_email")),
        (As("bob"), REQUEST, json!({"newEmail": "bob@example.com"}), 400, wrong("validation_not_in_invalid")),
        (As("bob"), REQUEST, json!({"newEmail": "alice@example.com"}), 400, wrong("validation_invalid_new_email")),
    ])
    .await;
    let message = "The request requires auth record from _superusers collection.";
    app.call(SUPERUSER, REQUEST).json(json!({"newEmail": "a@b.co"})).await.refuses(403, message);
    let line = "POST /api/collections/_superusers/request-email-change";
    let message = "All superusers can change their emails directly.";
    app.call(SUPERUSER, line).json(json!({"newEmail": "a@b.co"})).await.refuses(400, message);
}

#[tokio::test]
async fn asking_again_at_once_sends_no_second_mail() {
    let app = TestApp::patient().await;
    let mailbox = Mailbox::of(&app).await;
    for _ in 0..3 {
        app.call(As("bob"), REQUEST).json(json!({"newEmail": "robert@example.com"})).await.is(204);
    }
    assert_eq!(mailbox.rest_of(app).len(), 1);
}

#[tokio::test]
async fn confirmations_are_checked() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    app.call(As("bob"), REQUEST).json(json!({"newEmail": "robert@example.com"})).await.is(204);
    let token = mailbox.next().await.token();
    let code = |code: &str| json!({"code": code});
    let (payload, password) = (code("validation_invalid_token_payload"), code("validation_invalid_password"));
    let required = code("validation_required");
    app.table(&[
        (GUEST, CONFIRM, json!({}), 400, json!({"data": {"token": required, "password": required}})),
        (
            GUEST,
            CONFIRM,
            json!({"token": "x", "password": "y"}),
            400,
            json!({"data": {"token": payload, "password": password}}),
        ),
        (GUEST, CONFIRM, json!({"token": token, "password": "wrong"}), 400, json!({"data": {"password": password}})),
        (
            GUEST,
            CONFIRM,
            json!({"token": format!("{token}x"), "password": PASSWORD}),
            400,
            json!({"data": {"token": code("validation_invalid_token"), "password": password}}),
        ),
    ])
    .await;
    // Somebody takes the address in the meantime.
    let account = json!({"email": "robert@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD});
    app.record("users", account).await;
    let answer = app.call(GUEST, CONFIRM).json(json!({"token": token, "password": PASSWORD})).await;
    answer.is(400).has(json!({"data": {"token": {"code": "validation_invalid_token_email"}}}));
}

/// Whoever got hold of the mail cannot try many passwords at once.
#[tokio::test]
async fn passwords_are_no_cheaper_guessed_at_the_same_time() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    app.call(As("bob"), REQUEST).json(json!({"newEmail": "robert@example.com"})).await.is(204);
    let token = mailbox.next().await.token();
    let form = |n: usize| json!({"token": token, "password": format!("wrong {n}")});
    let tries = (0..30).map(|n| app.call(GUEST, CONFIRM).json(form(n)).into_future());
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 400).count(), 10);
    app.call(GUEST, CONFIRM).json(json!({"token": token, "password": PASSWORD})).await.is(429);
}
