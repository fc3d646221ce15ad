//! `x LIKE y ESCAPE z` by our own search: SQLite's takes text × pattern, and cannot be interrupted.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef as Raw;
use rusqlite::{Connection, Error, Result};

use crate::expr::like::Pattern;

/// A pattern as it stays for a statement that compares it with many rows.
struct Kept {
    escape: Vec<u8>,
    pattern: Pattern,
}

/// Takes the place of SQLite's function behind the operator; views, triggers and indexes may use it as they could that.
pub fn define(db: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    db.create_scalar_function("like", 3, flags, like)
}

/// `like(pattern, text, escape)`; NULL if one of them is.
fn like(ctx: &Context<'_>) -> Result<Option<bool>> {
    let Some(escape) = bytes(ctx.get_raw(2)) else { return Ok(None) };
    let kept = match ctx.get_aux::<Kept>(0)?.filter(|kept| kept.escape == *escape) {
        Some(kept) => kept,
        None => {
            let Some(pattern) = bytes(ctx.get_raw(0)) else { return Ok(None) };
            ctx.set_aux(0, compile(&pattern, &escape)?)?
        }
    };
    Ok(bytes(ctx.get_raw(1)).map(|text| kept.pattern.matches(&text)))
}

fn compile(pattern: &[u8], escape: &[u8]) -> Result<Kept> {
    let refused = |reason: &str| Error::UserFunctionError(reason.into());
    if !std::str::from_utf8(escape).is_ok_and(|escape| escape.chars().count() == 1) {
        return Err(refused("ESCAPE expression must be a single character"));
    }
    let pattern = Pattern::new(pattern, escape).ok_or_else(|| refused("LIKE or GLOB pattern too complex"))?;
    Ok(Kept { escape: escape.to_vec(), pattern })
}

/// A value as the text SQLite makes of it.
fn bytes(raw: Raw<'_>) -> Option<std::borrow::Cow<'_, [u8]>> {
    match raw {
        Raw::Null => None,
        Raw::Text(bytes) | Raw::Blob(bytes) => Some(bytes.into()),
        Raw::Integer(n) => Some(n.to_string().into_bytes().into()),
        // Our own statements cast what may be one: only SQLite knows how many digits it writes.
        Raw::Real(n) => Some(format!("{n:?}").into_bytes().into()),
    }
}
