//! An authority of our own: certificates for servers under test, and clients that trust it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer as Signer, KeyPair, SerialNumber};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

/// See the file's head.
pub struct Issuer {
    root: rcgen::Certificate,
    signer: Signer<'static, KeyPair>,
}

impl Issuer {
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).unwrap();
        Issuer { root, signer: Signer::new(params, key) }
    }

    /// The root as PEM.
    pub fn root(&self) -> String {
        self.root.pem()
    }

    /// A certificate and its key, PEM both, for `localhost` and 127.0.0.1, told apart by its serial number.
    pub fn issue(&self, serial: u64) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".into(), "127.0.0.1".into()]).unwrap();
        params.serial_number = Some(SerialNumber::from(serial));
        let certificate = params.signed_by(&key, &self.signer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// The same as `cert.pem` and `key.pem` in `dir`.
    pub fn write(&self, dir: &Path, serial: u64) -> (PathBuf, PathBuf) {
        let (cert, key) = self.issue(serial);
        let paths = (dir.join("cert.pem"), dir.join("key.pem"));
        std::fs::write(&paths.0, cert).unwrap();
        std::fs::write(&paths.1, key).unwrap();
        paths
    }

    /// What a client needs to know, which would speak `protocols`.
    pub fn trust(&self, protocols: &[&str]) -> ClientConfig {
        trust(self.root.der(), protocols)
    }

    /// A client that follows no redirects.
    pub fn client(&self, protocols: &[&str]) -> reqwest::Client {
        let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        builder.tls_backend_preconfigured(self.trust(protocols)).build().unwrap()
    }
}

/// As [`Issuer::trust`], for any root.
pub fn trust(root: &CertificateDer<'_>, protocols: &[&str]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone().into_owned()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    config
}
