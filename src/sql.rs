//! SQL text: statements are built here and nowhere else, one printer per kind of statement, every value a parameter.
//!
//! The text of a statement depends only on its shape (collection, predicate, which of the bound values are empty), never
//! on the values themselves, so that prepared statements are found again. Identifiers are always quoted.

pub mod collection_rows;
mod compare;
mod cursor;
pub mod ddl;
mod frame;
mod gather;
mod joins;
pub mod logs;
pub mod mutate;
mod order;
pub mod past;
mod predicate;
mod printer;
mod select;
#[cfg(test)]
mod tests;
pub mod transfer;

use crate::value::Value;

pub use cursor::Cursor;
pub use select::{Collation, Restrict, Select, Source};

/// A statement and the values of its `?` placeholders, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sql {
    pub text: String,
    pub params: Vec<Value>,
}

/// What differs between database engines; a `match` on it belongs to this layer only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    #[default]
    Sqlite,
}

/// Appends an identifier in double quotes, doubling those inside it.
pub fn quote(out: &mut String, ident: &str) {
    out.push('"');
    for part in ident.split_inclusive('"') {
        out.push_str(part);
        if part.ends_with('"') {
            out.push('"');
        }
    }
    out.push('"');
}

impl Sql {
    /// An empty statement with room for an ordinary one.
    pub fn new() -> Self {
        Sql { text: String::with_capacity(256), params: Vec::new() }
    }

    /// The same statement, asked how it would be answered.
    pub fn explain(&self) -> Self {
        Sql { text: format!("EXPLAIN QUERY PLAN {}", self.text), params: self.params.clone() }
    }

    /// Appends SQL text as it is.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends an identifier in double quotes.
    pub fn ident(&mut self, name: &str) -> &mut Self {
        quote(&mut self.text, name);
        self
    }

    /// Appends another statement's text and parameters.
    pub fn append(&mut self, other: Sql) -> &mut Self {
        self.text.push_str(&other.text);
        self.params.extend(other.params);
        self
    }

    /// Appends a placeholder for `value`.
    pub fn param(&mut self, value: impl Into<Value>) -> &mut Self {
        self.text.push('?');
        self.params.push(value.into());
        self
    }
}
