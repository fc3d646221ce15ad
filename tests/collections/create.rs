//! `POST /api/collections`.

use serde_json::json;

use super::*;

#[test]
fn unspecified_properties_take_the_scaffold() {
    let fx = fixture();
    let created = fx.create(json!({"name": "kitchen"})).unwrap();
    assert_eq!(created["id"], "pbc_2079371742");
    assert_eq!(created["created"], "2023-11-14 22:13:20.000Z");
    assert_eq!((&created["listRule"], &created["type"]), (&Json::Null, &json!("base")));
    assert_eq!(fields(&created), "id:text");
    assert_eq!(fx.view("KITCHEN"), created);
    assert_eq!(fx.view("pbc_2079371742"), created);
}

#[test]
fn ids_derived_from_names_get_a_counter_on_clash() {
    let fx = fixture();
    fx.create(json!({"name": "other", "id": "pbc_2079371742"})).unwrap();
    assert_eq!(fx.create(json!({"name": "kitchen"})).unwrap()["id"], "pbc_20793717422");
}

#[test]
fn fields_become_columns_that_hold_their_zero() {
    let fx = fixture();
    let list = json!([
        {"name": "t", "type": "text"}, {"name": "n", "type": "number"}, {"name": "b", "type": "bool"},
        {"name": "j", "type": "json"}, {"name": "g", "type": "geoPoint"}, {"name": "d", "type": "date"},
        {"name": "s1", "type": "select", "values": ["a"]}, {"name": "s2", "type": "select", "values": ["a", "b"], "maxSelect": 2},
    ]);
    fx.create(json!({"name": "all", "fields": list})).unwrap();
    fx.execute("INSERT INTO \"all\" (id) VALUES ('1')");
    assert_eq!(fx.rows("SELECT t, n, b, j, g, d, s1, s2 FROM \"all\""), [r#"|0|0|NULL|{"lon":0,"lat":0}|||[]"#]);
}

#[test]
fn bodies_of_the_wrong_shape_do_not_load() {
    let fx = fixture();
    for body in [json!({"name": 5}), json!({"name": "a", "type": 5})] {
        let refused = fx.create(body).unwrap_err();
        assert_eq!(refused.message, "Failed to load the collection type data due to invalid formatting.");
    }
    for body in [
        json!({"name": "a", "fields": [{"name": "x", "type": "nope"}]}),
        json!({"name": "a", "fields": {}}),
        json!({"name": "a", "listRule": 5}),
    ] {
        let refused = fx.create(body).unwrap_err();
        assert_eq!(refused.message, "Failed to load the submitted data due to invalid formatting.");
    }
}

#[test]
fn what_is_wrong_is_told_by_property() {
    let fx = fixture();
    let bad = json!({"name": "USERS", "type": "foo", "listRule": "  ", "fields": [{"name": "a b", "type": "text", "min": 5, "max": 3}]});
    let refused = fx.create(bad).unwrap_err();
    assert_eq!(refused.message, "Failed to create collection.");
    let expected = [
        "fields.1.max validation_min_greater_equal_than_required",
        "fields.1.name validation_match_invalid",
        "listRule validation_invalid_rule",
        "name validation_collection_name_exists",
        "type validation_in_invalid",
    ];
    assert_eq!(refused.codes, expected);
}

#[test]
fn internal_names_are_refused() {
    let fx = fixture();
    for name in ["_params", "_changes", "_collections", "_MIGRATIONS", "sqlite_sequence"] {
        assert_eq!(fx.create(json!({"name": name})).unwrap_err().codes, ["name validation_collection_name_invalid"]);
    }
}

#[test]
fn indexes_are_rebuilt_for_their_table_or_kept_as_written() {
    let fx = fixture();
    let list = ["create unique index i1 on kit(title)", "create index i2 on Kit (title, lower(title))"];
    let created =
        fx.create(json!({"name": "Kit", "fields": [{"name": "title", "type": "text"}], "indexes": list})).unwrap();
    assert_eq!(created["indexes"], json!(["CREATE UNIQUE INDEX `i1` ON `Kit` (`title`)", list[1]]));
    assert_eq!(fx.indexes("Kit"), ["i1", "i2"]);
}

#[test]
fn every_failing_index_is_told_and_nothing_stays() {
    let fx = fixture();
    let list = ["create index a on c (nope)", "create index b on c (id)", "create unique index d on c (nope2)"];
    let refused = fx.create(json!({"name": "c", "indexes": list})).unwrap_err();
    assert_eq!(
        refused.codes,
        ["indexes.0 validation_invalid_index_expression", "indexes.2 validation_invalid_index_expression"]
    );
    assert!(refused.data["indexes"]["0"]["message"].as_str().unwrap().starts_with("Failed to create index a - "));
    assert!(!fx.exists("c"));
    assert!(fx.rows("SELECT name FROM sqlite_schema WHERE name = 'c'").is_empty());
}

#[test]
fn single_relations_are_indexed_by_the_server() {
    let fx = fixture();
    let users = "_pb_users_auth_";
    let list = json!([{"id": "r", "name": "owner", "type": "relation", "collectionId": users}]);
    let created = fx.create(json!({"id": "c", "name": "c", "fields": list})).unwrap();
    assert_eq!(created["indexes"], json!([]));
    assert_eq!(fx.indexes("c"), ["__rel_c_r"]);
    fx.update("c", json!({"indexes": ["create index mine on c (owner, id)"]})).unwrap();
    assert_eq!(fx.indexes("c"), ["mine"]);
    fx.update("c", json!({"indexes": []})).unwrap();
    assert_eq!(fx.indexes("c"), ["__rel_c_r"]);
}
