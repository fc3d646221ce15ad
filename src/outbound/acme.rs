//! The client for certificate authorities that speak ACME.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use reqwest::redirect::Policy;
use reqwest::{Body, Client};
use rustls::pki_types::CertificateDer;

use super::{Failure, Outbound, body, builder, built_trusting, failed};

/// One request with its answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of an answer; chains of certificates are far smaller.
const LIMIT: usize = 1 << 20;

impl Outbound {
    /// A client for the authority that the configuration names; `roots` are trusted besides the usual ones.
    pub fn acme(&self, roots: Vec<CertificateDer<'static>>) -> Result<Box<dyn HttpClient>, Failure> {
        let builder = builder().timeout(PATIENCE).redirect(Policy::none());
        Ok(Box::new(Authority(built_trusting(roots, builder)?)))
    }
}

struct Authority(Client);

impl HttpClient for Authority {
    fn request(
        &self,
        request: http::Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let client = self.0.clone();
        Box::pin(async move {
            let (head, sent) = request.into_parts();
            let request = client.request(head.method, head.uri.to_string()).headers(head.headers);
            let request = request.body(Body::wrap(sent));
            let mut answer = request.send().await.map_err(|error| Error::Other(failed(error).into()))?;
            let received = body(&mut answer, LIMIT).await.map_err(|failure| Error::Other(failure.into()))?;
            let (parts, _) = http::Response::<Body>::from(answer).into_parts();
            Ok(BytesResponse { parts, body: Box::new(Bytes::from(received)) })
        })
    }
}
