//! `Snapshot`: one read job's view of the database, and the watch over how long it takes.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::heavy::{Heavy, Slow};
use super::shared::Shared;
use super::sqlite::Conn;
use super::{Reader, Rows, StoreError, answers};
use crate::schema::Catalog;
use crate::sql::Sql;

/// Where a read job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the thread that asks, for a moment.
    Inline,
    /// On a reader thread, until the deadline.
    Thread(Instant),
}

/// Looks of the progress handler until an inline read has used up its budget of VM steps: 50 000 steps are about a
/// millisecond. The clock is the second bound, for steps that are slow.
const INLINE_TICKS: u32 = 50;
/// A clock says little about a statement when the thread may lose its turn, so it is given this many budgets.
const SLACK: u32 = 4;

/// What all snapshots of a store have in common.
pub struct Ground {
    pub shared: Arc<Shared>,
    pub heavy: Heavy,
    pub inline_budget: Duration,
}

pub struct Snapshot<'a> {
    conn: &'a Conn,
    ground: &'a Ground,
    place: Place,
    started: Instant,
    catalog: Arc<Catalog>,
    /// The newest commit before the snapshot was opened.
    seen: u64,
    open: bool,
    /// What the job met, whatever it made of it.
    pub met: Met,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Met {
    /// It has to run on a reader thread.
    pub over_budget: bool,
    /// A statement did not fit the tables.
    pub wrong_sql: bool,
}

impl<'a> Snapshot<'a> {
    pub fn new(conn: &'a Conn, ground: &'a Ground, catalog: Arc<Catalog>, place: Place) -> Snapshot<'a> {
        let started = Instant::now();
        match place {
            Place::Inline => conn.limit.arm(started + ground.inline_budget * SLACK, INLINE_TICKS),
            Place::Thread(deadline) => conn.limit.arm(deadline, u32::MAX),
        }
        let seen = ground.shared.answers.now();
        Snapshot { conn, ground, place, started, catalog, seen, open: false, met: Met::default() }
    }

    /// Ends the transaction; what the job met.
    pub fn close(self) -> Met {
        self.conn.limit.disarm();
        if self.open && self.conn.run("COMMIT").is_err() {
            // A pooled connection that is still in a transaction is thrown away.
            let _ = self.conn.run("ROLLBACK");
        }
        self.met
    }

    fn run(&mut self, sql: &Sql) -> Result<Rows, StoreError> {
        let inline = self.place == Place::Inline;
        let known = self.ground.heavy.find(&sql.text);
        if inline && (self.met.over_budget || known == Some(Slow::Always)) {
            return Err(StoreError::OverBudget);
        }
        let result = self.begin().and_then(|()| {
            let begun = if inline { self.started } else { Instant::now() };
            let result = self.conn.query(sql);
            self.weigh(sql, known, begun.elapsed(), &result);
            result
        });
        match result {
            Err(StoreError::Interrupted) if inline => Err(StoreError::OverBudget),
            other => other,
        }
    }

    /// Always, also for a job's only query: its snapshot has to be that of the query after it. A thread that lost its
    /// turn may be over its budget even here.
    fn begin(&mut self) -> Result<(), StoreError> {
        if !self.open {
            self.conn.run("BEGIN")?;
            self.open = true;
            self.conn.follow(self.catalog.version)?;
        }
        Ok(())
    }

    /// Remembers which statements are too long for an async worker, and forgets those that no longer are.
    fn weigh(&self, sql: &Sql, known: Option<Slow>, took: Duration, result: &Result<Rows, StoreError>) {
        let (heavy, budget) = (&self.ground.heavy, self.ground.inline_budget);
        match (self.place, result) {
            (_, Err(StoreError::Interrupted)) => heavy.add(&sql.text, Slow::Always),
            // Some single steps walk a whole table and cannot be interrupted. Or the thread lost its turn: twice in a row
            // is no accident.
            (Place::Inline, _) if took > budget * SLACK => {
                heavy.add(&sql.text, if known.is_none() { Slow::Once } else { Slow::Always });
            }
            (Place::Inline, Ok(_)) if known.is_some() && took < budget => heavy.remove(&sql.text),
            (Place::Thread(_), Ok(_)) if took > budget => heavy.add(&sql.text, Slow::Always),
            (Place::Thread(_), Ok(_)) if known.is_some() && took < budget / 2 => heavy.remove(&sql.text),
            (Place::Inline | Place::Thread(_), _) => {}
        }
    }
}

impl Reader for Snapshot<'_> {
    fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    fn query(&mut self, sql: &Sql) -> Result<Rows, StoreError> {
        let result = self.run(sql);
        match &result {
            Err(StoreError::OverBudget) => self.met.over_budget = true,
            Err(StoreError::Sql(_)) => self.met.wrong_sql = true,
            Ok(_) | Err(_) => {}
        }
        result
    }

    fn recall(&mut self, sql: &Sql, about: Option<&[&str]>) -> Result<Arc<Rows>, StoreError> {
        let Some(about) = about else { return self.query(sql).map(Arc::new) };
        let key = answers::key(sql);
        let figures = &self.ground.shared.figures;
        if let Some(rows) = self.ground.shared.answers.find(&key, about) {
            figures.answers_found.fetch_add(1, Ordering::Relaxed);
            return Ok(rows);
        }
        figures.answers_missed.fetch_add(1, Ordering::Relaxed);
        let rows = Arc::new(self.query(sql)?);
        self.ground.shared.answers.remember(key, &rows, self.seen);
        Ok(rows)
    }
}
