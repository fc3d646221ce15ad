//! W4: change one number of an item as its owner.

use serde_json::json;

use crate::random::Random;
use crate::seed::World;
use crate::workload::{Workload, some_item};
use crate::{Outcome, http};

pub const WORKLOAD: Workload = Workload {
    name: "W4",
    what: "update",
    connections: &[1, 16, 64],
    goal: (46.0, 16),
    request,
    beside: None,
    settings: None,
};

pub fn request(world: &World, random: &mut Random, out: &mut Vec<u8>) -> Outcome<()> {
    let item = some_item(world, random)?;
    let owner = world.users.get(item.owner).ok_or("an item without an owner")?;
    let body = json!({"price": random.below(100_000) as f64 / 100.0});
    http::write(out, "PATCH", &format!("/api/collections/items/records/{}", item.id), &owner.token, &body.to_string());
    Ok(())
}
