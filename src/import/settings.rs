//! The settings row: deciphered when it has to be, then key by key into ours.

use std::path::Path;

use super::{Report, failed, refuse};
use crate::error::Result;
use crate::settings::{EncryptionKey, KEY, Settings};
use crate::sql::transfer as print;
use crate::store::transfer::Transfer;
use crate::value::{Json, Object, Value, json};

/// Columns of `_params`.
const COLUMNS: [&str; 4] = ["id", "value", "created", "updated"];

/// Settings on their way.
pub struct Imported {
    settings: Settings,
    /// Date texts.
    created: String,
    updated: String,
}

impl Imported {
    /// Uploads are kept elsewhere.
    pub fn is_in_bucket(&self) -> bool {
        self.settings.s3.enabled
    }
}

/// Reads the settings; `None` when there are none. `file` is for the sentence that asks for the key.
pub fn read(db: &Transfer, key: Option<&EncryptionKey>, file: &Path, report: &mut Report) -> Result<Imported> {
    let mut imported = Imported { settings: Settings::default(), created: String::new(), updated: String::new() };
    let rows = db.query(&print::rows("_params", &COLUMNS));
    for row in rows.map_err(|error| failed("cannot read the settings", error))?.iter() {
        let [id, value, created, updated] = [0, 1, 2, 3].map(|index| row.at(index).text());
        if id != KEY {
            report.skipped.push(format!("the parameter {id}"));
            continue;
        }
        let (plain, was_sealed) = match json::parse(value.as_bytes()) {
            Ok(Json::Object(plain)) => (plain, false),
            Ok(_) | Err(_) => (unsealed(value, key, file)?, true),
        };
        if was_sealed {
            report.notes.push(
                "the settings were encrypted and no longer are: the data directory holds their secrets".to_string(),
            );
        }
        imported = Imported {
            settings: convert(&plain, &mut report.settings_dropped),
            created: created.to_string(),
            updated: updated.to_string(),
        };
    }
    Ok(imported)
}

fn unsealed(stored: &str, key: Option<&EncryptionKey>, file: &Path) -> Result<Object> {
    let shown = file.display();
    let Some(key) = key else {
        return Err(refuse(format!(
            "the settings in {shown} are encrypted; name the variable that holds the key with --encryption-env"
        )));
    };
    match key.open(stored).map(|text| serde_json::from_str(&text)) {
        Some(Ok(Json::Object(plain))) => Ok(plain),
        Some(_) | None => {
            Err(refuse(format!("the settings in {shown} cannot be decrypted with the key in {}", key.source())))
        }
    }
}

/// Our settings from theirs, which have the same keys. What does not fit is added to `dropped` and takes its default.
fn convert(theirs: &Object, dropped: &mut Vec<String>) -> Settings {
    let Ok(Json::Object(defaults)) = serde_json::to_value(Settings::default()) else { return Settings::default() };
    let mut ours = defaults.clone();
    overlay(&mut ours, theirs, "", dropped);
    if let Ok(settings) = serde_json::from_value(Json::Object(ours.clone())) {
        return settings;
    }
    // A list has items that are not understood: go without that section.
    for (key, section) in &mut ours {
        let alone = Object::from_iter([(key.clone(), section.clone())]);
        if let Err(error) = serde_json::from_value::<Settings>(Json::Object(alone)) {
            dropped.push(format!("{key} ({error})"));
            *section = defaults.get(key).cloned().unwrap_or_default();
        }
    }
    serde_json::from_value(Json::Object(ours)).unwrap_or_default()
}

fn overlay(ours: &mut Object, theirs: &Object, path: &str, dropped: &mut Vec<String>) {
    for (key, value) in theirs {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (ours.get_mut(key), value) {
            (_, Json::Null) => {}
            (Some(Json::Object(ours)), Json::Object(theirs)) => overlay(ours, theirs, &path, dropped),
            (Some(slot), value) if std::mem::discriminant(slot) == std::mem::discriminant(value) => {
                *slot = value.clone();
            }
            (Some(_) | None, _) => dropped.push(path),
        }
    }
}

/// Keeps the settings in the new database.
pub fn write(db: &Transfer, imported: &Imported) -> Result<()> {
    let mut insert = print::insert("_params", &COLUMNS);
    let Imported { settings, created, updated } = imported;
    insert.params = [KEY, &settings.stored_json(), created, updated].into_iter().map(Value::from).collect();
    db.execute(&insert).map(|_| ()).map_err(|error| failed("cannot keep the settings", error))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn converted(theirs: Json) -> (Settings, Vec<String>) {
        let mut dropped = Vec::new();
        let settings = convert(theirs.as_object().expect("an object"), &mut dropped);
        (settings, dropped)
    }

    #[test]
    fn settings_keep_what_has_a_counterpart() {
        let (settings, dropped) = converted(json!({
            "meta": {"appName": "Mine", "appURL": null, "theme": "dark"}, "smtp": {"port": "25", "password": "p"},
            "moon": {"phase": 1}, "rateLimits": {"enabled": true},
        }));
        assert_eq!((settings.meta.app_name.as_str(), settings.smtp.password.as_str()), ("Mine", "p"));
        assert_eq!((settings.smtp.port, settings.rate_limits.enabled), (587, true));
        assert_eq!(settings.meta.app_url, Settings::default().meta.app_url);
        assert_eq!(dropped, ["meta.theme", "smtp.port", "moon"]);
    }

    #[test]
    fn a_section_that_is_not_understood_takes_its_defaults() {
        let (settings, dropped) = converted(json!({
            "meta": {"appName": "Mine"}, "trustedProxy": {"headers": [{"no": "text"}]},
        }));
        assert_eq!((settings.meta.app_name.as_str(), settings.trusted_proxy.headers.len()), ("Mine", 0));
        assert_eq!(dropped.len(), 1, "{dropped:?}");
    }
}
