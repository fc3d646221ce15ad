//! ORDER BY, and the condition that continues after a row: both from the same list of keys, the last of which tells any
//! two rows apart.

use crate::expr::BoundSort;
use crate::expr::predicate::{From, JoinId, Operand};
use crate::expr::sort::{Direction, SortKey};
use crate::schema::Collection;
use crate::value::Value;

use super::compare::is_certain;
use super::frame::Frame;
use super::printer::Printer;

/// What a statement orders by.
pub(super) struct Order<'a> {
    keys: Vec<(Key<'a>, Direction)>,
}

#[derive(Clone, Copy)]
enum Key<'a> {
    Random,
    RowId,
    Id,
    Operand(&'a Operand, &'a [JoinId]),
}

impl<'a> Order<'a> {
    /// The terms of a sort and what makes their order total.
    pub fn new(sort: &'a BoundSort, collection: &Collection) -> Self {
        let mut keys: Vec<(Key<'a>, Direction)> = Vec::with_capacity(sort.sort.terms.len() + 1);
        for term in &sort.sort.terms {
            let key = match &term.key {
                SortKey::Random => Key::Random,
                SortKey::RowId => Key::RowId,
                SortKey::Operand { operand: Operand::Column(From::Root, field), .. }
                    if Some(*field) == collection.position("id") =>
                {
                    Key::Id
                }
                SortKey::Operand { operand, joins } => Key::Operand(operand, joins),
            };
            keys.push((key, term.direction));
            if !matches!(key, Key::Operand(..)) {
                return Order { keys };
            }
        }
        // In the direction of the last term, so that an index on it gives the whole order.
        let direction = keys.last().map_or(Direction::Ascending, |(_, direction)| *direction);
        keys.push((if collection.is_view() { Key::Id } else { Key::RowId }, direction));
        Order { keys }
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Joins of the keys that reach one row at most.
    pub fn needed(&self, frame: &Frame<'_>, out: &mut Vec<JoinId>) {
        for (key, _) in &self.keys {
            if let Key::Operand(operand, []) = key {
                operand.joins().into_iter().for_each(|join| frame.ancestry(join, out));
            }
        }
    }
}

impl Printer {
    /// The keys as result columns, each with a comma before it.
    pub(super) fn key_columns(&mut self, frame: &mut Frame<'_>, order: &Order<'_>) {
        for (key, direction) in &order.keys {
            self.push(", ");
            self.order_key(frame, *key, *direction);
        }
    }

    pub(super) fn order_by(&mut self, frame: &mut Frame<'_>, order: &Order<'_>) {
        self.push(" ORDER BY ");
        for (i, (key, direction)) in order.keys.iter().enumerate() {
            self.push(if i == 0 { "" } else { ", " });
            self.order_key(frame, *key, *direction);
            self.push(match direction {
                Direction::Ascending => "",
                Direction::Descending => " DESC",
            });
        }
    }

    fn order_key(&mut self, frame: &mut Frame<'_>, key: Key<'_>, direction: Direction) {
        match key {
            Key::Random => self.push("random()"),
            Key::RowId => {
                self.name(frame.root);
                self.push("._rowid_");
            }
            Key::Id => self.member(frame.root, "id"),
            Key::Operand(operand, []) => self.operand(frame, operand),
            Key::Operand(operand, joins) => self.extreme(frame, (operand, joins), direction),
        }
    }

    /// The lowest, or in descending order the highest, of the values that an operand reaches.
    fn extreme(&mut self, frame: &mut Frame<'_>, (operand, joins): (&Operand, &[JoinId]), direction: Direction) {
        let saved = frame.save();
        let mut needed = Vec::new();
        let all = joins.iter().copied().chain(operand.joins());
        all.for_each(|join| frame.ancestry(join, &mut needed));
        self.push("(SELECT ");
        self.push(match direction {
            Direction::Ascending => "MIN(",
            Direction::Descending => "MAX(",
        });
        // The columns are named before the rows they come from: print those aside.
        let head = std::mem::take(&mut self.sql);
        let condition = self.all_of(frame, needed.clone());
        let from = std::mem::replace(&mut self.sql, head);
        self.operand(frame, operand);
        self.push(") FROM ");
        self.sql.append(from);
        self.push(" WHERE ");
        match condition {
            Some((join, alias)) => self.join_condition(frame, join, alias),
            None => self.push("TRUE"),
        }
        let predicate = &frame.bound.predicate;
        for guard in 0..predicate.guards.len() {
            if needed.contains(&predicate.guard(guard).join) {
                self.push(" AND ");
                self.guard(frame, guard);
            }
        }
        self.push(")");
        frame.restore(saved);
    }

    /// The rows that come after the one with these key values.
    pub(super) fn after(&mut self, frame: &mut Frame<'_>, order: &Order<'_>, values: &[Value]) {
        let keys: Vec<(Key<'_>, Direction, &Value)> =
            order.keys.iter().zip(values).map(|((key, direction), value)| (*key, *direction, value)).collect();
        let Some((first, direction, value)) = keys.first().copied() else { return self.push("TRUE") };
        let uniform = keys.iter().all(|(key, other, _)| *other == direction && is_key_certain(frame, *key));
        let beyond = |strict: &'static str, weak: &'static str| if uniform { strict } else { weak };
        if uniform || is_key_certain(frame, first) {
            // All keys at once, or the first alone, as an index can start from.
            let keys = if uniform { keys.as_slice() } else { keys.get(..1).unwrap_or_default() };
            self.row_value(frame, keys);
            self.push(match direction {
                Direction::Ascending => beyond(" > ", " >= "),
                Direction::Descending => beyond(" < ", " <= "),
            });
            self.parameters(keys.iter().map(|(_, _, value)| *value));
        }
        if !uniform {
            if is_key_certain(frame, first) && *value != Value::Null {
                self.push(" AND ");
            }
            self.lexicographic(frame, &keys);
        }
    }

    fn row_value(&mut self, frame: &mut Frame<'_>, keys: &[(Key<'_>, Direction, &Value)]) {
        self.push("(");
        for (i, (key, direction, _)) in keys.iter().enumerate() {
            self.push(if i == 0 { "" } else { ", " });
            self.order_key(frame, *key, *direction);
        }
        self.push(")");
    }

    fn parameters<'v>(&mut self, values: impl Iterator<Item = &'v Value>) {
        self.push("(");
        for (i, value) in values.enumerate() {
            self.push(if i == 0 { "" } else { ", " });
            self.sql.param(value.clone());
        }
        self.push(")");
    }

    /// Beyond in the first key, or equal in it and beyond in the rest.
    fn lexicographic(&mut self, frame: &mut Frame<'_>, keys: &[(Key<'_>, Direction, &Value)]) {
        let Some(((key, direction, value), rest)) = keys.split_first() else { return self.push("FALSE") };
        self.push("(");
        match (direction, value) {
            (Direction::Ascending, Value::Null) => {
                self.order_key(frame, *key, *direction);
                self.push(" IS NOT NULL");
            }
            (Direction::Descending, Value::Null) => self.push("FALSE"),
            (Direction::Ascending, value) => {
                self.order_key(frame, *key, *direction);
                self.push(" > ");
                self.sql.param((*value).clone());
            }
            (Direction::Descending, value) => {
                self.order_key(frame, *key, *direction);
                self.push(" < ");
                self.sql.param((*value).clone());
                if !is_key_certain(frame, *key) {
                    self.push(" OR ");
                    self.order_key(frame, *key, *direction);
                    self.push(" IS NULL");
                }
            }
        }
        if !rest.is_empty() {
            self.push(" OR (");
            self.order_key(frame, *key, *direction);
            self.push(" IS ");
            self.sql.param((*value).clone());
            self.push(" AND ");
            self.lexicographic(frame, rest);
            self.push(")");
        }
        self.push(")");
    }
}

fn is_key_certain(frame: &Frame<'_>, key: Key<'_>) -> bool {
    match key {
        Key::RowId | Key::Id => true,
        Key::Random => false,
        Key::Operand(operand, []) => is_certain(frame, operand),
        Key::Operand(_, _) => false,
    }
}
