//! What of an index definition matters to a query: its first column, and whether it makes that column unique.

use crate::schema::Collection;

/// How far a single-column unique index reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unique {
    No,
    /// With a WHERE: some rows may share a value.
    Partly,
    Yes,
}

/// The first column of an index, if it is a plain one, and what the index promises about it.
#[derive(Debug, PartialEq)]
struct Lead {
    column: String,
    unique: Unique,
    partial: bool,
}

/// The strongest single-column unique index on the column.
pub(crate) fn unique(collection: &Collection, column: &str) -> Unique {
    let mut found = Unique::No;
    for lead in leads(collection, column) {
        match lead.unique {
            Unique::Yes => return Unique::Yes,
            Unique::Partly => found = Unique::Partly,
            Unique::No => {}
        }
    }
    found
}

/// A search by the column finds its rows without reading the whole table.
pub(crate) fn is_searchable(collection: &Collection, column: &str) -> bool {
    // A partial index serves only queries that imply its condition, which is more than can be known here.
    column == "id" || leads(collection, column).any(|lead| !lead.partial)
}

fn leads(collection: &Collection, column: &str) -> impl Iterator<Item = Lead> {
    let leads = collection.indexes.iter().filter_map(|text| lead(text));
    leads.filter(move |lead| lead.column.eq_ignore_ascii_case(column))
}

/// Reads `CREATE [UNIQUE] INDEX … ON table (first, …) [WHERE …]`; `None` for what does not start with a plain column.
fn lead(text: &str) -> Option<Lead> {
    let open = text.find('(')?;
    let (head, rest) = (text.get(..open)?, text.get(open + 1..)?);
    let close = closing(rest)?;
    let (columns, tail) = (rest.get(..close)?, rest.get(close + 1..)?);
    let first = columns.split(',').next()?.trim();
    let word_end = first.find(|c: char| c.is_ascii_whitespace()).unwrap_or(first.len());
    let column = first.get(..word_end)?.trim_matches(['`', '"', '\'', '[', ']']);
    if column.is_empty() || !column.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return None;
    }
    let mut words = head.split_ascii_whitespace();
    let unique = words.nth(1).is_some_and(|word| word.eq_ignore_ascii_case("unique"));
    let partial = !tail.trim().trim_end_matches(';').is_empty();
    let unique = match (unique && !columns.contains(','), partial) {
        (false, _) => Unique::No,
        (true, true) => Unique::Partly,
        (true, false) => Unique::Yes,
    };
    // Another collation than the column's own is of no use to a search with `=`.
    let collated = first.to_ascii_lowercase().contains(" collate ") && !first.to_ascii_lowercase().contains("binary");
    Some(Lead { column: column.to_string(), unique, partial: partial || collated })
}

/// Where the parenthesis that is open at the start closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    text.bytes().position(|b| match b {
        b'(' => {
            depth += 1;
            false
        }
        b')' if depth == 0 => true,
        b')' => {
            depth -= 1;
            false
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_column_and_its_uniqueness_are_read() {
        for (text, column, unique, partial) in [
            ("CREATE INDEX i ON t (a)", "a", Unique::No, false),
            ("create unique index `i` on `t` (`a`)", "a", Unique::Yes, false),
            ("CREATE UNIQUE INDEX i ON t (a, b)", "a", Unique::No, false),
            ("CREATE UNIQUE INDEX IF NOT EXISTS main.i ON t (\n  [a] DESC\n);", "a", Unique::Yes, false),
            ("CREATE UNIQUE INDEX i ON t (a) WHERE a != ''", "a", Unique::Partly, true),
            ("CREATE UNIQUE INDEX i ON t (a COLLATE NOCASE)", "a", Unique::Yes, true),
        ] {
            assert_eq!(lead(text), Some(Lead { column: column.into(), unique, partial }), "{text}");
        }
        for text in ["CREATE INDEX i ON t (lower(a))", "CREATE INDEX i ON t", "", "CREATE INDEX i ON t (a || b)"] {
            assert!(lead(text).is_none_or(|lead| lead.column == "a"), "{text}");
        }
        assert_eq!(lead("CREATE INDEX i ON t (lower(a))"), None);
    }
}
