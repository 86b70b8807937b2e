//! Traces: what a request spent its time on, from its first byte to the commit, sent to a collector of the operator's as OTLP over
//! HTTP in JSON (OpenTelemetry protocol 1). Only some requests are traced; where the collector is slow, spans are dropped and counted.

use crate::metrics::Metrics;
use crate::subscribers::{AddressRules, Line, Poster};
use crate::trace::Trace;
use axum::http::StatusCode;
use bytes::Bytes;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

/// Requests that wait to be sent.
const WAITING_MAX: usize = 2_048;
/// Requests that are sent at once.
const AT_ONCE: usize = 256;
/// How long the first of them waits for others.
const GATHER: Duration = Duration::from_secs(1);
/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// A span that answers somebody, and one within it, as OTLP numbers them.
const KIND_SERVER: u32 = 2;
const KIND_INTERNAL: u32 = 1;

/// Which requests are traced, and who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceSettings {
    /// Where the collector takes traces: `http://` on this machine, `https://` elsewhere.
    pub endpoint: String,
    /// One request of so many, beside those whose callers record a trace.
    pub one_in: u64,
}

/// Parts of one request's time; empty and free where it is not traced.
#[derive(Clone, Debug, Default)]
pub struct Spans(Option<Arc<Mutex<Vec<Span>>>>);

/// A part of a request's time.
#[derive(Clone, Debug)]
struct Span {
    name: &'static str,
    began: Instant,
    ended: Instant,
}

impl Spans {
    /// Spans of a request that is traced.
    fn kept() -> Spans {
        Spans(Some(Arc::default()))
    }

    /// Notes a part that ends now.
    pub fn note(&self, name: &'static str, began: Instant) {
        if let Some(spans) = &self.0 {
            let span = Span { name, began, ended: Instant::now() };
            spans.lock().unwrap_or_else(PoisonError::into_inner).push(span);
        }
    }
}

/// A request that was traced and answered.
struct Traced {
    trace: Trace,
    operation: &'static str,
    method: String,
    status: u16,
    request: Arc<str>,
    began: Instant,
    began_ns: u64,
    ended: Instant,
    spans: Vec<Span>,
}

/// Chooses requests and hands them on.
pub struct Tracer {
    settings: TraceSettings,
    asked: AtomicU64,
    tell: Sender<Traced>,
    come: Mutex<Option<Receiver<Traced>>>,
}

impl std::fmt::Debug for Tracer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracer").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What is known of a request once it is answered.
pub struct Told<'a> {
    /// Which operation.
    pub operation: &'static str,
    /// Its method.
    pub method: &'a str,
    /// How it was answered.
    pub status: StatusCode,
    /// Its number.
    pub request: &'a Arc<str>,
    /// When it came.
    pub began: Instant,
}

impl Tracer {
    /// One that is not sending yet.
    pub fn new(settings: TraceSettings) -> Tracer {
        let (tell, come) = channel(WAITING_MAX);
        Tracer { settings, asked: AtomicU64::new(0), tell, come: Mutex::new(Some(come)) }
    }

    /// Where the time of a request is noted; nowhere if it is not traced.
    pub fn begin(&self, trace: &mut Trace) -> Spans {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        trace.sampled = trace.sampled || number.is_multiple_of(self.settings.one_in.max(1));
        if trace.sampled { Spans::kept() } else { Spans::default() }
    }

    /// Hands a request on that was answered, if it is traced and the line is not full.
    pub fn end(&self, trace: Trace, spans: &Spans, told: &Told<'_>, metrics: &Metrics) {
        let Some(spans) = &spans.0 else { return };
        let ended = Instant::now();
        let took = u64::try_from((ended - told.began).as_nanos()).unwrap_or(u64::MAX);
        let traced = Traced {
            trace,
            operation: told.operation,
            method: told.method.to_owned(),
            status: told.status.as_u16(),
            request: Arc::clone(told.request),
            began: told.began,
            began_ns: now_ns().saturating_sub(took),
            ended,
            spans: std::mem::take(&mut *spans.lock().unwrap_or_else(PoisonError::into_inner)),
        };
        if self.tell.try_send(traced).is_err() {
            metrics.traces_dropped.inc();
        }
    }

    /// Begins to send; ends with the task. `None` if it was begun before.
    pub fn start(&self, metrics: Arc<Metrics>) -> Option<JoinHandle<()>> {
        let come = self.come.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(tokio::spawn(send(come, self.settings.endpoint.clone(), metrics)))
    }
}

/// Nanoseconds since 1970.
fn now_ns() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}

/// Sends what comes, some at a time. What the collector does not take is not sent again.
async fn send(mut come: Receiver<Traced>, endpoint: String, metrics: Arc<Metrics>) {
    let rules = AddressRules { private_networks: true, loopback: true };
    let poster = Poster::new(rules, PATIENCE, Path::new(""));
    let mut line = Line::default();
    let mut waiting = Vec::new();
    while come.recv_many(&mut waiting, AT_ONCE).await > 0 {
        let until = tokio::time::Instant::now() + GATHER;
        while waiting.len() < AT_ONCE {
            let room = AT_ONCE - waiting.len();
            match tokio::time::timeout_at(until, come.recv_many(&mut waiting, room)).await {
                Ok(more) if more > 0 => {}
                _ => break,
            }
        }
        let spans: Vec<Value> = waiting.iter().flat_map(spans_of).collect();
        let body = Bytes::from(document(&spans).to_string());
        let sent = poster.post(&mut line, &endpoint, &[], &body).await;
        if !sent.is_ok_and(|answered| answered.status < 300) {
            metrics.traces_dropped.inc_by(waiting.len() as u64);
        }
        waiting.clear();
    }
}

/// Spans as one message.
fn document(spans: &[Value]) -> Value {
    json!({ "resourceSpans": [{
        "resource": { "attributes": [text("service.name", "tongjian"), text("service.version", env!("CARGO_PKG_VERSION"))] },
        "scopeSpans": [{ "scope": { "name": "tongjian.api" }, "spans": spans }],
    }] })
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

/// The request itself, then its parts. No path, no body and nobody's name, so no personal data.
fn spans_of(traced: &Traced) -> Vec<Value> {
    let Traced { trace, operation, method, status, request, began, began_ns, ended, spans } =
        traced;
    let ns = |at: Instant| {
        let since =
            u64::try_from(at.saturating_duration_since(*began).as_nanos()).unwrap_or(u64::MAX);
        began_ns.saturating_add(since).to_string()
    };
    let mut whole = json!({
        "traceId": format!("{:032x}", trace.trace), "spanId": format!("{:016x}", trace.span),
        "name": operation, "kind": KIND_SERVER, "startTimeUnixNano": ns(*began), "endTimeUnixNano": ns(*ended),
        "attributes": [
            text("http.request.method", method), text("tongjian.request_id", request),
            { "key": "http.response.status_code", "value": { "intValue": status.to_string() } },
        ],
        // An error of ours; a refusal is an answer.
        "status": { "code": if *status >= 500 { 2 } else { 0 } },
    });
    if let (Some(parent), Value::Object(fields)) = (trace.parent, &mut whole) {
        fields.insert("parentSpanId".into(), json!(format!("{parent:016x}")));
    }
    let parts = spans.iter().zip(1u64..).map(|(span, number)| {
        json!({
            "traceId": format!("{:032x}", trace.trace),
            "spanId": format!("{:016x}", trace.span.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).max(1)),
            "parentSpanId": format!("{:016x}", trace.span), "name": span.name, "kind": KIND_INTERNAL,
            "startTimeUnixNano": ns(span.began), "endTimeUnixNano": ns(span.ended),
        })
    });
    std::iter::once(whole).chain(parts).collect()
}
