//! What happens around every request: its id, the check of the host it names, the log, the headers that
//! every answer has, and the form of every problem.

use std::future::{Ready, ready};
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures::FutureExt;

use super::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Pages have neither scripts nor anything from elsewhere.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Names a request in the log, in the trail and in problems.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl RequestId {
    /// The caller's own id where it is a sane one, else a new one.
    fn of(headers: &HeaderMap) -> Self {
        let sane = |id: &&str| {
            (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(sane);
        Self(given.map_or_else(|| uuid::Uuid::new_v4().simple().to_string(), str::to_owned))
    }
}

impl FromRequest for RequestId {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.extensions().get::<Self>().cloned();
        ready(Ok(id.unwrap_or_else(|| Self::of(request.headers()))))
    }
}

/// Whether `host[:port]` names this machine. A page elsewhere that has its own name resolved to this
/// address (DNS rebinding) still sends its own name.
fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Why a request is turned away at the door.
fn turned_away(headers: &HeaderMap) -> Option<Problem> {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if !text(header::HOST).is_some_and(is_loopback) {
        return Some(Problem::new(
            "misdirected",
            "this server answers only to localhost, 127.0.0.1 and [::1]",
            "本服务只接受以 localhost、127.0.0.1 或 [::1] 访问",
        ));
    }
    let elsewhere = text(header::ORIGIN)
        .is_some_and(|origin| !origin.split_once("://").is_some_and(|(_, authority)| is_loopback(authority)));
    let cross_site = text(HeaderName::from_static("sec-fetch-site")) == Some("cross-site");
    let navigation = text(HeaderName::from_static("sec-fetch-mode")) == Some("navigate");
    (elsewhere || (cross_site && !navigation)).then(|| {
        Problem::new("cross-site", "call it from this machine and not from another site's page", "请在本机直接访问")
    })
}

/// Surrounds every request.
pub async fn surround(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    let (method, path) = (request.method().clone(), request.path().to_owned());
    request.extensions_mut().insert(id.clone());
    let mut response = match turned_away(request.headers()) {
        Some(problem) => request.error_response(problem),
        None => match AssertUnwindSafe(next.call(request)).catch_unwind().await {
            Ok(Ok(response)) => response.map_into_boxed_body(),
            Ok(Err(error)) => return Err(error),
            // The panic's own text went to standard error; the caller is told nothing of it.
            Err(_) => return Err(Problem::internal("a handler panicked").at(&path, &id.0).into()),
        },
    };
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let told = response.response().extensions().get::<Problem>().cloned();
        let problem = told.unwrap_or_else(|| Problem::of_status(status)).at(&path, &id.0);
        response = response.map_body(|head, _| {
            head.headers.remove(header::CONTENT_ENCODING);
            head.headers.remove(header::CONTENT_LENGTH);
            head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
            BoxBody::new(problem.json())
        });
    }
    tracing::info!(
        target: "mingjing::http",
        request_id = %id.0,
        %method,
        path = response.request().match_pattern().as_deref().unwrap_or("(none)"),
        status = status.as_u16(),
        ms = started.elapsed().as_secs_f64() * 1e3,
        "request"
    );
    dress(response.headers_mut(), &id);
    Ok(response)
}

/// Headers of every answer. Personal data is kept by nobody in between.
fn dress(headers: &mut HeaderMap, id: &RequestId) {
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("content-security-policy", PAGE_POLICY),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_named() {
        for host in ["localhost", "LOCALHOST:8642", "127.0.0.1:80", "127.9.9.9", "[::1]:8642", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["", "example.com", "127.0.0.1.example.com", "10.0.0.1:80", "localhost.example.com:8642"] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn ids_are_taken_over_only_where_they_are_sane() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_str(text).unwrap());
            RequestId::of(&headers).0
        };
        assert_eq!(of("run-7.a_B"), "run-7.a_B");
        for wrong in ["", "a b", "x\"y", &"a".repeat(65)] {
            assert_eq!(of(wrong).len(), 32, "{wrong}");
        }
    }
}
