//! Proving an address.

use serde_json::json;

use crate::support::{GUEST, Mailbox, SUPERUSER, TestApp};

use super::{MINUTE, token_of, unverified, users};

const REQUEST: &str = "POST /api/collections/users/request-verification";
const CONFIRM: &str = "POST /api/collections/users/confirm-verification";

#[tokio::test]
async fn the_link_of_the_mail_verifies_the_account() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let email = unverified(&app).await;
    let session = token_of(&app, email).await;
    app.call(GUEST, REQUEST).json(json!({"email": email})).await.is(204);
    let letter = mailbox.next().await;
    assert_eq!(letter.to, email);
    for _ in 0..2 {
        app.call(GUEST, CONFIRM).json(json!({"token": letter.token()})).await.is(204);
    }
    let own = app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", &session).await;
    own.is(200).has(json!({"record": {"verified": true}}));
}

#[tokio::test]
async fn nobody_learns_who_has_an_account_and_nobody_is_flooded() {
    let app = TestApp::patient().await;
    let mailbox = Mailbox::of(&app).await;
    let email = unverified(&app).await;
    for address in ["nobody@example.com", "bob@example.com", email, email, email] {
        app.call(GUEST, REQUEST).json(json!({"email": address})).await.is(204);
    }
    let letters = mailbox.rest_of(app);
    assert_eq!(letters.len(), 1, "{letters:?}");
}

#[tokio::test]
async fn a_second_mail_comes_after_two_minutes() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let email = unverified(&app).await;
    app.call(GUEST, REQUEST).json(json!({"email": email})).await.is(204);
    mailbox.next().await;
    app.wait_ms(2 * MINUTE);
    app.call(GUEST, REQUEST).json(json!({"email": email})).await.is(204);
    mailbox.next().await;
}

#[tokio::test]
async fn tokens_are_refused_by_name_of_what_is_wrong() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let email = unverified(&app).await;
    app.collection(json!({"name": "others", "type": "auth"})).await;
    app.call(GUEST, REQUEST).json(json!({"email": email})).await.is(204);
    let token = mailbox.next().await.token();
    let auth = token_of(&app, email).await;
    let wrong = |code: &str| json!({"data": {"token": {"code": code}}});
    let elsewhere = "POST /api/collections/others/confirm-verification";
    app.table(&[
        (GUEST, CONFIRM, json!({}), 400, wrong("validation_required")),
        (GUEST, CONFIRM, json!({"token": "junk"}), 400, wrong("validation_invalid_token_claims")),
        (GUEST, CONFIRM, json!({"token": auth}), 400, wrong("validation_invalid_token_claims")),
        (GUEST, CONFIRM, json!({"token": format!("{token}x")}), 400, wrong("validation_invalid_token")),
        (GUEST, elsewhere, json!({"token": token}), 400, wrong("validation_token_collection_mismatch")),
    ])
    .await;
    app.wait_ms(25 * 60 * MINUTE);
    app.call(GUEST, CONFIRM).json(json!({"token": token})).await.is(400).has(wrong("validation_invalid_token"));
}

#[tokio::test]
async fn a_changed_token_key_ends_the_token() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let email = unverified(&app).await;
    app.call(GUEST, REQUEST).json(json!({"email": email})).await.is(204);
    let token = mailbox.next().await.token();
    let line = "PATCH /api/collections/users/records/dave00000000000";
    app.call(SUPERUSER, line).json(json!({"email": "other@example.com"})).await.is(200);
    let wrong = json!({"data": {"token": {"code": "validation_invalid_token"}}});
    app.call(GUEST, CONFIRM).json(json!({"token": token})).await.is(400).has(wrong);
}

#[tokio::test]
async fn without_passwords_the_proof_ends_what_was_set_before() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let email = unverified(&app).await;
    let session = token_of(&app, email).await;
    users(&app, json!({"passwordAuth": {"enabled": false}, "otp": {"enabled": true}})).await;
    app.call(GUEST, REQUEST).json(json!({"email": email})).await.is(204);
    let token = mailbox.next().await.token();
    app.call(GUEST, CONFIRM).json(json!({"token": token})).await.is(204);
    app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", &session).await.is(401);
    users(&app, json!({"passwordAuth": {"enabled": true}})).await;
    let form = json!({"identity": email, "password": super::PASSWORD});
    app.call(GUEST, "POST /api/collections/users/auth-with-password").json(form).await.is(400);
}

#[tokio::test]
async fn the_first_proof_ends_what_others_linked_before() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let email = unverified(&app).await;
    let link = json!({
        "collectionRef": "_pb_users_auth_", "recordRef": "dave00000000000", "provider": "google", "providerId": "1",
    });
    app.record("_externalAuths", link).await;
    let session = token_of(&app, email).await;
    app.call(GUEST, REQUEST).json(json!({"email": email})).await.is(204);
    let token = mailbox.next().await.token();
    app.call(GUEST, CONFIRM).json(json!({"token": token})).await.is(204);
    app.call(SUPERUSER, "GET /api/collections/_externalAuths/records").await.is(200).ids(&[]);
    app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", &session).await.is(401);
}

/// Security case 6.
#[tokio::test]
async fn links_go_to_the_configured_address_whatever_the_request_says() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let email = unverified(&app).await;
    let call = app.call(GUEST, REQUEST).header("Host", "evil.example").header("X-Forwarded-Host", "evil.example");
    call.header("Origin", "https://evil.example").json(json!({"email": email})).await.is(204);
    let text = mailbox.next().await.text;
    assert!(text.contains("http://localhost:8090/_/#/auth/") && !text.contains("evil"), "{text}");
}

#[tokio::test]
async fn superusers_need_no_proof() {
    let app = TestApp::start().await;
    for action in ["request", "confirm"] {
        let line = format!("POST /api/collections/_superusers/{action}-verification");
        app.call(GUEST, &line).json(json!({})).await.refuses(400, "All superusers are verified by default.");
    }
}

#[tokio::test]
async fn after_a_proof_the_next_mail_may_come_at_once() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let email = unverified(&app).await;
    for _ in 0..2 {
        let asked = app.call(GUEST, REQUEST).json(json!({"email": email})).await;
        assert!(asked.is(204).body.is_empty());
        let proof = app.call(GUEST, CONFIRM).json(json!({"token": mailbox.next().await.token()})).await;
        assert!(proof.is(204).body.is_empty());
        let taken_back = json!({"verified": false});
        app.call(SUPERUSER, "PATCH /api/collections/users/records/dave00000000000").json(taken_back).await.is(200);
    }
}

/// Whether an address is found without regard to case is up to the index, for mails as for signing in.
#[tokio::test]
async fn addresses_are_found_as_the_index_compares_them() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let email = unverified(&app).await;
    let ask = async |address: &str| app.call(GUEST, REQUEST).json(json!({"email": address})).await.is(204).status;
    ask("DAVE@example.com").await;
    app.settle().await;
    assert!(mailbox.arrived().is_none());
    let nocase = "CREATE UNIQUE INDEX `by_mail` ON `users` (`email` COLLATE NOCASE) WHERE email != ''";
    users(&app, json!({"indexes": [nocase]})).await;
    ask("DAVE@example.com").await;
    assert_eq!(mailbox.next().await.to, email);
}
