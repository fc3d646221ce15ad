//! A new password by a link in a mail.

use std::sync::Arc;

use crate::error::{Error, Errors, FieldError, Result};
use crate::records::system::INSTALLER;
use crate::schema::{Collection, Field, FieldKind};
use crate::store::Tx;
use crate::value::Object;

use super::methods::PASSWORD;
use super::tokens::Kind;
use super::{Auth, find, forms, link};

const MAIL: &str = "password-reset";

impl Auth {
    /// 400 where nobody signs in by password.
    pub fn resets(&self, collection: &str) -> Result<()> {
        let catalog = self.records.store.catalog();
        PASSWORD.of(find(&catalog, collection)?).map(|_| ()).map_err(|error| Error::bad_request(error.to_string()))
    }

    /// Mails a link, if there is such an account; nobody learns whether.
    pub fn request_password_reset(&self, collection: &str, body: &Object, ip: &str) -> Result<()> {
        let catalog = self.records.store.catalog();
        let collection = find(&catalog, collection)?.clone();
        let address = forms::email_of(body)?;
        self.guard.mail(ip, self.records.clock.now())?;
        let auth = self.clone();
        self.later.run(async move { auth.send_password_reset(&collection, &address).await })
    }

    async fn send_password_reset(&self, collection: &Arc<Collection>, address: &str) -> Result<()> {
        let Some(account) = self.account_with(collection, address).await? else { return Ok(()) };
        let Some(options) = collection.auth() else { return Ok(()) };
        let installer = collection.is_superusers() && account.get("email").text() == INSTALLER;
        if installer || !self.recent.may_mail(MAIL, account.id(), self.records.clock.now()) {
            return Ok(());
        }
        let token = self.link_token(&account, Kind::PasswordReset, |claims| claims)?;
        let mail = self.letter_to(&account, &options.reset_password_template, &[("TOKEN", &token)]);
        let recent = self.recent.clone();
        self.mailer.post_or(mail, move || recent.forget_mail(MAIL, account.id()))
    }

    /// Sets the password of a link's account, which ends its tokens, this one included.
    pub async fn confirm_password_reset(&self, collection: &str, body: &Object) -> Result<()> {
        let catalog = self.records.store.catalog();
        let collection = find(&catalog, collection)?;
        let Some((_, field)) = collection.field("password") else { return Err(Error::internal("no password field")) };
        let [token, password, confirm] = ["token", "password", "passwordConfirm"].map(|key| forms::text(body, key));
        let (token, password, confirm) = (token?, password?, confirm?);
        let mut errors = Errors::default();
        forms::required(&mut errors, "token", &token, usize::MAX);
        forms::between(&mut errors, "password", &password, (least(field), forms::MAX));
        forms::required(&mut errors, "passwordConfirm", &confirm, usize::MAX);
        if password != confirm {
            errors.add("passwordConfirm", FieldError::new("validation_values_mismatch", "Values don't match."));
        }
        let link = match self.follow(&token, Kind::PasswordReset, collection).await? {
            Ok(link) => Some(link),
            Err(error) => {
                errors.add("token", error);
                None
            }
        };
        errors.into_result(forms::VALIDATING)?;
        let link = link.ok_or_else(|| Error::invalid(forms::VALIDATING, "token", link::invalid()))?;
        field
            .check_password(&password)
            .map_err(|error| Error::invalid("Failed to set new password.", "password", error))?;
        let hash = self.records.hasher.hash(&password).await?;
        let (auth, id) = (self.clone(), link.account.id().to_string());
        let job = move |tx: &mut Tx| {
            let account = auth.still(tx, &link)?;
            let mut after = account.clone();
            after.set("password", hash.as_str());
            if link.claims.email.as_deref().is_some_and(|sent_to| sent_to == account.get("email").text()) {
                after.set("verified", true);
            }
            auth.records.save_account(tx, &account, after).map(|_| ())
        };
        self.records.store.write(job).await?;
        self.recent.forget_mail(MAIL, &id);
        Ok(())
    }
}

/// Bytes a new password must have at least.
fn least(field: &Field) -> usize {
    match field.kind {
        FieldKind::Password { min, .. } => usize::try_from(min).unwrap_or_default().max(1),
        _ => 1,
    }
}
