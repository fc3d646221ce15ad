//! The first start: while there is no superuser, a one-time link lets whoever reads the console make one.

use crate::app::operator;
use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::http::Services;
use crate::id::Ids;
use crate::records::{Body, ListQuery};
use crate::schema::SUPERUSERS;
use crate::value::{Json, Object, json};

/// The account behind the link; it is deleted when the first real superuser is made.
pub const INSTALLER: &str = "__pbinstaller@example.com";
/// Seconds the link is good for.
const LIFETIME: i64 = 30 * 60;

/// The token of the link, or `None` when a superuser exists.
pub async fn token(services: &Services, ids: &Ids) -> Result<Option<String>> {
    let ctx = operator(services)?;
    if !find(services, &ctx, &format!("email != '{INSTALLER}'")).await?.is_empty() {
        return Ok(None);
    }
    let known = find(services, &ctx, &format!("email = '{INSTALLER}'")).await?;
    let id = match known.into_iter().next() {
        Some(id) => id,
        None => create(services, ctx, ids).await?,
    };
    services.auth.static_token(SUPERUSERS, &id, LIFETIME).await.map(Some)
}

/// Ids of the superusers a filter finds (one is enough).
pub async fn find(services: &Services, ctx: &Ctx, filter: &str) -> Result<Vec<String>> {
    let query = [("filter", filter), ("perPage", "1"), ("skipTotal", "1")].map(|(k, v)| (k.to_string(), v.to_string()));
    let page = services.records.list(ctx, SUPERUSERS, &ListQuery::parse(&query)?).await?;
    let page = json::parse(&page).map_err(Error::internal)?;
    let items = page.get("items").and_then(Json::as_array).cloned().unwrap_or_default();
    Ok(items.iter().filter_map(|item| item.get("id")?.as_str().map(ToString::to_string)).collect())
}

async fn create(services: &Services, ctx: Ctx, ids: &Ids) -> Result<String> {
    let password = ids.secret(30);
    let mut fields = Object::new();
    fields.insert("email".into(), INSTALLER.into());
    fields.insert("password".into(), password.clone().into());
    fields.insert("passwordConfirm".into(), password.into());
    let record = services.records.create(ctx, SUPERUSERS, Body { fields, uploads: Vec::new() }).await?;
    let record = json::parse(&record).map_err(Error::internal)?;
    let id = record.get("id").and_then(Json::as_str);
    id.map(ToString::to_string).ok_or_else(|| Error::internal("the installer account has no id"))
}
