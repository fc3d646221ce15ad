//! `/api/settings`: read, merge, validate, keep.

use serde_json::json;

use crate::support::{As, GUEST, SUPERUSER, TestApp};

#[tokio::test]
async fn a_change_is_merged_answered_and_kept() {
    let app = TestApp::start().await;
    let change = json!({"meta": {"appName": "Mine"}, "logs": {"maxDays": 9}, "unknown": {"x": 1}});
    let expected = json!({"meta": {"appName": "Mine", "senderName": "Support"}, "logs": {"maxDays": 9, "logIP": true}});
    app.call(SUPERUSER, "PATCH /api/settings").json(change).await.is(200).has(expected.clone());
    app.call(SUPERUSER, "GET /api/settings").await.is(200).has(expected.clone());
    assert!(app.call(SUPERUSER, "GET /api/settings").await.json().get("unknown").is_none());
    let app = app.restart().await;
    app.call(SUPERUSER, "GET /api/settings").await.is(200).has(expected);
}

#[tokio::test]
async fn secrets_go_in_and_never_come_out() {
    let app = TestApp::start().await;
    let secrets =
        json!({"smtp": {"password": "hush"}, "s3": {"secret": "hush"}, "backups": {"s3": {"secret": "hush"}}});
    let answer = app.call(SUPERUSER, "PATCH /api/settings").json(secrets).await;
    assert!(!answer.is(200).text().contains("hush"));
    assert!(!app.call(SUPERUSER, "GET /api/settings").await.text().contains("hush"));
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"smtp": {"host": "a.example"}})).await.is(200);
    assert_eq!(app.services.settings().smtp.password, "hush");
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"smtp": {"password": ""}})).await.is(200);
    assert_eq!(app.services.settings().smtp.password, "");
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_saved() {
    let app = TestApp::start().await;
    let wrong = json!({"meta": {"appName": "", "appURL": "/x"}, "batch": {"maxRequests": -1}, "superuserIPs": ["x"]});
    let answer = app.call(SUPERUSER, "PATCH /api/settings").json(wrong).await;
    answer.is(400).has(json!({
        "message": "An error occurred while saving the new settings.",
        "data": {
            "meta": {"appName": {"code": "validation_required", "message": "Cannot be blank."},
                     "appURL": {"code": "validation_is_url"}},
            "batch": {"maxRequests": {"code": "validation_min_greater_equal_than_required", "params": {"threshold": 0}}},
            "superuserIPs": {"0": {"code": "validation_invlaid_ip_or_subnet"}},
        },
    }));
    app.call(SUPERUSER, "GET /api/settings").await.has(json!({"meta": {"appName": "Acme"}}));
    for body in ["{\"smtp\":{\"port\":\"x\"}}", "{\"smtp\":3}", "[1]", "{"] {
        let answer = app.call(SUPERUSER, "PATCH /api/settings").body("application/json", body).await;
        answer.refuses(400, "An error occurred while loading the submitted data.");
    }
}

#[tokio::test]
async fn the_defaults_are_those_of_the_protocol() {
    let app = TestApp::start().await;
    let s3 =
        json!({"enabled": false, "bucket": "", "region": "", "endpoint": "", "accessKey": "", "forcePathStyle": false});
    let rule = |label: &str, duration: u32, max: u32| json!({"label": label, "audience": "", "duration": duration, "maxRequests": max});
    let rules = [rule("*:auth", 3, 2), rule("*:create", 5, 20), rule("/api/batch", 1, 3), rule("/api/", 10, 300)];
    let expected = json!({
        "superuserIPs": [],
        "smtp": {"enabled": false, "port": 587, "host": "smtp.example.com", "username": "", "authMethod": "", "tls": false, "localName": ""},
        "backups": {"cron": "", "cronMaxKeep": 3, "s3": s3}, "s3": s3,
        "meta": {"accentColor": "#1055c9", "appName": "Acme", "appURL": "http://localhost:8090", "senderName": "Support", "senderAddress": "support@example.com", "hideControls": false},
        "rateLimits": {"rules": rules, "excludedIPs": [], "enabled": false},
        "trustedProxy": {"headers": [], "useLeftmostIP": false},
        "batch": {"enabled": false, "maxRequests": 50, "timeout": 3, "maxBodySize": 0},
        "logs": {"maxDataSize": 0, "maxDays": 5, "minLevel": 0, "logIP": true, "logAuthId": false},
    });
    assert_eq!(app.call(SUPERUSER, "GET /api/settings").await.is(200).json(), expected);
}

/// A change, the path of what is wrong with it, and the code there; `""` = it is fine.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn every_property_is_checked_by_name() {
    let app = TestApp::start().await;
    let rule = |label: &str, audience: &str, duration: i32, max: i32| json!({"rateLimits": {"rules": [{"label": label, "audience": audience, "duration": duration, "maxRequests": max}]}});
    let two = |a: &str, b: &str| {
        let rule = |audience: &str| json!({"label": "x:y", "audience": audience, "duration": 1, "maxRequests": 1});
        json!({"rateLimits": {"rules": [rule(a), rule(b)]}})
    };
    let on = |mut s3: serde_json::Value| {
        s3["enabled"] = json!(true);
        json!({"s3": s3})
    };
    let least = "validation_min_greater_equal_than_required";
    let ip = "validation_invlaid_ip_or_subnet";
    let clash = "validation_conflicting_rate_limit_rule";
    for (change, path, code) in [
        (json!({"superuserIPs": [""]}), "/superuserIPs/0", "validation_required"),
        (json!({"superuserIPs": ["127.0.0.1", "10.0.0.0/33"]}), "/superuserIPs/1", ip),
        (json!({"superuserIPs": ["127.0.0.1", "::1", "10.0.0.0/8", "fe80::/10"]}), "", ""),
        (json!({"rateLimits": {"excludedIPs": ["x"]}}), "/rateLimits/excludedIPs/0", ip),
        (json!({"meta": {"appName": ""}}), "/meta/appName", "validation_required"),
        (json!({"meta": {"appName": "x".repeat(256)}}), "/meta/appName", "validation_length_out_of_range"),
        (json!({"meta": {"appName": "x".repeat(255)}}), "", ""),
        (json!({"meta": {"senderName": ""}}), "/meta/senderName", "validation_required"),
        (json!({"meta": {"appURL": ""}}), "/meta/appURL", "validation_required"),
        (json!({"meta": {"appURL": "a"}}), "/meta/appURL", "validation_is_url"),
        (json!({"meta": {"appURL": "//x.y"}}), "/meta/appURL", "validation_is_url"),
        (json!({"meta": {"appURL": "/path"}}), "/meta/appURL", "validation_is_url"),
        (json!({"meta": {"appURL": "http://"}}), "/meta/appURL", "validation_is_url"),
        (json!({"meta": {"appURL": "example.com"}}), "", ""),
        (json!({"meta": {"appURL": "localhost:8090"}}), "", ""),
        (json!({"meta": {"appURL": "ftp://a.b"}}), "", ""),
        (json!({"meta": {"appURL": "mailto:a@b.c"}}), "", ""),
        (json!({"meta": {"senderName": "x".repeat(256)}}), "/meta/senderName", "validation_length_out_of_range"),
        (json!({"meta": {"senderAddress": ""}}), "/meta/senderAddress", "validation_required"),
        (json!({"meta": {"senderAddress": "a@localhost"}}), "/meta/senderAddress", "validation_is_email"),
        (json!({"meta": {"accentColor": "#12345"}}), "/meta/accentColor", "validation_length_invalid"),
        (json!({"meta": {"accentColor": "#12345g"}}), "/meta/accentColor", "validation_is_hex_color"),
        (json!({"meta": {"accentColor": ""}}), "", ""),
        (json!({"smtp": {"enabled": true, "host": ""}}), "/smtp/host", "validation_required"),
        (json!({"smtp": {"enabled": true, "port": 0}}), "/smtp/port", "validation_required"),
        (json!({"smtp": {"host": "[::1]"}}), "/smtp/host", "validation_is_host"),
        (json!({"smtp": {"host": "a:25"}}), "/smtp/host", "validation_is_host"),
        (json!({"smtp": {"host": "a_b.c"}}), "", ""),
        (json!({"smtp": {"host": "localhost"}}), "", ""),
        (json!({"smtp": {"host": "10.0.0.1"}}), "", ""),
        (json!({"smtp": {"host": "::1"}}), "", ""),
        (json!({"smtp": {"localName": "mail.example"}}), "", ""),
        (json!({"smtp": {"port": -1}}), "/smtp/port", least),
        (json!({"smtp": {"authMethod": "CRAM"}}), "/smtp/authMethod", "validation_in_invalid"),
        (json!({"smtp": {"authMethod": "LOGIN"}}), "", ""),
        (json!({"smtp": {"localName": "a b"}}), "/smtp/localName", "validation_is_host"),
        (on(json!({})), "/s3/endpoint", "validation_required"),
        (on(json!({})), "/s3/bucket", "validation_required"),
        (on(json!({})), "/s3/region", "validation_required"),
        (on(json!({})), "/s3/accessKey", "validation_required"),
        (on(json!({})), "/s3/secret", "validation_required"),
        (on(json!({"endpoint": "/x"})), "/s3/endpoint", "validation_is_url"),
        (json!({"backups": {"s3": {"enabled": true}}}), "/backups/s3/accessKey", "validation_required"),
        (json!({"backups": {"cron": "60 * * * *"}}), "/backups/cron", "validation_invalid_cron"),
        (json!({"backups": {"cron": "@daily"}}), "", ""),
        (json!({"backups": {"cron": "0 0 * * *", "cronMaxKeep": 0}}), "/backups/cronMaxKeep", "validation_required"),
        (json!({"backups": {"cronMaxKeep": -1}}), "/backups/cronMaxKeep", least),
        (json!({"batch": {"enabled": true, "maxRequests": 0}}), "/batch/maxRequests", "validation_required"),
        (json!({"batch": {"enabled": true, "timeout": 0}}), "/batch/timeout", "validation_required"),
        (json!({"batch": {"maxRequests": -1}}), "/batch/maxRequests", least),
        (json!({"batch": {"timeout": -1}}), "/batch/timeout", least),
        (json!({"batch": {"maxBodySize": -1}}), "/batch/maxBodySize", least),
        (json!({"logs": {"maxDays": -1}}), "/logs/maxDays", least),
        (json!({"logs": {"maxDataSize": -1}}), "/logs/maxDataSize", least),
        (json!({"rateLimits": {"enabled": true, "rules": []}}), "/rateLimits/rules", "validation_required"),
        (rule("", "", 1, 1), "/rateLimits/rules/0/label", "validation_required"),
        (rule("/a.b", "", 1, 1), "/rateLimits/rules/0/label", "validation_match_invalid"),
        (rule("/api/*", "", 1, 1), "/rateLimits/rules/0/label", "validation_match_invalid"),
        (rule("/a{b}", "", 1, 1), "/rateLimits/rules/0/label", "validation_match_invalid"),
        (rule("a b", "", 1, 1), "/rateLimits/rules/0/label", "validation_match_invalid"),
        (rule("a:", "", 1, 1), "/rateLimits/rules/0/label", "validation_match_invalid"),
        (rule("*:*", "", 1, 1), "/rateLimits/rules/0/label", "validation_match_invalid"),
        (rule("GET api", "", 1, 1), "/rateLimits/rules/0/label", "validation_match_invalid"),
        (rule("ä:b", "", 1, 1), "/rateLimits/rules/0/label", "validation_match_invalid"),
        (rule("*:auth", "@guest", 1, 1), "", ""),
        (rule("users:create", "@auth", 1, 1), "", ""),
        (rule("tag", "", 1, 1), "", ""),
        (rule("/api/", "", 1, 1), "", ""),
        (rule("GET /api/x", "", 1, 1), "", ""),
        (rule("a:b", "@all", 1, 1), "/rateLimits/rules/0/audience", "validation_in_invalid"),
        (rule("a:b", "", 0, 1), "/rateLimits/rules/0/duration", "validation_required"),
        (rule("a:b", "", 1, -1), "/rateLimits/rules/0/maxRequests", least),
        (two("@guest", "@auth"), "", ""),
        (two("", "@auth"), "/rateLimits/rules/1/label", clash),
        (two("@auth", "@auth"), "/rateLimits/rules/1/label", clash),
    ] {
        let answer = app.call(SUPERUSER, "PATCH /api/settings").json(change.clone()).await;
        if code.is_empty() {
            assert_eq!(answer.status, 200, "{change}: {}", answer.text());
            continue;
        }
        let found = answer.is(400).json();
        assert_eq!(found["message"], "An error occurred while saving the new settings.");
        assert_eq!(found["data"].pointer(path).map(|error| &error["code"]), Some(&json!(code)), "{change}: {found:#}");
    }
}

#[tokio::test]
async fn settings_are_for_superusers() {
    let app = TestApp::start().await;
    for line in [
        "GET /api/settings",
        "PATCH /api/settings",
        "POST /api/settings/test/s3",
        "POST /api/settings/test/email",
        "POST /api/settings/apple/generate-client-secret",
    ] {
        app.call(crate::support::GUEST, line).await.is(401);
        app.call(crate::support::As("bob"), line).await.is(403);
    }
    let s3 = "POST /api/settings/test/s3";
    for (body, code) in [(json!({}), "validation_required"), (json!({"filesystem": "x"}), "validation_in_invalid")] {
        let wrong = json!({"message": "Failed to test the S3 filesystem.", "data": {"filesystem": {"code": code}}});
        app.call(SUPERUSER, s3).json(body).await.is(400).has(wrong);
    }
    for filesystem in ["storage", "backups"] {
        let answer = app.call(SUPERUSER, s3).json(json!({"filesystem": filesystem})).await.is(400).json();
        assert!(answer["message"].as_str().unwrap().starts_with("Failed to test the S3 filesystem. Raw error: \n"));
    }
}

/// Which address a request comes from, by the headers of proxies that were told of (contract §15.3).
#[tokio::test]
async fn addresses_are_read_from_the_headers_that_settings_trust() {
    let app = TestApp::start().await;
    let trust = async |headers: serde_json::Value, leftmost: bool| {
        let proxy = json!({"trustedProxy": {"headers": headers, "useLeftmostIP": leftmost}});
        app.call(SUPERUSER, "PATCH /api/settings").json(proxy).await.is(200);
    };
    let seen = async |headers: &[(&str, &str)]| {
        let mut call = app.call(SUPERUSER, "GET /api/health");
        for (name, value) in headers {
            call = call.header(name, value);
        }
        call.await.is(200).json()["data"]["realIP"].as_str().unwrap().to_string()
    };
    let both = [("X-Forwarded-For", "1.1.1.1, 2.2.2.2"), ("X-Real-IP", "3.3.3.3")];
    trust(json!([]), false).await;
    assert_eq!(seen(&both).await, "127.0.0.1");
    trust(json!(["X-Forwarded-For", "X-Real-IP"]), false).await;
    assert_eq!(seen(&both).await, "2.2.2.2");
    assert_eq!(seen(&[("X-Forwarded-For", "junk"), ("X-Real-IP", "3.3.3.3")]).await, "3.3.3.3");
    assert_eq!(seen(&[("X-Forwarded-For", "1.1.1.1, junk")]).await, "1.1.1.1");
    assert_eq!(seen(&[("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-For", "4.4.4.4")]).await, "4.4.4.4");
    assert_eq!(seen(&[("X-Forwarded-For", "::1")]).await, "0000:0000:0000:0000:0000:0000:0000:0001");
    assert_eq!(seen(&[("X-Forwarded-For", "junk")]).await, "127.0.0.1");
    trust(json!(["X-Forwarded-For"]), true).await;
    assert_eq!(seen(&both).await, "1.1.1.1");
}

#[tokio::test]
async fn which_secrets_are_set_is_told_by_name() {
    let app = TestApp::start().await;
    let told = async || app.call(SUPERUSER, "GET /api/settings/secrets").await.is(200).json();
    assert_eq!(told().await, json!({"set": []}));
    let secrets = json!({"smtp": {"password": "hush"}, "backups": {"s3": {"secret": "hush"}}});
    app.call(SUPERUSER, "PATCH /api/settings").json(secrets).await.is(200);
    assert_eq!(told().await, json!({"set": ["smtp.password", "backups.s3.secret"]}));
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"smtp": {"password": ""}})).await.is(200);
    assert_eq!(told().await, json!({"set": ["backups.s3.secret"]}));
    app.call(As("bob"), "GET /api/settings/secrets").await.is(403);
    app.call(GUEST, "GET /api/settings/secrets").await.is(401);
}
