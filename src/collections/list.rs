//! TBD
use crate::error::Result;
use crate::store::Store;
pub struct ListQuery;
pub fn list(_store: &Store, _query: &ListQuery) -> Result<Vec<u8>> {
    Ok(Vec::new())
}
