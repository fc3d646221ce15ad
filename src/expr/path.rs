//! The parts of a dotted identifier, and how far following them has come.

use std::sync::Arc;

use crate::schema::Collection;

use super::error::ExprError;
use super::predicate::From;

/// A dotted part of an identifier: `name` or `name:modifier`.
#[derive(Clone, Copy)]
pub(super) struct Segment<'t> {
    pub name: &'t str,
    pub modifier: Option<&'t str>,
    pub at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Modifier {
    None,
    Lower,
    Length,
    Each,
    IsSet,
    Changed,
}

/// Whose fields a path has reached.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Row(From),
    /// The caller's own record, which is read from memory.
    Caller,
}

/// How far a path has come.
pub(super) struct Walk {
    pub place: Place,
    pub collection: Arc<Collection>,
    pub hops: usize,
}

impl<'t> Segment<'t> {
    /// The parts of an identifier.
    pub fn split(text: &'t str, at: usize) -> Vec<Segment<'t>> {
        let mut start = at;
        text.split('.')
            .map(|part| {
                let (name, modifier) = match part.split_once(':') {
                    Some((name, modifier)) => (name, Some(modifier)),
                    None => (part, None),
                };
                let segment = Segment { name, modifier, at: start };
                start += part.len() + 1;
                segment
            })
            .collect()
    }

    pub fn modifier(&self) -> Result<Modifier, ExprError> {
        match self.modifier {
            None => Ok(Modifier::None),
            Some("lower") => Ok(Modifier::Lower),
            Some("length") => Ok(Modifier::Length),
            Some("each") => Ok(Modifier::Each),
            Some("isset") => Ok(Modifier::IsSet),
            Some("changed") => Ok(Modifier::Changed),
            Some(other) => {
                let known = ["lower", "length", "each", "isset", "changed"];
                Err(ExprError::unknown(self.at + self.name.len() + 1, "modifier", other, known.into_iter()))
            }
        }
    }

    /// As it stands in the text.
    pub fn spelling(&self) -> String {
        match self.modifier {
            Some(modifier) => format!("{}:{modifier}", self.name),
            None => self.name.to_string(),
        }
    }
}
