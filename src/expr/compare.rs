//! Comparisons of values in memory, by the rules SQLite follows in the database.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::value::{Value, ValueRef};

use super::like;
use super::number::{self, Numeric};
use super::token::Op;

/// How a column changes what it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Affinity {
    /// Not a column: nothing is changed for its sake.
    None,
    /// Numbers become texts.
    Text,
    /// Texts that look like numbers become numbers.
    Numeric,
    /// One of the above: a view does not say which.
    Unknown,
}

/// The outcome of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    True,
    False,
    Null,
    /// The database has to be asked.
    Unsure,
}

impl From<bool> for Truth {
    fn from(b: bool) -> Self {
        if b { Truth::True } else { Truth::False }
    }
}

/// How `=` and `!=` treat NULL and `''`: contract/records.md §9.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Equality {
    /// JSON takes part: NULL equals NULL only.
    Is,
    /// With a solid constant: `=` is unknown for NULL, `!=` is true.
    Plain,
    /// The right side is an empty constant: the left is NULL or `''`.
    LeftEmpty,
    /// The left side is.
    RightEmpty,
    /// Two columns: NULL counts as `''`, and affinities are ignored.
    Coalesced,
}

/// A value on one side of a comparison.
#[derive(Clone, Debug)]
pub(crate) struct Cell<'a> {
    pub value: Held<'a>,
    pub affinity: Affinity,
}

#[derive(Clone, Debug)]
pub(crate) enum Held<'a> {
    Borrowed(ValueRef<'a>),
    Owned(Value),
}

impl<'a> Cell<'a> {
    pub fn new(value: ValueRef<'a>, affinity: Affinity) -> Self {
        Cell { value: Held::Borrowed(value), affinity }
    }

    pub fn owned(value: Value) -> Self {
        Cell { value: Held::Owned(value), affinity: Affinity::None }
    }

    pub fn value(&self) -> ValueRef<'_> {
        match &self.value {
            Held::Borrowed(value) => *value,
            Held::Owned(value) => value.as_ref(),
        }
    }

    /// The same value without an affinity.
    pub fn bare(&self) -> Cell<'_> {
        Cell::new(self.value(), Affinity::None)
    }

    /// The same value, kept.
    pub fn into_value(self) -> Value {
        match self.value {
            Held::Borrowed(value) => value.to_owned(),
            Held::Owned(value) => value,
        }
    }
}

/// `left op right`, where `op` is neither `~` nor `!~`.
pub(crate) fn compare(op: Op, equality: Equality, left: &Cell<'_>, right: &Cell<'_>) -> Truth {
    let (l, r) = (left.value(), right.value());
    let equal = op != Op::Ne;
    match (op, equality) {
        (Op::Eq | Op::Ne, Equality::LeftEmpty) => Truth::from(l.is_empty() == equal),
        (Op::Eq | Op::Ne, Equality::RightEmpty) => Truth::from(r.is_empty() == equal),
        (Op::Eq | Op::Ne, Equality::Coalesced) => {
            let empty = ValueRef::Text("");
            let or_empty = |v| if v == ValueRef::Null { empty } else { v };
            // Of equal affinity no conversion could happen anyway.
            let found = order(or_empty(l), or_empty(r));
            Truth::from((found == Ordering::Equal) == equal)
        }
        (Op::Eq | Op::Ne, Equality::Is) if l == ValueRef::Null || r == ValueRef::Null => Truth::from((l == r) == equal),
        (Op::Ne, Equality::Plain) if l == ValueRef::Null || r == ValueRef::Null => Truth::from(l != r),
        _ if l == ValueRef::Null || r == ValueRef::Null => Truth::Null,
        _ => match converted(left, right) {
            None => Truth::Unsure,
            Some((l, r)) => holds(op, order(l.as_ref(), r.as_ref())),
        },
    }
}

fn holds(op: Op, found: Ordering) -> Truth {
    Truth::from(match op {
        Op::Eq => found.is_eq(),
        Op::Ne => found.is_ne(),
        Op::Lt => found.is_lt(),
        Op::Le => found.is_le(),
        Op::Gt => found.is_gt(),
        Op::Ge => found.is_ge(),
        Op::Like | Op::NotLike => return Truth::Unsure,
    })
}

/// By storage class: numbers before texts, texts by their bytes.
fn order(l: ValueRef<'_>, r: ValueRef<'_>) -> Ordering {
    match (l, r) {
        (ValueRef::Null, ValueRef::Null) => Ordering::Equal,
        (ValueRef::Null, _) => Ordering::Less,
        (_, ValueRef::Null) => Ordering::Greater,
        (ValueRef::Int(l), ValueRef::Int(r)) => l.cmp(&r),
        (ValueRef::Real(l), ValueRef::Real(r)) => l.partial_cmp(&r).unwrap_or(Ordering::Equal),
        (ValueRef::Int(l), ValueRef::Real(r)) => number::compare(l, r),
        (ValueRef::Real(l), ValueRef::Int(r)) => number::compare(r, l).reverse(),
        (ValueRef::Text(l), ValueRef::Text(r)) => l.cmp(r),
        (ValueRef::Int(_) | ValueRef::Real(_), ValueRef::Text(_)) => Ordering::Less,
        (ValueRef::Text(_), ValueRef::Int(_) | ValueRef::Real(_)) => Ordering::Greater,
    }
}

/// Both values after each side's affinity has been applied to the other; `None` when it is not known what becomes of
/// them.
fn converted<'a>(left: &'a Cell<'_>, right: &'a Cell<'_>) -> Option<(Held<'a>, Held<'a>)> {
    let (l, r) = (left.value(), right.value());
    let keep = |v| Some(Held::Borrowed(v));
    let same_class = matches!(l, ValueRef::Text(_)) == matches!(r, ValueRef::Text(_));
    // Only a text meeting a number can change.
    if same_class {
        // Two numbers become texts where a TEXT column holds a number, which a table never lets happen.
        return Some((keep(l)?, keep(r)?));
    }
    match (left.affinity, right.affinity) {
        (Affinity::Unknown, _) | (_, Affinity::Unknown) => None,
        (Affinity::Numeric, _) | (_, Affinity::Numeric) => Some((to_number(l)?, to_number(r)?)),
        (Affinity::Text, _) | (_, Affinity::Text) => Some((to_text(l)?, to_text(r)?)),
        (Affinity::None, Affinity::None) => Some((keep(l)?, keep(r)?)),
    }
}

fn to_number(value: ValueRef<'_>) -> Option<Held<'_>> {
    match value {
        ValueRef::Text(text) => match number::from_text(text) {
            Numeric::Number(n) => Some(Held::Owned(n)),
            Numeric::Text => Some(Held::Borrowed(value)),
            Numeric::Unsure => None,
        },
        ValueRef::Null | ValueRef::Int(_) | ValueRef::Real(_) => Some(Held::Borrowed(value)),
    }
}

fn to_text(value: ValueRef<'_>) -> Option<Held<'_>> {
    match value {
        ValueRef::Int(n) => Some(Held::Owned(Value::Text(n.to_string()))),
        ValueRef::Real(n) => number::to_text(n).map(|text| Held::Owned(Value::Text(text))),
        ValueRef::Null | ValueRef::Text(_) => Some(Held::Borrowed(value)),
    }
}

impl Held<'_> {
    fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Held::Borrowed(value) => *value,
            Held::Owned(value) => value.as_ref(),
        }
    }
}

/// `text LIKE pattern`, or its negation; NULL on either side is NULL for both.
pub(crate) fn like(op: Op, text: ValueRef<'_>, pattern: Option<&str>) -> Truth {
    let (Some(text), Some(pattern)) = (sure_text(text), pattern) else { return Truth::Null };
    let Some(text) = text else { return Truth::Unsure };
    match like::matches(&text, pattern) {
        None => Truth::Unsure,
        Some(found) => Truth::from(found == (op == Op::Like)),
    }
}

/// The text of a value: the outer `None` for NULL, the inner one when its spelling is not known.
pub(crate) fn sure_text(value: ValueRef<'_>) -> Option<Option<Cow<'_, str>>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Text(s) => Some(Some(Cow::Borrowed(s))),
        ValueRef::Int(n) => Some(Some(Cow::Owned(n.to_string()))),
        ValueRef::Real(n) => Some(number::to_text(n).map(Cow::Owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(value: &Value, affinity: Affinity) -> Cell<'_> {
        Cell::new(value.as_ref(), affinity)
    }

    #[test]
    fn affinity_decides_when_text_meets_number() {
        let (text, five) = (Value::from("5"), Value::Real(5.0));
        let eq = |l, r| compare(Op::Eq, Equality::Plain, &cell(&text, l), &cell(&five, r));
        assert_eq!(eq(Affinity::Numeric, Affinity::None), Truth::True);
        assert_eq!(eq(Affinity::Text, Affinity::None), Truth::False);
        assert_eq!(eq(Affinity::None, Affinity::None), Truth::False);
        assert_eq!(eq(Affinity::Text, Affinity::Numeric), Truth::True);
        assert_eq!(eq(Affinity::Unknown, Affinity::None), Truth::Unsure);
        let (text, five) = (Value::from("5.0"), Value::Real(5.0));
        assert_eq!(
            compare(Op::Eq, Equality::Plain, &cell(&text, Affinity::Text), &cell(&five, Affinity::None)),
            Truth::True
        );
    }

    #[test]
    fn null_and_the_empty_text() {
        let (null, empty, x) = (Value::Null, Value::from(""), Value::from("x"));
        let is = |op, equality, l: &Value, r: &Value| {
            compare(op, equality, &cell(l, Affinity::None), &cell(r, Affinity::None))
        };
        assert_eq!(is(Op::Eq, Equality::Is, &null, &empty), Truth::False);
        assert_eq!(is(Op::Eq, Equality::Is, &null, &null), Truth::True);
        assert_eq!(is(Op::Ne, Equality::Is, &null, &x), Truth::True);
        assert_eq!(is(Op::Eq, Equality::Plain, &null, &x), Truth::Null);
        assert_eq!(is(Op::Ne, Equality::Plain, &null, &x), Truth::True);
        assert_eq!(is(Op::Eq, Equality::LeftEmpty, &null, &empty), Truth::True);
        assert_eq!(is(Op::Ne, Equality::LeftEmpty, &null, &empty), Truth::False);
        assert_eq!(is(Op::Eq, Equality::Coalesced, &null, &empty), Truth::True);
        assert_eq!(is(Op::Ne, Equality::Coalesced, &null, &x), Truth::True);
        assert_eq!(is(Op::Lt, Equality::Plain, &null, &x), Truth::Null);
        assert_eq!(is(Op::Lt, Equality::Plain, &Value::Int(9), &x), Truth::True);
        assert_eq!(like(Op::NotLike, ValueRef::Null, Some("%")), Truth::Null);
        assert_eq!(like(Op::Like, ValueRef::Real(1.0), Some("%.0")), Truth::True);
    }
}
