//! What each kind of provider answers, and who that is.

use serde_json::json;

use super::*;
use crate::auth::oauth2::Config;
use crate::clock::Clock;
use crate::schema::{auth_options, providers};

/// The person a provider's profile stands for, as far as no second request is needed.
fn read_as(name: &str, profile: &Json) -> Person {
    let known = providers::find(name).unwrap();
    let set = auth_options::Provider { name: name.into(), client_id: "us".into(), ..Default::default() };
    let desk = Desk::new(Config { timeout_s: 1, id_token_leeway_s: 0, private_avatars: false }, Clock::System);
    let raw = json!({"email": "token@x.y"}).as_object().unwrap().clone();
    let token = Token {
        access: "at".into(),
        kind: "Bearer".into(),
        refresh: "".into(),
        expires: None,
        id_token: "".into(),
        raw,
    };
    let root = at(profile, &known.root).unwrap();
    let mut person = read(known, root);
    desk.odd(&Provider::of(&set).unwrap(), &token, &mut person, root);
    person
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn profiles_are_read_as_their_provider_writes_them() {
    // provider, profile, (id, name, username, email, picture)
    let rows = [
        (
            "google",
            json!({"sub": "1", "name": "N", "picture": "p", "email": "e@x.y", "email_verified": true}),
            ("1", "N", "", "e@x.y", "p"),
        ),
        ("google", json!({"sub": "1", "email": "e@x.y", "email_verified": false}), ("1", "", "", "", "")),
        (
            "apple",
            json!({"sub": "1", "name": "N", "email": "e@x.y", "email_verified": "true"}),
            ("1", "N", "", "e@x.y", ""),
        ),
        ("apple", json!({"sub": "1", "email": "e@x.y"}), ("1", "", "", "", "")),
        ("microsoft", json!({"id": "1", "displayName": "N", "mail": "e@x.y"}), ("1", "N", "", "e@x.y", "")),
        (
            "yandex",
            json!({"id": "1", "real_name": "N", "login": "u", "default_email": "e@x.y", "default_avatar_id": "7/8", "is_avatar_empty": false}),
            ("1", "N", "u", "e@x.y", "https://avatars.yandex.net/get-yapic/7/8/islands-200"),
        ),
        ("yandex", json!({"id": "1", "default_avatar_id": "0", "is_avatar_empty": true}), ("1", "", "", "", "")),
        (
            "facebook",
            json!({"id": "1", "name": "N", "email": "e@x.y", "picture": {"data": {"url": "p"}}}),
            ("1", "N", "", "e@x.y", "p"),
        ),
        (
            "instagram2",
            json!({"user_id": "1", "id": "2", "name": "N", "username": "u", "profile_picture_url": "p", "email": "e@x.y"}),
            ("1", "N", "u", "", "p"),
        ),
        (
            "github",
            json!({"id": 1, "name": "N", "login": "u", "avatar_url": "p", "email": "e@x.y"}),
            ("1", "N", "u", "", "p"),
        ),
        (
            "gitlab",
            json!({"id": 1, "name": "N", "username": "u", "avatar_url": "p", "email": "e@x.y", "confirmed_at": "2020-01-02T03:04:05.678Z"}),
            ("1", "N", "u", "e@x.y", "p"),
        ),
        ("gitlab", json!({"id": 1, "email": "e@x.y", "confirmed_at": null}), ("1", "", "", "", "")),
        ("gitlab", json!({"id": 1, "email": "e@x.y", "confirmed_at": "soon"}), ("1", "", "", "", "")),
        (
            "bitbucket",
            json!({"uuid": "{1}", "display_name": "N", "username": "u", "links": {"avatar": {"href": "p"}}}),
            ("{1}", "N", "u", "", "p"),
        ),
        (
            "gitea",
            json!({"id": 1, "full_name": "N", "login": "u", "avatar_url": "p", "email": "e@x.y"}),
            ("1", "N", "u", "", "p"),
        ),
        (
            "discord",
            json!({"id": "1", "global_name": "N", "username": "u", "avatar": "a", "email": "e@x.y", "verified": true}),
            ("1", "N", "u", "e@x.y", "https://cdn.discordapp.com/avatars/1/a.png"),
        ),
        (
            "discord",
            json!({"id": "1", "global_name": null, "username": "u", "discriminator": "0007", "avatar": null, "email": "e@x.y"}),
            ("1", "u#0007", "u", "", ""),
        ),
        ("discord", json!({"id": "1", "username": "u", "discriminator": "0"}), ("1", "u", "u", "", "")),
        (
            "twitter",
            json!({"data": {"id": "1", "name": "N", "username": "u", "profile_image_url": "p", "confirmed_email": "e@x.y"}}),
            ("1", "N", "u", "e@x.y", "p"),
        ),
        (
            "kakao",
            json!({"id": 1, "properties": {"nickname": "u", "profile_image": "p"}, "kakao_account": {"email": "e@x.y", "is_email_valid": true, "is_email_verified": true}}),
            ("1", "", "u", "e@x.y", "p"),
        ),
        (
            "kakao",
            json!({"id": 1, "kakao_account": {"email": "e@x.y", "is_email_valid": true, "is_email_verified": false}}),
            ("1", "", "", "", ""),
        ),
        (
            "kakao",
            json!({"id": 1, "kakao_account": {"email": "e@x.y", "is_email_verified": true}}),
            ("1", "", "", "", ""),
        ),
        (
            "vk",
            json!({"response": [{"id": 1, "first_name": "N", "last_name": "", "screen_name": "u", "photo_max": "p"}]}),
            ("1", "N", "u", "token@x.y", "p"),
        ),
        (
            "linear",
            json!({"data": {"viewer": {"id": "1", "name": "N", "displayName": "u", "avatarUrl": "p", "email": "e@x.y"}}}),
            ("1", "N", "u", "e@x.y", "p"),
        ),
        (
            "notion",
            json!({"bot": {"owner": {"user": {"id": "1", "name": "N", "avatar_url": "p", "person": {"email": "e@x.y"}}}}}),
            ("1", "N", "", "e@x.y", "p"),
        ),
        (
            "monday",
            json!({"data": {"me": {"id": "1", "name": "N", "photo_small": "p", "email": "e@x.y", "is_verified": true}}}),
            ("1", "N", "", "e@x.y", "p"),
        ),
        ("monday", json!({"data": {"me": {"id": "1", "email": "e@x.y", "is_verified": false}}}), ("1", "", "", "", "")),
        (
            "lark",
            json!({"code": 0, "data": {"union_id": "1", "name": "N", "avatar_url": "p", "email": "e@x.y"}}),
            ("1", "N", "", "", "p"),
        ),
        ("box", json!({"id": "1", "name": "N", "login": "e@x.y", "avatar_url": "p"}), ("1", "N", "", "e@x.y", "p")),
        (
            "spotify",
            json!({"id": "1", "display_name": "N", "email": "e@x.y", "images": [{"url": "p"}, {"url": "q"}]}),
            ("1", "N", "", "", "p"),
        ),
        ("spotify", json!({"id": "1", "images": []}), ("1", "", "", "", "")),
        (
            "trakt",
            json!({"user": {"ids": {"uuid": "1"}, "name": "N", "username": "u", "images": {"avatar": {"full": "p"}}}}),
            ("1", "N", "u", "", "p"),
        ),
        (
            "twitch",
            json!({"data": [{"id": "1", "display_name": "N", "login": "u", "profile_image_url": "p", "email": "e@x.y"}]}),
            ("1", "N", "u", "e@x.y", "p"),
        ),
        (
            "patreon",
            json!({"data": {"id": "1", "attributes": {"full_name": "N", "vanity": "u", "image_url": "p", "email": "e@x.y", "is_email_verified": true}}}),
            ("1", "N", "u", "e@x.y", "p"),
        ),
        ("patreon", json!({"data": {"id": "1", "attributes": {"email": "e@x.y"}}}), ("1", "", "", "", "")),
        (
            "strava",
            json!({"id": 1, "firstname": "A", "lastname": "B", "username": "u", "profile": "p"}),
            ("1", "A B", "u", "", "p"),
        ),
        ("strava", json!({"id": 0}), ("", "", "", "", "")),
        (
            "wakatime",
            json!({"data": {"id": "1", "display_name": "N", "username": "u", "photo": "p", "photo_public": true, "email": "e@x.y", "is_email_confirmed": true}}),
            ("1", "N", "u", "e@x.y", "p"),
        ),
        (
            "wakatime",
            json!({"data": {"id": "1", "photo": "p", "photo_public": false, "email": "e@x.y", "is_email_confirmed": false}}),
            ("1", "", "", "", ""),
        ),
        (
            "livechat",
            json!({"account_id": "1", "name": "N", "avatar_url": "p", "email": "e@x.y", "email_verified": true}),
            ("1", "N", "", "e@x.y", "p"),
        ),
        ("livechat", json!({"account_id": "1", "email": "e@x.y"}), ("1", "", "", "", "")),
        (
            "mailcow",
            json!({"id": "1", "full_name": "N", "username": "u@x.y", "email": "e@x.y"}),
            ("1", "N", "u", "e@x.y", ""),
        ),
        (
            "planningcenter",
            json!({"data": {"id": "1", "attributes": {"name": "N", "avatar": "p", "email": "e@x.y"}}}),
            ("1", "N", "", "", "p"),
        ),
        (
            "oidc2",
            json!({"sub": "1", "name": "N", "preferred_username": "u", "picture": "p", "email": "e@x.y", "email_verified": 1}),
            ("1", "N", "u", "e@x.y", "p"),
        ),
        ("oidc", json!({"sub": "1", "email": "e@x.y"}), ("1", "", "", "", "")),
    ];
    for (name, profile, (id, shown, username, email, avatar)) in rows {
        let person = read_as(name, &profile);
        let found = (
            person.id.as_str(),
            person.name.as_str(),
            person.username.as_str(),
            person.email.as_str(),
            person.avatar_url.as_str(),
        );
        assert_eq!(found, (id, shown, username, email, avatar), "{name} {profile}");
    }
}

#[test]
fn microsofts_addresses_count_as_far_as_the_administrator_trusts_them() {
    let claims = |json: Json| json.as_object().unwrap().clone();
    let owned = claims(json!({"email": "e@x.y", "xms_edov": true, "verified_primary_email": ["p@x.y"]}));
    let borrowed = claims(json!({"email": "e@x.y", "xms_edov": false, "verified_primary_email": "p@x.y"}));
    for (choice, of_owned, of_borrowed) in [
        ("email", "e@x.y", "e@x.y"),
        ("email_and_xms_edov", "e@x.y", ""),
        ("verified_primary_email", "", "p@x.y"),
        ("any_verified", "e@x.y", "p@x.y"),
        ("anything else", "", ""),
    ] {
        assert_eq!(microsoft_email(&owned, choice), of_owned, "{choice}");
        assert_eq!(microsoft_email(&borrowed, choice), of_borrowed, "{choice}");
    }
}

#[test]
fn lists_of_addresses_have_one_that_counts() {
    let confirmed = |name: &str, list: Json| {
        let emails = providers::find(name).unwrap().emails.clone().unwrap();
        let list = at(&list, &emails.list).unwrap().as_array().unwrap().clone();
        let found = list.iter().find(|entry| emails.verified.iter().all(|condition| holds(entry, condition)));
        found.map(|entry| text(at(entry, "email"))).unwrap_or_default()
    };
    let list = json!([
        {"email": "a", "verified": true, "primary": false}, {"email": "b", "verified": false, "primary": true},
        {"email": "c", "verified": true, "primary": true},
    ]);
    assert_eq!((confirmed("github", list.clone()), confirmed("gitea", list)), ("c".to_string(), "c".to_string()));
    let list = json!({"values": [{"email": "a", "is_primary": true}, {"email": "b", "is_primary": true, "is_confirmed": true}]});
    assert_eq!(confirmed("bitbucket", list), "b");
    let list = json!([
        {"email": "a", "state": "unconfirmed", "scope": ["primary"]}, {"email": "b", "state": "confirmed", "scope": ["secondary"]},
        {"email": "c", "state": "confirmed", "scope": ["primary", "notified"]},
    ]);
    assert_eq!(confirmed("gitee", list), "c");
}
