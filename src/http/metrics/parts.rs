//! What the parts of the server count about themselves, by name.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::page::Page;
use crate::http::Services;
use crate::store::figures::Sizes;

/// Writes all of it; blocks for a moment.
pub fn write(page: &mut Page, services: &Services) {
    let version = env!("CARGO_PKG_VERSION");
    page.gauges("cratebase_build_info", "The version that runs.", [(format!("version=\"{version}\""), 1.0)]);
    page.gauge("process_start_time_seconds", "When it started.", services.metrics.started.0 as f64 / 1000.0);
    writer(page, services);
    readers(page, services);
    caches(page, services);
    sizes(page, services);
    realtime(page, services);
    jobs(page, services);
    background(page, services);
}

fn writer(page: &mut Page, services: &Services) {
    let figures = services.store.figures();
    page.gauge("cratebase_writes_waiting", "Writes that wait for the writer.", held(&figures.writes_waiting));
    let help = "From asking for a write until its transaction begins.";
    page.times("cratebase_write_wait_seconds", help, &figures.write_wait);
    page.counts("cratebase_write_group_jobs", "Writes that share a transaction.", &figures.group);
    let help = "Transactions from beginning to end, COMMIT included; there is one at a time.";
    page.times("cratebase_write_transaction_seconds", help, &figures.transaction);
    page.times("cratebase_write_commit_seconds", "COMMIT alone: what the disk takes.", &figures.commit);
    page.counter("cratebase_write_failures_total", "Transactions that failed as a whole.", told(&figures.failed));
}

fn readers(page: &mut Page, services: &Services) {
    let (figures, connections) = (services.store.figures(), services.store.connections());
    page.gauge("cratebase_readers", "Connections to the database for reading.", connections.open as f64);
    page.gauge("cratebase_readers_busy", "Those of them that read.", connections.busy as f64);
    page.gauge("cratebase_reads_waiting", "Long reads that wait for a thread.", held(&figures.reads_waiting));
    let help = "Reads that were too long for the thread of their request.";
    page.counter("cratebase_reads_moved_total", help, told(&figures.reads_moved));
}

fn caches(page: &mut Page, services: &Services) {
    let figures = services.store.figures();
    let (tokens_found, tokens_missed) = services.auth.tokens_found_and_missed();
    let both = |answers: u64, tokens: u64| {
        [("lists", answers), ("tokens", tokens)].map(|(cache, n)| (format!("cache=\"{cache}\""), n as f64))
    };
    let (found, missed) = (told(&figures.answers_found), told(&figures.answers_missed));
    page.counters("cratebase_cache_hits_total", "What was remembered.", both(found, tokens_found));
    page.counters("cratebase_cache_misses_total", "What was not, or no longer.", both(missed, tokens_missed));
}

fn sizes(page: &mut Page, services: &Services) {
    let main = services.store.sizes();
    let log = Sizes::of(&services.backups.dir().join("auxiliary.db"));
    let help = "The database with its write-ahead log.";
    page.gauge("cratebase_database_bytes", help, (main.database + main.log) as f64);
    page.gauge("cratebase_database_wal_bytes", "The write-ahead log alone.", main.log as f64);
    page.gauge("cratebase_log_database_bytes", "The database of the log.", (log.database + log.log) as f64);
    if let Some(weight) = services.scales.read() {
        let help = "Files of records, thumbnails included, as of some time within the last hour (day, in a bucket).";
        page.gauge("cratebase_files", help, weight.files as f64);
        page.gauge("cratebase_files_bytes", "Their size, as of then.", weight.bytes as f64);
    }
    if let Some(free) = services.backups.room() {
        page.gauge("cratebase_disk_free_bytes", "What is left on the disk of the data directory.", free as f64);
    }
    let collections = services.store.catalog().iter().count();
    page.gauge("cratebase_collections", "Collections.", collections as f64);
}

fn realtime(page: &mut Page, services: &Services) {
    let (hub, figures) = (&services.hub, services.hub.figures());
    page.gauge("cratebase_realtime_connections", "Open realtime streams.", hub.count() as f64);
    page.gauge("cratebase_realtime_lag_changes", "Committed changes that nobody is told yet.", hub.lag() as f64);
    let help = "From a commit until its messages lie ready for all who may see them.";
    page.times("cratebase_realtime_delay_seconds", help, &figures.delay);
    page.counter("cratebase_realtime_messages_total", "Messages laid ready.", told(&figures.messages));
    let help = "Streams that were ended because they were too slow or could not be told something.";
    page.counter("cratebase_realtime_behind_total", help, told(&figures.behind));
}

fn jobs(page: &mut Page, services: &Services) {
    let jobs = services.jobs.figures();
    let label = |id: &str| format!("job=\"{id}\"");
    let each = jobs.iter();
    let running = each.clone().map(|job| (label(job.id), f64::from(u8::from(job.running))));
    page.gauges("cratebase_job_running", "Whether it runs.", running);
    let runs = each.clone().flat_map(|job| {
        [("done", job.done), ("failed", job.failed)]
            .map(|(outcome, n)| (format!("{},outcome=\"{outcome}\"", label(job.id)), n as f64))
    });
    page.counters("cratebase_job_runs_total", "Runs that came to an end.", runs);
    let took = each.clone().map(|job| (label(job.id), job.took.as_secs_f64()));
    page.gauges("cratebase_job_last_run_seconds", "How long the last run took.", took);
    let well = each.filter_map(|job| Some((label(job.id), job.well?.0 as f64 / 1000.0)));
    page.gauges("cratebase_job_last_success_timestamp_seconds", "When a run last ended well.", well);
}

fn background(page: &mut Page, services: &Services) {
    let (mailer, records) = (&services.mailer, &services.records);
    page.gauge("cratebase_mails_waiting", "Mails that wait to be sent.", mailer.waiting() as f64);
    let mails = mailer.figures();
    let outcomes = [("sent", &mails.sent), ("lost", &mails.lost), ("repeated", &mails.repeated)];
    let outcomes = outcomes.map(|(outcome, n)| (format!("outcome=\"{outcome}\""), told(n) as f64));
    page.counters(
        "cratebase_mail_attempts_total",
        "Attempts to send a mail; after a loss there is no other.",
        outcomes,
    );
    let help = "Work that no answer waits for, under way or waiting.";
    page.gauge("cratebase_background_tasks", help, records.later.under_way() as f64);
    page.gauge("cratebase_password_hashes_waiting", "Hashes that wait for a thread.", records.hasher.waiting() as f64);
    page.counter("cratebase_log_dropped_total", "Log entries that found no room.", services.logs.dropped());
}

fn told(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

fn held(counter: &AtomicUsize) -> f64 {
    counter.load(Ordering::Relaxed) as f64
}
