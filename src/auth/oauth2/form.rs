//! What a client submits after its user came back from a provider.

use crate::error::{Error, Errors, FieldError, Result};
use crate::schema::AuthOptions;
use crate::value::{Json, Object};

use super::exchange::Grant;
use super::provider::Provider;
use crate::auth::forms;

/// Bytes a provider's name may have.
const NAME: usize = 100;

pub(super) struct Form {
    pub provider: Provider,
    pub grant: Grant,
    /// Fields of the account, should one have to be made.
    pub create_data: Object,
    /// What the client sent to the provider as `nonce`, if it did: the ID token has to repeat it.
    pub nonce: String,
}

impl Form {
    pub(super) fn read(body: &Object, options: &AuthOptions) -> Result<Form> {
        let name = forms::text(body, "provider")?;
        let redirect_url = forms::text(body, "redirectURL")?;
        // Keys are matched in any case, so the older spelling `redirectUrl` is this one.
        let grant =
            Grant { code: forms::text(body, "code")?, verifier: forms::text(body, "codeVerifier")?, redirect_url };
        let nonce = forms::text(body, "nonce")?;
        let create_data = match forms::value(body, "createData") {
            None | Some(Json::Null) => Object::new(),
            Some(Json::Object(fields)) => fields.clone(),
            Some(_) => return Err(Error::bad_request(forms::LOADING)),
        };
        let mut errors = Errors::default();
        if name.is_empty() {
            errors.add("provider", FieldError::required());
        } else if name.len() > NAME {
            errors.add("provider", FieldError::too_long(NAME));
        }
        if grant.code.is_empty() {
            errors.add("code", FieldError::required());
        }
        let set = options.oauth2.providers.iter().find(|set| set.name == name);
        let provider = set.and_then(Provider::of);
        if provider.is_none() {
            let message = format!("Provider with name {name} is missing or is not enabled.");
            errors.add("provider", FieldError::new("validation_invalid_provider", message).with("name", name.as_str()));
        }
        errors.into_result(forms::LOADING)?;
        let provider = provider.ok_or_else(|| Error::bad_request(forms::LOADING))?;
        Ok(Form { provider, grant, create_data, nonce })
    }
}
