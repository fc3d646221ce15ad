//! The source is only ever read, whatever state it is in; links in it lead nowhere.

use std::fs;

use rusqlite::Connection;

use super::{World, import, texts, tree};

#[test]
fn a_source_that_was_killed() {
    let world = World::new();
    let before = tree(&world.source());
    assert!(before.contains_key("data.db-wal") && before.contains_key("data.db-shm"));
    world.import();
    assert!(tree(&world.source()) == before);
}

#[test]
fn a_source_without_the_index_of_its_log() {
    let world = World::new();
    fs::remove_file(world.source().join("data.db-shm")).unwrap();
    let before = tree(&world.source());
    world.import();
    assert!(tree(&world.source()) == before);
    assert_eq!(texts(&world.target_db(), "SELECT t FROM tags WHERE t = 'late'"), ["late"]);
}

#[test]
fn a_source_that_was_closed() {
    let world = World::new();
    let db = Connection::open(world.source().join("data.db")).unwrap();
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(db);
    let before = tree(&world.source());
    assert!(!before.contains_key("data.db-wal"), "closing removed it");
    world.import();
    assert!(tree(&world.source()) == before);
}

#[test]
fn a_source_that_is_in_use() {
    let world = World::new();
    let db = Connection::open(world.source().join("data.db")).unwrap();
    db.execute_batch("UPDATE tags SET w = 7 WHERE t = 'late'; BEGIN IMMEDIATE; UPDATE tags SET w = 8 WHERE t = 'late'")
        .unwrap();
    let before = tree(&world.source());
    world.import();
    assert!(tree(&world.source()) == before);
    assert_eq!(texts(&world.target_db(), "SELECT w || '' FROM tags WHERE t = 'late'"), ["7"], "what was committed");
    db.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;

    let world = World::new();
    fs::write(world.path("secret"), "outside").unwrap();
    fs::create_dir(world.path("outside")).unwrap();
    fs::write(world.path("outside/secret"), "outside").unwrap();
    let record = world.source().join("storage/c_kinds/somerecord00001");
    fs::create_dir_all(&record).unwrap();
    symlink(world.path("secret"), record.join("file.txt")).unwrap();
    symlink(world.path("outside"), record.join("thumbs_file.txt")).unwrap();
    symlink(world.path("outside"), world.source().join("storage/c_kinds/otherrecord0001")).unwrap();
    symlink(world.path("outside"), world.source().join("storage/c_tags")).unwrap();
    symlink(world.path("secret"), world.source().join("backups/link.zip")).unwrap();
    let report = world.import();
    let arrived = tree(&world.target());
    assert!(arrived.values().all(|(content, _)| content != b"outside"), "{:?}", arrived.keys());
    assert!(!arrived.keys().any(|name| name.contains("record0")), "{:?}", arrived.keys());
    let told = report.skipped.join("\n");
    for name in ["file.txt", "thumbs_file.txt", "otherrecord0001", "storage/c_tags", "link.zip"] {
        assert!(told.contains(name), "{name}: {told}");
    }
}

#[cfg(unix)]
#[test]
fn links_in_place_of_data_are_refused() {
    use std::os::unix::fs::symlink;

    for name in ["storage", "data.db", "backups"] {
        let world = World::new();
        fs::rename(world.source().join(name), world.path("elsewhere")).unwrap();
        symlink(world.path("elsewhere"), world.source().join(name)).unwrap();
        let error = import(&world.source(), &world.target()).unwrap_err();
        assert!(error.contains("symbolic link") && !world.path("room").exists(), "{name}: {error}");
    }
}

#[test]
fn leftovers_and_strangers_in_storage_stay() {
    let world = World::new();
    let storage = world.source().join("storage");
    for name in ["c_kinds/r/a.png.0af3.tmp", "c_gone/r/a.png", "c_kinds/stray", "c_kinds/r/deep/er/a.png"] {
        fs::create_dir_all(storage.join(name).parent().unwrap()).unwrap();
        fs::write(storage.join(name), "x").unwrap();
    }
    let report = world.import();
    assert!(!world.target().join("storage/c_kinds/r").exists() && !world.target().join("storage/c_gone").exists());
    let told = report.skipped.join("\n");
    assert!(told.contains("c_gone") && told.contains("stray") && told.contains("deep"), "{told}");
}

#[test]
fn names_of_files_cannot_lead_elsewhere() {
    let world = World::new();
    fs::write(world.path("plain/secret"), "outside").unwrap();
    world
        .source_db()
        .execute_batch("UPDATE kinds SET file1 = '../../../../plain/secret' WHERE t = 'nothing else'")
        .unwrap();
    let report = world.import();
    assert!(report.missing.iter().any(|path| path.ends_with("plain/secret")), "{:?}", report.missing);
}
