//! The log of requests, as far as it can be read: what is wrong with it is no reason not to move in.

use std::path::Path;

use super::{Progress, Report, normal, one_line};
use crate::error::{Error, Result};
use crate::sql::logs as own;
use crate::sql::transfer::{self as print, Shape};
use crate::store::StoreError;
use crate::store::transfer::{self, Transfer};
use crate::value::redact::{redacted, without_secrets};
use crate::value::{Json, Value, ValueRef, json};

/// The file's name in both directories.
const DATABASE: &str = "auxiliary.db";
/// The copy of the other one, while it is read.
const COPY: &str = ".source-logs.db";

/// Copies the entries from the directory `from` to the one that is put together at `to`.
pub fn copy(from: &Path, to: &Path, progress: &mut dyn FnMut(Progress<'_>), report: &mut Report) -> Result<()> {
    let source = from.join(DATABASE);
    match source.symlink_metadata() {
        Err(_) => return Ok(()),
        Ok(meta) if meta.is_file() => {}
        Ok(_) => {
            report.skipped.push(format!("{}, which is no file", source.display()));
            return Ok(());
        }
    }
    let (target, aside) = (to.join(DATABASE), to.join(COPY));
    let copied = fill(&source, &target, &aside, progress);
    transfer::remove_copy(&aside).map_err(|error| super::failed("cannot clean up", error))?;
    match copied {
        Ok(entries) => report.log_entries = entries,
        Err(StoreError::NoSpace) => return Err(Error::from(StoreError::NoSpace)),
        Err(error) => {
            transfer::remove_copy(&target).map_err(|error| super::failed("cannot clean up", error))?;
            let why = match error {
                StoreError::Full => "it is locked by another program".to_string(),
                other => one_line(&other.to_string()),
            };
            report.notes.push(format!("the log of requests in {DATABASE} is not imported: {why}"));
        }
    }
    Ok(())
}

fn fill(
    source: &Path,
    target: &Path,
    aside: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> std::result::Result<u64, StoreError> {
    transfer::copy_foreign(source, aside)?;
    let db = Transfer::create_with(target, aside, &own::tables())?;
    db.check_source()?;
    let total = super::tables::first(&db.query(&print::count_source(own::TABLE))?);
    progress(Progress::Rows { collection: own::TABLE, done: 0, total });
    db.define("as_message", |raw| redacted(raw.text()).into_owned().into())?;
    db.define("as_entry", entry)?;
    db.define(Shape::Date.function(), |raw| normal::convert(Shape::Date, raw))?;
    let entries = db.execute(&print::copy_logs())? as u64;
    progress(Progress::Rows { collection: own::TABLE, done: entries, total });
    db.finish()?;
    Ok(entries)
}

/// What an entry says besides its message: an object, without the tokens that the other system leaves in addresses.
fn entry(raw: ValueRef<'_>) -> Value {
    match json::parse(raw.text().as_bytes()) {
        Ok(entry @ Json::Object(_)) => json::text(&without_secrets(&entry)).into(),
        Ok(_) | Err(_) => "{}".into(),
    }
}
