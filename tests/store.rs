//! The store from outside: groups, snapshots, history, durability.

mod durability;
mod group;
mod history;
mod read;

use std::path::Path;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, mpsc};

use cratebase::clock::Clock;
use cratebase::id::Ids;
use cratebase::schema::{AuthOptions, Collection, CollectionKind, Field, FieldKind, Record, RuleSet};
use cratebase::sql::Sql;
use cratebase::store::{Boot, Config, Reader, Store, StoreError, Tx};
use cratebase::value::{Value, ValueRef};

/// A store in a directory that goes with it, and a clock that stands still.
struct Fixture {
    store: Store,
    now: Arc<AtomicI64>,
    config: Config,
    dir: tempfile::TempDir,
}

fn fixture() -> Fixture {
    fixture_with(|_| ())
}

fn fixture_with(change: impl Fn(&mut Config)) -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config { path: dir.path().join("data.db"), ..Config::default() };
    change(&mut config);
    let now = Arc::new(AtomicI64::new(1_700_000_000_000));
    let store = open(&config, &now);
    Fixture { store, now, config, dir }
}

fn open(config: &Config, now: &Arc<AtomicI64>) -> Store {
    Store::open(config, Clock::Fixed(now.clone()), Arc::new(Ids::seeded(1)), BOOT).unwrap()
}

fn open_at(path: &Path) -> Store {
    open(&Config { path: path.to_path_buf(), ..Config::default() }, &Arc::default())
}

const BOOT: Boot = Boot { seed, load };

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        id: format!("f_{name}"),
        name: name.into(),
        system: false,
        hidden: false,
        presentable: false,
        required: false,
        help: String::new(),
        kind,
    }
}

fn text(name: &str) -> Field {
    let kind =
        FieldKind::Text { min: 0, max: 0, pattern: String::new(), autogenerate: String::new(), primary_key: false };
    field(name, kind)
}

fn number(name: &str) -> Field {
    field(name, FieldKind::Number { min: None, max: None, only_int: false })
}

fn collection(name: &str, fields: Vec<Field>) -> Collection {
    Collection {
        id: format!("id_{name}"),
        name: name.into(),
        system: false,
        kind: CollectionKind::Base,
        fields,
        indexes: Vec::new(),
        rules: RuleSet::default(),
        created: String::new(),
        updated: String::new(),
        history_days: None,
    }
}

/// `items` (id, title, size; title and size unique together), and `accounts` with secrets.
fn collections() -> Vec<Arc<Collection>> {
    let password = FieldKind::Password { min: 8, max: 0, pattern: String::new(), cost: 0 };
    let mut accounts =
        collection("accounts", vec![text("id"), text("email"), field("password", password), text("tokenKey")]);
    accounts.kind = CollectionKind::Auth(Box::new(auth_options()));
    vec![Arc::new(collection("items", vec![text("id"), text("title"), number("size")])), Arc::new(accounts)]
}

fn seed(tx: &mut Tx) -> Result<(), StoreError> {
    for statement in [
        "CREATE TABLE items (id TEXT PRIMARY KEY NOT NULL, title TEXT, size NUMERIC)",
        "CREATE UNIQUE INDEX items_pair ON items (title, size) WHERE title != ''",
        "CREATE UNIQUE INDEX items_lower ON items (lower(id)) WHERE title = 'odd'",
        "CREATE TABLE accounts (id TEXT PRIMARY KEY NOT NULL, email TEXT, password TEXT, tokenKey TEXT)",
        "INSERT INTO _collections (id, type, name) VALUES ('id_items', 'base', 'items'), ('id_accounts', 'auth', 'accounts')",
    ] {
        tx.execute(&sql(statement, []))?;
    }
    tx.replace_catalog(collections());
    Ok(())
}

/// The collections above under the names that the table has; `options` of `renamed` renames `title`.
fn load(reader: &mut dyn Reader) -> Result<Vec<Arc<Collection>>, StoreError> {
    let rows = reader.query(&sql("SELECT id, options FROM _collections ORDER BY rowid", []))?;
    let known = collections();
    let collection = |row: cratebase::store::RowRef<'_>| {
        let mut found = known.iter().find(|c| c.id == row.at(0).text())?.clone();
        if row.at(1).text() == "renamed" {
            Arc::make_mut(&mut found).fields[1].name = "name".into();
        }
        Some(found)
    };
    Ok(rows.iter().filter_map(collection).collect())
}

fn sql<const N: usize>(text: &str, params: [Value; N]) -> Sql {
    Sql { text: text.into(), params: params.into() }
}

fn item(reader: &impl Reader, id: &str, title: &str) -> Record {
    let collection = reader.catalog().by_name("items").unwrap().clone();
    Record { collection, values: vec![id.into(), title.into(), Value::Int(1)] }
}

/// Adds an item without a title.
async fn add(store: &Store, id: impl Into<String>) -> Result<(), StoreError> {
    let id = id.into();
    store.write(move |tx| tx.insert(&item(tx, &id, ""))).await
}

async fn ints(store: &Store, text: &str) -> Result<Vec<i64>, StoreError> {
    let sql = sql(text, []);
    store
        .read(move |reader| {
            let rows = reader.query(&sql)?;
            let int = |value| if let ValueRef::Int(n) = value { n } else { -1 };
            Ok(rows.iter().map(|row| int(row.at(0))).collect())
        })
        .await
}

async fn texts(store: &Store, text: &str) -> Vec<String> {
    let sql = sql(text, []);
    let rows = store.read(move |reader| reader.query(&sql)).await.unwrap();
    rows.iter().map(|row| row.at(0).text().to_string()).collect()
}

/// The writer is busy until this is dropped, so that what is queued meanwhile becomes one group.
struct Held(#[expect(dead_code, reason = "dropping it is what counts")] mpsc::Sender<()>);

fn hold(store: &Store) -> Held {
    let (release, released) = mpsc::channel::<()>();
    let (arrived, arrival) = mpsc::channel();
    let released = Mutex::new(released);
    let store = store.clone();
    std::thread::spawn(move || {
        runtime().block_on(store.write(move |_| {
            let _ = arrived.send(());
            let _ = released.lock().unwrap().recv();
            Ok::<(), StoreError>(())
        }))
    });
    arrival.recv().unwrap();
    Held(release)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

/// Starts jobs so that all are queued, in this order, when it returns.
async fn queue<F: Future + Unpin>(futures: &mut [F]) {
    for future in futures {
        assert!(futures_util::future::poll_immediate(future).await.is_none());
    }
}

fn auth_options() -> AuthOptions {
    use cratebase::schema::auth_options::*;
    let token = || TokenOptions { duration: 1, secret: String::new() };
    let template = || Template { subject: String::new(), body: String::new() };
    AuthOptions {
        auth_rule: None,
        manage_rule: None,
        auth_alert: AuthAlert { enabled: false, email_template: template() },
        oauth2: OAuth2::default(),
        password_auth: PasswordAuth { enabled: true, identity_fields: Vec::new() },
        mfa: Mfa { enabled: false, duration: 0, rule: String::new() },
        otp: Otp { enabled: false, duration: 0, length: 0, email_template: template() },
        auth_token: token(),
        password_reset_token: token(),
        email_change_token: token(),
        verification_token: token(),
        file_token: token(),
        verification_template: template(),
        reset_password_template: template(),
        confirm_email_change_template: template(),
    }
}
