//! One JSON object laid onto another.

use crate::value::{Json, Object};

/// Properties that hold `null` besides their own type.
const NULLABLE: [&str; 9] =
    ["listRule", "viewRule", "createRule", "updateRule", "deleteRule", "authRule", "manageRule", "pkce", "historyDays"];

/// Merges `from` onto `onto`. A list does not stand for an object: serde would take its items for the members. The error
/// is a sentence.
pub(super) fn deep(onto: &mut Object, from: &Object) -> Result<(), String> {
    for (key, value) in from {
        match (onto.get_mut(key), value) {
            (Some(Json::Object(onto)), Json::Object(from)) => deep(onto, from)?,
            (Some(Json::Object(_)), Json::Array(_)) => return Err(format!("{key} must be an object")),
            (Some(slot), Json::Null) if !NULLABLE.contains(&key.as_str()) => zero(slot),
            (Some(slot), value) => *slot = value.clone(),
            (None, value) => {
                onto.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(())
}

/// Makes it the empty value of its type.
fn zero(json: &mut Json) {
    match json {
        Json::Null => {}
        Json::Bool(flag) => *flag = false,
        Json::Number(_) => *json = 0.into(),
        Json::String(text) => text.clear(),
        Json::Array(list) => list.clear(),
        Json::Object(object) => {
            for (key, part) in object.iter_mut() {
                if NULLABLE.contains(&key.as_str()) { *part = Json::Null } else { zero(part) }
            }
        }
    }
}
