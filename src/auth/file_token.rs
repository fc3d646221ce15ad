//! Tokens that travel in the address of a protected file: short-lived, good for nothing else.

use crate::context::Caller;
use crate::error::{Error, Result};

use super::Auth;
use super::tokens::{self, Claims, Kind};

impl Auth {
    /// A file token for `caller`; 401 for guests.
    pub fn file_token(&self, caller: &Caller) -> Result<String> {
        let guest = || Error::unauthorized("The request requires valid record authorization token.");
        let account = caller.record().ok_or_else(guest)?;
        tokens::sign_for(account, &Claims::of(account, Kind::File, self.records.clock.now())?)
    }
}
