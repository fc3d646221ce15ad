//! Backups by the clock: as many as wanted, and an alarm when there is none.

use std::time::Duration;

use serde_json::json;

use crate::support::{Mailbox, SUPERUSER, TestApp};

use super::{backup, keys};

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn only_the_newest_are_kept() {
    let app = TestApp::start().await;
    let settings = json!({"backups": {"cron": "5 * * * *", "cronMaxKeep": 2}});
    app.call(SUPERUSER, "PATCH /api/settings").json(settings).await.is(200);
    backup(&app, "by_hand.zip").await;
    app.services.jobs.tick();
    assert!(app.services.jobs.settle(PATIENCE).await);
    assert_eq!(keys(&app).await, ["by_hand.zip"], "it is not due yet");
    app.wait_ms(60_000);
    for _ in 0..3 {
        app.services.jobs.tick();
        assert!(app.services.jobs.settle(PATIENCE).await);
        app.wait_ms(3_600_000);
    }
    let expected =
        ["@auto_pb_backup_acme_20260102040505.zip", "@auto_pb_backup_acme_20260102050505.zip", "by_hand.zip"];
    assert_eq!(keys(&app).await, expected);
}

#[tokio::test]
async fn superusers_hear_of_one_that_failed() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let settings = json!({"backups": {"cron": "@daily"}});
    app.call(SUPERUSER, "PATCH /api/settings").json(settings).await.is(200);
    // A file where the folder should be.
    std::fs::write(app.dir().join("data/backups"), "in the way").unwrap();
    app.call(SUPERUSER, "POST /api/backups").await.refuses(400, "Failed to create backup.");
    app.call(SUPERUSER, "POST /api/crons/__pbAutoBackup__").await.is(204);
    assert!(app.services.jobs.settle(PATIENCE).await);
    let mail = mailbox.next().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("root@example.com", "Acme: the scheduled backup failed"));
    let crons = app.call(SUPERUSER, "GET /api/crons").await.json();
    assert_ne!(crons[4]["last"]["error"], "");
}
