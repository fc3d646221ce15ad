//! Reads: snapshots, deadlines, what runs where, and totals.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use cratebase::store::{Reader, Store, StoreError};

use super::{add, fixture, fixture_with, ints, item, sql};

const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i > 1e15";

#[tokio::test]
async fn a_runaway_query_is_interrupted_at_its_deadline() {
    let f = fixture_with(|config| config.read_timeout_ms = 100);
    assert!(matches!(ints(&f.store, ENDLESS).await, Err(StoreError::Interrupted)));
    assert_eq!(ints(&f.store, "SELECT 1").await.unwrap(), [1]);
}

#[tokio::test]
async fn short_reads_do_not_wait_for_long_ones() {
    let f = fixture_with(|config| config.read_threads = 1);
    let mut long = [Box::pin(ints(&f.store, ENDLESS)), Box::pin(ints(&f.store, ENDLESS))];
    super::queue(&mut long).await;
    for _ in 0..100 {
        assert_eq!(ints(&f.store, "SELECT 1").await.unwrap(), [1]);
    }
    super::queue(&mut long).await;
    f.store.close();
    let [running, waiting] = long;
    assert!(matches!(running.await, Err(StoreError::Interrupted | StoreError::Closed)));
    assert!(matches!(waiting.await, Err(StoreError::Closed)));
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let f = fixture_with(|config| (config.read_threads, config.read_queue) = (1, 1));
    let mut waiting: Vec<_> = (0..2).map(|_| Box::pin(ints(&f.store, ENDLESS))).collect();
    let mut refused = 0;
    for future in &mut waiting {
        let answer = futures_util::future::poll_immediate(future).await;
        refused += usize::from(matches!(answer, Some(Err(StoreError::Full))));
    }
    // The thread may or may not have taken the first one already.
    let third = futures_util::future::poll_immediate(Box::pin(ints(&f.store, ENDLESS))).await;
    assert!(refused <= 1 && (refused == 1 || matches!(third, Some(Err(StoreError::Full)) | None)));
}

#[tokio::test]
async fn a_job_whose_thread_lost_its_turn_moves_wherever_that_was_noticed() {
    // Always over budget: what looks at the clock every thousand steps does so while a snapshot begins, too.
    let f = fixture_with(|config| config.inline_budget_us = 1);
    for number in 0..4000 {
        // A text of its own each time: a known one would go to a thread at once.
        let text = format!("SELECT {number}");
        let job = move |reader: &mut dyn Reader| Ok(reader.query(&sql(&text, []))?.len());
        let read: Result<usize, StoreError> = f.store.read(job).await;
        assert_eq!(read.ok(), Some(1), "read {number}");
    }
}

#[tokio::test]
async fn a_job_moves_to_a_thread_even_if_it_hides_the_reason() {
    let f = fixture();
    let heavy = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) SELECT count(*) FROM n";
    let here = std::thread::current().id();
    let job = |text: &'static str| {
        f.store.read(move |reader| {
            let found = reader.query(&sql(text, [])).is_ok();
            Ok::<_, StoreError>((found, std::thread::current().id() == here))
        })
    };
    assert_eq!(job("SELECT 1").await.unwrap(), (true, true));
    assert_eq!(job(heavy).await.unwrap(), (true, false));
    assert_eq!(job(heavy).await.unwrap(), (true, false));
}

#[tokio::test]
async fn a_panic_is_an_error_of_its_job_only() {
    for inline_budget_us in [0, 1000] {
        let f = fixture_with(|config| config.inline_budget_us = inline_budget_us);
        let panics = f.store.read(|reader| {
            reader.query(&sql("SELECT 1", []))?;
            if reader.catalog().version > 0 { panic!("on purpose") } else { Ok(()) }
        });
        assert!(matches!(panics.await, Err(StoreError::Other(source)) if source.to_string().contains("on purpose")));
        assert_eq!(ints(&f.store, "SELECT 1").await.unwrap(), [1]);
    }
}

#[tokio::test]
async fn a_reader_cannot_write_attach_or_run_two_statements() {
    let f = fixture();
    for text in ["DELETE FROM items", "ATTACH ':memory:' AS other", "SELECT 1; SELECT 2", "SELECT nothing", "nonsense"]
    {
        assert!(matches!(ints(&f.store, text).await, Err(StoreError::Sql(_))), "{text}");
    }
}

#[tokio::test]
async fn a_job_reads_one_snapshot() {
    let f = fixture_with(|config| config.inline_budget_us = 0);
    let (asked, asking) = mpsc::channel();
    let (write, written) = mpsc::channel::<()>();
    let written = Mutex::new(written);
    let job = f.store.read(move |reader| {
        let first = reader.query(&sql("SELECT id FROM items", []))?.len();
        asked.send(()).unwrap();
        written.lock().unwrap().recv().unwrap();
        Ok::<_, StoreError>((first, reader.query(&sql("SELECT id FROM items", []))?.len()))
    });
    let mut job = [Box::pin(job)];
    super::queue(&mut job).await;
    asking.recv().unwrap();
    add(&f.store, "a").await.unwrap();
    write.send(()).unwrap();
    let [job] = job;
    assert_eq!(job.await.unwrap(), (0, 0));
    assert_eq!(ints(&f.store, "SELECT count(*) FROM items").await.unwrap(), [1]);
}

/// A total that is different every time it is counted.
async fn total(store: &Store, tables: &'static [&'static str]) -> i64 {
    let job = move |reader: &mut dyn Reader| {
        reader.recall(&sql("SELECT random()", []), Some(tables)).map(|rows| rows.first_int())
    };
    store.read::<_, StoreError>(job).await.unwrap()
}

#[tokio::test]
async fn totals_are_remembered_until_their_tables_change() {
    let f = fixture();
    let first = total(&f.store, &["items"]).await;
    assert_eq!(total(&f.store, &["items"]).await, first);
    let refused = f.store.write(|tx| {
        tx.insert(&item(tx, "a", ""))?;
        Err::<(), _>(StoreError::Full)
    });
    assert!(refused.await.is_err());
    assert_eq!(total(&f.store, &["items"]).await, first);
    add(&f.store, "a").await.unwrap();
    assert_eq!(total(&f.store, &["accounts"]).await, first);
    let second = total(&f.store, &["items"]).await;
    assert_ne!(second, first);
    // A statement whose table the store does not know.
    f.store.write(|tx| tx.execute(&sql("UPDATE items SET size = 2", []))).await.unwrap();
    assert_ne!(total(&f.store, &["items"]).await, second);
}

#[tokio::test]
async fn a_read_that_met_a_schema_change_runs_again_with_the_new_catalog() {
    let f = fixture_with(|config| config.inline_budget_us = 0);
    let (asked, asking) = mpsc::channel();
    let (change, changed) = mpsc::channel::<()>();
    let changed = Mutex::new(changed);
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = runs.clone();
    let job = f.store.read(move |reader| {
        let title = reader.catalog().by_name("items").unwrap().fields[1].name.clone();
        if counter.fetch_add(1, Ordering::SeqCst) == 0 {
            asked.send(()).unwrap();
            changed.lock().unwrap().recv().unwrap();
        }
        reader.query(&sql(&format!("SELECT {title} FROM items"), []))?;
        Ok::<_, StoreError>(title)
    });
    let mut job = [Box::pin(job)];
    super::queue(&mut job).await;
    asking.recv().unwrap();
    let rename = f.store.write_alone(|tx| {
        tx.execute(&sql("ALTER TABLE items RENAME COLUMN title TO name", []))?;
        tx.execute(&sql("UPDATE _collections SET options = 'renamed' WHERE name = 'items'", []))?;
        let collections = super::load(tx)?;
        tx.replace_catalog(collections);
        Ok::<_, StoreError>(())
    });
    rename.await.unwrap();
    change.send(()).unwrap();
    let [job] = job;
    assert_eq!(job.await.unwrap(), "name");
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_view_over_no_table_is_seen_as_it_is_now() {
    let f = fixture();
    let text = || sql("SELECT * FROM bare", []);
    let columns = || f.store.read(move |reader| Ok::<_, StoreError>(reader.query(&text())?.columns().to_vec()));
    let remake = |view: &'static str| {
        f.store.write_alone(move |tx| {
            tx.execute(&sql("DROP VIEW IF EXISTS bare", []))?;
            tx.execute(&sql(view, []))?;
            let seen = tx.query(&text())?.columns().to_vec();
            tx.replace_catalog(tx.catalog().iter().cloned().collect());
            Ok::<_, StoreError>(seen)
        })
    };
    for (view, expected) in
        [("CREATE VIEW bare AS SELECT 1 AS a", "a"), ("CREATE VIEW bare AS SELECT 1 AS b, 2 AS c", "b c")]
    {
        assert_eq!(remake(view).await.unwrap().join(" "), expected);
        assert_eq!(columns().await.unwrap().join(" "), expected);
    }
}
