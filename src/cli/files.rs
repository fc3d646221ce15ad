//! `cratebase files …`: records and their files compared, cleared up, moved between folder and bucket.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use clap::{Subcommand, ValueEnum};

use super::{Failed, say};
use crate::app::{self, World};
use crate::config::Loaded;
use crate::http::Services;
use crate::inventory::{Findings, Inventory, Keys, Moved, Orphans, Progress, Source, To};
use crate::value::Object;

/// How soon servers follow a change of the settings, and a little more.
const FOLLOWED: Duration = Duration::from_secs(4);
const HOUR: Duration = Duration::from_secs(3600);

#[derive(Subcommand)]
pub enum Files {
    /// Compare records with the files that are there; fails when one is missing
    Check,
    /// Remove files that no record names
    Sweep {
        /// Files younger than this stay: they may belong to a request that is under way
        #[arg(long, value_name = "HOURS", default_value_t = 24)]
        older_than: u64,
    },
    /// Copy all files to the bucket of the settings or back, then use them there
    Move {
        #[arg(long)]
        to: Place,
        /// Remove them where they were
        #[arg(long)]
        remove: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Place {
    /// The bucket of the settings
    S3,
    /// The data directory
    Local,
}

pub async fn run(loaded: &Loaded, command: Files) -> Result<(), Failed> {
    let services = app::open(&loaded.config, World::default()).await?;
    let inventory = Inventory::new(services.records.clone());
    match command {
        Files::Check => {
            let found = inventory.look_through(Orphans::Keep, &mut show).await?;
            say(&described(&found))?;
            if found.is_whole() { Ok(()) } else { Err(Failed(format!("{} files are missing.", found.missing.count))) }
        }
        Files::Sweep { older_than } => {
            let older_than = HOUR.saturating_mul(u32::try_from(older_than).unwrap_or(u32::MAX));
            let found = inventory.look_through(Orphans::Remove(older_than), &mut show).await?;
            say(&described(&found))?;
            say(&format!("Removed {} files that no record names.\n", found.removed))
        }
        Files::Move { to, remove } => {
            let to = if matches!(to, Place::S3) { To::Bucket } else { To::Folder };
            let source = if remove { Source::Remove } else { Source::Keep };
            transfer(&services, &inventory, (to, source)).await
        }
    }
}

/// Copies, has everyone use the other place, and copies what came meanwhile.
async fn transfer(services: &Services, inventory: &Inventory, (to, source): (To, Source)) -> Result<(), Failed> {
    let first = inventory.bring(to, Source::Keep, &mut show).await?;
    let enabled = to == To::Bucket;
    if services.settings().s3.enabled != enabled {
        let s3 = Object::from_iter([("enabled".to_string(), enabled.into())]);
        services.save_settings(Object::from_iter([("s3".to_string(), s3.into())])).await?;
        tokio::time::sleep(FOLLOWED).await;
    }
    let second = inventory.bring(to, source, &mut show).await?;
    say(&report(&first, &second, to))?;
    match second.missing.count {
        0 => Ok(()),
        count => Err(Failed(format!("{count} files are in neither place."))),
    }
}

fn report(first: &Moved, second: &Moved, to: To) -> String {
    let place = if to == To::Bucket { "the bucket" } else { "the data directory" };
    let (copied, bytes) = (first.copied + second.copied, first.bytes + second.bytes);
    let mut text = format!("Copied {copied} files ({}) to {place}, where files are kept from now on.\n", size(bytes));
    if first.there > 0 {
        text += &format!("{} files were there already.\n", first.there);
    }
    if second.removed > 0 {
        text += &format!("Removed {} files where they were.\n", second.removed);
    }
    text + &list("in neither place", &second.missing)
}

fn described(found: &Findings) -> String {
    let mut text = format!(
        "Records name {} files; {} are there ({}), with {} thumbnails.\n",
        found.named,
        found.found,
        size(found.found_bytes),
        found.thumbs
    );
    if found.left_behind > 0 {
        let still = found.left_behind;
        text += &format!("{still} files are still in the data directory: cratebase files move --to s3\n");
    }
    if found.foreign > 0 {
        text += &format!("{} objects of the bucket belong to no collection and are left alone.\n", found.foreign);
    }
    if found.orphans.count > 0 {
        text += &format!("{} files ({}) are named by no record.\n", found.orphans.count, size(found.orphan_bytes));
    }
    text + &list("named by no record", &found.orphans) + &list("missing", &found.missing)
}

fn list(what: &str, keys: &Keys) -> String {
    let lines: String = keys.first.iter().map(|key| format!("  {what}: {key}\n")).collect();
    let more = keys.count - keys.first.len() as u64;
    if more > 0 { format!("{lines}  and {more} more\n") } else { lines }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

/// One line that is written over, and only where somebody watches.
fn show(progress: Progress<'_>) {
    let mut err = std::io::stderr();
    if err.is_terminal() {
        // A terminal that went away is no reason to stop.
        let _ = write!(err, "\r\x1b[K{progress}\r");
    }
}
