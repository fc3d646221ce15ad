//! Totals remembered until a table they are about changes.
//!
//! Commits are numbered. A table remembers the number of the last commit that touched it; a cached total remembers the
//! number that was current *before* its snapshot was opened. It holds as long as no table's number is higher.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use quick_cache::sync::Cache;

use crate::sql::Sql;
use crate::value::ValueRef;

/// Totals kept.
const TOTALS: usize = 1024;

pub struct Counts {
    /// The newest commit whose tables are marked.
    commit: AtomicU64,
    /// The last commit that may have touched any table.
    everything: AtomicU64,
    tables: RwLock<HashMap<String, u64>>,
    /// Key → total, commit.
    totals: Cache<Vec<u8>, (i64, u64)>,
}

/// What a commit touched.
pub enum Touched<'a> {
    Tables(&'a mut dyn Iterator<Item = &'a str>),
    Everything,
}

impl Default for Counts {
    fn default() -> Self {
        Counts {
            commit: AtomicU64::new(0),
            everything: AtomicU64::new(0),
            tables: RwLock::default(),
            totals: Cache::new(TOTALS),
        }
    }
}

impl Counts {
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

    /// A total that still holds.
    pub fn find(&self, key: &[u8], about: &[&str]) -> Option<i64> {
        let (total, seen) = self.totals.get(key)?;
        self.holds(seen, about).then_some(total)
    }

    /// Remembers a total counted in a snapshot that was opened after `seen` was asked for.
    pub fn remember(&self, key: Vec<u8>, total: i64, seen: u64) {
        self.totals.insert(key, (total, seen));
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

    fn touch(counts: &Counts, table: &'static str) {
        counts.touch(Touched::Tables(&mut std::iter::once(table)));
    }

    #[test]
    fn a_total_holds_until_its_table_changes() {
        let counts = Counts::default();
        counts.remember(b"k".to_vec(), 7, counts.now());
        assert_eq!(counts.find(b"k", &["posts"]), Some(7));
        touch(&counts, "users");
        assert_eq!(counts.find(b"k", &["posts"]), Some(7));
        assert_eq!(counts.find(b"k", &["posts", "users"]), None);
        touch(&counts, "posts");
        assert_eq!(counts.find(b"k", &["posts"]), None);
    }

    #[test]
    fn unknown_writes_end_all_totals() {
        let counts = Counts::default();
        counts.remember(b"k".to_vec(), 7, counts.now());
        counts.touch(Touched::Everything);
        assert_eq!(counts.find(b"k", &["posts"]), None);
    }

    #[test]
    fn a_total_of_an_older_snapshot_is_not_taken_for_a_new_one() {
        let counts = Counts::default();
        let seen = counts.now();
        touch(&counts, "posts");
        counts.remember(b"k".to_vec(), 7, seen);
        assert_eq!(counts.find(b"k", &["posts"]), None);
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
