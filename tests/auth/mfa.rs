//! Two factors: each transition of the machine between the first and the session (contract §10, security case 10).

use serde_json::{Value as Json, json};

use crate::support::{Answer, As, GUEST, Mailbox, SUPERUSER, TestApp, Who};

use super::{MINUTE, PASSWORD, ROW, column, users};

const PASSWORDS: &str = "POST /api/collections/users/auth-with-password";
const CODES: &str = "POST /api/collections/users/auth-with-otp";

struct World {
    app: TestApp,
    mailbox: Mailbox,
}

/// `users` want a password and a code.
async fn world() -> World {
    let app = TestApp::start().await;
    let mailbox = Mailbox::of(&app).await;
    users(&app, json!({"otp": {"enabled": true}, "mfa": {"enabled": true}})).await;
    World { app, mailbox }
}

impl World {
    async fn password(&self, who: Who, name: &str, query: &str, mfa_id: &str) -> Answer {
        let form = json!({"identity": format!("{name}@example.com"), "password": PASSWORD, "mfaId": mfa_id});
        self.app.call(who, &format!("{PASSWORDS}{query}")).json(form).await
    }

    /// The first factor of somebody: the id to go on with.
    async fn begin(&self, name: &str) -> String {
        let answer = self.password(GUEST, name, "", "").await;
        let body = answer.is(401).json();
        let id = body["mfaId"].as_str().unwrap().to_string();
        assert_eq!((body, id.len()), (json!({"mfaId": id}), 15), "nothing else is said");
        id
    }

    /// Asks for a code and reads it: the form of the second factor.
    async fn code(&mut self, name: &str) -> Json {
        let form = json!({"email": format!("{name}@example.com")});
        let id = self.app.call(GUEST, "POST /api/collections/users/request-otp").json(form).await.is(200).json();
        let code = self.mailbox.next().await.code();
        json!({"otpId": id["otpId"], "password": code})
    }

    async fn second(&self, form: &Json, query: &str) -> Answer {
        self.app.call(GUEST, &format!("{CODES}{query}")).json(form.clone()).await
    }

    async fn sessions(&self) -> i64 {
        let line = "GET /api/collections/_mfas/records";
        self.app.call(SUPERUSER, line).await.is(200).json()["totalItems"].as_i64().unwrap()
    }
}

#[tokio::test]
async fn security_10_two_different_factors_open_one_session() {
    let mut world = world().await;
    let id = world.begin("bob").await;
    let form = world.code("bob").await;
    let answer = world.second(&form, &format!("?mfaId={id}")).await;
    answer.is(200).has(json!({"record": {"id": "bob000000000000"}}));
    assert_eq!(world.sessions().await, 0);
    // The half that was used up is no use to anybody.
    let form = world.code("bob").await;
    world.second(&form, &format!("?mfaId={id}")).await.refuses(400, "Invalid or expired MFA session.");
}

#[tokio::test]
async fn security_10_the_id_of_the_query_counts_before_that_of_the_body() {
    let mut world = world().await;
    let id = world.begin("bob").await;
    let mut form = world.code("bob").await;
    form["mfaId"] = json!("nope");
    world.second(&form, &format!("?mfaId={id}")).await.is(200);
    let id = world.begin("bob").await;
    let mut form = world.code("bob").await;
    form["mfaId"] = json!(id);
    world.second(&form, "").await.is(200);
}

#[tokio::test]
async fn security_10_every_wrong_second_step_is_refused_by_name() {
    let mut world = world().await;
    let (bob, alice) = (world.begin("bob").await, world.begin("alice").await);
    let same = "A different authentication method is required.";
    world.password(GUEST, "bob", &format!("?mfaId={bob}"), "").await.refuses(400, same);
    world.password(GUEST, "bob", "?mfaId=nope", "").await.refuses(400, "Invalid or expired MFA session.");
    world.password(GUEST, "bob", "", &alice).await.refuses(400, "Invalid MFA session.");
    // A wrong second factor is that method's own refusal, and the first half stays.
    let wrong = json!({"otpId": "nope", "password": "12345678"});
    world.second(&wrong, &format!("?mfaId={bob}")).await.refuses(400, "Invalid or expired OTP.");
    let form = json!({"identity": "bob@example.com", "password": "wrong password"});
    let call = world.app.call(GUEST, &format!("{PASSWORDS}?mfaId={bob}"));
    call.json(form).await.refuses(400, "Failed to authenticate.");
    assert_eq!(world.sessions().await, 2);
    let form = world.code("bob").await;
    world.second(&form, &format!("?mfaId={bob}")).await.is(200);
    assert_eq!(world.sessions().await, 1);
}

#[tokio::test]
async fn security_10_a_half_sign_in_ends_with_its_time_and_with_the_password() {
    let mut world = world().await;
    let id = world.begin("bob").await;
    world.app.wait_ms(10 * MINUTE);
    let form = world.code("bob").await;
    world.second(&form, &format!("?mfaId={id}")).await.refuses(400, "Invalid or expired MFA session.");
    assert_eq!(world.sessions().await, 0, "what is over is removed when it is shown");
    let id = world.begin("alice").await;
    let line = "PATCH /api/collections/users/records/alice0000000000";
    let same = json!({"password": PASSWORD, "passwordConfirm": PASSWORD});
    world.app.call(SUPERUSER, line).json(same).await.is(200);
    let form = world.code("alice").await;
    world.second(&form, &format!("?mfaId={id}")).await.refuses(400, "Invalid or expired MFA session.");
}

#[tokio::test]
async fn security_10_of_many_second_steps_at_once_one_wins() {
    let mut world = world().await;
    let id = world.begin("bob").await;
    let mut forms = Vec::new();
    for _ in 0..4 {
        forms.push(world.code("bob").await);
    }
    let query = format!("?mfaId={id}");
    let answers = futures_util::future::join_all(forms.iter().map(|form| world.second(form, &query))).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
}

#[tokio::test]
async fn security_10_the_rule_says_who_needs_two_and_a_superusers_word_does_not_count() {
    let world = world().await;
    users(&world.app, json!({"mfa": {"rule": "email = 'bob@example.com' && @request.context = 'password'"}})).await;
    world.begin("bob").await;
    world.password(SUPERUSER, "bob", "", "").await.is(401);
    // Who needs none may bring an id or not.
    world.password(GUEST, "alice", "?mfaId=nope", "").await.is(200);
    world.app.call(As("bob"), "POST /api/collections/users/auth-refresh").await.is(200);
    let impersonate = "POST /api/collections/users/impersonate/bob000000000000";
    world.app.call(SUPERUSER, impersonate).await.is(200);
}

#[tokio::test]
async fn security_10_a_guest_becomes_an_account_by_sign_up_and_sign_in_only() {
    let app = TestApp::start().await;
    let form = json!({"email": "new@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD});
    let made = app.call(GUEST, "POST /api/collections/users/records").json(form).await.is(200).json();
    assert!(made.get("token").is_none(), "a new account is no session");
    let identity = json!({"identity": "new@example.com", "password": PASSWORD});
    let session = app.call(GUEST, PASSWORDS).json(identity).await.is(200).json();
    assert_eq!(session["record"]["id"], made["id"]);
}

#[tokio::test]
async fn security_10_acting_as_somebody_changes_nothing_of_theirs() {
    let app = TestApp::start().await;
    let before = (column(&app, "bob000000000000", "tokenKey").await, column(&app, "bob000000000000", "password").await);
    let line = "POST /api/collections/users/impersonate/bob000000000000";
    let token = app.call(SUPERUSER, line).await.is(200).json()["token"].as_str().unwrap().to_string();
    let own = |line: &str| app.call(GUEST, line).header("Authorization", &token);
    own(&format!("GET {ROW}")).await.is(200).has(json!({"email": "bob@example.com"}));
    // With all of bob's rights and no more.
    own("GET /api/settings").await.is(403);
    own(&format!("PATCH {ROW}")).json(json!({"verified": false})).await.is(400);
    let new = json!({"password": "battery staple", "passwordConfirm": "battery staple"});
    own(&format!("PATCH {ROW}")).json(new).await.is(400);
    let after = (column(&app, "bob000000000000", "tokenKey").await, column(&app, "bob000000000000", "password").await);
    assert_eq!(before, after);
    app.call(As("bob"), "POST /api/collections/users/auth-refresh").await.is(200);
    // It ends with the key of the account, as every token.
    let rotated = json!({"tokenKey:autogenerate": ""});
    app.call(SUPERUSER, &format!("PATCH {ROW}")).json(rotated).await.is(200);
    own("POST /api/collections/users/auth-refresh").await.is(401);
}

#[tokio::test]
async fn security_10_a_half_of_another_collection_is_no_half_here() {
    let mut world = world().await;
    world
        .app
        .collection(json!({"name": "others", "type": "auth", "otp": {"enabled": true}, "mfa": {"enabled": true}}))
        .await;
    let form = json!({"email": "bob@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD});
    world.app.record("others", form).await;
    let form = json!({"identity": "bob@example.com", "password": PASSWORD});
    let line = "POST /api/collections/others/auth-with-password";
    let other = world.app.call(GUEST, line).json(form).await.is(401).json()["mfaId"].as_str().unwrap().to_string();
    let form = world.code("bob").await;
    world.second(&form, &format!("?mfaId={other}")).await.refuses(400, "Invalid MFA session.");
    assert_eq!(world.sessions().await, 1);
}

/// What cannot be asked lets nobody in by one factor.
#[tokio::test]
async fn security_10_a_rule_that_broke_since_it_was_saved_lets_nobody_in() {
    let world = world().await;
    users(&world.app, json!({"mfa": {"rule": "@collection.posts.title != 'x'"}})).await;
    world.app.call(SUPERUSER, "DELETE /api/collections/posts").await.is(204);
    for who in [GUEST, SUPERUSER] {
        world.password(who, "bob", "", "").await.refuses(400, "Failed to authenticate.");
    }
}
