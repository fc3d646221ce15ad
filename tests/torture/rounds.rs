//! The rounds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::disk::SmallDisk;
use super::holdings::{Verdict, compare};
use super::load::{Load, writers};
use super::world::World;
use super::{rounds, seed};
use crate::support::Process;

/// Rounds over the same directory; then a new one, so that comparing stays quick.
const ROUNDS_PER_WORLD: u64 = 10;
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until the load has heard something.
pub async fn until(what: &str, count: &AtomicU64, more: u64) {
    let (start, wanted) = (Instant::now(), count.load(Ordering::SeqCst) + more);
    while count.load(Ordering::SeqCst) < wanted {
        assert!(start.elapsed() < PATIENCE, "{what}: nothing happens");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub fn report(round: u64, what: &str, load: (u64, u64), verdict: &Verdict) {
    let ((done, reads), Verdict { records, kept: (kept, unsure), feed: (first, last) }) = (load, verdict);
    println!(
        "round {round}: {what}: {done} acknowledged, 0 lost; {unsure} unheard, {kept} of them kept; {reads} reads; \
         {records} records; feed {first}..{last} without gaps; integrity ok"
    );
}

/// How a round ends for the server.
#[derive(Clone, Copy)]
enum End {
    Killed,
    PowerCut,
}

async fn sudden_ends(end: End) {
    let seed = seed();
    let mut dice = StdRng::seed_from_u64(seed);
    let mut world = World::new().await;
    let mut clients = writers(seed);
    for round in 0..rounds(20) {
        if round % ROUNDS_PER_WORLD == 0 && round > 0 {
            world = World::new().await;
            clients = writers(seed + round);
        }
        let server = match end {
            End::Killed => world.start(),
            End::PowerCut => world.start_on_disk(),
        };
        let load = Load::start(clients, &format!("http://{}", server.address));
        until("the first write", &load.tally.done, 1).await;
        let ms = dice.random_range(1..400);
        tokio::time::sleep(Duration::from_millis(ms)).await;
        load.expect_the_end();
        match end {
            End::Killed => drop(server),
            End::PowerCut => world.cut_power(server),
        }
        let counts = (load.tally.done.load(Ordering::SeqCst), load.tally.reads.load(Ordering::SeqCst));
        clients = load.finish().await;
        // Every third time the server that repairs is hit as well.
        if round % 3 == 0 {
            let child = world.start();
            tokio::time::sleep(Duration::from_millis(dice.random_range(0..20))).await;
            drop(child);
        }
        let server = world.start();
        let verdict = compare(&mut clients, &format!("http://{}", server.address), &world.database()).await;
        let what = format!("{} after {ms} ms", if matches!(end, End::Killed) { "kill -9" } else { "power cut" });
        report(round, &what, counts, &verdict);
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_kill_9() {
    sudden_ends(End::Killed).await;
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_power_cut() {
    sudden_ends(End::PowerCut).await;
}

#[tokio::test]
async fn while_syncs_fail_nothing_is_acknowledged_and_reads_go_on() {
    let seed = seed();
    let world = World::new().await;
    let mut clients = writers(seed);
    for round in 0..rounds(20).div_ceil(4) {
        let server = world.start_on_disk();
        let base = format!("http://{}", server.address);
        let load = Load::start(clients, &base);
        until("writes", &load.tally.done, 50).await;
        world.break_disk();
        until("refusals", &load.tally.broken, 16).await;
        // Those that were under way are through; from here on the disk takes nothing.
        let done = load.tally.done.load(Ordering::SeqCst);
        until("further refusals", &load.tally.broken, 50).await;
        until("reads while syncs fail", &load.tally.reads, 20).await;
        assert_eq!(load.tally.done.load(Ordering::SeqCst), done, "acknowledged without a sync");
        world.repair_disk();
        until("writes after the repair", &load.tally.done, 50).await;
        let counts = (load.tally.done.load(Ordering::SeqCst), load.tally.reads.load(Ordering::SeqCst));
        clients = load.finish().await;
        compare(&mut clients, &base, &world.database()).await;
        world.cut_power(server);
        let server = world.start();
        let verdict = compare(&mut clients, &format!("http://{}", server.address), &world.database()).await;
        report(round, "syncs failed for a while, then a power cut", counts, &verdict);
    }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_answers_reads_and_recovers_by_itself() {
    let seed = seed();
    let world = World::new().await;
    let data = world.path().join("small");
    // Room for a write-ahead log at its largest, and as much again.
    let Some(disk) = SmallDisk::mount(&data, 48) else {
        println!("skipped: mounting a small file system is not allowed here");
        return;
    };
    for entry in std::fs::read_dir(world.data()).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_file() {
            std::fs::copy(entry.path(), data.join(entry.file_name())).unwrap();
        }
    }
    let start = || Process::spawn(&mut world.serve("small"));
    let mut clients = writers(seed);
    let database = data.join("data.db");
    for round in 0..rounds(20).div_ceil(4) {
        let server = start();
        let base = format!("http://{}", server.address);
        let load = Load::start(clients, &base);
        until("writes", &load.tally.done, 20).await;
        disk.fill();
        until("refusals", &load.tally.no_space, 50).await;
        until("reads while the disk is full", &load.tally.reads, 20).await;
        disk.empty();
        until("writes when there is room again", &load.tally.done, 20).await;
        assert_eq!(load.tally.broken.load(Ordering::SeqCst), 0, "a full disk is 507, not 500");
        let counts = (load.tally.done.load(Ordering::SeqCst), load.tally.reads.load(Ordering::SeqCst));
        load.expect_the_end();
        drop(server);
        clients = load.finish().await;
        let server = start();
        let verdict = compare(&mut clients, &format!("http://{}", server.address), &database).await;
        report(round, "disk full for a while, then kill -9", counts, &verdict);
        drop(server);
    }
}
