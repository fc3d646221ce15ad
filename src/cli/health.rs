//! `cratebase health`: one question to the running server, for those who watch over it and have no client of their own.

use std::time::Duration;

use clap::Args;

use super::{Failed, say};
use crate::config::{Config, Flags, Loaded};
use crate::outbound;

#[derive(Args)]
pub struct Health {
    /// Where the server listens [default: as configured]
    #[arg(long, value_name = "ADDR")]
    http: Option<String>,
}

const PATIENCE: Duration = Duration::from_secs(10);

impl Health {
    pub fn flags(&self) -> Flags {
        self.http.iter().map(|http| ("http.listen", http.clone().into())).collect()
    }
}

pub async fn run(loaded: &Loaded, health: Health) -> Result<(), Failed> {
    let base = match health.http {
        Some(http) => format!("http://{}", near(&http)),
        None => base(&loaded.config),
    };
    let asked = tokio::time::timeout(PATIENCE, outbound::probe(&format!("{base}/api/ready"))).await;
    match asked {
        Ok(Ok(200)) => say(&format!("{base} is ready.\n")),
        Ok(Ok(status)) => Err(Failed(format!("{base} answers {status}."))),
        Ok(Err(why)) => Err(Failed(format!("{base} does not answer: {why}."))),
        Err(_) => Err(Failed(format!("{base} does not answer in time."))),
    }
}

fn base(config: &Config) -> String {
    match config.tls.is_on() {
        true => format!("https://{}", near(&config.tls.listen)),
        false => format!("http://{}", near(&config.http.listen)),
    }
}

/// An address to open from this machine: "all interfaces" is none.
pub fn near(listen: &str) -> String {
    listen.replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:")
}
