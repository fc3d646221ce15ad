//! The conditions of the contract, as (submitted, errors).

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::id::Ids;
use crate::schema::scaffold::system_collections;
use crate::value::{Json, Object};

fn object(json: &Json) -> Object {
    json.as_object().expect("an object").clone()
}

/// The system collections, `users`, and `posts` with two texts, a number and an index.
fn catalog() -> Catalog {
    let ids = Ids::seeded(1);
    let mut all: Vec<Arc<Collection>> = system_collections(&ids).into_iter().map(Arc::new).collect();
    let posts = json!({"id": "posts_id", "name": "posts", "indexes": ["create index posts_a on posts (a)"], "fields": [
        {"id": "fa", "name": "a", "type": "text"}, {"id": "fb", "name": "b", "type": "text", "system": true},
        {"id": "fn", "name": "n", "type": "number"}, {"id": "fr", "name": "r", "type": "relation", "collectionId": "posts_id"},
        {"id": "fd", "name": "d", "type": "autodate", "onCreate": true, "system": true}]});
    let view = json!({"id": "stats_id", "name": "stats", "type": "view", "viewQuery": "select id from posts"});
    for body in [posts, view] {
        let mut new = Draft::create(&object(&body), &ids).expect("loads").collection;
        new.normalise(None);
        all.push(Arc::new(new));
    }
    Catalog::new(1, all)
}

/// Rules that begin with `bad` do not compile.
fn compile(text: &str, _: &Collection) -> Result<(), String> {
    if text.starts_with("bad") { Err("unknown field \"bad\"".to_string()) } else { Ok(()) }
}

/// What is wrong with `body` as a new collection, or as a change of the one named `of`; `path code` in order.
fn problems(of: Option<&str>, body: &Json) -> Vec<String> {
    let (ids, catalog) = (Ids::seeded(2), catalog());
    let stored = of.and_then(|name| catalog.by_name(name));
    let mut draft = match stored {
        Some(stored) => Draft::update(stored, &object(body)).expect("loads"),
        None => Draft::create(&object(body), &ids).expect("loads"),
    };
    if draft.collection.id.is_empty() {
        draft.collection.id = "new_id".to_string();
    }
    draft.collection.normalise(stored.map(AsRef::as_ref));
    let tables = ["_params".to_string(), "posts".to_string()];
    let check = Check {
        draft: &draft,
        stored: stored.map(AsRef::as_ref),
        catalog: &catalog,
        tables: &tables,
        compile: &compile,
        ids: &ids,
    };
    let mut found = Vec::new();
    flatten(&check.run().to_json(), "", &mut found);
    found
}

fn flatten(json: &Json, path: &str, found: &mut Vec<String>) {
    let Some(map) = json.as_object() else { return };
    match map.get("code").and_then(Json::as_str) {
        Some(code) => found.push(format!("{path} {code}")),
        None => {
            map.iter().for_each(|(key, part)| flatten(part, format!("{path}.{key}").trim_start_matches('.'), found))
        }
    }
}

fn check(of: Option<&str>, table: &[(Json, &[&str])]) {
    for (body, expected) in table {
        assert_eq!(problems(of, body), *expected, "{body}");
    }
}

#[test]
fn names_ids_and_types() {
    let long = "z".repeat(256);
    check(
        None,
        &[
            (json!({"name": "fine"}), &[]),
            (json!({"name": "1abc"}), &[]),
            (json!({}), &["name validation_required"]),
            (json!({"name": "x y", "type": "foo"}), &["name validation_match_invalid", "type validation_in_invalid"]),
            (json!({"name": long}), &["name validation_length_out_of_range"]),
            (json!({"name": "a_VIA_b"}), &["name validation_found_via"]),
            (json!({"name": "USERS"}), &["name validation_collection_name_exists"]),
            (json!({"name": "posts_id"}), &["name validation_collection_name_id_duplicate"]),
            (json!({"name": "_PARAMS"}), &["name validation_collection_name_invalid"]),
            (json!({"name": "sqlite_x"}), &["name validation_collection_name_invalid"]),
            (json!({"name": "a", "id": "posts_id"}), &["id validation_invalid_or_existing_id"]),
            (json!({"name": "a", "id": "a b"}), &["id validation_match_invalid"]),
        ],
    );
    check(
        Some("posts"),
        &[
            (json!({"name": "POSTS"}), &[]),
            (json!({"name": "users"}), &["name validation_collection_name_exists"]),
            (json!({"type": "view"}), &["type validation_collection_type_change"]),
            (json!({"system": true}), &["system validation_collection_system_flag_change"]),
            (json!({"id": "other"}), &["id validation_values_mismatch"]),
        ],
    );
}

#[test]
fn field_lists() {
    let named = |name: &str| json!({"name": name, "type": "text"});
    let fields = |list: Json| json!({"name": "c", "fields": list});
    check(
        None,
        &[
            (fields(json!([named("null")])), &["fields.1.name validation_not_in_invalid"]),
            (
                fields(json!([named("a b"), named("")])),
                &["fields.1.name validation_match_invalid", "fields.2.name validation_required"],
            ),
            (fields(json!([named("x_via_y")])), &["fields.1.name validation_found_via"]),
            (fields(json!([named("t"), named("T")])), &["fields.2.name validation_duplicated_field_name"]),
            (fields(json!([{"name": "id", "type": "number"}])), &["fields.1.name validation_duplicated_field_name"]),
            (
                fields(json!([{"id": "x", "name": "a", "type": "text"}, {"id": "x", "name": "b", "type": "text"}])),
                &["fields.2.id validation_duplicated_field_id"],
            ),
            (
                fields(json!([{"name": "h", "type": "text", "help": "x".repeat(301)}])),
                &["fields.1.help validation_length_out_of_range"],
            ),
            (fields(json!([{"name": "r", "type": "relation"}])), &["fields.1.collectionId validation_required"]),
            (
                fields(json!([{"name": "r", "type": "relation", "collectionId": "posts"}])),
                &["fields.1.collectionId validation_field_relation_missing_collection"],
            ),
            (
                fields(json!([{"name": "r", "type": "relation", "collectionId": "stats_id"}])),
                &["fields.1.collectionId validation_relation_field_non_view_base_collection"],
            ),
            (fields(json!([{"name": "r", "type": "relation", "collectionId": "new_id"}])), &[]),
            (
                json!({"name": "c", "type": "auth", "fields": [named("oldPassword")]}),
                &["fields.1.name validation_reserved_field_name"],
            ),
        ],
    );
    let stored = |change: &dyn Fn(&mut Vec<Json>)| {
        let posts = catalog().by_name("posts").expect("is there").to_json();
        let mut list = posts["fields"].as_array().expect("a list").clone();
        change(&mut list);
        json!({ "fields": list })
    };
    check(
        Some("posts"),
        &[
            (stored(&|_| {}), &[]),
            (stored(&|list| list[1]["type"] = "bool".into()), &["fields.1 validation_field_type_change"]),
            (stored(&|list| list[0]["name"] = "key".into()), &["fields validation_missing_primary_key"]),
            (stored(&|list| list[2]["name"] = "bb".into()), &["fields validation_system_field_change"]),
            (stored(&|list| drop(list.remove(2))), &["fields validation_system_field_change"]),
            (
                stored(&|list| list[4]["collectionId"] = "stats_id".into()),
                &["fields.4.collectionId validation_field_relation_change"],
            ),
            (stored(&|list| list[5]["onUpdate"] = true.into()), &["fields.5.onUpdate validation_values_mismatch"]),
        ],
    );
}

#[test]
fn rules() {
    check(
        None,
        &[
            (json!({"name": "c", "listRule": "bad = 1", "viewRule": ""}), &["listRule validation_invalid_rule"]),
            (
                json!({"name": "c", "type": "view", "createRule": "", "listRule": "bad"}),
                &[
                    "createRule validation_nil",
                    "fields validation_required",
                    "listRule validation_invalid_rule",
                    "viewQuery validation_required",
                ],
            ),
            (
                json!({"name": "c", "type": "auth", "manageRule": ""}),
                &["manageRule validation_nil_or_not_empty_required"],
            ),
            (
                json!({"name": "c", "type": "auth", "manageRule": "bad", "authRule": "bad"}),
                &["authRule validation_invalid_rule", "manageRule validation_invalid_rule"],
            ),
        ],
    );
    check(
        Some("_superusers"),
        &[
            (json!({"name": "x"}), &["name validation_collection_system_name_change"]),
            (json!({"listRule": ""}), &["listRule validation_collection_system_rule_change"]),
            (
                json!({"authRule": "a", "manageRule": "b"}),
                &[
                    "authRule validation_collection_system_rule_change",
                    "manageRule validation_collection_system_rule_change",
                ],
            ),
            (
                json!({"otp": {"enabled": true}, "mfa": {"rule": "id != ''"}}),
                &["mfa.rule validation_collection_system_rule_change"],
            ),
        ],
    );
}

#[test]
fn indexes() {
    let indexes = |list: Json| json!({"name": "c", "indexes": list});
    check(
        None,
        &[
            (indexes(json!(["create index __rel_x on c (id)"])), &["indexes.0 validation_invalid_index_expression"]),
            (indexes(json!(["foo"])), &["indexes.0 validation_invalid_index_expression"]),
            (
                indexes(json!(["create index a on c (id)", "create index A on c (x)"])),
                &["indexes.1 validation_duplicated_index_name"],
            ),
            (
                indexes(json!(["create index a on c (id)", "create index b on c (`id`)"])),
                &["indexes.1 validation_duplicated_index_definition"],
            ),
            (indexes(json!(["create index POSTS_A on c (id)"])), &["indexes.0 validation_existing_index_name"]),
            (
                json!({"name": "c", "type": "view", "viewQuery": "select 1 as id", "indexes": ["x"]}),
                &["fields validation_required", "indexes validation_indexes_not_supported"],
            ),
        ],
    );
    let kept =
        "CREATE UNIQUE INDEX zzz ON x (collectionRef COLLATE NOCASE, recordRef DESC, provider) WHERE provider != ''";
    let other = "CREATE UNIQUE INDEX yyy ON x (collectionRef, provider, providerId)";
    let reordered = "CREATE UNIQUE INDEX yyy ON x (provider, collectionRef, providerId)";
    check(
        Some("_externalAuths"),
        &[
            (json!({"indexes": [kept, other]}), &[]),
            (json!({"indexes": [kept, reordered]}), &["indexes validation_invalid_unique_system_field_index"]),
            (json!({"indexes": []}), &["indexes validation_invalid_unique_system_field_index"]),
        ],
    );
    check(Some("users"), &[(json!({"indexes": []}), &[])]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn auth_options() {
    let provider = |name: &str| json!({"name": name, "clientId": "x", "clientSecret": "y"});
    check(
        Some("users"),
        &[
            (
                json!({"authAlert": {"enabled": false, "emailTemplate": {"subject": ""}}}),
                &["authAlert.emailTemplate.subject validation_required"],
            ),
            (
                json!({"otp": {"enabled": true, "duration": 5, "length": 3, "emailTemplate": {"body": ""}}}),
                &[
                    "otp.duration validation_min_greater_equal_than_required",
                    "otp.emailTemplate.body validation_required",
                    "otp.length validation_min_greater_equal_than_required",
                ],
            ),
            (json!({"otp": {"enabled": false, "duration": 0, "length": 0}}), &[]),
            (
                json!({"otp": {"enabled": true, "duration": 86401}}),
                &["otp.duration validation_max_less_equal_than_required"],
            ),
            (json!({"mfa": {"enabled": true}}), &["mfa.enabled validation_mfa_not_enough_auths"]),
            (
                json!({"mfa": {"enabled": true, "rule": "bad"}, "otp": {"enabled": true}}),
                &["mfa.rule validation_invalid_rule"],
            ),
            (json!({"mfa": {"rule": "bad"}}), &[]),
            (
                json!({"passwordAuth": {"identityFields": ["email", "nope", "verified"]}}),
                &["passwordAuth.identityFields validation_missing_field"],
            ),
            (
                json!({"passwordAuth": {"identityFields": ["verified", "email"]}}),
                &["passwordAuth.identityFields validation_missing_unique_constraint"],
            ),
            (json!({"passwordAuth": {"identityFields": [""]}}), &["passwordAuth.identityFields validation_required"]),
            (json!({"passwordAuth": {"enabled": false, "identityFields": []}}), &[]),
            (
                json!({"authToken": {"duration": 5, "secret": "short"}, "fileToken": null}),
                &[
                    "authToken.duration validation_min_greater_equal_than_required",
                    "authToken.secret validation_length_out_of_range",
                    "fileToken.duration validation_required",
                    "fileToken.secret validation_required",
                ],
            ),
            (json!({"oauth2": {"enabled": true, "providers": [provider("google"), provider("oidc")]}}), &[]),
            (
                json!({"oauth2": {"enabled": true, "providers": [{"name": "nope"}, provider("google"), provider("google")]}}),
                &["oauth2.providers.2.name validation_duplicated_provider"],
            ),
            (
                json!({"oauth2": {"enabled": true, "providers": [{"name": "nope"}, {"clientId": "x", "clientSecret": "y", "authURL": "foo"}]}}),
                &[
                    "oauth2.providers.0.clientId validation_required",
                    "oauth2.providers.0.clientSecret validation_required",
                    "oauth2.providers.0.name validation_missing_provider",
                    "oauth2.providers.1.authURL validation_is_url",
                    "oauth2.providers.1.name validation_required",
                ],
            ),
            (json!({"oauth2": {"enabled": false, "providers": [{"name": "nope"}]}}), &[]),
            (json!({"resetPasswordTemplate": {"body": ""}}), &["resetPasswordTemplate.body validation_required"]),
        ],
    );
}
