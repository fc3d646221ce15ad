//! Records on their way out: as JSON, as lines of JSON, or as CSV, however many there are, all of one moment.

mod cells;
mod lines;

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::context::Ctx;
use crate::expr::{self, Access, Bound, ExprError, Scope};
use crate::schema::{Collection, FieldKind};
use crate::sql::{Dialect, Select};
use crate::store::{Moment, Reader as _, StoreError};

/// Bytes of rows in memory at a time, about.
const PART: usize = 1 << 20;

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An array.
    Json,
    /// An object per line.
    Ndjson,
    /// Comma-separated values as in RFC 4180, with a line of names first.
    Csv(Cells),
}

/// What is done about texts that a spreadsheet would take for formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cells {
    /// They get an apostrophe before them.
    Safe,
    AsTheyAre,
}

/// What of a record is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fields {
    /// What clients may see, and e-mail addresses.
    Shown,
    /// Hidden fields, hashes of passwords and keys of tokens too.
    All,
}

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("{0}")]
    Filter(#[from] ExprError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Where it is written to.
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// How far it is; displays as one line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress<'a> {
    pub collection: &'a str,
    pub done: u64,
    pub total: u64,
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} of {} records", self.collection, self.done, self.total)
    }
}

/// Told now and then how far it is.
pub type Watch<'a> = &'a mut dyn FnMut(Progress<'_>);

/// Records of one collection, to be written.
pub struct Export<'a> {
    pub collection: &'a Arc<Collection>,
    filter: Option<Bound>,
    pub format: Format,
    pub fields: Fields,
}

impl<'a> Export<'a> {
    /// All records of `collection`; those that a superuser's `filter` lets through when it is not empty.
    pub fn new(
        moment: &Moment,
        collection: &'a Arc<Collection>,
        filter: &str,
        now: Timestamp,
    ) -> Result<Self, ExprError> {
        let scope = Scope { catalog: moment.catalog(), root: collection, caller: None, access: Access::Superuser };
        let bind = |text| expr::compile(text, &scope).map(|found| found.bind(&Ctx { now, ..Ctx::default() }));
        let filter = Some(filter).filter(|text| !text.trim().is_empty()).map(bind).transpose()?;
        Ok(Export { collection, filter, format: Format::Json, fields: Fields::Shown })
    }

    /// How many records there are.
    pub fn count(&self, moment: &mut Moment) -> Result<u64, StoreError> {
        let filters: Vec<&Bound> = self.filter.iter().collect();
        let count = Select { filters: &filters, ..Select::of(self.collection) }.count(Dialect::Sqlite);
        Ok(moment.query(&count)?.first_int().unsigned_abs())
    }

    /// Writes all of them; how many. `total` is for those who watch.
    pub fn write(
        &self,
        moment: &Moment,
        out: &mut dyn Write,
        (total, watch): (u64, Watch<'_>),
    ) -> Result<u64, ExportError> {
        let filters: Vec<&Bound> = self.filter.iter().collect();
        let select = Select { filters: &filters, ..Select::of(self.collection) };
        let shown: Vec<usize> = (0..self.collection.fields.len()).filter(|index| self.shows(*index)).collect();
        let mut text = Vec::with_capacity(2 * PART);
        let mut done = 0;
        self.begin(&shown, &mut text);
        if !filters.iter().any(|filter| filter.is_never()) {
            moment.parts(&select.rows(Dialect::Sqlite), PART, |rows| {
                for row in rows.iter() {
                    match self.format {
                        Format::Json => text.extend_from_slice(if done == 0 { b"\n" } else { b",\n" }),
                        Format::Ndjson | Format::Csv(_) => {}
                    }
                    match self.format {
                        Format::Json => lines::record(self.collection, &shown, row, &mut text),
                        Format::Ndjson => {
                            lines::record(self.collection, &shown, row, &mut text);
                            text.push(b'\n');
                        }
                        Format::Csv(cells) => cells::record(self.collection, (&shown, cells), row, &mut text),
                    }
                    done += 1;
                }
                out.write_all(&text)?;
                text.clear();
                watch(Progress { collection: &self.collection.name, done, total });
                Ok::<_, ExportError>(())
            })?;
        }
        if self.format == Format::Json {
            text.extend_from_slice(if done == 0 { b"]" } else { b"\n]" });
        }
        out.write_all(&text)?;
        Ok(done)
    }

    fn begin(&self, shown: &[usize], text: &mut Vec<u8>) {
        match self.format {
            Format::Json => text.push(b'['),
            Format::Ndjson => {}
            Format::Csv(_) => cells::names(self.collection, shown, text),
        }
    }

    fn shows(&self, index: usize) -> bool {
        let Some(field) = self.collection.fields.get(index) else { return false };
        let secret = field.hidden || field.name == "tokenKey" && self.collection.is_auth();
        self.fields == Fields::All || !(secret || matches!(field.kind, FieldKind::Password { .. }))
    }
}
