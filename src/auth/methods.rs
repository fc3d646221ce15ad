//! Which ways of signing in a collection offers.

use crate::error::Result;
use crate::value::{Json, json};

use super::oauth2::provider::Provider;
use super::{Auth, find};

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
