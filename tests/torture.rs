//! The real server under load, and then: killed, without power, without space, without a disk that syncs or one that takes
//! writes, stopped for a while, with a clock that jumps, without files to open. After each
//! round what it holds is compared with what it had acknowledged. `make torture` runs many rounds, the tests a few.
#![expect(clippy::print_stdout, reason = "the rounds report")]

mod big;
mod disk;
mod disturbed;
mod feed;
mod follower;
mod holdings;
mod load;
mod rounds;
mod soak;
mod uploads;
mod world;
mod writer;

/// Rounds of a test that usually has `few`; `TORTURE_ROUNDS` asks for more.
fn rounds(few: u64) -> u64 {
    std::env::var("TORTURE_ROUNDS").map_or(few, |text| text.parse().expect("TORTURE_ROUNDS is a number"))
}

/// Where the dice start; printed, and given again as `TORTURE_SEED` to see a failure twice.
fn seed() -> u64 {
    let now = || std::time::UNIX_EPOCH.elapsed().map_or(0, |age| age.as_millis() as u64);
    let seed = std::env::var("TORTURE_SEED").map_or_else(|_| now(), |text| text.parse().expect("a number"));
    println!("TORTURE_SEED={seed}");
    seed
}
