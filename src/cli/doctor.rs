//! `cratebase doctor`: a look at everything that goes wrong sooner or later, beside the server or without it.
//!
//! Nothing is changed: a small file is written beside the data and removed, and one object in each bucket.

mod care;
mod database;
mod disk;
mod reach;

use clap::Args;

use super::{Failed, say};
use crate::app;
use crate::collections::lint::{Grade, oddities};
use crate::config::{Flags, Loaded};
use crate::settings::{KEY, Live, Settings};
use crate::store::{Moment, Reader as _};
use crate::value::{Json, json};

#[derive(Args)]
pub struct Doctor {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Name of the environment variable with the key that settings are encrypted with
    #[arg(long, alias = "encryptionEnv", value_name = "NAME")]
    encryption_env: Option<String>,
}

impl Doctor {
    pub fn flags(&self) -> Flags {
        self.encryption_env.iter().map(|name| ("settings.encryption_env", name.clone().into())).collect()
    }
}

/// What one look found.
struct Finding {
    topic: &'static str,
    level: Level,
    /// One sentence: what there is, and what to do about it unless it is fine.
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Ok,
    /// It works, but hardly as it is meant to.
    Warn,
    /// It does not work.
    Fail,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Level::Ok => "ok",
            Level::Warn => "warn",
            Level::Fail => "fail",
        }
    }
}

fn ok(topic: &'static str, text: impl Into<String>) -> Finding {
    Finding { topic, level: Level::Ok, text: text.into() }
}

fn warn(topic: &'static str, text: impl Into<String>) -> Finding {
    Finding { topic, level: Level::Warn, text: text.into() }
}

fn fail(topic: &'static str, text: impl Into<String>) -> Finding {
    Finding { topic, level: Level::Fail, text: text.into() }
}

pub async fn run(loaded: &Loaded, doctor: Doctor) -> Result<(), Failed> {
    let findings = look(loaded).await?;
    let failed = findings.iter().filter(|finding| finding.level == Level::Fail).count();
    let text = if doctor.json { as_json(&findings) } else { as_lines(&findings) };
    say(&text)?;
    match failed {
        0 => Ok(()),
        1 => Err(Failed("One check failed.".into())),
        failed => Err(Failed(format!("{failed} checks failed."))),
    }
}

async fn look(loaded: &Loaded) -> Result<Vec<Finding>, Failed> {
    let config = &loaded.config;
    let dir = app::absolute(&config.data_dir)?;
    if !dir.is_dir() {
        return Err(Failed(format!("There is no data directory {}.", dir.display())));
    }
    let mut findings = disk::look(&dir);
    findings.extend(database::look(&dir));
    let mut moment = match app::moment(config) {
        Ok(moment) => moment,
        Err(error) => {
            findings.push(fail("database", crate::error::sentence(&error.to_string())));
            return Ok(findings);
        }
    };
    findings.push(care::superusers(&mut moment)?);
    findings.extend(rules(&moment));
    match settings(loaded, &mut moment) {
        Ok(settings) => {
            findings.extend(care::look(config, &settings));
            findings.extend(reach::look(config, &settings).await);
            findings.push(care::backups(config, &dir, &settings).await);
        }
        Err(error) => findings.push(fail("settings", crate::error::sentence(&error.to_string()))),
    }
    Ok(findings)
}

fn settings(loaded: &Loaded, moment: &mut Moment) -> crate::error::Result<Settings> {
    let stored = moment.param(KEY)?;
    let live = Live::open(stored.as_deref(), loaded.config.settings.key()?)?;
    Ok((*live.load()).clone())
}

fn rules(moment: &Moment) -> Vec<Finding> {
    let found = oddities(moment.catalog());
    if found.is_empty() {
        return vec![ok("rules", "No rule is broken, and none lets anybody write.")];
    }
    let finding = |oddity: crate::collections::lint::Oddity| match oddity.grade {
        Grade::Odd => warn("rules", oddity.text),
        Grade::Broken => fail("rules", oddity.text),
    };
    found.into_iter().map(finding).collect()
}

fn as_lines(findings: &[Finding]) -> String {
    let line = |finding: &Finding| format!("{:4}  {:12}  {}\n", finding.level.name(), finding.topic, finding.text);
    findings.iter().map(line).collect()
}

fn as_json(findings: &[Finding]) -> String {
    let one = |finding: &Finding| serde_json::json!({"level": finding.level.name(), "topic": finding.topic, "text": finding.text});
    let worst = findings.iter().map(|finding| finding.level).max_by_key(|level| *level as u8);
    let all: Vec<Json> = findings.iter().map(one).collect();
    let level = worst.unwrap_or(Level::Ok).name();
    format!("{}\n", json::text(&serde_json::json!({"level": level, "findings": all})))
}
