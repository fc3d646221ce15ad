//! Password hashes on a bounded pool: argon2id for new ones, bcrypt still verified so that imported accounts sign in.
//!
//! Hashing is slow on purpose (about 14 ms), so it never runs on an async worker: a few threads, each reusing one
//! 19 MiB block of memory, take jobs from a bounded queue; a full queue answers 503 rather than pile up.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use crossbeam_channel::{RecvTimeoutError, Sender, TrySendError, bounded};
use tokio::sync::oneshot;

use crate::error::{Error, Result};

/// How many hashes may wait; beyond it sign-ins answer 503.
const QUEUE: usize = 256;
/// How long a thread without work keeps its block of memory.
const KEPT: Duration = Duration::from_secs(10);
/// How much politer than other threads these are: on one core, a request comes before a hash, and hashes still get a tenth.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;
/// Bytes of an argon2 hash.
const OUTPUT: usize = 32;

enum Job {
    Hash { plain: String, reply: oneshot::Sender<Result<String>> },
    Verify { plain: String, hash: String, reply: oneshot::Sender<Result<Verdict>> },
}

/// What a check of a password found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, but the hash is of an older kind: store a new one.
    RightButOld,
}

/// The pool; threads end when the last clone is dropped.
#[derive(Clone)]
pub struct Hasher {
    queue: Sender<Job>,
    /// A hash no password has: checked when there is no account, so that both answers take equally long.
    decoy: Arc<str>,
}

impl Hasher {
    /// A pool of `threads` (at least one).
    pub fn start(threads: usize) -> std::io::Result<Self> {
        let (queue, jobs) = bounded::<Job>(QUEUE);
        let mut pool: Vec<JoinHandle<()>> = Vec::new();
        for n in 0..threads.max(1) {
            let jobs = jobs.clone();
            let work = move || {
                step_back();
                let mut memory = Memory::default();
                loop {
                    match jobs.recv_timeout(KEPT) {
                        Ok(job) => memory.run(job),
                        Err(RecvTimeoutError::Timeout) => memory = Memory::default(),
                        Err(RecvTimeoutError::Disconnected) => break,
                    }
                }
            };
            pool.push(std::thread::Builder::new().name(format!("passwords-{n}")).spawn(work)?);
        }
        let decoy = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        Ok(Hasher { queue, decoy: decoy.into() })
    }

    /// Hashes that wait for a thread.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// A PHC string of `plain`.
    pub async fn hash(&self, plain: &str) -> Result<String> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Hash { plain: plain.to_string(), reply })?;
        answer.await.map_err(Error::internal)?
    }

    /// Whether `plain` is the password behind `hash`.
    pub async fn verify(&self, plain: &str, hash: &str) -> Result<Verdict> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Verify { plain: plain.to_string(), hash: hash.to_string(), reply })?;
        answer.await.map_err(Error::internal)?
    }

    /// Takes as long as a real check and always fails.
    pub async fn verify_nobody(&self, plain: &str) -> Result<()> {
        self.verify(plain, &self.decoy).await.map(|_| ())
    }

    fn send(&self, job: Job) -> Result<()> {
        self.queue.try_send(job).map_err(|full| match full {
            TrySendError::Full(_) => {
                Error::Unavailable { message: "Too many sign-ins at once, please try again.".into(), retry_after_s: 1 }
            }
            TrySendError::Disconnected(_) => Error::internal("the password pool is gone"),
        })
    }
}

/// Lowers the priority of the calling thread, so that many sign-ins at once hold up nobody else.
fn step_back() {
    // On Linux it is the thread's own, elsewhere the whole process'.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(NICE);
}

/// A PHC string of `plain`, on the calling thread: for command lines and the rare hash inside a batch.
pub fn hash_here(plain: &str) -> Result<String> {
    Memory::default().hash(plain)
}

/// One thread's reusable blocks.
#[derive(Default)]
struct Memory(Vec<Block>);

impl Memory {
    fn run(&mut self, job: Job) {
        // A receiver that is gone is a client that hung up.
        match job {
            Job::Hash { plain, reply } => drop(reply.send(self.hash(&plain))),
            Job::Verify { plain, hash, reply } => drop(reply.send(self.verify(&plain, &hash))),
        }
    }

    fn hash(&mut self, plain: &str) -> Result<String> {
        let params = Params::default();
        let salt = Salt::generate();
        let output = self.argon2(params.clone(), Version::V0x13, plain, &salt)?;
        let params = ParamsString::try_from(&params).map_err(|e| Error::internal(e.to_string()))?;
        let hash = PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params,
            salt: Some(salt),
            hash: Some(output),
        };
        Ok(hash.to_string())
    }

    fn verify(&mut self, plain: &str, hash: &str) -> Result<Verdict> {
        if hash.starts_with("$2") {
            // bcrypt reads at most 72 bytes; longer input is refused rather than cut.
            let right = plain.len() <= 72 && bcrypt::verify(plain, hash).unwrap_or(false);
            return Ok(if right { Verdict::RightButOld } else { Verdict::Wrong });
        }
        // An empty or foreign hash is an account nobody can sign in to.
        let Ok(parsed) = PasswordHash::new(hash) else { return Ok(Verdict::Wrong) };
        let (Some(salt), Some(expected)) = (parsed.salt, parsed.hash) else { return Ok(Verdict::Wrong) };
        if parsed.algorithm != ARGON2ID_IDENT {
            return Ok(Verdict::Wrong);
        }
        let Ok(params) = Params::try_from(&parsed) else { return Ok(Verdict::Wrong) };
        let current = Params::default();
        let old = (params.m_cost(), params.t_cost(), params.p_cost())
            != (current.m_cost(), current.t_cost(), current.p_cost());
        // `Output` compares in constant time.
        let right = self.argon2(params, Version::V0x13, plain, &salt)? == expected;
        Ok(match (right, old) {
            (false, _) => Verdict::Wrong,
            (true, false) => Verdict::Right,
            (true, true) => Verdict::RightButOld,
        })
    }

    fn argon2(&mut self, params: Params, version: Version, plain: &str, salt: &Salt) -> Result<Output> {
        if self.0.len() < params.block_count() {
            self.0.resize(params.block_count(), Block::default());
        }
        let blocks = self.0.get_mut(..params.block_count()).unwrap_or_default();
        let argon2 = Argon2::new(Algorithm::Argon2id, version, params);
        let mut out = [0u8; OUTPUT];
        argon2
            .hash_password_into_with_memory(plain.as_bytes(), salt.as_ref(), &mut out, blocks)
            .map_err(|e| Error::internal(e.to_string()))?;
        Output::new(&out).map_err(|e| Error::internal(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verify_here(plain: &str, hash: &str) -> Result<Verdict> {
        Memory::default().verify(plain, hash)
    }

    #[test]
    fn a_hash_verifies_its_own_password_only() {
        let hash = hash_here("correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(verify_here("correct horse", &hash).unwrap(), Verdict::Right);
        assert_eq!(verify_here("correct horsE", &hash).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn bcrypt_hashes_of_every_prefix_verify_and_ask_for_a_new_hash() {
        let hash = bcrypt::hash("secret12", 4).unwrap();
        for prefix in ["$2a$", "$2b$", "$2y$"] {
            let hash = format!("{prefix}{}", hash.get(4..).unwrap());
            assert_eq!(verify_here("secret12", &hash).unwrap(), Verdict::RightButOld, "{prefix}");
            assert_eq!(verify_here("secret13", &hash).unwrap(), Verdict::Wrong, "{prefix}");
        }
    }

    #[test]
    fn what_is_no_hash_verifies_nothing() {
        for hash in ["", "plain", "$argon2id$", "$2a$10$short"] {
            assert_eq!(verify_here("plain", hash).unwrap(), Verdict::Wrong, "{hash}");
        }
    }

    #[test]
    fn the_decoy_is_a_hash_that_costs_what_a_real_one_does() {
        let hasher = Hasher::start(1).unwrap();
        assert_eq!(verify_here("anything", &hasher.decoy).unwrap(), Verdict::Wrong);
        assert!(PasswordHash::new(&hasher.decoy).unwrap().hash.is_some());
    }
}
