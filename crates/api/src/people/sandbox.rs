//! A program of a developer's own in a sample bank, with accounts of made-up data; a real bank has none.

use super::{ScopeName, done};
use crate::call::{Call, Reply};
use crate::problem::{Kind, Problem};
use crate::table::{Operation, post};
use crate::wire::{AccountRef, Nothing, PartyRef};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Accounts that are named.
const ACCOUNTS_MAX: usize = 10;

/// The operations.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        post(
            "/sandbox",
            "make_sandbox",
            "clients",
            "Makes a program of your own in a sample bank, or gives it a new key",
        )
        .act("sandbox.make")
        .takes::<Nothing>()
        .gives::<SandboxDocument>(
            200,
            "Its private key is shown this once; keys before it count no more.",
        )
        .by(make),
    ]
}

/// A program in a sample bank.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SandboxDocument {
    /// Its `client_id`.
    pub client_id: String,
    /// What it may ask for.
    pub scopes: Vec<ScopeName>,
    /// The made-up customer whose accounts it reaches.
    pub party: PartyRef,
    /// These accounts.
    pub accounts: Vec<AccountRef>,
    /// Its private key as a JWK (RFC 8037). The bank does not keep it.
    pub key: Value,
}

async fn make(call: Call) -> Result<Reply, Problem> {
    let Nothing {} = call.json()?;
    let people = call.bank.gate.identities();
    if !people.is_some_and(|access| access.has_sandbox()) {
        let says =
            "this bank has no sandbox; `tj demo` makes a bank of made-up people that has one";
        return Err(Problem::new(Kind::NotFound, says).code("no_sandbox"));
    }
    let made = done(&call, |access, who, now_s| access.sandbox(who, now_s)).await?;
    let party = made.party;
    let accounts = call.ask(move |engine| {
        let mut accounts: Vec<AccountRef> =
            engine.roles_of(party).map(|role| AccountRef(role.account)).collect();
        accounts.dedup();
        accounts.truncate(ACCOUNTS_MAX);
        accounts
    });
    let document = SandboxDocument {
        client_id: made.client,
        scopes: made.scopes.into_iter().map(ScopeName).collect(),
        party: PartyRef(party),
        accounts: accounts.await?,
        key: made.key,
    };
    Reply::json(StatusCode::OK, &document)
}
