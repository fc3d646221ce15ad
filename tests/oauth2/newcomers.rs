//! What a new account has, and who may get one.

use serde_json::{Value as Json, json};

use super::idp::{Idp, Reply};
use super::{app, change, count, links, person, sign_in};
use crate::support::{GUEST, SUPERUSER, TestApp};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

#[tokio::test]
async fn the_create_rule_decides_who_gets_an_account() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let before = count(&app).await;
    for (rule, status, message) in [
        (Json::Null, 403, "Only superusers can perform this action."),
        (json!("@request.context != 'oauth2'"), 400, "Failed to create record."),
        (json!("@request.body.name = 'erin'"), 400, "Failed to create record."),
        (json!("verified = true"), 400, "Failed to create record."),
    ] {
        change(&app, json!({"createRule": rule})).await;
        idp.code("c", person("dana"));
        sign_in(&app, GUEST, "c", json!({})).await.refuses(status, message);
    }
    assert_eq!((count(&app).await, links(&app).await.len()), (before, 0));
    change(&app, json!({"createRule": "@request.context = 'oauth2' && @request.body.email = 'dana@example.com' && @request.body.name = 'dana'"})).await;
    idp.code("c", person("dana"));
    sign_in(&app, GUEST, "c", json!({})).await.is(200);
}

/// Security case 2.
#[tokio::test]
async fn the_client_may_say_more_but_not_who_vouches() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let users = app.call(SUPERUSER, "GET /api/collections/users").await.json();
    let mut fields = users["fields"].as_array().unwrap().clone();
    fields.push(json!({"name": "secret", "type": "text", "hidden": true}));
    fields.push(json!({"name": "nick", "type": "text", "max": 5}));
    change(&app, json!({"fields": fields})).await;

    idp.code("c", person("dana"));
    let refused = sign_in(&app, GUEST, "c", json!({"createData": {"verified": true, "nick": "fits"}})).await;
    refused.is(400).has(
        json!({"message": "Failed to create record.", "data": {"verified": {"code": "validation_values_mismatch"}}}),
    );
    idp.code("c", person("dana"));
    let refused = sign_in(&app, GUEST, "c", json!({"createData": {"nick": "too long", "email": "x"}})).await;
    refused.is(400).has(
        json!({"data": {"nick": {"code": "validation_max_text_constraint"}, "email": {"code": "validation_is_email"}}}),
    );
    assert!(links(&app).await.is_empty());

    idp.code("c", person("dana"));
    let data = json!({"email": "other@example.com", "name": "Mine", "secret": "x", "password": "my own password", "passwordConfirm": "my own password"});
    let made = sign_in(&app, GUEST, "c", json!({"createData": data})).await.is(200).json();
    assert_eq!(
        (&made["record"]["email"], &made["record"]["verified"], &made["record"]["name"]),
        (&json!("other@example.com"), &json!(false), &json!("Mine"))
    );
    let id = made["record"]["id"].as_str().unwrap();
    let stored = app.call(SUPERUSER, &format!("GET /api/collections/users/records/{id}")).await.is(200).json();
    assert_eq!(stored["secret"], "");
    let form = json!({"identity": "other@example.com", "password": "my own password"});
    app.call(GUEST, "POST /api/collections/users/auth-with-password").json(form).await.is(200);
}

#[tokio::test]
async fn names_are_taken_over_when_they_fit_and_are_free() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let users = app.call(SUPERUSER, "GET /api/collections/users").await.json();
    let (mut fields, mut indexes) =
        (users["fields"].as_array().unwrap().clone(), users["indexes"].as_array().unwrap().clone());
    fields.push(json!({"name": "handle", "type": "text", "max": 5}));
    indexes.push(json!("CREATE UNIQUE INDEX handles ON users (handle COLLATE NOCASE) WHERE handle != ''"));
    let oauth2 = json!({"mappedFields": {"username": "handle", "id": "id"}});
    change(&app, json!({"fields": fields, "indexes": indexes, "oauth2": oauth2})).await;
    for (name, username, handle) in [("dana", "Fox", "Fox"), ("erin", "fox", ""), ("finn", "toolong", "")] {
        let mut profile = person(name);
        profile["sub"] = json!(format!("{name:0<15}"));
        profile["preferred_username"] = json!(username);
        idp.code("c", profile);
        let made = sign_in(&app, GUEST, "c", json!({})).await;
        made.is(200)
            .has(json!({"record": {"id": format!("{name:0<15}"), "handle": handle}, "meta": {"username": username}}));
    }
}

#[tokio::test]
async fn limits_of_passwords_are_not_for_those_nobody_types() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let users = app.call(SUPERUSER, "GET /api/collections/users").await.json();
    let mut fields = users["fields"].as_array().unwrap().clone();
    for field in &mut fields {
        if field["name"] == "password" {
            field["pattern"] = json!("^[!?]+$");
            field["max"] = json!(10);
        }
    }
    change(&app, json!({"fields": fields})).await;
    idp.code("c", person("dana"));
    sign_in(&app, GUEST, "c", json!({})).await.is(200);
    idp.code("c", person("erin"));
    let own = json!({"createData": {"password": "abcdefgh", "passwordConfirm": "abcdefgh"}});
    sign_in(&app, GUEST, "c", own)
        .await
        .is(400)
        .has(json!({"data": {"password": {"code": "validation_invalid_format"}}}));
}

/// Security case 3.
#[tokio::test]
async fn addresses_nobody_vouches_for_are_left_out() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    for vouched in [json!(false), json!("no"), json!(0), Json::Null, json!([true])] {
        let mut profile = person("dana");
        profile["email_verified"] = vouched;
        idp.code("c", profile);
        // The sample collection requires an address.
        sign_in(&app, GUEST, "c", json!({}))
            .await
            .is(400)
            .has(json!({"data": {"email": {"code": "validation_required"}}}));
    }
    for (name, vouched) in [("dana", json!(true)), ("erin", json!("true")), ("finn", json!(1))] {
        let mut profile = person(name);
        profile["email_verified"] = vouched;
        idp.code("c", profile);
        sign_in(&app, GUEST, "c", json!({})).await.is(200);
    }
}

/// Security case 23.
#[tokio::test]
async fn pictures_are_not_fetched_from_this_machines_network() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    idp.reply("/face.png", Reply::Raw("200 OK\r\nContent-Type: image/png", PNG.to_vec()));
    let port = idp.url.rsplit(':').next().unwrap().to_string();
    let urls = [
        format!("{}/face.png", idp.url),
        format!("http://localhost:{port}/face.png"),
        "file:///etc/passwd".into(),
        "::".into(),
    ];
    for (n, url) in urls.into_iter().enumerate() {
        let mut profile = person(&format!("dana{n}"));
        profile["picture"] = json!(url);
        idp.code("c", profile);
        sign_in(&app, GUEST, "c", json!({}))
            .await
            .is(200)
            .has(json!({"record": {"avatar": ""}, "meta": {"avatarURL": url}}));
    }
    assert!(idp.seen("/face.png").is_empty());
}

#[tokio::test]
async fn pictures_the_field_takes_are_stored() {
    let idp = Idp::start().await;
    let app = TestApp::start_with(|config| config.oauth2.private_avatars = true).await;
    super::offer(&app, idp.provider("oidc", json!({}))).await;
    idp.reply("/face.png", Reply::Raw("200 OK\r\nContent-Type: image/png", PNG.to_vec()));
    idp.reply("/face.html", Reply::Raw("200 OK\r\nContent-Type: image/png", b"<!doctype html><script>".to_vec()));
    idp.reply("/gone.png", Reply::Json(404, json!({})));
    idp.reply("/huge.png", Reply::Raw("200 OK", [PNG, &vec![0; 6 << 20]].concat()));
    for (name, path, stored) in [
        ("dana", "/face.png", true),
        ("erin", "/face.html", false),
        ("finn", "/gone.png", false),
        ("gale", "/huge.png", false),
    ] {
        let mut profile = person(name);
        profile["picture"] = json!(format!("{}{path}?size=1", idp.url));
        idp.code("c", profile);
        let made = sign_in(&app, GUEST, "c", json!({})).await.is(200).json();
        let avatar = made["record"]["avatar"].as_str().unwrap();
        assert_eq!(avatar.starts_with("face_") && avatar.ends_with(".png"), stored, "{name}: {avatar}");
        if stored {
            let (collection, id) =
                (made["record"]["collectionId"].as_str().unwrap(), made["record"]["id"].as_str().unwrap());
            let path = app.dir().join("data/storage").join(collection).join(id).join(avatar);
            assert_eq!(std::fs::read(path).unwrap(), PNG);
        }
    }
}

#[tokio::test]
async fn new_accounts_count_as_creates() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let rule = json!({"label": "users:create", "duration": 60, "maxRequests": 1});
    app.call(SUPERUSER, "PATCH /api/settings")
        .json(json!({"rateLimits": {"enabled": true, "rules": [rule]}}))
        .await
        .is(200);
    for (name, status) in [("dana", 200), ("erin", 429), ("dana", 200)] {
        idp.code("c", person(name));
        sign_in(&app, GUEST, "c", json!({})).await.is(status);
    }
    app.wait_ms(60_000);
    idp.code("c", person("erin"));
    sign_in(&app, GUEST, "c", json!({})).await.is(200);
}

/// Only a text that is there is an address of the client's choice.
#[tokio::test]
async fn an_empty_address_of_the_client_leaves_the_providers() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    for (n, email) in [json!(""), Json::Null, json!(5)].into_iter().enumerate() {
        let name = format!("dana{n}");
        idp.code("c", person(&name));
        let made = sign_in(&app, GUEST, "c", json!({"createData": {"email": email}})).await;
        made.is(200).has(json!({"record": {"email": format!("{name}@example.com"), "verified": true}}));
    }
}

#[tokio::test]
async fn who_has_no_address_at_all_has_none_to_prove() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let mut fields = app.call(SUPERUSER, "GET /api/collections/users").await.json()["fields"].clone();
    fields.as_array_mut().unwrap().iter_mut().find(|field| field["name"] == "email").unwrap()["required"] =
        json!(false);
    change(&app, json!({"fields": fields})).await;
    idp.code("c", json!({"sub": "1", "name": "Dana"}));
    let made = sign_in(&app, GUEST, "c", json!({})).await;
    made.is(200).has(json!({"record": {"email": "", "verified": true}, "meta": {"email": "", "isNew": true}}));
}

#[tokio::test]
async fn a_picture_for_a_field_of_text_is_its_address() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let mut fields = app.call(SUPERUSER, "GET /api/collections/users").await.json()["fields"].clone();
    fields.as_array_mut().unwrap().push(json!({"name": "face", "type": "url"}));
    change(&app, json!({"fields": fields, "oauth2": {"mappedFields": {"avatarURL": "face"}}})).await;
    let mut profile = person("dana");
    profile["picture"] = json!("https://idp.example/face.png");
    idp.code("c", profile);
    let made = sign_in(&app, GUEST, "c", json!({})).await;
    made.is(200).has(json!({"record": {"face": "https://idp.example/face.png", "avatar": ""}}));
}
