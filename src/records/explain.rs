//! `?explain=1`: how a list is answered, for superusers: the SQL, its parameters, the plan, and what an index would help.

use crate::error::Result;
use crate::expr::Bound;
use crate::sql::{Dialect, Sql};
use crate::store::Reader;
use crate::value::{Json, Row as _, ValueRef, json};

use super::Records;
use super::list::Listing;
use super::query::ListQuery;

impl Records {
    pub(super) fn explain(&self, reader: &mut dyn Reader, listing: &Listing, query: &ListQuery) -> Result<Vec<u8>> {
        let filters: Vec<&Bound> = listing.filters.iter().collect();
        let select = listing.select(query, &filters);
        let sql = select.rows(Dialect::Sqlite);
        // In this order: only running a statement tells a connection of indexes that others made meanwhile.
        let rows = reader.query(&sql)?;
        let plan = plan(reader, &sql)?;
        let scans = plan.iter().any(|step| step.starts_with("SCAN"));
        let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
        let answer = serde_json::json!({
            "collection": listing.collection.name,
            "listRule": listing.collection.rules.list,
            "filter": query.filter,
            "sort": query.sort,
            "sql": sql.text,
            "params": sql.params.iter().map(param).collect::<Vec<_>>(),
            "plan": plan,
            "rowsReturned": rows.len(),
            "rowsInCollection": reader.query(&crate::sql::Select::of(&listing.collection).count(Dialect::Sqlite))?.first_int(),
            "suggestion": suggestion(listing, scans, sorts, query),
        });
        Ok(json::text(&answer).into_bytes())
    }
}

fn plan(reader: &mut dyn Reader, sql: &Sql) -> Result<Vec<String>> {
    let rows = reader.query(&sql.explain())?;
    // id, parent, notused, detail
    Ok(rows.iter().map(|row| row.value(3).text().to_string()).collect())
}

fn param(value: &crate::value::Value) -> Json {
    match value.as_ref() {
        ValueRef::Null => Json::Null,
        ValueRef::Int(n) => n.into(),
        ValueRef::Real(n) => n.into(),
        ValueRef::Text(s) => s.into(),
    }
}

/// Names the fields an index should start with when the plan reads every row or sorts them itself.
fn suggestion(listing: &Listing, scans: bool, sorts: bool, query: &ListQuery) -> Option<String> {
    if !scans && !sorts {
        return None;
    }
    if scans && query.filter.contains('~') && !query.filter.contains(['=', '<', '>']) {
        return Some("No index can help: `~` searches inside texts, so every row is read.".into());
    }
    let mentioned =
        |text: &str, name: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    let text = if scans { &query.filter } else { &query.sort };
    let fields: Vec<&str> = listing
        .collection
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .filter(|name| *name != "id" && (mentioned(text, name) || (scans && mentioned(&query.sort, name))))
        .collect();
    let why = if scans { "every row is read" } else { "all matching rows are sorted for each page" };
    Some(match fields.as_slice() {
        [] => format!("No index can help: {why}."),
        fields => format!("An index on ({}) may help: {why}.", fields.join(", ")),
    })
}
