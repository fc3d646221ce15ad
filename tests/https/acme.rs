//! Certificates by ACME, from a server of that protocol on this machine (Debian's package `pebble`).

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::header::HOST;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;

use super::{H2, handshake};
use crate::support::{Issuer, TestApp, trust};

/// The authority and the names it looks up, all of which lead here. Both end with the value.
struct Pebble {
    directory: String,
    management: String,
    /// Where it looks for proofs.
    proofs: u16,
    issuer: Issuer,
    children: Vec<Child>,
    dir: tempfile::TempDir,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn spawn(command: &mut Command) -> Child {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.spawn().expect("an ACME server to test against: run `make tools`")
}

impl Pebble {
    async fn start() -> Self {
        let (issuer, dir) = (Issuer::new(), tempfile::tempdir().unwrap());
        let (cert, key) = issuer.write(dir.path(), 1);
        std::fs::write(dir.path().join("root.pem"), issuer.root()).unwrap();
        let [listen, management, dns, control, proofs] = [(); 5].map(|()| free_port());
        let config = json!({"pebble": {
            "listenAddress": format!("127.0.0.1:{listen}"), "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": cert, "privateKey": key, "httpPort": 5002, "tlsPort": proofs,
        }});
        let path = dir.path().join("pebble.json");
        std::fs::write(&path, config.to_string()).unwrap();
        let names = spawn(Command::new("pebble-challtestsrv").args([
            "-defaultIPv6",
            "",
            "-http01",
            "",
            "-https01",
            "",
            "-tlsalpn01",
            "",
            "-dns01",
            &format!("127.0.0.1:{dns}"),
            "-management",
            &format!("127.0.0.1:{control}"),
        ]));
        let mut pebble = Command::new("pebble");
        pebble.args(["-strict", "-dnsserver", &format!("127.0.0.1:{dns}"), "-config"]).arg(path);
        let pebble = spawn(pebble.env("PEBBLE_VA_NOSLEEP", "1").env("PEBBLE_AUTHZREUSE", "0"));
        let at = |port| format!("https://127.0.0.1:{port}");
        let directory = format!("{}/dir", at(listen));
        let pebble =
            Pebble { directory, management: at(management), proofs, issuer, children: vec![names, pebble], dir };
        let client = pebble.issuer.client(&[]);
        for url in [&pebble.directory, &format!("{}/roots/0", pebble.management)] {
            while client.get(url).send().await.is_err() {
                tokio::task::yield_now().await;
            }
        }
        pebble
    }

    /// The root of what it hands out.
    async fn root(&self) -> CertificateDer<'static> {
        let answer = self.issuer.client(&[]).get(format!("{}/roots/0", self.management)).send().await.unwrap();
        CertificateDer::from_pem_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// A server that gets its certificate for `domains` from here.
    async fn serve(&self, domains: &[&str]) -> TestApp {
        TestApp::start_with(|config| self.configure(&mut config.tls, domains)).await
    }

    fn configure(&self, tls: &mut cratebase::certificates::Config, domains: &[&str]) {
        tls.listen = format!("127.0.0.1:{}", self.proofs);
        tls.domains = domains.iter().map(ToString::to_string).collect();
        tls.email = "kim@a.example".into();
        tls.directory = self.directory.clone();
        tls.directory_ca = self.dir.path().join("root.pem");
    }
}

impl Drop for Pebble {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

async fn is_served(app: &TestApp, root: &CertificateDer<'_>, name: &str) -> bool {
    handshake(app, name, trust(root, H2)).await.is_ok()
}

/// The certificate that is shown for a name.
async fn shown(app: &TestApp, root: &CertificateDer<'_>, name: &str) -> Vec<u8> {
    let stream = handshake(app, name, trust(root, H2)).await.unwrap();
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_certificate_is_got_kept_and_renewed() {
    let pebble = Pebble::start().await;
    let app = pebble.serve(&["a.example", "b.example"]).await;
    // One turn at a time: this waits for the first.
    app.services.certificates.as_ref().unwrap().hurry().await;
    let root = pebble.root().await;
    assert!(is_served(&app, &root, "a.example").await && is_served(&app, &root, "b.example").await);
    assert!(!is_served(&app, &root, "c.example").await, "a name the certificate does not have");
    let first = shown(&app, &root, "a.example").await;

    let folder = app.dir().join("data/.certificates");
    assert_eq!(mode(&folder), 0o700);
    for name in ["account.json", "certificate.json"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }

    // After a restart it is there at once, without the authority.
    let app = app.restart_with(|config| {
        pebble.configure(&mut config.tls, &["a.example", "b.example"]);
        config.tls.directory_ca = pebble.dir.path().join("root.pem");
    });
    let app = app.await;
    assert_eq!(shown(&app, &root, "a.example").await, first);
    app.services.certificates.as_ref().unwrap().tend().await;
    assert_eq!(shown(&app, &root, "a.example").await, first, "nothing is due");

    // Long before its end it is renewed. The authority's certificates last for five years by the clock of the wall.
    app.wait_ms(10 * 365 * 24 * 3600 * 1000);
    app.services.certificates.as_ref().unwrap().tend().await;
    assert_ne!(shown(&app, &root, "a.example").await, first);
}

#[tokio::test]
async fn other_names_are_another_certificate() {
    let pebble = Pebble::start().await;
    let app = pebble.serve(&["a.example"]).await;
    app.services.certificates.as_ref().unwrap().hurry().await;
    let app = app.restart_with(|config| pebble.configure(&mut config.tls, &["b.example", "www.a.example"])).await;
    app.services.certificates.as_ref().unwrap().hurry().await;
    let root = pebble.root().await;
    assert!(is_served(&app, &root, "b.example").await && is_served(&app, &root, "www.a.example").await);
    assert!(!is_served(&app, &root, "a.example").await);
}

#[tokio::test]
async fn while_there_is_none_the_server_waits_and_tries_again() {
    let pebble = Pebble::start().await;
    let root = pebble.root().await;
    // The authority looks elsewhere, as when a name does not lead here yet.
    let app = TestApp::start_with(|config| {
        pebble.configure(&mut config.tls, &["a.example"]);
        config.tls.listen = "127.0.0.1:0".into();
    })
    .await;
    app.services.certificates.as_ref().unwrap().hurry().await;
    assert!(!is_served(&app, &root, "a.example").await);
    let plain = app.redirect.unwrap();
    let answer = crate::support::client().get(format!("http://{plain}/x")).header(HOST, "a.example").send().await;
    assert_eq!(answer.unwrap().status(), 308);
    let app = app.restart_with(|config| pebble.configure(&mut config.tls, &["a.example"])).await;
    app.services.certificates.as_ref().unwrap().hurry().await;
    assert!(is_served(&app, &root, "a.example").await);
}

#[tokio::test]
async fn the_www_of_a_domain_is_sent_to_it() {
    let pebble = Pebble::start().await;
    let app = pebble.serve(&["a.example", "www.a.example"]).await;
    app.services.certificates.as_ref().unwrap().hurry().await;
    let root = pebble.root().await;
    let port = app.address.port();
    for protocols in [super::H1, H2] {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let client = client.resolve("a.example", app.address).resolve("www.a.example", app.address);
        let client = client.tls_backend_preconfigured(trust(&root, protocols)).build().unwrap();
        let answer = client.get(format!("https://a.example:{port}/api/health")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let answer = client.get(format!("https://www.a.example:{port}/a?b=c")).send().await.unwrap();
        assert_eq!(answer.status(), 307);
        assert_eq!(answer.headers()["location"], format!("https://a.example:{port}/a?b=c"));
    }
}
