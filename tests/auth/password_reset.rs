//! A new password by mail.

use serde_json::json;

use crate::support::{As, GUEST, Mailbox, SUPERUSER, TestApp};

use super::{MINUTE, unverified, users};

const REQUEST: &str = "POST /api/collections/users/request-password-reset";
const CONFIRM: &str = "POST /api/collections/users/confirm-password-reset";
const SIGN_IN: &str = "POST /api/collections/users/auth-with-password";

fn new_password(token: &str) -> serde_json::Value {
    json!({"token": token, "password": "battery staple", "passwordConfirm": "battery staple"})
}

#[tokio::test]
async fn the_link_of_the_mail_sets_a_password_once_and_ends_all_sessions() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    app.call(GUEST, REQUEST).json(json!({"email": "bob@example.com"})).await.is(204);
    let token = mailbox.next().await.token();
    app.call(GUEST, CONFIRM).json(new_password(&token)).await.is(204);
    app.call(As("bob"), "POST /api/collections/users/auth-refresh").await.is(401);
    app.call(GUEST, SIGN_IN).json(json!({"identity": "bob@example.com", "password": super::PASSWORD})).await.is(400);
    app.call(GUEST, SIGN_IN).json(json!({"identity": "bob@example.com", "password": "battery staple"})).await.is(200);
    let wrong = json!({"data": {"token": {"code": "validation_invalid_token"}}});
    app.call(GUEST, CONFIRM).json(new_password(&token)).await.is(400).has(wrong);
}

#[tokio::test]
async fn the_token_of_a_mail_is_no_session() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    app.call(GUEST, REQUEST).json(json!({"email": "bob@example.com"})).await.is(204);
    let token = mailbox.next().await.token();
    app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", &token).await.is(401);
    let form = json!({"token": token});
    let wrong = json!({"data": {"token": {"code": "validation_invalid_token"}}});
    app.call(GUEST, "POST /api/collections/users/confirm-verification").json(form).await.is(400).has(wrong);
}

/// Security case 5.
#[tokio::test]
async fn of_many_uses_of_a_token_at_once_one_wins() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    app.call(GUEST, REQUEST).json(json!({"email": "bob@example.com"})).await.is(204);
    let token = mailbox.next().await.token();
    let tries = (0..8).map(|_| app.call(GUEST, CONFIRM).json(new_password(&token)).into_future());
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    assert!(answers.iter().all(|answer| answer.status == 204 || answer.status == 400));
}

#[tokio::test]
async fn a_reset_proves_the_address_it_was_mailed_to() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let email = unverified(&app).await;
    app.call(GUEST, REQUEST).json(json!({"email": email})).await.is(204);
    let token = mailbox.next().await.token();
    app.call(GUEST, CONFIRM).json(new_password(&token)).await.is(204);
    let answer = app.call(SUPERUSER, "GET /api/collections/users/records/dave00000000000").await;
    answer.is(200).has(json!({"verified": true}));
    // Used up, so the next may come at once.
    app.call(GUEST, REQUEST).json(json!({"email": email})).await.is(204);
    mailbox.next().await;
}

#[tokio::test]
async fn nobody_learns_who_has_an_account_and_nobody_is_flooded() {
    let app = TestApp::patient().await;
    let mailbox = Mailbox::of(&app).await;
    for address in ["nobody@example.com", "bob@example.com", "bob@example.com", "bob@example.com"] {
        app.call(GUEST, REQUEST).json(json!({"email": address})).await.is(204);
    }
    let letters = mailbox.rest_of(app);
    assert_eq!(letters.len(), 1, "{letters:?}");
}

#[tokio::test]
async fn superusers_reset_their_password_too() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let line = "POST /api/collections/_superusers/request-password-reset";
    app.call(GUEST, line).json(json!({"email": "root@example.com"})).await.is(204);
    let token = mailbox.next().await.token();
    let wrong = json!({"data": {"token": {"code": "validation_token_collection_mismatch"}}});
    app.call(GUEST, CONFIRM).json(new_password(&token)).await.is(400).has(wrong);
    let line = "POST /api/collections/_superusers/confirm-password-reset";
    app.call(GUEST, line).json(new_password(&token)).await.is(204);
    app.call(SUPERUSER, "GET /api/settings").await.is(401);
}

#[tokio::test]
async fn everything_wrong_is_said_at_once() {
    let app = TestApp::start().await;
    let code = |code: &str| json!({"code": code});
    let required = code("validation_required");
    app.table(&[
        (
            GUEST,
            CONFIRM,
            json!({}),
            400,
            json!({"data": {"token": required, "password": required, "passwordConfirm": required}}),
        ),
        (
            GUEST,
            CONFIRM,
            json!({"token": "junk", "password": "short", "passwordConfirm": "other"}),
            400,
            json!({"data": {
                "token": code("validation_invalid_token"),
                "password": {"code": "validation_length_out_of_range", "params": {"min": 8, "max": 255}},
                "passwordConfirm": code("validation_values_mismatch"),
            }}),
        ),
        (
            GUEST,
            CONFIRM,
            json!({"token": 5}),
            400,
            json!({"message": "An error occurred while loading the submitted data."}),
        ),
        (GUEST, REQUEST, json!({"email": "x"}), 400, json!({"data": {"email": code("validation_is_email")}})),
    ])
    .await;
}

#[tokio::test]
async fn the_field_has_the_last_word_on_a_password() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    app.call(GUEST, REQUEST).json(json!({"email": "bob@example.com"})).await.is(204);
    let long = "x".repeat(100);
    let form = json!({"token": mailbox.next().await.token(), "password": long, "passwordConfirm": long});
    let wrong = json!({"message": "Failed to set new password.", "data": {"password": {"code": "validation_max_text_constraint"}}});
    app.call(GUEST, CONFIRM).json(form).await.is(400).has(wrong);
}

#[tokio::test]
async fn tokens_expire_and_there_is_nothing_to_reset_without_passwords() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    app.call(GUEST, REQUEST).json(json!({"email": "bob@example.com"})).await.is(204);
    let token = mailbox.next().await.token();
    users(&app, json!({"passwordAuth": {"enabled": false}, "otp": {"enabled": true}})).await;
    let message = "The collection is not configured to allow password authentication.";
    app.call(GUEST, REQUEST).json(json!({"email": "bob@example.com"})).await.refuses(400, message);
    app.wait_ms(30 * MINUTE);
    let wrong = json!({"data": {"token": {"code": "validation_invalid_token"}}});
    app.call(GUEST, CONFIRM).json(new_password(&token)).await.is(400).has(wrong);
}

/// Somebody who proved an address is let back in even where passwords were turned off meanwhile.
#[tokio::test]
async fn a_link_is_good_although_passwords_are_off_now() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    app.call(GUEST, REQUEST).json(json!({"email": "bob@example.com"})).await.is(204);
    let token = mailbox.next().await.token();
    users(&app, json!({"passwordAuth": {"enabled": false}, "otp": {"enabled": true}})).await;
    let answer = app.call(GUEST, CONFIRM).json(new_password(&token)).await;
    assert!(answer.is(204).body.is_empty(), "nobody is signed in by it");
}

#[tokio::test]
async fn the_shortest_password_and_its_pattern_are_those_of_the_field() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let mut fields = app.call(SUPERUSER, "GET /api/collections/users").await.json()["fields"].clone();
    let field = fields.as_array_mut().unwrap().iter_mut().find(|field| field["name"] == "password").unwrap();
    (field["min"], field["pattern"]) = (json!(15), json!("^[a-z ]+$"));
    users(&app, json!({"fields": fields})).await;
    app.call(GUEST, REQUEST).json(json!({"email": "bob@example.com"})).await.is(204);
    let token = mailbox.next().await.token();
    let short = json!({"code": "validation_length_out_of_range", "message": "The length must be between 15 and 255.", "params": {"min": 15, "max": 255}});
    app.call(GUEST, CONFIRM).json(new_password(&token)).await.is(400).has(json!({"data": {"password": short}}));
    let odd = "BATTERY staple horse";
    let form = json!({"token": token, "password": odd, "passwordConfirm": odd});
    let wrong =
        json!({"message": "Failed to set new password.", "data": {"password": {"code": "validation_invalid_format"}}});
    app.call(GUEST, CONFIRM).json(form).await.is(400).has(wrong);
    // Nothing of that used the link up.
    let good = "battery staple horse";
    let form = json!({"token": token, "password": good, "passwordConfirm": good});
    app.call(GUEST, CONFIRM).json(form).await.is(204);
}

#[tokio::test]
async fn only_mails_that_were_sent_hold_up_the_next() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::refusing(&app, 1).await;
    let begin = std::time::Instant::now();
    while mailbox.arrived().is_none() {
        app.call(GUEST, REQUEST).json(json!({"email": "bob@example.com"})).await.is(204);
        assert!(begin.elapsed().as_secs() < 30, "the clock stands still, and no second mail comes");
    }
}

#[tokio::test]
async fn the_account_of_the_first_start_gets_no_mail() {
    let app = TestApp::patient().await;
    let mailbox = Mailbox::of(&app).await;
    let installer = "__pbinstaller@example.com";
    let form = json!({"email": installer, "password": super::PASSWORD, "passwordConfirm": super::PASSWORD});
    app.call(SUPERUSER, "POST /api/collections/_superusers/records").json(form).await.is(200);
    let line = "POST /api/collections/_superusers/request-password-reset";
    for address in [installer, "root@example.com"] {
        app.call(GUEST, line).json(json!({"email": address})).await.is(204);
    }
    let letters = mailbox.rest_of(app);
    assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), ["root@example.com"]);
}
