//! People at the API: they sign in (`sign_in`), look after their own keys and sessions (`own`), sign large payments (`signing`),
//! and are administered (`users`, `clients`, `approvals`). All of it is `access` in the words of HTTP: what is allowed and what
//! must be noted is decided there, and the table only says which right an operation needs at least.

mod sign_in;
mod own;
mod users;
mod at_counter;
mod approvals;
mod clients;
mod signing;
mod phone;
mod sandbox;

pub use own::fits_help_word;
pub use signing::{allowed, allowed_act, allowed_any, allowed_upload};

use crate::call::Call;
use crate::problem::{Kind, Problem};
use crate::table::Operation;
use crate::wire::PartyRef;
use access::{Access, Asked, Denied, Principal, Refused, Role, Scope, SessionId};
use axum::http::header::WWW_AUTHENTICATE;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;
use terms::TimeNs;

/// The operations.
pub fn operations() -> Vec<Operation> {
    let families = [
        sign_in::operations(),
        own::operations(),
        phone::operations(),
        users::operations(),
        at_counter::operations(),
        approvals::operations(),
        clients::operations(),
        sandbox::operations(),
    ];
    families.into_iter().flatten().collect()
}

/// A role of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoleName(pub Role);

impl JsonSchema for RoleName {
    fn schema_name() -> Cow<'static, str> {
        "RoleName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
        json_schema!({ "type": "string", "enum": words })
    }
}

/// A scope of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopeName(pub Scope);

impl JsonSchema for ScopeName {
    fn schema_name() -> Cow<'static, str> {
        "ScopeName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Scope::ALL.iter().map(|scope| scope.word()).collect();
        json_schema!({ "type": "string", "enum": words })
    }
}

/// A question to a passkey.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Challenge {
    /// Names the question; the answer says it.
    pub id: String,
    /// For `navigator.credentials.create` or `.get`; byte strings are base64url.
    pub options: Value,
    /// Until when it may be answered, in UTC.
    pub until: String,
}

impl Challenge {
    fn of(asked: &Asked) -> Result<Challenge, Problem> {
        let options = serde_json::from_str(&asked.options)
            .map_err(|why| Problem::new(Kind::Failed, format!("the question is broken: {why}")))?;
        Ok(Challenge { id: asked.id.clone(), options, until: utc(asked.until_s) })
    }
}

/// Somebody who is signed in.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MeDocument {
    /// Who, as the journal writes it down: `user:anna`.
    pub id: String,
    /// Roles that count now.
    pub roles: Vec<String>,
    /// One's own party in the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyRef>,
    /// Which session this is.
    pub session: String,
    /// When it ends at the latest, in UTC.
    pub until: String,
}

impl MeDocument {
    fn of(who: &Principal) -> MeDocument {
        MeDocument {
            id: who.id.to_string(),
            roles: who.roles.iter().map(|role| role.word().to_owned()).collect(),
            party: who.party.map(PartyRef),
            session: who.session.map(|id| id.to_string()).unwrap_or_default(),
            until: utc(who.until_s),
        }
    }
}

/// What an administrator is told of a new link, once.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LinkDocument {
    /// Whom it lets in.
    pub user: String,
    /// The secret that opens once; give it to that person alone. It is not shown again.
    pub token: String,
    /// Until when, in UTC.
    pub until: String,
}

impl LinkDocument {
    fn of(link: &access::OneTimeLink) -> LinkDocument {
        LinkDocument {
            user: link.user.to_string(),
            token: link.token.clone(),
            until: utc(link.until_s),
        }
    }
}

/// Where somebody is signed in.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SessionDocument {
    /// Which.
    pub id: String,
    /// Whose.
    pub user: String,
    /// Since when, in UTC.
    pub since: String,
    /// Last seen, in UTC.
    pub seen: String,
    /// Ends at the latest, in UTC.
    pub until: String,
    /// The address it was begun from.
    pub address: String,
    /// The browser it was begun with, as it names itself.
    pub agent: String,
}

/// Sessions.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SessionsDocument {
    /// The oldest first.
    pub sessions: Vec<SessionDocument>,
}

impl SessionsDocument {
    fn of(views: Vec<access::SessionView>) -> SessionsDocument {
        let one = |view: access::SessionView| SessionDocument {
            id: view.id.to_string(),
            user: view.user.to_string(),
            since: utc(view.since_s),
            seen: utc(view.seen_s),
            until: utc(view.until_s),
            address: view.address.to_string(),
            agent: view.agent.to_string(),
        };
        SessionsDocument { sessions: views.into_iter().map(one).collect() }
    }
}

/// A moment in seconds since 1970 as text.
fn utc(at_s: u64) -> String {
    TimeNs(at_s.saturating_mul(1_000_000_000)).iso_at(0)
}

/// The identities of a bank.
pub fn identities(bank: &crate::bank::Bank) -> Result<Arc<Access>, Problem> {
    let none = || Problem::new(Kind::Unavailable, "this door knows no people");
    bank.gate.identities().cloned().ok_or_else(none)
}

/// Who asks, as `access` knows them.
fn principal(call: &Call) -> Result<Arc<Principal>, Problem> {
    let known = Arc::clone(&call.who.known).downcast::<Principal>();
    known.map_err(|_| Problem::new(Kind::Unauthenticated, "nobody is signed in"))
}

/// Does something with identities for who asks; it may wait for the disk.
async fn done<T: Send + 'static>(
    call: &Call,
    work: impl FnOnce(&Access, &Arc<Principal>, u64) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Problem> {
    let who = principal(call)?;
    call.blocking(move |bank| {
        let access = identities(bank)?;
        work(&access, &who, crate::identity::now_s()).map_err(refused)
    })
    .await
}

/// A name in a path; whatever it is, there may be nobody of that name.
fn named(call: &Call, name: &str) -> Result<String, Problem> {
    call.path(name, |text| Ok::<_, Infallible>(text.to_owned()))
}

/// A session in a path.
fn session(call: &Call) -> Result<SessionId, Problem> {
    call.path("session", |text| {
        let hex = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|_| hex);
        number.map(SessionId).ok_or("it must have 16 hexadecimal digits")
    })
}

/// Why somebody was turned away.
fn denied(denied: &Denied) -> Problem {
    let kind = match denied.status() {
        403 => Kind::Forbidden,
        429 => Kind::TooMany,
        503 => Kind::Unavailable,
        _ => Kind::Unauthenticated,
    };
    let mut problem = Problem::new(kind, denied.to_string()).code(denied.why.word());
    if kind == Kind::Unauthenticated {
        problem = problem.header(WWW_AUTHENTICATE, "DPoP algs=\"ES256 EdDSA\"");
    }
    if matches!(kind, Kind::TooMany | Kind::Unavailable) {
        problem = problem.retry_after_s(denied.retry_after_s.unwrap_or(1));
    }
    problem
}

/// Why an act of administration was not done.
fn refused(refused: Refused) -> Problem {
    match refused {
        Refused::Denied(why) => denied(&why),
        Refused::Unknown(what) => Problem::missing(what),
        Refused::Exists(_) => Problem::new(Kind::Conflict, refused.to_string()).code("exists"),
        Refused::Conflict(says) => Problem::new(Kind::Conflict, says),
        Refused::Invalid { field, says } => Problem::field(format!("/{field}"), says),
        Refused::Failed(_) => Problem::new(Kind::Failed, "nothing changed: it could not be kept"),
    }
}
