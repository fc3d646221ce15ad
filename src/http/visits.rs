//! One line of the log for every answered request: what the shell saw before it and after it.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Instant;

use actix_http::{Request, Response};
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderMap, HeaderName, REFERER, USER_AGENT};
use actix_web::http::{Method, Uri};
use actix_web::{HttpMessage as _, HttpRequest};

use super::Services;
use super::client_ip;
use crate::context::Caller;
use crate::error::{default_message, sentence};
use crate::logs::entry::{self, Entry, Failed, Ips, What};
use crate::value::Json;

/// A request as it came, before anyone changed or lost it.
pub struct Visit {
    method: Method,
    uri: Uri,
    peer: Option<IpAddr>,
    began: Instant,
}

/// What is known of a request only while it is there: whoever asked, and its headers.
#[derive(Default)]
pub struct Known {
    caller: Caller,
    /// The address, the referer and the user agent, one after the other.
    text: String,
    /// Where the second and the third begin.
    parts: (usize, usize),
    real_ip: Option<String>,
}

impl Visit {
    /// `None` when nothing is logged.
    pub fn of(request: &Request, began: Instant, services: &Services) -> Option<Visit> {
        (services.settings.logs().max_days > 0).then(|| Visit {
            method: request.method().clone(),
            uri: request.uri().clone(),
            peer: request.head().peer_addr.map(|address| address.ip()),
            began,
        })
    }

    /// Before the request goes.
    pub fn look(&self, answer: &ServiceResponse, services: &Services) -> Known {
        if !self.is_wanted(answer.status().as_u16(), services) {
            return Known::default();
        }
        let request: &HttpRequest = answer.request();
        let caller = request.extensions().get::<Caller>().cloned().unwrap_or_default();
        let headers = request.headers();
        let (url, referer, agent) = (self.url(), header(headers, &REFERER), header(headers, &USER_AGENT));
        let mut text = String::with_capacity(url.len() + referer.len() + agent.len());
        [url, &referer, &agent].into_iter().for_each(|part| text.push_str(part));
        let settings = services.settings();
        let proxied = settings.logs.log_ip && !settings.trusted_proxy.headers.is_empty();
        Known {
            caller,
            text,
            parts: (url.len(), url.len() + referer.len()),
            real_ip: proxied.then(|| client_ip::real_ip(self.peer, headers, &settings.trusted_proxy)),
        }
    }

    /// When the answer is made.
    pub fn record(self, known: Known, answer: &Response<BoxBody>, services: &Services) {
        let status = answer.status().as_u16();
        if !self.is_wanted(status, services) {
            return;
        }
        let nanos = self.began.elapsed().as_nanos();
        let keep = services.settings.logs();
        let failed = is_failure(status).then(|| {
            let told = answer.extensions().get::<Failed>().cloned();
            let plain = || Failed { message: sentence(default_message(status)), details: Json::Null };
            Box::new(told.unwrap_or_else(plain))
        });
        let (text, parts) = match known.text.is_empty() {
            true => (self.url().to_string(), (self.url().len(), self.url().len())),
            false => (known.text, known.parts),
        };
        let what = What::Request(entry::Request {
            text,
            parts,
            method: method(&self.method),
            nanos,
            status,
            caller: known.caller.record().cloned(),
            with_auth_id: keep.log_auth_id,
            ips: keep.log_ip.then_some(Ips { remote: self.peer, real: known.real_ip }),
            failed,
        });
        services.logs.push(Entry { at: services.clock.now(), level: level(status), what });
    }

    fn url(&self) -> &str {
        self.uri.path_and_query().map_or("/", |path| path.as_str())
    }

    fn is_wanted(&self, status: u16, services: &Services) -> bool {
        level(status) >= services.settings.logs().min_level && (is_failure(status) || !self.is_quiet())
    }

    /// Its successes are not worth a line, or would fill the log with itself, or carry secrets.
    fn is_quiet(&self) -> bool {
        let path = self.uri.path();
        let Some(rest) = path.strip_prefix("/api/v1/").or_else(|| path.strip_prefix("/api/")) else { return true };
        match rest {
            "realtime" => self.method == Method::GET,
            "realtime/ws" | "logs" | "oauth2-redirect" | "ready" | "metrics" => true,
            rest => rest.starts_with("logs/"),
        }
    }
}

fn is_failure(status: u16) -> bool {
    status >= 400
}

fn level(status: u16) -> i64 {
    if is_failure(status) { entry::ERROR } else { entry::INFO }
}

fn method(method: &Method) -> Cow<'static, str> {
    match *method {
        Method::GET => "GET".into(),
        Method::POST => "POST".into(),
        Method::PATCH => "PATCH".into(),
        Method::DELETE => "DELETE".into(),
        Method::PUT => "PUT".into(),
        Method::HEAD => "HEAD".into(),
        _ => method.as_str().to_string().into(),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Cow<'a, str> {
    headers.get(name).map_or_else(Cow::default, |value| String::from_utf8_lossy(value.as_bytes()))
}
