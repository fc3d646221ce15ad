//! Names of archives.

use crate::clock::Timestamp;
use crate::error::FieldError;

/// What the names of those made by the clock begin with.
pub const SCHEDULED: &str = "@auto_pb_backup_";
/// Characters of a name at most.
const LENGTH: usize = 150;
/// Characters of the application's name in one.
const APP: usize = 50;

/// A name for an archive of this moment.
pub fn default(prefix: &str, app: &str, now: Timestamp) -> String {
    let mut snake = String::new();
    let mut before = '_';
    for c in app.chars().filter(char::is_ascii) {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
                snake.push('_');
            }
            snake.push(c.to_ascii_lowercase());
        } else if !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        before = c;
    }
    snake.truncate(APP);
    let snake = snake.trim_end_matches('_');
    let at: String = now.to_string().chars().filter(char::is_ascii_digit).take(14).collect();
    let gap = if snake.is_empty() { "" } else { "_" };
    format!("{prefix}{snake}{gap}{at}.zip")
}

/// What a client may call one.
pub fn check(name: &str) -> Result<(), FieldError> {
    if name.chars().count() > LENGTH {
        let message = format!("The length must be between 1 and {LENGTH}.");
        let error = FieldError::new("validation_length_out_of_range", message);
        return Err(error.with("min", 1).with("max", LENGTH));
    }
    let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
    match name.strip_suffix(".zip") {
        Some(stem) if !stem.is_empty() && stem.bytes().all(fine) => Ok(()),
        Some(_) | None => Err(FieldError::new("validation_match_invalid", "Must be in a valid format.")),
    }
}

/// What one that was sent is called: as it came, without folders.
pub fn uploaded(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_application_and_moment() {
        let at = Timestamp(1_767_323_045_678);
        for (app, expected) in [
            ("Acme", "pb_backup_acme_20260102030405.zip"),
            ("My Great-App 2", "pb_backup_my_great_app_2_20260102030405.zip"),
            ("camelCase", "pb_backup_camel_case_20260102030405.zip"),
            ("Приложение", "pb_backup_20260102030405.zip"),
            ("../..", "pb_backup_20260102030405.zip"),
        ] {
            assert_eq!(default("pb_backup_", app, at), expected, "{app}");
            assert!(check(expected).is_ok(), "{expected}");
        }
    }

    #[test]
    fn clients_may_not_leave_the_folder() {
        for bad in ["", ".zip", "a", "A.zip", "a b.zip", "../a.zip", "a/b.zip", "a.zip.zip", "a\0.zip", "@a.zip"] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
        assert_eq!(uploaded("../../x/Odd Näme.ZIP"), "Odd Näme.ZIP");
        assert_eq!(uploaded("c:\\x\\y.zip"), "y.zip");
    }
}
