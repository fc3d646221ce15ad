//! Codes for superusers who have the terminal but not their password.

use serde_json::json;

use crate::support::{GUEST, SUPERUSER, TestApp};

#[tokio::test]
async fn a_printed_code_is_one_factor() {
    let app = TestApp::start().await;
    let refused = app.services.auth.superuser_otp("root@example.com").await.unwrap_err().to_string();
    assert_eq!(refused, "One-time codes are not enabled for superusers.");
    let line = "PATCH /api/collections/_superusers";
    app.call(SUPERUSER, line).json(json!({"otp": {"enabled": true}})).await.is(200);
    let unknown = app.services.auth.superuser_otp("nobody@example.com").await.unwrap_err().to_string();
    assert_eq!(unknown, "There is no superuser nobody@example.com.");
    let printed = app.services.auth.superuser_otp("root@example.com").await.unwrap();
    assert_eq!(printed.seconds, 180);
    let form = json!({"otpId": printed.id, "password": printed.code});
    let answer = app.call(GUEST, "POST /api/collections/_superusers/auth-with-otp").json(form).await;
    let mfa = answer.is(401).json()["mfaId"].clone();
    let form = json!({"identity": "root@example.com", "password": super::PASSWORD, "mfaId": mfa});
    app.call(GUEST, "POST /api/collections/_superusers/auth-with-password").json(form).await.is(200);
}
