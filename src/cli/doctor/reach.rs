//! Other servers that ours depends on: the one for mails, and buckets.

use std::time::Duration;

use super::{Finding, fail, ok, warn};
use crate::app;
use crate::config::Config;
use crate::mail;
use crate::settings::{S3, Settings};

/// How long a bucket is asked.
const PATIENCE: Duration = Duration::from_secs(10);

pub async fn look(config: &Config, settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![mails(settings).await];
    for (what, s3) in [("files", &settings.s3), ("backups", &settings.backups.s3)] {
        if s3.enabled {
            findings.push(bucket(config, what, s3).await);
        }
    }
    findings
}

async fn mails(settings: &Settings) -> Finding {
    let (topic, smtp) = ("mail", &settings.smtp);
    match (smtp.enabled, mail::greet(smtp).await) {
        (true, Ok(())) => ok(topic, format!("The mail server {} takes us.", smtp.host)),
        (true, Err(why)) => {
            let why = why.to_string();
            let why = why.trim_end_matches('.');
            fail(topic, format!("The mail server {} does not take us ({why}): see the settings of mail.", smtp.host))
        }
        (false, Ok(())) => warn(topic, "No mail server is set: mails go through sendmail, which few others trust."),
        (false, Err(_)) => warn(topic, "No mail server is set and there is no sendmail: mails are lost; set smtp."),
    }
}

async fn bucket(config: &Config, what: &'static str, s3: &S3) -> Finding {
    let topic = "bucket";
    let name = format!("pb_settings_test_doctor_{}", std::process::id());
    let tried = match app::bucket(config, s3, PATIENCE) {
        Ok(bucket) => bucket.probe(&name).await,
        Err(error) => Err(error.to_string()),
    };
    match tried {
        Ok(()) => ok(topic, format!("The bucket for {what} takes and removes objects.")),
        Err(why) => {
            let why = why.trim_end_matches('.');
            fail(topic, format!("The bucket for {what} cannot be used ({why}): see the settings of S3."))
        }
    }
}
