//! SELECT: the records of a collection that a list of predicates lets through, in an order, from a place on.

use crate::expr::BoundSort;
use crate::expr::bind::Bound;
use crate::expr::predicate::Predicate;
use crate::schema::Collection;
use crate::value::Value;

use super::cursor::Cursor;
use super::frame::{Alias, Frame};
use super::joins::split;
use super::order::Order;
use super::printer::{Printer, Reach};
use super::{Dialect, Sql};

/// What to select. A record is selected when all of `filters` hold, each by itself.
#[derive(Clone, Copy, Debug)]
pub struct Select<'a> {
    pub collection: &'a Collection,
    pub source: Source<'a>,
    pub restrict: Restrict<'a>,
    pub filters: &'a [&'a Bound],
    pub sort: &'a BoundSort,
    /// Continue after this place; then rows carry their key values behind their fields.
    pub after: Option<&'a Cursor>,
    /// Negative for all.
    pub limit: i64,
    pub offset: i64,
}

/// Where the records are.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    Stored,
    /// One record that is not stored yet: its values in field order. For [`Select::exists`] only.
    Virtual(&'a [Value]),
}

/// Which records are looked at.
#[derive(Clone, Copy, Debug)]
pub enum Restrict<'a> {
    All,
    Id(&'a str),
    Ids(&'a [String]),
    /// Those whose text field, at this position, has this value (not empty): served by a unique index on it.
    Equals {
        field: usize,
        text: &'a str,
        collation: Collation,
    },
    /// Those whose relation field, at this position, holds one of the ids.
    Refers {
        field: usize,
        ids: &'a [String],
    },
}

/// Which texts are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collation {
    /// Equal bytes.
    Binary,
    /// Without regard to ASCII case.
    NoCase,
}

/// The parts of a statement whose rows are placed.
struct Placed<'a> {
    sort: Frame<'a>,
    /// FROM and WHERE.
    rest: Sql,
}

impl<'a> Select<'a> {
    /// All records of a collection in order of insertion.
    pub fn of(collection: &'a Collection) -> Self {
        Select {
            collection,
            source: Source::Stored,
            restrict: Restrict::All,
            filters: &[],
            sort: BoundSort::insertion(),
            after: None,
            limit: -1,
            offset: 0,
        }
    }

    /// The ids alone.
    pub fn ids(&self, dialect: Dialect) -> Sql {
        let mut printer = self.printer(dialect, Reach::Few);
        let placed = self.place(&mut printer, None);
        printer.push("SELECT ");
        printer.member(placed.sort.root, "id");
        printer.sql.append(placed.rest);
        printer.sql
    }

    /// The fields of each record in their order; behind them the key values when `after` is given.
    pub fn rows(&self, dialect: Dialect) -> Sql {
        let reach = if self.limit < 0 { Reach::Every } else { Reach::Page };
        let mut printer = self.printer(dialect, reach);
        let order = Order::new(self.sort, self.collection);
        let mut placed = self.place(&mut printer, Some(&order));
        printer.push("SELECT ");
        for (i, field) in self.collection.fields.iter().enumerate() {
            printer.push(if i == 0 { "" } else { ", " });
            printer.member(placed.sort.root, &field.name);
        }
        if self.after.is_some() {
            printer.key_columns(&mut placed.sort, &order);
        }
        printer.sql.append(placed.rest);
        let one = matches!(self.restrict, Restrict::Id(_));
        let unordered = self.collection.is_view() && self.sort.sort.terms.is_empty() && self.after.is_none();
        if !one && !unordered {
            printer.order_by(&mut placed.sort, &order);
        }
        // An id names one record at most.
        if !one && (self.limit >= 0 || self.offset > 0) {
            // Written out, not a parameter: SQLite plans with it, and plans again whenever a parameter there changes.
            printer.push(" LIMIT ");
            printer.push(&self.limit.to_string());
            if self.offset > 0 {
                printer.push(" OFFSET ");
                printer.sql.param(self.offset);
            }
        }
        printer.sql
    }

    /// How many records there are, whatever `after`, `limit` and `offset` say.
    pub fn count(&self, dialect: Dialect) -> Sql {
        self.bare(("SELECT COUNT(*)", ""), self.printer(dialect, Reach::Every))
    }

    /// One row if there is any such record, else none.
    pub fn exists(&self, dialect: Dialect) -> Sql {
        self.bare(("SELECT 1", " LIMIT 1"), self.printer(dialect, Reach::Page))
    }

    /// One row: for each of these, whether it finds any record.
    pub fn any_of_each(selects: &[Select<'_>], dialect: Dialect) -> Sql {
        let mut sql = Sql::new();
        for (index, select) in selects.iter().enumerate() {
            sql.push(if index == 0 { "SELECT EXISTS(" } else { "), EXISTS(" });
            sql.append(select.exists(dialect));
        }
        sql.push(")");
        sql
    }

    /// The tables that decide what the statements find; `None` if something else does too: the tables of a view, the
    /// clock, chance.
    pub fn about(&self) -> Option<Vec<&'a str>> {
        // A record in memory is no row of its table.
        let mut tables: Vec<&'a str> = match self.source {
            Source::Stored => vec![&self.collection.name],
            Source::Virtual(_) => Vec::new(),
        };
        let mut views = self.collection.is_view();
        for predicate in self.predicates() {
            predicate.tables(&mut |collection| {
                views |= collection.is_view();
                if !tables.contains(&collection.name.as_str()) {
                    tables.push(&collection.name);
                }
            });
        }
        let decided = !views && self.sort.sort.is_repeatable() && self.predicates().all(Predicate::is_timeless);
        decided.then_some(tables)
    }

    fn predicates(&self) -> impl Iterator<Item = &'a Predicate> + use<'a> {
        let filters = self.filters.iter().map(|filter| &*filter.predicate);
        filters.chain(std::iter::once(&*self.sort.sort.predicate))
    }

    fn printer(&self, dialect: Dialect, reach: Reach) -> Printer {
        let reach = match (self.restrict, self.source) {
            (Restrict::All | Restrict::Refers { .. }, Source::Stored) => reach,
            (Restrict::Id(_) | Restrict::Ids(_) | Restrict::Equals { .. }, _) | (_, Source::Virtual(_)) => Reach::Few,
        };
        Printer::new(dialect, reach)
    }

    /// The records' FROM and WHERE between two texts.
    pub(super) fn bare(&self, (head, tail): (&str, &str), mut printer: Printer) -> Sql {
        let unpaged = Select { after: None, ..*self };
        let placed = unpaged.place(&mut printer, None);
        printer.push(head);
        printer.sql.append(placed.rest);
        printer.push(tail);
        printer.sql
    }

    /// Prints FROM and WHERE aside: the columns before them are named by what is placed in them.
    fn place<'s>(&'s self, printer: &mut Printer, order: Option<&Order<'_>>) -> Placed<'s> {
        let root = printer.alias();
        printer.push(" FROM ");
        self.from(printer, root);
        let mut frames: Vec<Frame<'s>> =
            self.filters.iter().filter(|filter| !filter.is_always()).map(|filter| Frame::new(filter, root)).collect();
        let mut plans = Vec::with_capacity(frames.len());
        for frame in &mut frames {
            let mut needed = Vec::new();
            frame.needed(frame.top(), &mut needed);
            let plan = printer.plan(frame, split(frame, needed, frame.top()), frame.top());
            printer.joins(frame, &plan.joined);
            plans.push(plan);
        }
        let mut sort = Frame::new(&self.sort.guard, root);
        let mut needed = Vec::new();
        let top = sort.top();
        sort.needed(top, &mut needed);
        if let Some(order) = order {
            order.needed(&sort, &mut needed);
        }
        let joined = split(&sort, needed, top);
        printer.joins(&mut sort, &joined);

        let mut clause = Clause::default();
        self.restrict(printer, root, &mut clause);
        for (frame, plan) in frames.iter_mut().zip(&plans) {
            clause.next(printer);
            printer.planned(frame, plan);
        }
        if !self.sort.guard.is_always() {
            clause.next(printer);
            printer.node(&mut sort, top);
        }
        if let (Some(order), Some(after)) = (order, self.after)
            && !after.values.is_empty()
        {
            clause.next(printer);
            printer.after(&mut sort, order, &after.values);
        }
        Placed { sort, rest: std::mem::take(&mut printer.sql) }
    }

    fn from(&self, printer: &mut Printer, root: Alias) {
        let Source::Virtual(values) = self.source else { return printer.table(&self.collection.name, root) };
        // With the affinities of the table, and only the columns that are asked for.
        let mut used = vec![false; self.collection.fields.len()];
        self.predicates().for_each(|predicate| {
            predicate.root_fields(&mut |field| {
                if let Some(used) = used.get_mut(field) {
                    *used = true;
                }
            })
        });
        printer.push("(SELECT 1");
        for ((field, value), _) in self.collection.fields.iter().zip(values).zip(used).filter(|(_, used)| *used) {
            printer.push(", CAST(");
            printer.sql.param(value.clone());
            printer.push(if field.is_numeric() { " AS NUMERIC) AS " } else { " AS TEXT) AS " });
            printer.sql.ident(&field.name);
        }
        printer.push(") AS ");
        printer.name(root);
    }

    fn restrict(&self, printer: &mut Printer, root: Alias, clause: &mut Clause) {
        match self.restrict {
            Restrict::All => {}
            Restrict::Id(id) => {
                clause.next(printer);
                printer.member(root, "id");
                printer.push(" = ");
                printer.sql.param(id);
            }
            Restrict::Ids(ids) => {
                clause.next(printer);
                printer.member(root, "id");
                one_of(printer, ids);
            }
            Restrict::Equals { field, text, collation } => {
                clause.next(printer);
                let Some(field) = self.collection.fields.get(field) else { return printer.push("FALSE") };
                printer.member(root, &field.name);
                printer.push(" = ");
                printer.sql.param(text);
                printer.push(match collation {
                    Collation::Binary => "",
                    Collation::NoCase => " COLLATE NOCASE",
                });
                // Indexes on such fields often leave empty values out, and serve only those who say so too.
                printer.push(" AND ");
                printer.member(root, &field.name);
                printer.push(" != ''");
            }
            Restrict::Refers { field, ids } => {
                clause.next(printer);
                let Some(field) = self.collection.fields.get(field) else { return printer.push("FALSE") };
                if field.is_multiple() {
                    let item = printer.alias();
                    printer.push("EXISTS (SELECT 1 FROM ");
                    printer.each_column(root, self.collection, &field.name);
                    printer.push(" AS ");
                    printer.name(item);
                    printer.push(" WHERE ");
                    printer.member(item, "value");
                    one_of(printer, ids);
                    printer.push(")");
                } else {
                    printer.member(root, &field.name);
                    one_of(printer, ids);
                }
            }
        }
    }
}

/// One parameter whatever the number of ids, so that the text stays the same.
fn one_of(printer: &mut Printer, ids: &[String]) {
    let list = crate::value::Json::Array(ids.iter().map(|id| id.as_str().into()).collect());
    printer.push(" IN (SELECT value FROM json_each(");
    printer.sql.param(crate::value::json::text(&list));
    printer.push("))");
}

/// WHERE before the first condition, AND before the others.
#[derive(Default)]
struct Clause {
    conditions: usize,
}

impl Clause {
    fn next(&mut self, printer: &mut Printer) {
        printer.push(if self.conditions == 0 { " WHERE " } else { " AND " });
        self.conditions += 1;
    }
}
