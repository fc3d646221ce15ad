//! The WebSocket of realtime: one JSON message per text frame, both ways; docs/realtime.md has the protocol.

mod command;
mod flow;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Closed, ProtocolError, Session};
use tokio::time::{Instant, sleep_until};

use self::command::{Command, Subscribe};
pub use self::flow::Flow;
use super::Services;
use super::ask;
use crate::context::Caller;
use crate::error::{Error, Result};
use crate::realtime::{Bind, Farewell, Kind, Message, Next, Seat, Topic, snapshot};
use crate::value::json::{text, write_int, write_str};

/// Bytes of a message from a client.
pub const MESSAGE: usize = 64 << 10;
/// Subscriptions of one socket, and bytes of an id.
const SUBSCRIPTIONS: usize = 200;
const ID: usize = 100;
/// Messages from a client within a window.
const COMMANDS: u32 = 600;
const WINDOW: Duration = Duration::from_secs(60);

/// One socket.
pub struct Socket {
    services: Arc<Services>,
    session: Session,
    flow: Flow,
    seat: Seat,
    caller: Caller,
    /// What it is the caller by: asked again, for accounts change and tokens end.
    token: Option<String>,
    /// By the client's id for it.
    subscriptions: HashMap<String, (Seat, Topic)>,
    window: (Instant, u32),
    heard: Instant,
}

/// Why a socket ends.
enum End {
    /// The client is gone.
    Gone,
    Close(CloseCode, &'static str),
}

const RESTART: End = End::Close(CloseCode::Restart, "the server stops");

impl From<Closed> for End {
    fn from(_: Closed) -> Self {
        End::Gone
    }
}

impl Socket {
    /// Whose answer to the handshake is watched by `flow`.
    pub fn new(services: Arc<Services>, (session, flow): (Session, Flow), seat: Seat, token: Option<String>) -> Self {
        let (now, subscriptions) = (Instant::now(), HashMap::new());
        Socket {
            services,
            session,
            flow,
            seat,
            caller: Caller::Guest,
            token,
            subscriptions,
            window: (now, 0),
            heard: now,
        }
    }

    /// Serves the socket until one of its sides ends it.
    pub async fn run(mut self, mut incoming: AggregatedMessageStream) {
        let end = match self.greet().await {
            Ok(()) => self.serve(&mut incoming).await,
            Err(end) => end,
        };
        if let End::Close(code, why) = end {
            let reason = CloseReason { code, description: Some(why.to_string()) };
            let _ = self.session.clone().close(Some(reason)).await;
        }
    }

    async fn greet(&mut self) -> Result<(), End> {
        if let Err(error) = self.recognise().await {
            return self.refuse(None, &error).await.and(Err(End::Close(CloseCode::Error, "try again")));
        }
        let who = self.who();
        let client = &self.seat.connection().id;
        Ok(self.session.text(format!("{{\"type\":\"hello\",\"clientId\":\"{client}\",\"record\":{who}}}")).await?)
    }

    async fn serve(&mut self, incoming: &mut AggregatedMessageStream) -> End {
        let pause = Duration::from_secs(self.services.hub.config().ping_s.max(1));
        let mut ping = Instant::now() + pause;
        loop {
            let step = tokio::select! {
                next = self.seat.next() => self.tell(next).await,
                message = incoming.recv() => self.hear(message).await,
                () = sleep_until(ping) => {
                    ping = Instant::now() + pause;
                    self.ping(pause).await
                }
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn ping(&mut self, pause: Duration) -> Result<(), End> {
        if self.heard.elapsed() > pause * 3 {
            return Err(End::Close(CloseCode::Away, "no sign of life"));
        }
        let before = self.who();
        match self.recognise().await {
            Ok(()) if self.who() != before => {
                self.send(format!("{{\"type\":\"auth\",\"record\":{}}}", self.who())).await?
            }
            // It is asked again with the next ping.
            Ok(()) | Err(_) => {}
        }
        Ok(self.session.ping(b"").await?)
    }

    async fn tell(&mut self, next: Next) -> Result<(), End> {
        match next {
            Next::Messages(messages) => {
                for message in messages {
                    // What still waits for a subscription that ended, or was replaced by one of the same id, is not told.
                    let current = self.subscriptions.get(&*message.topic);
                    if current.is_some_and(|(_, topic)| Arc::ptr_eq(&topic.key, &message.topic)) {
                        self.send(frame(&message)).await?;
                    }
                }
                Ok(())
            }
            Next::End(Farewell::Behind) => Err(End::Close(CloseCode::Again, "too slow: connect and resume")),
            Next::End(Farewell::Shutdown) => Err(RESTART),
        }
    }

    async fn hear(&mut self, message: Option<Result<AggregatedMessage, ProtocolError>>) -> Result<(), End> {
        self.heard = Instant::now();
        let text = match message {
            None | Some(Ok(AggregatedMessage::Close(_))) => return Err(End::Close(CloseCode::Normal, "")),
            Some(Ok(AggregatedMessage::Text(text))) => text,
            Some(Ok(AggregatedMessage::Ping(bytes))) => return Ok(self.session.pong(&bytes).await?),
            Some(Ok(AggregatedMessage::Pong(_))) => return Ok(()),
            Some(Ok(AggregatedMessage::Binary(_))) => {
                return Err(End::Close(CloseCode::Unsupported, "messages are text"));
            }
            Some(Err(ProtocolError::Overflow)) => return Err(End::Close(CloseCode::Size, "a message is too large")),
            Some(Err(_)) => return Err(End::Close(CloseCode::Protocol, "that is no WebSocket")),
        };
        if self.window.0.elapsed() > WINDOW {
            self.window = (Instant::now(), 0);
        }
        self.window.1 += 1;
        if self.window.1 > COMMANDS {
            return Err(End::Close(CloseCode::Policy, "too many messages"));
        }
        let Some(command) = Command::parse(&text) else {
            return Err(End::Close(CloseCode::Invalid, "that is no message of this protocol"));
        };
        self.obey(command).await
    }

    async fn obey(&mut self, command: Command) -> Result<(), End> {
        match command {
            Command::Ping => self.send("{\"type\":\"pong\"}".into()).await,
            Command::Auth { token } => match self.authenticate(token.as_deref().unwrap_or_default()).await {
                Ok(()) => {
                    let who = self.who();
                    self.send(format!("{{\"type\":\"auth\",\"record\":{who}}}")).await
                }
                Err(error) => self.refuse(None, &error).await,
            },
            Command::Subscribe(subscribe) => {
                let id = subscribe.id.clone();
                match self.subscribe(*subscribe).await? {
                    Ok(seq) => {
                        let id = text(&id.into());
                        self.send(format!("{{\"type\":\"subscribed\",\"id\":{id},\"seq\":{seq}}}")).await
                    }
                    Err(_) if self.services.hub.is_closed() => Err(RESTART),
                    Err(error) => self.refuse(Some(&id), &error).await,
                }
            }
            Command::Unsubscribe { id } => {
                self.subscriptions.remove(&id);
                self.send(format!("{{\"type\":\"unsubscribed\",\"id\":{}}}", text(&id.into()))).await
            }
        }
    }

    /// From now on the socket is another caller's; a token that is no good leaves it as it was.
    async fn authenticate(&mut self, token: &str) -> Result<()> {
        let caller = match token {
            "" => Caller::Guest,
            token => match ask::caller_of(&self.services, token, &self.seat.connection().ip).await? {
                Caller::Guest => return Err(Error::unauthorized("")),
                caller => caller,
            },
        };
        self.token = Some(token.to_string()).filter(|token| !token.is_empty());
        self.caller = caller;
        self.join_all().await
    }

    /// Whose the token is now; a guest's once it has ended, subscriptions included.
    async fn recognise(&mut self) -> Result<()> {
        let Some(token) = &self.token else { return Ok(()) };
        let was_known = self.caller.record().is_some();
        self.caller = match ask::caller_of(&self.services, token, &self.seat.connection().ip).await {
            Err(error) if error.status() != 403 => return Err(error),
            found => found.unwrap_or_default(),
        };
        if self.caller.record().is_some() {
            return Ok(());
        }
        self.token = None;
        if was_known { self.join_all().await } else { Ok(()) }
    }

    async fn join_all(&mut self) -> Result<()> {
        for (seat, topic) in self.subscriptions.values() {
            let (connection, topics) = (Arc::clone(seat.connection()), vec![topic.clone()]);
            self.services.hub.join(connection, self.caller.clone(), topics, Bind::Anew).await?;
        }
        Ok(())
    }

    /// The change after which its events follow.
    async fn subscribe(&mut self, wish: Subscribe) -> Result<Result<i64>, End> {
        let full = self.subscriptions.len() >= SUBSCRIPTIONS && !self.subscriptions.contains_key(&wish.id);
        if full || wish.id.is_empty() || wish.id.len() > ID {
            let message = format!("An id has 1 to {ID} bytes, and a socket {SUBSCRIPTIONS} subscriptions at most.");
            return Ok(Err(Error::bad_request(message)));
        }
        self.subscriptions.remove(&wish.id);
        if let Err(error) = self.recognise().await {
            return Ok(Err(error));
        }
        let (id, mut since, wants) = (wish.id.clone(), wish.since, wish.snapshot);
        let topic = wish.topic();
        if wants {
            let shown = match snapshot::snapshot(&self.services.records, &self.caller, &topic).await {
                Ok(shown) => shown,
                Err(error) => return Ok(Err(error)),
            };
            since = Some(shown.seq);
            self.send_snapshot(&id, &shown).await?;
        }
        let seat = self.seat.branch(since);
        let hub = self.services.hub.clone();
        let joined =
            hub.join(Arc::clone(seat.connection()), self.caller.clone(), vec![topic.clone()], Bind::Anew).await;
        let joined = match joined {
            Ok(joined) if joined.topics == 0 => {
                let message = "There is nothing to be shown: no such collection, a closed rule, or a filter that \
                               cannot be used.";
                return Ok(Err(Error::not_found(message)));
            }
            Ok(joined) => joined,
            Err(error) => return Ok(Err(error)),
        };
        self.subscriptions.insert(id, (seat, topic));
        Ok(Ok(since.unwrap_or(joined.position)))
    }

    async fn send_snapshot(&mut self, id: &str, shown: &snapshot::Snapshot) -> Result<(), End> {
        for (index, page) in shown.pages.iter().enumerate() {
            let mut out = b"{\"type\":\"snapshot\",\"id\":".to_vec();
            write_str(&mut out, id);
            out.extend_from_slice(b",\"seq\":");
            write_int(&mut out, shown.seq);
            let last: &[u8] = if index + 1 == shown.pages.len() { b",\"last\":true" } else { b",\"last\":false" };
            out.extend_from_slice(last);
            out.extend_from_slice(b",\"items\":");
            out.extend_from_slice(page);
            out.push(b'}');
            self.send(String::from_utf8_lossy(&out).into_owned()).await?;
        }
        Ok(())
    }

    async fn refuse(&mut self, id: Option<&str>, error: &Error) -> Result<(), End> {
        if error.status() >= 500 {
            tracing::error!("a message on a socket failed: {error}");
        }
        let mut out = b"{\"type\":\"error\"".to_vec();
        if let Some(id) = id {
            out.extend_from_slice(b",\"id\":");
            write_str(&mut out, id);
        }
        out.extend_from_slice(b",\"error\":");
        out.extend_from_slice(text(&error.envelope()).as_bytes());
        out.push(b'}');
        self.send(String::from_utf8_lossy(&out).into_owned()).await
    }

    async fn send(&mut self, message: String) -> Result<(), End> {
        self.flow.take(message.len()).await;
        Ok(self.session.text(message).await?)
    }

    /// Who the socket is, as JSON.
    fn who(&self) -> String {
        let Some(record) = self.caller.record() else { return "null".into() };
        let mut out = b"{\"collectionName\":".to_vec();
        write_str(&mut out, &record.collection.name);
        out.extend_from_slice(b",\"id\":");
        write_str(&mut out, record.id());
        out.push(b'}');
        String::from_utf8_lossy(&out).into_owned()
    }
}

/// `{"type":"event","id":…,"seq":…,"action":…,"record":…}`
fn frame(message: &Message) -> String {
    let mut out = Vec::with_capacity(message.data.len() + message.topic.len() + 64);
    out.extend_from_slice(match message.kind {
        Kind::Event => b"{\"type\":\"event\",\"id\":",
        Kind::Reset => b"{\"type\":\"reset\",\"id\":",
    });
    write_str(&mut out, &message.topic);
    out.extend_from_slice(b",\"seq\":");
    write_int(&mut out, message.seen);
    match message.kind {
        Kind::Event => {
            out.push(b',');
            out.extend_from_slice(message.data.get(1..).unwrap_or_default());
        }
        Kind::Reset => out.push(b'}'),
    }
    // Made of texts, so nothing is lost.
    String::from_utf8(out).unwrap_or_default()
}
