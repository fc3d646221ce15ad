//! The client for a collector of traces, whom the environment names: it may be anywhere.

use std::time::Duration;

use bytes::Bytes;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::runtime::Handle;

use super::{Failure, Outbound, body, builder, built, failed};

const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer.
const LIMIT: usize = 1 << 20;

/// Sends on the runtime of the server, whoever asks.
#[derive(Debug)]
pub struct Collector {
    client: Client,
    runtime: Handle,
}

impl Outbound {
    /// One that keeps a connection.
    pub fn collector(&self, runtime: Handle) -> Result<Collector, Failure> {
        let client = built(builder().timeout(TIMEOUT).pool_max_idle_per_host(1).redirect(Policy::none()))?;
        Ok(Collector { client, runtime })
    }
}

#[async_trait::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, content) = request.into_parts();
        let request = self.client.request(head.method, head.uri.to_string()).headers(head.headers).body(content);
        let sending = async move {
            let mut answer = request.send().await.map_err(failed)?;
            Ok::<_, Failure>((answer.status(), body(&mut answer, LIMIT).await?))
        };
        let (status, content) = self.runtime.spawn(sending).await??;
        Ok(Response::builder().status(status).body(content.into())?)
    }
}
