//! What follows from writes to the collections the server itself lives on: accounts and what hangs on them.

use std::sync::Arc;

use crate::context::Ctx;
use crate::error::{Error, Errors, FieldError, Result};
use crate::expr::Access;
use crate::schema::{Collection, Record, generate, providers};
use crate::sql::{Dialect, Restrict, Select};
use crate::store::{Reader, Tx};
use crate::value::json::text as json_text;

use super::draft::Save;
use super::{Records, conflict, write_failure};

/// The account that the one-time installer link signs in as.
pub const INSTALLER: &str = "__pbinstaller@example.com";
/// Collections whose rows belong to an account and go with it.
const DEPENDENT: [&str; 4] = ["_externalAuths", "_mfas", "_otps", "_authOrigins"];

impl Records {
    /// An account's id is unique across all auth collections; an id of the owner's own making is unique without regard
    /// to case.
    pub(super) fn check_new_id(&self, reader: &mut dyn Reader, record: &Record, errors: &mut Errors) -> Result<()> {
        let catalog = reader.catalog().clone();
        let collection = &record.collection;
        if collection.is_auth() {
            for other in catalog.iter().filter(|other| other.is_auth() && other.id != collection.id) {
                let select = Select { restrict: Restrict::Id(record.id()), limit: 1, ..Select::of(other) };
                if !reader.query(&select.exists(Dialect::Sqlite))?.is_empty() {
                    let message = "Invalid or duplicated auth record id.";
                    errors.add("id", FieldError::new("validation_invalid_auth_id", message));
                }
            }
        }
        let Some((_, field)) = collection.field("id") else { return Ok(()) };
        if super::has_default_ids(collection) {
            return Ok(());
        }
        errors.check("id", field.check_primary_key(record.id()));
        let filter = format!("id:lower = {}", json_text(&record.id().to_ascii_lowercase().into()));
        if !self.where_rows(reader, collection, &filter)?.is_empty() {
            let message = "The record primary key is invalid or already exists.";
            errors.add("id", FieldError::new("validation_pk_invalid", message));
        }
        Ok(())
    }

    /// Rows that hang on accounts must name an auth collection and a record in it.
    pub(super) fn check_references(&self, reader: &mut dyn Reader, record: &Record, errors: &mut Errors) -> Result<()> {
        if !record.collection.system || !DEPENDENT.contains(&record.collection.name.as_str()) {
            return Ok(());
        }
        let catalog = reader.catalog().clone();
        let invalid = |code, message| FieldError::new(code, message);
        match catalog.by_id(record.get("collectionRef").text()) {
            None => {
                errors.add(
                    "collectionRef",
                    invalid("validation_invalid_collection_id", "Missing or invalid collection."),
                );
            }
            Some(owner) if !owner.is_auth() => {
                let message = "Invalid collection type - must be auth.";
                errors.add("collectionRef", invalid("validation_invalid_collection_type", message));
            }
            Some(owner) => {
                if self.stored(reader, owner, record.get("recordRef").text()).is_err() {
                    errors.add("recordRef", invalid("validation_invalid_record", "Missing or invalid record."));
                }
            }
        }
        let provider = record.get("provider").text();
        if record.collection.name == "_externalAuths" && !provider.is_empty() && !providers::is_known(provider) {
            errors.add("provider", invalid("validation_in_invalid", "Must be a valid value."));
        }
        Ok(())
    }

    /// What a change of an account ends: a new password or e-mail every token, unless the request brings a key of its
    /// own; the first proof of its address also whatever others linked to the account before.
    pub(super) fn revoke(&self, tx: &mut Tx, before: &Record, after: &mut Record) -> Result<()> {
        if !before.collection.is_auth() {
            return Ok(());
        }
        let proves = !before.get("verified").is_true() && after.get("verified").is_true();
        let linked = proves && !self.dependents(tx, "_externalAuths", after)?.is_empty();
        if linked {
            self.drop_dependents(tx, after, &["_externalAuths"])?;
        }
        let changed = |name: &str| after.get(name) != before.get(name);
        // A password that was set counts as changed even when it is the same one.
        if (linked || changed("password") || changed("email")) && !changed("tokenKey") {
            let key = generate::text("[a-zA-Z0-9]{50}", &self.ids).unwrap_or_else(|_| self.ids.secret(50));
            after.set("tokenKey", key);
        }
        Ok(())
    }

    /// Stores what the server itself changed about an account, with all that follows from it. Fails as an update would
    /// when a unique value is taken.
    pub fn save_account(&self, tx: &mut Tx, before: &Record, mut after: Record) -> Result<Arc<Record>> {
        self.revoke(tx, before, &mut after)?;
        self.stamp(&mut after, Save::Changed);
        let (before, after) = (Arc::new(before.clone()), Arc::new(after));
        tx.update(&before, &after).map_err(|error| conflict(&after.collection, error, ""))?;
        self.after_update(tx, &before, &after)?;
        Ok(after)
    }

    pub(super) fn after_create(&self, tx: &mut Tx, made: &Record) -> Result<()> {
        if !made.collection.is_superusers() || made.get("email").text() == INSTALLER {
            return Ok(());
        }
        let filter = format!("email = {}", json_text(&INSTALLER.into()));
        for installer in self.where_rows(tx, &made.collection, &filter)? {
            tx.delete(&installer)?;
        }
        Ok(())
    }

    pub(super) fn after_update(&self, tx: &mut Tx, before: &Record, after: &Record) -> Result<()> {
        if !after.collection.is_auth() {
            return Ok(());
        }
        let changed = |name: &str| before.get(name) != after.get(name);
        if changed("password") {
            self.drop_dependents(tx, after, &["_mfas", "_authOrigins"])?;
        }
        if changed("tokenKey") {
            self.drop_dependents(tx, after, &["_otps"])?;
        }
        Ok(())
    }

    /// The last superuser stays.
    pub(super) fn before_delete(&self, tx: &mut Tx, found: &Record) -> Result<()> {
        if !found.collection.is_superusers() {
            return Ok(());
        }
        let others = format!("id != {}", json_text(&found.id().into()));
        if self.where_rows(tx, &found.collection, &others)?.is_empty() {
            return Err(Error::bad_request("You can't delete the only existing superuser."));
        }
        Ok(())
    }

    pub(super) fn after_delete(&self, tx: &mut Tx, gone: &Record) -> Result<()> {
        if !gone.collection.is_auth() {
            return Ok(());
        }
        self.drop_dependents(tx, gone, &DEPENDENT)
    }

    fn drop_dependents(&self, tx: &mut Tx, account: &Record, from: &[&str]) -> Result<()> {
        let quoted = |text: &str| json_text(&text.into());
        let (collection, id) = (quoted(&account.collection.id), quoted(account.id()));
        let filter = format!("collectionRef = {collection} && recordRef = {id}");
        for name in from {
            let catalog = tx.catalog().clone();
            let Some(dependent) = catalog.by_name(name) else { continue };
            for row in self.where_rows(tx, dependent, &filter)? {
                tx.delete(&row).map_err(|error| write_failure(error, ""))?;
            }
        }
        Ok(())
    }

    /// The records of `collection` that satisfy `filter`, an expression of the server's own, whatever the rules say.
    pub fn where_rows(
        &self,
        reader: &mut dyn Reader,
        collection: &Arc<Collection>,
        filter: &str,
    ) -> Result<Vec<Record>> {
        self.some_where(reader, collection, filter, -1)
    }

    /// As [`Records::where_rows`], the first `limit` of them.
    pub fn some_where(
        &self,
        reader: &mut dyn Reader,
        collection: &Arc<Collection>,
        filter: &str,
        limit: i64,
    ) -> Result<Vec<Record>> {
        let catalog = reader.catalog().clone();
        let ctx = Ctx::default();
        let scope = crate::expr::Scope { catalog: &catalog, root: collection, caller: None, access: Access::Rule };
        let predicate = crate::expr::compile(filter, &scope).map_err(|e| Error::internal(e.to_string()))?;
        let bound = predicate.bind(&ctx);
        let select = Select { filters: &[&bound], limit, ..Select::of(collection) };
        let rows = reader.query(&select.rows(Dialect::Sqlite))?;
        Ok(rows.iter().map(|row| Record::of(collection, &row)).collect())
    }
}
