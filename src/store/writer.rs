//! The one thread that writes: it takes what is queued, runs it as one transaction, and answers after COMMIT.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::answers::Touched;
use super::change::Change;
use super::config::Config;
use super::history::{self, Position};
use super::job::{Company, Job, Work, job};
use super::retention::{self, Retention};
use super::shared::Shared;
use super::sqlite::{Conn, TEND, migrate};
use super::tx::{Guard, Pending, Tx};
use super::{Boot, StoreError};
use crate::clock::Clock;
use crate::id::Ids;

/// How often an idle writer looks whether another process wrote.
const LOOK_AROUND: Duration = Duration::from_secs(1);
/// Looks between two of the history's age.
const LOOKS_PER_TRIM: u32 = 60;
/// Changes of another process that are announced at once.
const FOREIGN_CHANGES: usize = 10_000;
/// Groups with savepoints after a job had to be undone.
const CAREFUL: u32 = 64;

pub enum Message {
    Job(Job),
    /// Housekeeping that takes no transaction.
    Tend(oneshot::Sender<Result<(), StoreError>>),
    Stop,
}

pub struct Writer {
    tx: Tx,
    shared: Arc<Shared>,
    config: Config,
    boot: Boot,
    at: Position,
    /// SQLite's mark that moves when another connection commits; `None` after our own was opened anew.
    others: Option<i64>,
    /// What those are told who come after the answers.
    fresh: Vec<Arc<Change>>,
    /// Groups that are to use savepoints.
    careful: u32,
    retention: Retention,
    /// Changes, or idle looks, that are left until the history is trimmed.
    changes_to_trim: i64,
    looks_to_trim: u32,
}

/// A job within its group.
struct Slot {
    work: Box<dyn Work>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    /// Its writes are part of the open transaction.
    Kept,
    /// It has its answer, whatever becomes of the others.
    Failed,
}

impl Writer {
    /// Opens the database, brings it up to date and fills `shared`.
    pub fn open(
        config: Config,
        clock: Clock,
        ids: Arc<Ids>,
        shared: Arc<Shared>,
        boot: Boot,
    ) -> Result<Writer, StoreError> {
        let conn = Conn::open_writer(&config.path, config.durability, Arc::default())?;
        migrate::migrate(&conn, &clock)?;
        let fresh = conn.ints::<1>("SELECT 1 FROM _collections LIMIT 1")?.is_none();
        let at = Position::load(&conn)?;
        let tx = Tx::new(conn, clock, ids);
        let (careful, changes_to_trim, looks_to_trim) = (0, 0, 0);
        let retention = Retention::new(config.history_days, config.history_mib);
        let mut writer = Writer {
            tx,
            shared,
            config,
            boot,
            at,
            others: None,
            fresh: Vec::new(),
            careful,
            retention,
            changes_to_trim,
            looks_to_trim,
        };
        if fresh {
            let (job, mut answer) = job(Company::Alone, boot.seed);
            writer.group(vec![job]);
            answer.try_recv().unwrap_or(Err(StoreError::Closed))?;
        }
        // The first transaction finds everything to be news.
        writer.others = None;
        writer.attempt(&mut [])?;
        Ok(writer)
    }

    /// Works until told to stop or left alone, then finishes what is queued.
    pub fn serve(mut self, inbox: &Receiver<Message>) {
        let mut next = None;
        loop {
            let first = match next.take() {
                Some(job) => job,
                None => match inbox.recv_timeout(LOOK_AROUND) {
                    Ok(Message::Job(job)) => job,
                    Ok(Message::Tend(reply)) => {
                        drop(reply.send(self.tend()));
                        continue;
                    }
                    Err(RecvTimeoutError::Timeout) => {
                        self.look_around();
                        continue;
                    }
                    Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                },
            };
            let (group, left) = self.gather(first, inbox);
            self.take(group);
            match left {
                Some(Message::Stop) => break,
                Some(Message::Job(job)) => next = Some(job),
                Some(Message::Tend(reply)) => drop(reply.send(self.tend())),
                None => {}
            }
        }
        while let Ok(message) = inbox.try_recv() {
            if let Message::Job(job) = message {
                self.take(vec![job]);
            }
        }
        if let Err(error) = self.tx.conn.batch("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!("the last checkpoint failed: {error}");
        }
    }

    /// What may share a transaction with `first`, and the message that ended the search.
    fn gather(&self, first: Job, inbox: &Receiver<Message>) -> (Vec<Job>, Option<Message>) {
        let mut group = vec![first];
        while group.len() < self.config.write_group && group.iter().all(|job| job.company == Company::Group) {
            match inbox.try_recv() {
                Ok(Message::Job(job)) if job.company == Company::Group => group.push(job),
                Ok(message) => return (group, Some(message)),
                Err(_) => break,
            }
        }
        (group, None)
    }

    /// A group from the queue.
    fn take(&mut self, jobs: Vec<Job>) {
        let (began, figures) = (Instant::now(), &self.shared.figures);
        figures.writes_waiting.fetch_sub(jobs.len(), Ordering::Relaxed);
        figures.group.add(jobs.len() as u64);
        jobs.iter().for_each(|job| figures.write_wait.add_time(began.saturating_duration_since(job.asked)));
        self.group(jobs);
    }

    /// One transaction for these jobs, and their answers.
    fn group(&mut self, jobs: Vec<Job>) {
        let mut slots: Vec<Slot> = jobs.into_iter().map(|job| Slot { work: job.work, state: State::Waiting }).collect();
        let began = Instant::now();
        let outcome = self.attempt(&mut slots);
        self.shared.figures.transaction.add_time(began.elapsed());
        if let Err(error) = outcome {
            self.shared.figures.failed.fetch_add(1, Ordering::Relaxed);
            for slot in slots.iter_mut().filter(|slot| slot.state != State::Failed) {
                slot.work.fail(error.again());
            }
            self.recover(&error);
        }
        for slot in slots {
            slot.work.answer();
        }
        self.shared.pass_on(&std::mem::take(&mut self.fresh));
        if self.changes_to_trim <= 0 {
            self.trim();
        }
    }

    /// Runs and commits. An error means that nothing was kept; jobs that failed by themselves have their own.
    ///
    /// A savepoint costs a job a fifth of its time (SQLite copies every page it touches), and most jobs that fail do so
    /// before they write. So a group goes without; when a job has to be undone after all, the transaction is rolled
    /// back and the others, which are repeatable, run again with savepoints.
    fn attempt(&mut self, slots: &mut [Slot]) -> Result<(), StoreError> {
        self.careful = self.careful.saturating_sub(1);
        loop {
            self.tx.renew();
            self.begin()?;
            if self.run(slots)? {
                return self.commit(slots.iter().any(|slot| slot.state == State::Kept));
            }
            if self.tx.conn.in_transaction() {
                self.tx.conn.run("ROLLBACK")?;
            }
            self.tx.catalog = self.shared.catalog.load_full();
            self.careful = CAREFUL;
        }
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        self.tx.conn.run("BEGIN IMMEDIATE")?;
        let others = self.tx.conn.ints::<1>("PRAGMA data_version")?.map(|[version]| version);
        if others != self.others {
            self.catch_up()?;
            self.others = others;
        }
        Ok(())
    }

    /// Runs every job that has not failed; `false` when those that did well have to run again.
    fn run(&mut self, slots: &mut [Slot]) -> Result<bool, StoreError> {
        let alone = slots.iter().filter(|slot| slot.state != State::Failed).count() == 1;
        for slot in slots.iter_mut().filter(|slot| slot.state != State::Failed) {
            let mark = self.tx.mark();
            self.tx.guard = if alone || self.careful == 0 { Guard::None } else { Guard::Wanted };
            self.tx.dirty = false;
            self.tx.author = None;
            self.tx.conn.limit.arm_for(self.config.write_timeout());
            let mut kept = slot.work.run(&mut self.tx);
            self.tx.conn.limit.disarm();
            // When a statement is interrupted in the middle of its writes, SQLite rolls back the whole transaction.
            let lost = !self.tx.conn.in_transaction();
            if lost && kept {
                slot.work.fail(StoreError::Interrupted);
                kept = false;
            }
            slot.state = if kept { State::Kept } else { State::Failed };
            if !kept {
                self.tx.rewind(mark);
                if lost || (self.tx.dirty && self.tx.guard == Guard::None && !alone) {
                    return Ok(false);
                }
            }
            if self.tx.guard == Guard::Set {
                if !kept {
                    self.tx.conn.run("ROLLBACK TO job")?;
                }
                self.tx.conn.run("RELEASE job")?;
            }
        }
        Ok(true)
    }

    /// Makes the transaction durable and then known.
    fn commit(&mut self, any: bool) -> Result<(), StoreError> {
        if !any {
            return self.tx.conn.run("ROLLBACK");
        }
        let Pending { changes, schema, unknown } = std::mem::take(&mut self.tx.pending);
        let number = |(seq, write): (i64, super::tx::Write)| {
            let super::tx::Write { collection, action, before, after, author } = write;
            Arc::new(Change { seq, collection, action, before, after, author })
        };
        let changes: Vec<Arc<Change>> = (self.at.seq + 1..).zip(changes).map(number).collect();
        let at = self.at.append(&self.tx.conn, self.tx.clock().now(), &changes)?;

        let lock = schema.then(|| self.shared.lock_schema());
        let began = Instant::now();
        self.tx.conn.run("COMMIT")?;
        self.shared.figures.commit.add_time(began.elapsed());
        if schema {
            self.shared.catalog.store(self.tx.catalog.clone());
        }
        drop(lock);

        self.changes_to_trim -= at.seq - self.at.seq;
        self.at = at;
        if schema || unknown {
            self.shared.answers.touch(Touched::Everything);
        } else if !changes.is_empty() {
            let mut names = changes.iter().map(|change| change.collection.name.as_str());
            self.shared.answers.touch(Touched::Tables(&mut names));
        }
        self.shared.publish(&changes);
        self.fresh.extend(changes);
        Ok(())
    }

    /// Takes over what other processes committed: sequence, catalog, and their changes for our listeners.
    fn catch_up(&mut self) -> Result<(), StoreError> {
        let collections = (self.boot.load)(&mut self.tx)?;
        self.tx.pending = Pending::default();
        if !self.tx.catalog.iter().eq(collections.iter()) || self.tx.catalog.version == 0 {
            self.tx.swap_catalog(collections);
            self.shared.catalog.store(self.tx.catalog.clone());
        }
        self.shared.answers.touch(Touched::Everything);
        loop {
            let missed = history::since(&mut self.tx, self.at.seq, FOREIGN_CHANGES)?;
            if missed.reset {
                self.shared.reset();
            }
            let catalog = &self.tx.catalog;
            let known = missed.changes.iter().filter_map(|change| Some((change, catalog.by_id(&change.collection)?)));
            let known: Vec<Option<Change>> = known.map(|(change, collection)| change.to_change(collection)).collect();
            // Of collections without history nobody can tell what another process did to them.
            if known.iter().any(Option::is_none) {
                self.shared.reset();
            }
            let changes: Vec<Arc<Change>> = known.into_iter().flatten().map(Arc::new).collect();
            self.shared.publish(&changes);
            self.fresh.extend(changes);
            match missed.changes.last() {
                Some(last) if last.seq < missed.newest => self.at.seq = last.seq,
                Some(_) | None => break,
            }
        }
        self.at = Position::load(&self.tx.conn)?;
        Ok(())
    }

    /// After a transaction failed as a whole: back to a connection that works.
    fn recover(&mut self, error: &StoreError) {
        self.tx.catalog = self.shared.catalog.load_full();
        self.tx.pending = Pending::default();
        if self.tx.conn.in_transaction() {
            let _ = self.tx.conn.run("ROLLBACK");
        }
        if matches!(error, StoreError::Full | StoreError::NoSpace) && !self.tx.conn.in_transaction() {
            return;
        }
        tracing::error!("a commit failed, the connection is opened anew: {error}");
        match Conn::open_writer(&self.config.path, self.config.durability, Arc::default()) {
            Ok(conn) => {
                self.tx.conn = conn;
                self.others = None;
            }
            Err(error) => tracing::error!("it could not be opened: {error}"),
        }
    }

    /// Idle work.
    fn look_around(&mut self) {
        let others = self.tx.conn.ints::<1>("PRAGMA data_version").ok().flatten().map(|[version]| version);
        if others != self.others {
            self.group(Vec::new());
        }
        self.looks_to_trim = self.looks_to_trim.saturating_sub(1);
        if self.looks_to_trim == 0 {
            self.trim();
        }
    }

    fn tend(&self) -> Result<(), StoreError> {
        self.tx.conn.limit.arm_for(self.config.write_timeout());
        let tended = self.tx.conn.batch(TEND);
        self.tx.conn.limit.disarm();
        tended
    }

    /// One step; the next one soon if there is more to trim.
    fn trim(&mut self) {
        let now = self.tx.clock().now();
        let more = self.retention.trim(&self.tx.conn, &self.tx.catalog, now).unwrap_or_else(|error| {
            tracing::warn!("history was not trimmed: {error}");
            false
        });
        self.changes_to_trim = retention::AT_ONCE / 2;
        self.looks_to_trim = if more { 1 } else { LOOKS_PER_TRIM };
    }
}
