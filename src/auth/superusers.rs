//! Administrators from the command line, and the one-time link that makes the first one.

use std::sync::Arc;

use crate::context::{Caller, Ctx};
use crate::error::{Error, Result};
use crate::records::Body;
use crate::records::system::INSTALLER;
use crate::schema::{Catalog, Record, SUPERUSERS, SUPERUSERS_ID};
use crate::store::Reader;
use crate::value::{Object, Value};

use super::Auth;

/// Seconds the installer link works.
const INSTALLER_SECONDS: i64 = 1800;

/// What the command line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Fails when the account exists.
    Create,
    /// Fails when it does not.
    Update,
    /// Either.
    Upsert,
}

impl Auth {
    /// Makes a superuser or sets the password of one; the field's own limits apply.
    pub async fn save_superuser(&self, wish: Wish, email: &str, password: &str) -> Result<()> {
        let existing = self.superuser(email).await?;
        let ctx = server_ctx(&self.records.store.catalog())?;
        let mut fields = Object::new();
        fields.insert("password".into(), password.into());
        fields.insert("passwordConfirm".into(), password.into());
        match (wish, existing) {
            (Wish::Create, Some(_)) => Err(Error::bad_request(format!("The superuser {email} already exists."))),
            (Wish::Update, None) => Err(Error::bad_request(format!("There is no superuser {email}."))),
            (Wish::Create | Wish::Upsert, None) => {
                fields.insert("email".into(), email.into());
                self.records.create_record(ctx, SUPERUSERS, Body::of(fields)).await.map(|_| ())
            }
            (Wish::Update | Wish::Upsert, Some(record)) => {
                self.records.update(ctx, SUPERUSERS, record.id(), Body::of(fields)).await.map(|_| ())
            }
        }
    }

    /// Deletes a superuser; `false` when there is none with this e-mail.
    pub async fn delete_superuser(&self, email: &str) -> Result<bool> {
        let Some(record) = self.superuser(email).await? else { return Ok(false) };
        let ctx = server_ctx(&self.records.store.catalog())?;
        self.records.delete(ctx, SUPERUSERS, record.id()).await.map(|()| true)
    }

    /// A token for the page that makes the first superuser; `None` when there already is one.
    pub async fn installer_token(&self) -> Result<Option<String>> {
        if self.has_superuser().await? {
            return Ok(None);
        }
        let installer = match self.superuser(INSTALLER).await? {
            Some(record) => record,
            None => {
                self.save_superuser(Wish::Create, INSTALLER, &self.records.ids.secret(30)).await?;
                self.superuser(INSTALLER).await?.ok_or_else(|| Error::internal("the installer account is missing"))?
            }
        };
        self.token(&installer, Some(INSTALLER_SECONDS)).map(Some)
    }

    async fn has_superuser(&self) -> Result<bool> {
        let filter = format!("email != {}", crate::value::json::text(&INSTALLER.into()));
        Ok(!self.superusers_where(filter).await?.is_empty())
    }

    async fn superuser(&self, email: &str) -> Result<Option<Record>> {
        let filter = format!("email = {}", crate::value::json::text(&email.into()));
        Ok(self.superusers_where(filter).await?.into_iter().next())
    }

    async fn superusers_where(&self, filter: String) -> Result<Vec<Record>> {
        let records = self.records.clone();
        let read = move |reader: &mut dyn Reader| {
            let catalog = reader.catalog().clone();
            match catalog.by_id(SUPERUSERS_ID) {
                Some(collection) => records.where_rows(reader, collection, &filter),
                None => Ok(Vec::new()),
            }
        };
        self.records.store.read(read).await
    }
}

/// The server acting for itself: a superuser without an account.
pub fn server_ctx(catalog: &Catalog) -> Result<Ctx> {
    let collection = catalog.by_id(SUPERUSERS_ID).ok_or_else(|| Error::internal("no _superusers collection"))?;
    let values = vec![Value::Null; collection.fields.len()];
    let record = Arc::new(Record { collection: collection.clone(), values });
    Ok(Ctx { caller: Caller::Record(record), method: "", ..Ctx::default() })
}
