//! SQL by hand: on a connection of its own that is thrown away, so that nothing it leaves behind meets anybody else.
//!
//! What it writes is a change like any other: triggers that live as long as the connection note which records were
//! touched, and what became of them is appended to the history in the same transaction. The writer then finds it there
//! as it finds what other processes wrote. Where that cannot be told (too many, or tables that changed their shape), the
//! history starts over instead, and everyone who follows it does, too.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::history::{self, Position};
use super::sqlite::Conn;
pub use super::sqlite::console::Answer;
use super::sqlite::console::{Script, read};
use super::{Action, Boot, Change, Collections, Durability, Reader, Rows, Store, StoreError, Tx};
use crate::clock::Clock;
use crate::schema::{Catalog, Collection, Record};
use crate::sql::{Dialect, Restrict, Select, Sql};
use crate::value::Row as _;

/// Records whose changes are told one by one.
const TOLD: usize = 10_000;
/// Records looked up at once.
const CHUNK: usize = 500;
/// Consoles at a time.
pub(super) const AT_ONCE: usize = 2;

/// What a console works with.
struct Console {
    path: PathBuf,
    durability: Durability,
    boot: Boot,
    clock: Clock,
    until: Instant,
}

impl Store {
    /// Runs statements one after the other: those that only read without a transaction, others all in one.
    pub async fn console(&self, text: String, limit: Duration) -> Result<Answer, StoreError> {
        let inner = &self.0;
        let place = Arc::clone(&inner.consoles).try_acquire_owned().map_err(|_| StoreError::Full)?;
        let console = Console {
            path: inner.config.path.clone(),
            durability: inner.config.durability,
            boot: inner.boot,
            clock: inner.clock.clone(),
            until: Instant::now() + limit,
        };
        let (reply, answer) = tokio::sync::oneshot::channel();
        let run = move || {
            let result =
                super::job::guarded(|| console.run(&text)).unwrap_or_else(|panic| Err(StoreError::other(panic)));
            drop(place);
            drop(reply.send(result));
        };
        std::thread::Builder::new().name("console".into()).spawn(run).map_err(StoreError::other)?;
        let (answer, wrote) = answer.await.unwrap_or(Err(StoreError::Closed))?;
        if wrote {
            // Has the writer look at once.
            self.write_alone(|_: &mut Tx| Ok::<_, StoreError>(())).await?;
        }
        Ok(answer)
    }
}

impl Console {
    /// The answer, and whether anything was written.
    fn run(&self, text: &str) -> Result<(Answer, bool), StoreError> {
        if let Some(answer) = read(&self.path, text, self.until)? {
            return Ok((answer, false));
        }
        let mut script = Script::begin(&self.path, self.durability, self.until)?;
        let collections = self.collections(script.conn())?;
        script.watch(collections.iter().filter(|collection| !collection.is_view()))?;
        let affected = script.run(text)?;
        let touched = script.touched(TOLD)?;
        let before = Conn::open_reader(&self.path, Arc::default())?;
        let changes = touched.map_or(Ok(None), |touched| {
            changes(&before, script.conn(), &collections, &touched).or_else(|error| match error {
                // A table is gone or has lost a column.
                StoreError::Sql(_) => Ok(None),
                other => Err(other),
            })
        })?;
        self.record(script.conn(), changes)?;
        script.commit()?;
        Ok((Answer { affected, ..Answer::default() }, true))
    }

    fn collections(&self, conn: &Conn) -> Result<Collections, StoreError> {
        (self.boot.load)(&mut Plain { conn, catalog: Arc::default() })
    }

    /// Numbers the changes and appends them; `None` = nobody knows what happened.
    fn record(&self, conn: &Conn, changes: Option<Vec<Change>>) -> Result<(), StoreError> {
        let Some(changes) = changes else { return history::start_over(conn) };
        let at = Position::load(conn)?;
        let number = |(seq, change)| Arc::new(Change { seq, ..change });
        let changes: Vec<Arc<Change>> = (at.seq + 1..).zip(changes).map(number).collect();
        at.append(conn, self.clock.now(), &changes).map(|_| ())
    }
}

/// What became of each touched record, in the order in which they were touched.
fn changes(
    before: &Conn,
    after: &Conn,
    collections: &Collections,
    touched: &[(String, String)],
) -> Result<Option<Vec<Change>>, StoreError> {
    let mut all = Vec::with_capacity(touched.len());
    for run in touched.chunk_by(|(a, _), (b, _)| a == b).flat_map(|run| run.chunks(CHUNK)) {
        let Some((id, _)) = run.first() else { continue };
        let Some(collection) = collections.iter().find(|collection| collection.id == *id) else { continue };
        let ids: Vec<String> = run.iter().map(|(_, id)| id.clone()).collect();
        let (old, new) = (records(before, collection, &ids)?, records(after, collection, &ids)?);
        let find = |records: &[Arc<Record>], id: &str| records.iter().find(|record| record.id() == id).cloned();
        for id in &ids {
            let (before, after) = (find(&old, id), find(&new, id));
            let action = match (&before, &after) {
                (None, None) => continue,
                (None, Some(_)) => Action::Create,
                (Some(_), None) => Action::Delete,
                (Some(before), Some(after)) if same(before, after) => continue,
                (Some(_), Some(_)) => Action::Update,
            };
            all.push(Change { seq: 0, collection: Arc::clone(collection), action, before, after });
        }
    }
    Ok(Some(all))
}

fn same(a: &Record, b: &Record) -> bool {
    (0..a.collection.fields.len()).all(|index| a.value(index) == b.value(index))
}

fn records(conn: &Conn, collection: &Arc<Collection>, ids: &[String]) -> Result<Vec<Arc<Record>>, StoreError> {
    let select = Select { restrict: Restrict::Ids(ids), ..Select::of(collection) };
    let rows = conn.query(&select.rows(Dialect::Sqlite))?;
    Ok(rows.iter().map(|row| Arc::new(Record::of(collection, &row))).collect())
}

/// A connection as the loader of the catalog wants it.
struct Plain<'a> {
    conn: &'a Conn,
    catalog: Arc<Catalog>,
}

impl Reader for Plain<'_> {
    fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    fn query(&mut self, sql: &Sql) -> Result<Rows, StoreError> {
        self.conn.query(sql)
    }

    fn recall(&mut self, sql: &Sql, _: Option<&[&str]>) -> Result<Arc<Rows>, StoreError> {
        self.query(sql).map(Arc::new)
    }
}
