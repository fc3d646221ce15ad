//! SQLite's `LIKE` in time proportional to the text: what stands between two `%` is found at its first place, or nowhere.
//!
//! Trying one place after the other is fastest for what people write, and takes text × pattern for what some do. So it
//! has a limit, beyond which each byte is looked at once: by a two-way search without `_`, by a word of bits for each 64
//! characters with them.

use memchr::{memchr, memchr2, memmem};

/// Beyond this many bytes SQLite refuses a pattern, and so do we.
const MAX_PATTERN: usize = 50_000;
/// `_` in a segment; neither patterns nor texts reach beyond a NUL.
const ONE: u8 = 0;

/// A pattern ready to be compared with many texts.
#[derive(Debug)]
pub(crate) enum Pattern {
    /// It ends in its escape.
    Nothing,
    /// Without `%`.
    Whole(Segment),
    /// What is before the first `%`, behind the last, and between.
    Parts { head: Segment, middle: Vec<Segment>, tail: Segment },
}

/// What stands between two `%`: letters in lower case, [`ONE`] for `_`.
#[derive(Debug, Default)]
pub(crate) struct Segment(Vec<u8>);

impl Pattern {
    /// Reads a pattern whose wildcards are plain characters behind `escape`, one character or nothing. `None` if it is
    /// longer than SQLite takes.
    pub fn new(pattern: &[u8], escape: &[u8]) -> Option<Pattern> {
        if pattern.len() > MAX_PATTERN {
            return None;
        }
        let mut done = Vec::new();
        let mut segment = Segment::default();
        let mut rest = up_to_nul(pattern);
        while let Some((byte, after)) = rest.split_first() {
            if let Some(after) = rest.strip_prefix(escape).filter(|_| !escape.is_empty()) {
                let Some((character, after)) = after.split_at_checked(width(after)).filter(|(c, _)| !c.is_empty())
                else {
                    return Some(Pattern::Nothing);
                };
                segment.0.extend(character.iter().map(u8::to_ascii_lowercase));
                rest = after;
                continue;
            }
            match byte {
                b'%' => done.push(std::mem::take(&mut segment)),
                b'_' => segment.0.push(ONE),
                byte => segment.0.push(byte.to_ascii_lowercase()),
            }
            rest = after;
        }
        let mut done = done.into_iter();
        Some(match done.next() {
            None => Pattern::Whole(segment),
            Some(head) => {
                let middle = done.filter(|segment| !segment.0.is_empty()).collect();
                Pattern::Parts { head, middle, tail: segment }
            }
        })
    }

    /// Whether `text` is like this, ASCII letters in either case.
    pub fn matches(&self, text: &[u8]) -> bool {
        let text = up_to_nul(text);
        match self {
            Pattern::Nothing => false,
            Pattern::Whole(segment) => segment.begins(text) == Ok(text.len()),
            Pattern::Parts { head, middle, tail } => {
                let Ok(begin) = head.begins(text) else { return false };
                let Some(end) = tail.start_at_end(text).filter(|end| *end >= begin) else { return false };
                let Some(between) = text.get(begin..end) else { return false };
                let mut search = Search { text: between, at: 0, effort: 4 * between.len() + 64, folded: None };
                middle.iter().all(|segment| search.pass(segment))
            }
        }
    }
}

impl Segment {
    /// How many bytes at the start of `text` it takes; else how many were looked at.
    fn begins(&self, text: &[u8]) -> Result<usize, usize> {
        let mut at = 0;
        for want in &self.0 {
            let Some(byte) = text.get(at) else { return Err(at) };
            at += match *want {
                ONE => width(text.get(at..).unwrap_or_default()),
                want if byte.to_ascii_lowercase() == want => 1,
                _ => return Err(at),
            };
        }
        Ok(at)
    }

    /// Where it starts if it stands at the end of `text`.
    fn start_at_end(&self, text: &[u8]) -> Option<usize> {
        if self.0.is_empty() {
            return Some(text.len());
        }
        let mut start = text.len();
        for _ in self.0.iter().filter(|byte| !continues(**byte)) {
            start = text.get(..start)?.iter().rposition(|byte| !continues(*byte))?;
        }
        (self.begins(text.get(start..)?) == Ok(text.len() - start)).then_some(start)
    }

    /// The first place in `text` where it may start.
    fn candidate(&self, text: &[u8]) -> Option<usize> {
        match *self.0.first()? {
            ONE => text.iter().position(|byte| !continues(*byte)),
            byte => memchr2(byte, byte.to_ascii_uppercase(), text),
        }
    }
}

/// One segment after the other.
struct Search<'a> {
    text: &'a [u8],
    /// Behind what was found.
    at: usize,
    /// Bytes that may still be looked at in vain.
    effort: usize,
    /// The text in lower case, once it is needed.
    folded: Option<Vec<u8>>,
}

impl Search<'_> {
    /// Goes behind the first occurrence of `segment`, if there is one.
    fn pass(&mut self, segment: &Segment) -> bool {
        let end = match self.try_places(segment) {
            Some(end) => end,
            None if segment.0.contains(&ONE) => self.by_bits(segment),
            None => self.by_bytes(segment),
        };
        self.at = end.unwrap_or(self.at);
        end.is_some()
    }

    /// Where the first occurrence ends; the outer `None` if that takes too long.
    fn try_places(&mut self, segment: &Segment) -> Option<Option<usize>> {
        if self.effort == 0 {
            return None;
        }
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(skipped) = segment.candidate(rest) else { return Some(None) };
            self.at += skipped;
            match segment.begins(rest.get(skipped..).unwrap_or_default()) {
                Ok(length) => return Some(Some(self.at + length)),
                Err(tried) => self.effort = self.effort.saturating_sub(tried + 1),
            }
            if self.effort == 0 {
                return None;
            }
            self.at += 1;
        }
    }

    fn by_bytes(&mut self, segment: &Segment) -> Option<usize> {
        let folded = self.folded.get_or_insert_with(|| self.text.to_ascii_lowercase());
        let found = memmem::find(folded.get(self.at..)?, &segment.0)?;
        Some(self.at + found + segment.0.len())
    }

    /// A bit for each byte of the segment that says whether the segment, up to there, ends where one is in the text.
    fn by_bits(&self, segment: &Segment) -> Option<usize> {
        let words = segment.0.len().div_ceil(64);
        let mut wanted = vec![0_u64; 256 * words];
        for (n, byte) in segment.0.iter().enumerate() {
            *wanted.get_mut(usize::from(*byte) * words + n / 64)? |= 1 << (n % 64);
        }
        let row = |byte: u8| wanted.get(usize::from(byte) * words..(usize::from(byte) + 1) * words);
        let (ones, last) = (row(ONE)?, 1 << ((segment.0.len() - 1) % 64));
        let mut state = vec![0_u64; words];
        for (n, byte) in self.text.get(self.at..)?.iter().enumerate() {
            let row = row(byte.to_ascii_lowercase())?;
            let mut carry = 1;
            for ((state, wanted), ones) in state.iter_mut().zip(row).zip(ones) {
                let moved = *state << 1 | carry;
                carry = *state >> 63;
                // A `_` takes all bytes of a character, and starts with the first.
                *state = if continues(*byte) { moved & wanted | *state & ones } else { moved & (wanted | ones) };
            }
            if state.last().is_some_and(|word| word & last != 0) {
                let end = self.at + n + 1;
                let more = self.text.get(end..)?.iter().take_while(|byte| continues(**byte)).count();
                return Some(end + more);
            }
        }
        None
    }
}

fn up_to_nul(text: &[u8]) -> &[u8] {
    memchr(0, text).and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Whether it is not the first byte of its character.
fn continues(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Bytes of the first character; 0 of nothing.
fn width(text: &[u8]) -> usize {
    match text.split_first() {
        None => 0,
        Some((first, _)) if first.is_ascii() => 1,
        Some((_, more)) => 1 + more.iter().take_while(|byte| continues(**byte)).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `LIKE` means, without a thought for time.
    fn plainly(text: &[char], pattern: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('%', after)) => (0..=text.len()).any(|n| plainly(&text[n..], after)),
            Some((want, after)) => text
                .split_first()
                .is_some_and(|(c, rest)| (*want == '_' || want.eq_ignore_ascii_case(c)) && plainly(rest, after)),
        }
    }

    /// All ways to search, so that the slow ones are asked about short texts, too.
    fn answers(text: &str, pattern: &Pattern) -> Vec<bool> {
        let plain = pattern.matches(text.as_bytes());
        let Pattern::Parts { head, middle, tail } = pattern else { return vec![plain] };
        let (Ok(begin), Some(end)) = (head.begins(text.as_bytes()), tail.start_at_end(text.as_bytes())) else {
            return vec![plain];
        };
        let Some(text) = text.as_bytes().get(begin..end) else { return vec![plain] };
        let search = |bits: bool| {
            let mut search = Search { text, at: 0, effort: 0, folded: None };
            middle.iter().all(|segment| {
                if !bits {
                    return search.pass(segment);
                }
                let end = search.by_bits(segment);
                search.at = end.unwrap_or_default();
                end.is_some()
            })
        };
        vec![plain, search(false), search(true)]
    }

    #[test]
    fn all_ways_agree_with_the_meaning() {
        let mut seed = 7_u64;
        let mut below = |n: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % n
        };
        let mut found = 0;
        for _ in 0..60_000 {
            let (long, wide) = (below(9), below(7));
            let text: Vec<char> = (0..long).map(|_| ['a', 'A', 'b', 'é', '日'][below(5)]).collect();
            let pattern: Vec<char> = (0..wide).map(|_| ['a', 'b', 'B', 'é', '_', '%', '%'][below(7)]).collect();
            let want = plainly(&text, &pattern);
            found += usize::from(want);
            let (text, pattern) = (String::from_iter(text), String::from_iter(pattern));
            let made = Pattern::new(pattern.as_bytes(), b"\\").unwrap();
            assert!(answers(&text, &made).iter().all(|got| *got == want), "{text} {pattern} {want}");
        }
        assert!(found > 6000, "{found}");
    }

    #[test]
    fn segments_of_many_words_are_found_by_bits() {
        let text = format!("{}日{}c", "a".repeat(300), "b".repeat(200));
        for (pattern, want) in [
            (format!("%{}_{}%", "a".repeat(100), "B".repeat(150)), true),
            (format!("%{}_{}c%", "a".repeat(300), "b".repeat(200)), true),
            (format!("%{}_{}c%", "a".repeat(301), "b".repeat(200)), false),
            (format!("%{}c%_%", "_".repeat(200)), false),
            (format!("%{}%", "_".repeat(502)), true),
            (format!("%{}%", "_".repeat(503)), false),
        ] {
            let made = Pattern::new(pattern.as_bytes(), b"").unwrap();
            assert_eq!(answers(&text, &made), [want; 3], "{pattern}");
        }
    }

    #[test]
    fn no_pattern_takes_text_times_pattern() {
        let text = "a".repeat(1 << 20);
        let begun = std::time::Instant::now();
        for pattern in [
            format!("%{}b%", "a".repeat(3000)),
            format!("%{}b", "a".repeat(3000)),
            format!("%{}_b%", "a".repeat(3000)),
            format!("%{}%", "_b".repeat(1500)),
            format!("{}b", "%a".repeat(3000)),
            format!("{}%b%", "%aaaaaaaaaaaab".repeat(100)),
        ] {
            assert!(!Pattern::new(pattern.as_bytes(), b"\\").unwrap().matches(text.as_bytes()));
        }
        // A few seconds without optimisation on a busy machine; text times pattern takes minutes.
        assert!(begun.elapsed().as_secs() < 60);
    }

    #[test]
    fn the_escape_is_any_character_and_comes_before_wildcards() {
        for (pattern, escape, text, want) in [
            ("a!%", "!", "a%", true),
            ("a!%", "!", "ab", false),
            ("aé_", "é", "a_", true),
            ("%%a", "%", "%a", true),
            ("_é", "_", "É", false),
            ("_É", "_", "É", true),
            ("a!", "!", "a!", false),
            ("a!", "", "a!", true),
            ("A\0b", "", "a", true),
            ("a%", "", "\0a", false),
        ] {
            let made = Pattern::new(pattern.as_bytes(), escape.as_bytes()).unwrap();
            assert_eq!(made.matches(text.as_bytes()), want, "{pattern} {escape} {text}");
        }
        assert!(Pattern::new(&[b'a'; MAX_PATTERN], b"").is_some());
        assert!(Pattern::new(&[b'a'; MAX_PATTERN + 1], b"").is_none());
    }
}
