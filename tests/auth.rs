//! Signing in and everything around it that a mail proves, through the real server and a real mailbox.

mod command_line;
mod email_change;
mod guard;
mod impersonate;
mod mails;
mod otp;
mod password_reset;
mod places;
mod sweep;
mod verification;

use serde_json::json;

use crate::support::{GUEST, SUPERUSER, TestApp};

pub const PASSWORD: &str = "correct horse";
const MINUTE: i64 = 60_000;

/// An account of `users` whose address is not proven; its e-mail.
async fn unverified(app: &TestApp) -> &'static str {
    let account = json!({
        "id": "dave00000000000", "email": "dave@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD,
    });
    app.record("users", account).await;
    "dave@example.com"
}

/// Signs in by password; the token.
async fn token_of(app: &TestApp, email: &str) -> String {
    let form = json!({"identity": email, "password": PASSWORD});
    let answer = app.call(GUEST, "POST /api/collections/users/auth-with-password").json(form).await;
    answer.is(200).json()["token"].as_str().unwrap().to_string()
}

/// Changes options of `users`.
async fn users(app: &TestApp, options: serde_json::Value) {
    app.call(SUPERUSER, "PATCH /api/collections/users").json(options).await.is(200);
}
