//! Several writes as one transaction: later ones see earlier ones' effects, the first failure undoes them all.

pub mod request;

use std::sync::Arc;

use crate::context::{Ctx, Purpose};
use crate::error::{Error, Errors, Problem, Result};
use crate::files::is_key;
use crate::schema::field::convert::to_text;
use crate::schema::{Collection, Record};
use crate::store::{Reader, Tx};
use crate::value::pick::Picker;
use crate::value::{Json, Object};

use super::Records;
use super::body::{Input, NewFile};
use super::create::Creation;
use super::draft::Hashes;
use super::expand::budget;
use super::present::{Emails, Items};
use super::remove::Folders;
use super::update::Update;
use super::uploads::{self, Stored};
use request::Action;

pub use request::BatchRequest;

const FAILED: &str = "Batch transaction failed.";

/// One request of a batch, ready for the writer.
struct Item {
    ctx: Ctx,
    work: Work,
}

enum Work {
    Create(Box<Creation>),
    Update(Box<Update>),
    /// Update when the record exists, else create.
    Upsert(Box<Creation>, Box<Update>),
    Delete {
        collection: String,
        id: String,
    },
    /// Matches none of the shapes a batch takes.
    Unknown,
}

/// What a batch leaves to do once it is committed.
#[derive(Default)]
struct Done {
    answers: Vec<u8>,
    /// Bytes of expanded records in `answers`, about.
    nested: usize,
    dropped: Vec<String>,
    folders: Folders,
}

impl Records {
    /// Runs the requests, at most as many and as long as the settings allow, and answers the array of their results.
    pub async fn batch(&self, ctx: Ctx, requests: Vec<BatchRequest>) -> Result<Vec<u8>> {
        let limits = self.settings.load().batch.clone();
        let ctx = ctx.for_purpose(Purpose::Batch);
        let mut stored = Stored::none();
        let items = self.items(&ctx, requests, &mut stored).await;
        let items = match items {
            Ok(items) => items,
            Err(error) => return stored.settle(self, Err(error)).await,
        };
        let records = self.clone();
        let deadline = self.clock.steady_ms().saturating_add(limits.timeout.saturating_mul(1000));
        let done = self.store.write(move |tx| records.run(tx, &items, deadline)).await;
        let done = stored.settle(self, done).await?;
        uploads::remove(self, &done.dropped).await;
        uploads::remove_folders(self, &done.folders).await;
        Ok(done.answers)
    }

    /// Prepares every request: names and stores uploads, hashes passwords.
    async fn items(&self, ctx: &Ctx, requests: Vec<BatchRequest>, stored: &mut Stored) -> Result<Vec<Item>> {
        let mut items = Vec::with_capacity(requests.len());
        for request in requests {
            let ctx = request.ctx(ctx);
            let action = request.action();
            let body = Input::new(request.body, &self.ids);
            let mut work = self.work(&ctx, action, body);
            match &mut work {
                Work::Create(creation) => self.create_ahead(creation, stored).await?,
                Work::Update(update) => self.update_ahead(update, stored).await?,
                Work::Upsert(creation, update) => {
                    self.create_ahead(creation, stored).await?;
                    update.hashes = creation.hashes.clone();
                }
                Work::Delete { .. } | Work::Unknown => {}
            }
            items.push(Item { ctx, work });
        }
        Ok(items)
    }

    fn work(&self, ctx: &Ctx, action: Option<Action>, body: Input) -> Work {
        let catalog = self.store.catalog();
        let update = |collection: &str, id: &str, body: Input| {
            Box::new(Update {
                ctx: Ctx { method: "PATCH", ..ctx.clone() },
                collection: collection.to_string(),
                id: id.to_string(),
                body,
                hashes: Hashes::new(),
                verified_against: None,
            })
        };
        let creation = |collection: &str, body: Input| {
            let ctx = Ctx { method: "POST", ..ctx.clone() };
            // An unknown collection gets its error when its turn comes.
            let made = self.creation(&catalog, ctx.clone(), collection, body).unwrap_or_else(|_| Creation {
                ctx,
                collection: collection.to_string(),
                body: Input::default(),
                fresh_id: String::new(),
                hashes: Hashes::new(),
                vouched: None,
            });
            Box::new(made)
        };
        match action {
            None => Work::Unknown,
            Some(Action::Create { collection }) => Work::Create(creation(&collection, body)),
            Some(Action::Update { collection, id }) => Work::Update(update(&collection, &id, body)),
            Some(Action::Delete { collection, id }) => Work::Delete { collection, id },
            Some(Action::Upsert { collection }) => {
                let id = body.fields.get("id").and_then(Json::as_str).unwrap_or_default().to_string();
                if id.is_empty() {
                    return Work::Create(creation(&collection, body));
                }
                Work::Upsert(creation(&collection, body.clone()), update(&collection, &id, body))
            }
        }
    }

    /// What a creation inside a bigger job needs before the writer is asked: hashes, and files on disk.
    pub async fn create_ahead(&self, creation: &mut Creation, stored: &mut Stored) -> Result<()> {
        let catalog = self.store.catalog();
        let Some(collection) = catalog.find(&creation.collection) else { return Ok(()) };
        creation.hashes = self.hash_ahead(collection, &creation.body.fields).await?;
        if creation.body.uploads.is_empty() {
            return Ok(());
        }
        let (values, files) = creation.body.values(collection);
        let given = values.get("id").map(to_text).filter(|id| !id.is_empty());
        let id = given.as_deref().unwrap_or(&creation.fresh_id);
        self.put_ahead(collection, id, &files, stored).await
    }

    async fn update_ahead(&self, update: &mut Update, stored: &mut Stored) -> Result<()> {
        let catalog = self.store.catalog();
        let Some(collection) = catalog.find(&update.collection) else { return Ok(()) };
        update.hashes = self.hash_ahead(collection, &update.body.fields).await?;
        self.old_password_ahead(collection, update).await?;
        let (_, files) = update.body.values(collection);
        self.put_ahead(collection, &update.id, &files, stored).await
    }

    /// Stores files under an id that may yet be refused; one that no record can have gets its error when its turn comes.
    async fn put_ahead(&self, collection: &Collection, id: &str, files: &[NewFile], stored: &mut Stored) -> Result<()> {
        if id.contains('/') || !is_key(id) {
            return Ok(());
        }
        stored.join(Stored::put_under(self, &collection.id, id, files).await?);
        Ok(())
    }

    /// `deadline` is by [`crate::clock::Clock::steady_ms`].
    fn run(&self, tx: &mut Tx, items: &[Item], deadline: i64) -> Result<Done> {
        let mut done = Done::default();
        done.answers.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if self.clock.steady_ms() > deadline {
                return Err(Error::Invalid { message: FAILED.into(), errors: Errors::default() });
            }
            if index > 0 {
                done.answers.push(b',');
            }
            self.run_one(tx, item, &mut done).map_err(|error| failed(index, error))?;
        }
        done.answers.push(b']');
        Ok(done)
    }

    fn run_one(&self, tx: &mut Tx, item: &Item, done: &mut Done) -> Result<()> {
        let record = match &item.work {
            Work::Create(creation) => self.run_create(tx, creation, done)?,
            Work::Update(update) => self.run_update(tx, update, done)?,
            Work::Upsert(creation, update) => {
                let catalog = tx.catalog().clone();
                let exists = match catalog.find(&update.collection) {
                    Some(collection) => self.stored_if_any(tx, collection, &update.id)?.is_some(),
                    None => false,
                };
                if exists { self.run_update(tx, update, done)? } else { self.run_create(tx, creation, done)? }
            }
            Work::Delete { collection, id } => {
                done.folders.extend(self.delete_in(tx, &item.ctx, collection, id)?);
                done.answers.extend_from_slice(b"{\"status\":204,\"body\":null}");
                return Ok(());
            }
            Work::Unknown => return Err(Error::bad_request("")),
        };
        done.answers.extend_from_slice(b"{\"status\":200,\"body\":");
        self.body_of(tx, &item.ctx, record, done)?;
        done.answers.push(b'}');
        Ok(())
    }

    fn run_create(&self, tx: &mut Tx, creation: &Creation, done: &mut Done) -> Result<Arc<Record>> {
        let created = self.create_in(tx, creation)?;
        done.dropped.extend(uploads::unused(&creation.body.uploads, &created));
        // Under the id of a record that this batch deleted: what lies in the folder now belongs to the new one.
        let folder = format!("{}/{}", created.collection.id, created.id());
        done.folders.retain(|other| *other != folder);
        Ok(created)
    }

    fn run_update(&self, tx: &mut Tx, update: &Update, done: &mut Done) -> Result<Arc<Record>> {
        let updated = self.update_in(tx, update)?;
        done.dropped.extend(uploads::dropped(&updated.before, &updated.after));
        done.dropped.extend(uploads::unused(&update.body.uploads, &updated.after));
        Ok(updated.after)
    }

    /// Appends the saved record as this request asked to see it.
    fn body_of(&self, reader: &mut dyn Reader, ctx: &Ctx, record: Arc<Record>, done: &mut Done) -> Result<()> {
        let collection = record.collection.clone();
        let mut page = self.page(reader, ctx, &collection, Items::One(record), Emails::AsAllowed)?;
        done.nested += self.expand_asked(reader, ctx, &mut page)?;
        if done.nested > budget::BYTES {
            return Err(budget::too_much());
        }
        let out = &mut done.answers;
        let begin = out.len();
        page.write(0, out);
        let fields = ctx.query("fields").filter(|fields| !fields.is_empty()).map(Picker::parse).transpose();
        if let Some(picker) = fields.map_err(|_| Error::bad_request(""))?.flatten() {
            let whole = serde_json::from_slice(out.get(begin..).unwrap_or_default()).map_err(Error::internal)?;
            out.truncate(begin);
            out.extend_from_slice(crate::value::json::text(&picker.apply(whole)).as_bytes());
        }
        Ok(())
    }
}

/// The outer envelope around the answer of the request that failed; what is our fault stays our fault.
fn failed(index: usize, error: Error) -> Error {
    if matches!(error, Error::Internal(_) | Error::Unavailable { .. }) {
        return error;
    }
    let mut entry = Object::new();
    entry.insert("code".into(), "batch_request_failed".into());
    entry.insert("message".into(), "Batch request failed.".into());
    entry.insert("response".into(), error.envelope());
    let mut errors = Errors::default();
    errors.nested("requests").0.insert(index.to_string(), Problem::Json(Json::Object(entry)));
    Error::Invalid { message: FAILED.into(), errors }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_item_is_wrapped_once_with_its_own_envelope() {
        let Error::Invalid { errors, .. } = failed(2, Error::not_found("")) else { panic!() };
        let data = errors.to_json();
        assert_eq!(data["requests"]["2"]["code"], "batch_request_failed");
        assert_eq!(data["requests"]["2"]["response"]["status"], 404);
    }
}
