//! Date texts: every accepted spelling, read to the millisecond in UTC.

use crate::clock::Timestamp;

/// One letter per part, everything else is literal. See [`Parts::read`].
const ISO: [&str; 3] = ["Y-M-D h:m:sO", "Y-M-D", "Y-M-DTh:m:sO"];
/// RFC 1123, 822, 850, ANSI C, Unix and Ruby `date`, a bare day, and what Go prints.
const NAMED: [&str; 8] = [
    "w, D N Y h:m:s Z",
    "D N y h:m Z",
    "W, D-N-y h:m:s Z",
    "w N d h:m:s Y",
    "w N d h:m:s Z Y",
    "D N Y",
    "Y-M-D h:m:s Z Z",
    "w N D h:m:s Z Y",
];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// 0001-01-01, which stands for "no date".
const ZERO_MS: i64 = -62_135_596_800_000;
/// Years 0 to 9999: four digits sort as text.
const RANGE_MS: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// The moment a text names; a missing zone is UTC, fractions are cut to milliseconds. `None` for anything else, the
/// zero date, and years outside 0 to 9999.
pub fn parse(text: &str) -> Option<Timestamp> {
    let is_iso = text.as_bytes().get(4) == Some(&b'-');
    let formats = if is_iso { ISO.iter().chain(NAMED.get(6..7)?) } else { NAMED.iter().chain(&[]) };
    let ms = formats.into_iter().find_map(|format| Parts::read(format, text))?.unix_ms()?;
    (RANGE_MS.contains(&ms) && ms != ZERO_MS).then_some(Timestamp(ms))
}

/// The stored form, `YYYY-MM-DD HH:MM:SS.mmmZ`; `""` for what [`parse`] refuses.
pub fn canonical(text: &str) -> String {
    parse(text).map(|at| at.to_string()).unwrap_or_default()
}

/// As [RFC 3339], without the zeros at the end of the fraction.
///
/// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
pub fn rfc3339(at: Timestamp) -> String {
    let text = at.to_string().replacen(' ', "T", 1);
    let short = text.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
    format!("{short}Z")
}

/// What a format found in a text.
struct Parts<'a> {
    rest: &'a str,
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
    ms: i32,
    offset_minutes: i64,
}

impl<'a> Parts<'a> {
    /// Reads the whole text by a format; `None` when it does not fit.
    fn read(format: &str, text: &'a str) -> Option<Parts<'a>> {
        let (month, day) = (1, 1);
        let mut parts =
            Parts { rest: text, year: 0, month, day, hour: 0, minute: 0, second: 0, ms: 0, offset_minutes: 0 };
        for code in format.bytes() {
            parts.part(code)?;
        }
        parts.rest.is_empty().then_some(parts)
    }

    fn part(&mut self, code: u8) -> Option<()> {
        match code {
            b'Y' => self.year = self.number(4, 4)?,
            b'y' => {
                let year = self.number(2, 2)?;
                self.year = if year < 69 { 2000 + year } else { 1900 + year };
            }
            b'M' => self.month = i8::try_from(self.number(2, 2)?).ok()?,
            b'N' => self.month = i8::try_from(self.name(&MONTHS, 3)? + 1).ok()?,
            b'D' => self.day = i8::try_from(self.number(2, 2)?).ok()?,
            b'd' => {
                self.rest = self.rest.strip_prefix(' ').unwrap_or(self.rest);
                self.day = i8::try_from(self.number(1, 2)?).ok()?;
            }
            b'h' => self.hour = i8::try_from(self.number(1, 2)?).ok()?,
            b'm' => self.minute = i8::try_from(self.number(2, 2)?).ok()?,
            b's' => {
                self.second = i8::try_from(self.number(2, 2)?).ok()?;
                self.fraction()?;
            }
            // Which day of the week it was is not checked.
            b'w' => drop(self.name(&DAYS, 3)?),
            b'W' => drop(self.name(&DAYS, usize::MAX)?),
            b'Z' => self.zone()?,
            b'O' => self.iso_offset()?,
            literal => self.rest = self.rest.strip_prefix(char::from(literal))?,
        }
        Some(())
    }

    fn number(&mut self, min: usize, max: usize) -> Option<i16> {
        let len = self.rest.bytes().take(max).take_while(u8::is_ascii_digit).count();
        if len < min {
            return None;
        }
        let (digits, rest) = self.rest.split_at(len);
        self.rest = rest;
        digits.parse().ok()
    }

    /// The index of the name the text starts with, compared over its first `len` letters in either case.
    fn name(&mut self, names: &[&str], len: usize) -> Option<usize> {
        let matches = |name: &&str| {
            let name = name.get(..len).unwrap_or(name);
            self.rest.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name))
        };
        let index = names.iter().position(matches)?;
        let len = names.get(index)?.len().min(len);
        self.rest = self.rest.get(len..)?;
        Some(index)
    }

    /// `.` or `,` and digits, of which the first three count.
    fn fraction(&mut self) -> Option<()> {
        let Some(digits) = self.rest.strip_prefix(['.', ',']) else { return Some(()) };
        let len = digits.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = digits.split_at(len);
        self.rest = rest;
        let digit = |at: usize| digits.as_bytes().get(at).map_or(0, |b| i32::from(b - b'0'));
        self.ms = digit(0) * 100 + digit(1) * 10 + digit(2);
        (len > 0).then_some(())
    }

    /// Nothing, `Z`, or an offset with or without a space before and a colon within.
    fn iso_offset(&mut self) -> Option<()> {
        if self.rest.is_empty() {
            return Some(());
        }
        if self.rest == "Z" {
            self.rest = "";
            return Some(());
        }
        self.rest = self.rest.strip_prefix(' ').unwrap_or(self.rest);
        self.offset()
    }

    /// `±hhmm`, or a zone's abbreviation, which says UTC but for `GMT±h`.
    fn zone(&mut self) -> Option<()> {
        if self.rest.starts_with(['+', '-']) {
            return self.offset();
        }
        let len = self.rest.bytes().take_while(u8::is_ascii_uppercase).count();
        let (name, rest) = self.rest.split_at(len);
        self.rest = rest;
        if name == "GMT" && rest.starts_with(['+', '-']) {
            let sign = if rest.starts_with('-') { -1 } else { 1 };
            self.rest = rest.get(1..)?;
            // Written from the zone's side: GMT+3 is said of a clock three hours behind.
            self.offset_minutes = -sign * 60 * i64::from(self.number(1, 2)?);
        }
        (3..=5).contains(&len).then_some(())
    }

    fn offset(&mut self) -> Option<()> {
        let sign = if self.rest.starts_with('-') { -1 } else { 1 };
        self.rest = self.rest.strip_prefix(['+', '-'])?;
        let hours = self.number(2, 2).filter(|hours| *hours <= 24)?;
        self.rest = self.rest.strip_prefix(':').unwrap_or(self.rest);
        let minutes = self.number(2, 2).filter(|minutes| *minutes <= 60)?;
        self.offset_minutes = sign * i64::from(hours * 60 + minutes);
        Some(())
    }

    fn unix_ms(&self) -> Option<i64> {
        let nanos = self.ms * 1_000_000;
        let civil =
            jiff::civil::DateTime::new(self.year, self.month, self.day, self.hour, self.minute, self.second, nanos);
        // Second 60 is refused: the protocol knows no leap seconds.
        Some(Timestamp::from_civil(civil.ok().filter(|_| self.second < 60)?).0 - self.offset_minutes * 60_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_spellings() {
        for (text, want) in [
            ("2024-02-03", "2024-02-03 00:00:00.000Z"),
            ("2024-02-03 04:05:06Z", "2024-02-03 04:05:06.000Z"),
            ("2024-02-03 04:05:06.7", "2024-02-03 04:05:06.700Z"),
            ("2024-02-03 04:05:06.123456Z", "2024-02-03 04:05:06.123Z"),
            ("2024-02-03 04:05:06,5Z", "2024-02-03 04:05:06.500Z"),
            ("2024-02-03 4:05:06", "2024-02-03 04:05:06.000Z"),
            ("2024-02-03T04:05:06.987+02:00", "2024-02-03 02:05:06.987Z"),
            ("2024-02-03T04:05:06", "2024-02-03 04:05:06.000Z"),
            ("2024-02-03T04:05:06.5+0100", "2024-02-03 03:05:06.500Z"),
            ("2024-02-03T04:05:06+24:00", "2024-02-02 04:05:06.000Z"),
            ("2024-02-03 04:05:06.123456789+0130", "2024-02-03 02:35:06.123Z"),
            ("2024-02-03 04:05:06 +01:30", "2024-02-03 02:35:06.000Z"),
            ("2024-02-03 04:05:06.5 -0130", "2024-02-03 05:35:06.500Z"),
            ("1969-12-31 23:59:59.9999Z", "1969-12-31 23:59:59.999Z"),
            ("0000-01-01", "0000-01-01 00:00:00.000Z"),
            ("9999-12-31", "9999-12-31 00:00:00.000Z"),
            ("2024-02-29", "2024-02-29 00:00:00.000Z"),
            ("Mon, 02 Jan 2006 15:04:05 MST", "2006-01-02 15:04:05.000Z"),
            ("Tue, 02 Jan 2006 15:04:05 -0700", "2006-01-02 22:04:05.000Z"),
            ("Mon, 02 Jan 2006 15:04:05 GMT+3", "2006-01-02 18:04:05.000Z"),
            ("02 Jan 06 15:04 -0700", "2006-01-02 22:04:00.000Z"),
            ("02 Jan 69 15:04 UTC", "1969-01-02 15:04:00.000Z"),
            ("02 Jan 68 15:04 UTC", "2068-01-02 15:04:00.000Z"),
            ("Monday, 02-Jan-06 15:04:05 MST", "2006-01-02 15:04:05.000Z"),
            ("Mon Jan  2 15:04:05 2006", "2006-01-02 15:04:05.000Z"),
            ("Mon Jan 2 15:04:05.5 2006", "2006-01-02 15:04:05.500Z"),
            ("Mon Jan  2 15:04:05 MST 2006", "2006-01-02 15:04:05.000Z"),
            ("Mon Jan 02 15:04:05 -0700 2006", "2006-01-02 22:04:05.000Z"),
            ("03 Feb 2024", "2024-02-03 00:00:00.000Z"),
            ("03 FEB 2024", "2024-02-03 00:00:00.000Z"),
            ("2006-01-02 15:04:05.999999999 -0700 MST", "2006-01-02 22:04:05.999Z"),
        ] {
            assert_eq!(canonical(text), want, "{text}");
            assert_eq!(canonical(want), want);
        }
    }

    #[test]
    fn everything_else_is_no_date() {
        for text in [
            "",
            "x",
            "é",
            "1700000000",
            "2024-02-03T04:05",
            "2024-02-03 04:05",
            "2024-02-30",
            "2023-02-29",
            "2024-2-3",
            "24-02-03",
            "2024-02-03 04:05:06.",
            "2024-02-03 24:00:00Z",
            "2024-02-03 23:59:60Z",
            " 2024-02-03",
            "2024-02-03 ",
            "2024-02-03Z",
            "2024-02-03t04:05:06z",
            "2024-02-03 04:05:06 Z",
            "2024-02-03 04:05:06.7+01",
            "10000-01-01",
            "-001-01-01",
            "9999-12-31T23:59:59-01:00",
            "0000-01-01T00:00:00+01:00",
            "2 Jan 2006",
            "02 january 2006",
            "Xxx, 02 Jan 2006 15:04:05 GMT",
            "mon, 02 jan 2006 15:04:05 mst",
            "15:04:05",
            "0001-01-01 00:00:00Z",
            "0001-01-01",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn thresholds_are_rfc3339() {
        for (text, want) in [
            ("2024-01-01", "2024-01-01T00:00:00Z"),
            ("2024-12-31 10:00:00.500Z", "2024-12-31T10:00:00.5Z"),
            ("2024-12-31 10:00:10.120Z", "2024-12-31T10:00:10.12Z"),
        ] {
            assert_eq!(parse(text).map(rfc3339).as_deref(), Some(want));
        }
    }
}
