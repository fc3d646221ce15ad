//! What the system says about this process, by the names that Prometheus' own libraries use; nothing where it says nothing.

use super::page::Page;

/// Times of processes are told in hundredths of a second on every architecture that Rust knows.
const TICKS: f64 = 100.0;

/// Writes all of it; blocks for a moment.
pub fn write(page: &mut Page) {
    if let Some(seconds) = cpu() {
        let help = "Time on processors, by the process and by the system for it.";
        page.counters("process_cpu_seconds_total", help, [(String::new(), seconds)]);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = |name: &str| number(status.lines().find_map(|line| line.strip_prefix(name))?);
    if let Some(resident) = kib("VmRSS:") {
        page.gauge("process_resident_memory_bytes", "Memory of the process.", resident * 1024.0);
    }
    if let Some(threads) = kib("Threads:") {
        page.gauge("process_threads", "Threads.", threads);
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        page.gauge("process_open_fds", "Open files and sockets.", open.count() as f64);
    }
    #[cfg(target_os = "linux")]
    if let Some(most) = rustix::process::getrlimit(rustix::process::Resource::Nofile).current {
        page.gauge("process_max_fds", "How many there may be.", most as f64);
    }
}

fn cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is a name in parentheses, which may hold anything; user and system time are the 14th and 15th.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system) = (number(fields.next()?)?, number(fields.next()?)?);
    Some((user + system) / TICKS)
}

/// The first number of a text.
fn number(text: &str) -> Option<f64> {
    text.split_whitespace().next()?.parse().ok()
}
