//! Stand-in until auth is merged: a token is `id@collection`.
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

pub mod superusers {
    pub enum Wish {
        Create,
        Update,
        Upsert,
    }
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
    pub fn token(&self, record: &Record, _: Option<i64>) -> Result<String> {
        Ok(record.id().to_string())
    }
    pub async fn installer_token(&self) -> Result<Option<String>> {
        Ok(Some("installer@superusers".into()))
    }
    pub async fn save_superuser(&self, _: superusers::Wish, _: &str, _: &str) -> Result<()> {
        Ok(())
    }
    pub async fn delete_superuser(&self, _: &str) -> Result<bool> {
        Ok(false)
    }
    pub async fn with_password(&self, _: Ctx, _: &str, _: &Object) -> Result<Vec<u8>> {
        Err(Error::bad_request("Failed to authenticate."))
    }
    pub async fn refresh(&self, _: Ctx, _: &str, _: &str) -> Result<Vec<u8>> {
        Err(Error::bad_request(""))
    }
    pub fn methods(&self, _: &str) -> Result<Vec<u8>> {
        Ok(b"{}".to_vec())
    }
}
