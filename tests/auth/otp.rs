//! One-time codes.

use std::collections::HashSet;

use serde_json::json;

use crate::support::{GUEST, Mailbox, SUPERUSER, TestApp};

use super::{MINUTE, PASSWORD, ROW, account, token_of, unverified, users};

const REQUEST: &str = "POST /api/collections/users/request-otp";
const SIGN_IN: &str = "POST /api/collections/users/auth-with-otp";
const FAILED: &str = "Invalid or expired OTP.";

async fn app_with_codes() -> (TestApp, Mailbox) {
    let app = TestApp::patient().await;
    let mailbox = Mailbox::of(&app).await;
    users(&app, json!({"otp": {"enabled": true}})).await;
    (app, mailbox)
}

async fn ask(app: &TestApp, email: &str) -> String {
    let answer = app.call(GUEST, REQUEST).json(json!({"email": email})).await;
    answer.is(200).json()["otpId"].as_str().unwrap().to_string()
}

/// Asks and reads the mail: what to sign in with.
async fn code_for(app: &TestApp, mailbox: &mut Mailbox, email: &str) -> serde_json::Value {
    let id = ask(app, email).await;
    json!({"otpId": id, "password": mailbox.next().await.code()})
}

#[tokio::test]
async fn the_code_of_the_mail_signs_in_once() {
    let (app, mut mailbox) = app_with_codes().await;
    let form = code_for(&app, &mut mailbox, "bob@example.com").await;
    assert_eq!(form["password"].as_str().unwrap().len(), 8);
    app.call(GUEST, SIGN_IN).json(form.clone()).await.is(200).has(json!({"record": {"id": "bob000000000000"}}));
    app.call(GUEST, SIGN_IN).json(form).await.refuses(400, FAILED);
}

/// Security case 5.
#[tokio::test]
async fn of_many_uses_of_a_code_at_once_one_wins() {
    let (app, mut mailbox) = app_with_codes().await;
    for _ in 0..3 {
        let form = code_for(&app, &mut mailbox, "bob@example.com").await;
        let tries = (0..4).map(|_| app.call(GUEST, SIGN_IN).json(form.clone()).into_future());
        let answers = futures_util::future::join_all(tries).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        app.wait_ms(4 * MINUTE);
    }
}

#[tokio::test]
async fn whatever_is_wrong_is_answered_alike() {
    let (app, mut mailbox) = app_with_codes().await;
    app.collection(json!({"name": "others", "type": "auth", "otp": {"enabled": true}})).await;
    let form = code_for(&app, &mut mailbox, "bob@example.com").await;
    let (id, code) = (&form["otpId"], &form["password"]);
    app.call(GUEST, SIGN_IN).json(json!({"otpId": "nope", "password": code})).await.refuses(400, FAILED);
    app.call(GUEST, SIGN_IN).json(json!({"otpId": id, "password": "x"})).await.refuses(400, FAILED);
    app.call(GUEST, "POST /api/collections/others/auth-with-otp").json(form.clone()).await.refuses(400, FAILED);
    app.wait_ms(3 * MINUTE);
    app.call(GUEST, SIGN_IN).json(form.clone()).await.refuses(400, FAILED);
}

#[tokio::test]
async fn an_address_without_an_account_is_answered_like_one_with() {
    let (app, mailbox) = app_with_codes().await;
    let mut last = Vec::new();
    for email in ["bob@example.com", "nobody@example.com"] {
        let mut ids = Vec::new();
        for _ in 0..12 {
            ids.push(ask(&app, email).await);
        }
        // Ten codes at a time, then the newest again.
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 10);
        assert!(ids[9..].iter().all(|id| *id == ids[9]));
        last.push(ids[9].clone());
    }
    for id in last {
        let form = json!({"otpId": id, "password": "no code"});
        for _ in 0..5 {
            app.call(GUEST, SIGN_IN).json(form.clone()).await.refuses(400, FAILED);
        }
        let message = "Too many attempts, please try again later with a new OTP.";
        let answer = app.call(GUEST, SIGN_IN).json(form.clone()).await;
        answer.refuses(429, message);
        assert_eq!((answer.header("Retry-After"), answer.header("RateLimit-Limit")), ("180", "5"));
    }
    let letters = mailbox.rest_of(app);
    assert_eq!(letters.len(), 10, "{letters:?}");
    assert!(letters.iter().all(|letter| letter.to == "bob@example.com"));
}

#[tokio::test]
async fn attempts_count_over_all_codes_of_an_account_and_are_forgotten() {
    let (app, mut mailbox) = app_with_codes().await;
    let first = ask(&app, "bob@example.com").await;
    mailbox.next().await;
    for _ in 0..5 {
        app.call(GUEST, SIGN_IN).json(json!({"otpId": first, "password": "no"})).await.is(400);
    }
    let form = code_for(&app, &mut mailbox, "bob@example.com").await;
    app.call(GUEST, SIGN_IN).json(form).await.is(429);
    app.wait_ms(3 * MINUTE);
    let form = code_for(&app, &mut mailbox, "bob@example.com").await;
    app.call(GUEST, SIGN_IN).json(form).await.is(200);
}

#[tokio::test]
async fn a_code_proves_the_address_and_ends_what_was_set_before() {
    let (app, mut mailbox) = app_with_codes().await;
    let email = unverified(&app).await;
    let session = token_of(&app, email).await;
    let other = code_for(&app, &mut mailbox, email).await;
    let form = code_for(&app, &mut mailbox, email).await;
    let answer = app.call(GUEST, SIGN_IN).json(form).await;
    answer.is(200).has(json!({"record": {"verified": true}}));
    app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", &session).await.is(401);
    let form = json!({"identity": email, "password": PASSWORD});
    app.call(GUEST, "POST /api/collections/users/auth-with-password").json(form).await.is(400);
    // Codes do not outlive the token key.
    app.call(GUEST, SIGN_IN).json(other).await.refuses(400, FAILED);
}

#[tokio::test]
async fn a_code_is_a_second_factor_and_keeps_the_first() {
    let (app, mut mailbox) = app_with_codes().await;
    users(&app, json!({"mfa": {"enabled": true}})).await;
    let email = unverified(&app).await;
    let password = json!({"identity": email, "password": PASSWORD});
    let line = "POST /api/collections/users/auth-with-password";
    let mfa = app.call(GUEST, line).json(password.clone()).await.is(401).json()["mfaId"].clone();
    let mut form = code_for(&app, &mut mailbox, email).await;
    form["mfaId"] = mfa;
    app.call(GUEST, SIGN_IN).json(form).await.is(200).has(json!({"record": {"verified": true}}));
    // The other way round; the password still counts.
    let form = code_for(&app, &mut mailbox, email).await;
    let mfa = app.call(GUEST, SIGN_IN).json(form).await.is(401).json()["mfaId"].as_str().unwrap().to_string();
    app.call(GUEST, &format!("{line}?mfaId={mfa}")).json(password).await.is(200);
}

#[tokio::test]
async fn superusers_see_codes_without_their_hash() {
    let (app, mut mailbox) = app_with_codes().await;
    let form = code_for(&app, &mut mailbox, "bob@example.com").await;
    let answer = app.call(SUPERUSER, "GET /api/collections/_otps/records").await;
    answer.is(200).has(json!({"items": [{"id": form["otpId"], "sentTo": "bob@example.com", "password": ""}]}));
}

#[tokio::test]
async fn developers_may_ask_as_often_as_they_like() {
    let app = TestApp::start_with(|config| config.dev = true).await;
    users(&app, json!({"otp": {"enabled": true}})).await;
    let mut ids = HashSet::new();
    for _ in 0..12 {
        ids.insert(ask(&app, "bob@example.com").await);
    }
    assert_eq!(ids.len(), 12);
}

#[tokio::test]
async fn codes_have_to_be_enabled() {
    let app = TestApp::start().await;
    let message = "The collection is not configured to allow OTP authentication.";
    app.call(GUEST, REQUEST).body("application/json", "{").await.refuses(403, message);
    app.call(GUEST, SIGN_IN).body("application/json", "{").await.refuses(403, message);
}

#[tokio::test]
async fn codes_are_as_long_as_configured_and_the_mail_may_name_their_id() {
    let (app, mut mailbox) = app_with_codes().await;
    for (length, digits) in [(4, 4), (12, 12), (71, 71), (100, 71)] {
        // More than may be submitted would be of no use.
        let template = json!({"subject": "{OTP}", "body": "<p>{OTP_ID}|{OTP}</p>"});
        users(&app, json!({"otp": {"length": length, "emailTemplate": template}})).await;
        let id = ask(&app, "bob@example.com").await;
        let letter = mailbox.next().await;
        let code = letter.code();
        assert_eq!(code.len(), digits);
        assert!(letter.text.contains(&format!("{id}|{code}")), "{}", letter.text);
        let form = json!({"otpId": id, "password": code});
        app.call(GUEST, SIGN_IN).json(form).await.is(200);
    }
}

#[tokio::test]
async fn right_codes_are_attempts_too_whoever_asks_but_each_address_has_its_own() {
    let (app, mut mailbox) = app_with_codes().await;
    let proxy = json!({"trustedProxy": {"headers": ["X-Real-IP"]}});
    app.call(SUPERUSER, "PATCH /api/settings").json(proxy).await.is(200);
    users(&app, json!({"authAlert": {"enabled": false}})).await;
    let mut tries = [(GUEST, "10.0.0.1", 200); 8];
    (tries[5], tries[6], tries[7]) = ((GUEST, "10.0.0.1", 429), (SUPERUSER, "10.0.0.1", 429), (GUEST, "10.0.0.2", 200));
    for (who, ip, status) in tries {
        let form = code_for(&app, &mut mailbox, "bob@example.com").await;
        app.call(who, SIGN_IN).header("X-Real-IP", ip).json(form).await.is(status);
    }
}

#[tokio::test]
async fn as_a_first_factor_a_code_proves_the_address_all_the_same() {
    let (app, mut mailbox) = app_with_codes().await;
    users(&app, json!({"mfa": {"enabled": true}})).await;
    let email = unverified(&app).await;
    let form = code_for(&app, &mut mailbox, email).await;
    app.call(GUEST, SIGN_IN).json(form).await.is(401);
    assert_eq!(account(&app, "dave00000000000").await["verified"], true);
}

#[tokio::test]
async fn a_code_ends_with_its_account() {
    let (app, mut mailbox) = app_with_codes().await;
    let form = code_for(&app, &mut mailbox, "bob@example.com").await;
    app.call(SUPERUSER, &format!("DELETE {ROW}")).await.is(204);
    app.call(GUEST, SIGN_IN).json(form).await.refuses(400, FAILED);
}

/// Nobody can use it, and superusers would wonder.
#[tokio::test]
async fn a_code_whose_mail_is_given_up_is_gone() {
    let app = TestApp::start().await;
    let _mailbox = Mailbox::refusing(&app, usize::MAX).await;
    users(&app, json!({"otp": {"enabled": true}})).await;
    ask(&app, "bob@example.com").await;
    // From here on the row is there, and its mail under way.
    app.settle().await;
    let begin = std::time::Instant::now();
    while app.call(SUPERUSER, "GET /api/collections/_otps/records").await.json()["totalItems"] != 0 {
        assert!(begin.elapsed().as_secs() < 30, "it stays");
    }
}

#[tokio::test]
async fn the_context_of_rules_says_that_it_was_a_code() {
    let (app, mut mailbox) = app_with_codes().await;
    users(&app, json!({"authRule": "@request.context = 'otp'"})).await;
    let form = code_for(&app, &mut mailbox, "bob@example.com").await;
    app.call(GUEST, SIGN_IN).json(form).await.is(200);
    let form = json!({"identity": "bob@example.com", "password": PASSWORD});
    app.call(GUEST, "POST /api/collections/users/auth-with-password").json(form).await.is(403);
}

/// Where the collection wants another factor of others only, the password would be a way in by itself.
#[tokio::test]
async fn who_needs_no_second_factor_loses_the_password_that_somebody_else_may_have_set() {
    let (app, mut mailbox) = app_with_codes().await;
    users(&app, json!({"mfa": {"enabled": true, "rule": "name = 'admin'"}})).await;
    let email = unverified(&app).await;
    let session = token_of(&app, email).await;
    let form = code_for(&app, &mut mailbox, email).await;
    app.call(GUEST, SIGN_IN).json(form).await.is(200).has(json!({"record": {"verified": true}}));
    app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", &session).await.is(401);
    let form = json!({"identity": email, "password": PASSWORD});
    app.call(GUEST, "POST /api/collections/users/auth-with-password").json(form).await.is(400);
}
