//! `cratebase export`: collections and their records, as files or on standard output.

use std::io::{BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::{Failed, say};
use crate::app;
use crate::config::Loaded;
use crate::export::{Cells, Export, ExportError, Fields, Format, Progress};
use crate::schema::{Catalog, Collection};
use crate::store::{Moment, Reader as _};
use crate::value::{Json, json};

/// How alike a name has to be to be meant.
const ALIKE: f64 = 0.7;
const DEFINITIONS: &str = "collections.json";

#[derive(Args)]
pub struct ExportArgs {
    /// Collections by name [default: all that are not the system's]
    #[arg(value_name = "COLLECTION")]
    collections: Vec<String>,
    #[arg(long, value_enum, default_value = "json")]
    format: Kind,
    /// Only records that this filter lets through; of one collection
    #[arg(long, default_value = "", value_name = "FILTER")]
    filter: String,
    /// A directory that gets a file per collection and their definitions, or - for standard output
    #[arg(long, default_value = "-", value_name = "DIR")]
    out: PathBuf,
    /// Hidden fields, hashes of passwords and keys of tokens too
    #[arg(long)]
    with_secrets: bool,
    /// Leave texts that spreadsheets take for formulas as they are (CSV)
    #[arg(long)]
    raw: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// An array of objects
    Json,
    /// An object per line
    Ndjson,
    /// RFC 4180
    Csv,
}

/// Everything an export works on.
struct Work<'a> {
    moment: Moment,
    catalog: Arc<Catalog>,
    args: &'a ExportArgs,
}

pub fn run(loaded: &Loaded, args: &ExportArgs) -> Result<(), Failed> {
    let moment = app::moment(&loaded.config)?;
    let catalog = moment.catalog().clone();
    let mut work = Work { moment, catalog, args };
    let collections = work.chosen()?;
    if !args.filter.is_empty() && collections.len() != 1 {
        return Err(Failed("A filter is for one collection: name it.".into()));
    }
    let written = match args.out.as_os_str().to_str() {
        Some("-") => work.print(&collections),
        Some(_) | None => work.fill(&collections),
    };
    match written {
        // Whoever reads has seen enough (`| head`).
        Err(Stop::Export(ExportError::Output(error))) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Why it ended early.
enum Stop {
    Export(ExportError),
    Failed(Failed),
}

impl From<ExportError> for Stop {
    fn from(error: ExportError) -> Self {
        Stop::Export(error)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Stop::Export(error.into())
    }
}

impl From<Stop> for Failed {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed(failed) => failed,
            Stop::Export(error) => Failed(crate::error::sentence(&error.to_string())),
        }
    }
}

impl Work<'_> {
    /// The collections that are wanted, in the order they were made.
    fn chosen(&self) -> Result<Vec<Arc<Collection>>, Failed> {
        let names = &self.args.collections;
        if names.is_empty() {
            return Ok(self.catalog.iter().filter(|collection| !collection.system).cloned().collect());
        }
        let mut chosen: Vec<Arc<Collection>> = Vec::new();
        for name in names {
            let Some(found) = self.catalog.find(name) else { return Err(self.unknown(name)) };
            if !chosen.iter().any(|other| other.id == found.id) {
                chosen.push(found.clone());
            }
        }
        Ok(chosen)
    }

    fn unknown(&self, name: &str) -> Failed {
        let alike = |other: &Arc<Collection>| {
            let alike = strsim::jaro_winkler(&other.name.to_ascii_lowercase(), &name.to_ascii_lowercase());
            (alike > ALIKE).then(|| (alike, other.name.clone()))
        };
        let nearest = self.catalog.iter().filter_map(alike).max_by(|a, b| a.0.total_cmp(&b.0));
        match nearest {
            Some((_, nearest)) => Failed(format!("There is no collection {name}; did you mean {nearest}?")),
            None => Failed(format!("There is no collection {name}.")),
        }
    }

    fn print(&mut self, collections: &[Arc<Collection>]) -> Result<(), Stop> {
        let several = collections.len() != 1;
        if several && self.args.format == Kind::Csv {
            let sentence = "CSV has one table: name one collection, or a directory with --out.";
            return Err(Stop::Failed(Failed(sentence.into())));
        }
        let mut out = BufWriter::new(std::io::stdout().lock());
        let wraps = several && self.args.format == Kind::Json;
        for (index, collection) in collections.iter().enumerate() {
            if wraps {
                let key = json::text(&Json::from(collection.name.as_str()));
                write!(out, "{}{key}:", if index == 0 { "{" } else { ",\n" })?;
            }
            self.write(collection, &mut out)?;
        }
        match (wraps, collections.is_empty()) {
            (true, true) => out.write_all(b"{}\n")?,
            (true, false) => out.write_all(b"}\n")?,
            (false, _) if self.args.format == Kind::Json => out.write_all(b"\n")?,
            (false, _) => {}
        }
        Ok(out.flush()?)
    }

    /// A file per collection, each in its place when it is whole.
    fn fill(&mut self, collections: &[Arc<Collection>]) -> Result<(), Stop> {
        let folder = self.args.out.as_path();
        std::fs::create_dir_all(folder).map_err(|error| cannot(folder, &error))?;
        let definitions: Json = collections.iter().map(|collection| Json::Object(collection.to_json())).collect();
        let text = serde_json::to_vec_pretty(&definitions).map_err(std::io::Error::from)?;
        place(&folder.join(DEFINITIONS), |out| Ok(out.write_all(&text)?))?;
        let ending = match self.args.format {
            Kind::Json => "json",
            Kind::Ndjson => "ndjson",
            Kind::Csv => "csv",
        };
        let mut records = 0;
        for collection in collections {
            let path = folder.join(format!("{}.records.{ending}", collection.name));
            place(&path, |out| {
                records += self.write(collection, out)?;
                Ok(())
            })?;
        }
        let (count, shown) = (collections.len(), folder.display());
        say(&format!("{records} records of {count} collections are in {shown}.\n")).map_err(Stop::Failed)
    }

    fn write(&mut self, collection: &Arc<Collection>, out: &mut dyn Write) -> Result<u64, Stop> {
        let now = crate::clock::Clock::System.now();
        let refused = |error| Stop::Failed(Failed(pointed(&self.args.filter, &error)));
        let mut export = Export::new(&self.moment, collection, &self.args.filter, now).map_err(refused)?;
        export.format = match self.args.format {
            Kind::Json => Format::Json,
            Kind::Ndjson => Format::Ndjson,
            Kind::Csv => Format::Csv(if self.args.raw { Cells::AsTheyAre } else { Cells::Safe }),
        };
        export.fields = if self.args.with_secrets { Fields::All } else { Fields::Shown };
        let mut err = std::io::stderr();
        let watched = err.is_terminal();
        // Only who watches needs to know how many there will be.
        let total = if watched { export.count(&mut self.moment).map_err(ExportError::from)? } else { 0 };
        let mut show = |progress: Progress<'_>| {
            if watched {
                // A terminal that went away is no reason to stop.
                let _ = write!(err, "\r\x1b[K{progress}\r");
            }
        };
        Ok(export.write(&self.moment, out, (total, &mut show))?)
    }
}

/// What is wrong with a filter, and where.
fn pointed(filter: &str, error: &crate::expr::ExprError) -> String {
    let before = filter.get(..error.at).unwrap_or_default().chars().count();
    let line: String = filter.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("{}\n  {line}\n  {}^", crate::error::sentence(&error.to_string()), " ".repeat(before))
}

/// Writes a file that only its owner can read, which takes its place when it is whole.
fn place(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<(), Stop>) -> Result<(), Stop> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let file = tempfile::Builder::new().prefix(".exporting-").tempfile_in(folder);
    let file = file.map_err(|error| cannot(folder, &error))?;
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    let file = out.into_inner().map_err(|error| error.into_error())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| cannot(path, &error.error))?;
    Ok(())
}

fn cannot(path: &Path, error: &std::io::Error) -> Stop {
    Stop::Failed(Failed(format!("{} cannot be written: {error}.", path.display())))
}
