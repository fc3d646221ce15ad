//! Who a token belongs to, without asking the database or a hash twice.
//!
//! Two caches. One remembers that a token was signed with a certain key: a fact that never changes, so it needs no
//! invalidation. The other holds the records of recent callers and drops each as soon as a commit changes it. A token
//! counts while the key it was signed with is still the key of its record.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use quick_cache::sync::Cache;

use crate::context::Caller;
use crate::error::Result;
use crate::schema::Record;
use crate::sql::{Dialect, Restrict, Select};
use crate::store::{Change, Reader, StoreError};

use super::Auth;
use super::tokens::{self, Claims, Kind};

const TOKENS: usize = 8192;
const RECORDS: usize = 4096;

/// The caches.
pub struct Callers {
    signed: Cache<String, Arc<Signed>>,
    records: Cache<(String, String), Arc<Record>>,
    /// Grows with every change of an auth record, so that a record read before a change is not kept after it.
    generation: Mutex<u64>,
    /// Tokens that were known, and those whose signature had to be checked.
    found: AtomicU64,
    missed: AtomicU64,
}

struct Signed {
    claims: Claims,
    key: String,
}

impl Default for Callers {
    fn default() -> Self {
        Callers {
            signed: Cache::new(TOKENS),
            records: Cache::new(RECORDS),
            generation: Mutex::new(0),
            found: AtomicU64::new(0),
            missed: AtomicU64::new(0),
        }
    }
}

impl Callers {
    /// Drops the records these changes touch; runs before the writers are answered.
    pub fn forget(&self, changes: &[Arc<Change>]) {
        let mut generation = None;
        for change in changes.iter().filter(|change| change.collection.is_auth()) {
            let generation =
                generation.get_or_insert_with(|| self.generation.lock().unwrap_or_else(PoisonError::into_inner));
            **generation += 1;
            let record = change.before.as_ref().or(change.after.as_ref());
            if let Some(record) = record {
                self.records.remove(&(change.collection.id.clone(), record.id().to_string()));
            }
        }
    }

    /// Drops all records.
    pub fn forget_all(&self) {
        let mut generation = self.generation.lock().unwrap_or_else(PoisonError::into_inner);
        *generation += 1;
        self.records.clear();
    }

    fn generation(&self) -> u64 {
        *self.generation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a record unless something changed since `generation`.
    fn keep(&self, record: &Arc<Record>, generation: u64) {
        let current = self.generation.lock().unwrap_or_else(PoisonError::into_inner);
        if *current == generation {
            self.records.insert((record.collection.id.clone(), record.id().to_string()), record.clone());
        }
    }
}

impl Auth {
    /// The caller behind an auth token; anything wrong with it makes a guest. A database that does not answer is an error:
    /// clients told to be guests throw their tokens away.
    pub async fn caller(&self, token: &str) -> Result<Caller> {
        Ok(match self.verified(token, Kind::Auth).await? {
            Some((record, _)) => Caller::Record(record),
            None => Caller::Guest,
        })
    }

    /// How many tokens were known, and how many were not.
    pub fn tokens_found_and_missed(&self) -> (u64, u64) {
        (self.callers.found.load(Ordering::Relaxed), self.callers.missed.load(Ordering::Relaxed))
    }

    /// The record and claims of a valid token of `kind`.
    pub async fn verified(&self, token: &str, kind: Kind) -> Result<Option<(Arc<Record>, Claims)>> {
        let known = self.callers.signed.get(token);
        let counter = if known.is_some() { &self.callers.found } else { &self.callers.missed };
        counter.fetch_add(1, Ordering::Relaxed);
        let claims = match &known {
            Some(signed) => signed.claims.clone(),
            None => match tokens::peek(token) {
                Some(claims) => claims,
                None => return Ok(None),
            },
        };
        if claims.kind != kind || !tokens::is_current(&claims, self.records.clock.now()) {
            return Ok(None);
        }
        let Some(record) = self.account(&claims.collection_id, &claims.id).await? else { return Ok(None) };
        let Some(key) = tokens::key(&record, &record.collection, kind) else { return Ok(None) };
        Ok(match known {
            Some(signed) => (signed.key == key).then_some((record, claims)),
            None if tokens::is_signed(token, &key) => {
                self.callers.signed.insert(token.to_string(), Arc::new(Signed { claims: claims.clone(), key }));
                Some((record, claims))
            }
            None => None,
        })
    }

    /// Whether the tokens that made this record a caller still do.
    pub async fn stands(&self, caller: &Record) -> Result<bool> {
        let now = self.account(&caller.collection.id, caller.id()).await?;
        Ok(now.is_some_and(|now| now.get("tokenKey") == caller.get("tokenKey")))
    }

    async fn account(&self, collection: &str, id: &str) -> Result<Option<Arc<Record>>> {
        let catalog = self.records.store.catalog();
        let collection = catalog.find(collection).filter(|collection| collection.is_auth()).cloned();
        let Some(collection) = collection else { return Ok(None) };
        let cached = self.callers.records.get(&(collection.id.clone(), id.to_string()));
        if let Some(record) = cached.filter(|record| Arc::ptr_eq(&record.collection, &collection)) {
            return Ok(Some(record));
        }
        let generation = self.callers.generation();
        let id = id.to_string();
        let read = move |reader: &mut dyn Reader| {
            let select = Select { restrict: Restrict::Id(&id), limit: 1, ..Select::of(&collection) };
            let rows = reader.query(&select.rows(Dialect::Sqlite))?;
            Ok::<_, StoreError>(rows.iter().next().map(|row| Arc::new(Record::of(&collection, &row))))
        };
        let record = self.records.store.read(read).await?;
        if let Some(record) = &record {
            self.callers.keep(record, generation);
        }
        Ok(record)
    }
}
