//! The data both servers start from: made once per server through its API, then copied for every measurement.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::args::{Args, Size, Target};
use crate::random::Random;
use crate::server::{self, Data, EMAIL, PASSWORD, Server};
use crate::{Outcome, http};

const USERS: usize = 50;
const MESSAGES: usize = 10_000;
const FILES: usize = 20;
const FILE_BYTES: u32 = 100_000;
/// Tells finished directories from those of an earlier program.
const COMPLETE: &str = "complete-2";
pub const CATEGORIES: usize = 50;
const BATCH: usize = 50;
const USER_PASSWORD: &str = "user-password";

/// A user and the token that speaks for it.
pub struct User {
    pub id: String,
    pub token: String,
}

/// A row of `items` and the index of the user who owns it.
pub struct Item {
    pub id: String,
    pub owner: usize,
}

/// What workloads choose from.
pub struct World {
    pub users: Vec<User>,
    pub items: Vec<Item>,
    /// Paths of files.
    pub files: Vec<String>,
}

/// Where a server's seeded data directory is kept.
pub fn directory(target: &Target, size: Size, args: &Args) -> PathBuf {
    let more = if size.collections == 0 { String::new() } else { format!("-{}", size.collections) };
    args.results.join(format!("seed-{}-{}{more}", target.label, size.items)).join("data")
}

/// Makes the seeded directory unless it is there.
pub fn prepare(target: &Target, size: Size, args: &Args) -> Outcome<()> {
    let data = directory(target, size, args);
    let home = data.parent().map(PathBuf::from).unwrap_or_default();
    if args.reseed {
        let _ = fs::remove_dir_all(&home);
    }
    if home.join(COMPLETE).exists() {
        return Ok(());
    }
    eprintln!("{}: seeding {size}", target.label);
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home)?;
    let data = fs::canonicalize(&home)?.join("data");
    server::superuser(target, &data)?;
    let server = Server::start(target, Data::Own(data), args)?;
    fill(server.address(), size)?;
    drop(server);
    fs::write(home.join(COMPLETE), "")?;
    Ok(())
}

fn fill(address: SocketAddr, size: Size) -> Outcome<()> {
    let token = superuser_token(address)?;
    http::must(
        address,
        "PATCH",
        "/api/settings",
        &token,
        &json!({"batch": {"enabled": true, "maxRequests": BATCH, "timeout": 30}}),
    )?;
    for collection in collections().into_iter().chain((0..size.collections).map(bystander)) {
        http::must(address, "POST", "/api/collections", &token, &collection)?;
    }
    let mut users = Vec::new();
    for n in 0..USERS {
        let body = json!({"email": format!("user{n}@example.com"), "password": USER_PASSWORD, "passwordConfirm": USER_PASSWORD, "name": format!("User {n}")});
        let made = http::must(address, "POST", "/api/collections/people/records", &token, &body)?;
        users.push(text(&made, "id"));
    }
    let mut random = Random::new(1);
    insert(address, &token, "items", size.items, |n| {
        json!({"name": format!("Item number {n}"), "category": format!("c{}", random.below(CATEGORIES)), "price": random.below(100_000) as f64 / 100.0,
               "active": n % 3 != 0, "owner": random.pick(&users), "note": "A sentence of some length that stands for what people write.", "rank": random.below(1_000_000)})
    })?;
    let bytes: Vec<u8> = (0..FILE_BYTES).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    for _ in 0..FILES {
        http::upload(address, "/api/collections/papers/records", &token, "paper", &bytes)?;
    }
    insert(
        address,
        &token,
        "messages",
        MESSAGES,
        |n| json!({"room": format!("r{}", n % 20), "text": sentence(n), "owner": random.pick(&users)}),
    )
}

fn insert(
    address: SocketAddr,
    token: &str,
    collection: &str,
    total: usize,
    mut body: impl FnMut(usize) -> Value,
) -> Outcome<()> {
    let url = format!("/api/collections/{collection}/records?fields=id");
    for start in (0..total).step_by(BATCH) {
        let requests: Vec<Value> =
            (start..total.min(start + BATCH)).map(|n| json!({"method": "POST", "url": url, "body": body(n)})).collect();
        http::must(address, "POST", "/api/batch", token, &json!({"requests": requests}))?;
    }
    Ok(())
}

fn collections() -> Vec<Value> {
    let stamps = [
        json!({"name": "created", "type": "autodate", "onCreate": true}),
        json!({"name": "updated", "type": "autodate", "onCreate": true, "onUpdate": true}),
    ];
    let owner = json!({"name": "owner", "type": "relation", "collectionId": "bench_people", "maxSelect": 1});
    let signed_in = "@request.auth.id != ''";
    let own = "@request.auth.id != '' && owner = @request.auth.id";
    vec![
        json!({"id": "bench_people", "name": "people", "type": "auth", "listRule": signed_in, "viewRule": signed_in,
               "fields": [{"name": "name", "type": "text"}, {"name": "password", "type": "password", "min": 8, "cost": 4, "required": true, "hidden": true, "system": true}]}),
        json!({"id": "bench_items", "name": "items", "type": "base", "listRule": signed_in, "viewRule": signed_in, "createRule": own, "updateRule": own, "deleteRule": own,
               "fields": [{"name": "name", "type": "text"}, {"name": "category", "type": "text"}, {"name": "price", "type": "number"}, {"name": "rank", "type": "number"},
                          {"name": "active", "type": "bool"}, {"name": "note", "type": "text"}, owner, stamps[0], stamps[1]],
               "indexes": ["CREATE INDEX `idx_items_category_rank` ON `items` (`category`, `rank`)"]}),
        json!({"id": "bench_messages", "name": "messages", "type": "base", "listRule": signed_in, "viewRule": signed_in, "createRule": own,
               "fields": [{"name": "room", "type": "text", "required": true, "max": 50}, {"name": "text", "type": "text", "required": true, "max": 2000}, owner, stamps[0], stamps[1]],
               "indexes": ["CREATE INDEX `idx_messages_room` ON `messages` (`room`, `created`)"]}),
        json!({"id": "bench_papers", "name": "papers", "type": "base", "fields": [{"name": "paper", "type": "file", "maxSelect": 1}]}),
    ]
}

/// A collection that nobody asks for, with fields, rules and an index as others have.
fn bystander(n: usize) -> Value {
    let own = "@request.auth.id != '' && owner = @request.auth.id";
    let owner = json!({"name": "owner", "type": "relation", "collectionId": "bench_people", "maxSelect": 1});
    json!({"name": format!("bystander{n}"), "type": "base", "listRule": own, "viewRule": own, "createRule": own, "updateRule": own,
           "fields": [{"name": "title", "type": "text", "max": 200}, {"name": "amount", "type": "number"}, owner],
           "indexes": [format!("CREATE INDEX `idx_bystander{n}` ON `bystander{n}` (`owner`)")]})
}

/// The text of message `n`.
pub fn sentence(n: usize) -> String {
    format!("Message {n}: the quick brown fox jumps over the lazy dog and goes on for about a hundred characters more.")
}

pub fn superuser_token(address: SocketAddr) -> Outcome<String> {
    let body = json!({"identity": EMAIL, "password": PASSWORD});
    Ok(text(&http::must(address, "POST", "/api/collections/_superusers/auth-with-password", "", &body)?, "token"))
}

/// Logs all users in.
pub fn sign_in(address: SocketAddr) -> Outcome<Vec<User>> {
    let mut users = Vec::new();
    for n in 0..USERS {
        let body = json!({"identity": format!("user{n}@example.com"), "password": USER_PASSWORD});
        let answer = http::must(address, "POST", "/api/collections/people/auth-with-password", "", &body)?;
        users
            .push(User { id: text(answer.get("record").unwrap_or(&Value::Null), "id"), token: text(&answer, "token") });
    }
    Ok(users)
}

impl World {
    /// Logs all users in and reads the ids the server gave.
    pub fn learn(address: SocketAddr) -> Outcome<World> {
        let users = sign_in(address)?;
        let token = superuser_token(address)?;
        let mut items = Vec::new();
        let mut last = String::new();
        loop {
            // Page numbers would have the server count through what was read already.
            let path = format!(
                "/api/collections/items/records?perPage=1000&skipTotal=1&fields=id,owner&sort=id&filter=id%3E%27{last}%27"
            );
            let answer = http::must(address, "GET", &path, &token, &Value::Null)?;
            let rows = answer.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            for row in rows {
                let owner = text(row, "owner");
                let owner = users.iter().position(|user| user.id == owner).ok_or("an item without a known owner")?;
                items.push(Item { id: text(row, "id"), owner });
            }
            match rows.last() {
                Some(row) if rows.len() == 1000 => last = text(row, "id"),
                _ => break,
            }
        }
        Ok(World { users, items, files: files(address, &token)? })
    }
}

fn files(address: SocketAddr, token: &str) -> Outcome<Vec<String>> {
    let answer = http::must(address, "GET", "/api/collections/papers/records", token, &Value::Null)?;
    let rows = answer.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Ok(rows.iter().map(|row| format!("/api/files/papers/{}/{}", text(row, "id"), text(row, "paper"))).collect())
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
