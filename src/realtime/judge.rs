//! A batch of changes against the groups they concern: who is shown which, and in which words. One read job, in memory
//! as far as that goes.

use std::sync::Arc;
use std::time::Duration;

use super::group::{Group, GroupId, Look};
use super::topic::Moves;
use crate::clock::Timestamp;
use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::records::Records;
use crate::records::present::{Emails, Items};
use crate::records::watch::{Past, Watch};
use crate::schema::{Collection, Record};
use crate::store::{Action, Reader, StoreError};
use crate::value::{Value, json};

/// A change and the groups it concerns.
#[derive(Clone)]
pub struct Case {
    pub seq: i64,
    pub action: Action,
    pub record: Arc<Record>,
    /// As it was before an update, where that is known.
    pub before: Option<Arc<Record>>,
    pub groups: Vec<(GroupId, Arc<Group>)>,
    pub telling: Telling,
    /// For a delete, what was deleted or changed with it, as it was before: its rules may read them.
    pub were: Arc<[Arc<Record>]>,
}

/// When somebody hears of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// As soon as it is committed.
    Live,
    /// Later, whoever they may be: of a record they could not see now they hear no more than which one it is.
    Past,
}

/// What to tell of a case: the text for each group that is shown it; `None` where there were too many texts before.
pub type Told = Vec<(GroupId, Option<Arc<[u8]>>)>;

/// Bytes of all texts about one change: groups beyond start over.
const TEXTS: usize = 256 << 20;

/// How the judgement went.
pub enum Judgement {
    /// By case.
    Told(Vec<Told>),
    /// The collections are no longer those the groups were made for.
    Outdated,
}

/// Why there is no judgement.
#[derive(Debug)]
pub enum Failure {
    /// The database has no time now.
    Busy,
    /// Some rule, filter or record cannot be read, or not in time.
    Broken(Error),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Failure::Busy,
            error => Failure::Broken(error.into()),
        }
    }
}

/// Decides all cases on one snapshot, whose catalog has to be that of `version`, within `limit`.
pub fn judge(
    records: &Records,
    cases: &[Case],
    version: u64,
    limit: Duration,
) -> std::result::Result<Judgement, Failure> {
    let now = records.clock.now();
    let job = |reader: &mut dyn Reader| {
        if reader.catalog().version != version {
            return Ok(Judgement::Outdated);
        }
        let told = cases.iter().map(|case| one(records, reader, case, now)).collect::<Result<Vec<Told>>>();
        told.map(Judgement::Told).map_err(Failure::Broken)
    };
    records.store.read_here(Some(limit), job)
}

fn one(records: &Records, reader: &mut dyn Reader, case: &Case, now: Timestamp) -> Result<Told> {
    if case.action == Action::Delete {
        let were: Vec<&Record> = case.were.iter().map(|record| &**record).collect();
        return decide(records, &mut Past { reader, were: &were }, case, now);
    }
    decide(records, reader, case, now)
}

fn decide(records: &Records, reader: &mut dyn Reader, case: &Case, now: Timestamp) -> Result<Told> {
    let contexts: Vec<Ctx> = case.groups.iter().map(|(_, group)| Ctx { now, ..group.ctx.clone() }).collect();
    let Some((_, first)) = case.groups.first() else { return Ok(Vec::new()) };
    let record = reshaped(&case.record, &first.collection);
    let watches: Vec<(&Watch, &Ctx)> =
        case.groups.iter().zip(&contexts).map(|((_, group), ctx)| (&group.watch, ctx)).collect();
    let shown = records.shown(reader, &record, &watches)?;
    let was_shown = was_shown(records, reader, case, &watches)?;
    let (record, whole) = as_of_now(records, reader, case, (record, &watches))?;
    let mut texts: Vec<(&Look, &str, bool, Arc<[u8]>)> = Vec::new();
    let (mut told, mut room) = (Vec::new(), TEXTS);
    let asked = case.groups.iter().zip(&contexts).zip(shown).zip(was_shown).zip(whole);
    for (((((id, group), ctx), shown), was_shown), whole) in asked {
        let action = match (shown, was_shown) {
            (true, None | Some(true)) => case.action.name(),
            (true, Some(false)) => "enter",
            (false, Some(true)) => "leave",
            (false, None | Some(false)) => continue,
        };
        let whole = shown && (whole || group.look.superuser);
        let equal =
            |(look, other, all, _): &&(&Look, &str, bool, _)| *look == &group.look && *other == action && *all == whole;
        let text = match texts.iter().find(equal).map(|(_, _, _, text)| text.clone()) {
            Some(text) => Some(text),
            None if room == 0 => None,
            None => {
                let text: Arc<[u8]> = match whole {
                    true => write(records, reader, ctx, (action, &record, group))?.into(),
                    false => bare(action, &record).into(),
                };
                room = room.saturating_sub(text.len());
                texts.push((&group.look, action, whole, text.clone()));
                Some(text)
            }
        };
        told.push((*id, text));
    }
    Ok(told)
}

/// For groups that are told of moves: whether they were shown the record before an update.
fn was_shown(
    records: &Records,
    reader: &mut dyn Reader,
    case: &Case,
    watches: &[(&Watch, &Ctx)],
) -> Result<Vec<Option<bool>>> {
    let mut all = vec![None; watches.len()];
    let Some(before) = &case.before else { return Ok(all) };
    let asked = || case.groups.iter().enumerate().filter(|(_, (_, group))| group.moves == Moves::Told);
    let Some((_, (_, first))) = asked().next() else { return Ok(all) };
    let before = reshaped(before, &first.collection);
    let theirs: Vec<(&Watch, &Ctx)> = asked().filter_map(|(index, _)| watches.get(index).copied()).collect();
    for ((index, _), shown) in asked().zip(records.shown(reader, &before, &theirs)?) {
        if let Some(slot) = all.get_mut(index) {
            *slot = Some(shown);
        }
    }
    Ok(all)
}

/// The record as it may be written, and for each group whether it may: all of it when told live.
fn as_of_now(
    records: &Records,
    reader: &mut dyn Reader,
    case: &Case,
    (record, watches): (Arc<Record>, &[(&Watch, &Ctx)]),
) -> Result<(Arc<Record>, Vec<bool>)> {
    match (case.telling, case.action) {
        (Telling::Live, _) => return Ok((record, vec![true; watches.len()])),
        (Telling::Past, Action::Delete) => return Ok((record, vec![false; watches.len()])),
        (Telling::Past, Action::Create | Action::Update) => {}
    }
    let Some(now) = records.stored_if_any(reader, &record.collection, record.id())?.map(Arc::new) else {
        return Ok((record, vec![false; watches.len()]));
    };
    let shown = records.shown(reader, &now, watches)?;
    let is_secret = now.collection.is_auth() && !now.get("emailVisibility").is_true();
    if !is_secret {
        return Ok((record, shown));
    }
    let mut secret = Record::clone(&record);
    secret.set("emailVisibility", false);
    Ok((Arc::new(secret), shown))
}

/// What is said of a record that is not to be seen: which one it is.
fn bare(action: &str, record: &Record) -> Vec<u8> {
    let mut out = b"{\"action\":\"".to_vec();
    out.extend_from_slice(action.as_bytes());
    out.extend_from_slice(b"\",\"record\":{\"collectionId\":");
    json::write_str(&mut out, &record.collection.id);
    out.extend_from_slice(b",\"collectionName\":");
    json::write_str(&mut out, &record.collection.name);
    out.extend_from_slice(b",\"id\":");
    json::write_str(&mut out, record.id());
    out.extend_from_slice(b"}}");
    out
}

/// `{"action":…,"record":…}` as this group sees it.
fn write(
    records: &Records,
    reader: &mut dyn Reader,
    ctx: &Ctx,
    (action, record, group): (&str, &Arc<Record>, &Group),
) -> Result<Vec<u8>> {
    let page = records.page(reader, ctx, &record.collection, Items::One(record.clone()), Emails::AsAllowed)?;
    let mut body = records.answer(reader, ctx, page)?;
    if let Some(picker) = &group.picker {
        let whole = serde_json::from_slice(&body).map_err(Error::internal)?;
        body = json::text(&picker.value(whole)).into_bytes();
    }
    let mut out = Vec::with_capacity(body.len() + 32);
    out.extend_from_slice(b"{\"action\":\"");
    out.extend_from_slice(action.as_bytes());
    out.extend_from_slice(b"\",\"record\":");
    out.extend_from_slice(&body);
    out.push(b'}');
    Ok(out)
}

/// The record in the shape of `collection`, which may have changed since: values follow their field's id.
fn reshaped(record: &Arc<Record>, collection: &Arc<Collection>) -> Arc<Record> {
    if Arc::ptr_eq(&record.collection, collection) {
        return record.clone();
    }
    let value = |id: &str| {
        let position = record.collection.fields.iter().position(|field| field.id == id);
        position.and_then(|position| record.values.get(position)).cloned().unwrap_or(Value::Null)
    };
    let values = collection.fields.iter().map(|field| value(&field.id)).collect();
    Arc::new(Record { collection: collection.clone(), values })
}
