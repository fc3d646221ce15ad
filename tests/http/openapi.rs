//! `/api/openapi.json`: the routes as a snapshot, the collections by who asks.

use serde_json::Value as Json;

use crate::support::{As, GUEST, SUPERUSER, TestApp};

#[tokio::test]
async fn the_routes_are_those_of_the_snapshot() {
    let app = TestApp::start().await;
    let document = app.call(SUPERUSER, "GET /api/openapi.json").await.is(200).json();
    assert_eq!(document["openapi"].as_str().map(|v| v.starts_with("3.1")), Some(true));
    let mut routes: Vec<String> = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if let Some(id) = operation["operationId"].as_str() {
                routes.push(format!("{} {path} {id}", method.to_uppercase()));
            }
        }
    }
    routes.sort();
    insta::assert_json_snapshot!("routes", routes);
    insta::assert_json_snapshot!("posts", shapes(&document, "posts."));
}

/// Security case 16.
#[tokio::test]
async fn guests_see_what_rules_may_allow_and_nothing_hidden() {
    let app = TestApp::start().await;
    for who in [GUEST, As("bob")] {
        let document = app.call(who, "GET /api/openapi.json").await.is(200).json();
        let text = document.to_string();
        for absent in ["_superusers", "/api/settings", "secret", "tokenKey"] {
            assert!(!text.contains(absent), "{absent}");
        }
        assert!(document["components"]["schemas"].get("posts.Record").is_some());
    }
    let all = app.call(SUPERUSER, "GET /api/openapi.json").await.json();
    assert!(all["components"]["schemas"]["posts.Record"]["properties"].get("secret").is_some());
    assert!(all["components"]["schemas"].get("_superusers.Record").is_some());
    assert!(all["components"]["schemas"]["users.Record"]["properties"].get("tokenKey").is_none());
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let app = TestApp::start().await;
    for who in [GUEST, SUPERUSER] {
        let document = app.call(who, "GET /api/openapi.json").await.json();
        let mut ids = std::collections::BTreeSet::new();
        walk(&document, &mut |object| {
            if let Some(reference) = object.get("$ref").and_then(Json::as_str) {
                assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
            }
            if let Some(id) = object.get("operationId").and_then(Json::as_str) {
                assert!(ids.insert(id.to_string()), "operationId {id} is there twice");
            }
        });
    }
}

fn shapes(document: &Json, prefix: &str) -> Json {
    let all = document["components"]["schemas"].as_object().unwrap();
    Json::Object(all.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(k, v)| (k.clone(), v.clone())).collect())
}

fn walk(json: &Json, visit: &mut impl FnMut(&serde_json::Map<String, Json>)) {
    match json {
        Json::Object(object) => {
            visit(object);
            object.values().for_each(|value| walk(value, visit));
        }
        Json::Array(list) => list.iter().for_each(|value| walk(value, visit)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
