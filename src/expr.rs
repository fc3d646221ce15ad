//! The language of rules, filters and sorts: one tree, two readers.
//!
//! ```text
//! text → parse → Expr → check(Scope) → Predicate → bind(Ctx) → Bound → eval(row)      Pass, Fail or AskDatabase
//!                                                                    → sql::Select    the condition of a statement
//! ```
//! A [`Predicate`] depends on the catalog, the text, the caller's auth collection and the access, and on nothing else:
//! keep it under these and bind it anew for each request. Binding reads the request once and folds away what is certain.
//!
//! # What an expression means
//!
//! A path leads from a record over joins (relations, back-relations, other collections, list items) to values. Each join
//! reaches at least one row, which is all NULL when there is none; paths with the same beginning share their rows. An
//! expression is true of a record when **some** choice of rows makes it true. A comparison without `?` over several
//! values adds: and **no** value makes it false, where unknown (NULL) is not false.
//!
//! | `=`, `!=` between | is |
//! |---|---|
//! | anything and JSON (a json field, a path in it, a geo point's member, `geoDistance`, `:changed`) | `IS`, `IS NOT` |
//! | a submitted item (`@request.body.x:each`) and anything | `=`, `IS NOT` |
//! | NULL or `''` as a constant, and the same | true, false |
//! | NULL or `''` as a constant, and a column | the column is NULL or `''`; is neither |
//! | another constant and anything | `=` (unknown for NULL), `IS NOT` |
//! | two columns | equal, different with NULL as `''`, whatever their affinity |
//!
//! Order and `~` are unknown for NULL. Constants are literals, macros and what is read from the request, among it the
//! caller's own fields, which keep the affinity of their columns. Numbers are floats: beside a text column `5` is `5.0`.
//! Text columns turn numbers into text, number columns turn texts that look like numbers into numbers.
//!
//! # Who may ask what
//!
//! Rules and superusers everything; a client ([`Access::Client`]) nothing hidden, no passwords, no `@request`, no
//! `@collection`, and only through collections with a list rule. Every joined row then has to satisfy that rule or be
//! absent, as a condition of the whole expression, and rows that do not satisfy it cannot violate anything either. An
//! e-mail address takes part only where its owner shows it. What a client may not name is as unknown as what is not
//! there.
//!
//! Departures from the protocol's reference, where it is not observable or a known quirk (contract/records.md §18):
//! unlistable rows are left out of "no value makes it false"; `strftime` and sorts do not see hidden addresses;
//! `:changed` on create compares with zero values; `@request.auth.x:isset` works; a create rule's record has the
//! affinities of its table; `"\b\f\u0041"` are read as JSON reads them; only identifiers are forbidden, not quoted text.

pub(crate) mod bind;
mod check;
pub(crate) mod compare;
mod error;
mod eval;
mod geo;
pub(crate) mod index;
pub(crate) mod json;
mod like;
mod macros;
mod mention;
mod number;
pub(crate) mod outcome;
mod parse;
mod parts;
mod path;
pub(crate) mod predicate;
mod quantify;
pub mod rename;
mod request;
mod resolve;
mod scope;
mod slot;
pub(crate) mod sort;
pub(crate) mod token;

use std::sync::Arc;

pub use bind::Bound;
pub use check::check;
pub use error::{ExprError, ExprErrorKind};
pub use eval::Verdict;
pub use parse::{Expr, parse};
pub use parts::{Join, Part, parts};
pub use predicate::Predicate;
pub use scope::{Access, Scope};
pub use sort::{BoundSort, Sort};

/// Bytes of a filter that comes with a request; rules may be longer.
const MAX_FILTER_BYTES: usize = 3500;

/// Parses and checks an expression. Blank text is an error: "no filter" and the rule `""` are the caller's to know.
pub fn compile(text: &str, scope: &Scope<'_>) -> Result<Arc<Predicate>, ExprError> {
    if scope.access != Access::Rule && text.len() > MAX_FILTER_BYTES {
        return Err(ExprError::limit(0, format!("a filter of more than {MAX_FILTER_BYTES} bytes")));
    }
    let refused = |error| match scope.access {
        Access::Client => error::forbidden_somewhere(text).unwrap_or(error),
        Access::Rule | Access::Superuser => error,
    };
    check(&parse(text).map_err(refused)?, scope)
}
