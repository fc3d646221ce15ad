//! A new token for a caller who already has one.

use crate::error::{Error, Result};

use super::response::Issue;
use super::tokens;
use super::{Auth, Visit, find};

impl Auth {
    /// `{record, token}` for the caller; a static token is given back as it is. `token` is the one that was shown.
    pub async fn refresh(&self, visit: Visit, collection: &str, token: &str) -> Result<Vec<u8>> {
        let catalog = self.records.store.catalog();
        let known = catalog.find(collection);
        let known = known.ok_or_else(|| Error::not_found("Missing or invalid collection context."))?;
        let Some(record) = visit.ctx.caller.record().cloned() else {
            return Err(Error::unauthorized("The request requires valid record authorization token."));
        };
        if record.collection.id != known.id {
            let message = format!("The request requires auth record from {} collection.", record.collection.name);
            return Err(Error::forbidden(message));
        }
        find(&catalog, collection)?;
        let refreshable = tokens::peek(token).and_then(|claims| claims.refreshable).unwrap_or(false);
        let issue = if refreshable { Issue::Fresh } else { Issue::Echo(token.to_string()) };
        self.admit_address(&record.collection, &visit.ip)?;
        self.may_sign_in(&visit.ctx, &record).await?;
        self.answer(visit.ctx, record, issue, None).await
    }
}
