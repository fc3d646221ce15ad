//! The shape of data: collections, their fields and rules, and the immutable catalog of all of them.

pub mod auth_options;
pub mod catalog;
pub mod collection_json;
pub mod date;
pub mod field;
pub mod file_name;
pub mod generate;
pub mod ids;
pub mod index;
mod mail_templates;
pub mod merge;
pub mod modifiers;
mod normalise;
mod overlay;
pub mod pattern;
pub mod providers;
pub mod scaffold;
mod sql_text;
pub mod validate;
pub mod view_query;

use std::sync::Arc;

pub use auth_options::AuthOptions;
pub use catalog::Catalog;
pub use collection_json::LoadError;
pub use field::{Field, FieldKind, FieldLoadError, GeoPoint, Upload};
pub use index::Index;
pub use merge::Draft;

/// The id of `_superusers`, which SDKs hard-code.
pub const SUPERUSERS_ID: &str = "pbc_3142635823";
/// Bytes any request body may have.
pub const DEFAULT_BODY_LIMIT: u64 = 32 << 20;
/// The name of the administrators' collection.
pub const SUPERUSERS: &str = "_superusers";

/// A named set of records of one shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Collection {
    pub id: String,
    pub name: String,
    pub system: bool,
    pub kind: CollectionKind,
    /// `id` is always among them; a record's values stand in this order.
    pub fields: Vec<Field>,
    /// `CREATE INDEX` statements in the spelling of contract/collections.md §5.
    pub indexes: Vec<String>,
    pub rules: RuleSet,
    /// Date texts.
    pub created: String,
    pub updated: String,
    /// Days that the history of changes tells what its records were; 0 = not at all, `None` = as long as it goes back.
    pub history_days: Option<u32>,
}

/// What a collection is besides its fields.
#[derive(Clone, Debug, PartialEq)]
pub enum CollectionKind {
    Base,
    Auth(Box<AuthOptions>),
    /// Holds the SELECT it is made of.
    View(String),
}

/// Who may do what: `None` = superusers only, `Some("")` = everyone, else an expression.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleSet {
    pub list: Option<String>,
    pub view: Option<String>,
    pub create: Option<String>,
    pub update: Option<String>,
    pub delete: Option<String>,
}

impl Collection {
    /// A table of the server's own, so that the language can be asked about it; nobody finds it in a catalog.
    pub fn internal(name: &str, fields: &[(&str, FieldKind)]) -> Collection {
        let field = |(name, kind): &(&str, FieldKind)| Field {
            id: ids::field_id(kind.type_name(), name, &[]),
            name: (*name).to_string(),
            system: true,
            hidden: false,
            presentable: false,
            required: false,
            help: String::new(),
            kind: kind.clone(),
        };
        Collection {
            id: name.to_string(),
            name: name.to_string(),
            system: true,
            kind: CollectionKind::Base,
            fields: fields.iter().map(field).collect(),
            indexes: Vec::new(),
            rules: RuleSet::default(),
            created: String::new(),
            updated: String::new(),
            history_days: None,
        }
    }

    /// `base`, `auth` or `view`.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            CollectionKind::Base => "base",
            CollectionKind::Auth(_) => "auth",
            CollectionKind::View(_) => "view",
        }
    }

    pub fn is_view(&self) -> bool {
        matches!(self.kind, CollectionKind::View(_))
    }

    /// Whether its records can have files.
    pub fn has_files(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.kind, FieldKind::File { .. }))
    }

    pub fn is_auth(&self) -> bool {
        matches!(self.kind, CollectionKind::Auth(_))
    }

    /// Administrators: their records bypass every rule.
    pub fn is_superusers(&self) -> bool {
        self.id == SUPERUSERS_ID
    }

    /// The options of an auth collection.
    pub fn auth(&self) -> Option<&AuthOptions> {
        match &self.kind {
            CollectionKind::Auth(options) => Some(options),
            CollectionKind::Base | CollectionKind::View(_) => None,
        }
    }

    /// A field and its position, by exact name.
    pub fn field(&self, name: &str) -> Option<(usize, &Field)> {
        self.fields.iter().enumerate().find(|(_, field)| field.name == name)
    }

    /// The largest body of a create or update, in bytes: room for every large value at its limit.
    pub fn body_limit(&self) -> u64 {
        use field::content::{DEFAULT_EDITOR_SIZE, DEFAULT_JSON_SIZE};
        let or = |size: i64, default: i64| if size > 0 { size } else { default };
        let room = |field: &Field| match &field.kind {
            FieldKind::Editor { max_size, .. } => or(*max_size, DEFAULT_EDITOR_SIZE),
            FieldKind::Json { max_size } => or(*max_size, DEFAULT_JSON_SIZE),
            FieldKind::File { max_size, max_select, .. } => {
                or(*max_size, field::file::DEFAULT_FILE_SIZE).saturating_mul((*max_select).max(1))
            }
            _ => 0,
        };
        self.fields.iter().map(room).fold(DEFAULT_BODY_LIMIT, |sum, size| sum.saturating_add(size.unsigned_abs()))
    }

    /// The position of a field, by exact name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.field(name).map(|(index, _)| index)
    }
}

/// A record in memory: its values in the order of its collection's fields.
#[derive(Clone, Debug)]
pub struct Record {
    pub collection: Arc<Collection>,
    pub values: Vec<crate::value::Value>,
}

impl Record {
    /// An owned record of a row that has the collection's fields in order.
    pub fn of(collection: &Arc<Collection>, row: &dyn crate::value::Row) -> Self {
        let values = (0..collection.fields.len()).map(|index| row.value(index).to_owned()).collect();
        Record { collection: collection.clone(), values }
    }

    /// The value of a field by name; `Null` when there is no such field.
    pub fn get(&self, name: &str) -> crate::value::ValueRef<'_> {
        use crate::value::Row as _;
        self.collection.position(name).map_or(crate::value::ValueRef::Null, |index| self.values.value(index))
    }

    /// Replaces the value of a field by name; nothing happens when there is no such field.
    pub fn set(&mut self, name: &str, value: impl Into<crate::value::Value>) {
        if let Some(slot) = self.collection.position(name).and_then(|index| self.values.get_mut(index)) {
            *slot = value.into();
        }
    }

    pub fn id(&self) -> &str {
        self.get("id").text()
    }
}

impl crate::value::Row for Record {
    fn value(&self, index: usize) -> crate::value::ValueRef<'_> {
        self.values.value(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_room_for_large_fields() {
        let field = |kind| Field {
            id: String::new(),
            name: "x".into(),
            system: false,
            hidden: false,
            presentable: false,
            required: false,
            help: String::new(),
            kind,
        };
        let file = |max_select, max_size| FieldKind::File {
            max_select,
            max_size,
            mime_types: vec![],
            thumbs: vec![],
            protected: false,
        };
        const MIB: u64 = 1 << 20;
        for (kind, extra) in [
            (FieldKind::Bool, 0),
            (FieldKind::Json { max_size: 0 }, MIB),
            (FieldKind::Json { max_size: 5 }, 5),
            (FieldKind::Editor { max_size: 0, convert_urls: false }, 5 * MIB),
            (file(0, 0), 5 * MIB),
            (file(3, 10), 30),
            (file(i64::MAX, i64::MAX), i64::MAX as u64),
        ] {
            let collection = Collection {
                id: String::new(),
                name: String::new(),
                system: false,
                kind: CollectionKind::Base,
                fields: vec![field(kind)],
                indexes: vec![],
                rules: RuleSet::default(),
                created: String::new(),
                updated: String::new(),
                history_days: None,
            };
            assert_eq!(collection.body_limit(), 32 * MIB + extra);
        }
    }
}
