//! What went wrong, as RFC 9457 says it: a stable type, a code for programs, a sentence for people that says what to do,
//! and pointers to the fields at fault. Every error of this API leaves in this form, the network library's own too.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use axum::http::{Response, StatusCode};
use node::Unanswered;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use terms::Refusal;

/// Where the types of problems are explained; the reference page has an anchor for each.
pub const TYPES: &str = "/api/v1/problems#";

/// One field at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldFault {
    /// Which, as a JSON Pointer (RFC 6901) into the body, or `?name` for a parameter, or `@Name` for a header.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

/// A problem on its way out.
#[derive(Clone, Debug)]
pub struct Problem(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: Kind,
    code: String,
    detail: String,
    errors: Vec<FieldFault>,
    beside: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// A problem as it is written.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemDocument {
    /// A stable address that explains this kind.
    pub r#type: String,
    /// The kind in a few words.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// One word for programs.
    pub code: String,
    /// What happened and what to do.
    pub detail: String,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldFault>,
    /// The number of this request, as in the log.
    pub request_id: String,
    /// Facts beside it: reasons of risk control, the place in the journal.
    #[serde(flatten)]
    pub beside: Map<String, Value>,
}

macro_rules! kinds {
    ($($name:ident = $status:literal, $code:literal, $title:literal, $next:literal;)*) => {
        /// Kinds of problems; each has its status, and each is explained on the reference page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $(#[doc = $title] $name,)*
        }

        impl Kind {
            /// All of them.
            pub const ALL: &'static [Kind] = &[$(Kind::$name),*];

            /// The status of the answer.
            pub fn status(self) -> StatusCode {
                let status = match self { $(Kind::$name => $status,)* };
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }

            /// One word for programs.
            pub fn code(self) -> &'static str {
                match self { $(Kind::$name => $code,)* }
            }

            /// A few words for people.
            pub fn title(self) -> &'static str {
                match self { $(Kind::$name => $title,)* }
            }

            /// What to do.
            pub fn next(self) -> &'static str {
                match self { $(Kind::$name => $next,)* }
            }
        }
    };
}

kinds! {
    Malformed = 400, "malformed", "The request cannot be read", "send well-formed JSON in UTF-8, and text that HTTP allows";
    Unauthenticated = 401, "unauthenticated", "Nobody is known to ask", "get a token from /oauth/token and send it in Authorization";
    Forbidden = 403, "forbidden", "This is not allowed to who asks", "ask for the role or scope that it needs";
    MustSign = 403, "must_sign", "The payer must sign this payment", "answer the challenge, and send the same order again with the answer in Step-Up within five minutes";
    NotFound = 404, "not_found", "There is no such thing", "check the id and the path; the reference lists all paths";
    WrongMethod = 405, "wrong_method", "This path does not take that method", "use a method that Allow names";
    NotAcceptable = 406, "not_acceptable", "No form of the answer is acceptable", "accept application/json";
    InFlight = 409, "in_flight", "The same key is being worked on", "wait as long as Retry-After says, then ask again with the same key";
    Conflict = 409, "conflict", "It changed or exists already", "read it again and decide anew";
    Changed = 412, "changed", "It is not as If-Match says", "read it again and send its new ETag";
    TooLarge = 413, "too_large", "The body is larger than is taken here", "send less, or several requests";
    WrongType = 415, "wrong_type", "That kind of body is not taken here", "send the content type that the reference names, in UTF-8, uncompressed, by gzip or by zstd";
    Invalid = 422, "invalid", "A field is not as it must be", "mend the fields that errors names";
    KeyMissing = 422, "key_missing", "Money moves, and there is no Idempotency-Key", "send an Idempotency-Key of 8 to 64 of A-Z, a-z, 0-9, '-', '_'; a new one for each new order";
    KeyReused = 422, "key_reused", "The Idempotency-Key was used for something else", "send a new key for a new order";
    Refused = 422, "refused", "The bank refuses it", "see code and detail";
    MatchMissing = 428, "match_missing", "An If-Match is needed", "read it and send its ETag in If-Match";
    TooMany = 429, "too_many", "Too many requests", "wait as long as Retry-After says";
    HeadersTooLarge = 431, "headers_too_large", "The headers are larger than is taken here", "send fewer and shorter headers";
    Failed = 500, "failed", "Something is wrong in the bank", "try again; if it stays, tell the bank the request_id";
    Unavailable = 503, "unavailable", "The bank cannot answer now", "wait as long as Retry-After says, then ask again with the same key";
    Unknown = 504, "unknown", "It was taken, and there is no answer yet", "ask again with the same key: it is done once";
}

impl Problem {
    /// A problem of a kind.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Problem {
        Problem(Box::new(Inner {
            kind,
            code: kind.code().to_owned(),
            detail: detail.into(),
            errors: Vec::new(),
            beside: Map::new(),
            headers: Vec::new(),
        }))
    }

    /// One field is at fault.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Problem {
        let detail = detail.into();
        let pointer = pointer.into();
        let mut problem = Problem::new(Kind::Invalid, format!("{pointer}: {detail}"));
        problem.0.errors.push(FieldFault { pointer, detail });
        problem
    }

    /// Nothing of that id is there, as far as who asks may know.
    pub fn missing(what: impl std::fmt::Display) -> Problem {
        Problem::new(Kind::NotFound, format!("there is no {what}, or you may not see it"))
    }

    /// What the ledger said no to.
    pub fn refusal(refusal: Refusal) -> Problem {
        let mut problem = Problem::new(Kind::Refused, refusal.sentence());
        refusal.word().clone_into(&mut problem.0.code);
        problem
    }

    /// With another word for programs.
    #[must_use]
    pub fn code(mut self, code: &str) -> Problem {
        code.clone_into(&mut self.0.code);
        self
    }

    /// With a fact beside it.
    #[must_use]
    pub fn beside(mut self, name: &str, value: Value) -> Problem {
        self.0.beside.insert(name.to_owned(), value);
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Problem {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers.push((name, value));
        }
        self
    }

    /// With whole seconds to wait.
    #[must_use]
    pub fn retry_after_s(self, seconds: u64) -> Problem {
        self.header(RETRY_AFTER, &seconds.max(1).to_string())
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Its word for programs.
    pub fn word(&self) -> &str {
        &self.0.code
    }

    /// Its sentence.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// As it is written.
    pub fn document(&self, request_id: &str) -> ProblemDocument {
        let inner = &*self.0;
        let detail = if inner.code == inner.kind.code() {
            format!("{}; {}", inner.detail, inner.kind.next())
        } else {
            inner.detail.clone()
        };
        ProblemDocument {
            r#type: format!("{TYPES}{}", inner.kind.code()),
            title: inner.kind.title().to_owned(),
            status: inner.kind.status().as_u16(),
            code: inner.code.clone(),
            detail,
            errors: inner.errors.clone(),
            request_id: request_id.to_owned(),
            beside: inner.beside.clone(),
        }
    }

    /// As an answer.
    pub fn response(&self, request_id: &str) -> Response<Body> {
        let body = serde_json::to_vec(&self.document(request_id)).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.0.kind.status();
        let json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        for (name, value) in &self.0.headers {
            response.headers_mut().append(name.clone(), value.clone());
        }
        response
    }
}

impl From<Unanswered> for Problem {
    fn from(unanswered: Unanswered) -> Problem {
        let detail = unanswered.to_string();
        match unanswered {
            Unanswered::Busy { .. } | Unanswered::Expired => {
                Problem::new(Kind::Unavailable, detail).code("busy").retry_after_s(1)
            }
            Unanswered::Unknown => Problem::new(Kind::Unknown, detail),
            Unanswered::Inadmissible(_) => Problem::new(Kind::TooLarge, detail),
            Unanswered::Barred => {
                Problem::new(Kind::Forbidden, "the account is not yours to pay from")
            }
            Unanswered::Stopped => {
                Problem::new(Kind::Unavailable, detail).code("stopped").retry_after_s(5)
            }
        }
    }
}

impl From<getrandom::Error> for Problem {
    fn from(error: getrandom::Error) -> Problem {
        Problem::new(Kind::Failed, format!("the system has no randomness: {error}"))
    }
}
