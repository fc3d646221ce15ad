//! A bucket that speaks S3. Keys are those of the folder; the type of a file is the object's.

mod fault;
mod upload;

use std::fmt::{self, Debug};
use std::future::Future;
use std::ops::Range;
use std::path::Path as FilePath;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{HttpClient, HttpConnector};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, BackoffConfig, ClientOptions, GetOptions, GetResult, ObjectMeta, ObjectStore as _,
    ObjectStoreExt as _, RetryConfig,
};
use quick_cache::sync::Cache;
use tokio::io::AsyncWriteExt as _;

use super::blob::{Blob, Chunks, Far, Source, Want};
use super::list::{Listed, Listing};
use super::{Upload, io, is_key};
use crate::error::{Error, Result};
use crate::settings::S3;

use fault::explain;
pub use fault::sentence;

/// How requests leave; made by whoever knows where they may go.
pub type Transport = HttpClient;

/// A part of an upload may take longer than an answer to a question, by this factor.
const PART_PATIENCE: u32 = 6;
/// Objects whose size and type are remembered.
const KNOWN: usize = 8192;
/// What an object is whose type nobody noted.
const UNTYPED: &str = "application/octet-stream";

/// A bucket; cheap to clone.
#[derive(Clone)]
pub struct Bucket(Arc<Inner>);

struct Inner {
    store: AmazonS3,
    /// How long an answer may take, repetitions included.
    patience: Duration,
    /// By key. A name is never given to other content, so what is known stays true.
    known: Cache<String, Known>,
}

/// What is known of an object.
#[derive(Clone)]
struct Known {
    len: u64,
    modified: SystemTime,
    media_type: Arc<str>,
}

/// An object, open.
struct Object {
    bucket: Bucket,
    path: Path,
    /// The answer that brought what is known of it, if its bytes were asked for together.
    opened: Mutex<Option<Chunks>>,
}

impl Bucket {
    /// The bucket of these settings. No request is made yet.
    pub fn new(settings: &S3, transport: &Transport, patience: Duration) -> Result<Self> {
        let endpoint = endpoint(settings)?;
        let retry = RetryConfig {
            backoff: BackoffConfig { max_backoff: Duration::from_secs(2), ..BackoffConfig::default() },
            max_retries: 3,
            retry_timeout: patience,
        };
        let store = AmazonS3Builder::new()
            .with_endpoint(endpoint)
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            .with_access_key_id(&settings.access_key)
            .with_secret_access_key(&settings.secret)
            .with_virtual_hosted_style_request(!settings.force_path_style)
            .with_client_options(ClientOptions::new().with_allow_http(true))
            // Every server of this protocol knows the removal of one object; not all know that of many.
            .with_disable_bulk_delete(true)
            .with_retry(retry)
            .with_http_connector(Connector(transport.clone()))
            .build()
            .map_err(|error| explain(&error))?;
        Ok(Bucket(Arc::new(Inner { store, patience, known: Cache::new(KNOWN) })))
    }

    /// Stores an upload; it is there when this returns, or nothing is.
    pub async fn put(&self, key: &str, upload: &Upload) -> Result<()> {
        upload::put(&self.0.store, &path(key)?, upload, self.0.patience * PART_PATIENCE).await
    }

    /// Opens an object; 404 when it is missing.
    pub async fn open(&self, key: &str, want: Want) -> Result<Blob> {
        let path = path(key)?;
        let (known, opened) = match (want, self.0.known.get(key)) {
            (Want::Part, Some(known)) => (known, None),
            (Want::Part, None) => (self.look(key, &path).await?, None),
            (Want::Whole, _) => {
                let got = self.in_time(self.0.store.get(&path)).await.inspect_err(|_| self.forget(key))?;
                let known = self.remember(key, &got.meta, &got.attributes);
                (known, Some(chunks(got)))
            }
        };
        let object = Object { bucket: self.clone(), path, opened: Mutex::new(opened) };
        let Known { len, modified, media_type } = known;
        Ok(Blob { len, modified, media_type, source: Source::Far(Box::new(object)) })
    }

    /// The size of an object, if it is there.
    pub async fn size(&self, key: &str) -> Result<Option<u64>> {
        match self.look(key, &path(key)?).await {
            Ok(known) => Ok(Some(known.len)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What an object was said to be when it was stored.
    pub async fn media_type(&self, key: &str) -> Result<Arc<str>> {
        match self.0.known.get(key) {
            Some(known) => Ok(known.media_type),
            None => Ok(self.look(key, &path(key)?).await?.media_type),
        }
    }

    /// Writes an object to a local file.
    pub async fn fetch(&self, key: &str, target: &FilePath) -> Result<()> {
        let got = self.in_time(self.0.store.get(&path(key)?)).await?;
        let mut left = got.meta.size;
        let mut bytes = got.into_stream();
        let mut file = tokio::fs::File::create(target).await.map_err(io)?;
        while let Some(chunk) = bytes.try_next().await.map_err(|error| explain(&error))? {
            left = left.saturating_sub(chunk.len() as u64);
            file.write_all(&chunk).await.map_err(io)?;
        }
        file.flush().await.map_err(io)?;
        if left == 0 { Ok(()) } else { Err(fault::short()) }
    }

    /// Removes one object; a missing one is no error.
    pub async fn remove(&self, key: &str) -> Result<()> {
        self.forget(key);
        absent_is_fine(self.in_time(self.0.store.delete(&path(key)?)).await)
    }

    /// Removes everything below `prefix`.
    pub async fn remove_all(&self, prefix: &str) -> Result<()> {
        let found = self.0.store.list(Some(&path(prefix)?)).map_ok(|meta| meta.location);
        let mut removed = self.0.store.delete_stream(found.boxed());
        while let Some(path) = self.in_time(removed.try_next()).await? {
            self.forget(path.as_ref());
        }
        Ok(())
    }

    /// The objects that are in no folder, all at once.
    pub async fn list_top(&self) -> Result<Vec<Listed>> {
        let found = self.in_time(self.0.store.list_with_delimiter(None)).await?;
        Ok(found.objects.into_iter().map(listed).collect())
    }

    /// Every object of the bucket, by key.
    pub fn list(&self) -> Listing {
        self.0.store.list(None).map_ok(listed).map_err(|error| explain(&error)).boxed()
    }

    /// Whether it can be written to and removed from: the sentence says why not.
    pub async fn probe(&self, name: &str) -> std::result::Result<(), String> {
        let path = Path::from(format!("{name}/test.txt"));
        let try_out = async {
            self.0.store.put(&path, "test".into()).await?;
            self.0.store.delete(&path).await
        };
        let late = |_| format!("no answer within {} seconds", self.0.patience.as_secs());
        tokio::time::timeout(self.0.patience, try_out).await.map_err(late)?.map_err(|error| sentence(&error))
    }

    /// One answer, in time.
    async fn in_time<T>(&self, answer: impl Future<Output = object_store::Result<T>>) -> Result<T> {
        match tokio::time::timeout(self.0.patience, answer).await {
            Ok(answer) => answer.map_err(|error| explain(&error)),
            Err(_) => Err(fault::late()),
        }
    }

    async fn look(&self, key: &str, path: &Path) -> Result<Known> {
        let head = GetOptions { head: true, ..GetOptions::default() };
        let got = self.in_time(self.0.store.get_opts(path, head)).await.inspect_err(|_| self.forget(key))?;
        Ok(self.remember(key, &got.meta, &got.attributes))
    }

    fn remember(&self, key: &str, meta: &ObjectMeta, attributes: &Attributes) -> Known {
        let media_type = attributes.get(&Attribute::ContentType).map_or(UNTYPED, |value| value.as_ref());
        let known = Known { len: meta.size, modified: meta.last_modified.into(), media_type: media_type.into() };
        self.0.known.insert(key.to_string(), known.clone());
        known
    }

    fn forget(&self, key: &str) {
        self.0.known.remove(key);
    }
}

impl Far for Object {
    fn read(&self, range: Range<u64>, len: u64) -> BoxFuture<'_, Result<Chunks>> {
        Box::pin(self.part(range, len))
    }
}

impl Object {
    async fn part(&self, range: Range<u64>, len: u64) -> Result<Chunks> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner).take();
        match opened {
            Some(chunks) if range == (0..len) => Ok(chunks),
            _ if range.is_empty() => Ok(futures_util::stream::empty().boxed()),
            _ => {
                let part = GetOptions { range: Some(range.into()), ..GetOptions::default() };
                let got = self.bucket.in_time(self.bucket.0.store.get_opts(&self.path, part)).await;
                got.map(chunks).inspect_err(|_| self.bucket.forget(self.path.as_ref()))
            }
        }
    }
}

fn listed(meta: ObjectMeta) -> Listed {
    Listed { key: meta.location.into(), size: meta.size, modified: meta.last_modified.into() }
}

fn chunks(got: GetResult) -> Chunks {
    got.into_stream().map_err(|error| std::io::Error::other(sentence(&error))).boxed()
}

fn absent_is_fine(done: Result<()>) -> Result<()> {
    done.or_else(|error| if error.is_not_found() { Ok(()) } else { Err(error) })
}

fn path(key: &str) -> Result<Path> {
    let path = if is_key(key) { Path::parse(key).ok() } else { None };
    path.ok_or_else(|| Error::not_found(""))
}

/// The address of the bucket: a part of its host's name unless the settings want it in the path.
fn endpoint(settings: &S3) -> Result<String> {
    let bad = || Error::bad_request("The endpoint of the S3 settings is no address.");
    let given = settings.endpoint.trim();
    let (scheme, host) = given.split_once("://").unwrap_or(("https", given));
    let host = host.trim_end_matches('/');
    if host.is_empty() || !["http", "https"].contains(&scheme) {
        return Err(bad());
    }
    Ok(match settings.force_path_style {
        true => format!("{scheme}://{host}"),
        false => format!("{scheme}://{}.{host}", settings.bucket),
    })
}

/// Hands out the one client there is.
#[derive(Debug)]
struct Connector(Transport);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(self.0.clone())
    }
}

/// Says nothing of its keys.
impl Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_is_in_the_host_or_in_the_path() {
        for (given, in_path, expected) in [
            ("https://s3.example.com", true, "https://s3.example.com"),
            ("https://s3.example.com/", false, "https://files.s3.example.com"),
            ("s3.example.com", false, "https://files.s3.example.com"),
            ("http://127.0.0.1:9000", true, "http://127.0.0.1:9000"),
        ] {
            let settings =
                S3 { endpoint: given.into(), bucket: "files".into(), force_path_style: in_path, ..S3::default() };
            assert_eq!(endpoint(&settings).unwrap(), expected);
        }
        for bad in ["", "https://", "ftp://x"] {
            assert!(endpoint(&S3 { endpoint: bad.into(), ..S3::default() }).is_err(), "{bad}");
        }
    }
}
