//! A place in a sorted list, as an opaque text: the key values of the last row seen. Unlike a page number it does not
//! shift when rows are inserted or deleted before it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::expr::BoundSort;
use crate::value::{Json, Row, Value};

use super::order::Order;

/// Where a list goes on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cursor {
    /// One per key of the order; none at the start.
    pub(super) values: Vec<Value>,
}

impl Cursor {
    /// Before the first row.
    pub fn start() -> Cursor {
        Cursor::default()
    }

    /// After a row of `Select::rows`: its key values stand from `first` on, behind the fields.
    pub fn after<R: Row + ?Sized>(row: &R, first: usize, sort: &BoundSort) -> Cursor {
        let keys = Order::new(sort, &sort.sort.predicate.root).len();
        Cursor { values: (first..first + keys).map(|index| row.value(index).to_owned()).collect() }
    }

    /// The text of this place in this sort.
    pub fn encode(&self, sort: &BoundSort) -> String {
        let values = self.values.iter().map(|value| match value {
            Value::Null => Json::Null,
            Value::Int(n) => Json::from(*n),
            // A float stays one: `1.0`.
            Value::Real(n) => serde_json::Number::from_f64(*n).map_or(Json::Null, Json::Number),
            Value::Text(s) => Json::from(s.as_str()),
        });
        let all: Vec<Json> = std::iter::once(Json::from(sort.sort.signature)).chain(values).collect();
        BASE64.encode(Json::Array(all).to_string())
    }

    /// The place a text tells, if it was made for this very sort.
    pub fn decode(text: &str, sort: &BoundSort) -> Option<Cursor> {
        let bytes = BASE64.decode(text).ok()?;
        let Json::Array(all) = crate::value::json::parse(&bytes).ok()? else { return None };
        let (signature, values) = all.split_first()?;
        if signature.as_u64() != Some(u64::from(sort.sort.signature)) || !sort.sort.is_repeatable() {
            return None;
        }
        let values = values.iter().map(|json| match json {
            Json::Null => Some(Value::Null),
            Json::String(s) => Some(Value::from(s.as_str())),
            Json::Number(n) => n.as_i64().map(Value::Int).or_else(|| n.as_f64().map(Value::Real)),
            Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
        });
        let values = values.collect::<Option<Vec<Value>>>()?;
        (values.is_empty() || values.len() == Order::new(sort, &sort.sort.predicate.root).len())
            .then_some(Cursor { values })
    }
}
