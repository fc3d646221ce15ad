//! Everything a topic shows at one moment, and which change that moment follows.

use crate::context::{Caller, Ctx};
use crate::error::{Error, Reason, Result};
use crate::records::Records;
use crate::records::query::ListQuery;
use crate::records::watch::Past;
use crate::store::{Reader, history};
use crate::value::pick::Picker;
use crate::value::{Json, json};

use super::group::request;
use super::topic::Topic;

/// Records of a page.
const PAGE: i64 = 1000;
/// Bytes of all pages.
const BYTES: usize = 8 << 20;

/// What a topic shows, after the change `seq` and before the next.
#[derive(Debug)]
pub struct Snapshot {
    pub seq: i64,
    /// JSON arrays of records; at least one.
    pub pages: Vec<Vec<u8>>,
}

/// Reads it as `caller`, under the rules of reading; too much of it answers 413.
pub async fn snapshot(records: &Records, caller: &Caller, topic: &Topic) -> Result<Snapshot> {
    let (records, topic) = (records.clone(), topic.clone());
    let ctx = Ctx { now: records.clock.now(), ..request(caller, &topic) };
    let store = records.store.clone();
    store.read(move |reader| read(&records, reader, &ctx, &topic)).await
}

fn read(records: &Records, reader: &mut dyn Reader, ctx: &Ctx, topic: &Topic) -> Result<Snapshot> {
    let seq = history::since(reader, 0, 0)?.newest;
    // Results that others remember may be of a later moment.
    let mut reader = Past { reader, were: &[] };
    let picker = Picker::parse(topic.options.query("fields")).map_err(|_| Error::bad_request(""))?;
    let mut pages = Vec::new();
    let mut bytes = 0;
    loop {
        let page = match &topic.record {
            Some(id) => one(records, &mut reader, ctx, (&topic.collection, id))?,
            None => {
                let query = ListQuery {
                    page: i64::try_from(pages.len()).unwrap_or(i64::MAX).saturating_add(1),
                    per_page: PAGE,
                    skip_total: true,
                    filter: topic.options.query("filter").to_string(),
                    sort: String::new(),
                    cursor: None,
                    explain: false,
                };
                items(&records.list_in(&mut reader, ctx, &topic.collection, &query)?)?
            }
        };
        let Json::Array(page) = page else { return Err(Error::internal("a list without items")) };
        let more = topic.record.is_none() && i64::try_from(page.len()).is_ok_and(|len| len == PAGE);
        let page = Json::Array(page);
        let text = json::text(&match &picker {
            Some(picker) => picker.value(page),
            None => page,
        });
        bytes += text.len();
        if bytes > BYTES {
            let message = "The snapshot is too large; a filter makes it smaller.".to_string();
            return Err(Error::Rejected { reason: Reason::TooLarge, message });
        }
        pages.push(text.into_bytes());
        if !more {
            return Ok(Snapshot { seq, pages });
        }
    }
}

/// The record as the only one, or none when there is none to be seen.
fn one(records: &Records, reader: &mut dyn Reader, ctx: &Ctx, (collection, id): (&str, &str)) -> Result<Json> {
    let record = match records.view_in(reader, ctx, collection, id) {
        Ok(record) => serde_json::from_slice(&record).map_err(Error::internal)?,
        Err(Error::Rejected { reason: Reason::NotFound, .. }) => return Ok(Json::Array(Vec::new())),
        Err(error) => return Err(error),
    };
    Ok(Json::Array(vec![record]))
}

fn items(envelope: &[u8]) -> Result<Json> {
    match json::parse(envelope).map_err(Error::internal)? {
        Json::Object(mut envelope) => Ok(envelope.remove("items").unwrap_or_default()),
        _ => Ok(Json::Null),
    }
}
