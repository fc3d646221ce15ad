//! A field as JSON: read from a submitted or stored definition, written with exactly the keys of its type.

use super::{Field, FieldKind, convert};
use crate::schema::date;
use crate::value::{Json, Object};

/// The definition cannot be read: no or an unknown type, or an option of the wrong JSON type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldLoadError {
    #[error("missing or unknown field type {0:?}")]
    Type(String),
    #[error("the field option {0:?} has the wrong type")]
    Option(String),
}

impl Field {
    /// Reads a definition. Missing and null options take their defaults; a missing `id` stays `""`, as only the whole
    /// list of fields can tell a free one.
    pub fn from_json(definition: &Object) -> Result<Field, FieldLoadError> {
        let options = Options(definition);
        let kind = options.kind()?;
        let plain = matches!(kind, FieldKind::Autodate { .. });
        Ok(Field {
            id: options.text("id")?,
            name: options.text("name")?,
            system: options.flag("system")?,
            hidden: options.flag("hidden")?,
            presentable: options.flag("presentable")?,
            required: !plain && options.flag("required")?,
            help: if plain { String::new() } else { options.text("help")? },
            kind,
        })
    }

    /// The definition as clients see it.
    pub fn to_json(&self) -> Object {
        let mut out = Object::new();
        let mut put = |key: &str, value: Json| drop(out.insert(key.to_string(), value));
        put("id", self.id.as_str().into());
        put("name", self.name.as_str().into());
        put("type", self.kind.type_name().into());
        put("system", self.system.into());
        put("hidden", self.hidden.into());
        put("presentable", self.presentable.into());
        if !matches!(self.kind, FieldKind::Autodate { .. }) {
            put("required", self.required.into());
            put("help", self.help.as_str().into());
        }
        self.kind.write_options(&mut put);
        out
    }
}

impl FieldKind {
    /// The `type` of a definition.
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

    fn write_options(&self, put: &mut impl FnMut(&str, Json)) {
        let limit = |n: &Option<f64>| n.map_or(Json::Null, convert::number_json);
        match self {
            FieldKind::Bool | FieldKind::GeoPoint => {}
            FieldKind::Text { min, max, pattern, autogenerate, primary_key } => {
                put("min", (*min).into());
                put("max", (*max).into());
                put("pattern", pattern.as_str().into());
                put("autogeneratePattern", autogenerate.as_str().into());
                put("primaryKey", (*primary_key).into());
            }
            FieldKind::Number { min, max, only_int } => {
                put("min", limit(min));
                put("max", limit(max));
                put("onlyInt", (*only_int).into());
            }
            FieldKind::Email { only_domains, except_domains } | FieldKind::Url { only_domains, except_domains } => {
                put("onlyDomains", only_domains.clone().into());
                put("exceptDomains", except_domains.clone().into());
            }
            FieldKind::Editor { max_size, convert_urls } => {
                put("maxSize", (*max_size).into());
                put("convertURLs", (*convert_urls).into());
            }
            FieldKind::Date { min, max } => {
                put("min", min.as_str().into());
                put("max", max.as_str().into());
            }
            FieldKind::Autodate { on_create, on_update } => {
                put("onCreate", (*on_create).into());
                put("onUpdate", (*on_update).into());
            }
            FieldKind::Select { values, max_select } => {
                put("values", values.clone().into());
                put("maxSelect", (*max_select).into());
            }
            FieldKind::File { max_select, max_size, mime_types, thumbs, protected } => {
                put("maxSelect", (*max_select).into());
                put("maxSize", (*max_size).into());
                put("mimeTypes", mime_types.clone().into());
                put("thumbs", thumbs.clone().into());
                put("protected", (*protected).into());
            }
            FieldKind::Relation { collection_id, cascade_delete, min_select, max_select } => {
                put("collectionId", collection_id.as_str().into());
                put("cascadeDelete", (*cascade_delete).into());
                put("minSelect", (*min_select).into());
                put("maxSelect", (*max_select).into());
            }
            FieldKind::Json { max_size } => put("maxSize", (*max_size).into()),
            FieldKind::Password { min, max, pattern, cost } => {
                put("min", (*min).into());
                put("max", (*max).into());
                put("pattern", pattern.as_str().into());
                put("cost", (*cost).into());
            }
        }
    }
}

/// Typed reading of a definition's keys; null is as good as missing.
struct Options<'a>(&'a Object);

impl Options<'_> {
    fn kind(&self) -> Result<FieldKind, FieldLoadError> {
        let name = self.0.get("type").map(convert::to_text).unwrap_or_default();
        Ok(match &*name {
            "text" => FieldKind::Text {
                min: self.int("min")?,
                max: self.int("max")?,
                pattern: self.text("pattern")?,
                autogenerate: self.text("autogeneratePattern")?,
                primary_key: self.flag("primaryKey")?,
            },
            "number" => {
                FieldKind::Number { min: self.float("min")?, max: self.float("max")?, only_int: self.flag("onlyInt")? }
            }
            "bool" => FieldKind::Bool,
            "email" => FieldKind::Email {
                only_domains: self.list("onlyDomains")?,
                except_domains: self.list("exceptDomains")?,
            },
            "url" => {
                FieldKind::Url { only_domains: self.list("onlyDomains")?, except_domains: self.list("exceptDomains")? }
            }
            "editor" => FieldKind::Editor { max_size: self.int("maxSize")?, convert_urls: self.flag("convertURLs")? },
            // A bound that is no date is no bound.
            "date" => {
                FieldKind::Date { min: date::canonical(&self.text("min")?), max: date::canonical(&self.text("max")?) }
            }
            "autodate" => FieldKind::Autodate { on_create: self.flag("onCreate")?, on_update: self.flag("onUpdate")? },
            "select" => FieldKind::Select { values: self.list("values")?, max_select: self.int("maxSelect")? },
            "json" => FieldKind::Json { max_size: self.int("maxSize")? },
            "geoPoint" => FieldKind::GeoPoint,
            "file" | "relation" | "password" => self.larger_kind(&name)?,
            _ => return Err(FieldLoadError::Type(name.into_owned())),
        })
    }

    /// The kinds with the most options.
    fn larger_kind(&self, name: &str) -> Result<FieldKind, FieldLoadError> {
        Ok(match name {
            "file" => FieldKind::File {
                max_select: self.int("maxSelect")?,
                max_size: self.int("maxSize")?,
                mime_types: self.list("mimeTypes")?,
                thumbs: self.list("thumbs")?,
                protected: self.flag("protected")?,
            },
            "relation" => FieldKind::Relation {
                collection_id: self.text("collectionId")?,
                cascade_delete: self.flag("cascadeDelete")?,
                min_select: self.int("minSelect")?,
                max_select: self.int("maxSelect")?,
            },
            _ => FieldKind::Password {
                min: self.int("min")?,
                max: self.int("max")?,
                pattern: self.text("pattern")?,
                cost: self.int("cost")?,
            },
        })
    }

    /// The option read by `read`, or its default; `read` answers `None` for a wrong type.
    fn option<T: Default>(&self, key: &str, read: impl FnOnce(&Json) -> Option<T>) -> Result<T, FieldLoadError> {
        match self.0.get(key) {
            None | Some(Json::Null) => Ok(T::default()),
            Some(value) => read(value).ok_or_else(|| FieldLoadError::Option(key.to_string())),
        }
    }

    fn text(&self, key: &str) -> Result<String, FieldLoadError> {
        self.option(key, |value| value.as_str().map(str::to_string))
    }

    fn flag(&self, key: &str) -> Result<bool, FieldLoadError> {
        self.option(key, Json::as_bool)
    }

    fn int(&self, key: &str) -> Result<i64, FieldLoadError> {
        self.option(key, Json::as_i64)
    }

    fn float(&self, key: &str) -> Result<Option<f64>, FieldLoadError> {
        self.option(key, |value| value.as_f64().map(Some))
    }

    fn list(&self, key: &str) -> Result<Vec<String>, FieldLoadError> {
        let item = |item: &Json| match item {
            Json::String(text) => Some(text.clone()),
            Json::Null => Some(String::new()),
            _ => None,
        };
        self.option(key, |value| value.as_array()?.iter().map(item).collect())
    }
}
