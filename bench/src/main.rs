//! Runs workloads against servers, one after the other on the same core, and prints what each cost.

mod args;
mod fanout;
mod http;
mod load;
mod random;
mod report;
mod seed;
mod server;
mod start;
mod workload;

use std::process::ExitCode;

use args::Args;
use report::{Report, Row};
use workload::Workload;

/// Any failure ends the run with its text; a benchmark has nobody to recover for.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let args = Args::parse()?;
    server::pin_self(args.client_core)?;
    for target in &args.servers {
        for size in args.sizes() {
            seed::prepare(target, size, &args)?;
        }
    }
    let mut report = Report::new(&args);
    if args.wants("W9") {
        for target in &args.servers {
            report.starts.push(start::measure(target, &args)?);
        }
    }
    if args.wants("W6i") {
        for target in &args.servers {
            report.idle.push(fanout::idle(target, &args)?);
        }
    }
    // Servers alternate inside every repetition: a noisy minute of the machine hits all of them.
    for round in 1..=args.repeat {
        for workload in workload::all().iter().filter(|workload| args.wants(workload.name)) {
            for (target, size) in
                args.servers.iter().flat_map(|target| args.sizes().into_iter().map(move |size| (target, size)))
            {
                for connections in args.connections(workload.connections) {
                    let row = measure(target, size, workload, connections, &args)?;
                    eprintln!("round {round}: {}", row.line());
                    report.rows.push(row);
                }
            }
        }
        for kind in fanout::KINDS.iter().filter(|kind| args.wants(kind.name)) {
            for target in &args.servers {
                let row = fanout::measure(target, kind, fanout::SUBSCRIBERS, &args)?;
                eprintln!("round {round}: {}", row.line());
                report.fanouts.push(row);
            }
        }
    }
    print!("{}", report.table());
    if let Some(path) = &args.json {
        std::fs::write(path, report.json())?;
    }
    Ok(())
}

/// One workload on a fresh copy of the seeded data.
fn measure(
    target: &args::Target,
    size: args::Size,
    workload: &Workload,
    connections: usize,
    args: &Args,
) -> Outcome<Row> {
    let server = server::Server::start(target, server::Data::Copy(seed::directory(target, size, args)), args)?;
    let world = seed::World::learn(server.address())?;
    if let Some(settings) = workload.settings {
        let token = seed::superuser_token(server.address())?;
        http::must(server.address(), "PATCH", "/api/settings", &token, &serde_json::from_str(settings)?)?;
    }
    let measured = load::run(&server, workload, &world, connections, args)?;
    Ok(Row::new((target, size), workload, connections, &server, measured))
}
