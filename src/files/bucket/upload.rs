//! Uploads into a bucket: small ones at once, larger ones in parts, a few at a time and never all in memory.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{Attribute, Attributes, MultipartUpload, ObjectStore as _, PutMultipartOptions, PutOptions};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::task::JoinSet;

use super::fault::{explain, late};
use crate::error::{Error, Result};
use crate::files::{Content, Upload, io};

/// Bytes of a part; some servers want all but the last to have the same size.
const PART: u64 = 8 << 20;
/// The protocol takes 10 000 parts; beyond this many they grow.
const PARTS: u64 = 9_000;
/// Parts on their way at a time: what an upload takes of memory, whatever its size.
const AT_ONCE: usize = 2;
/// Bytes of the original name that are kept.
const NAME: usize = 255;

/// Stores `upload` at `path`; each request of it may take as long as `patience`.
pub async fn put(store: &AmazonS3, path: &Path, upload: &Upload, patience: Duration) -> Result<()> {
    let target = Target { store, path, patience };
    match &upload.content {
        Content::Memory(bytes) => target.put_at_once(Bytes::copy_from_slice(bytes), attributes(upload)).await,
        Content::Spooled(file) => target.put_file(file.path(), upload).await,
        Content::Kept(source) => target.put_file(source, upload).await,
    }
}

/// Where an upload goes.
struct Target<'a> {
    store: &'a AmazonS3,
    path: &'a Path,
    patience: Duration,
}

impl Target<'_> {
    async fn put_file(&self, source: &FilePath, upload: &Upload) -> Result<()> {
        let file = Arc::new(tokio::fs::File::open(source).await.map_err(io)?.into_std().await);
        if upload.size <= PART {
            let bytes = read(file, 0, upload.size).await?;
            return self.put_at_once(bytes, attributes(upload)).await;
        }
        let options = PutMultipartOptions { attributes: attributes(upload), ..PutMultipartOptions::default() };
        let mut parts = in_time(self.patience, self.store.put_multipart_opts(self.path, options)).await?;
        let done = match self.send_parts(&mut *parts, file, upload.size).await {
            Ok(()) => in_time(self.patience, parts.complete()).await.map(drop),
            failed => failed,
        };
        if done.is_err() {
            // Parts that stay are removed by a rule of the bucket, if it has one.
            let _ = in_time(self.patience, parts.abort()).await;
        }
        done
    }

    async fn put_at_once(&self, bytes: Bytes, attributes: Attributes) -> Result<()> {
        let options = PutOptions { attributes, ..PutOptions::default() };
        in_time(self.patience, self.store.put_opts(self.path, bytes.into(), options)).await.map(drop)
    }

    async fn send_parts(&self, parts: &mut dyn MultipartUpload, file: Arc<File>, size: u64) -> Result<()> {
        let part = PART.max(size.div_ceil(PARTS));
        let mut sending = JoinSet::new();
        for start in (0..size.div_ceil(part)).map(|number| number * part) {
            if sending.len() >= AT_ONCE
                && let Some(sent) = sending.join_next().await
            {
                sent.map_err(Error::internal)??;
            }
            let bytes = read(Arc::clone(&file), start, part.min(size - start)).await?;
            sending.spawn(in_time(self.patience, parts.put_part(bytes.into())));
        }
        while let Some(sent) = sending.join_next().await {
            sent.map_err(Error::internal)??;
        }
        Ok(())
    }
}

async fn read(file: Arc<File>, start: u64, len: u64) -> Result<Bytes> {
    let work = move || {
        let mut bytes = vec![0; usize::try_from(len).map_err(std::io::Error::other)?];
        file.read_exact_at(&mut bytes, start).map(|()| Bytes::from(bytes))
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?.map_err(io)
}

async fn in_time<T>(patience: Duration, answer: impl Future<Output = object_store::Result<T>>) -> Result<T> {
    match tokio::time::timeout(patience, answer).await {
        Ok(answer) => answer.map_err(|error| explain(&error)),
        Err(_) => Err(late()),
    }
}

/// What an object says of itself: its type, and how the client named it.
fn attributes(upload: &Upload) -> Attributes {
    let name = upload.original_name.as_str();
    let (name, _) = name.split_at(name.floor_char_boundary(NAME));
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC).to_string();
    Attributes::from_iter([
        (Attribute::ContentType, upload.kind.content_type()),
        (Attribute::Metadata("original-filename".into()), name),
    ])
}
