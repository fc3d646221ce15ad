//! Results remembered until a table they are about changes: totals, and pages that many ask for.
//!
//! Commits are numbered. A table remembers the number of the last commit that touched it; a result remembers the number
//! that was current *before* its snapshot was opened. It holds as long as no table's number is higher.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::Rows;
use crate::sql::Sql;
use crate::value::ValueRef;

/// What a result of ordinary size weighs, for the cache to guess how many there will be.
const USUAL: u64 = 8 << 10;
/// The largest part of the room that one result may take.
const LARGEST: u64 = 16;

pub struct Answers {
    /// The newest commit whose tables are marked.
    commit: AtomicU64,
    /// The last commit that may have touched any table.
    everything: AtomicU64,
    tables: RwLock<HashMap<String, u64>>,
    results: Cache<Vec<u8>, Result, Bytes>,
    /// Bytes for `results`.
    room: u64,
}

#[derive(Clone)]
struct Result {
    rows: Arc<Rows>,
    /// The commit they contain at least.
    seen: u64,
}

/// Weighs by size in memory.
#[derive(Clone)]
struct Bytes;

impl Weighter<Vec<u8>, Result> for Bytes {
    fn weight(&self, key: &Vec<u8>, result: &Result) -> u64 {
        // What the cache itself needs for an entry is some 100 bytes.
        (key.len() + result.rows.size() + 100) as u64
    }
}

/// What a commit touched.
pub enum Touched<'a> {
    Tables(&'a mut dyn Iterator<Item = &'a str>),
    Everything,
}

impl Answers {
    /// With so many bytes of room; 0 = nothing is remembered.
    pub fn new(room: u64) -> Answers {
        Answers {
            commit: AtomicU64::new(0),
            everything: AtomicU64::new(0),
            tables: RwLock::default(),
            results: Cache::with_weighter(usize::try_from(room / USUAL).unwrap_or(usize::MAX), room, Bytes),
            room,
        }
    }

    /// The commit that a snapshot opened from here on contains at least.
    pub fn now(&self) -> u64 {
        self.commit.load(Ordering::Acquire)
    }

    /// After COMMIT and before anyone is told of it: only the writer calls this.
    pub fn touch(&self, touched: Touched<'_>) {
        let commit = self.now() + 1;
        match touched {
            Touched::Everything => self.everything.store(commit, Ordering::Release),
            Touched::Tables(names) => {
                let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
                for name in names {
                    match tables.get_mut(name) {
                        Some(last) => *last = commit,
                        None => drop(tables.insert(name.to_string(), commit)),
                    }
                }
            }
        }
        self.commit.store(commit, Ordering::Release);
    }

    /// A result that still holds.
    pub fn find(&self, key: &[u8], about: &[&str]) -> Option<Arc<Rows>> {
        let result = self.results.get(key)?;
        self.holds(result.seen, about).then_some(result.rows)
    }

    /// Remembers rows read from a snapshot that was opened after `seen` was asked for.
    pub fn remember(&self, key: Vec<u8>, rows: &Arc<Rows>, seen: u64) {
        if rows.size() as u64 <= self.room / LARGEST {
            self.results.insert(key, Result { rows: rows.clone(), seen });
        }
    }

    fn holds(&self, seen: u64, about: &[&str]) -> bool {
        if self.everything.load(Ordering::Acquire) > seen {
            return false;
        }
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        about.iter().all(|name| tables.get(*name).is_none_or(|last| *last <= seen))
    }
}

/// Text and parameters as bytes that are equal only for equal statements.
pub fn key(sql: &Sql) -> Vec<u8> {
    let mut key = Vec::with_capacity(sql.text.len() + 16 * sql.params.len());
    key.extend_from_slice(sql.text.as_bytes());
    for value in &sql.params {
        match value.as_ref() {
            ValueRef::Null => key.push(0),
            ValueRef::Int(n) => {
                key.push(1);
                key.extend_from_slice(&n.to_le_bytes());
            }
            ValueRef::Real(n) => {
                key.push(2);
                key.extend_from_slice(&n.to_le_bytes());
            }
            ValueRef::Text(text) => {
                key.push(3);
                key.extend_from_slice(&text.len().to_le_bytes());
                key.extend_from_slice(text.as_bytes());
            }
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers() -> Answers {
        Answers::new(1 << 20)
    }

    fn touch(answers: &Answers, table: &'static str) {
        answers.touch(Touched::Tables(&mut std::iter::once(table)));
    }

    fn has(answers: &Answers, about: &[&str]) -> bool {
        answers.find(b"k", about).is_some()
    }

    #[test]
    fn a_result_holds_until_its_table_changes() {
        let answers = answers();
        answers.remember(b"k".to_vec(), &Arc::default(), answers.now());
        assert!(has(&answers, &["posts"]));
        touch(&answers, "users");
        assert!(has(&answers, &["posts"]));
        assert!(!has(&answers, &["posts", "users"]));
        touch(&answers, "posts");
        assert!(!has(&answers, &["posts"]));
    }

    #[test]
    fn unknown_writes_end_all_results() {
        let answers = answers();
        answers.remember(b"k".to_vec(), &Arc::default(), answers.now());
        answers.touch(Touched::Everything);
        assert!(!has(&answers, &["posts"]));
    }

    #[test]
    fn a_result_of_an_older_snapshot_is_not_taken_for_a_new_one() {
        let answers = answers();
        let seen = answers.now();
        touch(&answers, "posts");
        answers.remember(b"k".to_vec(), &Arc::default(), seen);
        assert!(!has(&answers, &["posts"]));
    }

    #[test]
    fn results_take_no_more_room_than_they_have() {
        let rows = |len: usize| {
            let mut rows = Rows::new(Arc::from(["text".to_string()]));
            rows.push(ValueRef::Text(&"x".repeat(len)));
            Arc::new(rows)
        };
        let answers = answers();
        answers.remember(b"k".to_vec(), &rows(1 << 17), 0);
        assert!(!has(&answers, &[]), "one alone would take an eighth");
        for n in 0..1000u32 {
            answers.remember(n.to_le_bytes().to_vec(), &rows(10_000), 0);
        }
        assert!(answers.results.weight() <= 1 << 20 && answers.results.len() > 10);
        let none = Answers::new(0);
        none.remember(b"k".to_vec(), &Arc::default(), 0);
        assert!(!has(&none, &[]));
    }

    #[test]
    fn different_statements_have_different_keys() {
        let sql = |params: &[crate::value::Value]| key(&Sql { text: "SELECT ?".into(), params: params.to_vec() });
        let keys = [sql(&[]), sql(&["".into()]), sql(&[1.into()]), sql(&["1".into()]), sql(&["a".into(), "b".into()])];
        for (i, key) in keys.iter().enumerate() {
            assert!(keys.iter().skip(i + 1).all(|other| other != key));
        }
    }
}
