//! A small database of our own: collections, records, and both readers asked at once.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, ValueRef as SqlRef};

use crate::clock::Timestamp;
use crate::context::{Caller, Ctx};
use crate::expr::{Access, Bound, ExprError, Scope, Sort, Verdict, compile};
use crate::schema::{AuthOptions, Catalog, Collection, CollectionKind, Field, FieldKind, Record, RuleSet};
use crate::sql::{Cursor, Dialect, Restrict, Select, Source, Sql};
use crate::value::Value;

pub struct World {
    pub db: Connection,
    pub catalog: Catalog,
}

/// Who asks, in whose words.
#[derive(Clone)]
pub struct Asker {
    pub ctx: Ctx,
    pub access: Access,
}

impl Asker {
    pub fn superuser() -> Asker {
        Asker { ctx: ctx(), access: Access::Superuser }
    }

    pub fn client() -> Asker {
        Asker { ctx: ctx(), access: Access::Client }
    }

    pub fn rule() -> Asker {
        Asker { ctx: ctx(), access: Access::Rule }
    }

    pub fn with(mut self, record: &Record) -> Asker {
        self.ctx.caller = Caller::Record(Arc::new(record.clone()));
        self
    }

    pub fn body(mut self, json: &str) -> Asker {
        let body: crate::value::Json = serde_json::from_str(json).unwrap();
        self.ctx.body = Arc::new(body.as_object().unwrap().clone());
        self
    }
}

pub fn ctx() -> Ctx {
    Ctx {
        method: "GET",
        headers: Arc::new(vec![("x_token".into(), "Secret".into())]),
        query: Arc::new(vec![("perPage".into(), "200".into()), ("q".into(), "Red".into())]),
        // Thursday, 2024-02-29 23:05:07.089 UTC.
        now: Timestamp(1_709_247_907_089),
        ..Ctx::default()
    }
}

pub fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        id: format!("{name}_id"),
        name: name.into(),
        system: false,
        hidden: false,
        presentable: false,
        required: false,
        help: String::new(),
        kind,
    }
}

pub fn hidden(field: Field) -> Field {
    Field { hidden: true, ..field }
}

pub fn text(name: &str) -> Field {
    let kind = FieldKind::Text {
        min: 0,
        max: 0,
        pattern: String::new(),
        autogenerate: String::new(),
        primary_key: name == "id",
    };
    field(name, kind)
}

pub fn number(name: &str) -> Field {
    field(name, FieldKind::Number { min: None, max: None, only_int: false })
}

pub fn boolean(name: &str) -> Field {
    field(name, FieldKind::Bool)
}

pub fn date(name: &str) -> Field {
    field(name, FieldKind::Date { min: String::new(), max: String::new() })
}

pub fn json(name: &str) -> Field {
    field(name, FieldKind::Json { max_size: 0 })
}

pub fn geo(name: &str) -> Field {
    field(name, FieldKind::GeoPoint)
}

pub fn select(name: &str, max_select: i64) -> Field {
    let values = ["a", "b", "c"].map(String::from).to_vec();
    field(name, FieldKind::Select { values, max_select })
}

pub fn relation(name: &str, collection: &str, max_select: i64) -> Field {
    let collection_id = format!("{collection}_id");
    field(name, FieldKind::Relation { collection_id, cascade_delete: false, min_select: 0, max_select })
}

pub fn file(name: &str) -> Field {
    field(name, FieldKind::File { max_select: 1, max_size: 0, mime_types: vec![], thumbs: vec![], protected: false })
}

pub fn password(name: &str) -> Field {
    field(name, FieldKind::Password { min: 0, max: 0, pattern: String::new(), cost: 0 })
}

/// A collection open to everyone.
pub fn collection(name: &str, fields: Vec<Field>) -> Collection {
    let open = || Some(String::new());
    Collection {
        id: format!("{name}_id"),
        name: name.into(),
        system: false,
        kind: CollectionKind::Base,
        fields: std::iter::once(text("id")).chain(fields).collect(),
        indexes: Vec::new(),
        rules: RuleSet { list: open(), view: open(), create: open(), update: open(), delete: open() },
        created: String::new(),
        updated: String::new(),
        history_days: None,
    }
}

pub fn auth(name: &str, fields: Vec<Field>) -> Collection {
    let email = field("email", FieldKind::Email { only_domains: vec![], except_domains: vec![] });
    let own = vec![
        hidden(password("password")),
        hidden(text("tokenKey")),
        email,
        boolean("emailVisibility"),
        boolean("verified"),
    ];
    let kind = CollectionKind::Auth(Box::new(auth_options()));
    Collection { kind, ..collection(name, own.into_iter().chain(fields).collect()) }
}

pub fn auth_options() -> AuthOptions {
    use crate::schema::auth_options::{AuthAlert, Mfa, OAuth2, Otp, PasswordAuth, Template, TokenOptions};
    let token = || TokenOptions { duration: 0, secret: String::new() };
    let template = || Template { subject: String::new(), body: String::new() };
    AuthOptions {
        auth_rule: Some(String::new()),
        manage_rule: None,
        auth_alert: AuthAlert { enabled: false, email_template: template() },
        oauth2: OAuth2::default(),
        password_auth: PasswordAuth { enabled: true, identity_fields: vec![] },
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

impl World {
    pub fn new(collections: Vec<Collection>) -> World {
        let db = Connection::open_in_memory().unwrap();
        for collection in &collections {
            match &collection.kind {
                CollectionKind::View(query) => {
                    db.execute_batch(&format!("CREATE VIEW \"{}\" AS SELECT * FROM ({query})", collection.name))
                        .unwrap();
                }
                CollectionKind::Base | CollectionKind::Auth(_) => {
                    let columns: Vec<String> = collection.fields.iter().map(column).collect();
                    db.execute_batch(&format!("CREATE TABLE \"{}\" ({})", collection.name, columns.join(", ")))
                        .unwrap();
                }
            }
            for index in &collection.indexes {
                db.execute_batch(index).unwrap();
            }
        }
        World { db, catalog: Catalog::new(1, collections.into_iter().map(Arc::new).collect()) }
    }

    pub fn collection(&self, name: &str) -> &Arc<Collection> {
        self.catalog.find(name).unwrap()
    }

    /// Stores a record and returns it; fields not given have their zero values.
    pub fn insert(&self, collection: &str, id: &str, values: &[(&str, Value)]) -> Record {
        let record = self.record(collection, id, values);
        let marks = vec!["?"; record.values.len()].join(", ");
        let sql = Sql {
            text: format!("INSERT INTO \"{}\" VALUES ({marks})", record.collection.name),
            params: record.values.clone(),
        };
        self.run(&sql);
        record
    }

    pub fn record(&self, collection: &str, id: &str, values: &[(&str, Value)]) -> Record {
        let collection = Arc::clone(self.collection(collection));
        let zero = collection.fields.iter().map(zero).collect();
        let mut record = Record { collection, values: zero };
        record.set("id", id);
        for (name, value) in values {
            assert!(record.collection.position(name).is_some(), "{name}");
            record.set(name, value.clone());
        }
        record
    }

    pub fn scope<'a>(&'a self, root: &str, asker: &'a Asker) -> Scope<'a> {
        Scope {
            catalog: &self.catalog,
            root: self.collection(root),
            caller: asker.ctx.caller.collection(),
            access: asker.access,
        }
    }

    pub fn bind(&self, root: &str, filter: &str, asker: &Asker) -> Result<Bound, ExprError> {
        Ok(compile(filter, &self.scope(root, asker))?.bind(&asker.ctx))
    }

    pub fn all(&self, root: &str) -> Vec<Vec<Value>> {
        let asker = Asker::superuser();
        let sort = Sort::compile("", &self.scope(root, &asker)).unwrap().bind(&asker.ctx);
        self.run(&Self::select(self.collection(root), &[], &sort).rows(Dialect::Sqlite))
    }

    pub fn select<'a>(
        collection: &'a Collection,
        filters: &'a [&'a Bound],
        sort: &'a crate::expr::BoundSort,
    ) -> Select<'a> {
        Select {
            collection,
            source: Source::Stored,
            restrict: Restrict::All,
            filters,
            sort,
            after: None,
            limit: -1,
            offset: 0,
        }
    }

    /// The ids that a filter selects, in order of insertion. Asks the second reader too, and counts.
    pub fn ids(&self, root: &str, filter: &str, asker: &Asker) -> Result<Vec<String>, ExprError> {
        let bound = self.bind(root, filter, asker)?;
        Ok(self.ids_of(root, filter, &bound, asker))
    }

    pub fn ids_of(&self, root: &str, filter: &str, bound: &Bound, asker: &Asker) -> Vec<String> {
        let sort = Sort::compile("", &self.scope(root, asker)).unwrap().bind(&asker.ctx);
        let filters = [bound];
        let select = Self::select(self.collection(root), &filters, &sort);
        let rows = select.rows(Dialect::Sqlite);
        let ids: Vec<String> = self.run(&rows).iter().map(|row| row[0].text().to_string()).collect();
        let count = self.run(&select.count(Dialect::Sqlite));
        assert_eq!(count[0][0], Value::Int(i64::try_from(ids.len()).unwrap()), "{filter}\n{}", rows.text);
        let page = Select { limit: 1000, ..select }.rows(Dialect::Sqlite);
        let paged: Vec<String> = self.run(&page).iter().map(|row| row[0].text().to_string()).collect();
        assert_eq!(paged, ids, "{filter}\n{}", page.text);
        for row in self.all(root) {
            let listed = ids.iter().any(|id| id == row[0].text());
            self.agree(bound, &row, listed, (filter, &rows.text));
        }
        ids
    }

    /// Looking up one record, and judging it unsaved or in memory, come to what listing comes to.
    fn agree(&self, bound: &Bound, row: &[Value], listed: bool, (filter, text): (&str, &str)) {
        let sort = Sort::compile("", &self.scope(&bound.collection().name, &Asker::rule())).unwrap().bind(&ctx());
        let filters = [bound];
        let one = Select { restrict: Restrict::Id(row[0].text()), ..Self::select(bound.collection(), &filters, &sort) };
        let found = !self.run(&one.exists(Dialect::Sqlite)).is_empty();
        assert_eq!(found, listed, "view {filter} of {row:?}\n{text}\n{}", one.exists(Dialect::Sqlite).text);
        if !bound.collection().is_view() {
            let unsaved = Select { source: Source::Virtual(row), restrict: Restrict::All, ..one };
            let found = !self.run(&unsaved.exists(Dialect::Sqlite)).is_empty();
            assert_eq!(found, listed, "unsaved {filter} of {row:?}\n{}", unsaved.exists(Dialect::Sqlite).text);
        }
        match bound.eval(row) {
            Verdict::Pass => assert!(listed, "memory passes {filter} of {row:?}\n{text}"),
            Verdict::Fail => assert!(!listed, "memory fails {filter} of {row:?}\n{text}"),
            Verdict::AskDatabase => {}
        }
    }

    /// One listing against the second reader on all its records; how many that one decides.
    pub fn agreed(&self, bound: &Bound, rows: &[Vec<Value>], sort: &crate::expr::BoundSort, filter: &str) -> usize {
        let filters = [bound];
        let sql = Self::select(bound.collection(), &filters, sort).rows(Dialect::Sqlite);
        let listed: Vec<Value> = self.run(&sql).into_iter().map(|mut row| row.swap_remove(0)).collect();
        let verdicts = rows.iter().map(|row| (row, bound.eval(row.as_slice())));
        let decided = verdicts.filter(|(_, verdict)| *verdict != Verdict::AskDatabase);
        decided
            .map(|(row, verdict)| {
                assert_eq!(verdict == Verdict::Pass, listed.contains(&row[0]), "{filter} of {row:?}\n{}", sql.text);
            })
            .count()
    }

    /// How many records of the collection the second reader decides by itself.
    pub fn decided(&self, bound: &Bound) -> usize {
        let rows = self.all(&bound.collection().name);
        rows.iter().filter(|row| bound.eval(row.as_slice()) != Verdict::AskDatabase).count()
    }

    pub fn sorted(&self, root: &str, sort: &str, asker: &Asker) -> Result<Vec<String>, ExprError> {
        let sort = Sort::compile(sort, &self.scope(root, asker))?.bind(&asker.ctx);
        let select = Self::select(self.collection(root), &[], &sort);
        let rows = self.run(&select.rows(Dialect::Sqlite));
        let ids: Vec<String> = rows.iter().map(|row| row[0].text().to_string()).collect();
        assert_eq!(self.run(&select.count(Dialect::Sqlite))[0][0], Value::Int(i64::try_from(ids.len()).unwrap()));
        if sort.sort.is_repeatable() {
            assert_eq!(self.paged(&select), ids, "by cursor");
        }
        Ok(ids)
    }

    /// The same list two by two, each page behind the last row of the one before.
    fn paged(&self, select: &Select<'_>) -> Vec<String> {
        let mut ids = Vec::new();
        let mut cursor = Cursor::start();
        loop {
            let page = Select { after: Some(&cursor), limit: 2, ..*select };
            let rows = self.run(&page.rows(Dialect::Sqlite));
            let Some(last) = rows.last() else { return ids };
            ids.extend(rows.iter().map(|row| row[0].text().to_string()));
            let next = Cursor::after(last.as_slice(), select.collection.fields.len(), select.sort);
            let text = next.encode(select.sort);
            assert_eq!(Cursor::decode(&text, select.sort), Some(next.clone()));
            cursor = next;
        }
    }

    pub fn run(&self, sql: &Sql) -> Vec<Vec<Value>> {
        let mut statement = self.db.prepare(&sql.text).unwrap_or_else(|error| panic!("{error}\n{}", sql.text));
        let columns = statement.column_count();
        let params = rusqlite::params_from_iter(sql.params.iter().map(Param));
        let rows =
            statement.query_map(params, |row| (0..columns).map(|i| row.get_ref(i).map(owned)).collect()).unwrap();
        rows.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error}\n{}\n{:?}", sql.text, sql.params))
    }

    /// The query plan, a line per step.
    pub fn plan(&self, sql: &Sql) -> String {
        let explained = Sql { text: format!("EXPLAIN QUERY PLAN {}", sql.text), params: sql.params.clone() };
        self.run(&explained).iter().map(|row| row[3].text().to_string()).collect::<Vec<_>>().join("\n")
    }
}

fn column(field: &Field) -> String {
    let kind = match &field.kind {
        FieldKind::Text { primary_key: true, .. } => "TEXT PRIMARY KEY NOT NULL",
        FieldKind::Json { .. } => "TEXT DEFAULT NULL",
        _ if field.is_numeric() => "NUMERIC DEFAULT 0 NOT NULL",
        _ => "TEXT DEFAULT '' NOT NULL",
    };
    format!("\"{}\" {kind}", field.name)
}

fn zero(field: &Field) -> Value {
    match &field.kind {
        FieldKind::Json { .. } => Value::Null,
        FieldKind::GeoPoint => Value::from(r#"{"lon":0,"lat":0}"#),
        _ if field.is_numeric() => Value::Int(0),
        _ if field.is_multiple() => Value::from("[]"),
        _ => Value::from(""),
    }
}

struct Param<'a>(&'a Value);

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => SqlRef::Null,
            Value::Int(n) => SqlRef::Integer(*n),
            Value::Real(n) => SqlRef::Real(*n),
            Value::Text(s) => SqlRef::Text(s.as_bytes()),
        }))
    }
}

fn owned(value: SqlRef<'_>) -> Value {
    match value {
        SqlRef::Null => Value::Null,
        SqlRef::Integer(n) => Value::Int(n),
        SqlRef::Real(n) => Value::Real(n),
        SqlRef::Text(s) => Value::Text(String::from_utf8(s.to_vec()).unwrap()),
        SqlRef::Blob(_) => panic!("a blob"),
    }
}
