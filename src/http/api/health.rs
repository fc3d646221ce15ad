//! `/api/health`: whether the server answers, and what a superuser may know about the way to it.

use actix_web::{HttpRequest, get};

use super::Routes;
use crate::http::ask::Ask;
use crate::http::client_ip;
use crate::http::error::Answer;
use crate::value::json;

pub fn routes(config: &mut impl Routes) {
    config.service(health);
}

/// Health
///
/// Superusers also see how their request arrived.
#[utoipa::path(tag = "server", responses((status = 200, description = "The server answers", body = Object)))]
#[get("/api/health")]
pub async fn health(ask: Ask, request: HttpRequest) -> Answer {
    let mut out = br#"{"message":"API is healthy.","code":200,"data":{"#.to_vec();
    if ask.ctx.caller.is_superuser() {
        out.extend_from_slice(br#""canBackup":true,"realIP":"#);
        json::write_str(&mut out, &ask.real_ip(&request));
        out.extend_from_slice(br#","possibleProxyHeader":"#);
        let proxy = &ask.settings().trusted_proxy;
        json::write_str(&mut out, client_ip::possible_proxy_header(request.headers(), proxy));
    }
    out.extend_from_slice(b"}}");
    ask.json(out)
}
