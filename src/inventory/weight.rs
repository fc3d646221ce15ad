//! How much the files of records weigh: found out now and then, in the background, because it takes a look at each of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::TryStreamExt as _;

use crate::clock::Clock;
use crate::error::Result;
use crate::files::Files;
use crate::later::Later;

/// Milliseconds that a figure is good for: looking through a folder costs the disk something, through a bucket money.
const FOLDER_MS: i64 = 3_600_000;
const BUCKET_MS: i64 = 24 * FOLDER_MS;

/// Files, thumbnails included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    pub files: u64,
    pub bytes: u64,
}

/// Knows it; cheap to clone.
#[derive(Clone)]
pub struct Scales(Arc<Inner>);

struct Inner {
    files: Files,
    clock: Clock,
    later: Later,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: Option<Weight>,
    /// When the last look ended, or failed.
    looked: Option<i64>,
    looking: bool,
}

impl Scales {
    /// Looks are taken by `later`.
    pub fn new(files: Files, clock: Clock, later: Later) -> Scales {
        Scales(Arc::new(Inner { files, clock, later, state: Mutex::default() }))
    }

    /// What the last look found, which may be an hour old, and a day with a bucket; `None` before the first has ended.
    pub fn read(&self) -> Option<Weight> {
        let mut state = self.state();
        let far = self.0.files.store().is_ok_and(|store| store.is_far());
        let good_for = if far { BUCKET_MS } else { FOLDER_MS };
        let old = state.looked.is_none_or(|at| self.0.clock.steady_ms() - at >= good_for);
        if old && !state.looking {
            let scales = self.clone();
            state.looking = self.0.later.run(async move { scales.look().await }).is_ok();
        }
        state.last
    }

    async fn look(&self) -> Result<()> {
        let found = self.weigh().await;
        let mut state = self.state();
        (state.looking, state.looked) = (false, Some(self.0.clock.steady_ms()));
        state.last = Some(found?);
        Ok(())
    }

    async fn weigh(&self) -> Result<Weight> {
        let mut files = self.0.files.store()?.list();
        let mut weight = Weight::default();
        while let Some(file) = files.try_next().await? {
            weight.files += 1;
            weight.bytes += file.size;
        }
        Ok(weight)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
