//! `/api/logs`: what was asked and answered, for superusers. Looking at the log leaves no trace in it.

use actix_web::{delete, get, web};

use super::{ListParams, Routes, SuperuserRefusal};
use crate::http::ask::{Ask, done};
use crate::http::error::Answer;

pub fn routes(config: &mut impl Routes) {
    config.service(list).service(stats).service(view).service(clear);
}

/// List log entries
///
/// Filters and sorts know `id`, `created`, `level`, `message`, and `data` with paths into it, such as `data.status >= 400`.
#[utoipa::path(tag = "logs", security(("superuser" = [])), params(ListParams), responses((status = 200, description = "A page of entries", body = Object), SuperuserRefusal))]
#[get("/api/logs")]
pub async fn list(ask: Ask) -> Answer {
    ask.superuser()?;
    ask.json(ask.logs.list(&ask.ctx).await?)
}

/// Count log entries by the hour
#[utoipa::path(tag = "logs", security(("superuser" = [])), params(("filter" = Option<String>, Query, description = "As in a list")), responses((status = 200, description = "Hours that have entries: `{date, total}`", body = Vec<Object>), SuperuserRefusal))]
#[get("/api/logs/stats")]
pub async fn stats(ask: Ask) -> Answer {
    ask.superuser()?;
    ask.json(ask.logs.per_hour(&ask.ctx).await?)
}

/// View a log entry
#[utoipa::path(tag = "logs", security(("superuser" = [])), responses((status = 200, description = "The entry", body = Object), SuperuserRefusal))]
#[get("/api/logs/{id}")]
pub async fn view(ask: Ask, id: web::Path<String>) -> Answer {
    ask.superuser()?;
    ask.json(ask.logs.view(&id).await?)
}

/// Remove all log entries
#[utoipa::path(tag = "logs", security(("superuser" = [])), responses((status = 204, description = "Removed"), SuperuserRefusal))]
#[delete("/api/logs")]
pub async fn clear(ask: Ask) -> Answer {
    ask.superuser()?;
    ask.logs.clear().await?;
    done()
}
