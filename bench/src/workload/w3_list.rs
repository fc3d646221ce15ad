//! W3: a page of 30 of the items, filter and sort covered by an index; with and without the total.

use crate::random::Random;
use crate::seed::{CATEGORIES, World};
use crate::workload::{Workload, some_user, w4_update};
use crate::{Outcome, http};

pub const WITHOUT_TOTAL: Workload = Workload {
    name: "W3",
    what: "page of 30, skipTotal",
    connections: &[1, 16],
    goal: (48.0, 16),
    request: without_total,
    beside: None,
    settings: None,
};
pub const WITH_TOTAL: Workload = Workload {
    name: "W3t",
    what: "page of 30 with total",
    connections: &[1, 16],
    goal: (52.0, 16),
    request: with_total,
    beside: None,
    settings: None,
};
/// Every tenth request changes a row, so a remembered total does not live long. Figures are of all requests.
pub const WITH_TOTAL_CHANGING: Workload = Workload {
    name: "W3c",
    what: "page of 30 with total, 10 % updates",
    connections: &[16],
    goal: (450.0, 16),
    request: with_total_changing,
    beside: None,
    settings: None,
};

fn without_total(world: &World, random: &mut Random, out: &mut Vec<u8>) -> Outcome<()> {
    page(world, random, out, "&skipTotal=1")
}

fn with_total(world: &World, random: &mut Random, out: &mut Vec<u8>) -> Outcome<()> {
    page(world, random, out, "")
}

fn with_total_changing(world: &World, random: &mut Random, out: &mut Vec<u8>) -> Outcome<()> {
    if random.below(10) == 0 { w4_update::request(world, random, out) } else { page(world, random, out, "") }
}

fn page(world: &World, random: &mut Random, out: &mut Vec<u8>, more: &str) -> Outcome<()> {
    let category = random.below(CATEGORIES);
    let path =
        format!("/api/collections/items/records?perPage=30&filter=category%3D%27c{category}%27&sort=-rank{more}");
    http::write(out, "GET", &path, &some_user(world, random)?.token, "");
    Ok(())
}
