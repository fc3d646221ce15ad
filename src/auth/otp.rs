//! Sign-in by a one-time code from a mail. Whoever asks for one gets an id at once, account or not; everything else
//! happens afterwards. A code is used up in the job of the writer that finds it.

use std::sync::Arc;

use crate::error::{Error, Errors, Result};
use crate::passwords::Verdict;
use crate::schema::{Collection, Record};
use crate::store::{Reader, Tx};
use crate::value::{Object, json};

use super::methods::OTP;
use super::mfa::is_over;
use super::recent::Code;
use super::{Auth, Proof, SignIn, Visit, find, forms};

const COLLECTION: &str = "_otps";
const FAILED: &str = "Invalid or expired OTP.";
/// Characters a submitted code may have, and so a code that is made.
const LONGEST: usize = 71;
/// Characters of a password that nobody knows.
pub(super) const NOBODYS: usize = 30;

struct Form {
    id: String,
    code: String,
}

/// A code that was made for someone who reads it from the screen.
#[derive(Debug)]
pub struct Printed {
    pub id: String,
    pub code: String,
    pub seconds: i64,
}

impl Auth {
    /// The answer of `request-otp`: an id, whether or not anyone has this address.
    pub fn request_otp(&self, collection: &str, body: &Object, ip: &str) -> Result<Vec<u8>> {
        let catalog = self.records.store.catalog();
        let collection = find(&catalog, collection)?.clone();
        let options = &OTP.of(&collection)?.otp;
        let address = forms::email_of(body)?;
        self.guard.mail(ip, self.records.clock.now())?;
        let now = self.records.clock.now();
        let fresh = self.records.ids.random();
        // While developing, asking again and again is no attack.
        let code = match self.mailer.is_dev() {
            true => Code::New(fresh),
            false => {
                self.recent.code(&subject(&collection, &address), fresh, now, options.duration.saturating_mul(1000))
            }
        };
        let id = match code {
            Code::Known(id) => id,
            Code::New(id) => {
                let (auth, new) = (self.clone(), id.clone());
                self.later.run(async move { auth.send_otp(&collection, &address, new).await })?;
                id
            }
        };
        Ok(json::text(&serde_json::json!({ "otpId": id })).into_bytes())
    }

    async fn send_otp(&self, collection: &Arc<Collection>, address: &str, id: String) -> Result<()> {
        let Some(account) = self.account_with(collection, address).await? else { return Ok(()) };
        let Some(options) = collection.auth() else { return Ok(()) };
        let code = self.make_otp(&account, &id, account.get("email").text()).await?;
        let mail = self.letter_to(&account, &options.otp.email_template, &[("OTP", &code), ("OTP_ID", &id)]);
        let auth = self.clone();
        // A code that reached nobody is nobody's; if this fails, too, it ends with its time.
        self.mailer.post_or(mail, move || drop(auth.later.clone().run(async move { auth.forget_otp(id).await })))
    }

    async fn forget_otp(&self, id: String) -> Result<()> {
        let records = self.records.clone();
        let job = move |tx: &mut Tx| {
            let Some(codes) = tx.catalog().by_name(COLLECTION).cloned() else { return Ok(()) };
            match records.stored_if_any(tx, &codes, &id)? {
                Some(row) => tx.delete(&row).map_err(Error::from),
                None => Ok(()),
            }
        };
        self.records.store.write(job).await
    }

    /// Stores a new code under `id`, for a mail to `sent_to` (`""` = none), and tells it.
    async fn make_otp(&self, account: &Arc<Record>, id: &str, sent_to: &str) -> Result<String> {
        let length = account.collection.auth().map_or(0, |options| options.otp.length);
        let code = self.records.ids.digits(usize::try_from(length).unwrap_or_default().clamp(4, LONGEST));
        let hash = self.records.hasher.hash(&code).await?;
        let (records, account) = (self.records.clone(), account.clone());
        let (id, sent_to) = (id.to_string(), sent_to.to_string());
        let job = move |tx: &mut Tx| {
            let values = [("id", id.as_str()), ("password", hash.as_str()), ("sentTo", sent_to.as_str())];
            records.add_dependent(tx, COLLECTION, &account, &values).map(|_| ())
        };
        self.records.store.write(job).await?;
        Ok(code)
    }

    /// A code for a superuser, to be read from the terminal.
    pub async fn superuser_otp(&self, email: &str) -> Result<Printed> {
        let catalog = self.records.store.catalog();
        let collection = find(&catalog, crate::schema::SUPERUSERS)?;
        let disabled = |_| Error::bad_request("One-time codes are not enabled for superusers.");
        let seconds = OTP.of(collection).map_err(disabled)?.otp.duration;
        let unknown = || Error::bad_request(format!("There is no superuser {email}."));
        let account = self.account_with(collection, email).await?.ok_or_else(unknown)?;
        let id = self.records.ids.random();
        let code = self.make_otp(&account, &id, "").await?;
        Ok(Printed { id, code, seconds })
    }

    /// A session for the right code; 400 for any other, 429 for too many.
    pub async fn with_otp(&self, visit: Visit, collection: &str, body: &Object) -> Result<SignIn> {
        let catalog = self.records.store.catalog();
        let collection = find(&catalog, collection)?.clone();
        OTP.of(&collection)?;
        let form = Form::read(body)?;
        let found = self.otp(&collection, &form.id).await?;
        let subject = match &found {
            Some((_, account)) => subject(&collection, account.get("email").text()),
            None => self.recent.asked_for(&form.id).unwrap_or_else(|| subject(&collection, &form.id)),
        };
        self.guard.code(&subject, &visit.ip, self.records.clock.now())?;
        let Some((row, account)) = found else {
            self.records.hasher.verify_nobody(&form.code).await?;
            return Err(Error::bad_request(FAILED));
        };
        if self.records.hasher.verify(&form.code, row.get("password").text()).await? == Verdict::Wrong {
            return Err(Error::bad_request(FAILED));
        }
        let visit = visit.asking(OTP.purpose, body);
        // Whoever signed up with an address that is only now proven must not keep a way in; a password that is wanted
        // beside the code is none by itself.
        let mut proven = account;
        proven.set("verified", true);
        let nobodys = match self.wants_more(&visit.ctx, &Arc::new(proven)).await? {
            true => None,
            false => Some(self.records.hasher.hash(&self.records.ids.secret(NOBODYS)).await?),
        };
        let auth = self.clone();
        let account =
            self.records.store.write(move |tx: &mut Tx| auth.consume_otp(tx, &row, nobodys.as_deref())).await?;
        self.recent.forget_codes(&subject);
        self.sign_in(visit, Proof { account, method: &OTP, meta: None }).await
    }

    /// A code that can still be used, and its account.
    async fn otp(&self, collection: &Arc<Collection>, id: &str) -> Result<Option<(Record, Record)>> {
        let (auth, collection, id) = (self.clone(), collection.clone(), id.to_string());
        let read = move |reader: &mut dyn Reader| {
            let found = auth.current_otp(reader, &id)?;
            Ok::<_, Error>(found.filter(|(_, account)| account.collection.id == collection.id))
        };
        self.records.store.read(read).await
    }

    fn current_otp(&self, reader: &mut dyn Reader, id: &str) -> Result<Option<(Record, Record)>> {
        let catalog = reader.catalog().clone();
        let Some(codes) = catalog.by_name(COLLECTION) else { return Ok(None) };
        let Some(row) = self.records.stored_if_any(reader, codes, id)? else { return Ok(None) };
        let Some(owner) = catalog.by_id(row.get("collectionRef").text()) else { return Ok(None) };
        let Some(options) = owner.auth() else { return Ok(None) };
        if is_over(&row, options.otp.duration, self.records.clock.now()) {
            return Ok(None);
        }
        let account = self.records.stored_if_any(reader, owner, row.get("recordRef").text())?;
        Ok(account.map(|account| (row, account)))
    }

    /// Uses up a code that was found right: of two requests with the same one, one gets here first.
    fn consume_otp(&self, tx: &mut Tx, seen: &Record, nobodys: Option<&str>) -> Result<Arc<Record>> {
        let gone = || Error::bad_request(FAILED);
        let (row, account) = self.current_otp(tx, seen.id())?.ok_or_else(gone)?;
        if row.get("password") != seen.get("password") {
            return Err(gone());
        }
        tx.delete(&row)?;
        let sent_to = row.get("sentTo").text();
        let proves = !sent_to.is_empty() && sent_to == account.get("email").text();
        if account.get("verified").is_true() || !proves {
            return Ok(Arc::new(account));
        }
        let mut after = account.clone();
        after.set("verified", true);
        if let Some(hash) = nobodys {
            after.set("password", hash);
        }
        self.records.save_account(tx, &account, after)
    }
}

/// Whom codes are for, as attempts are counted.
fn subject(collection: &Collection, address: &str) -> String {
    format!("{}/{}", collection.id, address.to_lowercase())
}

impl Form {
    fn read(body: &Object) -> Result<Form> {
        let form = Form { id: forms::text(body, "otpId")?, code: forms::text(body, "password")? };
        let mut errors = Errors::default();
        forms::required(&mut errors, "otpId", &form.id, forms::MAX);
        forms::required(&mut errors, "password", &form.code, LONGEST);
        errors.into_result(forms::VALIDATING)?;
        Ok(form)
    }
}
