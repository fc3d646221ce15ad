//! The way in and out: routes, methods, bodies, limits, CORS, errors, static files, settings, the API description.

mod answers;
mod bodies;
mod caller;
mod cors;
mod dashboard;
mod limits;
mod openapi;
mod packed;
mod public;
mod routes;
mod sealed_settings;
mod settings;
mod staying_up;
#[cfg(feature = "otel")]
mod traces;
mod watching;
