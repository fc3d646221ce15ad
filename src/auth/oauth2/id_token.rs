//! ID tokens: who signed them, for whom, and until when.

use std::sync::Arc;

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};

use crate::clock::Timestamp;
use crate::outbound::Call;
use crate::value::{Json, Object, json};

use super::provider::Provider;
use super::{Desk, Trouble};

/// Bytes a set of keys may have.
const LIMIT: usize = 256 * 1024;
/// Seconds keys are believed without asking again.
const FRESH_S: i64 = 3600;
/// Seconds between two requests for a key that was not in the set.
const RETRY_S: i64 = 60;

const APPLE_KEYS: &str = "https://appleid.apple.com/auth/keys";
const APPLE: &str = "https://appleid.apple.com";

/// A provider's keys as of a moment.
pub(super) struct Keys {
    read: Timestamp,
    keys: Vec<Jwk>,
}

/// What a token must say.
struct Wanted<'a> {
    audience: &'a str,
    /// Any of these; empty = whoever.
    issuers: Vec<&'a str>,
    leeway_s: i64,
}

impl Desk {
    /// The claims of a token that names this client, by a known issuer, in its time, and signed by it where the provider
    /// or the collection says with which keys. Without keys it counts because it came from the token endpoint itself.
    pub(super) async fn id_claims(&self, provider: &Provider, token: &str) -> Result<Object, Trouble> {
        let apple = provider.name == "apple";
        let keys = match provider.extra("jwksURL") {
            "" if apple => APPLE_KEYS,
            url => url,
        };
        let issuers = match provider.extra.get("issuers") {
            _ if apple => vec![APPLE],
            Some(Json::Array(list)) => list.iter().filter_map(Json::as_str).collect(),
            Some(Json::String(one)) if !one.is_empty() => vec![one.as_str()],
            Some(_) | None => Vec::new(),
        };
        if !keys.is_empty() {
            self.check_signature(keys, token).await?;
        }
        let claims = claims(token)?;
        let wanted = Wanted { audience: &provider.client_id, issuers, leeway_s: self.config.id_token_leeway_s };
        check(&claims, &wanted, self.clock.now())?;
        Ok(claims)
    }

    async fn check_signature(&self, url: &str, token: &str) -> Result<(), Trouble> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Trouble::new("the ID token is no token"))?;
        let kid = header.kid.ok_or_else(|| Trouble::new("the ID token names no key"))?;
        let keys = self.keys(url, &kid).await?;
        let key = keys.keys.iter().find(|key| key.common.key_id.as_deref() == Some(&kid));
        verify(token, header.alg, key.ok_or_else(|| Trouble::new("the ID token names an unknown key"))?)
    }

    /// The keys of an address; asked again when they are old, or lack this one. Strangers can name keys that never were,
    /// so not too often.
    async fn keys(&self, url: &str, kid: &str) -> Result<Arc<Keys>, Trouble> {
        let now = self.clock.now();
        let known = self.keys.get(url);
        if let Some(keys) = known {
            let age = now.seconds() - keys.read.seconds();
            let has = keys.keys.iter().any(|key| key.common.key_id.as_deref() == Some(kid));
            if age < if has { FRESH_S } else { RETRY_S } {
                return Ok(keys);
            }
        }
        let received = self.outbound.send(Call { url, ..Call::default() }, LIMIT).await?;
        if received.status >= 400 {
            return Err(Trouble(format!("no keys: status {}", received.status)));
        }
        let set = json::parse(&received.body).map_err(|_| Trouble::new("the keys are no JSON"))?;
        let list = set.get("keys").and_then(Json::as_array).cloned().unwrap_or_default();
        // Keys of kinds nobody here knows are no reason to refuse the others.
        let keys = list.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
        let keys = Arc::new(Keys { read: now, keys });
        self.keys.insert(url.to_string(), keys.clone());
        Ok(keys)
    }
}

/// The key says by which algorithm it signs, and the token has to agree: never none, and never a shared secret, as public
/// keys are no secrets.
fn verify(token: &str, algorithm: Algorithm, key: &Jwk) -> Result<(), Trouble> {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    let fits = match key.algorithm {
        AlgorithmParameters::RSA(_) => matches!(algorithm, RS256 | RS384 | RS512 | PS256 | PS384 | PS512),
        AlgorithmParameters::EllipticCurve(_) => matches!(algorithm, ES256 | ES384),
        AlgorithmParameters::OctetKeyPair(_) => algorithm == EdDSA,
        _ => false,
    };
    if !fits || key.common.key_algorithm != Some(algorithm.into()) {
        return Err(Trouble::new("the ID token is signed by an algorithm that is not its key's"));
    }
    let key = DecodingKey::from_jwk(key).map_err(|_| Trouble::new("the key of the ID token is no key"))?;
    let mut validation = Validation::new(algorithm);
    // What it says is checked by `check`, by our clock.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let checked = jsonwebtoken::decode::<Json>(token, &key, &validation);
    checked.map(|_| ()).map_err(|_| Trouble::new("the ID token's signature is wrong"))
}

/// The claims as they are.
pub(super) fn claims(token: &str) -> Result<Object, Trouble> {
    let read = jsonwebtoken::dangerous::insecure_decode::<Object>(token);
    read.map(|data| data.claims).map_err(|_| Trouble::new("there is no ID token, or it is none"))
}

fn check(claims: &Object, wanted: &Wanted<'_>, now: Timestamp) -> Result<(), Trouble> {
    times(claims, wanted.leeway_s, now)?;
    let issuer = claims.get("iss").and_then(Json::as_str).unwrap_or_default();
    if !wanted.issuers.is_empty() && !wanted.issuers.contains(&issuer) {
        return Err(Trouble::new("the ID token comes from another issuer"));
    }
    let audience = match claims.get("aud") {
        Some(Json::String(one)) => one == wanted.audience,
        Some(Json::Array(many)) => many.iter().any(|one| one.as_str() == Some(wanted.audience)),
        Some(_) | None => false,
    };
    if !audience {
        return Err(Trouble::new("the ID token is for another client"));
    }
    Ok(())
}

/// In its time; a token without end is none.
pub(super) fn times(claims: &Object, leeway_s: i64, now: Timestamp) -> Result<(), Trouble> {
    // Whole seconds, though some write them with a fraction.
    let seconds = |key: &str| claims.get(key).and_then(Json::as_f64).map(|seconds| seconds as i64);
    let now = now.seconds();
    match seconds("exp") {
        Some(exp) if now < exp.saturating_add(leeway_s) => {}
        Some(_) => return Err(Trouble::new("the ID token is expired")),
        None => return Err(Trouble::new("the ID token never expires")),
    }
    if ["iat", "nbf"].into_iter().filter_map(seconds).any(|from| from > now.saturating_add(leeway_s)) {
        return Err(Trouble::new("the ID token is from the future"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(claims: Json) -> Result<(), String> {
        let Json::Object(claims) = claims else { panic!() };
        let wanted = Wanted { audience: "us", issuers: vec!["https://idp"], leeway_s: 10 };
        check(&claims, &wanted, Timestamp(1_000_000)).map_err(|trouble| trouble.0)
    }

    #[test]
    fn a_token_is_ours_in_its_time_and_by_its_issuer() {
        let base = |key: &str, value: Json| {
            let mut claims = serde_json::json!({"exp": 1001, "iat": 1000, "aud": ["them", "us"], "iss": "https://idp"});
            claims[key] = value;
            checked(claims)
        };
        assert_eq!(base("sub", "x".into()), Ok(()));
        assert_eq!(base("aud", "us".into()), Ok(()));
        assert_eq!(base("exp", 991.into()), Ok(()));
        assert_eq!(base("iat", 1010.into()), Ok(()));
        for (key, value) in [
            ("exp", Json::from(990)),
            ("exp", Json::Null),
            ("exp", "9999".into()),
            ("iat", 1011.into()),
            ("nbf", 1011.into()),
            ("aud", "them".into()),
            ("aud", Json::Null),
            ("aud", serde_json::json!([])),
            ("iss", "https://idp/".into()),
            ("iss", Json::Null),
        ] {
            assert!(base(key, value.clone()).is_err(), "{key} {value}");
        }
    }

    #[test]
    fn a_public_key_is_no_shared_secret() {
        let secret: Jwk =
            serde_json::from_value(serde_json::json!({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": "1"}))
                .unwrap();
        let header = jsonwebtoken::Header::new(Algorithm::HS256);
        let token =
            jsonwebtoken::encode(&header, &serde_json::json!({}), &jsonwebtoken::EncodingKey::from_secret(b"secret"))
                .unwrap();
        assert!(verify(&token, Algorithm::HS256, &secret).is_err());
    }
}
