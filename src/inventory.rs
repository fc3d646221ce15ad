//! Which files records name and which there are: compared, cleared up, moved between stores.
//!
//! Everything is read in chunks and the server may be running meanwhile, so what looks wrong is looked at once more
//! before anything is said or done about it. What is kept in memory is a number per file.

mod moving;
mod names;
mod weight;

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::{Duration, UNIX_EPOCH};

use futures_util::TryStreamExt as _;

use crate::error::Result;
use crate::files::{Listed, Store};
use crate::records::Records;

pub use moving::{Moved, Source, To};
pub use weight::{Scales, Weight};

/// Keys that are named in a report; all are counted.
const NAMED: usize = 100;
/// Files between two words about progress.
const WORD_EVERY: u64 = 500;

/// Records and their files; cheap to clone.
#[derive(Clone)]
pub struct Inventory {
    records: Records,
}

/// How far it is; displays as one line.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    Records { collection: &'a str, files: u64 },
    Files { done: u64 },
    Moving { done: u64, bytes: u64 },
}

/// Told now and then how far it is.
pub type Watch<'a> = &'a mut (dyn FnMut(Progress<'_>) + Send);

/// What is done about files that no record names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orphans {
    Keep,
    /// Unless they are younger than this: their records may be on their way.
    Remove(Duration),
}

/// What a look through everything found.
#[derive(Debug, Default)]
pub struct Findings {
    /// Files that records name.
    pub named: u64,
    /// Those of them that are in the store of the settings, and their bytes.
    pub found: u64,
    pub found_bytes: u64,
    /// Those that are in the folder, although the settings say bucket.
    pub left_behind: u64,
    /// Those that are nowhere.
    pub missing: Keys,
    /// Files that no record names.
    pub orphans: Keys,
    pub orphan_bytes: u64,
    pub removed: u64,
    pub thumbs: u64,
    /// In the bucket, but under no collection of ours: left alone.
    pub foreign: u64,
}

/// Keys, the first of them by name.
#[derive(Debug, Default)]
pub struct Keys {
    pub count: u64,
    pub first: Vec<String>,
}

/// Where a named file was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Nowhere,
    InFolder,
    InStore,
}

/// A look under way.
struct Look {
    findings: Findings,
    /// By the number of the key.
    named: HashMap<u64, Seen>,
    orphans: Orphans,
}

impl Inventory {
    pub fn new(records: Records) -> Self {
        Inventory { records }
    }

    /// Compares every record with the store and the store with the records.
    pub async fn look_through(&self, orphans: Orphans, watch: Watch<'_>) -> Result<Findings> {
        let mut look = Look { findings: Findings::default(), named: HashMap::new(), orphans };
        let named = &mut look.named;
        self.each_named(watch, |key| {
            named.insert(number(key), Seen::Nowhere);
        })
        .await?;
        look.findings.named = look.named.len() as u64;
        let store = self.records.files.store()?;
        self.look_at(&store, Seen::InStore, (&mut look, &mut *watch)).await?;
        if store.is_far() {
            self.look_at(&self.records.files.folder(), Seen::InFolder, (&mut look, &mut *watch)).await?;
        }
        if look.named.values().any(|seen| *seen == Seen::Nowhere) {
            self.find_missing(&mut look, watch).await?;
        }
        Ok(look.findings)
    }

    async fn look_at(&self, store: &Store, place: Seen, (look, watch): (&mut Look, Watch<'_>)) -> Result<()> {
        let mut files = store.list();
        let mut done = 0;
        while let Some(file) = files.try_next().await? {
            done += 1;
            if done % WORD_EVERY == 0 {
                watch(Progress::Files { done });
            }
            let owner = match kind(&file.key) {
                Kind::File => file.key.clone(),
                Kind::Thumb(owner) => {
                    look.findings.thumbs += 1;
                    owner
                }
                Kind::Other if store.is_far() => {
                    look.findings.foreign += 1;
                    continue;
                }
                Kind::Other => file.key.clone(),
            };
            let is_thumb = owner != file.key;
            match look.named.get_mut(&number(&owner)) {
                Some(_) if is_thumb => {}
                Some(seen) => look.findings.note(seen, place, file.size),
                None if store.is_far() && !self.is_ours(&owner) => look.findings.foreign += 1,
                None => self.orphan(store, file, &owner, look).await?,
            }
        }
        Ok(())
    }

    /// No record named it when they were asked; they are asked again.
    async fn orphan(&self, store: &Store, file: Listed, owner: &str, look: &mut Look) -> Result<()> {
        if self.records.names_file(owner).await? {
            return Ok(());
        }
        look.findings.orphan_bytes += file.size;
        if let Orphans::Remove(older_than) = look.orphans
            && self.age(&file) >= older_than
        {
            store.remove(&file.key).await?;
            if let Some((folder, _)) = file.key.rsplit_once('/') {
                self.records.files.remove_empty(folder).await;
            }
            look.findings.removed += 1;
        }
        look.findings.orphans.add(file.key);
        Ok(())
    }

    /// Which named files were not seen: the records are gone through once more, as only numbers were kept.
    async fn find_missing(&self, look: &mut Look, watch: Watch<'_>) -> Result<()> {
        let mut unseen = Vec::new();
        self.each_named(watch, |key| {
            if look.named.get(&number(key)) == Some(&Seen::Nowhere) {
                unseen.push(key.to_string());
            }
        })
        .await?;
        for key in unseen {
            match self.records.files.size(&key).await? {
                // It came while the others were looked at.
                Some(size) => look.findings.note(&mut Seen::Nowhere, Seen::InStore, size),
                None if self.records.names_file(&key).await? => look.findings.missing.add(key),
                None => {}
            }
        }
        Ok(())
    }

    /// A bucket may be shared with others.
    fn is_ours(&self, key: &str) -> bool {
        let collection = key.split('/').next().unwrap_or_default();
        self.records.store.catalog().by_id(collection).is_some()
    }

    fn age(&self, file: &Listed) -> Duration {
        let modified = file.modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = Duration::from_millis(u64::try_from(self.records.clock.now().0).unwrap_or_default());
        now.saturating_sub(modified)
    }
}

impl Findings {
    fn note(&mut self, seen: &mut Seen, place: Seen, size: u64) {
        match (*seen, place) {
            (Seen::Nowhere, Seen::InFolder) => self.left_behind += 1,
            (Seen::Nowhere, _) => {
                self.found += 1;
                self.found_bytes += size;
            }
            // A copy that a move left.
            _ => return,
        }
        *seen = place;
    }

    /// Whether every file is where its record expects it.
    pub fn is_whole(&self) -> bool {
        self.missing.count == 0
    }
}

impl Keys {
    fn add(&mut self, key: String) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(key);
        }
    }
}

/// What a key in a store is.
enum Kind {
    File,
    /// Made of the file with this key.
    Thumb(String),
    Other,
}

fn kind(key: &str) -> Kind {
    match key.split('/').collect::<Vec<_>>().as_slice() {
        [_, _, _] => Kind::File,
        [collection, record, folder, _] => match folder.strip_prefix("thumbs_") {
            Some(name) => Kind::Thumb(format!("{collection}/{record}/{name}")),
            None => Kind::Other,
        },
        _ => Kind::Other,
    }
}

/// Stands for a key where millions of them would take too much room.
fn number(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Progress::Records { collection, files } => write!(f, "{collection}: {files} files named"),
            Progress::Files { done } => write!(f, "{done} files looked at"),
            Progress::Moving { done, bytes } => write!(f, "{done} files moved, {} MiB", bytes >> 20),
        }
    }
}
