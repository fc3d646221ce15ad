//! Collections from the side of the service: what superusers do, and what the database looks like afterwards.

mod auth;
mod change;
mod create;
mod import;
mod list;
mod remove;
mod rename;
mod seed;
mod views;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use cratebase::clock::Clock;
use cratebase::collections;
use cratebase::error::{Error, sentence};
use cratebase::id::Ids;
use cratebase::sql::Sql;
use cratebase::store::{Boot, Config, Store, StoreError, Tx};
use cratebase::value::{Json, Object, Row as _, ValueRef, json};

/// A seeded store in a directory that goes with it.
struct Fixture {
    store: Store,
    runtime: tokio::runtime::Runtime,
    config: Config,
    _dir: tempfile::TempDir,
}

/// A refusal as clients see it.
#[derive(Debug, PartialEq)]
struct Refusal {
    status: u16,
    message: String,
    /// `path code` per leaf.
    codes: Vec<String>,
    data: Box<Json>,
}

const BOOT: Boot = Boot { seed: collections::seed, load: collections::load };

fn fixture() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let config = Config { path: dir.path().join("data.db"), ..Config::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = open(&config);
    Fixture { store, runtime, config, _dir: dir }
}

fn open(config: &Config) -> Store {
    let clock = Clock::Fixed(Arc::new(AtomicI64::new(1_700_000_000_000)));
    Store::open(config, clock, Arc::new(Ids::seeded(7)), BOOT).unwrap()
}

fn object(json: Json) -> Object {
    json.as_object().expect("an object").clone()
}

impl Fixture {
    fn create(&self, body: Json) -> Result<Json, Refusal> {
        self.runtime.block_on(collections::create(&self.store, object(body))).map(parse).map_err(refusal)
    }

    fn update(&self, name: &str, body: Json) -> Result<Json, Refusal> {
        self.runtime.block_on(collections::update(&self.store, name, object(body))).map(parse).map_err(refusal)
    }

    fn delete(&self, name: &str) -> Result<collections::Removed, Refusal> {
        self.runtime.block_on(collections::delete(&self.store, name)).map_err(refusal)
    }

    fn view(&self, name: &str) -> Json {
        parse(collections::view(&self.store, name).expect("exists"))
    }

    fn exists(&self, name: &str) -> bool {
        self.store.catalog().find(name).is_some()
    }

    /// Runs a statement behind the service's back.
    fn execute(&self, text: &str) {
        let sql = Sql { text: text.to_string(), params: Vec::new() };
        let job = move |tx: &mut Tx| tx.execute(&sql).map(|_| ());
        self.runtime.block_on(self.store.write::<_, StoreError>(job)).expect(text);
    }

    /// The rows of a query, cells joined by `|`.
    fn rows(&self, text: &str) -> Vec<String> {
        let sql = Sql { text: text.to_string(), params: Vec::new() };
        let rows = self.runtime.block_on(self.store.read::<_, StoreError>(move |db| db.query(&sql))).expect(text);
        let cell = |value: ValueRef| match value {
            ValueRef::Null => "NULL".to_string(),
            ValueRef::Int(n) => n.to_string(),
            ValueRef::Real(n) => n.to_string(),
            ValueRef::Text(text) => text.to_string(),
        };
        let width = rows.columns().len();
        rows.iter().map(|row| (0..width).map(|at| cell(row.value(at))).collect::<Vec<_>>().join("|")).collect()
    }

    /// Names of the indexes of a table that were made by statements.
    fn indexes(&self, table: &str) -> Vec<String> {
        self.rows(&format!(
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = '{table}' AND sql != '' ORDER BY name"
        ))
    }
}

fn parse(bytes: Vec<u8>) -> Json {
    json::parse(&bytes).expect("JSON")
}

fn refusal(error: Error) -> Refusal {
    match error {
        Error::Invalid { message, errors } => {
            let (data, mut codes) = (errors.to_json(), Vec::new());
            flatten(&data, "", &mut codes);
            Refusal { status: 400, message: sentence(&message), codes, data: data.into() }
        }
        Error::Rejected { reason, message } => {
            let status = if reason == cratebase::error::Reason::NotFound { 404 } else { 400 };
            Refusal { status, message: sentence(&message), codes: Vec::new(), data: Box::default() }
        }
        other => panic!("not a refusal: {other:?}"),
    }
}

fn flatten(json: &Json, path: &str, found: &mut Vec<String>) {
    let Some(map) = json.as_object() else { return };
    match map.get("code").and_then(Json::as_str) {
        Some(code) => found.push(format!("{path} {code}")),
        None => {
            map.iter().for_each(|(key, part)| flatten(part, format!("{path}.{key}").trim_start_matches('.'), found))
        }
    }
}

/// `name:type` of each field.
fn fields(collection: &Json) -> String {
    let show = |field: &Json| format!("{}:{}", field["name"].as_str().unwrap(), field["type"].as_str().unwrap());
    collection["fields"].as_array().unwrap().iter().map(show).collect::<Vec<_>>().join(" ")
}

/// The fields of a collection with one of them changed.
fn with_field(collection: &Json, name: &str, change: impl Fn(&mut Json)) -> Json {
    let mut fields = collection["fields"].clone();
    let field = fields.as_array_mut().unwrap().iter_mut().find(|field| field["name"] == name).expect("such a field");
    change(field);
    fields
}

/// The fields of a collection without one of them.
fn without_field(collection: &Json, name: &str) -> Json {
    collection["fields"].as_array().unwrap().iter().filter(|field| field["name"] != name).cloned().collect()
}
