//! Uploads under kill -9: every acknowledged record has its file, and after the next start no file is without a record.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::multipart::{Form, Part};
use serde_json::Value as Json;

use super::world::World;
use super::{rounds, seed};

const PATIENCE: Duration = Duration::from_secs(20);

/// Uploads until the server goes; the names that were acknowledged, by record.
async fn upload(base: String, seed: u64, done: Arc<AtomicU64>) -> BTreeMap<String, String> {
    let (client, mut dice) = (reqwest::Client::new(), StdRng::seed_from_u64(seed));
    let mut acknowledged = BTreeMap::new();
    let mut mine: Vec<String> = Vec::new();
    loop {
        let len =
            if dice.random_range(0..3) == 0 { dice.random_range(0..3_000_000) } else { dice.random_range(0..9_000) };
        let form = Form::new().part("cover", Part::bytes(vec![b'x'; len]).file_name("x.bin"));
        // Now and then one takes another's place.
        let again = mine.pop().filter(|_| dice.random_range(0..3) == 0);
        let request = match &again {
            Some(id) => client.patch(format!("{base}/api/collections/posts/records/{id}")),
            None => client.post(format!("{base}/api/collections/posts/records")),
        };
        // What was replaced is neither promised nor gone until the answer is heard.
        if let Some(id) = &again {
            acknowledged.remove(id);
        }
        let Ok(answer) = request.multipart(form).send().await else { return acknowledged };
        let status = answer.status();
        let Ok(record) = answer.json::<Json>().await else { return acknowledged };
        assert_eq!(status, 200, "{record}");
        let id = record["id"].as_str().unwrap().to_string();
        acknowledged.insert(id.clone(), record["cover"].as_str().unwrap().to_string());
        mine.push(id);
        done.fetch_add(1, Ordering::SeqCst);
    }
}

/// Every file below `dir`, hidden folders left out.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if path.is_file() {
            found.push(path);
        } else if !path.file_name().unwrap().to_str().unwrap().starts_with('.') {
            found.extend(files(&path));
        }
    }
    found
}

/// All records with a file.
async fn named(base: &str) -> BTreeMap<String, String> {
    let (client, mut named) = (reqwest::Client::new(), BTreeMap::new());
    for page in 1.. {
        let url = format!(
            "{base}/api/collections/posts/records?perPage=1000&sort=id&page={page}&fields=id,collectionId,cover"
        );
        let answer: Json = client.get(url).send().await.unwrap().json().await.unwrap();
        let items = answer["items"].as_array().unwrap();
        for item in items.iter().filter(|item| item["cover"] != "") {
            let text = |key: &str| item[key].as_str().unwrap().to_string();
            named.insert(text("id"), format!("{}/{}/{}", text("collectionId"), text("id"), text("cover")));
        }
        if items.len() < 1000 {
            break;
        }
    }
    named
}

#[tokio::test]
async fn uploads_under_kill_9_lose_no_file_and_leave_none_behind() {
    let seed = seed();
    let mut dice = StdRng::seed_from_u64(seed);
    let world = World::new().await;
    let storage = world.data().join("storage");
    let mut promised = BTreeMap::new();
    let mut swept = 0;
    for round in 0..rounds(20).div_ceil(2) {
        let server = world.start();
        let (base, done) = (format!("http://{}", server.address), Arc::<AtomicU64>::default());
        let loads: Vec<_> =
            (0..4).map(|number| tokio::spawn(upload(base.clone(), seed + round * 10 + number, done.clone()))).collect();
        let started = Instant::now();
        while done.load(Ordering::SeqCst) == 0 {
            assert!(started.elapsed() < PATIENCE, "nothing is uploaded");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..200))).await;
        drop(server);
        for load in loads {
            promised.extend(load.await.unwrap());
        }
        let left = files(&storage).len();
        let server = world.start();
        let base = format!("http://{}", server.address);
        let held = named(&base).await;
        for (id, name) in &promised {
            assert!(held.get(id).is_some_and(|key| key.ends_with(name)), "acknowledged, and lost: {id}");
        }
        let keys: std::collections::BTreeSet<PathBuf> = held.values().map(|key| storage.join(key)).collect();
        for key in &keys {
            assert!(key.is_file(), "a record without its file: {}", key.display());
        }
        // Whoever starts clears up behind whoever was killed.
        let started = Instant::now();
        loop {
            let orphans: Vec<PathBuf> = files(&storage).into_iter().filter(|file| !keys.contains(file)).collect();
            // The one that runs has a folder and a lock.
            let waiting = std::fs::read_dir(storage.join(".incoming")).into_iter().flatten().count();
            if orphans.is_empty() && waiting <= 2 {
                break;
            }
            assert!(started.elapsed() < PATIENCE, "nobody's: {orphans:?}, {waiting} in .incoming");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let orphans = left - keys.len();
        swept += orphans;
        println!(
            "round {round}: {} uploads acknowledged, {} files, {orphans} were nobody's",
            promised.len(),
            keys.len()
        );
    }
    println!("{swept} files swept");
}
