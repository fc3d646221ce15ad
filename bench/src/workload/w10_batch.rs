//! W10: fifty creates in one transaction as a user, full records in the answer.

use serde_json::{Value, json};

use crate::random::Random;
use crate::seed::{World, sentence};
use crate::workload::{Workload, some_user};
use crate::{Outcome, http};

pub const WORKLOAD: Workload = Workload {
    name: "W10",
    what: "batch of 50 creates",
    connections: &[1, 8],
    goal: (600.0, 8),
    request,
    beside: None,
    settings: None,
};

fn request(world: &World, random: &mut Random, out: &mut Vec<u8>) -> Outcome<()> {
    let user = some_user(world, random)?;
    let requests: Vec<Value> = (0..50)
        .map(|_| {
            let body = json!({"room": format!("r{}", random.below(20)), "text": sentence(random.below(1_000_000)), "owner": user.id});
            json!({"method": "POST", "url": "/api/collections/messages/records", "body": body})
        })
        .collect();
    http::write(out, "POST", "/api/batch", &user.token, &json!({"requests": requests}).to_string());
    Ok(())
}
