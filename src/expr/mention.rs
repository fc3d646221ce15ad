//! What an expression is about: the collections and fields it names.

use std::ops::Range;

use crate::schema::{Collection, Field};

/// A name in the text of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Bytes of the text.
    pub range: Range<usize>,
    pub collection_id: String,
    /// The field's id; `None` where the collection itself is named.
    pub field_id: Option<String>,
}

impl Mention {
    pub(super) fn collection(at: usize, written: &str, collection: &Collection) -> Mention {
        Mention { range: at..at + written.len(), collection_id: collection.id.clone(), field_id: None }
    }

    pub(super) fn field(at: usize, field: &Field, collection: &Collection) -> Mention {
        let range = at..at + field.name.len();
        Mention { range, collection_id: collection.id.clone(), field_id: Some(field.id.clone()) }
    }
}
