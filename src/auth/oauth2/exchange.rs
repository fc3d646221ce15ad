//! A code for a token, as RFC 6749 §4.1.3 has it and as providers really answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::clock::Timestamp;
use crate::outbound::{Call, Content, Received};
use crate::value::{Json, Object, json};

use super::provider::Provider;
use super::{Desk, Trouble};

/// Bytes an answer may have.
const LIMIT: usize = 256 * 1024;

/// What the client brought back from the provider.
pub struct Grant {
    pub code: String,
    /// `""` when the code is bound to none.
    pub verifier: String,
    /// As in the request for the code; `""` when it had none.
    pub redirect_url: String,
}

/// What the provider gave for it. Neither printed nor logged.
pub struct Token {
    pub access: String,
    pub kind: String,
    pub refresh: String,
    pub expires: Option<Timestamp>,
    pub id_token: String,
    /// All of it.
    pub raw: Object,
}

/// How the client names itself: nobody tells, so it is tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Header,
    Body,
}

impl Desk {
    pub(super) async fn exchange(&self, provider: &Provider, grant: &Grant) -> Result<Token, Trouble> {
        let who = (provider.token_url.clone(), provider.client_id.clone());
        if let Some(manner) = self.manners.get(&who) {
            return self.ask_token(provider, grant, manner).await.map_err(Refusal::into_trouble);
        }
        let manner = match self.ask_token(provider, grant, Manner::Header).await {
            Ok(token) => return Ok(self.remember(who, Manner::Header, token)),
            // A provider that cannot be reached is not asked twice.
            Err(Refusal::Unheard(trouble)) => return Err(trouble),
            Err(Refusal::Heard(_)) => Manner::Body,
        };
        let token = self.ask_token(provider, grant, manner).await.map_err(Refusal::into_trouble)?;
        Ok(self.remember(who, manner, token))
    }

    fn remember(&self, who: (String, String), manner: Manner, token: Token) -> Token {
        self.manners.insert(who, manner);
        token
    }

    async fn ask_token(&self, provider: &Provider, grant: &Grant, manner: Manner) -> Result<Token, Refusal> {
        let (id, secret) = (provider.client_id.as_str(), provider.client_secret.0.as_str());
        let mut form = vec![("grant_type", "authorization_code"), ("code", &grant.code)];
        if !grant.redirect_url.is_empty() {
            form.push(("redirect_uri", &grant.redirect_url));
        }
        if provider.pkce && !grant.verifier.is_empty() {
            form.push(("code_verifier", &grant.verifier));
        }
        let mut headers = vec![("Accept".to_string(), "application/json".to_string())];
        match manner {
            Manner::Header => {
                let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let pair = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
                headers.push(("Authorization".to_string(), format!("Basic {pair}")));
            }
            Manner::Body => form.extend([("client_id", id), ("client_secret", secret)]),
        }
        let call = Call { url: &provider.token_url, headers, content: Content::Form(form) };
        let received = self.outbound.send(call, LIMIT).await.map_err(|why| Refusal::Unheard(why.into()))?;
        read(&received, self.clock.now()).map_err(Refusal::Heard)
    }
}

enum Refusal {
    /// No answer at all.
    Unheard(Trouble),
    Heard(Trouble),
}

impl Refusal {
    fn into_trouble(self) -> Trouble {
        match self {
            Refusal::Unheard(trouble) | Refusal::Heard(trouble) => trouble,
        }
    }
}

fn read(received: &Received, now: Timestamp) -> Result<Token, Trouble> {
    let raw = fields(received);
    let text = |key: &str| raw.get(key).and_then(Json::as_str).unwrap_or_default().to_string();
    if !(200..300).contains(&received.status) || text("access_token").is_empty() || !text("error").is_empty() {
        // The code of RFC 6749 §5.2 says why and nothing else; the rest of the body may quote what was sent.
        let code: String = text("error").chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect();
        return Err(Trouble(format!("no token: status {} {code}", received.status)));
    }
    let seconds = match raw.get("expires_in") {
        Some(Json::Number(number)) => number.as_i64(),
        Some(Json::String(text)) => text.parse().ok(),
        Some(_) | None => None,
    };
    let expires = seconds.filter(|seconds| *seconds > 0);
    Ok(Token {
        access: text("access_token"),
        kind: match text("token_type") {
            kind if kind.is_empty() || kind.eq_ignore_ascii_case("bearer") => "Bearer".to_string(),
            kind => kind,
        },
        refresh: text("refresh_token"),
        expires: expires.map(|seconds| Timestamp(now.0.saturating_add(seconds.saturating_mul(1000)))),
        id_token: text("id_token"),
        raw,
    })
}

/// JSON, or a form, as some providers still answer.
fn fields(received: &Received) -> Object {
    match json::parse(&received.body) {
        Ok(Json::Object(fields)) => fields,
        Ok(_) | Err(_)
            if received.content_type.starts_with("application/x-www-form-urlencoded")
                || received.content_type.starts_with("text/plain") =>
        {
            let pairs = form_urlencoded::parse(&received.body);
            pairs.map(|(key, value)| (key.into_owned(), Json::String(value.into_owned()))).collect()
        }
        Ok(_) | Err(_) => Object::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(status: u16, content_type: &str, body: &str) -> Result<Token, String> {
        let received = Received { status, content_type: content_type.into(), body: body.into() };
        read(&received, Timestamp(0)).map_err(|trouble| trouble.0)
    }

    #[test]
    fn answers_are_json_or_a_form() {
        let read = token(200, "application/json", r#"{"access_token":"a","expires_in":"60","id_token":"i"}"#).unwrap();
        assert_eq!((read.access.as_str(), read.kind.as_str(), read.id_token.as_str()), ("a", "Bearer", "i"));
        assert_eq!(read.expires, Some(Timestamp(60_000)));
        let read = token(200, "text/plain; charset=utf-8", "access_token=a%20b&token_type=bearer&scope=").unwrap();
        assert_eq!((read.access.as_str(), read.kind.as_str(), read.expires), ("a b", "Bearer", None));
    }

    #[test]
    fn refusals_say_the_code_only() {
        let refused = |status, body| token(status, "application/json", body).err().unwrap();
        assert_eq!(refused(400, r#"{"error":"invalid_grant","code":"hush"}"#), "no token: status 400 invalid_grant");
        assert_eq!(refused(200, r#"{"error":"bad verification code!"}"#), "no token: status 200 badverificationcode");
        assert_eq!(refused(200, r#"{"access_token":"a","error":"x"}"#), "no token: status 200 x");
        assert_eq!(refused(200, "[1]"), "no token: status 200 ");
        assert_eq!(refused(500, r#"{"access_token":"a"}"#), "no token: status 500 ");
    }
}
