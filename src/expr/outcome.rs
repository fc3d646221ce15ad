//! What a comparison comes to: the table of `=` and `!=`, and the values that are known without a record.

use crate::schema::FieldKind;
use crate::value::{Value, ValueRef};

use super::bind::{Bound, Stage};
use super::compare::{Affinity, Cell, Equality, Truth, compare, like, sure_text};
use super::geo;
use super::like as pattern;
use super::predicate::{Compare, From, JoinId, JoinKind, Key, Operand, Part, Predicate, SlotId};
use super::slot::Class;
use super::token::Op;

/// Whether a comparison ignores the affinity of its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bare {
    Yes,
    No,
}

/// Whether two columns are of one affinity, so that neither changes the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alike {
    Yes,
    No,
}

impl Bound {
    /// What it comes to whatever the record; `None` when that depends.
    pub(super) fn constant_outcome(&self, comparison: &Compare) -> Option<Truth> {
        let left = self.constant(&comparison.left)?;
        let right = self.constant(&comparison.right)?;
        Some(self.outcome(comparison, &left, &right))
    }

    /// The comparison of two values that its operands have been found to have.
    pub(crate) fn outcome(&self, comparison: &Compare, left: &Cell<'_>, right: &Cell<'_>) -> Truth {
        if matches!(comparison.op, Op::Like | Op::NotLike) {
            let pattern = match self.pattern(&comparison.right) {
                Some(pattern) => pattern,
                None => match sure_text(right.value()) {
                    Some(None) => return Truth::Unsure,
                    Some(Some(text)) => Some(pattern::contains(&text)),
                    None => None,
                },
            };
            return like(comparison.op, left.value(), pattern.as_deref());
        }
        let equality = self.equality(comparison);
        match self.drops_affinity(comparison) {
            Bare::No => compare(comparison.op, equality, left, right),
            Bare::Yes => compare(comparison.op, equality, &left.bare(), &right.bare()),
        }
    }

    /// A value of the caller's record is a column that was read beforehand, and two columns of different affinity are
    /// compared without any.
    pub(crate) fn drops_affinity(&self, comparison: &Compare) -> Bare {
        let (left, right) = (&comparison.left, &comparison.right);
        let differs = |slot: &Operand, other: &Operand| {
            matches!(slot, Operand::Slot(_))
                && self.affinity(slot) != Affinity::None
                && self.affinity(other) != self.affinity(slot)
                && self.constant(other).is_none()
        };
        let equality = matches!(comparison.op, Op::Eq | Op::Ne) && self.equality(comparison) == Equality::Plain;
        if equality && (differs(left, right) || differs(right, left)) { Bare::Yes } else { Bare::No }
    }

    /// The affinity that an operand brings into a comparison.
    pub(crate) fn affinity(&self, operand: &Operand) -> Affinity {
        match operand {
            Operand::Column(from, field) => self.predicate.affinity(*from, *field),
            Operand::Slot(id) => self.slot_affinity(*id),
            Operand::Const(_)
            | Operand::NoJson
            | Operand::Only(..)
            | Operand::Json(..)
            | Operand::Item(_)
            | Operand::Lower(_)
            | Operand::Length(..)
            | Operand::Changed { .. }
            | Operand::GeoDistance(_)
            | Operand::Strftime(_)
            | Operand::Shown { .. } => Affinity::None,
        }
    }

    pub(crate) fn same_affinity(&self, left: &Operand, right: &Operand) -> Alike {
        match (self.affinity(left), self.affinity(right)) {
            (Affinity::Text, Affinity::Text) | (Affinity::Numeric, Affinity::Numeric) => Alike::Yes,
            _ => Alike::No,
        }
    }

    /// The pattern that a constant right of `~` makes; the inner `None` for NULL, the outer one for no constant.
    pub(crate) fn pattern(&self, right: &Operand) -> Option<Option<String>> {
        let cell = self.constant(right)?;
        let text = match cell.value() {
            ValueRef::Null => return Some(None),
            ValueRef::Text(text) => text.to_string(),
            ValueRef::Int(n) => n.to_string(),
            ValueRef::Real(n) => n.to_string(),
        };
        // What was read from the caller's record is a column, only read beforehand.
        let column = cell.affinity != Affinity::None;
        Some(Some(if column { pattern::contains(&text) } else { pattern::pattern(&text) }))
    }

    /// How `=` and `!=` of this comparison treat NULL and `''`.
    pub(crate) fn equality(&self, comparison: &Compare) -> Equality {
        if self.is_json(&comparison.left) || self.is_json(&comparison.right) {
            return Equality::Is;
        }
        if self.is_strict(comparison) {
            return Equality::Plain;
        }
        let left = self.constant(&comparison.left).map(|cell| cell.value().is_empty());
        let right = self.constant(&comparison.right).map(|cell| cell.value().is_empty());
        match (left, right) {
            (Some(true), Some(true)) => Equality::LeftEmpty,
            (Some(true), None) => Equality::RightEmpty,
            (None, Some(true)) => Equality::LeftEmpty,
            (None, None) => Equality::Coalesced,
            (Some(_), _) | (_, Some(_)) => Equality::Plain,
        }
    }

    /// Submitted items are compared as they are: an empty list's NULL is not `''`.
    pub(crate) fn is_strict(&self, comparison: &Compare) -> bool {
        let submitted = |operand: &Operand| match operand {
            Operand::Item(join) => match self.predicate.join(*join).key {
                Key::Slot(slot) => self.predicate.slots.get(slot).is_some_and(|slot| slot.source.is_body()),
                Key::Column(..) | Key::Item(_) | Key::None => false,
            },
            _ => false,
        };
        comparison.part != Part::Violation && (submitted(&comparison.left) || submitted(&comparison.right))
    }

    pub(crate) fn is_json(&self, operand: &Operand) -> bool {
        match operand {
            Operand::Json(..) | Operand::NoJson | Operand::GeoDistance(_) | Operand::Changed { .. } => true,
            Operand::Slot(id) => self.predicate.slots.get(*id).is_some_and(|slot| slot.class == Class::Json),
            Operand::Lower(inner) => self.is_json(inner),
            Operand::Const(_)
            | Operand::Column(..)
            | Operand::Only(..)
            | Operand::Item(_)
            | Operand::Length(..)
            | Operand::Strftime(_)
            | Operand::Shown { .. } => false,
        }
    }

    /// The operand's value where it needs no record.
    pub(crate) fn constant<'a>(&'a self, operand: &'a Operand) -> Option<Cell<'a>> {
        match operand {
            Operand::Const(value) => Some(Cell::new(value.as_ref(), Affinity::None)),
            Operand::NoJson => Some(Cell::new(ValueRef::Null, Affinity::None)),
            Operand::Slot(id) => Some(Cell::new(self.slot(*id).as_ref(), self.slot_affinity(*id))),
            Operand::Changed { field, value, isset } => {
                if !self.slot(*isset).as_ref().is_true() {
                    return Some(Cell::owned(Value::Int(0)));
                }
                let zero = (self.stage == Stage::New).then(|| zero(&self.predicate, *field))?;
                self.differs(*field, *value, zero.as_ref()).map(|differs| Cell::owned(Value::from(differs)))
            }
            Operand::GeoDistance(arguments) => {
                let [a, b, c, d] = arguments.each_ref().map(|argument| self.constant(argument));
                geo::distance([a?.value(), b?.value(), c?.value(), d?.value()]).map(Cell::owned)
            }
            Operand::Column(..)
            | Operand::Only(..)
            | Operand::Json(..)
            | Operand::Item(_)
            | Operand::Lower(_)
            | Operand::Length(..)
            | Operand::Strftime(_)
            | Operand::Shown { .. } => None,
        }
    }

    pub(crate) fn slot_affinity(&self, id: SlotId) -> Affinity {
        match self.predicate.slots.get(id).map(|slot| slot.class) {
            Some(Class::Column(affinity)) => affinity,
            Some(Class::Literal | Class::Json) | None => Affinity::None,
        }
    }

    /// Whether a submitted value differs from `stored`, the value of its field.
    pub(crate) fn differs(&self, field: usize, value: SlotId, stored: ValueRef<'_>) -> Option<bool> {
        let comparison = self.changed(field, value);
        let left = self.constant(&comparison.left)?;
        let right = Cell::new(stored, self.predicate.affinity(From::Root, field));
        match self.outcome(&comparison, &left, &right) {
            Truth::True => Some(true),
            Truth::False | Truth::Null => Some(false),
            Truth::Unsure => None,
        }
    }

    /// `:changed` spelt out: the submitted value is not the stored one.
    pub(crate) fn changed(&self, field: usize, value: SlotId) -> Compare {
        let stored = match self.predicate.field(From::Root, field).map(|field| &field.kind) {
            Some(FieldKind::Json { .. }) => Operand::Json(From::Root, field, Vec::new()),
            Some(_) | None => Operand::Column(From::Root, field),
        };
        Compare { left: Operand::Slot(value), op: Op::Ne, right: stored, part: Part::Whole }
    }

    /// The row is known to be absent: it would have to have an id that no record has.
    pub(crate) fn is_absent(&self, join: JoinId) -> bool {
        let join = self.predicate.join(join);
        match (&join.kind, &join.key) {
            (JoinKind::Relation, Key::Slot(id)) => self.slot(*id).as_ref().is_empty(),
            (JoinKind::Each, Key::Slot(id)) => self.slot(*id).text() == "[]",
            (_, Key::Slot(id)) => *self.slot(*id) == Value::Null,
            (_, Key::Column(From::Join(parent), _) | Key::Item(parent)) => self.is_absent(*parent),
            (_, Key::Column(From::Root, _) | Key::None) => false,
        }
    }

    /// What the comparison comes to where rows of `join` are absent; `None` where that depends on more.
    pub(crate) fn outcome_without(&self, comparison: &Compare, join: JoinId) -> Option<Truth> {
        let (left, right) =
            (self.is_null_without(&comparison.left, join), self.is_null_without(&comparison.right, join));
        if !left && !right {
            return None;
        }
        if !matches!(comparison.op, Op::Eq | Op::Ne) {
            return Some(Truth::Null);
        }
        let null = || Some(Cell::new(ValueRef::Null, Affinity::None));
        let left = if left { null() } else { self.constant(&comparison.left) }?;
        let right = if right { null() } else { self.constant(&comparison.right) }?;
        Some(self.outcome(comparison, &left, &right))
    }

    fn is_null_without(&self, operand: &Operand, join: JoinId) -> bool {
        let gone = |from: From| matches!(from, From::Join(row) if self.descends(row, join));
        match operand {
            Operand::Column(from, _) | Operand::Only(from, _) | Operand::Json(from, _, _) => gone(*from),
            Operand::Item(row) => gone(From::Join(*row)),
            Operand::Lower(inner) => self.is_null_without(inner, join),
            Operand::GeoDistance(arguments) => arguments.iter().any(|argument| self.is_null_without(argument, join)),
            Operand::Strftime(arguments) => arguments.iter().any(|argument| self.is_null_without(argument, join)),
            // Without a row the length is 0 and a hidden e-mail `''`.
            Operand::Length(..) | Operand::Shown { .. } => false,
            Operand::Const(_) | Operand::NoJson | Operand::Slot(_) | Operand::Changed { .. } => false,
        }
    }

    /// `row` is `ancestor` or starts from it.
    pub(crate) fn descends(&self, row: JoinId, ancestor: JoinId) -> bool {
        let mut next = Some(row);
        while let Some(row) = next {
            if row == ancestor {
                return true;
            }
            next = self.predicate.join(row).parent();
        }
        false
    }
}

/// What a field holds when nothing has been written to it.
fn zero(predicate: &Predicate, field: usize) -> Value {
    let Some(field) = predicate.field(From::Root, field) else { return Value::Null };
    match &field.kind {
        FieldKind::Number { .. } | FieldKind::Bool => Value::Int(0),
        FieldKind::Json { .. } => Value::Null,
        FieldKind::GeoPoint => Value::from(r#"{"lon":0,"lat":0}"#),
        _ if field.is_multiple() => Value::from("[]"),
        _ => Value::from(""),
    }
}
