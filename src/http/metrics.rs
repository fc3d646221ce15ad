//! Numbers about the server: requests, counted here, and what every part counts about itself, as a page that Prometheus
//! reads. Labels are few and fixed: nothing that clients send becomes one.

mod page;
mod parts;
mod process;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::http::{Method, StatusCode};

use self::page::Page;
use super::Services;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::histogram::Histogram;
use crate::id::Ids;

const METHODS: [&str; 6] = ["GET", "POST", "PATCH", "DELETE", "PUT", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Upper ends of the times that are told apart, in microseconds.
const TIMES: &[u64] =
    &[250, 500, 1000, 2000, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000, 30_000_000];

/// The counters of requests.
pub struct Metrics {
    started: Timestamp,
    numbers: AtomicU64,
    requests: [[AtomicU64; CLASSES.len()]; METHODS.len()],
    times: Histogram,
}

impl Metrics {
    /// All of them 0.
    pub fn new(started: Timestamp, ids: &Ids) -> Metrics {
        let numbers = u64::from_le_bytes(ids.bytes()).into();
        Metrics { started, numbers, requests: Default::default(), times: Histogram::new(TIMES) }
    }

    /// A number of its own for each request. They go on from a random one, so that those of two runs differ.
    pub fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts an answer.
    pub fn count(&self, method: &Method, status: StatusCode, took: Duration) {
        let method = METHODS.iter().position(|name| *name == method.as_str()).unwrap_or(METHODS.len() - 1);
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.requests.get(method).and_then(|classes| classes.get(class)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        self.times.add_time(took);
    }

    fn write(&self, page: &mut Page) {
        let mut samples = Vec::new();
        for (method, classes) in METHODS.iter().zip(&self.requests) {
            for (class, counter) in CLASSES.iter().zip(classes) {
                let n = counter.load(Ordering::Relaxed);
                if n > 0 {
                    samples.push((format!("method=\"{method}\",status=\"{class}\""), n as f64));
                }
            }
        }
        page.counters("cratebase_requests_total", "Answered requests.", samples);
        page.times("cratebase_request_seconds", "From the head of a request to the head of its answer.", &self.times);
    }
}

/// The page as of now, in the text form of Prometheus.
pub async fn page(services: &Arc<Services>) -> Result<String> {
    let newest = services.store.changes_since(0, 0).await?.newest.unsigned_abs();
    let services = Arc::clone(services);
    // Sizes of files and the list of open ones are asked for.
    let made = tokio::task::spawn_blocking(move || {
        let mut page = Page::default();
        services.metrics.write(&mut page);
        page.counter("cratebase_changes_total", "Changes of records since the database was made.", newest);
        parts::write(&mut page, &services);
        process::write(&mut page);
        page.text()
    });
    made.await.map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_add_up_and_labels_stay_few() {
        let metrics = Metrics::new(Timestamp(0), &Ids::seeded(1));
        for (method, status, ms) in [("GET", 200, 1), ("GET", 204, 3), ("POST", 400, 60_000), ("BREW", 500, 10)] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            metrics.count(&method, StatusCode::from_u16(status).unwrap(), Duration::from_millis(ms));
        }
        let mut page = Page::default();
        metrics.write(&mut page);
        let text = page.text();
        for line in [
            "cratebase_requests_total{method=\"GET\",status=\"2xx\"} 2",
            "cratebase_requests_total{method=\"POST\",status=\"4xx\"} 1",
            "cratebase_requests_total{method=\"other\",status=\"5xx\"} 1",
            "cratebase_request_seconds_bucket{le=\"0.0005\"} 0",
            "cratebase_request_seconds_bucket{le=\"0.001\"} 1",
            "cratebase_request_seconds_bucket{le=\"0.005\"} 2",
            "cratebase_request_seconds_bucket{le=\"30\"} 3",
            "cratebase_request_seconds_bucket{le=\"+Inf\"} 4",
            "cratebase_request_seconds_sum 60.014",
            "cratebase_request_seconds_count 4",
        ] {
            assert!(text.lines().any(|have| have == line), "{line}\n{text}");
        }
        assert!(!text.contains("BREW"));
    }
}
