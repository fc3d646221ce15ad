//! A submitted JSON object merged onto a scaffold or a stored collection: objects merge, arrays replace, `null` empties.

use super::collection_json::LoadError;
use super::ids::field_id;
use super::overlay::deep;
use super::scaffold::scaffold;
use super::{Collection, Field};
use crate::id::Ids;
use crate::value::{Json, Object};

/// A collection as submitted, on its way to normalisation and validation.
#[derive(Clone, Debug)]
pub struct Draft {
    pub collection: Collection,
    /// The `type` asked for, which may not exist or not be the stored one.
    pub type_name: String,
}

impl Draft {
    /// A new collection: `body` on the scaffold of its type. Fails on values of the wrong JSON type.
    pub fn create(body: &Object, ids: &Ids) -> Result<Draft, LoadError> {
        let type_name = match body.get("type") {
            None | Some(Json::Null) => "base",
            Some(Json::String(text)) if text.is_empty() => "base",
            Some(Json::String(text)) => text,
            Some(_) => return Err(LoadError("type must be a text".to_string())),
        };
        let scaffold = scaffold(type_name, ids).or_else(|| scaffold("base", ids));
        let scaffold = scaffold.ok_or_else(|| LoadError("no scaffold".to_string()))?;
        Draft::merge(&scaffold, body, type_name)
    }

    /// `body` on a stored collection, whose type stays. Fails on values of the wrong JSON type.
    pub fn update(stored: &Collection, body: &Object) -> Result<Draft, LoadError> {
        let type_name = match body.get("type") {
            None | Some(Json::Null) => stored.type_name(),
            Some(Json::String(text)) => text,
            Some(_) => return Err(LoadError("type must be a text".to_string())),
        };
        Draft::merge(stored, body, type_name)
    }

    fn merge(base: &Collection, body: &Object, type_name: &str) -> Result<Draft, LoadError> {
        let mut object = base.to_full_json();
        let mut body = body.clone();
        for fixed in ["type", "created", "updated"] {
            body.shift_remove(fixed);
        }
        let fields = body.shift_remove("fields");
        if let Some(Json::Object(oauth2)) = body.get_mut("oauth2") {
            merge_providers(object.get("oauth2").and_then(|stored| stored.get("providers")), oauth2)?;
        }
        deep(&mut object, &body).map_err(LoadError)?;
        let mut collection = Collection::from_full_json(&object)?;
        match fields {
            None => {}
            Some(Json::Null) => collection.fields = Vec::new(),
            Some(Json::Array(items)) => collection.fields = submitted_fields(&items, &base.fields)?,
            Some(_) => return Err(LoadError("fields must be a list".to_string())),
        }
        if base.is_view() {
            // They must be readable, but a view has those of its query.
            collection.fields.clone_from(&base.fields);
        }
        Ok(Draft { collection, type_name: type_name.to_string() })
    }
}

/// Completes each submitted provider from the stored one of the same name, which keeps its secret.
fn merge_providers(stored: Option<&Json>, submitted: &mut Object) -> Result<(), LoadError> {
    let Some(Json::Array(items)) = submitted.get_mut("providers") else { return Ok(()) };
    let stored = stored.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    for item in items {
        let Json::Object(provider) = item else { return Err(LoadError("providers must be objects".to_string())) };
        let same_name = |other: &&Json| other.get("name").is_some_and(|name| Some(name) == provider.get("name"));
        let mut complete = match stored.iter().find(same_name) {
            Some(Json::Object(stored)) => stored.clone(),
            Some(_) | None => match serde_json::to_value(super::auth_options::Provider::default()) {
                Ok(Json::Object(default)) => default,
                Ok(_) | Err(_) => Object::new(),
            },
        };
        deep(&mut complete, provider).map_err(LoadError)?;
        *provider = complete;
    }
    Ok(())
}

/// The fields of a submitted list. One without id is the stored field of the same name and type, else a new one.
fn submitted_fields(items: &[Json], stored: &[Field]) -> Result<Vec<Field>, LoadError> {
    let read = |item: &Json| match item {
        Json::Object(item) => Field::from_json(item).map_err(|error| LoadError(error.to_string())),
        _ => Err(LoadError("fields must be objects".to_string())),
    };
    let mut fields = items.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    for index in 0..fields.len() {
        let Some(field) = fields.get(index).filter(|field| field.id.is_empty()) else { continue };
        let is_it = |known: &&Field| known.name == field.name && known.kind.type_name() == field.kind.type_name();
        let known = stored.iter().find(is_it).filter(|known| fields.iter().all(|other| other.id != known.id));
        let id = known.map(|known| known.id.clone()).unwrap_or_else(|| {
            let others: Vec<Field> = stored.iter().chain(&fields).cloned().collect();
            field_id(field.kind.type_name(), &field.name, &others)
        });
        if let Some(field) = fields.get_mut(index) {
            field.id = id;
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::auth_options::{AuthOptions, Provider};
    use crate::schema::{CollectionKind, FieldKind};

    fn object(json: Json) -> Object {
        json.as_object().expect("an object").clone()
    }

    fn create(body: Json) -> Collection {
        Draft::create(&object(body), &Ids::seeded(1)).expect("loads").collection
    }

    fn update(stored: &Collection, body: Json) -> Collection {
        Draft::update(stored, &object(body)).expect("loads").collection
    }

    fn options(collection: &Collection) -> &AuthOptions {
        collection.auth().expect("an auth collection")
    }

    fn ids(collection: &Collection) -> Vec<(&str, &str)> {
        collection.fields.iter().map(|field| (field.name.as_str(), field.id.as_str())).collect()
    }

    #[test]
    fn objects_merge_deep_and_lists_replace() {
        let stored = create(json!({"type": "auth", "name": "a"}));
        let changed = update(&stored, json!({"otp": {"length": 6}, "passwordAuth": {"identityFields": ["x"]}}));
        let (before, after) = (options(&stored), options(&changed));
        assert_eq!((after.otp.length, after.otp.duration), (6, 180));
        assert_eq!(after.otp.email_template, before.otp.email_template);
        assert_eq!(after.password_auth.identity_fields, ["x"]);
        assert_eq!(after.auth_token, before.auth_token, "an absent secret stays");
    }

    #[test]
    fn null_stands_for_the_usual_days_of_history() {
        let stored = create(json!({"name": "a", "historyDays": 3}));
        assert_eq!(stored.history_days, Some(3));
        assert_eq!(update(&stored, json!({"name": "b"})).history_days, Some(3));
        assert_eq!(update(&stored, json!({"historyDays": null})).history_days, None);
        assert_eq!(create(json!({"name": "a", "historyDays": null})).history_days, None);
    }

    #[test]
    fn null_empties() {
        let stored = create(json!({"type": "auth", "name": "a", "listRule": "", "indexes": ["x"]}));
        let changed = update(
            &stored,
            json!({"listRule": null, "authRule": null, "indexes": null, "authToken": null, "name": null}),
        );
        assert_eq!((changed.rules.list.as_deref(), options(&changed).auth_rule.as_deref()), (None, None));
        assert_eq!((changed.indexes.len(), changed.name.as_str()), (0, ""));
        let token = &options(&changed).auth_token;
        assert_eq!((token.duration, token.secret.as_str()), (0, ""));
    }

    #[test]
    fn providers_are_matched_by_name() {
        let provider = |name: &str, id: &str| json!({"name": name, "clientId": id, "clientSecret": format!("{name}!")});
        let stored = create(
            json!({"type": "auth", "oauth2": {"providers": [provider("github", "1"), provider("google", "2")]}}),
        );
        let changed =
            update(&stored, json!({"oauth2": {"providers": [{"name": "google", "pkce": true}, {"name": "new"}]}}));
        let google = Provider {
            name: "google".into(),
            client_id: "2".into(),
            client_secret: "google!".into(),
            pkce: Some(true),
            ..Provider::default()
        };
        assert_eq!(
            options(&changed).oauth2.providers,
            [google, Provider { name: "new".into(), ..Provider::default() }]
        );
    }

    #[test]
    fn fields_without_id_are_matched_by_name_and_type() {
        let stored = create(
            json!({"fields": [{"id": "f1", "name": "a", "type": "text"}, {"id": "text3904355907", "name": "x", "type": "text"}]}),
        );
        let changed = update(
            &stored,
            json!({"fields": [{"name": "a", "type": "text", "max": 3}, {"name": "b", "type": "number"}]}),
        );
        assert_eq!(ids(&changed), [("a", "f1"), ("b", "number1908338681")]);
        assert!(matches!(changed.fields[0].kind, FieldKind::Text { max: 3, .. }), "submitted options win");
        // A type change is another field, and the id of a renamed field is not taken over by a newcomer.
        let changed = update(
            &stored,
            json!({"fields": [{"name": "a", "type": "bool"}, {"id": "f1", "name": "b", "type": "text"}, {"name": "a", "type": "text"}]}),
        );
        assert_eq!(ids(&changed), [("a", "bool3904355907"), ("b", "f1"), ("a", "text39043559072")]);
    }

    #[test]
    fn views_ignore_submitted_fields() {
        let view =
            create(json!({"type": "view", "viewQuery": "select 1 as id", "fields": [{"name": "a", "type": "text"}]}));
        assert_eq!((view.fields.len(), view.kind), (0, CollectionKind::View("select 1 as id".into())));
    }

    #[test]
    fn wrong_types_do_not_load() {
        for body in [
            json!({"type": 5}),
            json!({"historyDays": -1}),
            json!({"historyDays": "7"}),
            json!({"name": 5}),
            json!({"listRule": 5}),
            json!({"indexes": [5]}),
            json!({"fields": {}}),
            json!({"fields": [null]}),
            json!({"fields": [{"name": "a", "type": "nope"}]}),
            json!({"type": "auth", "otp": {"length": "6"}}),
            json!({"type": "auth", "otp": 5}),
            json!({"type": "auth", "verificationTemplate": ["subject", "body"]}),
            json!({"type": "auth", "oauth2": {"providers": [5]}}),
            json!({"type": "auth", "passwordAuth": {"identityFields": "email"}}),
        ] {
            assert!(Draft::create(&object(body.clone()), &Ids::seeded(1)).is_err(), "{body}");
        }
    }
}
