//! What rate limits call each request of this chapter, and of records (contract §7 and §15.2).

use serde_json::{Value as Json, json};

use crate::support::{GUEST, SUPERUSER, TestApp};

/// Every name there is, below a collection.
const ALL: [&str; 19] = [
    "listAuthMethods",
    "authWithPassword",
    "authWithOAuth2",
    "requestOTP",
    "authWithOTP",
    "auth",
    "authRefresh",
    "requestVerification",
    "confirmVerification",
    "requestPasswordReset",
    "confirmPasswordReset",
    "requestEmailChange",
    "confirmEmailChange",
    "list",
    "view",
    "create",
    "update",
    "delete",
    "file",
];

/// The limits are these, by label.
async fn limit(app: &TestApp, labels: &[(String, u32)]) {
    let rule = |(label, max): &(String, u32)| json!({"label": label, "duration": 60, "maxRequests": max});
    let rules: Vec<Json> = labels.iter().map(rule).collect();
    let limits = json!({"rateLimits": {"enabled": true, "rules": rules}});
    app.call(SUPERUSER, "PATCH /api/settings").json(limits).await.is(200);
}

/// Which limit a request met; `""` = none.
async fn met(app: &TestApp, line: &str) -> String {
    app.call(GUEST, line).json(json!({})).await.header("RateLimit-Limit").to_string()
}

#[tokio::test]
async fn every_request_counts_under_its_own_names() {
    let app = TestApp::start().await;
    let base = "/api/collections/users";
    for (line, names) in [
        (format!("GET {base}/auth-methods"), &["listAuthMethods"][..]),
        (format!("POST {base}/auth-with-password"), &["authWithPassword", "auth"]),
        (format!("POST {base}/auth-with-oauth2"), &["authWithOAuth2", "auth"]),
        (format!("POST {base}/request-otp"), &["requestOTP"]),
        (format!("POST {base}/auth-with-otp"), &["authWithOTP", "auth"]),
        (format!("POST {base}/auth-refresh"), &["authRefresh"]),
        (format!("POST {base}/request-verification"), &["requestVerification"]),
        (format!("POST {base}/confirm-verification"), &["confirmVerification"]),
        (format!("POST {base}/request-password-reset"), &["requestPasswordReset"]),
        (format!("POST {base}/confirm-password-reset"), &["confirmPasswordReset"]),
        (format!("POST {base}/request-email-change"), &["requestEmailChange"]),
        (format!("POST {base}/confirm-email-change"), &["confirmEmailChange"]),
        (format!("POST {base}/impersonate/bob000000000000"), &[]),
        ("GET /api/oauth2-redirect".to_string(), &[]),
        ("POST /api/oauth2-redirect".to_string(), &[]),
        (format!("GET {base}/records"), &["list"]),
        (format!("GET {base}/records/bob000000000000"), &["view"]),
        (format!("POST {base}/records"), &["create"]),
        (format!("PATCH {base}/records/bob000000000000"), &["update"]),
        (format!("DELETE {base}/records/bob000000000000"), &["delete"]),
        ("GET /api/files/users/bob000000000000/face.png".to_string(), &["file"]),
    ] {
        for name in names {
            for collection in ["users", "*"] {
                limit(&app, &[(format!("{collection}:{name}"), 7)]).await;
                assert_eq!(met(&app, &line).await, "7", "{line} as {collection}:{name}");
            }
        }
        let others = ALL.iter().filter(|name| !names.contains(name));
        let others: Vec<_> = others.flat_map(|name| [(format!("users:{name}"), 9), (format!("*:{name}"), 9)]).collect();
        limit(&app, &others).await;
        assert_eq!(met(&app, &line).await, "", "{line} under a name that is not its own");
        // Each has its path, too, in whatever spelling the collection is addressed.
        let (_, path) = line.split_once(' ').unwrap();
        limit(&app, &[(path.split('.').next().unwrap().rsplit_once('/').unwrap().0.to_string() + "/", 5)]).await;
        assert_eq!(met(&app, &line).await, "5", "{line} as its path");
    }
}

#[tokio::test]
async fn the_collections_own_names_come_first_and_special_ones_before_common_ones() {
    let app = TestApp::start().await;
    let line = "POST /api/collections/users/auth-with-password";
    let mut rules = Vec::new();
    // Each is passed over as soon as the next one is there.
    for (max, label) in ["*:auth", "*:authWithPassword", "users:auth", "users:authWithPassword"].into_iter().enumerate()
    {
        rules.push((label.to_string(), u32::try_from(max).unwrap() + 2));
        limit(&app, &rules).await;
        assert_eq!(met(&app, line).await, (max + 2).to_string(), "{label}");
    }
    // Those of another collection are none of its business, nor is the case of its name in the path.
    limit(&app, &[("_superusers:auth".into(), 3)]).await;
    assert_eq!(met(&app, line).await, "");
    limit(&app, &[("users:auth".into(), 3)]).await;
    assert_eq!(met(&app, "POST /api/collections/USERS/auth-with-password").await, "3");
}
