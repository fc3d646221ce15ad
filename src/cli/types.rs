//! `cratebase types`: the collections of the data directory as TypeScript.

mod typescript;

use std::path::PathBuf;

use clap::Args;

use super::{Failed, say};
use crate::app::{self, World};
use crate::config::Loaded;

#[derive(Args)]
pub struct Types {
    /// A file to write to, replaced as a whole [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub async fn run(loaded: &Loaded, types: Types) -> Result<(), Failed> {
    if !loaded.config.data_dir.is_dir() {
        return Err(Failed(format!("There is no data directory {}.", loaded.config.data_dir.display())));
    }
    let services = app::open(&loaded.config, World::default()).await?;
    let text = typescript::print(&services.store.catalog());
    match types.out {
        None => say(&text),
        Some(path) => {
            let cannot = |error: std::io::Error| Failed(format!("{} cannot be written: {error}.", path.display()));
            std::fs::write(&path, text).map_err(cannot)
        }
    }
}
