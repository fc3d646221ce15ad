//! How much expanded records may add to an answer. A record that many refer to is written as often, below each of them
//! again: a few hundred rows can be told in gigabytes.

use crate::error::{Error, Result};
use crate::records::present::Page;
use crate::value::ValueRef;

/// Bytes of nested JSON in one answer, and of the records read for it.
pub(in crate::records) const BYTES: usize = 32 << 20;
/// Records read for one answer.
const RECORDS: usize = 100_000;

/// What is left while reading.
pub(super) struct Budget {
    records: usize,
    bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { records: RECORDS, bytes: BYTES }
    }
}

impl Budget {
    /// How many records a query may answer: one more than there may be, so that it shows.
    pub fn limit(&self) -> usize {
        self.records + 1
    }

    /// Takes the records of a page.
    pub fn take(&mut self, page: &Page) -> Result<()> {
        let left = self.records.checked_sub(page.items.len());
        self.records = left.ok_or_else(too_much)?;
        for index in 0..page.items.len() {
            self.bytes = self.bytes.checked_sub(size(page, index)).ok_or_else(too_much)?;
        }
        Ok(())
    }
}

/// About how many bytes of JSON are nested in a page, each record as often as it is written; 400 if too many.
pub(super) fn added(page: &Page) -> Result<usize> {
    let total = nested(page).into_iter().fold(0_usize, usize::saturating_add);
    if total > BYTES { Err(too_much()) } else { Ok(total) }
}

/// What is answered to who asks for more.
pub(in crate::records) fn too_much() -> Error {
    let most = BYTES >> 20;
    Error::bad_request(format!(
        "The expanded records take more than {most} MiB. Expand fewer relations or ask for fewer records at once."
    ))
}

/// Per record of the page, about how many bytes are nested in it.
fn nested(page: &Page) -> Vec<usize> {
    let mut sums = vec![0_usize; page.items.len()];
    for expansion in page.expansions.iter().flatten() {
        let below = nested(&expansion.target);
        let whole: Vec<usize> =
            below.iter().enumerate().map(|(n, below)| below.saturating_add(size(&expansion.target, n))).collect();
        for (sum, links) in sums.iter_mut().zip(&expansion.links) {
            let sizes = links.iter().filter_map(|link| whole.get(*link));
            *sum = sizes.fold(*sum, |sum, size| sum.saturating_add(*size));
        }
    }
    sums
}

/// About how long a record is as JSON, without what is nested in it.
fn size(page: &Page, index: usize) -> usize {
    let collection = &page.collection;
    let value = |value: ValueRef<'_>| match value {
        ValueRef::Text(text) => text.len(),
        ValueRef::Null | ValueRef::Int(_) | ValueRef::Real(_) => 4,
    };
    let fields = page.items.with(index, |row| {
        let fields = collection.fields.iter().enumerate();
        fields.map(|(n, field)| field.name.len() + 6 + value(row.value(n))).sum::<usize>()
    });
    fields + collection.id.len() + collection.name.len() + 40
}
