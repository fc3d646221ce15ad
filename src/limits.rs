//! How often somebody may do something: fixed windows per key, in bounded memory whatever is asked.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use quick_cache::sync::Cache;

use crate::clock::Timestamp;
use crate::error::Error;

/// At most `max` in `window_ms` milliseconds from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub max: u64,
    pub window_ms: i64,
}

/// What a quota allows yet, and the seconds until it begins anew, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    pub limit: u64,
    pub remaining: u64,
    pub reset_s: u64,
}

/// A quota is used up for so many seconds, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over {
    pub limit: u64,
    pub retry_after_s: u64,
}

impl Over {
    /// 429 with a sentence of its own (`""` = the default).
    pub fn saying(self, message: &str) -> Error {
        Error::RateLimited { message: message.to_string(), limit: self.limit, retry_after_s: self.retry_after_s }
    }
}

/// What one client has: an IPv4 address, or a whole /64 of IPv6, in which it may change its address at will.
pub fn place(ip: &str) -> &str {
    // IPv6 is written in full: four groups of four digits.
    if ip.contains(':') { ip.get(..19).unwrap_or(ip) } else { ip }
}

/// Counters by key; those least used make room.
pub struct Windows {
    /// Keys are kept as their hash, which nobody outside can aim at.
    seed: RandomState,
    counters: Cache<u64, Arc<Mutex<Counter>>>,
}

#[derive(Clone, Copy)]
struct Counter {
    count: u64,
    first: Timestamp,
}

impl Counter {
    /// As of now: past windows count nothing, nor do those of a clock that was set back since.
    fn current(self, quota: Quota, now: Timestamp) -> Counter {
        let over = now.0 < self.first.0 || now.0 >= self.first.0.saturating_add(quota.window_ms);
        if self.count == 0 || over { Counter { count: 0, first: now } } else { self }
    }

    fn check(self, quota: Quota, now: Timestamp) -> Result<(), Over> {
        if self.count < quota.max {
            return Ok(());
        }
        Err(Over { limit: quota.max, retry_after_s: self.reset_s(quota, now) })
    }

    /// Seconds until the window is over, at least one.
    fn reset_s(self, quota: Quota, now: Timestamp) -> u64 {
        let left_ms = self.first.0.saturating_add(quota.window_ms).saturating_sub(now.0);
        u64::try_from(left_ms).unwrap_or_default().div_ceil(1000).max(1)
    }
}

impl Windows {
    /// Room for `keys` at a time.
    pub fn new(keys: usize) -> Self {
        Windows { seed: RandomState::new(), counters: Cache::new(keys) }
    }

    /// Counts one more for `key`, unless there were too many; what is left after it.
    pub fn take(&self, key: impl Hash, quota: Quota, now: Timestamp) -> Result<Left, Over> {
        self.with(key, now, |counter| {
            let current = counter.current(quota, now);
            current.check(quota, now)?;
            *counter = Counter { count: current.count + 1, ..current };
            let remaining = quota.max.saturating_sub(counter.count);
            Ok(Left { limit: quota.max, remaining, reset_s: counter.reset_s(quota, now) })
        })
    }

    /// Whether [`Windows::take`] would succeed.
    pub fn check(&self, key: impl Hash, quota: Quota, now: Timestamp) -> Result<(), Over> {
        match self.counters.get(&self.seed.hash_one(key)) {
            Some(counter) => {
                counter.lock().unwrap_or_else(PoisonError::into_inner).current(quota, now).check(quota, now)
            }
            None => Ok(()),
        }
    }

    /// How many keys are counted at the moment; those whose window is over among them until they make room.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks whether there are none")]
    pub fn len(&self) -> usize {
        self.counters.len()
    }

    /// Forgets `key`.
    pub fn forget(&self, key: impl Hash) {
        self.counters.remove(&self.seed.hash_one(key));
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.counters.clear();
    }

    fn with<T>(&self, key: impl Hash, now: Timestamp, f: impl FnOnce(&mut Counter) -> T) -> T {
        let fresh = || Ok::<_, std::convert::Infallible>(Arc::new(Mutex::new(Counter { count: 0, first: now })));
        let Ok(counter) = self.counters.get_or_insert_with(&self.seed.hash_one(key), fresh);
        let mut counter = counter.lock().unwrap_or_else(PoisonError::into_inner);
        f(&mut counter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: Quota = Quota { max: 2, window_ms: 3000 };

    #[test]
    fn a_window_begins_with_its_first_and_refusals_do_not_extend_it() {
        let windows = Windows::new(10);
        let at = |ms| windows.take("a", QUOTA, Timestamp(ms));
        let left = |remaining, reset_s| Ok(Left { limit: 2, remaining, reset_s });
        assert_eq!((at(0), at(1000)), (left(1, 3), left(0, 2)));
        assert_eq!(at(1500), Err(Over { limit: 2, retry_after_s: 2 }));
        assert_eq!(at(2999), Err(Over { limit: 2, retry_after_s: 1 }));
        assert_eq!(windows.take("b", QUOTA, Timestamp(2999)), left(1, 3));
        assert_eq!((at(3000), at(3001)), (left(1, 3), left(0, 3)));
        assert!(windows.check("a", QUOTA, Timestamp(5999)).is_err());
        assert!(windows.check("a", QUOTA, Timestamp(-1)).is_ok(), "a clock that was set back keeps nobody out");
        windows.forget("a");
        assert_eq!(windows.check("a", QUOTA, Timestamp(5999)), Ok(()));
    }

    #[test]
    fn a_flood_of_keys_does_not_grow_the_memory_and_hides_nobody_who_goes_on() {
        let windows = Windows::new(1000);
        let quota = Quota { max: 50, window_ms: 60_000 };
        for n in 0..200_000 {
            let _ = windows.take(("flood", n), QUOTA, Timestamp(0));
            if n % 100 == 0 {
                let _ = windows.take("steady", quota, Timestamp(0));
            }
        }
        assert!(windows.len() <= 1000);
        assert!(windows.check("steady", quota, Timestamp(0)).is_err());
    }

    #[test]
    fn of_many_at_once_no_more_than_allowed_get_through() {
        let windows = Windows::new(10);
        let quota = Quota { max: 100, window_ms: 60_000 };
        let taken = std::sync::atomic::AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        if windows.take("a", quota, Timestamp(0)).is_ok() {
                            taken.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(taken.into_inner(), 100);
    }
}
