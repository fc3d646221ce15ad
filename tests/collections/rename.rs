//! Rules follow renames, in the collection itself and in all others.

use serde_json::json;

use super::*;

/// `posts` by an author and `notes` about posts, with rules across both.
fn posts(fx: &Fixture) -> Json {
    let list = json!([
        {"name": "title", "type": "text"}, {"name": "other", "type": "text"},
        {"name": "author", "type": "relation", "collectionId": "_pb_users_auth_"}]);
    let rule = "title != '' && author.name = 'x' && @request.body.title != other";
    let posts = fx
        .create(json!({"id": "posts_id", "name": "posts", "fields": list, "listRule": rule, "viewRule": "other = 1"}))
        .unwrap();
    let list = json!([{"name": "post", "type": "relation", "collectionId": "posts_id"}]);
    let rule = "post.title ~ 'a' && @collection.posts.title ?= post.other";
    fx.create(json!({"name": "notes", "fields": list, "listRule": rule})).unwrap();
    posts
}

#[test]
fn rules_that_name_a_renamed_field() {
    let fx = fixture();
    let created = posts(&fx);
    let renamed = fx
        .update("posts", json!({"fields": with_field(&created, "title", |field| field["name"] = "heading".into())}))
        .unwrap();
    assert_eq!(renamed["listRule"], "heading != '' && author.name = 'x' && @request.body.heading != other");
    assert_eq!(renamed["viewRule"], "other = 1");
    assert_eq!(fx.view("notes")["listRule"], "post.heading ~ 'a' && @collection.posts.heading ?= post.other");
    let stored = fx.rows("SELECT listRule FROM _collections WHERE name = 'notes'");
    assert_eq!(stored, ["post.heading ~ 'a' && @collection.posts.heading ?= post.other"]);
}

#[test]
fn rules_sent_along_are_taken_as_they_come() {
    let fx = fixture();
    let created = posts(&fx);
    let mut fields = created["fields"].clone();
    fields[1]["name"] = "other".into();
    fields[2]["name"] = "title".into();
    let renamed = fx.update("posts", json!({"fields": fields, "viewRule": "title = 2"})).unwrap();
    assert_eq!(renamed["viewRule"], "title = 2");
    assert_eq!(renamed["listRule"], "other != '' && author.name = 'x' && @request.body.other != title");
}

#[test]
fn rules_that_name_a_renamed_collection() {
    let fx = fixture();
    posts(&fx);
    fx.update("users", json!({"listRule": "notes_via_post.id != ''"})).unwrap_err();
    fx.update("posts", json!({"viewRule": "notes_via_post.id != ''"})).unwrap();
    fx.update("posts", json!({"name": "articles"})).unwrap();
    assert_eq!(fx.view("notes")["listRule"], "post.title ~ 'a' && @collection.articles.title ?= post.other");
    fx.update("notes", json!({"name": "remarks"})).unwrap();
    assert_eq!(fx.view("articles")["viewRule"], "remarks_via_post.id != ''");
}

#[test]
fn a_rule_about_a_removed_field_is_refused() {
    let fx = fixture();
    let created = posts(&fx);
    let refused = fx.update("posts", json!({"fields": without_field(&created, "title")})).unwrap_err();
    assert_eq!(refused.codes, ["listRule validation_invalid_rule"]);
    assert!(refused.data["listRule"]["message"].as_str().unwrap().starts_with("Invalid rule. Raw error: "));
}

#[test]
fn renaming_does_not_sign_anybody_out() {
    let fx = fixture();
    fx.update("users", json!({"authRule": "name != ''"})).unwrap();
    let secret = || fx.store.catalog().find("users").unwrap().auth().unwrap().auth_token.secret.clone();
    let (before, users) = (secret(), fx.view("users"));
    let renamed = fx
        .update("users", json!({"fields": with_field(&users, "name", |field| field["name"] = "nick".into())}))
        .unwrap();
    assert_eq!(renamed["authRule"], "nick != ''");
    assert_eq!(secret(), before);
    assert_eq!(renamed["oauth2"]["mappedFields"]["name"], "nick");
}
