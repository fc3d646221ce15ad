//! FROM: the sources of joined rows and what makes a row belong to its key.

use crate::expr::predicate::{From, JoinId, JoinKind, Key, NodeId};

use super::frame::{Alias, Frame, Place};
use super::printer::Printer;

/// Joins of one select, those that may be absent last.
#[derive(Clone)]
pub(super) struct Joined {
    pub inner: Vec<JoinId>,
    pub outer: Vec<JoinId>,
}

impl Joined {
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty() && self.outer.is_empty()
    }

    pub fn without(&self, join: JoinId) -> Joined {
        let mut rest = self.clone();
        rest.inner.retain(|other| *other != join);
        rest.outer.retain(|other| *other != join);
        rest
    }

    /// Takes out the joins that `belongs` accepts.
    pub fn take(&mut self, belongs: impl Fn(&JoinId) -> bool) -> Joined {
        let (inner, inner_rest) = self.inner.iter().copied().partition(&belongs);
        let (outer, outer_rest) = self.outer.iter().copied().partition(&belongs);
        *self = Joined { inner: inner_rest, outer: outer_rest };
        Joined { inner, outer }
    }
}

impl Printer {
    /// Prints what follows FROM, places the joins, and returns the first one's condition, which belongs into WHERE.
    pub fn from(&mut self, frame: &mut Frame<'_>, joined: &Joined) -> Option<(JoinId, Alias)> {
        let Some(first) = joined.inner.first() else {
            self.push("(SELECT 1)");
            self.joins(frame, joined);
            return None;
        };
        let alias = self.alias();
        self.source(frame, *first, alias);
        frame.put(*first, Place::Certain(alias));
        self.joins(frame, &joined.without(*first));
        has_condition(frame, *first).then_some((*first, alias))
    }

    /// Joins these to what has been printed, parents first.
    pub fn joins(&mut self, frame: &mut Frame<'_>, joined: &Joined) {
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

    /// Joins for a sub-select that has rows only where all of them do; returns the first one's condition.
    pub fn all_of(&mut self, frame: &mut Frame<'_>, mut joins: Vec<JoinId>) -> Option<(JoinId, Alias)> {
        joins.sort_unstable();
        self.from(frame, &Joined { inner: joins, outer: Vec::new() })
    }

    /// Where a join's rows come from.
    pub fn source(&mut self, frame: &Frame<'_>, join: JoinId, alias: Alias) {
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

    pub fn key(&mut self, frame: &Frame<'_>, key: &Key) {
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
}

/// The joins whose absence the body forbids, with those they start from; and the others.
pub(super) fn split(frame: &Frame<'_>, mut joins: Vec<JoinId>, body: NodeId) -> Joined {
    joins.sort_unstable();
    let required: Vec<JoinId> = joins.iter().copied().filter(|join| frame.rejects(body, *join)).collect();
    let is_inner = |join: &JoinId| required.iter().any(|child| frame.bound.descends(*child, *join));
    let (inner, outer) = joins.iter().copied().partition(is_inner);
    Joined { inner, outer }
}

pub(super) fn has_condition(frame: &Frame<'_>, join: JoinId) -> bool {
    match frame.join(join).kind {
        JoinKind::Each | JoinKind::Every { .. } => false,
        JoinKind::Relation | JoinKind::Back { .. } => true,
    }
}
