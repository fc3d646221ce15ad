//! What the writer, the readers and the callers look at together.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use arc_swap::ArcSwap;

use super::Change;
use super::answers::Answers;
use super::figures::Figures;
use crate::schema::Catalog;

type Listener = Arc<dyn Fn(&[Arc<Change>]) + Send + Sync>;
type ResetListener = Arc<dyn Fn() + Send + Sync>;

pub struct Shared {
    pub catalog: ArcSwap<Catalog>,
    pub answers: Answers,
    pub figures: Figures,
    /// Held for writing from before a COMMIT that changes tables until the catalog that knows of it is visible.
    schema: RwLock<()>,
    listeners: RwLock<Vec<Listener>>,
    reset_listeners: RwLock<Vec<ResetListener>>,
    followers: RwLock<Vec<Listener>>,
}

impl Shared {
    /// With so many bytes of room for results that are remembered.
    pub fn new(room: u64) -> Shared {
        Shared {
            catalog: ArcSwap::default(),
            answers: Answers::new(room),
            figures: Figures::default(),
            schema: RwLock::default(),
            listeners: RwLock::default(),
            reset_listeners: RwLock::default(),
            followers: RwLock::default(),
        }
    }

    /// The catalog has moved on from `seen`, or does so within the commit that runs at this moment.
    pub fn has_moved(&self, seen: &Arc<Catalog>) -> bool {
        let _no_commit: RwLockReadGuard<'_, ()> = self.schema.read().unwrap_or_else(PoisonError::into_inner);
        self.catalog.load().version != seen.version
    }

    pub fn lock_schema(&self) -> RwLockWriteGuard<'_, ()> {
        self.schema.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn listen(&self, listener: Listener) {
        self.listeners.write().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    pub fn follow(&self, follower: Listener) {
        self.followers.write().unwrap_or_else(PoisonError::into_inner).push(follower);
    }

    pub fn listen_for_reset(&self, listener: ResetListener) {
        self.reset_listeners.write().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    /// Tells every listener that nobody knows what changed.
    pub fn reset(&self) {
        let listeners = self.reset_listeners.read().unwrap_or_else(PoisonError::into_inner).clone();
        for listener in &listeners {
            if let Err(panic) = super::job::guarded(|| listener()) {
                tracing::error!("a reset listener panicked: {panic}");
            }
        }
    }

    /// Tells those who have to know before anyone is answered.
    pub fn publish(&self, changes: &[Arc<Change>]) {
        tell(&self.listeners, changes);
    }

    /// Tells those who come after the answers.
    pub fn pass_on(&self, changes: &[Arc<Change>]) {
        tell(&self.followers, changes);
    }
}

/// One that panics harms no other.
fn tell(listeners: &RwLock<Vec<Listener>>, changes: &[Arc<Change>]) {
    if changes.is_empty() {
        return;
    }
    let listeners = listeners.read().unwrap_or_else(PoisonError::into_inner).clone();
    for listener in &listeners {
        if let Err(panic) = super::job::guarded(|| listener(changes)) {
            tracing::error!("a commit listener panicked: {panic}");
        }
    }
}
