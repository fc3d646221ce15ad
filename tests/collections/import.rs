//! `PUT /api/collections/import`.

use serde_json::json;

use super::*;

fn import(fx: &Fixture, body: Json) -> Result<(), Refusal> {
    fx.runtime.block_on(collections::import(&fx.store, object(body))).map(|_| ()).map_err(refusal)
}

fn import_all(fx: &Fixture, list: Json) -> Result<(), Refusal> {
    import(fx, json!({ "collections": list }))
}

#[test]
fn bodies_of_the_wrong_shape() {
    let fx = fixture();
    for body in [json!({}), json!({"collections": []}), json!({"collections": null})] {
        let refused = import(&fx, body).unwrap_err();
        assert_eq!(refused.message, "An error occurred while validating the submitted data.");
        assert_eq!(refused.codes, ["collections validation_required"]);
    }
    for body in
        [json!({"collections": 5}), json!({"collections": ["a"]}), json!({"collections": [{}], "deleteMissing": "x"})]
    {
        assert_eq!(import(&fx, body).unwrap_err().message, "An error occurred while loading the submitted data.");
    }
}

#[test]
fn collections_may_refer_to_each_other_in_any_order() {
    let fx = fixture();
    let list = json!([
        {"name": "over", "type": "view", "viewQuery": "select id from look"},
        {"name": "look", "type": "view", "viewQuery": "select id from second"},
        {"name": "first", "listRule": "id != ''", "fields": [{"name": "r", "type": "relation", "collectionId": "second_id"}]},
        {"name": "second", "id": "second_id"},
    ]);
    import_all(&fx, list).unwrap();
    assert_eq!(fields(&fx.view("over")), "id:text");
    assert_eq!(fields(&fx.view("first")), "id:text r:relation");
}

#[test]
fn fields_not_named_are_kept_and_matched_ones_changed() {
    let fx = fixture();
    import_all(&fx, json!([{"name": "c", "fields": [{"name": "a", "type": "text"}, {"name": "b", "type": "number"}]}]))
        .unwrap();
    fx.execute("INSERT INTO c (id, a, b) VALUES ('1', 'x', 2)");
    let id = fx.view("c")["fields"][1]["id"].clone();
    import_all(&fx, json!([{"name": "c", "fields": [{"name": "n", "type": "text"}, {"name": "a", "type": "text", "id": "zzz", "max": 5}]}])).unwrap();
    let after = fx.view("c");
    assert_eq!(fields(&after), "n:text a:text id:text b:number");
    assert_eq!((&after["fields"][1]["id"], &after["fields"][1]["max"]), (&id, &json!(5)));
    assert_eq!(fx.rows("SELECT a, b, n FROM c"), ["x|2|"]);
    assert!(import_all(&fx, json!([{"name": "c", "fields": [{"name": "a", "type": "number"}]}])).is_err());
    import_all(&fx, json!([{"name": "c", "listRule": ""}])).unwrap();
    assert_eq!(fields(&fx.view("c")), "n:text a:text id:text b:number");
}

#[test]
fn delete_missing_drops_fields_and_collections() {
    let fx = fixture();
    let both = json!([
        {"name": "c", "fields": [{"name": "a", "type": "text"}, {"name": "b", "type": "number"}]},
        {"name": "d", "fields": [{"name": "r", "type": "relation", "collectionId": "_pb_users_auth_"}]}]);
    import_all(&fx, both).unwrap();
    import(
        &fx,
        json!({"deleteMissing": true, "collections": [{"name": "c", "fields": [{"name": "a", "type": "text"}]}]}),
    )
    .unwrap();
    assert_eq!(fields(&fx.view("c")), "a:text id:text");
    assert!(!fx.exists("d") && !fx.exists("users") && fx.exists("_superusers"));
    import(&fx, json!({"deleteMissing": true, "collections": [{"name": "c"}, {"name": "_mfas"}]})).unwrap();
    assert_eq!(fields(&fx.view("c")), "id:text");
    assert!(fields(&fx.view("_mfas")).contains("method:text"), "system fields stay");
}

#[test]
fn failures_undo_everything_and_name_the_collection() {
    let fx = fixture();
    let refused =
        import_all(&fx, json!([{"name": "fine"}, {"name": "b d"}, {"name": "e", "listRule": " "}])).unwrap_err();
    assert_eq!(
        (refused.message.as_str(), refused.codes.as_slice()),
        ("Failed to import collections.", &["collections validation_collections_import_failure".to_string()][..])
    );
    let told = &refused.data["collections"];
    let message = told["message"].as_str().unwrap();
    assert!(message.starts_with("Data validations failed for collection \"b d\" (pbc_"), "{message}");
    assert_eq!(told["1"]["name"]["code"], "validation_match_invalid");
    assert_eq!(told["2"]["listRule"]["code"], "validation_invalid_rule");
    assert!(!fx.exists("fine"));

    let refused = import_all(&fx, json!([{"name": "c", "indexes": ["create index x on c (nope)"]}])).unwrap_err();
    assert_eq!(refused.codes, ["indexes.0 validation_invalid_index_expression"]);
    for list in [
        json!([{"name": "c", "fields": [{"name": "a", "type": "nope"}]}]),
        json!([{"name": "c"}, {"name": "c"}]),
        json!([{"name": "v", "type": "view", "viewQuery": "select id from nope"}]),
        json!([{"id": "other", "name": "users"}]),
    ] {
        let refused = import_all(&fx, list).unwrap_err();
        let message = refused.data["collections"]["message"].as_str().unwrap();
        assert!(message.starts_with("Failed to import the collections configuration. Raw error:\n"), "{message}");
    }
}
