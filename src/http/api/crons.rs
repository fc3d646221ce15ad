//! `/api/crons`: jobs that run by the clock, for superusers.

use actix_web::{get, post, web};

use super::{Routes, SuperuserRefusal};
use crate::http::ask::{Ask, done};
use crate::http::error::Answer;

pub fn routes(config: &mut impl Routes) {
    config.service(list).service(run);
}

/// List jobs
///
/// Each with `id`, `expression`, whether it is `running`, when it is due `next`, and how its `last` run went.
#[utoipa::path(tag = "crons", security(("superuser" = [])), responses((status = 200, description = "The jobs", body = Vec<Object>), SuperuserRefusal))]
#[get("/api/crons")]
pub async fn list(ask: Ask) -> Answer {
    ask.superuser()?;
    ask.json(ask.jobs.list())
}

/// Run a job
///
/// It runs in the background, unless it does so already.
#[utoipa::path(tag = "crons", security(("superuser" = [])), responses((status = 204, description = "It runs"), SuperuserRefusal))]
#[post("/api/crons/{id}")]
pub async fn run(ask: Ask, id: web::Path<String>) -> Answer {
    ask.superuser()?;
    ask.jobs.start(&id)?;
    done()
}
