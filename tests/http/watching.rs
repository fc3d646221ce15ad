//! What watches the server: readiness and metrics.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::realtime::Stream;
use crate::support::{As, GUEST, Mailbox, SUPERUSER, TestApp};

#[tokio::test]
async fn a_server_that_takes_writes_is_ready() {
    let app = TestApp::start().await;
    app.call(GUEST, "GET /api/ready").await.is(200).has(json!({"code": 200, "data": {}}));
    app.services.store.close();
    app.call(GUEST, "GET /api/ready").await.is(503);
    app.call(GUEST, "GET /api/health").await.is(200);
}

/// The metrics of a moment.
struct Page(String);

impl Page {
    async fn of(app: &TestApp) -> Page {
        let answer = app.call(SUPERUSER, "GET /api/metrics").await;
        assert!(answer.is(200).header("content-type").starts_with("text/plain; version=0.0.4"));
        Page(answer.text())
    }

    /// The first that is as it should be.
    async fn when(app: &TestApp, fits: impl Fn(&Page) -> bool) -> Page {
        let began = Instant::now();
        loop {
            let page = Page::of(app).await;
            if fits(&page) {
                return page;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{}", page.0);
        }
    }

    /// The value of a name with its labels, as it is written.
    fn find(&self, name: &str) -> Option<f64> {
        let line = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        Some(line.parse().unwrap())
    }

    fn number(&self, name: &str) -> f64 {
        self.find(name).unwrap_or_else(|| panic!("{name}\n{}", self.0))
    }
}

#[tokio::test]
async fn superusers_see_numbers() {
    let app = TestApp::start().await;
    app.call(GUEST, "GET /api/metrics").await.is(401);
    app.call(As("bob"), "GET /api/metrics").await.is(403);
    app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "x"})).await.is(200);
    let page = Page::of(&app).await;
    for (name, value) in [
        ("cratebase_requests_total{method=\"POST\",status=\"2xx\"}", 1.0),
        ("cratebase_requests_total{method=\"GET\",status=\"4xx\"}", 2.0),
        ("cratebase_request_seconds_count", 3.0),
        ("cratebase_request_seconds_bucket{le=\"+Inf\"}", 3.0),
        ("cratebase_realtime_connections", 0.0),
        ("cratebase_log_dropped_total", 0.0),
        ("cratebase_writes_waiting", 0.0),
        ("cratebase_write_failures_total", 0.0),
        ("process_start_time_seconds", 1_767_323_045.678),
    ] {
        assert_eq!(page.number(name), value, "{name}");
    }
    for (name, least) in [
        ("cratebase_changes_total", 1.0),
        ("cratebase_collections", 6.0),
        ("cratebase_readers", 2.0),
        ("cratebase_readers_busy", 0.0),
        ("cratebase_database_bytes", 10_000.0),
        ("cratebase_log_database_bytes", 0.0),
    ] {
        assert!(page.number(name) >= least, "{name}");
    }
    assert_eq!(page.number(&format!("cratebase_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"))), 1.0);
    #[cfg(target_os = "linux")]
    for name in ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds"] {
        assert!(page.number(name) > 0.0, "{name}");
    }
    #[cfg(target_os = "linux")]
    assert!(page.number("cratebase_disk_free_bytes") > 0.0);
}

#[tokio::test]
async fn writes_are_counted_by_how_long_they_wait_and_how_many_share_a_commit() {
    let app = TestApp::start().await;
    let before = Page::of(&app).await;
    let write = || async {
        let answer = app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "x"})).await;
        answer.is(200);
    };
    futures_util::future::join_all((0..20).map(|_| write())).await;
    let after = Page::of(&app).await;
    let more = |name: &str| after.number(name) - before.number(name);
    assert_eq!(more("cratebase_write_wait_seconds_count"), 20.0, "each write waited once");
    assert_eq!(more("cratebase_write_group_jobs_sum"), 20.0, "and was in one group");
    let groups = more("cratebase_write_group_jobs_count");
    assert!((1.0..=20.0).contains(&groups), "{groups}");
    assert_eq!(more("cratebase_write_commit_seconds_count"), groups, "that was committed once");
    assert!(more("cratebase_write_transaction_seconds_count") >= groups);
    assert!(more("cratebase_write_transaction_seconds_sum") >= more("cratebase_write_commit_seconds_sum"));
    assert!(more("cratebase_write_commit_seconds_sum") > 0.0);
}

#[tokio::test]
async fn what_is_remembered_is_counted() {
    let app = TestApp::start().await;
    app.call(As("bob"), "GET /api/collections/posts/records").await.is(200);
    let before = Page::of(&app).await;
    for _ in 0..3 {
        app.call(As("bob"), "GET /api/collections/posts/records?sort=title&perPage=7").await.is(200);
    }
    let after = Page::of(&app).await;
    let more = |name: &str| after.number(name) - before.number(name);
    assert!(more("cratebase_cache_hits_total{cache=\"lists\"}") >= 2.0, "asked once, remembered twice");
    assert!(more("cratebase_cache_misses_total{cache=\"lists\"}") >= 1.0);
    // Those of bob, and one to look.
    assert_eq!(more("cratebase_cache_hits_total{cache=\"tokens\"}"), 4.0);
    assert_eq!(more("cratebase_cache_misses_total{cache=\"tokens\"}"), 0.0);
}

#[tokio::test]
async fn a_long_read_that_moves_to_a_thread_is_counted() {
    let app = TestApp::start_with(|config| config.store.inline_budget_us = 0).await;
    let before = Page::of(&app).await;
    app.call(GUEST, "GET /api/collections/posts/records").await.is(200);
    let after = Page::of(&app).await;
    assert!(after.number("cratebase_reads_moved_total") > before.number("cratebase_reads_moved_total"));
    Page::when(&app, |page| page.number("cratebase_reads_waiting") == 0.0).await;
}

#[tokio::test]
async fn streams_and_what_they_are_told_are_counted() {
    let app = TestApp::start().await;
    let mut stream = Stream::of(&app, GUEST, &["posts/*"]).await;
    for _ in 0..3 {
        app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "x"})).await.is(200);
        assert_eq!(stream.next().await.action(), "create");
    }
    let page = Page::of(&app).await;
    assert_eq!(page.number("cratebase_realtime_connections"), 1.0);
    assert_eq!(page.number("cratebase_realtime_messages_total"), 3.0);
    assert_eq!(page.number("cratebase_realtime_behind_total"), 0.0);
    assert!(page.number("cratebase_realtime_delay_seconds_count") >= 2.0);
    // It has the last message, though the thread that told may not have said so yet.
    Page::when(&app, |page| page.number("cratebase_realtime_lag_changes") == 0.0).await;
}

#[tokio::test]
async fn jobs_are_counted_by_how_they_ended() {
    let app = TestApp::start().await;
    let runs = |outcome: &str| format!("cratebase_job_runs_total{{job=\"__pbLogsCleanup__\",outcome=\"{outcome}\"}}");
    let well = "cratebase_job_last_success_timestamp_seconds{job=\"__pbLogsCleanup__\"}";
    let page = Page::of(&app).await;
    assert_eq!((page.number(&runs("done")), page.find(well)), (0.0, None));
    app.call(SUPERUSER, "POST /api/crons/__pbLogsCleanup__").await.is(204);
    assert!(app.services.jobs.settle(Duration::from_secs(60)).await);
    let page = Page::of(&app).await;
    assert_eq!((page.number(&runs("done")), page.number(&runs("failed"))), (1.0, 0.0));
    assert_eq!(page.number("cratebase_job_running{job=\"__pbLogsCleanup__\"}"), 0.0);
    assert_eq!(page.number(well), 1_767_323_045.678);
    // What the settings do not want is no job.
    assert!(!page.0.contains("__pbAutoBackup__"));
}

#[tokio::test]
async fn mails_are_counted_as_they_leave() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let reset = json!({"email": "bob@example.com"});
    app.call(GUEST, "POST /api/collections/users/request-password-reset").json(reset).await.is(204);
    mailbox.next().await;
    let sent = "cratebase_mail_attempts_total{outcome=\"sent\"}";
    let page = Page::when(&app, |page| page.number(sent) > 0.0).await;
    assert_eq!((page.number(sent), page.number("cratebase_mails_waiting")), (1.0, 0.0));
    assert_eq!(page.number("cratebase_mail_attempts_total{outcome=\"lost\"}"), 0.0);
}

#[tokio::test]
async fn files_are_weighed_in_the_background_and_once_an_hour_at_most() {
    let app = TestApp::start().await;
    let send = |bytes: usize| {
        let part = reqwest::multipart::Part::bytes(vec![b'x'; bytes]).file_name("a.txt");
        let form = reqwest::multipart::Form::new().text("title", "x").part("cover", part);
        app.call(GUEST, "POST /api/collections/posts/records").multipart(form)
    };
    let weighed = || async {
        let page = Page::when(&app, |page| page.find("cratebase_files").is_some()).await;
        (page.number("cratebase_files"), page.number("cratebase_files_bytes"))
    };
    send(1000).await.is(200);
    assert_eq!(weighed().await, (1.0, 1000.0));
    send(500).await.is(200);
    app.settle().await;
    assert_eq!(weighed().await, (1.0, 1000.0), "what was found is good for an hour");
    app.wait_ms(3_600_000);
    weighed().await;
    app.settle().await;
    assert_eq!(weighed().await, (2.0, 1500.0));
}

/// What `promtool check metrics` would say.
#[tokio::test]
async fn the_page_is_as_prometheus_wants_it() {
    let app = TestApp::start().await;
    app.call(SUPERUSER, "POST /api/crons/__pbLogsCleanup__").await.is(204);
    app.call(GUEST, "GET /api/collections/posts/records").await.is(200);
    let text = Page::of(&app).await.0;
    let (mut names, mut samples) = (BTreeSet::new(), BTreeSet::new());
    let (mut name, mut kind) = ("", "");
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (next, help) = rest.split_once(' ').unwrap();
            assert!(help.ends_with('.') && !help.contains('\\'), "{line}");
            assert!(names.insert(next), "{next} comes twice");
            let declared = lines.next().unwrap().strip_prefix("# TYPE ").unwrap().split_once(' ').unwrap();
            assert_eq!(declared.0, next);
            (name, kind) = declared;
            assert!(next.starts_with("cratebase_") || next.starts_with("process_"), "{next}");
            assert!(next.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{next}");
            assert_eq!(next.ends_with("_total"), kind == "counter", "{next}: counters, and only they, end in _total");
            let (odd, words) = (["ms", "millis", "micros", "kib", "mib", "bucket", "count", "sum"], next.split('_'));
            assert!(!words.into_iter().any(|word| odd.contains(&word)), "{next}: seconds and bytes");
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().unwrap() >= 0.0, "{line}");
        assert!(samples.insert(sample), "{sample} comes twice");
        let (own, labels) = sample.split_once('{').unwrap_or((sample, ""));
        let suffix = own.strip_prefix(name).unwrap_or_else(|| panic!("{line} is below {name}"));
        match kind {
            "histogram" => assert!(matches!(suffix, "_bucket" | "_sum" | "_count"), "{line}"),
            _ => assert_eq!(suffix, "", "{line}"),
        }
        assert_eq!(labels.contains("le="), suffix == "_bucket", "{line}");
    }
    assert!(names.len() >= 35, "{text}");
}
