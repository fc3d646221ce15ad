//! Which options of which kind are refused, and by which code.

use serde_json::json;

use crate::id::Ids;
use crate::schema::field::tests::field;
use crate::value::Json;

fn settings(kind: &str, options: Json) -> Json {
    let mut errors = field(kind, options).validate_settings(None, &Ids::seeded(1));
    errors.prune();
    let mut found = errors.to_json();
    strip(&mut found);
    found
}

/// Leaves become their codes.
fn strip(json: &mut Json) {
    let Some(object) = json.as_object_mut() else { return };
    match object.get("code").cloned() {
        Some(code) => *json = code,
        None => object.values_mut().for_each(strip),
    }
}

#[test]
fn names_ids_and_help() {
    for (name, want) in [
        ("x_1", json!({})),
        ("1x", json!({})),
        ("NULL", json!({})),
        ("", json!({"name": "validation_required"})),
        (&"a".repeat(101), json!({"name": "validation_length_out_of_range"})),
        ("é", json!({"name": "validation_match_invalid"})),
        ("a b", json!({"name": "validation_match_invalid"})),
        ("null", json!({"name": "validation_not_in_invalid"})),
        ("collectionId", json!({"name": "validation_not_in_invalid"})),
        ("a_VIA_b", json!({"name": "validation_found_via"})),
    ] {
        assert_eq!(settings("bool", json!({"name": name})), want, "{name}");
    }
    assert_eq!(settings("bool", json!({"id": "a".repeat(101)})), json!({"id": "validation_length_out_of_range"}));
    assert_eq!(settings("bool", json!({"help": "a".repeat(301)})), json!({"help": "validation_length_out_of_range"}));
    assert_eq!(settings("autodate", json!({"onCreate": true, "help": "a".repeat(301)})), json!({}));
}

const SMALL: &str = "validation_min_greater_equal_than_required";
const LARGE: &str = "validation_max_less_equal_than_required";
const UNSAFE: i64 = 1 << 53;

#[test]
fn options_of_texts_and_passwords() {
    for (options, want) in [
        (json!({"min": 5, "max": 5}), json!({})),
        (json!({"min": -1}), json!({"min": SMALL})),
        (json!({"max": -1}), json!({"max": SMALL})),
        (json!({"min": 5, "max": 4}), json!({"max": SMALL})),
        (json!({"min": UNSAFE, "max": 3}), json!({"min": LARGE, "max": SMALL})),
        (json!({"pattern": "["}), json!({"pattern": "validation_invalid_regex"})),
        (json!({"autogeneratePattern": "["}), json!({"autogeneratePattern": "validation_invalid_regex"})),
        (
            json!({"autogeneratePattern": "^a"}),
            json!({"autogeneratePattern": "validation_invalid_autogenerate_pattern"}),
        ),
        (json!({"autogeneratePattern": "[a-z]{3}"}), json!({})),
        (
            json!({"autogeneratePattern": "[a-z]{3}", "min": 5}),
            json!({"autogeneratePattern": "validation_invalid_autogenerate_pattern_value"}),
        ),
        (
            json!({"autogeneratePattern": "a", "pattern": "b"}),
            json!({"autogeneratePattern": "validation_invalid_autogenerate_pattern_value"}),
        ),
        (
            json!({"primaryKey": true, "hidden": true}),
            json!({"name": "validation_in_invalid", "required": "validation_required",
            "hidden": "validation_empty", "pattern": "validation_required"}),
        ),
        (
            json!({"primaryKey": true, "name": "id", "required": true, "pattern": ".", "autogeneratePattern": "\\."}),
            json!({"autogeneratePattern": "validation_invalid_autogenerate_pattern_value"}),
        ),
    ] {
        assert_eq!(settings("text", options.clone()), want, "{options}");
    }
    for (options, want) in [
        (json!({"min": 1, "max": 71, "cost": 4}), json!({})),
        (json!({"min": -1}), json!({"min": SMALL})),
        (json!({"min": 72}), json!({"min": LARGE})),
        (json!({"max": 72}), json!({"max": LARGE})),
        (json!({"min": 5, "max": 4}), json!({"max": SMALL})),
        (json!({"pattern": "["}), json!({"pattern": "validation_invalid_regex"})),
        (json!({"cost": 3}), json!({"cost": SMALL})),
        (json!({"cost": 32}), json!({"cost": LARGE})),
    ] {
        assert_eq!(settings("password", options.clone()), want, "{options}");
    }
}

#[test]
fn options_of_the_other_kinds() {
    const INT: &str = "validation_only_int_constraint";
    let domains = json!({"onlyDomains": {"1": "validation_is_domain", "2": "validation_is_domain"}});
    let thumbs = json!(["1x1", "bad", "0x0", "0x0t", "0x5", "1x1x", "01x1f", "1x1T", ""]);
    let bad_thumbs = json!({"thumbs": {"1": "validation_match_invalid", "2": "validation_not_in_invalid",
        "3": "validation_not_in_invalid", "5": "validation_match_invalid", "7": "validation_match_invalid"}});
    for (kind, options, want) in [
        ("number", json!({"min": 5, "max": 4}), json!({"max": "validation_min_number_constraint"})),
        ("number", json!({"min": 1.5, "max": 2.5, "onlyInt": true}), json!({"min": INT, "max": INT})),
        ("number", json!({"min": -1, "max": 0}), json!({})),
        (
            "email",
            json!({"onlyDomains": ["a.bc"], "exceptDomains": ["x"]}),
            json!({"onlyDomains": "validation_empty", "exceptDomains": "validation_empty"}),
        ),
        ("url", json!({"onlyDomains": ["a.bc", "-", "a.bc:80", ""]}), domains),
        ("editor", json!({"maxSize": -1}), json!({"maxSize": SMALL})),
        ("json", json!({"maxSize": UNSAFE}), json!({"maxSize": LARGE})),
        ("date", json!({"min": "2024-02-02", "max": "2024-01-01"}), json!({"max": SMALL})),
        ("date", json!({"min": "2024-02-02", "max": "2024-02-02"}), json!({})),
        ("autodate", json!({}), json!({"onCreate": "validation_required", "onUpdate": "validation_required"})),
        ("autodate", json!({"onUpdate": true}), json!({})),
        ("select", json!({}), json!({"values": "validation_required"})),
        ("select", json!({"values": ["a"], "maxSelect": 2}), json!({"maxSelect": LARGE})),
        ("select", json!({"values": ["a"], "maxSelect": -1}), json!({"maxSelect": SMALL})),
        ("select", json!({"values": ["a", "b", "a"]}), json!({"values": {"2": "validation_duplicated_value"}})),
        ("file", json!({"maxSelect": -1, "maxSize": UNSAFE}), json!({"maxSelect": SMALL, "maxSize": LARGE})),
        ("file", json!({"thumbs": thumbs}), bad_thumbs),
        ("relation", json!({}), json!({"collectionId": "validation_required"})),
        ("relation", json!({"collectionId": "c", "minSelect": -2, "maxSelect": -1}), json!({"minSelect": SMALL})),
        ("relation", json!({"collectionId": "c", "minSelect": 2, "maxSelect": 1}), json!({"maxSelect": SMALL})),
        ("relation", json!({"collectionId": "c", "minSelect": 2}), json!({"maxSelect": "validation_required"})),
        ("geoPoint", json!({"required": true}), json!({})),
    ] {
        assert_eq!(settings(kind, options.clone()), want, "{kind} {options}");
    }
}

#[test]
fn some_options_never_change() {
    let ids = Ids::seeded(1);
    let before = field("autodate", json!({"system": true, "onCreate": true}));
    let after = field("autodate", json!({"system": true, "onUpdate": true}));
    let errors = after.validate_settings(Some(&before), &ids).to_json();
    assert_eq!(errors["onCreate"]["code"], "validation_values_mismatch");
    assert_eq!(errors["onUpdate"]["code"], "validation_values_mismatch");
    let before = field("relation", json!({"collectionId": "a"}));
    let after = field("relation", json!({"collectionId": "b"}));
    let errors = after.validate_settings(Some(&before), &ids).to_json();
    assert_eq!(errors["collectionId"]["code"], "validation_field_relation_change");
    assert!(before.validate_settings(Some(&before), &ids).is_empty());
}
