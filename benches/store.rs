//! The store beside bare rusqlite, in one run: writes by 1, 16 and 64 waiting callers, a point read, a page of 30.
//! With `CPU=1` the times are those of the processor, all threads together: steadier on a machine that others use.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark may panic")]

use std::cell::Cell;
use std::hint::black_box;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cratebase::clock::Clock;
use cratebase::id::Ids;
use cratebase::schema::{Collection, CollectionKind, Field, FieldKind, Record, RuleSet};
use cratebase::sql::Sql;
use cratebase::store::{Boot, Config, Reader, Store, StoreError, Tx};
use cratebase::value::{Row as _, Value};
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use rusqlite::{Connection, params_from_iter, types::ValueRef as Raw};

const ROWS: usize = 100_000;
const AUTHORS: usize = 500;
const TABLE: &str = "CREATE TABLE posts (id TEXT PRIMARY KEY NOT NULL, title TEXT, body TEXT, author TEXT, views NUMERIC, \
                     published NUMERIC, created TEXT, updated TEXT)";
const INDEX: &str = "CREATE INDEX posts_author ON posts (author, created)";
const CHANGES: &str = "CREATE TABLE _changes (seq INTEGER PRIMARY KEY, collection TEXT, action TEXT, record TEXT, \
                       data TEXT, created INTEGER, total INTEGER)";
const INSERT: &str = "INSERT INTO posts VALUES (?,?,?,?,?,?,?,?)";
const COLUMNS: &str = "id, title, body, author, views, published, created, updated";

fn collection() -> Arc<Collection> {
    let text =
        || FieldKind::Text { min: 0, max: 0, pattern: String::new(), autogenerate: String::new(), primary_key: false };
    let field = |name: &str, kind: FieldKind| Field {
        id: name.into(),
        name: name.into(),
        system: false,
        hidden: false,
        presentable: false,
        required: false,
        help: String::new(),
        kind,
    };
    let mut fields: Vec<Field> = ["id", "title", "body", "author"].map(|name| field(name, text())).into();
    fields.push(field("views", FieldKind::Number { min: None, max: None, only_int: true }));
    fields.push(field("published", FieldKind::Bool));
    fields.extend(["created", "updated"].map(|name| field(name, text())));
    Arc::new(Collection {
        id: "pbc_posts".into(),
        name: "posts".into(),
        system: false,
        kind: CollectionKind::Base,
        fields,
        indexes: Vec::new(),
        rules: RuleSet::default(),
        created: String::new(),
        updated: String::new(),
        history_days: None,
    })
}

fn seed(tx: &mut Tx) -> Result<(), StoreError> {
    for text in [TABLE, INDEX, "INSERT INTO _collections (id, type, name) VALUES ('pbc_posts', 'base', 'posts')"] {
        tx.execute(&Sql { text: text.into(), params: Vec::new() })?;
    }
    tx.replace_catalog(vec![collection()]);
    Ok(())
}

fn load(reader: &mut dyn Reader) -> Result<Vec<Arc<Collection>>, StoreError> {
    let rows = reader.query(&Sql { text: "SELECT 1 FROM _collections".into(), params: Vec::new() })?;
    Ok(rows.iter().map(|_| collection()).collect())
}

fn open(path: &Path, change: impl Fn(&mut Config)) -> Store {
    let mut config = Config { path: path.to_path_buf(), ..Config::default() };
    change(&mut config);
    Store::open(&config, Clock::System, Arc::default(), Boot { seed, load }).unwrap()
}

fn bare(path: &Path) -> Connection {
    let db = Connection::open(path).unwrap();
    db.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000").unwrap();
    db.set_prepared_statement_cache_capacity(256);
    db
}

struct Values {
    ids: Ids,
    body: String,
}

impl Values {
    fn new() -> Values {
        Values { ids: Ids::default(), body: "Lorem ipsum dolor sit amet. ".repeat(7) }
    }

    fn next(&self) -> Vec<Value> {
        let now = Clock::System.now();
        let n = self.ids.below(AUTHORS);
        vec![
            self.ids.ordered(now).into(),
            "A title of an ordinary length".into(),
            self.body.clone().into(),
            format!("author{n:09}").into(),
            Value::Int(n as i64),
            Value::Int(1),
            now.to_string().into(),
            now.to_string().into(),
        ]
    }
}

fn raw(value: &Value) -> rusqlite::types::Value {
    match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Int(n) => rusqlite::types::Value::Integer(*n),
        Value::Real(n) => rusqlite::types::Value::Real(*n),
        Value::Text(text) => rusqlite::types::Value::Text(text.clone()),
    }
}

/// `n` inserts in transactions of `group`; with `changes`, a second row for each as the store writes it.
fn bare_inserts(db: &Connection, values: &Values, n: u64, group: usize, changes: &mut Option<i64>) {
    let mut left = usize::try_from(n).unwrap();
    while left > 0 {
        let size = left.min(group);
        db.execute_batch("BEGIN IMMEDIATE").unwrap();
        for _ in 0..size {
            let row = values.next();
            let mut insert = db.prepare_cached(INSERT).unwrap();
            insert.execute(params_from_iter(row.iter().map(raw))).unwrap();
            if let Some(seq) = changes {
                *seq += 1;
                let data = format!(
                    r#"{{"id":"{}","title":"{}","body":"{}","author":"{}","views":{},"published":{},"created":"{}","updated":"{}"}}"#,
                    row[0].text(),
                    row[1].text(),
                    row[2].text(),
                    row[3].text(),
                    1,
                    1,
                    row[6].text(),
                    row[7].text()
                );
                let mut insert = db.prepare_cached("INSERT INTO _changes VALUES (?,?,?,?,?,?,?)").unwrap();
                insert
                    .execute((*seq, "pbc_posts", "create", row[0].text(), data, 1_700_000_000_000_i64, *seq))
                    .unwrap();
            }
        }
        db.execute_batch("COMMIT").unwrap();
        left -= size;
    }
}

fn store_inserts(store: &Store, values: &Arc<Values>, n: u64, callers: usize) -> Duration {
    let posts = store.catalog().by_name("posts").unwrap().clone();
    let local = tokio::task::LocalSet::new();
    timed(|| {
        local.block_on(&runtime(), async {
            let left = Rc::new(Cell::new(n));
            let tasks: Vec<_> = (0..callers)
                .map(|_| {
                    let (store, values, posts, left) = (store.clone(), values.clone(), posts.clone(), left.clone());
                    tokio::task::spawn_local(async move {
                        while left.get() > 0 {
                            left.set(left.get() - 1);
                            let record = Record { collection: posts.clone(), values: values.next() };
                            store.write(move |tx| tx.insert(&record)).await.unwrap();
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
        })
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

fn timed(work: impl FnOnce()) -> Duration {
    let cpu = std::env::var_os("CPU").is_some();
    let (started, before) = (Instant::now(), cpu_time());
    work();
    if cpu { cpu_time() - before } else { started.elapsed() }
}

/// What all threads have used, as Linux tells it.
fn cpu_time() -> Duration {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return Duration::ZERO };
    let stats = tasks.flatten().filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok());
    Duration::from_nanos(stats.filter_map(|text| text.split(' ').next()?.parse::<u64>().ok()).sum())
}

fn writes(c: &mut Criterion) {
    for callers in [1, 16, 64] {
        let dir = tempfile::tempdir().unwrap();
        let values = Arc::new(Values::new());
        let mut group = group(c, &format!("write/{callers}"));
        group.throughput(Throughput::Elements(1));
        let db = bare(&dir.path().join("bare.db"));
        db.execute_batch(&[TABLE, INDEX, CHANGES].join(";")).unwrap();
        group.bench_function("bare", |b| {
            b.iter_custom(|n| timed(|| bare_inserts(&db, &values, n, callers, &mut None)));
        });
        let mut seq = Some(0);
        group.bench_function("bare with changes", |b| {
            b.iter_custom(|n| timed(|| bare_inserts(&db, &values, n, callers, &mut seq)));
        });
        let store = open(&dir.path().join("store.db"), |_| ());
        group.bench_function("store", |b| b.iter_custom(|n| store_inserts(&store, &values, n, callers)));
    }
}

fn reads(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data.db");
    let store = open(&path, |_| ());
    let ids = fill(&store);
    let by_id = format!("SELECT {COLUMNS} FROM posts WHERE id = ?");
    let by_author = format!("SELECT {COLUMNS} FROM posts WHERE author = ? ORDER BY created DESC LIMIT 30");
    let authors: Vec<String> = (0..AUTHORS).map(|n| format!("author{n:09}")).collect();
    let db = bare(&path);
    let pooled = open(&path, |config| config.inline_budget_us = 0);
    for (name, text, keys) in [("point", &by_id, &ids), ("page", &by_author, &authors)] {
        let mut group = group(c, &format!("read/{name}"));
        group.bench_function("bare", |b| b.iter_custom(|n| timed(|| bare_reads(&db, text, keys, n))));
        group.bench_function("bare in BEGIN and COMMIT", |b| {
            b.iter_custom(|n| {
                timed(|| {
                    for i in 0..n {
                        db.prepare_cached("BEGIN").unwrap().execute([]).unwrap();
                        bare_read(&db, text, key(keys, i));
                        db.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
                    }
                })
            });
        });
        group.bench_function("bare, two reads", |b| b.iter_custom(|n| timed(|| bare_reads(&db, text, keys, 2 * n))));
        group.bench_function("bare, two reads in BEGIN and COMMIT", |b| {
            b.iter_custom(|n| {
                timed(|| {
                    for i in 0..n {
                        db.prepare_cached("BEGIN").unwrap().execute([]).unwrap();
                        bare_read(&db, text, key(keys, i));
                        bare_read(&db, text, key(keys, i + 1));
                        db.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
                    }
                })
            });
        });
        for (place, store) in [("store, inline", &store), ("store, on a thread", &pooled)] {
            group.bench_function(place, |b| {
                b.iter_custom(|n| {
                    let runtime = runtime();
                    timed(|| runtime.block_on(async { store_reads(store, text, keys, n).await }))
                });
            });
        }
    }
}

fn fill(store: &Store) -> Vec<String> {
    let posts = store.catalog().by_name("posts").unwrap().clone();
    let job = store.write(move |tx| {
        let values = Values::new();
        let mut ids = Vec::new();
        for _ in 0..ROWS {
            let record = Record { collection: posts.clone(), values: values.next() };
            tx.insert(&record)?;
            ids.push(record.id().to_string());
        }
        Ok::<_, StoreError>(ids)
    });
    runtime().block_on(job).unwrap()
}

fn key(keys: &[String], i: u64) -> &String {
    &keys[(usize::try_from(i).unwrap() * 7919) % keys.len()]
}

fn bare_reads(db: &Connection, text: &str, keys: &[String], n: u64) {
    for i in 0..n {
        bare_read(db, text, key(keys, i));
    }
}

fn bare_read(db: &Connection, text: &str, key: &str) {
    let mut statement = db.prepare_cached(text).unwrap();
    let mut rows = statement.query([key]).unwrap();
    let mut bytes = 0;
    while let Some(row) = rows.next().unwrap() {
        for column in 0..8 {
            bytes += match row.get_ref(column).unwrap() {
                Raw::Text(text) => text.len(),
                Raw::Null | Raw::Integer(_) | Raw::Real(_) | Raw::Blob(_) => 8,
            };
        }
    }
    assert!(bytes > 0);
}

async fn store_reads(store: &Store, text: &str, keys: &[String], n: u64) {
    for i in 0..n {
        let sql = Sql { text: text.to_string(), params: vec![key(keys, i).as_str().into()] };
        let rows = store.read(move |reader| reader.query(&sql)).await.unwrap();
        let mut bytes = 0;
        for row in rows.iter() {
            bytes += (0..8).map(|column| row.value(column).text().len()).sum::<usize>();
        }
        black_box(bytes);
    }
}

fn group<'a>(c: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = c.benchmark_group(name);
    group.sample_size(15).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    group
}

criterion_group!(benches, reads, writes);
criterion_main!(benches);
