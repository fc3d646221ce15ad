//! Certificates from files: what is wrong at the start, what happens when they change, and SIGHUP.

use std::io::BufRead as _;
use std::process::{Command, Stdio};

use super::{H1, handshake, secure, serial};
use crate::support::{GUEST, Issuer, Process, SUPERUSER, TestApp, cratebase};

#[tokio::test]
async fn a_certificate_from_files_serves_everything() {
    let issuer = Issuer::new();
    let (app, _pems) = secure(&issuer).await;
    let client = issuer.client(H1);
    for path in ["/api/health", "/api/collections/posts/records"] {
        let answer = client.get(format!("https://{}{path}", app.address)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    }
    let plain = TestApp::start().await;
    assert_eq!(plain.call(GUEST, "GET /api/health").await.header("strict-transport-security"), "");
}

#[tokio::test]
async fn browsers_are_told_to_stay_as_long_as_is_configured() {
    let (issuer, pems) = (Issuer::new(), tempfile::tempdir().unwrap());
    let (cert, key) = issuer.write(pems.path(), 1);
    let app = TestApp::start_with(|config| {
        (config.tls.cert, config.tls.key, config.tls.hsts_s) = (cert, key, 0);
    })
    .await;
    let answer = issuer.client(H1).get(format!("https://{}/api/health", app.address)).send().await.unwrap();
    assert!(!answer.headers().contains_key("strict-transport-security"));
}

#[tokio::test]
async fn a_new_certificate_is_for_new_connections_and_the_others_go_on() {
    let issuer = Issuer::new();
    let (app, pems) = secure(&issuer).await;
    // Keeps one connection.
    let client = issuer.client(H1);
    let health = format!("https://{}/api/health", app.address);
    assert_eq!(client.get(&health).send().await.unwrap().status(), 200);
    assert_eq!(serial(&app, &issuer).await, 1);
    issuer.write(pems.path(), 2);
    app.services.certificates.as_ref().unwrap().tend().await;
    assert_eq!(serial(&app, &issuer).await, 2);
    assert_eq!(client.get(&health).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_new_certificate_that_is_no_good_leaves_the_old_one() {
    let issuer = Issuer::new();
    let (app, pems) = secure(&issuer).await;
    let certificates = app.services.certificates.as_ref().unwrap();
    let (cert, key) = (pems.path().join("cert.pem"), pems.path().join("key.pem"));
    let (_, stranger) = issuer.issue(7);
    for (path, content) in [
        (&cert, "junk"),
        (&cert, ""),
        (&cert, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        (&key, "junk"),
        (&key, stranger.as_str()),
    ] {
        issuer.write(pems.path(), 3);
        certificates.tend().await;
        std::fs::write(path, content).unwrap();
        certificates.tend().await;
        assert_eq!(serial(&app, &issuer).await, 3, "{content}");
    }
    std::fs::remove_file(&cert).unwrap();
    certificates.tend().await;
    assert_eq!(serial(&app, &issuer).await, 3);
    // Half of a renewal is such a mismatch, too; the other half mends it.
    issuer.write(pems.path(), 4);
    certificates.tend().await;
    assert_eq!(serial(&app, &issuer).await, 4);
}

#[tokio::test]
async fn only_tls_of_today_is_spoken() {
    let issuer = Issuer::new();
    let (app, _pems) = secure(&issuer).await;
    let mut trust = issuer.trust(&["spdy/3"]);
    assert!(handshake(&app, "localhost", trust.clone()).await.is_err(), "a protocol nobody speaks here");
    trust.alpn_protocols.clear();
    handshake(&app, "localhost", trust).await.unwrap();
    // A request in the clear is no handshake.
    let answer = app.raw(b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(!answer.contains("healthy"), "{answer}");
    // Nobody but an authority that was asked asks for a proof.
    assert!(handshake(&app, "localhost", issuer.trust(&["acme-tls/1"])).await.is_err());
}

#[test]
fn the_server_does_not_start_with_a_certificate_that_is_no_good() {
    let dir = tempfile::tempdir().unwrap();
    let issuer = Issuer::new();
    issuer.write(dir.path(), 1);
    std::fs::write(dir.path().join("other.pem"), issuer.issue(2).1).unwrap();
    for (cert, key, words) in [
        ("./none.pem", "key.pem", "none.pem has no certificate"),
        ("cert.pem", "./cert.pem", "cert.pem has no private key"),
        ("./cert.pem", "other.pem", "cert.pem and other.pem: "),
    ] {
        let mut serve = cratebase(dir.path(), &["serve", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"]);
        serve.env("CRATEBASE_TLS__CERT", cert).env("CRATEBASE_TLS__KEY", key);
        let output = serve.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(words), "{said}");
    }
}

#[tokio::test]
async fn sighup_reads_files_again_and_health_speaks_to_both_kinds_of_servers() {
    let dir = tempfile::tempdir().unwrap();
    let issuer = Issuer::new();
    let (cert, key) = issuer.write(dir.path(), 1);
    let mut serve = cratebase(dir.path(), &["serve", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"]);
    serve.env("CRATEBASE_TLS__CERT", &cert).env("CRATEBASE_TLS__KEY", &key).stderr(Stdio::piped());
    let mut server = Process::spawn(&mut serve);
    let client = issuer.client(H1);
    let health = format!("https://{}/api/health", server.address);
    assert_eq!(client.get(&health).send().await.unwrap().status(), 200);
    issuer.write(dir.path(), 2);
    let id = server.id().to_string();
    assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    let said = server.complaints().lines().map(Result::unwrap).find(|line| line.contains("certificate"));
    assert!(said.unwrap().contains("the certificate was read again"));
    assert_eq!(client.get(&health).send().await.unwrap().status(), 200, "the connection of before");

    let ask = |variables: &[(&str, &str)]| {
        let mut ask = cratebase(dir.path(), &["health"]);
        let output = ask.envs(variables.iter().copied()).output().unwrap();
        let text = if output.status.success() { output.stdout } else { output.stderr };
        String::from_utf8(text).unwrap()
    };
    let paths = (cert.to_str().unwrap(), key.to_str().unwrap());
    let tls = [("CRATEBASE_TLS__CERT", paths.0), ("CRATEBASE_TLS__KEY", paths.1)];
    let at = |address| [tls[0], tls[1], ("CRATEBASE_TLS__LISTEN", address)];
    assert_eq!(ask(&at(&server.address)), format!("https://{} is ready.\n", server.address));
    let plain_dir = tempfile::tempdir().unwrap();
    let plain = Process::start(plain_dir.path());
    let address = plain.address.clone();
    let at = [("CRATEBASE_HTTP__LISTEN", address.as_str())];
    assert_eq!(ask(&at), format!("http://{address} is ready.\n"));
    drop(plain);
    assert!(ask(&at).contains("does not answer"));
}

/// A private key is nobody's business, and no part of the data.
#[tokio::test]
async fn what_the_authority_handed_out_is_in_no_backup() {
    let app = TestApp::start().await;
    let folder = app.dir().join("data/.certificates");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("certificate.json"), "hush").unwrap();
    app.call(SUPERUSER, "POST /api/backups").json(serde_json::json!({"name": "a.zip"})).await.is(204);
    let archive = std::fs::File::open(app.dir().join("data/backups/a.zip")).unwrap();
    let archive = zip::ZipArchive::new(archive).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert!(names.iter().all(|name| !name.contains("certificate")), "{names:?}");
}
