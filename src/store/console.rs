//! SQL by hand: on a connection of its own that is thrown away, so that nothing it leaves behind meets anybody else.
//!
//! What it writes is a change like any other: triggers that live as long as the connection note which records were
//! touched, and what became of them is appended to the history in the same transaction. The writer then finds it there
//! as it finds what other processes wrote. Where that cannot be told (too many, or tables that changed their shape), the
//! history starts over instead, and everyone who follows it does, too.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::history::{self, Position};
use super::sqlite::Conn;
pub use super::sqlite::console::Answer;
use super::sqlite::console::{Transaction, read};
use super::sqlite::limit::Limit;
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
const AT_ONCE: usize = 2;

/// What a console works with.
struct Console {
    path: PathBuf,
    durability: Durability,
    boot: Boot,
    clock: Clock,
    limit: Arc<Limit>,
    author: Option<Arc<Record>>,
}

/// What is to be run.
pub struct Script {
    pub text: String,
    /// To stop it by.
    pub name: String,
    /// Whose changes they are.
    pub author: Option<Arc<Record>>,
    pub limit: Duration,
}

/// Those at work.
#[derive(Default)]
pub(super) struct Consoles(Mutex<Vec<Running>>);

struct Running {
    name: String,
    stop: Arc<AtomicBool>,
}

/// Ends with its console.
struct Place {
    all: Arc<Consoles>,
    stop: Arc<AtomicBool>,
}

impl Store {
    /// Runs statements one after the other: those that only read without a transaction, others all in one. Stopped, they
    /// leave nothing behind.
    pub async fn console(&self, script: Script) -> Result<Answer, StoreError> {
        let inner = &self.0;
        let Script { text, name, author, limit } = script;
        let place = Consoles::enter(&inner.consoles, name)?;
        let console = Console {
            path: inner.config.path.clone(),
            durability: inner.config.durability,
            boot: inner.boot,
            clock: inner.clock.clone(),
            limit: Arc::new(Limit::new(place.stop.clone())),
            author,
        };
        console.limit.arm_for(limit);
        let (reply, answer) = tokio::sync::oneshot::channel();
        let run = move || {
            let result =
                super::job::guarded(|| console.run(&text)).unwrap_or_else(|panic| Err(StoreError::other(panic)));
            let stopped = place.stop.load(Ordering::Relaxed);
            drop(place);
            drop(reply.send(result.map_err(|error| match error {
                StoreError::Interrupted if stopped => StoreError::Sql("the query was cancelled".into()),
                error => error,
            })));
        };
        std::thread::Builder::new().name("console".into()).spawn(run).map_err(StoreError::other)?;
        let (answer, wrote) = answer.await.unwrap_or(Err(StoreError::Closed))?;
        if wrote {
            // Has the writer look at once.
            self.write_alone(|_: &mut Tx| Ok::<_, StoreError>(())).await?;
        }
        Ok(answer)
    }

    /// Whether there was something to stop under that name.
    pub fn stop_console(&self, name: &str) -> bool {
        self.0.consoles.stop(name)
    }
}

impl Consoles {
    fn enter(all: &Arc<Consoles>, name: String) -> Result<Place, StoreError> {
        let mut running = all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if running.len() == AT_ONCE {
            return Err(StoreError::Full);
        }
        let stop = Arc::new(AtomicBool::new(false));
        running.push(Running { name, stop: stop.clone() });
        Ok(Place { all: all.clone(), stop })
    }

    fn stop(&self, name: &str) -> bool {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = running.iter().filter(|running| running.name == name);
        named.map(|running| running.stop.store(true, Ordering::Relaxed)).count() > 0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut running = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|running| !Arc::ptr_eq(&running.stop, &self.stop));
    }
}

impl Console {
    /// The answer, and whether anything was written.
    fn run(&self, text: &str) -> Result<(Answer, bool), StoreError> {
        if let Some(answer) = read(&self.path, text, &self.limit)? {
            return Ok((answer, false));
        }
        let mut script = Transaction::begin(&self.path, self.durability, &self.limit)?;
        let collections = self.collections(script.conn())?;
        script.watch(collections.iter().filter(|collection| !collection.is_view()))?;
        let affected = script.run(text)?;
        let touched = script.touched(TOLD)?;
        let before = Conn::open_reader(&self.path, self.limit.clone())?;
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
        let number = |(seq, change)| Arc::new(Change { seq, author: self.author.clone(), ..change });
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
            all.push(Change { seq: 0, collection: Arc::clone(collection), action, before, after, author: None });
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
