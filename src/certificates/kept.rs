//! What lasts of the conversation with an authority: the account and the certificate, in files nobody else may read.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use instant_acme::AccountCredentials;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// An account is good at its authority only.
#[derive(Serialize, Deserialize)]
pub struct Account {
    pub directory: String,
    pub credentials: AccountCredentials,
}

/// A certificate as it was handed out.
#[derive(Clone, Serialize, Deserialize)]
pub struct Issued {
    pub directory: String,
    pub domains: Vec<String>,
    /// PEM.
    pub chain: String,
    /// PEM.
    pub key: String,
}

/// The folder.
pub struct Kept(PathBuf);

impl Kept {
    pub fn new(folder: PathBuf) -> Self {
        Kept(folder)
    }

    pub fn account(&self) -> Option<Account> {
        read(&self.0.join("account.json"))
    }

    pub fn keep_account(&self, account: &Account) -> std::io::Result<()> {
        self.write("account.json", account)
    }

    pub fn issued(&self) -> Option<Issued> {
        read(&self.0.join("certificate.json"))
    }

    pub fn keep_issued(&self, issued: &Issued) -> std::io::Result<()> {
        self.write("certificate.json", issued)
    }

    /// All of it or nothing: beside, then in its place.
    fn write(&self, name: &str, value: &impl Serialize) -> std::io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        let (path, beside) = (self.0.join(name), self.0.join(format!("{name}.new")));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(&serde_json::to_vec(value)?)?;
        file.sync_all()?;
        fs::rename(beside, path)?;
        fs::File::open(&self.0)?.sync_all()
    }
}

/// What cannot be read is made anew, so it is no more than worth a line.
fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::warn!("{} cannot be read: {error}", path.display());
            return None;
        }
    };
    serde_json::from_slice(&bytes).map_err(|error| tracing::warn!("{} is no use: {error}", path.display())).ok()
}
