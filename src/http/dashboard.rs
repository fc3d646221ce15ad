//! The admin UI at `/_/`: files embedded at build time, gzipped on their way.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, LOCATION};
use actix_web::middleware::Compress;
use actix_web::{HttpRequest, HttpResponse, web};

use super::Services;
use super::ask;
use super::error::{Answer, Failure};
use super::public;
use crate::error::Error;

/// Stricter than the protocol's original: nothing is loaded from elsewhere.
const CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; \
     script-src 'self'; frame-ancestors 'none'",
);
/// File names carry a hash of their content, so they never change.
const FOREVER: HeaderValue = HeaderValue::from_static("max-age=1209600, stale-while-revalidate=86400");
const FRESH: HeaderValue = HeaderValue::from_static("no-cache");

/// The files; none when the UI was not built.
#[cfg(feature = "ui")]
#[derive(rust_embed::RustEmbed)]
#[folder = "admin-ui/build"]
#[allow_missing = true]
struct Files;

pub fn routes(config: &mut web::ServiceConfig) {
    let redirect = || async { HttpResponse::TemporaryRedirect().insert_header((LOCATION, "/_/")).finish() };
    config.service(web::resource("/_").route(web::get().to(redirect)).default_service(web::to(public::answer)));
    let files = web::resource("/_/{path:.*}").wrap(Compress::default()).route(web::get().to(file));
    config.service(files.default_service(web::to(public::answer)));
}

async fn file(path: web::Path<String>, request: HttpRequest, services: web::Data<Services>) -> Answer {
    ask::enter(&services, &request).await?;
    let path = if path.is_empty() { "index.html" } else { path.as_str() };
    let Some(bytes) = embedded(path) else { return Err(missing(path)) };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_SECURITY_POLICY, CSP));
    answer.insert_header((CACHE_CONTROL, if path == "index.html" { FRESH } else { FOREVER }));
    answer.content_type(mime_guess::from_path(path).first_or_octet_stream().as_ref());
    Ok(answer.body(bytes))
}

#[cfg(feature = "ui")]
fn embedded(path: &str) -> Option<Vec<u8>> {
    Files::get(path).map(|file| file.data.into_owned())
}

#[cfg(not(feature = "ui"))]
fn embedded(_: &str) -> Option<Vec<u8>> {
    None
}

/// Says which of the two it is: a file the UI does not have, or a server without UI.
fn missing(path: &str) -> Failure {
    let message = if path == "index.html" {
        "This server was built without the admin UI. The API is at /api/."
    } else {
        "File not found."
    };
    Failure(Error::not_found(message))
}
