//! A stored file, open: what is known of it, and its bytes in pieces.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};

use super::io;
use crate::error::Result;

/// Bytes read from a local file at a time.
const CHUNK: u64 = 256 << 10;

/// A stored file, open.
#[derive(Debug)]
pub struct Blob {
    /// Bytes.
    pub len: u64,
    pub modified: SystemTime,
    /// With its charset, when there is one.
    pub media_type: Arc<str>,
    pub(super) source: Source,
}

/// Where the bytes come from.
pub(super) enum Source {
    /// All of them.
    Memory(Bytes),
    File(Arc<File>),
    Far(Box<dyn Far>),
}

/// A file that is kept elsewhere.
pub(super) trait Far: Send + Sync {
    /// The bytes of `range` of its `len`.
    fn read(&self, range: Range<u64>, len: u64) -> BoxFuture<'_, Result<Chunks>>;
}

/// How much of a file is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Everything: its bytes may come along at once.
    Whole,
    /// Perhaps less; it has to be seen first.
    Part,
}

/// Bytes as they come.
pub type Chunks = BoxStream<'static, std::io::Result<Bytes>>;

/// A part of a file.
pub enum Piece {
    Memory(Bytes),
    Chunks(Chunks),
}

impl Blob {
    /// A local file that is open already, whatever its size. Blocks for a moment.
    pub fn of_file(file: File, media_type: &str) -> Result<Blob> {
        let meta = file.metadata().map_err(io)?;
        let (len, modified) = (meta.len(), meta.modified().map_err(io)?);
        Ok(Blob { len, modified, media_type: media_type.into(), source: Source::File(Arc::new(file)) })
    }

    /// The bytes of `range`, which lies within the file.
    pub async fn read(&self, range: Range<u64>) -> Result<Piece> {
        Ok(match &self.source {
            Source::Memory(bytes) => Piece::Memory(bytes.slice(place(range.start)..place(range.end))),
            Source::File(file) => Piece::Chunks(chunks(Arc::clone(file), range)),
            Source::Far(far) => Piece::Chunks(far.read(range, self.len).await?),
        })
    }
}

fn place(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

fn chunks(file: Arc<File>, range: Range<u64>) -> Chunks {
    let next = |(file, range): (Arc<File>, Range<u64>)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let end = range.end.min(range.start + CHUNK);
        let at = range.start;
        let source = Arc::clone(&file);
        let work = move || {
            let mut bytes = vec![0; place(end - at)];
            source.read_exact_at(&mut bytes, at).map(|()| Bytes::from(bytes))
        };
        let bytes = tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)??;
        Ok(Some((bytes, (file, end..range.end))))
    };
    stream::try_unfold((file, range), next).boxed()
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Source::Memory(_) => "Memory",
            Source::File(_) => "File",
            Source::Far(_) => "Far",
        })
    }
}
