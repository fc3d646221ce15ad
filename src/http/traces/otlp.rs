//! Spans by OTLP over HTTP. Everything about where and how often they are sent is said by the standard variables `OTEL_…`;
//! without an endpoint among them nothing is.

use actix_http::{HttpMessage as _, Request, Response};
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderMap, HeaderValue};
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span as SdkSpan};
use tokio::runtime::Handle;

use crate::error::{Error, Result};
use crate::outbound::Outbound;

const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const NAMES: [&str; 2] = ["OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"];

/// Where spans go; nowhere unless the environment says where.
pub struct Traces(Option<Told>);

struct Told {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// A request under way.
pub struct Span(SdkSpan);

impl Traces {
    /// As the environment says; requests of it are sent on the current runtime.
    pub fn open() -> Result<Traces> {
        if !ENDPOINTS.iter().any(|name| is_set(name)) {
            return Ok(Traces(None));
        }
        let collector = Outbound::default().collector(Handle::current()).map_err(Error::internal)?;
        let exporter = SpanExporter::builder().with_http().with_http_client(collector).build();
        let mut resource = Resource::builder();
        if !NAMES.iter().any(|name| is_set(name)) {
            resource = resource.with_service_name("cratebase");
        }
        let resource = resource.with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))).build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter.map_err(Error::internal)?)
            .with_resource(resource)
            .build();
        let tracer = provider.tracer("cratebase");
        Ok(Traces(Some(Told { provider, tracer })))
    }

    /// A span of the trace that the request's `traceparent` names, or of one of its own.
    pub fn begin(&self, request: &Request, id: &HeaderValue) -> Option<Span> {
        let told = self.0.as_ref()?;
        let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(request.headers()));
        let method = request.method().to_string();
        let builder = told.tracer.span_builder(method.clone()).with_kind(SpanKind::Server).with_attributes([
            KeyValue::new("http.request.method", method),
            // Without the query, which may have secrets.
            KeyValue::new("url.path", request.path().to_string()),
            KeyValue::new("cratebase.request_id", id.to_str().unwrap_or_default().to_string()),
        ]);
        Some(Span(told.tracer.build_with_context(builder, &parent)))
    }

    /// Sends what waits; blocks for a few seconds at most.
    pub fn close(&self) {
        if let Some(told) = &self.0
            && let Err(error) = told.provider.shutdown()
        {
            tracing::warn!("the last traces were not sent: {error}");
        }
    }
}

impl Span {
    /// Which route took the request, and what about.
    pub fn place(&mut self, answer: &ServiceResponse) {
        let request = answer.request();
        if let Some(route) = request.match_pattern() {
            self.0.update_name(format!("{} {route}", request.method()));
            self.0.set_attribute(KeyValue::new("http.route", route));
        }
        if let Some(collection) = request.match_info().get("collection") {
            self.0.set_attribute(KeyValue::new("cratebase.collection", collection.to_string()));
        }
    }

    /// Answered, which is the end of it; what streams tell later is not part of it.
    pub fn end(mut self, answer: &Response<BoxBody>) {
        let status = answer.status();
        self.0.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
        if status.is_server_error() {
            self.0.set_status(Status::error(""));
        }
        self.0.end();
    }
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Headers of a request, to be read.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}
