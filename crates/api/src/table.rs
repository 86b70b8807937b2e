//! The table of operations: one row each, from which the routes, the OpenAPI document and the matrix of rights are all
//! made, so that none can be without the others. `answer` is the way of every request: known, allowed, read, done, told.

use crate::bank::Bank;
use crate::call::{Call, IDEMPOTENCY_KEY, Reply};
use crate::gate::{Act, Caller, Note, Relations, Shown, Unknown};
use crate::inflate::inflated;
use crate::leaving::Leaving;
use crate::problem::{Kind, Problem};
use crate::site::{Cookie, must_be_ours, must_not_be_elsewhere};
use crate::trace::Trace;
use crate::traces::{Spans, Told};
use crate::wire::new_id;
use axum::Router;
use axum::body::Body;
use axum::http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, HeaderValue,
    WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use axum::routing::{MethodFilter, MethodRouter, on};
use bytes::Bytes;
use futures::future::BoxFuture;
use http_body_util::{BodyExt, Limited};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Where every path of the API begins.
pub const ROOT: &str = "/api/v1";
/// The number of a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Bytes of an ordinary body.
const BODY_BYTES_MAX: usize = 256 << 10;
/// Bytes of an upload, as they come and as they are once decompressed.
pub const UPLOAD_BYTES_MAX: usize = 96 << 20;
/// How long a body may take to come.
const BODY_PATIENCE: Duration = Duration::from_secs(20);

/// Makes the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;
type Handler = Arc<dyn Fn(Call) -> BoxFuture<'static, Result<Reply, Problem>> + Send + Sync>;

/// A body that an operation takes.
#[derive(Clone, Copy, Debug)]
pub enum BodyKind {
    /// One JSON document.
    Json(SchemaOf),
    /// Lines or rows, each a JSON document or its fields: `application/x-ndjson` or `text/csv`.
    Upload(SchemaOf),
    /// A message in XML.
    Xml,
    /// A file, whatever is in it: `application/octet-stream`.
    File,
}

/// An answer that an operation gives when it goes well.
#[derive(Clone, Copy, Debug)]
pub struct AnswerKind {
    /// Its status.
    pub status: u16,
    /// What it means.
    pub says: &'static str,
    /// Its type.
    pub kind: &'static str,
    /// Its shape, if it is JSON.
    pub schema: Option<SchemaOf>,
}

/// One row of the table.
#[derive(Clone)]
pub struct Operation {
    /// Its name, for clients' functions and for metrics.
    pub id: &'static str,
    /// Its method.
    pub method: Method,
    /// Its path behind [`ROOT`], parameters in braces.
    pub path: &'static str,
    /// Under which heading it stands.
    pub tag: &'static str,
    /// A line that says what it does.
    pub summary: &'static str,
    /// What policies call it; `None` for what everybody may, or everybody who is signed in.
    pub act: Option<Act>,
    /// A person must be signed in. What more is needed depends on what is asked for.
    pub signed_in: bool,
    /// What policies say depends on the amount: whoever might be allowed is let in, and its handler asks again.
    pub by_amount: bool,
    /// Problems it may end in, beside those that every one may.
    pub ends_in: Vec<Kind>,
    /// Money moves: a key is mandatory.
    pub money: bool,
    /// Its parameters behind the question mark.
    pub query: Option<SchemaOf>,
    /// What it takes.
    pub body: Option<BodyKind>,
    /// What it gives when it goes well.
    pub answers: Vec<AnswerKind>,
    /// Headers it needs, with what they say.
    pub headers: Vec<(&'static str, &'static str)>,
    /// It is going away.
    pub leaving: Option<Leaving>,
    handler: Handler,
}

fn row(
    method: Method,
    path: &'static str,
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
) -> Row {
    Row(Operation {
        id,
        method,
        path,
        tag,
        summary,
        act: None,
        signed_in: false,
        by_amount: false,
        ends_in: Vec::new(),
        money: false,
        query: None,
        body: None,
        answers: Vec::new(),
        headers: Vec::new(),
        leaving: None,
        handler: Arc::new(|_| {
            Box::pin(async { Err(Problem::new(Kind::Failed, "nothing is here")) })
        }),
    })
}

/// A row that is being written.
#[derive(Clone)]
pub struct Row(Operation);

/// Reads something.
pub fn get(path: &'static str, id: &'static str, tag: &'static str, summary: &'static str) -> Row {
    row(Method::GET, path, id, tag, summary)
}

/// Makes or does something.
pub fn post(path: &'static str, id: &'static str, tag: &'static str, summary: &'static str) -> Row {
    row(Method::POST, path, id, tag, summary)
}

/// Sets something.
pub fn put(path: &'static str, id: &'static str, tag: &'static str, summary: &'static str) -> Row {
    row(Method::PUT, path, id, tag, summary)
}

/// Removes something.
pub fn delete(
    path: &'static str,
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
) -> Row {
    row(Method::DELETE, path, id, tag, summary)
}

impl Row {
    /// What policies call it.
    #[must_use]
    pub fn act(mut self, word: &'static str) -> Row {
        self.0.act = Some(Act(word));
        self
    }

    /// A person must be signed in.
    #[must_use]
    pub fn signed_in(mut self) -> Row {
        self.0.signed_in = true;
        self
    }

    /// What policies say depends on the amount. Its handler must ask [`crate::gate::Gate::may_pay`].
    #[must_use]
    pub fn by_amount(mut self) -> Row {
        self.0.by_amount = true;
        self
    }

    /// It may end in this, too.
    #[must_use]
    pub fn may_end(mut self, kind: Kind) -> Row {
        self.0.ends_in.push(kind);
        self
    }

    /// It may meet something that is there already.
    #[must_use]
    pub fn conflicts(self) -> Row {
        self.may_end(Kind::Conflict)
    }

    /// Money moves.
    #[must_use]
    pub fn money(mut self) -> Row {
        self.0.money = true;
        self
    }

    /// Its parameters behind the question mark.
    #[must_use]
    pub fn query<T: JsonSchema>(mut self) -> Row {
        self.0.query = Some(T::json_schema);
        self
    }

    /// It takes a JSON document.
    #[must_use]
    pub fn takes<T: JsonSchema>(mut self) -> Row {
        self.0.body = Some(BodyKind::Json(subschema::<T>));
        self
    }

    /// It takes lines or rows.
    #[must_use]
    pub fn takes_lines<T: JsonSchema>(mut self) -> Row {
        self.0.body = Some(BodyKind::Upload(subschema::<T>));
        self
    }

    /// It takes a message in XML.
    #[must_use]
    pub fn takes_xml(mut self) -> Row {
        self.0.body = Some(BodyKind::Xml);
        self
    }

    /// It takes a file.
    #[must_use]
    pub fn takes_file(mut self) -> Row {
        self.0.body = Some(BodyKind::File);
        self
    }

    /// It gives a JSON document.
    #[must_use]
    pub fn gives<T: JsonSchema>(mut self, status: u16, says: &'static str) -> Row {
        let schema = Some(subschema::<T> as SchemaOf);
        self.0.answers.push(AnswerKind { status, says, kind: "application/json", schema });
        self
    }

    /// It gives something else, or nothing.
    #[must_use]
    pub fn gives_other(mut self, status: u16, kind: &'static str, says: &'static str) -> Row {
        self.0.answers.push(AnswerKind { status, says, kind, schema: None });
        self
    }

    /// It needs a header.
    #[must_use]
    pub fn needs(mut self, header: &'static str, says: &'static str) -> Row {
        self.0.headers.push((header, says));
        self
    }

    /// It is going away.
    #[must_use]
    #[cfg_attr(not(test), expect(dead_code, reason = "nothing goes away yet"))]
    pub fn leaving(mut self, leaving: Leaving) -> Row {
        self.0.leaving = Some(leaving);
        self
    }

    /// Who does it.
    pub fn by<F, A>(mut self, handler: F) -> Operation
    where
        F: Fn(Call) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Reply, Problem>> + Send + 'static,
    {
        self.0.handler = Arc::new(move |call| Box::pin(handler(call)));
        self.0
    }
}

fn subschema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

impl Operation {
    /// The names in its path's braces.
    pub fn path_names(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}

/// The routes of a table.
pub fn routes(bank: &Arc<Bank>, table: Vec<Operation>) -> Router {
    let mut paths: BTreeMap<&'static str, MethodRouter> = BTreeMap::new();
    for operation in table {
        let Ok(filter) = MethodFilter::try_from(operation.method.clone()) else { continue };
        let path = operation.path;
        let (operation, bank) = (Arc::new(operation), Arc::clone(bank));
        let handler = move |request: Request<Body>| {
            let (operation, bank) = (Arc::clone(&operation), Arc::clone(&bank));
            async move { answer(&bank, &operation, request).await }
        };
        let methods = paths.remove(path).unwrap_or_default();
        paths.insert(path, methods.merge(on(filter, handler)));
    }
    let mut router = Router::new();
    for (path, methods) in paths {
        router = router.route(&format!("{ROOT}{path}"), methods.fallback(wrong_method));
    }
    router
}

/// What no path is.
pub async fn not_found(request: Request<Body>) -> Response<Body> {
    let id = request_id(request.headers());
    let what = format!("there is nothing at {}", request.uri().path());
    with_headers(Problem::new(Kind::NotFound, what).response(&id), &id)
}

/// The same, where only the path is known.
pub fn not_found_at(uri: &axum::http::Uri) -> Response<Body> {
    let what = format!("there is nothing at {}", uri.path());
    with_headers(Problem::new(Kind::NotFound, what).response(""), "")
}

/// A method that a path does not take.
pub async fn wrong_method(request: Request<Body>) -> Response<Body> {
    let id = request_id(request.headers());
    let what = format!("{} does not take {}", request.uri().path(), request.method());
    with_headers(Problem::new(Kind::WrongMethod, what).response(&id), &id)
}

/// The way of a request.
async fn answer(bank: &Arc<Bank>, operation: &Operation, request: Request<Body>) -> Response<Body> {
    let began = Instant::now();
    let id = request_id(request.headers());
    let mut trace = Trace::of(request.headers(), new_id().unwrap_or(0));
    let spans = bank.tracer.as_ref().map_or_else(Spans::default, |tracer| tracer.begin(&mut trace));
    let (parts, body) = request.into_parts();
    let address = parts.extensions.get::<Peer>().cloned();
    let address = address.unwrap_or_else(Peer::nobody);
    let mut who: Option<Arc<Caller>> = None;
    let told = async {
        bank.limiter.address(address.client)?;
        let (caller, relations) = known(bank, operation, &parts, &address)?;
        spans.note("who may", began);
        who = Some(Arc::clone(&caller));
        bank.limiter.caller(&caller.id)?;
        if operation.money && !parts.headers.contains_key(IDEMPOTENCY_KEY) {
            return Err(Problem::new(Kind::KeyMissing, "Idempotency-Key is missing"));
        }
        // Before its body, so that bodies of uploads never lie in memory in any number.
        let place = match operation.body {
            Some(BodyKind::Upload(_) | BodyKind::Xml | BodyKind::File) => {
                Some(bank.upload_place()?)
            }
            _ => None,
        };
        let reading = Instant::now();
        let body = read(operation, &parts.headers, body).await?;
        spans.note("read", reading);
        let call = Call {
            bank: Arc::clone(bank),
            who: caller,
            act: operation.act.unwrap_or(Act("public")),
            relations,
            path: path_of(operation, parts.uri.path())?,
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            address: address.client,
            body,
            place,
            deadline: began + bank.limits.patience,
            spans: spans.clone(),
        };
        (operation.handler)(call).await
    };
    let mut response = match told.await {
        Ok(reply) => reply.response(),
        Err(problem) => problem.response(&id),
    };
    mark(operation, &trace, response.headers_mut());
    let status = response.status();
    bank.metrics.answered(operation.id, status, began.elapsed());
    if let Some(tracer) = &bank.tracer {
        let method = operation.method.as_str();
        let told = Told { operation: operation.id, method, status, request: &id, began };
        tracer.end(trace, &spans, &told, &bank.metrics);
    }
    let who = who.as_ref().map_or("", |who| &*who.id);
    bank.log(operation.id, status, who, &id, &trace, began.elapsed());
    with_headers(response, &id)
}

/// What an answer says beside itself, good or bad: its trace, and whether its operation goes away.
fn mark(operation: &Operation, trace: &Trace, headers: &mut HeaderMap) {
    trace.tell(headers);
    if let Some(leaving) = &operation.leaving {
        leaving.tell(headers);
    }
}

/// Who asks, and on which accounts they may do it.
fn known(
    bank: &Bank,
    operation: &Operation,
    parts: &axum::http::request::Parts,
    peer: &Peer,
) -> Result<(Arc<Caller>, Relations), Problem> {
    let people = bank.gate.identities();
    if operation.act.is_none() && !operation.signed_in {
        people.map_or(Ok(()), |access| must_not_be_elsewhere(&parts.headers, access))?;
        return Ok((bank.nobody(), Relations::ALL));
    }
    let text = |name: &HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let host =
        text(&HOST).or_else(|| parts.uri.authority().map(|a| a.as_str())).unwrap_or_default();
    let scheme = if peer.secure { "https" } else { "http" };
    let url = format!("{scheme}://{host}{}", parts.uri.path());
    if parts.headers.get_all("dpop").iter().count() > 1 {
        return Err(
            Problem::new(Kind::Unauthenticated, "one DPoP proof").code("invalid_dpop_proof")
        );
    }
    let authorization = text(&AUTHORIZATION);
    // A token stands in a header, which no browser sends by itself; a cookie it does.
    let people = people.filter(|_| !parts.headers.contains_key(AUTHORIZATION));
    let session = people.and_then(|access| Cookie::Session.of(&parts.headers, access));
    if let (Some(access), Some(_)) = (people, session) {
        must_be_ours(&parts.method, &parts.headers, access)?;
    }
    let shown = Shown {
        method: parts.method.as_str(),
        url: &url,
        authorization,
        dpop: text(&HeaderName::from_static("dpop")),
        certificate: peer.certificate,
        session,
        address: peer.client,
    };
    let caller = bank.gate.who(&shown).map_err(|unknown| unauthenticated(&unknown))?;
    let relations = allowed(bank, operation, &caller)?;
    Ok((caller, relations))
}

/// On which accounts who asks may do it.
fn allowed(bank: &Bank, operation: &Operation, who: &Caller) -> Result<Relations, Problem> {
    let Some(act) = operation.act else {
        let person = who.id.starts_with("user:");
        let says = "this is for people who are signed in, and not for programs";
        return person.then_some(Relations::ALL).ok_or(Problem::new(Kind::Forbidden, says));
    };
    let relations =
        if operation.by_amount { bank.gate.may_perhaps(who, act) } else { bank.gate.may(who, act) };
    if relations == Relations::NONE {
        let subject = operation.id.to_owned();
        bank.gate.note(Note { who: Arc::clone(&who.id), act, subject, denied: true });
        let detail = format!("{who} may not do {}", act.0);
        return Err(Problem::new(Kind::Forbidden, detail));
    }
    Ok(relations)
}

fn unauthenticated(unknown: &Unknown) -> Problem {
    Problem::new(Kind::Unauthenticated, unknown.detail.clone())
        .code(unknown.error)
        .header(WWW_AUTHENTICATE, &unknown.challenge)
}

/// The body, if the operation takes one, of a type it takes, and not more than it takes.
async fn read(operation: &Operation, headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let length = headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    let Some(kind) = operation.body else {
        // A body that nobody takes is not read.
        return Ok(Bytes::new());
    };
    let sent = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let sent = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (takes, bytes_max): (&[&str], usize) = match kind {
        BodyKind::Json(_) => (&["application/json"], BODY_BYTES_MAX),
        BodyKind::Upload(_) => (&["application/x-ndjson", "text/csv"], UPLOAD_BYTES_MAX),
        BodyKind::Xml => (&["application/xml", "text/xml"], UPLOAD_BYTES_MAX),
        BodyKind::File => (&["application/octet-stream"], UPLOAD_BYTES_MAX),
    };
    if !takes.contains(&sent.as_str()) {
        let detail = format!("Content-Type is {sent:?}, and {} is taken here", takes.join(" or "));
        return Err(Problem::new(Kind::WrongType, detail));
    }
    let large =
        || Problem::new(Kind::TooLarge, format!("at most {bytes_max} bytes are taken here"));
    if length.is_some_and(|length| length > bytes_max as u64) {
        return Err(large());
    }
    let read = tokio::time::timeout(BODY_PATIENCE, Limited::new(body, bytes_max).collect()).await;
    let read = read.map_err(|_| Problem::new(Kind::Malformed, "the body did not come in time"))?;
    let bytes = match read {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => return Err(large()),
        Err(_) => return Err(Problem::new(Kind::Malformed, "the body broke off")),
    };
    if !headers.contains_key(CONTENT_ENCODING) {
        return Ok(bytes);
    }
    // Not on the network's threads: others wait for those.
    let headers = headers.clone();
    let inflated = tokio::task::spawn_blocking(move || inflated(&headers, bytes, bytes_max)).await;
    inflated.map_err(|_| Problem::new(Kind::Failed, "the work broke off"))?
}

/// The parameters of a path, decoded.
fn path_of(operation: &Operation, path: &str) -> Result<Vec<(String, String)>, Problem> {
    let asked = path.strip_prefix(ROOT).unwrap_or(path);
    let parts = operation.path.split('/').zip(asked.split('/'));
    let named =
        parts.filter_map(|(name, text)| Some((name.strip_prefix('{')?.strip_suffix('}')?, text)));
    named
        .map(|(name, text)| {
            let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
            let decoded = decoded.map_err(|_| {
                Problem::new(Kind::NotFound, format!("the {name} in the path is no UTF-8"))
            })?;
            Ok((name.to_owned(), decoded.into_owned()))
        })
        .collect()
}

/// The caller's own number for the request if it is one, or a new one.
pub fn request_id(headers: &HeaderMap) -> Arc<str> {
    let own = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let own = own.filter(|id| {
        (8..=64).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    });
    own.map_or_else(|| Arc::from(format!("req_{:032x}", new_id().unwrap_or(0))), Arc::from)
}

/// What every answer carries.
pub fn with_headers(mut response: Response<Body>, request_id: &str) -> Response<Body> {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(request_id)
        && !id.is_empty()
    {
        headers.insert(REQUEST_ID, id);
    }
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
        ("referrer-policy", "no-referrer"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ] {
        if !headers.contains_key(name) {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
    response
}

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The address of its connection.
    pub address: SocketAddr,
    /// The address it counts as coming from: behind a trusted proxy, its client's.
    pub client: IpAddr,
    /// Over TLS.
    pub secure: bool,
    /// SHA-256 of its certificate, if it showed one.
    pub certificate: Option<[u8; 32]>,
}

impl Peer {
    /// Of a request that came by no connection.
    pub fn nobody() -> Peer {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Peer { address, client: address.ip(), secure: false, certificate: None }
    }
}

/// The status of an operation that made something.
pub const CREATED: StatusCode = StatusCode::CREATED;

#[cfg(test)]
mod tests {
    use super::*;
    use terms::Day;

    #[test]
    fn an_operation_that_goes_away_says_so_in_answers_and_in_the_document() {
        let day = |text| Day::parse(text).unwrap();
        let leaving = Leaving {
            since: day("2026-11-28"),
            until: day("2027-11-28"),
            instead: "create_payment",
        };
        let done = |_| async { Ok(Reply::empty()) };
        let table = vec![
            get("/old", "old", "test", "Goes away").leaving(leaving).by(done),
            get("/new", "new", "test", "Stays").by(done),
        ];
        let trace = Trace::of(&HeaderMap::new(), 1);
        for operation in &table {
            let mut headers = HeaderMap::new();
            mark(operation, &trace, &mut headers);
            assert!(headers.contains_key("traceresponse"));
            for name in ["deprecation", "sunset", "link"] {
                assert_eq!(headers.contains_key(name), operation.id == "old", "{name}");
            }
        }
        let document = crate::openapi::document(&table, "1");
        assert_eq!(document["paths"]["/api/v1/old"]["get"]["deprecated"], true);
        assert_eq!(document["paths"]["/api/v1/new"]["get"].get("deprecated"), None);
    }
}
