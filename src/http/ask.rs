//! Who asks what: the first argument of every handler, made once per request.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, USER_AGENT};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;

use super::Services;
use super::body::head;
use super::client_ip;
use super::error::{Answer, Failure, JSON};
use super::limits;
use crate::auth::Visit;
use crate::auth::tokens::Kind;
use crate::context::{Caller, Ctx, Purpose};
use crate::error::{Error, Result};
use crate::schema::{Catalog, Collection};
use crate::value::json;
use crate::value::pick::Picker;

/// The request as rules see it, the services that answer it, and the shape the answer shall have.
pub struct Ask {
    pub ctx: Ctx,
    services: Arc<Services>,
    picker: Option<Picker>,
}

impl Deref for Ask {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}

impl Ask {
    /// What answers.
    pub fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// Refuses everyone but superusers.
    pub fn superuser(&self) -> Result<()> {
        match &self.ctx.caller {
            Caller::Guest => Err(unauthorized()),
            caller if caller.is_superuser() => Ok(()),
            Caller::Record(_) => Err(Error::forbidden("The authorized record is not allowed to perform this action.")),
        }
    }

    /// Refuses callers that are no record of `collection` (a name or id).
    pub fn member_of(&self, collection: &str) -> Result<()> {
        let Some(own) = self.ctx.caller.collection() else { return Err(unauthorized()) };
        match self.store.catalog().find(collection) {
            Some(asked) if asked.id == own.id => Ok(()),
            Some(_) | None => {
                let message = format!("The request requires auth record from {} collection.", own.name);
                Err(Error::forbidden(message))
            }
        }
    }

    /// 200 with a JSON body, cut down to the `fields` asked for.
    pub fn json(&self, body: Vec<u8>) -> Answer {
        let body = match &self.picker {
            None => body,
            Some(picker) => {
                let whole = serde_json::from_slice(&body).map_err(Error::internal)?;
                json::text(&picker.apply(whole)).into_bytes()
            }
        };
        Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, JSON)).body(body))
    }

    /// 401 when the caller's tokens have become void since the request began.
    pub async fn stands(&self) -> Result<()> {
        match self.ctx.caller.record() {
            Some(record) if !self.auth.stands(record).await? => Err(unauthorized()),
            Some(_) | None => Ok(()),
        }
    }

    /// The request as signing in sees it.
    pub fn visit(&self, request: &HttpRequest) -> Visit {
        let agent =
            request.headers().get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Visit { ctx: self.ctx.clone(), ip: self.real_ip(request), user_agent: agent.unwrap_or_default() }
    }

    /// Whom the file token in the query speaks for.
    pub async fn file_caller(&self, request: &HttpRequest) -> Result<Caller> {
        let Some(token) = self.ctx.query("token") else { return Ok(Caller::Guest) };
        let caller = match self.auth.verified(token, Kind::File).await? {
            Some((record, _)) => Caller::Record(record),
            None => Caller::Guest,
        };
        Ok(admit(self, caller, || address(self, request)).unwrap_or_default())
    }

    /// The address of whoever asks.
    pub fn real_ip(&self, request: &HttpRequest) -> String {
        address(self, request)
    }
}

/// 204.
pub fn done() -> Answer {
    Ok(HttpResponse::NoContent().finish())
}

fn unauthorized() -> Error {
    Error::unauthorized("The request requires valid record authorization token.")
}

fn peer(request: &HttpRequest) -> Option<IpAddr> {
    request.peer_addr().map(|address| address.ip())
}

impl FromRequest for Ask {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let Some(services) = request.app_data::<web::Data<Services>>() else {
                return Err(Failure(Error::internal("the application was built without its services")));
            };
            let services = Arc::clone(services);
            let caller = enter(&services, &request).await?;
            head::refuse_unread(request.head())?;
            let query = query(request.query_string());
            let picker = query.iter().find(|(key, _)| key == "fields").map(|(_, text)| Picker::parse(text));
            let picker = picker.transpose().map_err(|_| Error::bad_request(""))?.flatten();
            let headers = match services.rules.read_headers(&services.store.catalog(), &query) {
                false => Vec::new(),
                true => headers(request.headers()),
            };
            let ctx = Ctx {
                caller,
                purpose: Purpose::Default,
                method: method(&request),
                headers: Arc::new(headers),
                query: Arc::new(query),
                body: Arc::default(),
                now: services.clock.now(),
            };
            Ok(Ask { ctx, services, picker })
        })
    }
}

/// Who asks, once addresses and rate limits let the request in; also of what no route takes.
pub async fn enter(services: &Services, request: &HttpRequest) -> Result<Caller> {
    let caller = caller(services, request).await?;
    if caller.record().is_some() {
        // For the log.
        request.extensions_mut().insert(caller.clone());
    }
    limits::admit(services, request, &caller, || address(services, request))?;
    Ok(caller)
}

/// The record behind the `Authorization` header; a token that is no good is no token.
async fn caller(services: &Services, request: &HttpRequest) -> Result<Caller> {
    let Some(token) = token(request.headers()) else { return Ok(Caller::Guest) };
    let caller = services.auth.caller(token).await?;
    admit(services, caller, || address(services, request))
}

/// The record behind a token that came from `ip`; a token that is no good is no token.
pub async fn caller_of(services: &Services, token: &str, ip: &str) -> Result<Caller> {
    let caller = services.auth.caller(token).await?;
    admit(services, caller, || ip.to_string())
}

/// Superusers may come from some addresses only.
fn admit(services: &Services, caller: Caller, ip: impl FnOnce() -> String) -> Result<Caller> {
    let settings = services.settings();
    let limited = !settings.superuser_ips.is_empty() && caller.is_superuser();
    if limited && !client_ip::is_listed(&ip(), &settings.superuser_ips) {
        return Err(Error::forbidden(""));
    }
    Ok(caller)
}

/// The address of whoever asks.
pub fn address(services: &Services, request: &HttpRequest) -> String {
    client_ip::real_ip(peer(request), request.headers(), &services.settings().trusted_proxy)
}

/// The bare token; the prefix `Bearer ` may be there, in any case.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let bare = match text.split_at_checked(7) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("bearer ") => rest,
        Some(_) | None => text,
    };
    (!bare.is_empty()).then_some(bare)
}

fn method(request: &HttpRequest) -> &'static str {
    match request.method().as_str() {
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "GET",
    }
}

/// The query string decoded, in order; only the first value of a name counts. What is not well-formed is left out.
fn query(text: &str) -> Vec<(String, String)> {
    let parts = text.split('&').filter(|part| head::is_well_formed(part));
    let pairs = parts.filter_map(|part| form_urlencoded::parse(part.as_bytes()).next());
    pairs.map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
}

/// All headers as rules name them: lower case, `_` for `-`.
fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let one = |(name, value): (&actix_web::http::header::HeaderName, &actix_web::http::header::HeaderValue)| {
        (name.as_str().replace('-', "_"), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    headers.iter().map(one).collect()
}

/// Whether any rule asks for request headers: collecting them for nothing would cost every request.
#[derive(Default)]
pub struct RuleUse(AtomicU64);

impl RuleUse {
    const WORD: &str = "@request.headers";

    /// `true` when a rule of `catalog` or the query itself (filter, sort) names them.
    fn read_headers(&self, catalog: &Catalog, query: &[(String, String)]) -> bool {
        // Version and answer in one number, so that both are read at once. Version 0 is never stored as such.
        let known = self.0.load(Ordering::Relaxed);
        let version = (catalog.version + 1) << 1;
        let by_rule = if known & !1 == version {
            known & 1 == 1
        } else {
            let found = catalog.iter().any(|collection| names_headers(collection));
            self.0.store(version | u64::from(found), Ordering::Relaxed);
            found
        };
        by_rule || query.iter().any(|(_, value)| value.contains(Self::WORD))
    }
}

fn names_headers(collection: &Collection) -> bool {
    let rules = &collection.rules;
    let auth = collection.auth();
    let mfa = auth.map(|auth| auth.mfa.rule.as_str());
    let extra = [auth.and_then(|a| a.auth_rule.as_deref()), auth.and_then(|a| a.manage_rule.as_deref()), mfa];
    [&rules.list, &rules.view, &rules.create, &rules.update, &rules.delete]
        .into_iter()
        .filter_map(|rule| rule.as_deref())
        .chain(extra.into_iter().flatten())
        .any(|rule| rule.contains(RuleUse::WORD))
}
