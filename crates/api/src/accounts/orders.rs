//! Payments that an account ordered for later: once on a day, or every so many weeks or months. What they bring is a payment
//! like any other, judged when it is due.

use super::{TAG, done, named};
use crate::call::{Call, REPLAYED, Reply, tagged};
use crate::problem::{Kind, Problem};
use crate::table::{CREATED, Operation, get, post};
use crate::wire::{AccountRef, Date, Money, OrderRef};
use engine::OrderView;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use terms::{Account, Command, Currency, Day, OrderEnd, Refusal, Rhythm, StandingOrder, Transfer};

/// The operations.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        get(
            "/accounts/{account}/orders",
            "list_orders",
            TAG,
            "Payments that the account ordered for later and that are in force",
        )
        .act("standing.read")
        .gives::<OrdersDocument>(200, "The orders in force.")
        .by(orders),
        post(
            "/accounts/{account}/orders",
            "place_order",
            TAG,
            "Orders a payment for a later day, or one that repeats",
        )
        .act("standing.write")
        .by_amount()
        .money()
        .takes::<NewOrder>()
        .gives::<OrderDocument>(201, "It is ordered; nothing moves before the first day.")
        .by(place),
        get("/accounts/{account}/orders/{order}", "show_order", TAG, "An order as it stands now")
            .act("standing.read")
            .gives::<OrderDocument>(200, "The order.")
            .by(show),
        post(
            "/accounts/{account}/orders/{order}/end",
            "end_order",
            TAG,
            "Ends an order; what was due and is not paid yet is not paid either",
        )
        .act("standing.end")
        .gives_other(204, "", "It is ended.")
        .by(end),
    ]
}

/// How an order repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Repeats {
    /// It does not.
    Once,
    /// On the same day of the week.
    Weekly,
    /// On the same day of the month; where a month has no such day, on its last.
    Monthly,
}

/// A payment that is to happen later.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// The account that is paid.
    pub to: AccountRef,
    /// How much, each time.
    pub money: Money,
    /// The kind of its payments.
    #[schemars(range(min = 1, max = 65_535))]
    pub code: u16,
    /// The first day it is due: today or later, within ten years.
    pub first: Date,
    /// How it repeats.
    pub repeats: Repeats,
    /// Every so many weeks or months; 1 for what happens once.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 255))]
    pub every: u8,
    /// The last day; without end unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Date>,
}

fn one() -> u8 {
    1
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OrderDocument {
    /// Its id.
    pub id: OrderRef,
    /// `in_force`, `over` when nothing more will come of it, or `ended`.
    pub status: String,
    /// The account that pays.
    pub from: AccountRef,
    /// The account that is paid.
    pub to: AccountRef,
    /// How much, each time.
    pub money: Money,
    /// The kind of its payments.
    pub code: u16,
    /// The first day it is due.
    pub first: Date,
    /// How it repeats.
    pub repeats: Repeats,
    /// Every so many weeks or months.
    pub every: u8,
    /// The last day; without end if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Date>,
    /// The first day after the business day on which it will be due; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Date>,
}

/// Orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OrdersDocument {
    /// Those in force.
    pub items: Vec<OrderDocument>,
}

fn document(view: &OrderView<'_>, ledger: Currency) -> OrderDocument {
    let order = view.order;
    OrderDocument {
        id: OrderRef(order.id),
        status: match (view.ended, view.in_force) {
            (true, _) => "ended",
            (false, true) => "in_force",
            (false, false) => "over",
        }
        .to_owned(),
        from: AccountRef(order.debit_account),
        to: AccountRef(order.credit_account),
        money: Money::of(ledger, order.amount),
        code: order.code,
        first: Date(order.first),
        repeats: match order.rhythm {
            Rhythm::Once => Repeats::Once,
            Rhythm::Weekly => Repeats::Weekly,
            Rhythm::Monthly => Repeats::Monthly,
        },
        every: order.every,
        last: (order.last != Day::BOOKING).then_some(Date(order.last)),
        next: view.next.map(Date),
    }
}

async fn orders(call: Call) -> Result<Reply, Problem> {
    let (view, _, _) = named(&call).await?;
    let Account { id, ledger, .. } = view.account;
    let (items, records) = call
        .ask(move |engine| {
            let of = engine.orders_of(id).map(|view| document(&view, ledger));
            (of.collect(), engine.records())
        })
        .await?;
    tagged(&call, &OrdersDocument { items }, call.bank.entries_of(records)?)
}

/// The order that the path names, of the account that it names.
async fn of_path(call: &Call) -> Result<(OrderDocument, u64), Problem> {
    let OrderRef(order) = call.path("order", OrderRef::parse)?;
    let (view, _, _) = named(call).await?;
    let Account { id, ledger, .. } = view.account;
    let (found, records) = call
        .ask(move |engine| {
            let found = engine.order(order).filter(|view| view.order.debit_account == id);
            (found.map(|view| document(&view, ledger)), engine.records())
        })
        .await?;
    let found = found.ok_or_else(|| Problem::missing(format_args!("order {}", OrderRef(order))))?;
    Ok((found, records))
}

async fn show(call: Call) -> Result<Reply, Problem> {
    let (found, records) = of_path(&call).await?;
    tagged(&call, &found, call.bank.entries_of(records)?)
}

async fn place(call: Call) -> Result<Reply, Problem> {
    let asked: NewOrder = call.json()?;
    let (view, _, _) = named(&call).await?;
    let Account { id: account, ledger, .. } = view.account;
    if asked.money.currency.0 != ledger {
        return Err(Problem::field("/money/currency", format!("the account is in {ledger}")));
    }
    let order = StandingOrder {
        id: crate::payments::key_of(&call)?,
        debit_account: account,
        credit_account: asked.to.0,
        amount: asked.money.minor().map_err(|why| Problem::field("/money/amount", why))?,
        code: asked.code,
        first: asked.first.0,
        last: asked.last.map_or(Day::BOOKING, |date| date.0),
        rhythm: match asked.repeats {
            Repeats::Once => Rhythm::Once,
            Repeats::Weekly => Rhythm::Weekly,
            Repeats::Monthly => Rhythm::Monthly,
        },
        every: asked.every,
        by: call.who.id.to_string(),
    };
    let id = order.id;
    // It is signed like the first payment it brings.
    let first = Transfer {
        id,
        debit_account: account,
        credit_account: order.credit_account,
        amount: order.amount,
        ledger,
        code: order.code,
        ..Transfer::default()
    };
    let call = crate::people::allowed(call, &first).await?;
    let answers = call.submit(vec![Command::PlaceOrder(order)], vec![account]).await?;
    let outcome = answers.first().map(|answer| answer.event.outcome());
    if outcome == Some(Err(Refusal::ExistsWithDifferentContent)) {
        return Err(Problem::new(Kind::KeyReused, "something else was ordered under this key"));
    }
    let at = done(&answers)?;
    let found = call.ask(move |engine| engine.order(id).map(|view| document(&view, ledger)));
    let found = found.await?.ok_or_else(|| Problem::missing("the order"))?;
    let reply = Reply::json(CREATED, &found)?.at_entry(at.entry + 1);
    let replayed = outcome == Some(Err(Refusal::Exists));
    Ok(if replayed { reply.header(REPLAYED, "true") } else { reply })
}

async fn end(call: Call) -> Result<Reply, Problem> {
    let (found, _) = of_path(&call).await?;
    let end = OrderEnd { order: found.id.0, by: call.who.id.to_string() };
    let answers = call.submit(vec![Command::EndOrder(end)], vec![found.from.0]).await?;
    let place = done(&answers)?;
    Ok(Reply::empty().at_entry(place.entry + 1))
}
