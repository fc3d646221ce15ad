//! Files of records: which blob a URL means, and whether the caller may have it.

use std::sync::Arc;

use crate::context::{Ctx, Purpose};
use crate::error::{Error, Result};
use crate::schema::{Catalog, Collection, CollectionKind, Field, FieldKind, Record, view_query};
use crate::store::Reader;
use crate::value::Row as _;
use crate::value::json::text as json_text;

use super::Records;
use super::authorize::Subject;

/// Views over views that are followed to the collection a file lies in.
const NESTED: usize = 5;

/// A stored file of a record.
#[derive(Debug)]
pub struct Attachment {
    /// In the blob store.
    pub key: String,
    /// Sizes its field offers besides the one every image has.
    pub thumbs: Vec<String>,
    /// Only for those whom the view rule lets see the record.
    pub protected: bool,
}

impl Records {
    /// The file `name` of a record. Files of ordinary fields are for everyone who knows their name; protected ones ask
    /// the view rule about `ctx.caller`. 404 for anything else.
    pub async fn attachment(&self, ctx: &Ctx, collection: &str, id: &str, name: &str) -> Result<Attachment> {
        let (records, ctx) = (self.clone(), ctx.for_purpose(Purpose::ProtectedFile));
        let (collection, id, name) = (collection.to_string(), id.to_string(), name.to_string());
        self.store.read(move |reader| records.attachment_in(reader, &ctx, &collection, (&id, &name))).await
    }

    fn attachment_in(
        &self,
        reader: &mut dyn Reader,
        ctx: &Ctx,
        collection: &str,
        (id, name): (&str, &str),
    ) -> Result<Attachment> {
        let catalog = reader.catalog().clone();
        let missing = || Error::not_found("Missing or invalid collection context.");
        let collection = catalog.find(collection).ok_or_else(missing)?;
        let record = self.stored(reader, collection, id)?;
        let (position, field) = holder(&record, name).ok_or_else(|| Error::not_found(""))?;
        let FieldKind::File { thumbs, protected, .. } = &field.kind else { return Err(Error::not_found("")) };
        if *protected {
            let gate = self.gate(&catalog, collection, ctx, collection.rules.view.as_deref());
            let gate = gate.map_err(|_| Error::not_found(""))?;
            let subject = Subject::Stored { id, values: &record.values };
            if !self.admits(reader, collection, &gate, subject)? {
                return Err(Error::not_found(""));
            }
        }
        let key = match collection.is_view() {
            false => format!("{}/{}/{name}", collection.id, record.id()),
            true => self.key_behind(reader, &catalog, (collection, position), name)?,
        };
        Ok(Attachment { key, thumbs: thumbs.clone(), protected: *protected })
    }

    /// The key of a file that a view shows: of the record its column comes from.
    fn key_behind(
        &self,
        reader: &mut dyn Reader,
        catalog: &Catalog,
        (view, position): (&Arc<Collection>, usize),
        name: &str,
    ) -> Result<String> {
        let not_found = || Error::not_found("");
        let (mut collection, mut position) = (view, position);
        for _ in 0..NESTED {
            let CollectionKind::View(query) = &collection.kind else { return Err(not_found()) };
            let origin = view_query::origin(query, position, catalog).ok_or_else(not_found)?;
            collection = catalog.by_id(&origin.collection_id).ok_or_else(not_found)?;
            let (index, field) = collection.field(&origin.field).ok_or_else(not_found)?;
            if !collection.is_view() {
                let holds = if field.is_multiple() { ":each ?=" } else { " =" };
                let filter = format!("{}{holds} {}", field.name, json_text(&name.into()));
                let found = self.where_rows(reader, collection, &filter)?;
                let record = found.first().ok_or_else(not_found)?;
                return Ok(format!("{}/{}/{name}", collection.id, record.id()));
            }
            position = index;
        }
        Err(not_found())
    }
}

/// The file field that holds `name` now.
fn holder<'a>(record: &'a Record, name: &str) -> Option<(usize, &'a Field)> {
    let holds = |(position, field): &(usize, &Field)| {
        matches!(field.kind, FieldKind::File { .. })
            && field.items(record.value(*position)).any(|stored| stored == name)
    };
    record.collection.fields.iter().enumerate().find(holds)
}
