//! Superusers acting as somebody else, by a token that cannot be renewed.

use std::sync::Arc;

use crate::error::{Error, FieldError, Result};
use crate::schema::Collection;
use crate::store::Reader;
use crate::value::{Json, Object};

use super::response::Issue;
use super::{Auth, Visit, forms};

impl Auth {
    /// The collection, if there are accounts in it.
    pub fn may_impersonate(&self, collection: &str) -> Result<Arc<Collection>> {
        let catalog = self.records.store.catalog();
        let unknown = || Error::not_found("Missing or invalid auth collection context.");
        catalog.find(collection).filter(|found| found.is_auth()).cloned().ok_or_else(unknown)
    }

    /// `{record, token}` for the account with this id; the token lasts `duration` seconds, or as long as any of its
    /// collection. The caller is a superuser, which whoever calls this has checked.
    pub async fn impersonate(&self, visit: Visit, (collection, id): (&str, &str), body: &Object) -> Result<Vec<u8>> {
        let collection = self.may_impersonate(collection)?;
        let (records, id) = (self.records.clone(), id.to_string());
        let read = move |reader: &mut dyn Reader| records.stored(reader, &collection, &id).map(Arc::new);
        let account = self.records.store.read::<_, Error>(read).await?;
        let seconds = match (duration(body)?, account.collection.auth()) {
            (0, Some(options)) => options.auth_token.duration,
            (seconds, _) => seconds,
        };
        self.admit_address(&account.collection, &visit.ip)?;
        self.may_sign_in(&visit.ctx, &account).await?;
        self.answer(visit.ctx, account, Issue::Static { seconds }, None).await
    }
}

fn duration(body: &Object) -> Result<i64> {
    let seconds = match forms::value(body, "duration") {
        None | Some(Json::Null) => 0,
        Some(Json::Number(number)) => number.as_i64().ok_or_else(|| Error::bad_request(forms::LOADING))?,
        // Forms know only text.
        Some(Json::String(text)) => text.parse().map_err(|_| Error::bad_request(forms::LOADING))?,
        Some(_) => return Err(Error::bad_request(forms::LOADING)),
    };
    if seconds < 0 {
        let error = FieldError::new("validation_min_greater_equal_than_required", "Must be no less than 0.");
        return Err(Error::invalid(forms::VALIDATING, "duration", error.with("threshold", 0)));
    }
    Ok(seconds)
}
