//! Groups: what shares a COMMIT, and what a job that fails leaves behind.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cratebase::store::{Action, Reader, Store, StoreError};
use cratebase::value::Value;

use super::{add, fixture, fixture_with, hold, ints, item, open, queue, sql, texts};

/// Sequence numbers of each call of a listener.
fn listen(store: &Store) -> Arc<Mutex<Vec<Vec<i64>>>> {
    let heard: Arc<Mutex<Vec<Vec<i64>>>> = Arc::default();
    let ears = heard.clone();
    store.on_commit(move |changes| ears.lock().unwrap().push(changes.iter().map(|change| change.seq).collect()));
    heard
}

#[tokio::test]
async fn queued_jobs_share_a_commit_and_failing_ones_leave_no_trace() {
    let f = fixture();
    let heard = listen(&f.store);
    let held = hold(&f.store);
    let mut jobs: Vec<_> = (0..10)
        .map(|i| {
            Box::pin(f.store.write(move |tx| {
                tx.insert(&item(tx, &format!("i{i}"), ""))?;
                match i {
                    3 => Err(StoreError::Constraint("refused".into())),
                    6 => panic!("on purpose"),
                    _ => Ok(i),
                }
            }))
        })
        .collect();
    queue(&mut jobs).await;
    drop(held);
    let answers = futures_util::future::join_all(jobs).await;

    assert!(matches!(&answers[3], Err(StoreError::Constraint(message)) if message == "refused"));
    assert!(matches!(&answers[6], Err(StoreError::Other(source)) if source.to_string().contains("on purpose")));
    assert_eq!(answers.iter().flatten().copied().collect::<Vec<_>>(), [0, 1, 2, 4, 5, 7, 8, 9]);
    assert_eq!(*heard.lock().unwrap(), [(1..=8).collect::<Vec<i64>>()]);
    assert_eq!(texts(&f.store, "SELECT id FROM items ORDER BY rowid").await.len(), 8);
    let records = texts(&f.store, "SELECT record FROM _changes ORDER BY seq").await;
    assert_eq!(records, ["i0", "i1", "i2", "i4", "i5", "i7", "i8", "i9"]);
}

#[tokio::test]
async fn a_job_alone_in_its_transaction_is_undone_too() {
    let f = fixture();
    let failed = f.store.write(|tx| {
        tx.insert(&item(tx, "a", ""))?;
        Err::<(), _>(StoreError::Full)
    });
    assert!(matches!(failed.await, Err(StoreError::Full)));
    add(&f.store, "b").await.unwrap();
    assert_eq!(texts(&f.store, "SELECT id FROM items").await, ["b"]);
    assert_eq!(ints(&f.store, "SELECT seq FROM _changes").await.unwrap(), [1]);
}

#[tokio::test]
async fn the_sequence_has_no_gaps_over_failures_threads_and_restarts() {
    let mut f = fixture();
    for round in 0..3 {
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let store = f.store.clone();
                std::thread::spawn(move || {
                    super::runtime().block_on(async {
                        for i in 0..50 {
                            let id = format!("{round}-{thread}-{i}");
                            let result = store
                                .write(move |tx| {
                                    tx.insert(&item(tx, &id, ""))?;
                                    if i % 7 == 0 { Err(StoreError::Full) } else { Ok(()) }
                                })
                                .await;
                            assert_eq!(result.is_err(), i % 7 == 0);
                        }
                    })
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        f.store.close();
        f.store = open(&f.config, &f.now);
    }
    let rows = ints(&f.store, "SELECT count(*) FROM items").await.unwrap()[0];
    assert_eq!(ints(&f.store, "SELECT seq FROM _changes").await.unwrap(), (1..=rows).collect::<Vec<_>>());
}

#[tokio::test]
async fn listeners_hear_before_the_caller_is_answered_and_one_that_panics_harms_nobody() {
    let f = fixture();
    let heard = Arc::new(AtomicUsize::new(0));
    let ears = heard.clone();
    f.store.on_commit(|_| panic!("on purpose"));
    f.store.on_commit(move |changes| {
        let change = &changes[0];
        assert_eq!((change.action, change.after.as_ref().unwrap().id()), (Action::Create, "a"));
        ears.fetch_add(1, Ordering::SeqCst);
    });
    add(&f.store, "a").await.unwrap();
    assert_eq!(heard.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn write_alone_shares_with_nobody() {
    let f = fixture();
    let heard = listen(&f.store);
    let held = hold(&f.store);
    let (a, b, c) = (add(&f.store, "a"), add(&f.store, "b"), add(&f.store, "c"));
    let alone = f.store.write_alone(|tx| tx.insert(&item(tx, "alone", "")));
    let (mut a, mut b, mut c, mut alone) = (Box::pin(a), Box::pin(b), Box::pin(c), Box::pin(alone));
    queue(std::slice::from_mut(&mut a)).await;
    queue(std::slice::from_mut(&mut b)).await;
    queue(std::slice::from_mut(&mut alone)).await;
    queue(std::slice::from_mut(&mut c)).await;
    drop(held);
    assert!(matches!(tokio::join!(a, b, c, alone), (Ok(()), Ok(()), Ok(()), Ok(()))));
    assert_eq!(*heard.lock().unwrap(), [vec![1, 2], vec![3], vec![4]]);
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let f = fixture_with(|config| config.write_queue = 2);
    let held = hold(&f.store);
    let mut waiting = [Box::pin(add(&f.store, "a")), Box::pin(add(&f.store, "b"))];
    queue(&mut waiting).await;
    assert!(matches!(add(&f.store, "c").await, Err(StoreError::Full)));
    drop(held);
    assert!(futures_util::future::join_all(waiting).await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn a_job_past_its_deadline_does_not_take_its_group_with_it() {
    let f = fixture_with(|config| config.write_timeout_ms = 50);
    let held = hold(&f.store);
    // Interrupting a statement that writes makes SQLite roll back the whole transaction.
    let endless = "INSERT INTO items (id) \
                   WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'n' || i FROM n WHERE i > 1e15";
    let mut before = Box::pin(add(&f.store, "before"));
    let mut slow = Box::pin(f.store.write(move |tx| tx.execute(&sql(endless, []))));
    let swallow = f.store.write(move |tx| Ok::<_, StoreError>(tx.execute(&sql(endless, [])).is_ok()));
    let (mut swallow, mut after) = (Box::pin(swallow), Box::pin(add(&f.store, "after")));
    queue(std::slice::from_mut(&mut before)).await;
    queue(std::slice::from_mut(&mut slow)).await;
    queue(std::slice::from_mut(&mut swallow)).await;
    queue(std::slice::from_mut(&mut after)).await;
    drop(held);
    let (before, slow, swallow, after) = tokio::join!(before, slow, swallow, after);
    assert!(matches!(slow, Err(StoreError::Interrupted)), "{slow:?}");
    assert!(matches!(swallow, Err(StoreError::Interrupted)), "{swallow:?}");
    assert!(before.is_ok() && after.is_ok(), "{before:?} {after:?}");
    assert_eq!(texts(&f.store, "SELECT record FROM _changes ORDER BY seq").await, ["before", "after"]);
}

#[tokio::test]
async fn a_violated_index_names_its_columns() {
    let f = fixture();
    f.store.write(|tx| tx.insert(&item(tx, "a", "T"))).await.unwrap();
    let taken = |id: &'static str, title: &'static str| f.store.write(move |tx| tx.insert(&item(tx, id, title)));
    let unique = |result| match result {
        Err(StoreError::Unique { columns, index }) => (columns, index),
        other => panic!("{other:?}"),
    };
    assert_eq!(unique(taken("a", "").await), (vec!["id".to_string()], None));
    assert_eq!(unique(taken("b", "T").await), (vec!["title".to_string(), "size".to_string()], None));
    let odd = |id: &'static str, size: i64| {
        f.store.write(move |tx| {
            let mut record = item(tx, id, "odd");
            record.set("size", size);
            tx.insert(&record)
        })
    };
    odd("c", 1).await.unwrap();
    assert_eq!(unique(odd("C", 2).await), (vec![], Some("items_lower".to_string())));
}

#[tokio::test]
async fn an_update_writes_what_differs_and_a_delete_needs_its_record() {
    let f = fixture();
    f.store.write(|tx| tx.insert(&item(tx, "a", "one"))).await.unwrap();
    let update = f.store.write(|tx| {
        // Somebody else's field: the update must not write it back.
        tx.execute(&sql("UPDATE items SET size = 5 WHERE id = ?", ["a".into()]))?;
        let before = item(tx, "a", "one");
        tx.update(&before, &item(tx, "a", "two"))?;
        tx.update(&before, &before)
    });
    update.await.unwrap();
    assert_eq!(texts(&f.store, "SELECT title || size FROM items").await, ["two5"]);
    assert_eq!(texts(&f.store, "SELECT action FROM _changes ORDER BY seq").await, ["create", "update", "update"]);
    f.store.write(|tx| tx.delete(&item(tx, "a", ""))).await.unwrap();
    assert!(f.store.write(|tx| tx.delete(&item(tx, "a", ""))).await.is_err());
    assert!(f.store.write(|tx| tx.update(&item(tx, "a", ""), &item(tx, "a", "x"))).await.is_err());
}

#[tokio::test]
async fn a_new_catalog_is_seen_by_its_job_at_once_by_others_at_commit_and_by_nobody_when_undone() {
    let f = fixture();
    let version = f.store.catalog().version;
    let (store, other) = (f.store.clone(), f.store.clone());
    let undone = Arc::new(AtomicU64::new(0));
    let seen = undone.clone();
    let failed = f.store.write_alone(move |tx| {
        tx.replace_catalog(Vec::new());
        assert!(tx.catalog().by_name("items").is_none());
        seen.store(tx.catalog().version, Ordering::Relaxed);
        assert!(store.catalog().by_name("items").is_some());
        Err::<(), _>(StoreError::Full)
    });
    assert!(failed.await.is_err());
    assert_eq!(f.store.catalog().version, version);
    let found = f.store.write(|tx| Ok::<_, StoreError>(tx.catalog().by_name("items").is_some()));
    assert!(found.await.unwrap());

    let done = f.store.write_alone(move |tx| {
        tx.replace_catalog(Vec::new());
        Ok::<_, StoreError>(other.catalog().by_name("items").is_some())
    });
    assert!(done.await.unwrap());
    assert!(f.store.catalog().by_name("items").is_none());
    // Plans and statements are remembered by the version: one that was undone does not come again.
    assert!(f.store.catalog().version > undone.load(Ordering::Relaxed));
}

#[tokio::test]
async fn parameters_must_fit() {
    let f = fixture();
    let none = f.store.write(|tx| tx.execute(&sql("DELETE FROM items WHERE id = ?", []))).await;
    assert!(matches!(none, Err(StoreError::Sql(_))));
    let two = f.store.write(|tx| tx.execute(&sql("SELECT 1; DELETE FROM items", []))).await;
    assert!(matches!(two, Err(StoreError::Sql(_))));
    let typed = [Value::Null, Value::Int(-1), Value::Real(0.5), Value::Text("é".into())];
    let row = f.store.write(move |tx| tx.query(&sql("SELECT ?, ?, ?, ? AS last, x'00'", typed.clone()))).await.unwrap();
    assert_eq!(format!("{row:?}"), r#"[[Null, Int(-1), Real(0.5), Text("é"), Null]]"#);
    assert_eq!(row.columns()[3], "last");
}
