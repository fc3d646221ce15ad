//! How an uploaded file is named in storage: readable, ASCII, with a random part that cannot be guessed.

use crate::id::Ids;

const RANDOM: usize = 10;
const MAX_ORIGINAL: usize = 300;
const MAX_BASE: usize = 100;
const MIN_BASE: usize = 3;
const MAX_EXTENSION: usize = 20;

/// The stored name of an upload, `{base}_{10 random}{.ext}`: at most 132 characters, no slashes, no leading dot.
/// `detected` is the extension that fits the content (`.txt`), for names without a usable one; may be `""`.
pub fn stored(original: &str, detected: &str, ids: &Ids) -> String {
    let name = original.rsplit('/').next().unwrap_or_default();
    let name = tail(name, MAX_ORIGINAL);
    let (base, raw_extension) = split(name);
    let extension = match extension(raw_extension) {
        cleaned if cleaned.is_empty() => extension(detected),
        cleaned => cleaned,
    };
    let mut base = snake_case(base);
    if base.len() < MIN_BASE {
        base.push_str(&ids.lower(RANDOM));
    }
    base.truncate(MAX_BASE);
    format!("{base}_{}{extension}", ids.lower(RANDOM))
}

/// The last `max` bytes, from a character's start.
fn tail(text: &str, max: usize) -> &str {
    let mut start = text.len().saturating_sub(max);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text.get(start..).unwrap_or_default()
}

/// Two extensions belong together (`.tar.gz`), so a name ends at its second-last dot if there is one.
fn split(name: &str) -> (&str, &str) {
    let mut dots = name.rmatch_indices('.');
    let last = dots.next();
    match dots.next().or(last) {
        Some((at, _)) => name.split_at(at),
        None => (name, ""),
    }
}

/// With its dot; `""` when nothing is left.
fn extension(raw: &str) -> String {
    let kept: String = raw.chars().filter(|c| c.is_ascii_alphanumeric() || "_.*+-=#".contains(*c)).collect();
    let short = tail(kept.trim_matches('.'), MAX_EXTENSION).trim_matches('.');
    if short.is_empty() { String::new() } else { format!(".{short}") }
}

/// Words of ASCII letters and digits, lower-cased, joined by `_`; an upper-case letter after another kind starts one.
fn snake_case(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = None;
    for c in text.chars() {
        let starts_word = previous.is_none_or(|p: char| !p.is_ascii_uppercase() && c.is_ascii_uppercase());
        if c.is_ascii_alphanumeric() {
            if starts_word && !out.is_empty() {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
        }
        previous = Some(c).filter(char::is_ascii_alphanumeric);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts `R` for each random part.
    fn shape(original: &str, detected: &str) -> String {
        let made = stored(original, detected, &Ids::seeded(7));
        let ids = Ids::seeded(7);
        let (first, second) = (ids.lower(RANDOM), ids.lower(RANDOM));
        made.replace(&first, "R").replace(&second, "R")
    }

    #[test]
    fn vectors() {
        let long = "n".repeat(200) + ".txt";
        let cut = "n".repeat(100) + "_R.txt";
        for (original, want) in [
            ("UPPER Case.TXT", "upper_case_R.TXT"),
            ("noext", "noext_R.txt"),
            (".gitignore", "R_R.gitignore"),
            ("..weird..name..txt", "weird_name_R.txt"),
            ("a.b.c.d.tar.gz", "a_b_c_d_R.tar.gz"),
            ("2024.01.02.txt", "2024_01_R.02.txt"),
            ("Pic One.test.PNG", "pic_one_R.test.PNG"),
            ("CamelCaseFile-Name+x=1#2*3.jpeg", "camel_case_file_name_x_1_2_3_R.jpeg"),
            ("HTTPServerName.txt", "httpserver_name_R.txt"),
            ("My File (1).TXT", "my_file_1_R.TXT"),
            ("ab.txt", "abR_R.txt"),
            ("файл.txt", "R_R.txt"),
            ("über.md", "ber_R.md"),
            ("name.verylongextensionthatexceedstwentychars", "name_R.atexceedstwentychars"),
            ("a.ext with space", "aR_R.extwithspace"),
            (&long, &cut),
            ("with/slash.txt", "slash_R.txt"),
            ("back\\slash.txt", "back_slash_R.txt"),
            ("", "R_R.txt"),
            ("../..", "R_R.txt"),
        ] {
            assert_eq!(shape(original, ".txt"), want, "{original}");
        }
        assert_eq!(shape("noext", ""), "noext_R");
        assert!(stored(&"é.".repeat(1000), "", &Ids::seeded(1)).len() <= 132);
    }
}
