//! Moving in from PocketBase: its data directory becomes ours, whole or not at all, and is never written.
//!
//! Everything is put together in a directory of its own that takes the target's place at the end. What differs between
//! the two is written into the [`Report`]: nothing is left out in silence.

mod collections;
mod logs;
mod normal;
mod place;
mod records;
mod report;
mod settings;
mod source;
mod storage;
mod tables;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

pub use self::report::{Files, Report, Table};
pub use crate::settings::EncryptionKey;

use self::place::Place;
use self::source::Source;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::id::Ids;
use crate::schema::Collection;
use crate::store::{StoreError, transfer};

/// The database's file in both directories.
const DATABASE: &str = "data.db";
/// The copy of the other database, while it is read.
const COPY: &str = ".source.db";

/// What an import needs besides the two directories.
#[derive(Clone, Default)]
pub struct Options {
    /// What the settings are encrypted with.
    pub encryption_key: Option<EncryptionKey>,
    pub clock: Clock,
    pub ids: Arc<Ids>,
}

/// How far the import is; displays as one line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress<'a> {
    Rows { collection: &'a str, done: u64, total: u64 },
    Files { done: u64, total: u64 },
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |done: u64, total: u64| done.saturating_mul(100).checked_div(total).unwrap_or(100);
        match *self {
            Progress::Rows { collection, done, total } => {
                write!(f, "{collection}: {done} of {total} rows ({} %)", percent(done, total))
            }
            Progress::Files { done, total } => write!(f, "files: {done} of {total} ({} %)", percent(done, total)),
        }
    }
}

/// Moves the PocketBase data directory `source` (v0.23 or later) to `target`, which must be empty or missing. When it
/// fails nothing is left behind, and the error is one sentence for the person at the command line.
pub fn pocketbase(
    source: &Path,
    target: &Path,
    options: &Options,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Report> {
    let started = Instant::now();
    let source = Source::open(source)?;
    let place = Place::make(target, &source.dir)?;
    let mut report = Report::default();
    database(&source, &place, options, progress, &mut report)?;
    logs::copy(&source.dir, place.dir(), progress, &mut report)?;
    storage::copy_backups(&source.dir, place.dir(), &mut report)?;
    source.describe_rest(&mut report)?;
    place.take()?;
    report.elapsed = started.elapsed();
    Ok(report)
}

/// The database and, as it says which there have to be, the files.
fn database(
    source: &Source,
    place: &Place,
    options: &Options,
    progress: &mut dyn FnMut(Progress<'_>),
    report: &mut Report,
) -> Result<()> {
    let (file, copy) = (source.dir.join(DATABASE), place.dir().join(COPY));
    transfer::copy_foreign(&file, &copy).map_err(|error| match error {
        StoreError::Full => refuse(format!("{} is locked by another program; stop it and try again", file.display())),
        other => failed(&format!("cannot read {}", file.display()), other),
    })?;
    let broken = |error| match error {
        StoreError::NoSpace => Error::from(StoreError::NoSpace),
        other => refuse(format!("{} is damaged: {}", file.display(), one_line(&other.to_string()))),
    };
    let db = transfer::Transfer::create(&place.dir().join(DATABASE), &copy, &options.clock).map_err(broken)?;
    db.check_source().map_err(broken)?;
    let tables = tables::read(&db, &file)?;
    let settings = settings::read(&db, options.encryption_key.as_ref(), &file, report)?;
    let collections = collections::read(&db, &tables, options, report)?;
    records::copy(&db, &collections, &tables, progress, report)?;
    settings::write(&db, &settings)?;
    tables::carry_migrations(&db)?;

    let known: Vec<&Collection> = collections.iter().collect();
    storage::copy(&source.dir, place.dir(), &known, progress, report)?;
    if settings.is_in_bucket() {
        report.notes.push("files are in the S3 bucket of the settings and stay there".to_string());
    } else {
        storage::find_missing(&db, place.dir(), &known, report)?;
    }
    db.finish().map_err(|error| failed("the new database is not sound", error))?;
    transfer::remove_copy(&copy).map_err(|error| failed("cannot clean up", error))
}

/// The person's mistake or misfortune, in one sentence.
fn refuse(sentence: impl Into<String>) -> Error {
    Error::bad_request(sentence)
}

/// Something that should have worked.
fn failed(what: &str, error: StoreError) -> Error {
    match error {
        StoreError::NoSpace => Error::from(StoreError::NoSpace),
        other => refuse(format!("{what}: {}", one_line(&other.to_string()))),
    }
}

/// A file that cannot be read or written.
fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return Error::from(StoreError::NoSpace);
    }
    refuse(format!("cannot {what} {}: {error}", path.display()))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
