//! Who a provider says somebody is: its answer read by the rows of `schema/providers.toml`, and the few odd ones.

use crate::outbound::{Call, Content};
use crate::schema::date;
use crate::schema::providers::{Emails, Known};
use crate::value::net::is_email;
use crate::value::{Json, Object, json};

use super::exchange::Token;
use super::id_token;
use super::provider::Provider;
use super::{Desk, Trouble};

/// Bytes a profile may have.
const LIMIT: usize = 1024 * 1024;
/// Bytes of an id; longer ones would not fit into a link.
const ID: usize = 1000;

/// What counts of a profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    /// The provider's name for the person; `""` = nobody.
    pub id: String,
    pub name: String,
    pub username: String,
    /// Only when the provider vouches for it, else `""`.
    pub email: String,
    pub avatar_url: String,
    /// The whole profile.
    pub raw: Json,
}

impl Desk {
    pub(super) async fn person(&self, provider: &Provider, token: &Token) -> Result<Person, Trouble> {
        let known = provider.known;
        let profile = if provider.user_info_url.is_empty() {
            Json::Object(self.id_claims(provider, &token.id_token).await?)
        } else {
            self.profile(provider, token).await?
        };
        let unfit = |(path, value): &(&String, &Json)| at(&profile, path) != Some(value);
        if let Some((path, _)) = known.require.iter().find(unfit) {
            return Err(Trouble(format!("the profile's {path} is not as it must be")));
        }
        let Some(root) = at(&profile, &known.root) else { return Err(Trouble::new("the profile is empty")) };
        let mut person = read(known, root);
        if person.id.len() > ID {
            return Err(Trouble::new("the profile's id is too long"));
        }
        if let Some(emails) = &known.emails
            && !(known.email == "email" && is_email(&person.email))
        {
            person.email = self.confirmed_email(provider, token, emails).await?;
        }
        self.odd(provider, token, &mut person, root);
        person.raw = profile;
        if provider.name == "instagram2" {
            add_permissions(&mut person.raw, token);
        }
        Ok(person)
    }

    async fn profile(&self, provider: &Provider, token: &Token) -> Result<Json, Trouble> {
        let content = match provider.known.graphql.as_str() {
            "" => Content::Nothing,
            query => Content::Json(serde_json::json!({ "query": query })),
        };
        let (status, body) = self.authorized(provider, token, &provider.user_info_url, content).await?;
        if status >= 400 {
            return Err(Trouble(format!("no profile: status {status}")));
        }
        match json::parse(&body) {
            Ok(profile @ Json::Object(_)) => Ok(profile),
            Ok(_) | Err(_) => Err(Trouble::new("the profile is no JSON object")),
        }
    }

    async fn authorized(
        &self,
        provider: &Provider,
        token: &Token,
        url: &str,
        content: Content<'_>,
    ) -> Result<(u16, Vec<u8>), Trouble> {
        let mut headers = vec![
            ("Accept".to_string(), "application/json".to_string()),
            ("Authorization".to_string(), format!("{} {}", token.kind, token.access)),
        ];
        let named = |value: &String| value.replace("{clientId}", &provider.client_id);
        headers.extend(provider.known.headers.iter().map(|(name, value)| (name.clone(), named(value))));
        let received = self.outbound.send(Call { url, headers, content }, LIMIT).await?;
        Ok((received.status, received.body))
    }

    /// The address of the list that is confirmed and preferred; `""` when the list is not ours to see.
    async fn confirmed_email(&self, provider: &Provider, token: &Token, emails: &Emails) -> Result<String, Trouble> {
        let url = emails.url.replace("{userInfoURL}", &provider.user_info_url);
        let (status, body) = self.authorized(provider, token, &url, Content::Nothing).await?;
        match status {
            401 | 403 | 404 => return Ok(String::new()),
            400.. if provider.name == "bitbucket" => return Ok(String::new()),
            400.. => return Err(Trouble(format!("no addresses: status {status}"))),
            _ => {}
        }
        let Ok(answer) = json::parse(&body) else { return Ok(String::new()) };
        let list = at(&answer, &emails.list).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let confirmed = list.iter().find(|entry| emails.verified.iter().all(|condition| holds(entry, condition)));
        Ok(confirmed.map(|entry| text(at(entry, "email"))).unwrap_or_default())
    }

    /// What no table says.
    fn odd(&self, provider: &Provider, token: &Token, person: &mut Person, root: &Json) {
        match provider.name.as_str() {
            "discord" if person.name.is_empty() => {
                person.name = match text(at(root, "discriminator")).as_str() {
                    "" | "0" => person.username.clone(),
                    number => format!("{}#{number}", person.username),
                };
            }
            "vk" => person.email = text(token.raw.get("email")),
            "mailcow" => person.username = person.username.split('@').next().unwrap_or_default().to_string(),
            "microsoft" => match provider.extra("idTokenEmailClaim") {
                "" => {}
                // A token that is no good vouches for nothing.
                choice => {
                    person.email =
                        self.timely_claims(token).map_or_else(String::new, |claims| microsoft_email(&claims, choice))
                }
            },
            _ => {}
        }
    }

    fn timely_claims(&self, token: &Token) -> Option<Object> {
        let claims = id_token::claims(&token.id_token).ok()?;
        id_token::times(&claims, self.config.id_token_leeway_s, self.clock.now()).is_ok().then_some(claims)
    }
}

/// A person by a row of the table.
fn read(known: &Known, root: &Json) -> Person {
    let shown = (known.avatar_if.is_empty() || holds(root, &known.avatar_if))
        && (known.avatar_unless.is_empty() || !holds(root, &known.avatar_unless));
    let vouched = known.email_if.iter().all(|condition| holds(root, condition));
    let id = filled(root, &known.id);
    Person {
        id: if id == "0" { String::new() } else { id },
        name: filled(root, &known.name),
        username: filled(root, &known.username),
        email: if vouched { filled(root, &known.email) } else { String::new() },
        avatar_url: if shown { picture(root, &known.avatar) } else { String::new() },
        raw: Json::Null,
    }
}

/// The value at a path of keys and positions; `""` is the value itself.
fn at<'a>(value: &'a Json, path: &str) -> Option<&'a Json> {
    let parts = path.split('.').filter(|part| !part.is_empty());
    parts.into_iter().try_fold(value, |value, part| match value {
        Json::Array(list) => list.get(part.parse::<usize>().ok()?),
        other => other.get(part),
    })
}

fn text(value: Option<&Json>) -> String {
    match value {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Number(number)) => number.to_string(),
        Some(_) | None => String::new(),
    }
}

/// A path's text, or a template with the texts of its paths.
fn filled(root: &Json, template: &str) -> String {
    if template.is_empty() {
        return String::new();
    }
    if !template.contains('{') {
        return text(at(root, template));
    }
    let fill = |part: &str| match part.split_once('}') {
        Some((path, rest)) => format!("{}{rest}", text(at(root, path))),
        None => part.to_string(),
    };
    template.split('{').map(fill).collect::<String>().trim().to_string()
}

/// As `filled`, but an address with a hole in it is none.
fn picture(root: &Json, template: &str) -> String {
    let mut paths = template.split('{').skip(1).filter_map(|part| part.split('}').next());
    if paths.any(|path| text(at(root, path)).is_empty()) { String::new() } else { filled(root, template) }
}

/// `path` = true, `path:date` = a time, `path:word` = this word or a list that has it.
fn holds(root: &Json, condition: &str) -> bool {
    match condition.split_once(':') {
        None => is_true(at(root, condition)),
        Some((path, "date")) => date::parse(&text(at(root, path))).is_some_and(|at| at.0 > 0),
        Some((path, word)) => match at(root, path) {
            Some(Json::Array(list)) => list.iter().any(|item| item.as_str() == Some(word)),
            other => text(other) == word,
        },
    }
}

/// Some write booleans as text or number.
fn is_true(value: Option<&Json>) -> bool {
    match value {
        Some(Json::Bool(value)) => *value,
        Some(Json::String(text)) => text == "true",
        Some(Json::Number(number)) => number.as_i64() == Some(1),
        Some(_) | None => false,
    }
}

/// The claim an administrator trusts; anything else is an address Microsoft does not vouch for.
fn microsoft_email(claims: &Object, choice: &str) -> String {
    let primary = || claims.get("verified_primary_email").and_then(Json::as_str).unwrap_or_default().to_string();
    let owned = || {
        if is_true(claims.get("xms_edov")) { text(claims.get("email")) } else { String::new() }
    };
    match choice {
        "email" => text(claims.get("email")),
        "email_and_xms_edov" => owned(),
        "verified_primary_email" => primary(),
        "any_verified" => Some(primary()).filter(|email| !email.is_empty()).unwrap_or_else(owned),
        _ => String::new(),
    }
}

fn add_permissions(raw: &mut Json, token: &Token) {
    if let (Json::Object(raw), Some(permissions)) = (raw, token.raw.get("permissions")) {
        raw.entry("permissions").or_insert_with(|| permissions.clone());
    }
}

#[cfg(test)]
mod tests;
