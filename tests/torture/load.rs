//! Eight writers and a reader at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use reqwest::Client;
use tokio::task::JoinHandle;

use super::writer::{Heard, Writer};

pub const WRITERS: u64 = 8;

/// What the running load has heard so far.
#[derive(Default)]
pub struct Tally {
    pub done: AtomicU64,
    pub no_space: AtomicU64,
    pub broken: AtomicU64,
    pub reads: AtomicU64,
    /// From now on connections may end.
    ending: AtomicBool,
    stop: AtomicBool,
}

/// A load under way.
pub struct Load {
    pub tally: Arc<Tally>,
    writers: Vec<JoinHandle<Writer>>,
    reader: JoinHandle<()>,
}

pub fn writers(seed: u64) -> Vec<Writer> {
    (0..WRITERS).map(|number| Writer::new(number, seed)).collect()
}

impl Load {
    pub fn start(writers: Vec<Writer>, base: &str) -> Load {
        let tally = Arc::new(Tally::default());
        let write = |writer| tokio::spawn(write(writer, base.to_string(), Arc::clone(&tally)));
        let writers = writers.into_iter().map(write).collect();
        let reader = tokio::spawn(read(base.to_string(), Arc::clone(&tally)));
        Load { tally, writers, reader }
    }

    /// To be said before the server is killed.
    pub fn expect_the_end(&self) {
        self.tally.ending.store(true, Ordering::SeqCst);
    }

    /// Lets everyone finish what they are at.
    pub async fn finish(self) -> Vec<Writer> {
        self.tally.stop.store(true, Ordering::SeqCst);
        let mut writers = Vec::new();
        for writer in self.writers {
            writers.push(writer.await.expect("a writer that saw nothing odd"));
        }
        self.reader.await.expect("reads that were answered");
        writers
    }
}

async fn write(mut writer: Writer, base: String, tally: Arc<Tally>) -> Writer {
    let client = Client::new();
    while !tally.stop.load(Ordering::SeqCst) {
        let count = match writer.step(&client, &base).await {
            Heard::Done => &tally.done,
            Heard::NoSpace => &tally.no_space,
            Heard::Broken => &tally.broken,
            Heard::Nothing => {
                assert!(tally.ending.load(Ordering::SeqCst), "the server went away");
                break;
            }
        };
        count.fetch_add(1, Ordering::SeqCst);
    }
    writer
}

/// Whatever happens to writes, reads are answered.
async fn read(base: String, tally: Arc<Tally>) {
    let client = Client::new();
    let url = format!("{base}/api/collections/posts/records?perPage=5&sort=-views&filter=views%3E100");
    while !tally.stop.load(Ordering::SeqCst) {
        match client.get(&url).send().await {
            Ok(answer) => {
                assert_eq!(answer.status(), 200, "a read");
                tally.reads.fetch_add(1, Ordering::SeqCst);
            }
            Err(error) => {
                assert!(tally.ending.load(Ordering::SeqCst), "a read failed: {error}");
                return;
            }
        }
    }
}
