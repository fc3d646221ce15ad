//! Time as an argument: `Clock` is handed in, so tests set it and never sleep. `Timestamp` is what it tells.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

const EPOCH: jiff::civil::DateTime = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// Milliseconds since the Unix epoch, UTC. Displays as `YYYY-MM-DD HH:MM:SS.mmmZ`, the text form of every date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Whole seconds since the epoch.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The calendar date and time in UTC; the epoch for what lies outside years -9999 to 9999.
    pub fn civil(self) -> jiff::civil::DateTime {
        // By way of the calendar, as jiff's own timestamps end a day before the year 9999 does.
        EPOCH.checked_add(jiff::SignedDuration::from_millis(self.0)).unwrap_or(EPOCH)
    }

    /// The moment of a calendar date and time in UTC, cut to milliseconds.
    pub fn from_civil(at: jiff::civil::DateTime) -> Timestamp {
        let nanos = at.duration_since(EPOCH).as_nanos();
        Timestamp(i64::try_from(nanos.div_euclid(1_000_000)).unwrap_or_default())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = self.civil();
        if c.year() < 0 {
            let (month, day, hour) = (c.month(), c.day(), c.hour());
            return write!(
                f,
                "{:04}-{month:02}-{day:02} {hour:02}:{:02}:{:02}.{:03}Z",
                c.year(),
                c.minute(),
                c.second(),
                c.millisecond()
            );
        }
        // Every record that is saved gets two of these: digit by digit is six times as fast as `write!`.
        let mut text = *b"0000-00-00 00:00:00.000Z";
        put(&mut text, 0..4, c.year());
        put(&mut text, 5..7, c.month().into());
        put(&mut text, 8..10, c.day().into());
        put(&mut text, 11..13, c.hour().into());
        put(&mut text, 14..16, c.minute().into());
        put(&mut text, 17..19, c.second().into());
        put(&mut text, 20..23, c.millisecond());
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// Writes the last decimal digits of a number that is not negative.
fn put(text: &mut [u8; 24], at: std::ops::Range<usize>, number: i16) {
    let mut rest = number;
    for digit in text.get_mut(at).unwrap_or_default().iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// Where "now" comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    /// Stands still until a test moves it; holds Unix milliseconds.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    pub fn now(&self) -> Timestamp {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
            Clock::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                Timestamp(since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
            }
            Clock::Fixed(at) => Timestamp(at.load(Ordering::Relaxed)),
        }
    }

    /// Milliseconds since some moment, by a clock that nobody sets: what deadlines are measured by.
    pub fn steady_ms(&self) -> i64 {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        match self {
            Clock::System => i64::try_from(BEGAN.elapsed().as_millis()).unwrap_or(i64::MAX),
            Clock::Fixed(at) => at.load(Ordering::Relaxed),
        }
    }
}
