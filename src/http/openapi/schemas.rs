//! One collection described: the shapes of its record and of the bodies that write one, and its five operations.

use serde_json::{Map, json};

use super::Audience;
use crate::schema::{Collection, Field, FieldKind};
use crate::value::Json;

/// Adds what `audience` may see of `collection` to the schemas and paths.
pub fn add(collection: &Collection, audience: Audience, shapes: &mut Map<String, Json>, paths: &mut Map<String, Json>) {
    let may = |rule: &Option<String>| audience == Audience::Superuser || rule.is_some();
    let writable = !collection.is_view();
    let rules = &collection.rules;
    let (list, view) = (may(&rules.list), may(&rules.view));
    let (create, update, delete) =
        (writable && may(&rules.create), writable && may(&rules.update), writable && may(&rules.delete));
    if !(list || view || create || update || delete) {
        return;
    }
    let name = &collection.name;
    shapes.insert(format!("{name}.Record"), record(collection, audience));
    let described = Described { name, audience };
    let mut many = Map::new();
    let mut one = Map::new();
    if list {
        many.insert("get".into(), described.operation("list", None, Some(page(name))));
    }
    if create {
        shapes.insert(format!("{name}.Create"), body(collection, audience, Write::Create));
        many.insert("post".into(), described.operation("create", Some("Create"), Some(reference(name, "Record"))));
    }
    if view {
        one.insert("get".into(), described.operation("view", None, Some(reference(name, "Record"))));
    }
    if update {
        shapes.insert(format!("{name}.Update"), body(collection, audience, Write::Update));
        one.insert("patch".into(), described.operation("update", Some("Update"), Some(reference(name, "Record"))));
    }
    if delete {
        one.insert("delete".into(), described.operation("delete", None, None));
    }
    if !many.is_empty() {
        paths.insert(format!("/api/collections/{name}/records"), Json::Object(many));
    }
    if !one.is_empty() {
        one.insert(
            "parameters".into(),
            json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]),
        );
        paths.insert(format!("/api/collections/{name}/records/{{id}}"), Json::Object(one));
    }
}

struct Described<'a> {
    name: &'a str,
    audience: Audience,
}

impl Described<'_> {
    fn operation(&self, verb: &str, body: Option<&str>, answer: Option<Json>) -> Json {
        let refusal = |text: &str| {
            json!({"description": text,
                   "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Envelope"}}}})
        };
        let mut responses = Map::new();
        match answer {
            Some(schema) => {
                let content = json!({"application/json": {"schema": schema}});
                responses.insert("200".into(), json!({"description": "Done", "content": content}));
            }
            None => {
                responses.insert("204".into(), json!({"description": "Done"}));
            }
        }
        responses.insert("400".into(), refusal("Not understood or not valid"));
        responses.insert("404".into(), refusal("No such record for this caller"));
        let mut operation = json!({
            "tags": [self.name], "operationId": format!("{}_{verb}", self.name), "responses": responses,
        });
        if let Some(body) = body {
            let schema = reference(self.name, body);
            let content = json!({"application/json": {"schema": schema}, "multipart/form-data": {"schema": schema}});
            super::set(&mut operation, "requestBody", json!({"required": true, "content": content}));
        }
        if self.audience == Audience::Public {
            super::set(&mut operation, "security", json!([{}, {"token": []}]));
        }
        operation
    }
}

fn reference(collection: &str, shape: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{collection}.{shape}")})
}

fn page(collection: &str) -> Json {
    let number = json!({"type": "integer"});
    json!({
        "type": "object",
        "required": ["page", "perPage", "totalItems", "totalPages", "items"],
        "properties": {
            "page": number, "perPage": number, "totalItems": number, "totalPages": number,
            "items": {"type": "array", "items": reference(collection, "Record")},
        },
    })
}

/// What answers hold. An account's e-mail may be withheld, so it is not promised.
fn record(collection: &Collection, audience: Audience) -> Json {
    let mut properties = Map::new();
    let mut required = vec!["collectionId".to_string(), "collectionName".to_string()];
    properties.insert("collectionId".into(), json!({"type": "string", "const": collection.id}));
    properties.insert("collectionName".into(), json!({"type": "string", "const": collection.name}));
    for field in collection.fields.iter().filter(|field| is_shown(field, collection, audience)) {
        properties.insert(field.name.clone(), shape(field));
        if !(collection.is_auth() && field.name == "email") {
            required.push(field.name.clone());
        }
    }
    properties.insert("expand".into(), json!({"type": "object"}));
    json!({"type": "object", "required": required, "properties": properties})
}

#[derive(Clone, Copy, PartialEq)]
enum Write {
    Create,
    Update,
}

/// What a create or update may send.
fn body(collection: &Collection, audience: Audience, write: Write) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in &collection.fields {
        let password = matches!(field.kind, FieldKind::Password { .. });
        let hidden = field.hidden && audience == Audience::Public && !(password && collection.is_auth());
        let fixed = field.name == "id" && write == Write::Update;
        if hidden || fixed || field.name == "tokenKey" || matches!(field.kind, FieldKind::Autodate { .. }) {
            continue;
        }
        properties.insert(field.name.clone(), shape(field));
        if field.required && field.name != "id" && write == Write::Create {
            required.push(Json::from(field.name.clone()));
        }
        if password && collection.is_auth() {
            properties.insert("passwordConfirm".into(), json!({"type": "string", "format": "password"}));
            if write == Write::Create {
                required.push("passwordConfirm".into());
            } else {
                properties.insert("oldPassword".into(), json!({"type": "string", "format": "password"}));
            }
        }
    }
    let mut shape = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        super::set(&mut shape, "required", required.into());
    }
    shape
}

/// Password and token key are never shown; hidden fields only to superusers.
fn is_shown(field: &Field, collection: &Collection, audience: Audience) -> bool {
    let secret = matches!(field.kind, FieldKind::Password { .. }) || collection.is_auth() && field.name == "tokenKey";
    !secret && (!field.hidden || audience == Audience::Superuser)
}

/// The value of a field: one, or a list of such.
fn shape(field: &Field) -> Json {
    let one = value_shape(field);
    let mut shape = if field.is_multiple() { json!({"type": "array", "items": one}) } else { one };
    if !field.help.is_empty() {
        super::set(&mut shape, "description", field.help.clone().into());
    }
    shape
}

/// One value of a field.
fn value_shape(field: &Field) -> Json {
    match &field.kind {
        FieldKind::Text { max, pattern, .. } => {
            let mut shape = json!({"type": "string"});
            if *max > 0 {
                super::set(&mut shape, "maxLength", (*max).into());
            }
            if !pattern.is_empty() {
                super::set(&mut shape, "pattern", pattern.clone().into());
            }
            shape
        }
        FieldKind::Number { min, max, only_int } => {
            let mut shape = json!({"type": if *only_int { "integer" } else { "number" }});
            for (key, bound) in [("minimum", min), ("maximum", max)] {
                if let Some(bound) = bound {
                    super::set(&mut shape, key, (*bound).into());
                }
            }
            shape
        }
        FieldKind::Bool => json!({"type": "boolean"}),
        FieldKind::Email { .. } => json!({"type": "string", "format": "email"}),
        FieldKind::Url { .. } => json!({"type": "string", "format": "uri"}),
        FieldKind::Editor { .. } => json!({"type": "string", "contentMediaType": "text/html"}),
        FieldKind::Date { .. } | FieldKind::Autodate { .. } => {
            json!({"type": "string", "description": "YYYY-MM-DD HH:MM:SS.mmmZ, or empty"})
        }
        // A single choice may also be empty.
        FieldKind::Select { values, .. } if field.is_multiple() => json!({"type": "string", "enum": values}),
        FieldKind::Select { values, .. } => {
            let all: Vec<&str> = std::iter::once("").chain(values.iter().map(String::as_str)).collect();
            json!({"type": "string", "enum": all})
        }
        FieldKind::Relation { .. } => json!({"type": "string", "description": "A record id"}),
        FieldKind::Json { .. } => json!({}),
        FieldKind::GeoPoint => json!({
            "type": "object", "required": ["lon", "lat"],
            "properties": {"lon": {"type": "number"}, "lat": {"type": "number"}},
        }),
        FieldKind::File { .. } => json!({"type": "string", "description": "A file name; new files are form parts"}),
        FieldKind::Password { .. } => json!({"type": "string", "format": "password"}),
    }
}
