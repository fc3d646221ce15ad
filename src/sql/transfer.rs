//! Statements that carry records from an attached database into the tables of collections.

use super::Sql;
use crate::schema::{Collection, Field, FieldKind};

/// The name the other database is attached under.
pub const SOURCE: &str = "source";

/// Names by which SQLite knows the number of a row, unless a column has the name.
const ROW_NUMBERS: [&str; 3] = ["rowid", "_rowid_", "oid"];

/// A table of the other database, as it is there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
    /// Its rows are numbered: it was not made WITHOUT ROWID.
    pub is_numbered: bool,
}

/// What a field's values look like in their column. Values that look otherwise are handed to an SQL function of the
/// shape's own, which the caller defines on the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    Number,
    Flag,
    Date,
    One,
    Many,
    Json,
    Point,
}

impl Shape {
    pub const ALL: [Shape; 8] =
        [Shape::Text, Shape::Number, Shape::Flag, Shape::Date, Shape::One, Shape::Many, Shape::Json, Shape::Point];

    pub fn of(field: &Field) -> Shape {
        match &field.kind {
            FieldKind::Text { .. }
            | FieldKind::Email { .. }
            | FieldKind::Url { .. }
            | FieldKind::Editor { .. }
            | FieldKind::Password { .. } => Shape::Text,
            FieldKind::Number { .. } => Shape::Number,
            FieldKind::Bool => Shape::Flag,
            FieldKind::Date { .. } | FieldKind::Autodate { .. } => Shape::Date,
            FieldKind::Select { .. } | FieldKind::File { .. } | FieldKind::Relation { .. } => {
                if field.is_multiple() {
                    Shape::Many
                } else {
                    Shape::One
                }
            }
            FieldKind::Json { .. } => Shape::Json,
            FieldKind::GeoPoint => Shape::Point,
        }
    }

    /// The SQL function of one argument that turns any value into this shape.
    pub fn function(self) -> &'static str {
        match self {
            Shape::Text => "as_text",
            Shape::Number => "as_number",
            Shape::Flag => "as_flag",
            Shape::Date => "as_date",
            Shape::One => "as_one",
            Shape::Many => "as_many",
            Shape::Json => "as_json",
            Shape::Point => "as_point",
        }
    }

    /// When a value is of this shape already; `@` stands for the column.
    fn fits(self) -> &'static str {
        match self {
            Shape::Text => "typeof(@) = 'text'",
            Shape::Number => "typeof(@) IN ('integer', 'real')",
            Shape::Flag => "typeof(@) = 'integer' AND @ IN (0, 1)",
            Shape::Date => {
                "@ = '' OR typeof(@) = 'text' AND @ GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9]Z'"
            }
            Shape::One => "typeof(@) = 'text' AND instr(@, '[') = 0",
            Shape::Many => "@ = '[]'",
            Shape::Json => "@ IS NULL",
            Shape::Point => "@ = '{\"lon\":0,\"lat\":0}'",
        }
    }
}

/// Copies the next rows into the table of `collection`, which has the same name, in their old order. Parameters to be
/// bound: the number of the last row that is there, how many rows at most; none when [`row_number`] is `None`, then
/// all rows are copied at once.
pub fn copy_rows(collection: &Collection, table: &Table) -> Sql {
    let number = row_number(collection, table);
    let mut sql = Sql::new();
    sql.push("INSERT INTO main.").ident(&collection.name).push(" (").push(number.unwrap_or_default());
    let comma = |index: usize| if index > 0 || number.is_some() { ", " } else { "" };
    for (index, field) in collection.fields.iter().enumerate() {
        sql.push(comma(index)).ident(&field.name);
    }
    sql.push(") SELECT ").push(number.unwrap_or_default());
    for (index, field) in collection.fields.iter().enumerate() {
        sql.push(comma(index));
        value(&mut sql, field, table);
    }
    from(&mut sql, &table.name);
    if let Some(number) = number {
        for part in [" WHERE ", number, " > ? ORDER BY ", number, " LIMIT ?"] {
            sql.push(part);
        }
    }
    sql
}

fn value(sql: &mut Sql, field: &Field, table: &Table) {
    let shape = Shape::of(field);
    let Some(column) = table.columns.iter().find(|column| column.eq_ignore_ascii_case(&field.name)) else {
        sql.push(shape.function()).push("(NULL)");
        return;
    };
    sql.push("CASE WHEN ");
    for (index, part) in shape.fits().split('@').enumerate() {
        if index > 0 {
            sql.ident(column);
        }
        sql.push(part);
    }
    sql.push(" THEN ").ident(column).push(" ELSE ").push(shape.function()).push("(").ident(column).push(") END");
}

/// How both tables name the number of a row; `None` when one of them has no name left for it.
pub fn row_number(collection: &Collection, table: &Table) -> Option<&'static str> {
    let taken = |name: &&str| {
        let columns = collection.fields.iter().map(|field| &field.name).chain(&table.columns);
        columns.clone().any(|column| column.eq_ignore_ascii_case(name))
    };
    ROW_NUMBERS.into_iter().filter(|_| table.is_numbered).find(|name| !taken(name))
}

/// The number of the last row of a table of ours.
pub fn last_row(name: &str, number: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push("SELECT max(").push(number).push(") FROM main.").ident(name);
    sql
}

/// How many rows a table of the other database has.
pub fn count_source(name: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push("SELECT count(*)");
    from(&mut sql, name);
    sql
}

/// How many rows a table of ours has.
pub fn count(name: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push("SELECT count(*) FROM main.").ident(name);
    sql
}

/// All rows of a table of the other database, these columns, in the order they were made. Blobs are read as text: some
/// JSON is stored so.
pub fn rows(name: &str, columns: &[&str]) -> Sql {
    let mut sql = Sql::new();
    for (index, column) in columns.iter().enumerate() {
        sql.push(if index > 0 { ", " } else { "SELECT " }).push("CASE typeof(").ident(column);
        sql.push(") WHEN 'blob' THEN CAST(").ident(column).push(" AS TEXT) ELSE ").ident(column).push(" END");
    }
    from(&mut sql, name);
    sql.push(" ORDER BY rowid");
    sql
}

fn from(sql: &mut Sql, name: &str) {
    sql.push(" FROM ").push(SOURCE).push(".").ident(name);
}

/// The next ids after `after` and their files, at most `limit`, of records that have a file in this field.
pub fn files(collection: &Collection, field: &Field, after: &str, limit: i64) -> Sql {
    let mut sql = Sql::new();
    sql.push("SELECT \"id\", ").ident(&field.name).push(" FROM main.").ident(&collection.name);
    sql.push(" WHERE \"id\" > ").param(after).push(" AND ").ident(&field.name).push(" NOT IN ('', '[]')");
    sql.push(" ORDER BY \"id\" LIMIT ").param(limit);
    sql
}

/// Tables and views of the other database: name, kind (`table`, `view`, `virtual`, `shadow`), 1 for WITHOUT ROWID.
pub fn source_tables() -> Sql {
    let text = "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'source' AND name NOT GLOB 'sqlite_*'";
    Sql { text: text.to_string(), params: Vec::new() }
}

/// The columns of a table of the other database, those that SQLite hides left out.
pub fn source_columns(table: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push("SELECT name FROM pragma_table_xinfo(").param(table).push(", 'source') WHERE hidden <> 1 ORDER BY cid");
    sql
}

/// The indexes that somebody made in the other database: name, text.
pub fn source_indexes(table: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push("SELECT name, sql FROM source.sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND lower(tbl_name) = lower(");
    sql.param(table).push(") ORDER BY rowid");
    sql
}

/// The result columns of a view of ours: name, declared type. Fails when the view cannot be read.
pub fn view_columns(name: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push("SELECT name, type FROM pragma_table_info(").param(name).push(", 'main') ORDER BY cid");
    sql
}

/// Fills a row of `table` whose columns are given; the placeholders stand in their order.
pub fn insert(table: &str, columns: &[&str]) -> Sql {
    let mut sql = Sql::new();
    sql.push("INSERT OR IGNORE INTO main.").ident(table).push(" (");
    for (index, column) in columns.iter().enumerate() {
        sql.push(if index > 0 { ", " } else { "" }).ident(column);
    }
    sql.push(") VALUES (").push(&vec!["?"; columns.len()].join(", ")).push(")");
    sql
}

/// Copies the log of the attached database in the order it was written, by the SQL functions `as_message`, `as_entry` and
/// `as_date` of one argument.
pub fn copy_logs() -> Sql {
    let mut sql = Sql::new();
    sql.push("INSERT OR IGNORE INTO main._logs (id, level, message, data, created) SELECT CAST(id AS TEXT), ");
    sql.push("CAST(level AS INTEGER), as_message(message), as_entry(data), as_date(created) FROM ").push(SOURCE);
    sql.push("._logs ORDER BY created, rowid");
    sql
}

/// The ids of the records that have this value in a field.
pub fn find(table: &str, field: &str, value: &str) -> Sql {
    let mut sql = Sql::new();
    sql.push("SELECT \"id\" FROM main.").ident(table).push(" WHERE ").ident(field).push(" = ").param(value);
    sql
}

/// Removes the records that have these values.
pub fn remove(table: &str, values: &[(&str, &str)]) -> Sql {
    let mut sql = Sql::new();
    sql.push("DELETE FROM main.").ident(table);
    for (index, (field, value)) in values.iter().enumerate() {
        sql.push(if index > 0 { " AND " } else { " WHERE " }).ident(field).push(" = ").param(*value);
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{CollectionKind, RuleSet};

    fn posts(names: &[&str]) -> Collection {
        let field = |name: &&str| Field {
            id: String::new(),
            name: name.to_string(),
            system: false,
            hidden: false,
            presentable: false,
            required: false,
            help: String::new(),
            kind: FieldKind::Email { only_domains: Vec::new(), except_domains: Vec::new() },
        };
        Collection {
            id: String::new(),
            name: "po\"sts".to_string(),
            system: false,
            kind: CollectionKind::Base,
            fields: names.iter().map(field).collect(),
            indexes: Vec::new(),
            rules: RuleSet::default(),
            created: String::new(),
            updated: String::new(),
            history_days: None,
        }
    }

    fn table(columns: &[&str]) -> Table {
        Table {
            name: "po\"sts".into(),
            columns: columns.iter().map(|name| name.to_string()).collect(),
            is_numbered: true,
        }
    }

    #[test]
    fn values_that_fit_are_copied_as_they_are() {
        let sql = copy_rows(&posts(&["id"]), &table(&["id"]));
        let expected = "INSERT INTO main.\"po\"\"sts\" (rowid, \"id\") SELECT rowid, CASE WHEN typeof(\"id\") = 'text' \
                        THEN \"id\" ELSE as_text(\"id\") END FROM source.\"po\"\"sts\" WHERE rowid > ? ORDER BY rowid LIMIT ?";
        assert_eq!(sql.text, expected);
    }

    #[test]
    fn a_column_that_is_missing_gets_the_value_for_nothing() {
        let sql = copy_rows(&posts(&["id", "x"]), &table(&["ID", "more"]));
        assert!(sql.text.contains("ELSE as_text(\"ID\") END, as_text(NULL) FROM"), "{}", sql.text);
    }

    #[test]
    fn fields_may_have_the_names_of_row_numbers() {
        let number = |names: &[&str], columns: &[&str]| row_number(&posts(names), &table(columns));
        assert_eq!(number(&["id", "rowid"], &["id"]), Some("_rowid_"));
        assert_eq!(number(&["id", "RowId"], &["_ROWID_"]), Some("oid"));
        assert_eq!(number(&["oid", "rowid", "_rowid_"], &[]), None);
        assert_eq!(row_number(&posts(&["id"]), &Table { is_numbered: false, ..table(&["id"]) }), None);
    }
}
