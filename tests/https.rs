//! Over TLS: certificates from files and from an authority, what is sent there from elsewhere, HTTP/2, streams, the end.

mod acme;
mod certificates;
mod connections;
mod redirects;

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{Issuer, TestApp};

const H1: &[&str] = &["http/1.1"];
const H2: &[&str] = &["h2", "http/1.1"];

/// A server with a certificate of serial number 1.
async fn secure(issuer: &Issuer) -> (TestApp, tempfile::TempDir) {
    let pems = tempfile::tempdir().unwrap();
    let (cert, key) = issuer.write(pems.path(), 1);
    let app = TestApp::start_with(|config| (config.tls.cert, config.tls.key) = (cert, key)).await;
    (app, pems)
}

async fn handshake(app: &TestApp, name: &str, config: ClientConfig) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(app.address).await?;
    let name = ServerName::try_from(name.to_string()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// The serial number of the certificate a new connection is shown.
async fn serial(app: &TestApp, issuer: &Issuer) -> u64 {
    let stream = handshake(app, "localhost", issuer.trust(H1)).await.unwrap();
    let chain = stream.get_ref().1.peer_certificates().unwrap().to_vec();
    let serial = yasna::parse_der(&chain[0], |reader| {
        reader.read_sequence(|reader| {
            let serial = reader.next().read_sequence(|reader| {
                reader.next().read_der()?;
                let serial = reader.next().read_u64()?;
                while reader.read_optional(|reader| reader.read_der())?.is_some() {}
                Ok(serial)
            })?;
            while reader.read_optional(|reader| reader.read_der())?.is_some() {}
            Ok(serial)
        })
    });
    serial.unwrap()
}
