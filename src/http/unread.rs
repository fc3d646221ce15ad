//! Chunked bodies that nobody reads to the end: after the answer their connection is closed.
//!
//! Once the reader of a chunked body is gone, actix waits for the rest of it, however long the client takes, and holds
//! the connection. As long as the reader is there it closes instead. So the reader is kept until the answer is sent.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_http::{Payload, Request, Response};
use actix_web::HttpMessage as _;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _};

/// A payload with two owners: the handler that reads it, and the shell that keeps it.
#[derive(Clone)]
pub struct Kept(Rc<RefCell<State>>);

struct State {
    payload: Payload,
    ended: bool,
}

/// Takes a share in the payload of a chunked request; others have none to keep.
pub fn keep(request: &mut Request) -> Option<Kept> {
    if !request.chunked().unwrap_or(false) {
        return None;
    }
    let kept = Kept(Rc::new(RefCell::new(State { payload: request.take_payload(), ended: false })));
    *request.payload() = Payload::Stream { payload: Box::pin(kept.clone()) };
    Some(kept)
}

impl Kept {
    /// Ties an unread payload to the life of the answer.
    pub fn until_sent(self, answer: Response<BoxBody>) -> Response<BoxBody> {
        if self.0.borrow().ended {
            return answer;
        }
        answer.map_body(|_, body| BoxBody::new(Holding::new(body, self)))
    }
}

impl Stream for Kept {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut state = self.0.borrow_mut();
        let next = state.payload.poll_next_unpin(cx);
        state.ended |= matches!(next, Poll::Ready(None));
        next
    }
}

/// A body that holds on to something while it is sent.
pub struct Holding<T> {
    body: BoxBody,
    _kept: T,
}

impl<T> Holding<T> {
    pub fn new(body: BoxBody, kept: T) -> Self {
        Holding { body, _kept: kept }
    }
}

impl<T: Unpin> MessageBody for Holding<T> {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}
