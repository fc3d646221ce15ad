//! A field value as the database holds it: one of SQLite's storage classes, owned (`Value`) or borrowed (`ValueRef`).
//!
//! Lists, JSON documents and geo points are `Text` holding minified JSON; booleans are `Int` 0 or 1; a number without
//! fraction that fits is always `Int` (as NUMERIC affinity would store it), so equal values are equal bytes.

pub mod form;
pub mod json;
pub mod list;
pub mod net;
pub mod pick;
pub mod redact;

/// JSON as it arrives in request bodies: object keys keep their order, integers keep 64 bits.
pub use serde_json::Value as Json;
/// A JSON object in the order of its keys.
pub type Object = serde_json::Map<String, Json>;

/// An owned value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Null,
    Int(i64),
    Real(f64),
    Text(String),
}

/// A value borrowed from a row or a record.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum ValueRef<'a> {
    #[default]
    Null,
    Int(i64),
    Real(f64),
    Text(&'a str),
}

/// Anything with values by field position: a record in memory or a row of a result.
pub trait Row {
    /// The value of the field at `index` of its collection; `Null` beyond the end.
    fn value(&self, index: usize) -> ValueRef<'_>;
}

impl Row for [Value] {
    fn value(&self, index: usize) -> ValueRef<'_> {
        self.get(index).map(Value::as_ref).unwrap_or_default()
    }
}

impl<T: Row + ?Sized> Row for &T {
    fn value(&self, index: usize) -> ValueRef<'_> {
        (**self).value(index)
    }
}

impl Value {
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Int(*n),
            Value::Real(n) => ValueRef::Real(*n),
            Value::Text(s) => ValueRef::Text(s),
        }
    }

    /// A 64-bit float in its stored form: `Int` when it has no fraction and converts without loss.
    pub fn number(n: f64) -> Value {
        // 2^63 itself is out of range for i64.
        if n.fract() == 0.0 && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&n) {
            Value::Int(n as i64)
        } else {
            Value::Real(n)
        }
    }

    /// The text, or `""` for anything else.
    pub fn text(&self) -> &str {
        self.as_ref().text()
    }
}

impl<'a> ValueRef<'a> {
    pub fn to_owned(self) -> Value {
        match self {
            ValueRef::Null => Value::Null,
            ValueRef::Int(n) => Value::Int(n),
            ValueRef::Real(n) => Value::Real(n),
            ValueRef::Text(s) => Value::Text(s.to_string()),
        }
    }

    /// The text, or `""` for anything else.
    pub fn text(self) -> &'a str {
        match self {
            ValueRef::Text(s) => s,
            ValueRef::Null | ValueRef::Int(_) | ValueRef::Real(_) => "",
        }
    }

    /// NULL and `""` are one and the same to most of the expression language.
    pub fn is_empty(self) -> bool {
        matches!(self, ValueRef::Null | ValueRef::Text(""))
    }

    /// Non-zero numbers are true; text is not.
    pub fn is_true(self) -> bool {
        match self {
            ValueRef::Int(n) => n != 0,
            ValueRef::Real(n) => n != 0.0,
            ValueRef::Null | ValueRef::Text(_) => false,
        }
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Value::Text(s.to_string())
    }
}

impl From<String> for Value {
    fn from(s: String) -> Self {
        Value::Text(s)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Value::Int(n)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Value::Int(i64::from(b))
    }
}
