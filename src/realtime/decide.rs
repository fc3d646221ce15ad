//! What changes come to, whatever gets in the way: a schema that changes meanwhile, a database that is busy, a rule that
//! fails or takes too long. That last ends those who asked for it, nobody else.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::group::GroupId;
use super::judge::{Case, Failure, Judgement, Telling, Told, judge};
use super::outbox::Farewell;
use super::worker::Worker;
use crate::schema::Record;
use crate::store::{Action, Change};

/// What changes of one commit may take to be decided for all, and for one group if all took too long.
const ALL: Duration = Duration::from_secs(5);
const ONE: Duration = Duration::from_secs(1);
/// Attempts while the schema changes or the database is busy, and what lies between these.
const ATTEMPTS: u32 = 500;
const PAUSE: Duration = Duration::from_millis(10);

impl Worker {
    /// What to tell of these changes, which were committed among `company`, to all groups or to one member's.
    pub(super) fn told(
        &mut self,
        changes: &[Arc<Change>],
        company: &[Arc<Change>],
        member: Option<u64>,
    ) -> Vec<(i64, Told)> {
        let mut cases = Vec::new();
        for _ in 0..ATTEMPTS {
            self.refresh();
            let only = member.map(|number| self.members.get(&number).map_or(vec![], |member| member.groups.clone()));
            cases = match self.cases(changes, company, only.as_deref()) {
                Some(cases) => cases,
                None => return Vec::new(),
            };
            match judge(&self.records, &cases, self.catalog.version, ALL) {
                Ok(Judgement::Told(told)) => return cases.iter().map(|case| case.seq).zip(told).collect(),
                Ok(Judgement::Outdated) => {}
                Err(Failure::Busy) => std::thread::sleep(PAUSE),
                Err(Failure::Broken(error)) => {
                    tracing::warn!("a subscription cannot be decided: {error}");
                    return self.one_by_one(&cases);
                }
            }
        }
        groups(&cases).into_iter().for_each(|id| self.fail(id));
        Vec::new()
    }

    /// Each group by itself, so that one spoils nothing for the others.
    fn one_by_one(&self, cases: &[Case]) -> Vec<(i64, Told)> {
        let mut all: Vec<(i64, Told)> = cases.iter().map(|case| (case.seq, Told::new())).collect();
        for id in groups(cases) {
            let own = |case: &Case| {
                let group = case.groups.iter().find(|(other, _)| *other == id)?.clone();
                Some(Case { groups: vec![group], ..case.clone() })
            };
            let own: Vec<Case> = cases.iter().filter_map(own).collect();
            let seqs: Vec<i64> = own.iter().map(|case| case.seq).collect();
            match judge(&self.records, &own, self.catalog.version, ONE) {
                Ok(Judgement::Told(told)) => {
                    for (seq, told) in seqs.into_iter().zip(told) {
                        all.iter_mut().filter(|(other, _)| *other == seq).for_each(|(_, all)| all.extend(told.clone()));
                    }
                }
                Ok(Judgement::Outdated) | Err(_) => self.fail(id),
            }
        }
        all
    }

    /// What this group may see cannot be told: its connections start over.
    pub(super) fn fail(&self, id: GroupId) {
        for subscriber in self.groups.subscribers(id) {
            subscriber.connection.outbox.end(Farewell::Behind);
        }
    }

    /// Cases of the groups concerned, or of those among `only`; `None` when there are none.
    fn cases(&self, changes: &[Arc<Change>], company: &[Arc<Change>], only: Option<&[GroupId]>) -> Option<Vec<Case>> {
        let mut were: Option<Arc<[Arc<Record>]>> = None;
        let mut cases = Vec::new();
        for change in changes {
            let Some(record) = change.record() else { continue };
            let about = self.groups.about(&change.collection.id, record.id());
            let wanted = about.filter(|(id, _)| only.is_none_or(|only| only.contains(id)));
            let groups: Vec<_> = wanted.map(|(id, group)| (id, group.clone())).collect();
            if groups.is_empty() {
                continue;
            }
            let were = match change.action {
                Action::Create | Action::Update => Arc::default(),
                Action::Delete => were.get_or_insert_with(|| before(company)).clone(),
            };
            let before = change.before.clone().filter(|_| change.action == Action::Update);
            let telling = if only.is_some() { Telling::Past } else { Telling::Live };
            let (action, record) = (change.action, record.clone());
            cases.push(Case { seq: change.seq, action, record, before, groups, telling, were });
        }
        (!cases.is_empty()).then_some(cases)
    }
}

fn groups(cases: &[Case]) -> HashSet<GroupId> {
    cases.iter().flat_map(|case| case.groups.iter().map(|(id, _)| *id)).collect()
}

/// The records that these deleted or changed, as they were before the first of them.
fn before(changes: &[Arc<Change>]) -> Arc<[Arc<Record>]> {
    let mut known = HashSet::new();
    let records = changes.iter().filter_map(|change| change.before.as_ref());
    records.filter(|record| known.insert((record.collection.id.as_str(), record.id()))).cloned().collect()
}
