//! The catalog: every collection at one moment, immutable; a schema change makes a new one.

use std::collections::HashMap;
use std::sync::Arc;

use super::Collection;

/// All collections by id and by name.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Grows by one with every schema change in this process.
    pub version: u64,
    collections: Vec<Arc<Collection>>,
    by_id: HashMap<String, usize>,
    /// Keyed by lower-cased name, as names are unique without regard to case.
    by_name: HashMap<String, usize>,
}

impl Catalog {
    /// A catalog of these collections, kept in the order given (creation order).
    pub fn new(version: u64, collections: Vec<Arc<Collection>>) -> Self {
        let by_id = collections.iter().enumerate().map(|(i, c)| (c.id.clone(), i)).collect();
        let by_name = collections.iter().enumerate().map(|(i, c)| (c.name.to_ascii_lowercase(), i)).collect();
        Catalog { version, collections, by_id, by_name }
    }

    /// In creation order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Collection>> {
        self.collections.iter()
    }

    pub fn by_id(&self, id: &str) -> Option<&Arc<Collection>> {
        self.by_id.get(id).and_then(|index| self.collections.get(*index))
    }

    /// Names are matched without regard to ASCII case.
    pub fn by_name(&self, name: &str) -> Option<&Arc<Collection>> {
        // Nearly every request spells the name as stored: try without allocating first.
        let index = self.by_name.get(name).or_else(|| self.by_name.get(&name.to_ascii_lowercase()));
        index.and_then(|index| self.collections.get(*index))
    }

    /// As collections are addressed in URLs: by name or by id.
    pub fn find(&self, name_or_id: &str) -> Option<&Arc<Collection>> {
        self.by_id(name_or_id).or_else(|| self.by_name(name_or_id))
    }
}
