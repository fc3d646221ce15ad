//! Tables, rows, indexes and views: made empty, filled as they are, indexed at the end, counted again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::normal;
use super::tables::{self, Tables};
use super::{Progress, Report, Table as Count, failed, refuse};
use crate::error::Result;
use crate::schema::{Collection, CollectionKind, Index, collection_json};
use crate::sql::ddl::{self, ViewId};
use crate::sql::transfer::{self as print, Shape, Table};
use crate::store::StoreError;
use crate::store::transfer::Transfer;
use crate::value::ValueRef;

/// Rows per statement: enough to be fast, few enough to tell how far it is.
const CHUNK: i64 = 20_000;
/// The account with which PocketBase lets the first superuser in.
const INSTALLER: &str = "__pbinstaller@example.com";
/// Records that belong to an account.
const OWNED: [&str; 4] = ["_externalAuths", "_mfas", "_otps", "_authOrigins"];

/// Makes everything that `collections` need and copies their records.
pub fn copy(
    db: &Transfer,
    collections: &[Collection],
    tables: &Tables,
    progress: &mut dyn FnMut(Progress<'_>),
    report: &mut Report,
) -> Result<()> {
    let repaired = define_shapes(db)?;
    let mut kept = collections.to_vec();
    for collection in kept.iter_mut().filter(|collection| !collection.is_view()) {
        run(db, &ddl::create_table(collection), &format!("cannot make the table {}", collection.name))?;
        repaired.store(0, Ordering::Relaxed);
        let rows = match tables.find(&collection.name) {
            Some(table) => {
                report_columns(collection, table, report);
                fill(db, collection, table, progress)?
            }
            None => 0,
        };
        make_indexes(db, collection, report)?;
        let repaired = repaired.load(Ordering::Relaxed);
        report.tables.push(Count { name: collection.name.clone(), rows, repaired });
    }
    drop_installer(db, &kept, report)?;
    verify(db, report)?;
    make_views(db, &kept, report)?;
    let mut insert = print::insert("_collections", &collection_json::COLUMNS);
    for collection in &kept {
        insert.params = collection.to_row().to_vec();
        run(db, &insert, &format!("cannot keep the collection {}", collection.name))?;
    }
    Ok(())
}

/// Defines what turns values that do not fit their column; the counter tells how many had to change.
fn define_shapes(db: &Transfer) -> Result<Arc<AtomicU64>> {
    let repaired = Arc::new(AtomicU64::new(0));
    for shape in Shape::ALL {
        let counter = repaired.clone();
        let convert = move |raw: ValueRef<'_>| {
            let value = normal::convert(shape, raw);
            if normal::is_repaired(shape, raw, &value) {
                counter.fetch_add(1, Ordering::Relaxed);
            }
            value
        };
        db.define(shape.function(), convert).map_err(|error| failed("cannot start", error))?;
    }
    Ok(repaired)
}

fn report_columns(collection: &Collection, table: &Table, report: &mut Report) {
    let is_field = |column: &String| collection.fields.iter().any(|field| field.name.eq_ignore_ascii_case(column));
    for column in table.columns.iter().filter(|column| !is_field(column)) {
        report.skipped.push(format!("the column {column} of {}, which is no field", collection.name));
    }
}

/// Copies all rows; how many there are.
fn fill(db: &Transfer, collection: &Collection, table: &Table, progress: &mut dyn FnMut(Progress<'_>)) -> Result<u64> {
    let name = &collection.name;
    let total = tables::count(db, name)?;
    let mut tell = |done: u64| progress(Progress::Rows { collection: name, done, total });
    tell(0);
    let mut sql = print::copy_rows(collection, table);
    let (mut done, mut last) = (0, i64::MIN);
    loop {
        let number = print::row_number(collection, table);
        if number.is_some() {
            sql.params = vec![last.into(), CHUNK.into()];
        }
        let copied = db.execute(&sql).map_err(|error| copying(name, error))?;
        done += copied as u64;
        tell(done);
        match number {
            Some(number) if copied as u64 == CHUNK.unsigned_abs() => {
                let rows = db.query(&print::last_row(name, number)).map_err(|error| copying(name, error))?;
                last = rows.first().map(|row| row.at(0)).map_or(i64::MAX, |value| match value {
                    ValueRef::Int(n) => n,
                    ValueRef::Null | ValueRef::Real(_) | ValueRef::Text(_) => i64::MAX,
                });
            }
            Some(_) | None => break,
        }
    }
    if done == total { Ok(done) } else { Err(refuse(format!("only {done} of {total} rows of {name} could be copied"))) }
}

fn copying(name: &str, error: StoreError) -> crate::error::Error {
    match error {
        StoreError::Unique { .. } => refuse(format!("two records of {name} have the same id")),
        other => failed(&format!("cannot copy the records of {name}"), other),
    }
}

/// The owner's indexes and ours. One that cannot be made is reported and no longer listed.
fn make_indexes(db: &Transfer, collection: &mut Collection, report: &mut Report) -> Result<()> {
    let name = collection.name.clone();
    let mut listed = Vec::new();
    for text in std::mem::take(&mut collection.indexes) {
        let made = match Index::parse(&text) {
            Some(mut index) => {
                index.table.clone_from(&name);
                // The other database may be attached here, ours never is anything but the main one.
                index.schema.clear();
                match db.execute(&ddl::create_index(&index)) {
                    Err(error @ StoreError::NoSpace) => return Err(error.into()),
                    other => other.map(|_| ()).map_err(|error| error.to_string()),
                }
            }
            None => Err("it is not understood".to_string()),
        };
        match made {
            Ok(()) => listed.push(text),
            Err(reason) => {
                let text = super::one_line(&text);
                report.skipped.push(format!("an index of {name}, {reason}: {text}"));
            }
        }
    }
    collection.indexes = listed;
    for (index, sql) in ddl::own_indexes(collection) {
        run(db, &sql, &format!("cannot make the index {index}"))?;
    }
    Ok(())
}

fn make_views(db: &Transfer, collections: &[Collection], report: &mut Report) -> Result<()> {
    let query = |collection: &Collection| match &collection.kind {
        CollectionKind::View(query) => Some(query.trim().trim_end_matches(';').to_string()),
        CollectionKind::Base | CollectionKind::Auth(_) => None,
    };
    let views: Vec<(&str, String)> = collections.iter().filter_map(|c| Some((&*c.name, query(c)?))).collect();
    let mut made = Vec::new();
    for (name, query) in &views {
        match db.execute(&ddl::create_view(name, query, &[], ViewId::Text)) {
            Ok(_) => made.push((*name, query)),
            Err(error) => report.notes.push(format!("the view {name} cannot be made: {error}")),
        }
    }
    // Only now, as a view may read from one that is made later.
    for (name, query) in made {
        let columns = match db.query(&print::view_columns(name)) {
            Ok(columns) => columns,
            Err(error) => {
                report.notes.push(format!("the view {name} cannot be read: {error}"));
                continue;
            }
        };
        let names: Vec<&str> = columns.iter().map(|row| row.at(0).text()).collect();
        let is_text = |row: crate::store::RowRef<'_>| row.at(0).text() != "id" || row.at(1).text() == "TEXT";
        if !columns.iter().all(is_text) {
            run(db, &ddl::drop_view(name), "cannot make the views")?;
            run(db, &ddl::create_view(name, query, &names, ViewId::Cast), "cannot make the views")?;
        }
    }
    report.views = views.len() as u64;
    Ok(())
}

/// Removes the account that only exists until there is a superuser.
fn drop_installer(db: &Transfer, collections: &[Collection], report: &mut Report) -> Result<()> {
    let Some(superusers) = collections.iter().find(|collection| collection.is_superusers()) else { return Ok(()) };
    if superusers.position("email").is_none() {
        return Ok(());
    }
    let rows = db.query(&print::find(&superusers.name, "email", INSTALLER));
    let rows = rows.map_err(|error| failed("cannot read the superusers", error))?;
    for row in rows.iter() {
        let id = row.at(0).text();
        let owned = OWNED.iter().map(|table| (*table, vec![("collectionRef", &*superusers.id), ("recordRef", id)]));
        let account = (&*superusers.name, vec![("id", id)]);
        for (table, values) in owned.chain([account]) {
            let removed = run(db, &print::remove(table, &values), "cannot remove the installer's account")?;
            if let Some(count) = report.tables.iter_mut().find(|count| count.name == table) {
                count.rows -= removed as u64;
            }
        }
        report.skipped.push("the installer's own superuser account".to_string());
    }
    if report.tables.iter().any(|count| count.name == superusers.name && count.rows == 0) {
        report.notes.push("there is no superuser yet: make one with `cratebase superuser upsert`".to_string());
    }
    Ok(())
}

/// Counts the rows that arrived: as many as were there, less those that were removed on purpose.
fn verify(db: &Transfer, report: &Report) -> Result<()> {
    for count in &report.tables {
        let rows = db.query(&print::count(&count.name)).map_err(|error| failed("cannot count the rows", error))?;
        let arrived = tables::first(&rows);
        if arrived != count.rows {
            return Err(refuse(format!("{} has {arrived} rows, but {} were copied", count.name, count.rows)));
        }
    }
    Ok(())
}

fn run(db: &Transfer, sql: &crate::sql::Sql, what: &str) -> Result<usize> {
    db.execute(sql).map_err(|error| failed(what, error))
}
