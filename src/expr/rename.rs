//! The collections and fields that an expression mentions, and the same expression after some have been renamed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::check::Checker;
use super::error::ExprError;
pub use super::mention::Mention;
use super::parse::parse;
use super::scope::Scope;
use crate::schema::Collection;

/// New names, by id.
#[derive(Clone, Debug, Default)]
pub struct Renames {
    /// Collection id and new name.
    pub collections: Vec<(String, String)>,
    /// Collection id, field id and new name.
    pub fields: Vec<(String, String, String)>,
}

impl Renames {
    fn new_name(&self, mention: &Mention) -> Option<&str> {
        match &mention.field_id {
            None => self.collections.iter().find(|(id, _)| *id == mention.collection_id).map(|(_, name)| name.as_str()),
            Some(field) => {
                let renamed = |(collection, id, _): &&(String, String, String)| {
                    *collection == mention.collection_id && id == field
                };
                self.fields.iter().find(renamed).map(|(_, _, name)| name.as_str())
            }
        }
    }
}

/// Every collection and field that the expression names under the scope's caller, in the order of the text.
pub fn mentions(text: &str, scope: &Scope<'_>) -> Result<Vec<Mention>, ExprError> {
    let expr = parse(text)?;
    let mut checker = Checker::new(*scope);
    checker.expression(&expr)?;
    let mut mentions = checker.mentions();
    mentions.sort_by_key(|mention| mention.range.start);
    Ok(mentions)
}

/// The expression with renamed names replaced, given the scope as it was before; `None` when nothing changes or the
/// expression is broken anyway. What `@request.auth.…` means depends on who asks: there a name is replaced only if it
/// is renamed in every auth collection that knows the path.
pub fn rewrite(text: &str, scope: &Scope<'_>, renames: &Renames) -> Option<String> {
    let auth = scope.catalog.iter().filter(|collection| collection.is_auth());
    let callers = std::iter::once(None).chain(auth.map(Some));
    // Where a name stands, and what each reading of it makes of it.
    let mut readings: BTreeMap<usize, (Range<usize>, Vec<Option<&str>>)> = BTreeMap::new();
    for caller in callers {
        for mention in mentions(text, &Scope { caller, ..*scope }).ok()? {
            let spelt_by_id =
                mention.field_id.is_none() && text.get(mention.range.clone()) == Some(&mention.collection_id);
            let new = renames.new_name(&mention).filter(|_| !spelt_by_id);
            readings.entry(mention.range.start).or_insert_with(|| (mention.range.clone(), Vec::new())).1.push(new);
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (range, names) in readings.into_values() {
        let [first, rest @ ..] = names.as_slice() else { continue };
        let Some(name) = first.filter(|_| rest.iter().all(|other| other == first)) else { continue };
        out.push_str(text.get(copied..range.start)?);
        out.push_str(name);
        copied = range.end;
    }
    out.push_str(text.get(copied..)?);
    (copied > 0 && out != text).then_some(out)
}

/// The scope of a collection's own rules, whoever asks.
pub fn scope_of<'a>(catalog: &'a crate::schema::Catalog, root: &'a Arc<Collection>) -> Scope<'a> {
    Scope { catalog, root, caller: None, access: super::scope::Access::Rule }
}
