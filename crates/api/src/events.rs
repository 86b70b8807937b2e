//! What happened, as it becomes durable and in that order: a stream of server-sent events (WHATWG HTML 9.2) that begins
//! behind any record, so that whoever was away misses nothing and hears nothing twice.

use crate::bank::{Bank, unreadable};
use crate::call::{Call, Reply};
use crate::gate::{Caller, Relations, relation};
use crate::payments::payment_of;
use crate::problem::{Kind, Problem};
use crate::table::{Operation, get};
use crate::wire::{
    AccountRef, CaseRef, ComplaintRef, CurrencyCode, Date, HoldRef, OrderRef, PartyRef, PaymentRef,
    Place,
};
use axum::body::Body;
use axum::http::{HeaderName, StatusCode};
use bytes::Bytes;
use futures::stream;
use journal::StoredBatch;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use terms::limits::ORDER_TRIES;
use terms::{AccountId, Act, Command, Day, Event, PartyId, Transfer, TransferFlags, TransferId};
use tokio::sync::OwnedSemaphorePermit;

const TAG: &str = "events";
/// How often it is looked for something new.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How often a quiet stream says that it is there.
const ALIVE_EVERY: Duration = Duration::from_secs(15);
/// How long a page may be read for.
const PAGE_FOR: Duration = Duration::from_millis(200);
/// How long a stream goes on before its listener must come again and show a token: as long as a token lives, so that
/// nobody hears more after their rights have ended.
const STREAM_FOR: Duration = Duration::from_secs(600);
/// How long the bank may take to say whose an order is.
const ORDER_PATIENCE: Duration = Duration::from_secs(5);
/// Entries that are read at once.
const ENTRIES_AT_ONCE: u64 = 64;

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get("/events", "stream_events", TAG, "Everything that happens, as server-sent events in the journal's order; resume with Last-Event-ID")
            .act("event.read")
            .query::<From>()
            .gives_other(200, "text/event-stream", "One event a record: `id` is its number, `event` its kind, `data` an Event.")
            .by(follow),
        get("/events/page", "list_events", TAG, "The same as pages, for those who would rather ask")
            .act("event.read")
            .query::<FromPage>()
            .gives::<EventsDocument>(200, "A page of it.")
            .by(page),
    ]
}

/// Where a stream begins.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct From {
    /// Behind this record; with what happens next unless given. `Last-Event-ID` counts before it.
    #[serde(default)]
    pub after: Option<u64>,
}

/// Where a page begins.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FromPage {
    /// Behind this record; with the first unless given.
    #[serde(default)]
    pub after: Option<u64>,
    /// Events at most; 50 unless given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<usize>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Event")]
pub struct EventDocument {
    /// What kind: `payment.posted`, `payment.reserved`, `payment.held`, `payment.voided`, `payment.refused`, `payment.expired`,
    /// `account.opened`, `party.registered`, `party.erased`, `role.granted`, `role.revoked`, `limits.set`, `hold.placed`,
    /// `hold.released`, `order.placed`, `order.ended`, `entry.posted`, `day.closed`, `case.worked`, `rules.adopted`,
    /// `rules.withdrawn`.
    pub kind: String,
    /// When, in UTC.
    pub time: String,
    /// Where its record stands.
    pub journal: Place,
    /// Its facts. A payment that an order brought names the order, the day it was due, which try it is and how many are left.
    pub data: Value,
}

/// All kinds, for those who ask for some.
pub const KINDS: [&str; 23] = [
    "payment.posted",
    "payment.reserved",
    "payment.held",
    "payment.voided",
    "payment.refused",
    "payment.expired",
    "account.opened",
    "party.registered",
    "party.erased",
    "role.granted",
    "role.revoked",
    "limits.set",
    "hold.placed",
    "hold.released",
    "order.placed",
    "order.ended",
    "entry.posted",
    "day.closed",
    "case.worked",
    "complaint.filed",
    "complaint.worked",
    "rules.adopted",
    "rules.withdrawn",
];

/// A page of events.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EventsDocument {
    /// The events, in the journal's order.
    pub items: Vec<EventDocument>,
    /// For `after` of the next page; the same page may have more later.
    pub next: u64,
}

/// A record as it is told, and the accounts it is about.
type Told = (EventDocument, Vec<AccountId>);

/// Tells a record, if it is of use outside.
///
/// # Errors
/// `Unavailable`: whose order it was is not in the record, and the bank did not say.
fn told(bank: &Bank, event: &Event, place: Place) -> Result<Option<Told>, Problem> {
    let (kind, mut data, accounts) = match event {
        Event::Transfer(t) => {
            let accounts = vec![t.transfer.debit_account, t.transfer.credit_account];
            match t.outcome {
                Ok(()) => {
                    let payment = payment_of(t, place, None);
                    let kind = if t.transfer.flags.has(TransferFlags::VOID_PENDING) {
                        "voided"
                    } else {
                        payment.status.as_str()
                    };
                    (format!("payment.{kind}"), json!(payment), accounts)
                }
                Err(refusal) => {
                    let data = json!({
                        "id": PaymentRef(t.transfer.id), "from": AccountRef(t.transfer.debit_account),
                        "to": AccountRef(t.transfer.credit_account), "amount": t.transfer.ledger.format(t.transfer.amount),
                        "currency": CurrencyCode(t.transfer.ledger), "code": refusal.word(), "detail": refusal.sentence(),
                    });
                    // What named no accounts at all is told to nobody in particular.
                    (String::from("payment.refused"), data, accounts)
                }
            }
        }
        Event::Act(act) if act.outcome.is_ok() => {
            let told = match &act.command {
                Command::EndOrder(end) => Some(order_ended(bank, end.order)?),
                _ => act_told(act),
            };
            let Some((kind, data, accounts)) = told else { return Ok(None) };
            (kind.to_owned(), data, accounts)
        }
        Event::Act(_) => return Ok(None),
    };
    if let Event::Transfer(t) = event
        && let Some(order) = ordered(&t.transfer)
    {
        data["order"] = order;
    }
    let time = event.time().iso_at(0);
    Ok(Some((EventDocument { kind, time, journal: place, data }, accounts)))
}

/// The order that a payment is of, if its id says so: nobody can give an id that does without being it.
fn ordered(t: &Transfer) -> Option<Value> {
    let (order, day) = (TransferId(t.user_data_128), Day(i32::try_from(t.user_data_64).ok()?));
    let try_ = (1..=ORDER_TRIES).find(|n| engine::ordered_transfer(order, day, *n) == t.id)?;
    let left = ORDER_TRIES - try_;
    Some(json!({ "id": OrderRef(order), "day": Date(day), "try": try_, "tries_left": left }))
}

/// Whoever pays hears of the end of an order; its record has the number alone.
fn order_ended(
    bank: &Bank,
    order: TransferId,
) -> Result<(&'static str, Value, Vec<AccountId>), Problem> {
    let busy = || {
        let says = "the bank does not say whose the order was; ask again";
        Problem::new(Kind::Unavailable, says).code("busy").retry_after_s(1)
    };
    let (tell, answer) = channel();
    let look =
        move |engine: &engine::Engine| engine.order(order).map(|view| view.order.debit_account);
    let until = Instant::now() + ORDER_PATIENCE;
    // Whoever stopped waiting asks again.
    let tell = move |payer| {
        let _ = tell.send(payer);
    };
    bank.handle.ask_then(until, look, tell).map_err(|_| busy())?;
    let payer = answer.recv_timeout(ORDER_PATIENCE).map_err(|_| busy())?;
    let data = json!({ "order": OrderRef(order), "from": payer.map(AccountRef) });
    Ok(("order.ended", data, payer.into_iter().collect()))
}

/// The accounts that a record is about; none where it is about the bank as a whole. Waits for the bank.
///
/// # Errors
/// The bank did not say.
pub fn accounts_of(bank: &Bank, event: &Event, place: Place) -> Result<Vec<AccountId>, Problem> {
    Ok(told(bank, event, place)?.map_or_else(Vec::new, |(_, accounts)| accounts))
}

fn act_told(act: &Act) -> Option<(&'static str, Value, Vec<AccountId>)> {
    Some(match &act.command {
        Command::CreateAccount(a) => {
            let data = json!({ "account": AccountRef(a.id), "currency": CurrencyCode(a.ledger), "code": a.code });
            ("account.opened", data, vec![a.id])
        }
        Command::RegisterParty(p) => {
            ("party.registered", json!({ "party": PartyRef(p.id) }), vec![])
        }
        Command::EraseParty { party, .. } => {
            ("party.erased", json!({ "party": PartyRef(*party) }), vec![])
        }
        Command::GrantRole(r) => {
            ("role.granted", json!(crate::accounts::RoleDocument::of(r)), vec![r.account])
        }
        Command::RevokeRole(r) => {
            ("role.revoked", json!(crate::accounts::RoleDocument::of(r)), vec![r.account])
        }
        Command::SetLimits(l) => {
            ("limits.set", json!({ "account": AccountRef(l.account) }), vec![l.account])
        }
        Command::PlanLimits(l) => {
            ("limits.set", json!({ "account": AccountRef(l.account) }), vec![l.account])
        }
        Command::PlaceHold(h) => {
            let data = json!({ "hold": HoldRef(h.id), "account": AccountRef(h.account), "ordered_by": h.order.word() });
            ("hold.placed", data, vec![h.account])
        }
        Command::ReleaseHold { hold } => {
            ("hold.released", json!({ "hold": HoldRef(*hold) }), vec![])
        }
        // The amount is in the payer's currency, which the record does not have; whoever may look asks for it.
        Command::PlaceOrder(o) => {
            let last = (o.last != Day::BOOKING).then_some(Date(o.last));
            let data = json!({
                "order": OrderRef(o.id), "from": AccountRef(o.debit_account), "to": AccountRef(o.credit_account),
                "code": o.code, "first": Date(o.first), "repeats": o.rhythm.word(), "every": o.every, "last": last,
            });
            ("order.placed", data, vec![o.debit_account])
        }
        Command::PostEntry(e) => {
            let accounts: BTreeSet<AccountId> = e.legs.iter().map(|leg| leg.account).collect();
            let refs: Vec<AccountRef> = accounts.iter().copied().map(AccountRef).collect();
            let data = json!({ "entry": PaymentRef(e.id), "accounts": refs });
            ("entry.posted", data, accounts.into_iter().collect())
        }
        Command::Expire { pending } => {
            ("payment.expired", json!({ "id": PaymentRef(*pending) }), vec![])
        }
        Command::CloseDay { day, next } => {
            ("day.closed", json!({ "day": day.to_string(), "next": next.to_string() }), vec![])
        }
        command => {
            let (kind, data) = work_told(command)?;
            (kind, data, vec![])
        }
    })
}

/// What the bank's own people did.
fn work_told(command: &Command) -> Option<(&'static str, Value)> {
    Some(match command {
        Command::WorkCase(c) => {
            ("case.worked", json!({ "case": CaseRef(c.case), "step": c.step.word(), "by": c.by }))
        }
        // For the bank's own people: what is said is sealed, and whose it is stands where they answer.
        Command::FileComplaint(c) => {
            ("complaint.filed", json!({ "complaint": ComplaintRef(c.id) }))
        }
        Command::WorkComplaint(c) => (
            "complaint.worked",
            json!({ "complaint": ComplaintRef(c.complaint), "step": c.step.word() }),
        ),
        Command::AdoptRules(set) => {
            ("rules.adopted", json!({ "name": set.name, "stage": set.stage.word(), "by": set.by }))
        }
        Command::WithdrawRules(end) => (
            "rules.withdrawn",
            json!({ "rule_set": end.set, "reason": end.reason.word(), "by": end.by }),
        ),
        _ => return None,
    })
}

/// What a listener may hear.
#[derive(Clone, Debug)]
pub enum Hearing {
    /// Everything.
    All,
    /// What touches the accounts of a party.
    Of(PartyId, BTreeSet<AccountId>),
}

impl Hearing {
    /// What a caller may hear, as the state says it now.
    ///
    /// # Errors
    /// The bank does not answer.
    pub async fn of(call: &Call) -> Result<Hearing, Problem> {
        let Some(party) = Hearing::bound_to(&call.who, call.relations) else {
            return Ok(Hearing::All);
        };
        let accounts = call.ask(move |engine| Hearing::accounts(engine, party));
        Ok(Hearing::Of(party, accounts.await?))
    }

    /// The accounts of a party. A role that ended by its date is none, though nobody took it back.
    pub fn accounts(engine: &engine::Engine, party: PartyId) -> BTreeSet<AccountId> {
        let all = engine.roles_of(party).map(|role| role.account);
        all.filter(|account| relation(engine, Some(party), *account) != Relations::STRANGER)
            .collect()
    }

    /// Of whose accounts alone a caller hears; `None` for everything.
    pub fn bound_to(who: &Caller, relations: Relations) -> Option<PartyId> {
        who.party.filter(|_| !relations.meets(Relations::STRANGER))
    }

    fn hears(&mut self, event: &Event, accounts: &[AccountId]) -> bool {
        let Hearing::Of(party, own) = self else { return true };
        if let Event::Act(act) = event {
            match &act.command {
                Command::GrantRole(role) if role.party == *party => {
                    own.insert(role.account);
                }
                Command::RevokeRole(role) if role.party == *party => {
                    own.remove(&role.account);
                    return false;
                }
                _ => {}
            }
        }
        accounts.iter().any(|account| own.contains(account))
    }
}

/// Reads the journal behind a record, some entries at a time.
#[derive(Clone, Debug)]
pub struct Tail {
    /// The entry that is read next.
    entry: u64,
    /// The record that was told last.
    pub after: Option<u64>,
}

impl Tail {
    /// Begins behind a record, or with the first.
    ///
    /// # Errors
    /// The journal cannot be read; there is no such record yet.
    pub fn behind(bank: &Bank, after: Option<u64>) -> Result<Tail, Problem> {
        let Some(record) = after else { return Ok(Tail { entry: 0, after }) };
        let records = bank.reader.records();
        if record >= records {
            return Err(Problem::field("?after", format!("there are {records} records, from 0")));
        }
        let (entry, _) = bank.reader.locate(record).map_err(|why| unreadable(&why))?;
        Ok(Tail { entry, after })
    }

    /// Begins with what happens next.
    pub fn from_now(bank: &Bank) -> Tail {
        Tail { entry: bank.reader.entries(), after: None }
    }

    /// Whether the journal goes on behind what was read.
    pub fn has_more(&self, bank: &Bank) -> bool {
        self.entry < bank.reader.entries()
    }

    /// The next events, at most `max` of them; none if nothing is new. Waits for the disk.
    ///
    /// # Errors
    /// The journal cannot be read; `Unavailable`: the bank did not say what must be known, and the same may be read again.
    pub fn read(
        &mut self,
        bank: &Bank,
        hearing: &mut Hearing,
        max: usize,
    ) -> Result<Vec<EventDocument>, Problem> {
        let mut events = Vec::new();
        let end = bank.reader.entries().min(self.entry + ENTRIES_AT_ONCE);
        while self.entry < end && events.len() < max {
            let batch = bank.reader.batch(self.entry).map_err(|why| unreadable(&why))?;
            if !self.read_batch((bank, &batch), hearing, max, &mut events)? {
                break;
            }
            self.entry += 1;
        }
        Ok(events)
    }

    /// Whether the batch was read to its end.
    fn read_batch(
        &mut self,
        (bank, batch): (&Bank, &StoredBatch),
        hearing: &mut Hearing,
        max: usize,
        events: &mut Vec<EventDocument>,
    ) -> Result<bool, Problem> {
        for (record, read) in (batch.header.first_record..).zip(batch.records()) {
            let (row, bytes) = read;
            if self.after.is_some_and(|after| record <= after) {
                continue;
            }
            if events.len() == max {
                return Ok(false);
            }
            let bytes = bytes.map_err(|why| unreadable(&why))?;
            let event = journal::record::decode(bytes).map_err(|why| unreadable(&why))?;
            let place = Place { record, entry: self.entry, row };
            let told = match told(bank, &event, place) {
                // What was read before it is told first.
                Err(_) if !events.is_empty() => return Ok(false),
                told => told?,
            };
            self.after = Some(record);
            let Some((document, accounts)) = told else { continue };
            if hearing.hears(&event, &accounts) {
                events.push(document);
            }
        }
        Ok(true)
    }
}

/// An event as a stream carries it.
fn line(event: &EventDocument) -> String {
    let data = serde_json::to_string(event).unwrap_or_default();
    format!("id: {}\nevent: {}\ndata: {data}\n\n", event.journal.record, event.kind)
}

struct Listening {
    bank: Arc<Bank>,
    tail: Tail,
    hearing: Hearing,
    quiet: Duration,
    until: Instant,
    _permit: OwnedSemaphorePermit,
}

async fn follow(call: Call) -> Result<Reply, Problem> {
    let From { after } = call.query()?;
    let last = call.headers.get(HeaderName::from_static("last-event-id"));
    let after = match last {
        None => after,
        Some(text) => {
            let record = text.to_str().ok().and_then(|text| text.parse().ok());
            Some(record.ok_or_else(|| Problem::field("@Last-Event-ID", "a record's number"))?)
        }
    };
    let permit = Arc::clone(&call.bank.listeners).try_acquire_owned();
    let permit = permit
        .map_err(|_| Problem::new(Kind::TooMany, "too many listen already").retry_after_s(5))?;
    let hearing = Hearing::of(&call).await?;
    let tail = match after {
        Some(record) => call.blocking(move |bank| Tail::behind(bank, Some(record))).await?,
        None => Tail::from_now(&call.bank),
    };
    let listening = Listening {
        bank: Arc::clone(&call.bank),
        tail,
        hearing,
        quiet: Duration::ZERO,
        until: Instant::now() + STREAM_FOR,
        _permit: permit,
    };
    let begin =
        stream::once(async { Ok::<Bytes, Infallible>(Bytes::from_static(b"retry: 1000\n\n")) });
    let body = futures::StreamExt::chain(begin, stream::unfold(listening, next_bytes));
    Ok(Reply::stream(StatusCode::OK, "text/event-stream", Body::from_stream(body)))
}

/// What a listener hears next; the stream ends when the journal cannot be read.
async fn next_bytes(mut listening: Listening) -> Option<(Result<Bytes, Infallible>, Listening)> {
    loop {
        if listening.bank.closing() || listening.until <= Instant::now() {
            return None;
        }
        if listening.tail.has_more(&listening.bank) {
            let (events, back) = tokio::task::spawn_blocking(move || {
                let bank = Arc::clone(&listening.bank);
                let events = listening.tail.read(&bank, &mut listening.hearing, 500);
                (events, listening)
            })
            .await
            .ok()?;
            listening = back;
            let text: String = events.ok()?.iter().map(line).collect();
            if !text.is_empty() {
                listening.quiet = Duration::ZERO;
                return Some((Ok(Bytes::from(text)), listening));
            }
        } else {
            tokio::time::sleep(LOOK_EVERY).await;
            listening.quiet += LOOK_EVERY;
            if listening.quiet >= ALIVE_EVERY {
                listening.quiet = Duration::ZERO;
                return Some((Ok(Bytes::from_static(b": alive\n\n")), listening));
            }
        }
    }
}

async fn page(call: Call) -> Result<Reply, Problem> {
    let FromPage { after, limit } = call.query()?;
    let limit = crate::accounts::page_size(limit)?;
    let mut hearing = Hearing::of(&call).await?;
    let (items, next) = call
        .blocking(move |bank| {
            let mut tail = Tail::behind(bank, after)?;
            let mut items: Vec<EventDocument> = Vec::new();
            // A page ends when it is full, at the end of the journal, or when much was read, or for long, that says nothing to
            // this caller.
            let until = Instant::now() + PAGE_FOR;
            for _ in 0..64 {
                let before = (tail.entry, tail.after);
                items.extend(tail.read(bank, &mut hearing, limit - items.len())?);
                let same = (tail.entry, tail.after) == before;
                if items.len() == limit || same || until <= Instant::now() {
                    break;
                }
            }
            Ok((items, tail.after.unwrap_or(0)))
        })
        .await?;
    Reply::json(StatusCode::OK, &EventsDocument { items, next })
}
