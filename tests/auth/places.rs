//! Mails about sign-ins from new places.

use serde_json::json;

use crate::support::{GUEST, Mailbox, SUPERUSER, TestApp};

use super::{PASSWORD, users};

async fn sign_in(app: &TestApp, agent: &str) {
    let form = json!({"identity": "bob@example.com", "password": PASSWORD});
    let call = app.call(GUEST, "POST /api/collections/users/auth-with-password").header("User-Agent", agent);
    call.json(form).await.is(200);
}

#[tokio::test]
async fn a_new_place_is_worth_one_mail_and_the_first_of_all_none() {
    let app = TestApp::patient().await;
    let mailbox = Mailbox::of(&app).await;
    let bob = "/api/collections/_authOrigins/records?filter=recordRef='bob000000000000'";
    let known = app.call(crate::support::As("bob"), &format!("GET {bob}")).await.is(200).json();
    assert_eq!(known["totalItems"], 1, "the template signed in once");
    for agent in ["", "<script>", "<script>"] {
        sign_in(&app, agent).await;
    }
    let letters = mailbox.rest_of(app);
    let to_bob: Vec<_> = letters.iter().filter(|letter| letter.text.contains("&lt;script&gt;")).collect();
    assert_eq!(to_bob.len(), 1, "{letters:?}");
    assert_eq!(to_bob[0].to, "bob@example.com");
    assert!(to_bob[0].text.contains("2026-01-02 03:04:05.678Z - 127.0.0.1 "), "{}", to_bob[0].text);
}

#[tokio::test]
async fn alerts_can_be_off() {
    let app = TestApp::patient().await;
    let mailbox = Mailbox::of(&app).await;
    users(&app, json!({"authAlert": {"enabled": false}})).await;
    sign_in(&app, "one").await;
    sign_in(&app, "two").await;
    assert!(mailbox.rest_of(app).is_empty());
}

#[tokio::test]
async fn the_first_place_of_all_is_no_news() {
    let app = TestApp::patient().await;
    let mailbox = Mailbox::of(&app).await;
    let email = super::unverified(&app).await;
    let line = "POST /api/collections/users/auth-with-password";
    for agent in ["first", "second", "first"] {
        let form = json!({"identity": email, "password": PASSWORD});
        app.call(GUEST, line).header("User-Agent", agent).json(form).await.is(200);
    }
    let letters = mailbox.rest_of(app);
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert!(letters[0].to == email && letters[0].text.contains("127.0.0.1 second"), "{letters:?}");
}

#[tokio::test]
async fn a_warning_that_cannot_be_sent_keeps_nobody_out() {
    let app = TestApp::start().await;
    // Nobody listens on port 1.
    let smtp = json!({"smtp": {"enabled": true, "host": "127.0.0.1", "port": 1}});
    app.call(SUPERUSER, "PATCH /api/settings").json(smtp).await.is(200);
    sign_in(&app, "elsewhere").await;
    // Nor does a template that makes no mail.
    users(&app, json!({"authAlert": {"emailTemplate": {"subject": "{RECORD:nope}", "body": "{ALERT_INFO"}}})).await;
    sign_in(&app, "somewhere").await;
}
