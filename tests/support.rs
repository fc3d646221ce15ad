//! The real server in this process: on a free port, over a copy of a seeded data directory, with a clock tests move.

mod answer;
mod bucket;
mod call;
mod issuer;
mod mailbox;
mod manager;
mod process;
mod template;

pub use answer::Answer;
pub use bucket::{Bucket, Fault};
pub use call::{As, Call, GUEST, SUPERUSER, Who};
pub use issuer::{Issuer, trust};
pub use mailbox::Mailbox;
pub use manager::Manager;
pub use process::{Process, cratebase};
pub use template::copy as copy_of_template;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::JoinHandle;

use cratebase::app::{self, World};
use cratebase::clock::Clock;
use cratebase::config::{self, Config};
use cratebase::http::Services;
use cratebase::id::Ids;
use serde_json::Value as Json;
use tokio::sync::oneshot;

/// When every test begins: 2026-01-02 03:04:05.678Z.
pub const START_MS: i64 = 1_767_323_045_678;

/// A running server; it stops and its data vanish when this is dropped.
pub struct TestApp {
    pub address: SocketAddr,
    /// Where requests in the clear are sent to HTTPS.
    pub redirect: Option<SocketAddr>,
    pub services: Arc<Services>,
    client: reqwest::Client,
    now: Arc<AtomicI64>,
    /// Dropped to stop.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    dir: tempfile::TempDir,
}

/// A client that follows no redirects; its TLS must come from somewhere, although tests use none.
pub fn client() -> reqwest::Client {
    // An error says that another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

impl TestApp {
    /// Over a copy of the template: a superuser, and the users `alice`, `bob` and `carol`.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// As [`TestApp::start`], but it takes its time to stop, so that all mails leave however busy this machine is.
    pub async fn patient() -> Self {
        Self::start_with(|config| config.http.shutdown_timeout_s = 30).await
    }

    /// As [`TestApp::start`], with a configuration of its own.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let dir = template::copy().await;
        Self::over(dir, change).await
    }

    /// Over a directory as it is.
    async fn over(dir: tempfile::TempDir, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config::load(None, vec![]).unwrap_or_else(|e| panic!("{e}")).config;
        config.http.listen = "127.0.0.1:0".into();
        config.tls.listen = "127.0.0.1:0".into();
        config.http.workers = 1;
        config.http.shutdown_timeout_s = 1;
        config.http.public_dir = dir.path().join("public");
        config.data_dir = dir.path().join("data");
        change(&mut config);
        let now = Arc::new(AtomicI64::new(START_MS));
        let world = World { clock: Clock::Fixed(Arc::clone(&now)), ids: Arc::new(Ids::seeded(7)) };
        let (ready, started) = oneshot::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        // A thread and runtime of its own: the server must not share the test's, nor die with it half stopped.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                app::prepare(&config).expect("a data directory that can be served");
                let services = app::open(&config, world).await.expect("the data directory opens");
                let running = app::start(services).expect("a free port");
                let _ = ready.send((running.address, running.redirect, Arc::clone(&running.services)));
                let _ = stopped.await;
                running.stop().await.expect("the server stops");
            });
        });
        let (address, redirect, services) = started.await.expect("the server starts");
        let client = client();
        TestApp { address, redirect, services, client, now, stop: Some(stop), thread: Some(thread), dir }
    }

    /// A request: method and path in one line, as `GET /api/health`.
    pub fn call(&self, who: Who, line: &str) -> Call {
        let (method, path) = line.split_once(' ').expect("a method and a path");
        let url = format!("http://{}{path}", self.address);
        let request = self.client.request(method.parse().expect("a method"), url);
        Call::new(line.to_string(), who.authorise(request))
    }

    /// Each row: who asks what (with a JSON body unless null), the status, and what the answer must have (null = anything).
    pub async fn table(&self, rows: &[(Who, &str, Json, u16, Json)]) {
        for (who, line, body, status, expected) in rows {
            let mut call = self.call(*who, line);
            if !body.is_null() {
                call = call.json(body.clone());
            }
            let answer = call.await;
            answer.is(*status);
            if !expected.is_null() {
                answer.has(expected.clone());
            }
        }
    }

    /// Makes a collection as superuser.
    pub async fn collection(&self, collection: Json) -> Json {
        self.call(SUPERUSER, "POST /api/collections").json(collection).await.is(200).json()
    }

    /// Makes a record as superuser and answers it.
    pub async fn record(&self, collection: &str, record: Json) -> Json {
        let line = format!("POST /api/collections/{collection}/records");
        self.call(SUPERUSER, &line).json(record).await.is(200).json()
    }

    /// Moves the clock on.
    pub fn wait_ms(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::Relaxed);
    }

    /// Waits for what answers did not wait for.
    pub async fn settle(&self) {
        self.services.records.later.idle().await;
    }

    /// The data directory and, beside it, `public`.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Sends bytes as they are and reads until the server closes the connection or answered completely.
    pub async fn raw(&self, request: &[u8]) -> String {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut socket = tokio::net::TcpStream::connect(self.address).await.unwrap();
        socket.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        // A server that closes early resets what it did not read; what it said before counts.
        let _ = socket.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Stops the server and starts another over the same data.
    pub async fn restart(self) -> Self {
        self.restart_with(|_| {}).await
    }

    /// As [`TestApp::restart`], with a configuration of its own.
    pub async fn restart_with(self, change: impl FnOnce(&mut Config)) -> Self {
        Self::over(self.into_dir(), change).await
    }

    /// Stops the server and hands over its directory.
    fn into_dir(mut self) -> tempfile::TempDir {
        self.end();
        std::mem::replace(&mut self.dir, tempfile::tempdir().unwrap())
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.end();
    }
}
