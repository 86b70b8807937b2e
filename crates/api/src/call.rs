//! One request on its way through an operation: who asks, what they sent, and how it is answered. Bodies and
//! parameters are read strictly: what is unknown is at fault, and is named.

use crate::bank::Bank;
use crate::gate::{Act, Caller, Note, Relations, relation};
use crate::problem::{Kind, Problem};
use crate::traces::Spans;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, Response, StatusCode};
use bytes::Bytes;
use engine::Engine;
use node::{Answer, Bar, Request, Unanswered};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;
use terms::AccountId;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// The header that names the journal's entry an answer is as of.
pub const JOURNAL_ENTRY: HeaderName = HeaderName::from_static("journal-entry");
/// The header that says an answer was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The header with the key under which money moves once.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header with the payer's signature of a large payment.
pub const STEP_UP: HeaderName = HeaderName::from_static("step-up");

/// A request that was let in.
pub struct Call {
    /// The bank it is for.
    pub bank: Arc<Bank>,
    /// Who asks.
    pub who: Arc<Caller>,
    /// What the operation does.
    pub act: Act,
    /// On accounts in which relation they may.
    pub relations: Relations,
    /// Its path's parameters.
    pub path: Vec<(String, String)>,
    /// What stands behind the question mark.
    pub query: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Where it comes from.
    pub address: IpAddr,
    /// Its body, decompressed.
    pub body: Bytes,
    /// Of an upload: its place among those that are worked on.
    pub place: Option<OwnedSemaphorePermit>,
    /// When it must be answered.
    pub deadline: Instant,
    /// What it spends its time on, if it is traced.
    pub spans: Spans,
}

impl Call {
    /// A parameter of the path, by its name.
    ///
    /// # Errors
    /// It is not what `parse` takes: then there is no such thing.
    pub fn path<T, E: std::fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Problem> {
        let text = self.path.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text);
        parse(text).map_err(|why| {
            Problem::new(Kind::NotFound, format!("{text:?} is no {name}: {why}")).code("not_an_id")
        })
    }

    /// All parameters behind the question mark.
    ///
    /// # Errors
    /// One that is unknown, doubled or wrong.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let parsed =
            serde_urlencoded::Deserializer::new(form_urlencoded::parse(self.query.as_bytes()));
        serde_path_to_error::deserialize(parsed).map_err(|error| {
            let at = error.path().to_string();
            let why = error.into_inner().to_string();
            let pointer = if at == "." {
                named_in(&why).map_or("?".into(), |n| format!("?{n}"))
            } else {
                format!("?{at}")
            };
            Problem::field(pointer, why)
        })
    }

    /// The body, as JSON.
    ///
    /// # Errors
    /// It is not JSON, or a field is unknown, missing or wrong.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        json(&self.body)
    }

    /// Asks the state of the bank; the answer rests on nothing but what is durable.
    ///
    /// # Errors
    /// The bank is busy or has stopped, or the deadline passed.
    pub async fn ask<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Engine) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let (tell, told) = oneshot::channel();
        let began = Instant::now();
        self.bank.handle.ask_then(self.deadline, look, move |seen| drop(tell.send(seen)))?;
        let seen = tokio::time::timeout_at(self.deadline.into(), told).await;
        self.spans.note("look", began);
        match seen {
            Ok(Ok(seen)) => Ok(seen),
            Ok(Err(_)) if Instant::now() < self.deadline => Err(Unanswered::Stopped.into()),
            _ => Err(Unanswered::Expired.into()),
        }
    }

    /// Asks the bank to do something, in one turn with looking whether who asks may do it to these accounts.
    ///
    /// # Errors
    /// Nobody was asked, or there is no answer yet. A refusal is an answer.
    pub async fn submit(
        &self,
        request: Request,
        accounts: Vec<AccountId>,
    ) -> Result<Vec<Answer>, Problem> {
        let bar = self.bar(accounts.clone());
        match self.submit_behind(request, bar).await? {
            Some(said) => Ok(said),
            None => Err(self.denied(accounts.first().copied())),
        }
    }

    /// Asks the bank to do something if the state, as it is when that is decided, meets a condition; `None` if it did not.
    ///
    /// # Errors
    /// The bank is busy or has stopped, or the deadline passed.
    pub async fn submit_behind(
        &self,
        request: Request,
        bar: Option<Bar>,
    ) -> Result<Option<Vec<Answer>>, Problem> {
        let (tell, told) = oneshot::channel();
        let reply = move |said| drop(tell.send(said));
        let began = Instant::now();
        self.bank.handle.submit_then(request, self.deadline, bar, reply)?;
        let said = tokio::time::timeout_at(self.deadline.into(), told).await;
        self.spans.note("decide and commit", began);
        match said {
            Ok(Ok(Err(Unanswered::Barred))) => Ok(None),
            Ok(Ok(said)) => said.map(Some).map_err(Problem::from),
            Ok(Err(_)) => Err(Unanswered::Stopped.into()),
            Err(_) => Err(Unanswered::Unknown.into()),
        }
    }

    /// The vault's keeper does something that waits for the disk.
    ///
    /// # Errors
    /// What `work` says, or it ended in a panic.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Bank) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let bank = Arc::clone(&self.bank);
        let done = tokio::task::spawn_blocking(move || work(&bank)).await;
        done.map_err(|_| Problem::new(Kind::Failed, "the work broke off"))?
    }

    /// What the writer looks at before it decides; nothing for those to whom every account is open.
    fn bar(&self, accounts: Vec<AccountId>) -> Option<Bar> {
        if self.relations.meets(Relations::STRANGER) || accounts.is_empty() {
            return None;
        }
        let (party, allowed) = (self.who.party, self.relations);
        Some(Box::new(move |engine| {
            accounts.iter().all(|account| relation(engine, party, *account).meets(allowed))
        }))
    }

    /// Whether who asks may, by a relation the state said.
    pub fn allows(&self, relation: Relations) -> bool {
        self.relations.meets(relation) || self.relations.meets(Relations::STRANGER)
    }

    /// Turns the caller away, and notes it.
    pub fn denied(&self, account: Option<AccountId>) -> Problem {
        let subject = account.map_or(String::new(), |id| crate::wire::AccountRef(id).to_string());
        self.bank.gate.note(Note {
            who: Arc::clone(&self.who.id),
            act: self.act,
            subject,
            denied: true,
        });
        Problem::new(Kind::Forbidden, format!("{} may not do {} here", self.who, self.act.0))
    }

    /// Notes that somebody looked at what is another's, if it is.
    pub fn looked(&self, related: Relations, subject: impl FnOnce() -> String) {
        if related == Relations::STRANGER {
            self.read_personal(subject());
        }
    }

    /// Notes that personal data was read.
    pub fn read_personal(&self, subject: String) {
        self.bank.gate.note(Note {
            who: Arc::clone(&self.who.id),
            act: self.act,
            subject,
            denied: false,
        });
    }

    /// The key under which money moves once; the table saw to it that there is one.
    ///
    /// # Errors
    /// There is none, or it is not one.
    pub fn key(&self) -> Result<&str, Problem> {
        let key = self
            .headers
            .get(IDEMPOTENCY_KEY)
            .ok_or_else(|| Problem::new(Kind::KeyMissing, "Idempotency-Key is missing"))?;
        let shaped = |text: &&str| {
            (8..=64).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        key.to_str().ok().filter(shaped).ok_or_else(|| {
            Problem::field("@Idempotency-Key", "8 to 64 of A-Z, a-z, 0-9, '-' and '_'")
        })
    }
}

/// A body as JSON.
///
/// # Errors
/// It is not JSON, or a field is unknown, missing or wrong.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // Whoever reads fields by their names must not be given them by their places.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::field("/", "it must be an object with named fields, and is a list"));
    }
    let mut parser = serde_json::Deserializer::from_slice(body);
    let value: T = serde_path_to_error::deserialize(&mut parser).map_err(|error| {
        let path = error.path().clone();
        let why = error.into_inner();
        if why.is_data() {
            let text = why.to_string();
            let text = text.split(" at line ").next().unwrap_or_default().to_owned();
            Problem::field(pointer(&path), text)
        } else {
            Problem::new(Kind::Malformed, format!("the body is no JSON: {why}"))
        }
    })?;
    parser.end().map_err(|why| Problem::new(Kind::Malformed, format!("behind the JSON: {why}")))?;
    Ok(value)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut text = String::new();
    for segment in path {
        let name = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => "?".into(),
        };
        text.push('/');
        text.push_str(&name);
    }
    if text.is_empty() { "/".into() } else { text }
}

/// The field between backquotes in one of serde's sentences.
fn named_in(why: &str) -> Option<&str> {
    why.split('`').nth(1)
}

/// An answer on its way out.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Body,
}

impl Reply {
    /// JSON.
    pub fn json(status: StatusCode, value: &impl Serialize) -> Result<Reply, Problem> {
        let bytes = serde_json::to_vec(value).map_err(|error| {
            Problem::new(Kind::Failed, format!("the answer cannot be written: {error}"))
        })?;
        Ok(Reply::bytes(status, "application/json", bytes))
    }

    /// Bytes of a type.
    pub fn bytes(status: StatusCode, kind: &'static str, bytes: impl Into<Bytes>) -> Reply {
        Reply::stream(status, kind, Body::from(bytes.into()))
    }

    /// A body that comes bit by bit.
    pub fn stream(status: StatusCode, kind: &'static str, body: Body) -> Reply {
        Reply { status, headers: vec![(CONTENT_TYPE, HeaderValue::from_static(kind))], body }
    }

    /// Nothing to say.
    pub fn empty() -> Reply {
        Reply::nothing(StatusCode::NO_CONTENT)
    }

    /// Nothing to say but the status.
    pub fn nothing(status: StatusCode) -> Reply {
        Reply { status, headers: Vec::new(), body: Body::empty() }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Reply {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// As of an entry of the journal.
    #[must_use]
    pub fn at_entry(self, entry: u64) -> Reply {
        self.header(JOURNAL_ENTRY, &entry.to_string())
    }

    /// As HTTP.
    pub fn response(self) -> Response<Body> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// A resource as JSON with its ETag; `304` if the caller has it, as `If-None-Match` says.
///
/// # Errors
/// It cannot be written.
pub fn tagged(call: &Call, value: &impl Serialize, entry: u64) -> Result<Reply, Problem> {
    let tag = etag(value);
    let known = call.headers.get(IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|t| t.trim() == tag)) {
        let reply =
            Reply { status: StatusCode::NOT_MODIFIED, headers: Vec::new(), body: Body::empty() };
        return Ok(reply.header(axum::http::header::ETAG, &tag).at_entry(entry));
    }
    let reply = Reply::json(StatusCode::OK, value)?;
    Ok(reply.header(axum::http::header::ETAG, &tag).at_entry(entry))
}

/// What a resource is known by as long as it stays as it is.
pub fn etag(value: &impl Serialize) -> String {
    let hash = Sha256::digest(serde_json::to_vec(value).unwrap_or_default());
    format!("\"{}\"", crate::wire::hex(&hash[..12]))
}

/// Sees to it that a change is made to what the caller has read.
///
/// # Errors
/// `If-Match` is missing, or it changed since.
pub fn must_match(headers: &HeaderMap, now: &str) -> Result<(), Problem> {
    let Some(wanted) = headers.get(IF_MATCH).and_then(|value| value.to_str().ok()) else {
        return Err(Problem::new(Kind::MatchMissing, "If-Match is missing"));
    };
    if wanted.trim() == "*" || wanted.split(',').any(|tag| tag.trim() == now) {
        return Ok(());
    }
    Err(Problem::new(Kind::Changed, "it was changed since you read it"))
}
