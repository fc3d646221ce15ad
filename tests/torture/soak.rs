//! A server that is used by many at once for a while: records, a feed, files, sign-ins, and every other while backups and all
//! the housekeeping. Nothing fails, its memory stays where it is, and housekeeping holds nobody up. `make soak` takes minutes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method};
use serde_json::{Value as Json, json};

use super::rounds::PATIENCE;
use super::world::World;
use crate::support::Process;

const WRITERS: usize = 4;
const LISTENERS: usize = 10;
/// Records each writer keeps at a time, so that the data stays as large as it is.
const KEPT: usize = 25;
/// Between two requests of a client.
const PAUSE: Duration = Duration::from_millis(15);
/// What memory may differ by: caches of threads, a backup's buffers.
const MEMORY_MIB: f64 = 12.0;
/// Times below this are those of a machine that is shared with the clients and with others.
const FLOOR_MS: f64 = 15.0;
/// Of the whole time: quiet and busy ones take turns, so that what else the machine does meets both.
const WHILES: u32 = 12;

/// What everybody notes.
#[derive(Default)]
struct Notes {
    stop: AtomicBool,
    /// Everybody has stopped: what is to be heard is known.
    over: AtomicBool,
    /// It is the turn of housekeeping.
    keep_house: AtomicBool,
    /// Housekeeping runs.
    busy: AtomicBool,
    listening: AtomicU64,
    changes: AtomicU64,
    requests: AtomicU64,
    /// Milliseconds of requests for records: in quiet times, and beside housekeeping.
    quiet: Mutex<Vec<f64>>,
    beside: Mutex<Vec<f64>>,
    chores: Mutex<BTreeMap<String, u64>>,
}

impl Notes {
    fn runs(&self) -> bool {
        !self.stop.load(Ordering::SeqCst)
    }

    fn took(&self, start: Instant) {
        let ms = start.elapsed().as_secs_f64() * 1000.0;
        let times = if self.busy.load(Ordering::SeqCst) { &self.beside } else { &self.quiet };
        times.lock().unwrap().push(ms);
        self.requests.fetch_add(1, Ordering::SeqCst);
    }
}

/// One client of the server.
#[derive(Clone)]
struct Visitor {
    client: Client,
    base: String,
    token: String,
    notes: Arc<Notes>,
}

impl Visitor {
    fn call(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).header("Authorization", &self.token)
    }

    /// The answer's text; anything but success is an error.
    async fn good(&self, request: reqwest::RequestBuilder, what: &str) -> String {
        let answer = request.send().await.unwrap_or_else(|error| panic!("{what}: {error}"));
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{what} is answered {status}: {text}");
        text
    }

    /// As [`Visitor::good`], and how long it took is noted.
    async fn timed(&self, request: reqwest::RequestBuilder, what: &str) -> String {
        let start = Instant::now();
        let text = self.good(request, what).await;
        self.notes.took(start);
        text
    }

    async fn write(self, number: usize) {
        const POSTS: &str = "/api/collections/posts/records";
        let mut mine = std::collections::VecDeque::new();
        for n in 0u64.. {
            if !self.notes.runs() {
                return;
            }
            let body = json!({"title": format!("{number}/{n}"), "views": n, "meta": {"text": "x".repeat(200)}});
            let made = self.timed(self.call(Method::POST, POSTS).json(&body), "a create").await;
            let made: Json = serde_json::from_str(&made).unwrap();
            mine.push_back(made["id"].as_str().unwrap().to_string());
            let one = format!("{POSTS}/{}", mine[n as usize % mine.len()]);
            let patch = self.call(Method::PATCH, &one).json(&json!({"views+": 1}));
            self.timed(patch, "an update").await;
            self.notes.changes.fetch_add(2, Ordering::SeqCst);
            if mine.len() > KEPT {
                let oldest = format!("{POSTS}/{}", mine.pop_front().unwrap());
                self.timed(self.call(Method::DELETE, &oldest), "a delete").await;
                self.notes.changes.fetch_add(1, Ordering::SeqCst);
            }
            let one = format!("{POSTS}/{}", mine[0]);
            self.timed(self.call(Method::GET, &one), "a view").await;
            let list = format!("{POSTS}?perPage=20&sort=-views&filter=views%3E5");
            self.timed(self.call(Method::GET, &list), "a list").await;
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn keep_files(self) {
        for n in 0u64.. {
            if !self.notes.runs() {
                return;
            }
            let bytes = vec![b'a' + (n % 26) as u8; 1000 + (n as usize * 7919) % 200_000];
            let form = Form::new().part("cover", Part::bytes(bytes.clone()).file_name("a.bin"));
            let upload = self.call(Method::POST, "/api/collections/posts/records").multipart(form);
            let made: Json = serde_json::from_str(&self.good(upload, "an upload").await).unwrap();
            let (id, name) = (made["id"].as_str().unwrap(), made["cover"].as_str().unwrap());
            let file = self.call(Method::GET, &format!("/api/files/posts/{id}/{name}"));
            let back = file.send().await.unwrap().bytes().await.unwrap();
            assert!(back == bytes, "a file came back as another");
            self.good(self.call(Method::DELETE, &format!("/api/collections/posts/records/{id}")), "a delete").await;
            self.notes.changes.fetch_add(2, Ordering::SeqCst);
            tokio::time::sleep(PAUSE * 10).await;
        }
    }

    async fn sign_in_again_and_again(self) {
        let form = json!({"identity": "alice@example.com", "password": "correct horse"});
        while self.notes.runs() {
            let sign_in = self.call(Method::POST, "/api/collections/users/auth-with-password").json(&form);
            let session: Json = serde_json::from_str(&self.good(sign_in, "a sign-in").await).unwrap();
            let alice = Visitor { token: session["token"].as_str().unwrap().to_string(), ..self.clone() };
            let refresh = alice.call(Method::POST, "/api/collections/users/auth-refresh");
            alice.good(refresh, "a refresh").await;
            tokio::time::sleep(PAUSE * 20).await;
        }
    }

    /// Hears everything about posts; the number of events, once everybody has stopped and all is told.
    async fn listen(self) -> u64 {
        let mut copy = BTreeMap::new();
        let request = self.call(Method::GET, "/api/realtime").send().await.unwrap();
        let mut stream = request.bytes_stream();
        let (mut text, mut heard, mut subscribed) = (String::new(), 0, false);
        let mut last = Instant::now();
        loop {
            let over = self.notes.over.load(Ordering::SeqCst);
            if over && (heard >= self.notes.changes.load(Ordering::SeqCst) || last.elapsed() > PATIENCE) {
                return heard;
            }
            let Ok(part) = tokio::time::timeout(Duration::from_millis(500), stream.next()).await else { continue };
            text.push_str(std::str::from_utf8(&part.expect("the stream goes on").unwrap()).unwrap());
            while let Some(end) = text.find("\n\n") {
                let frame: String = text.drain(..end + 2).collect();
                if frame.contains("event:PB_CONNECT") || frame.contains("event: PB_CONNECT") {
                    let data = frame.lines().find_map(|line| line.strip_prefix("data:")).unwrap();
                    let hello: Json = serde_json::from_str(data.trim()).unwrap();
                    let body = json!({"clientId": hello["clientId"], "subscriptions": ["posts/*"]});
                    self.good(self.call(Method::POST, "/api/realtime").json(&body), "a subscription").await;
                    subscribed = true;
                    self.notes.listening.fetch_add(1, Ordering::SeqCst);
                } else if subscribed && frame.contains("data:") {
                    heard += 1;
                    follow(&mut copy, &frame);
                    last = Instant::now();
                }
            }
        }
    }

    /// Backups and every job that tidies up, one after the other.
    async fn keep_house(self) {
        let note = |what: &str| *self.notes.chores.lock().unwrap().entry(what.to_string()).or_default() += 1;
        while self.notes.runs() {
            let busy = self.notes.keep_house.load(Ordering::SeqCst);
            self.notes.busy.store(busy, Ordering::SeqCst);
            if !busy {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            let make = self.call(Method::POST, "/api/backups").json(&json!({"name": "soak.zip"}));
            self.good(make, "a backup").await;
            self.good(self.call(Method::DELETE, "/api/backups/soak.zip"), "its removal").await;
            note("backups");
            for job in ["__pbDBOptimize__", "__pbLogsCleanup__", "__pbMFACleanup__", "__pbOTPCleanup__"] {
                self.good(self.call(Method::POST, &format!("/api/crons/{job}")), job).await;
                note(job);
            }
            tokio::time::sleep(PAUSE * 40).await;
        }
    }
}

/// Plays an event onto a copy of everybody's `views`; each update adds one, so a change that was left out shows.
fn follow(copy: &mut BTreeMap<String, i64>, frame: &str) {
    let data = frame.lines().find_map(|line| line.strip_prefix("data:")).unwrap();
    let event: Json = serde_json::from_str(data.trim()).unwrap();
    let (id, views) = (event["record"]["id"].as_str().unwrap().to_string(), event["record"]["views"].as_i64().unwrap());
    let expected = match event["action"].as_str().unwrap() {
        "create" => copy.insert(id, views).map(|_| views - 1),
        "update" => copy.insert(id, views).map(|before| before + 1),
        _ => copy.remove(&id),
    };
    let is_new = event["action"] == "create";
    assert_eq!(expected, (!is_new).then_some(views), "something was left out before {event}");
}

/// Resident MiB, file mappings left out.
fn memory(server: &Process) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

fn percentile(of: &[f64], share: f64) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

/// How much the later half of the samples lies above the earlier: MiB that are not given back.
fn growth(samples: &[f64]) -> f64 {
    let (earlier, later) = samples.split_at(samples.len() / 2);
    percentile(later, 0.5) - percentile(earlier, 0.5)
}

/// Whether housekeeping holds requests up.
fn held_up(quiet: &[f64], beside: &[f64]) -> bool {
    percentile(beside, 0.99) > 2.0 * percentile(quiet, 0.99).max(FLOOR_MS)
}

#[test]
fn the_measures_of_a_soak_see_leaks_and_stalls() {
    let flat: Vec<f64> = (0..100).map(|n| 50.0 + f64::from(n % 7)).collect();
    let leak: Vec<f64> = (0..100).map(|n| 50.0 + 0.3 * f64::from(n)).collect();
    assert!(growth(&flat) < 1.0 && growth(&leak) > MEMORY_MIB);
    let quick: Vec<f64> = (0..1000).map(|n| f64::from(n % 20)).collect();
    let stalls: Vec<f64> = (0..1000).map(|n| if n % 50 == 0 { 200.0 } else { 5.0 }).collect();
    assert!(!held_up(&quick, &quick) && held_up(&quick, &stalls));
}

#[tokio::test]
async fn a_soak_fails_nobody_leaks_nothing_and_housekeeping_holds_nobody_up() {
    let asked = std::env::var("SOAK_SECONDS").ok().map(|text| text.parse().expect("SOAK_SECONDS is a number"));
    let seconds: u64 = asked.unwrap_or(12);
    let world = World::new().await;
    let mut command = world.serve("data");
    // So little history that it is trimmed all the time.
    let server = Process::spawn(command.env("CRATEBASE_STORE__HISTORY_MIB", "1"));
    let base = format!("http://{}", server.address);
    let notes = Arc::new(Notes::default());
    let guest = Visitor { client: Client::new(), base, token: String::new(), notes: Arc::clone(&notes) };
    let form = json!({"identity": "root@example.com", "password": "correct horse"});
    let sign_in = guest.call(Method::POST, "/api/collections/_superusers/auth-with-password").json(&form);
    let session: Json = serde_json::from_str(&guest.good(sign_in, "a sign-in").await).unwrap();
    let root = Visitor { token: session["token"].as_str().unwrap().to_string(), ..guest.clone() };
    let listeners: Vec<_> = (0..LISTENERS).map(|_| tokio::spawn(guest.clone().listen())).collect();
    // Who listens from the start hears everything.
    let started = Instant::now();
    while notes.listening.load(Ordering::SeqCst) < LISTENERS as u64 {
        assert!(started.elapsed() < PATIENCE, "nobody listens");
        tokio::time::sleep(PAUSE).await;
    }
    let mut visitors: Vec<_> = (0..WRITERS).map(|number| tokio::spawn(guest.clone().write(number))).collect();
    visitors.push(tokio::spawn(guest.clone().keep_files()));
    visitors.push(tokio::spawn(guest.clone().sign_in_again_and_again()));
    visitors.push(tokio::spawn(root.clone().keep_house()));
    let (start, whole) = (Instant::now(), Duration::from_secs(seconds));
    let mut samples = Vec::new();
    let mut warm = false;
    while start.elapsed() < whole && visitors.iter().all(|visitor| !visitor.is_finished()) {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let turn = start.elapsed().as_millis() / (whole / WHILES).as_millis();
        notes.keep_house.store(turn % 2 == 1, Ordering::SeqCst);
        // Caches are filled, statements prepared, a first backup is made.
        if turn >= 2 {
            if !std::mem::replace(&mut warm, true) {
                notes.quiet.lock().unwrap().clear();
                notes.beside.lock().unwrap().clear();
            }
            samples.push(memory(&server));
        }
    }
    notes.stop.store(true, Ordering::SeqCst);
    for visitor in visitors {
        visitor.await.expect("a visitor whom nothing failed");
    }
    notes.over.store(true, Ordering::SeqCst);
    let changes = notes.changes.load(Ordering::SeqCst);
    for listener in listeners {
        assert_eq!(listener.await.expect("a listener whose stream went on"), changes, "every change is heard once");
    }
    judge(&notes, &samples, asked);
}

/// Says how it was, and what was not as it should be.
fn judge(notes: &Notes, samples: &[f64], asked: Option<u64>) {
    let (quiet, beside) = (notes.quiet.lock().unwrap().clone(), notes.beside.lock().unwrap().clone());
    println!(
        "{} requests, {} changes heard by {LISTENERS}; p50 {:.1} and {:.1} ms, p99 {:.1} and {:.1} ms \
         quiet and beside {:?}; {:.1} MiB, {:+.2} from the earlier to the later half",
        notes.requests.load(Ordering::SeqCst),
        notes.changes.load(Ordering::SeqCst),
        percentile(&quiet, 0.5),
        percentile(&beside, 0.5),
        percentile(&quiet, 0.99),
        percentile(&beside, 0.99),
        notes.chores.lock().unwrap(),
        percentile(samples, 0.5),
        growth(samples),
    );
    assert!(growth(samples) <= MEMORY_MIB, "memory grows: {samples:?}");
    // Beside the other tests nobody can tell what held a request up.
    if asked.is_some() {
        assert!(!held_up(&quiet, &beside), "housekeeping holds requests up");
    }
}
