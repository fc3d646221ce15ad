//! W9: from starting the process to the first healthy answer, and what it then weighs.

use std::thread::sleep;
use std::time::Duration;

use crate::Outcome;
use crate::args::{Args, Target};
use crate::seed;
use crate::server::{self, Data, Server};

const TIMES: usize = 5;

/// Medians over some starts.
pub struct Start {
    pub label: String,
    pub seeded_ms: f64,
    pub empty_ms: f64,
    pub idle_mb: f64,
}

pub fn measure(target: &Target, args: &Args) -> Outcome<Start> {
    let mut seeded = Vec::new();
    let mut empty = Vec::new();
    let mut idle = Vec::new();
    let size = args.sizes().first().copied().ok_or("no size")?;
    for _ in 0..TIMES {
        let server = Server::start(target, Data::Copy(seed::directory(target, size, args)), args)?;
        seeded.push(server.started_in.as_secs_f64() * 1000.0);
        sleep(Duration::from_millis(500));
        idle.push(server.memory().0);
        drop(server);
        let nothing = server::scratch_directory(target)?;
        let server = Server::start(target, Data::Own(nothing.join("data")), args)?;
        empty.push(server.started_in.as_secs_f64() * 1000.0);
        drop(server);
        std::fs::remove_dir_all(nothing)?;
    }
    Ok(Start { label: target.label.clone(), seeded_ms: median(seeded), empty_ms: median(empty), idle_mb: median(idle) })
}

/// The middle value; 0 of none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
