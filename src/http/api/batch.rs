//! `/api/batch`: several writes in one transaction.

use actix_web::post;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Refusal;
use crate::error::Error;
use crate::http::ask::Ask;
use crate::http::body::Raw;
use crate::http::error::Answer;

/// Bytes of a batch when the settings say 0: 128 MiB.
const LIMIT: u64 = 128 << 20;
const UNREADABLE: &str = "Failed to read the submitted batch data.";

pub fn routes(config: &mut ServiceConfig) {
    config.service(batch);
}

/// Batch
///
/// Creates, updates, upserts and deletes that succeed or fail together, each under its own rules.
#[utoipa::path(tag = "records", request_body = Object, responses((status = 200, description = "One answer per request", body = Vec<Object>), Refusal))]
#[post("/api/batch")]
pub async fn batch(ask: Ask, raw: Raw) -> Answer {
    let batch = ask.settings().batch.clone();
    // Before anything is read: nobody should send 128 MiB in vain.
    if !batch.enabled || batch.max_requests <= 0 {
        return Err(Error::forbidden("Batch requests are not allowed.").into());
    }
    let limit = u64::try_from(batch.max_body_size).ok().filter(|n| *n > 0).unwrap_or(LIMIT);
    let form = raw.form(&ask, limit).await.map_err(|e| e.under(UNREADABLE))?;
    ask.json(ask.records.batch(ask.ctx.clone(), &form.fields, form.uploads).await?)
}
