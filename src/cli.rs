//! The command line: flags, subcommands, and one sentence on stderr when something is wrong.

mod doctor;
mod export;
mod files;
mod health;
mod import;
mod manager;
mod openapi;
mod serve;
mod superuser;
mod tail;
mod types;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::app::{self, World};
use crate::config::{self, Flags, Loaded};
use crate::error::Error;

/// A whole self-hosted backend in one binary.
#[derive(Parser)]
#[command(name = "cratebase", version, disable_version_flag = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
    /// Print the version
    #[arg(short = 'v', long, action = clap::ArgAction::Version)]
    version: (),
}

/// Flags of every command.
#[derive(Args)]
struct Global {
    /// The data directory [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// A configuration file [default: ./cratebase.toml if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Verbose logs
    #[arg(long, global = true)]
    dev: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server
    Serve(serve::Serve),
    /// Ask the server of this configuration whether it is ready; fails when it is not
    Health(health::Health),
    /// Manage superuser accounts
    #[command(subcommand)]
    Superuser(superuser::Superuser),
    /// Look at everything that goes wrong sooner or later; fails when something does not work
    Doctor(doctor::Doctor),
    /// Write collections and their records out, beside the server or without it
    Export(export::ExportArgs),
    /// Look after the files of records
    #[command(subcommand)]
    Files(files::Files),
    /// Import another system's data
    #[command(subcommand)]
    Import(import::Import),
    /// Bring the data directory's system tables up to date (serve does this by itself)
    Migrate,
    /// Print the API description with the collections of the data directory
    Openapi,
    /// Print what changes, as it is committed
    Tail(tail::Tail),
    /// Print the collections of the data directory as TypeScript
    Types(types::Types),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Print every key in effect and where it comes from
    Check,
}

/// What a command says when it fails: one sentence.
pub struct Failed(String);

impl From<String> for Failed {
    fn from(sentence: String) -> Self {
        Failed(sentence)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Failed(crate::error::sentence(&error.to_string()))
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Failed(crate::error::sentence(&error.to_string()))
    }
}

/// Runs the command of the process' arguments.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => {
            // What is asked for, as `--help`, goes to stdout; a flag that is not known ends the command as any failure.
            let _ = told.print();
            return if told.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    // Flags, database and passwords are quick; only the server itself is concurrent, and it brings its own threads.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.map_err(Failed::from).and_then(|runtime| runtime.block_on(dispatch(cli)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed(sentence)) => {
            // Nothing is left to do when even stderr is closed.
            let _ = writeln!(std::io::stderr(), "{sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli) -> Result<(), Failed> {
    let mut flags = cli.global.flags();
    if let Command::Serve(serve) = &cli.command {
        flags.extend(serve.flags());
    }
    if let Command::Health(health) = &cli.command {
        flags.extend(health.flags());
    }
    if let Command::Tail(tail) = &cli.command {
        flags.extend(tail.flags());
    }
    if let Command::Doctor(doctor) = &cli.command {
        flags.extend(doctor.flags());
    }
    let loaded = config::load(cli.global.config.as_deref(), flags)?;
    match cli.command {
        Command::Serve(_) => serve::run(loaded).await,
        Command::Health(health) => health::run(&loaded, health).await,
        Command::Superuser(command) => superuser::run(&loaded, command).await,
        Command::Doctor(doctor) => doctor::run(&loaded, doctor).await,
        Command::Export(args) => export::run(&loaded, &args),
        Command::Files(command) => files::run(&loaded, command).await,
        Command::Import(command) => import::run(&loaded, command).await,
        Command::Migrate => migrate(&loaded).await,
        Command::Openapi => openapi::run(&loaded).await,
        Command::Tail(tail) => tail::run(&loaded, tail).await,
        Command::Types(types) => types::run(&loaded, types).await,
        Command::Config(ConfigCommand::Check) => say(&loaded.describe()?),
    }
}

impl Global {
    fn flags(&self) -> Flags {
        let mut flags = Flags::new();
        if let Some(dir) = &self.dir {
            flags.push(("data_dir", dir.to_string_lossy().into_owned().into()));
        }
        if self.dev {
            flags.push(("dev", true.into()));
        }
        flags
    }
}

async fn migrate(loaded: &Loaded) -> Result<(), Failed> {
    app::open(&loaded.config, World::default()).await?;
    say(&format!("{} is up to date.\n", app::absolute(&loaded.config.data_dir)?.display()))
}

/// Writes to stdout.
fn say(text: &str) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever reads has seen enough (`| head`).
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
