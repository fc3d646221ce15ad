//! One large file up and down, into the folder and into a bucket: the server's memory stays flat. `make big-files` sends
//! 5 GB, the tests less.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt as _;
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use serde_json::{Value as Json, json};

use super::world::World;
use crate::support::{Bucket, Process};

/// MiB over idle that a transfer may take.
const BOUND: u64 = 64;
const CHUNK: u64 = 1 << 20;

/// MiB of the file: what `BIG_FILE_MB` says, else `usual`.
fn megabytes(usual: u64) -> u64 {
    std::env::var("BIG_FILE_MB").map_or(usual, |text| text.parse().expect("BIG_FILE_MB is a number"))
}

/// The content at a place, by chunks.
fn chunk(number: u64) -> Bytes {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(CHUNK as usize);
    while bytes.len() < CHUNK as usize {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.into()
}

/// Watches a process' memory.
struct Watch {
    peak: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    idle: u64,
}

/// KiB of memory that the process has now.
fn resident(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).map_or(0, |kib| kib.parse().unwrap())
}

impl Watch {
    fn of(server: &Process) -> Self {
        let id = server.id();
        let (peak, stop) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let watch = Watch { peak: Arc::clone(&peak), stop: Arc::clone(&stop), idle: resident(id) };
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                peak.fetch_max(resident(id), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        watch
    }

    /// MiB over idle at most so far.
    fn over(&self) -> u64 {
        (self.peak.load(Ordering::Relaxed) - self.idle) >> 10
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Sends a file and fetches it again; MiB over idle.
async fn there_and_back(server: &Process, base: &str, token: &str, megabytes: u64) -> u64 {
    let client = reqwest::Client::new();
    let collection = json!({
        "name": format!("big{megabytes}"), "type": "base", "createRule": "",
        "fields": [{"name": "file", "type": "file", "maxSelect": 1, "maxSize": (megabytes + 1) << 20}],
    });
    let made = client.post(format!("{base}/api/collections")).header("Authorization", token).json(&collection);
    assert_eq!(made.send().await.unwrap().status(), 200);
    let watch = Watch::of(server);
    let started = Instant::now();
    let chunks = futures_util::stream::iter((0..megabytes).map(|number| Ok::<_, std::io::Error>(chunk(number))));
    let part = Part::stream_with_length(Body::wrap_stream(chunks), megabytes << 20).file_name("big.bin");
    let url = format!("{base}/api/collections/big{megabytes}/records");
    let answer = client.post(url).multipart(Form::new().part("file", part)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let record: Json = answer.json().await.unwrap();
    let (sent, up) = (started.elapsed(), watch.over());
    let text = |key: &str| record[key].as_str().unwrap();
    let url = format!("{base}/api/files/{}/{}/{}", text("collectionId"), text("id"), text("file"));
    let started = Instant::now();
    let mut body = client.get(url).send().await.unwrap().bytes_stream();
    let (mut at, mut expected) = (0, Bytes::new());
    while let Some(mut bytes) = body.next().await.transpose().unwrap() {
        while !bytes.is_empty() {
            if expected.is_empty() {
                expected = chunk(at);
                at += 1;
            }
            let len = bytes.len().min(expected.len());
            assert!(bytes.split_to(len) == expected.split_to(len), "other bytes around MiB {at}");
        }
    }
    assert!(at == megabytes && expected.is_empty(), "{at} MiB came back");
    let (fetched, over) = (started.elapsed(), watch.over());
    println!(
        "{megabytes} MiB: up in {:.1} s with {up} MiB over idle ({} MiB), down in {:.1} s, {over} MiB over idle at most",
        sent.as_secs_f64(),
        watch.idle >> 10,
        fetched.as_secs_f64()
    );
    over
}

/// A busy machine may take longer than clients usually get.
fn patient(world: &World) -> Process {
    Process::spawn(world.serve("data").env("CRATEBASE_HTTP__BODY_TIMEOUT_S", "3600"))
}

async fn sign_in(base: &str) -> String {
    let form = json!({"identity": "root@example.com", "password": "correct horse"});
    let url = format!("{base}/api/collections/_superusers/auth-with-password");
    let session: Json = reqwest::Client::new().post(url).json(&form).send().await.unwrap().json().await.unwrap();
    session["token"].as_str().unwrap().to_string()
}

#[tokio::test]
async fn a_large_file_takes_no_memory() {
    let world = World::new().await;
    let server = patient(&world);
    let base = format!("http://{}", server.address);
    let token = sign_in(&base).await;
    let over = there_and_back(&server, &base, &token, megabytes(300)).await;
    assert!(over <= BOUND, "{over} MiB over idle");
}

#[tokio::test]
async fn a_large_file_on_its_way_to_a_bucket_takes_no_memory() {
    let world = World::new().await;
    let server = patient(&world);
    let base = format!("http://{}", server.address);
    let token = sign_in(&base).await;
    let bucket = Bucket::new().await;
    let settings = json!({"s3": bucket.settings()});
    let patch = reqwest::Client::new().patch(format!("{base}/api/settings")).header("Authorization", &token);
    assert_eq!(patch.json(&settings).send().await.unwrap().status(), 200);
    // That server keeps everything in memory.
    let over = there_and_back(&server, &base, &token, megabytes(100).min(500)).await;
    assert!(over <= BOUND, "{over} MiB over idle");
}
