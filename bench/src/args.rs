//! The command line.

use std::path::PathBuf;

use crate::Outcome;

/// A server under test.
pub struct Target {
    pub label: String,
    pub binary: PathBuf,
}

/// How much a seeded data directory holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// Rows of the collection that is read.
    pub items: usize,
    /// Collections besides those in use.
    pub collections: usize,
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} items, {} more collections", self.items, self.collections)
    }
}

/// What to run, against what, for how long.
pub struct Args {
    pub servers: Vec<Target>,
    pub only: Vec<String>,
    pub levels: Vec<usize>,
    pub seconds: f64,
    pub warm_up: f64,
    pub repeat: usize,
    pub items: Vec<usize>,
    pub collections: Vec<usize>,
    pub json: Option<PathBuf>,
    pub results: PathBuf,
    pub server_core: usize,
    pub client_core: usize,
    pub reseed: bool,
}

const USAGE: &str = "cratebase-bench --server LABEL=BINARY [--server LABEL=BINARY …]
  --only W1,W3        workloads (default: all)
  --connections 1,16  instead of each workload's own levels
  --seconds 5         measured time per workload; --warm-up 1
  --repeat 3          repetitions; the table shows medians
  --items 100000      rows of the collection that is read; more than one number measures each
  --collections 0     collections besides those in use; likewise
  --json FILE         every measurement
  --results DIR       where seeded data directories are kept (default: results)
  --reseed            make them again
  --cores 0,1         core of the server, core of the generator";

impl Args {
    pub fn parse() -> Outcome<Args> {
        let mut args = Args {
            servers: Vec::new(),
            only: Vec::new(),
            levels: Vec::new(),
            seconds: 5.0,
            warm_up: 1.0,
            repeat: 1,
            items: vec![100_000],
            collections: vec![0],
            json: None,
            results: PathBuf::from("results"),
            server_core: 0,
            client_core: 1,
            reseed: false,
        };
        let mut given = std::env::args().skip(1);
        while let Some(flag) = given.next() {
            if flag == "--reseed" {
                args.reseed = true;
                continue;
            }
            let value = given.next().ok_or(USAGE)?;
            match flag.as_str() {
                "--server" => args.servers.push(target(&value)?),
                "--only" => args.only = value.split(',').map(str::to_owned).collect(),
                "--connections" => args.levels = numbers(&value)?,
                "--seconds" => args.seconds = value.parse()?,
                "--warm-up" => args.warm_up = value.parse()?,
                "--repeat" => args.repeat = value.parse()?,
                "--items" => args.items = numbers(&value)?,
                "--collections" => args.collections = numbers(&value)?,
                "--json" => args.json = Some(value.into()),
                "--results" => args.results = value.into(),
                "--cores" => match numbers(&value)?.as_slice() {
                    [server, client] => (args.server_core, args.client_core) = (*server, *client),
                    _ => return Err(USAGE.into()),
                },
                _ => return Err(USAGE.into()),
            }
        }
        if args.servers.is_empty() {
            return Err(USAGE.into());
        }
        Ok(args)
    }

    /// Every combination asked for.
    pub fn sizes(&self) -> Vec<Size> {
        let with = |items| self.collections.iter().map(move |&collections| Size { items, collections });
        self.items.iter().flat_map(|&items| with(items)).collect()
    }

    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }

    /// The levels asked for on the command line, else the workload's own.
    pub fn connections(&self, own: &[usize]) -> Vec<usize> {
        if self.levels.is_empty() { own.to_vec() } else { self.levels.clone() }
    }
}

fn target(value: &str) -> Outcome<Target> {
    let (label, binary) = value.split_once('=').ok_or(USAGE)?;
    let binary = std::fs::canonicalize(binary).map_err(|error| format!("{binary}: {error}"))?;
    Ok(Target { label: label.to_owned(), binary })
}

fn numbers(value: &str) -> Outcome<Vec<usize>> {
    Ok(value.split(',').map(str::parse).collect::<Result<_, _>>()?)
}
