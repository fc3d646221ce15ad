//! Assembly: opens the data directory, wires the services, runs the server until it is told to stop.

mod jobs;

use std::fs::DirBuilder;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use self::jobs::Ground;
use crate::auth::Auth;
use crate::backup::folder::Folder;
use crate::backup::{self, Backups, swap};
use crate::certificates::Certificates;
use crate::clock::Clock;
use crate::collections;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::files::{self, Bucket, Files};
use crate::http::metrics::Metrics;
use crate::http::traces::Traces;
use crate::http::{self, Services, Sockets};
use crate::id::Ids;
use crate::inventory::Scales;
use crate::later::Later;
use crate::limits::Windows;
use crate::logs::{self, Logs};
use crate::mail::{Dev, Mailer};
use crate::outbound::{Outbound, Reach};
use crate::passwords::Hasher;
use crate::realtime::Hub;
use crate::records::plans::Plans;
use crate::records::{Parts, Records};
use crate::settings::{self, Live, S3};
use crate::store::{self, Boot, Moment, Store};

/// Time and randomness, handed in by whoever starts the application.
#[derive(Clone)]
pub struct World {
    pub clock: Clock,
    pub ids: Arc<Ids>,
}

impl Default for World {
    fn default() -> Self {
        World { clock: Clock::System, ids: Arc::new(Ids::default()) }
    }
}

/// What the store does not know of collections.
const BOOT: Boot = Boot { seed: collections::seed, load: collections::load };

/// Accounts whose wrong old passwords are counted at a time.
const GUESSES: usize = 4096;
/// Counters of requests that are kept, by rule and address.
pub const COUNTERS: usize = 65_536;

/// What whoever is going to serve a data directory does first, and nobody beside it: goes through with a restore that was
/// decided, clears away what a process that was killed has left.
pub fn prepare(config: &Config) -> Result<()> {
    let dir = absolute(&config.data_dir)?;
    if swap::finish(&dir)? {
        tracing::info!("a backup was put in the place of the data directory");
    }
    Folder::of(&dir).sweep();
    Ok(())
}

/// Opens the data directory and everything that works on it.
pub async fn open(config: &Config, World { clock, ids }: World) -> Result<Arc<Services>> {
    let dir = absolute(&config.data_dir)?;
    make_private(&dir).map_err(|e| cannot("create the data directory", &dir, &e))?;
    let database = store::Config { path: dir.join("data.db"), ..config.store.clone() };
    let store = Store::open(&database, clock.clone(), ids.clone(), BOOT)?;
    let settings = open_settings(&store, config, &clock, &ids).await?;
    let files = open_files(&dir, config, &settings)?;
    let logs = open_logs(&dir, config, &settings, &clock)?;
    let mailer = Mailer::start(settings.clone(), ids.clone(), clock.clone(), dev(config));
    let records = Records::new(Parts {
        store: store.clone(),
        files: files.clone(),
        hasher: hasher()?,
        settings: settings.clone(),
        ids,
        clock: clock.clone(),
        plans: Plans::default(),
        later: Later::here(),
        guesses: Windows::new(GUESSES),
    });
    let auth = Auth::new(records.clone(), mailer.clone(), config.oauth2.clone());
    let hub = start_hub(config, &records, &auth).await?;
    let backups = Backups::new(backup::Parts {
        check: check(config, &clock, &records.ids),
        dir: dir.clone(),
        store: store.clone(),
        logs: logs.clone(),
        files: files.clone(),
        settings: settings.clone(),
        clock: clock.clone(),
    });
    let ground = Ground {
        auth: auth.clone(),
        logs: logs.clone(),
        store: store.clone(),
        backups: backups.clone(),
        mailer: mailer.clone(),
        settings: settings.clone(),
    };
    Ok(Arc::new(Services {
        scales: Scales::new(files.clone(), clock.clone(), records.later.clone()),
        hub,
        auth,
        records,
        files,
        settings,
        logs,
        jobs: jobs::built_in(ground, clock.clone()),
        backups,
        limits: Windows::new(COUNTERS),
        config: config.http.clone(),
        certificates: Certificates::new(&config.tls, &dir, &clock).map(Arc::new),
        metrics: metrics(&clock),
        traces: Traces::open()?,
        mailer,
        rules: Default::default(),
        clock,
        store,
    }))
}

/// Ids of requests are of a source of their own, so that making them changes no others.
fn metrics(clock: &Clock) -> Metrics {
    Metrics::new(clock.now(), &Ids::default())
}

/// A directory that only its owner can enter, unless it is there already: hashes and secrets will be in it.
fn make_private(dir: &Path) -> std::io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let made = DirBuilder::new().mode(0o700).create(dir);
    // Another command was quicker.
    made.or_else(|error| if dir.is_dir() { Ok(()) } else { Err(error) })
}

/// The database of the data directory as of now, only to be read; a server may be using it.
pub fn moment(config: &Config) -> Result<Moment> {
    let dir = absolute(&config.data_dir)?;
    let path = dir.join("data.db");
    if !path.is_file() {
        return Err(Error::bad_request(format!("There is no data directory {}.", dir.display())));
    }
    Moment::open(&path, BOOT).map_err(|error| Error::internal(format!("{} cannot be read: {error}", path.display())))
}

/// The bucket of these settings, asked no longer than `patience`.
pub fn bucket(config: &Config, settings: &S3, patience: Duration) -> Result<Bucket> {
    let transport = Outbound::default().lasting(reach(&config.files), patience).map_err(Error::internal)?;
    Bucket::new(settings, &transport, patience)
}

async fn start_hub(config: &Config, records: &Records, auth: &Auth) -> Result<Hub> {
    let hub = Hub::start(records.clone(), config.realtime.clone()).await?;
    hand_back(auth, hub.clone());
    Ok(hub)
}

/// Browsers that come back from a provider are told to whoever waits for them.
fn hand_back(auth: &Auth, hub: Hub) {
    auth.on_redirect(move |back| hub.send(&back.client, &back.ip, "@oauth2", &back.data));
}

/// Hashes take a core each.
fn hasher() -> Result<Hasher> {
    Hasher::start(std::thread::available_parallelism().map_or(1, usize::from)).map_err(Error::internal)
}

fn dev(config: &Config) -> Dev {
    if config.dev { Dev::On } else { Dev::Off }
}

fn open_files(dir: &Path, config: &Config, settings: &Live) -> Result<Files> {
    let transport = Outbound::default()
        .lasting(reach(&config.files), Duration::from_secs(config.files.bucket_timeout_s))
        .map_err(Error::internal)?;
    Ok(Files::new(&dir.join("storage"), settings.clone(), transport, &config.files))
}

fn open_logs(dir: &Path, config: &Config, settings: &Live, clock: &Clock) -> Result<Logs> {
    Logs::start(logs::Parts {
        path: dir.join("auxiliary.db"),
        max_mib: config.logs.max_mib,
        settings: settings.clone(),
        clock: clock.clone(),
        // Its own, so that what is logged changes nothing else.
        ids: Arc::default(),
    })
}

/// Whether a data directory that nobody uses could be served: its database is whole, of a known version and one of ours,
/// and the key that settings are sealed with opens them.
fn check(config: &Config, clock: &Clock, ids: &Arc<Ids>) -> backup::Check {
    let (config, clock, ids) = (config.clone(), clock.clone(), ids.clone());
    Box::new(move |dir| {
        let (config, clock, ids) = (config.clone(), clock.clone(), ids.clone());
        Box::pin(async move {
            let database = store::Config { path: dir.join("data.db"), ..config.store.clone() };
            let open = move || {
                store::examine(&database.path)?;
                Store::open(&database, clock, ids, BOOT)
            };
            let store = tokio::task::spawn_blocking(open).await.map_err(Error::internal)??;
            let stored = store.param(settings::KEY).await?;
            let opened = Live::open(stored.as_deref(), config.settings.key()?).map(|_| ());
            tokio::task::spawn_blocking(move || store.close()).await.map_err(Error::internal)?;
            opened
        })
    })
}

/// Where buckets may be.
fn reach(config: &files::Config) -> Reach {
    if config.private_buckets { Reach::Private } else { Reach::Public }
}

/// The settings as stored; where there is a key, they are no longer stored without it.
async fn open_settings(store: &Store, config: &Config, clock: &Clock, ids: &Ids) -> Result<Live> {
    let stored = store.param(settings::KEY).await?;
    let live = Live::open(stored.as_deref(), config.settings.key()?)?;
    if stored.is_some_and(|stored| live.exposes(&stored)) {
        let sealed = live.sealed(&live.load(), ids)?;
        store.set_param(settings::KEY, sealed.clone(), clock.now().to_string()).await?;
        live.follow(&sealed)?;
    }
    Ok(live)
}

/// A server that listens.
pub struct Running {
    /// Where requests are answered.
    pub address: SocketAddr,
    /// Where requests in the clear are sent to that.
    pub redirect: Option<SocketAddr>,
    pub services: Arc<Services>,
    handle: actix_server::ServerHandle,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
    /// Work that never ends by itself.
    chores: tokio::task::JoinHandle<()>,
}

/// Binds the address of the configuration and starts to answer.
pub fn start(services: Arc<Services>) -> Result<Running> {
    raise_file_limit();
    let plain = bind(&services.config.listen)?;
    let (mut address, mut redirect) = (plain.local_addr().map_err(Error::internal)?, None);
    let sockets = match &services.certificates {
        None => Sockets::Plain(plain),
        Some(certificates) => {
            certificates.begin()?;
            let encrypted = bind(&certificates.config().listen)?;
            redirect = Some(std::mem::replace(&mut address, encrypted.local_addr().map_err(Error::internal)?));
            Sockets::Tls { encrypted, plain, config: Box::new(certificates.server_config()?) }
        }
    };
    let server = http::serve(sockets, Arc::clone(&services)).map_err(Error::internal)?;
    let handle = server.handle();
    let (tick, follow) = (services.jobs.clone().keep_ticking(), Arc::clone(&services).follow_settings());
    let settle = services.records.clone().keep_settled();
    let certificates = services.certificates.clone();
    let certify = async move {
        if let Some(certificates) = certificates {
            certificates.keep().await;
        }
    };
    let chores = tokio::spawn(async { tokio::join!(tick, follow, settle, certify).0 });
    Ok(Running { address, redirect, services, handle, served: tokio::spawn(server), chores })
}

fn bind(listen: &str) -> Result<TcpListener> {
    TcpListener::bind(listen).map_err(|error| Error::internal(format!("cannot listen on {listen}: {error}")))
}

impl Running {
    /// Stops in order: streams end, no new connections, running requests finish, mails leave, then the writer drains and
    /// checkpoints.
    pub async fn stop(self) -> Result<()> {
        self.chores.abort();
        // Streams would be waited for otherwise; whoever watched comes back after the restart and is told the rest.
        let hub = self.services.hub.clone();
        tokio::task::spawn_blocking(move || hub.close()).await.map_err(Error::internal)?;
        self.handle.stop(true).await;
        self.served.await.map_err(Error::internal)?.map_err(Error::internal)?;
        let patience = Duration::from_secs(self.services.config.shutdown_timeout_s);
        if !self.services.jobs.settle(patience).await {
            tracing::warn!("jobs that still ran were cut off");
        }
        self.services.auth.close(patience).await;
        let services = Arc::clone(&self.services);
        let close = move || {
            services.traces.close();
            services.logs.close();
            services.store.close();
        };
        tokio::task::spawn_blocking(close).await.map_err(Error::internal)?;
        Ok(())
    }
}

/// As many open files as this process may have: every connection is one, and the usual limit is far below what is allowed.
fn raise_file_limit() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
            tracing::warn!("the limit of open files stays as it is: {error}");
        }
    }
}

/// Relative directories are meant from where the command was started.
pub fn absolute(dir: &Path) -> Result<PathBuf> {
    std::path::absolute(dir).map_err(|e| cannot("find", dir, &e))
}

fn cannot(what: &str, dir: &Path, error: &std::io::Error) -> Error {
    Error::internal(format!("cannot {what} {}: {error}", dir.display()))
}
