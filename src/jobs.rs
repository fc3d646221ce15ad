//! Jobs: work that is due by the clock or asked for by hand. A job never runs twice at a time, and nothing it does wrong
//! reaches anybody else.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::clock::{Clock, Timestamp};
use crate::error::{Error, Result};
use crate::settings::schedule::Schedule;
use crate::value::{Json, Object, json};

type Work = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

const MINUTE_MS: i64 = 60_000;
/// Jobs under way at most; one job takes one place.
const ROOM: u32 = 64;
/// What the ids of the server's own jobs begin with.
const OWN: &str = "__pb";

/// All jobs; cheap to clone.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
    jobs: Vec<Arc<Job>>,
    clock: Clock,
    /// The threads of requests end before this one does.
    runtime: Handle,
    room: Arc<Semaphore>,
    /// The last minute whose jobs were started.
    ticked: AtomicI64,
}

/// Something to be done again and again.
pub struct Job {
    id: &'static str,
    when: Box<dyn Fn() -> Option<Schedule> + Send + Sync>,
    work: Box<dyn Fn() -> Work + Send + Sync>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: bool,
    last: Option<Run>,
    done: u64,
    failed: u64,
    /// When it last ended well.
    well: Option<Timestamp>,
}

/// What is counted about a job since the start.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    pub id: &'static str,
    pub running: bool,
    /// Runs that ended well, and that did not.
    pub done: u64,
    pub failed: u64,
    /// How long the last run took.
    pub took: Duration,
    /// When a run last ended well.
    pub well: Option<Timestamp>,
}

/// How it went.
#[derive(Clone, Debug)]
struct Run {
    started: Timestamp,
    took: Duration,
    /// What went wrong.
    error: Option<String>,
}

impl Job {
    /// `when` is asked every minute; while it says `None` there is no such job.
    pub fn new<W>(
        id: &'static str,
        when: impl Fn() -> Option<Schedule> + Send + Sync + 'static,
        work: impl Fn() -> W + Send + Sync + 'static,
    ) -> Job
    where
        W: Future<Output = Result<()>> + Send + 'static,
    {
        let work = move || -> Work { Box::pin(work()) };
        Job { id, when: Box::new(when), work: Box::new(work), state: Mutex::default() }
    }

    /// As [`Job::new`], always at the same times.
    pub fn at<W>(id: &'static str, times: &'static str, work: impl Fn() -> W + Send + Sync + 'static) -> Job
    where
        W: Future<Output = Result<()>> + Send + 'static,
    {
        Job::new(id, || Schedule::parse(times), work)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn figures(&self) -> Figures {
        let state = self.state();
        let State { running, done, failed, well, .. } = *state;
        let took = state.last.as_ref().map(|run| run.took).unwrap_or_default();
        Figures { id: self.id, running, done, failed, took, well }
    }

    fn to_json(&self, schedule: &Schedule, now: Timestamp) -> Json {
        let state = self.state();
        let mut out = Object::new();
        out.insert("id".into(), self.id.into());
        out.insert("expression".into(), schedule.text().into());
        out.insert("running".into(), state.running.into());
        out.insert("next".into(), schedule.next(now).map(|at| at.to_string()).unwrap_or_default().into());
        let last = state.last.as_ref().map(|run| {
            let mut out = Object::new();
            out.insert("started".into(), run.started.to_string().into());
            out.insert("took".into(), u64::try_from(run.took.as_millis()).unwrap_or(u64::MAX).into());
            out.insert("error".into(), run.error.clone().unwrap_or_default().into());
            Json::Object(out)
        });
        out.insert("last".into(), last.unwrap_or_default());
        Json::Object(out)
    }
}

impl Jobs {
    /// Work is done on the current runtime.
    pub fn new(clock: Clock, mut jobs: Vec<Job>) -> Jobs {
        jobs.sort_by_key(|job| if job.id.starts_with(OWN) { (true, "") } else { (false, job.id) });
        let jobs = jobs.into_iter().map(Arc::new).collect();
        let room = Arc::new(Semaphore::new(ROOM as usize));
        let (runtime, ticked) = (Handle::current(), AtomicI64::new(i64::MIN));
        Jobs(Arc::new(Inner { jobs, clock, runtime, room, ticked }))
    }

    /// All jobs as a JSON array: those of the application first.
    pub fn list(&self) -> Vec<u8> {
        let now = self.0.clock.now();
        let all = self.0.jobs.iter().filter_map(|job| Some(job.to_json(&(job.when)()?, now)));
        json::text(&all.collect()).into_bytes()
    }

    /// What is counted about each job that there is at this moment.
    pub fn figures(&self) -> Vec<Figures> {
        self.0.jobs.iter().filter(|job| (job.when)().is_some()).map(|job| job.figures()).collect()
    }

    /// Starts a job now, unless it runs already; 404 when there is none of this id.
    pub fn start(&self, id: &str) -> Result<()> {
        let missing = || Error::not_found("Missing or invalid cron job.");
        let job = self.0.jobs.iter().find(|job| job.id == id && (job.when)().is_some()).ok_or_else(missing)?;
        self.run(job);
        Ok(())
    }

    /// Starts what is due in this minute, once.
    pub fn tick(&self) {
        let now = self.0.clock.now();
        let minute = now.0.div_euclid(MINUTE_MS);
        if self.0.ticked.swap(minute, Ordering::Relaxed) == minute {
            return;
        }
        for job in self.0.jobs.iter().filter(|job| (job.when)().is_some_and(|schedule| schedule.is_due(now))) {
            self.run(job);
        }
    }

    /// Ticks every minute until it is aborted. What was missed is not made up for.
    pub async fn keep_ticking(self) {
        loop {
            let left = MINUTE_MS - self.0.clock.now().0.rem_euclid(MINUTE_MS);
            tokio::time::sleep(Duration::from_millis(left.unsigned_abs())).await;
            self.tick();
        }
    }

    /// Waits until nothing runs, for at most `within`; `false` when something still does.
    pub async fn settle(&self, within: Duration) -> bool {
        tokio::time::timeout(within, self.0.room.acquire_many(ROOM)).await.is_ok()
    }

    fn run(&self, job: &Arc<Job>) {
        let Ok(place) = Arc::clone(&self.0.room).try_acquire_owned() else {
            return tracing::warn!(job = job.id, "too many jobs run already");
        };
        if std::mem::replace(&mut job.state().running, true) {
            return;
        }
        let (job, clock) = (Arc::clone(job), self.0.clock.clone());
        let started = clock.now();
        self.0.runtime.spawn(async move {
            let began = Instant::now();
            // Making the work may fail as well as doing it.
            let outcome = AssertUnwindSafe(async { (job.work)().await }).catch_unwind().await;
            let error = match outcome {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some("it panicked".to_string()),
            };
            if let Some(error) = &error {
                tracing::error!(job = job.id, error, "a job failed");
            }
            let mut state = job.state();
            match error {
                None => (state.done, state.well) = (state.done + 1, Some(clock.now())),
                Some(_) => state.failed += 1,
            }
            state.running = false;
            state.last = Some(Run { started, took: began.elapsed(), error });
            drop(state);
            drop(place);
        });
    }
}
