//! The text form of Prometheus: every name with its kind and a sentence, then its numbers.

use std::fmt::Write as _;

use crate::histogram::Histogram;

/// Microseconds, in which times are counted, in a second, in which they are told.
const SECOND: f64 = 1e6;

/// A page in the making. Times are told in seconds, sizes in bytes; counters end in `_total`.
#[derive(Default)]
pub struct Page(String);

impl Page {
    /// A number that only grows.
    pub fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.counters(name, help, [(String::new(), value as f64)]);
    }

    /// Numbers that only grow, each with its labels.
    pub fn counters(&mut self, name: &str, help: &str, samples: impl IntoIterator<Item = (String, f64)>) {
        self.family((name, "counter"), help, samples);
    }

    /// A number of this moment.
    pub fn gauge(&mut self, name: &str, help: &str, value: f64) {
        self.gauges(name, help, [(String::new(), value)]);
    }

    /// Numbers of this moment, each with its labels.
    pub fn gauges(&mut self, name: &str, help: &str, samples: impl IntoIterator<Item = (String, f64)>) {
        self.family((name, "gauge"), help, samples);
    }

    /// Times that were counted in microseconds.
    pub fn times(&mut self, name: &str, help: &str, times: &Histogram) {
        self.histogram(name, help, (times, SECOND));
    }

    /// Counts of things.
    pub fn counts(&mut self, name: &str, help: &str, counts: &Histogram) {
        self.histogram(name, help, (counts, 1.0));
    }

    fn histogram(&mut self, name: &str, help: &str, (values, unit): (&Histogram, f64)) {
        self.head((name, "histogram"), help);
        let (classes, all) = values.up_to();
        for (end, count) in classes {
            let _ = writeln!(self.0, "{name}_bucket{{le=\"{}\"}} {count}", end as f64 / unit);
        }
        let sum = values.sum() as f64 / unit;
        let _ = writeln!(self.0, "{name}_bucket{{le=\"+Inf\"}} {all}\n{name}_sum {sum}\n{name}_count {all}");
    }

    fn family(&mut self, (name, kind): (&str, &str), help: &str, samples: impl IntoIterator<Item = (String, f64)>) {
        self.head((name, kind), help);
        for (labels, value) in samples {
            let _ = match labels.as_str() {
                "" => writeln!(self.0, "{name} {value}"),
                labels => writeln!(self.0, "{name}{{{labels}}} {value}"),
            };
        }
    }

    fn head(&mut self, (name, kind): (&str, &str), help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    pub fn text(self) -> String {
        self.0
    }
}
