//! `/api/metrics`: numbers about the server, for superusers and what they let look.

use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{HttpResponse, get};

use super::{Routes, SuperuserRefusal};
use crate::http::ask::Ask;
use crate::http::error::Answer;
use crate::http::metrics::page;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

pub fn routes(config: &mut impl Routes) {
    config.service(metrics);
}

/// Metrics
///
/// In the text form that Prometheus reads.
#[utoipa::path(tag = "server", security(("superuser" = [])), responses((status = 200, description = "The numbers", content_type = "text/plain", body = String), SuperuserRefusal))]
#[get("/api/metrics")]
pub async fn metrics(ask: Ask) -> Answer {
    ask.superuser()?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, TEXT)).body(page(ask.services()).await?))
}
