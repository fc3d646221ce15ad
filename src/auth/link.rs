//! Tokens from mails: what a link proves, and what is wrong with it otherwise.

use std::sync::Arc;

use crate::error::{Error, FieldError, Result};
use crate::schema::{Collection, Record};
use crate::store::{Reader as _, Tx};

use super::tokens::{Claims, Kind};
use super::{Auth, forms};

/// A token that is no good, or no longer.
pub(super) fn invalid() -> FieldError {
    FieldError::new("validation_invalid_token", "Invalid or expired token.")
}

/// An account and what its token says; the account may have changed since.
pub(super) struct Link {
    pub account: Arc<Record>,
    pub claims: Claims,
}

impl Auth {
    /// Follows the token of a mail of `kind` in `collection`.
    pub(super) async fn follow(
        &self,
        token: &str,
        kind: Kind,
        collection: &Collection,
    ) -> Result<std::result::Result<Link, FieldError>> {
        let Some((account, claims)) = self.verified(token, kind).await? else { return Ok(Err(invalid())) };
        if account.collection.id != collection.id {
            let message = "The provided token is for different auth collection.";
            return Ok(Err(FieldError::new("validation_token_collection_mismatch", message)));
        }
        Ok(Ok(Link { account, claims }))
    }

    /// The account as it is now, while the link's token still holds: a token key that changed since ended it, so of two
    /// requests with the same token that change the key, one wins.
    pub(super) fn still(&self, tx: &mut Tx, link: &Link) -> Result<Record> {
        let catalog = tx.catalog().clone();
        let over = || Error::invalid(forms::VALIDATING, "token", invalid());
        let collection = catalog.by_id(&link.account.collection.id).ok_or_else(over)?;
        let account = self.records.stored_if_any(tx, collection, link.account.id())?.ok_or_else(over)?;
        if account.get("tokenKey") == link.account.get("tokenKey") { Ok(account) } else { Err(over()) }
    }
}
