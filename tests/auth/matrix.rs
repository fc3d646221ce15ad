//! Every kind of token and code, wrong in every way: the answer the protocol has for it, and nothing changes.

use cratebase::auth::tokens::{Claims, Kind, sign};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value as Json, json};

use crate::support::{Answer, As, GUEST, Mailbox, SUPERUSER, TestApp};

use super::{MINUTE, PASSWORD, ROW, account, column, key_of, users};

const KINDS: [Kind; 5] = [Kind::Auth, Kind::File, Kind::Verification, Kind::PasswordReset, Kind::EmailChange];
const BOB: &str = "bob000000000000";

/// A server, and where the history of changes stands.
struct World {
    app: TestApp,
    seq: i64,
}

impl World {
    async fn start() -> World {
        let app = TestApp::start().await;
        app.collection(json!({"name": "others", "type": "auth", "otp": {"enabled": true}})).await;
        users(&app, json!({"otp": {"enabled": true}})).await;
        let files = json!({
            "name": "papers", "type": "base", "viewRule": "@request.auth.id = 'bob000000000000'",
            "fields": [{"name": "scan", "type": "file", "maxSelect": 1, "protected": true}],
        });
        app.collection(files).await;
        let part = reqwest::multipart::Part::bytes(b"secret".to_vec()).file_name("scan.txt");
        let form = reqwest::multipart::Form::new().text("id", "paper0000000000").part("scan", part);
        app.call(SUPERUSER, "POST /api/collections/papers/records").multipart(form).await.is(200);
        let mut world = World { app, seq: 0 };
        world.seq = world.newest().await;
        world
    }

    async fn newest(&self) -> i64 {
        self.app.services.store.changes_since(0, 0).await.unwrap().newest
    }

    /// Bob's claims as a good token of this kind has them.
    fn claims(&self, kind: Kind) -> Claims {
        let mail = !matches!(kind, Kind::Auth | Kind::File);
        Claims {
            id: BOB.into(),
            collection_id: "_pb_users_auth_".into(),
            kind,
            exp: Some(self.app.services.clock.now().0 / 1000 + 100),
            nbf: None,
            iat: None,
            refreshable: (kind == Kind::Auth).then_some(true),
            email: mail.then(|| "bob@example.com".into()),
            new_email: (kind == Kind::EmailChange).then(|| "robert@example.com".into()),
        }
    }

    /// Shows a token where its kind belongs; below `collection` where that is part of the path.
    async fn show(&self, kind: Kind, token: &str, collection: &str) -> Answer {
        let call = |action: &str| self.app.call(GUEST, &format!("POST /api/collections/{collection}/{action}"));
        match kind {
            Kind::Auth => call("auth-refresh").header("Authorization", token).await,
            Kind::File => {
                let paper =
                    self.app.call(SUPERUSER, "GET /api/collections/papers/records/paper0000000000").await.json();
                let line =
                    format!("GET /api/files/papers/paper0000000000/{}?token={token}", paper["scan"].as_str().unwrap());
                self.app.call(GUEST, &line).await
            }
            Kind::Verification => call("confirm-verification").json(json!({"token": token})).await,
            Kind::PasswordReset => {
                let form = json!({"token": token, "password": "battery staple", "passwordConfirm": "battery staple"});
                call("confirm-password-reset").json(form).await
            }
            Kind::EmailChange => call("confirm-email-change").json(json!({"token": token, "password": PASSWORD})).await,
        }
    }

    /// The token is refused as its kind is, with this code for those from mails, and nothing changed.
    async fn refuses(&self, what: &str, kind: Kind, token: &str, code: &str) {
        let answer = self.show(kind, token, "users").await;
        match kind {
            Kind::Auth => {
                answer.refuses(401, "The request requires valid record authorization token.");
            }
            Kind::File => {
                answer.is(404);
            }
            Kind::Verification | Kind::PasswordReset | Kind::EmailChange => {
                let found = answer.is(400).json();
                assert_eq!(found["message"], "An error occurred while validating the submitted data.", "{what}");
                assert_eq!(found["data"]["token"]["code"], code, "{what} {kind:?}: {found}");
            }
        }
        assert_eq!(self.newest().await, self.seq, "{what} {kind:?} changed something");
    }
}

/// The code for what cannot even be read.
fn unreadable(kind: Kind) -> &'static str {
    match kind {
        Kind::Verification => "validation_invalid_token_claims",
        Kind::EmailChange => "validation_invalid_token_payload",
        Kind::Auth | Kind::File | Kind::PasswordReset => "validation_invalid_token",
    }
}

const INVALID: &str = "validation_invalid_token";

/// Tokens of a kind that are wrong in one thing each: what it is, the token, and the code of forms that take such tokens.
async fn wrong_tokens(world: &World, kind: Kind, good: &str) -> Vec<(String, String, &'static str)> {
    let key = key_of(&world.app, BOB, kind).await;
    let own = column(&world.app, BOB, "tokenKey").await;
    let junk = ["x", "a.b.c", "..", "%00", "eyJhbGciOiJIUzI1NiJ9..", &"a".repeat(5000)].map(str::to_string);
    let mut wrong: Vec<_> = junk.into_iter().map(|junk| ("junk".to_string(), junk, unreadable(kind))).collect();
    // {"alg":"none","typ":"JWT"}
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", good.split('.').nth(1).unwrap());
    wrong.push(("unsigned".into(), unsigned, INVALID));
    let mut invalid = |what: &str, token: String| wrong.push((what.to_string(), token, INVALID));
    invalid("cut", good[..good.len() - 2].to_string());
    invalid("longer", format!("{good}x"));
    let now = world.app.services.clock.now().0 / 1000;
    let as_good = || world.claims(kind);
    for (what, claims) in [
        ("expired", Claims { exp: Some(now), ..as_good() }),
        ("not yet valid", Claims { nbf: Some(now + 60), ..as_good() }),
        ("from the future", Claims { iat: Some(now + 60), ..as_good() }),
        ("of nobody", Claims { id: "nobody000000000".into(), ..as_good() }),
        ("of alice by bob's key", Claims { id: "alice0000000000".into(), ..as_good() }),
        ("of no collection", Claims { collection_id: "nope".into(), ..as_good() }),
        ("of a collection without accounts", Claims { collection_id: "papers".into(), ..as_good() }),
    ] {
        invalid(what, sign(&claims, &key).unwrap());
    }
    let secret = key.strip_prefix(&own).unwrap();
    for (what, key) in
        [("by nobody's key", "x"), ("by half a key", &own), ("by the other half", secret), ("by no key", "")]
    {
        invalid(what, sign(&world.claims(kind), key).unwrap());
    }
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let secret = EncodingKey::from_secret(key.as_bytes());
        let token = jsonwebtoken::encode(&Header::new(algorithm), &world.claims(kind), &secret).unwrap();
        invalid(&format!("by {algorithm:?}"), token);
    }
    // Good in all but what it was made for; the claims of mails are there, so that only the kind is wrong.
    for other in KINDS.into_iter().filter(|other| *other != kind) {
        let claims = Claims { kind: other, ..world.claims(kind) };
        let its_key = key_of(&world.app, BOB, other).await;
        invalid(&format!("a token for {other:?}"), sign(&claims, &its_key).unwrap());
        invalid(&format!("by the key for {other:?}"), sign(&world.claims(kind), &its_key).unwrap());
    }
    wrong
}

#[tokio::test]
async fn tokens_that_are_malformed_forged_expired_or_of_others_open_nothing() {
    for kind in KINDS {
        // A world for each, as the good one is used in the end and may change the account.
        let mut world = World::start().await;
        let good = sign(&world.claims(kind), &key_of(&world.app, BOB, kind).await).unwrap();
        for (what, token, code) in wrong_tokens(&world, kind, &good).await {
            world.refuses(&what, kind, &token, code).await;
        }
        let mailed = !matches!(kind, Kind::Auth | Kind::File);
        if mailed {
            let elsewhere = world.show(kind, &good, "others").await.is(400).json();
            assert_eq!(elsewhere["data"]["token"]["code"], "validation_token_collection_mismatch", "{kind:?}");
            assert_eq!(world.newest().await, world.seq);
        }
        // All that was wrong was each of these things.
        world.show(kind, &good, "users").await.is(if mailed { 204 } else { 200 });
        world.seq = world.newest().await;
        if matches!(kind, Kind::PasswordReset | Kind::EmailChange) {
            world.refuses("used", kind, &good, INVALID).await;
        }
    }
}

/// Each kind has a secret of its own (contract §4.4).
#[tokio::test]
async fn a_new_secret_ends_tokens_of_its_kind_and_no_others() {
    for kind in KINDS {
        let mut world = World::start().await;
        let mut tokens = Vec::new();
        for kind in KINDS {
            tokens.push((kind, sign(&world.claims(kind), &key_of(&world.app, BOB, kind).await).unwrap()));
        }
        let option = match kind {
            Kind::Auth => "authToken",
            Kind::File => "fileToken",
            Kind::Verification => "verificationToken",
            Kind::PasswordReset => "passwordResetToken",
            Kind::EmailChange => "emailChangeToken",
        };
        users(&world.app, json!({option: {"secret": "s".repeat(30)}})).await;
        world.seq = world.newest().await;
        let (ended, lives): (Vec<_>, Vec<_>) = tokens.into_iter().partition(|(of, _)| *of == kind);
        for (of, token) in ended {
            world.refuses("by the secret before", of, &token, INVALID).await;
        }
        // Those that change the key of the account, and so end the others, come last, and one of them is enough.
        let changes = |kind: Kind| matches!(kind, Kind::PasswordReset | Kind::EmailChange);
        let last = lives.iter().position(|(of, _)| changes(*of)).unwrap();
        for (of, token) in &lives[..=last] {
            assert!(
                matches!(world.show(*of, token, "users").await.status, 200 | 204),
                "{of:?} after a secret for {kind:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_token_about_an_address_that_changed_proves_nothing() {
    let mut world = World::start().await;
    world.app.call(SUPERUSER, &format!("PATCH {ROW}")).json(json!({"verified": false})).await.is(200);
    world.seq = world.newest().await;
    let old = async |kind: Kind| {
        let claims = Claims { email: Some("old@example.com".into()), ..world.claims(kind) };
        sign(&claims, &key_of(&world.app, BOB, kind).await).unwrap()
    };
    let token = old(Kind::Verification).await;
    world.refuses("about another address", Kind::Verification, &token, "validation_token_email_mismatch").await;
    // A password may be set by it all the same: it was mailed to the account's owner.
    world.show(Kind::PasswordReset, &old(Kind::PasswordReset).await, "users").await.is(204);
    assert_eq!(account(&world.app, BOB).await["verified"], false);
    // Without the claim a mail puts in, a token is not one of a mail.
    let world = World::start().await;
    for (kind, code) in [
        (Kind::Verification, "validation_invalid_token_claims"),
        (Kind::EmailChange, "validation_invalid_token_payload"),
    ] {
        let key = key_of(&world.app, BOB, kind).await;
        let bare = Claims { email: None, new_email: None, ..world.claims(kind) };
        world.refuses("bare", kind, &sign(&bare, &key).unwrap(), code).await;
    }
}

#[tokio::test]
async fn codes_that_are_wrong_expired_used_or_of_others_open_nothing() {
    let world = World::start().await;
    let app = &world.app;
    let mut mailbox = Mailbox::of(app).await;
    let line = "POST /api/collections/users/auth-with-otp";
    let ask = async |mailbox: &mut Mailbox, name: &str| {
        let form = json!({"email": format!("{name}@example.com")});
        let id =
            app.call(GUEST, "POST /api/collections/users/request-otp").json(form).await.is(200).json()["otpId"].clone();
        (id, mailbox.next().await.code())
    };
    let (bobs, bobs_code) = ask(&mut mailbox, "bob").await;
    let (alices, alices_code) = ask(&mut mailbox, "alice").await;
    app.settle().await;
    let before = world.newest().await;
    let refused = "Invalid or expired OTP.";
    for (line, id, code) in [
        (line, &bobs, "00000000"),
        (line, &bobs, alices_code.as_str()),
        (line, &alices, bobs_code.as_str()),
        (line, &json!("nope"), bobs_code.as_str()),
        (line, &json!(BOB), bobs_code.as_str()),
        ("POST /api/collections/others/auth-with-otp", &bobs, bobs_code.as_str()),
    ] {
        app.call(GUEST, line).json(json!({"otpId": id, "password": code})).await.refuses(400, refused);
    }
    assert_eq!(world.newest().await, before, "nothing changed");
    app.call(GUEST, line).json(json!({"otpId": alices, "password": alices_code})).await.is(200);
    app.call(GUEST, line).json(json!({"otpId": alices, "password": alices_code})).await.refuses(400, refused);
    app.wait_ms(4 * MINUTE);
    app.call(GUEST, line).json(json!({"otpId": bobs, "password": bobs_code})).await.refuses(400, refused);
    // A new key ends codes that are still young.
    let (id, code) = ask(&mut mailbox, "bob").await;
    app.call(SUPERUSER, &format!("PATCH {ROW}")).json(json!({"tokenKey:autogenerate": ""})).await.is(200);
    app.call(GUEST, line).json(json!({"otpId": id, "password": code})).await.refuses(400, refused);
    app.call(As("bob"), "POST /api/collections/users/auth-refresh").await.is(401);
    let codes: Json =
        app.call(SUPERUSER, "GET /api/collections/_otps/records?filter=recordRef='bob000000000000'").await.json();
    assert_eq!(codes["totalItems"], 0);
}
