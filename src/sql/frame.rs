//! Where a predicate's rows are found while its condition is printed, and what can be said of a condition beforehand.

use crate::expr::Bound;
use crate::expr::bind::Fold;
use crate::expr::compare::Truth;
use crate::expr::predicate::{Compare, From, Join, JoinId, Node, NodeId};

/// A row source in the statement: `t7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Alias(pub u32);

/// Where a predicate's rows are found at this point of the statement.
pub(super) struct Frame<'a> {
    pub bound: &'a Bound,
    pub root: Alias,
    /// By join.
    rows: Vec<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In no select around here.
    None,
    /// Its columns are NULL only where the schema lets them.
    Certain(Alias),
    /// May be the all-NULL row.
    Perhaps(Alias),
    /// Known to be absent: its columns are NULL.
    Absent,
}

impl<'a> Frame<'a> {
    pub fn new(bound: &'a Bound, root: Alias) -> Self {
        let rows = (0..bound.predicate.joins.len())
            .map(|join| if bound.is_absent(join) { Place::Absent } else { Place::None })
            .collect();
        Frame { bound, root, rows }
    }

    pub fn top(&self) -> NodeId {
        self.bound.predicate.top
    }

    pub fn place(&self, join: JoinId) -> Place {
        self.rows.get(join).copied().unwrap_or(Place::None)
    }

    /// The places as they are, to come back to.
    pub fn save(&self) -> Vec<Place> {
        self.rows.clone()
    }

    pub fn restore(&mut self, saved: Vec<Place>) {
        self.rows = saved;
    }

    pub fn put(&mut self, join: JoinId, place: Place) {
        if let Some(slot) = self.rows.get_mut(join) {
            *slot = place;
        }
    }

    pub fn join(&self, join: JoinId) -> &'a Join {
        self.bound.predicate.join(join)
    }

    /// The joins that conditions right here read, with those they start from, as far as no select around has them.
    pub fn needed(&self, node: NodeId, out: &mut Vec<JoinId>) {
        if self.bound.fold(node) != Fold::Open {
            return;
        }
        match self.bound.predicate.node(node) {
            Node::And(terms) | Node::Or(terms) => terms.iter().for_each(|term| self.needed(*term, out)),
            Node::Holds(id) | Node::Violates(id) => {
                let comparison = self.bound.predicate.comparison(*id);
                comparison.joins().into_iter().for_each(|join| self.ancestry(join, out));
            }
            Node::Guard(id) => self.ancestry(self.bound.predicate.guard(*id).join, out),
            Node::Const(_) | Node::Some { .. } | Node::Nothing { .. } => {}
        }
    }

    /// A join and those it starts from that are placed nowhere yet.
    pub fn ancestry(&self, join: JoinId, out: &mut Vec<JoinId>) {
        let mut next = Some(join).filter(|join| self.place(*join) == Place::None);
        while let Some(join) = next {
            if !out.contains(&join) {
                out.push(join);
            }
            next = self.join(join).parent().filter(|parent| self.place(*parent) == Place::None);
        }
    }

    /// Every join read anywhere below, with those it starts from.
    pub fn read(&self, node: NodeId, out: &mut Vec<JoinId>) {
        if self.bound.fold(node) != Fold::Open {
            return;
        }
        match self.bound.predicate.node(node) {
            Node::And(terms) | Node::Or(terms) => terms.iter().for_each(|term| self.read(*term, out)),
            Node::Holds(id) | Node::Violates(id) => {
                let comparison = self.bound.predicate.comparison(*id);
                comparison.joins().into_iter().for_each(|join| self.lineage(join, out));
            }
            Node::Guard(id) => self.lineage(self.bound.predicate.guard(*id).join, out),
            Node::Some { body, .. } | Node::Nothing { body, .. } => self.read(*body, out),
            Node::Const(_) => {}
        }
    }

    fn lineage(&self, join: JoinId, out: &mut Vec<JoinId>) {
        let mut next = Some(join);
        while let Some(join) = next {
            if out.contains(&join) {
                return;
            }
            out.push(join);
            next = self.join(join).parent();
        }
    }

    /// The joins that conditions below read themselves, or quantify over.
    pub fn touched(&self, node: NodeId, out: &mut Vec<JoinId>) {
        if self.bound.fold(node) != Fold::Open {
            return;
        }
        match self.bound.predicate.node(node) {
            Node::And(terms) | Node::Or(terms) => terms.iter().for_each(|term| self.touched(*term, out)),
            Node::Holds(id) | Node::Violates(id) => out.extend(self.bound.predicate.comparison(*id).joins()),
            Node::Guard(id) => out.push(self.bound.predicate.guard(*id).join),
            Node::Some { joins, body } | Node::Nothing { joins, body } => {
                out.extend(joins);
                self.touched(*body, out);
            }
            Node::Const(_) => {}
        }
    }

    /// Some comparison below reads the predicate's own row.
    pub fn reads_root(&self, node: NodeId) -> bool {
        if self.bound.fold(node) != Fold::Open {
            return false;
        }
        match self.bound.predicate.node(node) {
            Node::And(terms) | Node::Or(terms) => terms.iter().any(|term| self.reads_root(*term)),
            Node::Holds(id) | Node::Violates(id) => self.bound.predicate.comparison(*id).reads_root(),
            Node::Some { body, .. } | Node::Nothing { body, .. } => self.reads_root(*body),
            Node::Guard(_) | Node::Const(_) => false,
        }
    }

    /// The node cannot be true where the rows of `join` are absent.
    pub fn rejects(&self, node: NodeId, join: JoinId) -> bool {
        match self.bound.fold(node) {
            Fold::True => return false,
            Fold::False => return true,
            Fold::Open => {}
        }
        match self.bound.predicate.node(node) {
            Node::And(terms) => terms.iter().any(|term| self.rejects(*term, join)),
            Node::Or(terms) => terms.iter().all(|term| self.rejects(*term, join)),
            Node::Holds(id) => self.rejects_when(*id, join, Truth::True),
            Node::Violates(id) => self.rejects_when(*id, join, Truth::False),
            Node::Some { body, .. } => self.rejects(*body, join),
            Node::Nothing { .. } | Node::Guard(_) | Node::Const(_) => false,
        }
    }

    fn rejects_when(&self, comparison: usize, join: JoinId, wanted: Truth) -> bool {
        let comparison = self.bound.predicate.comparison(comparison);
        match self.bound.outcome_without(comparison, join) {
            None | Some(Truth::Unsure) => false,
            Some(outcome) => outcome != wanted,
        }
    }
}

impl Compare {
    fn joins(&self) -> Vec<JoinId> {
        [self.left.joins(), self.right.joins()].concat()
    }

    fn reads_root(&self) -> bool {
        let mut found = false;
        let mut look = |from| found |= from == From::Root;
        self.left.rows(&mut look);
        self.right.rows(&mut look);
        found
    }
}
