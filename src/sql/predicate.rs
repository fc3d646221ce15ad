//! The first reader of predicates: their SQL condition.
//!
//! A quantifier becomes one `EXISTS (SELECT 1 FROM … WHERE …)`, so that nothing multiplies the rows of the statement
//! around it. A join whose absence would make the condition untrue is an inner join, which lets the database start from
//! its index; any other is a LEFT JOIN, whose one all-NULL row is the absent record of the language. Joins that reach
//! one row at most stand in the outermost select that reads them.

use crate::expr::bind::Fold;
use crate::expr::predicate::{JoinId, JoinKind, Node, NodeId};

use super::frame::{Frame, Place};
use super::gather::stands_alone;
use super::joins::{Joined, has_condition, split};
use super::printer::Printer;

const MAX_SPLITS: u32 = 3;

impl Printer {
    /// The whole predicate as one condition that stands by itself.
    pub fn condition(&mut self, frame: &mut Frame<'_>) {
        let top = frame.top();
        let mut needed = Vec::new();
        frame.needed(top, &mut needed);
        self.quantified(frame, needed, top);
    }

    pub fn node(&mut self, frame: &mut Frame<'_>, node: NodeId) {
        match frame.bound.fold(node) {
            Fold::True => return self.push("TRUE"),
            Fold::False => return self.push("FALSE"),
            Fold::Open => {}
        }
        let predicate = &frame.bound.predicate;
        match predicate.node(node) {
            Node::Const(_) => self.push("FALSE"),
            Node::And(terms) => self.terms(frame, terms, " AND "),
            Node::Or(terms) => self.terms(frame, terms, " OR "),
            Node::Holds(id) => self.comparison(frame, predicate.comparison(*id)),
            Node::Violates(id) => {
                self.push("NOT (");
                self.comparison(frame, predicate.comparison(*id));
                self.push(")");
            }
            Node::Some { joins, body } => self.some(frame, joins, *body),
            Node::Nothing { joins, body } => {
                self.push("NOT ");
                self.some(frame, joins, *body);
            }
            Node::Guard(id) => self.guard(frame, *id),
        }
    }

    fn terms(&mut self, frame: &mut Frame<'_>, terms: &[NodeId], join: &str) {
        self.push("(");
        let mut first = true;
        for term in terms.iter().filter(|term| frame.bound.fold(**term) == Fold::Open) {
            if !first {
                self.push(join);
            }
            first = false;
            self.node(frame, *term);
        }
        self.push(")");
    }

    /// The list rule of a joined row's collection, or the row is absent.
    pub fn guard(&mut self, frame: &Frame<'_>, id: usize) {
        let (alias, perhaps) = match frame.place(frame.bound.predicate.guard(id).join) {
            Place::Absent | Place::None => return self.push("TRUE"),
            Place::Certain(alias) => (alias, false),
            Place::Perhaps(alias) => (alias, true),
        };
        let rule = frame.bound.guard(id);
        self.push("(");
        if perhaps {
            self.name(alias);
            self.push(".\"id\" IS NULL OR ");
        }
        if rule.is_never() {
            self.push("FALSE");
        } else {
            self.condition(&mut Frame::new(rule, alias));
        }
        self.push(")");
    }

    fn some(&mut self, frame: &mut Frame<'_>, joins: &[JoinId], body: NodeId) {
        let mut read = Vec::new();
        frame.read(body, &mut read);
        let mut needed = Vec::new();
        // A join that nothing reads any more only says that there is a row, which is always so.
        for join in joins.iter().filter(|join| read.contains(join)) {
            frame.ancestry(*join, &mut needed);
        }
        frame.needed(body, &mut needed);
        self.quantified(frame, needed, body);
    }

    /// "The body holds for some rows of these joins", whose parents are among them or placed around.
    pub fn quantified(&mut self, frame: &mut Frame<'_>, joins: Vec<JoinId>, body: NodeId) {
        if joins.is_empty() {
            self.push("(");
            self.node(frame, body);
            self.push(")");
            return;
        }
        let joined = split(frame, joins.clone(), body);
        let slow = joined.outer.iter().copied().find(|join| self.is_slow_when_absent(frame, *join));
        match slow {
            Some(join) if self.splits < MAX_SPLITS => self.split(frame, &joins, join, body),
            _ => self.exists(frame, joined, body),
        }
    }

    /// As a LEFT JOIN it would be read in full for every row.
    fn is_slow_when_absent(&self, frame: &Frame<'_>, join: JoinId) -> bool {
        matches!(frame.join(join).kind, JoinKind::Every { .. }) || self.is_gathered(frame, join)
    }

    /// Either there are such rows and the body holds for some, or there are none and it holds without.
    fn split(&mut self, frame: &mut Frame<'_>, joins: &[JoinId], join: JoinId, body: NodeId) {
        self.splits += 1;
        self.push("(");
        let mut with = split(frame, joins.to_vec(), body);
        with.outer.retain(|other| *other != join);
        with.inner.push(join);
        with.inner.sort_unstable();
        self.exists(frame, with, body);
        self.push(" OR (");
        let saved = frame.save();
        let gone: Vec<JoinId> = joins.iter().copied().filter(|other| frame.bound.descends(*other, join)).collect();
        gone.iter().for_each(|join| frame.put(*join, Place::Absent));
        let rest = joins.iter().copied().filter(|join| !gone.contains(join)).collect();
        self.quantified(frame, rest, body);
        frame.restore(saved);
        self.push(" AND NOT ");
        self.exists_at_all(frame, join);
        self.push("))");
        self.splits -= 1;
    }

    /// Whether the join reaches any row.
    fn exists_at_all(&mut self, frame: &mut Frame<'_>, join: JoinId) {
        let saved = frame.save();
        if self.is_gathered(frame, join) {
            self.gathered(frame, &Joined { inner: vec![join], outer: Vec::new() }, None);
        } else {
            self.push("EXISTS (SELECT 1 FROM ");
            let alias = self.alias();
            self.source(frame, join, alias);
            if has_condition(frame, join) {
                self.push(" WHERE ");
                self.join_condition(frame, join, alias);
            }
            self.push(")");
        }
        frame.restore(saved);
    }

    fn exists(&mut self, frame: &mut Frame<'_>, joined: Joined, body: NodeId) {
        let saved = frame.save();
        if let [first, ..] = joined.inner.as_slice()
            && self.is_gathered(frame, *first)
            && stands_alone(frame, &joined, body)
        {
            self.gathered(frame, &joined, Some(body));
            return frame.restore(saved);
        }
        let plan = self.plan(frame, joined, body);
        if plan.joined.is_empty() {
            self.push("(");
            self.planned(frame, &plan);
            self.push(")");
        } else {
            self.push("EXISTS (SELECT 1 FROM ");
            let condition = self.from(frame, &plan.joined);
            self.push(" WHERE ");
            if let Some((join, alias)) = condition {
                self.join_condition(frame, join, alias);
                self.push(" AND ");
            }
            self.planned(frame, &plan);
            self.push(")");
        }
        frame.restore(saved);
    }
}
