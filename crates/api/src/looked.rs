//! Who looked at a customer's data: the notes of the journal about a party and its accounts, for that party and for those who
//! may see it. The question is asked of the tables like any other, and leaves an entry.

use crate::asking::Question;
use crate::call::{Call, Reply};
use crate::gate::Relations;
use crate::problem::{Kind, Problem};
use crate::table::{Operation, get};
use crate::wire::{AccountRef, PartyRef};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write;

/// Notes that are shown.
const NOTES_MAX: usize = 200;
/// Accounts of a party that are asked about.
const ACCOUNTS_MAX: usize = 64;

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get(
            "/parties/{party}/looks",
            "list_looks",
            "parties",
            "Who looked at a party's data and accounts, the latest first",
        )
        .act("party.read")
        .gives::<LooksDocument>(200, "The notes; at most 200.")
        .by(list),
    ]
}

/// A look at somebody's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LookDocument {
    /// When it was noted, on the institution's clock.
    pub time: String,
    /// Who looked: `user:anna`, `client:acme`.
    pub who: String,
    /// At what: the party, or one of its accounts.
    pub about: String,
    /// What was done, as rights call it: `account.read`.
    pub act: String,
    /// How often, since the note before.
    pub times: u64,
    /// The entry that keeps the note.
    pub entry: u64,
}

/// Looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LooksDocument {
    /// The latest first.
    pub items: Vec<LookDocument>,
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let PartyRef(id) = call.path("party", PartyRef::parse)?;
    let missing = || Problem::missing(format_args!("party {}", PartyRef(id)));
    if call.who.party != Some(id) && !call.relations.meets(Relations::STRANGER) {
        call.denied(None);
        return Err(missing());
    }
    let known = call.ask(move |engine| {
        engine.party(id)?;
        Some(engine.roles_of(id).map(|role| role.account).take(ACCOUNTS_MAX).collect::<Vec<_>>())
    });
    let accounts = known.await?.ok_or_else(missing)?;
    // Ids have only letters, digits and hyphens.
    let mut about = format!("'{}'", PartyRef(id));
    for account in accounts {
        let _ = write!(about, ", '{}'", AccountRef(account));
    }
    let text = format!(
        "SELECT CAST(time AS VARCHAR), who, about, says, times, entry FROM access_notes \
         WHERE what = 'personal_read' AND about IN ({about}) ORDER BY entry DESC, row DESC"
    );
    let asker = call.who.id.to_string();
    let question = Question { text, as_of: None, rows_max: NOTES_MAX, asker, personal: false };
    let answered =
        tokio::time::timeout_at(call.deadline.into(), call.bank.asking.ask(question)).await;
    let answered = answered.map_err(|_| Problem::new(Kind::Unavailable, "it takes too long"))??;
    let text_of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let one = |row: &Vec<Value>| {
        let [time, who, about, act, times, entry] = row.as_slice() else { return None };
        Some(LookDocument {
            time: text_of(time),
            who: text_of(who),
            about: text_of(about),
            act: text_of(act),
            times: number(times).unwrap_or(1),
            entry: number(entry).unwrap_or(0),
        })
    };
    let items = answered.rows.iter().filter_map(one).collect();
    Ok(Reply::json(StatusCode::OK, &LooksDocument { items })?.at_entry(answered.as_of))
}
