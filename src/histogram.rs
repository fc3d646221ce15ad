//! How large things are, counted without keeping them: a few atomic additions, cheap enough for every request.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts by size. Values are whole numbers in a unit that its owner knows.
#[derive(Debug)]
pub struct Histogram {
    /// Upper ends, ascending; an end belongs to its class.
    ends: &'static [u64],
    /// One for each end, and one for what is larger than all.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Histogram {
    /// Empty, with classes up to each of `ends`, which ascend.
    pub fn new(ends: &'static [u64]) -> Histogram {
        let counts = (0..=ends.len()).map(|_| AtomicU64::new(0)).collect();
        Histogram { ends, counts, sum: AtomicU64::new(0) }
    }

    /// Counts a value.
    pub fn add(&self, value: u64) {
        let class = self.ends.iter().position(|end| value <= *end).unwrap_or(self.ends.len());
        if let Some(count) = self.counts.get(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Counts a time in microseconds.
    pub fn add_time(&self, took: Duration) {
        self.add(u64::try_from(took.as_micros()).unwrap_or_default());
    }

    /// How many values were at most as large as each end, and how many there are in all.
    pub fn up_to(&self) -> (Vec<(u64, u64)>, u64) {
        let mut below = 0;
        let mut counts = self.counts.iter().map(|count| {
            below += count.load(Ordering::Relaxed);
            below
        });
        let ends = self.ends.iter().copied().zip(&mut counts).collect();
        (ends, counts.next().unwrap_or_default())
    }

    /// All values together.
    pub fn sum(&self) -> u64 {
        self.sum.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_count_in_every_class_they_fit_into() {
        let sizes = Histogram::new(&[1, 10, 100]);
        for value in [0, 1, 2, 10, 11, 101, 5000] {
            sizes.add(value);
        }
        assert_eq!(sizes.up_to(), (vec![(1, 2), (10, 4), (100, 5)], 7));
        assert_eq!(sizes.sum(), 5125);
    }

    #[test]
    fn times_are_microseconds() {
        let times = Histogram::new(&[1000]);
        times.add_time(Duration::from_millis(1));
        times.add_time(Duration::from_nanos(1_001_000));
        assert_eq!((times.up_to(), times.sum()), ((vec![(1000, 1)], 2), 2001));
    }
}
