//! The API, one resource per file: parameters, description and handlers side by side.

pub mod auth;
pub mod backups;
pub mod batch;
pub mod collections;
pub mod crons;
pub mod dashboard;
pub mod files;
pub mod health;
pub mod logs;
pub mod metrics;
pub mod oauth2;
pub mod openapi;
pub mod realtime;
pub mod records;
pub mod rules;
pub mod settings;
pub mod sql;

use actix_web::dev::HttpServiceFactory;
use actix_web::web;
use utoipa::{IntoParams, IntoResponses};

use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::service_config::ServiceConfig;

use super::openapi::Envelope;

/// Where routes are registered: a server, or the description of one. Each worker has a server of its own, and a
/// description takes megabytes and milliseconds, so it is made only for those who ask for it.
pub trait Routes {
    fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, route: F) -> &mut Self;
}

impl Routes for web::ServiceConfig {
    fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, route: F) -> &mut Self {
        self.service(route)
    }
}

impl Routes for ServiceConfig<'_> {
    fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, route: F) -> &mut Self {
        self.service(route)
    }
}

/// Every route. The router tries them in this order, so the busiest come first.
pub fn routes(config: &mut impl Routes) {
    records::routes(config);
    files::routes(config);
    batch::routes(config);
    auth::routes(config);
    oauth2::routes(config);
    health::routes(config);
    realtime::routes(config);
    collections::routes(config);
    rules::routes(config);
    settings::routes(config);
    dashboard::routes(config);
    logs::routes(config);
    crons::routes(config);
    backups::routes(config);
    sql::routes(config);
    metrics::routes(config);
    openapi::routes(config);
}

/// Parts of any answer.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ShapeParams {
    /// Comma-separated paths to keep, e.g. `id,expand.author.name`; `*` stands for all other keys of a level, and
    /// `:excerpt(200,true)` after a path cuts HTML down to plain text.
    pub fields: Option<String>,
    /// Comma-separated relations to include, e.g. `author,comments_via_post.author`.
    pub expand: Option<String>,
}

/// A page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ListParams {
    /// From 1.
    pub page: Option<i64>,
    /// Up to 1000; 30 unless said.
    pub per_page: Option<i64>,
    /// Leave the totals out (they become -1), which spares a count.
    pub skip_total: Option<bool>,
    /// Comma-separated fields, `-` before one for descending, `@random`.
    pub sort: Option<String>,
    /// An expression, e.g. `status = 'open' && created > '2026-01-01'`.
    pub filter: Option<String>,
}

/// Which changes are asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct HistoryParams {
    /// Id of a record.
    pub record: Option<String>,
    /// A `seq`; what was earlier.
    pub before: Option<i64>,
    /// Up to 200; 30 unless said.
    pub per_page: Option<i64>,
}

/// Refusals of most routes.
#[derive(IntoResponses)]
pub enum Refusal {
    /// The request cannot be understood or did not pass validation.
    #[response(status = 400)]
    Invalid(#[to_schema] Envelope),
    /// No such thing, or none that the caller may know of.
    #[response(status = 404)]
    NotFound(#[to_schema] Envelope),
}

/// Refusals of routes for superusers.
#[derive(IntoResponses)]
pub enum SuperuserRefusal {
    /// The request cannot be understood or did not pass validation.
    #[response(status = 400)]
    Invalid(#[to_schema] Envelope),
    /// There is no valid token.
    #[response(status = 401)]
    Unauthorized(#[to_schema] Envelope),
    /// The token is not a superuser's.
    #[response(status = 403)]
    Forbidden(#[to_schema] Envelope),
    /// No such thing.
    #[response(status = 404)]
    NotFound(#[to_schema] Envelope),
}
