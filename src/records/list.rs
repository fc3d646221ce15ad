//! Pages of records: list rule and filter as one WHERE, offset or keyset paging, cached totals.

use std::sync::Arc;

use crate::context::Ctx;
use crate::error::{Error, FieldError, Result};
use crate::expr::{Access, Bound, BoundSort, ExprError};
use crate::schema::{Catalog, Collection};
use crate::sql::{Cursor, Dialect, Select};
use crate::store::{Reader, Rows};
use crate::value::json::write_str;

use super::present::{Emails, Items};
use super::query::ListQuery;
use super::{Records, find};

/// A list query with everything checked and bound.
pub(super) struct Listing {
    pub(super) collection: Arc<Collection>,
    pub(super) filters: Vec<Bound>,
    bound_sort: BoundSort,
    after: Option<Cursor>,
}

impl Records {
    /// The page as a JSON list envelope.
    pub async fn list(&self, ctx: Ctx, collection: &str) -> Result<Vec<u8>> {
        let query = ListQuery::parse(&ctx)?;
        let (records, collection) = (self.clone(), collection.to_string());
        self.store.read(move |reader| records.list_in(reader, &ctx, &collection, &query)).await
    }

    /// Inside a read job.
    pub fn list_in(&self, reader: &mut dyn Reader, ctx: &Ctx, collection: &str, query: &ListQuery) -> Result<Vec<u8>> {
        let catalog = reader.catalog().clone();
        let collection = find(&catalog, collection)?;
        let listing = self.listing(&catalog, collection, ctx, query)?;
        if query.explain {
            return self.explain(reader, &listing, query);
        }
        let filters: Vec<&Bound> = listing.filters.iter().collect();
        let select = listing.select(query, &filters);
        let about = select.about();
        let rows = if filters.iter().any(|filter| filter.is_never()) {
            Arc::default()
        } else {
            // What is expanded has to be of the same moment as the rows.
            let about = about.as_deref().filter(|_| ctx.query("expand").is_none());
            reader.recall(&select.rows(Dialect::Sqlite), about)?
        };
        let total = match query.skip_total {
            true => -1,
            false if rows.is_empty() && query.page == 1 => 0,
            false => reader.recall(&select.count(Dialect::Sqlite), about.as_deref())?.first_int(),
        };
        let next = self.next_cursor(&listing, &rows, query);
        let mut page = self.page(reader, ctx, collection, Items::Rows(rows), Emails::AsAllowed)?;
        self.expand_asked(reader, ctx, &mut page)?;
        let mut out = Vec::with_capacity(128 + page.items.len() * 384);
        query.write_envelope(&mut out, total);
        if let Some(next) = next {
            out.extend_from_slice(b",\"nextCursor\":");
            write_str(&mut out, &next);
        }
        out.extend_from_slice(b",\"items\":[");
        page.write_all(&mut out);
        out.extend_from_slice(b"]}");
        Ok(out)
    }

    /// Rule, filter, sort and cursor of a list, checked and bound.
    fn listing(
        &self,
        catalog: &Catalog,
        collection: &Arc<Collection>,
        ctx: &Ctx,
        query: &ListQuery,
    ) -> Result<Listing> {
        // A stored rule that no longer compiles is 400 here, as the contract says.
        let gate = self.gate(catalog, collection, ctx, collection.rules.list.as_deref());
        let mut filters: Vec<Bound> = gate.map_err(|_| Error::bad_request(""))?.filter()?.into_iter().collect();
        let access = if ctx.caller.is_superuser() { Access::Superuser } else { Access::Client };
        if !query.filter.is_empty() {
            let predicate = self.plans.predicate(catalog, collection, ctx, access, &query.filter);
            filters.push(predicate.map_err(|error| refused("filter", error))?.bind(ctx));
        }
        let sort = self.plans.sort(catalog, collection, ctx, access, &query.sort);
        let sort = sort.map_err(|error| refused("sort", error))?;
        let bound_sort = sort.bind(ctx);
        let after = match query.cursor.as_deref() {
            None => None,
            Some("") if sort.is_repeatable() => Some(Cursor::start()),
            Some(text) => Some(Cursor::decode(text, &bound_sort).ok_or_else(|| {
                let expected = "Must be the nextCursor of a list with the same sort.";
                Error::invalid("", "cursor", FieldError::new("validation_invalid_cursor", expected))
            })?),
        };
        Ok(Listing { collection: collection.clone(), filters, bound_sort, after })
    }

    /// Where the next page starts, when the client walks by cursor and there may be one.
    fn next_cursor(&self, listing: &Listing, rows: &Rows, query: &ListQuery) -> Option<String> {
        query.cursor.as_ref()?;
        let full = i64::try_from(rows.len()).is_ok_and(|len| len == query.per_page);
        if !full {
            return Some(String::new());
        }
        let last = rows.row(rows.len().checked_sub(1)?);
        Some(Cursor::after(&last, listing.collection.fields.len(), &listing.bound_sort).encode(&listing.bound_sort))
    }
}

impl Listing {
    pub(super) fn select<'a>(&'a self, query: &ListQuery, filters: &'a [&'a Bound]) -> Select<'a> {
        let keyset = query.cursor.is_some();
        let offset = if keyset { 0 } else { query.offset() };
        Select {
            filters,
            sort: &self.bound_sort,
            after: self.after.as_ref(),
            limit: query.per_page,
            offset,
            ..Select::of(&self.collection)
        }
    }
}

/// A client's expression that cannot be used: the contract's status and message, plus what is wrong and where.
pub fn refused(parameter: &str, error: ExprError) -> Error {
    if error.is_forbidden() {
        return Error::forbidden(error.message);
    }
    let mut problem = FieldError::new(error.code, error.to_string()).with("position", error.at);
    if !error.expected.is_empty() {
        problem = problem.with("expected", error.expected);
    }
    if let Some(nearest) = error.nearest {
        problem = problem.with("nearest", nearest);
    }
    Error::invalid("", parameter, problem)
}
