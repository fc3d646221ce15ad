//! How mails look, and what a superuser can try out.

use serde_json::json;

use crate::support::{As, GUEST, Mailbox, SUPERUSER, TestApp};

use super::users;

const TEST: &str = "POST /api/settings/test/email";

#[tokio::test]
async fn superusers_try_every_template() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    for (template, expected) in [
        ("verification", "http://localhost:8090/_/#/auth/confirm-verification/"),
        ("password-reset", "http://localhost:8090/_/#/auth/confirm-password-reset/"),
        ("email-change", "http://localhost:8090/_/#/auth/confirm-email-change/"),
        ("otp", "<strong>123456</strong>"),
        ("login-alert", "127.0.0.1"),
    ] {
        for collection in [json!("users"), json!("")] {
            let form = json!({"email": "me@example.com", "template": template, "collection": collection});
            app.call(SUPERUSER, TEST).json(form).await.is(204);
            let letter = mailbox.next().await;
            assert_eq!(letter.to, "me@example.com");
            assert!(letter.text.contains(expected), "{template}: {}", letter.text);
            assert!(
                letter.text.contains("From: \"Support\" <support@example.com>")
                    || letter.text.contains("From: Support <support@example.com>"),
                "{}",
                letter.text
            );
        }
    }
}

#[tokio::test]
async fn test_mails_are_for_superusers_and_say_what_is_wrong() {
    let app = TestApp::start().await;
    let form = json!({"email": "me@example.com", "template": "otp"});
    app.call(GUEST, TEST).json(form.clone()).await.is(401);
    app.call(As("bob"), TEST).json(form.clone()).await.is(403);
    let failed = "Failed to send the test email.";
    let wrong = |key: &str, code: &str| json!({"message": failed, "data": {key: {"code": code}}});
    app.table(&[
        (SUPERUSER, TEST, json!({}), 400, wrong("email", "validation_required")),
        (SUPERUSER, TEST, json!({}), 400, wrong("template", "validation_required")),
        (SUPERUSER, TEST, json!({"email": "x", "template": "otp"}), 400, wrong("email", "validation_is_email")),
        (SUPERUSER, TEST, json!({"email": "a@b.co", "template": "x"}), 400, wrong("template", "validation_in_invalid")),
        (
            SUPERUSER,
            TEST,
            json!({"email": "a@b.co", "template": "otp", "collection": "posts"}),
            400,
            wrong("collection", "validation_invalid_auth_collection"),
        ),
    ])
    .await;
    // Nobody listens on port 1.
    let smtp = json!({"smtp": {"enabled": true, "host": "127.0.0.1", "port": 1}});
    app.call(SUPERUSER, "PATCH /api/settings").json(smtp).await.is(200);
    let answer = app.call(SUPERUSER, TEST).json(form).await;
    let message = answer.is(400).json()["message"].as_str().unwrap().to_string();
    assert!(message.starts_with("Failed to send the test email. Raw error: \n"), "{message}");
}

#[tokio::test]
async fn placeholders_are_filled_and_what_users_wrote_is_escaped() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let body =
        "<p>{RECORD:name}|{RECORD:verified}|{RECORD:tokenKey}|{RECORD:nope}|{nope}|{APP_NAME}|{APP_URL}|{TOKEN}</p>";
    users(&app, json!({"resetPasswordTemplate": {"subject": "For {RECORD:name}", "body": body}})).await;
    let name = json!({"name": "<b>{APP_URL}</b>\nBcc: x@y.z"});
    app.call(SUPERUSER, "PATCH /api/collections/users/records/bob000000000000").json(name).await.is(200);
    let form = json!({"email": "bob@example.com"});
    app.call(GUEST, "POST /api/collections/users/request-password-reset").json(form).await.is(204);
    let letter = mailbox.next().await;
    assert_eq!(letter.subject, "For <b>{APP_URL}</b> Bcc: x@y.z");
    let expected = "&lt;b&gt;{APP_URL}&lt;/b&gt;\nBcc: x@y.z|true|{RECORD:tokenKey}|{RECORD:nope}|{nope}|Acme|http://localhost:8090|ey";
    assert!(letter.text.contains(expected), "{}", letter.text);
}

#[tokio::test]
async fn a_mail_that_is_put_off_is_sent_again() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::reluctant(&app, 1).await;
    let form = json!({"email": "bob@example.com"});
    app.call(GUEST, "POST /api/collections/users/request-password-reset").json(form).await.is(204);
    assert_eq!(mailbox.next().await.to, "bob@example.com");
}

#[tokio::test]
async fn a_mail_server_that_never_answers_holds_up_neither_requests_nor_the_end() {
    let app = TestApp::start().await;
    // Takes connections, and that is all.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let smtp = json!({"smtp": {"enabled": true, "host": "127.0.0.1", "port": port}});
    app.call(SUPERUSER, "PATCH /api/settings").json(smtp).await.is(200);
    let begin = std::time::Instant::now();
    for who in ["alice", "bob", "carol"] {
        let form = json!({"email": format!("{who}@example.com")});
        app.call(GUEST, "POST /api/collections/users/request-password-reset").json(form).await.is(204);
    }
    drop(app);
    // A conversation may take fifteen seconds a step; stopping may take one for each of its parts.
    assert!(begin.elapsed().as_secs() < 10, "{:?}", begin.elapsed());
}

#[tokio::test]
async fn what_still_waits_is_sent_before_the_server_stops() {
    let app = TestApp::patient().await;
    let mailbox = Mailbox::of(&app).await;
    for who in ["alice", "bob", "carol"] {
        let form = json!({"email": format!("{who}@example.com")});
        app.call(GUEST, "POST /api/collections/users/request-password-reset").json(form).await.is(204);
    }
    assert_eq!(mailbox.rest_of(app).len(), 3);
}

#[tokio::test]
async fn the_mail_server_is_greeted_and_told_who_we_are_as_configured() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    // printf '\0us\0hush' | base64; printf us | base64; printf hush | base64
    let (plain, login) = ("AUTH PLAIN AHVzAGh1c2g=", ["AUTH LOGIN", "dXM=", "aHVzaA=="]);
    for (smtp, expected) in [
        (json!({}), vec!["EHLO localhost"]),
        (json!({"localName": "app.example"}), vec!["EHLO app.example"]),
        (json!({"username": "us", "password": "hush"}), vec!["EHLO app.example", plain]),
        (json!({"authMethod": "LOGIN"}), [&["EHLO app.example"][..], &login[..]].concat()),
        (json!({"authMethod": "PLAIN", "localName": ""}), vec!["EHLO localhost", plain]),
    ] {
        app.call(SUPERUSER, "PATCH /api/settings").json(json!({"smtp": smtp})).await.is(200);
        app.call(SUPERUSER, TEST).json(json!({"email": "me@example.com", "template": "otp"})).await.is(204);
        let said = mailbox.next().await.said;
        assert_eq!(said[..expected.len()], expected, "{smtp}");
        assert!(said[expected.len()].starts_with("MAIL FROM:<support@example.com>"), "{said:?}");
        assert_eq!(said[expected.len() + 1], "RCPT TO:<me@example.com>");
    }
}

/// 0.0.0.0 is this machine as well, but not by a name that says so.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn passwords_do_not_travel_in_the_clear() {
    let app = TestApp::patient().await;
    let mailbox = Mailbox::of(&app).await;
    let smtp = json!({"smtp": {"host": "0.0.0.0", "username": "us", "password": "hush"}});
    app.call(SUPERUSER, "PATCH /api/settings").json(smtp).await.is(200);
    app.call(SUPERUSER, TEST).json(json!({"email": "me@example.com", "template": "otp"})).await.is(400);
    // Without a password there is nothing to protect.
    let smtp = json!({"smtp": {"username": "", "password": ""}});
    app.call(SUPERUSER, "PATCH /api/settings").json(smtp).await.is(200);
    app.call(SUPERUSER, TEST).json(json!({"email": "me@example.com", "template": "otp"})).await.is(204);
    assert_eq!(mailbox.rest_of(app).len(), 1);
}

#[tokio::test]
async fn a_mail_has_an_id_and_is_both_text_and_html() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let sender = json!({"meta": {"senderName": "Corp", "senderAddress": "us@mail.example"}});
    app.call(SUPERUSER, "PATCH /api/settings").json(sender).await.is(200);
    app.call(SUPERUSER, TEST).json(json!({"email": "me@example.com", "template": "password-reset"})).await.is(204);
    let text = mailbox.next().await.text;
    let head = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
    let id = head("Message-ID:").strip_prefix('<').and_then(|id| id.strip_suffix("@mail.example>")).unwrap_or_default();
    assert!(id.len() == 15 && id.chars().all(|c| c.is_ascii_alphanumeric()), "{text}");
    assert!(["Corp <us@mail.example>", "\"Corp\" <us@mail.example>"].contains(&head("From:")), "{text}");
    assert_eq!(head("To:"), "me@example.com");
    assert!(head("Content-Type:").starts_with("multipart/alternative"), "{text}");
    let (plain, html) = text.split_once("Content-Type: text/html").expect("a part in HTML");
    let (_, plain) = plain.split_once("Content-Type: text/plain").expect("a part in text");
    assert!(
        plain.contains("](http://localhost:8090/_/#/auth/confirm-password-reset/") && !plain.contains("<a"),
        "{plain}"
    );
    assert!(html.contains("<a") && html.contains("class=\"btn\"") && html.contains(".btn"), "{html}");
}
