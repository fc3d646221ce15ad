//! Comparisons and operands as SQL: exactly the table of contract/records.md §9, in the form that indexes understand
//! wherever a column cannot be NULL.

use crate::expr::compare::{Affinity, Equality, Truth};
use crate::expr::json::path_text;
use crate::expr::outcome::{Alike, Bare};
use crate::expr::predicate::{Compare, From, JoinId, Operand};
use crate::expr::token::Op;
use crate::schema::{Collection, Field, FieldKind};
use crate::value::Value;

use super::frame::{Alias, Frame, Place};
use super::printer::Printer;

impl Printer {
    pub(super) fn comparison(&mut self, frame: &Frame<'_>, comparison: &Compare) {
        if let Some(truth) = without_absent(frame, comparison) {
            return self.push(match truth {
                Truth::True => "TRUE",
                Truth::False => "FALSE",
                Truth::Null | Truth::Unsure => "NULL",
            });
        }
        match comparison.op {
            Op::Eq | Op::Ne => self.equality(frame, comparison),
            Op::Lt => self.ordered(frame, comparison, " < "),
            Op::Le => self.ordered(frame, comparison, " <= "),
            Op::Gt => self.ordered(frame, comparison, " > "),
            Op::Ge => self.ordered(frame, comparison, " >= "),
            Op::Like => self.like(frame, comparison, " LIKE "),
            Op::NotLike => self.like(frame, comparison, " NOT LIKE "),
        }
    }

    fn ordered(&mut self, frame: &Frame<'_>, comparison: &Compare, sign: &str) {
        self.affine(frame, &comparison.left, &comparison.right);
        self.push(sign);
        self.affine(frame, &comparison.right, &comparison.left);
    }

    fn like(&mut self, frame: &Frame<'_>, comparison: &Compare, sign: &str) {
        self.operand(frame, &comparison.left);
        self.push(sign);
        match frame.bound.pattern(&comparison.right) {
            Some(Some(pattern)) => {
                self.sql.param(pattern);
            }
            Some(None) => self.push("NULL"),
            None => {
                self.push("('%' || ");
                self.operand(frame, &comparison.right);
                self.push(" || '%')");
            }
        }
        self.push(" ESCAPE '\\'");
    }

    fn equality(&mut self, frame: &Frame<'_>, comparison: &Compare) {
        let (left, right) = (&comparison.left, &comparison.right);
        let equal = comparison.op == Op::Eq;
        match frame.bound.equality(comparison) {
            Equality::Is => {
                self.affine(frame, left, right);
                self.push(if equal { " IS " } else { " IS NOT " });
                self.affine(frame, right, left);
            }
            Equality::Plain => {
                let bare = frame.bound.drops_affinity(comparison);
                self.plain(frame, (left, right), bare);
                self.push(match equal {
                    true => " = ",
                    false if is_certain(frame, left) && is_certain(frame, right) => " <> ",
                    false => " IS NOT ",
                });
                self.plain(frame, (right, left), bare);
            }
            Equality::LeftEmpty => self.emptiness(frame, left, comparison.op),
            Equality::RightEmpty => self.emptiness(frame, right, comparison.op),
            Equality::Coalesced => {
                let alike = frame.bound.same_affinity(left, right);
                self.coalesced(frame, left, alike);
                self.push(if equal { " = " } else { " <> " });
                self.coalesced(frame, right, alike);
            }
        }
    }

    fn emptiness(&mut self, frame: &Frame<'_>, operand: &Operand, op: Op) {
        self.coalesced(frame, operand, Alike::Yes);
        self.push(if op == Op::Eq { " = ''" } else { " <> ''" });
    }

    /// The operand with NULL as `''`; a column as it is where it cannot be NULL and `alike` says that its affinity does
    /// no harm.
    fn coalesced(&mut self, frame: &Frame<'_>, operand: &Operand, alike: Alike) {
        if alike == Alike::Yes && is_certain(frame, operand) {
            return self.operand(frame, operand);
        }
        self.push("COALESCE(");
        self.operand(frame, operand);
        self.push(", '')");
    }

    /// The first operand beside the second, without the affinity of its column if `bare`.
    fn plain(&mut self, frame: &Frame<'_>, (operand, other): (&Operand, &Operand), bare: Bare) {
        match (bare, operand) {
            (Bare::No, operand) => self.affine(frame, operand, other),
            (Bare::Yes, Operand::Column(..)) => {
                self.push("+");
                self.operand(frame, operand);
            }
            (Bare::Yes, operand) => self.operand(frame, operand),
        }
    }

    /// The operand beside `other`; what was read beforehand from a column keeps that column's affinity.
    fn affine(&mut self, frame: &Frame<'_>, operand: &Operand, other: &Operand) {
        let affinity = match operand {
            Operand::Slot(id) => frame.bound.slot_affinity(*id),
            _ => Affinity::None,
        };
        let name = match affinity {
            Affinity::Numeric => "NUMERIC",
            Affinity::Text => "TEXT",
            Affinity::None | Affinity::Unknown => return self.operand(frame, operand),
        };
        if matches!(other, Operand::Column(..)) && frame.bound.affinity(other) == affinity {
            return self.operand(frame, operand);
        }
        self.push("CAST(");
        self.operand(frame, operand);
        self.push(" AS ");
        self.push(name);
        self.push(")");
    }

    pub(super) fn operand(&mut self, frame: &Frame<'_>, operand: &Operand) {
        if let Some(constant) = frame.bound.constant(operand) {
            return self.constant(constant.into_value());
        }
        match operand {
            Operand::Column(from, field) => self.compared_column(frame, *from, *field),
            Operand::Only(from, field) => {
                self.push("+");
                self.column(frame, *from, *field);
            }
            Operand::Json(from, field, path) => self.json(frame, (*from, *field), &path_text(path)),
            Operand::Item(join) => self.item(frame, *join),
            Operand::Lower(inner) => {
                self.push("lower(");
                self.operand(frame, inner);
                self.push(")");
            }
            Operand::Length(from, field) => self.length(frame, *from, *field),
            Operand::Changed { field, value, .. } => {
                self.push("(");
                self.comparison(frame, &frame.bound.changed(*field, *value));
                self.push(")");
            }
            Operand::GeoDistance(arguments) => self.geo_distance(frame, arguments),
            Operand::Strftime(arguments) => {
                self.push("strftime(");
                for (i, argument) in arguments.iter().enumerate() {
                    self.push(if i == 0 { "" } else { ", " });
                    self.operand(frame, argument);
                }
                self.push(")");
            }
            Operand::Shown { from, column, flag } => {
                self.push("CASE WHEN ");
                self.column(frame, *from, *flag);
                self.push(" THEN ");
                self.column(frame, *from, *column);
                self.push(" ELSE '' END");
            }
            Operand::Const(_) | Operand::NoJson | Operand::Slot(_) => self.push("NULL"),
        }
    }

    fn constant(&mut self, value: Value) {
        match value {
            Value::Null => self.push("NULL"),
            value => {
                self.sql.param(value);
            }
        }
    }

    /// A column on one side of a comparison.
    fn compared_column(&mut self, frame: &Frame<'_>, from: From, field: usize) {
        let documents = |field: &Field| field.is_multiple() || field.kind == FieldKind::GeoPoint;
        if !frame.bound.predicate.field(from, field).is_some_and(documents) {
            return self.column(frame, from, field);
        }
        // From `tags = 'x'` SQLite concludes that json_each(tags) is json_each('x'), which is an error; not from this.
        self.push("CAST(");
        self.column(frame, from, field);
        self.push(" AS TEXT)");
    }

    fn column(&mut self, frame: &Frame<'_>, from: From, field: usize) {
        let name = frame.bound.predicate.field(from, field).map(|field| field.name.as_str());
        match (self.row_alias(frame, from), name) {
            (Some(alias), Some(name)) => self.member(alias, name),
            (_, _) => self.push("NULL"),
        }
    }

    fn item(&mut self, frame: &Frame<'_>, join: JoinId) {
        match self.row_alias(frame, From::Join(join)) {
            Some(alias) => self.member(alias, "value"),
            None => self.push("NULL"),
        }
    }

    /// What stands at a path of a document. Tables hold nothing but JSON; a view may hold anything, which then is a
    /// document of its own.
    fn json(&mut self, frame: &Frame<'_>, (from, field): (From, usize), path: &str) {
        let view = frame.bound.predicate.owner(from).is_view();
        if view {
            self.push("CASE WHEN json_valid(");
            self.column(frame, from, field);
            self.push(") THEN ");
        }
        self.push("json_extract(");
        self.column(frame, from, field);
        // Paths are made of letters, digits, `_`, `.`, `[` and `]` only.
        self.push(", '");
        self.push(path);
        self.push("')");
        if view {
            self.push(" ELSE ");
            if path == "$" {
                self.column(frame, from, field);
            } else {
                self.push("NULL");
            }
            self.push(" END");
        }
    }

    fn length(&mut self, frame: &Frame<'_>, from: From, field: usize) {
        let multiple = frame.bound.predicate.field(from, field).is_some_and(Field::is_multiple);
        self.push("COALESCE(");
        match (multiple, self.row_alias(frame, from)) {
            (true, Some(alias)) => {
                let owner = frame.bound.predicate.owner(from);
                self.push("json_array_length(");
                self.list(alias, owner, owner.fields.get(field).map(|field| field.name.as_str()).unwrap_or_default());
                self.push(")");
            }
            (true, None) => self.push("NULL"),
            (false, _) => {
                self.column(frame, from, field);
                self.push(" <> ''");
            }
        }
        self.push(", 0)");
    }

    fn geo_distance(&mut self, frame: &Frame<'_>, [lon_a, lat_a, lon_b, lat_b]: &[Operand; 4]) {
        let mut part = |text: &str, operand: &Operand| {
            self.push(text);
            self.operand(frame, operand);
        };
        part("(6371 * acos(max(-1, min(1, cos(radians(", lat_a);
        part(")) * cos(radians(", lat_b);
        part(")) * cos(radians(", lon_b);
        part(") - radians(", lon_a);
        part(")) + sin(radians(", lat_a);
        part(")) * sin(radians(", lat_b);
        self.push("))))))");
    }

    /// The items of a list column as rows.
    pub(super) fn each_column(&mut self, alias: Alias, owner: &Collection, column: &str) {
        self.push("json_each(");
        self.list(alias, owner, column);
        self.push(")");
    }

    /// A list column; in a view a single value counts as a list of one.
    fn list(&mut self, alias: Alias, owner: &Collection, column: &str) {
        if !owner.is_view() {
            return self.member(alias, column);
        }
        self.push("CASE WHEN json_valid(");
        self.member(alias, column);
        self.push(") AND json_type(");
        self.member(alias, column);
        self.push(") = 'array' THEN ");
        self.member(alias, column);
        self.push(" WHEN ");
        self.member(alias, column);
        self.push(" <> '' THEN json_array(");
        self.member(alias, column);
        self.push(") END");
    }
}

/// The outcome where a row that the comparison reads is known to be absent.
fn without_absent(frame: &Frame<'_>, comparison: &Compare) -> Option<Truth> {
    let joins = [comparison.left.joins(), comparison.right.joins()].concat();
    let absent = joins.into_iter().find(|join| frame.place(*join) == Place::Absent)?;
    frame.bound.outcome_without(comparison, absent).filter(|truth| *truth != Truth::Unsure)
}

/// Never NULL: a column of a row that is there, which the schema declares NOT NULL; or a constant.
pub(super) fn is_certain(frame: &Frame<'_>, operand: &Operand) -> bool {
    match operand {
        Operand::Column(from, field) | Operand::Only(from, field) => {
            let owner = frame.bound.predicate.owner(*from);
            let there = match from {
                From::Root => true,
                From::Join(join) => matches!(frame.place(*join), Place::Certain(_)),
            };
            let json = owner.fields.get(*field).is_none_or(|field| matches!(field.kind, FieldKind::Json { .. }));
            there && !owner.is_view() && !json
        }
        Operand::Const(value) => *value != Value::Null,
        Operand::Slot(id) => *frame.bound.slot(*id) != Value::Null,
        Operand::NoJson
        | Operand::Json(..)
        | Operand::Item(_)
        | Operand::Lower(_)
        | Operand::Length(..)
        | Operand::Changed { .. }
        | Operand::GeoDistance(_)
        | Operand::Strftime(_)
        | Operand::Shown { .. } => false,
    }
}
