//! Where names are looked up, and by whom.

use std::sync::Arc;

use crate::schema::{Catalog, Collection};

/// What an expression is about and who wrote it.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub catalog: &'a Catalog,
    /// The collection whose records are judged.
    pub root: &'a Arc<Collection>,
    /// The auth collection of the caller; `None` for guests.
    pub caller: Option<&'a Arc<Collection>>,
    pub access: Access,
}

/// Whose words the expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// A stored rule: may use everything.
    Rule,
    /// A superuser's filter or sort: as a rule.
    Superuser,
    /// Anybody else's: nothing hidden, nothing that may not be listed, nothing about the request.
    Client,
}

impl<'a> Scope<'a> {
    /// The same question about records of another collection, as a rule.
    pub(crate) fn rule_of(&self, root: &'a Arc<Collection>) -> Scope<'a> {
        Scope { root, access: Access::Rule, ..*self }
    }
}
