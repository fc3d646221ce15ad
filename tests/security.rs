//! Security cases that cut across capabilities; the numbers in the comments are those of the list of cases.

mod closed;
mod identifiers;
mod json;
mod limits;
mod matrix;
mod oracle;
mod system_fields;
