//! `/api/health`: whether the server answers, and what a superuser may know about the way to it.

use std::time::Duration;

use actix_web::{HttpRequest, get};

use super::Routes;
use crate::error::Error;
use crate::http::ask::Ask;
use crate::http::client_ip;
use crate::http::error::Answer;
use crate::store::{StoreError, Tx};
use crate::value::json;

/// How long a write may take before the server counts as not ready.
const PATIENCE: Duration = Duration::from_secs(2);

pub fn routes(config: &mut impl Routes) {
    config.service(health).service(ready);
}

/// Health
///
/// Superusers also see how their request arrived.
#[utoipa::path(tag = "server", responses((status = 200, description = "The server answers", body = Object)))]
#[get("/api/health")]
pub async fn health(ask: Ask, request: HttpRequest) -> Answer {
    let mut out = br#"{"message":"API is healthy.","code":200,"data":{"#.to_vec();
    if ask.ctx.caller.is_superuser() {
        out.extend_from_slice(br#""canBackup":"#);
        out.extend_from_slice(ask.backups.is_idle().to_string().as_bytes());
        out.extend_from_slice(br#","realIP":"#);
        json::write_str(&mut out, &ask.real_ip(&request));
        out.extend_from_slice(br#","possibleProxyHeader":"#);
        let proxy = &ask.settings().trusted_proxy;
        json::write_str(&mut out, client_ip::possible_proxy_header(request.headers(), proxy));
    }
    out.extend_from_slice(b"}}");
    ask.json(out)
}

/// Readiness
///
/// As health, but asks the database: 200 when a write would be accepted at this moment, else 503.
#[utoipa::path(tag = "server", responses((status = 200, description = "The server does its work", body = Object)))]
#[get("/api/ready")]
pub async fn ready(ask: Ask) -> Answer {
    let late = |_| Error::Unavailable { message: "The database does not answer.".into(), retry_after_s: 1 };
    let write = ask.store.write(|_: &mut Tx| Ok::<_, StoreError>(()));
    tokio::time::timeout(PATIENCE, write).await.map_err(late)??;
    ask.json(br#"{"message":"The server is ready.","code":200,"data":{}}"#.to_vec())
}
