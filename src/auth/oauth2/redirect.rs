//! A browser that comes back from a provider: what it brought is passed on to the client that sent it there.
//!
//! The client waits on the realtime connection whose id it gave the provider as `state`. Realtime is no part of signing
//! in, so it registers itself here; until it does, nobody waits.

use quick_cache::sync::Cache;

use crate::auth::Auth;
use crate::clock::Timestamp;
use crate::value::{Json, Object, json};

/// Delivers an event and answers whether its client was there. The client has to listen on topic `@oauth2` from the same
/// address, and is taken off that topic in any case, also when the address was another: one event per sign-in.
pub type Listener = dyn Fn(&Delivery) -> bool + Send + Sync;

/// What goes to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The id of the realtime connection.
    pub client: String,
    /// Where the browser came from, as `http::client_ip` tells it.
    pub ip: String,
    /// The event's data: JSON with `state`, `code` and, when there is one, `error`.
    pub data: String,
}

/// What a provider had the browser bring; `""` = missing.
#[derive(Clone, Debug, Default)]
pub struct Back {
    pub state: String,
    pub code: String,
    pub error: String,
    /// JSON that Apple sends once in a lifetime.
    pub user: String,
}

impl Back {
    /// Out of a query or a form.
    pub fn of(fields: &Object) -> Back {
        let text = |key: &str| match fields.get(key) {
            Some(Json::String(text)) => text.clone(),
            // Forms have no types, so their reader guessed one.
            Some(Json::Number(number)) => number.to_string(),
            Some(_) | None => String::new(),
        };
        Back { state: text("state"), code: text("code"), error: text("error"), user: text("user") }
    }
}

impl Auth {
    /// Whom events are handed to; the first call counts.
    pub fn on_redirect(&self, listener: impl Fn(&Delivery) -> bool + Send + Sync + 'static) {
        let _ = self.oauth2.listener.set(Box::new(listener));
    }

    /// Passes on what the browser brought; `false` when the sign-in cannot go on.
    pub fn redirected(&self, back: &Back, ip: String) -> bool {
        let desk = &self.oauth2;
        let Some(listener) = desk.listener.get().filter(|_| !back.state.is_empty()) else { return false };
        let mut data = serde_json::json!({ "state": back.state, "code": back.code });
        if !back.error.is_empty()
            && let Some(data) = data.as_object_mut()
        {
            data.insert("error".into(), back.error.as_str().into());
        }
        let delivery = Delivery { client: back.state.clone(), ip, data: json::text(&data) };
        if !listener(&delivery) || !back.error.is_empty() || back.code.is_empty() {
            return false;
        }
        desk.names.keep(back, desk.clock.now());
        true
    }
}

/// Names that came with a code and not with the person; for a minute.
pub(super) struct Names(Cache<String, (String, Timestamp)>);

const NAMES: usize = 256;
const NAME: usize = 150;
const LIFE_MS: i64 = 60_000;

impl Default for Names {
    fn default() -> Self {
        Names(Cache::new(NAMES))
    }
}

impl Names {
    fn keep(&self, back: &Back, now: Timestamp) {
        let Ok(user) = json::parse(back.user.as_bytes()) else { return };
        let part = |key: &str| user.pointer(&format!("/name/{key}")).and_then(Json::as_str).unwrap_or_default();
        let name = format!("{} {}", part("firstName"), part("lastName"));
        let name = name.trim();
        if !name.is_empty() && name.len() <= NAME {
            self.0.insert(back.code.clone(), (name.to_string(), now));
        }
    }

    /// `""` when none came, or too long ago.
    pub(super) fn take(&self, code: &str, now: Timestamp) -> String {
        match self.0.remove(code) {
            Some((_, (name, at))) if now.0 - at.0 < LIFE_MS => name,
            Some(_) | None => String::new(),
        }
    }
}
