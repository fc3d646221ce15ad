//! W8: download a file of 100 KB.

use crate::random::Random;
use crate::seed::World;
use crate::workload::Workload;
use crate::{Outcome, http};

pub const WORKLOAD: Workload = Workload {
    name: "W8",
    what: "file of 100 KB",
    connections: &[1, 16],
    goal: (40.0, 16),
    request,
    beside: None,
    settings: None,
};

fn request(world: &World, random: &mut Random, out: &mut Vec<u8>) -> Outcome<()> {
    let path = random.pick(&world.files).ok_or("no files")?;
    http::write(out, "GET", path, "", "");
    Ok(())
}
