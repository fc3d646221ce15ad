//! `/api/settings`: what can be changed while the server runs, for superusers.

use actix_web::{get, patch, post};

use super::{Routes, SuperuserRefusal};
use crate::http::ask::{Ask, done};
use crate::http::body::Raw;
use crate::http::error::Answer;
use crate::http::settings::LOADING;
use crate::value::Json;

pub fn routes(config: &mut impl Routes) {
    config.service(view).service(secrets).service(update).service(test_mail).service(test_s3);
}

/// View the settings
///
/// Secrets are left out.
#[utoipa::path(tag = "settings", security(("superuser" = [])), responses((status = 200, description = "The settings", body = Object), SuperuserRefusal))]
#[get("/api/settings")]
pub async fn view(ask: Ask) -> Answer {
    ask.superuser()?;
    ask.json(ask.settings().public_json())
}

/// Tell which secrets are set
///
/// `{"set": ["smtp.password", …]}`: names, no values.
#[utoipa::path(tag = "settings", security(("superuser" = [])), responses((status = 200, description = "Their names", body = Object), SuperuserRefusal))]
#[get("/api/settings/secrets")]
pub async fn secrets(ask: Ask) -> Answer {
    ask.superuser()?;
    ask.json(ask.settings().secrets_json())
}

/// Update the settings
///
/// Merged deeply into what is there; lists are replaced. A secret that is not sent stays, `""` clears it.
#[utoipa::path(tag = "settings", security(("superuser" = [])), request_body = Object, responses((status = 200, description = "The settings", body = Object), SuperuserRefusal))]
#[patch("/api/settings")]
pub async fn update(ask: Ask, raw: Raw) -> Answer {
    ask.superuser()?;
    let changes = raw.object(&ask, LOADING).await?;
    ask.json(ask.save_settings(changes).await?.public_json())
}

/// Send a mail to try the mail server
///
/// `template` is `verification`, `password-reset`, `email-change`, `otp` or `login-alert`; of `collection`, else of the
/// superusers.
#[utoipa::path(tag = "settings", security(("superuser" = [])), request_body = Object, responses((status = 204, description = "The mail server took it"), SuperuserRefusal))]
#[post("/api/settings/test/email")]
pub async fn test_mail(ask: Ask, raw: Raw) -> Answer {
    ask.superuser()?;
    let form = raw.object(&ask, LOADING).await?;
    ask.auth.test_mail(&form).await?;
    done()
}

/// Try a bucket
///
/// Writes and removes a small object with the settings as they are saved; `filesystem` is `storage` or `backups`.
#[utoipa::path(tag = "settings", security(("superuser" = [])), request_body = Object, responses((status = 204, description = "It works"), SuperuserRefusal))]
#[post("/api/settings/test/s3")]
pub async fn test_s3(ask: Ask, raw: Raw) -> Answer {
    ask.superuser()?;
    let form = raw.object(&ask, LOADING).await?;
    ask.test_bucket(form.get("filesystem").and_then(Json::as_str).unwrap_or_default()).await?;
    done()
}
