//! A request to sign in: what rules see of it, and where it comes from.

use std::sync::Arc;

use crate::context::{Ctx, Purpose};
use crate::value::Object;

/// Who knocks, and from where.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    pub ctx: Ctx,
    /// As `http::client_ip` tells it; `""` when unknown.
    pub ip: String,
    /// The header as it came.
    pub user_agent: String,
}

impl Visit {
    /// The same visit as rules see it: with this purpose and what was submitted.
    #[must_use]
    pub fn asking(self, purpose: Purpose, body: &Object) -> Visit {
        Visit { ctx: Ctx { purpose, body: Arc::new(body.clone()), ..self.ctx }, ..self }
    }
}
