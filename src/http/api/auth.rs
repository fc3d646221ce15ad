//! Signing in: `/api/collections/{collection}/auth-…`.

mod by_mail;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, get, post, web};

use super::{Refusal, Routes, ShapeParams, SuperuserRefusal};
use crate::auth::SignIn;
use crate::auth::methods::{OTP, PASSWORD};
use crate::error::{Error, Result};
use crate::http::ask::{self, Ask};
use crate::http::body::Raw;
use crate::http::error::{Answer, JSON};
use crate::value::json;

/// What malformed bodies of this resource are answered.
pub(super) const LOADING: &str = "An error occurred while loading the submitted data.";

pub fn routes(config: &mut impl Routes) {
    config.service(with_password).service(refresh).service(methods);
    config.service(request_otp).service(with_otp).service(impersonate);
    by_mail::routes(config);
}

/// Sign in with a password
#[utoipa::path(tag = "auth", params(ShapeParams), request_body = Object, responses((status = 200, description = "Token and record", body = Object), Refusal))]
#[post("/api/collections/{collection}/auth-with-password")]
pub async fn with_password(ask: Ask, path: web::Path<String>, raw: Raw, request: HttpRequest) -> Answer {
    ask.auth.offers(&path, &PASSWORD)?;
    let form = raw.object(&ask, LOADING).await?;
    signed_in(&ask, ask.auth.with_password(ask.visit(&request), &path, &form).await?)
}

/// Ask for a one-time code
///
/// It goes to the e-mail address of the account, if there is one; nobody learns whether.
#[utoipa::path(tag = "auth", request_body = Object, responses((status = 200, description = "The id to send with the code", body = Object), Refusal))]
#[post("/api/collections/{collection}/request-otp")]
pub async fn request_otp(ask: Ask, path: web::Path<String>, raw: Raw, request: HttpRequest) -> Answer {
    ask.auth.offers(&path, &OTP)?;
    let form = raw.object(&ask, LOADING).await?;
    ask.json(ask.auth.request_otp(&path, &form, &ask.real_ip(&request))?)
}

/// Sign in with a one-time code
#[utoipa::path(tag = "auth", params(ShapeParams), request_body = Object, responses((status = 200, description = "Token and record", body = Object), Refusal))]
#[post("/api/collections/{collection}/auth-with-otp")]
pub async fn with_otp(ask: Ask, path: web::Path<String>, raw: Raw, request: HttpRequest) -> Answer {
    ask.auth.offers(&path, &OTP)?;
    let form = raw.object(&ask, LOADING).await?;
    signed_in(&ask, ask.auth.with_otp(ask.visit(&request), &path, &form).await?)
}

/// Act as somebody else
///
/// A token for the account that cannot be renewed, for so many seconds (0 = as long as any of its collection).
#[utoipa::path(tag = "auth", params(ShapeParams), security(("superuser" = [])), request_body = Object, responses((status = 200, description = "Token and record", body = Object), SuperuserRefusal))]
#[post("/api/collections/{collection}/impersonate/{id}")]
pub async fn impersonate(ask: Ask, path: web::Path<(String, String)>, raw: Raw, request: HttpRequest) -> Answer {
    ask.superuser()?;
    let (collection, id) = path.into_inner();
    ask.auth.may_impersonate(&collection)?;
    let form = raw.object(&ask, LOADING).await?;
    ask.json(ask.auth.impersonate(ask.visit(&request), (&collection, &id), &form).await?)
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
    ask.json(ask.auth.refresh(ask.visit(&request), &path, shown).await?)
}

/// Ways to sign in
#[utoipa::path(tag = "auth", params(ShapeParams), responses((status = 200, description = "The enabled methods", body = Object), Refusal))]
#[get("/api/collections/{collection}/auth-methods")]
pub async fn methods(ask: Ask, path: web::Path<String>) -> Answer {
    known(&ask, &path)?;
    ask.json(ask.auth.methods(&path)?)
}

/// The session, or 401 with the id that the next factor has to come with.
pub(super) fn signed_in(ask: &Ask, outcome: SignIn) -> Answer {
    match outcome {
        SignIn::Session(body) => ask.json(body),
        SignIn::MoreFactors { mfa_id } => {
            let body = json::text(&serde_json::json!({ "mfaId": mfa_id }));
            Ok(HttpResponse::Unauthorized().insert_header((CONTENT_TYPE, JSON)).body(body))
        }
    }
}

/// An unknown collection is answered before a token or a body is looked at.
fn known(ask: &Ask, collection: &str) -> Result<()> {
    match ask.store.catalog().find(collection) {
        Some(_) => Ok(()),
        None => Err(Error::not_found("Missing or invalid collection context.")),
    }
}
