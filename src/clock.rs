//! Time as an argument: `Clock` is handed in, so tests set it and never sleep. `Timestamp` is what it tells.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

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
        write!(
            f,
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}Z",
            c.year(),
            c.month(),
            c.day(),
            c.hour(),
            c.minute(),
            c.second(),
            c.millisecond()
        )
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
}
