//! What survives: closing, killing, a full disk, a second process.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use cratebase::schema::Record;
use cratebase::store::{Action, Reader, StoreError, Tx};

use super::{add, fixture, hold, ints, item, open, open_at, queue, runtime, sql, texts};

#[tokio::test]
async fn closing_finishes_what_is_queued_and_refuses_the_rest() {
    let f = fixture();
    let held = hold(&f.store);
    let mut waiting: Vec<_> = (0..5).map(|i| Box::pin(add(&f.store, i.to_string()))).collect();
    queue(&mut waiting).await;
    drop(held);
    f.store.close();
    assert!(futures_util::future::join_all(waiting).await.iter().all(Result::is_ok));
    assert!(matches!(add(&f.store, "late").await, Err(StoreError::Closed)));
    assert!(matches!(ints(&f.store, "SELECT 1").await, Err(StoreError::Closed)));
    let log = f.dir.path().join("data.db-wal");
    assert!(std::fs::metadata(log).map_or(0, |log| log.len()) == 0);
    let store = open(&f.config, &f.now);
    assert_eq!(ints(&store, "SELECT count(*) FROM items").await.unwrap(), [5]);
}

#[tokio::test]
async fn a_backup_is_a_database() {
    let f = fixture();
    add(&f.store, "a").await.unwrap();
    let copy = f.dir.path().join("copy.db");
    f.store.backup_into(&copy).await.unwrap();
    assert!(f.store.backup_into(&copy).await.is_err());
    add(&f.store, "b").await.unwrap();
    let copy = open_at(&copy);
    assert_eq!(texts(&copy, "SELECT id FROM items").await, ["a"]);
    assert_eq!(texts(&copy, "PRAGMA integrity_check").await, ["ok"]);
}

#[tokio::test]
async fn changes_of_another_process_are_announced_and_the_sequence_goes_on() {
    let f = fixture();
    let heard: Arc<Mutex<Vec<(i64, Action, String)>>> = Arc::default();
    let ears = heard.clone();
    f.store.on_commit(move |changes| {
        let note = |change: &Arc<cratebase::store::Change>| {
            (change.seq, change.action, change.record().unwrap().id().to_string())
        };
        ears.lock().unwrap().extend(changes.iter().map(note));
    });
    let other = open(&f.config, &f.now);
    add(&f.store, "a").await.unwrap();
    add(&other, "b").await.unwrap();
    other.write(|tx| tx.delete(&item(tx, "a", ""))).await.unwrap();
    let rename = other.write_alone(|tx| {
        tx.execute(&sql("UPDATE _collections SET options = 'renamed' WHERE name = 'items'", []))?;
        let collections = super::load(tx)?;
        tx.replace_catalog(collections);
        Ok::<_, StoreError>(())
    });
    rename.await.unwrap();
    let create = f.store.write(|tx| {
        let name = tx.catalog().by_name("items").unwrap().fields[1].name.clone();
        let collection = tx.catalog().by_name("accounts").unwrap().clone();
        tx.insert(&Record { collection, values: vec!["u".into(), "".into(), "".into(), "".into()] })?;
        Ok::<_, StoreError>(name)
    });
    assert_eq!(create.await.unwrap(), "name");
    let heard = heard.lock().unwrap().clone();
    let expected =
        [(1, Action::Create, "a"), (2, Action::Create, "b"), (3, Action::Delete, "a"), (4, Action::Create, "u")];
    assert_eq!(heard, expected.map(|(seq, action, id)| (seq, action, id.to_string())));
}

/// The files as a kill at this moment leaves them, opened.
async fn as_after_a_kill(path: &Path) -> cratebase::store::Store {
    let copy = path.with_file_name("killed.db");
    for end in ["", "-wal"] {
        std::fs::copy(format!("{}{end}", path.display()), format!("{}{end}", copy.display())).unwrap();
    }
    let store = open_at(&copy);
    assert_eq!(texts(&store, "PRAGMA integrity_check").await, ["ok"]);
    store
}

/// More than the writer keeps in memory.
fn fill(tx: &mut Tx) -> Result<(), StoreError> {
    (0..25_000).try_for_each(|i| tx.insert(&item(tx, &format!("{i:05}"), &format!("{i}{}", "x".repeat(300)))))
}

/// Pages that do not fit the cache go into the log before the commit, and are written again in place when they change
/// once more, their checksums after them.
#[tokio::test]
async fn a_transaction_larger_than_the_cache_is_whole_in_the_log() {
    let f = fixture();
    let job = f.store.write(|tx| {
        fill(tx)?;
        tx.execute(&sql("UPDATE items SET size = 2 WHERE id < '20000'", []))
    });
    assert_eq!(job.await.unwrap(), 20_000);
    let copy = as_after_a_kill(&f.config.path).await;
    assert_eq!(ints(&copy, "SELECT count(*) FROM items WHERE size = 2").await.unwrap(), [20_000]);
    assert_eq!(ints(&copy, "SELECT count(*) FROM items").await.unwrap(), [25_000]);
}

#[tokio::test]
async fn what_a_failed_transaction_left_in_the_log_is_never_read() {
    let f = fixture();
    let undone = f.store.write_alone(|tx| {
        fill(tx)?;
        Err::<(), _>(StoreError::Interrupted)
    });
    assert!(matches!(undone.await, Err(StoreError::Interrupted)));
    let log = f.dir.path().join("data.db-wal");
    assert!(std::fs::metadata(log).unwrap().len() > 1 << 20, "some of it was written");
    add(&f.store, "a").await.unwrap();
    let copy = as_after_a_kill(&f.config.path).await;
    assert_eq!(texts(&copy, "SELECT id FROM items").await, ["a"]);
}

const CHILD: &str = "STORE_TEST_CHILD";

/// Not a test of its own: what the test below starts and kills. It prints every id that was acknowledged.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let store = open_at(&path);
    let round = std::process::id();
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let store = store.clone();
            std::thread::spawn(move || {
                runtime().block_on(async {
                    for i in 0.. {
                        let id = format!("{round}-{writer}-{i}");
                        // Two records that belong together.
                        let job = store.write({
                            let id = id.clone();
                            move |tx| {
                                tx.insert(&item(tx, &id, ""))?;
                                tx.insert(&item(tx, &format!("{id}-twin"), ""))
                            }
                        });
                        job.await.unwrap();
                        println!("acknowledged {id}");
                    }
                });
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
}

/// Lines that a child printed before it was killed in the middle of its work.
fn kill_a_child_at_work(path: &Path) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["durability::child", "--nocapture"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seen: Vec<String> = lines.by_ref().take(200).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    // The last line may be cut.
    seen.extend(lines.map_while(Result::ok));
    seen.pop();
    seen.iter().filter_map(|line| line.split_once("acknowledged ").map(|(_, id)| id.to_string())).collect()
}

#[tokio::test]
async fn killing_the_process_loses_nothing_acknowledged_and_no_half() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data.db");
    let mut acknowledged = Vec::new();
    for _ in 0..5 {
        acknowledged.extend(kill_a_child_at_work(&path));
        let store = open_at(&path);
        let ids: std::collections::HashSet<String> = texts(&store, "SELECT id FROM items").await.into_iter().collect();
        let lost: Vec<_> = acknowledged.iter().filter(|id| !ids.contains(*id)).collect();
        assert!(lost.is_empty(), "{lost:?}");
        assert_eq!(ids.len() % 2, 0);
        assert_eq!(texts(&store, "PRAGMA integrity_check").await, ["ok"]);
        let seqs = ints(&store, "SELECT seq FROM _changes").await.unwrap();
        assert_eq!(seqs.len(), ids.len());
        assert_eq!(seqs, (seqs[0]..seqs[0] + seqs.len() as i64).collect::<Vec<_>>());
    }
    assert!(acknowledged.len() > 500);
}

/// A file system of its own size, where the machine allows one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<SmallDisk> {
        let dir = tempfile::tempdir().unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(dir.path()).output();
        mount.is_ok_and(|output| output.status.success()).then_some(SmallDisk(dir))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_keeps_reading_and_recovers() {
    let Some(disk) = SmallDisk::mount() else { return println!("skipped: mounting a small disk takes more rights") };
    let store = open_at(&disk.0.path().join("data.db"));
    let ballast = disk.0.path().join("ballast");
    std::fs::write(&ballast, vec![0; 1 << 20]).unwrap();
    let big = "x".repeat(10_000);
    let write = |i: i32| {
        let big = big.clone();
        store.write(move |tx| {
            let mut record = item(tx, &i.to_string(), "");
            record.set("title", format!("{big}{i}"));
            tx.insert(&record)
        })
    };
    let mut kept = 0;
    let refusal = loop {
        match write(kept).await {
            Ok(()) => kept += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refusal, StoreError::NoSpace), "{refusal:?}");
    assert_eq!(ints(&store, "SELECT count(*) FROM items").await.unwrap(), [i64::from(kept)]);
    std::fs::remove_file(&ballast).unwrap();
    write(kept).await.unwrap();
    assert_eq!(ints(&store, "SELECT max(seq) FROM _changes").await.unwrap(), [i64::from(kept) + 1]);
}
