//! Requests, counted. Labels are few and fixed: nothing that clients send becomes one.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::http::{Method, StatusCode};

const METHODS: [&str; 6] = ["GET", "POST", "PATCH", "DELETE", "PUT", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Upper ends of the times that are told apart, in milliseconds.
const TIMES: [(u64, &str); 11] = [
    (1, "0.001"),
    (2, "0.002"),
    (5, "0.005"),
    (10, "0.01"),
    (25, "0.025"),
    (50, "0.05"),
    (100, "0.1"),
    (250, "0.25"),
    (1000, "1"),
    (5000, "5"),
    (30_000, "30"),
];

/// The counters.
#[derive(Default)]
pub struct Metrics {
    requests: [[AtomicU64; CLASSES.len()]; METHODS.len()],
    /// Requests that took up to each of the times, and those that took longer than all.
    times: [AtomicU64; TIMES.len() + 1],
    micros: AtomicU64,
}

impl Metrics {
    /// Counts an answer.
    pub fn count(&self, method: &Method, status: StatusCode, took: Duration) {
        let method = METHODS.iter().position(|name| *name == method.as_str()).unwrap_or(METHODS.len() - 1);
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.requests.get(method).and_then(|classes| classes.get(class)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        let time = TIMES.iter().position(|(ms, _)| took <= Duration::from_millis(*ms)).unwrap_or(TIMES.len());
        if let Some(counter) = self.times.get(time) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or_default(), Ordering::Relaxed);
    }

    /// As Prometheus reads it.
    pub fn write(&self, out: &mut String) {
        head(out, "cratebase_requests_total", "counter", "Answered requests.");
        for (method, classes) in METHODS.iter().zip(&self.requests) {
            for (class, counter) in CLASSES.iter().zip(classes) {
                let n = counter.load(Ordering::Relaxed);
                if n > 0 {
                    let _ = writeln!(out, "cratebase_requests_total{{method=\"{method}\",status=\"{class}\"}} {n}");
                }
            }
        }
        head(out, "cratebase_request_seconds", "histogram", "From the head of a request to the head of its answer.");
        let mut below = 0;
        let ends = TIMES.iter().map(|(_, seconds)| *seconds).chain(std::iter::once("+Inf"));
        for (end, counter) in ends.zip(&self.times) {
            below += counter.load(Ordering::Relaxed);
            let _ = writeln!(out, "cratebase_request_seconds_bucket{{le=\"{end}\"}} {below}");
        }
        let seconds = self.micros.load(Ordering::Relaxed) as f64 / 1e6;
        let _ = writeln!(out, "cratebase_request_seconds_sum {seconds}\ncratebase_request_seconds_count {below}");
    }
}

/// A number of its own.
pub fn single(out: &mut String, (name, kind): (&str, &str), help: &str, value: u64) {
    head(out, name, kind, help);
    let _ = writeln!(out, "{name} {value}");
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_add_up_and_labels_stay_few() {
        let metrics = Metrics::default();
        for (method, status, ms) in [("GET", 200, 1), ("GET", 204, 3), ("POST", 400, 60_000), ("BREW", 500, 10)] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            metrics.count(&method, StatusCode::from_u16(status).unwrap(), Duration::from_millis(ms));
        }
        let mut text = String::new();
        metrics.write(&mut text);
        for line in [
            "cratebase_requests_total{method=\"GET\",status=\"2xx\"} 2",
            "cratebase_requests_total{method=\"POST\",status=\"4xx\"} 1",
            "cratebase_requests_total{method=\"other\",status=\"5xx\"} 1",
            "cratebase_request_seconds_bucket{le=\"0.001\"} 1",
            "cratebase_request_seconds_bucket{le=\"0.005\"} 2",
            "cratebase_request_seconds_bucket{le=\"30\"} 3",
            "cratebase_request_seconds_bucket{le=\"+Inf\"} 4",
            "cratebase_request_seconds_count 4",
        ] {
            assert!(text.lines().any(|have| have == line), "{line}\n{text}");
        }
        assert!(!text.contains("BREW"));
    }
}
