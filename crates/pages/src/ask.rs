//! The open API, asked by a page in the name of whoever looks at it: in this process, but through the same door as everybody
//! else, so that the same policies decide and the same notes are taken.

use crate::trouble::Trouble;
use access::{Access, SignedIn};
use api::doors::Peer;
use axum::Router;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HOST, HeaderName, HeaderValue, ORIGIN, SET_COOKIE,
    USER_AGENT,
};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::Value;
use std::collections::BTreeSet;
use tower::ServiceExt;

/// What goes on as the browser sent it: who it is, and which site began the request.
const PASSED_ON: [HeaderName; 5] =
    [COOKIE, ORIGIN, HeaderName::from_static("sec-fetch-site"), USER_AGENT, ACCEPT_LANGUAGE];
const ROOT: &str = "/api/v1";
/// Accounts of one party that are asked for at once.
const ACCOUNTS_MAX: usize = 12;

/// Whoever asks.
#[derive(Clone)]
pub struct Asker {
    api: Router,
    headers: HeaderMap,
    peer: Peer,
}

/// An answer that is a success.
#[derive(Clone, Debug)]
pub struct Answer {
    /// 200, 201, 202 or 204.
    pub status: StatusCode,
    /// Cookies it sets.
    pub cookies: Vec<HeaderValue>,
    /// The entry of the journal it is as of, if it says one.
    pub entry: Option<u64>,
    /// What it says; null if nothing.
    pub body: Value,
    /// How it names what it says, for `If-Match`.
    pub tag: Option<HeaderValue>,
    /// Where the same is told again, if it says so.
    pub place: Option<String>,
}

impl Asker {
    /// In the name of a browser's request.
    pub fn of(api: &Router, headers: &HeaderMap, peer: &Peer) -> Asker {
        let mut passed = HeaderMap::new();
        for name in PASSED_ON.into_iter().chain([HOST]) {
            for value in headers.get_all(&name) {
                passed.append(name.clone(), value.clone());
            }
        }
        Asker { api: api.clone(), headers: passed, peer: peer.clone() }
    }

    /// In the name of a session that is kept here, and not by a browser: of a phone.
    pub fn of_session(api: &Router, access: &Access, signed_in: &SignedIn) -> Asker {
        let set = api::doors::cookies(signed_in, access);
        let pair = set.first().and_then(|cookie| cookie.split(';').next()).unwrap_or_default();
        let mut headers = HeaderMap::new();
        for (name, value) in [(COOKIE, pair), (ORIGIN, access.origin()), (USER_AGENT, "phone")] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        Asker { api: api.clone(), headers, peer: Peer::nobody() }
    }

    /// Reads.
    ///
    /// # Errors
    /// What the API says.
    pub async fn get(&self, path: &str) -> Result<Answer, Trouble> {
        self.send(Method::GET, path, None, &[]).await
    }

    /// Does something.
    ///
    /// # Errors
    /// What the API says.
    pub async fn post(&self, path: &str, body: Value) -> Result<Answer, Trouble> {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    /// Asks what changes nothing and has a body, for a page that is only looked at: it is the page's own question, whoever led there.
    ///
    /// # Errors
    /// As the API answers.
    pub async fn look(&self, path: &str, body: Value) -> Result<Answer, Trouble> {
        self.send(Method::POST, path, Some(body), &[("sec-fetch-site", "same-origin")]).await
    }

    /// Does something once under a key.
    ///
    /// # Errors
    /// What the API says.
    pub async fn post_once(&self, path: &str, body: Value, key: &str) -> Result<Answer, Trouble> {
        self.send(Method::POST, path, Some(body), &[("idempotency-key", key)]).await
    }

    /// The open accounts of a party, as its document names them: each with the role the party `holds`, and with whether its terms
    /// are the party's to set.
    pub async fn accounts_of(&self, party: &Value) -> Vec<(Value, bool)> {
        let roles = party["roles"].as_array().map(Vec::as_slice).unwrap_or_default();
        let held = |role: &Value| {
            let word = role["role"].as_str().unwrap_or_default().to_owned();
            let own = matches!(&*word, "owner" | "joint_owner" | "guardian");
            Some((role["account"].as_str()?.to_owned(), word, own))
        };
        let mut all: Vec<(String, String, bool)> = roles.iter().filter_map(held).collect();
        // One's own first: of those that are only looked after, fewer things can be done.
        all.sort_by_key(|(_, _, own)| !own);
        let mut seen = BTreeSet::new();
        all.retain(|(id, _, _)| seen.insert(id.clone()));
        // All at once: each waits for the ledger's own thread.
        let asked = all.into_iter().take(ACCOUNTS_MAX).map(|(id, word, own)| async move {
            let mut account = self.get(&format!("/accounts/{id}")).await?.body;
            account["holds"] = Value::String(word);
            Ok::<_, Trouble>((account, own))
        });
        // One that may no longer be seen is no reason to show none.
        let mut accounts: Vec<(Value, bool)> =
            futures::future::join_all(asked).await.into_iter().flatten().collect();
        accounts.retain(|(account, _)| account["status"] == "open");
        accounts
    }

    /// Any request.
    ///
    /// # Errors
    /// What the API says.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        more: &[(&'static str, &str)],
    ) -> Result<Answer, Trouble> {
        let body = body.map(|body| ("application/json", Bytes::from(body.to_string())));
        self.send_bytes(method, path, body, more).await
    }

    /// Any request with a body of any type.
    ///
    /// # Errors
    /// What the API says.
    pub async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        body: Option<(&'static str, Bytes)>,
        more: &[(&'static str, &str)],
    ) -> Result<Answer, Trouble> {
        let broken = || Trouble::new(StatusCode::BAD_REQUEST, "malformed");
        let (kind, bytes) = body.unzip();
        let mut request = Request::new(bytes.map_or_else(Body::empty, Body::from));
        *request.method_mut() = method;
        *request.uri_mut() = format!("{ROOT}{path}").parse().map_err(|_| broken())?;
        *request.headers_mut() = self.headers.clone();
        let headers = request.headers_mut();
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        for (name, value) in more {
            let value = HeaderValue::from_str(value).map_err(|_| broken())?;
            headers.insert(HeaderName::from_static(name), value);
        }
        request.extensions_mut().insert(self.peer.clone());
        let answer = self.api.clone().oneshot(request).await;
        read(answer.unwrap_or_else(|never| match never {})).await
    }
}

async fn read(response: Response<Body>) -> Result<Answer, Trouble> {
    let (parts, body) = response.into_parts();
    let broken = || Trouble::new(StatusCode::INTERNAL_SERVER_ERROR, "failed");
    let bytes = body.collect().await.map_err(|_| broken())?.to_bytes();
    let body = if bytes.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&bytes).unwrap_or_else(|_| text_of(&bytes))
    };
    if !parts.status.is_success() {
        return Err(Trouble::of(parts.status, body));
    }
    let entry = parts.headers.get("journal-entry").and_then(|value| value.to_str().ok());
    let place = parts.headers.get("content-location");
    Ok(Answer {
        status: parts.status,
        cookies: parts.headers.get_all(SET_COOKIE).iter().cloned().collect(),
        entry: entry.and_then(|text| text.parse().ok()),
        body,
        tag: parts.headers.get("etag").cloned(),
        place: place.and_then(|place| place.to_str().ok().map(ToOwned::to_owned)),
    })
}

fn text_of(bytes: &[u8]) -> Value {
    Value::String(String::from_utf8_lossy(bytes).into_owned())
}
