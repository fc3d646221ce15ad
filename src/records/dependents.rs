//! Rows the server keeps about an account: factors under way, one-time codes, places it signed in from.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::schema::{Field, Record};
use crate::store::{Reader, Tx};
use crate::value::json::text as json_text;

use super::Records;
use super::draft::Save;

impl Records {
    /// The rows of the system collection `name` that hang on `account`.
    pub fn dependents(&self, reader: &mut dyn Reader, name: &str, account: &Record) -> Result<Vec<Record>> {
        let catalog = reader.catalog().clone();
        let Some(collection) = catalog.by_name(name) else { return Ok(Vec::new()) };
        let quoted = |text: &str| json_text(&text.into());
        let (owner, id) = (quoted(&account.collection.id), quoted(account.id()));
        self.where_rows(reader, collection, &format!("collectionRef = {owner} && recordRef = {id}"))
    }

    /// Adds such a row with these values under a random id.
    pub fn add_dependent(
        &self,
        tx: &mut Tx,
        name: &str,
        account: &Record,
        values: &[(&str, &str)],
    ) -> Result<Arc<Record>> {
        let missing = || Error::internal(format!("the collection {name} is missing"));
        let collection = tx.catalog().by_name(name).ok_or_else(missing)?.clone();
        let blank = collection.fields.iter().map(Field::zero).collect();
        let mut row = Record { collection, values: blank };
        row.set("id", tx.ids().random());
        row.set("collectionRef", account.collection.id.as_str());
        row.set("recordRef", account.id());
        for (field, value) in values {
            row.set(field, *value);
        }
        self.stamp(&mut row, Save::New);
        let row = Arc::new(row);
        tx.insert(&row)?;
        Ok(row)
    }

    /// Marks a row as used now.
    pub fn touch(&self, tx: &mut Tx, row: &Record) -> Result<()> {
        let mut after = row.clone();
        self.stamp(&mut after, Save::Changed);
        Ok(tx.update(row, &after)?)
    }
}
