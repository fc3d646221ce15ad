//! The authorizer for those who wait: a rule and a filter bound once, asked about every record that changes.

use std::sync::Arc;

use crate::context::Ctx;
use crate::error::Result;
use crate::expr::{Access, Bound, ExprError, Verdict};
use crate::schema::{Catalog, Collection, Record};
use crate::sql::{Dialect, Select, Source, past};
use crate::store::{Reader, Rows, StoreError};
use crate::value::{Row as _, ValueRef};

use super::Records;

/// What decides whether a record is shown: equal watches decide alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Watch {
    rule: Option<Bound>,
    filter: Option<Bound>,
}

/// Which rule guards it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Every record: the list rule.
    All,
    /// One record by id: the view rule.
    One,
}

/// Conditions put into one statement at most.
const AT_ONCE: usize = 200;

impl Watch {
    /// What it says of `record` without the database; `ctx` tells the time.
    fn eval(&self, ctx: &Ctx, record: &Record) -> Verdict {
        let mut all = Verdict::Pass;
        for bound in [&self.rule, &self.filter].into_iter().flatten() {
            let verdict = if bound.reads_clock() {
                bound.again(ctx).eval(&record.values[..])
            } else {
                bound.eval(&record.values[..])
            };
            match verdict {
                Verdict::Pass => {}
                Verdict::Fail => return Verdict::Fail,
                Verdict::AskDatabase => all = Verdict::AskDatabase,
            }
        }
        all
    }

    /// Its conditions at the moment of `ctx`.
    fn conditions(&self, ctx: &Ctx) -> Vec<Bound> {
        let now = |bound: &Bound| if bound.reads_clock() { bound.again(ctx) } else { bound.clone() };
        [&self.rule, &self.filter].into_iter().flatten().map(now).collect()
    }
}

impl Records {
    /// The rule and `filter` of someone who watches `collection`; `None` when nothing could ever be shown. The moment of
    /// `ctx` should be a fixed one, so that watches stay equal.
    pub fn watch(
        &self,
        catalog: &Catalog,
        collection: &Arc<Collection>,
        ctx: &Ctx,
        (reach, filter): (Reach, &str),
    ) -> std::result::Result<Option<Watch>, ExprError> {
        let rule = match reach {
            Reach::All => collection.rules.list.as_deref(),
            Reach::One => collection.rules.view.as_deref(),
        };
        let superuser = ctx.caller.is_superuser();
        let bind = |access, text: &str| -> std::result::Result<Option<Bound>, ExprError> {
            let bound = self.plans.predicate(catalog, collection, ctx, access, text)?.bind(ctx);
            // What reads the clock may be certain now and not later.
            Ok((bound.reads_clock() || !bound.is_always()).then_some(bound))
        };
        let rule = match rule {
            _ if superuser => None,
            None => return Ok(None),
            Some("") => None,
            Some(text) => bind(Access::Rule, text)?,
        };
        let access = if superuser { Access::Superuser } else { Access::Client };
        let filter = if filter.trim().is_empty() { None } else { bind(access, filter)? };
        let never = [&rule, &filter].into_iter().flatten().any(|bound| !bound.reads_clock() && bound.is_never());
        Ok((!never).then_some(Watch { rule, filter }))
    }

    /// Which of these watches show `record`, as it is in memory: by one statement for all that need the database.
    pub fn shown(&self, reader: &mut dyn Reader, record: &Record, watches: &[(&Watch, &Ctx)]) -> Result<Vec<bool>> {
        let mut shown = Vec::with_capacity(watches.len());
        let mut open: Vec<(usize, Vec<Bound>)> = Vec::new();
        for (index, (watch, ctx)) in watches.iter().enumerate() {
            let verdict = watch.eval(ctx, record);
            if verdict == Verdict::AskDatabase {
                open.push((index, watch.conditions(ctx)));
            }
            shown.push(verdict == Verdict::Pass);
        }
        for part in open.chunks(AT_ONCE) {
            for ((index, _), passes) in part.iter().zip(ask(reader, record, part)?) {
                if let Some(slot) = shown.get_mut(*index) {
                    *slot = passes;
                }
            }
        }
        Ok(shown)
    }
}

/// One statement for all, and its answer remembered: records of the same room, thread or owner are decided alike until
/// one of the tables behind them changes.
fn ask(reader: &mut dyn Reader, record: &Record, open: &[(usize, Vec<Bound>)]) -> Result<Vec<bool>> {
    let filters: Vec<Vec<&Bound>> = open.iter().map(|(_, conditions)| conditions.iter().collect()).collect();
    let select = |filters| Select {
        source: Source::Virtual(&record.values),
        filters,
        limit: 1,
        ..Select::of(&record.collection)
    };
    let selects: Vec<Select<'_>> = filters.iter().map(|filters| select(filters)).collect();
    let mut about: Option<Vec<&str>> = Some(Vec::new());
    for select in &selects {
        about = about.zip(select.about()).map(|(all, own)| [all, own].concat());
    }
    about.iter_mut().for_each(|tables| {
        tables.sort_unstable();
        tables.dedup();
    });
    let rows = reader.recall(&Select::any_of_each(&selects, Dialect::Sqlite), about.as_deref())?;
    let row = rows.row(0);
    Ok((0..selects.len()).map(|index| row.value(index) == ValueRef::Int(1)).collect())
}

/// The database with some records as they were before they changed, for the last that is said of what was deleted.
pub struct Past<'a> {
    pub reader: &'a mut dyn Reader,
    pub were: &'a [&'a Record],
}

impl Reader for Past<'_> {
    fn catalog(&self) -> &Arc<Catalog> {
        self.reader.catalog()
    }

    fn query(&mut self, sql: &crate::sql::Sql) -> std::result::Result<Rows, StoreError> {
        self.reader.query(&past::with_records(sql, self.were))
    }

    fn recall(&mut self, sql: &crate::sql::Sql, _about: Option<&[&str]>) -> std::result::Result<Arc<Rows>, StoreError> {
        self.query(sql).map(Arc::new)
    }
}
