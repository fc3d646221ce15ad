//! A write job on its way: the caller's closure and the promise of an answer, with their types erased.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use tokio::sync::oneshot;

use super::{StoreError, Tx};

/// What the writer does with a job.
pub trait Work: Send {
    /// Runs it once more from the start; whether its writes are to be kept.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Its writes were lost.
    fn fail(&mut self, error: StoreError);
    /// Tells the caller.
    fn answer(self: Box<Self>);
}

/// Whom a job may share a transaction with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Company {
    Group,
    Alone,
}

pub struct Job {
    pub company: Company,
    /// When somebody began to wait for it.
    pub asked: Instant,
    pub work: Box<dyn Work>,
}

/// A job and what waits for its answer.
pub fn job<T, E>(
    company: Company,
    run: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<T, E>>)
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Job { company, asked: Instant::now(), work: Box::new(Promise { run, result: None, reply }) }, answer)
}

struct Promise<F, T, E> {
    run: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Work for Promise<F, T, E>
where
    F: FnMut(&mut Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, tx: &mut Tx) -> bool {
        let result = guarded(|| (self.run)(tx)).unwrap_or_else(|panic| Err(StoreError::other(panic).into()));
        self.result.insert(result).is_ok()
    }

    fn fail(&mut self, error: StoreError) {
        self.result = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>) {
        let result = self.result.unwrap_or_else(|| Err(StoreError::Closed.into()));
        // A caller that has gone needs no answer.
        let _ = self.reply.send(result);
    }
}

/// Runs `job`, turning a panic into its message: a fault in one request must not end the thread that serves all.
pub fn guarded<T>(job: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(job)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_string());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        format!("a database job panicked: {text}")
    })
}
