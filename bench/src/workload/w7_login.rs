//! W7: sign in with a password. As superuser: of that account every server hashes at its default cost.

use serde_json::json;

use crate::random::Random;
use crate::seed::World;
use crate::server::{EMAIL, PASSWORD};
use crate::workload::Workload;
use crate::{Outcome, http};

pub const WORKLOAD: Workload = Workload {
    name: "W7",
    what: "login",
    connections: &[1, 8],
    goal: (14_500.0, 8),
    request,
    beside: None,
    settings: None,
};

pub fn request(_: &World, _: &mut Random, out: &mut Vec<u8>) -> Outcome<()> {
    let body = json!({"identity": EMAIL, "password": PASSWORD}).to_string();
    http::write(out, "POST", "/api/collections/_superusers/auth-with-password", "", &body);
    Ok(())
}
