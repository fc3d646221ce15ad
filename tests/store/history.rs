//! The feed as the table keeps it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use cratebase::schema::{Collection, Record};
use cratebase::store::{Action, Reader, Store, StoreError};
use cratebase::value::Value;

use super::{add, fixture, fixture_with, item, open, texts};

#[tokio::test]
async fn changes_are_read_back_in_order() {
    let f = fixture();
    f.store.write(|tx| tx.insert(&item(tx, "a", "q\"uote"))).await.unwrap();
    f.store.write(|tx| tx.update(&item(tx, "a", "q\"uote"), &item(tx, "a", "two"))).await.unwrap();
    f.store.write(|tx| tx.delete(&item(tx, "a", "two"))).await.unwrap();
    let all = f.store.changes_since(0, 10).await.unwrap();
    assert_eq!((all.reset, all.newest), (false, 3));
    let actions: Vec<Action> = all.changes.iter().map(|change| change.action).collect();
    assert_eq!(actions, [Action::Create, Action::Update, Action::Delete]);
    assert_eq!(all.changes[0].data, r#"{"id":"a","title":"q\"uote","size":1}"#);
    let items = f.store.catalog().by_name("items").unwrap().clone();
    assert_eq!(all.changes[0].to_record(&items).values, ["a".into(), "q\"uote".into(), Value::Int(1)]);

    assert_eq!(f.store.changes_since(1, 1).await.unwrap().changes, all.changes[1..2]);
    assert!(f.store.changes_since(3, 10).await.unwrap().changes.is_empty());
    // A number from another life of this database.
    assert!(f.store.changes_since(4, 10).await.unwrap().reset);
}

#[tokio::test]
async fn secrets_stay_in_their_rows() {
    let f = fixture();
    let add = f.store.write(|tx| {
        let collection = tx.catalog().by_name("accounts").unwrap().clone();
        let values = vec!["u".into(), "u@example.com".into(), "$hash".into(), "key".into()];
        tx.insert(&Record { collection, values })
    });
    add.await.unwrap();
    assert_eq!(texts(&f.store, "SELECT data FROM _changes").await, [r#"{"id":"u","email":"u@example.com"}"#]);
}

#[tokio::test]
async fn old_changes_are_trimmed_but_never_the_newest() {
    let f = fixture();
    let fill = |from: i32| {
        f.store.write(move |tx| (from..from + 1500).try_for_each(|i| tx.insert(&item(tx, &format!("{i}"), ""))))
    };
    fill(0).await.unwrap();
    f.now.fetch_add(8 * 86_400_000, Ordering::Relaxed);
    fill(2000).await.unwrap();
    // The writer trims after it has answered: the next answer comes after that.
    add(&f.store, "x").await.unwrap();
    let left = f.store.changes_since(1500, 1).await.unwrap();
    assert_eq!((left.reset, left.changes[0].seq), (false, 1501));
    assert!(f.store.changes_since(1499, 1).await.unwrap().reset);
}

#[tokio::test]
async fn many_changes_are_trimmed_to_their_size() {
    let f = fixture_with(|config| config.history_mib = 1);
    let long = "x".repeat(1000);
    for round in 0..4 {
        let long = long.clone();
        let job = f.store.write(move |tx| {
            (0..1000).try_for_each(|i| {
                let mut record = item(tx, &format!("{round}-{i}"), "");
                record.set("title", format!("{long}{round}-{i}"));
                tx.insert(&record)
            })
        });
        job.await.unwrap();
    }
    add(&f.store, "x").await.unwrap();
    let history = f.store.changes_since(4000, 1).await.unwrap();
    assert_eq!((history.newest, history.changes.len()), (4001, 1));
    assert!(!f.store.changes_since(3200, 1).await.unwrap().reset);
    assert!(f.store.changes_since(2900, 1).await.unwrap().reset);
}

/// Has `items` tell what its records were for so many days.
async fn keep(store: &Store, days: Option<u32>) {
    let change = store.write_alone(move |tx| {
        let with_days = |collection: &Arc<Collection>| match collection.name.as_str() {
            "items" => Arc::new(Collection { history_days: days, ..(**collection).clone() }),
            _ => collection.clone(),
        };
        let all = tx.catalog().iter().map(with_days).collect();
        tx.replace_catalog(all);
        Ok::<_, StoreError>(())
    });
    change.await.unwrap();
}

#[tokio::test]
async fn a_collection_without_history_leaves_numbers_and_nothing_else() {
    let f = fixture();
    keep(&f.store, Some(0)).await;
    add(&f.store, "a").await.unwrap();
    f.store.write(|tx| tx.update(&item(tx, "a", ""), &item(tx, "a", "two"))).await.unwrap();
    keep(&f.store, None).await;
    f.store.write(|tx| tx.delete(&item(tx, "a", "two"))).await.unwrap();
    let all = f.store.changes_since(0, 10).await.unwrap();
    let told: Vec<(i64, bool)> = all.changes.iter().map(|change| (change.seq, change.is_forgotten())).collect();
    assert_eq!(told, [(1, true), (2, true), (3, false)]);
    assert_eq!(texts(&f.store, "SELECT data || ifnull(was, '') FROM _changes WHERE seq < 3").await, ["", ""]);
    f.store.close();
    let again = open(&f.config, &f.now);
    keep(&again, Some(0)).await;
    add(&again, "b").await.unwrap();
    assert_eq!(again.changes_since(3, 10).await.unwrap().changes[0].seq, 4);
}

#[tokio::test]
async fn a_collection_may_forget_sooner_than_the_others() {
    let f = fixture();
    let fill = |from: i32| {
        f.store.write(move |tx| (from..from + 1500).try_for_each(|i| tx.insert(&item(tx, &format!("{i}"), ""))))
    };
    keep(&f.store, Some(1)).await;
    fill(0).await.unwrap();
    f.now.fetch_add(2 * 86_400_000, Ordering::Relaxed);
    fill(2000).await.unwrap();
    // The writer trims after it has answered: the next answer comes after that.
    add(&f.store, "x").await.unwrap();
    let all = f.store.changes_since(0, 10_000).await.unwrap();
    assert_eq!((all.reset, all.changes.len()), (false, 3001));
    let forgotten = all.changes.iter().filter(|change| change.is_forgotten());
    assert_eq!(forgotten.map(|change| change.seq).collect::<Vec<_>>(), (1..=1500).collect::<Vec<_>>());
}
