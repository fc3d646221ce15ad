//! The files that records name, collection by collection.

use crate::error::Result;
use crate::schema::{Collection, Field, FieldKind};
use crate::sql::transfer;
use crate::store::StoreError;
use crate::value::Row as _;

use super::{Inventory, Progress, Watch};

/// Records read at once.
const CHUNK: i64 = 1000;

impl Inventory {
    /// Tells the key of every file that a record names.
    pub(super) async fn each_named(&self, watch: Watch<'_>, mut tell: impl FnMut(&str)) -> Result<()> {
        let catalog = self.records.store.catalog();
        for collection in catalog.iter().filter(|collection| !collection.is_view()) {
            let mut files = 0;
            for field in collection.fields.iter().filter(|field| matches!(field.kind, FieldKind::File { .. })) {
                let mut after = String::new();
                while let Some((last, keys)) = self.chunk(collection, field, &after).await? {
                    files += keys.len() as u64;
                    keys.iter().for_each(|key| tell(key));
                    watch(Progress::Records { collection: &collection.name, files });
                    after = last;
                }
            }
        }
        Ok(())
    }

    /// The keys of the next records after the id `after`, and the last of their ids; `None` when there are none.
    pub(super) async fn chunk(
        &self,
        collection: &Collection,
        field: &Field,
        after: &str,
    ) -> Result<Option<(String, Vec<String>)>> {
        let query = transfer::files(collection, field, after, CHUNK);
        let rows = self.records.store.read::<_, StoreError>(move |reader| reader.query(&query)).await?;
        let Some(last) = rows.iter().last().map(|row| row.value(0).text().to_string()) else { return Ok(None) };
        let mut keys = Vec::new();
        for row in rows.iter() {
            let id = row.value(0).text();
            keys.extend(field.items(row.value(1)).map(|name| format!("{}/{id}/{name}", collection.id)));
        }
        Ok(Some((last, keys)))
    }
}
