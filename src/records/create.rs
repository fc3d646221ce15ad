//! Creating a record: everything that needs no database first, then one job for the writer.

use std::borrow::Cow;
use std::sync::Arc;

use crate::context::Ctx;
use crate::error::{Error, Errors, Result};
use crate::expr::Bound;
use crate::schema::{Catalog, Collection, Field, FieldKind, Record, generate};
use crate::store::{Reader, Tx};
use crate::value::{Row as _, Value};

use super::authorize::{Gate, Subject};
use super::body::{Body, Input};
use super::draft::{Draft, Hashes};
use super::uploads::Stored;
use super::{Records, account, conflict, find_writable};

const FAILED: &str = "Failed to create record.";

/// A request to create, with what was made for it ahead of the writer.
pub struct Creation {
    pub ctx: Ctx,
    pub collection: String,
    pub body: Input,
    /// The id unless the body brings one: fixed, so that files stored ahead stay where they are.
    pub fresh_id: String,
    pub hashes: Hashes,
    pub vouched: Option<Vouched>,
}

/// What the server itself knows of a new account, beyond what was submitted.
pub struct Vouched {
    /// The account is verified if this is its e-mail.
    pub email: String,
    /// The hash of a password that nobody was told; the field's limits are not for it.
    pub password: Option<String>,
}

/// A new record that passed everything a worker can check.
struct Prepared {
    /// The schema it was made for.
    version: u64,
    draft: Draft,
    /// The create rule, when only the database can decide it, and the values it is asked about.
    pending: Option<(Bound, Vec<Value>)>,
    manager: Gate,
    problems: Errors,
}

impl Records {
    /// Creates a record and answers it as JSON.
    pub async fn create(&self, ctx: Ctx, collection: &str, body: Body) -> Result<Vec<u8>> {
        let record = self.create_record(ctx.clone(), collection, body).await?;
        self.present(ctx, record).await
    }

    /// As [`Records::create`], answering the record itself.
    pub async fn create_record(&self, ctx: Ctx, collection: &str, body: Body) -> Result<Arc<Record>> {
        let catalog = self.store.catalog();
        let mut creation = self.creation(&catalog, ctx, collection, Input::new(body, &self.ids))?;
        let prepared = self.prepare(&catalog, &creation)?;
        if prepared.problems.is_empty() {
            creation.hashes = self.hash_ahead(&prepared.draft.record.collection, &creation.body.fields).await?;
        }
        // Files of a write that is going to be refused are not stored at all.
        let files = if prepared.problems.is_empty() { prepared.draft.files.as_slice() } else { &[] };
        let stored = Stored::put(self, &prepared.draft.record, files).await?;
        let records = self.clone();
        let mut prepared = Some(prepared);
        let saved = self
            .store
            .write(move |tx| {
                // What was prepared serves one attempt under the same schema; otherwise it is made again.
                let ready = prepared.take().filter(|ready| ready.version == tx.catalog().version);
                match ready {
                    Some(ready) => records.insert(tx, &creation, ready),
                    None => records.create_in(tx, &creation),
                }
            })
            .await;
        stored.settle(self, saved).await
    }

    /// A request to create with an id of its own.
    pub fn creation(&self, catalog: &Catalog, ctx: Ctx, collection: &str, body: Input) -> Result<Creation> {
        let found = find_writable(catalog, collection)?;
        let fresh_id = self.fresh_id(found);
        Ok(Creation { ctx, collection: collection.to_string(), body, fresh_id, hashes: Hashes::new(), vouched: None })
    }

    /// Inside a transaction: all of it at once.
    pub fn create_in(&self, tx: &mut Tx, creation: &Creation) -> Result<Arc<Record>> {
        let catalog = tx.catalog().clone();
        let prepared = self.prepare(&catalog, creation)?;
        self.insert(tx, creation, prepared)
    }

    fn prepare(&self, catalog: &Catalog, creation: &Creation) -> Result<Prepared> {
        let collection = find_writable(catalog, &creation.collection)?;
        let rule = collection.rules.create.as_deref();
        if rule.is_none() && !creation.ctx.caller.is_superuser() {
            return Err(Error::forbidden("Only superusers can perform this action."));
        }
        let blank =
            Record { collection: collection.clone(), values: collection.fields.iter().map(Field::zero).collect() };
        let mut draft = self.draft(&creation.ctx, &blank, &creation.body);
        if draft.record.id().is_empty() {
            draft.record.set("id", creation.fresh_id.as_str());
        }
        let ctx = self.rule_ctx(&creation.ctx, collection, rule, &draft);
        // The rule sees the record before anything is generated for it, and never as verified.
        let mut seen = Cow::Borrowed(&draft.record);
        if collection.is_auth() {
            seen.to_mut().set("verified", false);
        }
        // A stored rule that no longer compiles lets nobody through.
        let gate = self.gate_new(catalog, collection, &ctx, rule).map_err(|_| Error::bad_request(FAILED))?;
        let pending = match gate.filter()? {
            None => None,
            Some(bound) => match bound.eval(seen.as_ref()) {
                crate::expr::Verdict::Pass => None,
                crate::expr::Verdict::Fail => return Err(Error::bad_request(FAILED)),
                crate::expr::Verdict::AskDatabase => Some((bound, seen.values.clone())),
            },
        };
        let manager = if collection.is_auth() { self.manager_gate(catalog, collection, &ctx) } else { Gate::Closed };
        self.fill(&mut draft.record);
        if let Some(hash) = creation.vouched.as_ref().and_then(|vouched| vouched.password.as_deref()) {
            draft.passwords.clear();
            draft.record.set("password", hash);
        }
        let problems = self.problems(&draft, None);
        Ok(Prepared { version: catalog.version, draft, pending, manager, problems })
    }

    fn insert(&self, tx: &mut Tx, creation: &Creation, prepared: Prepared) -> Result<Arc<Record>> {
        let Prepared { mut draft, pending, manager, problems, .. } = prepared;
        let collection = draft.record.collection.clone();
        if let Some((bound, seen)) = pending
            && !self.holds(tx, &collection, &bound, Subject::Virtual(&seen))?
        {
            return Err(Error::bad_request(FAILED));
        }
        if collection.is_auth() {
            let manager = self.admits(tx, &collection, &manager, Subject::Virtual(&draft.record.values))?;
            account::check_new(&draft, manager).into_result(FAILED)?;
            if creation.vouched.as_ref().is_some_and(|vouched| draft.record.get("email").text() == vouched.email) {
                draft.record.set("verified", true);
            }
        }
        let mut errors = problems;
        self.missing_relations(tx, &draft.record, None, &mut errors)?;
        self.check_new_id(tx, &draft.record, &mut errors)?;
        self.check_references(tx, &draft.record, &mut errors)?;
        errors.into_result(FAILED)?;
        self.hash_passwords(&mut draft, &creation.hashes)?;
        self.stamp(&mut draft.record, super::draft::Save::New);
        let record = Arc::new(draft.record);
        tx.act_for(&creation.ctx.caller);
        tx.insert(&record).map_err(|error| conflict(&collection, error, FAILED))?;
        self.after_create(tx, &record)?;
        Ok(record)
    }

    /// Texts with an autogenerate pattern get a value when they have none; superusers are always verified.
    fn fill(&self, record: &mut Record) {
        let collection = record.collection.clone();
        for (position, field) in collection.fields.iter().enumerate() {
            let FieldKind::Text { autogenerate, .. } = &field.kind else { continue };
            if autogenerate.is_empty() || !record.value(position).is_empty() {
                continue;
            }
            if let (Some(slot), Ok(text)) = (record.values.get_mut(position), generate::text(autogenerate, &self.ids)) {
                *slot = Value::Text(text);
            }
        }
        if collection.is_superusers() {
            record.set("verified", true);
        }
    }

    /// Time-ordered where nobody minds, random in auth collections and wherever the owner chose a pattern.
    fn fresh_id(&self, collection: &Collection) -> String {
        const DEFAULT: &str = "[a-z0-9]{15}";
        match collection.field("id").map(|(_, field)| &field.kind) {
            Some(FieldKind::Text { autogenerate, .. }) if autogenerate == DEFAULT && !collection.is_auth() => {
                self.ids.ordered(self.clock.now())
            }
            Some(FieldKind::Text { autogenerate, .. }) if !autogenerate.is_empty() => {
                generate::text(autogenerate, &self.ids).unwrap_or_default()
            }
            Some(_) | None => String::new(),
        }
    }

    /// The request as `rule` and the manage rule see it: with the body, when either asks for it.
    pub(super) fn rule_ctx(&self, ctx: &Ctx, collection: &Collection, rule: Option<&str>, draft: &Draft) -> Ctx {
        let manage = collection.auth().and_then(|options| options.manage_rule.as_deref());
        let asks = |text: Option<&str>| text.is_some_and(|text| text.contains("@request.body"));
        if !asks(rule) && !asks(manage) {
            return ctx.clone();
        }
        Ctx { body: Arc::new(self.rule_body(draft)), ..ctx.clone() }
    }
}
