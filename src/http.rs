//! The outside: HTTP in, bytes out. The only place besides `app` that names actix; one file per resource under `api`.
//!
//! A request passes the [`shell`] (CORS, alias, HEAD, panic guard, headers of every answer), the router, then its
//! handler, whose first argument [`ask::Ask`] says who asks and what.

pub mod api;
pub mod ask;
pub mod body;
pub mod client_ip;
pub mod config;
pub mod cors;
pub mod dashboard;
mod delivery;
pub mod error;
pub mod limits;
pub mod metrics;
pub mod openapi;
mod parts;
pub mod public;
pub mod settings;
pub mod shell;
pub mod sse;
pub mod unread;
pub mod visits;
pub mod ws;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_service::IntoServiceFactory as _;
use actix_web::dev::Server;
use actix_web::{App, HttpServer, web};
use utoipa_actix_web::AppExt as _;

pub use config::Config;

use crate::auth::Auth;
use crate::backup::Backups;
use crate::clock::Clock;
use crate::files::Files;
use crate::jobs::Jobs;
use crate::limits::Windows;
use crate::logs::Logs;
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
    /// What was answered, counted.
    pub metrics: metrics::Metrics,
    /// Whether rules ask for request headers, by catalog version.
    pub rules: ask::RuleUse,
}

impl Services {
    /// The settings of this moment.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.load()
    }
}

/// Serves `services` on a bound socket until the returned server is stopped.
pub fn serve(listener: TcpListener, services: Arc<Services>) -> std::io::Result<Server> {
    let config = services.config.clone();
    let factory = move || {
        let data = web::Data::from(Arc::clone(&services));
        let app = App::new()
            .app_data(data)
            .configure(api::routes)
            .configure(dashboard::routes)
            .default_service(web::to(public::answer));
        shell::Shell::new(app.into_factory(), Arc::clone(&services))
    };
    limit_unread(&listener, config.write_timeout_s);
    let server = HttpServer::new(factory)
        .workers(config.worker_count())
        .tcp_nodelay(true)
        .keep_alive(Duration::from_secs(config.keep_alive_s))
        .client_request_timeout(Duration::from_secs(config.header_timeout_s))
        .shutdown_timeout(config.shutdown_timeout_s)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// Connections inherit from their listener for how long they may be left unread; streams to clients that vanished or never
/// read would keep their place for ever otherwise.
fn limit_unread(listener: &TcpListener, seconds: u32) {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(listener, seconds.saturating_mul(1000)) {
        tracing::warn!("unread connections are not cut: {error}");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (listener, seconds);
}

/// The API description without the collections of any data directory.
pub fn document() -> utoipa::openapi::OpenApi {
    App::new().into_utoipa_app().configure(|config| api::routes(config)).split_for_parts().1
}
