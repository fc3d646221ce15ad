//! The workloads. Each file writes the next request of one of them; nothing else differs.

mod w10_batch;
mod w1_create;
mod w2_view;
mod w3_list;
mod w4_update;
mod w5_mixed;
mod w7_login;
mod w8_file;

use crate::Outcome;
use crate::random::Random;
use crate::seed::{Item, User, World};

/// A kind of request under load.
pub struct Workload {
    pub name: &'static str,
    pub what: &'static str,
    /// Levels of concurrency that are of interest.
    pub connections: &'static [usize],
    /// Server CPU in µs per request to reach, and at which level.
    pub goal: (f64, usize),
    pub request: Request,
    /// What other connections ask for meanwhile, and how many; their answers are not counted, their CPU is.
    pub beside: Option<(Request, usize)>,
    /// Changed before the load, as JSON.
    pub settings: Option<&'static str>,
}

/// Appends the next request in wire form.
pub type Request = fn(&World, &mut Random, &mut Vec<u8>) -> Outcome<()>;

/// In the order they are run and shown.
pub fn all() -> [Workload; 12] {
    [
        w1_create::WORKLOAD,
        w2_view::WORKLOAD,
        w2_view::UNLOGGED,
        w2_view::AMONG_LOGINS,
        w3_list::WITHOUT_TOTAL,
        w3_list::WITH_TOTAL,
        w3_list::WITH_TOTAL_CHANGING,
        w4_update::WORKLOAD,
        w5_mixed::WORKLOAD,
        w7_login::WORKLOAD,
        w8_file::WORKLOAD,
        w10_batch::WORKLOAD,
    ]
}

fn some_user<'a>(world: &'a World, random: &mut Random) -> Outcome<&'a User> {
    Ok(random.pick(&world.users).ok_or("no users")?)
}

fn some_item<'a>(world: &'a World, random: &mut Random) -> Outcome<&'a Item> {
    Ok(random.pick(&world.items).ok_or("no items")?)
}
