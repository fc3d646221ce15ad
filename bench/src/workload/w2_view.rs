//! W2: view one of the seeded items by id as a user; the rule asks for a signed-in caller. Also while 64 others sign in, and
//! without the log of requests.

use crate::random::Random;
use crate::seed::World;
use crate::workload::{Workload, some_item, some_user, w7_login};
use crate::{Outcome, http};

pub const WORKLOAD: Workload = Workload {
    name: "W2",
    what: "view by id",
    connections: &[1, 16, 64],
    goal: (25.0, 16),
    request,
    beside: None,
    settings: None,
};

/// Its latency beside that of W2 tells whether hashing starves other requests. No goal for the CPU: most of it is theirs.
pub const AMONG_LOGINS: Workload = Workload {
    name: "W2s",
    what: "view by id, 64 others sign in",
    connections: &[16],
    goal: (0.0, 0),
    request,
    beside: Some((w7_login::request, 64)),
    settings: None,
};

/// Its CPU beside that of W2 is what the log costs.
pub const UNLOGGED: Workload = Workload {
    name: "W2n",
    what: "view by id, requests not logged",
    connections: &[16],
    goal: (0.0, 0),
    request,
    beside: None,
    settings: Some(r#"{"logs": {"maxDays": 0}}"#),
};

pub fn request(world: &World, random: &mut Random, out: &mut Vec<u8>) -> Outcome<()> {
    let path = format!("/api/collections/items/records/{}", some_item(world, random)?.id);
    http::write(out, "GET", &path, &some_user(world, random)?.token, "");
    Ok(())
}
