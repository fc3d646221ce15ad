//! `cratebase serve`: start, say where, wait for a signal, stop.

use std::io::IsTerminal as _;
use std::net::{Ipv4Addr, SocketAddr};

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Failed, say};
use crate::app::{self, Running, World};
use crate::config::{Config, Flags, Loaded};

#[derive(Args)]
pub struct Serve {
    /// Address and port [default: 127.0.0.1:8090]
    #[arg(long, value_name = "ADDR")]
    http: Option<String>,
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
        if let Some(http) = &self.http {
            flags.push(("http.listen", http.clone().into()));
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
    log_to_stderr(&config);
    // Registered first, so that no signal is missed while starting.
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    let services = app::open(&config, World::default()).await?;
    let running = app::start(services)?;
    greet(&config, &running).await?;
    one_of(&mut term, &mut int).await;
    tracing::info!("stopping; a second signal stops at once");
    tokio::select! {
        stopped = running.stop() => Ok(stopped?),
        () = one_of(&mut term, &mut int) => Err(Failed("Stopped at once; requests were cut off.".into())),
    }
}

async fn one_of(term: &mut Signal, int: &mut Signal) {
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}

async fn greet(config: &Config, running: &Running) -> Result<(), Failed> {
    let base = format!("http://{}", reachable(running.address));
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

/// An address to open: "all interfaces" is none.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    address
}

fn log_to_stderr(config: &Config) {
    let level = if config.dev { "info,actix_server=warn,cratebase=debug" } else { config.log.level.as_str() };
    let filter = tracing_subscriber::EnvFilter::new(level);
    // Fails only when there is a logger already.
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    let _ = log.try_init();
}
