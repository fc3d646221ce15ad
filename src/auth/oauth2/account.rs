//! Whose account a person has: a linked one, the caller's, the one with the same address, or a new one.
//!
//! Anybody can register an address that is not theirs and wait for its owner to come by OAuth2. So an account that was
//! never verified changes hands when the owner arrives: a new password, new keys, no other links.

use std::sync::Arc;

use crate::context::Ctx;
use crate::error::{Error, Errors, FieldError, Result};
use crate::records::create::Creation;
use crate::records::uploads::{self, Stored};
use crate::schema::{Collection, Record};
use crate::store::{Reader, Tx};
use crate::value::json::text as json_text;

use super::form::Form;
use super::person::Person;
use crate::auth::{Auth, accounts};

pub(super) const FAILED: &str = "Failed to authenticate.";
const LINKS: &str = "_externalAuths";
/// Attempts when accounts come and go meanwhile.
const ATTEMPTS: usize = 3;

/// Somebody at the door.
pub(super) struct Knock<'a> {
    pub ctx: &'a Ctx,
    pub collection: &'a Arc<Collection>,
    pub form: &'a Form,
    pub person: &'a Person,
    /// Whether an account may be made at all; asked once.
    pub may_make: &'a dyn Fn() -> Result<()>,
}

/// An account to sign in as.
pub(super) struct Arrived {
    pub account: Arc<Record>,
    pub is_new: bool,
}

/// Who came, to which collection, and by what way.
struct Arrival {
    collection: Arc<Collection>,
    provider: String,
    person: Person,
    /// The caller, when it is a record of the same collection.
    caller: Option<String>,
}

/// What was made ahead of the writer, in case it is needed there.
#[derive(Default)]
struct Spare {
    creation: Option<Creation>,
    /// The hash of a password nobody knows.
    password: Option<String>,
}

impl Auth {
    /// The account of whoever knocks; everything it takes is one job, so that of two at once one makes the account and
    /// the other finds it.
    pub(super) async fn account_of(&self, knock: &Knock<'_>) -> Result<Arrived> {
        let caller = knock.ctx.caller.record().filter(|record| record.collection.id == knock.collection.id);
        let arrival = Arc::new(Arrival {
            collection: knock.collection.clone(),
            provider: knock.form.provider.name.clone(),
            person: knock.person.clone(),
            caller: caller.map(|record| record.id().to_string()),
        });
        for attempt in 0..ATTEMPTS {
            let (auth, who) = (self.clone(), arrival.clone());
            let found = self.records.store.read(move |reader| auth.account_in(reader, &who)).await?;
            let mut spare = Spare::default();
            let mut stored = Stored::none();
            match found {
                Some(account) if arrival.is_stranger_to(&account) => {
                    spare.password = Some(self.records.hasher.hash(&self.random_password()).await?);
                }
                Some(_) => {}
                None => {
                    if attempt == 0 {
                        (knock.may_make)()?;
                    }
                    spare.creation = Some(self.newcomer(knock, &mut stored).await?);
                }
            }
            let uploads = spare.creation.as_ref().map(|creation| creation.body.uploads.clone()).unwrap_or_default();
            let (auth, who) = (self.clone(), arrival.clone());
            let outcome = self.records.store.write(move |tx: &mut Tx| auth.arrive(tx, &who, &mut spare)).await;
            match outcome {
                Ok(Some(arrived)) if arrived.is_new => {
                    uploads::remove(&self.records, &uploads::unused(&uploads, &arrived.account)).await;
                    return stored.settle(&self.records, Ok(arrived)).await;
                }
                other => {
                    stored.discard(&self.records).await;
                    if let Some(arrived) = other? {
                        return Ok(arrived);
                    }
                }
            }
        }
        Err(Error::bad_request(FAILED))
    }

    pub(super) fn random_password(&self) -> String {
        self.records.ids.secret(30)
    }

    /// `None` when there is no account and none was prepared.
    fn arrive(&self, tx: &mut Tx, who: &Arrival, spare: &mut Spare) -> Result<Option<Arrived>> {
        if let Some(account) = self.account_in(tx, who)? {
            return self.take(tx, who, account, spare).map(|account| Some(Arrived { account, is_new: false }));
        }
        let Some(creation) = &mut spare.creation else { return Ok(None) };
        self.drop_taken_username(tx, creation, &who.person)?;
        let account = self.records.create_in(tx, creation)?;
        self.link(tx, who, &account)?;
        Ok(Some(Arrived { account, is_new: true }))
    }

    fn account_in(&self, reader: &mut dyn Reader, who: &Arrival) -> Result<Option<Arc<Record>>> {
        let catalog = reader.catalog().clone();
        let Some(collection) = catalog.by_id(&who.collection.id) else { return Ok(None) };
        if let Some(link) = self.links(reader, who)?.into_iter().next()
            && let Some(account) = self.records.stored_if_any(reader, collection, link.get("recordRef").text())?
        {
            return Ok(Some(Arc::new(account)));
        }
        if let Some(id) = &who.caller
            && let Some(account) = self.records.stored_if_any(reader, collection, id)?
        {
            return Ok(Some(Arc::new(account)));
        }
        match who.person.email.as_str() {
            "" => Ok(None),
            email => accounts::with(reader, collection, "email", email),
        }
    }

    /// Rows that link this very person; nobody without a name at the provider has any.
    fn links(&self, reader: &mut dyn Reader, who: &Arrival) -> Result<Vec<Record>> {
        let catalog = reader.catalog().clone();
        let Some(links) = catalog.by_name(LINKS).filter(|_| !who.person.id.is_empty()) else { return Ok(Vec::new()) };
        let quoted = |text: &str| json_text(&text.into());
        let (collection, provider, id) = (quoted(&who.collection.id), quoted(&who.provider), quoted(&who.person.id));
        let filter = format!("collectionRef = {collection} && provider = {provider} && providerId = {id}");
        self.records.where_rows(reader, links, &filter)
    }

    /// An account that exists becomes this person's.
    fn take(&self, tx: &mut Tx, who: &Arrival, before: Arc<Record>, spare: &Spare) -> Result<Arc<Record>> {
        let email = who.person.email.as_str();
        let unverified = !before.get("verified").is_true();
        let mut after = Record::clone(&before);
        if who.is_stranger_to(&before) {
            // The account was verified when it was looked at first: rare enough to hash here.
            let hash = match &spare.password {
                Some(hash) => hash.clone(),
                None => crate::passwords::hash_here(&self.random_password())?,
            };
            after.set("password", hash);
        }
        if before.get("email").is_empty() && !email.is_empty() {
            after.set("email", email);
        }
        if unverified && after.get("email").text() == email {
            after.set("verified", true);
        }
        let changed = (0..after.values.len()).any(|at| after.values.get(at) != before.values.get(at));
        if unverified {
            for link in self.records.dependents(tx, LINKS, &before)? {
                tx.delete(&link)?;
            }
        }
        let account = if changed { self.save(tx, &before, after)? } else { before };
        if self.links(tx, who)?.is_empty() {
            self.link(tx, who, &account)?;
        }
        Ok(account)
    }

    /// Saves an account under the sentence of this endpoint; an address from a provider is checked like any other.
    fn save(&self, tx: &mut Tx, before: &Record, after: Record) -> Result<Arc<Record>> {
        let mut errors = Errors::default();
        if let Some((position, field)) = after.collection.field("email")
            && after.values.get(position) != before.values.get(position)
        {
            errors.check("email", field.validate(after.get("email")));
        }
        errors.into_result(FAILED)?;
        self.records.save_account(tx, before, after).map_err(|error| match error {
            Error::Invalid { errors, .. } => Error::Invalid { message: FAILED.into(), errors },
            other => other,
        })
    }

    fn link(&self, tx: &mut Tx, who: &Arrival, account: &Record) -> Result<()> {
        if who.person.id.is_empty() {
            return Err(Error::invalid(FAILED, "providerId", FieldError::required()));
        }
        // One identity of a provider per account.
        let own = self.records.dependents(tx, LINKS, account)?;
        if own.iter().any(|link| link.get("provider").text() == who.provider) {
            let mut errors = Errors::default();
            for key in ["collectionRef", "provider", "recordRef"] {
                errors.add(key, FieldError::new("validation_not_unique", "Value must be unique."));
            }
            return errors.into_result(FAILED);
        }
        let values = [("provider", who.provider.as_str()), ("providerId", who.person.id.as_str())];
        self.records.add_dependent(tx, LINKS, account, &values).map(|_| ())
    }
}

impl Arrival {
    /// The account was never verified, and who comes is not signed in as it: whoever made it may be somebody else.
    fn is_stranger_to(&self, account: &Record) -> bool {
        !account.get("verified").is_true() && self.caller.as_deref() != Some(account.id())
    }
}
