//! A statement asked about the tables as they were before some records changed.

use super::{Sql, quote};
use crate::schema::Record;

/// Parameters spent on one table: a statement has a limit, and whoever deletes thousands at once is not worth more.
const PARAMS: usize = 4000;

/// The same statement, but in the tables it names these records are as they `were`. Where it names none of their tables
/// it stays as it is, and so are its plans.
pub fn with_records(sql: &Sql, were: &[&Record]) -> Sql {
    let mut past = Sql::new();
    let mut done: Vec<&str> = Vec::new();
    for record in were {
        let collection = &record.collection;
        let mut name = String::new();
        quote(&mut name, &collection.name);
        if done.contains(&collection.id.as_str()) || !sql.text.contains(&name) {
            continue;
        }
        past.push(if done.is_empty() { "WITH " } else { ", " });
        done.push(&collection.id);
        let room = PARAMS / (collection.fields.len() + 1);
        let rows = || were.iter().filter(|other| other.collection.id == collection.id).take(room);
        // A common table of that name hides the table, which `main.` still reaches.
        past.push(&name).push(" AS (SELECT rowid AS _rowid_");
        for field in &collection.fields {
            past.push(", ").ident(&field.name);
        }
        past.push(" FROM main.").push(&name).push(" WHERE id NOT IN (");
        for (index, row) in rows().enumerate() {
            past.push(if index == 0 { "" } else { ", " }).param(row.id());
        }
        past.push(")");
        for row in rows() {
            past.push(" UNION ALL SELECT 0");
            for (field, value) in row.collection.fields.iter().zip(&row.values) {
                past.push(", CAST(").param(value.clone());
                past.push(if field.is_numeric() { " AS NUMERIC)" } else { " AS TEXT)" });
            }
        }
        past.push(")");
    }
    if !done.is_empty() {
        past.push(" ");
    }
    past.append(sql.clone());
    past
}
