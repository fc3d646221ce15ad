//! TEMPORARY until the field kinds are merged.
use super::{Field, FieldKind};
use crate::value::{Json, Object};
use serde_json::json;

impl FieldKind {
    pub fn type_name(&self) -> &'static str {
        match self {
            FieldKind::Text { .. } => "text",
            FieldKind::Number { .. } => "number",
            FieldKind::Bool => "bool",
            FieldKind::Email { .. } => "email",
            FieldKind::Url { .. } => "url",
            FieldKind::Editor { .. } => "editor",
            FieldKind::Date { .. } => "date",
            FieldKind::Autodate { .. } => "autodate",
            FieldKind::Select { .. } => "select",
            FieldKind::File { .. } => "file",
            FieldKind::Relation { .. } => "relation",
            FieldKind::Json { .. } => "json",
            FieldKind::Password { .. } => "password",
            FieldKind::GeoPoint => "geoPoint",
        }
    }
}

impl Field {
    pub fn validate_settings(&self, _errors: &mut crate::error::Errors) {}
    pub fn to_json(&self) -> Json {
        let mut o = Object::new();
        o.insert("hidden".into(), self.hidden.into());
        o.insert("id".into(), self.id.clone().into());
        o.insert("name".into(), self.name.clone().into());
        o.insert("presentable".into(), self.presentable.into());
        o.insert("system".into(), self.system.into());
        o.insert("type".into(), self.kind.type_name().into());
        if !matches!(self.kind, FieldKind::Autodate { .. }) {
            o.insert("required".into(), self.required.into());
            o.insert("help".into(), self.help.clone().into());
        }
        let more = match &self.kind {
            FieldKind::Text { min, max, pattern, autogenerate, primary_key } => {
                json!({"min":min,"max":max,"pattern":pattern,"autogeneratePattern":autogenerate,"primaryKey":primary_key})
            }
            FieldKind::Number { min, max, only_int } => json!({"min":min,"max":max,"onlyInt":only_int}),
            FieldKind::Email { only_domains, except_domains } | FieldKind::Url { only_domains, except_domains } => {
                json!({"onlyDomains":only_domains,"exceptDomains":except_domains})
            }
            FieldKind::Editor { max_size, convert_urls } => json!({"maxSize":max_size,"convertURLs":convert_urls}),
            FieldKind::Date { min, max } => json!({"min":min,"max":max}),
            FieldKind::Autodate { on_create, on_update } => json!({"onCreate":on_create,"onUpdate":on_update}),
            FieldKind::Select { values, max_select } => json!({"values":values,"maxSelect":max_select}),
            FieldKind::File { max_select, max_size, mime_types, thumbs, protected } => {
                json!({"maxSelect":max_select,"maxSize":max_size,"mimeTypes":mime_types,"thumbs":thumbs,"protected":protected})
            }
            FieldKind::Relation { collection_id, cascade_delete, min_select, max_select } => {
                json!({"collectionId":collection_id,"cascadeDelete":cascade_delete,"minSelect":min_select,"maxSelect":max_select})
            }
            FieldKind::Json { max_size } => json!({"maxSize":max_size}),
            FieldKind::Password { min, max, pattern, cost } => {
                json!({"min":min,"max":max,"pattern":pattern,"cost":cost})
            }
            FieldKind::Bool | FieldKind::GeoPoint => json!({}),
        };
        if let Json::Object(more) = more {
            o.extend(more);
        }
        Json::Object(o)
    }

    pub fn from_json(o: &Object) -> Result<Field, String> {
        let s = |k: &str| match o.get(k) {
            None | Some(Json::Null) => Ok(String::new()),
            Some(Json::String(s)) => Ok(s.clone()),
            _ => Err(k.to_string()),
        };
        let b = |k: &str| match o.get(k) {
            None | Some(Json::Null) => Ok(false),
            Some(Json::Bool(s)) => Ok(*s),
            _ => Err(k.to_string()),
        };
        let i = |k: &str| match o.get(k) {
            None | Some(Json::Null) => Ok(0),
            Some(n) => n.as_i64().ok_or(k.to_string()),
        };
        let f = |k: &str| match o.get(k) {
            None | Some(Json::Null) => Ok(None),
            Some(n) => n.as_f64().ok_or(k.to_string()).map(Some),
        };
        let l = |k: &str| match o.get(k) {
            None | Some(Json::Null) => Ok(Vec::new()),
            Some(Json::Array(l)) => l.iter().map(|v| v.as_str().map(String::from).ok_or(k.to_string())).collect(),
            _ => Err(k.to_string()),
        };
        let kind = match s("type")?.as_str() {
            "text" => FieldKind::Text {
                min: i("min")?,
                max: i("max")?,
                pattern: s("pattern")?,
                autogenerate: s("autogeneratePattern")?,
                primary_key: b("primaryKey")?,
            },
            "number" => FieldKind::Number { min: f("min")?, max: f("max")?, only_int: b("onlyInt")? },
            "bool" => FieldKind::Bool,
            "email" => FieldKind::Email { only_domains: l("onlyDomains")?, except_domains: l("exceptDomains")? },
            "url" => FieldKind::Url { only_domains: l("onlyDomains")?, except_domains: l("exceptDomains")? },
            "editor" => FieldKind::Editor { max_size: i("maxSize")?, convert_urls: b("convertURLs")? },
            "date" => FieldKind::Date { min: s("min")?, max: s("max")? },
            "autodate" => FieldKind::Autodate { on_create: b("onCreate")?, on_update: b("onUpdate")? },
            "select" => FieldKind::Select { values: l("values")?, max_select: i("maxSelect")? },
            "file" => FieldKind::File {
                max_select: i("maxSelect")?,
                max_size: i("maxSize")?,
                mime_types: l("mimeTypes")?,
                thumbs: l("thumbs")?,
                protected: b("protected")?,
            },
            "relation" => FieldKind::Relation {
                collection_id: s("collectionId")?,
                cascade_delete: b("cascadeDelete")?,
                min_select: i("minSelect")?,
                max_select: i("maxSelect")?,
            },
            "json" => FieldKind::Json { max_size: i("maxSize")? },
            "password" => {
                FieldKind::Password { min: i("min")?, max: i("max")?, pattern: s("pattern")?, cost: i("cost")? }
            }
            "geoPoint" => FieldKind::GeoPoint,
            other => return Err(format!("unknown type {other}")),
        };
        Ok(Field {
            id: s("id")?,
            name: s("name")?,
            system: b("system")?,
            hidden: b("hidden")?,
            presentable: b("presentable")?,
            required: b("required")?,
            help: s("help")?,
            kind,
        })
    }
}
