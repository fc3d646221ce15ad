//! The data directory itself: who can read it, how soon it is on disk, whether there is room, what time it is.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::{Finding, fail, ok, warn};

/// How often something is written to find out how long that takes, and for how long at most.
const WRITES: usize = 100;
const PATIENCE: Duration = Duration::from_secs(3);
/// What a database writes at a time, at least.
const PAGE: [u8; 4096] = [0x5a; 4096];
/// Every acknowledged write waits for one of these.
const SLOW: Duration = Duration::from_millis(50);
/// How far files may be ahead of the clock.
const DRIFT: Duration = Duration::from_secs(60);
/// 2026-01-01: clocks of machines without a battery begin long before.
const NO_EARLIER: Duration = Duration::from_secs(1_767_225_600);
const LITTLE: u64 = 1 << 30;
const NEXT_TO_NOTHING: u64 = 100 << 20;

pub fn look(dir: &Path) -> Vec<Finding> {
    let mut findings = vec![clock(dir), latency(dir), permissions(dir)];
    findings.extend(room(dir));
    findings
}

fn clock(dir: &Path) -> Finding {
    let topic = "clock";
    let Ok(now) = crate::clock::Clock::System.now().0.try_into().map(Duration::from_millis) else {
        return fail(topic, "The clock is before 1970: set it, tokens and codes depend on it.");
    };
    if now < NO_EARLIER {
        return fail(topic, "The clock is years behind: set it, tokens and codes depend on it.");
    }
    let newest = newest(dir, 0).unwrap_or_default();
    match newest.checked_sub(now) {
        Some(ahead) if ahead > DRIFT => {
            let ahead = spoken(ahead);
            fail(topic, format!("The newest file is {ahead} ahead of the clock: set the clock, and keep it by NTP."))
        }
        Some(_) | None => ok(topic, "The clock is not behind the files."),
    }
}

/// When the newest file of the data directory was written, since 1970.
fn newest(dir: &Path, depth: usize) -> Option<Duration> {
    let entries = std::fs::read_dir(dir).ok()?.flatten();
    let times = entries.filter_map(|entry| {
        let meta = entry.metadata().ok()?;
        // Records may have millions of files; the databases tell as much.
        let inner = if meta.is_dir() && depth == 0 { newest(&entry.path(), 1) } else { None };
        inner.max(meta.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok())
    });
    times.max()
}

fn latency(dir: &Path) -> Finding {
    let topic = "disk";
    match measure(dir) {
        Err(error) => fail(topic, format!("Nothing can be written to {}: {error}.", dir.display())),
        Ok((median, worst)) if median > SLOW => {
            let (median, worst) = (spoken(median), spoken(worst));
            warn(
                topic,
                format!(
                    "A write takes {median} to be on disk ({worst} at the 99th percentile): use a faster disk, every write waits for it."
                ),
            )
        }
        Ok((median, worst)) => {
            let (median, worst) = (spoken(median), spoken(worst));
            ok(topic, format!("A write takes {median} to be on disk, {worst} at the 99th percentile."))
        }
    }
}

/// The median and the 99th percentile of what a small write takes.
fn measure(dir: &Path) -> std::io::Result<(Duration, Duration)> {
    let mut file = tempfile::Builder::new().prefix(".doctor-").tempfile_in(dir)?;
    let (began, mut took) = (Instant::now(), Vec::with_capacity(WRITES));
    while took.len() < WRITES && began.elapsed() < PATIENCE {
        let start = Instant::now();
        file.write_all(&PAGE)?;
        file.as_file().sync_data()?;
        took.push(start.elapsed());
    }
    took.sort();
    let at = |percent: usize| took.get((took.len() * percent / 100).min(took.len().saturating_sub(1))).copied();
    Ok((at(50).unwrap_or_default(), at(99).unwrap_or_default()))
}

fn permissions(dir: &Path) -> Finding {
    use std::os::unix::fs::PermissionsExt as _;
    let (topic, shown) = ("permissions", dir.display());
    let mode = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.permissions().mode());
    let door = mode(dir);
    let open = |file: &str| mode(&dir.join(file)) & 0o044 != 0;
    // Whoever may pass through the directory reads what is readable in it.
    if door & 0o022 != 0 {
        return warn(topic, format!("Others can write to {shown}: chmod 700 {shown}."));
    }
    if door & 0o011 != 0 && (open("data.db") || open("auxiliary.db")) {
        return warn(
            topic,
            format!("Others on this machine can read {shown}, hashes and secrets in it: chmod 700 {shown}."),
        );
    }
    ok(topic, "Nobody else can read the data directory.")
}

fn room(dir: &Path) -> Option<Finding> {
    #[cfg(target_os = "linux")]
    {
        let disk = rustix::fs::statvfs(dir).ok()?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let size = |name: &str| std::fs::metadata(dir.join(name)).map_or(0, |meta| meta.len());
        let data = size("data.db") + size("auxiliary.db");
        let shown = format!("{} MiB", free >> 20);
        let topic = "space";
        Some(if free < NEXT_TO_NOTHING {
            fail(topic, format!("{shown} are free: make room, writes are about to be refused."))
        } else if free < LITTLE {
            warn(topic, format!("{shown} are free: make room before writes are refused."))
        } else if free < data.saturating_mul(2) {
            warn(topic, format!("{shown} are free, a backup or a restore needs twice the data: make room."))
        } else {
            ok(topic, format!("{shown} are free."))
        })
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = dir;
        None
    }
}

fn spoken(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{:.1} ms", time.as_secs_f64() * 1000.0),
        1..120 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 120..7200 => format!("{} minutes", seconds / 60),
        seconds @ 7200..172_800 => format!("{} hours", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}
