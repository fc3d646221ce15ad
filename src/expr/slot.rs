//! What a request fills in: `@request.…` values and macros, read once when a predicate is bound.

use crate::context::Ctx;
use crate::schema::Record;
use crate::value::json::text;
use crate::value::{Json, Row as _, Value, ValueRef};

use super::compare::{Affinity, sure_text};
use super::json::{self, Step};
use super::macros::{self, Macro};

/// A value of the request, and how comparisons treat it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slot {
    pub source: Source,
    pub shape: Shape,
    pub class: Class,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    Context,
    Method,
    /// Snake-cased name.
    Header(String),
    Query(String),
    /// A key of the body and the way into its value.
    Body(Vec<String>),
    /// A field of the caller, by position and, should its schema be another by now, by name; the way into its document.
    Caller {
        field: usize,
        name: String,
        path: Option<Vec<Step>>,
    },
    CallerCollectionId,
    CallerCollectionName,
    Macro(Macro),
}

/// What is made of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Plain,
    Lower,
    /// The number of items: a single value counts 0 or 1.
    Length,
    /// 1 if present, else 0.
    IsSet,
    /// Always a JSON array: a single value is its only item.
    List,
}

/// How comparisons treat the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// As a literal.
    Literal,
    /// As the column it was read from.
    Column(Affinity),
    /// As JSON: NULL differs from `''`.
    Json,
}

impl Source {
    pub fn is_body(&self) -> bool {
        matches!(self, Source::Body(_))
    }
}

impl Slot {
    /// The value in this request.
    pub fn value(&self, ctx: &Ctx) -> Value {
        if let Source::Body(path) = &self.source {
            return shaped_json(body(ctx, path), self.shape);
        }
        let value = self.plain(ctx);
        match self.shape {
            Shape::Plain => value,
            Shape::Lower => lower(value.as_ref()),
            Shape::Length => match value.as_ref() {
                list if self.is_list(ctx) => count(list),
                single => Value::from(!single.is_empty()),
            },
            Shape::IsSet => Value::from(value != Value::Null),
            Shape::List if self.is_list(ctx) => value,
            Shape::List => one_item(&value),
        }
    }

    fn plain(&self, ctx: &Ctx) -> Value {
        match &self.source {
            Source::Context => Value::from(ctx.purpose.name()),
            Source::Method => Value::from(ctx.method),
            Source::Header(name) => ctx.header(name).map(Value::from).unwrap_or_default(),
            Source::Query(name) => ctx.query(name).map(Value::from).unwrap_or_default(),
            Source::Body(path) => shaped_json(body(ctx, path), Shape::Plain),
            Source::Caller { field, name, path } => match (ctx.caller.record(), path) {
                (None, _) => Value::Null,
                (Some(record), None) => caller_value(record, *field, name).to_owned(),
                (Some(record), Some(path)) => document(caller_value(record, *field, name).text(), path),
            },
            Source::CallerCollectionId => {
                ctx.caller.collection().map(|c| Value::from(c.id.as_str())).unwrap_or_default()
            }
            Source::CallerCollectionName => {
                ctx.caller.collection().map(|c| Value::from(c.name.as_str())).unwrap_or_default()
            }
            Source::Macro(name) => macros::value(*name, ctx.now),
        }
    }

    fn is_list(&self, ctx: &Ctx) -> bool {
        let Source::Caller { field, name, .. } = &self.source else { return false };
        let record = ctx.caller.record();
        record.and_then(|record| caller_field(record, *field, name)).is_some_and(|(_, list)| list)
    }
}

/// The position of the caller's field, and whether it holds a list. A caller kept in memory may be of an older schema.
fn caller_field(record: &Record, field: usize, name: &str) -> Option<(usize, bool)> {
    let fields = &record.collection.fields;
    match fields.get(field) {
        Some(found) if found.name == name => Some((field, found.is_multiple())),
        Some(_) | None => record.collection.field(name).map(|(index, found)| (index, found.is_multiple())),
    }
}

fn caller_value<'a>(record: &'a Record, field: usize, name: &str) -> ValueRef<'a> {
    caller_field(record, field, name).map_or(ValueRef::Null, |(index, _)| record.value(index))
}

/// Where SQLite and we could spell a part of a document differently, ours is taken: nobody compares such texts.
fn document(text: &str, path: &[Step]) -> Value {
    json::extract(text, path).unwrap_or_else(|| {
        let root = crate::value::json::parse(text.as_bytes()).unwrap_or_default();
        json::find(&root, path).flatten().map(json::value).unwrap_or_default()
    })
}

fn body<'a>(ctx: &'a Ctx, path: &[String]) -> Option<&'a Json> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(ctx.body.get(first)?, |at, step| match at {
        Json::Object(object) => object.get(step),
        Json::Array(list) => list.get(step.parse::<usize>().ok()?),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    })
}

fn shaped_json(found: Option<&Json>, shape: Shape) -> Value {
    let json = found.unwrap_or(&Json::Null);
    match (shape, json) {
        (Shape::Plain, json) => json::value(json),
        (Shape::Lower, json) => lower(json::value(json).as_ref()),
        (Shape::IsSet, _) => Value::from(found.is_some()),
        (Shape::Length, Json::Array(list)) => Value::Int(i64::try_from(list.len()).unwrap_or(i64::MAX)),
        (Shape::Length, json) => Value::from(!json::value(json).as_ref().is_empty()),
        (Shape::List, Json::Array(_)) => Value::Text(text(json)),
        (Shape::List, json) => one_item(&json::value(json)),
    }
}

fn one_item(value: &Value) -> Value {
    if value.as_ref().is_empty() {
        return Value::from("[]");
    }
    let item = match value {
        Value::Text(s) => Json::from(s.as_str()),
        Value::Int(n) => Json::from(*n),
        Value::Real(n) => Json::from(*n),
        Value::Null => Json::Null,
    };
    Value::Text(text(&Json::Array(vec![item])))
}

fn count(list: ValueRef<'_>) -> Value {
    let items = json::items(list.text()).map_or(0, |items| items.len());
    Value::Int(i64::try_from(items).unwrap_or(i64::MAX))
}

/// `LOWER(value)`: ASCII only, and always a text.
fn lower(value: ValueRef<'_>) -> Value {
    match (sure_text(value), value) {
        (None, _) => Value::Null,
        (Some(Some(text)), _) => Value::Text(text.to_ascii_lowercase()),
        // A float of many digits: nobody compares its text.
        (Some(None), ValueRef::Real(n)) => Value::Text(n.to_string()),
        (Some(None), _) => Value::Null,
    }
}
