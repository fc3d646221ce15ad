//! The first reader of predicates: their SQL condition.
//!
//! A quantifier becomes one `EXISTS (SELECT 1 FROM … WHERE …)`, so that nothing multiplies the rows of the statement
//! around it. A join whose absence would make the condition untrue is an inner join, which lets the database start from
//! its index; any other is a LEFT JOIN, whose one all-NULL row is the absent record of the language. Joins that reach
//! one row at most stand in the outermost select that reads them.

use crate::expr::Bound;
use crate::expr::bind::Fold;
use crate::expr::compare::Truth;
use crate::expr::index::is_searchable;
use crate::expr::predicate::{Compare, From, Join, JoinId, JoinKind, Key, Node, NodeId};

use super::{Dialect, Sql};

/// A statement in the making: its text so far and the next free alias.
pub(super) struct Printer {
    pub sql: Sql,
    pub reach: Reach,
    aliases: u32,
    /// Conditions printed twice around this place: each doubles the text.
    splits: u32,
}

/// How many rows of the collection the statement may look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// A few, found by id: sub-selects may look things up again for each.
    Few,
    /// All: what has no index is gathered once, before.
    Every,
}

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

const MAX_SPLITS: u32 = 3;

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

    fn put(&mut self, join: JoinId, place: Place) {
        if let Some(slot) = self.rows.get_mut(join) {
            *slot = place;
        }
    }

    fn join(&self, join: JoinId) -> &'a Join {
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
    fn read(&self, node: NodeId, out: &mut Vec<JoinId>) {
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

    /// Some comparison below reads the predicate's own row.
    fn reads_root(&self, node: NodeId) -> bool {
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

/// Joins of one select, those that may be absent last.
struct Joined {
    inner: Vec<JoinId>,
    outer: Vec<JoinId>,
}

impl Printer {
    pub fn new(dialect: Dialect, reach: Reach) -> Self {
        // Another dialect parts ways here.
        match dialect {
            Dialect::Sqlite => Printer { sql: Sql::new(), reach, aliases: 0, splits: 0 },
        }
    }

    pub fn alias(&mut self) -> Alias {
        self.aliases += 1;
        Alias(self.aliases - 1)
    }

    pub fn push(&mut self, text: &str) {
        self.sql.push(text);
    }

    pub fn name(&mut self, alias: Alias) {
        use std::fmt::Write as _;
        let _ = write!(self.sql.text, "t{}", alias.0);
    }

    pub fn table(&mut self, name: &str, alias: Alias) {
        self.sql.ident(name);
        self.push(" AS ");
        self.name(alias);
    }

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
    fn quantified(&mut self, frame: &mut Frame<'_>, mut joins: Vec<JoinId>, body: NodeId) {
        if joins.is_empty() {
            self.push("(");
            self.node(frame, body);
            self.push(")");
            return;
        }
        joins.sort_unstable();
        let joined = split(frame, &joins, body);
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

    /// A join back that no index serves, worth gathering once for all rows.
    fn is_gathered(&self, frame: &Frame<'_>, join: JoinId) -> bool {
        let join = frame.join(join);
        let (JoinKind::Back { field }, Some(collection)) = (&join.kind, &join.collection) else { return false };
        let Some(field) = collection.fields.get(*field) else { return false };
        self.reach == Reach::Every
            && matches!(join.key, Key::Column(From::Root, _))
            && (field.is_multiple() || collection.is_view() || !is_searchable(collection, &field.name))
    }

    /// Either there are such rows and the body holds for some, or there are none and it holds without.
    fn split(&mut self, frame: &mut Frame<'_>, joins: &[JoinId], join: JoinId, body: NodeId) {
        self.splits += 1;
        self.push("(");
        let mut with = split(frame, joins, body);
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
            && self.stands_alone(frame, &joined, body)
        {
            self.gathered(frame, &joined, Some(body));
        } else {
            self.push("EXISTS (SELECT 1 FROM ");
            let condition = self.from(frame, &joined);
            self.push(" WHERE ");
            if let Some((join, alias)) = condition {
                self.join_condition(frame, join, alias);
                self.push(" AND ");
            }
            self.node(frame, body);
            self.push(")");
        }
        frame.restore(saved);
    }

    /// Nothing in the body depends on the row around but through the first join's own key.
    fn stands_alone(&self, frame: &Frame<'_>, joined: &Joined, body: NodeId) -> bool {
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

    /// `id IN (SELECT the relation column …)`: read once, whatever the number of rows around.
    fn gathered(&mut self, frame: &mut Frame<'_>, joined: &Joined, body: Option<NodeId>) {
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
        let rest = Joined { inner: joined.inner.iter().skip(1).copied().collect(), outer: joined.outer.clone() };
        self.joins(frame, &rest);
        self.push(" WHERE ");
        value(self);
        self.push(" IS NOT NULL");
        if let Some(body) = body {
            self.push(" AND ");
            self.node(frame, body);
        }
        self.push(")");
    }

    /// Prints what follows FROM, places the joins, and returns the first one's condition, which belongs into WHERE.
    fn from(&mut self, frame: &mut Frame<'_>, joined: &Joined) -> Option<(JoinId, Alias)> {
        let Some((first, rest)) = joined.inner.split_first() else {
            self.push("(SELECT 1)");
            self.joins(frame, joined);
            return None;
        };
        let alias = self.alias();
        self.source(frame, *first, alias);
        frame.put(*first, Place::Certain(alias));
        self.joins(frame, &Joined { inner: rest.to_vec(), outer: joined.outer.clone() });
        has_condition(frame, *first).then_some((*first, alias))
    }

    /// Joins these to what has been printed, parents first.
    fn joins(&mut self, frame: &mut Frame<'_>, joined: &Joined) {
        for join in &joined.inner {
            self.push(" JOIN ");
            let alias = self.joined(frame, *join);
            frame.put(*join, Place::Certain(alias));
        }
        for join in &joined.outer {
            self.push(" LEFT JOIN ");
            let alias = self.joined(frame, *join);
            frame.put(*join, Place::Perhaps(alias));
        }
    }

    fn joined(&mut self, frame: &mut Frame<'_>, join: JoinId) -> Alias {
        let alias = self.alias();
        self.source(frame, join, alias);
        if has_condition(frame, join) {
            self.push(" ON ");
            self.join_condition(frame, join, alias);
        }
        alias
    }

    /// Joins that the statement's own conditions need, beside its table.
    pub fn join_needed(&mut self, frame: &mut Frame<'_>, mut needed: Vec<JoinId>, body: NodeId) {
        needed.sort_unstable();
        let joined = split(frame, &needed, body);
        self.joins(frame, &joined);
    }

    /// Joins for a sub-select that has rows only where all of them do; returns the first one's condition.
    pub fn from_all(&mut self, frame: &mut Frame<'_>, mut joins: Vec<JoinId>) -> Option<(JoinId, Alias)> {
        joins.sort_unstable();
        self.from(frame, &Joined { inner: joins, outer: Vec::new() })
    }

    /// Where a join's rows come from.
    fn source(&mut self, frame: &Frame<'_>, join: JoinId, alias: Alias) {
        let join = frame.join(join);
        match (&join.collection, &join.key) {
            (Some(collection), _) => return self.table(&collection.name, alias),
            (None, Key::Column(from, field)) => match self.row_alias(frame, *from) {
                Some(row) => {
                    let owner = frame.bound.predicate.owner(*from);
                    let name = owner.fields.get(*field).map(|field| field.name.as_str());
                    self.each_column(row, owner, name.unwrap_or_default());
                }
                None => self.push("json_each(NULL)"),
            },
            (None, key) => {
                self.push("json_each(");
                self.key(frame, key);
                self.push(")");
            }
        }
        self.push(" AS ");
        self.name(alias);
    }

    /// What makes a row of the join belong to its key.
    pub fn join_condition(&mut self, frame: &Frame<'_>, join: JoinId, alias: Alias) {
        let join = frame.join(join);
        match &join.kind {
            JoinKind::Each | JoinKind::Every { .. } => self.push("TRUE"),
            JoinKind::Relation => {
                self.member(alias, "id");
                self.push(" = ");
                self.key(frame, &join.key);
            }
            JoinKind::Back { field } => {
                let Some(collection) = &join.collection else { return };
                let Some(field) = collection.fields.get(*field) else { return };
                if field.is_multiple() {
                    let item = self.alias();
                    self.push("EXISTS (SELECT 1 FROM ");
                    self.each_column(alias, collection, &field.name);
                    self.push(" AS ");
                    self.name(item);
                    self.push(" WHERE ");
                    self.member(item, "value");
                    self.push(" = ");
                    self.key(frame, &join.key);
                    self.push(")");
                } else {
                    self.member(alias, &field.name);
                    self.push(" = ");
                    self.key(frame, &join.key);
                }
            }
        }
    }

    fn key(&mut self, frame: &Frame<'_>, key: &Key) {
        match key {
            Key::None => self.push("NULL"),
            Key::Slot(id) => {
                self.sql.param(frame.bound.slot(*id).clone());
            }
            Key::Column(from, field) => {
                let name = frame.bound.predicate.field(*from, *field).map(|field| field.name.as_str());
                match (self.row_alias(frame, *from), name) {
                    (Some(alias), Some(name)) => self.member(alias, name),
                    (_, _) => self.push("NULL"),
                }
            }
            Key::Item(join) => match self.row_alias(frame, From::Join(*join)) {
                Some(alias) => self.member(alias, "value"),
                None => self.push("NULL"),
            },
        }
    }

    /// The alias of a row that is there.
    pub fn row_alias(&self, frame: &Frame<'_>, from: From) -> Option<Alias> {
        match from {
            From::Root => Some(frame.root),
            From::Join(join) => match frame.place(join) {
                Place::Certain(alias) | Place::Perhaps(alias) => Some(alias),
                Place::None | Place::Absent => None,
            },
        }
    }

    pub fn member(&mut self, alias: Alias, column: &str) {
        self.name(alias);
        self.push(".");
        self.sql.ident(column);
    }
}

/// The joins whose absence the body forbids, with those they start from; and the others.
fn split(frame: &Frame<'_>, joins: &[JoinId], body: NodeId) -> Joined {
    let required: Vec<JoinId> = joins.iter().copied().filter(|join| frame.rejects(body, *join)).collect();
    let is_inner = |join: &JoinId| required.iter().any(|child| frame.bound.descends(*child, *join));
    let (inner, outer) = joins.iter().copied().partition(is_inner);
    Joined { inner, outer }
}

fn has_condition(frame: &Frame<'_>, join: JoinId) -> bool {
    match frame.join(join).kind {
        JoinKind::Each | JoinKind::Every { .. } => false,
        JoinKind::Relation | JoinKind::Back { .. } => true,
    }
}
