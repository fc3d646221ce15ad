//! Values that do not look as our columns have them: what PocketBase would answer for them, in our form.

use crate::schema::{Field, FieldKind};
use crate::sql::transfer::Shape;
use crate::value::{Json, Value, ValueRef, json};

/// Any stored value in the form of its column. PocketBase reads every column as text and then as if a client had sent
/// it, so that is what happens here. JSON that only we refuse is kept as it is.
pub fn convert(shape: Shape, raw: ValueRef<'_>) -> Value {
    let text = match raw {
        ValueRef::Null => return field(shape).zero(),
        ValueRef::Text(text) => text.to_string(),
        // The shortest digits that are the same number.
        ValueRef::Int(_) | ValueRef::Real(_) => number_text(raw),
    };
    let value = field(shape).coerce(&Json::String(text));
    match (&value, raw) {
        (Value::Text(marked), ValueRef::Text(text)) if shape == Shape::Json && marked.starts_with(' ') => text.into(),
        _ => value,
    }
}

/// The value says something else than before, or said nothing; not so when only its form is another.
pub fn is_repaired(shape: Shape, raw: ValueRef<'_>, value: &Value) -> bool {
    match (shape, raw, value) {
        (_, ValueRef::Text(before), Value::Text(after)) => match shape {
            Shape::Json => after.starts_with('"') && !before.starts_with('"'),
            Shape::Many => !before.starts_with('[') && !before.is_empty(),
            Shape::Text | Shape::Number | Shape::Flag | Shape::Date | Shape::One | Shape::Point => before != after,
        },
        (Shape::Json, _, _) => false,
        (_, ValueRef::Int(_) | ValueRef::Real(_), Value::Text(after)) => number_text(raw) != *after,
        (_, before, after) => before != after.as_ref(),
    }
}

fn number_text(raw: ValueRef<'_>) -> String {
    let mut out = Vec::new();
    match raw {
        ValueRef::Int(n) => json::write_int(&mut out, n),
        ValueRef::Real(n) => json::write_real(&mut out, n),
        ValueRef::Null | ValueRef::Text(_) => {}
    }
    String::from_utf8(out).unwrap_or_default()
}

/// A field whose values have this shape.
fn field(shape: Shape) -> Field {
    let select = |max_select| FieldKind::Select { values: Vec::new(), max_select };
    let kind = match shape {
        Shape::Text => FieldKind::Editor { max_size: 0, convert_urls: false },
        Shape::Number => FieldKind::Number { min: None, max: None, only_int: false },
        Shape::Flag => FieldKind::Bool,
        Shape::Date => FieldKind::Date { min: String::new(), max: String::new() },
        Shape::One => select(1),
        Shape::Many => select(2),
        Shape::Json => FieldKind::Json { max_size: 0 },
        Shape::Point => FieldKind::GeoPoint,
    };
    Field {
        id: String::new(),
        name: String::new(),
        system: false,
        hidden: false,
        presentable: false,
        required: false,
        help: String::new(),
        kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_form_of_their_column() {
        let text = ValueRef::Text;
        for (shape, raw, want, repaired) in [
            (Shape::Text, ValueRef::Null, Value::from(""), true),
            (Shape::Text, ValueRef::Int(5), "5".into(), false),
            (Shape::Number, ValueRef::Null, Value::Int(0), true),
            (Shape::Number, text("12.50"), Value::Real(12.5), true),
            (Shape::Number, text("no"), Value::Int(0), true),
            (Shape::Flag, text("true"), Value::Int(1), true),
            (Shape::Flag, ValueRef::Int(2), Value::Int(0), true),
            (Shape::Date, text("2024-05-01 10:00:00Z"), "2024-05-01 10:00:00.000Z".into(), true),
            (Shape::Date, text("soon"), "".into(), true),
            (Shape::One, text(r#"["a","b"]"#), "b".into(), true),
            (Shape::One, text("[]"), "".into(), true),
            (Shape::One, text("a [b]"), "a [b]".into(), false),
            (Shape::One, ValueRef::Int(7), "7".into(), false),
            (Shape::Many, ValueRef::Null, "[]".into(), true),
            (Shape::Many, text(""), "[]".into(), false),
            (Shape::Many, text("one"), r#"["one"]"#.into(), true),
            (Shape::Many, ValueRef::Int(5), r#"["5"]"#.into(), true),
            (Shape::Many, text(r#"[ "a", "b" ]"#), r#"["a","b"]"#.into(), false),
            (Shape::Point, text(r#"{ "lat": 1, "lon": 2 }"#), r#"{"lon":2,"lat":1}"#.into(), true),
            (Shape::Point, text("north"), r#"{"lon":0,"lat":0}"#.into(), true),
        ] {
            let value = convert(shape, raw);
            assert_eq!(value, want, "{shape:?} {raw:?}");
            assert_eq!(is_repaired(shape, raw, &value), repaired, "{shape:?} {raw:?}");
        }
    }

    #[test]
    fn json_keeps_every_digit() {
        let text = ValueRef::Text;
        for (raw, want) in [
            (ValueRef::Null, Value::Null),
            (text("null"), Value::Null),
            (text(""), r#""""#.into()),
            (ValueRef::Int(9_007_199_254_740_993), "9007199254740993".into()),
            (ValueRef::Real(0.1 + 0.2), "0.30000000000000004".into()),
            (ValueRef::Real(1e29), "1e+29".into()),
            (text(r#""12""#), r#""12""#.into()),
            (text(r#"{ "b": 1.50, "a": [ ] }"#), r#"{"b":1.50,"a":[]}"#.into()),
            (text(" [1]"), r#"" [1]""#.into()),
            (text("plain"), r#""plain""#.into()),
            (text(r#"{"a":1,"a":2}"#), r#"{"a":1,"a":2}"#.into()),
        ] {
            assert_eq!(convert(Shape::Json, raw), want, "{raw:?}");
        }
    }
}
