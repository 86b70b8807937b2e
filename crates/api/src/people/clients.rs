//! Programs are administered: let in with their public keys, given scopes, shut out. The bank keeps no secret of theirs.

use super::{ScopeName, done, named, utc};
use crate::call::{Call, Reply};
use crate::problem::Problem;
use crate::table::{CREATED, Operation, Row, get, post};
use crate::wire::{Nothing, PartyRef, hex};
use access::{NewClient, Scope};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const TAG: &str = "programs";

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get("/clients", "list_clients", TAG, "Which programs may use the API")
            .act("client.read")
            .gives::<ClientsDocument>(200, "All of them, by name.")
            .by(list),
        post("/clients", "add_client", TAG, "Lets a program use the API")
            .act("client.write")
            .takes::<ClientOrder>()
            .gives_other(201, "", "It may ask for tokens.")
            .conflicts()
            .by(add),
        post(
            "/clients/{client}/keys",
            "replace_client_keys",
            TAG,
            "Replaces a program's keys; its tokens end",
        )
        .act("client.write")
        .takes::<KeysOrder>()
        .gives_other(204, "", "The new keys count.")
        .by(keys),
        post(
            "/clients/{client}/scopes",
            "replace_client_scopes",
            TAG,
            "Replaces what a program may ask for; its tokens end",
        )
        .act("client.write")
        .takes::<ScopesOrder>()
        .gives_other(204, "", "The new scopes count.")
        .by(scopes),
        writes(
            "/clients/{client}/disable",
            "disable_client",
            "Shuts a program out; its tokens end at once",
        )
        .gives_other(204, "", "Shut out.")
        .by(disable),
        writes("/clients/{client}/enable", "enable_client", "Lets a program in again")
            .gives_other(204, "", "Let in.")
            .by(enable),
        writes(
            "/clients/{client}/remove",
            "remove_client",
            "Removes a program; its name is never given again",
        )
        .gives_other(204, "", "Removed.")
        .by(remove),
    ]
}

fn writes(path: &'static str, id: &'static str, summary: &'static str) -> Row {
    post(path, id, TAG, summary).act("client.write").takes::<Nothing>()
}

/// A program.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ClientDocument {
    /// Its `client_id`.
    pub client_id: String,
    /// What it may ask for.
    pub scopes: Vec<ScopeName>,
    /// Thumbprints of its keys (RFC 7638).
    pub keys: Vec<String>,
    /// SHA-256 of its certificates, in hexadecimal.
    pub certificates: Vec<String>,
    /// The customer whose program it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyRef>,
    /// Shut out.
    pub disabled: bool,
    /// Since when, in UTC.
    pub since: String,
}

/// Programs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ClientsDocument {
    /// By name.
    pub clients: Vec<ClientDocument>,
}

/// A program that is to be let in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientOrder {
    /// 1 to 64 of `a-z`, `0-9`, `.`, `_`, `-`.
    #[schemars(length(min = 1, max = 64))]
    pub client_id: String,
    /// What it may ask for.
    #[schemars(length(min = 1))]
    pub scopes: Vec<ScopeName>,
    /// The JWK set of its public keys (RFC 7517), ES256 or EdDSA.
    #[serde(default)]
    pub keys: Option<serde_json::Map<String, Value>>,
    /// SHA-256 of its certificates, in hexadecimal.
    #[serde(default)]
    pub certificates: Vec<String>,
    /// A customer's program: it reaches only what this party has.
    #[serde(default)]
    pub party: Option<PartyRef>,
}

/// New keys of a program.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeysOrder {
    /// The JWK set of its public keys.
    #[serde(default)]
    pub keys: Option<serde_json::Map<String, Value>>,
    /// SHA-256 of its certificates, in hexadecimal.
    #[serde(default)]
    pub certificates: Vec<String>,
}

/// New scopes of a program.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopesOrder {
    /// What it may ask for.
    #[schemars(length(min = 1))]
    pub scopes: Vec<ScopeName>,
}

/// SHA-256 of certificates, out of hexadecimal.
fn fingerprints(texts: &[String]) -> Result<Vec<[u8; 32]>, Problem> {
    let one = |(at, text): (usize, &String)| {
        let wrong = || Problem::field(format!("/certificates/{at}"), "64 hexadecimal digits");
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).map_err(|_| wrong())?;
        }
        Ok(bytes)
    };
    texts.iter().enumerate().map(one).collect()
}

fn set_of(keys: Option<serde_json::Map<String, Value>>) -> Option<String> {
    keys.map(|keys| Value::Object(keys).to_string())
}

fn plain(scopes: &[ScopeName]) -> Vec<Scope> {
    scopes.iter().map(|scope| scope.0).collect()
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let all = done(&call, |access, who, now_s| access.clients(who, now_s)).await?;
    let one = |view: access::ClientView| ClientDocument {
        client_id: view.name.to_string(),
        scopes: view.scopes.into_iter().map(ScopeName).collect(),
        keys: view.keys,
        certificates: view.certificates_sha256.iter().map(|hash| hex(hash)).collect(),
        party: view.party.map(PartyRef),
        disabled: view.disabled,
        since: utc(view.since_s),
    };
    Reply::json(StatusCode::OK, &ClientsDocument { clients: all.into_iter().map(one).collect() })
}

async fn add(call: Call) -> Result<Reply, Problem> {
    let ClientOrder { client_id, scopes, keys, certificates, party } = call.json()?;
    let (scopes, keys, certificates) = (plain(&scopes), set_of(keys), fingerprints(&certificates)?);
    done(&call, move |access, who, now_s| {
        let new = NewClient {
            name: &client_id,
            scopes: &scopes,
            keys: keys.as_deref(),
            certificates_sha256: &certificates,
            party: party.map(|party| party.0),
            institution: None,
        };
        access.client_add(who, &new, now_s)
    })
    .await?;
    Ok(Reply::nothing(CREATED))
}

async fn keys(call: Call) -> Result<Reply, Problem> {
    let name = named(&call, "client")?;
    let KeysOrder { keys, certificates } = call.json()?;
    let (keys, certificates) = (set_of(keys), fingerprints(&certificates)?);
    done(&call, move |access, who, now_s| {
        access.client_keys(who, &name, keys.as_deref(), &certificates, now_s)
    })
    .await?;
    Ok(Reply::empty())
}

async fn scopes(call: Call) -> Result<Reply, Problem> {
    let name = named(&call, "client")?;
    let ScopesOrder { scopes } = call.json()?;
    let scopes = plain(&scopes);
    done(&call, move |access, who, now_s| access.client_scopes(who, &name, &scopes, now_s)).await?;
    Ok(Reply::empty())
}

async fn disable(call: Call) -> Result<Reply, Problem> {
    let name = named(&call, "client")?;
    let Nothing {} = call.json()?;
    done(&call, move |access, who, now_s| access.client_disable(who, &name, now_s)).await?;
    Ok(Reply::empty())
}

async fn enable(call: Call) -> Result<Reply, Problem> {
    let name = named(&call, "client")?;
    let Nothing {} = call.json()?;
    done(&call, move |access, who, now_s| access.client_enable(who, &name, now_s)).await?;
    Ok(Reply::empty())
}

async fn remove(call: Call) -> Result<Reply, Problem> {
    let name = named(&call, "client")?;
    let Nothing {} = call.json()?;
    done(&call, move |access, who, now_s| access.client_remove(who, &name, now_s)).await?;
    Ok(Reply::empty())
}
