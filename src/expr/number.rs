//! Numbers and texts as SQLite turns one into the other. Where its last digit cannot be told for sure the answer is
//! `None`, and the database is asked instead.

use std::cmp::Ordering;

use crate::value::Value;

/// Digits that a double carries whatever the algorithm that reads or writes it.
const SURE_DIGITS: usize = 15;

/// What NUMERIC affinity makes of a text.
#[derive(Debug, PartialEq)]
pub(crate) enum Numeric {
    Number(Value),
    /// Stays a text.
    Text,
    Unsure,
}

/// Applies NUMERIC affinity to a text.
pub(crate) fn from_text(text: &str) -> Numeric {
    let trimmed = text.trim_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    let numeric = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E');
    if trimmed.is_empty() || !trimmed.bytes().all(numeric) {
        return Numeric::Text;
    }
    let unsigned = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if !digits(whole) || !digits(fraction) || !digits(exponent) {
        return if whole.is_empty() && fraction.is_empty() { Numeric::Text } else { Numeric::Unsure };
    }
    let long = whole.len() + fraction.len() > SURE_DIGITS || exponent.len() > 1;
    match trimmed.strip_prefix('+').unwrap_or(trimmed).parse::<f64>() {
        Ok(n) if !long => Numeric::Number(Value::number(n)),
        Ok(_) | Err(_) => Numeric::Unsure,
    }
}

/// A float as SQLite writes it: `5.0`, `-1.5`.
pub(crate) fn to_text(n: f64) -> Option<String> {
    let size = n.abs();
    if n == 0.0 && n.is_sign_positive() {
        return Some("0.0".to_string());
    }
    if !(1e-4..1e15).contains(&size) {
        return None;
    }
    // The shortest text that reads back as `n`, which is SQLite's too as long as it is short.
    let text = format!("{n:?}");
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (digits <= SURE_DIGITS).then_some(text)
}

/// Compares an integer with a float by value, without rounding the integer. NaN never reaches a database.
pub(crate) fn compare(int: i64, real: f64) -> Ordering {
    if real >= 9_223_372_036_854_775_808.0 {
        return Ordering::Less;
    }
    if real < -9_223_372_036_854_775_808.0 {
        return Ordering::Greater;
    }
    let whole = real.trunc();
    int.cmp(&(whole as i64)).then(0.0_f64.partial_cmp(&(real - whole)).unwrap_or(Ordering::Equal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_look_like_numbers_become_numbers() {
        for (text, value) in [
            ("1", Value::Int(1)),
            (" -1.5\n", Value::Real(-1.5)),
            ("1.0", Value::Int(1)),
            ("1e3", Value::Int(1000)),
            ("+2", Value::Int(2)),
        ] {
            assert_eq!(from_text(text), Numeric::Number(value), "{text}");
        }
        for text in ["", " ", "a", "1a", "0x10", "1 2", "true", "-a", "."] {
            assert_eq!(from_text(text), Numeric::Text, "{text}");
        }
        for text in ["1.", ".5", "1e", "--1", "1234567890123456", "1e99", "1.2.3"] {
            assert_eq!(from_text(text), Numeric::Unsure, "{text}");
        }
    }

    #[test]
    fn floats_have_a_fraction() {
        for (n, text) in [
            (5.0, Some("5.0")),
            (-1.5, Some("-1.5")),
            (0.0, Some("0.0")),
            (0.1, Some("0.1")),
            (0.1 + 0.2, None),
            (1e15, None),
            (1e-5, None),
        ] {
            assert_eq!(to_text(n).as_deref(), text);
        }
    }

    #[test]
    fn integers_are_not_rounded() {
        assert_eq!(compare(1, 1.0), Ordering::Equal);
        assert_eq!(compare(1, 1.5), Ordering::Less);
        assert_eq!(compare(-1, -1.5), Ordering::Greater);
        assert_eq!(compare(9_007_199_254_740_993, 9_007_199_254_740_992.0), Ordering::Greater);
        assert_eq!(compare(i64::MAX, 1e19), Ordering::Less);
        assert_eq!(compare(i64::MIN, -1e19), Ordering::Greater);
    }
}
