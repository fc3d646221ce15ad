//! A certificate and its key in PEM files, which others renew.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::provider;

/// What tells two contents of a file apart without reading them: inode, size, seconds and nanoseconds.
type Look = Option<(u64, u64, i64, i64)>;

/// See the file's head.
pub struct Files {
    cert: PathBuf,
    key: PathBuf,
    /// As they were when they were last read, well or not.
    seen: Mutex<(Look, Look)>,
}

impl Files {
    pub fn new(cert: PathBuf, key: PathBuf) -> Self {
        Files { cert, key, seen: Mutex::default() }
    }

    /// Reads both; the error is a sentence without its end.
    pub fn load(&self) -> Result<Arc<CertifiedKey>, String> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = self.look();
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|error| format!("{} has no private key: {error}", self.key.display()))?;
        certified(chain(&self.cert)?, key)
            .map_err(|error| format!("{} and {}: {error}", self.cert.display(), self.key.display()))
    }

    /// Reads them if they are not as they were.
    pub fn changed(&self) -> Option<Result<Arc<CertifiedKey>, String>> {
        let changed = *self.seen.lock().unwrap_or_else(PoisonError::into_inner) != self.look();
        changed.then(|| self.load())
    }

    fn look(&self) -> (Look, Look) {
        let look = |path: &Path| {
            // Through links: who renews certificates often changes where a link leads.
            let file = std::fs::metadata(path).ok()?;
            Some((file.ino(), file.size(), file.mtime(), file.mtime_nsec()))
        };
        (look(&self.cert), look(&self.key))
    }
}

/// The certificates of a PEM file, at least one.
pub fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{} has no certificate: {error}", path.display());
    let chain: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<_, _>>)
        .map_err(|error| failed(&error))?;
    if chain.is_empty() { Err(failed(&"it is empty")) } else { Ok(chain) }
}

/// A certificate with its key; refuses one that is another's.
pub fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<CertifiedKey>, String> {
    let certified = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| error.to_string())?;
    // Also that the first one can be read at all.
    certified.keys_match().map_err(|error| error.to_string())?;
    Ok(Arc::new(certified))
}
