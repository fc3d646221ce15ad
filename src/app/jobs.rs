//! The jobs the server comes with; their ids are the protocol's.

use crate::auth::Auth;
use crate::auth::sweep::Expiring;
use crate::backup::{Backups, alarm};
use crate::clock::Clock;
use crate::jobs::{Job, Jobs};
use crate::logs::Logs;
use crate::mail::Mailer;
use crate::settings::Live;
use crate::settings::schedule::Schedule;
use crate::store::Store;

/// What the jobs work on.
pub struct Ground {
    pub auth: Auth,
    pub logs: Logs,
    pub store: Store,
    pub backups: Backups,
    pub mailer: Mailer,
    pub settings: Live,
}

/// All of them.
pub fn built_in(ground: Ground, clock: Clock) -> Jobs {
    let backup = backup(&ground);
    let Ground { auth, logs, store, .. } = ground;
    let tended = logs.clone();
    let optimize = move || {
        let (store, logs) = (store.clone(), tended.clone());
        async move {
            store.tend().await?;
            logs.tend().await
        }
    };
    let sweep = |what: Expiring, auth: Auth| {
        move || {
            let auth = auth.clone();
            async move { auth.sweep(what).await.map(|_| ()) }
        }
    };
    let tidy = move || {
        let logs = logs.clone();
        async move { logs.tidy().await }
    };
    Jobs::new(
        clock,
        vec![
            Job::at("__pbDBOptimize__", "0 0 * * *", optimize),
            Job::at("__pbMFACleanup__", "0 * * * *", sweep(Expiring::Sessions, auth.clone())),
            Job::at("__pbOTPCleanup__", "0 * * * *", sweep(Expiring::Codes, auth)),
            Job::at("__pbLogsCleanup__", "0 */6 * * *", tidy),
            backup,
        ],
    )
}

/// A backup when the settings want one; when it fails, superusers hear of it.
fn backup(ground: &Ground) -> Job {
    let live = ground.settings.clone();
    let when = move || Schedule::parse(&live.load().backups.cron);
    let (backups, store) = (ground.backups.clone(), ground.store.clone());
    let (mailer, settings) = (ground.mailer.clone(), ground.settings.clone());
    let work = move || {
        let (backups, store, mailer, settings) = (backups.clone(), store.clone(), mailer.clone(), settings.clone());
        async move {
            let made = backups.create_scheduled().await;
            if let Err(error) = &made {
                alarm::raise(&store, &mailer, &settings, error).await?;
            }
            made
        }
    };
    Job::new("__pbAutoBackup__", when, work)
}
