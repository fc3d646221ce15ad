//! A server process pinned to one core, on data of its own, and what the kernel says about it.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::args::{Args, Target};
use crate::{Outcome, http};

pub const EMAIL: &str = "root@example.com";
pub const PASSWORD: &str = "rootroot1234";

/// What the server starts on.
pub enum Data {
    /// A directory that stays.
    Own(PathBuf),
    /// A throw-away copy of a directory.
    Copy(PathBuf),
}

pub struct Server {
    process: Child,
    address: SocketAddr,
    /// From the start of the process to the first healthy answer.
    pub started_in: Duration,
    scratch: Option<PathBuf>,
}

impl Server {
    pub fn start(target: &Target, data: Data, args: &Args) -> Outcome<Server> {
        let (directory, scratch) = match data {
            Data::Own(directory) => (directory, None),
            Data::Copy(from) => {
                let to = scratch_directory(target)?;
                run(Command::new("cp").arg("-r").arg(&from).arg(to.join("data")))?;
                (to.join("data"), Some(to))
            }
        };
        let address = free_address()?;
        let began = Instant::now();
        let process = Command::new("taskset")
            .args(["-c", &args.server_core.to_string()])
            .arg(&target.binary)
            .args(["serve", "--http", &address.to_string(), "--dir"])
            .arg(&directory)
            .current_dir(directory.parent().unwrap_or(Path::new(".")))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut server = Server { process, address, started_in: Duration::ZERO, scratch };
        while !server.healthy() {
            if began.elapsed() > Duration::from_secs(30) || server.process.try_wait()?.is_some() {
                return Err(format!("{}: does not become healthy", target.label).into());
            }
            sleep(Duration::from_micros(200));
        }
        server.started_in = began.elapsed();
        Ok(server)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    fn healthy(&self) -> bool {
        http::call(self.address, "GET", "/api/health", "", &Value::Null).is_ok_and(|(status, _)| status == 200)
    }

    /// User and system time of all threads so far.
    pub fn cpu(&self) -> Outcome<Duration> {
        // The command name in parentheses may hold spaces; the counters are the 12th and 13th field behind it.
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let fields = stat.rsplit_once(')').ok_or("unreadable stat")?.1;
        let ticks: u64 = fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Resident memory now and at its highest, in MB.
    pub fn memory(&self) -> (f64, f64) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let megabytes = |key: &str| {
            let line = status.lines().find(|line| line.starts_with(key));
            let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kb| kb.parse::<f64>().ok());
            kilobytes.unwrap_or(0.0) / 1024.0
        };
        (megabytes("VmRSS"), megabytes("VmHWM"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(5) {
            if !matches!(self.process.try_wait(), Ok(None)) {
                break;
            }
            sleep(Duration::from_millis(5));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        if let Some(scratch) = &self.scratch {
            let _ = fs::remove_dir_all(scratch);
        }
    }
}

/// Creates the superuser in a data directory, which is made if it is not there.
pub fn superuser(target: &Target, directory: &Path) -> Outcome<()> {
    run(Command::new(&target.binary)
        .args(["superuser", "upsert", EMAIL, PASSWORD, "--dir"])
        .arg(directory)
        .stdout(Stdio::null()))
}

/// Keeps this process, and so the generator, off the server's core.
pub fn pin_self(core: usize) -> Outcome<()> {
    run(Command::new("taskset").args(["-pc", &core.to_string(), &std::process::id().to_string()]).stdout(Stdio::null()))
}

/// Lets this process, and the servers it starts, have as many files open as they may.
pub fn raise_file_limit() -> Outcome<()> {
    let process = std::process::id().to_string();
    let most =
        Command::new("prlimit").args(["--pid", &process, "--nofile", "--output=HARD", "--noheadings"]).output()?;
    let most = String::from_utf8_lossy(&most.stdout).trim().to_owned();
    run(Command::new("prlimit").args(["--pid", &process, &format!("--nofile={most}:{most}")]))
}

/// An empty directory nobody else uses.
pub fn scratch_directory(target: &Target) -> Outcome<PathBuf> {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let nth = MADE.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("bench-{}-{}-{nth}", target.label, std::process::id()));
    fs::create_dir_all(&path)?;
    Ok(path)
}

fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn run(command: &mut Command) -> Outcome<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}
