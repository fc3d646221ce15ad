//! Apple's client secrets: tokens that the developer signs, good for half a year at most.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};

use crate::auth::{Auth, forms};
use crate::error::{Error, Errors, FieldError, Result};
use crate::value::{Json, Object, json};

const INVALID: &str = "Invalid client secret data.";
const FAILED: &str = "Failed to generate client secret. Raw error: \n";
const AUDIENCE: &str = "https://appleid.apple.com";
/// Characters of ids that Apple hands out.
const ID: usize = 10;
const LONGEST_S: i64 = 15_777_000;
const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

struct Form {
    client_id: String,
    team_id: String,
    key_id: String,
    /// PKCS#8, base64.
    key: String,
    seconds: i64,
}

impl Auth {
    /// `{secret}`: what goes into `clientSecret` of the provider `apple`.
    pub fn apple_secret(&self, body: &Object) -> Result<Vec<u8>> {
        let form = Form::read(body)?;
        // Says no more than that it is no key.
        let failed = || Error::bad_request(format!("{FAILED}the private key is no elliptic curve key"));
        let der = STANDARD.decode(&form.key).map_err(|_| failed())?;
        let now = self.records.clock.now().seconds();
        let claims = serde_json::json!({
            "iss": form.team_id, "sub": form.client_id, "aud": [AUDIENCE], "iat": now, "exp": now + form.seconds,
        });
        let header = Header { kid: Some(form.key_id), ..Header::new(Algorithm::ES256) };
        let secret = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_der(&der)).map_err(|_| failed())?;
        Ok(json::text(&serde_json::json!({ "secret": secret })).into_bytes())
    }
}

impl Form {
    fn read(body: &Object) -> Result<Form> {
        let (client_id, private) = (forms::text(body, "clientId")?, forms::text(body, "privateKey")?);
        let (team_id, key_id) = (forms::text(body, "teamId")?, forms::text(body, "keyId")?);
        let seconds = match forms::value(body, "duration") {
            None | Some(Json::Null) => 0,
            Some(value) => value.as_i64().ok_or_else(|| Error::bad_request(forms::LOADING))?,
        };
        let mut errors = Errors::default();
        for (name, value) in
            [("clientId", &client_id), ("teamId", &team_id), ("keyId", &key_id), ("privateKey", &private)]
        {
            if value.is_empty() {
                errors.add(name, FieldError::required());
            }
        }
        for (name, value) in [("teamId", &team_id), ("keyId", &key_id)] {
            if value.len() != ID {
                let message = format!("The length must be exactly {ID}.");
                errors.add(name, FieldError::new("validation_length_invalid", message).with("min", ID).with("max", ID));
            }
        }
        let key = private.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END)).map(|(key, _)| key);
        if key.is_none_or(str::is_empty) {
            errors.add("privateKey", FieldError::new("validation_match_invalid", "Must be in a valid format."));
        }
        errors.check("duration", duration(seconds));
        errors.into_result(INVALID)?;
        let key = key.unwrap_or_default().split_whitespace().collect();
        Ok(Form { client_id, team_id, key_id, key, seconds })
    }
}

fn duration(seconds: i64) -> Result<(), FieldError> {
    let beyond = |code, words: &str, limit: i64| {
        Err(FieldError::new(code, format!("Must be no {words} than {limit}.")).with("threshold", limit))
    };
    match seconds {
        0 => Err(FieldError::required()),
        ..0 => beyond("validation_min_greater_equal_than_required", "less", 1),
        1..=LONGEST_S => Ok(()),
        _ => beyond("validation_max_less_equal_than_required", "greater", LONGEST_S),
    }
}
