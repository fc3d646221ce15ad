//! A provider as one collection uses it: what is known of it, and what the collection sets instead.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::id::Ids;
use crate::schema::auth_options;
use crate::schema::providers::{self, Known};
use crate::value::Json;

const STATE: usize = 30;
const VERIFIER: usize = 43;

/// See above; cheap to clone.
#[derive(Clone, Debug)]
pub struct Provider {
    pub known: &'static Known,
    /// The name the collection uses: a row of the table may serve several.
    pub name: String,
    pub client_id: String,
    pub client_secret: Secret,
    pub auth_url: String,
    pub token_url: String,
    pub user_info_url: String,
    pub pkce: bool,
    pub extra: crate::value::Object,
    title: String,
}

/// Text that Debug does not show.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Provider {
    /// `None` when nobody knows a provider of this name.
    pub fn of(set: &auth_options::Provider) -> Option<Provider> {
        let known = providers::find(&set.name)?;
        let or = |set: &str, known: &str| if set.is_empty() { known.to_string() } else { set.to_string() };
        Some(Provider {
            known,
            name: set.name.clone(),
            client_id: set.client_id.clone(),
            client_secret: Secret(set.client_secret.clone()),
            auth_url: or(&set.auth_url, &known.auth_url),
            token_url: or(&set.token_url, &known.token_url),
            user_info_url: or(&set.user_info_url, &known.user_info_url),
            pkce: set.pkce.unwrap_or_else(|| known.pkce.unwrap_or(true)),
            extra: set.extra.clone(),
            title: or(&set.display_name, &known.title),
        })
    }

    /// A text of the collection's `extra`; `""` when there is none.
    pub fn extra(&self, key: &str) -> &str {
        self.extra.get(key).and_then(Json::as_str).unwrap_or_default()
    }

    /// The entry of `auth-methods`, with a new state and verifier; the server keeps neither.
    pub fn offer(&self, ids: &Ids) -> Json {
        let state = ids.secret(STATE);
        let verifier = if self.pkce { ids.secret(VERIFIER) } else { String::new() };
        let challenge = if self.pkce { challenge(&verifier) } else { String::new() };
        let url = self.authorize_url(&state, &challenge);
        serde_json::json!({
            "name": self.name,
            "displayName": self.title,
            "logo": self.known.logo(),
            "state": state,
            "authURL": url,
            "authUrl": url,
            "codeVerifier": verifier,
            "codeChallenge": challenge,
            "codeChallengeMethod": if self.pkce { "S256" } else { "" },
        })
    }

    /// Where the browser goes, but for the value of `redirect_uri`, which the client appends.
    fn authorize_url(&self, state: &str, challenge: &str) -> String {
        let scope = self.scopes().join(" ");
        let pkce = if self.pkce { "S256" } else { "" };
        let mode = if self.name == "apple" { "form_post" } else { "" };
        // Sorted by name, as clients of the protocol are used to; what has no value is left out.
        let params = [
            ("client_id", self.client_id.as_str()),
            ("code_challenge", challenge),
            ("code_challenge_method", pkce),
            ("response_mode", mode),
            ("response_type", "code"),
            ("scope", &scope),
            ("state", state),
        ];
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(params.into_iter().filter(|(_, value)| !value.is_empty()));
        let sign = if self.auth_url.contains('?') { '&' } else { '?' };
        format!("{}{sign}{}&redirect_uri=", self.auth_url, query.finish())
    }

    fn scopes(&self) -> Vec<&str> {
        let mut scopes: Vec<&str> = self.known.scopes.iter().map(String::as_str).collect();
        // Microsoft's ID token, whose claims tell more of an address than the profile does.
        if self.name == "microsoft" && !self.extra("idTokenEmailClaim").is_empty() {
            scopes.push("openid");
        }
        scopes
    }
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str) -> auth_options::Provider {
        auth_options::Provider { name: name.into(), client_id: "id & more".into(), ..Default::default() }
    }

    #[test]
    fn the_address_asks_for_what_the_provider_needs() {
        let url = |set: &auth_options::Provider| Provider::of(set).unwrap().authorize_url("s", "c");
        assert_eq!(
            url(&set("apple")),
            "https://appleid.apple.com/auth/authorize?client_id=id+%26+more&code_challenge=c&code_challenge_method=S256\
             &response_mode=form_post&response_type=code&scope=name+email&state=s&redirect_uri="
        );
        let no_scopes = auth_options::Provider { auth_url: "https://a.b/c?d=e".into(), ..set("notion") };
        assert!(url(&no_scopes).starts_with("https://a.b/c?d=e&client_id="));
        assert!(!url(&no_scopes).contains("scope"));
        let mut microsoft = set("microsoft");
        assert!(url(&microsoft).contains("&scope=User.Read&"));
        microsoft.extra.insert("idTokenEmailClaim".into(), "email".into());
        assert!(url(&microsoft).contains("&scope=User.Read+openid&"));
    }

    #[test]
    fn a_challenge_is_the_digest_of_its_verifier() {
        // RFC 7636, appendix B.
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn collections_decide_about_pkce_and_names() {
        let plain = auth_options::Provider { pkce: Some(false), display_name: "Ours".into(), ..set("oidc") };
        let offer = Provider::of(&plain).unwrap().offer(&Ids::seeded(1));
        assert_eq!(offer["displayName"], "Ours");
        assert_eq!((&offer["codeVerifier"], &offer["codeChallengeMethod"]), (&"".into(), &"".into()));
        let offer = Provider::of(&set("oidc3")).unwrap().offer(&Ids::seeded(1));
        assert_eq!((offer["displayName"].as_str(), offer["name"].as_str()), (Some("OIDC"), Some("oidc3")));
        assert_eq!(offer["codeVerifier"].as_str().map(str::len), Some(43));
        assert!(
            !format!("{:?}", Provider::of(&auth_options::Provider { client_secret: "hush".into(), ..set("oidc") }))
                .contains("hush")
        );
    }
}
