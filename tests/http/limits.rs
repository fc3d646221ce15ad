//! Rate limits by the rules of the settings.

use serde_json::{Value as Json, json};

use crate::support::{As, GUEST, SUPERUSER, TestApp, client};

const LIST: &str = "GET /api/collections/posts/records";
const BY_ID: &str = "POST /api/collections/_pb_users_auth_/auth-refresh";
const BY_NAME: &str = "POST /api/collections/users/auth-refresh";

fn rule(label: &str, audience: &str, max: u32) -> Json {
    json!({"label": label, "audience": audience, "duration": 10, "maxRequests": max})
}

async fn limited(rules: Json) -> TestApp {
    let app = TestApp::start().await;
    set(&app, json!({"enabled": true, "rules": rules})).await;
    app
}

async fn set(app: &TestApp, limits: Json) {
    let settings = json!({"rateLimits": limits, "trustedProxy": {"headers": ["X-Real-IP"]}});
    app.call(SUPERUSER, "PATCH /api/settings").json(settings).await.is(200);
}

#[tokio::test]
async fn one_too_many_is_refused_until_the_window_is_over() {
    let app = limited(json!([rule("posts:list", "", 2)])).await;
    app.call(GUEST, LIST).await.is(200);
    app.wait_ms(4000);
    app.call(GUEST, LIST).await.is(200);
    let answer = app.call(GUEST, LIST).await;
    answer.refuses(429, "Too Many Requests.");
    let shown =
        ["Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"].map(|name| answer.header(name));
    assert_eq!(shown, ["6", "2", "0", "6"]);
    app.call(GUEST, LIST).header("X-Real-IP", "10.0.0.9").await.is(200);
    app.wait_ms(6000);
    app.call(GUEST, LIST).await.is(200);
}

#[tokio::test]
async fn superusers_and_listed_addresses_are_not_counted() {
    let app = limited(json!([rule("/api/", "", 1), rule("*:list", "", 1)])).await;
    set(&app, json!({"excludedIPs": ["10.0.0.0/8"]})).await;
    for _ in 0..3 {
        app.call(SUPERUSER, LIST).await.is(200);
        app.call(GUEST, LIST).header("X-Real-IP", "10.1.1.1").await.is(200);
    }
    app.call(GUEST, LIST).await.is(200);
    app.call(GUEST, LIST).await.is(429);
}

#[tokio::test]
async fn guests_and_accounts_have_rules_of_their_own() {
    let app = limited(json!([rule("posts:list", "@auth", 2), rule("posts:list", "@guest", 1)])).await;
    app.call(GUEST, LIST).await.is(200);
    app.call(GUEST, LIST).header("Authorization", "junk").await.is(429);
    for status in [200, 200, 429] {
        app.call(As("bob"), LIST).await.is(status);
    }
}

#[tokio::test]
async fn name_id_and_letter_case_are_one_collection() {
    let app = limited(json!([rule("*:authRefresh", "", 2)])).await;
    for (line, status) in [(BY_NAME, 200), (BY_ID, 200), (BY_NAME, 429), (BY_ID, 429)] {
        app.call(As("bob"), line).await.is(status);
    }
    let path = BY_NAME.strip_prefix("POST ").unwrap();
    set(&app, json!({"rules": [rule(path, "", 1)]})).await;
    let odd = "POST /api/collections/USERS/auth-refresh";
    for (line, status) in [(odd, 200), (BY_ID, 429), (BY_NAME, 429)] {
        app.call(As("bob"), line).await.is(status);
    }
}

#[tokio::test]
async fn each_endpoint_of_an_action_counts_by_itself() {
    let app = limited(json!([rule("*:auth", "", 1)])).await;
    let form = json!({"identity": "bob@example.com", "password": "correct horse"});
    let users = "POST /api/collections/users/auth-with-password";
    let superusers = "POST /api/collections/_superusers/auth-with-password";
    app.call(GUEST, users).json(form.clone()).await.is(200);
    app.call(GUEST, users).json(form.clone()).await.is(429);
    app.call(GUEST, superusers).json(form).await.is(400);
    app.call(GUEST, "POST /api/collections/users/auth-with-otp").json(json!({})).await.is(403);
}

#[tokio::test]
async fn a_rule_for_a_path_is_shared_by_all_it_covers() {
    let app = limited(json!([rule("/api/", "", 2), rule("/api/health", "", 1)])).await;
    app.call(GUEST, "GET /api/health").await.is(200);
    app.call(GUEST, "GET /api/health").await.is(429);
    app.call(GUEST, "GET /api/openapi.json").await.is(200);
    app.call(GUEST, "GET /api/v1/openapi.json").await.is(200);
    app.call(GUEST, "GET /api/openapi.json").await.is(429);
}

#[tokio::test]
async fn items_of_a_batch_count_as_what_they_do() {
    let app = limited(json!([rule("posts:create", "", 2)])).await;
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"batch": {"enabled": true}})).await.is(200);
    let create = json!({"method": "POST", "url": "/api/collections/posts/records", "body": {"title": "x"}});
    let three = json!({"requests": [create, create, create]});
    app.call(GUEST, "POST /api/batch").json(three).await.is(429);
    app.call(SUPERUSER, LIST).await.is(200).ids(&[]);
    app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "x"})).await.is(429);
}

#[tokio::test]
async fn saving_settings_begins_anew_and_off_is_off() {
    let app = limited(json!([rule("posts:list", "", 1)])).await;
    app.call(GUEST, LIST).await.is(200);
    app.call(GUEST, LIST).await.is(429);
    set(&app, json!({})).await;
    app.call(GUEST, LIST).await.is(200);
    set(&app, json!({"enabled": false})).await;
    for _ in 0..3 {
        app.call(GUEST, LIST).await.is(200);
    }
}

#[tokio::test]
async fn a_flood_of_addresses_is_answered_and_the_one_who_goes_on_is_stopped() {
    let app = limited(json!([rule("posts:list", "", 3)])).await;
    for n in 0..2000 {
        let ip = format!("10.{}.{}.1", n / 256, n % 256);
        app.call(GUEST, LIST).header("X-Real-IP", &ip).await.is(200);
    }
    for status in [200, 200, 200, 429] {
        app.call(GUEST, LIST).await.is(status);
    }
}

#[tokio::test]
async fn what_no_route_takes_counts_as_its_path() {
    for (label, paths, status) in [
        ("/", ["/a.txt", "/nope", "/api/nope"], [200, 404, 429]),
        ("/api/", ["/api/nope", "/api/health", "/api/nope"], [404, 200, 429]),
        ("/_/", ["/_/x.js", "/_/y.js", "/_/"], [404, 404, 429]),
        ("/nope", ["/nope", "/nope", "/nope"], [404, 404, 429]),
        ("DELETE /api/health", ["/api/health", "/api/health", "/api/health"], [200, 200, 200]),
    ] {
        let app = limited(json!([rule(label, "", 2)])).await;
        std::fs::create_dir_all(app.dir().join("public")).unwrap();
        std::fs::write(app.dir().join("public/a.txt"), "a").unwrap();
        for (path, status) in paths.into_iter().zip(status) {
            assert_eq!(app.call(GUEST, &format!("GET {path}")).await.status, status, "{path} under {label}");
        }
        // Other paths are none of its business, and superusers are not counted.
        app.call(GUEST, "GET /other").await.is_one_of(&[404, 429]);
        app.call(SUPERUSER, &format!("GET {}", paths[2])).await.is_one_of(&[200, 404]);
    }
    let app = limited(json!([rule("POST /api/nope", "", 1), rule("DELETE /api/health", "", 1)])).await;
    for line in ["POST /api/nope", "DELETE /api/health"] {
        app.call(GUEST, line).await.is(404);
        app.call(GUEST, line).await.is(429);
    }
    // What is only sent to its clean form is counted when it comes back.
    let app = limited(json!([rule("/", "", 1)])).await;
    for _ in 0..3 {
        app.call(GUEST, "GET //x//y").await.is(307);
    }
    app.call(GUEST, "GET /x/y").await.is(404);
    app.call(GUEST, "GET /x/y").await.is(429);
}

#[tokio::test]
async fn superusers_from_elsewhere_get_no_file_either() {
    let app = TestApp::start().await;
    let settings = json!({"superuserIPs": ["127.0.0.1"], "trustedProxy": {"headers": ["X-Real-IP"]}});
    app.call(SUPERUSER, "PATCH /api/settings").json(settings).await.is(200);
    for line in ["GET /", "GET /nope.txt", "GET /_/x.js", "GET /api/nope"] {
        app.call(SUPERUSER, line).header("X-Real-IP", "10.0.0.1").await.is(403);
        app.call(SUPERUSER, line).await.is(404);
    }
}

#[tokio::test]
async fn counted_answers_say_what_is_left() {
    let app = limited(json!([rule("posts:list", "", 3), rule("/nope", "", 2)])).await;
    let shown = |answer: &crate::support::Answer| {
        ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"]
            .map(|name| answer.header(name).to_string())
    };
    assert_eq!(shown(app.call(GUEST, LIST).await.is(200)), ["3", "2", "10", ""]);
    app.wait_ms(4500);
    assert_eq!(shown(app.call(GUEST, &format!("{LIST}?filter=x")).await.is(400)), ["3", "1", "6", ""], "refusals too");
    assert_eq!(shown(app.call(GUEST, LIST).await.is(200)), ["3", "0", "6", ""]);
    assert_eq!(shown(app.call(GUEST, LIST).await.is(429)), ["3", "0", "6", "6"]);
    assert_eq!(shown(app.call(GUEST, "GET /nope").await.is(404)), ["2", "1", "10", ""]);
    for (who, line) in [(SUPERUSER, LIST), (GUEST, "GET /api/health")] {
        assert_eq!(shown(app.call(who, line).await.is(200)), ["", "", "", ""], "nothing was counted");
    }
}

#[tokio::test]
async fn labels_go_with_a_collection_to_its_new_name() {
    let app =
        limited(json!([rule("posts:list", "", 1), rule("postsx:list", "", 1), rule("/api/collections/posts/", "", 9)]))
            .await;
    app.call(SUPERUSER, "PATCH /api/collections/posts").json(json!({"name": "articles"})).await.is(200);
    let labels = async || {
        let settings = app.call(SUPERUSER, "GET /api/settings").await.json();
        let rules = settings["rateLimits"]["rules"].as_array().unwrap().clone();
        rules.into_iter().map(|rule| rule["label"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(labels().await, ["articles:list", "postsx:list", "/api/collections/posts/"]);
    let list = "GET /api/collections/articles/records";
    app.call(GUEST, list).await.is(200);
    app.call(GUEST, list).await.is(429);
    // By an import as well.
    let id = app.call(SUPERUSER, "GET /api/collections/articles").await.json()["id"].clone();
    let import = json!({"collections": [{"id": id, "name": "pieces"}]});
    app.call(SUPERUSER, "PUT /api/collections/import").json(import).await.is(204);
    assert_eq!(labels().await[0], "pieces:list");
    // What changes no name leaves the settings, and so the counts, alone.
    let list = "GET /api/collections/pieces/records";
    app.call(GUEST, list).await.is(200);
    app.call(SUPERUSER, "PATCH /api/collections/pieces").json(json!({"listRule": ""})).await.is(200);
    app.call(GUEST, list).await.is(429);
    let app = app.restart().await;
    assert_eq!(app.services.settings().rate_limits.rules[0].label, "pieces:list");
}

#[tokio::test]
async fn a_flood_of_addresses_takes_no_more_memory_than_there_is_room_for() {
    let app = limited(json!([rule("posts:list", "", 3)])).await;
    let quota = cratebase::limits::Quota { max: 3, window_ms: 10_000 };
    let now = app.services.clock.now();
    let limits = &app.services.limits;
    let mut most = 0;
    for n in 0..400_000u32 {
        let _ = limits.take(("flood", n), quota, now);
        most = most.max(limits.len());
    }
    assert!(most <= cratebase::app::COUNTERS, "{most} counters");
    for status in [200, 200, 200, 429] {
        app.call(GUEST, LIST).await.is(status);
    }
}

/// Which of several rules counts a request (contract §15.2).
#[tokio::test]
async fn the_first_name_of_a_request_that_has_a_rule_decides() {
    let path = "/api/collections/posts/records";
    for (rules, who, limit) in [
        // The collection's own name, any collection's, method and path, path.
        (json!([rule(path, "", 4), rule("*:list", "", 3), rule("posts:list", "", 2)]), GUEST, "2"),
        (json!([rule(path, "", 4), rule("*:list", "", 3)]), GUEST, "3"),
        (json!([rule(path, "", 4), rule(&format!("GET {path}"), "", 5)]), GUEST, "5"),
        (json!([rule("/api/", "", 6), rule(path, "", 4)]), GUEST, "4"),
        // A beginning with the method comes before a whole path without it.
        (json!([rule(path, "", 4), rule("GET /api/", "", 7)]), GUEST, "7"),
        (json!([rule("/api/", "", 6), rule("/api/collections/", "", 8)]), GUEST, "6"),
        // Rules for others are passed over.
        (json!([rule("posts:list", "@auth", 2), rule("*:list", "", 3)]), GUEST, "3"),
        (json!([rule("posts:list", "@auth", 2), rule("*:list", "", 3)]), As("bob"), "2"),
        (json!([rule("posts:view", "", 2), rule("tag", "", 3), rule("POST /api/", "", 3)]), GUEST, ""),
    ] {
        let app = limited(rules.clone()).await;
        let answer = app.call(who, LIST).await;
        assert_eq!(answer.is(200).header("RateLimit-Limit"), limit, "{rules}");
    }
}

/// Routes are found by what escapes stand for, and so are the rules.
#[tokio::test]
async fn escapes_and_addresses_of_one_network_are_no_way_around() {
    let app = limited(json!([rule("/api/health", "", 1), rule("/api/realtime", "", 1)])).await;
    app.call(GUEST, "GET /api/h%65alth").await.is(200);
    for path in ["/api/health", "/%61pi/health", "/api/%68ealth"] {
        app.call(GUEST, &format!("GET {path}")).await.is(429);
    }
    app.call(GUEST, "GET /api/health").header("X-Real-IP", "2001:db8:1:2::1").await.is(200);
    app.call(GUEST, "GET /api/health").header("X-Real-IP", "2001:db8:1:2:3::2").await.is(429);
    app.call(GUEST, "GET /api/health").header("X-Real-IP", "2001:db8:1:3::1").await.is(200);
    let realtime = format!("http://{}/api/realtime", app.address);
    let (first, second) =
        (client().get(&realtime).send().await.unwrap(), client().get(&realtime).send().await.unwrap());
    assert_eq!((first.status(), second.status()), (reqwest::StatusCode::OK, reqwest::StatusCode::TOO_MANY_REQUESTS));
}
