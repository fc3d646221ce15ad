//! Rules and filters are parsed and checked once per schema version; this is where the results wait.

use std::hash::Hash;
use std::sync::Arc;

use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use crate::context::Ctx;
use crate::expr::{self, Access, ExprError, Predicate, Scope, Sort};
use crate::schema::{Catalog, Collection};

/// How many checked expressions are kept.
const CAPACITY: usize = 2048;

/// Checked predicates and sorts by (catalog version, collection, caller's collection, access, text).
pub struct Plans {
    predicates: Cache<Key, Arc<Predicate>>,
    sorts: Cache<Key, Arc<Sort>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    version: u64,
    collection: String,
    caller: Option<String>,
    access: Access,
    text: String,
}

#[derive(Hash)]
struct KeyRef<'a> {
    version: u64,
    collection: &'a str,
    caller: Option<&'a str>,
    access: Access,
    text: &'a str,
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.text == key.text
            && self.version == key.version
            && self.collection == key.collection
            && self.caller == key.caller.as_deref()
            && self.access == key.access
    }
}

impl Default for Plans {
    fn default() -> Self {
        Plans { predicates: Cache::new(CAPACITY), sorts: Cache::new(CAPACITY / 4) }
    }
}

impl Plans {
    /// The checked form of a rule or filter on `root`.
    pub fn predicate(
        &self,
        catalog: &Catalog,
        root: &Arc<Collection>,
        ctx: &Ctx,
        access: Access,
        text: &str,
    ) -> Result<Arc<Predicate>, ExprError> {
        let key = KeyRef::new(catalog, root, ctx, access, text);
        if let Some(found) = self.predicates.get(&key) {
            return Ok(found);
        }
        let scope = Scope { catalog, root, caller: ctx.caller.collection(), access };
        let made = expr::compile(text, &scope)?;
        self.predicates.insert(key.to_owned(), made.clone());
        Ok(made)
    }

    /// The checked form of a sort on `root`.
    pub fn sort(
        &self,
        catalog: &Catalog,
        root: &Arc<Collection>,
        ctx: &Ctx,
        access: Access,
        text: &str,
    ) -> Result<Arc<Sort>, ExprError> {
        let key = KeyRef::new(catalog, root, ctx, access, text);
        if let Some(found) = self.sorts.get(&key) {
            return Ok(found);
        }
        let scope = Scope { catalog, root, caller: ctx.caller.collection(), access };
        let made = Sort::compile(text, &scope)?;
        self.sorts.insert(key.to_owned(), made.clone());
        Ok(made)
    }
}

impl<'a> KeyRef<'a> {
    fn new(catalog: &Catalog, root: &'a Collection, ctx: &'a Ctx, access: Access, text: &'a str) -> Self {
        let caller = ctx.caller.collection().map(|c| c.id.as_str());
        KeyRef { version: catalog.version, collection: &root.id, caller, access, text }
    }

    fn to_owned(&self) -> Key {
        Key {
            version: self.version,
            collection: self.collection.to_string(),
            caller: self.caller.map(str::to_string),
            access: self.access,
            text: self.text.to_string(),
        }
    }
}
