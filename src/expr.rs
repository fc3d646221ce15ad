//! TBD header.

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
mod number;
mod parse;
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
    check(&parse(text)?, scope)
}
