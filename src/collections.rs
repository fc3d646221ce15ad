//! Stand-in until the collection service is merged.
use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::value::Object;

#[derive(Clone)]
pub struct Collections {
    pub store: Store,
}

impl Collections {
    pub async fn list(&self, _: &Ctx) -> Result<Vec<u8>> {
        Err(Error::bad_request(""))
    }
    pub async fn view(&self, _: &str) -> Result<Vec<u8>> {
        Err(Error::not_found(""))
    }
    pub async fn create(&self, _: Object) -> Result<Vec<u8>> {
        Err(Error::bad_request(""))
    }
    pub async fn update(&self, _: &str, _: Object) -> Result<Vec<u8>> {
        Err(Error::bad_request(""))
    }
    pub async fn delete(&self, _: &str) -> Result<()> {
        Err(Error::bad_request(""))
    }
    pub async fn truncate(&self, _: &str) -> Result<()> {
        Err(Error::bad_request(""))
    }
    pub async fn import(&self, _: Object) -> Result<()> {
        Err(Error::bad_request(""))
    }
    pub async fn scaffolds(&self) -> Result<Vec<u8>> {
        Err(Error::bad_request(""))
    }
    pub async fn dry_run_view(&self, _: Object) -> Result<Vec<u8>> {
        Err(Error::bad_request(""))
    }
    pub async fn oauth2_providers(&self) -> Result<Vec<u8>> {
        Err(Error::bad_request(""))
    }
}
