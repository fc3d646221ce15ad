//! Which columns of a table go by another name than before.

use crate::schema::Collection;

/// The new name of a column that was renamed.
pub(super) fn new_name(old: &Collection, new: &Collection, name: &str) -> Option<String> {
    let field = old.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))?;
    let now = new.fields.iter().find(|other| other.id == field.id)?;
    (now.name != field.name).then(|| now.name.clone())
}
