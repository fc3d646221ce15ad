//! Who asks and what: the caller and the request as rules see them.

use std::sync::Arc;

use crate::clock::Timestamp;
use crate::schema::{Collection, Record};
use crate::value::Object;

/// The authenticated side of a request.
#[derive(Clone, Debug, Default)]
pub enum Caller {
    #[default]
    Guest,
    /// A record of an auth collection; of `_superusers` it bypasses every rule.
    Record(Arc<Record>),
}

impl Caller {
    pub fn is_superuser(&self) -> bool {
        self.record().is_some_and(|record| record.collection.is_superusers())
    }

    pub fn record(&self) -> Option<&Arc<Record>> {
        match self {
            Caller::Guest => None,
            Caller::Record(record) => Some(record),
        }
    }

    /// The auth collection of the caller.
    pub fn collection(&self) -> Option<&Arc<Collection>> {
        self.record().map(|record| &record.collection)
    }

    /// The caller is this very record.
    pub fn is(&self, collection_id: &str, record_id: &str) -> bool {
        self.record().is_some_and(|record| record.collection.id == collection_id && record.id() == record_id)
    }
}

/// `@request.context`: why a rule is evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    #[default]
    Default,
    Batch,
    Expand,
    Realtime,
    ProtectedFile,
    OAuth2,
    Otp,
    Password,
}

impl Purpose {
    /// As rules spell it.
    pub fn name(self) -> &'static str {
        match self {
            Purpose::Default => "default",
            Purpose::Batch => "batch",
            Purpose::Expand => "expand",
            Purpose::Realtime => "realtime",
            Purpose::ProtectedFile => "protectedFile",
            Purpose::OAuth2 => "oauth2",
            Purpose::Otp => "otp",
            Purpose::Password => "password",
        }
    }
}

/// One request: everything a rule may ask about besides the database.
#[derive(Clone, Debug, Default)]
pub struct Ctx {
    pub caller: Caller,
    pub purpose: Purpose,
    /// Upper case.
    pub method: &'static str,
    /// Names snake-cased (`x_token`), first value of each.
    pub headers: Arc<Vec<(String, String)>>,
    /// First value of each name.
    pub query: Arc<Vec<(String, String)>>,
    /// Submitted keys after modifier resolution and field coercion.
    pub body: Arc<Object>,
    /// Evaluated once per request.
    pub now: Timestamp,
}

impl Ctx {
    /// The first value of a query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn header(&self, snake_name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == snake_name).map(|(_, value)| value.as_str())
    }

    /// The same request for another purpose.
    #[must_use]
    pub fn for_purpose(&self, purpose: Purpose) -> Ctx {
        Ctx { purpose, ..self.clone() }
    }
}
