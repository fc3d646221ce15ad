//! Limits that hold from the first start, whatever the settings say: on guessing passwords and codes, and on mails.
//! Successes are not counted, so whoever knows the password is never in the way of others who do.

use std::net::IpAddr;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::limits::{Quota, Windows, place};
use crate::passwords::Verdict;

/// Keys that are counted at a time.
const KEYS: usize = 65_536;
const MINUTE: i64 = 60_000;
/// Wrong passwords for one identity from one address.
const IDENTITY: Quota = Quota { max: 10, window_ms: MINUTE };
/// Wrong passwords from one address.
const ADDRESS: Quota = Quota { max: 100, window_ms: MINUTE };
/// Codes tried for one account from one address, right ones included.
const CODES: Quota = Quota { max: 5, window_ms: 3 * MINUTE };
/// Mails asked for from one address.
const MAILS: Quota = Quota { max: 60, window_ms: MINUTE };
/// New addresses one account may have mails sent to.
const NEW_ADDRESSES: Quota = Quota { max: 5, window_ms: 10 * MINUTE };

/// The counters.
pub(super) struct Guard(Windows);

impl Default for Guard {
    fn default() -> Self {
        Guard(Windows::new(KEYS))
    }
}

/// Somebody says a password.
pub(super) struct Guess<'a> {
    pub collection: &'a str,
    pub identity: &'a str,
    pub ip: &'a str,
}

impl Guess<'_> {
    fn key(&self) -> (&str, &str, String, &str) {
        ("password", self.collection, self.identity.to_lowercase(), place(self.ip))
    }
}

impl Guard {
    /// 429 after too many wrong passwords.
    pub fn admit(&self, guess: &Guess, now: Timestamp) -> Result<()> {
        self.0.check(guess.key(), IDENTITY, now).map_err(|over| over.saying(""))?;
        if is_one(guess.ip) {
            self.0.check(("passwords", place(guess.ip)), ADDRESS, now).map_err(|over| over.saying(""))?;
        }
        Ok(())
    }

    /// Counts a wrong one, forgets those before a right one. The verdict, or 429: of guesses made at the same time, all
    /// before the first was found wrong, no more are told than of others.
    pub fn judge(&self, guess: &Guess, now: Timestamp, verdict: Verdict) -> Result<Verdict> {
        if verdict != Verdict::Wrong {
            self.admit(guess, now)?;
            self.0.forget(guess.key());
            return Ok(verdict);
        }
        if is_one(guess.ip) {
            // Only the next one will be refused for it.
            let _ = self.0.take(("passwords", place(guess.ip)), ADDRESS, now);
        }
        self.0.take(guess.key(), IDENTITY, now).map(|_| verdict).map_err(|over| over.saying(""))
    }

    /// Counts an attempt at a code of `subject`; 429 after too many.
    pub fn code(&self, subject: &str, ip: &str, now: Timestamp) -> Result<()> {
        let message = "Too many attempts, please try again later with a new OTP.";
        self.0.take(("code", subject, place(ip)), CODES, now).map(drop).map_err(|over| over.saying(message))
    }

    /// Counts a request for a mail; 429 after too many.
    pub fn mail(&self, ip: &str, now: Timestamp) -> Result<()> {
        if !is_one(ip) {
            return Ok(());
        }
        self.0.take(("mail", place(ip)), MAILS, now).map(drop).map_err(|over| over.saying(""))
    }

    /// Counts a mail of `account` to an address that is not its own; 429 after too many.
    pub fn new_address(&self, account: &str, now: Timestamp) -> Result<()> {
        self.0.take(("new-address", account), NEW_ADDRESSES, now).map(drop).map_err(|over| over.saying(""))
    }
}

/// Whether an address stands for one client. On the machine itself, as behind a proxy that nobody was told to trust, it
/// stands for all of them.
fn is_one(ip: &str) -> bool {
    ip.parse::<IpAddr>().is_ok_and(|ip| !ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    #[test]
    fn addresses_of_one_ipv6_network_are_one_place() {
        let guard = Guard::default();
        for n in 0..5 {
            let ip = format!("2001:0db8:0000:0001:0000:0000:0000:000{n}");
            assert!(guard.code("bob", &ip, NOW).is_ok());
        }
        assert!(guard.code("bob", "2001:0db8:0000:0001:ffff:0000:0000:0000", NOW).is_err());
        assert!(guard.code("bob", "2001:0db8:0000:0002:0000:0000:0000:0000", NOW).is_ok());
        assert!(guard.code("bob", "2.0.0.1", NOW).is_ok());
    }

    #[test]
    fn the_machine_itself_is_not_one_client() {
        let guard = Guard::default();
        for _ in 0..1000 {
            assert!(guard.mail("127.0.0.1", NOW).is_ok());
        }
        assert!((0..60).all(|_| guard.mail("10.0.0.1", NOW).is_ok()));
        assert!(guard.mail("10.0.0.1", NOW).is_err());
    }
}
