//! What is proven by a link in a mail: an address, the right to a new password, a new address.

use actix_web::{HttpRequest, post, web};

use super::{LOADING, known};
use crate::error::Error;
use crate::http::api::{Refusal, Routes};
use crate::http::ask::{Ask, done};
use crate::http::body::Raw;
use crate::http::error::Answer;

pub fn routes(config: &mut impl Routes) {
    config.service(request_verification).service(confirm_verification);
    config.service(request_password_reset).service(confirm_password_reset);
    config.service(request_email_change).service(confirm_email_change);
}

/// Ask for a mail that proves the address
///
/// Answered alike whether or not there is such an account.
#[utoipa::path(tag = "auth", request_body = Object, responses((status = 204, description = "Done"), Refusal))]
#[post("/api/collections/{collection}/request-verification")]
pub async fn request_verification(ask: Ask, path: web::Path<String>, raw: Raw, request: HttpRequest) -> Answer {
    ask.auth.verifies(&path)?;
    let form = raw.object(&ask, LOADING).await?;
    ask.auth.request_verification(&path, &form, &ask.real_ip(&request))?;
    done()
}

/// Prove the address with the token of the mail
#[utoipa::path(tag = "auth", request_body = Object, responses((status = 204, description = "Done"), Refusal))]
#[post("/api/collections/{collection}/confirm-verification")]
pub async fn confirm_verification(ask: Ask, path: web::Path<String>, raw: Raw) -> Answer {
    ask.auth.verifies(&path)?;
    let form = raw.object(&ask, LOADING).await?;
    ask.auth.confirm_verification(&path, &form).await?;
    done()
}

/// Ask for a mail to choose a new password with
///
/// Answered alike whether or not there is such an account.
#[utoipa::path(tag = "auth", request_body = Object, responses((status = 204, description = "Done"), Refusal))]
#[post("/api/collections/{collection}/request-password-reset")]
pub async fn request_password_reset(ask: Ask, path: web::Path<String>, raw: Raw, request: HttpRequest) -> Answer {
    ask.auth.resets(&path)?;
    let form = raw.object(&ask, LOADING).await?;
    ask.auth.request_password_reset(&path, &form, &ask.real_ip(&request))?;
    done()
}

/// Choose a new password with the token of the mail
///
/// Ends every session of the account.
#[utoipa::path(tag = "auth", request_body = Object, responses((status = 204, description = "Done"), Refusal))]
#[post("/api/collections/{collection}/confirm-password-reset")]
pub async fn confirm_password_reset(ask: Ask, path: web::Path<String>, raw: Raw) -> Answer {
    ask.auth.is_auth(&path)?;
    let form = raw.object(&ask, LOADING).await?;
    ask.auth.confirm_password_reset(&path, &form).await?;
    done()
}

/// Ask for a mail to a new address
#[utoipa::path(tag = "auth", request_body = Object, responses((status = 204, description = "Done"), Refusal))]
#[post("/api/collections/{collection}/request-email-change")]
pub async fn request_email_change(ask: Ask, path: web::Path<String>, raw: Raw) -> Answer {
    known(&ask, &path)?;
    ask.member_of(&path)?;
    ask.auth.changes_emails(&path)?;
    let form = raw.object(&ask, LOADING).await?;
    let account = ask.ctx.caller.record().cloned().ok_or_else(|| Error::unauthorized(""))?;
    ask.auth.request_email_change(account, &form).await?;
    done()
}

/// Take the new address with the token of the mail and the password
///
/// Ends every session of the account.
#[utoipa::path(tag = "auth", request_body = Object, responses((status = 204, description = "Done"), Refusal))]
#[post("/api/collections/{collection}/confirm-email-change")]
pub async fn confirm_email_change(ask: Ask, path: web::Path<String>, raw: Raw, request: HttpRequest) -> Answer {
    ask.auth.changes_emails(&path)?;
    let form = raw.object(&ask, LOADING).await?;
    ask.auth.confirm_email_change(&path, &form, &ask.real_ip(&request)).await?;
    done()
}
