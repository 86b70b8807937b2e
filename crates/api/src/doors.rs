//! Everything that is served, put together: the operations of the API, the ways to a token, the journal's public files,
//! and what machines ask about the server itself.

use crate::bank::{Bank, now};
use crate::gate::Shown;
use crate::openapi;
use crate::problem::{Kind, Problem};
use crate::table::{Operation, ROOT, not_found, request_id, routes};
use crate::{
    accounts, batches, cases, complaints, daily, events, finding, health, log, looked,
    message_lists, message_operations, parties, payees, payments, people, rules, screening, text,
    webhooks,
};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, VARY,
    WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, Request, Response, StatusCode};
use axum::routing::{get, post};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use crate::log::log_key;
pub use crate::site::{Cookie, cookies};
pub use crate::table::{Peer, with_headers};

/// Bytes of a form that asks for a token.
const FORM_BYTES_MAX: usize = 16 << 10;
/// How long the bank may take to say that it is ready.
const READY_PATIENCE: Duration = Duration::from_secs(2);

/// All operations, in the order of the reference.
pub fn table() -> Vec<Operation> {
    let families = [
        payments::operations(),
        batches::operations(),
        message_operations::operations(),
        message_lists::operations(),
        daily::operations(),
        health::operations(),
        accounts::operations(),
        parties::operations(),
        screening::operations(),
        looked::operations(),
        payees::operations(),
        complaints::operations(),
        finding::operations(),
        cases::operations(),
        rules::operations(),
        events::operations(),
        webhooks::operations(),
        log::operations(),
        people::operations(),
        text::operations(),
    ];
    families.into_iter().flatten().collect()
}

/// The OpenAPI document of this version.
pub fn document() -> Value {
    openapi::document(&table(), env!("CARGO_PKG_VERSION"))
}

/// The operations with the acts that policies call them by; for the matrix of rights. Those for whoever is signed in have
/// none.
pub fn acts() -> Vec<(String, String, Option<&'static str>)> {
    let rows = table().into_iter().filter(|o| o.act.is_some() || o.signed_in);
    rows.map(|o| (o.method.to_string(), format!("{ROOT}{}", o.path), o.act.map(|act| act.0)))
        .collect()
}

/// Methods and paths of the operations that are open to everybody: the ways to sign in.
pub fn open() -> Vec<(String, String)> {
    let rows = table().into_iter().filter(|o| o.act.is_none() && !o.signed_in);
    rows.map(|o| (o.method.to_string(), format!("{ROOT}{}", o.path))).collect()
}

/// The routes of a bank.
pub fn router(bank: &Arc<Bank>) -> Router {
    let document = document();
    let reference = openapi::reference(&document);
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    let served = |kind: &'static str, body: String| {
        let (body, packed) = (Bytes::from(body.clone()), packed(body.as_bytes()));
        get(move |headers: HeaderMap| {
            let packed = packed.clone().filter(|_| takes_gzip(&headers));
            let is_packed = packed.is_some();
            let mut response = page(kind, packed.unwrap_or_else(|| body.clone()));
            response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
            if is_packed {
                response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            async move { response }
        })
    };
    let others = Router::new()
        .route("/healthz", get(|| async { page("text/plain; charset=utf-8", "alive\n".into()) }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/oauth/token", post(token))
        .route("/log/{*path}", get(log::file))
        .with_state(Arc::clone(bank));
    let told = Router::new()
        .route(&format!("{ROOT}/openapi.json"), served("application/json", text))
        .route(&format!("{ROOT}/reference"), served("text/html; charset=utf-8", reference))
        .route(
            &format!("{ROOT}/reference.css"),
            served("text/css; charset=utf-8", openapi::CSS.to_owned()),
        )
        .route(
            &format!("{ROOT}/problems"),
            served("text/html; charset=utf-8", openapi::problems()),
        );
    routes(bank, table())
        .merge(others.merge(told).method_not_allowed_fallback(crate::table::wrong_method))
        .fallback(not_found)
}

/// Compressed once, for what is the same for everybody. Answers with somebody's data are not: beside a secret, how well text
/// compresses tells the secret.
fn packed(body: &[u8]) -> Option<Bytes> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// Whether a client takes gzip (RFC 9110 section 12.5.3); one that weighs its encodings gets none.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let all = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(',')).any(|one| one.trim().eq_ignore_ascii_case("gzip"))
}

fn page(kind: &'static str, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if kind.starts_with("text/html") {
        let policy = HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
        );
        response.headers_mut().insert(HeaderName::from_static("content-security-policy"), policy);
    }
    with_headers(response, "")
}

/// Whether a payment would be answered: the writer and the disk are asked.
async fn ready(State(bank): State<Arc<Bank>>) -> Response<Body> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let asked = bank.handle.ask_then(
        Instant::now() + READY_PATIENCE,
        |engine| engine.records(),
        move |records| {
            // Whoever stopped waiting asks again.
            let _ = tell.send(records);
        },
    );
    let answered = match asked {
        Ok(()) => tokio::time::timeout(READY_PATIENCE, told).await.is_ok_and(|told| told.is_ok()),
        Err(_) => false,
    };
    let open = answered && !bank.closing();
    let mut response =
        page("text/plain; charset=utf-8", if open { "ready\n" } else { "not ready\n" }.into());
    if !open {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}

/// Figures, for who asks from this machine or may see them.
async fn metrics(State(bank): State<Arc<Bank>>, request: Request<Body>) -> Response<Body> {
    let peer = request.extensions().get::<Peer>().cloned();
    let is_here = |peer: Peer| peer.address.ip().is_loopback() && peer.client.is_loopback();
    if !peer.is_some_and(is_here) {
        let id = request_id(request.headers());
        let problem = Problem::new(Kind::Forbidden, "figures are given to this machine alone");
        return with_headers(problem.response(&id), &id);
    }
    let age = now().0.saturating_sub(bank.reader.last_time().0) / 1_000_000_000;
    bank.metrics.journal(bank.reader.entries(), bank.reader.records(), age);
    page("application/openmetrics-text; version=1.0.0; charset=utf-8", bank.metrics.text().into())
}

/// `POST /oauth/token` (RFC 6749 section 4.4), in its own form and with its own errors.
async fn token(State(bank): State<Arc<Bank>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let peer = parts.extensions.get::<Peer>().cloned();
    let oauth = |status: StatusCode, value: &Value| {
        let mut response = Response::new(Body::from(value.to_string()));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("DPoP"));
        }
        with_headers(response, "")
    };
    let wrong = |says: &str| {
        oauth(
            StatusCode::BAD_REQUEST,
            &json!({ "error": "invalid_request", "error_description": says }),
        )
    };
    let form = parts
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if !form {
        return wrong("send a form, application/x-www-form-urlencoded");
    }
    let read =
        tokio::time::timeout(Duration::from_secs(10), Limited::new(body, FORM_BYTES_MAX).collect())
            .await;
    let Ok(Ok(read)) = read else { return wrong("the form is too long or did not come") };
    let bytes = read.to_bytes();
    let fields: Vec<(String, String)> = form_urlencoded::parse(&bytes)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return wrong("a field stands twice in the form");
    }
    let text = |name: &'static str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if parts.headers.get_all("dpop").iter().count() > 1 {
        return wrong("one DPoP proof");
    }
    let Some(peer) = peer else { return wrong("no connection") };
    let scheme = if peer.secure { "https" } else { "http" };
    let host =
        text("host").or_else(|| parts.uri.authority().map(|a| a.as_str())).unwrap_or_default();
    let url = format!("{scheme}://{host}/oauth/token");
    let shown = Shown {
        method: "POST",
        url: &url,
        authorization: text("authorization"),
        dpop: text("dpop"),
        certificate: peer.certificate,
        session: None,
        address: peer.client,
    };
    if let Err(problem) = bank.limiter.address(peer.client) {
        let id = request_id(&parts.headers);
        return with_headers(problem.response(&id), &id);
    }
    match bank.gate.token(&fields, &shown) {
        Ok(issued) => oauth(StatusCode::OK, &issued),
        Err((status, error)) => {
            oauth(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), &error)
        }
    }
}
