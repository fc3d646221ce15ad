//! W5: nine views, one create.

use crate::Outcome;
use crate::random::Random;
use crate::seed::World;
use crate::workload::{Workload, w1_create, w2_view};

pub const WORKLOAD: Workload = Workload {
    name: "W5",
    what: "90 % view, 10 % create",
    connections: &[16, 64],
    goal: (28.0, 16),
    request,
    beside: None,
    settings: None,
};

fn request(world: &World, random: &mut Random, out: &mut Vec<u8>) -> Outcome<()> {
    if random.below(10) == 0 { w1_create::request(world, random, out) } else { w2_view::request(world, random, out) }
}
