//! Making an archive: consistent copies of the databases, and all files of the data directory beside them.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::folder::{FOLDER, io};
use crate::error::{Error, Result};

pub const DATA: &str = "data.db";
pub const LOGS: &str = "auxiliary.db";
/// Where what is restored waits to be swapped in.
pub const RESTORING: &str = ".restore";
/// What stays where it is when everything else is replaced: not part of any archive.
pub const LEFT_OUT: [&str; 7] =
    [FOLDER, RESTORING, ".certificates", ".pb_temp_to_delete", ".notify", ".autocert_cache", "lost+found"];
/// Uploads on their way in, inside of the storage folder.
const INCOMING: &str = ".incoming";
/// Files that deflating makes no smaller.
const DENSE: [&str; 16] = [
    "jpg", "jpeg", "png", "gif", "webp", "avif", "mp4", "webm", "mov", "mp3", "m4a", "ogg", "zip", "gz", "pdf", "woff2",
];

/// Writes the archive of `dir` beside the copies in `scratch`, which stand for its databases.
pub fn pack(dir: &Path, scratch: &Path) -> Result<PathBuf> {
    let path = scratch.join("archive");
    let file = File::create_new(&path).map_err(io)?;
    let mut zip = ZipWriter::new(BufWriter::with_capacity(1 << 18, file));
    for name in [DATA, LOGS] {
        add(&mut zip, &scratch.join(name), name)?;
    }
    let is_database = |name: &str| [DATA, LOGS].iter().any(|database| name.starts_with(database));
    for (name, path) in entries(dir)? {
        if LEFT_OUT.contains(&name.as_str()) || is_database(&name) {
            continue;
        }
        walk(&mut zip, &path, &name)?;
    }
    let mut file = zip.finish().map_err(packing)?;
    file.flush().map_err(io)?;
    Ok(path)
}

/// A file, or a folder with all below it. Links are not followed.
fn walk<W: Write + std::io::Seek>(zip: &mut ZipWriter<W>, path: &Path, name: &str) -> Result<()> {
    let kind = match std::fs::symlink_metadata(path) {
        // It went in the meantime: no record has it.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        meta => meta.map_err(io)?.file_type(),
    };
    if kind.is_file() {
        return add(zip, path, name);
    }
    if kind.is_dir() {
        for (inner, path) in entries(path)? {
            if inner != INCOMING {
                walk(zip, &path, &format!("{name}/{inner}"))?;
            }
        }
    }
    Ok(())
}

fn add<W: Write + std::io::Seek>(zip: &mut ZipWriter<W>, path: &Path, name: &str) -> Result<()> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        file => file.map_err(io)?,
    };
    let dense = name.rsplit_once('.').is_some_and(|(_, end)| DENSE.contains(&end.to_ascii_lowercase().as_str()));
    let method = if dense { CompressionMethod::Stored } else { CompressionMethod::Deflated };
    let level = (!dense).then_some(1);
    let large = file.metadata().map_err(io)?.len() > 3 << 30;
    let options = SimpleFileOptions::default()
        .compression_method(method)
        .compression_level(level)
        .large_file(large)
        .unix_permissions(0o644);
    zip.start_file(name, options).map_err(packing)?;
    std::io::copy(&mut file, zip).map_err(io)?;
    Ok(())
}

/// Names and paths in a folder, by name; none when it has gone. Names that are not UTF-8 are none of ours.
fn entries(dir: &Path) -> Result<Vec<(String, PathBuf)>> {
    let list = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        list => list.map_err(io)?,
    };
    let mut all = Vec::new();
    for entry in list {
        let entry = entry.map_err(io)?;
        if let Ok(name) = entry.file_name().into_string() {
            all.push((name, entry.path()));
        }
    }
    all.sort();
    Ok(all)
}

fn packing(error: zip::result::ZipError) -> Error {
    match error {
        zip::result::ZipError::Io(error) => io(error),
        other => Error::internal(other),
    }
}
