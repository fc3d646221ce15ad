//! `/api/openapi.json`: this API described, with the collections the caller may use.

use actix_web::get;

use super::Routes;
use crate::http::ask::Ask;
use crate::http::error::Answer;
use crate::http::openapi::{self, Audience};

pub fn routes(config: &mut impl Routes) {
    config.service(document);
}

/// This description
///
/// OpenAPI 3.1; superusers see everything, others what rules may let them do.
#[utoipa::path(tag = "server", responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
#[get("/api/openapi.json")]
pub async fn document(ask: Ask) -> Answer {
    let audience = if ask.ctx.caller.is_superuser() { Audience::Superuser } else { Audience::Public };
    ask.json(openapi::render(&crate::http::document(), &ask.store.catalog(), audience)?)
}
