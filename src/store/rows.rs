//! The result of a query in two allocations: 16-byte cells, and one arena for all text.

use std::fmt;
use std::sync::Arc;

use crate::value::{Row, Value, ValueRef};

/// Rows of a result, owned.
#[derive(Default)]
pub struct Rows {
    width: usize,
    cells: Vec<Cell>,
    text: String,
    columns: Arc<[String]>,
}

#[derive(Clone, Copy)]
enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text { start: u32, len: u32 },
}

const _: () = assert!(size_of::<Cell>() == 16);

/// One row; its values by column position.
#[derive(Clone, Copy)]
pub struct RowRef<'a> {
    cells: &'a [Cell],
    text: &'a str,
}

impl Rows {
    pub(super) fn new(columns: Arc<[String]>) -> Rows {
        Rows { width: columns.len(), columns, ..Rows::default() }
    }

    /// With room for one row of ordinary size, so that a single record takes no second allocation.
    pub(super) fn with_room(columns: Arc<[String]>) -> Rows {
        let mut rows = Rows::new(columns);
        rows.cells.reserve(rows.width);
        rows.text.reserve(512);
        rows
    }

    /// Appends the next cell, row by row.
    pub(super) fn push(&mut self, value: ValueRef<'_>) {
        self.cells.push(match value {
            ValueRef::Null => Cell::Null,
            ValueRef::Int(n) => Cell::Int(n),
            ValueRef::Real(n) => Cell::Real(n),
            ValueRef::Text(text) => {
                let start = u32::try_from(self.text.len());
                match (start, u32::try_from(text.len())) {
                    (Ok(start), Ok(len)) => {
                        self.text.push_str(text);
                        Cell::Text { start, len }
                    }
                    // Results beyond 4 GiB of text do not fit anyway: the server's memory is bounded far below.
                    (Err(_), _) | (_, Err(_)) => Cell::Null,
                }
            }
        });
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.cells.len().checked_div(self.width).unwrap_or(0)
    }

    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The row at `index`; all `Null` beyond the end.
    pub fn row(&self, index: usize) -> RowRef<'_> {
        let start = index * self.width;
        RowRef { cells: self.cells.get(start..start + self.width).unwrap_or_default(), text: &self.text }
    }

    pub fn first(&self) -> Option<RowRef<'_>> {
        self.iter().next()
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = RowRef<'_>> {
        self.cells.chunks_exact(self.width.max(1)).map(|cells| RowRef { cells, text: &self.text })
    }

    /// The first value as an integer: what a count says.
    pub fn first_int(&self) -> i64 {
        match self.first().map(|row| row.at(0)) {
            Some(ValueRef::Int(n)) => n,
            Some(ValueRef::Real(n)) => n as i64,
            Some(ValueRef::Null | ValueRef::Text(_)) | None => 0,
        }
    }

    /// Bytes that it holds.
    pub(super) fn size(&self) -> usize {
        size_of::<Rows>() + self.cells.capacity() * size_of::<Cell>() + self.text.capacity()
    }

    /// Names of the columns as the query gives them.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }
}

impl<'a> RowRef<'a> {
    /// The value of a column, living as long as the rows; `Null` beyond the end.
    pub fn at(self, index: usize) -> ValueRef<'a> {
        match self.cells.get(index) {
            Some(Cell::Int(n)) => ValueRef::Int(*n),
            Some(Cell::Real(n)) => ValueRef::Real(*n),
            Some(Cell::Text { start, len }) => {
                let start = *start as usize;
                ValueRef::Text(self.text.get(start..start + *len as usize).unwrap_or_default())
            }
            Some(Cell::Null) | None => ValueRef::Null,
        }
    }

    /// All values, owned.
    pub fn to_values(self) -> Vec<Value> {
        (0..self.cells.len()).map(|index| self.at(index).to_owned()).collect()
    }
}

impl Row for RowRef<'_> {
    fn value(&self, index: usize) -> ValueRef<'_> {
        self.at(index)
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Debug for RowRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((0..self.cells.len()).map(|index| self.at(index))).finish()
    }
}
