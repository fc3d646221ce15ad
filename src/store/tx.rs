//! `Tx`: what a write job may do, and how its traces are undone when it fails.

use std::sync::Arc;

use super::sqlite::Conn;
use super::{Action, Reader, Rows, StoreError};
use crate::clock::Clock;
use crate::context::Caller;
use crate::id::Ids;
use crate::schema::{Catalog, Collection, Record};
use crate::sql::{Sql, mutate};
use crate::value::{Row as _, Value, ValueRef};

/// The writer's side of one transaction, lent to one job after the other.
pub struct Tx {
    pub(super) conn: Conn,
    pub(super) catalog: Arc<Catalog>,
    pub(super) pending: Pending,
    pub(super) guard: Guard,
    /// The running job has written something.
    pub(super) dirty: bool,
    clock: Clock,
    ids: Arc<Ids>,
    /// Statement text under construction; kept for its capacity.
    text: String,
    /// Of the newest catalog there ever was; those of a job that was undone are not used again, as what was made of them
    /// may be remembered.
    version: u64,
    /// Records this transaction has found; records written together often refer to the same ones.
    found: Vec<(Arc<Collection>, String)>,
    /// Whose request the running job carries out.
    pub(super) author: Option<Arc<Record>>,
}

/// Found records that are remembered: few enough to look through.
const FOUND: usize = 8;

/// What COMMIT is to make public.
#[derive(Default)]
pub(super) struct Pending {
    pub changes: Vec<Write>,
    /// The catalog was replaced.
    pub schema: bool,
    /// Statements ran whose tables we do not know.
    pub unknown: bool,
}

/// A change that has no number yet.
pub(super) struct Write {
    pub collection: Arc<Collection>,
    pub action: Action,
    pub before: Option<Arc<Record>>,
    pub after: Option<Arc<Record>>,
    pub author: Option<Arc<Record>>,
}

/// Whether the running job can be undone by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// Only together with the whole transaction.
    None,
    /// By a savepoint, to be set before its first write.
    Wanted,
    /// By the savepoint that is set.
    Set,
}

/// A record that is about to become part of a change: `&Record` is copied, `&Arc<Record>` is not.
pub trait Share {
    fn share(self) -> Arc<Record>;
}

impl Share for &Record {
    fn share(self) -> Arc<Record> {
        Arc::new(self.clone())
    }
}

impl Share for &Arc<Record> {
    fn share(self) -> Arc<Record> {
        self.clone()
    }
}

/// Where a job began.
pub(super) struct Mark {
    catalog: Arc<Catalog>,
    changes: usize,
    schema: bool,
    unknown: bool,
}

impl Tx {
    pub(super) fn new(conn: Conn, clock: Clock, ids: Arc<Ids>) -> Tx {
        Tx {
            conn,
            catalog: Arc::default(),
            pending: Pending::default(),
            guard: Guard::None,
            dirty: false,
            clock,
            ids,
            text: String::new(),
            version: 0,
            found: Vec::new(),
            author: None,
        }
    }

    /// The changes that follow in this job are this caller's.
    pub fn act_for(&mut self, caller: &Caller) {
        self.author = caller.record().cloned();
    }

    /// Adds a record. Fails with `Unique` when a value is taken.
    pub fn insert(&mut self, record: impl Share) -> Result<(), StoreError> {
        let record = record.share();
        self.text.clear();
        mutate::insert(&mut self.text, &record.collection);
        self.write(record.values.iter().map(Value::as_ref))?;
        self.note(Action::Create, None, Some(record));
        Ok(())
    }

    /// Writes the fields that differ. A record that is equal is a change all the same: somebody saved it.
    /// Fails with `Unique` when a value is taken, with `Other` when there is no such record.
    pub fn update(&mut self, before: impl Share, after: impl Share) -> Result<(), StoreError> {
        let (before, after) = (before.share(), after.share());
        let differs = |index: &usize| before.value(*index) != after.value(*index);
        let changed: Vec<usize> = (0..after.collection.fields.len()).filter(differs).collect();
        if !changed.is_empty() {
            self.text.clear();
            mutate::update(&mut self.text, &after.collection, &changed);
            let mut params: Vec<ValueRef<'_>> = changed.iter().map(|index| after.value(*index)).collect();
            params.push(before.get("id"));
            expect_one(self.write(params.into_iter())?)?;
        }
        self.note(Action::Update, Some(before), Some(after));
        Ok(())
    }

    /// Removes a record; fails with `Other` when there is none.
    pub fn delete(&mut self, record: impl Share) -> Result<(), StoreError> {
        let record = record.share();
        self.text.clear();
        mutate::delete(&mut self.text, &record.collection);
        expect_one(self.write(std::iter::once(record.get("id")))?)?;
        self.found.clear();
        self.note(Action::Delete, Some(record), None);
        Ok(())
    }

    /// Whether there is a record with this id.
    pub fn has(&mut self, collection: &Arc<Collection>, id: &str) -> Result<bool, StoreError> {
        if self.found.iter().any(|(of, found)| Arc::ptr_eq(of, collection) && found == id) {
            return Ok(true);
        }
        self.text.clear();
        mutate::probe(&mut self.text, collection);
        self.conn.follow(self.catalog.version)?;
        let has = self.conn.exists(&self.text, id)?;
        // What a view shows may end with a write to any table.
        if has && !collection.is_view() {
            if self.found.len() == FOUND {
                self.found.clear();
            }
            self.found.push((collection.clone(), id.to_string()));
        }
        Ok(has)
    }

    /// Anything else: schema statements, system tables. How many rows were written. No change is recorded.
    pub fn execute(&mut self, sql: &Sql) -> Result<usize, StoreError> {
        self.unknown()?;
        self.conn.execute(&sql.text, sql.params.iter().map(Value::as_ref))
    }

    /// The collections from now on: visible to this job at once, to everyone at COMMIT, undone with the job.
    pub fn replace_catalog(&mut self, collections: Vec<Arc<Collection>>) {
        self.swap_catalog(collections);
        self.pending.schema = true;
    }

    /// A catalog of a version of its own.
    pub(super) fn swap_catalog(&mut self, collections: Vec<Arc<Collection>>) {
        self.version += 1;
        self.catalog = Arc::new(Catalog::new(self.version, collections));
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn ids(&self) -> &Arc<Ids> {
        &self.ids
    }

    /// Runs the statement in `text`, which writes one row or fails without a trace.
    fn write<'a>(&mut self, params: impl ExactSizeIterator<Item = ValueRef<'a>>) -> Result<usize, StoreError> {
        self.guard()?;
        let written = self.conn.execute(&self.text, params)?;
        self.dirty = true;
        Ok(written)
    }

    /// Before a statement that may write anywhere, also if it fails.
    fn unknown(&mut self) -> Result<(), StoreError> {
        self.guard()?;
        self.dirty = true;
        self.pending.unknown = true;
        self.found.clear();
        Ok(())
    }

    /// A job that only reads, or fails before it writes, needs no savepoint.
    fn guard(&mut self) -> Result<(), StoreError> {
        if self.guard == Guard::Wanted {
            self.conn.run("SAVEPOINT job")?;
            self.guard = Guard::Set;
        }
        Ok(())
    }

    fn note(&mut self, action: Action, before: Option<Arc<Record>>, after: Option<Arc<Record>>) {
        let Some(record) = after.as_ref().or(before.as_ref()) else { return };
        let collection = record.collection.clone();
        let author = self.author.clone();
        self.pending.changes.push(Write { collection, action, before, after, author });
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            catalog: self.catalog.clone(),
            changes: self.pending.changes.len(),
            schema: self.pending.schema,
            unknown: self.pending.unknown,
        }
    }

    /// Forgets what happened since `mark`, in memory only.
    pub(super) fn rewind(&mut self, mark: Mark) {
        self.catalog = mark.catalog;
        self.pending.changes.truncate(mark.changes);
        self.pending.schema = mark.schema;
        self.pending.unknown = mark.unknown;
        self.found.clear();
    }

    /// A transaction is about to begin.
    pub(super) fn renew(&mut self) {
        self.pending = Pending::default();
        self.found.clear();
    }
}

fn expect_one(written: usize) -> Result<(), StoreError> {
    if written == 0 { Err(StoreError::other("there is no record with this id")) } else { Ok(()) }
}

impl Reader for Tx {
    fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    fn query(&mut self, sql: &Sql) -> Result<Rows, StoreError> {
        // Anything else may be a write with RETURNING.
        if !sql.text.starts_with("SELECT") {
            self.unknown()?;
        }
        self.conn.follow(self.catalog.version)?;
        self.conn.query(sql)
    }

    /// Never from memory, which knows only what is committed.
    fn recall(&mut self, sql: &Sql, _about: Option<&[&str]>) -> Result<Arc<Rows>, StoreError> {
        self.query(sql).map(Arc::new)
    }
}
