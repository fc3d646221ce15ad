//! `/api/metrics`: numbers about the server, for superusers and what they let look.

use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{HttpResponse, get};

use super::{Routes, SuperuserRefusal};
use crate::error::Error;
use crate::http::ask::Ask;
use crate::http::error::Answer;
use crate::http::metrics::single;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

pub fn routes(config: &mut impl Routes) {
    config.service(metrics);
}

/// Metrics
///
/// In the text form that Prometheus reads.
#[utoipa::path(tag = "server", security(("superuser" = [])), responses((status = 200, description = "The numbers", content_type = "text/plain", body = String), SuperuserRefusal))]
#[get("/api/metrics")]
pub async fn metrics(ask: Ask) -> Answer {
    ask.superuser()?;
    let mut out = String::with_capacity(4096);
    ask.metrics.write(&mut out);
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let newest = ask.store.changes_since(0, 0).await?.newest.unsigned_abs();
    let store = ask.store.clone();
    let size = tokio::task::spawn_blocking(move || store.size()).await.map_err(Error::internal)?;
    let collections = count(ask.store.catalog().iter().count());
    for (name, kind, help, value) in [
        ("cratebase_realtime_connections", "gauge", "Open realtime streams.", count(ask.hub.count())),
        ("cratebase_changes_total", "counter", "Changes of records since the database was made.", newest),
        ("cratebase_collections", "gauge", "Collections.", collections),
        ("cratebase_database_bytes", "gauge", "The database with its write-ahead log.", size),
        ("cratebase_log_dropped_total", "counter", "Log entries that found no room.", ask.logs.dropped()),
    ] {
        single(&mut out, (name, kind), help, value);
    }
    if let Some(bytes) = resident() {
        single(&mut out, ("process_resident_memory_bytes", "gauge"), "Memory of the process.", bytes);
    }
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, TEXT)).body(out))
}

/// Memory of this process, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib << 10)
}
