//! Assembly: opens the data directory, wires the services, runs the server until it is told to stop.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::auth::Auth;
use crate::clock::Clock;
use crate::collections;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::http::{self, Services};
use crate::id::Ids;
use crate::limits::Windows;
use crate::mail::{Dev, Mailer};
use crate::passwords::Hasher;
use crate::records::plans::Plans;
use crate::records::{Parts, Records};
use crate::settings::{self, Live, Settings};
use crate::store::{self, Boot, Store};

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

/// Counters of requests that are kept, by rule and address.
const COUNTERS: usize = 65_536;

/// Opens the data directory and everything that works on it.
pub async fn open(config: &Config, world: World) -> Result<Arc<Services>> {
    let dir = absolute(&config.data_dir)?;
    std::fs::create_dir_all(&dir).map_err(|e| cannot("create the data directory", &dir, &e))?;
    let World { clock, ids } = world;
    let database = store::Config { path: dir.join("data.db"), ..config.store.clone() };
    let boot = Boot { seed: collections::seed, load: collections::load };
    let store = Store::open(&database, clock.clone(), ids.clone(), boot)?;
    let settings = match store.param(settings::KEY).await? {
        Some(text) => Settings::from_stored(&text).map_err(Error::internal)?,
        None => Settings::default(),
    };
    let files = Files::new(dir.join("storage"));
    let settings = Live::new(settings);
    let hasher = Hasher::start(std::thread::available_parallelism().map_or(1, usize::from)).map_err(Error::internal)?;
    let dev = if config.dev { Dev::On } else { Dev::Off };
    let mailer = Mailer::start(settings.clone(), ids.clone(), clock.clone(), dev);
    let records = Records::new(Parts {
        store: store.clone(),
        files: files.clone(),
        hasher,
        settings: settings.clone(),
        ids,
        clock: clock.clone(),
        plans: Plans::default(),
    });
    Ok(Arc::new(Services {
        auth: Auth::new(records.clone(), mailer, config.oauth2.clone()),
        records,
        files,
        settings,
        clock,
        limits: Windows::new(COUNTERS),
        config: config.http.clone(),
        rules: Default::default(),
        store,
    }))
}

/// A server that listens.
pub struct Running {
    pub address: SocketAddr,
    pub services: Arc<Services>,
    handle: actix_web::dev::ServerHandle,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
    /// Work that never ends by itself.
    chores: tokio::task::JoinHandle<()>,
}

/// Binds the address of the configuration and starts to answer.
pub fn start(services: Arc<Services>) -> Result<Running> {
    let listen = &services.config.listen;
    let listener =
        TcpListener::bind(listen.as_str()).map_err(|e| Error::internal(format!("cannot listen on {listen}: {e}")))?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let server = http::serve(listener, Arc::clone(&services)).map_err(Error::internal)?;
    let handle = server.handle();
    let chores = tokio::spawn(services.auth.clone().keep_swept());
    Ok(Running { address, services, handle, served: tokio::spawn(server), chores })
}

impl Running {
    /// Stops in order: no new connections, running requests finish, mails leave, then the writer drains and checkpoints.
    pub async fn stop(self) -> Result<()> {
        self.chores.abort();
        self.handle.stop(true).await;
        self.served.await.map_err(Error::internal)?.map_err(Error::internal)?;
        self.services.auth.close(Duration::from_secs(self.services.config.shutdown_timeout_s)).await;
        let store = self.services.store.clone();
        tokio::task::spawn_blocking(move || store.close()).await.map_err(Error::internal)?;
        Ok(())
    }
}

/// Relative directories are meant from where the command was started.
pub fn absolute(dir: &Path) -> Result<PathBuf> {
    std::path::absolute(dir).map_err(|e| cannot("find", dir, &e))
}

fn cannot(what: &str, dir: &Path, error: &std::io::Error) -> Error {
    Error::internal(format!("cannot {what} {}: {error}", dir.display()))
}
