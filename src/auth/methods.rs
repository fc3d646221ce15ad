//! The ways of signing in, and which of them a collection offers.

use crate::context::Purpose;
use crate::error::{Error, Result};
use crate::schema::{AuthOptions, Collection};
use crate::value::{Json, json};

use super::oauth2::provider::Provider;
use super::{Auth, find};

/// A way to prove who one is.
#[derive(Debug)]
pub struct Method {
    /// As the second factor's session and rules call it.
    pub name: &'static str,
    /// `@request.context` of rules asked on the way.
    pub purpose: Purpose,
    /// As refusals call it.
    pub title: &'static str,
    /// Whether a collection offers it.
    pub offered: fn(&AuthOptions) -> bool,
}

pub static PASSWORD: Method = Method {
    name: "password",
    purpose: Purpose::Password,
    title: "password",
    offered: |options| options.password_auth.enabled,
};
pub static OTP: Method =
    Method { name: "otp", purpose: Purpose::Otp, title: "OTP", offered: |options| options.otp.enabled };

pub static OAUTH2: Method =
    Method { name: "oauth2", purpose: Purpose::OAuth2, title: "OAuth2", offered: |options| options.oauth2.enabled };

impl Method {
    /// The collection's options; 403 where this method is not offered.
    pub fn of<'a>(&self, collection: &'a Collection) -> Result<&'a AuthOptions> {
        collection.auth().filter(|options| (self.offered)(options)).ok_or_else(|| {
            Error::forbidden(format!("The collection is not configured to allow {} authentication.", self.title))
        })
    }
}

impl Auth {
    /// The answer of `auth-methods`, old SDKs' keys included.
    pub fn methods(&self, collection: &str) -> Result<Vec<u8>> {
        let catalog = self.records.store.catalog();
        let collection = find(&catalog, collection)?;
        let Some(options) = collection.auth() else { return Ok(b"{}".to_vec()) };
        let password = &options.password_auth;
        let fields: &[String] = if password.enabled { &password.identity_fields } else { &[] };
        let by = |name: &str| password.enabled && password.identity_fields.iter().any(|field| field == name);
        let oauth2 = &options.oauth2;
        let configured = if oauth2.enabled { oauth2.providers.as_slice() } else { &[] };
        let providers: Vec<Json> =
            configured.iter().filter_map(Provider::of).map(|provider| provider.offer(&self.records.ids)).collect();
        // Old SDKs' list never had pictures.
        let old: Vec<Json> = providers.iter().cloned().map(without_logo).collect();
        let answer = serde_json::json!({
            "password": { "enabled": password.enabled, "identityFields": fields },
            "oauth2": { "enabled": oauth2.enabled, "providers": providers },
            "mfa": {
                "enabled": options.mfa.enabled,
                "duration": if options.mfa.enabled { options.mfa.duration } else { 0 },
            },
            "otp": {
                "enabled": options.otp.enabled,
                "duration": if options.otp.enabled { options.otp.duration } else { 0 },
            },
            "authProviders": old,
            "usernamePassword": by("username"),
            "emailPassword": by("email"),
        });
        Ok(json::text(&answer).into_bytes())
    }
}

fn without_logo(mut provider: Json) -> Json {
    if let Some(logo) = provider.get_mut("logo") {
        *logo = "".into();
    }
    provider
}
