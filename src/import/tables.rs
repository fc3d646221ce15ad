//! The tables of the other database: is it PocketBase's, and which of them hold records.

use std::path::Path;

use super::{failed, refuse};
use crate::error::Result;
use crate::schema::collection_json;
use crate::sql::transfer::{self as print, Table};
use crate::store::Rows;
use crate::store::transfer::Transfer;
use crate::value::Value;

/// PocketBase's own tables; what they hold is imported, but not as records.
const OWN: [&str; 3] = ["_collections", "_migrations", "_params"];

/// What the other database consists of.
pub struct Tables {
    all: Vec<Table>,
}

impl Tables {
    /// A table by its name, without regard to ASCII case.
    pub fn find(&self, name: &str) -> Option<&Table> {
        self.all.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// Those that are neither PocketBase's own nor one of these collections.
    pub fn others<'a>(&'a self, collections: &'a [crate::schema::Collection]) -> impl Iterator<Item = &'a Table> {
        let is_known = |table: &&Table| {
            OWN.contains(&&*table.name) || collections.iter().any(|known| known.name.eq_ignore_ascii_case(&table.name))
        };
        self.all.iter().filter(move |table| !is_known(table))
    }
}

/// Lists the tables; fails when they are not those of PocketBase v0.23 or later. `file` is for the sentence.
pub fn read(db: &Transfer, file: &Path) -> Result<Tables> {
    let broken = |error| failed(&format!("cannot read {}", file.display()), error);
    let mut all = Vec::new();
    for row in db.query(&print::source_tables()).map_err(broken)?.iter() {
        let (name, kind, without_number) = (row.at(0).text(), row.at(1).text(), row.at(2).is_true());
        if kind == "table" {
            let columns = db.query(&print::source_columns(name)).map_err(broken)?;
            let columns = columns.iter().map(|row| row.at(0).text().to_string()).collect();
            all.push(Table { name: name.to_string(), columns, is_numbered: !without_number });
        }
    }
    let tables = Tables { all };
    let shown = file.display();
    if tables.find("_admins").is_some() {
        return Err(refuse(format!(
            "{shown} is older than PocketBase v0.23: start PocketBase 0.23 or later once with it"
        )));
    }
    if tables.find("_changes").is_some() {
        return Err(refuse(format!("{shown} is a database of Cratebase already: it can be copied as it is")));
    }
    let Some(collections) = tables.find("_collections") else {
        return Err(refuse(format!("{shown} is not a database of PocketBase: it has no table _collections")));
    };
    for column in collection_json::COLUMNS {
        if !collections.columns.iter().any(|name| name == column) {
            return Err(refuse(format!(
                "{shown} is not a database of PocketBase v0.23 or later: _collections has no column {column}"
            )));
        }
    }
    Ok(tables)
}

/// Remembers which migrations of the other system were applied, so that nobody applies them again.
pub fn carry_migrations(db: &Transfer) -> Result<()> {
    let broken = |error| failed("cannot carry over the list of migrations", error);
    let columns = ["file", "applied"];
    // Without that table there is nothing to carry.
    let Ok(rows) = db.query(&print::rows("_migrations", &columns)) else { return Ok(()) };
    let mut insert = print::insert("_migrations", &columns);
    for row in rows.iter() {
        let applied = match row.at(1).to_owned() {
            Value::Int(at) => at,
            Value::Null | Value::Real(_) | Value::Text(_) => 0,
        };
        insert.params = vec![row.at(0).text().into(), applied.into()];
        db.execute(&insert).map_err(broken)?;
    }
    Ok(())
}

/// How many rows a table of the other database has.
pub fn count(db: &Transfer, table: &str) -> Result<u64> {
    let rows = db.query(&print::count_source(table));
    let rows = rows.map_err(|error| failed(&format!("cannot read the table {table}"), error))?;
    Ok(first(&rows))
}

/// The first value as a count.
pub fn first(rows: &Rows) -> u64 {
    match rows.first().map(|row| row.at(0).to_owned()) {
        Some(Value::Int(n)) => n.unsigned_abs(),
        Some(Value::Null | Value::Real(_) | Value::Text(_)) | None => 0,
    }
}
