//! What is never returned: left out of the document, and only told whether it is there.

use super::Settings;
use crate::value::{Json, json};

/// Their paths.
const SECRETS: [&[&str]; 3] = [&["smtp", "password"], &["s3", "secret"], &["backups", "s3", "secret"]];

impl Settings {
    /// The document for superusers: without secrets.
    pub fn public_json(&self) -> Vec<u8> {
        let mut json = self.to_json();
        for path in SECRETS {
            let Some((last, parents)) = path.split_last() else { continue };
            let parent = parents.iter().try_fold(&mut json, |at, key| at.get_mut(key));
            if let Some(parent) = parent.and_then(Json::as_object_mut) {
                parent.shift_remove(*last);
            }
        }
        json::text(&json).into_bytes()
    }

    /// `{"set": […]}`: the names of those secrets that are not empty, as in `smtp.password`.
    pub fn secrets_json(&self) -> Vec<u8> {
        let json = self.to_json();
        let value = |path: &[&str]| path.iter().try_fold(&json, |at, key| at.get(key)).and_then(Json::as_str);
        let set = SECRETS.iter().filter(|path| value(path).is_some_and(|secret| !secret.is_empty()));
        let names: Vec<String> = set.map(|path| path.join(".")).collect();
        serde_json::json!({ "set": names }).to_string().into_bytes()
    }
}
