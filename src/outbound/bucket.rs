//! The client for buckets: its connections are kept, it follows nobody elsewhere, and it goes as far as it may.

use std::time::Duration;

use object_store::client::{HttpClient, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Url};

use super::public::{Names, Private, Reach, may_name};
use super::{Failure, Outbound, builder, built};

const CONNECT: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(60);
/// Connections that wait for their next request.
const IDLE_CONNECTIONS: usize = 32;

/// What is sent may be large, and the line slow.
const SENDING: u32 = 6;

impl Outbound {
    /// A client for one server that is asked again and again, which a superuser chose. `silence` may pass between two
    /// signs of life, the first included.
    pub fn lasting(&self, reach: Reach, silence: Duration) -> Result<HttpClient, Failure> {
        let client = |silence| {
            let builder = builder()
                .connect_timeout(CONNECT)
                .read_timeout(silence)
                .pool_max_idle_per_host(IDLE_CONNECTIONS)
                .pool_idle_timeout(IDLE)
                .tcp_nodelay(true)
                .dns_resolver(Names(reach))
                .redirect(Policy::none());
            built(builder)
        };
        Ok(HttpClient::new(Within { asking: client(silence)?, sending: client(silence * SENDING)?, reach }))
    }
}

/// Names are judged when they are looked up, addresses here.
#[derive(Debug)]
struct Within {
    asking: Client,
    sending: Client,
    reach: Reach,
}

#[async_trait::async_trait]
impl HttpService for Within {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let url =
            Url::parse(&request.uri().to_string()).map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        if !may_name(&url, self.reach) {
            return Err(HttpError::new(HttpErrorKind::Unknown, Private));
        }
        let client = if request.method() == Method::PUT { &self.sending } else { &self.asking };
        client.call(request).await
    }
}
