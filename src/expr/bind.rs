//! A predicate in one request: its slots filled, what is certain already folded away.

use std::sync::Arc;

use crate::context::Ctx;
use crate::schema::{Collection, FieldKind};
use crate::value::{Value, ValueRef};

use super::compare::{Affinity, Cell, Equality, Held, Truth, compare, like, sure_text};
use super::geo;
use super::like as pattern;
use super::predicate::{Certain, Compare, From, JoinId, JoinKind, Key, Node, NodeId, Operand, Part, Predicate, SlotId};
use super::slot::Class;
use super::token::Op;

/// A predicate whose every request value is known.
#[derive(Clone, Debug)]
pub struct Bound {
    pub(crate) predicate: Arc<Predicate>,
    pub(crate) slots: Vec<Value>,
    /// By node.
    folds: Vec<Fold>,
    /// By guard.
    pub(crate) guards: Vec<Bound>,
    stage: Stage,
}

/// What is known of a node before any record is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    Open,
    True,
    False,
}

/// Whether the records judged are stored or about to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Stored,
    New,
}

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

impl Predicate {
    /// The predicate in a request, about stored records.
    pub fn bind(self: &Arc<Self>, ctx: &Ctx) -> Bound {
        Bound::new(Arc::clone(self), ctx, Stage::Stored)
    }

    /// The predicate in a request, about a record that is not stored yet: `:changed` compares with zero values.
    pub fn bind_new(self: &Arc<Self>, ctx: &Ctx) -> Bound {
        Bound::new(Arc::clone(self), ctx, Stage::New)
    }
}

impl Bound {
    fn new(predicate: Arc<Predicate>, ctx: &Ctx, stage: Stage) -> Bound {
        let slots = predicate.slots.iter().map(|slot| slot.value(ctx)).collect();
        let guards = predicate.guards.iter().map(|guard| guard.rule.bind(ctx)).collect();
        let mut bound = Bound { folds: Vec::with_capacity(predicate.nodes.len()), predicate, slots, guards, stage };
        for id in 0..bound.predicate.nodes.len() {
            let fold = bound.fold_node(bound.predicate.node(id));
            bound.folds.push(fold);
        }
        bound
    }

    /// True of every record.
    pub fn is_always(&self) -> bool {
        self.fold(self.predicate.top) == Fold::True
    }

    /// True of no record.
    pub fn is_never(&self) -> bool {
        self.fold(self.predicate.top) == Fold::False
    }

    /// The collection whose records it judges.
    pub fn collection(&self) -> &Arc<Collection> {
        self.predicate.collection()
    }

    pub(crate) fn fold(&self, node: NodeId) -> Fold {
        self.folds.get(node).copied().unwrap_or(Fold::Open)
    }

    #[expect(clippy::indexing_slicing, reason = "ids are made by the checker, one per element")]
    pub(crate) fn slot(&self, id: SlotId) -> &Value {
        &self.slots[id]
    }

    #[expect(clippy::indexing_slicing, reason = "one per guard of the predicate")]
    pub(crate) fn guard(&self, id: usize) -> &Bound {
        &self.guards[id]
    }

    fn fold_node(&self, node: &Node) -> Fold {
        match node {
            Node::Const(Certain::True) => Fold::True,
            Node::Const(Certain::False) => Fold::False,
            Node::And(terms) => self.fold_all(terms, Fold::True, Fold::False),
            Node::Or(terms) => self.fold_all(terms, Fold::False, Fold::True),
            Node::Holds(id) => self.fold_holds(self.predicate.comparison(*id)),
            Node::Violates(id) => match self.constant_outcome(self.predicate.comparison(*id)) {
                Some(Truth::False) => Fold::True,
                Some(Truth::True | Truth::Null) => Fold::False,
                Some(Truth::Unsure) | None => Fold::Open,
            },
            // Every join reaches a row.
            Node::Some { body, .. } => self.fold(*body),
            Node::Nothing { body, .. } => match self.fold(*body) {
                Fold::True => Fold::False,
                Fold::False => Fold::True,
                Fold::Open => Fold::Open,
            },
            Node::Guard(id) => match self.guard(*id).is_always() {
                true => Fold::True,
                // Even what nobody may list may be absent.
                false => Fold::Open,
            },
        }
    }

    /// `neutral` if all terms are, `absorbing` if one is.
    fn fold_all(&self, terms: &[NodeId], neutral: Fold, absorbing: Fold) -> Fold {
        let mut all = neutral;
        for term in terms {
            match self.fold(*term) {
                fold if fold == absorbing => return absorbing,
                Fold::Open => all = Fold::Open,
                Fold::True | Fold::False => {}
            }
        }
        all
    }

    fn fold_holds(&self, comparison: &Compare) -> Fold {
        // Where no value violates a comparison that is never unknown, all values satisfy it.
        if comparison.part == Part::Some && self.is_two_valued(comparison) {
            return Fold::True;
        }
        match self.constant_outcome(comparison) {
            Some(Truth::True) => Fold::True,
            Some(Truth::False | Truth::Null) => Fold::False,
            Some(Truth::Unsure) | None => Fold::Open,
        }
    }

    /// `=` and `!=` are never NULL, but for `=` with a solid constant.
    fn is_two_valued(&self, comparison: &Compare) -> bool {
        match (comparison.op, self.equality(comparison)) {
            (Op::Ne, Equality::Plain) => !self.is_strict(comparison),
            (Op::Eq, Equality::Plain) => false,
            (Op::Eq | Op::Ne, _) => true,
            _ => false,
        }
    }

    fn constant_outcome(&self, comparison: &Compare) -> Option<Truth> {
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
            Operand::Const(_)
            | Operand::Column(..)
            | Operand::Item(_)
            | Operand::Lower(_)
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
            Operand::Column(from, _) | Operand::Json(from, _, _) => gone(*from),
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

impl Cell<'_> {
    fn bare(&self) -> Cell<'_> {
        Cell::new(self.value(), Affinity::None)
    }

    /// The same value, kept.
    pub(crate) fn into_value(self) -> Value {
        match self.value {
            Held::Borrowed(value) => value.to_owned(),
            Held::Owned(value) => value,
        }
    }
}
