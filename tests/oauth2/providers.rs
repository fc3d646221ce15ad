//! Known providers with their own ways, at the addresses a collection gives them.

use serde_json::{Value as Json, json};

use super::idp::{Idp, Reply};
use super::{offer, sign_in};
use crate::support::{Answer, GUEST, TestApp};

const NO_USER: &str = "Failed to fetch OAuth2 user.";

/// Signs in at the provider `name` as whoever `profile` is.
async fn at(app: &TestApp, idp: &Idp, name: &str, profile: Json) -> Answer {
    idp.code("c", profile);
    sign_in(app, GUEST, "c", json!({"provider": name})).await
}

#[tokio::test]
async fn github_tells_addresses_apart_from_the_person() {
    let idp = Idp::start().await;
    let app = TestApp::start().await;
    offer(&app, idp.provider("github", json!({}))).await;
    // The profile's own address is what its owner typed.
    let profile = json!({"id": 7, "login": "dana", "name": "Dana", "email": "alice@example.com"});
    let list = json!([{"email": "typed@example.com", "verified": false, "primary": true}, {"email": "dana@example.com", "verified": true, "primary": true}]);
    idp.reply("/me/emails", Reply::Json(200, list));
    let answer = at(&app, &idp, "github", profile.clone()).await;
    answer.is(200).has(json!({"record": {"email": "dana@example.com", "verified": true}, "meta": {"id": "7", "email": "dana@example.com", "username": "dana"}}));
    assert_eq!(idp.seen("/me/emails")[0].headers["authorization"], "Bearer at-c");
    for status in [401, 403, 404] {
        idp.reply("/me/emails", Reply::Json(status, json!([])));
        at(&app, &idp, "github", profile.clone()).await.is(200).has(json!({"meta": {"email": "", "isNew": false}}));
    }
    for reply in [Reply::Json(500, json!([])), Reply::Raw("200 OK", vec![b'1'; 3 << 20])] {
        idp.reply("/me/emails", reply);
        at(&app, &idp, "github", profile.clone()).await.refuses(400, NO_USER);
    }
    for odd in [json!({}), json!([[], 5, {"email": 5, "verified": true, "primary": true}])] {
        idp.reply("/me/emails", Reply::Json(200, odd));
        at(&app, &idp, "github", profile.clone()).await.is(200);
    }
}

#[tokio::test]
async fn who_is_not_active_is_not_let_in() {
    let idp = Idp::start().await;
    let app = TestApp::start().await;
    idp.reply(
        "/me/emails",
        Reply::Json(200, json!([{"email": "dana@example.com", "verified": true, "primary": true}])),
    );
    offer(&app, idp.provider("gitea", json!({}))).await;
    for active in [json!(false), Json::Null, json!("true")] {
        at(&app, &idp, "gitea", json!({"id": 1, "login": "dana", "active": active})).await.refuses(400, NO_USER);
    }
    at(&app, &idp, "gitea", json!({"id": 1, "login": "dana", "active": true})).await.is(200);
    offer(&app, idp.provider("mailcow", json!({}))).await;
    at(&app, &idp, "mailcow", json!({"id": "1", "email": "erin@example.com", "active": 0})).await.refuses(400, NO_USER);
    at(&app, &idp, "mailcow", json!({"id": "1", "email": "erin@example.com", "active": 1})).await.is(200);
}

#[tokio::test]
async fn some_want_to_be_asked_in_their_own_way() {
    let idp = Idp::start().await;
    let app = TestApp::start().await;
    offer(&app, idp.provider("twitch", json!({}))).await;
    let answer = at(
        &app,
        &idp,
        "twitch",
        json!({"data": [{"id": "1", "display_name": "Dana", "login": "dana", "email": "dana@example.com"}]}),
    )
    .await;
    answer.is(200).has(json!({"record": {"name": "Dana", "email": "dana@example.com"}}));
    assert_eq!(idp.seen("/me")[0].headers["client-id"], "us");
    at(&app, &idp, "twitch", json!({"data": []})).await.refuses(400, NO_USER);

    offer(&app, idp.provider("linear", json!({}))).await;
    let viewer = json!({"id": "1", "name": "Erin", "email": "erin@example.com", "active": true});
    at(&app, &idp, "linear", json!({"data": {"viewer": viewer}})).await.is(200);
    let asked = idp.seen("/me").pop().unwrap();
    assert_eq!((asked.method.as_str(), asked.headers["content-type"].as_str()), ("POST", "application/json"));
    at(&app, &idp, "linear", json!({"errors": [{}]})).await.refuses(400, NO_USER);
}

#[tokio::test]
async fn microsofts_word_on_addresses_counts_as_configured() {
    let idp = Idp::start().await;
    let app = TestApp::start().await;
    // In its time; nobody checks who signed it.
    let claims = json!({"exp": crate::support::START_MS / 1000 + 60, "email": "alice@example.com", "xms_edov": false});
    let id_token = super::idp::sign("rsa", jsonwebtoken::Algorithm::RS256, &claims);
    for (choice, email) in [("email_and_xms_edov", ""), ("any_verified", ""), ("email", "alice@example.com")] {
        offer(&app, idp.provider("microsoft", json!({"extra": {"idTokenEmailClaim": choice}}))).await;
        super::change(&app, json!({"createRule": null})).await;
        let token = json!({"access_token": "at", "id_token": id_token});
        idp.code_for("c", token, json!({"id": "1", "displayName": "Eve", "mail": "alice@example.com"}));
        let answer = sign_in(&app, GUEST, "c", json!({"provider": "microsoft"})).await;
        match email {
            "" => answer.is(403),
            _ => answer.is(200).has(json!({"record": {"id": "alice0000000000"}, "meta": {"email": email}})),
        };
    }
}
