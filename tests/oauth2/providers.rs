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

/// Name, title, the three addresses (- = none of its own), what is asked for (- = nothing), whether codes are bound to a
/// verifier: in display order (contract, appendix A).
const KNOWN: &str = "\
apple | Apple | https://appleid.apple.com/auth/authorize | https://appleid.apple.com/auth/token | - | name email | yes
google | Google | https://accounts.google.com/o/oauth2/v2/auth | https://oauth2.googleapis.com/token | https://www.googleapis.com/oauth2/v3/userinfo | https://www.googleapis.com/auth/userinfo.profile https://www.googleapis.com/auth/userinfo.email | yes
microsoft | Microsoft | https://login.microsoftonline.com/common/oauth2/v2.0/authorize | https://login.microsoftonline.com/common/oauth2/v2.0/token | https://graph.microsoft.com/v1.0/me | User.Read | yes
yandex | Yandex | https://oauth.yandex.com/authorize | https://oauth.yandex.com/token | https://login.yandex.ru/info | login:email login:avatar login:info | yes
facebook | Facebook | https://www.facebook.com/v3.2/dialog/oauth | https://graph.facebook.com/v3.2/oauth/access_token | https://graph.facebook.com/me?fields=name,email,picture.type(large) | email | yes
instagram2 | Instagram | https://www.instagram.com/oauth/authorize | https://api.instagram.com/oauth/access_token | https://graph.instagram.com/me?fields=id,username,account_type,user_id,name,profile_picture_url,followers_count,follows_count,media_count | instagram_business_basic | yes
github | GitHub | https://github.com/login/oauth/authorize | https://github.com/login/oauth/access_token | https://api.github.com/user | read:user user:email | yes
gitlab | GitLab | https://gitlab.com/oauth/authorize | https://gitlab.com/oauth/token | https://gitlab.com/api/v4/user | read_user | yes
bitbucket | Bitbucket | https://bitbucket.org/site/oauth2/authorize | https://bitbucket.org/site/oauth2/access_token | https://api.bitbucket.org/2.0/user | account | no
gitee | Gitee | https://gitee.com/oauth/authorize | https://gitee.com/oauth/token | https://gitee.com/api/v5/user | user_info emails | yes
gitea | Gitea/Forgejo | https://gitea.com/login/oauth/authorize | https://gitea.com/login/oauth/access_token | https://gitea.com/api/v1/user | read:user user:email | yes
discord | Discord | https://discord.com/api/oauth2/authorize | https://discord.com/api/oauth2/token | https://discord.com/api/users/@me | identify email | yes
twitter | X/Twitter | https://x.com/i/oauth2/authorize | https://api.x.com/2/oauth2/token | https://api.x.com/2/users/me?user.fields=id,name,username,profile_image_url,confirmed_email | users.read users.email tweet.read | yes
kakao | Kakao | https://kauth.kakao.com/oauth/authorize | https://kauth.kakao.com/oauth/token | https://kapi.kakao.com/v2/user/me | account_email profile_nickname profile_image | yes
vk | ВКонтакте | https://oauth.vk.com/authorize | https://oauth.vk.com/access_token | https://api.vk.com/method/users.get?fields=photo_max,screen_name&v=5.131 | email | no
linear | Linear | https://linear.app/oauth/authorize | https://api.linear.app/oauth/token | https://api.linear.app/graphql | read | no
notion | Notion | https://api.notion.com/v1/oauth/authorize | https://api.notion.com/v1/oauth/token | https://api.notion.com/v1/users/me | - | yes
monday | monday.com | https://auth.monday.com/oauth2/authorize | https://auth.monday.com/oauth2/token | https://api.monday.com/v2 | me:read | yes
lark | Lark | https://accounts.feishu.cn/open-apis/authen/v1/authorize | https://open.feishu.cn/open-apis/authen/v2/oauth/token | https://open.feishu.cn/open-apis/authen/v1/user_info | - | yes
box | Box | https://account.box.com/api/oauth2/authorize | https://api.box.com/oauth2/token | https://api.box.com/2.0/users/me | root_readonly | yes
spotify | Spotify | https://accounts.spotify.com/authorize | https://accounts.spotify.com/api/token | https://api.spotify.com/v1/me | user-read-private | yes
trakt | Trakt | https://trakt.tv/oauth/authorize | https://api.trakt.tv/oauth/token | https://api.trakt.tv/users/settings | - | yes
twitch | Twitch | https://id.twitch.tv/oauth2/authorize | https://id.twitch.tv/oauth2/token | https://api.twitch.tv/helix/users | user:read:email | yes
patreon | Patreon | https://www.patreon.com/oauth2/authorize | https://www.patreon.com/api/oauth2/token | https://www.patreon.com/api/oauth2/v2/identity?fields%5Buser%5D=full_name,email,vanity,image_url,is_email_verified | identity identity[email] | yes
strava | Strava | https://www.strava.com/oauth/authorize | https://www.strava.com/api/v3/oauth/token | https://www.strava.com/api/v3/athlete | profile:read_all | yes
wakatime | WakaTime | https://wakatime.com/oauth/authorize | https://wakatime.com/oauth/token | https://wakatime.com/api/v1/users/current | email | yes
livechat | LiveChat | https://accounts.livechat.com/ | https://accounts.livechat.com/token | https://accounts.livechat.com/v2/accounts/me | - | yes
mailcow | mailcow | - | - | - | profile | yes
planningcenter | Planning Center | https://api.planningcenteronline.com/oauth/authorize | https://api.planningcenteronline.com/oauth/token | https://api.planningcenteronline.com/people/v2/me | people | yes
oidc | OIDC | - | - | - | openid email profile | yes
oidc2 | OIDC | - | - | - | openid email profile | yes
oidc3 | OIDC | - | - | - | openid email profile | yes";

#[tokio::test]
async fn every_known_provider_is_asked_where_and_for_what_its_row_says() {
    let app = TestApp::start().await;
    let rows: Vec<Vec<&str>> = KNOWN.lines().map(|line| line.split(" | ").collect()).collect();
    assert_eq!(rows.len(), 32);
    let configured = |row: &Vec<&str>| {
        let mut provider = json!({"name": row[0], "clientId": "us", "clientSecret": "hush"});
        if row[2] == "-" {
            provider["authURL"] = json!("https://own.example/auth");
        }
        provider
    };
    let providers: Vec<Json> = rows.iter().map(configured).collect();
    super::change(&app, json!({"oauth2": {"enabled": true, "providers": providers}})).await;
    let methods = app.call(GUEST, "GET /api/collections/users/auth-methods").await.is(200).json();
    let offered = methods["oauth2"]["providers"].as_array().unwrap();
    let listed = app.call(crate::support::SUPERUSER, "GET /api/collections/meta/oauth2-providers").await.json();
    for (at, row) in rows.iter().enumerate() {
        let [name, title, auth, token, user, scopes, pkce] = row[..] else { panic!("{row:?}") };
        let none = |text: &str| if text == "-" { String::new() } else { text.to_string() };
        let known = cratebase::schema::providers::find(name).unwrap();
        assert_eq!((&known.token_url, &known.user_info_url), (&none(token), &none(user)), "{name}");
        let one = &offered[at];
        assert_eq!((one["name"].as_str(), one["displayName"].as_str()), (Some(name), Some(title)));
        assert_eq!((&listed[at]["name"], &listed[at]["displayName"]), (&one["name"], &one["displayName"]));
        let (url, query) = one["authURL"].as_str().unwrap().split_once('?').unwrap();
        assert_eq!(url, if auth == "-" { "https://own.example/auth" } else { auth }, "{name}");
        let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let asked = query.iter().find(|(key, _)| key == "scope").map(|(_, value)| value.clone()).unwrap_or_default();
        assert_eq!(asked, none(scopes), "{name}");
        let bound = query.iter().any(|(key, _)| key == "code_challenge");
        assert_eq!(bound, pkce == "yes", "{name}");
        assert_eq!(one["codeVerifier"] != "", bound, "{name}");
    }
}
