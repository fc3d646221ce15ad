//! Stand-in until auth is merged: a token is `name` or `name@superusers`.
use std::sync::Arc;

use crate::context::{Caller, Ctx};
use crate::error::{Error, Result};
use crate::schema::Record;
use crate::store::Store;
use crate::value::Object;

#[derive(Clone)]
pub struct Auth {
    pub store: Store,
}

impl Auth {
    pub async fn caller(&self, token: &str) -> Caller {
        let collection = match token.split_once('@') {
            Some((_, "superusers")) => "_superusers",
            Some((_, "users")) => "users",
            _ => return Caller::Guest,
        };
        match self.store.catalog.find(collection) {
            Some(c) => Caller::Record(Arc::new(Record { collection: Arc::clone(c), values: vec![token.into()] })),
            None => Caller::Guest,
        }
    }
    /// A token that auth-refresh does not extend.
    pub async fn static_token(&self, collection: &str, id: &str, _duration_s: i64) -> Result<String> {
        Ok(format!("{id}@{}", collection.trim_start_matches('_')))
    }
    pub async fn with_password(&self, _: &Ctx, _: &str, _: &Object) -> Result<Vec<u8>> {
        Err(Error::bad_request("Failed to authenticate."))
    }
    pub async fn refresh(&self, _: &Ctx, _: &str) -> Result<Vec<u8>> {
        Err(Error::bad_request(""))
    }
    pub async fn methods(&self, _: &str) -> Result<Vec<u8>> {
        Ok(b"{}".to_vec())
    }
}
