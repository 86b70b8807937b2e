//! Payments: quoted, ordered, looked at, posted or voided, sent back. The key of an order becomes the payment's id, so
//! that the ledger itself knows for ever what was done under it; what was asked stands beside it as a digest.

mod order;
mod keyed;

pub use keyed::{Keyed, recorded, settle};
pub use order::{Mode, Payment, PaymentOrder, Quote, payment_of};

use crate::call::{Call, Reply, json, tagged};
use crate::gate::{Relations, relation};
use crate::payments::keyed::{answer_of, key_id};
use crate::problem::{Kind, Problem};
use crate::reasons::{Judged, reasons};
use crate::table::{Operation, get, post};
use crate::wire::{Date, Nothing, PaymentRef, Place};
use axum::http::StatusCode;
use engine::{Engine, TransferPhase, TransferView};
use schemars::JsonSchema;
use serde::Deserialize;
use terms::{
    Amount, Command, Day, Event, PartyId, Refusal, Transfer, TransferEvent, TransferFlags,
    TransferId,
};

const TAG: &str = "payments";

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        post(
            "/payments/quote",
            "quote_payment",
            TAG,
            "Says what would become of a payment, and pays nothing",
        )
        .act("payment.create")
        .by_amount()
        .query::<QuoteWish>()
        .takes::<PaymentOrder>()
        .gives::<Quote>(200, "What would become of it if it were ordered now.")
        .by(quote),
        post("/payments", "create_payment", TAG, "Pays, at once or reserved first")
            .act("payment.create")
            .by_amount()
            .money()
            .takes::<PaymentOrder>()
            .gives::<Payment>(201, "It is posted or reserved.")
            .gives::<Payment>(
                202,
                "The money is reserved, and somebody looks first; `case` says where.",
            )
            .by(create),
        get("/payments/{payment}", "show_payment", TAG, "A payment as it stands now")
            .act("payment.read")
            .query::<WithProof>()
            .gives::<Payment>(200, "The payment.")
            .by(show),
        post(
            "/payments/{payment}/post",
            "post_payment",
            TAG,
            "Posts what was reserved, whole or in part",
        )
        .act("pending.post")
        .money()
        .takes::<PostOrder>()
        .gives::<Payment>(201, "The posting, a payment of its own.")
        .by(post_pending),
        post("/payments/{payment}/void", "void_payment", TAG, "Gives back what was reserved")
            .act("pending.void")
            .money()
            .takes::<Nothing>()
            .gives::<Payment>(201, "The voiding, a payment of its own.")
            .by(void_pending),
        post(
            "/payments/{payment}/returns",
            "return_payment",
            TAG,
            "Sends a posted payment back by a new one",
        )
        .act("payment.return")
        .by_amount()
        .money()
        .takes::<ReturnOrder>()
        .gives::<Payment>(201, "The return, a payment of its own.")
        .by(send_back),
    ]
}

/// Whether a proof is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithProof {
    /// `1`: with its receipt, which anybody can check offline against the bank's public key.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1))]
    pub proof: u8,
}

/// How much of a reservation is posted.
#[derive(Debug, Deserialize, serde::Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostOrder {
    /// In the currency of the reservation; all of it unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^(0|[1-9][0-9]{0,29})(\.[0-9]{1,4})?$"))]
    pub amount: Option<String>,
}

/// A payment that is sent back.
#[derive(Debug, Deserialize, serde::Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnOrder {
    /// From when it counts for interest; the business day unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_date: Option<Date>,
}

/// What is wanted beside a quote.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct QuoteWish {
    /// Of a payment of which its payer would be warned: that they are warned now stands in the journal, so that the same payment,
    /// confirmed within the hour, is done. Ask for it where the warning is shown.
    #[serde(default)]
    warn: bool,
}

async fn quote(call: Call) -> Result<Reply, Problem> {
    let order: PaymentOrder = call.json()?;
    let wish: QuoteWish = call.query()?;
    let transfer = order.transfer(TransferId(crate::wire::new_id()?), &[0; 32])?;
    // Whether it must be signed is no part of what would become of it.
    let (party, now) = (call.who.party, crate::bank::now());
    let (related, event, told, records) = call
        .ask(move |engine| {
            let related = relation(engine, party, transfer.debit_account);
            let event = engine.decide(engine.next_time(now), &Command::Transfer(transfer));
            let told = verdict_of(&event).map(|v| Judged::of(&v, &reasons(engine, &v)));
            (related, event, told, engine.records())
        })
        .await?;
    if !call.allows(related) {
        return Err(call.denied(Some(transfer.debit_account)));
    }
    if wish.warn && must_be_warned(&event) {
        let transfer = order.transfer(TransferId(crate::wire::new_id()?), &[0; 32])?;
        warn(&call, transfer).await?;
    }
    let quote = Quote::of(&event, told);
    Ok(Reply::json(StatusCode::OK, &quote)?.at_entry(call.bank.entries_of(records)?))
}

fn must_be_warned(event: &Event) -> bool {
    event.outcome() == Err(Refusal::PayerMustConfirm)
}

/// Writes down that a payer is warned, as the refusal of a payment that they did not confirm. Nothing is written if they were
/// warned of the same already. Whether it would be refused so is looked at in the turn that decides it; and since the clock may go
/// on between the two, it asks to reserve the money for a second and no more, so that it can never pay.
async fn warn(call: &Call, mut transfer: Transfer) -> Result<(), Problem> {
    transfer.flags = transfer.flags.without(TransferFlags::CONFIRMED) | TransferFlags::PENDING;
    transfer.timeout_s = 1;
    let unread = transfer;
    let bar = move |engine: &Engine| {
        let decided = |flags| {
            let asked = Transfer { flags, ..unread };
            engine.decide(engine.next_time(crate::bank::now()), &Command::Transfer(asked))
        };
        must_be_warned(&decided(unread.flags))
            && must_be_warned(&decided(unread.flags | TransferFlags::CONFIRMED))
    };
    call.submit_behind(vec![Command::Transfer(transfer)], Some(Box::new(bar))).await?;
    Ok(())
}

fn verdict_of(event: &Event) -> Option<terms::Verdict> {
    match event {
        Event::Transfer(TransferEvent { verdict, .. }) => *verdict,
        Event::Act(_) => None,
    }
}

async fn create(call: Call) -> Result<Reply, Problem> {
    let order: PaymentOrder = call.json()?;
    let digest = order.digest();
    let id = key_id(&call.who.id, call.key()?);
    let transfer = order.transfer(id, &digest)?;
    let call = crate::people::allowed(call, &transfer).await?;
    let mut request = vec![Command::Transfer(transfer)];
    if let Some(text) = &order.text {
        request.push(sealed(&call, &order, id, text).await?);
    }
    let keyed = Keyed { id, digest, accounts: vec![transfer.debit_account] };
    let settled = settle(&call, keyed, request).await?;
    answer_of(&call, settled).await
}

/// The text of an order, sealed under the key of whom it is for.
async fn sealed(
    call: &Call,
    order: &PaymentOrder,
    subject: TransferId,
    text: &str,
) -> Result<Command, Problem> {
    let own = order.text_of.map(|party| party.0).or(call.who.party);
    let party = own.ok_or_else(|| {
        Problem::field("/text_of", "say whose text it is: it is sealed under that party's key")
    })?;
    if call.who.party.is_some_and(|own| own != party) {
        return Err(Problem::field("/text_of", "a text of yours is sealed under your own key"));
    }
    must_be_known(call, party).await?;
    let text = text.to_owned();
    let sealed = call.blocking(move |bank| bank.seal(party, text.as_bytes())).await?;
    Ok(Command::Attach(terms::Attachment { subject, party, text: sealed }))
}

async fn must_be_known(call: &Call, party: PartyId) -> Result<(), Problem> {
    let known = call.ask(move |engine| engine.party(party).map(|(_, erased)| erased)).await?;
    match known {
        Some(false) => Ok(()),
        Some(true) => Err(Problem::field("/text_of", "that party was erased")),
        None => Err(Problem::field("/text_of", "there is no such party")),
    }
}

async fn show(call: Call) -> Result<Reply, Problem> {
    let PaymentRef(id) = call.path("payment", PaymentRef::parse)?;
    let WithProof { proof } = call.query()?;
    let party = call.who.party;
    let seen = call
        .ask(move |engine| {
            let view = engine.transfer(id)?;
            let related = related_to(engine, party, &view.transfer);
            let case = engine.case(id).is_some();
            Some((view, related, case, engine.records()))
        })
        .await?;
    let missing = || Problem::missing(format_args!("payment {}", PaymentRef(id)));
    let (view, related, case, records) = seen.ok_or_else(missing)?;
    if !call.allows(related) {
        call.denied(None);
        return Err(missing());
    }
    call.looked(related, || PaymentRef(id).to_string());
    let (entry, row) =
        call.bank.reader.locate(view.record).map_err(|why| crate::bank::unreadable(&why))?;
    let place = Place { record: view.record, entry, row };
    let mut payment = Payment::of_view(&view, case, place);
    if proof == 1 {
        payment.proof = Some(receipt(&call, place).await?);
    }
    tagged(&call, &payment, call.bank.entries_of(records)?)
}

/// The receipt of a record: offline proof, as text.
pub async fn receipt(call: &Call, place: Place) -> Result<String, Problem> {
    call.blocking(move |bank| {
        let failed = |why: &dyn std::fmt::Display| {
            Problem::new(Kind::Failed, format!("no receipt can be made: {why}"))
        };
        let receipt = bank.reader.receipt(place.entry, place.row).map_err(|why| failed(&why))?;
        receipt.to_text().map_err(|why| failed(&why))
    })
    .await
}

/// What a party is to a payment: the nearer of its two sides.
pub fn related_to(engine: &Engine, party: Option<PartyId>, transfer: &Transfer) -> Relations {
    let sides = [transfer.debit_account, transfer.credit_account];
    let held = sides.map(|account| relation(engine, party, account));
    let own = held.into_iter().filter(|relation| *relation != Relations::STRANGER);
    let own = own.fold(Relations::NONE, |all, relation| all | relation);
    if own == Relations::NONE { Relations::STRANGER } else { own }
}

/// A reservation that the path names, as it was accepted.
async fn named(call: &Call) -> Result<TransferView, Problem> {
    let PaymentRef(id) = call.path("payment", PaymentRef::parse)?;
    let party = call.who.party;
    let seen = call
        .ask(move |engine| {
            engine.transfer(id).map(|view| (view, related_to(engine, party, &view.transfer)))
        })
        .await?;
    let missing = || Problem::missing(format_args!("payment {}", PaymentRef(id)));
    let (view, related) = seen.ok_or_else(missing)?;
    if call.allows(related) { Ok(view) } else { Err(missing()) }
}

async fn post_pending(call: Call) -> Result<Reply, Problem> {
    let order: PostOrder = call.json()?;
    let amount = order.amount.clone();
    resolve(call, &order, TransferFlags::POST_PENDING, move |ledger| match amount {
        None => Ok(Amount::MAX),
        Some(text) => {
            crate::wire::Money { amount: text, currency: crate::wire::CurrencyCode(ledger) }
                .minor()
                .map_err(|why| Problem::field("/amount", why))
        }
    })
    .await
}

async fn void_pending(call: Call) -> Result<Reply, Problem> {
    let order: Nothing = json(&call.body)?;
    resolve(call, &order, TransferFlags::VOID_PENDING, |_| Ok(Amount::ZERO)).await
}

async fn resolve(
    call: Call,
    order: &impl serde::Serialize,
    flag: TransferFlags,
    amount: impl FnOnce(terms::Currency) -> Result<Amount, Problem>,
) -> Result<Reply, Problem> {
    let pending = named(&call).await?.transfer;
    let digest = order::digest_of(&(pending.id.0.to_string(), flag.0, order));
    let id = key_id(&call.who.id, call.key()?);
    let transfer = Transfer {
        id,
        pending_id: pending.id,
        amount: amount(pending.ledger)?,
        user_data_128: order::half(&digest),
        flags: flag,
        ..Transfer::default()
    };
    // Giving back is for whoever may be paid too; posting is for whoever pays.
    let accounts =
        if flag == TransferFlags::POST_PENDING { vec![pending.debit_account] } else { Vec::new() };
    let settled =
        settle(&call, Keyed { id, digest, accounts }, vec![Command::Transfer(transfer)]).await?;
    answer_of(&call, settled).await
}

async fn send_back(call: Call) -> Result<Reply, Problem> {
    let order: ReturnOrder = call.json()?;
    let of = named(&call).await?.transfer;
    let digest = order::digest_of(&(of.id.0.to_string(), "return", &order));
    let id = key_id(&call.who.id, call.key()?);
    let value_date = order.value_date.map_or(Day::BOOKING, |date| date.0);
    // What is sent back goes the other way, and is signed like what went.
    let back =
        Transfer { id, debit_account: of.credit_account, credit_account: of.debit_account, ..of };
    let call = crate::people::allowed(call, &back).await?;
    let command = Command::Reverse { id, of: of.id, value_date };
    // What is sent back leaves the account that was paid.
    let keyed = Keyed { id, digest, accounts: vec![of.credit_account] };
    let settled = settle(&call, keyed, vec![command]).await?;
    answer_of(&call, settled).await
}

/// The id that the key of a call stands for.
///
/// # Errors
/// There is no key.
pub fn key_of(call: &Call) -> Result<TransferId, Problem> {
    Ok(key_id(&call.who.id, call.key()?))
}

/// The half of an order's digest that the ledger keeps beside what was done.
pub fn half_of(order: &impl serde::Serialize) -> u128 {
    order::half(&order::digest_of(order))
}

/// One word for where a payment stands.
pub fn status_of(view: &TransferView) -> &'static str {
    let flags = view.transfer.flags;
    match view.phase {
        _ if view.reversed => "returned",
        TransferPhase::Pending if flags.has(TransferFlags::HELD) => "held",
        TransferPhase::Pending => "reserved",
        TransferPhase::Voided => "voided",
        TransferPhase::Expired => "expired",
        TransferPhase::Final if flags.has(TransferFlags::VOID_PENDING) => "voiding",
        TransferPhase::Final | TransferPhase::Posted => "posted",
    }
}
