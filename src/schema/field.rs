//! A field: what all kinds share, the table of kinds, and the way of a value: `coerce` turns any input into a stored
//! value, `validate` judges it, `write_json` shows it.

mod address;
mod bounds;
mod choice;
pub(crate) mod content;
pub(crate) mod convert;
mod date;
mod definition;
pub(crate) mod file;
mod geo;
mod number;
mod password;
mod settings;
mod text;
mod write;

pub use definition::FieldLoadError;
pub use file::Upload;
pub use geo::GeoPoint;
pub use settings::check_name;
pub use text::DEFAULT_ID_PATTERN;

use crate::error::FieldError;
use crate::value::{Json, Value, ValueRef, list};

/// A named, typed column of a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Stable over renames.
    pub id: String,
    pub name: String,
    pub system: bool,
    pub hidden: bool,
    pub presentable: bool,
    pub required: bool,
    pub help: String,
    pub kind: FieldKind,
}

/// A field's type with its options; numbers of bytes and items are 0 for "the default".
#[derive(Clone, Debug, PartialEq)]
pub enum FieldKind {
    Text { min: i64, max: i64, pattern: String, autogenerate: String, primary_key: bool },
    Number { min: Option<f64>, max: Option<f64>, only_int: bool },
    Bool,
    Email { only_domains: Vec<String>, except_domains: Vec<String> },
    Url { only_domains: Vec<String>, except_domains: Vec<String> },
    Editor { max_size: i64, convert_urls: bool },
    Date { min: String, max: String },
    Autodate { on_create: bool, on_update: bool },
    Select { values: Vec<String>, max_select: i64 },
    File { max_select: i64, max_size: i64, mime_types: Vec<String>, thumbs: Vec<String>, protected: bool },
    Relation { collection_id: String, cascade_delete: bool, min_select: i64, max_select: i64 },
    Json { max_size: i64 },
    Password { min: i64, max: i64, pattern: String, cost: i64 },
    GeoPoint,
}

impl FieldKind {
    /// A text without demands.
    pub const TEXT: FieldKind =
        FieldKind::Text { min: 0, max: 0, pattern: String::new(), autogenerate: String::new(), primary_key: false };
    /// A date without bounds.
    pub const DATE: FieldKind = FieldKind::Date { min: String::new(), max: String::new() };
}

impl Field {
    /// Holds a JSON array of values rather than one value.
    pub fn is_multiple(&self) -> bool {
        match &self.kind {
            FieldKind::Select { max_select, .. }
            | FieldKind::File { max_select, .. }
            | FieldKind::Relation { max_select, .. } => *max_select > 1,
            FieldKind::Text { .. }
            | FieldKind::Number { .. }
            | FieldKind::Bool
            | FieldKind::Email { .. }
            | FieldKind::Url { .. }
            | FieldKind::Editor { .. }
            | FieldKind::Date { .. }
            | FieldKind::Autodate { .. }
            | FieldKind::Json { .. }
            | FieldKind::Password { .. }
            | FieldKind::GeoPoint => false,
        }
    }

    /// Stored with NUMERIC affinity; everything else is TEXT.
    pub fn is_numeric(&self) -> bool {
        matches!(self.kind, FieldKind::Number { .. } | FieldKind::Bool)
    }

    /// The collection a relation points at.
    pub fn relation(&self) -> Option<&str> {
        match &self.kind {
            FieldKind::Relation { collection_id, .. } => Some(collection_id),
            _ => None,
        }
    }

    /// The texts of a stored select, file or relation value; of a single-valued field at most one.
    pub fn items<'a>(&self, value: ValueRef<'a>) -> list::Items<'a> {
        if self.is_multiple() { list::items(value) } else { list::last(value) }
    }

    /// What a record holds when nothing was ever given.
    pub fn zero(&self) -> Value {
        match &self.kind {
            FieldKind::Number { .. } | FieldKind::Bool => Value::Int(0),
            FieldKind::Json { .. } => Value::Null,
            FieldKind::GeoPoint => Value::from(geo::ZERO),
            FieldKind::Select { .. } | FieldKind::File { .. } | FieldKind::Relation { .. } if self.is_multiple() => {
                Value::from("[]")
            }
            FieldKind::Text { .. }
            | FieldKind::Email { .. }
            | FieldKind::Url { .. }
            | FieldKind::Editor { .. }
            | FieldKind::Date { .. }
            | FieldKind::Autodate { .. }
            | FieldKind::Select { .. }
            | FieldKind::File { .. }
            | FieldKind::Relation { .. }
            | FieldKind::Password { .. } => Value::Text(String::new()),
        }
    }

    /// Any input in the field's stored form; never fails, what makes no sense becomes zero. NaN and infinities stay
    /// for `validate` to refuse. A password stays plain text; that clients may not set an autodate is not known here.
    pub fn coerce(&self, input: &Json) -> Value {
        match &self.kind {
            FieldKind::Text { .. }
            | FieldKind::Email { .. }
            | FieldKind::Url { .. }
            | FieldKind::Editor { .. }
            | FieldKind::Password { .. } => Value::Text(convert::to_text(input).into_owned()),
            FieldKind::Number { .. } => Value::number(convert::to_number(input)),
            FieldKind::Bool => Value::from(convert::to_bool(input)),
            FieldKind::Date { .. } | FieldKind::Autodate { .. } => {
                Value::Text(input.as_str().map(super::date::canonical).unwrap_or_default())
            }
            FieldKind::Select { .. } | FieldKind::File { .. } | FieldKind::Relation { .. } => {
                if self.is_multiple() {
                    Value::Text(list::text(convert::to_list(input)))
                } else {
                    Value::Text(convert::to_single(input).into_owned())
                }
            }
            FieldKind::Json { .. } => content::coerce_json(input),
            FieldKind::GeoPoint => Value::Text(geo::GeoPoint::from_json(input).stored()),
        }
    }

    /// Judges a stored value: the first failing check, `required` before all others. Zero values that are not required
    /// pass unchecked. Left to whoever has the database or the request: uniqueness, existence of related records,
    /// [`Field::check_primary_key`], [`Field::check_files`], and [`Field::check_password`] on the plain text.
    pub fn validate(&self, value: ValueRef<'_>) -> Result<(), FieldError> {
        match &self.kind {
            FieldKind::Text { min, max, pattern, .. } => {
                self.non_empty(value, |value| text::check(value, *min, *max, pattern))
            }
            FieldKind::Email { only_domains, except_domains } => {
                self.non_empty(value, |value| address::check_email(value, only_domains, except_domains))
            }
            FieldKind::Url { only_domains, except_domains } => {
                self.non_empty(value, |value| address::check_url(value, only_domains, except_domains))
            }
            FieldKind::Editor { max_size, .. } => {
                self.non_empty(value, |value| content::check_editor(value, *max_size))
            }
            FieldKind::Date { min, max } => self.non_empty(value, |value| date::check(value, min, max)),
            FieldKind::Password { .. } => self.non_empty(value, |_| Ok(())),
            FieldKind::Autodate { .. } => Ok(()),
            FieldKind::Number { .. } => match convert::number_of(value) {
                n if !n.is_finite() => Err(number::not_a_number()),
                n => self.non_zero(n == 0.0, || number::check(n, &self.kind)),
            },
            FieldKind::Bool => self.non_zero(!value.is_true(), || Ok(())),
            FieldKind::Select { values, max_select } => {
                self.non_zero(is_nothing(value), || choice::check_select(self.items(value), values, *max_select))
            }
            FieldKind::Relation { min_select, max_select, .. } => {
                self.non_zero(is_nothing(value), || choice::check_relation(self.items(value), *min_select, *max_select))
            }
            FieldKind::File { .. } => self.non_zero(is_nothing(value), || Ok(())),
            FieldKind::Json { max_size } => {
                let text = convert::text_of(value);
                // Here the size comes before the emptiness.
                content::check_json(&text, *max_size)?;
                self.non_zero(content::is_empty_json(&text), || Ok(()))
            }
            FieldKind::GeoPoint => {
                let point = geo::GeoPoint::parse(value.text());
                self.non_zero(point.is_zero(), || point.check())
            }
        }
    }

    fn non_empty(
        &self,
        value: ValueRef<'_>,
        check: impl FnOnce(&str) -> Result<(), FieldError>,
    ) -> Result<(), FieldError> {
        let text = convert::text_of(value);
        self.non_zero(text.is_empty(), || check(&text))
    }

    fn non_zero(&self, is_zero: bool, check: impl FnOnce() -> Result<(), FieldError>) -> Result<(), FieldError> {
        match (is_zero, self.required) {
            (true, true) => Err(FieldError::required()),
            (true, false) => Ok(()),
            (false, _) => check(),
        }
    }
}

fn is_nothing(value: ValueRef<'_>) -> bool {
    matches!(value, ValueRef::Null | ValueRef::Text("" | "[]"))
}

#[cfg(test)]
mod tests;
