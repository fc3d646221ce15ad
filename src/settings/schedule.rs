//! When something is due: five fields (minute, hour, day, month, weekday) that must all match, or a name for them; UTC.
//!
//! Unlike other crons', day *and* weekday have to match, and there are neither names nor anything beyond lists, ranges
//! and steps: so libraries would have to be fenced in more code than this is.

use jiff::ToSpan as _;
use jiff::civil::DateTime;

use crate::clock::Timestamp;

/// Lowest and highest number of each field.
const RANGES: [(u32, u32); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
const NAMES: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];
/// How far ahead [`Schedule::next`] looks: the 29th of February on a given weekday comes every 28 years, sometimes 40.
const DAYS_AHEAD: u32 = 366 * 41;

/// A parsed expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    text: String,
    /// Allowed numbers of each field as bits.
    fields: [u64; 5],
}

impl Schedule {
    /// `None` when the text is no expression.
    pub fn parse(text: &str) -> Option<Schedule> {
        let text = NAMES.iter().find(|(name, _)| *name == text).map_or(text, |(_, fields)| fields);
        let parts: Vec<&str> = text.split_whitespace().collect();
        if parts.len() != RANGES.len() {
            return None;
        }
        let mut fields = [0; 5];
        for ((slot, part), range) in fields.iter_mut().zip(&parts).zip(RANGES) {
            *slot = bits(part, range)?;
        }
        Some(Schedule { text: text.to_string(), fields })
    }

    /// The five fields.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is due in the minute of `at`.
    pub fn is_due(&self, at: Timestamp) -> bool {
        let at = at.civil();
        self.is_day(at) && self.has(1, at.hour()) && self.has(0, at.minute())
    }

    /// The first minute after the one of `after` in which it is due; `None` when there is none within decades.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let after = after.civil();
        let mut day = after.date();
        for ahead in 0..DAYS_AHEAD {
            if self.is_day(day.into()) {
                let all = (0..24).flat_map(|hour| (0..60).map(move |minute| (hour, minute)));
                let mut due = all.filter(|(hour, minute)| self.has(1, *hour) && self.has(0, *minute));
                let found = due.find(|time| ahead > 0 || *time > (after.hour(), after.minute()));
                if let Some((hour, minute)) = found {
                    return Some(Timestamp::from_civil(day.at(hour, minute, 0, 0)));
                }
            }
            day = day.checked_add(1.day()).ok()?;
        }
        None
    }

    fn is_day(&self, at: DateTime) -> bool {
        let weekday = at.weekday().to_sunday_zero_offset();
        self.has(2, at.day()) && self.has(3, at.month()) && self.has(4, weekday)
    }

    fn has(&self, field: usize, number: i8) -> bool {
        self.fields.get(field).is_some_and(|bits| bits >> number & 1 == 1)
    }
}

/// A list of `*`, `n` or `a-b`, each with `/step` when it is a range.
fn bits(field: &str, (min, max): (u32, u32)) -> Option<u64> {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<u32>().ok().filter(|n| digits && (min..=max).contains(n))
    };
    let mut bits = 0;
    for item in field.split(',') {
        let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (min, max),
            Some((from, to)) => (number(from)?, number(to)?),
            None if step.is_some() => return None,
            None => (number(range)?, number(range)?),
        };
        let step = match step {
            None => 1,
            Some(step) => step.parse::<u32>().ok().filter(|n| (1..=max).contains(n))?,
        };
        if from > to {
            return None;
        }
        (from..=to).step_by(step as usize).for_each(|n| bits |= 1u64 << n);
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_civil(text.parse().unwrap())
    }

    fn next(expression: &str, after: &str) -> String {
        Schedule::parse(expression).unwrap().next(at(after)).unwrap().to_string()
    }

    #[test]
    fn expressions_have_five_fields_in_range() {
        for ok in ["* * * * *", "0 3 * * 1-5", "*/15 0-6/2 1,15 * *", "@daily", "0  0 * * 0"] {
            assert!(Schedule::parse(ok).is_some(), "{ok}");
        }
        for bad in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "5/2 * * * *",
            "5-1 * * * *",
            "*/0 * * * *",
            "+5 * * * *",
            "a * * * *",
            "1, * * * *",
            "* * * jan *",
            "@often",
        ] {
            assert!(Schedule::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn names_stand_for_fields() {
        for (name, fields) in NAMES {
            assert_eq!(Schedule::parse(name).unwrap().text(), fields);
        }
    }

    #[test]
    fn the_next_time_is_after_this_minute() {
        for (expression, after, expected) in [
            ("* * * * *", "2026-01-02T03:04:05", "2026-01-02 03:05:00.000Z"),
            ("*/15 * * * *", "2026-01-02T03:04:05", "2026-01-02 03:15:00.000Z"),
            ("4 3 * * *", "2026-01-02T03:04:05", "2026-01-03 03:04:00.000Z"),
            ("0 0 29 2 *", "2026-01-02T03:04:05", "2028-02-29 00:00:00.000Z"),
            // Day and weekday: a Friday that is a 13th.
            ("0 0 13 * 5", "2026-01-02T03:04:05", "2026-02-13 00:00:00.000Z"),
            ("0 12 * * 0", "2026-01-02T03:04:05", "2026-01-04 12:00:00.000Z"),
            ("59 23 31 12 *", "2026-12-31T23:59:59", "2027-12-31 23:59:00.000Z"),
        ] {
            assert_eq!(next(expression, after), expected, "{expression}");
        }
        assert!(Schedule::parse("0 0 31 2 *").unwrap().next(at("2026-01-02T03:04:05")).is_none());
    }

    #[test]
    fn every_time_it_names_it_is_due() {
        for expression in ["*/7 1-5/2 * * 1,3", "0 0 1 */3 *", "30 4 13 * 5"] {
            let schedule = Schedule::parse(expression).unwrap();
            let mut now = at("2026-01-02T03:04:05");
            for _ in 0..20 {
                assert!(
                    !schedule.is_due(Timestamp(now.0 + 60_000)) || schedule.next(now).unwrap().0 - now.0 <= 120_000
                );
                now = schedule.next(now).unwrap();
                assert!(schedule.is_due(now), "{expression} {now}");
            }
        }
    }
}
