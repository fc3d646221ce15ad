//! A checked expression: every name looked up, every quantifier placed. Immutable, shared, bound anew for each request.
//!
//! The tree stands in `nodes`, children before parents. A `Some` node quantifies over joins: its body has to hold for
//! one combination of the rows they reach, where each join reaches at least one row, which is all NULL when there is
//! none. Joins that reach at most one row need no quantifier.

use std::sync::Arc;

use crate::schema::{Collection, Field};
use crate::value::Value;

use super::compare::Affinity;
use super::json::Step;
use super::slot::{Slot, Source};
use super::token::Op;

pub(crate) type JoinId = usize;
pub(crate) type SlotId = usize;
pub(crate) type NodeId = usize;

/// A checked expression over the records of one collection.
#[derive(Debug)]
pub struct Predicate {
    pub(crate) root: Arc<Collection>,
    pub(crate) joins: Vec<Join>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) comparisons: Vec<Compare>,
    pub(crate) guards: Vec<Guard>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) top: NodeId,
}

#[derive(Debug)]
pub(crate) enum Node {
    Const(Certain),
    And(Vec<NodeId>),
    Or(Vec<NodeId>),
    /// The comparison at this index is true.
    Holds(usize),
    /// The comparison at this index is false, not merely unknown.
    Violates(usize),
    /// Some combination of the rows of these joins satisfies the body.
    Some {
        joins: Vec<JoinId>,
        body: NodeId,
    },
    /// None does.
    Nothing {
        joins: Vec<JoinId>,
        body: NodeId,
    },
    /// The guard at this index lets the joined row through.
    Guard(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certain {
    True,
    False,
}

/// Rows of another collection, or the items of a list, that a path leads to.
#[derive(Clone, Debug)]
pub(crate) struct Join {
    pub kind: JoinKind,
    pub key: Key,
    /// Whose rows these are; none for `Each`.
    pub collection: Option<Arc<Collection>>,
    /// More than one row may be reached.
    pub many: Many,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum JoinKind {
    /// The items of the list that is the key.
    Each,
    /// The record whose id is the key.
    Relation,
    /// The records whose relation field holds the key.
    Back { field: usize },
    /// All records, once per alias.
    Every { alias: String },
}

/// What a join starts from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Key {
    None,
    Column(From, usize),
    Item(JoinId),
    Slot(SlotId),
}

/// Whose column: of the records the predicate is about, or of a joined row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    Root,
    Join(JoinId),
}

/// How many rows a join reaches, and what a comparison without `?` makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Many {
    /// At most one.
    No,
    /// At most one by promise of the schema, which nothing enforces: compared as one.
    Perhaps,
    /// Any number, all of which have to comply.
    Yes,
}

/// Two operands, their operation and its part in the whole.
#[derive(Clone, Debug)]
pub(crate) struct Compare {
    pub left: Operand,
    pub op: Op,
    pub right: Operand,
    pub part: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Stands for itself.
    Whole,
    /// "Some value satisfies it", beside a node that says "no value violates it".
    Some,
    /// "A value violates it".
    Violation,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    Const(Value),
    /// NULL that compares as JSON does.
    NoJson,
    Slot(SlotId),
    Column(From, usize),
    Json(From, usize, Vec<Step>),
    /// A column without its affinity: the only item of a single-valued field.
    Only(From, usize),
    /// An item of an `Each` join.
    Item(JoinId),
    Lower(Box<Operand>),
    /// The number of items of a select, file or relation field.
    Length(From, usize),
    /// Whether the submitted value of the field differs from the stored one; the slots hold it and whether it is there.
    Changed {
        field: usize,
        value: SlotId,
        isset: SlotId,
    },
    /// `lonA, latA, lonB, latB`.
    GeoDistance(Box<[Operand; 4]>),
    /// Format, time and modifiers.
    Strftime(Vec<Operand>),
    /// `column`, or `''` where the flag (`emailVisibility`) is off.
    Shown {
        from: From,
        column: usize,
        flag: usize,
    },
}

/// A condition on every row of a join, lest what the caller may not list is guessed from what a filter finds.
#[derive(Debug)]
pub(crate) struct Guard {
    pub join: JoinId,
    /// The list rule of the joined collection.
    pub rule: Arc<Predicate>,
}

impl Join {
    /// The join this one starts from.
    pub fn parent(&self) -> Option<JoinId> {
        match self.key {
            Key::Column(From::Join(join), _) | Key::Item(join) => Some(join),
            Key::Column(From::Root, _) | Key::Slot(_) | Key::None => None,
        }
    }

    /// The same join starting from another copy of its parent.
    pub fn with_parent(&self, parent: Option<JoinId>) -> Join {
        let key = match (&self.key, parent) {
            (Key::Column(From::Join(_), field), Some(parent)) => Key::Column(From::Join(parent), *field),
            (Key::Item(_), Some(parent)) => Key::Item(parent),
            (key, _) => key.clone(),
        };
        Join { key, ..self.clone() }
    }

    /// Leads to the same rows: shared by all paths of one expression.
    pub fn is_same(&self, other: &Join) -> bool {
        fn id(join: &Join) -> Option<&str> {
            join.collection.as_ref().map(|collection| collection.id.as_str())
        }
        self.kind == other.kind && self.key == other.key && id(self) == id(other)
    }
}

impl Operand {
    /// Calls `visit` with every row that the operand reads.
    pub fn rows(&self, visit: &mut impl FnMut(From)) {
        match self {
            Operand::Const(_) | Operand::NoJson | Operand::Slot(_) => {}
            Operand::Column(from, _)
            | Operand::Only(from, _)
            | Operand::Json(from, _, _)
            | Operand::Length(from, _) => {
                visit(*from);
            }
            Operand::Shown { from, .. } => visit(*from),
            Operand::Item(join) => visit(From::Join(*join)),
            Operand::Lower(inner) => inner.rows(visit),
            Operand::Changed { .. } => visit(From::Root),
            Operand::GeoDistance(arguments) => arguments.iter().for_each(|argument| argument.rows(visit)),
            Operand::Strftime(arguments) => arguments.iter().for_each(|argument| argument.rows(visit)),
        }
    }

    /// `strftime` may ask for the time of day.
    fn is_timeless(&self) -> bool {
        match self {
            Operand::Strftime(_) => false,
            Operand::Lower(inner) => inner.is_timeless(),
            Operand::GeoDistance(arguments) => arguments.iter().all(Operand::is_timeless),
            Operand::Const(_)
            | Operand::NoJson
            | Operand::Slot(_)
            | Operand::Column(..)
            | Operand::Only(..)
            | Operand::Json(..)
            | Operand::Length(..)
            | Operand::Shown { .. }
            | Operand::Item(_)
            | Operand::Changed { .. } => true,
        }
    }

    /// Calls `visit` with the position of every field of the predicate's own row that the operand reads.
    fn root_fields(&self, visit: &mut impl FnMut(usize)) {
        match self {
            Operand::Column(From::Root, field)
            | Operand::Only(From::Root, field)
            | Operand::Json(From::Root, field, _)
            | Operand::Length(From::Root, field)
            | Operand::Changed { field, .. } => visit(*field),
            Operand::Shown { from: From::Root, column, flag } => {
                visit(*column);
                visit(*flag);
            }
            Operand::Lower(inner) => inner.root_fields(visit),
            Operand::GeoDistance(arguments) => arguments.iter().for_each(|argument| argument.root_fields(visit)),
            Operand::Strftime(arguments) => arguments.iter().for_each(|argument| argument.root_fields(visit)),
            Operand::Const(_) | Operand::NoJson | Operand::Slot(_) | Operand::Item(_) => {}
            Operand::Column(..)
            | Operand::Only(..)
            | Operand::Json(..)
            | Operand::Length(..)
            | Operand::Shown { .. } => {}
        }
    }

    /// The joins the operand reads directly.
    pub fn joins(&self) -> Vec<JoinId> {
        let mut joins = Vec::new();
        self.rows(&mut |from| {
            if let From::Join(join) = from {
                joins.push(join);
            }
        });
        joins
    }

    /// The same operand over other joins.
    pub fn remap(&self, to: &impl Fn(JoinId) -> JoinId) -> Operand {
        let from = |from: From| match from {
            From::Root => From::Root,
            From::Join(join) => From::Join(to(join)),
        };
        match self {
            Operand::Column(row, field) => Operand::Column(from(*row), *field),
            Operand::Only(row, field) => Operand::Only(from(*row), *field),
            Operand::Json(row, field, path) => Operand::Json(from(*row), *field, path.clone()),
            Operand::Length(row, field) => Operand::Length(from(*row), *field),
            Operand::Shown { from: row, column, flag } => {
                Operand::Shown { from: from(*row), column: *column, flag: *flag }
            }
            Operand::Item(join) => Operand::Item(to(*join)),
            Operand::Lower(inner) => Operand::Lower(Box::new(inner.remap(to))),
            Operand::GeoDistance(arguments) => {
                Operand::GeoDistance(Box::new(arguments.each_ref().map(|argument| argument.remap(to))))
            }
            Operand::Strftime(arguments) => {
                Operand::Strftime(arguments.iter().map(|argument| argument.remap(to)).collect())
            }
            Operand::Const(_) | Operand::NoJson | Operand::Slot(_) | Operand::Changed { .. } => self.clone(),
        }
    }
}

impl Predicate {
    /// The collection whose records it is about.
    pub fn collection(&self) -> &Arc<Collection> {
        &self.root
    }

    #[expect(clippy::indexing_slicing, reason = "ids are made by the checker, one per element")]
    pub(crate) fn join(&self, id: JoinId) -> &Join {
        &self.joins[id]
    }

    #[expect(clippy::indexing_slicing, reason = "ids are made by the checker, one per element")]
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    #[expect(clippy::indexing_slicing, reason = "ids are made by the checker, one per element")]
    pub(crate) fn comparison(&self, id: usize) -> &Compare {
        &self.comparisons[id]
    }

    #[expect(clippy::indexing_slicing, reason = "ids are made by the checker, one per element")]
    pub(crate) fn guard(&self, id: usize) -> &Guard {
        &self.guards[id]
    }

    /// The collection that owns a row's columns.
    pub(crate) fn owner(&self, from: From) -> &Arc<Collection> {
        match from {
            From::Root => &self.root,
            From::Join(join) => self.join(join).collection.as_ref().unwrap_or(&self.root),
        }
    }

    pub(crate) fn field(&self, from: From, index: usize) -> Option<&Field> {
        self.owner(from).fields.get(index)
    }

    /// As the database treats the column in comparisons; what a view's expressions make of it is not known here.
    pub(crate) fn affinity(&self, from: From, index: usize) -> Affinity {
        match self.field(from, index) {
            _ if self.owner(from).is_view() => Affinity::Unknown,
            Some(field) if field.is_numeric() => Affinity::Numeric,
            Some(_) | None => Affinity::Text,
        }
    }

    /// Calls `visit` with the position of every field of the predicate's own row that it reads.
    pub(crate) fn root_fields(&self, visit: &mut impl FnMut(usize)) {
        for comparison in &self.comparisons {
            comparison.left.root_fields(visit);
            comparison.right.root_fields(visit);
        }
        for join in &self.joins {
            if let Key::Column(From::Root, field) = join.key {
                visit(field);
            }
        }
    }

    /// What it says of a record changes only when a table changes, not with the time of day.
    pub(crate) fn is_timeless(&self) -> bool {
        self.comparisons.iter().all(|c| c.left.is_timeless() && c.right.is_timeless())
            && self.guards.iter().all(|guard| guard.rule.is_timeless())
    }

    /// Whether binding it reads the clock (`@now` and its like).
    pub(crate) fn reads_clock(&self) -> bool {
        self.slots.iter().any(|slot| matches!(slot.source, Source::Macro(_)))
            || self.guards.iter().any(|guard| guard.rule.reads_clock())
    }

    /// Calls `visit` with the name of every table the predicate reads besides its own.
    pub(crate) fn tables<'a>(&'a self, visit: &mut impl FnMut(&'a Collection)) {
        self.joins.iter().filter_map(|join| join.collection.as_deref()).for_each(&mut *visit);
        self.guards.iter().for_each(|guard| guard.rule.tables(visit));
    }
}
