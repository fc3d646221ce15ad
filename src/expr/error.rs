//! Why an expression is refused: what kind of mistake, where, what was expected and the nearest known name.

use std::fmt;

/// A refused expression. Its `Display` is one sentence for the person who wrote the expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprError {
    pub kind: ExprErrorKind,
    /// `validation_invalid_filter`, or `validation_invalid_sort`.
    pub code: &'static str,
    pub message: String,
    /// Byte offset in the text; 0 when the whole text is meant.
    pub at: usize,
    /// What would have been accepted there; `""` when that says nothing new.
    pub expected: &'static str,
    /// A known name that looks like the unknown one.
    pub nearest: Option<String>,
}

/// The kinds of mistake a caller tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExprErrorKind {
    /// The text does not follow the grammar.
    Syntax,
    /// A name that does not exist here, or that the caller may not know of: the two are never told apart.
    Unknown,
    /// Names that exist, put together in a way that has no meaning.
    Misuse,
    /// Reserved to superusers: 403 with exactly this message.
    Forbidden,
    /// Too long, too many comparisons, too many hops.
    Limit,
}

impl ExprError {
    pub(crate) fn new(kind: ExprErrorKind, at: usize, message: impl Into<String>) -> Self {
        ExprError { kind, code: "validation_invalid_filter", message: message.into(), at, expected: "", nearest: None }
    }

    pub(crate) fn syntax(at: usize, expected: &'static str, found: &str) -> Self {
        let message = format!("expected {expected}, found {found}");
        ExprError { expected, ..ExprError::new(ExprErrorKind::Syntax, at, message) }
    }

    pub(crate) fn misuse(at: usize, message: impl Into<String>) -> Self {
        ExprError::new(ExprErrorKind::Misuse, at, message)
    }

    pub(crate) fn limit(at: usize, message: impl Into<String>) -> Self {
        ExprError::new(ExprErrorKind::Limit, at, message)
    }

    /// An unknown name; `known` are the names the caller may know of.
    pub(crate) fn unknown<'a>(at: usize, what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let message = format!("unknown {what} `{name}`");
        ExprError { nearest: nearest(name, known), ..ExprError::new(ExprErrorKind::Unknown, at, message) }
    }

    /// May only be answered with 403.
    pub fn is_forbidden(&self) -> bool {
        self.kind == ExprErrorKind::Forbidden
    }
}

impl fmt::Display for ExprError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.kind != ExprErrorKind::Forbidden {
            write!(f, " at byte {}", self.at)?;
        }
        match &self.nearest {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ExprError {}

/// The known name with the fewest edits, if it is near enough to be a slip of the keyboard.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    // Of a name of one or two letters nothing would be left.
    let limit = if name.len() < 3 { 0 } else { (name.len() / 3).max(1) };
    // A name of hundreds of letters is no slip, and the table below grows with its square.
    let name = Some(name).filter(|name| name.len() <= 100)?;
    known
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(edits, _)| *edits <= limit)
        .min()
        .map(|(_, name)| name.to_string())
}

/// Edits between two names without regard to ASCII case, a swap of neighbours counting as two.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut cells = row.iter_mut();
        if let Some(first) = cells.next() {
            *first = left;
        }
        for (cell, y) in cells.zip(b.bytes()) {
            let replaced = diagonal + usize::from(!x.eq_ignore_ascii_case(&y));
            diagonal = *cell;
            left = replaced.min(left + 1).min(*cell + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// What only superusers may mention; of an expression with both, the first is told.
pub(super) const RESERVED: [&str; 2] = ["@collection.", "@request."];

/// 403 for one of [`RESERVED`].
pub(super) fn forbidden(prefix: &str, at: usize) -> ExprError {
    ExprError::new(ExprErrorKind::Forbidden, at, format!("Only superusers can filter by {prefix}"))
}

/// 403 for a text that cannot be read but has one of [`RESERVED`] in it.
pub(super) fn forbidden_somewhere(text: &str) -> Option<ExprError> {
    RESERVED.iter().find_map(|prefix| text.find(prefix).map(|at| forbidden(prefix, at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        for (a, b, edits) in
            [("", "", 0), ("a", "", 1), ("title", "Title", 0), ("titel", "title", 2), ("nam", "name", 1)]
        {
            assert_eq!(distance(a, b), edits, "{a} {b}");
        }
    }

    #[test]
    fn only_near_names_are_suggested() {
        let known = ["title", "author", "created"];
        assert_eq!(nearest("autor", known.into_iter()).as_deref(), Some("author"));
        assert_eq!(nearest("zzz", known.into_iter()), None);
        assert_eq!(nearest("x", ["a"].into_iter()), None);
        assert_eq!(nearest(&"a".repeat(200), known.into_iter()), None);
    }
}
