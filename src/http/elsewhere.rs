//! Where a request belongs that came to the wrong place: in the clear where there is HTTPS, or to the `www.` of a domain.

use actix_http::{HttpMessage as _, Request, Response};
use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{HOST, HeaderValue, LOCATION};

/// The names of this server and the port of HTTPS.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// None when they are not known.
    domains: Vec<String>,
    port: u16,
}

impl Elsewhere {
    pub fn new(domains: &[String], port: u16) -> Self {
        Elsewhere { domains: domains.to_vec(), port }
    }

    /// Sends a request in the clear to HTTPS, by the same method.
    pub fn answer(&self, request: &Request) -> Response<BoxBody> {
        let name = self.name(host(request));
        let location = name.and_then(|name| self.location(name, request));
        redirect(StatusCode::PERMANENT_REDIRECT, location)
    }

    /// The answer to a request for the `www.` of one of the domains.
    pub fn without_www(&self, request: &Request) -> Option<Response<BoxBody>> {
        let name = host(request).strip_prefix("www.")?;
        self.domains.iter().find(|domain| *domain == name)?;
        // With the port it was asked at, whatever that is called in here.
        let authority = authority(request).strip_prefix("www.")?;
        let location = HeaderValue::try_from(format!("https://{authority}{}", path(request))).ok();
        Some(redirect(StatusCode::TEMPORARY_REDIRECT, location))
    }

    /// What was asked for when it is a name of ours, else the first of them. Where they are not known, whoever asks knows.
    fn name<'a>(&'a self, asked: &'a str) -> Option<&'a str> {
        let ours = |name: &&String| *name == asked || asked.strip_prefix("www.") == Some(name.as_str());
        match self.domains.first() {
            Some(first) => Some(self.domains.iter().find(ours).unwrap_or(first)),
            None => {
                let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '[' | ']');
                (!asked.is_empty() && asked.chars().all(plain)).then_some(asked)
            }
        }
    }

    fn location(&self, name: &str, request: &Request) -> Option<HeaderValue> {
        let path = path(request);
        let text = match self.port {
            443 => format!("https://{name}{path}"),
            port => format!("https://{name}:{port}{path}"),
        };
        HeaderValue::try_from(text).ok()
    }
}

fn path(request: &Request) -> &str {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    // `*` is a target, too; no path is without its slash.
    if path.starts_with('/') { path } else { "/" }
}

/// The host and port a request names: in HTTP/2 they are part of the target.
fn authority(request: &Request) -> &str {
    let target = request.uri().authority().map(|authority| authority.as_str());
    target.or_else(|| request.headers().get(HOST)?.to_str().ok()).unwrap_or_default()
}

fn host(request: &Request) -> &str {
    let named = authority(request);
    match named.rsplit_once(':') {
        // Not the inside of an IPv6 address.
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) && !name.ends_with(':') => name,
        Some(_) | None => named,
    }
}

fn redirect(status: StatusCode, location: Option<HeaderValue>) -> Response<BoxBody> {
    match location {
        Some(location) => {
            let mut answer = Response::new(status);
            answer.headers_mut().insert(LOCATION, location);
            answer
        }
        None => Response::new(StatusCode::BAD_REQUEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(host: &str) -> Request {
        let mut request = Request::new();
        *request.uri_mut() = "/a/b?c=d".parse().unwrap();
        request.head_mut().headers.insert(HOST, HeaderValue::try_from(host).unwrap());
        request
    }

    fn location(answer: &Response<BoxBody>) -> &str {
        answer.headers().get(LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn the_names_of_this_server_are_kept_and_others_are_not_believed() {
        let elsewhere = Elsewhere::new(&["a.example".into(), "b.example".into()], 443);
        for (host, target) in [
            ("a.example", "https://a.example/a/b?c=d"),
            ("b.example:80", "https://b.example/a/b?c=d"),
            ("www.b.example", "https://b.example/a/b?c=d"),
            ("evil.example", "https://a.example/a/b?c=d"),
            ("", "https://a.example/a/b?c=d"),
        ] {
            assert_eq!(location(&elsewhere.answer(&ask(host))), target, "{host}");
        }
    }

    #[test]
    fn where_no_names_are_known_the_one_asked_for_is_taken_if_it_is_one() {
        let elsewhere = Elsewhere::new(&[], 8443);
        for (host, target) in [
            ("a.example:8080", "https://a.example:8443/a/b?c=d"),
            ("127.0.0.1", "https://127.0.0.1:8443/a/b?c=d"),
            ("[::1]:80", "https://[::1]:8443/a/b?c=d"),
            ("[::1]", "https://[::1]:8443/a/b?c=d"),
            ("a.example/@evil", ""),
            ("user@evil", ""),
            ("", ""),
        ] {
            let answer = elsewhere.answer(&ask(host));
            assert_eq!(location(&answer), target, "{host}");
            assert_eq!(answer.status(), if target.is_empty() { 400 } else { 308 });
        }
    }

    #[test]
    fn only_the_www_of_a_domain_is_sent_to_it() {
        let elsewhere = Elsewhere::new(&["a.example".into(), "www.b.example".into()], 443);
        let answer = elsewhere.without_www(&ask("www.a.example")).unwrap();
        assert_eq!((answer.status().as_u16(), location(&answer)), (307, "https://a.example/a/b?c=d"));
        for host in ["a.example", "www.b.example", "www.other.example"] {
            assert!(elsewhere.without_www(&ask(host)).is_none(), "{host}");
        }
    }
}
