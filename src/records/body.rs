//! What a write submits: JSON or form values, and files with the names they will be stored under.

use std::sync::Arc;

use crate::files::Upload;
use crate::id::Ids;
use crate::schema::{Collection, FieldKind, file_name};
use crate::value::{Json, Object};

/// The body of a create or update as it arrived.
#[derive(Debug, Default)]
pub struct Body {
    pub fields: Object,
    /// By the key as sent.
    pub uploads: Vec<(String, Upload)>,
}

/// A body whose uploads have the names they will be stored under.
#[derive(Clone, Debug, Default)]
pub struct Input {
    pub fields: Arc<Object>,
    pub uploads: Vec<NewFile>,
}

/// An upload on its way into a file field.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// As sent: `field`, `field+` or `+field`.
    pub key: String,
    /// The stored name.
    pub name: String,
    pub upload: Arc<Upload>,
}

impl NewFile {
    /// The field the key names.
    pub fn field(&self) -> &str {
        self.key.trim_start_matches('+').trim_end_matches('+')
    }
}

impl Body {
    /// A body of plain fields.
    pub fn of(fields: Object) -> Self {
        Body { fields, uploads: Vec::new() }
    }
}

impl Input {
    /// Gives every upload its stored name.
    pub fn new(body: Body, ids: &Ids) -> Self {
        let uploads = body
            .uploads
            .into_iter()
            .map(|(key, upload)| NewFile {
                key,
                name: file_name::stored(&upload.original_name, &upload.kind.extension, ids),
                upload: Arc::new(upload),
            })
            .collect();
        Input { fields: Arc::new(body.fields), uploads }
    }

    /// The submitted values with the names of uploads standing in for their parts: names already given for the same
    /// key come first, uploads after them. Parts for anything but file fields are left out.
    pub fn values(&self, collection: &Collection) -> (Arc<Object>, Vec<NewFile>) {
        if self.uploads.is_empty() {
            return (self.fields.clone(), Vec::new());
        }
        let mut values = self.fields.as_ref().clone();
        let mut accepted = Vec::new();
        for file in &self.uploads {
            let known = collection.field(file.field()).is_some_and(|(_, f)| matches!(f.kind, FieldKind::File { .. }));
            if !known {
                continue;
            }
            let mut names = match values.remove(&file.key) {
                Some(Json::Array(names)) => names,
                Some(Json::String(name)) if !name.is_empty() => vec![Json::String(name)],
                Some(_) | None => Vec::new(),
            };
            names.push(file.name.clone().into());
            values.insert(file.key.clone(), Json::Array(names));
            accepted.push(file.clone());
        }
        (Arc::new(values), accepted)
    }
}
