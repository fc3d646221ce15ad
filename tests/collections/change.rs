//! `PATCH /api/collections/{c}`: what happens to data, indexes and rules when the shape changes.

use serde_json::json;

use super::*;

/// `posts` with texts `a` and `b`, a number `n` and two records.
fn posts(fx: &Fixture) -> Json {
    let list = json!([{"name": "a", "type": "text"}, {"name": "b", "type": "text"}, {"name": "n", "type": "number"}]);
    let created = fx
        .create(json!({"name": "posts", "fields": list, "indexes": ["create index posts_ab on posts (a, b) where a != 'x'"]}))
        .unwrap();
    fx.execute("INSERT INTO posts (id, a, b, n) VALUES ('1', 'a1', 'b1', 1), ('2', 'a2', 'b2', 2)");
    created
}

#[test]
fn unknown_collections_are_not_found() {
    let fx = fixture();
    assert_eq!(fx.update("nope", json!({"name": 5})).unwrap_err().status, 404);
}

#[test]
fn a_collection_may_be_renamed() {
    let fx = fixture();
    let id = posts(&fx)["id"].clone();
    let renamed = fx.update("posts", json!({"name": "Posts"})).unwrap();
    assert_eq!((&renamed["id"], &renamed["name"]), (&id, &json!("Posts")));
    let renamed = fx.update("posts", json!({"name": "articles"})).unwrap();
    assert_eq!(renamed["indexes"], json!(["CREATE INDEX `posts_ab` ON `articles` (\n  `a`,\n  `b`\n) WHERE a != 'x'"]));
    assert_eq!(fx.rows("SELECT a FROM articles"), ["a1", "a2"]);
    assert_eq!(fx.indexes("articles"), ["posts_ab"]);
    assert!(!fx.exists("posts"));
}

#[test]
fn columns_follow_renamed_fields_and_indexes_follow_columns() {
    let fx = fixture();
    let created = posts(&fx);
    let renamed = fx
        .update("posts", json!({"fields": with_field(&created, "a", |field| field["name"] = "title".into())}))
        .unwrap();
    assert_eq!(fx.rows("SELECT title, b FROM posts"), ["a1|b1", "a2|b2"]);
    assert_eq!(
        renamed["indexes"],
        json!(["CREATE INDEX `posts_ab` ON `posts` (\n  `title`,\n  `b`\n) WHERE `title` != 'x'"])
    );
    assert_eq!(fx.indexes("posts"), ["posts_ab"]);
}

#[test]
fn two_fields_may_swap_their_names() {
    let fx = fixture();
    let created = posts(&fx);
    let mut fields = created["fields"].clone();
    fields[1]["name"] = "b".into();
    fields[2]["name"] = "a".into();
    fx.update("posts", json!({ "fields": fields })).unwrap();
    assert_eq!(fx.rows("SELECT a, b FROM posts"), ["b1|a1", "b2|a2"]);
}

#[test]
fn fields_are_a_full_replacement() {
    let fx = fixture();
    let created = posts(&fx);
    let list = json!([{"name": "n", "type": "number"}, {"name": "c", "type": "bool"}]);
    let updated = fx.update("posts", json!({"fields": list, "indexes": []})).unwrap();
    assert_eq!(fields(&updated), "id:text n:number c:bool");
    assert_eq!(updated["fields"][1]["id"], created["fields"][3]["id"], "matched by name and type");
    assert_eq!(fx.rows("SELECT n, c FROM posts"), ["1|0", "2|0"]);
    assert_eq!(fields(&fx.update("posts", json!({"fields": null})).unwrap()), "id:text");
}

#[test]
fn an_index_over_a_dropped_column_is_refused() {
    let fx = fixture();
    let created = posts(&fx);
    let refused = fx.update("posts", json!({"fields": without_field(&created, "a")})).unwrap_err();
    assert_eq!(refused.codes, ["indexes.0 validation_invalid_index_expression"]);
    assert_eq!(refused.message, "Failed to update collection.");
    assert_eq!(fx.rows("SELECT a FROM posts"), ["a1", "a2"], "undone as a whole");
    assert_eq!(fx.indexes("posts"), ["posts_ab"]);
}

#[test]
fn the_same_name_with_another_type_is_another_field() {
    let fx = fixture();
    let created = posts(&fx);
    let changed = with_field(&created, "n", |field| *field = json!({"name": "n", "type": "text"}));
    fx.update("posts", json!({ "fields": changed })).unwrap();
    assert_eq!(fx.rows("SELECT n FROM posts"), ["", ""]);
    let created = fx.view("posts");
    let refused =
        fx.update("posts", json!({"fields": with_field(&created, "n", |field| field["type"] = "bool".into())}));
    assert_eq!(refused.unwrap_err().codes, ["fields.3 validation_field_type_change"]);
}

#[test]
fn values_are_converted_between_one_and_many() {
    let fx = fixture();
    let list = json!([{"name": "s", "type": "select", "values": ["a", "b", "c"]}]);
    let created = fx.create(json!({"name": "c", "fields": list, "indexes": ["create index c_s on c (s)"]})).unwrap();
    fx.execute("INSERT INTO c (id, s) VALUES ('1', ''), ('2', 'a')");
    let multiple =
        fx.update("c", json!({"fields": with_field(&created, "s", |field| field["maxSelect"] = 3.into())})).unwrap();
    assert_eq!(fx.rows("SELECT s FROM c ORDER BY id"), ["[]", r#"["a"]"#]);
    fx.execute(r#"UPDATE c SET s = '["a","c"]' WHERE id = '2'"#);
    fx.update("c", json!({"fields": with_field(&multiple, "s", |field| field["maxSelect"] = 1.into())})).unwrap();
    assert_eq!(fx.rows("SELECT s FROM c ORDER BY id"), ["", "c"]);
    assert_eq!(fx.indexes("c"), ["c_s"]);
}

#[test]
fn system_fields_stay() {
    let fx = fixture();
    let users = fx.view("users");
    let updated = fx.update("users", json!({"fields": []})).unwrap();
    assert_eq!(
        fields(&updated),
        "id:text password:password tokenKey:text email:email emailVisibility:bool verified:bool"
    );
    let refused =
        fx.update("users", json!({"fields": with_field(&users, "email", |field| field["name"] = "mail".into())}));
    assert_eq!(refused.unwrap_err().codes, ["fields validation_system_field_change"]);
    let refused = fx.update("users", json!({"fields": with_field(&users, "id", |field| field["name"] = "key".into())}));
    assert_eq!(refused.unwrap_err().codes, ["fields validation_missing_primary_key"]);
}

#[test]
fn system_collections_keep_their_name_and_rules() {
    let fx = fixture();
    let refused =
        fx.update("_superusers", json!({"name": "x", "listRule": "", "type": "base", "system": false})).unwrap_err();
    let expected = [
        "listRule validation_collection_system_rule_change",
        "name validation_collection_system_name_change",
        "system validation_collection_system_flag_change",
        "type validation_collection_type_change",
    ];
    assert_eq!(refused.codes, expected);
    let mfas = fx.view("_mfas");
    let mut list = mfas["fields"].clone();
    list.as_array_mut().unwrap().push(json!({"name": "note", "type": "text"}));
    assert!(fields(&fx.update("_mfas", json!({ "fields": list })).unwrap()).ends_with("note:text"));
}

#[test]
fn duplicate_data_refuses_a_unique_index() {
    let fx = fixture();
    posts(&fx);
    fx.execute("UPDATE posts SET b = 'same'");
    let refused = fx.update("posts", json!({"indexes": ["create unique index u on posts (b)"]})).unwrap_err();
    assert_eq!(refused.codes, ["indexes.0 validation_invalid_index_expression"]);
}
