//! Signing in as one machine: identify → verify a factor → more factors? → session → token.
//!
//! A method identifies an account and verifies one factor by itself, and ends in [`Auth::sign_in`], the only place that
//! opens a session. A new method is one more of [`Method`] and such a function; nothing else here knows one by name.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::schema::{Collection, Record};
use crate::settings::subnet;

use super::methods::Method;
use super::mfa::Factor;
use super::origins::Place;
use super::response::Issue;
use super::{Auth, Visit};

/// A verified factor.
pub struct Proof {
    /// Whose it is, as stored after everything the method changed about it.
    pub account: Arc<Record>,
    pub method: &'static Method,
    /// JSON for the answer's key `meta`.
    pub meta: Option<Vec<u8>>,
}

/// Where a sign-in has come to.
#[derive(Debug)]
pub enum SignIn {
    /// The answer with record and token.
    Session(Vec<u8>),
    /// Another method has to follow, with this id.
    MoreFactors { mfa_id: String },
}

impl Auth {
    /// Opens a session for whoever brought `proof`, unless the collection's auth rule is against it (403) or wants
    /// another factor first. `visit` is as rules shall see it: with the method's purpose and the submitted body.
    pub async fn sign_in(&self, visit: Visit, proof: Proof) -> Result<SignIn> {
        let Proof { account, method, meta } = proof;
        self.admit_address(&account.collection, &visit.ip)?;
        self.may_sign_in(&visit.ctx, &account).await?;
        if let Factor::First { mfa_id } = self.factor(&visit.ctx, &account, method).await? {
            return Ok(SignIn::MoreFactors { mfa_id });
        }
        self.note_place(&account, &visit).await;
        self.answer(visit.ctx, account, Issue::Fresh, meta).await.map(SignIn::Session)
    }

    /// 403 for a superuser's sign-in from an address that is not on the allow-list.
    pub(super) fn admit_address(&self, collection: &Collection, ip: &str) -> Result<()> {
        let settings = self.records.settings.load();
        let list = &settings.superuser_ips;
        if !collection.is_superusers() || list.is_empty() {
            return Ok(());
        }
        let listed = ip.parse().is_ok_and(|ip| list.iter().any(|entry| subnet::contains(entry, ip)));
        if listed { Ok(()) } else { Err(Error::forbidden("")) }
    }

    /// Remembers the place and warns of a new one; whatever fails here keeps nobody out.
    async fn note_place(&self, account: &Arc<Record>, visit: &Visit) {
        if !account.collection.auth().is_some_and(|options| options.auth_alert.enabled) {
            return;
        }
        match self.remember_place(account.clone(), visit).await {
            Ok(Place::Expected) => {}
            Ok(Place::New) => self.warn_of_place(account, visit),
            Err(error) => tracing::warn!(%error, "where an account signed in from was not remembered"),
        }
    }
}
