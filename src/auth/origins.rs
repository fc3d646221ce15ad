//! The places an account signs in from: the first is remembered silently, a new one is worth a mail.

use std::sync::Arc;

use md5::{Digest as _, Md5};

use crate::error::Result;
use crate::schema::Record;
use crate::store::Tx;

use super::Auth;
use super::visit::Visit;

const COLLECTION: &str = "_authOrigins";
/// Places kept per account; the one unused for longest makes room.
const KEPT: usize = 5;
/// Bytes of a user agent that count.
const AGENT: usize = 200;

/// What remembering a place found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Seen before, or the first of all.
    Expected,
    /// New: its owner should hear of it.
    New,
}

impl Auth {
    /// Remembers where `account` signs in from. The place counts as known even if the mail about it never arrives, as
    /// else every later sign-in would try again.
    pub(super) async fn remember_place(&self, account: Arc<Record>, visit: &Visit) -> Result<Place> {
        let fingerprint = fingerprint(visit);
        let records = self.records.clone();
        let job = move |tx: &mut Tx| {
            let mut known = records.dependents(tx, COLLECTION, &account)?;
            if let Some(row) = known.iter().find(|row| row.get("fingerprint").text() == fingerprint) {
                records.touch(tx, row)?;
                return Ok(Place::Expected);
            }
            known.sort_by(|a, b| b.get("updated").text().cmp(a.get("updated").text()));
            for unused in known.iter().skip(KEPT - 1) {
                tx.delete(unused)?;
            }
            records.add_dependent(tx, COLLECTION, &account, &[("fingerprint", &fingerprint)])?;
            Ok(if known.is_empty() { Place::Expected } else { Place::New })
        };
        self.records.store.write(job).await
    }

    /// Tells the owner of `account` of a new place.
    pub(super) fn warn_of_place(&self, account: &Record, visit: &Visit) {
        let Some(options) = account.collection.auth() else { return };
        if account.get("email").is_empty() {
            return;
        }
        let info = format!("{} - {} {}", self.records.clock.now(), visit.ip, agent(visit));
        let extra = [("ALERT_INFO", info.as_str())];
        if let Err(error) = self.write_to(account, &options.auth_alert.email_template, &extra) {
            tracing::warn!(%error, "nobody was told of a new place");
        }
    }
}

/// The user agent as far as it counts.
pub(super) fn agent(visit: &Visit) -> String {
    let text = &visit.user_agent;
    if text.len() <= AGENT {
        return text.clone();
    }
    let end = (0..=AGENT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}...", text.get(..end).unwrap_or_default())
}

/// MD5 as the protocol has it, so that places of imported accounts stay known; it protects nothing.
fn fingerprint(visit: &Visit) -> String {
    let digest = Md5::digest(format!("{}{}", visit.ip, agent(visit)));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_address_and_the_first_of_the_user_agent() {
        let visit = |agent: &str| Visit { ip: "127.0.0.1".into(), user_agent: agent.into(), ..Visit::default() };
        // printf '127.0.0.1curl' | md5sum
        assert_eq!(fingerprint(&visit("curl")), "342ae5389aff2fc054f86add3981a4a0");
        assert_eq!(fingerprint(&visit(&"x".repeat(201))), fingerprint(&visit(&"x".repeat(300))));
        assert_ne!(fingerprint(&visit(&"x".repeat(200))), fingerprint(&visit(&"x".repeat(201))));
        assert_eq!(agent(&visit(&"é".repeat(150))).len(), 203);
    }
}
