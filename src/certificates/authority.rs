//! Certificates by ACME (RFC 8555): this server proves in TLS handshakes on port 443 that it answers for its names
//! (TLS-ALPN-01, RFC 8737), so no other port and no other server takes part.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use instant_acme::{
    Account, AuthorizationStatus, ChallengeType, Error, Identifier, NewAccount, NewOrder, Order, OrderStatus,
    RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::files::{certified, chain};
use super::kept::{self, Issued, Kept};
use super::validity::Validity;
use super::{Config, Shown, provider};
use crate::clock::{Clock, Timestamp};
use crate::outbound::Outbound;

/// One order from its beginning to the certificate.
const PATIENCE: Duration = Duration::from_secs(300);
/// The authority looks by itself; how long that may take.
const LOOKING: RetryPolicy = RetryPolicy::new().timeout(Duration::from_secs(90));
/// Between two attempts, doubled each time: authorities allow few failures in an hour.
const FIRST_PAUSE: Duration = Duration::from_secs(120);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// See the file's head.
pub struct Authority {
    config: Config,
    kept: Kept,
    clock: Clock,
    turn: Mutex<Turn>,
}

/// What is to be done when.
#[derive(Default)]
struct Turn {
    renewal: Option<Timestamp>,
    /// Failures since the last success, and when to try again.
    failures: u32,
    not_before: Option<Instant>,
}

impl Authority {
    pub fn new(config: Config, folder: PathBuf, clock: Clock) -> Self {
        Authority { config, kept: Kept::new(folder), clock, turn: Mutex::default() }
    }

    /// Shows what was handed out before, if it is for the names of now.
    pub fn begin(&self, shown: &Shown) -> Result<(), String> {
        self.roots()?;
        let issued = self.kept.issued();
        let issued = issued.filter(|it| it.domains == self.config.domains && it.directory == self.config.directory);
        let read = issued.map(|issued| read(&issued)).transpose();
        match read {
            Ok(None) => {}
            Ok(Some((key, validity))) => {
                // Nobody has a turn yet.
                if let Ok(mut turn) = self.turn.try_lock() {
                    turn.renewal = Some(validity.renewal());
                }
                shown.current.store(Some(key));
            }
            Err(why) => tracing::warn!("the certificate that was kept is no use: {why}"),
        }
        Ok(())
    }

    fn roots(&self) -> Result<Vec<CertificateDer<'static>>, String> {
        let path = &self.config.directory_ca;
        if path.as_os_str().is_empty() { Ok(Vec::new()) } else { chain(path) }
    }

    /// Gets a certificate when there is none or its time comes, unless it failed a moment ago.
    pub async fn tend(&self, shown: &Shown) {
        let mut turn = self.turn.lock().await;
        let due = turn.renewal.is_none_or(|renewal| self.clock.now() >= renewal);
        if !due || turn.not_before.is_some_and(|moment| Instant::now() < moment) {
            return;
        }
        let outcome = tokio::time::timeout(PATIENCE, self.order(shown)).await;
        shown.proofs.store(Arc::default());
        match outcome.unwrap_or_else(|_| Err("the authority takes too long".into())) {
            Ok((key, validity)) => {
                *turn = Turn { renewal: Some(validity.renewal()), ..Turn::default() };
                shown.current.store(Some(key));
                tracing::info!(domains = self.config.domains.join(" "), until = %validity.until, "a new certificate");
            }
            Err(why) => {
                let pause = FIRST_PAUSE.saturating_mul(1 << turn.failures.min(8)).min(LONGEST_PAUSE);
                turn.failures += 1;
                turn.not_before = Some(Instant::now() + pause);
                tracing::error!(
                    domains = self.config.domains.join(" "),
                    "no certificate, next attempt in {} minutes: {why}",
                    pause.as_secs() / 60
                );
            }
        }
    }

    /// The next [`Authority::tend`] does not wait because of failures.
    pub async fn forgive(&self) {
        self.turn.lock().await.not_before = None;
    }

    async fn order(&self, shown: &Shown) -> Result<(Arc<CertifiedKey>, Validity), String> {
        let account = self.account().await?;
        let order = self.prove(&account, shown).await;
        let (chain, key) = finish(order.map_err(words)?, &self.config.domains).await?;
        let directory = self.config.directory.clone();
        let issued = Issued { directory, domains: self.config.domains.clone(), chain, key };
        let read = read(&issued)?;
        // One that cannot be kept serves until the process ends.
        if let Err(error) = self.kept.keep_issued(&issued) {
            tracing::error!("the new certificate cannot be kept: {error}");
        }
        Ok(read)
    }

    /// The account of before, or a new one.
    async fn account(&self) -> Result<Account, String> {
        let builder = Account::builder_with_http(Outbound::default().acme(self.roots()?).map_err(words)?);
        if let Some(kept) = self.kept.account().filter(|kept| kept.directory == self.config.directory) {
            return builder.from_credentials(kept.credentials).await.map_err(words);
        }
        let contact = format!("mailto:{}", self.config.email);
        let contact: &[&str] = if self.config.email.is_empty() { &[] } else { &[&contact] };
        let wish = NewAccount { contact, terms_of_service_agreed: true, only_return_existing: false };
        let directory = self.config.directory.clone();
        let (account, credentials) = builder.create(&wish, directory.clone(), None).await.map_err(words)?;
        let kept = kept::Account { directory, credentials };
        self.kept.keep_account(&kept).map_err(|error| format!("the account cannot be kept: {error}"))?;
        Ok(account)
    }

    /// An order whose names are all proven.
    async fn prove(&self, account: &Account, shown: &Shown) -> Result<Order, Error> {
        let names: Vec<Identifier> = self.config.domains.iter().cloned().map(Identifier::Dns).collect();
        let mut order = account.new_order(&NewOrder::new(&names)).await?;
        let mut proofs = BTreeMap::new();
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            match authorization.status {
                AuthorizationStatus::Valid => continue,
                AuthorizationStatus::Pending => {}
                _ => return Err(Error::Str("an authorization that can still be given")),
            }
            let Some(mut challenge) = authorization.challenge(ChallengeType::TlsAlpn01) else {
                return Err(Error::Unsupported("TLS-ALPN-01"));
            };
            let domain = challenge.identifier().to_string();
            let proof = proof(&domain, challenge.key_authorization().digest().as_ref());
            proofs.insert(domain, proof.map_err(|why| Error::Other(why.into()))?);
            shown.proofs.store(Arc::new(proofs.clone()));
            challenge.set_ready().await?;
        }
        match order.poll_ready(&LOOKING).await? {
            OrderStatus::Ready | OrderStatus::Valid => Ok(order),
            _ => Err(Error::Other(refusal(&mut order).await.into())),
        }
    }
}

/// A certificate by ourselves that says what the authority wants to read.
fn proof(domain: &str, digest: &[u8]) -> Result<Arc<CertifiedKey>, String> {
    let key = KeyPair::generate().map_err(words)?;
    let mut params = CertificateParams::new(vec![domain.to_string()]).map_err(words)?;
    // The library takes no other length.
    if digest.len() != 32 {
        return Err("the digest of a proof has 32 bytes".into());
    }
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let certificate = params.self_signed(&key).map_err(words)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(words)?;
    let key = provider().key_provider.load_private_key(key).map_err(words)?;
    // Not by way of a check: it stumbles over what makes this a proof.
    Ok(Arc::new(CertifiedKey::new(vec![certificate.der().clone()], key)))
}

/// Why an order came to nothing: what the authority found, name by name.
async fn refusal(order: &mut Order) -> String {
    let mut why = Vec::new();
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        let Some(challenge) = authorization.challenge(ChallengeType::TlsAlpn01) else { continue };
        if let Some(problem) = &challenge.error {
            why.push(format!("{}: {problem}", challenge.identifier()));
        }
    }
    if why.is_empty() { "the authority refused".into() } else { why.join("; ") }
}

/// The chain and its key, PEM both.
async fn finish(mut order: Order, domains: &[String]) -> Result<(String, String), String> {
    let key = KeyPair::generate().map_err(words)?;
    let mut params = CertificateParams::new(domains.to_vec()).map_err(words)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    let request = params.serialize_request(&key).map_err(words)?;
    order.finalize_csr(request.der()).await.map_err(words)?;
    let chain = order.poll_certificate(&LOOKING).await.map_err(words)?;
    Ok((chain, key.serialize_pem()))
}

fn read(issued: &Issued) -> Result<(Arc<CertifiedKey>, Validity), String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(issued.chain.as_bytes()).collect();
    let chain = chain.map_err(words)?;
    let validity = chain.first().and_then(|first| Validity::of(first)).ok_or("it cannot be read")?;
    let key = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).map_err(words)?;
    Ok((certified(chain, key)?, validity))
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
