//! The feed under eight writers: clients that hang up all the time, a server that is stopped and killed under them. In the
//! end each of them holds exactly what the server holds, by what it was told and in the order it was told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::Client;
use tokio::sync::watch;

use super::follower::{Follower, Habits, Place, Transport};
use super::holdings::{compare, fetch};
use super::load::writers;
use super::seed;
use super::world::World;
use super::writer::{Heard, Writer};
use crate::support::Process;

const PATIENCE: Duration = Duration::from_secs(60);

/// How much of it: the test is small, `make torture-feed` is not.
struct Size {
    /// Requests that write, a fifth of them batches.
    writes: i64,
    /// Times that each client hangs up, at least.
    cuts: u64,
    /// Times that the server ends, every second time by kill -9.
    ends: i64,
}

impl Size {
    fn wanted() -> Size {
        let number = |name: &str, small: i64| {
            std::env::var(name).map_or(small, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
        };
        let cuts = u64::try_from(number("FEED_CUTS", 40)).expect("not less than none");
        Size { writes: number("FEED_WRITES", 2500), cuts, ends: number("FEED_ENDS", 4) }
    }
}

/// Writes until nothing is left to be written, on whichever server there is.
async fn write(mut writer: Writer, place: watch::Receiver<Place>, left: Arc<AtomicI64>) -> Writer {
    let client = Client::new();
    while left.fetch_sub(1, Ordering::SeqCst) > 0 {
        let base = place.borrow().base.clone();
        if writer.step(&client, &base).await == Heard::Nothing {
            next_server(place.clone(), &base).await;
        }
    }
    writer
}

async fn next_server(mut place: watch::Receiver<Place>, old: &str) {
    let moved = place.wait_for(|place| place.base != old);
    tokio::time::timeout(PATIENCE, moved).await.expect("a server again").unwrap();
}

/// Ends the server and starts the next one over the same data.
async fn succeed(world: Arc<World>, mut server: Process, kill: bool) -> Process {
    let work = move || {
        if !kill {
            server.terminate();
            assert!(server.ended_well());
        }
        drop(server);
        start(&world)
    };
    tokio::task::spawn_blocking(work).await.unwrap()
}

fn start(world: &World) -> Process {
    // What was missed has to be there, whatever there is of it.
    Process::spawn(world.serve("data").env("CRATEBASE_STORE__HISTORY_MIB", "4096"))
}

fn base(server: &Process) -> String {
    format!("http://{}", server.address)
}

#[tokio::test]
async fn clients_that_hang_up_all_the_time_end_with_what_the_server_holds() {
    let (seed, size, began) = (seed(), Size::wanted(), Instant::now());
    let mut dice = StdRng::seed_from_u64(seed);
    let world = Arc::new(World::new().await);
    let mut server = start(&world);
    let (places, place) = watch::channel(Place { base: base(&server), goal: i64::MAX });
    // Batches make for twice as many events as requests, and snapshots leave some out.
    let habits = Habits { patience: size.writes.unsigned_abs() / size.cuts, forgets: size.cuts.div_ceil(8) };
    let mut followers = Vec::new();
    for (transport, seed) in [(Transport::Events, seed), (Transport::Socket, seed + 1)] {
        let follower = Follower::new(transport, &base(&server), seed, habits).await;
        followers.push(tokio::spawn(follower.follow(place.clone())));
    }
    let left = Arc::new(AtomicI64::new(size.writes));
    let write = |writer| tokio::spawn(write(writer, place.clone(), Arc::clone(&left)));
    let clients: Vec<_> = writers(seed).into_iter().map(write).collect();
    for end in 0..size.ends {
        let due = size.writes - size.writes * (end + 1) / (size.ends + 1);
        until(|| left.load(Ordering::SeqCst) <= due).await;
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..100))).await;
        server = succeed(Arc::clone(&world), server, end % 2 == 0).await;
        places.send_modify(|place| place.base = base(&server));
    }
    let mut clients_back = Vec::new();
    for client in clients {
        clients_back.push(client.await.expect("a writer that saw nothing odd"));
    }
    let verdict = compare(&mut clients_back, &base(&server), &world.database()).await;
    places.send_modify(|place| place.goal = verdict.feed.1);
    let held = fetch(&base(&server)).await;
    for follower in followers {
        let told = follower.await.expect("a client that lost nothing");
        let same =
            told.state.len() == held.len() && held.iter().all(|(id, views)| told.state.get(id) == Some(&Some(*views)));
        assert!(same, "a client holds other records than the server");
        assert!(told.cuts >= size.cuts, "it hung up {} times only", told.cuts);
        println!(
            "{} events, 0 lost, 0 repeated, 0 out of order; hung up {} times, cut off {} times, {} snapshots",
            told.told, told.cuts, told.losses, told.snapshots
        );
    }
    let acknowledged: u64 = clients_back.iter().map(|writer| writer.acknowledged).sum();
    println!(
        "{acknowledged} writes acknowledged, {} records, {} changes; the server ended {} times, {:.0} s",
        held.len(),
        verdict.feed.1,
        size.ends,
        began.elapsed().as_secs_f64()
    );
}

async fn until(done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < 60 * PATIENCE, "nothing happens");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
