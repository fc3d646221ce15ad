//! The last steps every sign-in takes: the auth rule, the token, the answer.

use std::sync::Arc;

use crate::context::{Caller, Ctx};
use crate::error::{Error, Result};
use crate::records::authorize::{Gate, Subject};
use crate::records::present::{Emails, Items};
use crate::schema::Record;
use crate::store::Reader;
use crate::value::json::write_str;

use super::Auth;
use super::tokens::{self, Claims, Kind};

/// How a token was asked for.
#[derive(Clone, Debug)]
pub enum Issue {
    /// A new token with the collection's lifetime.
    Fresh,
    /// A new token that cannot be exchanged for another, for so long.
    Static { seconds: i64 },
    /// The token that was shown, given back as it is.
    Echo(String),
}

impl Auth {
    /// 403 unless the auth rule lets this record in; `ctx` is the request as it came in.
    pub(super) async fn may_sign_in(&self, ctx: &Ctx, account: &Arc<Record>) -> Result<()> {
        let (records, ctx, account) = (self.records.clone(), ctx.clone(), account.clone());
        let read = move |reader: &mut dyn Reader| {
            let collection = &account.collection;
            let rule = collection.auth().and_then(|options| options.auth_rule.as_deref());
            let gate = records.gate(reader.catalog(), collection, &ctx, rule).unwrap_or(Gate::Closed);
            let subject = Subject::Stored { id: account.id(), values: &account.values };
            if records.admits(reader, collection, &gate, subject)? {
                return Ok(());
            }
            Err(Error::forbidden("The request doesn't satisfy the collection requirements to authenticate."))
        };
        self.records.store.read(read).await
    }

    /// `{record, token}`, and `meta` if there is any, for a record that may sign in.
    pub(super) async fn answer(
        &self,
        ctx: Ctx,
        account: Arc<Record>,
        issue: Issue,
        meta: Option<Vec<u8>>,
    ) -> Result<Vec<u8>> {
        let token = match issue {
            Issue::Fresh => self.token(&account, None)?,
            Issue::Static { seconds } => self.token(&account, Some(seconds))?,
            Issue::Echo(token) => token,
        };
        let records = self.records.clone();
        let read = move |reader: &mut dyn Reader| {
            // What is shown is what the new caller may see.
            let ctx = Ctx { caller: Caller::Record(account.clone()), ..ctx.clone() };
            let page = records.page(reader, &ctx, &account.collection, Items::One(account.clone()), Emails::Always)?;
            let body = records.answer(reader, &ctx, page)?;
            let mut out = Vec::with_capacity(body.len() + token.len() + 32);
            out.extend_from_slice(b"{\"record\":");
            out.extend_from_slice(&body);
            out.extend_from_slice(b",\"token\":");
            write_str(&mut out, &token);
            if let Some(meta) = &meta {
                out.extend_from_slice(b",\"meta\":");
                out.extend_from_slice(meta);
            }
            out.push(b'}');
            Ok::<_, Error>(out)
        };
        self.records.store.read(read).await
    }

    /// An auth token: refreshable with the collection's lifetime, or static with one of its own (seconds).
    pub fn token(&self, account: &Record, static_seconds: Option<i64>) -> Result<String> {
        let now = self.records.clock.now();
        let claims = Claims::of(account, Kind::Auth, now)?;
        let claims = match static_seconds {
            None => Claims { refreshable: Some(true), ..claims },
            Some(seconds) => {
                Claims { refreshable: Some(false), exp: Some(now.seconds().saturating_add(seconds)), ..claims }
            }
        };
        tokens::sign_for(account, &claims)
    }
}
