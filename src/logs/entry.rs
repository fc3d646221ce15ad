//! What is pushed to the log: as little work as possible for whoever pushes, the rest is the writing thread's.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::schema::Record;
use crate::value::{Json, Object};

/// Levels of entries.
pub const DEBUG: i64 = -4;
pub const INFO: i64 = 0;
pub const WARN: i64 = 4;
pub const ERROR: i64 = 8;

/// One line of the log.
pub struct Entry {
    pub at: Timestamp,
    /// −4 debug, 0 info, 4 warning, 8 error.
    pub level: i64,
    pub what: What,
}

pub enum What {
    Request(Request),
    Note(Note),
}

/// An answered request.
pub struct Request {
    pub method: Cow<'static, str>,
    /// Path and query as they came, then the referer, then the user agent: one text is one allocation.
    pub text: String,
    /// Where the referer and the user agent begin.
    pub parts: (usize, usize),
    pub nanos: u128,
    pub status: u16,
    pub caller: Option<Arc<Record>>,
    /// Whether the caller's id is to be kept.
    pub with_auth_id: bool,
    pub ips: Option<Ips>,
    pub failed: Option<Box<Failed>>,
}

/// Where a request came from.
pub struct Ips {
    /// The other end of the connection.
    pub remote: Option<IpAddr>,
    /// What a trusted proxy says about the client; `None` = the same.
    pub real: Option<String>,
}

/// Why a request was refused.
#[derive(Clone, Debug)]
pub struct Failed {
    /// As the client was told.
    pub message: String,
    /// What is behind it: a text, an object, or null.
    pub details: Json,
}

/// Something the server has to say.
pub struct Note {
    pub message: String,
    pub data: Object,
}
