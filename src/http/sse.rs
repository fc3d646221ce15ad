//! Server-sent events: an outbox as a stream of frames.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::realtime::{Config, Kind, Message, Next, Seat};

/// Frames of a client that can come back carry the last change it has seen, others the id of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameId {
    Client,
    Change,
}

struct Stream {
    seat: Seat,
    frame_id: FrameId,
    limits: Limits,
    ends: Instant,
    /// When it last told a message, and when it last wrote anything.
    told: Instant,
    wrote: Instant,
    /// Set to the next deadline there was when it last went off: telling does not move it.
    timer: Pin<Box<Sleep>>,
    greeted: bool,
}

struct Limits {
    idle: Duration,
    ping: Duration,
}

/// The answer that tells a connection's messages as long as it is open.
pub fn stream(seat: Seat, config: &Config, frame_id: FrameId) -> HttpResponse {
    let now = Instant::now();
    let limits = Limits { idle: Duration::from_secs(config.idle_s), ping: Duration::from_secs(config.ping_s.max(1)) };
    let ends = now + Duration::from_secs(config.lifetime_s);
    let timer = Box::pin(sleep_until(ends.min(now + limits.idle.min(limits.ping))));
    let stream = Stream { seat, frame_id, limits, ends, told: now, wrote: now, timer, greeted: false };
    let frames = futures_util::stream::unfold(stream, |mut stream| async move {
        let bytes = stream.next().await?;
        Some((Ok::<_, actix_web::Error>(bytes), stream))
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")))
        .streaming(frames)
}

impl Stream {
    /// The next bytes to write; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        let connection = Arc::clone(self.seat.connection());
        if !std::mem::replace(&mut self.greeted, true) {
            let data = format!("{{\"clientId\":\"{}\"}}", connection.id);
            let message = Message {
                seen: connection.since.unwrap_or(0),
                kind: Kind::Event,
                topic: "PB_CONNECT".into(),
                data: data.into_bytes().into(),
            };
            return Some(self.frames(&connection.id, &[message]));
        }
        loop {
            tokio::select! {
                next = self.seat.next() => match next {
                    Next::Messages(messages) => {
                        let now = Instant::now();
                        (self.told, self.wrote) = (now, now);
                        return Some(self.frames(&connection.id, &messages));
                    }
                    Next::End(why) => {
                        tracing::debug!(client = connection.id, ?why, "a stream ends");
                        return None;
                    }
                },
                () = self.timer.as_mut() => {
                    let now = Instant::now();
                    let ends = self.ends.min(self.told + self.limits.idle);
                    if now >= ends {
                        tracing::debug!(client = connection.id, "a stream was open or idle for long enough");
                        return None;
                    }
                    let quiet = now >= self.wrote + self.limits.ping;
                    if quiet {
                        self.wrote = now;
                    }
                    self.timer.as_mut().reset(ends.min(self.wrote + self.limits.ping));
                    if quiet {
                        return Some(Bytes::from_static(b": ping\n\n"));
                    }
                }
            }
        }
    }

    fn frames(&self, client: &str, messages: &[Message]) -> Bytes {
        let size = |message: &Message| message.topic.len() + message.data.len() + 80;
        let mut out = Vec::with_capacity(messages.iter().map(size).sum());
        for message in messages {
            out.extend_from_slice(b"id:");
            match self.frame_id {
                FrameId::Client => out.extend_from_slice(client.as_bytes()),
                FrameId::Change => crate::value::json::write_int(&mut out, message.seen),
            }
            out.extend_from_slice(b"\nevent:");
            out.extend_from_slice(match message.kind {
                Kind::Event => message.topic.as_bytes(),
                Kind::Reset => b"PB_RESET",
            });
            out.extend_from_slice(b"\ndata:");
            out.extend_from_slice(&message.data);
            out.extend_from_slice(b"\n\n");
        }
        out.into()
    }
}
