//! Signing in: `/api/collections/{collection}/auth-…`.

use actix_web::{HttpRequest, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{Refusal, ShapeParams};
use crate::error::{Error, Result};
use crate::http::ask::{self, Ask};
use crate::http::body::Raw;
use crate::http::error::Answer;

/// What malformed bodies of this resource are answered.
const LOADING: &str = "An error occurred while loading the submitted data.";

pub fn routes(config: &mut ServiceConfig) {
    config.service(with_password).service(refresh).service(methods);
}

/// Sign in with a password
#[utoipa::path(tag = "auth", params(ShapeParams), request_body = Object, responses((status = 200, description = "Token and record", body = Object), Refusal))]
#[post("/api/collections/{collection}/auth-with-password")]
pub async fn with_password(ask: Ask, path: web::Path<String>, raw: Raw) -> Answer {
    ask.auth.takes_passwords(&path)?;
    let form = raw.object(&ask, LOADING).await?;
    ask.json(ask.auth.with_password(ask.ctx.clone(), &path, &form).await?)
}

/// Renew a token
///
/// The caller's own record, with a new token.
#[utoipa::path(tag = "auth", params(ShapeParams), responses((status = 200, description = "Token and record", body = Object), Refusal))]
#[post("/api/collections/{collection}/auth-refresh")]
pub async fn refresh(ask: Ask, path: web::Path<String>, request: HttpRequest) -> Answer {
    known(&ask, &path)?;
    ask.member_of(&path)?;
    let shown = ask::token(request.headers()).unwrap_or_default();
    ask.json(ask.auth.refresh(ask.ctx.clone(), &path, shown).await?)
}

/// Ways to sign in
#[utoipa::path(tag = "auth", params(ShapeParams), responses((status = 200, description = "The enabled methods", body = Object), Refusal))]
#[get("/api/collections/{collection}/auth-methods")]
pub async fn methods(ask: Ask, path: web::Path<String>) -> Answer {
    known(&ask, &path)?;
    ask.json(ask.auth.methods(&path)?)
}

/// An unknown collection is answered before a token or a body is looked at.
fn known(ask: &Ask, collection: &str) -> Result<()> {
    match ask.store.catalog().find(collection) {
        Some(_) => Ok(()),
        None => Err(Error::not_found("Missing or invalid collection context.")),
    }
}
