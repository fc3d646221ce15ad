//! What the server holds, by its own words and by its file, against what its clients were promised.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value as Json;

use super::writer::{Effect, Writer};

/// A comparison's figures.
#[derive(Debug)]
pub struct Verdict {
    pub records: usize,
    /// Unheard requests that happened, of how many.
    pub kept: (usize, usize),
    /// The first and last number of the feed.
    pub feed: (i64, i64),
}

/// Panics unless every promise is kept; unheard requests become facts or nothing.
pub async fn compare(writers: &mut [Writer], base: &str, database: &Path) -> Verdict {
    let held = fetch(base).await;
    let mut kept = (0, 0);
    for writer in &mut *writers {
        for request in std::mem::take(&mut writer.unsure) {
            let is = |held_as: fn(&Effect) -> Option<i64>| {
                request.iter().all(|effect| held.get(&effect.id).copied() == held_as(effect))
            };
            kept.1 += 1;
            if is(|effect| effect.after) {
                kept.0 += 1;
                writer.settle(&request);
            } else {
                assert!(is(|effect| effect.before), "half a request: {request:?}");
                for effect in &request {
                    effect.before.map(|views| writer.known.insert(effect.id.clone(), views));
                }
            }
        }
    }
    let promised: BTreeMap<String, i64> = writers.iter().flat_map(|writer| writer.known.clone()).collect();
    for (id, views) in &promised {
        assert_eq!(held.get(id), Some(views), "acknowledged, and lost or changed: {id}");
    }
    for (id, views) in &held {
        assert!(promised.contains_key(id), "nobody wrote {id} ({views})");
    }
    Verdict { records: held.len(), kept, feed: examine(database, &held) }
}

/// All records through the API: their `views` by id.
pub async fn fetch(base: &str) -> BTreeMap<String, i64> {
    let client = reqwest::Client::new();
    let mut held = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let url = format!("{base}/api/collections/posts/records?perPage=1000&sort=id&fields=id,views&cursor={cursor}");
        let answer = client.get(&url).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{url}");
        let page: Json = answer.json().await.unwrap();
        for item in page["items"].as_array().unwrap() {
            held.insert(item["id"].as_str().unwrap().to_string(), item["views"].as_i64().unwrap());
        }
        match page["nextCursor"].as_str() {
            Some(next) if !next.is_empty() => cursor = next.to_string(),
            _ => return held,
        }
    }
}

/// The file is sound, its feed has no gaps, and played from its beginning leads to what is held.
fn examine(database: &Path, held: &BTreeMap<String, i64>) -> (i64, i64) {
    let db = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let sound: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let sql = "SELECT min(seq), max(seq), count(*) FROM _changes";
    let (first, last, count): (i64, i64, i64) =
        db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    assert_eq!(last - first + 1, count, "the feed has gaps");
    let sql = "SELECT record, action, data FROM _changes JOIN _collections ON _collections.id = collection \
               WHERE _collections.name = 'posts' ORDER BY seq";
    let mut played = BTreeMap::new();
    let mut changes = db.prepare(sql).unwrap();
    let mut rows = changes.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (id, action, data): (String, String, String) =
            (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
        let data: Json = serde_json::from_str(&data).unwrap();
        let known = played.contains_key(&id);
        assert_eq!(action != "create", known, "{action} of {id} out of order");
        match action.as_str() {
            "delete" => played.remove(&id),
            _ => played.insert(id, data["views"].as_i64().unwrap()),
        };
    }
    assert!(played == *held, "the feed tells of other records than there are");
    (first, last)
}
