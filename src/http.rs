//! The outside: HTTP in, bytes out. The only place besides `app` that names actix; one file per resource under `api`.
//!
//! A request passes the [`shell`] (CORS, alias, HEAD, panic guard, headers of every answer), the router, then its
//! handler, whose first argument [`ask::Ask`] says who asks and what.

pub mod api;
pub mod ask;
pub mod blur;
pub mod body;
pub mod client_ip;
pub mod config;
mod connection;
pub mod cors;
pub mod dashboard;
mod delivery;
mod elsewhere;
pub mod error;
pub mod limits;
mod listen;
pub mod metrics;
pub mod openapi;
mod parts;
pub mod public;
pub mod settings;
pub mod shell;
mod squeeze;
pub mod sse;
pub mod traces;
pub mod unread;
pub mod visits;
pub mod ws;

use std::sync::Arc;

use actix_web::App;
use utoipa_actix_web::AppExt as _;

pub use config::Config;
pub use listen::{Sockets, serve};

use crate::auth::Auth;
use crate::backup::Backups;
use crate::certificates::Certificates;
use crate::clock::Clock;
use crate::files::Files;
use crate::inventory::Scales;
use crate::jobs::Jobs;
use crate::limits::Windows;
use crate::logs::Logs;
use crate::mail::Mailer;
use crate::realtime::Hub;
use crate::records::Records;
use crate::settings::Settings;
use crate::store::Store;

/// Everything handlers call upon; one per process, shared by all workers.
pub struct Services {
    pub store: Store,
    pub files: Files,
    pub records: Records,
    pub auth: Auth,
    pub hub: Hub,
    pub settings: crate::settings::Live,
    pub logs: Logs,
    pub jobs: Jobs,
    pub backups: Backups,
    pub clock: Clock,
    /// Requests counted by the rules of the settings.
    pub limits: Windows,
    pub config: Config,
    /// `None` without TLS.
    pub certificates: Option<Arc<Certificates>>,
    /// What was answered, counted.
    pub metrics: metrics::Metrics,
    pub traces: traces::Traces,
    /// How much files weigh.
    pub scales: Scales,
    pub mailer: Mailer,
    /// Whether rules ask for request headers, by catalog version.
    pub rules: ask::RuleUse,
}

impl Services {
    /// The settings of this moment.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.load()
    }
}

/// The API description without the collections of any data directory.
pub fn document() -> utoipa::openapi::OpenApi {
    App::new().into_utoipa_app().configure(|config| api::routes(config)).split_for_parts().1
}
