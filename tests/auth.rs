//! Signing in and everything around it that a mail proves, through the real server and a real mailbox.

mod accounts;
mod command_line;
mod email_change;
mod forms;
mod guard;
mod impersonate;
mod labels;
mod mails;
mod matrix;
mod mfa;
mod otp;
mod password_reset;
mod passwords;
mod places;
mod sentences;
mod sessions;
mod shape;
mod sweep;
mod timing;
mod tokens;
mod unavailable;
mod verification;

use base64::Engine as _;
use cratebase::auth::tokens::Kind;
use cratebase::sql::Sql;
use cratebase::store::StoreError;
use cratebase::value::Row as _;
use serde_json::{Value as Json, json};

use crate::support::{GUEST, SUPERUSER, TestApp};

pub const PASSWORD: &str = "correct horse";
const MINUTE: i64 = 60_000;
/// Bob's account.
const ROW: &str = "/api/collections/users/records/bob000000000000";

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

/// An account as a superuser sees it.
async fn account(app: &TestApp, id: &str) -> Json {
    app.call(SUPERUSER, &format!("GET /api/collections/users/records/{id}")).await.is(200).json()
}

/// What a token says.
#[track_caller]
pub fn claims_of(token: &str) -> Json {
    let payload = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// A column of an account's row, hidden ones too.
async fn column(app: &TestApp, id: &str, name: &str) -> String {
    let sql = Sql { text: format!("SELECT {name} FROM users WHERE id = ?"), params: vec![id.into()] };
    let read = move |reader: &mut dyn cratebase::store::Reader| {
        Ok::<_, StoreError>(reader.query(&sql)?.row(0).value(0).text().to_string())
    };
    app.services.store.read(read).await.unwrap()
}

/// What tokens of this kind of an account of `users` are signed with.
async fn key_of(app: &TestApp, id: &str, kind: Kind) -> String {
    let catalog = app.services.store.catalog();
    let options = catalog.find("users").unwrap().auth().unwrap();
    format!("{}{}", column(app, id, "tokenKey").await, kind.options(options).secret)
}
