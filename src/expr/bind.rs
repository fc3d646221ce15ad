//! A predicate in one request: its slots filled, what is certain already folded away.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::context::Ctx;
use crate::schema::Collection;
use crate::value::Value;

use super::compare::{Equality, Truth};
use super::predicate::{Certain, Compare, Node, NodeId, Part, Predicate, SlotId};
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
    pub(super) stage: Stage,
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
pub(super) enum Stage {
    Stored,
    New,
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

/// The same predicate with the same values: what one decides, the other decides.
impl PartialEq for Bound {
    fn eq(&self, other: &Bound) -> bool {
        Arc::ptr_eq(&self.predicate, &other.predicate)
            && self.stage == other.stage
            && self.slots == other.slots
            && self.guards == other.guards
    }
}

impl Eq for Bound {}

impl Hash for Bound {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.predicate).hash(state);
        for slot in &self.slots {
            match slot {
                Value::Null => state.write_u8(0),
                Value::Int(n) => n.hash(state),
                Value::Real(n) => (n + 0.0).to_bits().hash(state),
                Value::Text(text) => text.hash(state),
            }
        }
        self.guards.hash(state);
    }
}

impl Bound {
    /// The same predicate in the request `ctx`: a later moment, for one that reads the clock.
    #[must_use]
    pub fn again(&self, ctx: &Ctx) -> Bound {
        Bound::new(Arc::clone(&self.predicate), ctx, self.stage)
    }

    /// What it says of a record also depends on when it was bound.
    pub fn reads_clock(&self) -> bool {
        self.predicate.reads_clock()
    }

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
}
