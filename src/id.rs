//! Where ids and secrets come from: a seedable source for tests, the operating system's generator otherwise.

use std::sync::Mutex;

use rand::rngs::{StdRng, SysRng};
use rand::{RngExt, SeedableRng};

use crate::clock::Timestamp;

const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const ALNUM: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Of an id by [`Ids::ordered`], the part that is its time.
const TIME: usize = 9;

/// A source of random text, shared by all threads.
pub struct Ids {
    rng: Mutex<StdRng>,
}

impl Default for Ids {
    fn default() -> Self {
        // Without entropy no id or secret would be safe: a later seed is the time, which only tests may rely on.
        let rng = StdRng::try_from_rng(&mut SysRng);
        #[expect(clippy::expect_used, reason = "a machine without entropy must not serve")]
        Ids { rng: Mutex::new(rng.expect("the operating system must provide randomness")) }
    }
}

impl Ids {
    /// The same sequence for the same seed; for tests.
    pub fn seeded(seed: u64) -> Self {
        Ids { rng: Mutex::new(StdRng::seed_from_u64(seed)) }
    }

    /// A uniform number below `bound` (which must not be 0).
    pub fn below(&self, bound: usize) -> usize {
        self.with(|rng| rng.random_range(0..bound.max(1)))
    }

    /// 15 characters of `[a-z0-9]`, random: ids that must not be guessed or tell their age.
    pub fn random(&self) -> String {
        self.pick(BASE36, 15)
    }

    /// 15 characters of `[a-z0-9]`: 9 of the time in milliseconds, 6 random. Neighbours in time are neighbours in the
    /// index, which makes bulk inserts many times cheaper.
    pub fn ordered(&self, now: Timestamp) -> String {
        let mut n = u64::try_from(now.0).unwrap_or(0);
        let mut head = [b'0'; TIME];
        for slot in head.iter_mut().rev() {
            *slot = digit(n % 36);
            n /= 36;
        }
        let mut text = String::with_capacity(15);
        text.extend(head.iter().map(|b| char::from(*b)));
        text.push_str(&self.pick(BASE36, 6));
        text
    }

    /// `len` characters of `[A-Za-z0-9]`: secrets.
    pub fn secret(&self, len: usize) -> String {
        self.pick(ALNUM, len)
    }

    /// `len` characters of `[a-z0-9]`.
    pub fn lower(&self, len: usize) -> String {
        self.pick(BASE36, len)
    }

    /// `len` digits.
    pub fn digits(&self, len: usize) -> String {
        self.pick(b"0123456789", len)
    }

    /// Bytes of any value.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        self.with(|rng| std::array::from_fn(|_| rng.random_range(0..=u8::MAX)))
    }

    fn pick(&self, from: &[u8], len: usize) -> String {
        self.with(|rng| {
            (0..len).map(|_| char::from(from.get(rng.random_range(0..from.len())).copied().unwrap_or(b'0'))).collect()
        })
    }

    fn with<T>(&self, f: impl FnOnce(&mut StdRng) -> T) -> T {
        f(&mut self.rng.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// When an id by [`Ids::ordered`] was made.
pub fn time_of(id: &str) -> Option<Timestamp> {
    i64::from_str_radix(id.get(..TIME)?, 36).ok().map(Timestamp)
}

fn digit(n: u64) -> u8 {
    usize::try_from(n).ok().and_then(|n| BASE36.get(n)).copied().unwrap_or(b'0')
}
