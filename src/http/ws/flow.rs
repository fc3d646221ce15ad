//! What a socket has sent and the connection has not taken yet: a client that does not read holds one portion of it, not a
//! queue of messages.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use tokio::sync::Notify;

/// Bytes that may be on their way when the next message is sent.
const PORTION: usize = 64 << 10;

/// Shared by a socket and the body it writes to, on one thread.
#[derive(Clone, Default)]
pub struct Flow(Rc<Way>);

#[derive(Default)]
struct Way {
    bytes: Cell<usize>,
    taken: Notify,
}

impl Flow {
    /// Waits until so many bytes may be sent.
    pub async fn take(&self, bytes: usize) {
        while self.0.bytes.get() > PORTION {
            self.0.taken.notified().await;
        }
        self.0.bytes.set(self.0.bytes.get() + bytes);
    }

    /// The answer of a handshake, watched.
    pub fn watch(&self, answer: HttpResponse) -> HttpResponse {
        answer.map_body(|_, body| Watched { body, flow: self.clone() }).map_into_boxed_body()
    }
}

/// Yields whatever there is as one piece, so after each of them nothing waits.
struct Watched {
    body: BoxBody,
    flow: Flow,
}

impl MessageBody for Watched {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let next = Pin::new(&mut self.body).poll_next(cx);
        if next.is_ready() {
            self.flow.0.bytes.set(0);
            self.flow.0.taken.notify_one();
        }
        next
    }
}

/// The connection is gone: nobody waits for it.
impl Drop for Watched {
    fn drop(&mut self) {
        self.flow.0.bytes.set(0);
        self.flow.0.taken.notify_one();
    }
}
