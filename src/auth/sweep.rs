//! Codes and half sign-ins past their time go, a few at a time, so that nobody waits for it.

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::schema::Record;
use crate::store::{Reader, Tx};
use crate::value::json::text as json_text;

use super::Auth;

/// Rows in one job of the writer.
const BATCH: i64 = 200;

/// What goes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiring {
    /// One-time codes.
    Codes,
    /// Sessions between two factors.
    Sessions,
}

impl Auth {
    /// Removes what is past its time; how many there were.
    pub async fn sweep(&self, what: Expiring) -> Result<usize> {
        let mut count = 0;
        let catalog = self.records.store.catalog();
        for collection in catalog.iter() {
            let Some(options) = collection.auth() else { continue };
            let (name, seconds) = match what {
                Expiring::Codes => ("_otps", options.otp.duration),
                Expiring::Sessions => ("_mfas", options.mfa.duration),
            };
            count += self.sweep_of(name, &collection.id, seconds).await?;
        }
        Ok(count)
    }

    async fn sweep_of(&self, name: &'static str, owner: &str, seconds: i64) -> Result<usize> {
        let end = Timestamp(self.records.clock.now().0.saturating_sub(seconds.saturating_mul(1000)));
        let quoted = |text: &str| json_text(&text.into());
        let filter = format!("collectionRef = {} && created <= {}", quoted(owner), quoted(&end.to_string()));
        let mut count = 0;
        loop {
            // Looked for outside of the writer, which a large table would hold up.
            let (records, filter) = (self.records.clone(), filter.clone());
            let look = move |reader: &mut dyn Reader| {
                let catalog = reader.catalog().clone();
                let Some(rows) = catalog.by_name(name) else { return Ok(Vec::new()) };
                records.some_where(reader, rows, &filter, BATCH)
            };
            let rows = self.records.store.read::<_, Error>(look).await?;
            let found = rows.len();
            if found > 0 {
                let auth = self.clone();
                count += self.records.store.write(move |tx: &mut Tx| auth.remove_all(tx, &rows)).await?;
            }
            if i64::try_from(found).unwrap_or(BATCH) < BATCH {
                return Ok(count);
            }
        }
    }

    /// Removes those that are still there.
    fn remove_all(&self, tx: &mut Tx, rows: &[Record]) -> Result<usize> {
        let mut count = 0;
        for row in rows {
            if let Some(row) = self.records.stored_if_any(tx, &row.collection, row.id())? {
                tx.delete(&row)?;
                count += 1;
            }
        }
        Ok(count)
    }
}
