//! Work that an answer does not wait for: bounded, on the server's own runtime, finished before the server stops.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::error::{Error, Result};

/// Pieces of work under way or waiting.
const ROOM: u32 = 512;

/// Starts such work; cheap to clone.
#[derive(Clone)]
pub struct Later {
    /// The threads of requests end before this one does.
    runtime: Handle,
    room: Arc<Semaphore>,
}

impl Later {
    /// On the current runtime.
    pub fn here() -> Self {
        Later { runtime: Handle::current(), room: Arc::new(Semaphore::new(ROOM as usize)) }
    }

    /// Pieces of work under way or waiting.
    pub fn under_way(&self) -> usize {
        ROOM as usize - self.room.available_permits()
    }

    /// Does `work` soon; a failure is logged. 503 when too much is waiting.
    pub fn run(&self, work: impl Future<Output = Result<()>> + Send + 'static) -> Result<()> {
        let full = |_| Error::Unavailable { message: "Too many requests are waiting.".into(), retry_after_s: 1 };
        let place = Arc::clone(&self.room).try_acquire_owned().map_err(full)?;
        self.runtime.spawn(async move {
            if let Err(error) = work.await {
                tracing::error!(%error, "work in the background failed");
            }
            drop(place);
        });
        Ok(())
    }

    /// Does `work` on this runtime, so that it is done although the request it comes from may end; waits for room. What
    /// is returned is for whoever wants to see the end of it.
    pub async fn surely(&self, work: impl Future<Output = ()> + Send + 'static) -> Option<JoinHandle<()>> {
        match Arc::clone(&self.room).acquire_owned().await {
            Ok(place) => Some(self.runtime.spawn(async move {
                work.await;
                drop(place);
            })),
            // The server is about to stop.
            Err(_) => {
                work.await;
                None
            }
        }
    }

    /// Waits until all that was started is done.
    pub async fn idle(&self) {
        // Closed when the server stops, and then there is nothing to wait for.
        let _ = self.room.acquire_many(ROOM).await;
    }

    /// Waits until all is done, for at most `within`; nothing is started afterwards.
    pub async fn finish(&self, within: Duration) {
        if tokio::time::timeout(within, self.room.acquire_many(ROOM)).await.is_err() {
            tracing::warn!("work in the background was cut off");
        }
        self.room.close();
    }
}
