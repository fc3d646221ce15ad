//! W2: view one of the seeded items by id as a user; the rule asks for a signed-in caller.

use crate::random::Random;
use crate::seed::World;
use crate::workload::{Workload, some_item, some_user};
use crate::{Outcome, http};

pub const WORKLOAD: Workload =
    Workload { name: "W2", what: "view by id", connections: &[1, 16, 64], goal: (25.0, 16), request };

pub fn request(world: &World, random: &mut Random, out: &mut Vec<u8>) -> Outcome<()> {
    let path = format!("/api/collections/items/records/{}", some_item(world, random)?.id);
    http::write(out, "GET", &path, &some_user(world, random)?.token, "");
    Ok(())
}
