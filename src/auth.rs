//! Signing in: tokens, who a token belongs to, the methods, what is proven by mail, superusers.

mod accounts;
pub mod callers;
mod email_change;
pub mod file_token;
mod forms;
mod guard;
mod impersonate;
mod letters;
mod link;
pub mod methods;
mod mfa;
pub mod oauth2;
mod origins;
pub mod otp;
pub mod password;
mod password_reset;
mod recent;
pub mod refresh;
pub mod response;
pub mod sign_in;
pub mod superusers;
pub mod sweep;
pub mod tokens;
mod verification;
pub mod visit;

use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::later::Later;
use crate::mail::Mailer;
use crate::records::Records;
use crate::schema::{Catalog, Collection};

use callers::Callers;
use guard::Guard;
use recent::Recent;
pub use sign_in::{Proof, SignIn};
pub use visit::Visit;

/// The service; cheap to clone.
#[derive(Clone)]
pub struct Auth {
    records: Records,
    callers: Arc<Callers>,
    oauth2: Arc<oauth2::Desk>,
    mailer: Mailer,
    later: Later,
    recent: Arc<Recent>,
    guard: Arc<Guard>,
}

impl Auth {
    /// Watches `records`' store so that no caller outlives a change of its record.
    pub fn new(records: Records, mailer: Mailer, oauth2: oauth2::Config) -> Self {
        let callers = Arc::new(Callers::default());
        let watcher = callers.clone();
        records.store.on_commit(move |changes| watcher.forget(changes));
        let watcher = callers.clone();
        records.store.on_reset(move || watcher.forget_all());
        let oauth2 = Arc::new(oauth2::Desk::new(oauth2, records.clock.clone()));
        let later = records.later.clone();
        Auth { records, callers, oauth2, mailer, later, recent: Arc::default(), guard: Arc::default() }
    }

    /// 404 unless `collection` has accounts.
    pub fn is_auth(&self, collection: &str) -> Result<()> {
        find(&self.records.store.catalog(), collection).map(|_| ())
    }

    /// Finishes what answers did not wait for, mails included, within twice `within`.
    pub async fn close(&self, within: Duration) {
        self.later.finish(within).await;
        self.mailer.close(within).await;
    }
}

/// The auth collection a request names.
fn find<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a Arc<Collection>> {
    let found = catalog.find(name).ok_or_else(|| Error::not_found("Missing or invalid collection context."))?;
    if found.is_auth() { Ok(found) } else { Err(Error::not_found("Missing or invalid auth collection context.")) }
}
