//! Many payments in one upload: lines of JSON or rows of CSV in, a line with the result of each out, in the same order,
//! while the upload is still being worked on. Each payment stands alone and has an id of its own made of the key and its
//! item, so that an upload that broke off is simply sent again.

mod items;

use crate::bank::Bank;
use crate::batches::items::{Item, Items, count};
use crate::call::{Call, Reply};
use crate::gate::{Relations, relation};
use crate::pipeline::{CHUNK, IN_LINE, ITEMS_MAX, Pipeline};
use crate::problem::{Kind, Problem};
use crate::table::{Operation, post};
use crate::total::Total;
use crate::wire::{Money, PaymentRef, hashed_id};
use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use futures::stream;
use items::{BatchItem, Format};
use node::Answer;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::convert::Infallible;
use std::time::{Duration, Instant};
use terms::{AccountId, Command, Event, Refusal, TransferFlags, TransferId};
use tokio::sync::mpsc;

const TAG: &str = "payments";
/// How long an upload may take in all.
const PATIENCE: Duration = Duration::from_secs(300);

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        post("/payments/batch", "create_payments", TAG, "Pays up to 100,000 times in one upload, each payment for itself, with a result for each")
            .act("batch.create")
            .by_amount()
            .money()
            .takes_lines::<BatchItem>()
            .gives_other(200, "application/x-ndjson", "One ItemResult a line, in the order of the upload; the last line is the summary.")
            .by(create),
    ]
}

/// What became of one payment.
#[derive(Debug, Serialize)]
struct ItemResult<'a> {
    item: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<PaymentRef>,
    /// `posted`, `reserved`, `held`, `refused`, `invalid`, `unknown`.
    status: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
}

/// What became of all.
#[derive(Debug, Default, Serialize)]
struct Summary {
    items: usize,
    posted: usize,
    reserved: usize,
    held: usize,
    refused: usize,
    invalid: usize,
    unknown: usize,
    replayed: usize,
}

impl Summary {
    fn count(&mut self, status: &str, replayed: bool) {
        self.items += 1;
        self.replayed += usize::from(replayed);
        let counter = match status {
            "posted" => &mut self.posted,
            "reserved" => &mut self.reserved,
            "held" => &mut self.held,
            "refused" => &mut self.refused,
            "invalid" => &mut self.invalid,
            _ => &mut self.unknown,
        };
        *counter += 1;
    }
}

async fn create(call: Call) -> Result<Reply, Problem> {
    let key = call.key()?.to_owned();
    let format = match call.headers.get(CONTENT_TYPE).map(axum::http::HeaderValue::as_bytes) {
        Some(kind) if kind.starts_with(b"text/csv") => Format::Csv,
        _ => Format::Lines,
    };
    let items = count(&call.body, format);
    if items > ITEMS_MAX {
        let detail =
            format!("{items} payments, and an upload has at most {ITEMS_MAX}; send several");
        return Err(Problem::new(Kind::TooLarge, detail));
    }
    let mut reader = Items::new(call.body.clone(), format)?;
    let mut call = allowed(call, format).await?;
    let place = call.place.take();
    let (send, receive) = mpsc::channel::<Bytes>(IN_LINE);
    tokio::spawn(async move {
        // Its place is kept until all of it is done.
        let _place = place;
        let mut upload = Upload::new(call, &key, send);
        loop {
            let chunk = tokio::task::spawn_blocking(move || {
                let chunk = reader.next_chunk(CHUNK);
                (chunk, reader)
            });
            let Ok((chunk, back)) = chunk.await else { return };
            reader = back;
            if chunk.is_empty() {
                break;
            }
            if upload.take(chunk).await.is_err() {
                return;
            }
        }
        upload.end().await;
    });
    let body = stream::unfold(receive, |mut receive| async move {
        let bytes = receive.recv().await?;
        Some((Ok::<Bytes, Infallible>(bytes), receive))
    });
    Ok(Reply::stream(StatusCode::OK, "application/x-ndjson", Body::from_stream(body)))
}

/// Sees to it that who asks may pay so much.
async fn allowed(mut call: Call, format: Format) -> Result<Call, Problem> {
    if crate::people::allowed_any(&mut call) {
        return Ok(call);
    }
    let body = call.body.clone();
    let total = call.blocking(move |_| total(body, format)).await?;
    crate::people::allowed_upload(call, total).await
}

/// What an upload comes to. Items that are not as they should be are never paid, and do not count.
fn total(body: Bytes, format: Format) -> Result<Total, Problem> {
    let mut total = Total::of(&body);
    let mut items = Items::new(body, format)?;
    loop {
        let chunk = items.next_chunk(CHUNK);
        if chunk.is_empty() {
            return Ok(total);
        }
        for order in chunk.into_iter().filter_map(|item| item.order.ok()) {
            let money = Money { amount: order.amount, currency: order.currency };
            if let Ok(amount) = money.minor() {
                total.add(money.currency.0, amount);
            }
        }
    }
}

/// Whoever sent it has gone; what was taken is decided all the same, and can be sent again.
struct Gone;

/// What a request to the writer is of.
struct Chunk {
    items: Vec<Item>,
    /// Of each item, the place of its command; none if it was not sent.
    places: Vec<Option<usize>>,
}

struct Upload {
    call: Call,
    prefix: Sha256,
    send: mpsc::Sender<Bytes>,
    pipeline: Pipeline<Chunk>,
    may: HashMap<AccountId, bool>,
    summary: Summary,
}

impl Upload {
    fn new(mut call: Call, key: &str, send: mpsc::Sender<Bytes>) -> Upload {
        // An upload may take longer than a request, and so may what it asks.
        call.deadline = Instant::now() + PATIENCE;
        let mut prefix = Sha256::new();
        prefix.update(b"tongjian batch v1\n");
        prefix.update(call.who.id.as_bytes());
        prefix.update(b"\n");
        prefix.update(key.as_bytes());
        prefix.update(b"\n");
        let pipeline = Pipeline::new(call.bank.handle.clone(), call.deadline);
        Upload { call, prefix, send, pipeline, may: HashMap::new(), summary: Summary::default() }
    }

    /// The id of an item under the upload's key.
    fn id(&self, item: &str) -> TransferId {
        let mut hash = self.prefix.clone();
        hash.update(item.as_bytes());
        TransferId(hashed_id(&hash.finalize().into()))
    }

    async fn take(&mut self, mut items: Vec<Item>) -> Result<(), Gone> {
        self.learn(&items).await;
        let mut request = Vec::with_capacity(items.len());
        let mut places = Vec::with_capacity(items.len());
        for item in &mut items {
            let place = self.command(item).map(|command| {
                request.push(command);
                request.len() - 1
            });
            places.push(place);
        }
        match self.pipeline.put(Chunk { items, places }, request).await {
            Some((first, answers)) => self.tell(first, &answers).await,
            None => Ok(()),
        }
    }

    /// The command of an item, unless something is wrong with it; then the item says so.
    fn command(&self, item: &mut Item) -> Option<Command> {
        let order = item.order.as_ref().ok()?;
        let id = self.id(&item.name);
        let made =
            order.transfer(id, &order.digest()).map_err(|problem| problem.detail().to_owned());
        let made = made.and_then(|transfer| {
            let may = self.may.get(&transfer.debit_account).copied().unwrap_or(true);
            if may {
                Ok(transfer)
            } else {
                Err("/from: the account is not yours to pay from".to_owned())
            }
        });
        match made {
            Ok(transfer) => Some(Command::Transfer(transfer)),
            Err(why) => {
                item.order = Err(why);
                None
            }
        }
    }

    /// Asks which of the accounts that pay the caller may pay from.
    async fn learn(&mut self, items: &[Item]) {
        if self.call.relations.meets(Relations::STRANGER) {
            return;
        }
        let named =
            items.iter().filter_map(|item| item.order.as_ref().ok().map(|order| order.from.0));
        let mut new: Vec<AccountId> =
            named.filter(|account| !self.may.contains_key(account)).collect();
        new.sort_unstable();
        new.dedup();
        if new.is_empty() {
            return;
        }
        let (party, allowed) = (self.call.who.party, self.call.relations);
        let asked = new.clone();
        let may = self.call.ask(move |engine| {
            asked
                .iter()
                .map(|account| relation(engine, party, *account).meets(allowed))
                .collect::<Vec<_>>()
        });
        // Who cannot be asked is nobody's: it is not paid from.
        let may = may.await.unwrap_or_else(|_| vec![false; new.len()]);
        for (account, may) in new.into_iter().zip(may) {
            if !may {
                self.call.denied(Some(account));
            }
            self.may.insert(account, may);
        }
    }

    /// Tells the results of what has been in line for longest.
    async fn tell(&mut self, first: Chunk, answers: &[Answer]) -> Result<(), Gone> {
        let mut out = Vec::with_capacity(first.items.len() * 128);
        for (item, place) in first.items.iter().zip(&first.places) {
            let result = match (&item.order, place) {
                (Err(why), _) => invalid(&item.name, why),
                (Ok(_), Some(place)) => {
                    result_of(&self.call.bank, &item.name, self.id(&item.name), answers.get(*place))
                }
                (Ok(_), None) => invalid(&item.name, "it was not sent"),
            };
            self.summary.count(result.status, result.replayed);
            // Writing JSON into memory cannot fail.
            let _ = serde_json::to_writer(&mut out, &result);
            out.push(b'\n');
        }
        self.call.bank.metrics.batch_payments.inc_by(first.items.len() as u64);
        self.send.send(out.into()).await.map_err(|_| Gone)
    }

    async fn end(mut self) {
        while let Some((first, answers)) = self.pipeline.next().await {
            if self.tell(first, &answers).await.is_err() {
                return;
            }
        }
        let summary = serde_json::json!({ "summary": self.summary });
        let _ = self.send.send(format!("{summary}\n").into()).await;
    }
}

fn invalid<'a>(item: &'a str, why: &str) -> ItemResult<'a> {
    ItemResult {
        item,
        id: None,
        status: "invalid",
        replayed: false,
        code: Some(Kind::Invalid.code()),
        detail: Some(why.to_owned()),
        record: None,
    }
}

fn result_of<'a>(
    bank: &Bank,
    item: &'a str,
    id: TransferId,
    answer: Option<&Answer>,
) -> ItemResult<'a> {
    let mut result = ItemResult {
        item,
        id: Some(PaymentRef(id)),
        status: "unknown",
        replayed: false,
        code: None,
        detail: None,
        record: None,
    };
    let Some(Answer { event: Event::Transfer(event), record, .. }) = answer else {
        result.detail =
            Some("there is no answer yet; send the same upload with the same key again".to_owned());
        return result;
    };
    let flags = event.transfer.flags;
    let done = if flags.has(TransferFlags::HELD) {
        "held"
    } else if flags.has(TransferFlags::PENDING) {
        "reserved"
    } else {
        "posted"
    };
    match event.outcome {
        Ok(()) => (result.status, result.record) = (done, Some(*record)),
        Err(Refusal::Exists) => (result.status, result.replayed) = (done, true),
        Err(refusal) => {
            if refusal.is_transient() {
                bank.keys.note_refused(id, *record);
            }
            result.status = "refused";
            result.replayed = refusal == Refusal::IdAlreadyFailed;
            result.code = Some(refusal.word());
            result.detail = Some(refusal.sentence().to_owned());
            result.record = Some(*record);
        }
    }
    result
}

/// The account an item names, for tests of the reader.
#[cfg(test)]
fn from_of(item: &Item) -> Option<crate::wire::AccountRef> {
    item.order.as_ref().ok().map(|order| order.from)
}
