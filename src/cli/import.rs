//! `cratebase import …`: another system's data directory becomes a new one of ours.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::Subcommand;

use super::{Failed, say};
use crate::app;
use crate::config::Loaded;
use crate::import::{self, EncryptionKey, Options, Progress};

#[derive(Subcommand)]
pub enum Import {
    /// A PocketBase data directory (pb_data), into a data directory that is empty or missing
    Pocketbase {
        /// The directory to read; it is never written
        src: PathBuf,
        /// Name of the environment variable with the key its settings are encrypted with
        #[arg(long, alias = "encryptionEnv", value_name = "NAME")]
        encryption_env: Option<String>,
    },
}

pub async fn run(loaded: &Loaded, command: Import) -> Result<(), Failed> {
    let Import::Pocketbase { src, encryption_env } = command;
    let target = app::absolute(&loaded.config.data_dir)?;
    let encryption_key = encryption_env.as_deref().map(EncryptionKey::from_env).transpose()?;
    let options = Options { encryption_key, ..Options::default() };
    let work = move || import::pocketbase(&src, &target, &options, &mut show).map(|report| (report, target));
    let (report, target) = tokio::task::spawn_blocking(work).await.map_err(|e| Failed(e.to_string()))??;
    say(&format!("{report}Start it with: cratebase serve --dir {}\n", target.display()))
}

/// One line that is written over, and only where somebody watches.
fn show(progress: Progress<'_>) {
    let mut err = std::io::stderr();
    if err.is_terminal() {
        // A terminal that went away is no reason to stop.
        let _ = write!(err, "\r\x1b[K{progress}\r");
    }
}
