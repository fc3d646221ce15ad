//! Tables for people, JSON for machines.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::args::{Args, Size, Target};
use crate::fanout::{Fanout, Idle, percentile};
use crate::load::Measured;
use crate::server::Server;
use crate::start::{Start, median};
use crate::workload::Workload;

/// One measurement.
pub struct Row {
    label: String,
    workload: &'static str,
    what: &'static str,
    connections: usize,
    size: Size,
    goal: Option<f64>,
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    cpu_us: f64,
    rss_mb: f64,
    peak_mb: f64,
    requests: usize,
    errors: usize,
    first_error: Option<String>,
}

impl Row {
    pub fn new(
        (target, size): (&Target, Size),
        workload: &Workload,
        connections: usize,
        server: &Server,
        measured: Measured,
    ) -> Row {
        let (rss_mb, peak_mb) = server.memory();
        Row {
            label: target.label.clone(),
            workload: workload.name,
            what: workload.what,
            connections,
            size,
            goal: (workload.goal.1 == connections).then_some(workload.goal.0),
            per_second: measured.requests as f64 / measured.seconds,
            p50_ms: measured.percentile(0.5),
            p99_ms: measured.percentile(0.99),
            cpu_us: measured.cpu.as_secs_f64() * 1e6 / measured.requests.max(1) as f64,
            rss_mb,
            peak_mb,
            requests: measured.requests,
            errors: measured.errors,
            first_error: measured.first_error,
        }
    }

    pub fn line(&self) -> String {
        let mut line = format!(
            "{:<4} c={:<3} {:<12} {:>9.0}/s  p50 {:>7.2} ms  p99 {:>7.2} ms  {:>8.1} µs CPU  {:>4.0} MB",
            self.workload,
            self.connections,
            self.label,
            self.per_second,
            self.p50_ms,
            self.p99_ms,
            self.cpu_us,
            self.rss_mb
        );
        if let Some(error) = &self.first_error {
            let _ = write!(line, "  {} ERRORS: {error}", self.errors);
        }
        line
    }

    fn json(&self) -> Value {
        json!({"server": self.label, "workload": self.workload, "items": self.size.items, "collections": self.size.collections, "connections": self.connections, "perSecond": self.per_second, "p50Ms": self.p50_ms, "p99Ms": self.p99_ms,
               "cpuUsPerRequest": self.cpu_us, "rssMb": self.rss_mb, "peakMb": self.peak_mb, "requests": self.requests, "errors": self.errors})
    }
}

/// Everything measured in one run.
pub struct Report {
    pub rows: Vec<Row>,
    pub starts: Vec<Start>,
    pub fanouts: Vec<Fanout>,
    pub idle: Vec<Idle>,
    servers: Vec<String>,
    settings: Value,
    sizes: usize,
}

impl Report {
    pub fn new(args: &Args) -> Report {
        Report {
            rows: Vec::new(),
            starts: Vec::new(),
            fanouts: Vec::new(),
            idle: Vec::new(),
            servers: args.servers.iter().map(|target| target.label.clone()).collect(),
            settings: json!({"seconds": args.seconds, "warmUp": args.warm_up, "repeat": args.repeat, "items": args.items, "collections": args.collections}),
            sizes: args.sizes().len(),
        }
    }

    /// Medians of the repetitions; the ratio is the first server's CPU to each other one's.
    pub fn table(&self) -> String {
        let mut groups: BTreeMap<(usize, usize, Size, usize), Vec<&Row>> = BTreeMap::new();
        let mut order: Vec<&str> = Vec::new();
        for row in &self.rows {
            let place = order.iter().position(|name| *name == row.workload).unwrap_or_else(|| {
                order.push(row.workload);
                order.len() - 1
            });
            let server = self.servers.iter().position(|label| *label == row.label).unwrap_or(0);
            groups.entry((place, row.connections, row.size, server)).or_default().push(row);
        }
        let mut out = String::from(
            "| workload | c | server | per s | p50 ms | p99 ms | CPU µs/request | goal | CPU, first = 1 | RSS MB | errors |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
        );
        let mut first = f64::NAN;
        for ((_, connections, size, server), rows) in &groups {
            let of = |value: fn(&Row) -> f64| median(rows.iter().map(|row| value(row)).collect());
            let cpu = of(|row| row.cpu_us);
            if *server == 0 {
                first = cpu;
            }
            let errors: usize = rows.iter().map(|row| row.errors).sum();
            if let Some(row) = rows.first() {
                let goal = row
                    .goal
                    .filter(|_| *server == 0)
                    .map_or(String::new(), |goal| format!("{} {goal:.0}", if cpu <= goal { "≤" } else { "MISSED:" }));
                let of_size = if self.sizes > 1 { format!(" ({size})") } else { String::new() };
                let _ = writeln!(
                    out,
                    "| {} {}{of_size} | {connections} | {} | {:.0} | {:.2} | {:.2} | {cpu:.1} | {goal} | {:.2} | {:.0} | {errors} |",
                    row.workload,
                    row.what,
                    row.label,
                    of(|row| row.per_second),
                    of(|row| row.p50_ms),
                    of(|row| row.p99_ms),
                    cpu / first,
                    of(|row| row.rss_mb)
                );
            }
        }
        if !self.starts.is_empty() {
            out.push_str("\n| W9 start | seeded ms (goal 12) | empty ms (goal 35) | idle RSS MB (goal 15) |\n|---|---|---|---|\n");
            for start in &self.starts {
                let _ = writeln!(
                    out,
                    "| {} | {:.1} | {:.1} | {:.1} |",
                    start.label, start.seeded_ms, start.empty_ms, start.idle_mb
                );
            }
        }
        self.fanout_table(&mut out);
        out
    }

    /// Medians of the repetitions, as in the table of requests.
    fn fanout_table(&self, out: &mut String) {
        if !self.fanouts.is_empty() {
            out.push_str("\n| one event to many | subscribers | server | CPU µs/delivery | goal | delivery p50 / p99 ms (goal 5 / 12) | writer p50 / p99 ms (goal 1) | missing |\n|---|---|---|---|---|---|---|---|\n");
        }
        let mut groups: BTreeMap<(&str, usize), Vec<&Fanout>> = BTreeMap::new();
        for row in &self.fanouts {
            let server = self.servers.iter().position(|label| *label == row.label).unwrap_or(0);
            groups.entry((row.kind.name, server)).or_default().push(row);
        }
        for rows in groups.values() {
            let Some(first) = rows.first() else { continue };
            let of = |value: &dyn Fn(&Fanout) -> f64| median(rows.iter().map(|row| value(row)).collect());
            let _ = writeln!(
                out,
                "| {} {} | {} | {} | {:.1} | {:.1} | {:.2} / {:.2} | {:.2} / {:.2} | {} |",
                first.kind.name,
                first.kind.what,
                first.subscribers,
                first.label,
                of(&|row| row.cpu_us),
                first.kind.goal,
                of(&|row| percentile(&row.delivery, 0.5)),
                of(&|row| percentile(&row.delivery, 0.99)),
                of(&|row| percentile(&row.answer, 0.5)),
                of(&|row| percentile(&row.answer, 0.99)),
                rows.iter().map(|row| row.missing).sum::<usize>()
            );
        }
        if !self.idle.is_empty() {
            out.push_str("\n| W6i idle subscribers | streams | KB each (goal 15) |\n|---|---|---|\n");
            for idle in &self.idle {
                let _ = writeln!(out, "| {} | {} | {:.1} |", idle.label, idle.streams, idle.kb_each);
            }
        }
    }

    pub fn json(&self) -> String {
        let starts: Vec<Value> = self
            .starts
            .iter()
            .map(|start| json!({"server": start.label, "seededMs": start.seeded_ms, "emptyMs": start.empty_ms, "idleMb": start.idle_mb}))
            .collect();
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        let fanouts: Vec<Value> = self.fanouts.iter().map(Fanout::json).collect();
        let idle: Vec<Value> = self
            .idle
            .iter()
            .map(|idle| json!({"server": idle.label, "streams": idle.streams, "kbEach": idle.kb_each}))
            .collect();
        format!(
            "{:#}\n",
            json!({"settings": self.settings, "rows": rows, "starts": starts, "fanouts": fanouts, "idle": idle})
        )
    }
}
