//! Saving settings, and keeping in step with other processes that do.

use std::sync::Arc;
use std::time::Duration;

use super::Services;
use crate::error::{Error, FieldError, Result};
use crate::schema::Catalog;
use crate::settings::{KEY, Settings};
use crate::value::Object;

/// What a body of the wrong shape is answered.
pub const LOADING: &str = "An error occurred while loading the submitted data.";
const SAVING: &str = "An error occurred while saving the new settings.";
const NO_BUCKET: &str = "Failed to test the S3 filesystem.";
/// How soon a change by the command line takes effect.
const LOOK: Duration = Duration::from_secs(2);

impl Services {
    /// Merges `changes` into the settings and stores them. One save at a time, so that the settings in memory are those
    /// stored last.
    pub async fn save_settings(&self, changes: Object) -> Result<Settings> {
        let _turn = self.settings.turn().await;
        self.reread_settings().await?;
        let merged = self.settings().merged(changes).map_err(|_| Error::bad_request(LOADING))?;
        merged.check().into_result(SAVING)?;
        self.store_settings(&merged).await?;
        Ok(merged)
    }

    /// Rate limits that name a collection go with it to its new name; `before` is the catalog before the change.
    pub async fn follow_renames(&self, before: &Catalog) -> Result<()> {
        let after = self.store.catalog();
        let renamed: Vec<(&str, &str)> = before
            .iter()
            .filter_map(|old| after.by_id(&old.id).map(|new| (old.name.as_str(), new.name.as_str())))
            .filter(|(old, new)| old != new)
            .collect();
        if renamed.is_empty() {
            return Ok(());
        }
        let _turn = self.settings.turn().await;
        self.reread_settings().await?;
        let mut settings = Settings::clone(&self.settings());
        if settings.rate_limits.follow(&renamed) {
            self.store_settings(&settings).await?;
        }
        Ok(())
    }

    async fn store_settings(&self, settings: &Settings) -> Result<()> {
        let stored = self.settings.sealed(settings, &self.records.ids)?;
        self.store.set_param(KEY, stored.clone(), self.clock.now().to_string()).await?;
        self.settings.replace(settings.clone(), stored);
        self.settings_changed();
        Ok(())
    }

    /// Writes and removes an object in the bucket for `storage` or `backups`.
    pub async fn test_bucket(&self, filesystem: &str) -> Result<()> {
        let settings = self.settings();
        let bucket = match filesystem {
            "storage" => &settings.s3,
            "backups" => &settings.backups.s3,
            "" => return Err(about_filesystem("validation_required", "Cannot be blank.")),
            _ => return Err(about_filesystem("validation_in_invalid", "Must be a valid value.")),
        };
        let failed = |why: &str| Error::bad_request(format!("{NO_BUCKET} Raw error: \n{why}"));
        if !bucket.enabled {
            return Err(failed("S3 is not enabled for it"));
        }
        let name = format!("pb_settings_test_{}", self.records.ids.lower(5));
        self.files.bucket(bucket)?.probe(&name).await.map_err(|why| failed(&why))
    }

    /// Takes over what other processes store, until it is aborted.
    pub async fn follow_settings(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK).await;
            let _turn = self.settings.turn().await;
            if let Err(error) = self.reread_settings().await {
                tracing::warn!(%error, "the settings another process stored cannot be read");
            }
        }
    }

    async fn reread_settings(&self) -> Result<()> {
        let Some(stored) = self.store.param(KEY).await? else { return Ok(()) };
        if self.settings.follow(&stored)? {
            self.settings_changed();
        }
        Ok(())
    }

    /// What has to look at them now rather than next time.
    fn settings_changed(&self) {
        self.limits.clear();
        self.logs.follow_settings();
    }
}

fn about_filesystem(code: &'static str, message: &str) -> Error {
    Error::invalid(NO_BUCKET, "filesystem", FieldError::new(code, message))
}
