//! Statements about the rows of `_collections`, the stored form of the catalog.

use super::Sql;
use crate::schema::Collection;
use crate::schema::collection_json::COLUMNS;

const TABLE: &str = "_collections";

/// All rows in creation order, columns as [`Collection::from_row`] reads them.
pub fn select() -> Sql {
    let mut sql = Sql::new();
    sql.push("SELECT ");
    columns(&mut sql, ", ", |_, _| {});
    sql.push(" FROM ").ident(TABLE).push(" ORDER BY rowid");
    sql
}

pub fn insert(collection: &Collection) -> Sql {
    let mut sql = Sql::new();
    sql.push("INSERT INTO ").ident(TABLE).push(" (");
    columns(&mut sql, ", ", |_, _| {});
    sql.push(") VALUES (");
    for (index, value) in collection.to_row().into_iter().enumerate() {
        sql.push(if index > 0 { ", " } else { "" }).param(value);
    }
    sql.push(")");
    sql
}

/// Writes every column of the row with the collection's id.
pub fn update(collection: &Collection) -> Sql {
    let mut sql = Sql::new();
    let mut values = collection.to_row().into_iter();
    sql.push("UPDATE ").ident(TABLE).push(" SET ");
    columns(&mut sql, ", ", |sql, _| {
        sql.push(" = ").param(values.next().unwrap_or_default());
    });
    sql.push(" WHERE ").ident("id").push(" = ").param(collection.id.as_str());
    sql
}

pub fn delete(id: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push("DELETE FROM ").ident(TABLE).push(" WHERE ").ident("id").push(" = ").param(id);
    sql
}

/// Removes what a system collection keeps about the records of a collection that goes.
pub fn delete_references(table: &str, collection_id: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push("DELETE FROM ").ident(table).push(" WHERE ").ident("collectionRef").push(" = ").param(collection_id);
    sql
}

fn columns(sql: &mut Sql, separator: &str, mut then: impl FnMut(&mut Sql, &str)) {
    for (index, name) in COLUMNS.into_iter().enumerate() {
        sql.push(if index > 0 { separator } else { "" }).ident(name);
        then(sql, name);
    }
}
