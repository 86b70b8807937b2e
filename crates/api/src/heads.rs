//! Heads of requests that two programs on the way could read differently. They are refused before anything is looked up,
//! and a connection of HTTP/1.1 that brought one is closed.

use crate::problem::{Kind, Problem};
use axum::body::Body;
use axum::http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderName, HeaderValue,
    IF_MATCH,
};
use axum::http::{Request, Response, Version};

/// Headers that a request has once, if at all: of two, each program on the way may believe another.
static ONCE: [HeaderName; 8] = [
    AUTHORIZATION,
    CONTENT_ENCODING,
    CONTENT_TYPE,
    IF_MATCH,
    HeaderName::from_static("dpop"),
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("last-event-id"),
    HeaderName::from_static("step-up"),
];

/// The answer to a head that is refused; none to one that is right.
pub fn refused(request: &Request<Body>) -> Option<Response<Body>> {
    let why = fault(request)?;
    let id = crate::table::request_id(request.headers());
    let problem = Problem::new(Kind::Malformed, why);
    let mut response = crate::table::with_headers(problem.response(&id), &id);
    if request.version() != Version::HTTP_2 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Some(response)
}

/// What is wrong with a head.
fn fault(request: &Request<Body>) -> Option<String> {
    let headers = request.headers();
    let mut hosts = headers.get_all(HOST).iter();
    let (host, second) = (hosts.next(), hosts.next());
    // RFC 9112 section 3.2: exactly one. HTTP/2 has it in `:authority`.
    if second.is_some() || (host.is_none() && request.version() == Version::HTTP_11) {
        return Some("a request has one Host".to_owned());
    }
    let authority = request.uri().authority().map(|authority| authority.as_str());
    if let (Some(host), Some(authority)) = (host, authority)
        && !host.as_bytes().eq_ignore_ascii_case(authority.as_bytes())
    {
        return Some("Host and the address that is asked are not the same".to_owned());
    }
    let doubled = ONCE.iter().find(|name| headers.get_all(*name).iter().count() > 1)?;
    Some(format!("{doubled} stands twice"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(version: Version, uri: &str, headers: &[(&str, &str)]) -> Option<String> {
        let mut request = Request::builder().version(version).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        fault(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn a_request_has_one_host_and_no_doubled_header_that_counts() {
        let one = [("host", "bank.example")];
        assert_eq!(head(Version::HTTP_11, "/", &one), None);
        assert_eq!(head(Version::HTTP_11, "http://Bank.example/", &one), None);
        assert_eq!(head(Version::HTTP_2, "https://bank.example/", &[]), None);
        assert_eq!(head(Version::HTTP_10, "/", &[]), None);
        let accepted = [("host", "a"), ("accept", "a/b"), ("accept", "c/d")];
        assert_eq!(head(Version::HTTP_11, "/", &accepted), None);
        assert!(head(Version::HTTP_11, "/", &[]).is_some());
        assert!(head(Version::HTTP_11, "/", &[("host", "a"), ("host", "a")]).is_some());
        assert!(head(Version::HTTP_11, "http://evil.example/", &one).is_some());
        assert!(head(Version::HTTP_2, "https://evil.example/", &one).is_some());
        for name in &ONCE {
            let twice = [("host", "a"), (name.as_str(), "x"), (name.as_str(), "x")];
            assert!(head(Version::HTTP_11, "/", &twice).is_some_and(|why| why.contains("twice")));
        }
    }
}
