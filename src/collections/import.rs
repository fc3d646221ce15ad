//! TBD
use crate::error::Result;
use crate::store::Store;
use crate::value::Object;
pub async fn import(_store: &Store, _body: Object) -> Result<()> {
    Ok(())
}
