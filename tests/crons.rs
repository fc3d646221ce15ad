//! Jobs: what there is, when it runs, and that it runs once at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cratebase::clock::{Clock, Timestamp};
use cratebase::error::Error;
use cratebase::jobs::{Job, Jobs};
use serde_json::{Value as Json, json};
use tokio::sync::Semaphore;

use crate::support::{As, GUEST, SUPERUSER, TestApp};

const PATIENCE: Duration = Duration::from_secs(10);

fn listed(jobs: &Jobs) -> Json {
    serde_json::from_slice(&jobs.list()).unwrap()
}

fn at(text: &str) -> Clock {
    let at = Timestamp::from_civil(text.parse().unwrap());
    Clock::Fixed(Arc::new(at.0.into()))
}

fn ids(list: &Json) -> Vec<(&str, &str)> {
    list.as_array().unwrap().iter().map(|j| (j["id"].as_str().unwrap(), j["expression"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn the_built_in_jobs_are_listed() {
    let app = TestApp::start().await;
    let list = app.call(SUPERUSER, "GET /api/crons").await.is(200).json();
    let expected = [
        ("__pbDBOptimize__", "0 0 * * *"),
        ("__pbMFACleanup__", "0 * * * *"),
        ("__pbOTPCleanup__", "0 * * * *"),
        ("__pbLogsCleanup__", "0 */6 * * *"),
    ];
    assert_eq!(ids(&list), expected);
    assert_eq!((&list[0]["next"], &list[0]["last"]), (&json!("2026-01-03 00:00:00.000Z"), &Json::Null));

    let backups = json!({"backups": {"cron": "@daily"}});
    app.call(SUPERUSER, "PATCH /api/settings").json(backups).await.is(200);
    let list = app.call(SUPERUSER, "GET /api/crons?fields=id,expression").await.is(200).json();
    assert_eq!(list[4], json!({"id": "__pbAutoBackup__", "expression": "0 0 * * *"}));
}

#[tokio::test]
async fn those_of_an_application_come_first_by_id() {
    let job = |id| Job::at(id, "* * * * *", || async { Ok(()) });
    let jobs = Jobs::new(at("2026-01-02T03:04:05"), vec![job("__pbZ"), job("b"), job("__pbA"), job("a")]);
    let list = listed(&jobs);
    let order: Vec<&str> = ids(&list).into_iter().map(|(id, _)| id).collect();
    assert_eq!(order, ["a", "b", "__pbZ", "__pbA"]);
}

#[tokio::test]
async fn each_of_them_runs_on_demand_and_says_how_it_went() {
    let app = TestApp::start().await;
    let backups = json!({"backups": {"cron": "@daily"}});
    app.call(SUPERUSER, "PATCH /api/settings").json(backups).await.is(200);
    let list = app.call(SUPERUSER, "GET /api/crons").await.is(200).json();
    for (id, _) in ids(&list) {
        app.call(SUPERUSER, &format!("POST /api/crons/{id}")).await.is(204);
    }
    assert!(app.services.jobs.settle(PATIENCE).await);
    let list = app.call(SUPERUSER, "GET /api/crons").await.is(200).json();
    for job in list.as_array().unwrap() {
        assert_eq!((&job["last"]["error"], &job["running"]), (&json!(""), &json!(false)), "{job}");
        assert_eq!(job["last"]["started"], "2026-01-02 03:04:05.678Z");
    }
}

#[tokio::test]
async fn refusals() {
    let app = TestApp::start().await;
    let missing = json!({"message": "Missing or invalid cron job.", "status": 404});
    app.table(&[
        (GUEST, "GET /api/crons", Json::Null, 401, Json::Null),
        (As("bob"), "GET /api/crons", Json::Null, 403, Json::Null),
        (GUEST, "POST /api/crons/__pbDBOptimize__", Json::Null, 401, Json::Null),
        (As("bob"), "POST /api/crons/__pbDBOptimize__", Json::Null, 403, Json::Null),
        (SUPERUSER, "POST /api/crons/nothing", Json::Null, 404, missing.clone()),
        // As long as the settings want no backups there is no such job.
        (SUPERUSER, "POST /api/crons/__pbAutoBackup__", Json::Null, 404, missing),
    ])
    .await;
}

#[tokio::test]
async fn what_is_due_starts_once_a_minute() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let work = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Ok(()) }
    };
    let never = || async { Err(Error::internal("it is not due")) };
    let jobs = Jobs::new(
        at("2026-01-02T03:04:05"),
        vec![Job::at("due", "4 3 * * *", work), Job::at("later", "5 3 * * *", never)],
    );
    jobs.tick();
    jobs.tick();
    assert!(jobs.settle(PATIENCE).await);
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert_eq!(listed(&jobs)[1]["last"], Json::Null);
}

#[tokio::test]
async fn a_job_runs_once_at_a_time() {
    let (gate, begun) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let (inner, counted) = (gate.clone(), begun.clone());
    let work = move || {
        let gate = inner.clone();
        counted.fetch_add(1, Ordering::SeqCst);
        async move { gate.acquire().await.map(|_| ()).map_err(Error::internal) }
    };
    let jobs = Jobs::new(at("2026-01-02T03:04:05"), vec![Job::at("slow", "* * * * *", work)]);
    for _ in 0..5 {
        jobs.start("slow").unwrap();
        jobs.tick();
    }
    assert!(!jobs.settle(Duration::from_millis(1)).await);
    assert_eq!(listed(&jobs)[0]["running"], true);
    gate.add_permits(1);
    assert!(jobs.settle(PATIENCE).await);
    assert_eq!(begun.load(Ordering::SeqCst), 1);
    jobs.start("slow").unwrap();
    gate.add_permits(1);
    assert!(jobs.settle(PATIENCE).await);
    assert_eq!(begun.load(Ordering::SeqCst), 2);
}

/// Security case 24.
#[tokio::test]
async fn a_job_that_panics_or_fails_harms_nobody() {
    let later = || async { panic!("as the test asks") };
    let at_once = || -> std::future::Ready<cratebase::error::Result<()>> { panic!("as the test asks") };
    let failing = || async { Err(Error::internal("no luck")) };
    let jobs = Jobs::new(
        at("2026-01-02T03:04:05"),
        vec![
            Job::at("a", "* * * * *", later),
            Job::at("b", "* * * * *", at_once),
            Job::at("c", "* * * * *", failing),
            Job::at("d", "* * * * *", || async { Ok(()) }),
        ],
    );
    for _ in 0..2 {
        for id in ["a", "b", "c", "d"] {
            jobs.start(id).unwrap();
        }
        assert!(jobs.settle(PATIENCE).await);
    }
    let list = listed(&jobs);
    let errors: Vec<&Json> = list.as_array().unwrap().iter().map(|job| &job["last"]["error"]).collect();
    assert_eq!(errors, ["it panicked", "it panicked", "no luck", ""]);
}
