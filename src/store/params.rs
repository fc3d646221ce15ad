//! Small documents the server keeps for itself, one row each: settings, what the dashboard keeps.

use super::{Reader, RowRef, Store, StoreError, Tx};
use crate::sql::Sql;
use crate::value::{Row as _, Value};

/// The document stored under `id`.
pub(super) fn param(reader: &mut dyn Reader, id: &str) -> Result<Option<String>, StoreError> {
    let sql = Sql { text: "SELECT value FROM _params WHERE id = ?".into(), params: vec![id.into()] };
    Ok(reader.query(&sql)?.first().map(|row| row.value(0).text().to_string()))
}

impl Store {
    /// The document stored under `id`.
    pub async fn param(&self, id: &str) -> Result<Option<String>, StoreError> {
        let id = id.to_string();
        self.read(move |reader| param(reader, &id)).await
    }

    /// Stores a document under `id`, in the place of an older one. `now` is a date text.
    pub async fn set_param(&self, id: &str, value: String, now: String) -> Result<(), StoreError> {
        let text = "INSERT INTO _params (id, value, created, updated) VALUES (?, ?, ?, ?) \
                    ON CONFLICT (id) DO UPDATE SET value = excluded.value, updated = excluded.updated";
        let params: Vec<Value> = vec![id.into(), value.into(), now.clone().into(), now.into()];
        let sql = Sql { text: text.into(), params };
        self.write(move |tx: &mut Tx| tx.execute(&sql).map(|_| ())).await
    }

    /// As [`Store::set_param`], below `prefix`, which ends in a dot; `false` when there are `most` others already.
    pub async fn set_param_under(
        &self,
        prefix: &str,
        key: &str,
        (value, most): (String, usize),
        now: String,
    ) -> Result<bool, StoreError> {
        let text = "INSERT INTO _params (id, value, created, updated) SELECT ?, ?, ?, ? \
                    WHERE (SELECT count(*) FROM _params WHERE id > ? AND id < ? AND id != ?) < ? \
                    ON CONFLICT (id) DO UPDATE SET value = excluded.value, updated = excluded.updated";
        let id = format!("{prefix}{key}");
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let params: Vec<Value> = vec![
            id.as_str().into(),
            value.into(),
            now.clone().into(),
            now.into(),
            prefix.into(),
            after(prefix).into(),
            id.into(),
            most.into(),
        ];
        let sql = Sql { text: text.into(), params };
        self.write(move |tx: &mut Tx| tx.execute(&sql).map(|written| written > 0)).await
    }

    /// The documents whose id starts with `prefix`, which ends in a dot, by what follows it.
    pub async fn params_under(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        let text = "SELECT substr(id, ?), value FROM _params WHERE id > ? AND id < ? ORDER BY id";
        let start = i64::try_from(prefix.len()).unwrap_or(i64::MAX).saturating_add(1);
        let sql = Sql { text: text.into(), params: vec![start.into(), prefix.into(), after(prefix).into()] };
        self.read(move |reader| {
            let rows = reader.query(&sql)?;
            let text = |row: &RowRef<'_>, at| row.value(at).text().to_string();
            Ok(rows.iter().map(|row| (text(&row, 0), text(&row, 1))).collect())
        })
        .await
    }

    /// Removes the document under `id`, if there is one.
    pub async fn remove_param(&self, id: &str) -> Result<(), StoreError> {
        let sql = Sql { text: "DELETE FROM _params WHERE id = ?".into(), params: vec![id.into()] };
        self.write(move |tx: &mut Tx| tx.execute(&sql).map(|_| ())).await
    }
}

/// What is above every id that starts with `prefix`: `/` comes right after the dot at its end.
fn after(prefix: &str) -> String {
    format!("{}/", prefix.trim_end_matches('.'))
}
