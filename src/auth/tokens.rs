//! Tokens: HS256 JWTs whose key is the record's tokenKey followed by the collection's secret of that kind.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Deserializer, Serialize};

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::schema::auth_options::{AuthOptions, TokenOptions};
use crate::schema::{Collection, Record};
use crate::value::Json;

/// What a token is for; each kind has its own secret and lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    Auth,
    File,
    Verification,
    PasswordReset,
    EmailChange,
}

/// The claims every token has.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    pub id: String,
    pub collection_id: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "seconds")]
    pub exp: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "seconds")]
    pub nbf: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "seconds")]
    pub iat: Option<i64>,
    /// May be exchanged for a newer one; auth tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshable: Option<bool>,
    /// The address a mail went to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The address an account is to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_email: Option<String>,
}

impl Claims {
    /// What every token of `account` says, with the lifetime of its collection.
    pub fn of(account: &Record, kind: Kind, now: Timestamp) -> Result<Claims> {
        let options = account.collection.auth().ok_or_else(no_account)?;
        Ok(Claims {
            id: account.id().to_string(),
            collection_id: account.collection.id.clone(),
            kind,
            exp: Some(now.seconds().saturating_add(kind.options(options).duration)),
            nbf: None,
            iat: None,
            refreshable: None,
            email: None,
            new_email: None,
        })
    }
}

fn no_account() -> Error {
    Error::internal("tokens need an auth collection")
}

impl Kind {
    /// The collection's lifetime and secret for this kind.
    pub fn options(self, auth: &AuthOptions) -> &TokenOptions {
        match self {
            Kind::Auth => &auth.auth_token,
            Kind::File => &auth.file_token,
            Kind::Verification => &auth.verification_token,
            Kind::PasswordReset => &auth.password_reset_token,
            Kind::EmailChange => &auth.email_change_token,
        }
    }
}

/// The signing key of a record's tokens; `None` outside auth collections.
pub fn key(record: &Record, collection: &Collection, kind: Kind) -> Option<String> {
    let secret = &kind.options(collection.auth()?).secret;
    Some(format!("{}{secret}", record.get("tokenKey").text()))
}

/// Signs claims with the key of `account`.
pub fn sign_for(account: &Record, claims: &Claims) -> Result<String> {
    sign(claims, &key(account, &account.collection, claims.kind).ok_or_else(no_account)?)
}

/// Signs claims.
pub fn sign(claims: &Claims, key: &str) -> Result<String> {
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(key.as_bytes()))
        .map_err(Error::internal)
}

/// The claims of a token, unverified: who must have signed it.
pub fn peek(token: &str) -> Option<Claims> {
    jsonwebtoken::dangerous::insecure_decode::<Claims>(token).ok().map(|data| data.claims)
}

/// A text among the claims of a token, unverified, whatever else it says or lacks.
pub fn claimed(token: &str, claim: &str) -> Option<String> {
    let (head, _signature) = token.rsplit_once('.')?;
    let (_header, payload) = head.rsplit_once('.')?;
    let claims: Json = serde_json::from_slice(&BASE64.decode(payload).ok()?).ok()?;
    claims.get(claim)?.as_str().map(str::to_string)
}

/// Any number: clients that make tokens of their own may count fractions of a second.
fn seconds<'de, D: Deserializer<'de>>(claim: D) -> std::result::Result<Option<i64>, D::Error> {
    f64::deserialize(claim).map(|seconds| Some(seconds as i64))
}

/// Whether the token was signed with `key`; the algorithm is HS256 and nothing else.
pub fn is_signed(token: &str, key: &str) -> bool {
    let mut validation = Validation::new(Algorithm::HS256);
    // Times are checked against our own clock by `is_current`.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(key.as_bytes()), &validation).is_ok()
}

/// Not expired, and not from the future.
pub fn is_current(claims: &Claims, now: Timestamp) -> bool {
    let now = now.seconds();
    claims.exp.is_none_or(|exp| now < exp)
        && claims.nbf.is_none_or(|nbf| nbf <= now)
        && claims.iat.is_none_or(|iat| iat <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            id: "abc".into(),
            collection_id: "pbc_1".into(),
            kind: Kind::Auth,
            exp: Some(2_000),
            nbf: None,
            iat: None,
            refreshable: Some(true),
            email: None,
            new_email: None,
        }
    }

    #[test]
    fn a_token_verifies_with_its_own_key_only() {
        let token = sign(&claims(), "key").unwrap();
        assert!(is_signed(&token, "key"));
        assert!(!is_signed(&token, "other"));
        assert!(!is_signed(&format!("{token}x"), "key"));
        assert_eq!(peek(&token).unwrap().id, "abc");
        assert_eq!(claimed(&token, "collectionId").as_deref(), Some("pbc_1"));
        assert_eq!((claimed(&token, "exp"), claimed("a.b.c", "id"), claimed("abc", "id")), (None, None, None));
    }

    #[test]
    fn times_may_have_fractions() {
        let claims = r#"{"id":"a","collectionId":"b","type":"auth","exp":2000.9}"#;
        assert_eq!(serde_json::from_str::<Claims>(claims).unwrap().exp, Some(2_000));
    }

    #[test]
    fn other_algorithms_are_refused() {
        let other =
            jsonwebtoken::encode(&Header::new(Algorithm::HS512), &claims(), &EncodingKey::from_secret(b"key")).unwrap();
        assert!(!is_signed(&other, "key"));
        // {"alg":"none","typ":"JWT"}
        let body = sign(&claims(), "key").unwrap();
        let body = body.split('.').nth(1).unwrap();
        assert!(!is_signed(&format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{body}."), "key"));
    }

    #[test]
    fn times_are_read_from_our_clock() {
        let at = |seconds: i64| Timestamp(seconds * 1000);
        assert!(is_current(&claims(), at(1_999)));
        assert!(!is_current(&claims(), at(2_000)));
        assert!(!is_current(&Claims { nbf: Some(1_500), ..claims() }, at(1_000)));
        assert!(!is_current(&Claims { iat: Some(1_500), ..claims() }, at(1_000)));
        assert!(is_current(&Claims { exp: None, ..claims() }, at(9_999)));
    }
}
