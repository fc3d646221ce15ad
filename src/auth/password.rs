//! Sign-in by password: unknown and known identities answer alike and take equally long.

use std::sync::Arc;

use crate::context::{Ctx, Purpose};
use crate::error::{Error, Errors, FieldError, Result};
use crate::passwords::Verdict;
use crate::schema::{AuthOptions, Collection, FieldKind, Record};
use crate::sql::{Collation, Dialect, Restrict, Select};
use crate::store::{Reader, Tx};
use crate::value::{Json, Object};

use super::response::Issue;
use super::{Auth, find};

const FAILED: &str = "Failed to authenticate.";
const LOADING: &str = "An error occurred while loading the submitted data.";
const VALIDATING: &str = "An error occurred while validating the submitted data.";
/// Bytes of an identity or a password.
const MAX: usize = 255;

struct Form {
    identity: String,
    password: String,
    field: Option<String>,
}

/// 403 where passwords are not a way to sign in.
fn enabled(collection: &Collection) -> Result<&AuthOptions> {
    let message = "The collection is not configured to allow password authentication.";
    collection.auth().filter(|options| options.password_auth.enabled).ok_or_else(|| Error::forbidden(message))
}

impl Auth {
    /// Whether a password may be tried at all; answered before the body is read.
    pub fn takes_passwords(&self, collection: &str) -> Result<()> {
        enabled(find(&self.records.store.catalog(), collection)?).map(|_| ())
    }

    /// `{record, token}` for the right identity and password; 400 otherwise.
    pub async fn with_password(&self, ctx: Ctx, collection: &str, body: &Object) -> Result<Vec<u8>> {
        let catalog = self.records.store.catalog();
        let collection = find(&catalog, collection)?.clone();
        let options = enabled(&collection)?;
        let form = Form::read(body, &options.password_auth.identity_fields)?;
        let mfa = options.mfa.enabled;
        let Some(record) = self.identify(&collection, &form).await? else {
            self.records.hasher.verify_nobody(&form.password).await?;
            return Err(Error::bad_request(FAILED));
        };
        let hash = record.get("password").text().to_string();
        let record = match self.records.hasher.verify(&form.password, &hash).await? {
            Verdict::Wrong => return Err(Error::bad_request(FAILED)),
            Verdict::Right => record,
            Verdict::RightButOld => self.rehash(record, &form.password).await?,
        };
        if mfa {
            // One factor is not enough, and the second is not there yet: nobody gets in half-way.
            return Err(Error::forbidden("Multi-factor sign-in is not available yet."));
        }
        let ctx = Ctx { purpose: Purpose::Password, body: Arc::new(body.clone()), ..ctx };
        self.respond(ctx, record, Issue::Fresh).await
    }

    /// The record with this identity: the first identity field that has it, e-mail first.
    async fn identify(&self, collection: &Arc<Collection>, form: &Form) -> Result<Option<Arc<Record>>> {
        let options = collection.auth().map(|options| options.password_auth.identity_fields.clone());
        let mut fields = match &form.field {
            Some(field) => vec![field.clone()],
            None => options.unwrap_or_default(),
        };
        fields.sort_by_key(|field| field != "email");
        let (collection, identity) = (collection.clone(), form.identity.clone());
        let chosen = form.field.is_some();
        let read = move |reader: &mut dyn Reader| {
            for name in &fields {
                let Some((position, field)) = collection.field(name) else { continue };
                let email = matches!(field.kind, FieldKind::Email { .. });
                if email && !chosen && field.validate(crate::value::ValueRef::Text(&identity)).is_err() {
                    continue;
                }
                let ignores_case = collection.unique_index(name).is_some_and(|index| index.ignores_case());
                let collation = if ignores_case { Collation::NoCase } else { Collation::Binary };
                let restrict = Restrict::Equals { field: position, text: &identity, collation };
                let rows =
                    reader.query(&Select { restrict, limit: 1, ..Select::of(&collection) }.rows(Dialect::Sqlite))?;
                if let Some(row) = rows.iter().next() {
                    return Ok(Some(Arc::new(Record::of(&collection, &row))));
                }
            }
            Ok::<_, Error>(None)
        };
        self.records.store.read(read).await
    }

    /// Replaces an imported hash by one of ours; tokens stay valid, as the password is the same.
    async fn rehash(&self, record: Arc<Record>, plain: &str) -> Result<Arc<Record>> {
        let hash = self.records.hasher.hash(plain).await?;
        let records = self.records.clone();
        let job = move |tx: &mut Tx| {
            let catalog = tx.catalog().clone();
            let Some(collection) = catalog.by_id(&record.collection.id) else { return Ok(record.clone()) };
            let before = records.stored(tx, collection, record.id())?;
            if before.get("password") != record.get("password") {
                return Err(Error::bad_request(FAILED));
            }
            let mut after = before.clone();
            after.set("password", hash.as_str());
            tx.update(&before, &after)?;
            Ok(Arc::new(after))
        };
        self.records.store.write(job).await
    }
}

impl Form {
    fn read(body: &Object, identity_fields: &[String]) -> Result<Form> {
        // Keys of forms, unlike those of records, are matched without regard to case.
        let value = |key: &str| body.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value);
        let text = |key: &str| match value(key) {
            None | Some(Json::Null) => Ok(String::new()),
            Some(Json::String(text)) => Ok(text.clone()),
            Some(_) => Err(Error::bad_request(LOADING)),
        };
        let form = Form {
            identity: text("identity")?,
            password: text("password")?,
            field: Some(text("identityField")?).filter(|field| !field.is_empty()),
        };
        let mut errors = Errors::default();
        for (key, value) in [("identity", &form.identity), ("password", &form.password)] {
            if value.is_empty() {
                errors.add(key, FieldError::required());
            } else if value.len() > MAX {
                let message = format!("The length must be between 1 and {MAX}.");
                errors.add(
                    key,
                    FieldError::new("validation_length_out_of_range", message).with("min", 1).with("max", 255),
                );
            }
        }
        if form.field.as_ref().is_some_and(|field| !identity_fields.contains(field)) {
            errors.add("identityField", FieldError::new("validation_in_invalid", "Must be a valid value."));
        }
        errors.into_result(VALIDATING)?;
        Ok(form)
    }
}
