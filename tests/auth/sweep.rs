//! Codes and half sign-ins past their time go by themselves.

use cratebase::auth::sweep::Expiring;
use cratebase::error::Error;
use cratebase::sql::Sql;
use cratebase::store::Tx;
use serde_json::json;

use crate::support::{GUEST, Mailbox, SUPERUSER, TestApp};

use super::{MINUTE, PASSWORD, users};

/// Both jobs; how many rows went.
async fn sweep(app: &TestApp) -> usize {
    let auth = &app.services.auth;
    auth.sweep(Expiring::Codes).await.unwrap() + auth.sweep(Expiring::Sessions).await.unwrap()
}

#[tokio::test]
async fn only_what_is_over_goes() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    users(&app, json!({"otp": {"enabled": true}, "mfa": {"enabled": true}})).await;
    let both = async || {
        let form = json!({"identity": "bob@example.com", "password": PASSWORD});
        app.call(GUEST, "POST /api/collections/users/auth-with-password").json(form).await.is(401);
        let form = json!({"email": "bob@example.com"});
        app.call(GUEST, "POST /api/collections/users/request-otp").json(form).await.is(200);
    };
    both().await;
    mailbox.next().await;
    app.wait_ms(3 * MINUTE);
    assert_eq!(sweep(&app).await, 1, "a code lasts three minutes, a session ten");
    app.wait_ms(7 * MINUTE - 1);
    both().await;
    mailbox.next().await;
    assert_eq!(sweep(&app).await, 0);
    app.wait_ms(1);
    assert_eq!(sweep(&app).await, 1);
    for rows in ["_otps", "_mfas"] {
        let answer = app.call(SUPERUSER, &format!("GET /api/collections/{rows}/records")).await;
        answer.is(200).has(json!({"totalItems": 1}));
    }
}

#[tokio::test]
async fn a_hundred_thousand_codes_go_while_everybody_goes_on() {
    let app = TestApp::start().await;
    let text = "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 100000) \
                INSERT INTO _otps (id, collectionRef, recordRef, password, sentTo, created, updated) \
                SELECT printf('%015d', i), '_pb_users_auth_', 'bob000000000000', '', '', \
                '2026-01-01 00:00:00.000Z', '2026-01-01 00:00:00.000Z' FROM n";
    let sql = Sql { text: text.into(), params: vec![] };
    let fill = move |tx: &mut Tx| tx.execute(&sql).map_err(Error::from);
    assert_eq!(app.services.store.write(fill).await.unwrap(), 100_000);
    let auth = app.services.auth.clone();
    let sweep = tokio::spawn(async move { auth.sweep(Expiring::Codes).await });
    let mut written = 0;
    while !sweep.is_finished() {
        let title = json!({"title": "meanwhile"});
        app.call(GUEST, "POST /api/collections/posts/records").json(title).await.is(200);
        written += 1;
    }
    assert_eq!(sweep.await.unwrap().unwrap(), 100_000);
    assert!(written >= 20, "only {written} writes got through");
    let answer = app.call(SUPERUSER, "GET /api/collections/_otps/records").await;
    answer.is(200).has(json!({"totalItems": 0}));
}
