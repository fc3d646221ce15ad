//! Updating a record: read, resolve, authorise, validate and write as one job of the writer, so that nothing changes
//! between the check and the write and `field+` is atomic.

use std::sync::Arc;

use crate::context::Ctx;
use crate::error::{Error, FieldError, Result};
use crate::limits::Quota;
use crate::passwords::Verdict;
use crate::schema::field::convert::to_text;
use crate::schema::{Collection, Record};
use crate::sql::{Dialect, Restrict, Select};
use crate::store::{Reader, Tx};

use super::account::OldPassword;
use super::authorize::{Gate, Subject};
use super::body::{Body, Input};
use super::draft::{Draft, Hashes, Save};
use super::uploads::{self, Stored};
use super::{Records, account, conflict, find_writable};

const FAILED: &str = "Failed to update record.";
/// Wrong old passwords for one account: whoever has a session shall not find the password by it.
const GUESSES: Quota = Quota { max: 10, window_ms: 60_000 };

/// A request to update, with what was made for it ahead of the writer.
pub struct Update {
    pub ctx: Ctx,
    pub collection: String,
    pub id: String,
    pub body: Input,
    pub hashes: Hashes,
    /// The stored hash that `oldPassword` was found to match.
    pub verified_against: Option<String>,
}

/// A record before and after.
pub struct Updated {
    pub before: Arc<Record>,
    pub after: Arc<Record>,
}

impl Records {
    /// Updates a record and answers it as JSON.
    pub async fn update(&self, ctx: Ctx, collection: &str, id: &str, body: Body) -> Result<Vec<u8>> {
        let updated = self.update_record(ctx.clone(), collection, id, body).await?;
        uploads::remove(self, &uploads::dropped(&updated.before, &updated.after)).await;
        self.present(ctx, updated.after).await
    }

    async fn update_record(&self, ctx: Ctx, name: &str, id: &str, body: Body) -> Result<Updated> {
        let catalog = self.store.catalog();
        let collection = find_writable(&catalog, name)?.clone();
        self.not_closed(&ctx, collection.rules.update.as_deref())?;
        let mut update = Update {
            ctx,
            collection: name.to_string(),
            id: id.to_string(),
            body: Input::new(body, &self.ids),
            hashes: Hashes::new(),
            verified_against: None,
        };
        self.ahead(&collection, &mut update).await?;
        let (_, files) = update.body.values(&collection);
        let stored = Stored::put_under(self, &collection.id, id, &files).await?;
        let records = self.clone();
        let updated = self.store.write(move |tx| records.update_in(tx, &update)).await;
        let updated = stored.settle(self, updated).await?;
        uploads::remove(self, &uploads::unused(&files, &updated.after)).await;
        Ok(updated)
    }

    /// Slow work before the writer is asked, and only for callers the rule lets through: password hashes, and for files
    /// the check that they may be stored at all.
    async fn ahead(&self, collection: &Arc<Collection>, update: &mut Update) -> Result<()> {
        let plain = |key: &str| update.body.fields.get(key).map(to_text).unwrap_or_default().into_owned();
        let (password, old) = (plain("password"), plain("oldPassword"));
        let sets_password = collection.is_auth() && !(password.is_empty() && old.is_empty());
        if !sets_password && update.body.uploads.is_empty() {
            update.hashes = self.hash_ahead(collection, &update.body.fields).await?;
            return Ok(());
        }
        let before = self.permitted(collection, update).await?;
        update.hashes = self.hash_ahead(collection, &update.body.fields).await?;
        if sets_password {
            self.verify_ahead(&before, &old, update).await?;
        }
        Ok(())
    }

    /// As [`Records::ahead`], inside of a bigger job: a refusal comes when its turn does.
    pub async fn old_password_ahead(&self, collection: &Arc<Collection>, update: &mut Update) -> Result<()> {
        let old = update.body.fields.get("oldPassword").map(to_text).unwrap_or_default().into_owned();
        if old.is_empty() || !collection.is_auth() {
            return Ok(());
        }
        match self.permitted(collection, update).await {
            Ok(before) => self.verify_ahead(&before, &old, update).await,
            Err(_) => Ok(()),
        }
    }

    /// Whether it is the old password; 429 after too many that were not.
    async fn verify_ahead(&self, before: &Record, old: &str, update: &mut Update) -> Result<()> {
        if old.is_empty() {
            return Ok(());
        }
        let key = ("old password", before.collection.id.as_str(), before.id());
        // Counted before the look, which takes its time: of many at once no more get one.
        self.guesses.take(key, GUESSES, self.clock.now()).map_err(|over| over.saying(""))?;
        let hash = before.get("password").text().to_string();
        match self.hasher.verify(old, &hash).await? {
            Verdict::Wrong => {}
            Verdict::Right | Verdict::RightButOld => {
                self.guesses.forget(key);
                update.verified_against = Some(hash);
            }
        }
        Ok(())
    }

    /// The stored record, when the update rule lets this caller change it; the writer asks again.
    async fn permitted(&self, collection: &Arc<Collection>, update: &Update) -> Result<Record> {
        let (records, collection) = (self.clone(), collection.clone());
        let (ctx, id) = (update.ctx.clone(), update.id.clone());
        let body = Input { fields: update.body.values(&collection).0, uploads: Vec::new() };
        self.store
            .read(move |reader| {
                let before = records.stored(reader, &collection, &id)?;
                let draft = records.draft(&ctx, &before, &body);
                records.may_update(reader, &ctx, &before, &draft)?;
                Ok(before)
            })
            .await
    }

    /// Inside a transaction: all of it at once.
    pub fn update_in(&self, tx: &mut Tx, update: &Update) -> Result<Updated> {
        let catalog = tx.catalog().clone();
        let collection = find_writable(&catalog, &update.collection)?;
        self.not_closed(&update.ctx, collection.rules.update.as_deref())?;
        let before = self.stored(tx, collection, &update.id)?;
        let mut draft = self.draft(&update.ctx, &before, &update.body);
        let ctx = self.may_update(tx, &update.ctx, &before, &draft)?;
        if collection.is_auth() {
            let gate = self.manager_gate(&catalog, collection, &ctx);
            let manager = self.admits(tx, collection, &gate, subject(&before))?;
            let old = || old_password(update, &before);
            account::check_changed(&draft, &before, manager, old).into_result(FAILED)?;
        }
        if collection.is_superusers() {
            draft.record.set("verified", true);
        }
        let mut errors = self.problems(&draft, Some(&before));
        if draft.record.id() != before.id() {
            let message = "The record primary key cannot be changed.";
            // Whatever else is wrong with the new id does not matter.
            errors.0.insert("id".into(), FieldError::new("validation_pk_change", message).into());
        }
        self.missing_relations(tx, &draft.record, Some(&before), &mut errors)?;
        self.check_references(tx, &draft.record, &mut errors)?;
        errors.into_result(FAILED)?;
        self.save(tx, update, before, draft)
    }

    fn save(&self, tx: &mut Tx, update: &Update, before: Record, mut draft: Draft) -> Result<Updated> {
        self.hash_passwords(&mut draft, &update.hashes)?;
        self.revoke(tx, &before, &mut draft.record)?;
        self.stamp(&mut draft.record, Save::Changed);
        let collection = before.collection.clone();
        let (before, after) = (Arc::new(before), Arc::new(draft.record));
        tx.act_for(&update.ctx.caller);
        tx.update(&before, &after).map_err(|error| conflict(&collection, error, FAILED))?;
        self.after_update(tx, &before, &after)?;
        Ok(Updated { before, after })
    }

    /// 404 unless the update rule holds for the stored record; the request as the rule saw it.
    fn may_update(&self, reader: &mut dyn Reader, ctx: &Ctx, before: &Record, draft: &Draft) -> Result<Ctx> {
        let catalog = reader.catalog().clone();
        let collection = &before.collection;
        let rule = collection.rules.update.as_deref();
        let ctx = self.rule_ctx(ctx, collection, rule, draft);
        let gate = self.gate(&catalog, collection, &ctx, rule).unwrap_or(Gate::Closed);
        if self.admits(reader, collection, &gate, subject(before))? { Ok(ctx) } else { Err(Error::not_found("")) }
    }

    /// 403 when the rule is null and the caller is no superuser.
    pub fn not_closed(&self, ctx: &Ctx, rule: Option<&str>) -> Result<()> {
        if rule.is_none() && !ctx.caller.is_superuser() {
            return Err(Error::forbidden("Only superusers can perform this action."));
        }
        Ok(())
    }

    /// The record with this id, whatever the rules say; 404 when there is none.
    pub fn stored(&self, reader: &mut dyn Reader, collection: &Arc<Collection>, id: &str) -> Result<Record> {
        self.stored_if_any(reader, collection, id)?.ok_or_else(|| Error::not_found(""))
    }

    /// The record with this id, if there is one, whatever the rules say.
    pub fn stored_if_any(
        &self,
        reader: &mut dyn Reader,
        collection: &Arc<Collection>,
        id: &str,
    ) -> Result<Option<Record>> {
        let select = Select { restrict: Restrict::Id(id), limit: 1, ..Select::of(collection) };
        let rows = reader.query(&select.rows(Dialect::Sqlite))?;
        Ok((!rows.is_empty()).then(|| Record::of(collection, &rows.row(0))))
    }
}

fn subject(record: &Record) -> Subject<'_> {
    Subject::Stored { id: record.id(), values: &record.values }
}

/// Hashing is too slow for the writer: what was not found to match ahead does not, be it that the password has been
/// changed since, by an earlier part of a batch for one.
fn old_password(update: &Update, before: &Record) -> OldPassword {
    let is_right = update.verified_against.as_deref() == Some(before.get("password").text());
    if is_right { OldPassword::Right } else { OldPassword::Wrong }
}
