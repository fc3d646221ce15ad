//! The second reader of predicates: decides in memory from one row and the request, as far as these suffice.
//!
//! What needs other tables, `strftime`, or arithmetic that SQLite might round another way, is left to the database; a
//! verdict of either reader is the same.

use std::cell::Cell as Counter;

use crate::value::{Row, Value, ValueRef};

use super::bind::{Bound, Fold};
use super::compare::{Affinity, Cell, Truth, sure_text};
use super::geo;
use super::json;
use super::predicate::{Compare, From, JoinId, JoinKind, Key, Node, NodeId, Operand, SlotId};

/// What a predicate says of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    Fail,
    /// Not to be told from the row and the request alone.
    AskDatabase,
}

/// Combinations of list items looked at before the database is asked instead.
const MAX_STEPS: u32 = 10_000;

impl Bound {
    /// Judges a row of the predicate's collection, its values in field order.
    pub fn eval<R: Row + ?Sized>(&self, row: &R) -> Verdict {
        let reader = Reader { bound: self, row, steps: Counter::new(0) };
        reader.node(self.predicate.top, None)
    }
}

struct Reader<'a, R: ?Sized> {
    bound: &'a Bound,
    row: &'a R,
    steps: Counter<u32>,
}

/// The items that the quantifiers around a node have chosen, innermost first.
#[derive(Clone, Copy)]
struct Chosen<'c> {
    join: JoinId,
    item: ValueRef<'c>,
    outer: Option<&'c Chosen<'c>>,
}

type Choice<'c> = Option<&'c Chosen<'c>>;

impl Verdict {
    fn not(self) -> Verdict {
        match self {
            Verdict::Pass => Verdict::Fail,
            Verdict::Fail => Verdict::Pass,
            Verdict::AskDatabase => Verdict::AskDatabase,
        }
    }
}

/// `decisive` if one of the verdicts is, unless undecided `neutral` if none is anything else.
fn combine(verdicts: impl Iterator<Item = Verdict>, decisive: Verdict) -> Verdict {
    let mut all = decisive.not();
    for verdict in verdicts {
        match verdict {
            verdict if verdict == decisive => return decisive,
            Verdict::AskDatabase => all = Verdict::AskDatabase,
            Verdict::Pass | Verdict::Fail => {}
        }
    }
    all
}

impl<R: Row + ?Sized> Reader<'_, R> {
    fn node(&self, id: NodeId, choice: Choice<'_>) -> Verdict {
        match self.bound.fold(id) {
            Fold::True => return Verdict::Pass,
            Fold::False => return Verdict::Fail,
            Fold::Open => {}
        }
        let predicate = &self.bound.predicate;
        match predicate.node(id) {
            Node::Const(_) => Verdict::AskDatabase,
            Node::And(terms) => combine(terms.iter().map(|term| self.node(*term, choice)), Verdict::Fail),
            Node::Or(terms) => combine(terms.iter().map(|term| self.node(*term, choice)), Verdict::Pass),
            Node::Holds(id) => self.is(predicate.comparison(*id), Truth::True, choice),
            Node::Violates(id) => self.is(predicate.comparison(*id), Truth::False, choice),
            Node::Some { joins, body } => self.some(joins, *body, choice),
            Node::Nothing { joins, body } => self.some(joins, *body, choice).not(),
            Node::Guard(id) if self.is_absent(predicate.guard(*id).join, choice) => Verdict::Pass,
            Node::Guard(_) => Verdict::AskDatabase,
        }
    }

    fn is(&self, comparison: &Compare, wanted: Truth, choice: Choice<'_>) -> Verdict {
        let outcome = self.operand(&comparison.left, choice).and_then(|left| {
            let right = self.operand(&comparison.right, choice)?;
            Some(self.bound.outcome(comparison, &left, &right))
        });
        match outcome {
            None | Some(Truth::Unsure) => Verdict::AskDatabase,
            Some(outcome) if outcome == wanted => Verdict::Pass,
            Some(_) => Verdict::Fail,
        }
    }

    /// Whether the body holds for some combination of what the joins reach.
    fn some(&self, joins: &[JoinId], body: NodeId, choice: Choice<'_>) -> Verdict {
        let Some((join, rest)) = joins.split_first() else { return self.node(body, choice) };
        if self.bound.predicate.join(*join).kind != JoinKind::Each {
            // Absent, or beyond memory: found out where its columns are read.
            return self.some(rest, body, choice);
        }
        let Some(mut items) = self.items(*join, choice) else { return Verdict::AskDatabase };
        if items.is_empty() {
            items.push(Value::Null);
        }
        let verdicts = items.iter().map(|item| {
            self.steps.set(self.steps.get() + 1);
            if self.steps.get() > MAX_STEPS {
                return Verdict::AskDatabase;
            }
            self.some(rest, body, Some(&Chosen { join: *join, item: item.as_ref(), outer: choice }))
        });
        combine(verdicts, Verdict::Pass)
    }

    fn items(&self, join: JoinId, choice: Choice<'_>) -> Option<Vec<Value>> {
        let list = match &self.bound.predicate.join(join).key {
            Key::Column(From::Root, field) => self.row.value(*field),
            Key::Slot(id) => self.bound.slot(*id).as_ref(),
            Key::Column(From::Join(parent), _) if self.is_absent(*parent, choice) => ValueRef::Null,
            Key::Column(From::Join(_), _) | Key::Item(_) | Key::None => return None,
        };
        match list {
            ValueRef::Null => Some(Vec::new()),
            ValueRef::Text(list) => json::items(list),
            ValueRef::Int(_) | ValueRef::Real(_) => None,
        }
    }

    /// There is no such row: it would need an id that no record has, or hangs on a row that is absent itself.
    fn is_absent(&self, join: JoinId, choice: Choice<'_>) -> bool {
        let found = self.bound.predicate.join(join);
        match (&found.kind, &found.key) {
            (JoinKind::Relation, Key::Column(From::Root, field)) => self.row.value(*field).is_empty(),
            (JoinKind::Relation, Key::Item(each)) => item(*each, choice).is_some_and(ValueRef::is_empty),
            (_, Key::Column(From::Join(parent), _)) => self.is_absent(*parent, choice),
            _ => self.bound.is_absent(join),
        }
    }

    fn operand<'v>(&'v self, operand: &'v Operand, choice: Choice<'v>) -> Option<Cell<'v>> {
        if let Some(constant) = self.bound.constant(operand) {
            return Some(constant);
        }
        match operand {
            Operand::Column(from, field) => {
                Some(Cell::new(self.column(*from, *field, choice)?, self.bound.predicate.affinity(*from, *field)))
            }
            Operand::Only(from, field) => Some(Cell::new(self.column(*from, *field, choice)?, Affinity::None)),
            Operand::Json(from, field, path) => self.document(*from, *field, path, choice).map(Cell::owned),
            Operand::Item(join) => item(*join, choice).map(|item| Cell::new(item, Affinity::None)),
            Operand::Lower(inner) => {
                let cell = self.operand(inner, choice)?;
                let lower = match sure_text(cell.value()) {
                    None => Value::Null,
                    Some(text) => Value::Text(text?.to_ascii_lowercase()),
                };
                Some(Cell::owned(lower))
            }
            Operand::Length(from, field) => self.length(*from, *field, choice).map(Cell::owned),
            Operand::Changed { field, value, .. } => self.changed(*field, *value, choice),
            Operand::GeoDistance(arguments) => {
                let [a, b, c, d] = arguments.each_ref().map(|argument| self.operand(argument, choice));
                geo::distance([a?.value(), b?.value(), c?.value(), d?.value()]).map(Cell::owned)
            }
            Operand::Const(_) | Operand::NoJson | Operand::Slot(_) => None,
            Operand::Strftime(_) | Operand::Shown { .. } => None,
        }
    }

    fn column(&self, from: From, field: usize, choice: Choice<'_>) -> Option<ValueRef<'_>> {
        match from {
            From::Root => Some(self.row.value(field)),
            From::Join(join) => self.is_absent(join, choice).then_some(ValueRef::Null),
        }
    }

    fn document(&self, from: From, field: usize, path: &[json::Step], choice: Choice<'_>) -> Option<Value> {
        match self.column(from, field, choice)? {
            ValueRef::Null => Some(Value::Null),
            ValueRef::Text(document) if !self.bound.predicate.owner(from).is_view() => json::extract(document, path),
            ValueRef::Text(_) | ValueRef::Int(_) | ValueRef::Real(_) => None,
        }
    }

    fn length(&self, from: From, field: usize, choice: Choice<'_>) -> Option<Value> {
        let value = self.column(from, field, choice)?;
        let multiple = self.bound.predicate.field(from, field)?.is_multiple();
        let length = match value {
            ValueRef::Null => 0,
            single if !multiple => usize::from(!single.is_empty()),
            list => json::items(list.text())?.len(),
        };
        i64::try_from(length).ok().map(Value::Int)
    }

    fn changed(&self, field: usize, value: SlotId, choice: Choice<'_>) -> Option<Cell<'_>> {
        let comparison = self.bound.changed(field, value);
        let stored = self.operand(&comparison.right, choice)?.into_value();
        self.bound.differs(field, value, stored.as_ref()).map(|differs| Cell::owned(Value::from(differs)))
    }
}

/// The item chosen for an `Each` join.
fn item<'c>(join: JoinId, choice: Choice<'c>) -> Option<ValueRef<'c>> {
    let mut next = choice;
    while let Some(chosen) = next {
        if chosen.join == join {
            return Some(chosen.item);
        }
        next = chosen.outer;
    }
    None
}
