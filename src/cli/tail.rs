//! `cratebase tail`: what changes, as it is committed, one JSON object per line.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};

use super::health::near;
use super::{Failed, say};
use crate::app::{self, World};
use crate::auth::tokens::{Claims, Kind, sign_for};
use crate::config::{Config, Flags, Loaded};
use crate::http::Services;
use crate::schema::Record;
use crate::sql::{Dialect, Select};
use crate::store::{Reader, StoreError};
use crate::value::{Json, json};

#[derive(Args)]
pub struct Tail {
    /// Collections to watch, by name [default: all that are not the system's]
    #[arg(long = "collection", value_name = "NAME")]
    collections: Vec<String>,
    /// Only records that this filter lets through
    #[arg(long, default_value = "", value_name = "FILTER")]
    filter: String,
    /// Begin after this change
    #[arg(long, value_name = "SEQ")]
    since: Option<i64>,
    /// Where the server of this data directory listens [default: 127.0.0.1:8090]
    #[arg(long, value_name = "ADDR", conflicts_with = "url")]
    http: Option<String>,
    /// Another server than the one of this configuration, e.g. wss://example.com; needs --collection
    #[arg(long, value_name = "URL", requires = "collections")]
    url: Option<String>,
    /// Whose eyes to use with --url [default: a guest's]
    #[arg(long, value_name = "TOKEN", requires = "url")]
    token: Option<String>,
}

impl Tail {
    pub fn flags(&self) -> Flags {
        self.http.iter().map(|http| ("http.listen", http.clone().into())).collect()
    }
}

/// Between two attempts to come back.
const PAUSE: Duration = Duration::from_secs(1);

struct Target {
    url: String,
    token: Option<String>,
    filter: String,
    /// The last change seen, by collection.
    collections: BTreeMap<String, Option<i64>>,
}

pub async fn run(loaded: &Loaded, tail: Tail) -> Result<(), Failed> {
    let mut target = match tail.url {
        Some(url) => Target { url, token: tail.token, filter: tail.filter, collections: BTreeMap::new() },
        None => local(loaded, tail.filter).await?,
    };
    if !tail.collections.is_empty() {
        target.collections = tail.collections.into_iter().map(|name| (name, None)).collect();
    }
    target.collections.values_mut().for_each(|since| *since = tail.since);
    if target.collections.is_empty() {
        return Err(Failed("There are no collections to watch.".into()));
    }
    target.follow().await?;
    loop {
        tokio::time::sleep(PAUSE).await;
        match target.follow().await {
            // It will be back: nothing is missed.
            Ok(()) | Err(SocketError::Io(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The server of this configuration, seen by a superuser: whoever can read its data directory is one.
async fn local(loaded: &Loaded, filter: String) -> Result<Target, Failed> {
    if !loaded.config.data_dir.is_dir() {
        return Err(Failed(format!("There is no data directory {}.", loaded.config.data_dir.display())));
    }
    let services = app::open(&loaded.config, World::default()).await?;
    let url = url(&loaded.config)?;
    let catalog = services.store.catalog();
    let own = catalog.iter().filter(|collection| !collection.system && !collection.is_view());
    let collections = own.map(|collection| (collection.name.clone(), None)).collect();
    Ok(Target { url, token: superuser_token(&services).await?, filter, collections })
}

fn url(config: &Config) -> Result<String, Failed> {
    if !config.tls.is_on() {
        return Ok(format!("ws://{}", near(&config.http.listen)));
    }
    let port = config.tls.listen.rsplit(':').next().unwrap_or_default();
    match config.tls.domains.first() {
        Some(domain) => Ok(format!("wss://{domain}:{port}")),
        None => Err(Failed("Whom the certificate names is not known here: say --url wss://NAME.".into())),
    }
}

async fn superuser_token(services: &Services) -> Result<Option<String>, Failed> {
    let catalog = services.store.catalog();
    let Some(superusers) = catalog.iter().find(|collection| collection.is_superusers()).cloned() else {
        return Ok(None);
    };
    let read = move |reader: &mut dyn Reader| {
        let rows = reader.query(&Select { limit: 1, ..Select::of(&superusers) }.rows(Dialect::Sqlite))?;
        Ok::<_, StoreError>(rows.iter().next().map(|row| Record::of(&superusers, &row)))
    };
    let account = services.store.read(read).await.map_err(crate::error::Error::from)?;
    let Some(account) = account else { return Ok(None) };
    let claims = Claims::of(&account, Kind::Auth, services.clock.now())?;
    Ok(Some(sign_for(&account, &claims)?))
}

impl From<SocketError> for Failed {
    fn from(error: SocketError) -> Self {
        Failed(crate::error::sentence(&format!("the server cannot be watched: {error}")))
    }
}

impl Target {
    /// Connects and prints events until the connection ends.
    async fn follow(&mut self) -> Result<(), SocketError> {
        let mut request = format!("{}/api/realtime/ws", self.url.trim_end_matches('/')).into_client_request()?;
        if let Some(token) = &self.token {
            request.headers_mut().insert("Authorization", HeaderValue::from_str(token)?);
        }
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
        for (collection, since) in &self.collections {
            let topic = format!("{collection}/*");
            let filter = &self.filter;
            let wish = serde_json::json!({
                "type": "subscribe", "id": collection, "topic": topic, "filter": filter, "since": since,
            });
            socket.send(Message::text(json::text(&wish))).await?;
        }
        while let Some(message) = socket.next().await {
            let Message::Text(text) = message? else { continue };
            if let Ok(Json::Object(message)) = json::parse(text.as_bytes())
                && self.print(&text, &Json::Object(message)).is_err()
            {
                break;
            }
        }
        Ok(())
    }

    fn print(&mut self, text: &str, message: &Json) -> Result<(), Failed> {
        let member = |name: &str| message.get(name).unwrap_or(&Json::Null);
        if let (Some(id), Some(seq)) = (member("id").as_str(), member("seq").as_i64())
            && let Some(seen) = self.collections.get_mut(id)
        {
            *seen = Some(seq);
        }
        match member("type").as_str() {
            Some("event" | "reset" | "error") => say(&format!("{text}\n")),
            _ => Ok(()),
        }
    }
}
