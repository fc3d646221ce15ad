//! Telling superusers by mail that no backup was made.

use crate::error::{Error, Result};
use crate::mail::{Mail, Mailer};
use crate::schema::SUPERUSERS;
use crate::settings::Live;
use crate::sql::{Dialect, Select};
use crate::store::{Reader, Store};
use crate::value::Row as _;

/// Superusers that are written to.
const READERS: i64 = 100;

/// Writes to all superusers why a scheduled backup failed.
pub async fn raise(store: &Store, mailer: &Mailer, settings: &Live, error: &Error) -> Result<()> {
    let read = |reader: &mut dyn Reader| {
        let catalog = reader.catalog().clone();
        let Some(superusers) = catalog.by_name(SUPERUSERS) else { return Ok(Vec::new()) };
        let Some(email) = superusers.position("email") else { return Ok(Vec::new()) };
        let select = Select { limit: READERS, ..Select::of(superusers) };
        let rows = reader.query(&select.rows(Dialect::Sqlite))?;
        Ok::<_, Error>(rows.iter().map(|row| row.value(email).text().to_string()).collect::<Vec<_>>())
    };
    let app = settings.load().meta.app_name.clone();
    let reason = escaped(&error.to_string());
    for to in store.read(read).await? {
        let subject = format!("{app}: the scheduled backup failed");
        let body = format!(
            "<p>Hello,</p><p>the scheduled backup of {} could not be made:</p><p><code>{reason}</code></p>",
            escaped(&app)
        );
        mailer.post(Mail { to, subject, body })?;
    }
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
