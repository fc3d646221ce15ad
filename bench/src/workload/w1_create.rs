//! W1: create a record as a user; the rule compares the owner with the caller.

use serde_json::json;

use crate::random::Random;
use crate::seed::{World, sentence};
use crate::workload::{Workload, some_user};
use crate::{Outcome, http};

pub const WORKLOAD: Workload = Workload {
    name: "W1",
    what: "create",
    connections: &[1, 16, 64],
    goal: (45.0, 16),
    request,
    beside: None,
    settings: None,
};

pub fn request(world: &World, random: &mut Random, out: &mut Vec<u8>) -> Outcome<()> {
    let user = some_user(world, random)?;
    let body =
        json!({"room": format!("r{}", random.below(20)), "text": sentence(random.below(1_000_000)), "owner": user.id});
    http::write(out, "POST", "/api/collections/messages/records", &user.token, &body.to_string());
    Ok(())
}
