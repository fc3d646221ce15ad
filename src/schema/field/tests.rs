//! What each kind of field makes of its input and options: tables taken from the contract.

use serde_json::json;

use super::*;
use crate::error::Errors;
use crate::value::Object;

/// A field `x` of `kind` with options; shorthand for a definition.
pub(super) fn field(kind: &str, options: Json) -> Field {
    load(kind, options).unwrap()
}

fn load(kind: &str, options: Json) -> Result<Field, FieldLoadError> {
    let mut definition = Object::from_iter([("id".into(), json!("x1")), ("name".into(), json!("x"))]);
    definition.insert("type".into(), kind.into());
    definition.extend(options.as_object().unwrap().clone());
    Field::from_json(&definition)
}

fn shown(field: &Field, value: ValueRef<'_>) -> Json {
    let mut out = Vec::new();
    field.write_json(value, &mut out);
    serde_json::from_slice(&out).unwrap_or_else(|_| panic!("{:?}", String::from_utf8_lossy(&out)))
}

/// Coerces, validates and shows: what a create would answer, or the error's code.
fn create(field: &Field, input: &Json) -> Result<Json, &'static str> {
    let value = field.coerce(input);
    field.validate(value.as_ref()).map_err(|error| error.code)?;
    Ok(shown(field, value.as_ref()))
}

fn table(field: &Field, rows: &[(Json, Json)]) {
    for (input, want) in rows {
        assert_eq!(create(field, input), Ok(want.clone()), "{} {input}", field.kind.type_name());
    }
}

fn refused(field: &Field, rows: &[(Json, &'static str)]) {
    for (input, want) in rows {
        assert_eq!(create(field, input), Err(*want), "{} {input}", field.kind.type_name());
    }
}

/// The error as clients see it.
fn error(field: &Field, input: Json) -> Json {
    let mut errors = Errors::default();
    errors.check("x", field.validate(field.coerce(&input).as_ref()));
    errors.to_json()["x"].take()
}

#[test]
fn texts() {
    let t = field("text", json!({}));
    table(
        &t,
        &[
            (json!(12), json!("12")),
            (json!(1.50), json!("1.5")),
            (json!(true), json!("true")),
            (json!(null), json!("")),
            (json!(["a"]), json!("")),
            (json!({"a": 1}), json!("")),
            (json!(" x "), json!(" x ")),
            (json!(1e21), json!("1000000000000000000000")),
            (json!(0.0000001), json!("0.0000001")),
            (json!(u64::MAX), json!("18446744073709551615")),
        ],
    );
    assert_eq!(create(&t, &json!("é".repeat(5000))), Ok(json!("é".repeat(5000))));
    assert_eq!(create(&t, &json!("é".repeat(5001))), Err("validation_max_text_constraint"));
    let t = field("text", json!({"min": 2, "max": 3, "pattern": "^[a-z]+$"}));
    assert_eq!(create(&t, &json!("")), Ok(json!("")));
    assert_eq!(
        error(&t, json!("é")),
        json!({"code": "validation_min_text_constraint", "message": "Must be at least 2 character(s).", "params": {"min": 2}})
    );
    assert_eq!(
        error(&t, json!("abcd")),
        json!({"code": "validation_max_text_constraint", "message": "Must be no more than 3 character(s).", "params": {"max": 3}})
    );
    assert_eq!(
        error(&t, json!("ab1")),
        json!({"code": "validation_invalid_format", "message": "Invalid value format."})
    );
}

#[test]
fn primary_keys() {
    let free = field("text", json!({"primaryKey": true, "pattern": "^.+$"}));
    for (id, want) in [
        ("abc", None),
        ("com0", None),
        ("con1", None),
        ("aüx", None),
        ("a\u{b}b", None),
        ("a/b", Some(("validation_forbidden_pk_character", "'/' is not a valid primary key character."))),
        ("a\\b/", Some(("validation_forbidden_pk_character", "'/' is not a valid primary key character."))),
        ("a\0", Some(("validation_forbidden_pk_character", "'\0' is not a valid primary key character."))),
        ("con", Some(("validation_reserved_pk", "The primary key 'CON' is reserved and cannot be used."))),
        ("Lpt9", Some(("validation_reserved_pk", "The primary key 'LPT9' is reserved and cannot be used."))),
    ] {
        let got = free.check_primary_key(id).map_err(|error| (error.code, error.message));
        assert_eq!(got, want.map_or(Ok(()), |(code, message)| Err((code, message.to_string()))), "{id:?}");
    }
    let default = field("text", json!({"primaryKey": true, "pattern": DEFAULT_ID_PATTERN}));
    assert_eq!(default.check_primary_key("con"), Ok(()));
}

#[test]
fn numbers() {
    let n = field("number", json!({}));
    table(
        &n,
        &[
            (json!("5"), json!(5)),
            (json!(" 5 "), json!(0)),
            (json!("0x10"), json!(0)),
            (json!(["a"]), json!(0)),
            (json!(null), json!(0)),
            (json!(""), json!(0)),
            (json!("1e400"), json!(0)),
            (json!("+5"), json!(5)),
            (json!(true), json!(1)),
            (json!("1e3"), json!(1000)),
            (json!(1e-7), json!(1e-7)),
            (json!(-0.0), json!(0)),
            (json!(9007199254740993_i64), json!(9007199254740992_i64)),
        ],
    );
    for (input, want) in [(1e21, "1e+21"), (1e-7, "1e-7"), (1e20, "100000000000000000000"), (2.50, "2.5"), (3.0, "3")] {
        let mut out = Vec::new();
        n.write_json(n.coerce(&json!(input)).as_ref(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), want);
    }
    for word in ["NaN", "nan", "Inf", "-Inf", "infinity"] {
        assert_eq!(create(&n, &json!(word)), Err("validation_not_a_number"));
    }
    assert_eq!(create(&field("number", json!({"onlyInt": true})), &json!(1.5)), Err("validation_only_int_constraint"));
    let n = field("number", json!({"min": 2.5, "max": 1e21}));
    assert_eq!(create(&n, &json!(0)), Ok(json!(0)));
    assert_eq!(
        error(&n, json!(1)),
        json!({"code": "validation_min_number_constraint", "message": "Must be greater or equal than 2.5.", "params": {"min": 2.5}})
    );
    assert_eq!(
        error(&n, json!(1e22)),
        json!({"code": "validation_max_number_constraint", "message": "Must be less or equal than 1e+21.", "params": {"max": 1e21}})
    );
}

#[test]
fn bools() {
    let b = field("bool", json!({}));
    for yes in [json!(12), json!(-1), json!("t"), json!("TRUE"), json!("True"), json!("1"), json!(true)] {
        assert_eq!(create(&b, &yes), Ok(json!(true)), "{yes}");
    }
    for no in [json!(0), json!(null), json!(["a"]), json!("tRUE"), json!("2"), json!("yes"), json!("on"), json!("")] {
        assert_eq!(create(&b, &no), Ok(json!(false)), "{no}");
    }
}

#[test]
fn dates() {
    let d = field("date", json!({}));
    table(
        &d,
        &[
            (json!("2024-02-03"), json!("2024-02-03 00:00:00.000Z")),
            (json!("2024-02-03T04:05:06.987+02:00"), json!("2024-02-03 02:05:06.987Z")),
            (json!(1700000000), json!("")),
            (json!("1700000000"), json!("")),
            (json!("2024-02-03T04:05"), json!("")),
            (json!("x"), json!("")),
            (json!(true), json!("")),
            (json!(null), json!("")),
        ],
    );
    let d = field("date", json!({"min": "2024-01-01", "max": "2024-12-31 10:00:00.5Z"}));
    assert_eq!(create(&d, &json!("2024-12-31 10:00:00.500Z")), Ok(json!("2024-12-31 10:00:00.500Z")));
    let early = error(&d, json!("2023-12-31"));
    assert_eq!(early["code"], "validation_min_greater_equal_than_required");
    assert_eq!(early["message"], "Must be no less than 2024-01-01 00:00:00 +0000 UTC.");
    assert_eq!(early["params"], json!({"threshold": "2024-01-01T00:00:00Z"}));
    let late = error(&d, json!("2024-12-31 10:00:00.501Z"));
    assert_eq!(late["code"], "validation_max_less_equal_than_required");
    assert_eq!(late["params"], json!({"threshold": "2024-12-31T10:00:00.5Z"}));
}

#[test]
fn addresses() {
    let only = json!({"onlyDomains": ["ok.com"]});
    let except = json!({"exceptDomains": ["no.com"]});
    let (email, url) = (field("email", only.clone()), field("url", only));
    assert_eq!(create(&email, &json!("a@ok.com")), Ok(json!("a@ok.com")));
    assert_eq!(create(&url, &json!("http://u:p@ok.com/x")), Ok(json!("http://u:p@ok.com/x")));
    refused(
        &email,
        &[
            (json!("a@OK.com"), "validation_email_domain_not_allowed"),
            (json!("a"), "validation_is_email"),
            (json!(5), "validation_is_email"),
        ],
    );
    refused(
        &url,
        &[
            (json!("ok.com"), "validation_url_domain_not_allowed"),
            (json!("http://ok.com:80"), "validation_url_domain_not_allowed"),
            (json!("/x"), "validation_invalid_url"),
        ],
    );
    refused(&field("email", except.clone()), &[(json!("a@no.com"), "validation_email_domain_not_allowed")]);
    refused(&field("url", except.clone()), &[(json!("http://no.com"), "validation_url_domain_not_allowed")]);
    assert_eq!(create(&field("url", except), &json!("no.com")), Ok(json!("no.com")));
}

#[test]
fn json_documents() {
    let j = field("json", json!({}));
    table(
        &j,
        &[
            (json!("1"), json!(1)),
            (json!("abc"), json!("abc")),
            (json!(""), json!("")),
            (json!("null"), json!(null)),
            (json!(null), json!(null)),
            (json!("true"), json!(true)),
            (json!("true "), json!("true ")),
            (json!("[1,2]"), json!([1, 2])),
            (json!("[1,2"), json!("[1,2")),
            (json!("[1]x"), json!("[1]x")),
            (json!("{\"a\":1}"), json!({"a": 1})),
            (json!("\"q\""), json!("q")),
            (json!("-5"), json!(-5)),
            (json!("-"), json!("-")),
            (json!("01"), json!("01")),
            (json!(" 1"), json!(" 1")),
            (json!("NaN"), json!("NaN")),
            (json!("\u{1}"), json!("\u{1}")),
            (json!({"z": 1, "a": 2}), json!({"z": 1, "a": 2})),
        ],
    );
    for (input, stored) in [
        (json!(1e5), "100000"),
        (json!(9007199254740993_i64), "9007199254740993"),
        (json!({"z": 1.0, "a": [null]}), r#"{"z":1,"a":[null]}"#),
        (json!("[1.0 , \"a \\\" b\" ]\n"), r#"[1.0,"a \" b"]"#),
        (json!("123456789012345678901234567890"), "123456789012345678901234567890"),
    ] {
        assert_eq!(j.coerce(&input), Value::from(stored));
    }
    for unreadable in ["1e999", r#"{"a":1,"a":2}"#, r#""\ud800""#, &("[".repeat(1000) + &"]".repeat(1000))] {
        assert_eq!(create(&j, &json!(unreadable)), Err("validation_invalid_json"), "{unreadable}");
    }
    let small = field("json", json!({"maxSize": 8, "required": true}));
    assert_eq!(create(&small, &json!(12345678)), Ok(json!(12345678)));
    assert_eq!(create(&small, &json!(0)), Ok(json!(0)));
    assert_eq!(create(&small, &json!(false)), Ok(json!(false)));
    refused(&small, &[(json!(123456789), "validation_json_size_limit")]);
    for empty in [json!(null), json!(""), json!([]), json!({}), json!("[ ]"), json!("{ }"), json!("null")] {
        assert_eq!(create(&small, &empty), Err("validation_required"), "{empty}");
    }
    assert_eq!(j.validate(ValueRef::Text("{broken")).map_err(|error| error.code), Err("validation_invalid_json"));
}

#[test]
fn selects() {
    let values = json!(["a", "b", "c", "1", "2", "[x"]);
    let one = field("select", json!({"values": values}));
    table(
        &one,
        &[
            (json!(["a", "b"]), json!("b")),
            (json!("[\"a\",\"b\"]"), json!("b")),
            (json!(1), json!("1")),
            (json!(["", null]), json!("")),
            (json!({"a": 1}), json!("")),
            (json!(null), json!("")),
            (json!("[x"), json!("[x")),
            (json!(["a", ["b"]]), json!("")),
            (json!("[]"), json!("")),
        ],
    );
    refused(&one, &[(json!("a,b"), "validation_invalid_value"), (json!("[1,2]"), "validation_invalid_value")]);
    let many = field("select", json!({"values": values, "maxSelect": 2}));
    table(
        &many,
        &[
            (json!("a"), json!(["a"])),
            (json!(["a", "a", "b"]), json!(["a", "b"])),
            (json!([1, 2]), json!(["1", "2"])),
            (json!(["", null, "a"]), json!(["a"])),
            (json!("[\"a\",null]"), json!(["a"])),
            (json!(null), json!([])),
            (json!(""), json!([])),
            (json!([["a"]]), json!([])),
            (json!(["a", {}]), json!([])),
        ],
    );
    assert_eq!(
        error(&many, json!(["a", "zz", "yy"])),
        json!({"code": "validation_too_many_values", "message": "Select no more than 2.", "params": {"maxSelect": 2}})
    );
    assert_eq!(
        error(&many, json!(["a", "zz"])),
        json!({"code": "validation_invalid_value", "message": "Invalid value zz.", "params": {"value": "zz"}})
    );
}

#[test]
fn relations() {
    let options = json!({"collectionId": "c", "minSelect": 2, "maxSelect": 3});
    let r = field("relation", options);
    assert_eq!(create(&r, &json!([])), Ok(json!([])));
    assert_eq!(create(&r, &json!(["a", "b"])), Ok(json!(["a", "b"])));
    assert_eq!(
        error(&r, json!("a")),
        json!({"code": "validation_not_enough_values", "message": "Select at least 2.", "params": {"minSelect": 2}})
    );
    refused(&r, &[(json!(["a", "b", "c", "d"]), "validation_too_many_values")]);
}

#[test]
fn points() {
    let g = field("geoPoint", json!({}));
    let point = |lon: f64, lat: f64| json!({"lon": number(lon), "lat": number(lat)});
    fn number(n: f64) -> Json {
        convert::number_json(n)
    }
    table(
        &g,
        &[
            (json!({"lat": 1}), point(0.0, 1.0)),
            (json!("{\"lon\":3,\"lat\":4}"), point(3.0, 4.0)),
            (json!({"lat": null, "lon": 2, "x": 1}), point(2.0, 0.0)),
            (json!({"lat": "5", "LON": 1}), point(0.0, 0.0)),
            (json!({"lat": 1.5, "lon": 1e-7}), point(1e-7, 1.5)),
            (json!({"lat": -0.0}), point(0.0, 0.0)),
            (json!(null), point(0.0, 0.0)),
            (json!({}), point(0.0, 0.0)),
            (json!([1, 2]), point(0.0, 0.0)),
            (json!(1), point(0.0, 0.0)),
            (json!("garbage"), point(0.0, 0.0)),
        ],
    );
    refused(
        &g,
        &[
            (json!({"lat": 91, "lon": 181}), "validation_invalid_latitude"),
            (json!({"lon": -181}), "validation_invalid_longitude"),
        ],
    );
    assert_eq!(g.coerce(&json!({})), g.zero());
}

#[test]
fn editors_and_passwords() {
    let e = field("editor", json!({"maxSize": 5}));
    assert_eq!(create(&e, &json!("<b>")), Ok(json!("<b>")));
    assert_eq!(
        error(&e, json!("ééé")),
        json!({"code": "validation_content_size_limit", "message": "The maximum allowed content size is 5 bytes.",
               "params": {"maxSize": 5}})
    );
    let p = field("password", json!({"min": 3, "max": 5, "pattern": "^[a-zé]+$", "required": true}));
    assert_eq!(p.coerce(&json!("abc")), Value::from("abc"));
    assert_eq!(shown(&p, ValueRef::Text("$2a$10$hash")), json!(""));
    for (plain, want) in [
        ("abcé", Ok(())),
        ("", Err(("validation_required", "Cannot be blank."))),
        ("éé", Err(("validation_min_text_constraint", "Must be at least 3 character(s)."))),
        ("abcdef", Err(("validation_max_text_constraint", "Must be less than 5 character(s)."))),
        ("ab1", Err(("validation_invalid_format", "Invalid value format."))),
    ] {
        let got = p.check_password(plain).map_err(|error| (error.code, (error.message, error.params)));
        assert_eq!(got, want.map_err(|(code, message)| (code, (message.to_string(), Object::new()))), "{plain}");
    }
    let p = field("password", json!({}));
    assert_eq!(p.check_password(""), Ok(()));
    assert_eq!(p.check_password(&"x".repeat(71)), Ok(()));
    assert_eq!(p.check_password(&"x".repeat(72)).map_err(|error| error.code), Err("validation_max_text_constraint"));
    assert_eq!(p.check_password(&"é".repeat(71)), Ok(()));
    let key = "\u{1F511}";
    assert_eq!(p.check_password(&key.repeat(63)), Ok(()));
    assert_eq!(p.check_password(&key.repeat(64)).map_err(|error| error.code), Err("validation_invalid_value"));
}

#[test]
fn files() {
    let f = field("file", json!({"maxSelect": 2, "maxSize": 10, "mimeTypes": ["image/png", "application/xml"]}));
    let stored = ValueRef::Text(r#"["old.png"]"#);
    let upload = |name, size, mime| Upload { original: "My File", name, size, mime };
    let uploads = [
        upload("new.png", 10, "image/png"),
        upload("b.xml", 0, "text/xml; charset=utf-8"),
        upload("big.png", 11, "image/png"),
        upload("t.txt", 1, "text/plain"),
        upload(".x", 1, "image/png"),
    ];
    for (value, want) in [
        (r#"["old.png","new.png"]"#, Ok(())),
        (r#"["b.xml"]"#, Ok(())),
        ("[]", Ok(())),
        (r#"["a","old.png","b"]"#, Err(("validation_invalid_file", "Invalid new files: [a b]."))),
        (r#"["old.png","new.png","b.xml"]"#, Err(("validation_too_many_files", "The maximum allowed files is 2."))),
        (
            r#"["big.png"]"#,
            Err((
                "validation_file_size_limit",
                "Failed to upload My File - the maximum allowed file size is 10 bytes.",
            )),
        ),
        (
            r#"["t.txt"]"#,
            Err(("validation_invalid_mime_type", "\"t.txt\" mime type must be one of: image/png, application/xml.")),
        ),
        (r#"[".x"]"#, Err(("validation_match_invalid", "Must be in a valid format."))),
    ] {
        let got = f.check_files(stored, ValueRef::Text(value), &uploads).map_err(|error| (error.code, error.message));
        assert_eq!(got, want.map_err(|(code, message)| (code, message.to_string())), "{value}");
    }
    let long = "n".repeat(151);
    let got = f.check_files(ValueRef::Null, ValueRef::Text(&long), &[upload(&long, 1, "image/png")]);
    assert_eq!(got.map_err(|error| error.code), Err("validation_length_out_of_range"));
}

#[test]
fn required_means_not_zero() {
    for kind in
        ["text", "number", "bool", "email", "url", "editor", "date", "file", "relation", "json", "password", "geoPoint"]
    {
        let f = field(kind, json!({"required": true, "min": null}));
        assert_eq!(f.validate(f.zero().as_ref()), Err(FieldError::required()), "{kind}");
        let optional = field(kind, json!({}));
        assert_eq!(optional.validate(optional.zero().as_ref()), Ok(()), "{kind}");
    }
    for max_select in [1, 2] {
        let f = field("select", json!({"required": true, "values": ["a", "b"], "maxSelect": max_select}));
        assert_eq!(f.validate(f.zero().as_ref()), Err(FieldError::required()));
    }
}

#[test]
fn rows_of_foreign_classes_are_shown_sensibly() {
    let many = json!({"maxSelect": 3});
    let view = json!({"maxSize": 1});
    for (kind, options, stored, want) in [
        ("text", json!({}), ValueRef::Null, json!("")),
        ("text", json!({}), ValueRef::Int(5), json!("5")),
        ("text", json!({}), ValueRef::Real(1.5), json!("1.5")),
        ("number", json!({}), ValueRef::Null, json!(0)),
        ("number", json!({}), ValueRef::Text("1.5"), json!(1.5)),
        ("number", json!({}), ValueRef::Text("x"), json!(0)),
        ("bool", json!({}), ValueRef::Text("true"), json!(true)),
        ("bool", json!({}), ValueRef::Null, json!(false)),
        ("date", json!({}), ValueRef::Text("2024-01-01"), json!("2024-01-01 00:00:00.000Z")),
        ("date", json!({}), ValueRef::Null, json!("")),
        ("date", json!({}), ValueRef::Int(5), json!("")),
        ("relation", json!({}), ValueRef::Text(r#"["a","b"]"#), json!("b")),
        ("relation", json!({}), ValueRef::Null, json!("")),
        ("relation", many.clone(), ValueRef::Text(""), json!([])),
        ("relation", many.clone(), ValueRef::Null, json!([])),
        ("relation", many.clone(), ValueRef::Text("a"), json!(["a"])),
        ("relation", many.clone(), ValueRef::Text("[1, \"b\"]"), json!(["1", "b"])),
        ("relation", many, ValueRef::Text("[broken"), json!(["[broken"])),
        ("json", view.clone(), ValueRef::Null, json!(null)),
        ("json", view.clone(), ValueRef::Int(5), json!(5)),
        ("json", view.clone(), ValueRef::Real(1.5), json!(1.5)),
        ("json", view.clone(), ValueRef::Text("plain"), json!("plain")),
        ("json", view.clone(), ValueRef::Text(""), json!("")),
        ("json", view.clone(), ValueRef::Text("{broken"), json!("{broken")),
        ("json", view, ValueRef::Text(r#"{"a":[1]}"#), json!({"a": [1]})),
        ("geoPoint", json!({}), ValueRef::Null, json!({"lon": 0, "lat": 0})),
        ("geoPoint", json!({}), ValueRef::Text("x"), json!({"lon": 0, "lat": 0})),
        ("geoPoint", json!({}), ValueRef::Text(r#"{"lat":1.5}"#), json!({"lon": 0, "lat": 1.5})),
    ] {
        assert_eq!(shown(&field(kind, options), stored), want, "{kind} {stored:?}");
    }
}

#[test]
fn definitions_have_exactly_their_keys() {
    const COMMON: &str = "id name type system hidden presentable";
    for (kind, keys) in [
        ("text", "required help min max pattern autogeneratePattern primaryKey"),
        ("number", "required help min max onlyInt"),
        ("bool", "required help"),
        ("email", "required help onlyDomains exceptDomains"),
        ("url", "required help onlyDomains exceptDomains"),
        ("editor", "required help maxSize convertURLs"),
        ("date", "required help min max"),
        ("autodate", "onCreate onUpdate"),
        ("select", "required help values maxSelect"),
        ("file", "required help maxSelect maxSize mimeTypes thumbs protected"),
        ("relation", "required help collectionId cascadeDelete minSelect maxSelect"),
        ("json", "required help maxSize"),
        ("password", "required help min max pattern cost"),
        ("geoPoint", "required help"),
    ] {
        let f = field(kind, json!({"required": true, "help": "h", "hidden": true}));
        let written = f.to_json();
        let want: Vec<&str> = COMMON.split(' ').chain(keys.split(' ')).collect();
        assert_eq!(written.keys().map(String::as_str).collect::<Vec<_>>(), want, "{kind}");
        assert_eq!(Field::from_json(&written).as_ref(), Ok(&f));
    }
    let number = field("number", json!({"min": 1, "max": 2.5})).to_json();
    assert_eq!((&number["min"], &number["max"]), (&json!(1), &json!(2.5)));
    let date = field("date", json!({"min": "2024-01-01", "max": "garbage"})).to_json();
    assert_eq!((&date["min"], &date["max"]), (&json!("2024-01-01 00:00:00.000Z"), &json!("")));
}

#[test]
fn unreadable_definitions_are_refused() {
    for (kind, options) in [
        ("foo", json!({})),
        ("Text", json!({})),
        ("", json!({})),
        ("text", json!({"min": "1"})),
        ("text", json!({"min": 1.0})),
        ("text", json!({"min": 1e300})),
        ("text", json!({"hidden": "true"})),
        ("text", json!({"name": 5})),
        ("text", json!({"id": 5})),
        ("text", json!({"type": null})),
        ("number", json!({"min": "a"})),
        ("select", json!({"values": "a"})),
        ("select", json!({"values": [1]})),
        ("date", json!({"min": 5})),
    ] {
        assert!(load(kind, options.clone()).is_err(), "{kind} {options}");
    }
    let nulls = json!({"id": null, "min": null, "hidden": null, "pattern": null});
    assert!(load("text", nulls).is_ok_and(|f| f.id.is_empty()));
    assert_eq!(field("select", json!({"values": ["a", null]})).to_json()["values"], json!(["a", ""]));
}
