//! Collections as JSON for clients (secrets left out) and as rows of `_collections` (secrets kept).

use std::fmt;

use super::auth_options::AuthOptions;
use super::{Collection, CollectionKind, Field, RuleSet};
use crate::value::{Json, Object, Row, Value, json};

/// The columns of `_collections`, in the order of [`Collection::to_row`].
pub const COLUMNS: [&str; 14] = [
    "id",
    "system",
    "type",
    "name",
    "fields",
    "indexes",
    "listRule",
    "viewRule",
    "createRule",
    "updateRule",
    "deleteRule",
    "options",
    "created",
    "updated",
];

/// Ours, not the protocol's: shown only where it is set.
const HISTORY_DAYS: &str = "historyDays";

/// JSON that is not a collection: says which part has the wrong type.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadError(pub String);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a collection: {}", self.0)
    }
}

impl std::error::Error for LoadError {}

impl Collection {
    /// As clients see it: exactly the properties of its type, no secrets.
    pub fn to_json(&self) -> Object {
        let mut object = self.to_full_json();
        if self.is_auth() {
            for part in object.values_mut() {
                remove_secrets(part);
            }
        }
        object
    }

    /// Everything, secrets included: what a submitted object is merged onto.
    pub(super) fn to_full_json(&self) -> Object {
        let rule = |rule: &Option<String>| Json::from(rule.clone());
        let mut object = Object::new();
        let mut put = |key: &str, value: Json| object.insert(key.to_string(), value);
        put("id", self.id.as_str().into());
        put("listRule", rule(&self.rules.list));
        put("viewRule", rule(&self.rules.view));
        put("createRule", rule(&self.rules.create));
        put("updateRule", rule(&self.rules.update));
        put("deleteRule", rule(&self.rules.delete));
        put("name", self.name.as_str().into());
        put("type", self.type_name().into());
        put("fields", self.fields_json());
        put("indexes", self.indexes.clone().into());
        put("created", self.created.as_str().into());
        put("updated", self.updated.as_str().into());
        put("system", self.system.into());
        object.extend(self.options_json());
        object
    }

    /// The inverse of `to_full_json`: every property of the type must be there.
    pub(super) fn from_full_json(object: &Object) -> Result<Collection, LoadError> {
        let kind = match text(object, "type")?.as_str() {
            "auth" => {
                let options = serde_json::from_value::<AuthOptions>(Json::Object(object.clone()));
                CollectionKind::Auth(Box::new(options.map_err(|error| LoadError(error.to_string()))?))
            }
            "view" => CollectionKind::View(text(object, "viewQuery")?),
            _ => CollectionKind::Base,
        };
        let field = |item: &Json| match item {
            Json::Object(item) => Field::from_json(item).map_err(|error| LoadError(error.to_string())),
            _ => Err(LoadError("fields must be objects".to_string())),
        };
        Ok(Collection {
            id: text(object, "id")?,
            name: text(object, "name")?,
            system: object.get("system").and_then(Json::as_bool).ok_or_else(|| wrong("system"))?,
            kind,
            fields: list(object, "fields")?.iter().map(field).collect::<Result<_, _>>()?,
            indexes: list(object, "indexes")?
                .iter()
                .map(|item| item.as_str().map(String::from).ok_or_else(|| wrong("indexes")))
                .collect::<Result<_, _>>()?,
            rules: RuleSet {
                list: rule(object, "listRule")?,
                view: rule(object, "viewRule")?,
                create: rule(object, "createRule")?,
                update: rule(object, "updateRule")?,
                delete: rule(object, "deleteRule")?,
            },
            created: text(object, "created")?,
            updated: text(object, "updated")?,
            history_days: match object.get(HISTORY_DAYS) {
                None | Some(Json::Null) => None,
                Some(days) => {
                    let days = days.as_u64().and_then(|days| u32::try_from(days).ok());
                    Some(days.ok_or_else(|| wrong(HISTORY_DAYS))?)
                }
            },
        })
    }

    /// The values of its `_collections` row in the order of [`COLUMNS`].
    pub fn to_row(&self) -> [Value; COLUMNS.len()] {
        let rule = |rule: &Option<String>| rule.as_deref().map_or(Value::Null, Value::from);
        [
            self.id.as_str().into(),
            self.system.into(),
            self.type_name().into(),
            self.name.as_str().into(),
            json::text(&self.fields_json()).into(),
            json::text(&self.indexes.clone().into()).into(),
            rule(&self.rules.list),
            rule(&self.rules.view),
            rule(&self.rules.create),
            rule(&self.rules.update),
            rule(&self.rules.delete),
            json::text(&Json::Object(self.options_json())).into(),
            self.created.as_str().into(),
            self.updated.as_str().into(),
        ]
    }

    /// Reads a `_collections` row selected in the order of [`COLUMNS`]. Options that are missing take their defaults.
    pub fn from_row(row: &(impl Row + ?Sized)) -> Result<Collection, LoadError> {
        let mut object = Object::new();
        for (index, name) in COLUMNS.into_iter().enumerate() {
            let value = row.value(index);
            let value = match name {
                "system" => Json::Bool(value.is_true()),
                "fields" | "indexes" | "options" => {
                    json::parse(value.text().as_bytes()).map_err(|error| LoadError(format!("{name}: {error}")))?
                }
                _ if value == crate::value::ValueRef::Null => Json::Null,
                _ => Json::from(value.text()),
            };
            object.insert(name.to_string(), value);
        }
        if let Some(Json::Object(options)) = object.remove("options") {
            if object.get("type").and_then(Json::as_str) == Some("auth") {
                let defaults = serde_json::to_value(AuthOptions::default()).unwrap_or_default();
                if let Json::Object(defaults) = defaults {
                    object.extend(defaults);
                }
            }
            super::overlay::deep(&mut object, &options).map_err(LoadError)?;
        }
        Collection::from_full_json(&object)
    }

    fn fields_json(&self) -> Json {
        Json::Array(self.fields.iter().map(|field| Json::Object(field.to_json())).collect())
    }

    /// The properties only its type has, and those that are there only when they are not what is usual.
    fn options_json(&self) -> Object {
        let mut options = match &self.kind {
            CollectionKind::Base => Object::new(),
            CollectionKind::View(query) => Object::from_iter([("viewQuery".to_string(), Json::from(query.as_str()))]),
            CollectionKind::Auth(options) => match serde_json::to_value(options) {
                Ok(Json::Object(object)) => object,
                // Plain structs of texts, numbers and flags always serialise to an object.
                Ok(_) | Err(_) => Object::new(),
            },
        };
        if let Some(days) = self.history_days {
            options.insert(HISTORY_DAYS.to_string(), days.into());
        }
        options
    }
}

/// Drops every `secret` and `clientSecret` below `json`, but nothing from `extra`, which is the owner's own.
fn remove_secrets(json: &mut Json) {
    match json {
        Json::Object(object) => {
            object.shift_remove("secret");
            object.shift_remove("clientSecret");
            for (_, part) in object.iter_mut().filter(|(key, _)| *key != "extra") {
                remove_secrets(part);
            }
        }
        Json::Array(list) => list.iter_mut().for_each(remove_secrets),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn wrong(key: &str) -> LoadError {
    LoadError(format!("{key} has the wrong type"))
}

fn text(object: &Object, key: &str) -> Result<String, LoadError> {
    object.get(key).and_then(Json::as_str).map(String::from).ok_or_else(|| wrong(key))
}

fn list<'a>(object: &'a Object, key: &str) -> Result<&'a [Json], LoadError> {
    object.get(key).and_then(Json::as_array).map(Vec::as_slice).ok_or_else(|| wrong(key))
}

fn rule(object: &Object, key: &str) -> Result<Option<String>, LoadError> {
    match object.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Ids;
    use crate::schema::scaffold::{scaffold, system_collections};

    fn keys(type_name: &str) -> Vec<String> {
        let collection = scaffold(type_name, &Ids::seeded(1)).expect("a type");
        collection.to_json().keys().cloned().collect()
    }

    #[test]
    fn each_type_has_its_own_keys() {
        let base =
            "id listRule viewRule createRule updateRule deleteRule name type fields indexes created updated system";
        let auth = "authRule manageRule authAlert oauth2 passwordAuth mfa otp authToken passwordResetToken emailChangeToken \
                    verificationToken fileToken verificationTemplate resetPasswordTemplate confirmEmailChangeTemplate";
        assert_eq!(keys("base").join(" "), base);
        assert_eq!(keys("view").join(" "), format!("{base} viewQuery"));
        assert_eq!(keys("auth").join(" "), format!("{base} {auth}"));
    }

    #[test]
    fn clients_never_see_secrets() {
        let mut collection = scaffold("auth", &Ids::seeded(1)).expect("a type");
        if let CollectionKind::Auth(options) = &mut collection.kind {
            let provider = super::super::auth_options::Provider { client_secret: "hush".into(), ..Default::default() };
            options.oauth2.providers.push(provider);
        }
        let text = json::text(&Json::Object(collection.to_json()));
        assert!(!text.contains("ecret\"") && !text.contains("hush"), "{text}");
        assert!(text.contains(r#""authToken":{"duration":432000}"#));
        let provider = r#"{"name":"","clientId":"","authURL":"","tokenURL":"","userInfoURL":"","displayName":"","pkce":null,"extra":{}}"#;
        assert!(text.contains(provider), "{text}");
    }

    #[test]
    fn rows_keep_everything() {
        for collection in system_collections(&Ids::seeded(1)) {
            assert_eq!(Collection::from_row(&*collection.to_row().to_vec()), Ok(collection));
        }
    }

    #[test]
    fn days_of_history_are_kept_and_shown_where_set() {
        for kind in ["base", "auth"] {
            let mut collection = scaffold(kind, &Ids::seeded(1)).expect("a type");
            assert!(!collection.to_json().contains_key("historyDays"));
            collection.history_days = Some(0);
            assert_eq!(collection.to_json()["historyDays"], 0);
            assert_eq!(Collection::from_row(&*collection.to_row().to_vec()), Ok(collection));
        }
    }

    #[test]
    fn options_missing_in_a_row_are_defaults() {
        let collection = scaffold("auth", &Ids::seeded(1)).expect("a type");
        let mut row = collection.to_row().to_vec();
        row[11] = r#"{"authToken":{"duration":5,"secret":"x"},"unknown":1}"#.into();
        let read = Collection::from_row(&*row).expect("a collection");
        let options = read.auth().expect("auth");
        assert_eq!((options.auth_token.duration, options.auth_token.secret.as_str()), (5, "x"));
        assert_eq!(options.otp.length, 8);
    }
}
