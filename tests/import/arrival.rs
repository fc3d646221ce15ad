//! What arrives: everything, as it was.

use std::fs;

use cratebase::import::{EncryptionKey, Options, Progress, pocketbase};
use serde_json::Value as Json;

use super::{World, import_with, options, texts, tree};

#[test]
fn every_record_is_counted() {
    let world = World::new();
    let report = world.import();
    let expected = world.expected();
    for table in &report.tables {
        let rows = expected["records"][&table.name].as_array().map_or(0, Vec::len) as u64;
        assert_eq!(table.rows, rows, "{}", table.name);
    }
    let views = expected["collections"].as_array().unwrap().iter().filter(|c| c["type"] == "view").count();
    assert_eq!(report.views, views as u64);
    assert_eq!((report.files.count, report.files.thumbs, report.backups), (3, 2, 1));
    assert!(report.missing.iter().all(|path| path.starts_with("kinds/odd")), "{:?}", report.missing);
}

#[test]
fn rows_are_those_of_the_log_too() {
    let world = World::new();
    world.import();
    assert_eq!(texts(&world.target_db(), "SELECT t FROM tags ORDER BY rowid"), ["red", "green", "blü", "late"]);
}

#[test]
fn columns_hold_the_same_values_in_the_same_order() {
    let world = World::new();
    world.import();
    let (old, new) = (world.source_db(), world.target_db());
    for (table, columns) in [
        ("members", "id, password, tokenKey, email, emailVisibility, verified, nick, note, role, likes"),
        ("_superusers", "id, password, tokenKey, email, created, updated"),
        ("_externalAuths", "id, collectionRef, recordRef, provider, providerId, created"),
        ("_mfas", "id, recordRef, method, created"),
        ("_otps", "id, recordRef, password, sentTo, updated"),
        ("_authOrigins", "id, recordRef, fingerprint"),
        ("kinds", "id, t, em, u, ed, ac, au, pw, rowid, \"order\""),
        ("_collections", "id, name, type, system, created, updated, listRule, createRule"),
    ] {
        let all = format!("SELECT quote(x.{}) FROM {table} x ORDER BY _rowid_", columns.replace(", ", ") || quote(x."));
        let all = if table == "kinds" { format!("{all} LIMIT 17") } else { all };
        assert_eq!(texts(&new, &all), texts(&old, &all), "{table}");
    }
}

#[test]
fn secrets_of_collections_are_kept() {
    let world = World::new();
    world.import();
    let (old, new) = (world.source_db(), world.target_db());
    for path in ["$.authToken.secret", "$.fileToken.secret", "$.oauth2.providers[0].clientSecret", "$.otp.length"] {
        let query = format!(
            "SELECT CAST(json_extract(options, '{path}') AS TEXT) FROM _collections WHERE type = 'auth' ORDER BY id"
        );
        assert_eq!(texts(&new, &query), texts(&old, &query), "{path}");
    }
}

#[test]
fn indexes_are_kept_and_unlisted_ones_found() {
    let world = World::new();
    world.import();
    let db = world.target_db();
    let names = texts(
        &db,
        "SELECT name FROM sqlite_schema WHERE tbl_name = 'kinds' AND sql NOTNULL AND type = 'index' ORDER BY 1",
    );
    let own = names.iter().filter(|name| name.starts_with("__")).count();
    assert_eq!(names.len() - own, 3, "{names:?}");
    assert!(names.contains(&"by_hand".to_string()));
    let listed = texts(&db, "SELECT indexes FROM _collections WHERE name = 'kinds'");
    assert!(listed[0].contains("by_hand"), "{listed:?}");
    let failed = db.execute("INSERT INTO tags (id, t) VALUES ('x', 'RED')", []);
    assert!(failed.is_err(), "the unique index ignores case");
}

#[test]
fn columns_have_our_affinities() {
    let world = World::new();
    world.import();
    let types = texts(&world.target_db(), "SELECT name || ' ' || type FROM pragma_table_info('kinds') ORDER BY cid");
    for wanted in ["id TEXT", "n NUMERIC", "b BOOLEAN", "j TEXT", "s2 TEXT", "g TEXT"] {
        assert!(types.iter().any(|is| is == wanted), "{wanted}: {types:?}");
    }
}

#[test]
fn settings_arrive_with_their_secrets() {
    let world = World::new();
    let report = world.import();
    assert!(report.settings_dropped.is_empty(), "{:?}", report.settings_dropped);
    let stored = texts(&world.target_db(), "SELECT value FROM _params WHERE id = 'settings'");
    let stored: Json = serde_json::from_str(&stored[0]).unwrap();
    assert_eq!(stored["smtp"]["password"], "smtp secret");
    assert_eq!(stored["meta"]["appName"], "Moved ü");
}

#[test]
fn encrypted_settings_arrive_with_the_key() {
    let world = World::new();
    let key = EncryptionKey::new("PB_KEY", "0123456789abcdefghijklmnopqrstuv").unwrap();
    let options = Options { encryption_key: Some(key), ..options() };
    let report = import_with(&world.path("encrypted/pb_data"), &world.target(), &options).unwrap();
    assert!(report.notes.iter().any(|note| note.contains("encrypted")), "{:?}", report.notes);
    let stored = texts(&world.target_db(), "SELECT value ->> '$.smtp.password' FROM _params");
    assert_eq!(stored, ["smtp secret"]);
}

#[test]
fn migrations_are_remembered() {
    let world = World::new();
    world.import();
    let names = texts(&world.target_db(), "SELECT file FROM _migrations WHERE file LIKE '%created_tags.js'");
    assert_eq!(names.len(), 1);
}

#[test]
fn files_arrive_byte_for_byte_with_attributes_and_thumbs() {
    let world = World::new();
    world.import();
    for part in ["storage", "backups"] {
        let contents = |dir: std::path::PathBuf| {
            tree(&dir.join(part)).into_iter().map(|(name, (bytes, _))| (name, bytes)).collect::<Vec<_>>()
        };
        let arrived = contents(world.target());
        assert!(!arrived.is_empty());
        assert_eq!(arrived, contents(world.source()));
    }
    let mut top: Vec<String> =
        fs::read_dir(world.target()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    top.sort();
    assert_eq!(top, ["auxiliary.db", "backups", "data.db", "storage"]);
}

#[test]
fn missing_files_are_named() {
    let world = World::new();
    let file = world.expected()["file"].clone();
    let [collection, record, name] =
        ["collection", "record", "name"].map(|key| file[key].as_str().unwrap().to_string());
    fs::remove_file(world.source().join("storage/c_kinds").join(&record).join(&name)).unwrap();
    let report = world.import();
    assert!(report.missing.contains(&format!("{collection}/{record}/{name}")), "{:?}", report.missing);
}

#[test]
fn what_is_left_out_is_told() {
    let world = World::new();
    let report = world.import();
    let told = report.to_string();
    for part in ["not_a_collection (1 rows)", "left_over of kinds", "pb_hooks", "pb_migrations", "pb_public"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("unknown option"), "{told}");
}

#[test]
fn the_installer_does_not_move_in() {
    let world = World::new();
    let db = world.source_db();
    db.execute_batch(
        "INSERT INTO _superusers (id, email, tokenKey) VALUES ('installer000001', '__pbinstaller@example.com', 'k');
         INSERT INTO _authOrigins (id, collectionRef, recordRef, fingerprint) VALUES ('o', 'pbc_3142635823', 'installer000001', 'f')",
    )
    .unwrap();
    let report = world.import();
    assert_eq!(texts(&world.target_db(), "SELECT email FROM _superusers"), ["root@example.com"]);
    assert_eq!(texts(&world.target_db(), "SELECT id FROM _authOrigins WHERE id = 'o'"), Vec::<String>::new());
    assert!(report.skipped.iter().any(|what| what.contains("installer")), "{:?}", report.skipped);
}

#[test]
fn progress_ends_at_a_hundred_percent() {
    let world = World::new();
    let mut last = std::collections::BTreeMap::new();
    let mut tell = |progress: Progress<'_>| {
        let line = progress.to_string();
        let (what, state) = line.split_once(": ").unwrap();
        last.insert(what.to_string(), state.to_string());
    };
    pocketbase(&world.source(), &world.target(), &options(), &mut tell).unwrap();
    assert!(last.contains_key("files") && last.contains_key("tags"), "{last:?}");
    assert!(last.values().all(|state| state.ends_with("(100 %)")), "{last:?}");
}

#[test]
fn an_empty_directory_may_be_the_target() {
    let world = World::new();
    fs::create_dir_all(world.target().join("lost+found")).unwrap();
    // What an import leaves that was killed.
    fs::create_dir_all(world.target().join(".importing/storage/x")).unwrap();
    world.import();
    assert_eq!(texts(&world.target_db(), "SELECT count(*) || '' FROM tags"), ["4"]);
    assert!(!world.target().join(".importing").exists() && !world.target().join("storage/x").exists());
}

#[test]
fn an_import_that_was_killed_is_begun_again() {
    let world = World::new();
    fs::create_dir_all(world.path("room/.data.importing/storage/x")).unwrap();
    fs::write(world.path("room/.data.importing/data.db"), "half").unwrap();
    world.import();
    assert!(!world.path("room/.data.importing").exists() && !world.target().join("storage/x").exists());
}
