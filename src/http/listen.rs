//! The sockets: requests in the clear; or over TLS by HTTP/1.1 and HTTP/2, with a second socket that only sends there.

use std::convert::Infallible;
use std::fmt::Debug;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpServiceBuilder, KeepAlive, Request, Response};
use actix_server::{GracefulShutdownSignal, Server, ServerBuilder};
use actix_service::{IntoServiceFactory as _, Service, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::body::BoxBody;
use actix_web::dev::AppConfig;
use actix_web::{App, web};
use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::connection;
use super::elsewhere::Elsewhere;
use super::shell::Shell;
use super::{Config, Services, api, dashboard, public};

/// What a client may take to read an answer that ends its connection, while it still sends.
const DISCONNECT: Duration = Duration::from_secs(1);

/// Where requests arrive.
pub enum Sockets {
    Plain(TcpListener),
    Tls {
        encrypted: TcpListener,
        /// Whoever comes here is sent to the other one.
        plain: TcpListener,
        config: Box<ServerConfig>,
    },
}

/// Serves `services` on bound sockets until the returned server is stopped.
pub fn serve(sockets: Sockets, services: Arc<Services>) -> std::io::Result<Server> {
    let config = services.config.clone();
    let server = Server::build().workers(config.worker_count()).shutdown_timeout(config.shutdown_timeout_s);
    let server = server.disable_signals();
    let server = match sockets {
        Sockets::Plain(listener) => in_the_clear(server, listener, services)?,
        Sockets::Tls { encrypted, plain, config: mut tls } => {
            let port = encrypted.local_addr()?.port();
            let domains = services.certificates.as_ref().map(|certificates| &*certificates.config().domains);
            let elsewhere = Elsewhere::new(domains.unwrap_or_default(), port);
            // Before what the configuration brings along.
            tls.alpn_protocols.splice(0..0, [b"h2".to_vec(), b"http/1.1".to_vec()]);
            let server = over_tls(server, encrypted, *tls, services)?;
            to_elsewhere(server, plain, elsewhere, config)?
        }
    };
    Ok(server.run())
}

fn in_the_clear(
    server: ServerBuilder,
    listener: TcpListener,
    services: Arc<Services>,
) -> std::io::Result<ServerBuilder> {
    limit_unread(&listener, services.config.write_timeout_s);
    let stopping = server.graceful_shutdown_signal();
    server.listen("http", listener, move || {
        protocol(&services.config, &stopping).tcp_nodelay(true).finish(application(&services)).tcp()
    })
}

fn over_tls(
    server: ServerBuilder,
    listener: TcpListener,
    tls: ServerConfig,
    services: Arc<Services>,
) -> std::io::Result<ServerBuilder> {
    limit_unread(&listener, services.config.write_timeout_s);
    let stopping = server.graceful_shutdown_signal();
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let seconds = services.certificates.as_ref().map_or(0, |certificates| certificates.config().handshake_timeout_s);
    let patience = Duration::from_secs(seconds);
    server.listen("https", listener, move || {
        let (stopping, acceptor) = (stopping.clone(), acceptor.clone());
        let http = protocol(&services.config, &stopping).on_connect_ext(connection::introduce);
        let http = http.finish(application(&services));
        fn_service(move |stream: TcpStream| {
            let encrypting = connection::encrypt(stream, acceptor.clone(), patience, stopping.clone());
            async move {
                let (stream, protocol) = encrypting.await.map_err(DispatchError::Io)?;
                let peer = stream.peer();
                Ok((stream, protocol, peer))
            }
        })
        .and_then(http)
    })
}

fn to_elsewhere(
    server: ServerBuilder,
    listener: TcpListener,
    elsewhere: Elsewhere,
    config: Config,
) -> std::io::Result<ServerBuilder> {
    let stopping = server.graceful_shutdown_signal();
    server.listen("http", listener, move || {
        let elsewhere = elsewhere.clone();
        protocol(&config, &stopping)
            .keep_alive(KeepAlive::Disabled)
            .finish(fn_service(move |request: Request| {
                let answer = elsewhere.answer(&request);
                async move { Ok::<_, Infallible>(answer) }
            }))
            .tcp()
    })
}

/// How connections are treated, wherever they come from.
fn protocol<T, S>(config: &Config, stopping: &GracefulShutdownSignal) -> HttpServiceBuilder<T, S>
where
    S: ServiceFactory<Request, Config = (), Error: Into<Response<BoxBody>> + 'static, InitError: Debug>,
    <S::Service as Service<Request>>::Future: 'static,
{
    let stopping = stopping.clone();
    HttpServiceBuilder::default()
        .graceful_shutdown_signal(move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        })
        .keep_alive(Duration::from_secs(config.keep_alive_s))
        .client_request_timeout(Duration::from_secs(config.header_timeout_s))
        .client_disconnect_timeout(DISCONNECT)
}

/// Everything that answers, for one worker.
fn application(
    services: &Arc<Services>,
) -> impl ServiceFactory<
    Request,
    Config = (),
    Response = Response<BoxBody>,
    Error = Response<BoxBody>,
    InitError = (),
    Service = impl Service<Request, Future: 'static> + use<>,
    Future: 'static,
> + use<> {
    let app = App::new()
        .app_data(web::Data::from(Arc::clone(services)))
        .configure(api::routes)
        .configure(dashboard::routes)
        .default_service(web::to(public::answer));
    let shell = Shell::new(app.into_factory(), Arc::clone(services));
    map_config(shell.map_err(|error| Response::from(error.error_response())), |()| AppConfig::default())
}

/// Connections inherit from their listener for how long they may be left unread; streams to clients that vanished or never
/// read would keep their place for ever otherwise.
fn limit_unread(listener: &TcpListener, seconds: u32) {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(listener, seconds.saturating_mul(1000)) {
        tracing::warn!("unread connections are not cut: {error}");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (listener, seconds);
}
