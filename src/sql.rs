//! SQL as a value: text with `?` placeholders and the parameters in their order. The printers live below.

pub mod mutate;

use crate::value::Value;

/// A statement ready to run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sql {
    pub text: String,
    /// One per `?`, left to right.
    pub params: Vec<Value>,
}

/// Which engine the text is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    #[default]
    Sqlite,
}

/// Appends an identifier in double quotes, doubling those inside it.
pub fn quote(out: &mut String, ident: &str) {
    out.push('"');
    for (i, part) in ident.split('"').enumerate() {
        if i > 0 {
            out.push_str("\"\"");
        }
        out.push_str(part);
    }
    out.push('"');
}
