//! Sign-in by password: unknown and known identities answer alike and take equally long.

use std::sync::Arc;

use crate::error::{Error, Errors, FieldError, Result};
use crate::passwords::Verdict;
use crate::schema::{Collection, FieldKind, Record};
use crate::store::{Reader, Tx};
use crate::value::Object;

use super::guard::Guess;
use super::methods::{Method, PASSWORD};
use super::{Auth, Proof, SignIn, Visit, accounts, find, forms};

const FAILED: &str = "Failed to authenticate.";

struct Form {
    identity: String,
    password: String,
    field: Option<String>,
}

impl Auth {
    /// Whether a method may be tried at all; answered before the body is read.
    pub fn offers(&self, collection: &str, method: &Method) -> Result<()> {
        method.of(find(&self.records.store.catalog(), collection)?).map(|_| ())
    }

    /// A session for the right identity and password; 400 otherwise.
    pub async fn with_password(&self, visit: Visit, collection: &str, body: &Object) -> Result<SignIn> {
        let catalog = self.records.store.catalog();
        let collection = find(&catalog, collection)?.clone();
        let options = PASSWORD.of(&collection)?;
        let form = Form::read(body, &options.password_auth.identity_fields)?;
        let guess = Guess { collection: &collection.id, identity: &form.identity, ip: &visit.ip };
        let now = self.records.clock.now();
        self.guard.admit(&guess, now)?;
        let Some(record) = self.identify(&collection, &form).await? else {
            self.records.hasher.verify_nobody(&form.password).await?;
            self.guard.judge(&guess, now, Verdict::Wrong)?;
            return Err(Error::bad_request(FAILED));
        };
        let hash = record.get("password").text().to_string();
        let verdict = self.records.hasher.verify(&form.password, &hash).await?;
        let account = match self.guard.judge(&guess, now, verdict)? {
            Verdict::Wrong => return Err(Error::bad_request(FAILED)),
            Verdict::Right => record,
            Verdict::RightButOld => self.rehash(record, &form.password).await?,
        };
        let visit = visit.asking(PASSWORD.purpose, body);
        self.sign_in(visit, Proof { account, method: &PASSWORD, meta: None }).await
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
                let Some((_, field)) = collection.field(name) else { continue };
                let email = matches!(field.kind, FieldKind::Email { .. });
                if email && !chosen && field.validate(crate::value::ValueRef::Text(&identity)).is_err() {
                    continue;
                }
                let found = accounts::with(reader, &collection, name, &identity)?;
                if found.is_some() {
                    return Ok(found);
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
        let form = Form {
            identity: forms::text(body, "identity")?,
            password: forms::text(body, "password")?,
            field: Some(forms::text(body, "identityField")?).filter(|field| !field.is_empty()),
        };
        let mut errors = Errors::default();
        forms::required(&mut errors, "identity", &form.identity, forms::MAX);
        forms::required(&mut errors, "password", &form.password, forms::MAX);
        if form.field.as_ref().is_some_and(|field| !identity_fields.contains(field)) {
            errors.add("identityField", FieldError::new("validation_in_invalid", "Must be a valid value."));
        }
        errors.into_result(forms::VALIDATING)?;
        Ok(form)
    }
}
