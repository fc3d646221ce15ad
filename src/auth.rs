//! Signing in: tokens, who a token belongs to, password login, refresh, superusers.

pub mod callers;
pub mod file_token;
mod forms;
pub mod methods;
mod mfa;
pub mod oauth2;
mod origins;
pub mod password;
pub mod refresh;
pub mod response;
pub mod sign_in;
pub mod superusers;
pub mod tokens;
pub mod visit;

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::records::Records;
use crate::schema::{Catalog, Collection};

use callers::Callers;
pub use sign_in::{Proof, SignIn};
pub use visit::Visit;

/// The service; cheap to clone.
#[derive(Clone)]
pub struct Auth {
    records: Records,
    callers: Arc<Callers>,
    oauth2: Arc<oauth2::Desk>,
}

impl Auth {
    /// Watches `records`' store so that no caller outlives a change of its record.
    pub fn new(records: Records, oauth2: oauth2::Config) -> Self {
        let callers = Arc::new(Callers::default());
        let watcher = callers.clone();
        records.store.on_commit(move |changes| watcher.forget(changes));
        let oauth2 = Arc::new(oauth2::Desk::new(oauth2, records.clock.clone()));
        Auth { records, callers, oauth2 }
    }
}

/// The auth collection a request names.
fn find<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a Arc<Collection>> {
    let found = catalog.find(name).ok_or_else(|| Error::not_found("Missing or invalid collection context."))?;
    if found.is_auth() { Ok(found) } else { Err(Error::not_found("Missing or invalid auth collection context.")) }
}
