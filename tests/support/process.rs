//! The real binary as a process of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

/// The binary, about to run in `dir`: the one just built, or that of `CRATEBASE_BIN`, such as a release build.
pub fn cratebase(dir: &Path, arguments: &[&str]) -> Command {
    let named = std::env::var_os("CRATEBASE_BIN");
    let mut command = Command::new(named.unwrap_or_else(|| env!("CARGO_BIN_EXE_cratebase").into()));
    command.args(arguments).current_dir(dir).env_remove("RUST_LOG").env_remove("NOTIFY_SOCKET");
    command
}

/// `serve` on a free port, over `data` in the directory it runs in; killed when dropped.
pub struct Process {
    child: Child,
    out: BufReader<ChildStdout>,
    /// Host and port.
    pub address: String,
}

impl Process {
    pub fn start(dir: &Path) -> Self {
        Self::spawn(&mut cratebase(dir, &["serve", "--http", "127.0.0.1:0"]))
    }

    /// Runs a prepared `serve`.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.rsplit("://").next().unwrap().trim().to_string();
        Process { child, out, address }
    }

    /// Of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next lines it prints.
    pub fn lines(&mut self) -> impl Iterator<Item = String> {
        self.out.by_ref().lines().map(Result::unwrap)
    }

    /// What it writes to stderr, if that was piped.
    pub fn complaints(&mut self) -> BufReader<ChildStderr> {
        BufReader::new(self.child.stderr.take().unwrap())
    }

    /// Its resident memory.
    pub fn memory_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }

    /// Asks it to stop, as service managers do.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends the signal of that name.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Whether it ended well, once it ends by itself.
    pub fn ended_well(&mut self) -> bool {
        self.child.wait().unwrap().success()
    }
}

/// With SIGKILL: nothing it planned to do at its end happens.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
