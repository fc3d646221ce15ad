//! The OAuth2 providers the server knows, by the names collections use: `providers.toml` as a table.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use figment::Figment;
use figment::providers::{Format as _, Toml};
use serde::Deserialize;

use crate::value::{Json, json};

static TABLE: LazyLock<Table> =
    LazyLock::new(|| Figment::from(Toml::string(include_str!("providers.toml"))).extract().unwrap_or_default());

#[derive(Default, Deserialize)]
struct Table {
    provider: Vec<Known>,
}

/// A row of the table; the head of `providers.toml` explains each key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Known {
    pub names: Vec<String>,
    pub title: String,
    pub auth_url: String,
    pub token_url: String,
    pub user_info_url: String,
    pub scopes: Vec<String>,
    /// `None` = on.
    pub pkce: Option<bool>,
    pub headers: BTreeMap<String, String>,
    pub graphql: String,
    pub require: BTreeMap<String, Json>,
    pub root: String,
    pub id: String,
    pub name: String,
    pub username: String,
    pub avatar: String,
    pub avatar_if: String,
    pub avatar_unless: String,
    pub email: String,
    pub email_if: Vec<String>,
    pub emails: Option<Emails>,
}

/// A second request, for the addresses of a person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Emails {
    pub url: String,
    pub list: String,
    /// `path` = true, `path:text` = this text, or a list that has it.
    pub verified: Vec<String>,
}

/// What is known of the provider a collection names.
pub fn find(name: &str) -> Option<&'static Known> {
    TABLE.provider.iter().find(|known| known.names.iter().any(|known| known == name))
}

/// Whether a collection may name it.
pub fn is_known(name: &str) -> bool {
    find(name).is_some()
}

impl Known {
    /// An SVG with the first letter: the marks themselves are their owners'.
    pub fn logo(&self) -> String {
        let letter = self.title.chars().next().unwrap_or_default().to_uppercase();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"><rect width=\"24\" height=\"24\" rx=\"6\" \
             fill=\"#64748b\"/><text x=\"12\" y=\"17\" font-family=\"sans-serif\" font-size=\"14\" \
             text-anchor=\"middle\" fill=\"#fff\">{letter}</text></svg>"
        )
    }
}

/// The list for dashboards, as JSON.
pub fn list() -> Vec<u8> {
    let rows = TABLE.provider.iter().flat_map(|known| known.names.iter().map(move |name| (name, known)));
    let one = |(name, known): (&String, &Known)| serde_json::json!({ "name": name, "displayName": known.title, "logo": known.logo() });
    json::text(&rows.map(one).collect()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_and_names_everyone_once() {
        let read: Table = Figment::from(Toml::string(include_str!("providers.toml"))).extract().unwrap();
        let mut names: Vec<&String> = read.provider.iter().flat_map(|known| &known.names).collect();
        assert_eq!(names.len(), 32);
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 32);
        assert_eq!(find("oidc2").unwrap().title, "OIDC");
    }

    #[test]
    fn addresses_are_https_or_left_to_the_collection() {
        for known in &TABLE.provider {
            let urls = [&known.auth_url, &known.token_url, &known.user_info_url];
            assert!(urls.iter().all(|url| url.is_empty() || url.starts_with("https://")), "{:?}", known.names);
            assert!(!known.id.is_empty(), "{:?}", known.names);
        }
    }

    /// Signing in finds accounts by address, so an address nobody vouched for would open other people's accounts.
    #[test]
    fn whose_addresses_count_without_a_word_of_the_provider_is_decided_one_by_one() {
        let plain = |known: &&Known| !known.email.is_empty() && known.email_if.is_empty();
        let names: Vec<&str> = TABLE.provider.iter().filter(plain).map(|known| known.names[0].as_str()).collect();
        let expected =
            ["microsoft", "yandex", "facebook", "gitee", "twitter", "linear", "notion", "box", "twitch", "mailcow"];
        assert_eq!(names, expected);
    }
}
