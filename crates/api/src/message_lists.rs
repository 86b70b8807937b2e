//! Lists of messages, and one of them payment by payment: what a person at a desk looks at. The answer that its sender gets is
//! in `message_operations.rs`.

use crate::accounts::page_size;
use crate::bank::{Bank, now};
use crate::call::{Call, Reply};
use crate::gate::Relations;
use crate::message_operations::{disk, not_made, not_taken};
use crate::messages::{Item, Line, Seen, Sent, Taken, Way, Why};
use crate::problem::{Kind, Problem};
use crate::table::{Operation, get, post};
use crate::wire::{AccountRef, PaymentRef};
use axum::http::StatusCode;
use iso20022::Status;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use terms::TimeNs;

const TAG: &str = "messages";
const XML: &str = "application/xml";

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get("/messages", "list_messages", TAG, "Messages that came and went, the newest first")
            .act("batch.read")
            .query::<MessagesPage>()
            .gives::<MessagesDocument>(200, "A page of them; of a customer's program its own.")
            .by(list),
        get(
            "/messages/{message}/payments",
            "list_message_payments",
            TAG,
            "What became of each payment of a message, as it stands now",
        )
        .act("batch.read")
        .query::<PaymentsPage>()
        .gives::<MessagePayments>(200, "The message, and a page of its payments.")
        .by(payments),
        get(
            "/messages/{message}/sent",
            "show_sent_message",
            TAG,
            "A message that went to another bank, written again from the journal",
        )
        .act("batch.read")
        .gives_other(200, XML, "A pacs.008 or pacs.004.")
        .by(sent),
        post(
            "/message-acknowledgements",
            "acknowledge_messages",
            TAG,
            "Says that somebody saw to messages of which something was not done",
        )
        .act("message.acknowledge")
        .takes::<Acknowledgement>()
        .gives_other(204, "", "They wait for nobody any more.")
        .may_end(Kind::NotFound)
        .by(acknowledge),
        get("/messages/samples/{kind}", "show_message_sample", TAG, "An example of a message")
            .act("journal.read")
            .gives_other(200, XML, "The message. Its names, numbers and banks are made up.")
            .by(sample),
    ]
}

/// Which part of the list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessagesPage {
    /// Only what came (`in`), went out (`out`) or could not be read (`unread`).
    #[serde(default)]
    pub way: Option<Way>,
    /// Only those of which something was not done.
    #[serde(default)]
    pub refused: Option<bool>,
    /// Only those that wait for somebody to see to them: something of them was not done, and nobody said that it is seen to.
    #[serde(default)]
    pub open: Option<bool>,
    /// Where the page before ended: its `next`.
    #[serde(default)]
    pub after: Option<String>,
    /// Messages at most; 50 unless given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<usize>,
}

/// A reason.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReasonDocument {
    /// Four letters of the external code set of ISO 20022.
    pub code: String,
    /// What the code set says that means.
    pub means: String,
    /// More about this one; empty if there is no more.
    pub text: String,
}

impl ReasonDocument {
    fn all(whys: &[Why]) -> Vec<ReasonDocument> {
        let one = |why: &Why| ReasonDocument {
            code: why.reason.code().to_owned(),
            means: why.reason.sentence().to_owned(),
            text: why.text.clone(),
        };
        whys.iter().map(one).collect()
    }
}

/// How many payments of a message stand how.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Counts {
    /// All of them.
    pub payments: usize,
    /// Posted.
    pub posted: usize,
    /// Reserved, or waiting for somebody.
    pub waiting: usize,
    /// Not done.
    pub rejected: usize,
}

/// A message in a list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MessageLine {
    /// What it is called by where somebody sees to it.
    pub key: String,
    /// `in`, `out` or `unread`.
    pub way: Way,
    /// When it was taken, sent or put aside, in UTC.
    pub time: String,
    /// Who sent it; of one that went out, the BIC of the bank it went to; empty if it could not be read.
    pub sender: String,
    /// Its `MsgId`; the name of its file if it could not be read.
    pub message: String,
    /// What it is, such as `pain.001.001.10`; empty if it could not be read.
    pub definition: String,
    /// Who handed it in; empty for the folder.
    pub by: String,
    /// The status of the whole, four letters of ISO 20022; absent of what goes out or could not be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<String>,
    /// How its payments stand.
    pub counts: Counts,
    /// Why nothing of it was done, if so.
    pub refused: Vec<ReasonDocument>,
    /// Who saw to what was not done; absent if nobody did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acknowledged: Option<AcknowledgedDocument>,
}

/// That somebody saw to a message.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AcknowledgedDocument {
    /// Who.
    pub by: String,
    /// When, in UTC.
    pub time: String,
    /// What was done about it.
    pub note: String,
}

impl AcknowledgedDocument {
    fn of(seen: Seen) -> AcknowledgedDocument {
        let time = TimeNs(seen.time_ns).iso_at(0);
        AcknowledgedDocument { by: seen.by, time, note: seen.note }
    }
}

impl MessageLine {
    fn of(line: Line) -> MessageLine {
        let Line { key, way, time, sender, message, definition, by, .. } = line;
        MessageLine {
            key,
            way,
            time: time.iso_at(0),
            sender,
            message,
            definition,
            by,
            status: line.status.map(|status| status.code().to_owned()),
            counts: Counts {
                payments: line.payments,
                posted: line.posted,
                waiting: line.waiting,
                rejected: line.rejected,
            },
            refused: ReasonDocument::all(&line.refused),
            acknowledged: line.seen.map(AcknowledgedDocument::of),
        }
    }
}

/// A page of messages.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MessagesDocument {
    /// The messages.
    pub items: Vec<MessageLine>,
    /// How many there are on all pages.
    pub total: usize,
    /// Of the next page, for `after`; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let MessagesPage { way, refused, open, after, limit } = call.query()?;
    let limit = page_size(limit)?;
    let me = call.who.id.to_string();
    let all = call.relations.meets(Relations::STRANGER);
    let wanted = move |line: &Line| {
        (all || line.way == Way::In && line.sender == me)
            && way.is_none_or(|way| way == line.way)
            && refused.is_none_or(|refused| refused == line.is_refused())
            && open.is_none_or(|open| open == line.waits_for_somebody())
    };
    let found = call.blocking(move |bank| page(bank, &wanted, after.as_deref(), limit));
    let (items, total, next) = found.await?;
    let items = items.into_iter().map(MessageLine::of).collect();
    let records = call.ask(engine::Engine::records).await?;
    Ok(Reply::json(StatusCode::OK, &MessagesDocument { items, total, next })?
        .at_entry(call.bank.entries_of(records)?))
}

/// A page of the lines that are wanted, as they stand now, how many there are, and where the next page begins.
fn page(
    bank: &Bank,
    wanted: &dyn Fn(&Line) -> bool,
    after: Option<&str>,
    limit: usize,
) -> Result<(Vec<Line>, usize, Option<String>), Problem> {
    let desk = bank.desk()?;
    let mut lines = desk.store.lines().map_err(|why| disk(&why))?;
    lines.retain(|line| wanted(line));
    let total = lines.len();
    let start = match after {
        None => 0,
        Some(after) => {
            let at = lines.iter().position(|line| line.key == after);
            at.map(|at| at + 1).ok_or_else(|| Problem::field("?after", "the `next` of a page"))?
        }
    };
    let more = total > start + limit;
    let mut page: Vec<Line> = lines.into_iter().skip(start).take(limit).collect();
    for line in page.iter_mut().filter(|line| line.waiting > 0) {
        // What waited when it was kept may have been decided since.
        if let Ok(Some(taken)) = desk.told(&line.sender, &line.message) {
            let seen = line.seen.take();
            *line = Line { seen, ..Line::of_taken(&line.key, &taken) };
        }
    }
    let next = page.last().filter(|_| more).map(|line| line.key.clone());
    Ok((page, total, next))
}

/// That somebody saw to messages.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// Which, by their `key` in the list.
    #[schemars(length(min = 1, max = 200))]
    pub keys: Vec<String>,
    /// What was done about it.
    #[schemars(length(min = 1, max = 500))]
    pub note: String,
}

const KEYS_MAX: usize = 200;
const NOTE_CHARS_MAX: usize = 500;

async fn acknowledge(call: Call) -> Result<Reply, Problem> {
    let Acknowledgement { keys, note } = call.json()?;
    if keys.is_empty() || keys.len() > KEYS_MAX {
        return Err(Problem::field("/keys", format!("1 to {KEYS_MAX}")));
    }
    let note = note.trim().to_owned();
    let letters = note.chars().count();
    if !(1..=NOTE_CHARS_MAX).contains(&letters) || note.chars().any(char::is_control) {
        return Err(Problem::field("/note", format!("1 to {NOTE_CHARS_MAX} letters in one line")));
    }
    let seen = Seen { by: call.who.id.to_string(), note, time_ns: now().0 };
    let kept = call.blocking(move |bank| {
        let store = &bank.desk()?.store;
        // All of them or, where one is not there, none.
        let lines = store.lines().map_err(|why| disk(&why))?;
        let named = keys.iter().map(|key| {
            let there = lines.iter().find(|line| line.key == *key && line.is_refused());
            there.ok_or_else(|| Problem::missing(format_args!("refused message {key:?}")))
        });
        for line in named.collect::<Result<Vec<_>, Problem>>()? {
            store.keep_seen(line, &seen).map_err(|why| disk(&why))?;
        }
        Ok(())
    });
    kept.await?;
    Ok(Reply::empty())
}

/// Which payments of which message.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentsPage {
    /// Who sent it: you, unless given. The bank's own people and programs may name others, such as `bank:WOHNDEFFXXX`.
    #[serde(default)]
    #[schemars(length(min = 1, max = 200))]
    pub sender: Option<String>,
    /// Only those that were not done.
    #[serde(default)]
    pub rejected: Option<bool>,
    /// Where the page before ended: its `next`.
    #[serde(default)]
    pub after: Option<usize>,
    /// Payments at most; 50 unless given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<usize>,
}

/// A payment of a message.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ItemDocument {
    /// Its place in the message, from 1.
    pub place: usize,
    /// Its block, `PmtInfId`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub block: Option<String>,
    /// Its `EndToEndId`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub end_to_end: Option<String>,
    /// Its `TxId`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub transaction: Option<String>,
    /// Four letters of ISO 20022.
    pub status: String,
    /// Why.
    pub reasons: Vec<ReasonDocument>,
    /// The payment of the ledger, if there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub payment: Option<PaymentRef>,
}

/// A block of a customer's file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BlockDocument {
    /// Its `PmtInfId`.
    pub id: String,
    /// Why none of its payments was done, if so.
    pub refused: Vec<ReasonDocument>,
}

/// A message, and a page of its payments.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MessagePayments {
    /// Its `MsgId`.
    pub message: String,
    /// Who sent it.
    pub sender: String,
    /// Who handed it in; empty for the folder.
    pub by: String,
    /// What it is.
    pub definition: String,
    /// When it was made, as it says itself.
    pub created: String,
    /// When it was handed in, in UTC; absent of one that came before this was kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub received: Option<String>,
    /// The sum it says, if it says one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sum: Option<String>,
    /// The status of the whole.
    pub status: String,
    /// How its payments stand.
    pub counts: Counts,
    /// Why nothing of it was done, if so.
    pub refused: Vec<ReasonDocument>,
    /// Who saw to what was not done; absent if nobody did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acknowledged: Option<AcknowledgedDocument>,
    /// Its blocks that were refused as a whole.
    pub blocks: Vec<BlockDocument>,
    /// The payments.
    pub items: Vec<ItemDocument>,
    /// Of the next page, for `after`; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<usize>,
}

impl ItemDocument {
    fn of(place: usize, item: &Item, taken: &Taken) -> ItemDocument {
        let text = |name: &Option<Box<str>>| name.as_deref().map(str::to_owned);
        let block = item.block.and_then(|at| taken.blocks.get(at as usize));
        ItemDocument {
            place,
            block: block.map(|block| block.id.clone()).filter(|id| !id.is_empty()),
            end_to_end: text(&item.end_to_end),
            transaction: text(&item.transaction),
            status: item.status.code().to_owned(),
            reasons: ReasonDocument::all(&item.why),
            payment: item.id.filter(|_| item.status != Status::RJCT).map(PaymentRef),
        }
    }
}

async fn payments(call: Call) -> Result<Reply, Problem> {
    let message = message_of(&call)?;
    let PaymentsPage { sender, rejected, after, limit } = call.query()?;
    let limit = page_size(limit)?;
    let missing = || Problem::missing(format_args!("message {message:?}"));
    let who = sender.unwrap_or_else(|| call.who.id.to_string());
    if who != *call.who.id && !call.relations.meets(Relations::STRANGER) {
        call.denied(None);
        return Err(missing());
    }
    let wanted = message.clone();
    let read = call.blocking(move |bank| {
        let desk = bank.desk()?;
        let lines = desk.store.lines().map_err(|why| disk(&why))?;
        let is_it =
            |line: &&Line| line.way == Way::In && line.sender == who && line.message == wanted;
        let seen = lines.iter().find(is_it).and_then(|line| line.seen.clone());
        Ok((desk.told(&who, &wanted), seen))
    });
    let (told, seen) = read.await?;
    let taken = told.map_err(|why| not_taken(&call, why))?.ok_or_else(missing)?;
    let mut document = document(&taken, rejected == Some(true), after.unwrap_or(0), limit);
    document.acknowledged = seen.map(AcknowledgedDocument::of);
    let records = call.ask(engine::Engine::records).await?;
    Ok(Reply::json(StatusCode::OK, &document)?.at_entry(call.bank.entries_of(records)?))
}

fn document(taken: &Taken, rejected: bool, after: usize, limit: usize) -> MessagePayments {
    let numbered = (1..).zip(&taken.items).skip(after);
    let wanted = numbered.filter(|(_, item)| !rejected || item.status == Status::RJCT);
    let mut items: Vec<ItemDocument> =
        wanted.take(limit + 1).map(|(place, item)| ItemDocument::of(place, item, taken)).collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let line = MessageLine::of(Line::of_taken("", taken));
    let refused = taken.blocks.iter().filter(|block| !block.refused.is_empty());
    MessagePayments {
        message: line.message,
        sender: line.sender,
        by: line.by,
        definition: line.definition,
        created: taken.created.clone(),
        received: (taken.received_ns > 0).then_some(line.time),
        sum: taken.sum.clone(),
        status: taken.group_status().code().to_owned(),
        counts: line.counts,
        refused: line.refused,
        acknowledged: line.acknowledged,
        blocks: refused
            .map(|block| BlockDocument {
                id: block.id.clone(),
                refused: ReasonDocument::all(&block.refused),
            })
            .collect(),
        next: items.last().filter(|_| more).map(|item| item.place),
        items,
    }
}

/// The `MsgId` that the path names.
fn message_of(call: &Call) -> Result<String, Problem> {
    call.path("message", |text| {
        let fits = (1..=35).contains(&text.chars().count());
        fits.then(|| text.to_owned()).ok_or("it has 1 to 35 letters")
    })
}

async fn sent(call: Call) -> Result<Reply, Problem> {
    let message = message_of(&call)?;
    let missing = || Problem::missing(format_args!("message {message:?} that was sent"));
    if !call.relations.meets(Relations::STRANGER) {
        call.denied(None);
        return Err(missing());
    }
    let wanted = message.clone();
    let found =
        call.blocking(move |bank| bank.desk()?.store.sent(&wanted).map_err(|why| disk(&why)));
    let sent: Sent = found.await?.ok_or_else(missing)?;
    call.read_personal(AccountRef(sent.account.0).to_string());
    let made = call
        .blocking(move |bank| bank.desk()?.write_again(bank, &sent, Vec::new()).map_err(not_made));
    Ok(Reply::bytes(StatusCode::OK, XML, made.await?))
}

async fn sample(call: Call) -> Result<Reply, Problem> {
    let kind = call.path("kind", |text| {
        // The first letters of an identifier say what a message is for, the rest which version.
        let found =
            iso20022::Version::ALL.iter().find(|version| version.id().get(..8) == Some(text));
        found.map(|version| version.kind()).ok_or("no message of that name is known here")
    })?;
    let bytes = iso20022::sample(kind).map_err(|why| {
        Problem::new(Kind::Failed, format!("the example cannot be written: {why}"))
    })?;
    Ok(Reply::bytes(StatusCode::OK, XML, bytes))
}
