//! The last steps every sign-in takes: the auth rule, the token, the answer.

use std::sync::Arc;

use crate::context::{Caller, Ctx};
use crate::error::{Error, Result};
use crate::records::authorize::{Gate, Subject};
use crate::records::present::{Emails, Items};
use crate::schema::Record;
use crate::value::json::write_str;

use super::Auth;
use super::tokens::{self, Claims, Kind};

/// How a token was asked for.
#[derive(Clone, Debug)]
pub enum Issue {
    /// A new token with the collection's lifetime.
    Fresh,
    /// The token that was shown, given back as it is.
    Echo(String),
}

impl Auth {
    /// Checks the auth rule for `record` and answers `{record, token}`; `ctx` is the request as it came in.
    pub(super) async fn respond(&self, ctx: Ctx, record: Arc<Record>, issue: Issue) -> Result<Vec<u8>> {
        let token = match issue {
            Issue::Fresh => self.token(&record, None)?,
            Issue::Echo(token) => token,
        };
        let auth = self.clone();
        self.records
            .store
            .read(move |reader| {
                let records = &auth.records;
                let collection = &record.collection;
                let rule = collection.auth().and_then(|options| options.auth_rule.as_deref());
                let gate = records.gate(reader.catalog(), collection, &ctx, rule).unwrap_or(Gate::Closed);
                let subject = Subject::Stored { id: record.id(), values: &record.values };
                if !records.admits(reader, collection, &gate, subject)? {
                    let message = "The request doesn't satisfy the collection requirements to authenticate.";
                    return Err(Error::forbidden(message));
                }
                // What is shown is what the new caller may see.
                let ctx = Ctx { caller: Caller::Record(record.clone()), ..ctx.clone() };
                let page = records.page(reader, &ctx, collection, Items::One(record.clone()), Emails::Always)?;
                let body = records.answer(reader, &ctx, page)?;
                let mut out = Vec::with_capacity(body.len() + token.len() + 32);
                out.extend_from_slice(b"{\"record\":");
                out.extend_from_slice(&body);
                out.extend_from_slice(b",\"token\":");
                write_str(&mut out, &token);
                out.push(b'}');
                Ok(out)
            })
            .await
    }

    /// An auth token: refreshable with the collection's lifetime, or static with one of its own (seconds).
    pub fn token(&self, record: &Record, static_seconds: Option<i64>) -> Result<String> {
        self.sign(record, Kind::Auth, static_seconds)
    }

    fn sign(&self, record: &Record, kind: Kind, static_seconds: Option<i64>) -> Result<String> {
        let missing = || Error::internal("tokens need an auth collection");
        let options = kind.options(record.collection.auth().ok_or_else(missing)?);
        let seconds = static_seconds.unwrap_or(options.duration);
        let claims = Claims {
            id: record.id().to_string(),
            collection_id: record.collection.id.clone(),
            kind,
            exp: Some(self.records.clock.now().seconds().saturating_add(seconds)),
            nbf: None,
            iat: None,
            refreshable: (kind == Kind::Auth).then_some(static_seconds.is_none()),
        };
        tokens::sign(&claims, &tokens::key(record, &record.collection, kind).ok_or_else(missing)?)
    }
}
