//! A data directory with a collection that everyone may write, and servers over it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value as Json, json};

use super::disk;
use crate::support::{Process, copy_of_template, cratebase};

/// A data directory and the faults of the disk it lies on.
pub struct World {
    /// Holds `data`, `shadow` and the flag.
    dir: tempfile::TempDir,
}

impl World {
    /// With batches switched on, and cleanly closed.
    pub async fn new() -> Self {
        let world = World { dir: copy_of_template().await };
        let mut server = world.start();
        let base = format!("http://{}", server.address);
        let client = reqwest::Client::new();
        let sign_in = format!("{base}/api/collections/_superusers/auth-with-password");
        let form = json!({"identity": "root@example.com", "password": "correct horse"});
        let session: Json = client.post(sign_in).json(&form).send().await.unwrap().json().await.unwrap();
        let settings = client.patch(format!("{base}/api/settings")).json(&json!({"batch": {"enabled": true}}));
        let token = session["token"].as_str().expect("a token");
        assert_eq!(settings.header("Authorization", token).send().await.unwrap().status(), 200);
        server.terminate();
        assert!(server.ended_well());
        world
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub fn database(&self) -> PathBuf {
        self.data().join("data.db")
    }

    pub fn start(&self) -> Process {
        Process::spawn(&mut self.serve("data"))
    }

    /// `serve` over a directory in [`World::path`]; errors are part of the game, so the log is off.
    pub fn serve(&self, dir: &str) -> Command {
        let mut command = cratebase(self.path(), &["serve", "--http", "127.0.0.1:0", "--dir", dir]);
        command.env("CRATEBASE_LOG__LEVEL", std::env::var("TORTURE_LOG").unwrap_or_else(|_| "off".into()));
        command
    }

    fn broken_flag(&self) -> PathBuf {
        self.path().join("broken")
    }

    fn shadow(&self) -> PathBuf {
        self.path().join("shadow")
    }

    /// On a disk that can lose its power: see [`World::cut_power`].
    pub fn start_on_disk(&self) -> Process {
        let _ = std::fs::remove_dir_all(self.shadow());
        std::fs::create_dir(self.shadow()).unwrap();
        for (file, copy) in self.files(&self.data(), &self.shadow()) {
            std::fs::copy(file, copy).unwrap();
        }
        let mut command = self.serve("data");
        command
            .env("LD_PRELOAD", disk::shim())
            .env("DISK_WATCH", self.data().canonicalize().unwrap())
            .env("DISK_SHADOW", self.shadow())
            .env("DISK_BROKEN", self.broken_flag());
        Process::spawn(&mut command)
    }

    /// Kills the server and leaves of its database what had reached the disk.
    pub fn cut_power(&self, server: Process) {
        drop(server);
        for (file, _) in self.files(&self.data(), &self.shadow()) {
            std::fs::remove_file(file).unwrap();
        }
        let _ = std::fs::remove_file(self.data().join("data.db-shm"));
        for (copy, file) in self.files(&self.shadow(), &self.data()) {
            std::fs::copy(copy, file).unwrap();
        }
    }

    /// From now on the disk refuses to sync.
    pub fn break_disk(&self) {
        std::fs::write(self.broken_flag(), "").unwrap();
    }

    pub fn repair_disk(&self) {
        std::fs::remove_file(self.broken_flag()).unwrap();
    }

    /// The watched files of `from`, and the same names in `to`.
    fn files(&self, from: &Path, to: &Path) -> Vec<(PathBuf, PathBuf)> {
        let names = std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap().file_name());
        let watched = names.filter(|name| [".db", "-wal"].iter().any(|end| name.to_str().unwrap().ends_with(end)));
        watched.map(|name| (from.join(&name), to.join(&name))).collect()
    }
}
