//! Requests to other servers: bounded in size, without cookies, redirects only where they can do no harm.
//!
//! The only place that names reqwest. Whoever calls sets the deadline around it.

mod acme;
mod bucket;
#[cfg(feature = "otel")]
mod collector;
pub mod public;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::{Action, Attempt, Policy};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response};
use rustls::pki_types::CertificateDer;

pub use public::Reach;

use crate::value::{Json, json};

const CONNECT: Duration = Duration::from_secs(10);
const REDIRECTS: usize = 5;
const AGENT: &str = concat!("cratebase/", env!("CARGO_PKG_VERSION"));

/// The clients; cheap to clone, made when first needed.
#[derive(Clone, Default)]
pub struct Outbound(Arc<Clients>);

#[derive(Default)]
struct Clients {
    chosen: OnceLock<Result<Client, Failure>>,
    public: OnceLock<Result<Client, Failure>>,
}

/// A request to an address an administrator chose: it may be anywhere, and redirects stay on that server.
#[derive(Clone, Debug, Default)]
pub struct Call<'a> {
    pub url: &'a str,
    pub headers: Vec<(String, String)>,
    pub content: Content<'a>,
}

/// What is sent; all but `Nothing` by POST.
#[derive(Clone, Debug, Default)]
pub enum Content<'a> {
    #[default]
    Nothing,
    Form(Vec<(&'a str, &'a str)>),
    Json(Json),
}

/// An answer of any status.
#[derive(Debug)]
pub struct Received {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// Why there is no answer. Nothing in it comes from what was sent, so it may be logged.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
    #[error("the address is not public")]
    NotPublic,
    #[error("{0}")]
    Failed(String),
}

impl Outbound {
    /// Sends a request and reads an answer of at most `limit` bytes.
    pub async fn send(&self, call: Call<'_>, limit: usize) -> Result<Received, Failure> {
        let client = self.0.chosen.get_or_init(|| built(builder().redirect(Policy::custom(stay)))).clone()?;
        let mut headers = HeaderMap::new();
        for (name, value) in &call.headers {
            let name = HeaderName::try_from(name).map_err(|_| Failure::Failed("a header has no valid name".into()))?;
            let mut value =
                HeaderValue::try_from(value).map_err(|_| Failure::Failed(format!("{name} has no valid value")))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let request = match call.content {
            Content::Nothing => client.get(call.url),
            Content::Form(pairs) => client.post(call.url).form(&pairs),
            Content::Json(body) => {
                client.post(call.url).header(CONTENT_TYPE, "application/json").body(json::text(&body))
            }
        };
        receive(request.headers(headers), limit).await
    }

    /// Fetches what a stranger's URL names: never from an address that only this machine's network can reach.
    pub async fn fetch_public(&self, url: &str, limit: usize) -> Result<Received, Failure> {
        let parsed = reqwest::Url::parse(url).map_err(|_| Failure::Failed("the address is no URL".into()))?;
        if !public::may_name(&parsed, Reach::Public) {
            return Err(Failure::NotPublic);
        }
        let client = self.0.public.get_or_init(|| {
            // A proxy would look names up for us.
            built(
                builder().dns_resolver(public::Names(Reach::Public)).no_proxy().redirect(Policy::custom(public::stay)),
            )
        });
        receive(client.clone()?.get(parsed), limit).await
    }
}

/// The status a server of this machine answers `url` with. Its certificate names a domain, not this address, so it is not
/// looked at: nothing is said that others may not hear.
pub async fn probe(url: &str) -> Result<u16, Failure> {
    // An error says that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = builder().no_proxy().redirect(Policy::none()).tls_danger_accept_invalid_certs(true);
    let answer = client.build().map_err(failed)?.get(url).send().await.map_err(failed)?;
    Ok(answer.status().as_u16())
}

fn builder() -> ClientBuilder {
    // Connections are not kept: sign-ins are rare, and idle ones would belong to a worker that may be gone.
    Client::builder().user_agent(AGENT).connect_timeout(CONNECT).pool_max_idle_per_host(0)
}

fn built(builder: ClientBuilder) -> Result<Client, Failure> {
    built_trusting(Vec::new(), builder)
}

fn built_trusting(own: Vec<CertificateDer<'static>>, builder: ClientBuilder) -> Result<Client, Failure> {
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    // Authorities of a company are known to the machine only.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(own);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::Failed(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    builder.tls_backend_preconfigured(tls).build().map_err(failed)
}

/// Codes and secrets go to the server they were meant for and to no other.
fn stay(attempt: Attempt<'_>) -> Action {
    let same = attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
    if !same {
        attempt.error("it redirects to another server")
    } else if attempt.previous().len() > REDIRECTS {
        attempt.error("it redirects too often")
    } else {
        attempt.follow()
    }
}

async fn receive(request: RequestBuilder, limit: usize) -> Result<Received, Failure> {
    let mut answer = request.send().await.map_err(failed)?;
    let status = answer.status().as_u16();
    let content_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.to_ascii_lowercase();
    Ok(Received { status, content_type, body: body(&mut answer, limit).await? })
}

async fn body(answer: &mut Response, limit: usize) -> Result<Vec<u8>, Failure> {
    if answer.content_length().is_some_and(|length| length > limit as u64) {
        return Err(Failure::TooLarge(limit));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > limit {
            return Err(Failure::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The chain of causes without the URL, whose query may say too much.
fn failed(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        if cause.is::<public::Private>() {
            return Failure::NotPublic;
        }
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    Failure::Failed(text)
}
