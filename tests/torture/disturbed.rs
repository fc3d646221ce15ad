//! What does not kill the server: it stands still for a while, its disk takes nothing, its clock jumps, it may open no more
//! files. Nothing acknowledged is lost, it does not end, and it goes on by itself.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::FileExt as _;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value as Json, json};

use super::disk;
use super::holdings::compare;
use super::load::{Load, WRITERS, writers};
use super::rounds::{PATIENCE, report, until};
use super::world::World;
use super::writer::{Heard, Writer};
use super::{rounds, seed};
use crate::support::Process;

fn counts(load: &Load) -> (u64, u64) {
    (load.tally.done.load(Ordering::SeqCst), load.tally.reads.load(Ordering::SeqCst))
}

fn signal(server: &Process, name: &str) {
    let id = server.id().to_string();
    assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
}

#[tokio::test]
async fn a_server_that_stood_still_goes_on_where_it_was() {
    let seed = seed();
    let mut dice = StdRng::seed_from_u64(seed);
    let world = World::new().await;
    let server = world.start();
    let base = format!("http://{}", server.address);
    let mut clients = writers(seed);
    for round in 0..rounds(20).div_ceil(4) {
        let load = Load::start(clients, &base);
        until("writes", &load.tally.done, 20).await;
        let ms = dice.random_range(50..1500);
        signal(&server, "STOP");
        tokio::time::sleep(Duration::from_millis(ms)).await;
        signal(&server, "CONT");
        until("writes after standing still", &load.tally.done, 50).await;
        assert_eq!(load.tally.broken.load(Ordering::SeqCst), 0, "requests are late, not lost");
        let counts = counts(&load);
        clients = load.finish().await;
        let verdict = compare(&mut clients, &base, &world.database()).await;
        report(round, &format!("stood still for {ms} ms"), counts, &verdict);
    }
}

#[tokio::test]
async fn a_disk_that_takes_nothing_refuses_writes_answers_reads_and_recovers_by_itself() {
    let seed = seed();
    let world = World::new().await;
    let mut clients = writers(seed);
    let flag = world.path().join("readonly");
    for round in 0..rounds(20).div_ceil(4) {
        let mut command = world.serve("data");
        command.env("LD_PRELOAD", disk::shim()).env("DISK_WATCH", world.data().canonicalize().unwrap());
        let server = Process::spawn(command.env("DISK_READONLY", &flag));
        let base = format!("http://{}", server.address);
        let load = Load::start(clients, &base);
        until("writes", &load.tally.done, 20).await;
        std::fs::write(&flag, "").unwrap();
        until("refusals", &load.tally.broken, 16).await;
        let done = load.tally.done.load(Ordering::SeqCst);
        until("further refusals", &load.tally.broken, 30).await;
        until("reads while the disk takes nothing", &load.tally.reads, 20).await;
        // Answers from before that a writer had not read yet: one each.
        let more = load.tally.done.load(Ordering::SeqCst) - done;
        assert!(more <= WRITERS, "{more} writes were acknowledged without a disk");
        // A file has nowhere to go; the form is refused as a whole.
        let part = reqwest::multipart::Part::bytes(vec![b'x'; 1000]).file_name("x.bin");
        let form = reqwest::multipart::Form::new().part("cover", part);
        let url = format!("{base}/api/collections/posts/records");
        let upload = reqwest::Client::new().post(url).multipart(form).send().await.unwrap();
        assert!(upload.status().is_server_error(), "{}", upload.status());
        std::fs::remove_file(&flag).unwrap();
        until("writes when the disk is back", &load.tally.done, 50).await;
        let counts = counts(&load);
        load.expect_the_end();
        drop(server);
        clients = load.finish().await;
        let server = world.start();
        let verdict = compare(&mut clients, &format!("http://{}", server.address), &world.database()).await;
        report(round, "disk read-only for a while, then kill -9", counts, &verdict);
    }
}

/// A file system that is mounted read-only cannot be served, and says so.
#[tokio::test]
async fn a_directory_that_cannot_be_written_is_refused_at_the_start() {
    let world = World::new().await;
    let data = world.path().join("small");
    let Some(_disk) = disk::SmallDisk::mount(&data, 16) else {
        println!("skipped: mounting a small file system is not allowed here");
        return;
    };
    for entry in std::fs::read_dir(world.data()).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        std::fs::copy(entry.path(), data.join(entry.file_name())).unwrap();
    }
    let remount =
        |how: &str| Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&data).status().unwrap();
    if !remount("ro").success() {
        println!("skipped: a file system cannot be remounted here");
        return;
    }
    let started = Instant::now();
    let output = world.serve("small").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && started.elapsed() < PATIENCE, "{said}");
    assert!(!said.trim().is_empty() && !said.contains("panicked"), "{said}");
    assert!(remount("rw").success());
    let server = Process::spawn(&mut world.serve("small"));
    let health = reqwest::get(format!("http://{}/api/health", server.address)).await.unwrap();
    assert_eq!(health.status(), 200);
}

#[tokio::test]
async fn a_clock_that_jumps_loses_nothing_and_locks_nobody_out() {
    const HOUR: i64 = 3600;
    let seed = seed();
    let mut dice = StdRng::seed_from_u64(seed);
    let world = World::new().await;
    let path = world.path().join("ahead");
    std::fs::write(&path, 0i64.to_ne_bytes()).unwrap();
    let ahead = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let jump = |seconds: i64| ahead.write_all_at(&seconds.to_ne_bytes(), 0).unwrap();
    let mut command = world.serve("data");
    let server = Process::spawn(command.env("LD_PRELOAD", disk::clock_shim()).env("CLOCK_AHEAD", &path));
    let base = format!("http://{}", server.address);
    let mut clients = writers(seed);
    for round in 0..rounds(20).div_ceil(4) {
        let load = Load::start(clients, &base);
        until("writes", &load.tally.done, 20).await;
        // Less than what the history is kept for, as it is compared to its beginning.
        for seconds in [dice.random_range(1..48) * HOUR, -dice.random_range(1..48) * HOUR, dice.random_range(-5..5), 0]
        {
            jump(seconds);
            until("writes after a jump", &load.tally.done, 20).await;
            until("reads after a jump", &load.tally.reads, 2).await;
            session(&base).await;
        }
        assert_eq!(load.tally.broken.load(Ordering::SeqCst), 0);
        let counts = counts(&load);
        clients = load.finish().await;
        let verdict = compare(&mut clients, &base, &world.database()).await;
        report(round, "the clock jumped by up to two days, both ways", counts, &verdict);
    }
    // As a board without a battery does it: 1970, and then the right time.
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() as i64;
    let mut late = Writer::new(99, seed);
    for seconds in [-(now - HOUR), 400 * 24 * HOUR, 0] {
        jump(seconds);
        let began = session(&base).await - 5 * 24 * HOUR;
        assert!((began - now - seconds).abs() < 600, "the server goes by the shim's clock");
        assert_eq!(late.step(&reqwest::Client::new(), &base).await, Heard::Done, "{seconds}");
    }
}

/// Somebody signs in, and the token is good at once; when it ends.
async fn session(base: &str) -> i64 {
    let client = reqwest::Client::new();
    let form = json!({"identity": "alice@example.com", "password": "correct horse"});
    let answer =
        client.post(format!("{base}/api/collections/users/auth-with-password")).json(&form).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let token = answer.json::<Json>().await.unwrap()["token"].as_str().unwrap().to_string();
    let refresh = client.post(format!("{base}/api/collections/users/auth-refresh")).header("Authorization", &token);
    assert_eq!(refresh.send().await.unwrap().status(), 200);
    crate::auth::claims_of(&token)["exp"].as_i64().unwrap()
}

#[tokio::test]
async fn without_files_to_open_who_is_connected_is_served_and_others_wait() {
    const FILES: u32 = 80;
    let seed = seed();
    let world = World::new().await;
    let mut command = Command::new("sh");
    let serve = world.serve("data");
    command
        .arg("-c")
        .arg(format!("ulimit -n {FILES}; exec \"$0\" \"$@\""))
        .arg(serve.get_program())
        .args(serve.get_args());
    command.current_dir(world.path()).env("CRATEBASE_LOG__LEVEL", "off");
    let server = Process::spawn(&mut command);
    let base = format!("http://{}", server.address);
    let mut clients = writers(seed);
    for round in 0..rounds(20).div_ceil(4) {
        let load = Load::start(clients, &base);
        until("writes", &load.tally.done, 50).await;
        until("reads", &load.tally.reads, 2).await;
        let crowd: Vec<TcpStream> = (0..2 * FILES).map(|_| TcpStream::connect(&server.address).unwrap()).collect();
        until("writes of those who are connected", &load.tally.done, 50).await;
        until("their reads", &load.tally.reads, 5).await;
        let (started, fds) = (Instant::now(), format!("/proc/{}/fd", server.id()));
        while std::fs::read_dir(&fds).unwrap().count() < FILES as usize - 2 {
            assert!(started.elapsed() < PATIENCE, "the crowd is too small to take all {FILES} files");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        until("writes of those who are connected", &load.tally.done, 50).await;
        drop(crowd);
        let mut late = TcpStream::connect(&server.address).unwrap();
        late.set_read_timeout(Some(PATIENCE)).unwrap();
        late.write_all(b"GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        late.read_to_string(&mut answer).expect("an answer once the crowd has gone");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let counts = counts(&load);
        clients = load.finish().await;
        let verdict = compare(&mut clients, &base, &world.database()).await;
        report(round, &format!("{FILES} files, all of them open for a while"), counts, &verdict);
    }
}
