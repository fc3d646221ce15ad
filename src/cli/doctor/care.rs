//! What is left as it came, and what is forgotten until it is needed.

use std::path::Path;
use std::time::Duration;

use super::{Finding, fail, ok, warn};
use crate::app;
use crate::backup::folder::Folder;
use crate::backup::folder::Stored;
use crate::backup::shelf::Shelf;
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::error::Result;
use crate::schema::SUPERUSERS;
use crate::settings::schedule::Schedule;
use crate::settings::{Meta, Settings};
use crate::sql::{Dialect, Select};
use crate::store::{Moment, Reader as _};

const DAY_MS: i64 = 86_400_000;
const OLD_DAYS: i64 = 7;
/// How late a scheduled backup may be.
const LATE_MS: i64 = 3_600_000;
/// How long a bucket is asked.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the first start makes a link for; it goes with the first real one.
const INSTALLER: &str = "__pbinstaller@example.com";

pub fn superusers(moment: &mut Moment) -> Result<Finding> {
    let topic = "superusers";
    let catalog = moment.catalog().clone();
    let Some(collection) = catalog.by_name(SUPERUSERS) else {
        return Ok(fail(topic, "There is no collection of superusers: restore a backup."));
    };
    let email = collection.position("email").unwrap_or(usize::MAX);
    let rows = moment.query(&Select { limit: 2, ..Select::of(collection) }.rows(Dialect::Sqlite))?;
    Ok(match rows.iter().any(|row| row.at(email).text() != INSTALLER) {
        true => ok(topic, "There is somebody who may do everything."),
        false => warn(topic, "There is no superuser: cratebase superuser upsert EMAIL PASSWORD."),
    })
}

pub fn look(config: &Config, settings: &Settings) -> Vec<Finding> {
    let (meta, usual) = (&settings.meta, Meta::default());
    let local = ["localhost", "127.", "[::1]"].iter().any(|host| {
        let rest = meta.app_url.split_once("://").map_or(meta.app_url.as_str(), |(_, rest)| rest);
        rest.starts_with(host)
    });
    let sealed = !config.settings.encryption_env.is_empty() || !config.settings.encryption_file.is_empty();
    vec![
        match local {
            true => warn(
                "address",
                format!("Links in mails lead to {}: set meta.appURL to where people reach it.", meta.app_url),
            ),
            false => ok("address", format!("Links in mails lead to {}.", meta.app_url)),
        },
        match meta.sender_address == usual.sender_address {
            true => warn("sender", format!("Mails come from {}: set meta.senderAddress.", meta.sender_address)),
            false => ok("sender", format!("Mails come from {}.", meta.sender_address)),
        },
        match settings.rate_limits.enabled {
            true => ok("limits", "Requests are limited."),
            false => warn("limits", "Requests are not limited: turn rateLimits on, unless a proxy does it."),
        },
        match sealed {
            true => ok("encryption", "Settings are stored encrypted."),
            false => warn(
                "encryption",
                "Settings are stored with their secrets in clear: set settings.encryption_file or encryption_env.",
            ),
        },
    ]
}

/// Whether there is a backup that is worth its name.
pub async fn backups(config: &Config, dir: &Path, settings: &Settings) -> Finding {
    let topic = "backups";
    let s3 = &settings.backups.s3;
    let shelf = match s3.enabled {
        true => app::bucket(config, s3, PATIENCE).map(Shelf::Bucket),
        false => Ok(Shelf::Folder(Folder::of(dir))),
    };
    let listed = match shelf {
        Ok(shelf) => shelf.list().await,
        Err(error) => Err(error),
    };
    match listed {
        Ok(all) => judged(&all, &settings.backups.cron, Clock::System.now()),
        Err(error) => {
            let why = error.to_string();
            let why = why.trim_end_matches('.');
            fail(topic, format!("Backups cannot be listed ({why}): see where they are kept."))
        }
    }
}

fn judged(all: &[Stored], cron: &str, now: Timestamp) -> Finding {
    let topic = "backups";
    let schedule = Schedule::parse(cron);
    let newest = all.iter().map(|stored| stored.modified).max();
    match (newest, schedule) {
        (None, None) => warn(topic, "There is no backup, and none is made by itself: set backups.cron."),
        (None, Some(_)) => {
            warn(topic, "There is no backup yet: make one now, and see that the next scheduled one comes.")
        }
        (Some(at), Some(schedule)) if schedule.next(at).is_some_and(|due| due.0 + LATE_MS < now.0) => warn(
            topic,
            format!("The last backup is of {at}, and one has been due since: see the log for why there is none."),
        ),
        (Some(at), _) if now.0 - at.0 > OLD_DAYS * DAY_MS => {
            let days = (now.0 - at.0) / DAY_MS;
            warn(topic, format!("The last backup is {days} days old: set backups.cron."))
        }
        (Some(at), None) => ok(topic, format!("The last backup is of {at}; none is made by itself.")),
        (Some(at), Some(_)) => ok(topic, format!("The last backup is of {at}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backups_are_judged_by_their_age_and_schedule() {
        let now = Timestamp(1_767_323_045_678);
        let of = |days: i64| vec![Stored { key: "a".into(), size: 1, modified: Timestamp(now.0 - days * DAY_MS) }];
        for (all, cron, expected) in [
            (Vec::new(), "", "There is no backup, and none"),
            (Vec::new(), "@daily", "There is no backup yet"),
            (of(0), "", "The last backup is of 2026-01-02 03:04:05.678Z; none"),
            (of(1), "@weekly", "The last backup is of 2026-01-01 03:04:05.678Z."),
            (of(2), "@daily", "The last backup is of 2025-12-31 03:04:05.678Z, and one has been due"),
            (of(8), "@monthly", "The last backup is of 2025-12-25 03:04:05.678Z, and one"),
            (of(8), "", "The last backup is 8 days old"),
            (of(9), "0 0 1 6 *", "The last backup is 9 days old"),
        ] {
            let found = judged(&all, cron, now);
            assert!(found.text.starts_with(expected), "{cron}: {}", found.text);
        }
    }
}
