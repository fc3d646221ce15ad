//! `@now` and its kin: instants and their parts, all in UTC, all from the request's one clock reading.

use jiff::civil::{Date, DateTime, Time};

use crate::clock::Timestamp;
use crate::value::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Macro {
    Now,
    Yesterday,
    Tomorrow,
    TodayStart,
    TodayEnd,
    MonthStart,
    MonthEnd,
    YearStart,
    YearEnd,
    Second,
    Minute,
    Hour,
    Day,
    Month,
    Year,
    Weekday,
}

/// Every macro by its name, with the `@`.
pub(crate) const MACROS: [(&str, Macro); 16] = [
    ("@now", Macro::Now),
    ("@yesterday", Macro::Yesterday),
    ("@tomorrow", Macro::Tomorrow),
    ("@todayStart", Macro::TodayStart),
    ("@todayEnd", Macro::TodayEnd),
    ("@monthStart", Macro::MonthStart),
    ("@monthEnd", Macro::MonthEnd),
    ("@yearStart", Macro::YearStart),
    ("@yearEnd", Macro::YearEnd),
    ("@second", Macro::Second),
    ("@minute", Macro::Minute),
    ("@hour", Macro::Hour),
    ("@day", Macro::Day),
    ("@month", Macro::Month),
    ("@year", Macro::Year),
    ("@weekday", Macro::Weekday),
];

const DAY_MS: i64 = 86_400_000;

/// The value at `now`: a date text for instants, an integer for parts.
pub(crate) fn value(name: Macro, now: Timestamp) -> Value {
    let civil = now.civil();
    let date = civil.date();
    let instant = |t: Timestamp| Value::Text(t.to_string());
    match name {
        Macro::Now => instant(now),
        Macro::Yesterday => instant(Timestamp(now.0 - DAY_MS)),
        Macro::Tomorrow => instant(Timestamp(now.0 + DAY_MS)),
        Macro::TodayStart => start(date),
        Macro::TodayEnd => end(date),
        Macro::MonthStart => start(date.first_of_month()),
        Macro::MonthEnd => end(date.last_of_month()),
        Macro::YearStart => start(date.first_of_year()),
        Macro::YearEnd => end(date.last_of_year()),
        Macro::Second => Value::Int(civil.second().into()),
        Macro::Minute => Value::Int(civil.minute().into()),
        Macro::Hour => Value::Int(civil.hour().into()),
        Macro::Day => Value::Int(civil.day().into()),
        Macro::Month => Value::Int(civil.month().into()),
        Macro::Year => Value::Int(civil.year().into()),
        Macro::Weekday => Value::Int(date.weekday().to_sunday_zero_offset().into()),
    }
}

fn start(date: Date) -> Value {
    text(date.to_datetime(Time::midnight()))
}

fn end(date: Date) -> Value {
    text(date.to_datetime(Time::constant(23, 59, 59, 999_000_000)))
}

fn text(at: DateTime) -> Value {
    let ms = jiff::tz::Offset::UTC.to_timestamp(at).map_or(0, |at| at.as_millisecond());
    Value::Text(Timestamp(ms).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_are_parts_and_bounds_of_now() {
        // Thursday, 2024-02-29 23:05:07.089 UTC.
        let now = Timestamp(1_709_247_907_089);
        let expected = [
            ("@now", "2024-02-29 23:05:07.089Z"),
            ("@yesterday", "2024-02-28 23:05:07.089Z"),
            ("@tomorrow", "2024-03-01 23:05:07.089Z"),
            ("@todayStart", "2024-02-29 00:00:00.000Z"),
            ("@todayEnd", "2024-02-29 23:59:59.999Z"),
            ("@monthStart", "2024-02-01 00:00:00.000Z"),
            ("@monthEnd", "2024-02-29 23:59:59.999Z"),
            ("@yearStart", "2024-01-01 00:00:00.000Z"),
            ("@yearEnd", "2024-12-31 23:59:59.999Z"),
            ("@second", "7"),
            ("@minute", "5"),
            ("@hour", "23"),
            ("@day", "29"),
            ("@month", "2"),
            ("@year", "2024"),
            ("@weekday", "4"),
        ];
        for ((name, id), (expected_name, text)) in MACROS.into_iter().zip(expected) {
            let value = match value(id, now) {
                Value::Text(text) => text,
                Value::Int(n) => n.to_string(),
                other => panic!("{other:?}"),
            };
            assert_eq!((name, value.as_str()), (expected_name, text));
        }
    }
}
