//! Sub-selects that are read once for the whole statement instead of once per row: `x IN (SELECT …)`.
//!
//! Worth it where the rows of another collection would otherwise be searched again and again: records pointing here
//! without an index to find them by, and the records of a list, where a set of ids in memory is five times cheaper to
//! ask than the table. Not where the other collection may be much larger than what is looked at: behind a page's single
//! relations, and never for accounts.

use crate::expr::bind::Fold;
use crate::expr::index::is_searchable;
use crate::expr::predicate::{From, JoinId, JoinKind, Key, Node, NodeId};

use super::frame::{Frame, Place};
use super::joins::Joined;
use super::printer::{Printer, Reach};

/// A select's conditions, sorted by where they are decided.
pub(super) struct Plan {
    pub joined: Joined,
    terms: Vec<NodeId>,
    sets: Vec<Set>,
}

/// Records of a relation, found by conditions that concern nothing else.
struct Set {
    relation: JoinId,
    joined: Joined,
    terms: Vec<NodeId>,
}

impl Printer {
    /// Takes out of the joins what is better asked as a set of ids.
    pub fn plan(&self, frame: &Frame<'_>, joined: Joined, body: NodeId) -> Plan {
        let mut terms = Vec::new();
        conjunction(frame, body, &mut terms);
        let mut plan = Plan { joined, terms, sets: Vec::new() };
        for relation in plan.joined.inner.clone() {
            if !plan.joined.inner.contains(&relation) || !self.is_set(frame, relation) {
                continue;
            }
            let below = |join: &JoinId| frame.bound.descends(*join, relation);
            let (own, others): (Vec<NodeId>, Vec<NodeId>) =
                plan.terms.iter().partition(|term| touched(frame, **term).iter().any(below));
            let alone = |term: &NodeId| !frame.reads_root(*term) && touched(frame, *term).iter().all(below);
            if own.is_empty() || !own.iter().all(alone) {
                continue;
            }
            plan.terms = others;
            let joined = plan.joined.take(below);
            plan.sets.push(Set { relation, joined, terms: own });
        }
        plan
    }

    fn is_set(&self, frame: &Frame<'_>, join: JoinId) -> bool {
        let join = frame.join(join);
        let (JoinKind::Relation, Some(collection)) = (&join.kind, &join.collection) else { return false };
        match join.key {
            Key::Item(_) => self.reach != Reach::Few && !collection.is_view() && !collection.is_auth(),
            Key::Column(..) => self.reach == Reach::Every && !collection.is_view() && !collection.is_auth(),
            Key::None | Key::Slot(_) => false,
        }
    }

    /// The conditions of a plan whose joins are placed.
    pub fn planned(&mut self, frame: &mut Frame<'_>, plan: &Plan) {
        let mut first = true;
        for term in &plan.terms {
            self.and(&mut first);
            self.node(frame, *term);
        }
        for set in &plan.sets {
            self.and(&mut first);
            self.set(frame, set);
        }
        if first {
            self.push("TRUE");
        }
    }

    fn and(&mut self, first: &mut bool) {
        if !std::mem::take(first) {
            self.push(" AND ");
        }
    }

    fn set(&mut self, frame: &mut Frame<'_>, set: &Set) {
        let saved = frame.save();
        self.key(frame, &frame.join(set.relation).key);
        self.push(" IN (SELECT ");
        let alias = self.alias();
        self.member(alias, "id");
        self.push(" FROM ");
        self.source(frame, set.relation, alias);
        frame.put(set.relation, Place::Certain(alias));
        self.joins(frame, &set.joined.without(set.relation));
        self.push(" WHERE ");
        let mut first = true;
        for term in &set.terms {
            self.and(&mut first);
            self.node(frame, *term);
        }
        self.push(")");
        frame.restore(saved);
    }

    /// A join back that no index serves.
    pub fn is_gathered(&self, frame: &Frame<'_>, join: JoinId) -> bool {
        let join = frame.join(join);
        let (JoinKind::Back { field }, Some(collection)) = (&join.kind, &join.collection) else { return false };
        let Some(field) = collection.fields.get(*field) else { return false };
        self.reach != Reach::Few
            && matches!(join.key, Key::Column(From::Root, _))
            && (field.is_multiple() || collection.is_view() || !is_searchable(collection, &field.name))
    }

    /// `id IN (SELECT the relation column …)`.
    pub fn gathered(&mut self, frame: &mut Frame<'_>, joined: &Joined, body: Option<NodeId>) {
        let Some(first) = joined.inner.first().copied() else { return };
        let join = frame.join(first);
        let (JoinKind::Back { field }, Some(collection)) = (&join.kind, &join.collection) else { return };
        let Some(field) = collection.fields.get(*field) else { return };
        self.key(frame, &join.key);
        self.push(" IN (SELECT ");
        let item = field.is_multiple().then(|| self.alias());
        let alias = self.alias();
        let value = |printer: &mut Printer| match item {
            Some(item) => printer.member(item, "value"),
            None => printer.member(alias, &field.name),
        };
        value(self);
        self.push(" FROM ");
        self.source(frame, first, alias);
        frame.put(first, Place::Certain(alias));
        if let Some(item) = item {
            self.push(", ");
            self.each_column(alias, collection, &field.name);
            self.push(" AS ");
            self.name(item);
        }
        let rest = joined.without(first);
        let plan = body.map(|body| self.plan(frame, rest.clone(), body));
        self.joins(frame, plan.as_ref().map_or(&rest, |plan| &plan.joined));
        self.push(" WHERE ");
        value(self);
        self.push(" IS NOT NULL");
        if let Some(plan) = plan {
            self.push(" AND ");
            self.planned(frame, &plan);
        }
        self.push(")");
    }
}

/// Nothing in the body depends on the row around but through the first join's own key.
pub(super) fn stands_alone(frame: &Frame<'_>, joined: &Joined, body: NodeId) -> bool {
    let mut read = Vec::new();
    frame.read(body, &mut read);
    read.extend(joined.inner.iter().chain(&joined.outer));
    !frame.reads_root(body)
        && read.iter().all(|join| {
            let placed_around = matches!(frame.place(*join), Place::Certain(_) | Place::Perhaps(_));
            let own_key = joined.inner.first() == Some(join);
            !placed_around && (own_key || !matches!(frame.join(*join).key, Key::Column(From::Root, _)))
        })
}

/// The terms of a conjunction that are not certain.
fn conjunction(frame: &Frame<'_>, node: NodeId, out: &mut Vec<NodeId>) {
    match frame.bound.predicate.node(node) {
        _ if frame.bound.fold(node) == Fold::True => {}
        Node::And(terms) if frame.bound.fold(node) == Fold::Open => {
            terms.iter().for_each(|term| conjunction(frame, *term, out));
        }
        _ => out.push(node),
    }
}

/// The joins that conditions below read themselves, or quantify over.
fn touched(frame: &Frame<'_>, node: NodeId) -> Vec<JoinId> {
    let mut found = Vec::new();
    frame.touched(node, &mut found);
    found
}
