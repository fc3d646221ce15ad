//! The collections of the other database, as they are: ids, options, secrets, dates.

use super::tables::{self, Tables};
use super::{Options, Report, failed, refuse};
use crate::error::Result;
use crate::id::Ids;
use crate::schema::{Collection, CollectionKind, Index, collection_json, scaffold};
use crate::sql::transfer as print;
use crate::store::transfer::Transfer;
use crate::value::{Json, Value, json};

/// Length of a token secret.
const SECRET: usize = 50;

/// Reads all collections in the order they were made, and adds what old versions left out.
pub fn read(db: &Transfer, tables: &Tables, options: &Options, report: &mut Report) -> Result<Vec<Collection>> {
    let rows = db.query(&print::rows("_collections", &collection_json::COLUMNS));
    let rows = rows.map_err(|error| failed("cannot read the collections", error))?;
    let mut all: Vec<Collection> = Vec::new();
    for row in rows.iter() {
        let mut collection = collection(&filled(row.to_values()), report)?;
        if let CollectionKind::Auth(auth) = &mut collection.kind {
            // Without a secret of its own whoever learns a record's key could sign tokens.
            for token in auth.tokens_mut().into_iter().filter(|token| token.secret.is_empty()) {
                token.secret = options.ids.secret(SECRET);
            }
        }
        list_indexes(db, &mut collection)?;
        all.push(collection);
    }
    let has_table = |collection: &Collection| collection.is_view() || tables.find(&collection.name).is_some();
    if let Some(lost) = all.iter().find(|collection| !has_table(collection)) {
        return Err(refuse(format!("the collection {} has no table", lost.name)));
    }
    add_missing(&mut all, options);
    for other in tables.others(&all) {
        let rows = tables::count(db, &other.name)?;
        report.skipped.push(format!("the table {} ({rows} rows), which is no collection", other.name));
    }
    Ok(all)
}

/// `_collections` rows may lack what has a plain default.
fn filled(mut values: Vec<Value>) -> Vec<Value> {
    for (name, value) in collection_json::COLUMNS.iter().zip(&mut values) {
        let empty = match *name {
            "fields" | "indexes" => "[]",
            "options" => "{}",
            "created" | "updated" => "",
            _ => continue,
        };
        if matches!(value.text(), "" | "null") {
            *value = empty.into();
        }
    }
    values
}

fn collection(row: &[Value], report: &mut Report) -> Result<Collection> {
    let text = |column: &str| {
        let index = collection_json::COLUMNS.iter().position(|name| *name == column);
        index.and_then(|index| row.get(index)).map(Value::text).unwrap_or_default()
    };
    let (id, name) = (text("id"), text("name"));
    for (what, word) in [("id", id), ("name", name)] {
        // They become file and table names.
        if word.is_empty() || !word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(refuse(format!(
                "a collection has the {what} {word:?}, which only letters, digits and _ may form"
            )));
        }
    }
    if !matches!(text("type"), "base" | "auth" | "view") {
        return Err(refuse(format!("the collection {name} has the unknown type {:?}", text("type"))));
    }
    let read =
        Collection::from_row(row).map_err(|error| refuse(format!("the collection {name} cannot be read: {error}")))?;
    let kept = read.to_row();
    for (column, (old, new)) in collection_json::COLUMNS.iter().zip(row.iter().zip(&kept)) {
        if matches!(*column, "fields" | "options") {
            let parsed = |value: &Value| json::parse(value.text().as_bytes()).unwrap_or_default();
            unknown(&format!("{name}.{column}"), &parsed(old), &parsed(new), &mut report.skipped);
        }
    }
    Ok(read)
}

/// Adds the paths that are in `old` but not in `new`.
fn unknown(path: &str, old: &Json, new: &Json, out: &mut Vec<String>) {
    match (old, new) {
        (Json::Object(old), Json::Object(new)) => {
            for (key, value) in old {
                match new.get(key) {
                    Some(kept) => unknown(&format!("{path}.{key}"), value, kept, out),
                    None => out.push(format!("the unknown option {path}.{key} of a collection")),
                }
            }
        }
        (Json::Array(old), Json::Array(new)) => {
            for (index, value) in old.iter().enumerate() {
                let name = value.get("name").and_then(Json::as_str).map_or_else(|| index.to_string(), str::to_string);
                unknown(&format!("{path}.{name}"), value, new.get(index).unwrap_or(&Json::Null), out);
            }
        }
        _ => {}
    }
}

/// Before v0.38.1 an index could be in the database without being listed.
fn list_indexes(db: &Transfer, collection: &mut Collection) -> Result<()> {
    if collection.is_view() {
        return Ok(());
    }
    let rows = db.query(&print::source_indexes(&collection.name));
    for row in rows.map_err(|error| failed("cannot read the indexes", error))?.iter() {
        let listed = collection.indexes.iter().filter_map(|text| Index::parse(text));
        if !listed.into_iter().any(|index| index.name.eq_ignore_ascii_case(row.at(0).text())) {
            collection.indexes.push(row.at(1).text().to_string());
        }
    }
    Ok(())
}

/// The collections that the server itself works with, when the other one had no use for them yet.
fn add_missing(all: &mut Vec<Collection>, options: &Options) {
    let ids: &Ids = &options.ids;
    let now = options.clock.now().to_string();
    for mut own in scaffold::system_collections(ids).into_iter().filter(|own| own.system) {
        let is_there = |other: &Collection| other.id == own.id || other.name.eq_ignore_ascii_case(&own.name);
        if !all.iter().any(is_there) {
            (own.created, own.updated) = (now.clone(), now.clone());
            all.push(own);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_kept_is_told() {
        let old = json!({"a": 1, "list": [{"name": "x", "new": 1}, {"b": null}], "deep": {"c": {"d": 2}}});
        let new = json!({"a": 2, "list": [{"name": "x"}, {"b": 1}], "deep": {}, "more": 1});
        let mut out = Vec::new();
        unknown("posts.options", &old, &new, &mut out);
        let expected =
            ["list.x.new", "deep.c"].map(|key| format!("the unknown option posts.options.{key} of a collection"));
        assert_eq!(out, expected);
    }
}
