//! Proving the address of an account by a link in a mail.

use std::sync::Arc;

use crate::error::{Error, Errors, FieldError, Result};
use crate::schema::Collection;
use crate::store::Tx;
use crate::value::Object;

use super::otp::NOBODYS;
use super::tokens::{self, Kind};
use super::{Auth, find, forms};

const MAIL: &str = "verification";

impl Auth {
    /// 400 for superusers, who need no proof.
    pub fn verifies(&self, collection: &str) -> Result<()> {
        if find(&self.records.store.catalog(), collection)?.is_superusers() {
            return Err(Error::bad_request("All superusers are verified by default."));
        }
        Ok(())
    }

    /// Mails a link, if there is such an account and it needs one; nobody learns whether.
    pub fn request_verification(&self, collection: &str, body: &Object, ip: &str) -> Result<()> {
        let catalog = self.records.store.catalog();
        let collection = find(&catalog, collection)?.clone();
        let address = forms::email_of(body)?;
        self.guard.mail(ip, self.records.clock.now())?;
        let auth = self.clone();
        self.later.run(async move { auth.send_verification(&collection, &address).await })
    }

    async fn send_verification(&self, collection: &Arc<Collection>, address: &str) -> Result<()> {
        let Some(account) = self.account_with(collection, address).await? else { return Ok(()) };
        let Some(options) = collection.auth() else { return Ok(()) };
        if account.get("verified").is_true() || !self.recent.may_mail(MAIL, account.id(), self.records.clock.now()) {
            return Ok(());
        }
        let token = self.link_token(&account, Kind::Verification, |claims| claims)?;
        self.write_to(&account, &options.verification_template, &[("TOKEN", &token)])
    }

    /// Marks the account of a link as verified.
    pub async fn confirm_verification(&self, collection: &str, body: &Object) -> Result<()> {
        let catalog = self.records.store.catalog();
        let collection = find(&catalog, collection)?;
        let token = forms::text(body, "token")?;
        let refused = |error| Error::invalid(forms::VALIDATING, "token", error);
        let mut errors = Errors::default();
        forms::required(&mut errors, "token", &token, usize::MAX);
        errors.into_result(forms::VALIDATING)?;
        let claimed = tokens::claimed(&token, "email").filter(|email| !email.is_empty());
        let Some(email) = claimed else {
            return Err(refused(FieldError::new("validation_invalid_token_claims", "Missing email token claim.")));
        };
        let link = self.follow(&token, Kind::Verification, collection).await?.map_err(refused)?;
        // Who cannot sign in by password has one nobody knows, so that an earlier owner of the address has none.
        let nobodys = match collection.auth().is_some_and(|options| options.password_auth.enabled) {
            true => None,
            false => Some(self.records.hasher.hash(&self.records.ids.secret(NOBODYS)).await?),
        };
        let (auth, id) = (self.clone(), link.account.id().to_string());
        let job = move |tx: &mut Tx| {
            let account = auth.still(tx, &link)?;
            if account.get("email").text() != email {
                let message = "The record email doesn't match with the requested token claims.";
                return Err(refused(FieldError::new("validation_token_email_mismatch", message)));
            }
            if !account.get("verified").is_true() {
                let mut after = account.clone();
                after.set("verified", true);
                if let Some(hash) = &nobodys {
                    after.set("password", hash.as_str());
                }
                auth.records.save_account(tx, &account, after)?;
            }
            Ok(())
        };
        self.records.store.write(job).await?;
        self.recent.forget_mail(MAIL, &id);
        Ok(())
    }
}
