//! Sign-in by OAuth2: a code is exchanged at its provider for a person, the person for an account.

mod account;
mod apple;
pub mod config;
mod exchange;
mod form;
mod id_token;
mod newcomer;
mod person;
pub mod provider;
pub mod redirect;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::outbound::{self, Outbound};
use crate::value::{Json, Object, json};

use super::methods::OAUTH2;
use super::{Auth, Proof, SignIn, Visit, find};

use account::Knock;
pub use config::Config;
use exchange::{Manner, Token};
use form::Form;
use id_token::Keys;
use person::Person;

/// Conversations with providers at a time; each may take as long as the slowest of them.
const SEATS: usize = 64;
const PROVIDERS: usize = 64;

/// Where codes become persons: what conversations with providers need and remember.
pub(super) struct Desk {
    config: Config,
    clock: Clock,
    outbound: Outbound,
    /// How to name oneself, by token URL and client.
    manners: Cache<(String, String), Manner>,
    /// By address.
    keys: Cache<String, Arc<Keys>>,
    names: redirect::Names,
    listener: OnceLock<Box<redirect::Listener>>,
    seats: Semaphore,
}

/// Why a provider could not help; says nothing of codes, tokens and secrets.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Trouble(String);

impl Trouble {
    fn new(why: &str) -> Self {
        Trouble(why.to_string())
    }
}

impl From<outbound::Failure> for Trouble {
    fn from(failure: outbound::Failure) -> Self {
        Trouble(failure.to_string())
    }
}

impl Desk {
    pub(super) fn new(config: Config, clock: Clock) -> Self {
        Desk {
            config,
            clock,
            outbound: Outbound::default(),
            manners: Cache::new(PROVIDERS),
            keys: Cache::new(PROVIDERS),
            names: redirect::Names::default(),
            listener: OnceLock::new(),
            seats: Semaphore::new(SEATS),
        }
    }

    /// Leave to talk to others on behalf of a client, for as long as it is held.
    fn seat(&self) -> Result<SemaphorePermit<'_>> {
        let busy = |_| Error::Unavailable { message: "Too many sign-ins at a time.".into(), retry_after_s: 1 };
        self.seats.try_acquire().map_err(busy)
    }

    /// The whole conversation, within its time.
    async fn meet(&self, form: &Form) -> Result<(Person, Token)> {
        let deadline = Instant::now() + Duration::from_secs(self.config.timeout_s);
        let late = || Trouble::new("it took too long");
        let refused = |message: &'static str| {
            move |why: Trouble| {
                // The answer does not say why, so whoever runs the server finds it here.
                tracing::info!(provider = form.provider.name, %why, "a sign-in by OAuth2 failed");
                Error::bad_request(message)
            }
        };
        let token = timeout_at(deadline, self.token(form)).await.map_err(|_| late()).flatten();
        let token = token.map_err(refused("Failed to fetch OAuth2 token."))?;
        let person = timeout_at(deadline, self.person(&form.provider, &token)).await.map_err(|_| late()).flatten();
        let mut person = person.map_err(refused("Failed to fetch OAuth2 user."))?;
        if person.name.is_empty() && form.provider.name == "apple" {
            person.name = self.names.take(&form.grant.code, self.clock.now());
        }
        Ok((person, token))
    }

    async fn token(&self, form: &Form) -> Result<Token, Trouble> {
        let token = self.exchange(&form.provider, &form.grant).await?;
        if !form.nonce.is_empty() {
            let claims = id_token::claims(&token.id_token)?;
            if claims.get("nonce").and_then(Json::as_str) != Some(form.nonce.as_str()) {
                return Err(Trouble::new("the ID token was made for another request"));
            }
        }
        Ok(token)
    }
}

impl Auth {
    /// A session for whoever the provider says this is; the account is found, linked or made on the way.
    /// `may_make` is asked before an account is made, once.
    pub async fn with_oauth2(
        &self,
        visit: Visit,
        collection: &str,
        body: &Object,
        may_make: &dyn Fn() -> Result<()>,
    ) -> Result<SignIn> {
        let catalog = self.records.store.catalog();
        let collection = find(&catalog, collection)?.clone();
        let form = Form::read(body, OAUTH2.of(&collection)?)?;
        let seat = self.oauth2.seat()?;
        let (person, token) = self.oauth2.meet(&form).await?;
        let visit = visit.asking(OAUTH2.purpose, body);
        let knock = Knock { ctx: &visit.ctx, collection: &collection, form: &form, person: &person, may_make };
        let arrived = self.account_of(&knock).await?;
        drop(seat);
        let meta = meta(&person, &token, arrived.is_new);
        self.sign_in(visit, Proof { account: arrived.account, method: &OAUTH2, meta: Some(meta) }).await
    }
}

/// What the answer says besides record and token.
fn meta(person: &Person, token: &Token, is_new: bool) -> Vec<u8> {
    let meta = serde_json::json!({
        "id": person.id,
        "name": person.name,
        "username": person.username,
        "email": person.email,
        "avatarURL": person.avatar_url,
        "avatarUrl": person.avatar_url,
        "accessToken": token.access,
        "refreshToken": token.refresh,
        "expiry": token.expires.map(|at| at.to_string()).unwrap_or_default(),
        "rawUser": person.raw,
        "isNew": is_new,
    });
    json::text(&meta).into_bytes()
}
