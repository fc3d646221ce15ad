//! Write modifiers: `views+`, `tags-`, `+tags`, `slug:autogenerate` in a submitted body become the plain keys they mean.

use std::borrow::Cow;

use super::field::convert::{number_json, number_of, to_list, to_number, to_text};
use super::{Collection, Field, FieldKind, generate};
use crate::id::Ids;
use crate::value::{Json, Object, Row, list};

/// What a modifier does to the value so far.
#[derive(Clone, Copy)]
enum Modifier {
    Add,
    Subtract,
    Append,
    Prepend,
    Remove,
    Autogenerate,
}

/// The body with every modifier key replaced by its field's final value, counted from `current` (or from a plain key of
/// the same body). Shorter keys go first, so a plain value precedes its modifiers. Other keys stay as they are.
pub fn resolve<'a>(
    collection: &Collection,
    body: &'a Object,
    current: &(impl Row + ?Sized),
    ids: &Ids,
) -> Cow<'a, Object> {
    if !body.keys().any(|key| key.contains(['+', '-', ':'])) {
        return Cow::Borrowed(body);
    }
    let mut keys: Vec<(&String, &Json)> = body.iter().collect();
    keys.sort_by_key(|(key, _)| key.len());
    let mut out = Object::new();
    for (key, input) in keys {
        let Some((index, field, modifier)) = find(collection, key) else {
            out.insert(key.clone(), input.clone());
            continue;
        };
        let so_far = out.get(&field.name);
        let value = match modifier {
            Modifier::Add | Modifier::Subtract => {
                let base = so_far.map_or_else(|| number_of(current.value(index)), to_number);
                let operand = to_number(input);
                number_json(if matches!(modifier, Modifier::Add) { base + operand } else { base - operand })
            }
            Modifier::Append | Modifier::Prepend | Modifier::Remove => {
                let base = so_far.map_or_else(|| field.items(current.value(index)).collect(), to_list);
                changed_list(field, modifier, base, to_list(input))
            }
            Modifier::Autogenerate => generated(field, input, ids),
        };
        out.insert(field.name.clone(), value);
    }
    Cow::Owned(out)
}

/// The field and modifier a key names; only modifiers that fit the field's type count.
fn find<'a>(collection: &'a Collection, key: &str) -> Option<(usize, &'a Field, Modifier)> {
    let (name, sign) = match (key.strip_prefix('+'), key.strip_suffix('+'), key.strip_suffix('-')) {
        (Some(name), _, _) => (name, Modifier::Prepend),
        (_, Some(name), _) => (name, Modifier::Append),
        (_, _, Some(name)) => (name, Modifier::Remove),
        (None, None, None) => (key.strip_suffix(":autogenerate")?, Modifier::Autogenerate),
    };
    let (index, field) = collection.field(name)?;
    let modifier = match (&field.kind, sign) {
        (FieldKind::Number { .. }, Modifier::Append) => Modifier::Add,
        (FieldKind::Number { .. }, Modifier::Remove) => Modifier::Subtract,
        (FieldKind::Text { .. }, Modifier::Autogenerate) => Modifier::Autogenerate,
        (
            FieldKind::Select { .. } | FieldKind::File { .. } | FieldKind::Relation { .. },
            Modifier::Append | Modifier::Prepend | Modifier::Remove,
        ) => sign,
        _ => return None,
    };
    Some((index, field, modifier))
}

fn changed_list(field: &Field, modifier: Modifier, base: Vec<Cow<'_, str>>, operand: Vec<Cow<'_, str>>) -> Json {
    let mut items: Vec<Cow<'_, str>> = match modifier {
        Modifier::Prepend => operand.into_iter().chain(base).collect(),
        Modifier::Remove => base.into_iter().filter(|item| !operand.contains(item)).collect(),
        Modifier::Append | Modifier::Add | Modifier::Subtract | Modifier::Autogenerate => {
            base.into_iter().chain(operand).collect()
        }
    };
    list::tidy(&mut items);
    if field.is_multiple() {
        Json::Array(items.into_iter().map(|item| Json::String(item.into_owned())).collect())
    } else {
        Json::String(items.pop().unwrap_or_default().into_owned())
    }
}

/// The submitted text and what the field's pattern makes; without a usable pattern the text alone.
fn generated(field: &Field, input: &Json, ids: &Ids) -> Json {
    let mut text = to_text(input).into_owned();
    if let FieldKind::Text { autogenerate, .. } = &field.kind
        && let Ok(fresh) = generate::text(autogenerate, ids)
    {
        text.push_str(&fresh);
    }
    Json::String(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{CollectionKind, RuleSet};
    use crate::value::Value;
    use serde_json::json;

    fn collection() -> Collection {
        let field = |definition: Json| Field::from_json(definition.as_object().unwrap()).unwrap();
        let letters = ["a", "b", "c", "d"];
        Collection {
            id: "c".into(),
            name: "c".into(),
            system: false,
            kind: CollectionKind::Base,
            fields: vec![
                field(json!({"name": "n", "type": "number"})),
                field(json!({"name": "s", "type": "select", "values": letters})),
                field(json!({"name": "sm", "type": "select", "values": letters, "maxSelect": 4})),
                field(json!({"name": "t", "type": "text", "autogeneratePattern": "xyz"})),
                field(json!({"name": "t2", "type": "text"})),
                field(json!({"name": "b", "type": "bool"})),
            ],
            indexes: vec![],
            rules: RuleSet::default(),
            created: String::new(),
            updated: String::new(),
            history_days: None,
        }
    }

    #[test]
    fn modifiers_resolve() {
        let current = [5.into(), "a".into(), r#"["a","b"]"#.into(), "x".into(), "".into(), Value::Int(1)];
        for (body, want) in [
            (json!({"n": 1, "zz": [1], "zz+": 2}), json!({"n": 1, "zz": [1], "zz+": 2})),
            (json!({"n+": 2}), json!({"n": 7})),
            (json!({"n-": "2"}), json!({"n": 3})),
            (json!({"n+": 0.5}), json!({"n": 5.5})),
            (json!({"n+": null}), json!({"n": 5})),
            (json!({"n+": "NaN"}), json!({"n": "NaN"})),
            (json!({"n+": 2, "n": 1}), json!({"n": 3})),
            (json!({"n+": 1, "n-": 3}), json!({"n": 3})),
            (json!({"sm+": "c"}), json!({"sm": ["a", "b", "c"]})),
            (json!({"sm+": ["a", "c"]}), json!({"sm": ["a", "b", "c"]})),
            (json!({"sm+": null}), json!({"sm": ["a", "b"]})),
            (json!({"+sm": ["d", "a"]}), json!({"sm": ["d", "a", "b"]})),
            (json!({"sm-": "a"}), json!({"sm": ["b"]})),
            (json!({"sm-": ["a", "b"]}), json!({"sm": []})),
            (json!({"+sm": "c", "sm+": "d"}), json!({"sm": ["c", "a", "b", "d"]})),
            (json!({"sm+": "c", "sm-": "c"}), json!({"sm": ["a", "b"]})),
            (json!({"sm-": "c", "sm+": "c"}), json!({"sm": ["a", "b", "c"]})),
            (json!({"sm": ["c"], "sm+": "d", "+sm": "a", "sm-": "c"}), json!({"sm": ["a", "d"]})),
            (json!({"s+": "b"}), json!({"s": "b"})),
            (json!({"+s": "b"}), json!({"s": "a"})),
            (json!({"s-": "a"}), json!({"s": ""})),
            (json!({"s-": "b"}), json!({"s": "a"})),
            (json!({"t:autogenerate": "pre-"}), json!({"t": "pre-xyz"})),
            (json!({"t:autogenerate": 5, "t": "q"}), json!({"t": "5xyz"})),
            (json!({"t2:autogenerate": "z"}), json!({"t2": "z"})),
            (json!({"+n": 1, "t+": "z", "b+": 1}), json!({"+n": 1, "t+": "z", "b+": 1})),
        ] {
            let body = body.as_object().unwrap();
            let got = resolve(&collection(), body, current.as_slice(), &Ids::seeded(1)).into_owned();
            assert_eq!(Json::Object(got), want, "{body:?}");
        }
    }

    #[test]
    fn nothing_is_current_on_create() {
        let body = json!({"n-": 2, "sm+": "c", "s+": "a"});
        let got = resolve(&collection(), body.as_object().unwrap(), [].as_slice(), &Ids::seeded(1)).into_owned();
        assert_eq!(Json::Object(got), json!({"n": -2, "s": "a", "sm": ["c"]}));
    }
}
