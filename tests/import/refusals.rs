//! What is refused: one sentence that says why, and nothing left behind.

use std::fs;
use std::path::Path;

use cratebase::import::EncryptionKey;
use rusqlite::Connection;

use super::{Options, World, import, import_with, options, tree};

/// The import fails with these words, in one line, and leaves no trace.
fn refused(source: &Path, world: &World, words: &str) {
    refused_with(source, world, &options(), words);
}

fn refused_with(source: &Path, world: &World, options: &Options, words: &str) {
    let before = tree(world.dir.path());
    let error = import_with(source, &world.target(), options).expect_err("is refused");
    assert!(error.contains(words), "{error:?} does not say {words:?}");
    assert!(!error.contains('\n') && error.len() < 400, "{error:?}");
    assert!(!world.path("room").exists(), "something is left");
    assert!(tree(world.dir.path()) == before, "something is left or changed");
}

#[test]
fn what_is_no_data_directory() {
    let world = World::new();
    refused(&world.path("nowhere"), &world, "there is no directory");
    refused(&world.path("expected.json"), &world, "unpack the backup first");
    refused(&world.path("plain"), &world, "did you mean the pb_data directory");
    refused(&world.path("plain/pb_hooks"), &world, "it has no data.db");
}

#[test]
fn what_is_no_database() {
    let world = World::new();
    let file = world.source().join("data.db");
    for content in [
        "",
        "SQLite format 3\0",
        "a text that is long enough to be looked at as a whole, but still is not what is looked for here, no",
    ] {
        fs::write(&file, content).unwrap();
        refused(&world.source(), &world, "is not a SQLite database");
    }
}

#[test]
fn half_a_database() {
    let world = World::new();
    drop(world.source_db());
    let file = world.source().join("data.db");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    refused(&world.source(), &world, "is damaged");
}

#[test]
fn a_database_with_garbage_in_it() {
    let world = World::new();
    drop(world.source_db());
    let file = world.source().join("data.db");
    let mut whole = fs::read(&file).unwrap();
    let len = whole.len();
    for page in whole[4096..len].chunks_mut(4096).step_by(3) {
        page[..200].fill(0x5a);
    }
    fs::write(&file, &whole).unwrap();
    refused(&world.source(), &world, "is damaged");
}

#[test]
fn other_databases() {
    let world = World::new();
    let db = world.source_db();
    db.execute_batch("CREATE TABLE _admins (id TEXT)").unwrap();
    refused(&world.source(), &world, "older than PocketBase v0.23");
    db.execute_batch("DROP TABLE _admins; CREATE TABLE _changes (seq INTEGER)").unwrap();
    refused(&world.source(), &world, "a database of Cratebase already");
    db.execute_batch("DROP TABLE _changes; ALTER TABLE _collections RENAME COLUMN fields TO schema").unwrap();
    refused(&world.source(), &world, "has no column fields");
    db.execute_batch("DROP TABLE _collections").unwrap();
    refused(&world.source(), &world, "has no table _collections");
}

#[test]
fn collections_that_are_none() {
    let world = World::new();
    let db = world.source_db();
    for (change, words) in [
        ("id = '../../etc' WHERE name = 'vacant'", "\"../../etc\""),
        ("name = 'a/b' WHERE id = 'c_vacant'", "\"a/b\""),
        ("name = 'other' WHERE id = 'c_vacant'", "the collection other has no table"),
        ("type = 'magic' WHERE id = 'c_vacant'", "unknown type \"magic\""),
        ("type = 'base', fields = '[{\"name\": \"x\", \"type\": \"vector\"}]' WHERE id = 'c_vacant'", "vector"),
        ("fields = '[' WHERE id = 'c_vacant'", "cannot be read"),
    ] {
        db.execute_batch(&format!("SAVEPOINT s; UPDATE _collections SET {change}; RELEASE s")).unwrap();
        refused(&world.source(), &world, words);
        db.execute_batch("UPDATE _collections SET id = 'c_vacant' WHERE id = '../../etc'; UPDATE _collections SET name = 'vacant' WHERE id = 'c_vacant'").unwrap();
    }
}

#[test]
fn encrypted_settings_without_their_key() {
    let world = World::new();
    let source = world.path("encrypted/pb_data");
    refused(&source, &world, "--encryption-env");
    let key = EncryptionKey::new("MY_KEY", "another key of 32 bytes, but no!").unwrap();
    refused_with(&source, &world, &Options { encryption_key: Some(key), ..options() }, "MY_KEY");
    assert!(
        EncryptionKey::from_env("NO_SUCH_VARIABLE").is_err_and(|error| error.to_string().contains("NO_SUCH_VARIABLE"))
    );
}

#[test]
fn a_database_that_is_locked() {
    let world = World::new();
    let db = world.source_db();
    db.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let error = import(&world.source(), &world.target()).unwrap_err();
    assert!(error.contains("locked by another program"), "{error}");
    assert!(!world.path("room").exists());
}

#[test]
fn targets_that_are_in_use() {
    let world = World::new();
    fs::create_dir_all(world.target()).unwrap();
    fs::write(world.target().join("precious"), "x").unwrap();
    let error = import(&world.source(), &world.target()).unwrap_err();
    assert!(error.contains("not empty") && error.contains("precious"), "{error}");
    assert_eq!(tree(&world.target()).len(), 1);

    let file = world.path("expected.json");
    assert!(import(&world.source(), &file).unwrap_err().contains("not a directory"));
    let inside = world.source().join("new");
    assert!(import(&world.source(), &inside).unwrap_err().contains("lies in the directory"));
    assert!(import(&world.source(), &world.source()).unwrap_err().contains("not empty"));
}

#[test]
fn two_imports_at_once() {
    let world = World::new();
    let dir = world.path("room/data/.importing");
    fs::create_dir_all(&dir).unwrap();
    let lock = fs::File::create(dir.join(".lock")).unwrap();
    lock.try_lock().unwrap();
    assert!(import(&world.source(), &world.target()).unwrap_err().contains("is running"));
    assert!(dir.exists(), "the other one goes on");
    drop(lock);
    world.import();
}

#[test]
fn a_failure_leaves_an_empty_target_empty() {
    let world = World::new();
    fs::create_dir_all(world.target()).unwrap();
    world.source_db().execute_batch("DROP TABLE tags").unwrap();
    assert!(import(&world.source(), &world.target()).is_err());
    assert_eq!(fs::read_dir(world.target()).unwrap().count(), 0);
}

#[test]
fn records_without_an_id_of_their_own() {
    let world = World::new();
    let db: Connection = world.source_db();
    db.execute_batch(
        "DROP TABLE vacant; CREATE TABLE vacant (id TEXT, t TEXT); INSERT INTO vacant VALUES ('a', 1), ('a', 2)",
    )
    .unwrap();
    refused(&world.source(), &world, "two records of vacant have the same id");
}
