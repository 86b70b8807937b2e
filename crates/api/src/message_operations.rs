//! Messages over HTTP. A message needs no `Idempotency-Key`: its sender and its `MsgId` are one, and each payment of it has
//! an id of its own. Whoever may hand in a batch may hand in a message, and whose accounts it may pay from is looked up
//! in the same way; messages between banks are for the bank's own programs.

use crate::bank::{Bank, now};
use crate::call::{Call, REPLAYED, Reply};
use crate::gate::{Relations, relation};
use crate::messages::{NotMade, NotTaken, Sender, Source, Taken, Unread, write_report};
use crate::problem::{Kind, Problem};
use crate::table::{Operation, ROOT, get, post};
use crate::wire::{AccountRef, Date};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LOCATION;
use iso20022::{Refused, Status, WriteError};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::sync::Arc;

const TAG: &str = "messages";
const XML: &str = "application/xml";

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        post(
            "/messages",
            "send_message",
            TAG,
            "Hands in an ISO 20022 message: pain.001, or between banks pacs.008, pacs.004 and pacs.002",
        )
        .act("batch.create")
        .by_amount()
        .takes_xml()
        .gives_other(200, XML, "What became of each payment: a pain.002, or a pacs.002 to a bank. Sent again, it is told again.")
        .gives::<MessageDocument>(202, "A pacs.002 was taken; it has no answer of its own in the standard.")
        .by(send),
        get(
            "/messages/{message}",
            "show_message",
            TAG,
            "What became of a message that you handed in, by its MsgId, as it stands now",
        )
        .act("batch.read")
        .query::<Whose>()
        .gives_other(200, XML, "A pain.002 or pacs.002.")
        .gives::<MessageDocument>(202, "Of a pacs.002.")
        .by(show),
        get(
            "/accounts/{account}/messages/{kind}",
            "export_statement",
            TAG,
            "The statement of a period as a camt.053, 052 or 054",
        )
        .act("statement.read")
        .query::<Days>()
        .gives_other(200, XML, "The message.")
        .by(export),
    ]
}

/// What became of a pacs.002.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MessageDocument {
    /// Its `MsgId`.
    pub message: String,
    /// What it is.
    pub definition: String,
    /// Payments that came back to their payers.
    pub returned: usize,
    /// Payments about which there is nothing to do.
    pub noted: usize,
    /// Payments that cannot come back, with why.
    pub refused: Vec<NotReturned>,
}

/// A payment that cannot come back.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NotReturned {
    /// Its `OrgnlTxId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
    /// Why.
    pub detail: String,
}

/// Whose message.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    /// Who sent it: you, unless given. The bank's own programs may name others, such as `bank:WOHNDEFFXXX`.
    #[serde(default)]
    #[schemars(length(min = 1, max = 200))]
    pub sender: Option<String>,
}

/// A period of business days.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Days {
    /// The first day, included.
    pub from: Date,
    /// The last day, included.
    pub to: Date,
}

async fn send(call: Call) -> Result<Reply, Problem> {
    let mut call = allowed(call).await?;
    let place = call.place.take();
    let (sender, source) = (sender_of(&call), Source::Bytes(call.body.clone()));
    let taken = call
        .blocking(move |bank| {
            let _place = place;
            let taken = bank.desk()?.take(&source, &sender, bank);
            Ok(match taken {
                Ok(done) => Ok((told(bank, &done.taken)?, done)),
                Err(why) => Err(why),
            })
        })
        .await?;
    let (reply, done) = taken.map_err(|why| not_taken(&call, why))?;
    for account in &done.denied {
        // Its payments were refused in the report; that somebody tried is noted.
        drop(call.denied(Some(*account)));
    }
    // Where the same is told again, and under which names.
    let reply = reply.header(CONTENT_LOCATION, &place_of(&done.taken));
    Ok(if done.again { reply.header(REPLAYED, "true") } else { reply })
}

/// The path at which a message is shown.
fn place_of(taken: &Taken) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (message, sender) = (encoded(&taken.message), encoded(&taken.sender));
    format!("{ROOT}/messages/{message}?sender={sender}")
}

fn sender_of(call: &Call) -> Sender {
    let (party, relations) = (call.who.party, call.relations);
    Sender::Caller { id: Arc::clone(&call.who.id), party, relations }
}

/// Sees to it that who asks may pay so much.
async fn allowed(mut call: Call) -> Result<Call, Problem> {
    if crate::people::allowed_any(&mut call) {
        return Ok(call);
    }
    let (sender, source) = (sender_of(&call), Source::Bytes(call.body.clone()));
    let total = call.blocking(move |bank| Ok(bank.desk()?.total(&source, &sender))).await?;
    let total = total.map_err(|why| not_taken(&call, why))?;
    crate::people::allowed_upload(call, total).await
}

/// What became of a message, as a report; as JSON of one that is a report itself.
fn told(bank: &Bank, taken: &Taken) -> Result<Reply, Problem> {
    if taken.definition.starts_with("pacs.002") && taken.refused.is_empty() {
        return Reply::json(StatusCode::ACCEPTED, &document(taken));
    }
    let report = write_report(taken, &bank.desk()?.naming, now(), Vec::new());
    let report = report.map_err(|why| not_written(&why))?;
    Ok(Reply::bytes(StatusCode::OK, XML, report))
}

fn document(taken: &Taken) -> MessageDocument {
    let not = taken.items.iter().filter(|item| item.status == Status::RJCT);
    let refused: Vec<NotReturned> = not
        .map(|item| NotReturned {
            transaction: item.transaction.as_deref().map(str::to_owned),
            detail: item.why.iter().map(|why| why.text.as_str()).collect::<Vec<_>>().join("; "),
        })
        .collect();
    let returned =
        taken.items.iter().filter(|item| item.id.is_some() && item.status != Status::RJCT).count();
    MessageDocument {
        message: taken.message.clone(),
        definition: taken.definition.clone(),
        returned,
        noted: taken.items.len().saturating_sub(refused.len() + returned),
        refused,
    }
}

fn not_written(why: &WriteError) -> Problem {
    Problem::new(Kind::Failed, format!("the message cannot be written: {why}"))
}

pub(crate) fn not_taken(call: &Call, why: NotTaken) -> Problem {
    match why {
        NotTaken::Unread(Unread::Refused(refused)) => unreadable(&refused),
        NotTaken::Unread(Unread::NotTaken(definition)) => {
            let detail = format!(
                "{definition} is nothing to be done here; pain.001, pacs.008, pacs.004 and pacs.002 are taken"
            );
            Problem::new(Kind::Invalid, detail).code("message_not_taken")
        }
        NotTaken::Unread(Unread::Disk(error)) | NotTaken::Disk(error) => disk(&error),
        NotTaken::InWork => {
            Problem::new(Kind::InFlight, "this message is being worked on").retry_after_s(1)
        }
        NotTaken::Forbidden => call.denied(None),
        NotTaken::Unanswered(why) => Problem::from(why),
    }
}

pub(crate) fn disk(error: &dyn Display) -> Problem {
    Problem::new(Kind::Failed, format!("the bank's disk: {error}"))
}

/// It is wrong before its `MsgId` was read, so that no report can name it.
fn unreadable(refused: &Refused) -> Problem {
    let path = if refused.path.is_empty() { "/" } else { &refused.path };
    Problem::field(path, refused.to_string())
        .code("message_refused")
        .beside("reason", serde_json::json!(refused.reason.code()))
        .beside("line", serde_json::json!(refused.place.line))
        .beside("column", serde_json::json!(refused.place.column))
}

async fn show(call: Call) -> Result<Reply, Problem> {
    let message = call.path("message", |text| {
        let fits = (1..=35).contains(&text.chars().count());
        fits.then(|| text.to_owned()).ok_or("it has 1 to 35 letters")
    })?;
    let Whose { sender } = call.query()?;
    let missing = || Problem::missing(format_args!("message {message:?}"));
    let who = sender.unwrap_or_else(|| call.who.id.to_string());
    if who != *call.who.id && !call.relations.meets(Relations::STRANGER) {
        call.denied(None);
        return Err(missing());
    }
    let wanted = message.clone();
    let read = call.blocking(move |bank| {
        let known = bank.desk()?.told(&who, &wanted);
        Ok(match known {
            Ok(Some(taken)) => Ok(Some(told(bank, &taken)?)),
            Ok(None) => Ok(None),
            Err(why) => Err(why),
        })
    });
    let reply = read.await?.map_err(|why| not_taken(&call, why))?;
    let records = call.ask(engine::Engine::records).await?;
    Ok(reply.ok_or_else(missing)?.at_entry(call.bank.entries_of(records)?))
}

async fn export(call: Call) -> Result<Reply, Problem> {
    let AccountRef(account) = call.path("account", AccountRef::parse)?;
    let kind = call.path("kind", |text| match text {
        "camt.052" => Ok(iso20022::Kind::AccountReport),
        "camt.053" => Ok(iso20022::Kind::Statement),
        "camt.054" => Ok(iso20022::Kind::Notification),
        _ => Err("it is camt.052, camt.053 or camt.054"),
    })?;
    let Days { from, to } = call.query()?;
    if to < from {
        return Err(Problem::field("?to", "not before from"));
    }
    let party = call.who.party;
    let (found, related, records) = call
        .ask(move |engine| {
            (engine.account(account).is_some(), relation(engine, party, account), engine.records())
        })
        .await?;
    let missing = || Problem::missing(format_args!("account {}", AccountRef(account)));
    if !call.allows(related) {
        call.denied(Some(account));
        return Err(missing());
    }
    if !found {
        return Err(missing());
    }
    call.looked(related, || AccountRef(account).to_string());
    let made = call.blocking(move |bank| {
        let days = (from.0, to.0);
        let made = bank.desk()?.write_statement(bank, account, kind, days, Vec::new());
        made.map_err(not_made)
    });
    let bytes = made.await?;
    Ok(Reply::bytes(StatusCode::OK, XML, bytes).at_entry(call.bank.entries_of(records)?))
}

pub(crate) fn not_made(why: NotMade) -> Problem {
    match why {
        NotMade::Unknown | NotMade::NoBank => Problem::missing("such account"),
        NotMade::TooLong => Problem::new(Kind::TooLarge, why.to_string()),
        NotMade::Unanswered(why) => Problem::from(why),
        NotMade::Unreadable(why) => crate::bank::unreadable(&why),
        NotMade::Write(why) => not_written(&why),
    }
}
