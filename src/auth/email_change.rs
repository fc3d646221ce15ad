//! Another address for an account, proven by a link in a mail to it.

use std::sync::Arc;

use crate::error::{Error, Errors, FieldError, Result};
use crate::mail::Mail;
use crate::passwords::Verdict;
use crate::schema::{Collection, Record};
use crate::store::Tx;
use crate::value::{Object, ValueRef};

use super::guard::Guess;
use super::link::Link;
use super::tokens::{self, Claims, Kind};
use super::{Auth, find, forms};

const MAIL: &str = "email-change";
const REFUSED: &str = "Failed to confirm email change.";

fn taken() -> FieldError {
    FieldError::new("validation_invalid_token_email", "The new email address is invalid.")
}

impl Auth {
    /// 400 for superusers, who change their address themselves.
    pub fn changes_emails(&self, collection: &str) -> Result<()> {
        if find(&self.records.store.catalog(), collection)?.is_superusers() {
            return Err(Error::bad_request("All superusers can change their emails directly."));
        }
        Ok(())
    }

    /// Mails a link to the new address of `account`, the caller.
    pub async fn request_email_change(&self, account: Arc<Record>, body: &Object) -> Result<()> {
        let address = forms::text(body, "newEmail")?;
        let mut errors = Errors::default();
        forms::email(&mut errors, "newEmail", &address);
        if address == account.get("email").text() {
            errors.add("newEmail", FieldError::new("validation_not_in_invalid", "Must not be in list."));
        }
        if errors.is_empty() && self.account_with(&account.collection, &address).await?.is_some() {
            let message = "Invalid new email address.";
            errors.add("newEmail", FieldError::new("validation_invalid_new_email", message));
        }
        errors.into_result(forms::VALIDATING)?;
        let Some(options) = account.collection.auth() else { return Ok(()) };
        let subject = format!("{}/{address}", account.id());
        let now = self.records.clock.now();
        if !self.recent.may_mail(MAIL, &subject, now) {
            return Ok(());
        }
        self.guard.new_address(account.id(), now)?;
        let new_email = Some(address.clone());
        let token = self.link_token(&account, Kind::EmailChange, |claims| Claims { new_email, ..claims })?;
        let mail = self.letter_to(&account, &options.confirm_email_change_template, &[("TOKEN", &token)]);
        let recent = self.recent.clone();
        self.mailer.post_or(Mail { to: address, ..mail }, move || recent.forget_mail(MAIL, &subject))
    }

    /// Gives the account of a link its new address, which ends its tokens, this one included.
    pub async fn confirm_email_change(&self, collection: &str, body: &Object, ip: &str) -> Result<()> {
        let catalog = self.records.store.catalog();
        let collection = find(&catalog, collection)?;
        let (token, password) = (forms::text(body, "token")?, forms::text(body, "password")?);
        let mut errors = Errors::default();
        forms::required(&mut errors, "token", &token, usize::MAX);
        forms::required(&mut errors, "password", &password, forms::MAX);
        let followed = self.follow_to_address(&token, collection).await?;
        let right = match (&followed, errors.0.contains_key("password")) {
            (_, true) => true,
            (Ok((link, _)), false) => self.is_password_of(&link.account, &password, ip).await?,
            (Err(_), false) => false,
        };
        if !right {
            let message = "Missing or invalid auth record password.";
            errors.add("password", FieldError::new("validation_invalid_password", message));
        }
        let (link, address) = match followed {
            Ok(followed) => followed,
            Err(error) => {
                errors.add("token", error);
                return errors.into_result(forms::VALIDATING);
            }
        };
        errors.into_result(forms::VALIDATING)?;
        let auth = self.clone();
        let job = move |tx: &mut Tx| {
            let account = auth.still(tx, &link)?;
            // The collection may take other addresses by now.
            if let Some((_, field)) = account.collection.field("email") {
                field.validate(ValueRef::Text(&address)).map_err(|error| Error::invalid(REFUSED, "email", error))?;
            }
            let mut after = account.clone();
            after.set("email", address.as_str());
            after.set("verified", true);
            // Somebody else may have taken the address since it was asked for.
            auth.records.save_account(tx, &account, after).map(|_| ()).map_err(|error| match error {
                Error::Invalid { .. } => Error::invalid(forms::VALIDATING, "token", taken()),
                other => other,
            })
        };
        self.records.store.write(job).await
    }

    /// The link of a token and the address it is about, which nobody has.
    async fn follow_to_address(
        &self,
        token: &str,
        collection: &Arc<Collection>,
    ) -> Result<std::result::Result<(Link, String), FieldError>> {
        let claimed = tokens::claimed(token, "newEmail").filter(|email| !email.is_empty());
        let Some(address) = claimed else {
            let message = "Invalid token payload - newEmail must be set.";
            return Ok(Err(FieldError::new("validation_invalid_token_payload", message)));
        };
        let link = match self.follow(token, Kind::EmailChange, collection).await? {
            Ok(link) => link,
            Err(error) => return Ok(Err(error)),
        };
        let free = self.account_with(collection, &address).await?.is_none();
        Ok(if free { Ok((link, address)) } else { Err(taken()) })
    }

    async fn is_password_of(&self, account: &Record, plain: &str, ip: &str) -> Result<bool> {
        let guess = Guess { collection: &account.collection.id, identity: account.id(), ip };
        let now = self.records.clock.now();
        self.guard.admit(&guess, now)?;
        let verdict = self.records.hasher.verify(plain, account.get("password").text()).await?;
        Ok(self.guard.judge(&guess, now, verdict)? != Verdict::Wrong)
    }
}
