//! Statements that make and change tables, indexes and views.
//!
//! Every column has affinity TEXT except those of numbers and flags: what the server binds is what is stored.

use super::Sql;
use crate::schema::index::OWN_INDEX;
use crate::schema::{Collection, Field, FieldKind, Index};

/// Separates the wrapping of a view from its query; the query may end in a comment.
const VIEW_OPENS: &str = " FROM (\n";
const VIEW_CLOSES: &str = "\n)";

/// The table of a collection with all its columns.
pub fn create_table(collection: &Collection) -> Sql {
    let mut sql = Sql::new();
    sql.push("CREATE TABLE ").ident(&collection.name).push(" (");
    for (index, field) in collection.fields.iter().enumerate() {
        if index > 0 {
            sql.push(", ");
        }
        column(&mut sql, field);
    }
    sql.push(")");
    sql
}

fn column(sql: &mut Sql, field: &Field) {
    let definition = match &field.kind {
        FieldKind::Text { primary_key: true, .. } => " TEXT PRIMARY KEY NOT NULL",
        FieldKind::Number { .. } => " NUMERIC NOT NULL DEFAULT 0",
        FieldKind::Bool => " BOOLEAN NOT NULL DEFAULT 0",
        FieldKind::Json { .. } => " TEXT DEFAULT NULL",
        FieldKind::GeoPoint => " TEXT NOT NULL DEFAULT '{\"lon\":0,\"lat\":0}'",
        FieldKind::Select { .. } | FieldKind::File { .. } | FieldKind::Relation { .. } if field.is_multiple() => {
            " TEXT NOT NULL DEFAULT '[]'"
        }
        FieldKind::Text { .. }
        | FieldKind::Email { .. }
        | FieldKind::Url { .. }
        | FieldKind::Editor { .. }
        | FieldKind::Date { .. }
        | FieldKind::Autodate { .. }
        | FieldKind::Select { .. }
        | FieldKind::File { .. }
        | FieldKind::Relation { .. }
        | FieldKind::Password { .. } => " TEXT NOT NULL DEFAULT ''",
    };
    sql.ident(&field.name).push(definition);
}

pub fn drop_table(name: &str) -> Sql {
    about("DROP TABLE IF EXISTS ", name)
}

pub fn drop_view(name: &str) -> Sql {
    about("DROP VIEW IF EXISTS ", name)
}

pub fn drop_index(name: &str) -> Sql {
    about("DROP INDEX IF EXISTS ", name)
}

fn about(verb: &str, name: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push(verb).ident(name);
    sql
}

/// The statements that turn the table of `old` into that of `new`; fields are the same when their ids are.
/// Indexes over dropped columns must be gone before.
pub fn alter_table(old: &Collection, new: &Collection) -> Vec<Sql> {
    let mut all = rename_table(&old.name, &new.name);
    let alter = |verb: &str, name: &str| {
        let mut sql = Sql::new();
        sql.push("ALTER TABLE ").ident(&new.name).push(verb).ident(name);
        sql
    };
    let now = |old: &Field| new.fields.iter().find(|field| field.id == old.id);
    for gone in old.fields.iter().filter(|field| now(field).is_none()) {
        all.push(alter(" DROP COLUMN ", &gone.name));
    }
    let kept: Vec<(&Field, &Field)> =
        old.fields.iter().filter_map(|field| now(field).map(|new| (field, new))).collect();
    let renamed: Vec<(&str, &str)> =
        kept.iter().filter(|(from, to)| from.name != to.name).map(|(from, to)| (&*from.name, &*to.name)).collect();
    // Two columns may swap their names, and names differ in more than case only: step aside first.
    let taken = |to: &str| kept.iter().any(|(from, _)| from.name.eq_ignore_ascii_case(to));
    for (index, (from, to)) in renamed.iter().enumerate().filter(|(_, (_, to))| taken(to)) {
        all.push(rename_column(&new.name, from, &aside(index, to)));
    }
    for (index, (from, to)) in renamed.iter().enumerate() {
        let from = if taken(to) { aside(index, to) } else { from.to_string() };
        all.push(rename_column(&new.name, &from, to));
    }
    for added in new.fields.iter().filter(|field| old.fields.iter().all(|old| old.id != field.id)) {
        let mut sql = Sql::new();
        sql.push("ALTER TABLE ").ident(&new.name).push(" ADD COLUMN ");
        column(&mut sql, added);
        all.push(sql);
    }
    // The declared default stays that of the old shape, which nobody sees: inserts name every column.
    for (from, to) in kept.iter().filter(|(from, to)| from.is_multiple() != to.is_multiple()) {
        all.push(if from.is_multiple() { to_single(&new.name, &to.name) } else { to_multiple(&new.name, &to.name) });
    }
    all
}

/// Renames a table; a new name that differs in case only takes two steps.
pub fn rename_table(from: &str, to: &str) -> Vec<Sql> {
    let rename = |from: &str, to: &str| {
        let mut sql = Sql::new();
        sql.push("ALTER TABLE ").ident(from).push(" RENAME TO ").ident(to);
        sql
    };
    if from == to {
        Vec::new()
    } else if from.eq_ignore_ascii_case(to) {
        let between = aside(0, to);
        vec![rename(from, &between), rename(&between, to)]
    } else {
        vec![rename(from, to)]
    }
}

fn rename_column(table: &str, from: &str, to: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push("ALTER TABLE ").ident(table).push(" RENAME COLUMN ").ident(from).push(" TO ").ident(to);
    sql
}

/// A name no collection or field may have: names of ours never contain a blank.
fn aside(index: usize, name: &str) -> String {
    format!("aside {index} {name}")
}

/// Wraps single values into lists; what is a list already stays.
fn to_multiple(table: &str, column: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push("UPDATE ").ident(table).push(" SET ").ident(column).push(" = CASE WHEN ").ident(column);
    sql.push(" = '' THEN '[]' WHEN json_valid(").ident(column).push(") AND json_type(").ident(column);
    sql.push(") = 'array' THEN ").ident(column).push(" ELSE json_array(").ident(column).push(") END");
    sql
}

/// Keeps the last element of each list.
fn to_single(table: &str, column: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push("UPDATE ").ident(table).push(" SET ").ident(column).push(" = CASE WHEN json_valid(").ident(column);
    sql.push(") AND json_type(").ident(column).push(") = 'array' THEN coalesce(json_extract(").ident(column);
    sql.push(", '$[#-1]'), '') ELSE ").ident(column).push(" END");
    sql
}

/// Runs an index statement of the owner in its normal form.
pub fn create_index(index: &Index) -> Sql {
    Sql { text: index.build(), params: Vec::new() }
}

/// The indexes the server keeps for itself, by name: one per single relation that no index of the owner begins with,
/// so that cascades and back-relations need not read the table.
pub fn own_indexes(collection: &Collection) -> Vec<(String, Sql)> {
    if collection.is_view() {
        return Vec::new();
    }
    // An index with a condition does not find every record.
    let whole = |text: &String| Index::parse(text).filter(|index| index.filter.is_empty());
    let covered: Vec<Index> = collection.indexes.iter().filter_map(whole).collect();
    let covers = |index: &Index, field: &Field| {
        !index.ignores_case() && index.first_column().is_some_and(|column| column.eq_ignore_ascii_case(&field.name))
    };
    let single = collection.fields.iter().filter(|field| field.relation().is_some() && !field.is_multiple());
    let missing = single.filter(|field| !covered.iter().any(|index| covers(index, field)));
    let print = |field: &Field| {
        let name = format!("{OWN_INDEX}{}_{}", collection.id, field.id);
        let mut sql = Sql::new();
        sql.push("CREATE INDEX IF NOT EXISTS ").ident(&name).push(" ON ").ident(&collection.name);
        sql.push(" (").ident(&field.name).push(")");
        (name, sql)
    };
    missing.map(print).collect()
}

/// How the `id` column of a view gets its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewId {
    /// It is text already.
    Text,
    /// Numbers and the like: compared and shown as text.
    Cast,
}

/// A view over a SELECT of these result columns.
pub fn create_view(name: &str, query: &str, columns: &[&str], id: ViewId) -> Sql {
    let mut sql = Sql::new();
    sql.push("CREATE VIEW ").ident(name).push(" AS ");
    select_from(&mut sql, query, columns, id);
    sql
}

/// What the view would select, at most `limit` rows of it.
pub fn select_view(query: &str, columns: &[&str], id: ViewId, limit: usize) -> Sql {
    let mut sql = Sql::new();
    select_from(&mut sql, query, columns, id);
    sql.push(" LIMIT ").push(&limit.to_string());
    sql
}

fn select_from(sql: &mut Sql, query: &str, columns: &[&str], id: ViewId) {
    sql.push("SELECT ");
    if id == ViewId::Text {
        sql.push("*");
    }
    for (index, column) in columns.iter().enumerate().filter(|_| id == ViewId::Cast) {
        if index > 0 {
            sql.push(", ");
        }
        if *column == "id" {
            sql.push("CAST(").ident(column).push(" AS TEXT) AS ").ident(column);
        } else {
            sql.ident(column);
        }
    }
    sql.push(VIEW_OPENS).push(query).push(VIEW_CLOSES);
}

/// The query of a view as the database has it now: renaming tables and columns rewrites it there.
pub fn view_query(statement: &str) -> Option<&str> {
    statement.split_once(VIEW_OPENS)?.1.strip_suffix(VIEW_CLOSES)
}

/// The result columns of a query, without a row.
pub fn describe(query: &str) -> Sql {
    select_view(query, &[], ViewId::Text, 0)
}

/// A table in place of a view, with its columns: renaming it rewrites what refers to the view.
pub fn create_stand_in(name: &str, columns: &[&str]) -> Sql {
    let mut sql = Sql::new();
    sql.push("CREATE TABLE ").ident(name).push(" (");
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            sql.push(", ");
        }
        sql.ident(column);
    }
    sql.push(")");
    sql
}

/// A statement as the database itself printed it.
pub fn verbatim(statement: &str) -> Sql {
    Sql { text: statement.to_string(), params: Vec::new() }
}

/// A look at a view without reading a row: fails when it does not compile.
pub fn peek(view: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push("SELECT * FROM ").ident(view).push(" LIMIT 0");
    sql
}

/// The `CREATE VIEW` statements of the database: name, text.
pub fn view_statements() -> Sql {
    Sql { text: "SELECT name, sql FROM sqlite_schema WHERE type = 'view'".to_string(), params: Vec::new() }
}

/// The names of all tables and views, in lower case.
pub fn table_names() -> Sql {
    let text = "SELECT lower(name) FROM sqlite_schema WHERE type IN ('table', 'view')";
    Sql { text: text.to_string(), params: Vec::new() }
}

#[cfg(test)]
mod tests;
