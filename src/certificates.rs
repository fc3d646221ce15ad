//! The server's certificate: from files that are read again when they change, or from an authority that hands them out
//! automatically (ACME). Handshakes take what is there at their moment, so a new one disturbs no connection.

mod authority;
mod config;
mod files;
mod kept;
mod validity;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

pub use self::config::Config;

use self::authority::Authority;
use self::files::Files;
use crate::clock::Clock;
use crate::error::{Error, Result};

/// In the data directory: the account at the authority and what it handed out.
pub const FOLDER: &str = ".certificates";
/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_secs(10);
/// The protocol of TLS-ALPN-01: an authority asks in a handshake whether this server answers for a name.
const ACME: &[u8] = b"acme-tls/1";

/// One per process.
pub struct Certificates {
    /// What handshakes take.
    shown: Arc<Shown>,
    source: Source,
    config: Config,
}

enum Source {
    Files(Files),
    Authority(Box<Authority>),
}

/// The certificate of this moment, and those that prove names to the authority while it looks.
#[derive(Default)]
pub struct Shown {
    current: ArcSwapOption<CertifiedKey>,
    /// By name.
    proofs: ArcSwap<BTreeMap<String, Arc<CertifiedKey>>>,
}

impl Certificates {
    /// `None` without TLS.
    pub fn new(config: &Config, dir: &Path, clock: &Clock) -> Option<Self> {
        let source = match config.domains.is_empty() {
            false => Source::Authority(Box::new(Authority::new(config.clone(), dir.join(FOLDER), clock.clone()))),
            true if config.is_on() => Source::Files(Files::new(config.cert.clone(), config.key.clone())),
            true => return None,
        };
        Some(Certificates { shown: Arc::default(), source, config: config.clone() })
    }

    /// Before the first handshake. Files have to be good; the authority is asked later, by [`Certificates::keep`].
    pub fn begin(&self) -> Result<()> {
        match &self.source {
            Source::Files(files) => {
                self.shown.current.store(Some(files.load().map_err(Error::internal)?));
                Ok(())
            }
            Source::Authority(authority) => authority.begin(&self.shown).map_err(Error::internal),
        }
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What listeners need: TLS 1.2 and 1.3, tickets that need no memory, the protocols but for those of HTTP.
    pub fn server_config(&self) -> Result<ServerConfig> {
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(Error::internal)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&self.shown) as Arc<dyn ResolvesServerCert>);
        config.ticketer = rustls::crypto::ring::Ticketer::new().map_err(Error::internal)?;
        if matches!(self.source, Source::Authority(_)) {
            config.alpn_protocols.push(ACME.to_vec());
        }
        Ok(config)
    }

    /// Does what is due, until it is aborted.
    pub async fn keep(self: Arc<Self>) {
        loop {
            self.tend().await;
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Reads files again that have changed, or has the authority renew what will soon be over. What fails is logged, and
    /// what there was stays.
    pub async fn tend(&self) {
        match &self.source {
            Source::Files(files) => match files.changed() {
                None => {}
                Some(Ok(key)) => {
                    self.shown.current.store(Some(key));
                    tracing::info!("the certificate was read again");
                }
                Some(Err(why)) => tracing::error!("the certificate of before stays: {why}"),
            },
            Source::Authority(authority) => authority.tend(&self.shown).await,
        }
    }

    /// As [`Certificates::tend`], also when an authority has refused a moment ago: somebody has seen to that.
    pub async fn hurry(&self) {
        if let Source::Authority(authority) = &self.source {
            authority.forgive().await;
        }
        self.tend().await;
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if hello.alpn().is_some_and(|mut protocols| protocols.any(|protocol| protocol == ACME)) {
            return self.proofs.load().get(hello.server_name()?).cloned();
        }
        self.current.load_full()
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("present", &self.current.load().is_some()).finish_non_exhaustive()
    }
}

/// The one there is in this process.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
