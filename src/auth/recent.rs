//! What was mailed lately, in memory and bounded: who asks again too soon gets no second mail.
//! Addresses without an account are remembered like those with one, so that nothing tells
//! them apart.

use std::sync::{Mutex, PoisonError};

use quick_cache::sync::Cache;

use crate::clock::Timestamp;

/// Entries of each kind; the least used make room.
const KEPT: usize = 16_384;
/// Milliseconds between two mails of a kind to one account.
const PAUSE_MS: i64 = 120_000;
/// Codes an account may have at a time.
const CODES: usize = 10;

/// The memory.
pub(super) struct Recent {
    /// Held while an entry is read and written.
    turn: Mutex<()>,
    mails: Cache<String, Timestamp>,
    codes: Cache<String, Vec<(String, Timestamp)>>,
    /// By id of a code: whom it was asked for.
    asked: Cache<String, String>,
}

/// What to answer a request for a code.
pub(super) enum Code {
    /// This id, for a code to be made.
    New(String),
    /// Enough codes are on their way: the newest of them.
    Known(String),
}

impl Default for Recent {
    fn default() -> Self {
        let turn = Mutex::default();
        Recent { turn, mails: Cache::new(KEPT), codes: Cache::new(KEPT), asked: Cache::new(KEPT) }
    }
}

impl Recent {
    /// `false` when a mail of this `kind` went to `account` a moment ago; else it counts as sent now.
    pub fn may_mail(&self, kind: &str, account: &str, now: Timestamp) -> bool {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let key = format!("{kind}/{account}");
        if self.mails.get(&key).is_some_and(|last| is_within(last, now, PAUSE_MS)) {
            return false;
        }
        self.mails.insert(key, now);
        true
    }

    /// The next mail of this kind may go out at once.
    pub fn forget_mail(&self, kind: &str, account: &str) {
        self.mails.remove(&format!("{kind}/{account}"));
    }

    /// Takes note of a code for `address` with the id `fresh`, which lasts `duration_ms`.
    pub fn code(&self, address: &str, fresh: String, now: Timestamp, duration_ms: i64) -> Code {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut codes = self.codes.get(address).unwrap_or_default();
        codes.retain(|(_, made)| is_within(*made, now, duration_ms));
        match codes.last() {
            Some((newest, _)) if codes.len() >= CODES => Code::Known(newest.clone()),
            Some(_) | None => {
                codes.push((fresh.clone(), now));
                self.asked.insert(fresh.clone(), address.to_string());
                self.codes.insert(address.to_string(), codes);
                Code::New(fresh)
            }
        }
    }

    /// Whom the code with this id was asked for, account or not.
    pub fn asked_for(&self, id: &str) -> Option<String> {
        self.asked.get(id)
    }

    /// The codes of `address` are used up.
    pub fn forget_codes(&self, address: &str) {
        self.codes.remove(address);
    }
}

/// Whether `now` is less than `ms` after `then`; not where the clock was set back since.
fn is_within(then: Timestamp, now: Timestamp, ms: i64) -> bool {
    (then.0..then.0.saturating_add(ms)).contains(&now.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    #[test]
    fn a_mail_may_follow_after_two_minutes_or_when_it_was_used() {
        let recent = Recent::default();
        assert!(recent.may_mail("a", "x", NOW));
        assert!(recent.may_mail("b", "x", NOW) && recent.may_mail("a", "y", NOW));
        assert!(!recent.may_mail("a", "x", Timestamp(NOW.0 + 119_999)));
        assert!(recent.may_mail("a", "x", Timestamp(NOW.0 + 120_000)));
        assert!(recent.may_mail("a", "x", NOW), "a clock that was set back holds up nobody");
        recent.forget_mail("a", "y");
        assert!(recent.may_mail("a", "y", NOW));
    }

    #[test]
    fn the_eleventh_code_is_the_tenth() {
        let recent = Recent::default();
        for n in 0..10 {
            assert!(matches!(recent.code("x", n.to_string(), NOW, 1000), Code::New(id) if id == n.to_string()));
        }
        assert!(matches!(recent.code("x", "a".into(), NOW, 1000), Code::Known(id) if id == "9"));
        assert!(matches!(recent.code("x", "b".into(), Timestamp(NOW.0 + 1000), 1000), Code::New(id) if id == "b"));
    }

    #[test]
    fn floods_do_not_grow_the_memory() {
        let recent = Recent::default();
        for n in 0..200_000 {
            let address = n.to_string();
            recent.may_mail("a", &address, NOW);
            recent.code(&address, String::new(), NOW, 1000);
        }
        assert!(recent.mails.len() <= KEPT && recent.codes.len() <= KEPT && recent.asked.len() <= KEPT);
    }
}
