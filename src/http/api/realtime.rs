//! `/api/realtime`: a stream of events, and what to tell on it.

use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::{HttpRequest, get, post, web};
use utoipa::{IntoParams, ToSchema};

use super::{Refusal, Routes};
use crate::error::{Error, Errors, FieldError, Result};
use crate::http::Services;
use crate::http::ask::{self, Ask};
use crate::http::body::Raw;
use crate::http::error::Answer;
use crate::http::sse::{self, FrameId};
use crate::http::ws::{self, Flow, Socket};
use crate::realtime::Since;
use crate::value::{Json, Object};

/// Bytes of a client id.
const CLIENT_ID: usize = 255;
/// Topics of one connection, and bytes of each.
const TOPICS: usize = 1000;
const TOPIC: usize = 2500;

pub fn routes(config: &mut impl Routes) {
    config.service(connect).service(subscribe).service(socket);
}

/// Where the events begin.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SinceParams {
    /// The last change the client has seen, or `now`: events then carry the number of their change as id, and those after
    /// it are told again. A `Last-Event-ID` header with such a number wins.
    pub since: Option<String>,
}

/// Connect to realtime
///
/// Server-sent events, the first of which, `PB_CONNECT`, tells the `clientId` to subscribe with.
#[utoipa::path(tag = "realtime", params(SinceParams), responses((status = 200, description = "Events", content_type = "text/event-stream", body = String), Refusal))]
#[get("/api/realtime")]
pub async fn connect(request: HttpRequest, services: web::Data<Services>) -> Answer {
    ask::enter(&services, &request).await?;
    let since = since(&request)?;
    let seat = services.hub.connect(ask::address(&services, &request), since)?;
    let frame_id = if since == Since::Next { FrameId::Client } else { FrameId::Change };
    Ok(sse::stream(seat, services.hub.config(), frame_id))
}

/// Realtime over a WebSocket
///
/// One JSON message per frame: authenticate, subscribe with snapshot or resume, events.
#[utoipa::path(tag = "realtime", responses((status = 101, description = "A WebSocket"), Refusal))]
#[get("/api/realtime/ws")]
pub async fn socket(ask: Ask, request: HttpRequest, payload: web::Payload, services: web::Data<Services>) -> Answer {
    let seat = ask.hub.connect(ask.real_ip(&request), Since::Next)?;
    let (answer, session, incoming) =
        actix_ws::handle(&request, payload).map_err(|_| Error::bad_request("This is an address for WebSockets."))?;
    let incoming = incoming.max_frame_size(ws::MESSAGE).aggregate_continuations().max_continuation_size(ws::MESSAGE);
    let flow = Flow::default();
    let answer = flow.watch(answer);
    let socket =
        Socket::new(services.into_inner(), (session, flow), seat, ask::token(request.headers()).map(String::from));
    actix_web::rt::spawn(socket.run(incoming));
    Ok(answer)
}

/// What a connection is to be told.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct Subscriptions {
    pub client_id: String,
    /// `posts/*`, `posts/RECORD_ID`, either with `?options=` and URL-encoded JSON of `query` and `headers` behind.
    pub subscriptions: Vec<String>,
}

/// Subscribe
///
/// Replaces all earlier subscriptions of the connection, and makes it the caller's.
#[utoipa::path(tag = "realtime", request_body = Subscriptions, responses((status = 204, description = "Subscribed"), Refusal))]
#[post("/api/realtime")]
pub async fn subscribe(ask: Ask, request: HttpRequest, raw: Raw) -> Answer {
    let body = raw.object(&ask, "").await?;
    let (client_id, topics) = read(body, request.headers())?;
    let connection = ask.hub.connection(&client_id)?;
    if connection.ip != ask.real_ip(&request) {
        return Err(Error::bad_request("Invalid realtime client.").into());
    }
    ask.hub.subscribe(connection, ask.ctx.caller.clone(), &topics).await?;
    ask::done()
}

fn since(request: &HttpRequest) -> Result<Since> {
    let header = request.headers().get("last-event-id").and_then(|value| value.to_str().ok());
    // Other ids are of connections that are gone.
    if let Some(seen) = header.filter(|text| text.len() < 19).and_then(|text| text.parse().ok()) {
        return Ok(Since::Seen(seen));
    }
    let query = form_urlencoded::parse(request.query_string().as_bytes()).find(|(key, _)| key == "since");
    match query.as_ref().map(|(_, value)| &**value) {
        None => Ok(Since::Next),
        Some("now") => Ok(Since::Now),
        Some(text) => {
            let expected = "Must be the number of a change, or now.";
            let wrong = || Error::invalid("", "since", FieldError::new("validation_invalid_since", expected));
            text.parse().ok().filter(|seen| *seen >= 0).map(Since::Seen).ok_or_else(wrong)
        }
    }
}

/// The client id and the topics of a body.
fn read(mut body: Object, headers: &HeaderMap) -> Result<(String, Vec<String>)> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let form = !kind.is_empty() && !kind.contains("json");
    let wrong = || Error::bad_request("");
    let text = |value: Json| match value {
        Json::String(text) => Ok(text),
        Json::Null => Ok(String::new()),
        Json::Number(_) | Json::Bool(_) if form => Ok(value.to_string()),
        _ => Err(wrong()),
    };
    let client_id = text(body.remove("clientId").unwrap_or_default())?;
    let topics = match body.remove("subscriptions").unwrap_or_default() {
        Json::Null => Vec::new(),
        Json::Array(items) => items.into_iter().map(text).collect::<Result<Vec<_>>>()?,
        one if form => vec![text(one)?],
        _ => return Err(wrong()),
    };
    check(&client_id, &topics).into_result("")?;
    Ok((client_id, topics))
}

fn check(client_id: &str, topics: &[String]) -> Errors {
    let mut errors = Errors::default();
    if client_id.is_empty() {
        errors.add("clientId", FieldError::required());
    } else if client_id.len() > CLIENT_ID {
        let message = format!("The length must be between 1 and {CLIENT_ID}.");
        let error = FieldError::new("validation_length_out_of_range", message);
        errors.add("clientId", error.with("min", 1).with("max", CLIENT_ID));
    }
    if topics.len() > TOPICS {
        errors.add("subscriptions", FieldError::too_long(TOPICS));
    } else {
        for (index, _) in topics.iter().enumerate().filter(|(_, topic)| topic.len() > TOPIC) {
            errors.nested("subscriptions").add(index.to_string(), FieldError::too_long(TOPIC));
        }
    }
    errors
}
