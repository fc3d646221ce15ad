//! The log as a collection, which filters and sorts can be asked about.

use std::sync::{Arc, LazyLock};

use crate::schema::{Catalog, Collection, FieldKind};
use crate::sql::logs::TABLE;

/// The log alone in a catalog: nothing else can be reached from it.
pub fn logs() -> (&'static Arc<Collection>, &'static Catalog) {
    static LOGS: LazyLock<(Arc<Collection>, Catalog)> = LazyLock::new(|| {
        let collection = Arc::new(Collection::internal(
            TABLE,
            &[
                ("id", FieldKind::TEXT),
                ("created", FieldKind::DATE),
                ("level", FieldKind::Number { min: None, max: None, only_int: true }),
                ("message", FieldKind::TEXT),
                ("data", FieldKind::Json { max_size: 0 }),
            ],
        ));
        let catalog = Catalog::new(0, vec![Arc::clone(&collection)]);
        (collection, catalog)
    });
    (&LOGS.0, &LOGS.1)
}
