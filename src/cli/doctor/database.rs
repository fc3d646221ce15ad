//! The databases: are they whole, and who reads them.

use std::path::Path;

use super::{Finding, fail, ok, warn};
use crate::store;

/// A write-ahead log that is not emptied: somebody reads and reads.
const LONG_LOG: u64 = 512 << 20;

pub fn look(dir: &Path) -> Vec<Finding> {
    let mut findings = vec![ok("sqlite", format!("SQLite {} is built in.", store::version()))];
    for (file, advice) in [
        ("data.db", "restore a backup, or what `sqlite3 data.db .recover` saves"),
        ("auxiliary.db", "stop the server and move it away, it only holds the log"),
    ] {
        let path = dir.join(file);
        if !path.exists() {
            if file == "data.db" {
                findings.push(fail("integrity", format!("There is no {file}: start the server once, or see --dir.")));
            }
            continue;
        }
        findings.push(match store::damage(&path) {
            Ok(None) => ok("integrity", format!("{file} is whole.")),
            Ok(Some(said)) => {
                let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
                fail("integrity", format!("{file} is damaged ({said}): {advice}."))
            }
            Err(error) => fail("integrity", format!("{file} cannot be read ({error}): {advice}.")),
        });
    }
    let log = std::fs::metadata(dir.join("data.db-wal")).map_or(0, |meta| meta.len());
    if log > LONG_LOG {
        let size = log >> 20;
        findings.push(warn(
            "sqlite",
            format!("The write-ahead log has {size} MiB: end what reads the database all the time."),
        ));
    }
    findings
}
