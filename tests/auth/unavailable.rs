//! A database that does not answer: whoever brings a token hears 503 and tries again. Told to be a guest, an SDK would
//! throw the token away, and rules would decide about somebody else.

use std::sync::Mutex;
use std::sync::mpsc;

use cratebase::store::{Reader, StoreError};
use futures_util::future::BoxFuture;
use serde_json::json;

use crate::support::{As, GUEST, Mailbox, SUPERUSER, TestApp};

use super::PASSWORD;

/// Until it is over, no reader of the server's database is free.
struct Busy<'a> {
    /// Ends the long read when dropped.
    gate: mpsc::Sender<()>,
    reads: Vec<BoxFuture<'a, Result<(), StoreError>>>,
}

impl Busy<'_> {
    async fn over(self) {
        drop(self.gate);
        for read in self.reads {
            read.await.expect("a read");
        }
    }
}

/// Takes the only reader, and the only place in its queue.
async fn occupy(app: &TestApp) -> Busy<'_> {
    let (gate, closed) = mpsc::channel::<()>();
    let (inside, entered) = mpsc::channel::<()>();
    let (closed, inside) = (Mutex::new(closed), Mutex::new(inside));
    let long = move |_: &mut dyn Reader| {
        let _ = inside.lock().unwrap().send(());
        // Until the other end is dropped.
        let _ = closed.lock().unwrap().recv();
        Ok(())
    };
    let mut long = Box::pin(app.services.store.read(long));
    assert!(futures_util::poll!(&mut long).is_pending());
    entered.recv().expect("the read begins");
    let mut next = Box::pin(app.services.store.read(|_: &mut dyn Reader| Ok(())));
    assert!(futures_util::poll!(&mut next).is_pending());
    Busy { gate, reads: vec![long, next] }
}

/// A server with one reader and nothing in its memory.
async fn app() -> TestApp {
    TestApp::start_with(|config| {
        config.store.inline_budget_us = 0;
        config.store.read_threads = 1;
        config.store.read_queue = 1;
        config.store.answers_mib = 0;
    })
    .await
}

#[tokio::test]
async fn a_token_that_cannot_be_looked_up_is_503_on_every_way_in() {
    let app = app().await;
    let file =
        app.call(As("alice"), "POST /api/files/token").await.is(200).json()["token"].as_str().unwrap().to_string();
    // Bob has not been seen by this server yet, alice has been forgotten by a change of hers.
    app.call(SUPERUSER, "PATCH /api/collections/users/records/alice0000000000")
        .json(json!({"name": "A"}))
        .await
        .is(200);
    let busy = occupy(&app).await;
    let lines = [
        "GET /api/health",
        "GET /api/settings",
        "GET /api/collections/posts/records",
        "POST /api/collections/posts/records",
        "POST /api/collections/users/auth-refresh",
        "POST /api/files/token",
        "POST /api/batch",
        "POST /api/realtime",
        "POST /api/collections/users/request-email-change",
        "GET /api/collections/users/auth-methods",
    ];
    for line in lines {
        for who in [As("bob"), As("alice")] {
            let answer = app.call(who, line).await;
            assert_eq!(answer.status, 503, "{line} by {who:?}: {}", answer.text());
            assert!(!answer.header("Retry-After").is_empty(), "{line}");
        }
    }
    for line in
        [format!("GET /api/files/posts/nope/nope.txt?token={file}"), format!("GET /api/backups/nope.zip?token={file}")]
    {
        assert_eq!(app.call(GUEST, &line).await.status, 503, "{line}");
    }
    // Whoever needs nobody looked up is served.
    app.call(GUEST, "GET /api/health").await.is(200);
    app.call(GUEST, "GET /api/health").header("Authorization", "junk").await.is(200);
    busy.over().await;
    app.call(As("bob"), "POST /api/collections/users/auth-refresh").await.is(200);
    app.call(As("alice"), "POST /api/collections/users/auth-refresh").await.is(200);
}

#[tokio::test]
async fn signing_in_and_confirming_are_503_and_use_nothing_up() {
    let app = app().await;
    let mut mailbox = Mailbox::of(&app).await;
    super::users(&app, json!({"otp": {"enabled": true}})).await;
    let email = json!({"email": "bob@example.com"});
    app.call(GUEST, "POST /api/collections/users/request-password-reset").json(email.clone()).await.is(204);
    let reset = mailbox.next().await.token();
    let change = "POST /api/collections/users/request-email-change";
    app.call(As("bob"), change).json(json!({"newEmail": "robert@example.com"})).await.is(204);
    let change = mailbox.next().await.token();
    let otp =
        app.call(GUEST, "POST /api/collections/users/request-otp").json(email).await.is(200).json()["otpId"].clone();
    let code = mailbox.next().await.code();
    app.settle().await;
    let new = json!({"token": reset, "password": "battery staple", "passwordConfirm": "battery staple"});
    let forms = [
        ("auth-with-password", json!({"identity": "bob@example.com", "password": PASSWORD}), 200),
        ("auth-with-otp", json!({"otpId": otp, "password": code}), 200),
        ("confirm-email-change", json!({"token": change, "password": PASSWORD}), 503),
        ("confirm-password-reset", new, 204),
    ];
    // Forgotten, so that tokens have to be looked up.
    app.call(SUPERUSER, &format!("PATCH {}", super::ROW)).json(json!({"name": "B"})).await.is(200);
    let busy = occupy(&app).await;
    for (action, form, _) in &forms {
        let answer = app.call(GUEST, &format!("POST /api/collections/users/{action}")).json(form.clone()).await;
        assert_eq!(answer.status, 503, "{action}: {}", answer.text());
    }
    busy.over().await;
    for (action, form, then) in forms.into_iter().filter(|(.., then)| *then != 503) {
        let answer = app.call(GUEST, &format!("POST /api/collections/users/{action}")).json(form).await;
        assert_eq!(answer.status, then, "{action} afterwards: {}", answer.text());
    }
}

/// Security case 7, without a clock: who asks for a mail is answered before anybody looks whether there is an account, so
/// no account can be told by the time it takes.
#[tokio::test]
async fn security_7_asking_for_mails_waits_for_no_look_at_accounts() {
    let app = app().await;
    let mailbox = Mailbox::of(&app).await;
    let unverified = super::unverified(&app).await;
    super::users(&app, json!({"otp": {"enabled": true}})).await;
    let busy = occupy(&app).await;
    for (action, status) in [("request-password-reset", 204), ("request-otp", 200), ("request-verification", 204)] {
        for address in ["bob@example.com", "nobody@example.com", unverified] {
            let line = format!("POST /api/collections/users/{action}");
            app.call(GUEST, &line).json(json!({"email": address})).await.is(status);
        }
    }
    busy.over().await;
    drop(mailbox);
}
