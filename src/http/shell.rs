//! The outermost layer, around the router: CORS, the `/api/v1` alias, HEAD, the panic guard, headers of every answer.
//!
//! It wraps the application rather than being one of its middlewares, because a middleware has given its request away
//! when a handler panics, and an answer to that request is due nevertheless.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use actix_http::{Request, Response};
use actix_web::HttpMessage as _;
use actix_web::ResponseError as _;
use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, Service, ServiceFactory, ServiceResponse, forward_ready};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, Uri};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use super::Services;
use super::connection::Multiplexed;
use super::cors::{self, Cors};
use super::elsewhere::Elsewhere;
use super::error::{Cause, Failure};
use super::limits;
use super::squeeze::{self, Coding};
use super::unread;
use super::visits::{Known, Visit};
use crate::error::Error;
use crate::limits::Left;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const SAME_ORIGIN_FRAMES: HeaderValue = HeaderValue::from_static("SAMEORIGIN");
const XSS: HeaderValue = HeaderValue::from_static("1; mode=block");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

/// Marks a request by HEAD, for whom it costs something to make a body.
pub struct OnlyHead;

/// Marks an answer that other sites may show in a frame: files of records.
pub struct Embeddable;

/// The layer, and the factory of itself for each worker.
pub struct Shell<S> {
    inner: Rc<S>,
    cors: Rc<Cors>,
    services: Arc<Services>,
    secure: Option<Rc<Secure>>,
}

/// What there is besides where all requests come by HTTPS.
struct Secure {
    /// The promise that this stays so.
    lasting: Option<HeaderValue>,
    elsewhere: Elsewhere,
}

impl<S> Shell<S> {
    /// Wraps an application.
    pub fn new(inner: S, services: Arc<Services>) -> Self {
        let secure = services.certificates.as_ref().map(|certificates| {
            let seconds = certificates.config().hsts_s;
            let lasting = (seconds > 0).then(|| HeaderValue::try_from(format!("max-age={seconds}")).ok()).flatten();
            Rc::new(Secure { lasting, elsewhere: Elsewhere::new(&certificates.config().domains, 443) })
        });
        Shell { inner: Rc::new(inner), cors: Rc::new(Cors::new(&services.config.origins)), services, secure }
    }
}

impl<F> ServiceFactory<Request> for Shell<F>
where
    F: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
    F::Service: 'static,
{
    type Response = Response<BoxBody>;
    type Error = actix_web::Error;
    type Config = AppConfig;
    type Service = Shell<F::Service>;
    type InitError = ();
    type Future = LocalBoxFuture<'static, Result<Self::Service, ()>>;

    fn new_service(&self, config: AppConfig) -> Self::Future {
        let inner = self.inner.new_service(config);
        let (cors, services, secure) = (Rc::clone(&self.cors), Arc::clone(&self.services), self.secure.clone());
        Box::pin(async move { Ok(Shell { inner: Rc::new(inner.await?), cors, services, secure }) })
    }
}

impl<S> Service<Request> for Shell<S>
where
    S: Service<Request, Response = ServiceResponse, Error = actix_web::Error> + 'static,
{
    type Response = Response<BoxBody>;
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Response<BoxBody>, actix_web::Error>>;

    forward_ready!(inner);

    fn call(&self, mut request: Request) -> Self::Future {
        if let Some(answer) = self.secure.as_ref().and_then(|secure| secure.elsewhere.without_www(&request)) {
            return Box::pin(std::future::ready(Ok(answer)));
        }
        let allowed = self.cors.allow(request.headers());
        let id = next_id(&self.services);
        if request.method() == Method::OPTIONS {
            return Box::pin(std::future::ready(Ok(preflight(&request, allowed, id))));
        }
        let place = request.conn_data().map(Multiplexed::enter);
        if matches!(place, Some(None)) {
            return Box::pin(std::future::ready(Ok(crowded())));
        }
        let lasting = self.secure.as_ref().and_then(|secure| secure.lasting.clone());
        let dress = Dress { allowed, id, lasting };
        let services = Arc::clone(&self.services);
        let (began, method) = (Instant::now(), request.method().clone());
        let visit = Visit::of(&request, began, &services);
        let mut span = services.traces.begin(&request, &dress.id);
        normalise(&mut request);
        let unread = unread::keep(&mut request);
        // Most clients that are no browsers ask for nothing, and then this is all there is to it.
        let coding = Coding::accepted(request.headers(), &[Coding::Zstd, Coding::Gzip]);
        let inner = Rc::clone(&self.inner);
        let answer = AssertUnwindSafe(async move { inner.call(request).await }).catch_unwind();
        Box::pin(async move {
            let answer = answer.await;
            let (mut known, mut left) = (Known::default(), None);
            if let Ok(Ok(answer)) = &answer {
                known = visit.as_ref().map(|visit| visit.look(answer, &services)).unwrap_or_default();
                left = answer.request().extensions().get::<Left>().copied();
                if let Some(span) = &mut span {
                    span.place(answer);
                }
            }
            let mut answer = final_form(answer);
            if let Some(span) = span {
                span.end(&answer);
            }
            services.metrics.count(&method, answer.status(), began.elapsed());
            if let Some(visit) = visit {
                visit.record(known, &answer, &services);
            }
            if answer.status().is_server_error() {
                log(&answer, &dress.id);
            }
            dress.put_on(&mut answer);
            if let Some(left) = left {
                limits::tell(answer.headers_mut(), left);
            }
            if services.config.compress && method == Method::GET {
                answer = squeeze::squeeze(answer, coding).await;
            }
            let answer = match unread {
                Some(unread) => unread.until_sent(answer),
                None => answer,
            };
            Ok(match place.flatten() {
                Some(place) => place.until_sent(answer),
                None => answer,
            })
        })
    }
}

/// What came of a request, also of one that nobody answered.
fn final_form(answer: Result<Result<ServiceResponse, actix_web::Error>, Box<dyn Any + Send>>) -> Response<BoxBody> {
    match answer {
        Ok(Ok(answer)) => Response::from(answer),
        Ok(Err(error)) => Response::from(error.error_response()),
        Err(panic) => Response::from(Failure(Error::internal(words(panic.as_ref()))).error_response()),
    }
}

/// The headers of every answer.
struct Dress {
    allowed: Option<HeaderValue>,
    id: HeaderValue,
    lasting: Option<HeaderValue>,
}

impl Dress {
    fn put_on(self, answer: &mut Response<BoxBody>) {
        let embeddable = answer.extensions().contains::<Embeddable>();
        let headers = answer.headers_mut();
        headers.insert(header::X_XSS_PROTECTION, XSS);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        headers.insert(OPENER, SAME_ORIGIN);
        if !embeddable {
            headers.insert(header::X_FRAME_OPTIONS, SAME_ORIGIN_FRAMES);
        }
        if let Some(lasting) = self.lasting {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, lasting);
        }
        cors::apply(headers, self.allowed);
        headers.insert(REQUEST_ID, self.id);
    }
}

/// One connection asks for too much at a time.
fn crowded() -> Response<BoxBody> {
    let message = "a connection has too many requests under way".to_string();
    Response::from(Failure(Error::Unavailable { message, retry_after_s: 1 }).error_response())
}

/// Makes `/api/v1/…` and HEAD look like `/api/…` and GET; the connection itself leaves out the body of a HEAD answer.
fn normalise(request: &mut Request) {
    if let Some(rest) = request.path().strip_prefix("/api/v1/") {
        let mut path = format!("/api/{rest}");
        if let Some(query) = request.uri().query() {
            path.push('?');
            path.push_str(query);
        }
        // What was a URI stays one.
        if let Ok(uri) = path.parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(OnlyHead);
    }
}

fn preflight(request: &Request, allowed: Option<HeaderValue>, id: HeaderValue) -> Response<BoxBody> {
    let mut answer = Response::new(StatusCode::NO_CONTENT);
    let requested = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    cors::apply_preflight(answer.headers_mut(), allowed, requested);
    answer.headers_mut().insert(REQUEST_ID, id);
    answer
}

/// Enough to find the log line of an answer, also among those of earlier runs.
fn next_id(services: &Services) -> HeaderValue {
    // Spread over the whole range, so that neighbours do not look alike.
    let text = format!("{:016x}", services.metrics.number().wrapping_mul(0x9e37_79b9_7f4a_7c15));
    // Hexadecimal digits are always a header value.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("0"))
}

/// The one log line of a server error; the answer itself says nothing but the id.
fn log(answer: &Response<BoxBody>, id: &HeaderValue) {
    let extensions = answer.extensions();
    let cause = extensions.get::<Cause>().map_or("", |cause| cause.0.as_str());
    tracing::error!(
        request = id.to_str().unwrap_or_default(),
        status = answer.status().as_u16(),
        cause,
        "request failed"
    );
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panic: {}", text.unwrap_or_default())
}
