//! `cratebase serve`: start, say where, wait for a signal, stop.

use std::convert::Infallible;
use std::io::IsTerminal as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use super::manager::{self, State};
use super::{Failed, say};
use crate::app::{self, Running, World};
use crate::certificates::Certificates;
use crate::config::{Config, Flags, Loaded};
use crate::logs::notes::Listener;

#[derive(Args)]
pub struct Serve {
    /// Host names to serve over HTTPS, with certificates that are got and renewed by themselves
    #[arg(value_name = "DOMAIN")]
    domains: Vec<String>,
    /// Address and port [default: 127.0.0.1:8090; with HTTPS, where browsers are sent there from: 0.0.0.0:80]
    #[arg(long, value_name = "ADDR")]
    http: Option<String>,
    /// Address and port of HTTPS, where there are domains or a certificate [default: 0.0.0.0:443]
    #[arg(long, value_name = "ADDR")]
    https: Option<String>,
    /// Web origins that may read answers, separated by commas [default: *]
    #[arg(long, value_delimiter = ',', value_name = "ORIGINS")]
    origins: Option<Vec<String>>,
    /// Directory served at / [default: ./public]
    #[arg(long, alias = "publicDir", value_name = "DIR")]
    public_dir: Option<String>,
    /// Name of the environment variable with the key that settings are encrypted with
    #[arg(long, alias = "encryptionEnv", value_name = "NAME")]
    encryption_env: Option<String>,
}

impl Serve {
    pub fn flags(&self) -> Flags {
        let mut flags = Flags::new();
        if !self.domains.is_empty() {
            flags.push(("tls.domains", self.domains.clone().into()));
            flags.push(("http.listen", "0.0.0.0:80".into()));
        }
        if let Some(http) = &self.http {
            flags.push(("http.listen", http.clone().into()));
        }
        if let Some(https) = &self.https {
            flags.push(("tls.listen", https.clone().into()));
        }
        if let Some(origins) = &self.origins {
            flags.push(("http.origins", origins.clone().into()));
        }
        if let Some(dir) = &self.public_dir {
            flags.push(("http.public_dir", dir.clone().into()));
        }
        if let Some(variable) = &self.encryption_env {
            flags.push(("settings.encryption_env", variable.clone().into()));
        }
        flags
    }
}

pub async fn run(loaded: Loaded) -> Result<(), Failed> {
    let config = loaded.config;
    let listener = report(&config);
    // Registered first, so that no signal is missed while starting.
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    let hangup = signal(SignalKind::hangup())?;
    app::prepare(&config)?;
    let services = app::open(&config, World::default()).await?;
    let backups = services.backups.clone();
    listener.tell(services.logs.clone());
    let running = app::start(services)?;
    greet(&config, &running).await?;
    manager::tell(State::Ready);
    let certificates = running.services.certificates.clone();
    let restart = tokio::select! {
        never = reread(hangup, certificates) => match never {},
        () = one_of(&mut term, &mut int) => false,
        () = backups.restart_wanted() => true,
    };
    manager::tell(if restart { State::Restarting } else { State::Stopping });
    tracing::info!("stopping; a second signal stops at once");
    tokio::select! {
        stopped = running.stop() => stopped?,
        () = one_of(&mut term, &mut int) => return Err(Failed("Stopped at once; requests were cut off.".into())),
    }
    if restart { Err(begin_again()) } else { Ok(()) }
}

/// Becomes a new process of the same command; returns only when that fails.
fn begin_again() -> Failed {
    let error = match std::env::current_exe() {
        Ok(program) => Command::new(program).args(std::env::args_os().skip(1)).exec(),
        Err(error) => error,
    };
    Failed(format!("The server stopped but could not start again: {error}."))
}

/// SIGHUP: certificates are looked at now rather than in a while. Nothing else is read again.
async fn reread(mut hangup: Signal, certificates: Option<Arc<Certificates>>) -> Infallible {
    loop {
        if hangup.recv().await.is_none() {
            return std::future::pending().await;
        }
        match &certificates {
            Some(certificates) => certificates.hurry().await,
            None => tracing::info!("SIGHUP is for certificates, and there are none"),
        }
    }
}

async fn one_of(term: &mut Signal, int: &mut Signal) {
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}

async fn greet(config: &Config, running: &Running) -> Result<(), Failed> {
    let base = base(running);
    let dir = app::absolute(&config.data_dir)?;
    let version = env!("CARGO_PKG_VERSION");
    say(&format!(
        "Cratebase {version} serves {base}\n  API        {base}/api/\n  Dashboard  {base}/_/\n  Data       {}\n",
        dir.display()
    ))?;
    if let Some(token) = running.services.auth.installer_token().await? {
        say(&format!(
            "\nThere is no superuser yet. Make one within 30 minutes at\n  {base}/_/#/pbinstall/{token}\nor with\n  \
             cratebase superuser upsert EMAIL PASSWORD\n"
        ))?;
    }
    Ok(())
}

/// Where to find the server.
fn base(running: &Running) -> String {
    let address = reachable(running.address);
    let Some(certificates) = &running.services.certificates else { return format!("http://{address}") };
    match (certificates.config().domains.first(), address.port()) {
        (Some(domain), 443) => format!("https://{domain}"),
        (Some(domain), port) => format!("https://{domain}:{port}"),
        (None, _) => format!("https://{address}"),
    }
}

/// An address to open: "all interfaces" is none.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    address
}

/// What the server reports goes to stderr, and to the log as soon as there is one.
fn report(config: &Config) -> Listener {
    let level = if config.dev { "info,actix_server=warn,cratebase=debug" } else { config.log.level.as_str() };
    let colours = std::io::stderr().is_terminal();
    let stderr = tracing_subscriber::fmt::layer().with_ansi(colours).with_writer(std::io::stderr);
    let listener = Listener::default();
    // Not more: in development, mails are shown that way, and what they hold is no business of the log.
    let kept = listener.clone().with_filter(LevelFilter::WARN);
    // Fails only when there is a logger already.
    let _ = tracing_subscriber::registry().with(stderr.with_filter(EnvFilter::new(level))).with(kept).try_init();
    listener
}
