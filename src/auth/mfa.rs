//! More than one factor: a session between two methods, consumed by the second.

use std::sync::Arc;

use crate::clock::Timestamp;
use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::records::authorize::Subject;
use crate::schema::{Record, date};
use crate::store::{Reader as _, Tx};

use super::methods::Method;
use super::{Auth, forms};

const COLLECTION: &str = "_mfas";

/// What a verified factor is worth.
pub(super) enum Factor {
    /// Not enough: another method has to follow with this id.
    First { mfa_id: String },
    /// Enough.
    Last,
}

/// What became of a session that was shown.
enum Session {
    Consumed,
    Refused(&'static str),
}

impl Auth {
    /// Whether `method` alone, or together with the session the request shows, lets `account` in.
    pub(super) async fn factor(&self, ctx: &Ctx, account: &Arc<Record>, method: &'static Method) -> Result<Factor> {
        if !self.wants_more(ctx, account).await? {
            return Ok(Factor::Last);
        }
        let shown = match ctx.query("mfaId") {
            Some(id) if !id.is_empty() => id.to_string(),
            Some(_) | None => forms::text(&ctx.body, "mfaId").unwrap_or_default(),
        };
        let (records, account) = (self.records.clone(), account.clone());
        if shown.is_empty() {
            let job = move |tx: &mut Tx| records.add_dependent(tx, COLLECTION, &account, &[("method", method.name)]);
            let row = self.records.store.write(job).await?;
            return Ok(Factor::First { mfa_id: row.id().to_string() });
        }
        // One job reads and deletes, so that of two requests with the same session one gets in.
        let auth = self.clone();
        match self.records.store.write(move |tx: &mut Tx| auth.consume(tx, &shown, &account, method)).await? {
            Session::Consumed => Ok(Factor::Last),
            Session::Refused(why) => Err(Error::bad_request(why)),
        }
    }

    /// Whether one factor is not enough for the account.
    pub(super) async fn wants_more(&self, ctx: &Ctx, account: &Arc<Record>) -> Result<bool> {
        let Some(mfa) = account.collection.auth().map(|options| &options.mfa).filter(|mfa| mfa.enabled) else {
            return Ok(false);
        };
        if mfa.rule.is_empty() {
            return Ok(true);
        }
        let (records, account, ctx, rule) = (self.records.clone(), account.clone(), ctx.clone(), mfa.rule.clone());
        let asked = self.records.store.read(move |reader| {
            let subject = Subject::Stored { id: account.id(), values: &account.values };
            records.satisfies(reader, &ctx, (&account.collection, &rule), subject)
        });
        // Neither a broken rule nor a caller who is a superuser makes one factor enough.
        asked.await.map_err(|error| match error {
            Error::Unavailable { .. } => error,
            _ => Error::bad_request("Failed to authenticate."),
        })
    }

    fn consume(&self, tx: &mut Tx, id: &str, account: &Record, method: &Method) -> Result<Session> {
        let catalog = tx.catalog().clone();
        let collection = catalog.by_name(COLLECTION).ok_or_else(|| Error::internal("no _mfas collection"))?;
        let Some(row) = self.records.stored_if_any(tx, collection, id)? else {
            return Ok(Session::Refused("Invalid or expired MFA session."));
        };
        let lifetime = account.collection.auth().map_or(0, |options| options.mfa.duration);
        let own =
            row.get("collectionRef").text() == account.collection.id && row.get("recordRef").text() == account.id();
        if own && is_over(&row, lifetime, self.records.clock.now()) {
            tx.delete(&row)?;
            return Ok(Session::Refused("Invalid or expired MFA session."));
        }
        if !own {
            return Ok(Session::Refused("Invalid MFA session."));
        }
        if row.get("method").text() == method.name {
            return Ok(Session::Refused("A different authentication method is required."));
        }
        tx.delete(&row)?;
        Ok(Session::Consumed)
    }
}

/// Whether a row made to last `lifetime` seconds is past its end.
pub(super) fn is_over(row: &Record, lifetime: i64, now: Timestamp) -> bool {
    let made = date::parse(row.get("created").text()).map_or(0, |at| at.0);
    now.0 >= made.saturating_add(lifetime.saturating_mul(1000))
}
