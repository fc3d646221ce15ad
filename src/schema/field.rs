//! A field: what all kinds share, and the table of kinds.

/// A named, typed column of a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Stable over renames.
    pub id: String,
    pub name: String,
    pub system: bool,
    pub hidden: bool,
    pub presentable: bool,
    pub required: bool,
    pub help: String,
    pub kind: FieldKind,
}

/// A field's type with its options; numbers of bytes and items are 0 for "the default".
#[derive(Clone, Debug, PartialEq)]
pub enum FieldKind {
    Text { min: i64, max: i64, pattern: String, autogenerate: String, primary_key: bool },
    Number { min: Option<f64>, max: Option<f64>, only_int: bool },
    Bool,
    Email { only_domains: Vec<String>, except_domains: Vec<String> },
    Url { only_domains: Vec<String>, except_domains: Vec<String> },
    Editor { max_size: i64, convert_urls: bool },
    Date { min: String, max: String },
    Autodate { on_create: bool, on_update: bool },
    Select { values: Vec<String>, max_select: i64 },
    File { max_select: i64, max_size: i64, mime_types: Vec<String>, thumbs: Vec<String>, protected: bool },
    Relation { collection_id: String, cascade_delete: bool, min_select: i64, max_select: i64 },
    Json { max_size: i64 },
    Password { min: i64, max: i64, pattern: String, cost: i64 },
    GeoPoint,
}

impl Field {
    /// Holds a JSON array of values rather than one value.
    pub fn is_multiple(&self) -> bool {
        match &self.kind {
            FieldKind::Select { max_select, .. }
            | FieldKind::File { max_select, .. }
            | FieldKind::Relation { max_select, .. } => *max_select > 1,
            FieldKind::Text { .. }
            | FieldKind::Number { .. }
            | FieldKind::Bool
            | FieldKind::Email { .. }
            | FieldKind::Url { .. }
            | FieldKind::Editor { .. }
            | FieldKind::Date { .. }
            | FieldKind::Autodate { .. }
            | FieldKind::Json { .. }
            | FieldKind::Password { .. }
            | FieldKind::GeoPoint => false,
        }
    }

    /// Stored with NUMERIC affinity; everything else is TEXT.
    pub fn is_numeric(&self) -> bool {
        matches!(self.kind, FieldKind::Number { .. } | FieldKind::Bool)
    }

    /// The collection a relation points at.
    pub fn relation(&self) -> Option<&str> {
        match &self.kind {
            FieldKind::Relation { collection_id, .. } => Some(collection_id),
            _ => None,
        }
    }
}
