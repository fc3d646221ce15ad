//! Looking at the log: pages, hours, single entries. All of it includes what was pushed before the question.

use std::sync::Arc;
use std::time::Duration;

use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::expr::{self, Access, Bound, Scope, Sort};
use crate::id;
use crate::records::list::refused;
use crate::records::query::ListQuery;
use crate::sql::{Dialect, Select, Sql, logs as sql};
use crate::store::{RowRef, Rows};
use crate::value::ValueRef;
use crate::value::json::{write_int, write_str};

use super::Logs;
use super::collection::logs;

/// How long a question may take.
const LIMIT: Duration = Duration::from_secs(30);

impl Logs {
    /// A page as a JSON list envelope.
    pub async fn list(&self, ctx: &Ctx) -> Result<Vec<u8>> {
        let query = ListQuery::parse(ctx)?;
        let (collection, catalog) = logs();
        let scope = Scope { catalog, root: collection, caller: None, access: Access::Client };
        let filter = filter(&query.filter, ctx).map_err(|error| no_more(refused("filter", error)))?;
        let sort = Sort::compile(&query.sort, &scope).map_err(|error| no_more(refused("sort", error)))?.bind(ctx);
        let filters: Vec<&Bound> = filter.iter().collect();
        let select = Select {
            filters: &filters,
            sort: &sort,
            limit: query.per_page,
            offset: query.offset(),
            ..Select::of(collection)
        };
        let total = match query.skip_total {
            true => -1,
            false => self.query(select.count(Dialect::Sqlite)).await?.first_int(),
        };
        let rows = self.query(select.rows(Dialect::Sqlite)).await?;
        let mut out = Vec::with_capacity(128 + rows.len() * 512);
        query.write_envelope(&mut out, total);
        out.extend_from_slice(b",\"items\":");
        write_list(&mut out, &rows, write_entry);
        out.push(b'}');
        Ok(out)
    }

    /// How many entries there are in each hour that has any, as a JSON array.
    pub async fn per_hour(&self, ctx: &Ctx) -> Result<Vec<u8>> {
        let text = ctx.query("filter").unwrap_or_default();
        let filter = filter(text, ctx).map_err(|_| Error::bad_request("Invalid filter format."))?;
        let filters: Vec<&Bound> = filter.iter().collect();
        let select = Select { filters: &filters, ..Select::of(logs().0) };
        let rows = self.query(sql::per_hour(&select, Dialect::Sqlite)).await?;
        let mut out = Vec::new();
        write_list(&mut out, &rows, |out, row| {
            out.extend_from_slice(b"{\"date\":");
            write_str(out, row.at(0).text());
            out.extend_from_slice(b",\"total\":");
            write_int(out, int(row.at(1)));
            out.push(b'}');
        });
        Ok(out)
    }

    /// One entry as JSON; 404 when there is none.
    pub async fn view(&self, id: &str) -> Result<Vec<u8>> {
        let mut rows = Rows::default();
        if let Some(at) = id::time_of(id) {
            rows = self.query(sql::view(id, Some(&at.to_string()))).await?;
        }
        if rows.first().is_none() {
            // One of another server.
            rows = self.query(sql::view(id, None)).await?;
        }
        let row = rows.first().ok_or_else(|| Error::not_found(""))?;
        let mut out = Vec::new();
        write_entry(&mut out, row);
        Ok(out)
    }

    async fn query(&self, sql: Sql) -> Result<Rows> {
        self.written().await?;
        let keeper = Arc::clone(&self.0.keeper);
        let read = move || keeper.database()?.query(&sql, LIMIT);
        Ok(tokio::task::spawn_blocking(read).await.map_err(Error::internal)??)
    }
}

/// Superusers are told, by everyone else's words, that a name is not there rather than that it is forbidden.
fn no_more(error: Error) -> Error {
    match error {
        Error::Rejected { .. } => Error::bad_request(""),
        other => other,
    }
}

fn filter(text: &str, ctx: &Ctx) -> Result<Option<Bound>, expr::ExprError> {
    let (collection, catalog) = logs();
    let scope = Scope { catalog, root: collection, caller: None, access: Access::Client };
    match text {
        "" => Ok(None),
        text => Ok(Some(expr::compile(text, &scope)?.bind(ctx))),
    }
}

fn write_list(out: &mut Vec<u8>, rows: &Rows, mut write: impl FnMut(&mut Vec<u8>, RowRef<'_>)) {
    out.push(b'[');
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, row);
    }
    out.push(b']');
}

/// The columns in the order of the collection's fields.
fn write_entry(out: &mut Vec<u8>, row: RowRef<'_>) {
    out.extend_from_slice(b"{\"id\":");
    write_str(out, row.at(0).text());
    out.extend_from_slice(b",\"created\":");
    write_str(out, row.at(1).text());
    out.extend_from_slice(b",\"level\":");
    write_int(out, int(row.at(2)));
    out.extend_from_slice(b",\"message\":");
    write_str(out, row.at(3).text());
    out.extend_from_slice(b",\"data\":");
    // Stored as we wrote it; a log of another server may have left it empty.
    let data = row.at(4).text();
    out.extend_from_slice(if data.is_empty() { b"{}" } else { data.as_bytes() });
    out.push(b'}');
}

fn int(value: ValueRef<'_>) -> i64 {
    match value {
        ValueRef::Int(n) => n,
        ValueRef::Real(n) => n as i64,
        ValueRef::Null | ValueRef::Text(_) => 0,
    }
}
