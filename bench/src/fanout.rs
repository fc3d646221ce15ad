//! W6: one event told to many subscribers, and what an idle subscriber weighs. One paced writer; the time of each event
//! travels in its text, so its way is measured from before the request until the subscriber has read it.

mod stream;

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use mio::{Events, Poll};
use serde_json::{Value, json};

use crate::args::{Args, Target};
use crate::seed::{self, User};
use crate::server::{self, Data, Server};
use crate::{Outcome, http};
use stream::Stream;

/// A rule that decides who is told.
pub struct Kind {
    pub name: &'static str,
    pub what: &'static str,
    rule: &'static str,
    /// Server CPU in µs per delivery to reach.
    pub goal: f64,
}

pub const KINDS: [Kind; 2] = [
    Kind { name: "W6", what: "rule on auth", rule: "@request.auth.id != ''", goal: 9.5 },
    Kind { name: "W6m", what: "rule through a relation", rule: "room.members.id ?= @request.auth.id", goal: 10.0 },
];
pub const SUBSCRIBERS: usize = 1000;
/// Deliveries that are caused per second, whatever the number of subscribers.
const PACE: usize = 5000;
/// Streams of the measurement of memory.
const IDLE: usize = 10_000;
/// Those that come and go before it: what a process keeps after its first streams is no stream's.
const FIRST: usize = 200;

/// One measurement.
pub struct Fanout {
    pub label: String,
    pub kind: &'static Kind,
    pub subscribers: usize,
    pub cpu_us: f64,
    /// Milliseconds, ascending: from the writer's clock to the subscriber …
    pub delivery: Vec<f64>,
    /// … and until the writer has its answer.
    pub answer: Vec<f64>,
    /// Deliveries that did not come.
    pub missing: usize,
}

/// What idle subscribers weigh.
pub struct Idle {
    pub label: String,
    pub streams: usize,
    pub kb_each: f64,
}

struct Ready {
    server: Server,
    users: Vec<User>,
    room: String,
    token: String,
}

/// A server with a collection that has this rule, and everyone a member of its only room.
fn ready(target: &Target, rule: &str, args: &Args) -> Outcome<Ready> {
    let size = args.sizes().first().copied().ok_or("no size")?;
    let server = Server::start(target, Data::Copy(seed::directory(target, size, args)), args)?;
    let address = server.address();
    let (users, token) = (seed::sign_in(address)?, seed::superuser_token(address)?);
    let make = |collection: Value| http::must(address, "POST", "/api/collections", &token, &collection);
    let relation = |name: &str, to: &str, max: usize| json!({"name": name, "type": "relation", "collectionId": to, "maxSelect": max});
    make(json!({"id": "bench_rooms", "name": "rooms", "type": "base",
                "fields": [{"name": "name", "type": "text"}, relation("members", "bench_people", 999)]}))?;
    make(
        json!({"id": "bench_chats", "name": "chats", "type": "base", "listRule": rule, "viewRule": rule, "createRule": "@request.auth.id != ''",
                "fields": [{"name": "text", "type": "text", "max": 2000}, relation("room", "bench_rooms", 1), relation("owner", "bench_people", 1),
                           {"name": "created", "type": "autodate", "onCreate": true}]}),
    )?;
    let members: Vec<&str> = users.iter().map(|user| user.id.as_str()).collect();
    let room = http::must(
        address,
        "POST",
        "/api/collections/rooms/records",
        &token,
        &json!({"name": "all", "members": members}),
    )?;
    let room = room.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Ready { server, users, room, token })
}

impl Ready {
    fn subscribe(&self, count: usize) -> Outcome<Vec<Stream>> {
        let token =
            |n: usize| self.users.get(n % self.users.len().max(1)).map_or(self.token.as_str(), |user| &user.token);
        (0..count).map(|n| Stream::open(self.server.address(), token(n), "chats/*")).collect()
    }
}

/// One run: a warm-up, then the measured time.
pub fn measure(target: &Target, kind: &'static Kind, subscribers: usize, args: &Args) -> Outcome<Fanout> {
    let ready = ready(target, kind.rule, args)?;
    let mut streams = ready.subscribe(subscribers)?;
    let pause = Duration::from_secs_f64(subscribers.max(1) as f64 / PACE as f64);
    let count = |seconds: f64| (seconds / pause.as_secs_f64()).ceil() as usize;
    let (warm, measured) = (count(args.warm_up), count(args.seconds));
    let mut poll = Poll::new()?;
    for (n, stream) in streams.iter_mut().enumerate() {
        stream.register(&poll, n)?;
    }
    let clock = Instant::now();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let answers = write(&ready, (warm + measured, pause), clock);
            done.store(true, Ordering::SeqCst);
            answers.map_err(|error| error.to_string())
        });
        let heard = read(&ready.server, &mut poll, &mut streams, &Reading { warm, measured, clock, done: &done })?;
        let mut answer = writer.join().map_err(|_| "the writer failed")??.split_off(warm);
        answer.sort_unstable_by(f64::total_cmp);
        let wanted = measured * subscribers;
        Ok(Fanout {
            label: target.label.clone(),
            kind,
            subscribers,
            cpu_us: heard.cpu.as_secs_f64() * 1e6 / heard.delivery.len().max(1) as f64,
            missing: wanted.saturating_sub(heard.delivery.len()),
            delivery: heard.delivery,
            answer,
        })
    })
}

/// The writer: an event per pause. Milliseconds until each answer.
fn write(ready: &Ready, (count, pause): (usize, Duration), clock: Instant) -> Outcome<Vec<f64>> {
    let user = ready.users.first().ok_or("no users")?;
    let mut socket = TcpStream::connect(ready.server.address())?;
    socket.set_nodelay(true)?;
    let mut answers = Vec::new();
    let start = Instant::now();
    let filling = "x".repeat(150);
    for n in 0..count {
        sleep((pause * u32::try_from(n)?).saturating_sub(start.elapsed()));
        let text = format!("@{n}@{}@{filling}", clock.elapsed().as_micros());
        let body = json!({"text": text, "room": ready.room, "owner": user.id});
        let mut request = Vec::new();
        http::write(&mut request, "POST", "/api/collections/chats/records", &user.token, &body.to_string());
        let sent = Instant::now();
        socket.write_all(&request)?;
        let (status, answer) = http::answer(&mut socket)?;
        answers.push(sent.elapsed().as_secs_f64() * 1000.0);
        if status != 200 {
            return Err(format!("the writer: {status} {answer}").into());
        }
    }
    Ok(answers)
}

struct Reading<'a> {
    warm: usize,
    measured: usize,
    clock: Instant,
    done: &'a AtomicBool,
}

struct Heard {
    cpu: Duration,
    delivery: Vec<f64>,
}

/// The subscribers: until every delivery has come, or none does for a while.
fn read(server: &Server, poll: &mut Poll, streams: &mut [Stream], what: &Reading<'_>) -> Outcome<Heard> {
    let (mut events, mut told) = (Events::with_capacity(4096), Vec::new());
    let wanted = what.measured * streams.len();
    let mut delivery: Vec<f64> = Vec::with_capacity(wanted);
    let mut cpu = None;
    let mut warmed = 0;
    let mut last = Instant::now();
    while delivery.len() < wanted {
        poll.poll(&mut events, Some(Duration::from_millis(200)))?;
        for event in &events {
            let Some(stream) = streams.get_mut(event.token().0) else { continue };
            stream.read(&mut told)?;
            let now = what.clock.elapsed().as_micros();
            for (n, sent_us) in told.drain(..) {
                last = Instant::now();
                if n < what.warm {
                    warmed += 1;
                } else {
                    delivery.push(now.saturating_sub(sent_us) as f64 / 1000.0);
                }
            }
        }
        if cpu.is_none() && warmed == what.warm * streams.len() {
            cpu = Some(server.cpu()?);
        }
        if what.done.load(Ordering::SeqCst) && last.elapsed() > Duration::from_secs(3) {
            break;
        }
    }
    let cpu = server.cpu()?.saturating_sub(cpu.ok_or("the warm-up was not told to everyone")?);
    delivery.sort_unstable_by(f64::total_cmp);
    Ok(Heard { cpu, delivery })
}

/// Memory of the server with many subscribers to whom nothing happens, over that without.
pub fn idle(target: &Target, args: &Args) -> Outcome<Idle> {
    server::raise_file_limit()?;
    let ready = ready(target, "@request.auth.id != ''", args)?;
    drop(ready.subscribe(FIRST)?);
    sleep(Duration::from_secs(1));
    let before = ready.server.memory().0;
    let streams = ready.subscribe(IDLE)?;
    sleep(Duration::from_secs(1));
    let after = ready.server.memory().0;
    let kb_each = (after - before) * 1024.0 / streams.len() as f64;
    Ok(Idle { label: target.label.clone(), streams: streams.len(), kb_each })
}

/// The value below which this share lies, of ascending ones.
pub fn percentile(sorted: &[f64], share: f64) -> f64 {
    let at = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or(0.0)
}

impl Fanout {
    pub fn line(&self) -> String {
        format!(
            "{:<4} n={} {:<12} {:>6.1} µs CPU a delivery  p50 {:>6.2} ms  p99 {:>6.2} ms  writer p50 {:>6.2} ms  p99 {:>6.2} ms  {} missing",
            self.kind.name,
            self.subscribers,
            self.label,
            self.cpu_us,
            percentile(&self.delivery, 0.5),
            percentile(&self.delivery, 0.99),
            percentile(&self.answer, 0.5),
            percentile(&self.answer, 0.99),
            self.missing
        )
    }

    pub fn json(&self) -> Value {
        json!({"server": self.label, "workload": self.kind.name, "subscribers": self.subscribers, "cpuUsPerDelivery": self.cpu_us,
               "p50Ms": percentile(&self.delivery, 0.5), "p99Ms": percentile(&self.delivery, 0.99), "writerP50Ms": percentile(&self.answer, 0.5),
               "writerP99Ms": percentile(&self.answer, 0.99), "deliveries": self.delivery.len(), "missing": self.missing})
    }
}
