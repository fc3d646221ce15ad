//! Records as JSON: rows straight into the response buffer, hidden fields and private e-mails left out.

use std::sync::Arc;

use crate::context::Ctx;
use crate::error::Result;
use crate::schema::{Collection, FieldKind, Record};
use crate::store::{Reader, Rows};
use crate::value::json::write_str;
use crate::value::{Row, Value};

use super::Records;
use super::authorize::{Gate, Subject};

/// Records of one collection, ready to be written.
pub struct Page {
    pub collection: Arc<Collection>,
    pub items: Items,
    /// Which fields this caller sees, by position.
    visible: Vec<bool>,
    /// Per item, whether its e-mail may be shown; `None` = all.
    emails: Option<Vec<bool>>,
    /// `None` = not asked for, or nothing that was asked for exists.
    pub expansions: Option<Vec<Expansion>>,
}

/// One expanded relation of a page: the related records and who links to which.
pub struct Expansion {
    pub(super) key: String,
    pub(super) shape: Shape,
    pub(super) target: Page,
    /// Per record of the page, the positions of its related records in `target`.
    pub(super) links: Vec<Vec<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Object,
    List,
}

/// Where the values are.
pub enum Items {
    Rows(Arc<Rows>),
    One(Arc<Record>),
}

impl Items {
    pub fn len(&self) -> usize {
        match self {
            Items::Rows(rows) => rows.len(),
            Items::One(_) => 1,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `f` with the item at `index`.
    pub fn with<T>(&self, index: usize, f: impl FnOnce(&dyn Row) -> T) -> T {
        match self {
            Items::Rows(rows) => f(&rows.row(index)),
            Items::One(record) => f(record.as_ref()),
        }
    }
}

/// Whether e-mails are shown whatever `emailVisibility` says: to the owner right after signing in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Emails {
    AsAllowed,
    Always,
}

impl Records {
    /// Prepares `items` for this caller; reads only when a manage rule needs the database.
    pub fn page(
        &self,
        reader: &mut dyn Reader,
        ctx: &Ctx,
        collection: &Arc<Collection>,
        items: Items,
        emails: Emails,
    ) -> Result<Page> {
        let superuser = ctx.caller.is_superuser();
        let auth = collection.is_auth();
        let visible = collection
            .fields
            .iter()
            .map(|field| {
                let secret = auth && matches!(field.name.as_str(), "password" | "tokenKey");
                !secret && (superuser || !field.hidden)
            })
            .collect();
        let emails = match (auth && !superuser, emails) {
            (true, Emails::AsAllowed) => Some(self.visible_emails(reader, ctx, collection, &items)?),
            (true, Emails::Always) | (false, _) => None,
        };
        Ok(Page { collection: collection.clone(), items, visible, emails, expansions: None })
    }

    fn visible_emails(
        &self,
        reader: &mut dyn Reader,
        ctx: &Ctx,
        collection: &Arc<Collection>,
        items: &Items,
    ) -> Result<Vec<bool>> {
        let flag = collection.position("emailVisibility").unwrap_or(usize::MAX);
        let id = collection.position("id").unwrap_or(usize::MAX);
        let gate = self.manager_gate(reader.catalog(), collection, ctx);
        let mut shown = Vec::with_capacity(items.len());
        for index in 0..items.len() {
            let (plainly, record_id) = items.with(index, |row| {
                let own = || ctx.caller.is(&collection.id, row.value(id).text());
                (row.value(flag).is_true() || own(), row.value(id).text().to_string())
            });
            shown.push(
                plainly || {
                    let width = collection.fields.len();
                    let values: Vec<Value> = match &gate {
                        Gate::Check(_) => {
                            items.with(index, |row| (0..width).map(|i| row.value(i).to_owned()).collect())
                        }
                        Gate::Open | Gate::Closed => Vec::new(),
                    };
                    self.admits(reader, collection, &gate, Subject::Stored { id: &record_id, values: &values })?
                },
            );
        }
        Ok(shown)
    }
}

impl Page {
    /// Appends the item at `index` as a JSON object.
    pub fn write(&self, index: usize, out: &mut Vec<u8>) {
        let collection = &self.collection;
        out.extend_from_slice(b"{\"collectionId\":");
        write_str(out, &collection.id);
        out.extend_from_slice(b",\"collectionName\":");
        write_str(out, &collection.name);
        let hide_email = self.emails.as_ref().is_some_and(|shown| !shown.get(index).copied().unwrap_or(false));
        self.items.with(index, |row| {
            for (position, field) in collection.fields.iter().enumerate() {
                let email = || hide_email && field.name == "email" && matches!(field.kind, FieldKind::Email { .. });
                if !self.visible.get(position).copied().unwrap_or(false) || email() {
                    continue;
                }
                // Field names are ASCII words: nothing to escape.
                out.extend_from_slice(b",\"");
                out.extend_from_slice(field.name.as_bytes());
                out.extend_from_slice(b"\":");
                field.write_json(row.value(position), out);
            }
        });
        if let Some(expansions) = &self.expansions {
            out.extend_from_slice(b",\"expand\":");
            write_expand(expansions, index, out);
        }
        out.push(b'}');
    }

    /// Appends all items, separated by commas.
    pub fn write_all(&self, out: &mut Vec<u8>) {
        for index in 0..self.items.len() {
            if index > 0 {
                out.push(b',');
            }
            self.write(index, out);
        }
    }
}

/// Appends the `expand` object of the record at `index`; relations without records are left out.
fn write_expand(expansions: &[Expansion], index: usize, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut first = true;
    for expansion in expansions {
        let Some(links) = expansion.links.get(index).filter(|links| !links.is_empty()) else { continue };
        if !first {
            out.push(b',');
        }
        first = false;
        write_str(out, &expansion.key);
        out.push(b':');
        match expansion.shape {
            Shape::Object => {
                if let Some(link) = links.first() {
                    expansion.target.write(*link, out);
                }
            }
            Shape::List => {
                out.push(b'[');
                for (n, link) in links.iter().enumerate() {
                    if n > 0 {
                        out.push(b',');
                    }
                    expansion.target.write(*link, out);
                }
                out.push(b']');
            }
        }
    }
    out.push(b'}');
}
