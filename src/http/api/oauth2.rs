//! Signing in by OAuth2: `auth-with-oauth2`, and the page providers send browsers back to.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use actix_web::{HttpRequest, HttpResponse, get, post, web};

use super::auth::{LOADING, signed_in};
use super::{Refusal, Routes, ShapeParams, SuperuserRefusal};
use crate::auth::methods::OAUTH2;
use crate::auth::oauth2::redirect::Back;
use crate::http::ask::Ask;
use crate::http::body::Raw;
use crate::http::error::Answer;
use crate::http::limits;
use crate::value::{Json, Object};

pub fn routes(config: &mut impl Routes) {
    config.service(with_oauth2).service(returned).service(returned_by_form).service(apple_secret);
}

/// Sign in by OAuth2
///
/// `provider`, `code`, `codeVerifier` and `redirectURL` as used with the provider; `createData` for a new account.
#[utoipa::path(tag = "auth", params(ShapeParams), request_body = Object, responses((status = 200, description = "Token, record and what the provider said", body = Object), Refusal))]
#[post("/api/collections/{collection}/auth-with-oauth2")]
pub async fn with_oauth2(ask: Ask, path: web::Path<String>, raw: Raw, request: HttpRequest) -> Answer {
    ask.auth.offers(&path, &OAUTH2)?;
    let form = raw.object(&ask, LOADING).await?;
    let visit = ask.visit(&request);
    let ip = visit.ip.clone();
    let may_make = || limits::admit_account(&ask, &request, &ask.ctx.caller, &ip);
    signed_in(&ask, ask.auth.with_oauth2(visit, &path, &form, &may_make).await?)
}

/// Come back from a provider
///
/// Hands `code` to the client that waits on the realtime connection `state`, then shows how it went.
#[utoipa::path(tag = "auth", responses((status = 307, description = "To a page that says how it went")))]
#[get("/api/oauth2-redirect")]
pub async fn returned(ask: Ask, request: HttpRequest) -> Answer {
    let pairs = ask.ctx.query.iter().map(|(key, value)| (key.clone(), Json::String(value.clone())));
    let back = Back::of(&pairs.collect());
    page(StatusCode::TEMPORARY_REDIRECT, ask.auth.redirected(&back, ask.real_ip(&request)))
}

/// Come back from a provider by form
#[utoipa::path(tag = "auth", request_body = Object, responses((status = 303, description = "To a page that says how it went")))]
#[post("/api/oauth2-redirect")]
pub async fn returned_by_form(ask: Ask, raw: Raw, request: HttpRequest) -> Answer {
    let back = Back::of(&raw.object(&ask, "").await.unwrap_or_else(|_| Object::new()));
    page(StatusCode::SEE_OTHER, ask.auth.redirected(&back, ask.real_ip(&request)))
}

/// Make a client secret for Apple
///
/// Out of `clientId`, `teamId`, `keyId`, `privateKey` (PEM) and `duration` in seconds.
#[utoipa::path(tag = "settings", security(("superuser" = [])), request_body = Object, responses((status = 200, description = "The secret", body = Object), SuperuserRefusal))]
#[post("/api/settings/apple/generate-client-secret")]
pub async fn apple_secret(ask: Ask, raw: Raw) -> Answer {
    ask.superuser()?;
    let form = raw.object(&ask, LOADING).await?;
    ask.json(ask.auth.apple_secret(&form)?)
}

/// Neither the browser's history nor the next page's server shall see the code.
fn page(status: StatusCode, done: bool) -> Answer {
    let (page, text) = match done {
        true => ("../_/#/auth/oauth2-redirect-success", "Signed in. You can close this window."),
        false => {
            ("../_/#/auth/oauth2-redirect-failure", "The sign-in failed. You can close this window and try again.")
        }
    };
    let mut answer = HttpResponse::build(if cfg!(feature = "ui") { status } else { StatusCode::OK });
    answer.insert_header((CACHE_CONTROL, "no-store")).insert_header((REFERRER_POLICY, "no-referrer"));
    if cfg!(feature = "ui") {
        return Ok(answer.insert_header((LOCATION, page)).finish());
    }
    Ok(answer.content_type("text/plain; charset=utf-8").body(text))
}
