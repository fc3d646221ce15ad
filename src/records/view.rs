//! One record by id: the view rule travels in the statement's WHERE.

use std::sync::Arc;

use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::schema::{Collection, Record};
use crate::sql::{Dialect, Restrict, Select};
use crate::store::{Reader, Rows};

use super::present::{Emails, Items, Page};
use super::{Records, find};

impl Records {
    /// The record as JSON; 404 when it does not exist or the rule hides it.
    pub async fn view(&self, ctx: Ctx, collection: &str, id: &str) -> Result<Vec<u8>> {
        let (records, collection, id) = (self.clone(), collection.to_string(), id.to_string());
        self.store.read(move |reader| records.view_in(reader, &ctx, &collection, &id)).await
    }

    /// Inside a read job.
    pub fn view_in(&self, reader: &mut dyn Reader, ctx: &Ctx, collection: &str, id: &str) -> Result<Vec<u8>> {
        let catalog = reader.catalog().clone();
        let collection = find(&catalog, collection)?;
        let rule = match self.gate(&catalog, collection, ctx, collection.rules.view.as_deref()) {
            Ok(gate) => gate.filter()?,
            Err(_) => return Err(Error::not_found("")),
        };
        let filters: Vec<_> = rule.iter().collect();
        let select = Select { restrict: Restrict::Id(id), filters: &filters, limit: 1, ..Select::of(collection) };
        let rows = reader.query(&select.rows(Dialect::Sqlite))?;
        if rows.is_empty() {
            return Err(Error::not_found(""));
        }
        let page = self.page(reader, ctx, collection, Items::Rows(Arc::new(rows)), Emails::AsAllowed)?;
        self.answer(reader, ctx, page)
    }

    /// A record that was just saved, whatever the view rule says.
    pub async fn present(&self, ctx: Ctx, record: Arc<Record>) -> Result<Vec<u8>> {
        let records = self.clone();
        self.store
            .read(move |reader| {
                let collection = record.collection.clone();
                let items = Items::One(record.clone());
                let mut page = records.page(reader, &ctx, &collection, items, Emails::AsAllowed)?;
                match records.expand_asked(reader, &ctx, &mut page) {
                    // It is saved: an answer that expands nothing is better than one that looks as if it were not.
                    Ok(_) | Err(Error::Rejected { .. }) => Ok(page.text(0)),
                    Err(error) => Err(error),
                }
            })
            .await
    }

    /// Rows of any shape as guests may see them, as JSON objects separated by commas.
    pub async fn present_rows(&self, collection: &Arc<Collection>, rows: Rows) -> Result<Vec<u8>> {
        let (records, collection, rows) = (self.clone(), collection.clone(), Arc::new(rows));
        self.store
            .read(move |reader| {
                let items = Items::Rows(rows.clone());
                let page = records.page(reader, &Ctx::default(), &collection, items, Emails::AsAllowed)?;
                let mut out = Vec::new();
                page.write_all(&mut out);
                Ok(out)
            })
            .await
    }

    /// The first record of `page` with what the request asks to expand.
    pub fn answer(&self, reader: &mut dyn Reader, ctx: &Ctx, mut page: Page) -> Result<Vec<u8>> {
        self.expand_asked(reader, ctx, &mut page)?;
        Ok(page.text(0))
    }
}
