//! An encrypted connection: the handshake, which HTTP is spoken on it, how many requests it may have under way, and its
//! end when the server stops.
//!
//! HTTP/2 as actix serves it knows no limit of streams and does not notice that the server stops; both are done here.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actix_http::{Extensions, Protocol, Response};
use actix_server::GracefulShutdownSignal;
use actix_web::body::BoxBody;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::unread::Holding;

/// Requests of one connection that may be under way; pages rarely ask for more than a hundred things at a time.
const REQUESTS: usize = 512;
/// What the last answer needs to get from its handler to the wire.
const LINGER: Duration = Duration::from_millis(200);

/// What is known of a connection by HTTP/2 while it lasts.
#[derive(Default)]
pub struct Multiplexed {
    requests: Cell<usize>,
    /// Of whoever waits for the last request.
    waker: RefCell<Option<Waker>>,
}

/// One of the requests; gone when the answer is sent.
pub struct Place(Rc<Multiplexed>);

impl Multiplexed {
    /// A place for one more request, if there is one.
    pub fn enter(connection: &Rc<Self>) -> Option<Place> {
        let requests = connection.requests.get();
        (requests < REQUESTS).then(|| {
            connection.requests.set(requests + 1);
            Place(Rc::clone(connection))
        })
    }
}

impl Place {
    /// Ties it to the life of the answer.
    pub fn until_sent(self, answer: Response<BoxBody>) -> Response<BoxBody> {
        answer.map_body(|_, body| BoxBody::new(Holding::new(body, self)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.requests.set(self.0.requests.get().saturating_sub(1));
        if let Some(waker) = self.0.waker.borrow_mut().take() {
            waker.wake();
        }
    }
}

/// A connection after its handshake.
pub struct Encrypted {
    stream: TlsStream<TcpStream>,
    multiplexed: Option<Ending>,
}

/// How a multiplexed connection ends.
struct Ending {
    connection: Rc<Multiplexed>,
    /// The server stops; `None` once it does.
    stopping: Option<Pin<Box<dyn Future<Output = ()>>>>,
    linger: Option<Pin<Box<Sleep>>>,
}

/// Shakes hands within `patience`.
pub async fn encrypt(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    patience: Duration,
    stopping: GracefulShutdownSignal,
) -> io::Result<(Encrypted, Protocol)> {
    stream.set_nodelay(true)?;
    let stream = timeout(patience, acceptor.accept(stream)).await??;
    if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
        return Ok((Encrypted { stream, multiplexed: None }, Protocol::Http1));
    }
    let stopping: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async move { stopping.notified().await });
    let ending = Ending { connection: Rc::default(), stopping: Some(stopping), linger: None };
    Ok((Encrypted { stream, multiplexed: Some(ending) }, Protocol::Http2))
}

/// Leaves what requests have to know of their connection.
pub fn introduce(connection: &Encrypted, extensions: &mut Extensions) {
    if let Some(ending) = &connection.multiplexed {
        extensions.insert(Rc::clone(&ending.connection));
    }
}

impl Encrypted {
    /// Who is at the other end.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.stream.get_ref().0.peer_addr().ok()
    }
}

impl Ending {
    /// Whether to act as if the client had left: the server stops, and nothing is under way any more.
    fn is_due(&mut self, cx: &mut Context<'_>) -> bool {
        if let Some(stopping) = &mut self.stopping {
            if stopping.as_mut().poll(cx).is_pending() {
                return false;
            }
            self.stopping = None;
        }
        if self.connection.requests.get() > 0 {
            self.linger = None;
            *self.connection.waker.borrow_mut() = Some(cx.waker().clone());
            return false;
        }
        self.linger.get_or_insert_with(|| Box::pin(sleep(LINGER))).as_mut().poll(cx).is_ready()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.multiplexed.as_mut().is_some_and(|ending| ending.is_due(cx)) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut this.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
