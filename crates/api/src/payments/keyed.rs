//! Under one key money moves once. The key and who sends it make the id; the writer decides only what is new; what was
//! done or refused before is found by its record and answered again, word for word.

use crate::bank::unreadable;
use crate::call::{Call, REPLAYED, Reply};
use crate::gate::relation;
use crate::payments::order::{half, payment_of};
use crate::problem::{Kind, Problem};
use crate::reasons::{Judged, reasons};
use crate::wire::{CaseRef, PaymentRef, Place, hashed_id};
use axum::http::StatusCode;
use engine::TransferView;
use node::{Answer, Bar, Unanswered};
use sha2::{Digest, Sha256};
use std::time::Instant;
use terms::{
    AccountId, Command, Event, Refusal, Ruling, Transfer, TransferEvent, TransferFlags, TransferId,
};
use tokio::sync::oneshot;

/// The id of what is asked under a key by somebody: SHA-256 of both, as a UUID of version 8.
pub fn key_id(who: &str, key: &str) -> TransferId {
    let mut hash = Sha256::new();
    hash.update(b"tongjian key v1\n");
    hash.update(who.as_bytes());
    hash.update(b"\n");
    hash.update(key.as_bytes());
    TransferId(hashed_id(&hash.finalize().into()))
}

/// What makes an order the same order.
#[derive(Clone, Debug)]
pub struct Keyed {
    /// Made of the key and who sends it.
    pub id: TransferId,
    /// Of everything that was asked.
    pub digest: [u8; 32],
    /// From which accounts money would leave.
    pub accounts: Vec<AccountId>,
}

/// What became of an order.
#[derive(Clone, Debug)]
pub struct Settled {
    /// As it was decided.
    pub event: Event,
    /// Where that stands.
    pub place: Place,
    /// It was decided before, and is only told again.
    pub replayed: bool,
}

/// What the state says of an id before it is decided.
enum Before {
    New,
    Done(TransferView),
    Failed,
}

/// Has an order decided, unless it was before.
///
/// # Errors
/// The key is being worked on, or was used for something else; the caller may not; the bank does not answer.
pub async fn settle(call: &Call, keyed: Keyed, request: Vec<Command>) -> Result<Settled, Problem> {
    let _working = call.bank.keys.begin(keyed.id)?;
    let (tell, told) = oneshot::channel();
    let bar = bar(call, &keyed);
    let returns = match request.first() {
        Some(Command::Reverse { of, .. }) => Some(*of),
        _ => None,
    };
    let began = Instant::now();
    call.bank
        .handle
        .submit_then(request, call.deadline, Some(bar), move |said| drop(tell.send(said)))?;
    let said = tokio::time::timeout_at(call.deadline.into(), told).await;
    call.spans.note("decide and commit", began);
    let said = match said {
        Ok(Ok(said)) => said,
        Ok(Err(_)) => return Err(Unanswered::Stopped.into()),
        Err(_) => return Err(Unanswered::Unknown.into()),
    };
    match said {
        Ok(answers) => first(call, answers),
        Err(Unanswered::Barred) => again(call, &keyed, returns).await,
        Err(unanswered) => Err(unanswered.into()),
    }
}

fn first(call: &Call, answers: Vec<Answer>) -> Result<Settled, Problem> {
    let answer = answers.into_iter().next();
    let answer = answer.ok_or_else(|| Problem::new(Kind::Failed, "the bank gave no answer"))?;
    let place = Place::of(&answer);
    if let (Event::Transfer(t), Err(refusal)) = (&answer.event, answer.event.outcome())
        && refusal.is_transient()
    {
        call.bank.keys.note_refused(t.transfer.id, place.record);
    }
    Ok(Settled { event: answer.event, place, replayed: false })
}

/// Lets through what is new and from accounts that the caller may pay from.
fn bar(call: &Call, keyed: &Keyed) -> Bar {
    let (party, allowed) = (call.who.party, call.relations);
    let everything = call.allows(crate::gate::Relations::NONE);
    let (id, accounts) = (keyed.id, keyed.accounts.clone());
    Box::new(move |engine| {
        let own = everything || accounts.iter().all(|a| relation(engine, party, *a).meets(allowed));
        own && engine.transfer(id).is_none() && !engine.has_failed(id)
    })
}

/// What was decided before, if it was; the caller may not, otherwise.
async fn again(
    call: &Call,
    keyed: &Keyed,
    returns: Option<TransferId>,
) -> Result<Settled, Problem> {
    let id = keyed.id;
    let before = call
        .ask(move |engine| match engine.transfer(id) {
            Some(view) => Before::Done(view),
            None if engine.has_failed(id) => Before::Failed,
            None => Before::New,
        })
        .await?;
    let record = match before {
        Before::New => return Err(call.denied(keyed.accounts.first().copied())),
        Before::Done(view) => view.record,
        Before::Failed => call.bank.keys.refused(id).ok_or_else(|| {
            let detail =
                "this key was refused before for a passing reason; send a new key to try again";
            Problem::new(Kind::Refused, detail).code(Refusal::IdAlreadyFailed.word())
        })?,
    };
    let (event, place) = call.blocking(move |bank| recorded(bank, record)).await?;
    let Event::Transfer(transfer) = &event else {
        return Err(Problem::new(
            Kind::KeyReused,
            "the key stands for something that is no payment",
        ));
    };
    if !same(&transfer.transfer, keyed, returns) {
        let detail = "an order with other content was sent under this key before";
        let done = serde_json::json!(crate::wire::PaymentRef(id));
        return Err(Problem::new(Kind::KeyReused, detail).beside("payment", done));
    }
    // Whose order it was is part of its id, so what it says is theirs to see.
    Ok(Settled { event, place, replayed: true })
}

/// Whether the order is the one that was recorded. A return has no room for the digest; what it takes back is compared.
fn same(recorded: &Transfer, keyed: &Keyed, returns: Option<TransferId>) -> bool {
    match returns {
        Some(of) => recorded.flags.has(TransferFlags::REVERSAL) && recorded.pending_id == of,
        None => recorded.user_data_128 == half(&keyed.digest),
    }
}

/// An event as the journal has it.
///
/// # Errors
/// It cannot be read.
pub fn recorded(bank: &crate::bank::Bank, record: u64) -> Result<(Event, Place), Problem> {
    let (entry, row) = bank.reader.locate(record).map_err(|why| unreadable(&why))?;
    let bytes = bank.reader.record(record).map_err(|why| unreadable(&why))?;
    let event = journal::record::decode(&bytes).map_err(|why| unreadable(&why))?;
    Ok((event, Place { record, entry, row }))
}

/// The answer to an order: the payment, or why not.
///
/// # Errors
/// It was refused.
pub async fn answer_of(call: &Call, settled: Settled) -> Result<Reply, Problem> {
    let Settled { event, place, replayed } = settled;
    let Event::Transfer(transfer) = event else {
        let refusal = event.outcome().err();
        return Err(refusal.map_or_else(
            || Problem::new(Kind::Failed, "no payment came of it"),
            Problem::refusal,
        ));
    };
    let risk = judged(call, &transfer).await?;
    match transfer.outcome {
        Ok(()) => {
            let payment = payment_of(&transfer, place, risk);
            let held = transfer.transfer.flags.has(TransferFlags::HELD);
            let status = if held { StatusCode::ACCEPTED } else { StatusCode::CREATED };
            let reply = Reply::json(status, &payment)?.at_entry(place.entry + 1);
            let reply = reply.header(
                axum::http::header::LOCATION,
                &format!("{}/payments/{}", crate::table::ROOT, payment.id),
            );
            Ok(if replayed { reply.header(REPLAYED, "true") } else { reply })
        }
        Err(refusal) => {
            let problem = refused(refusal, &transfer, place, risk);
            Err(if replayed { problem.header(REPLAYED, "true") } else { problem })
        }
    }
}

async fn judged(call: &Call, event: &TransferEvent) -> Result<Option<Judged>, Problem> {
    let Some(verdict) = event.verdict else { return Ok(None) };
    if verdict.ruling == Ruling::Approve {
        return Ok(Some(Judged::of(&verdict, &[])));
    }
    let words = call.ask(move |engine| reasons(engine, &verdict)).await?;
    Ok(Some(Judged::of(&verdict, &words)))
}

/// A refusal with its facts.
pub fn refused(
    refusal: Refusal,
    event: &TransferEvent,
    place: Place,
    risk: Option<Judged>,
) -> Problem {
    let mut problem = Problem::refusal(refusal)
        .beside("payment", serde_json::json!(PaymentRef(event.transfer.id)))
        .beside("journal", serde_json::json!(place));
    if let Some(risk) = risk {
        problem = problem.beside("risk", serde_json::json!(risk));
    }
    match refusal {
        Refusal::PayerMustConfirm => problem.beside(
            "next",
            "show the reasons to the payer; if the payer wants it nevertheless, send the same order with \"confirmed\": true under a new key within an hour".into(),
        ),
        Refusal::RefusedByRiskControl => problem.beside("case", serde_json::json!(CaseRef(event.transfer.id))),
        _ => problem,
    }
}
