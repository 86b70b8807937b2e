//! What operations look at over the whole bank, day by day: money blocked by order, reservations that end soon, and the end of
//! the business day. Nothing is decided here; closing a day is one command of the ledger.

use crate::accounts::{HoldDocument, done, page_size};
use crate::call::{Call, Reply};
use crate::gate::{Relations, relation};
use crate::payments::related_to;
use crate::problem::{Kind, Problem};
use crate::table::{Operation, get, post};
use crate::wire::{AccountRef, Date, HoldRef, Money, OrderRef, PaymentRef, Place};
use axum::http::StatusCode;
use engine::Engine;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use terms::{Command, Day, TransferFlags};

const TAG: &str = "daily";
/// Reservations that are looked at for one answer: the writer waits for the look.
const LOOKED_AT_MAX: usize = 20_000;
/// Days back in which it is looked for what orders did not bring.
const GIVEN_UP_DAYS: i32 = 30;

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get("/holds", "list_all_holds", TAG, "Money of all accounts that is blocked by order")
            .act("hold.read")
            .query::<HoldsPage>()
            .gives::<HoldsList>(200, "A page of the holds in force; of a customer's program its own.")
            .by(holds),
        get("/pending", "list_pending", TAG, "Reservations that end by themselves, the next one first")
            .act("payment.read")
            .query::<PendingPage>()
            .gives::<PendingList>(200, "A page of them, without what risk control holds.")
            .by(pending),
        get(
            "/orders/given-up",
            "list_orders_given_up",
            TAG,
            "Payments of orders in force that were refused at every try",
        )
        .act("standing.read")
        .query::<GivenUpPage>()
        .gives::<GivenUpList>(200, "Those that were due in the last 30 days, at most so many.")
        .by(given_up),
        get("/day", "show_day", TAG, "The business day, and what is open on it")
            .act("metrics.read")
            .gives::<DayDocument>(200, "As it stands now.")
            .by(day),
        post(
            "/day/close",
            "close_day",
            TAG,
            "Closes the business day: interest accrues, the next one begins, and what orders bring on it is paid",
        )
        .act("day.close")
        .takes::<DayClose>()
        .gives::<DayClosed>(200, "The next day has begun.")
        .by(close),
    ]
}

/// Which part of the list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldsPage {
    /// Where the page before ended: its `next`.
    #[serde(default)]
    pub after: Option<HoldRef>,
    /// Holds at most; 50 unless given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<usize>,
}

/// A page of holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HoldsList {
    /// The holds, by id.
    pub items: Vec<HoldDocument>,
    /// How many there are on all pages.
    pub total: usize,
    /// Of the next page, for `after`; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<HoldRef>,
}

async fn holds(call: Call) -> Result<Reply, Problem> {
    let HoldsPage { after, limit } = call.query()?;
    let limit = page_size(limit)?;
    let (party, relations) = (call.who.party, call.relations);
    let all = relations.meets(Relations::STRANGER);
    let (mut items, total, records) = call
        .ask(move |engine| {
            let reached = |account| all || relation(engine, party, account).meets(relations);
            let mut found: Vec<_> = engine
                .holds()
                .filter(|held| !held.released && reached(held.hold.account))
                .collect();
            found.sort_unstable_by_key(|held| held.hold.id);
            let total = found.len();
            let later = found.iter().filter(|held| after.is_none_or(|at| held.hold.id > at.0));
            let items = later.take(limit + 1).map(|held| {
                let ledger = engine.account(held.hold.account).map(|view| view.account.ledger);
                HoldDocument::of(&held.hold, ledger.unwrap_or_default())
            });
            (items.collect::<Vec<_>>(), total, engine.records())
        })
        .await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|hold| hold.id);
    Ok(Reply::json(StatusCode::OK, &HoldsList { items, total, next })?
        .at_entry(call.bank.entries_of(records)?))
}

/// Which part of the list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PendingPage {
    /// Where the page before ended: its `next`.
    #[serde(default)]
    pub after: Option<PaymentRef>,
    /// Reservations at most; 50 unless given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<usize>,
}

/// A reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PendingDocument {
    /// The payment.
    pub payment: PaymentRef,
    /// Whose money is reserved.
    pub from: AccountRef,
    /// Who is to be paid.
    pub to: AccountRef,
    /// How much.
    pub money: Money,
    /// When it is given back if nobody posts it, in UTC.
    pub ends: String,
}

/// A page of reservations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PendingList {
    /// The reservations, the one that ends first first.
    pub items: Vec<PendingDocument>,
    /// Of the next page, for `after`; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<PaymentRef>,
}

async fn pending(call: Call) -> Result<Reply, Problem> {
    let PendingPage { after, limit } = call.query()?;
    let limit = page_size(limit)?;
    let (party, relations) = (call.who.party, call.relations);
    let all = relations.meets(Relations::STRANGER);
    let (mut items, records) = call
        .ask(move |engine| {
            let mut behind = after.is_none();
            let ending = engine.ending().take(LOOKED_AT_MAX).filter(|(_, view)| {
                let came_before = !behind;
                behind = behind || after.is_some_and(|at| at.0 == view.transfer.id);
                !came_before
                    && !view.transfer.flags.has(TransferFlags::HELD)
                    && (all || related_to(engine, party, &view.transfer).meets(relations))
            });
            let items = ending.take(limit + 1).map(|(ends, view)| PendingDocument {
                payment: PaymentRef(view.transfer.id),
                from: AccountRef(view.transfer.debit_account),
                to: AccountRef(view.transfer.credit_account),
                money: Money::of(view.transfer.ledger, view.transfer.amount),
                ends: ends.iso_at(0),
            });
            (items.collect::<Vec<_>>(), engine.records())
        })
        .await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|one| one.payment);
    Ok(Reply::json(StatusCode::OK, &PendingList { items, next })?
        .at_entry(call.bank.entries_of(records)?))
}

/// How many.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenUpPage {
    /// Payments at most; 50 unless given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<usize>,
}

/// A payment that an order did not bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GivenUpDocument {
    /// The order.
    pub order: OrderRef,
    /// Who was to pay.
    pub from: AccountRef,
    /// Who was to be paid.
    pub to: AccountRef,
    /// How much.
    pub money: Money,
    /// The day it was due.
    pub day: Date,
}

/// Payments that orders did not bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GivenUpList {
    /// By order.
    pub items: Vec<GivenUpDocument>,
    /// There are more than these.
    pub more: bool,
}

async fn given_up(call: Call) -> Result<Reply, Problem> {
    let GivenUpPage { limit } = call.query()?;
    let limit = page_size(limit)?;
    let (party, relations) = (call.who.party, call.relations);
    let all = relations.meets(Relations::STRANGER);
    let (mut items, records) = call
        .ask(move |engine| {
            let reached = |account| all || relation(engine, party, account).meets(relations);
            let today = engine.business_day().unwrap_or(Day::BOOKING);
            let found = engine.orders_given_up(today.plus(-GIVEN_UP_DAYS));
            let theirs = found.filter(|(order, _)| reached(order.debit_account));
            let items = theirs.take(limit + 1).map(|(order, day)| {
                let ledger = engine.account(order.debit_account).map(|view| view.account.ledger);
                GivenUpDocument {
                    order: OrderRef(order.id),
                    from: AccountRef(order.debit_account),
                    to: AccountRef(order.credit_account),
                    money: Money::of(ledger.unwrap_or_default(), order.amount),
                    day: Date(day),
                }
            });
            (items.collect::<Vec<_>>(), engine.records())
        })
        .await?;
    let more = items.len() > limit;
    items.truncate(limit);
    Ok(Reply::json(StatusCode::OK, &GivenUpList { items, more })?
        .at_entry(call.bank.entries_of(records)?))
}

/// The business day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DayDocument {
    /// The business day that the bank books on.
    pub business_day: Date,
    /// Today on the institution's calendar.
    pub today: Date,
    /// Payments that orders bring and that are not answered yet; they are paid by themselves.
    pub orders_due: usize,
    /// Cases that wait for a decision.
    pub cases_open: usize,
    /// Reservations that end by themselves, what risk control holds included.
    pub reservations: usize,
    /// Holds in force.
    pub holds: usize,
}

async fn day(call: Call) -> Result<Reply, Problem> {
    let now = crate::bank::now();
    let (document, records) = call
        .ask(move |engine| {
            let offset = engine.institution().map_or(0, |bank| bank.utc_offset_min);
            let today = now.day_at(offset);
            (engine.business_day().map(|day| document(engine, day, today)), engine.records())
        })
        .await?;
    let closed = || Problem::new(Kind::Conflict, "the institution is not open, so there is no day");
    Ok(Reply::json(StatusCode::OK, &document.ok_or_else(closed)?)?
        .at_entry(call.bank.entries_of(records)?))
}

fn document(engine: &Engine, day: Day, today: Day) -> DayDocument {
    DayDocument {
        business_day: Date(day),
        today: Date(today),
        orders_due: engine.orders_due().count(),
        cases_open: engine.cases().filter(|case| case.status.is_open()).count(),
        reservations: engine.ending_count(),
        holds: engine.holds().filter(|held| !held.released).count(),
    }
}

/// A day that is to be closed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayClose {
    /// The business day that ends; it must be the bank's own, so that a day is not closed twice by two who look at once.
    pub day: Date,
    /// The day that begins; the day after unless given.
    #[serde(default)]
    pub next: Option<Date>,
}

/// A day that was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DayClosed {
    /// The business day that ended.
    pub ended: Date,
    /// The one that began.
    pub began: Date,
    /// Where its record stands.
    pub journal: Place,
}

async fn close(call: Call) -> Result<Reply, Problem> {
    let DayClose { day, next } = call.json()?;
    let next = next.map_or_else(|| day.0.plus(1), |next| next.0);
    let answers = call.submit(vec![Command::CloseDay { day: day.0, next }], Vec::new()).await?;
    let journal = done(&answers)?;
    call.bank.say("day_closed", &format!("{} by {}", day.0, call.who.id));
    let closed = DayClosed { ended: day, began: Date(next), journal };
    Ok(Reply::json(StatusCode::OK, &closed)?.at_entry(journal.entry + 1))
}
