//! A statement in the making, and what all printers of it share.

use super::frame::Alias;
use super::{Dialect, Sql};

/// A statement in the making: its text so far and the next free alias.
pub(super) struct Printer {
    pub sql: Sql,
    pub reach: Reach,
    aliases: u32,
    /// Conditions printed twice around this place: each doubles the text.
    pub splits: u32,
}

/// How many rows of the collection the statement looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// A few, found by id: sub-selects may look things up again for each.
    Few,
    /// As many as fill a page, which may be all.
    Page,
    /// All.
    Every,
}

impl Printer {
    pub fn new(dialect: Dialect, reach: Reach) -> Self {
        // Another dialect parts ways here.
        match dialect {
            Dialect::Sqlite => Printer { sql: Sql::new(), reach, aliases: 0, splits: 0 },
        }
    }

    pub fn alias(&mut self) -> Alias {
        self.aliases += 1;
        Alias(self.aliases - 1)
    }

    pub fn push(&mut self, text: &str) {
        self.sql.push(text);
    }

    pub fn name(&mut self, alias: Alias) {
        use std::fmt::Write as _;
        let _ = write!(self.sql.text, "t{}", alias.0);
    }

    pub fn table(&mut self, name: &str, alias: Alias) {
        self.sql.ident(name);
        self.push(" AS ");
        self.name(alias);
    }

    pub fn member(&mut self, alias: Alias, column: &str) {
        self.name(alias);
        self.push(".");
        self.sql.ident(column);
    }
}
