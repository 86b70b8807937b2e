//! Complaints: a customer says what is wrong and is told by when there is an answer; the bank answers, or says once that it takes
//! longer; a customer who is not satisfied is answered once more, by somebody else. What is written lies sealed under the
//! customer's key in the journal. By when an answer comes is the bank's own promise, in its configuration.

use crate::call::{Call, REPLAYED, Reply, tagged};
use crate::gate::{Relations, relation};
use crate::messages::Keeps;
use crate::payments::recorded;
use crate::problem::{Kind, Problem};
use crate::table::{CREATED, Operation, get, post};
use crate::wire::{AccountRef, ComplaintRef, Nothing, PartyRef, PaymentRef, Place};
use axum::http::StatusCode;
use engine::ComplaintRow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use terms::{
    AccountId, Command, Complaint, ComplaintAct, ComplaintStep, Event, PartyId, Refusal, Sealed,
    TransferId,
};

const TAG: &str = "complaints";
/// Bytes of what is said; sealed it fits a record.
const TEXT_BYTES_MAX: usize = 3_000;
/// Complaints that a list has at most.
const LIST_MAX: usize = 200;

/// The operations.
pub fn operations() -> Vec<Operation> {
    [
        get(
            "/complaints",
            "list_complaints",
            TAG,
            "One's own complaints; for the bank's people those that wait, what is due first first",
        )
        .act("complaint.read")
        .query::<Inbox>()
        .gives::<ComplaintsDocument>(200, "At most 200.")
        .by(list),
        post(
            "/complaints",
            "file_complaint",
            TAG,
            "Complains, about a payment, an account or in general",
        )
        .act("complaint.write")
        .money()
        .takes::<NewComplaint>()
        .gives::<ComplaintDocument>(201, "It is filed, and says by when it is answered.")
        .by(file),
        get(
            "/complaints/{complaint}",
            "show_complaint",
            TAG,
            "A complaint, what was said and what was done",
        )
        .act("complaint.read")
        .gives::<WholeComplaint>(200, "The complaint.")
        .by(show),
    ]
    .into_iter()
    .chain(steps())
    .collect()
}

/// What is done with a complaint.
fn steps() -> Vec<Operation> {
    vec![
        post(
            "/complaints/{complaint}/answer",
            "answer_complaint",
            TAG,
            "Answers; the second answer is somebody else's",
        )
        .act("complaint.answer")
        .takes::<Words>()
        .gives::<ComplaintDocument>(200, "The complaint after it.")
        .by(answer),
        post(
            "/complaints/{complaint}/extend",
            "extend_complaint",
            TAG,
            "Says, once, that an answer takes longer and why",
        )
        .act("complaint.answer")
        .takes::<Extension>()
        .gives::<ComplaintDocument>(200, "The complaint after it.")
        .by(extend),
        post(
            "/complaints/{complaint}/raise",
            "raise_complaint",
            TAG,
            "Finds the first answer wanting: somebody else answers",
        )
        .act("complaint.write")
        .takes::<Words>()
        .gives::<ComplaintDocument>(200, "The complaint after it.")
        .by(raise),
        post(
            "/complaints/{complaint}/withdraw",
            "withdraw_complaint",
            TAG,
            "Takes a complaint back",
        )
        .act("complaint.write")
        .takes::<Nothing>()
        .gives::<ComplaintDocument>(200, "The complaint after it.")
        .by(withdraw),
    ]
}

/// Which complaints the bank's people see.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inbox {
    /// Also those that wait for no answer.
    #[serde(default)]
    pub all: bool,
}

/// A complaint that is to be filed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComplaint {
    /// What is wrong.
    #[schemars(length(min = 1, max = 3_000))]
    pub text: String,
    /// The account it is about.
    #[serde(default)]
    pub account: Option<AccountRef>,
    /// The payment it is about.
    #[serde(default)]
    pub payment: Option<PaymentRef>,
}

/// What is said.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The customer reads it.
    #[schemars(length(min = 1, max = 3_000))]
    pub text: String,
}

/// That it takes longer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// Why; the customer reads it.
    #[schemars(length(min = 1, max = 3_000))]
    pub text: String,
    /// How many days more than promised.
    #[schemars(range(min = 1, max = 90))]
    pub days: u8,
}

/// A complaint as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ComplaintDocument {
    /// Its id.
    pub id: ComplaintRef,
    /// Its number, to say on the telephone: that of its record.
    pub number: u64,
    /// Whose it is.
    pub party: PartyRef,
    /// The account it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountRef>,
    /// The payment it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentRef>,
    /// `open`, `answered` once, `raised` to somebody else, `closed` by their answer, or `withdrawn`.
    pub status: String,
    /// Whether it waits for an answer of the bank.
    pub waits: bool,
    /// When it was filed, in UTC.
    pub filed: String,
    /// By when it is answered, or was to be, in UTC.
    pub due: String,
    /// Whether the customer was told that it takes longer.
    pub extended: bool,
    /// Who answered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
}

impl ComplaintDocument {
    fn of(id: TransferId, row: &ComplaintRow) -> ComplaintDocument {
        ComplaintDocument {
            id: ComplaintRef(id),
            number: row.steps.first().copied().unwrap_or(0),
            party: PartyRef(row.party),
            account: (row.account.0 != 0).then_some(AccountRef(row.account)),
            payment: (row.subject.0 != 0).then_some(PaymentRef(row.subject)),
            status: row.status.word().to_owned(),
            waits: row.status.waits(),
            filed: row.filed.iso_at(0),
            due: row.due.iso_at(0),
            extended: row.extended,
            answered_by: (!row.answered_by.is_empty()).then(|| row.answered_by.clone()),
        }
    }
}

/// Complaints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ComplaintsDocument {
    /// One's own: the latest first. Those that wait: what is due first first.
    pub items: Vec<ComplaintDocument>,
}

/// A complaint with what was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WholeComplaint {
    /// How it stands.
    pub complaint: ComplaintDocument,
    /// What was said and done, the first first.
    pub steps: Vec<ComplaintStepDocument>,
}

/// Something that was said of a complaint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ComplaintStepDocument {
    /// When, in UTC.
    pub time: String,
    /// Who: `user:anna`.
    pub by: String,
    /// `file`, `answer`, `extend`, `raise` or `withdraw`.
    pub step: String,
    /// What is said; absent where it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// In how many days an answer was promised then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u8>,
    /// Where its record stands.
    pub journal: Place,
}

fn step_of(event: &Event, journal: Place, keeps: &dyn Keeps) -> Option<ComplaintStepDocument> {
    let Event::Act(act) = event else { return None };
    let (party, by, step, sealed, days): (PartyId, &str, &str, &Sealed, u8) = match &act.command {
        Command::FileComplaint(said) => (said.party, &said.by, "file", &said.text, said.days),
        Command::WorkComplaint(said) => {
            (said.party, &said.by, said.step.word(), &said.text, said.days)
        }
        _ => return None,
    };
    let text = keeps.open(party, sealed).and_then(|bytes| String::from_utf8(bytes).ok());
    Some(ComplaintStepDocument {
        time: act.time.iso_at(0),
        by: by.to_owned(),
        step: step.to_owned(),
        text: text.filter(|text| !text.is_empty()),
        days: (days != 0).then_some(days),
        journal,
    })
}

/// What somebody said, if it can be kept.
fn said(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let shown = |c: char| c == '\n' || !c.is_control();
    if text.is_empty() || text.len() > TEXT_BYTES_MAX || !text.chars().all(shown) {
        return Err(Problem::field("/text", format!("1 to {TEXT_BYTES_MAX} bytes of text")));
    }
    Ok(text.to_owned())
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let Inbox { all } = call.query()?;
    let own = if call.relations.meets(Relations::STRANGER) { None } else { call.who.party };
    if own.is_none() && !call.relations.meets(Relations::STRANGER) {
        return Err(call.denied(None));
    }
    let (items, records) = call
        .ask(move |engine| {
            let one = |(id, row)| ComplaintDocument::of(id, row);
            let mut items: Vec<ComplaintDocument> = match own {
                Some(party) => engine.complaints_of(party).map(one).collect(),
                None if all => engine.complaints().map(one).collect(),
                None => engine.complaints_waiting().take(LIST_MAX).map(one).collect(),
            };
            if own.is_some() || all {
                items.sort_by_key(|item| std::cmp::Reverse(item.number));
                items.truncate(LIST_MAX);
            }
            (items, engine.records())
        })
        .await?;
    tagged(&call, &ComplaintsDocument { items }, call.bank.entries_of(records)?)
}

async fn file(call: Call) -> Result<Reply, Problem> {
    let order: NewComplaint = call.json()?;
    let text = said(&order.text)?;
    let nobody = || Problem::new(Kind::Forbidden, "only a customer complains");
    let party = call.who.party.ok_or_else(nobody)?;
    let id = crate::payments::key_of(&call)?;
    let account = order.account.map_or(AccountId(0), |account| account.0);
    let subject = order.payment.map_or(TransferId(0), |payment| payment.0);
    let (sees_account, sees_payment, before) = call
        .ask(move |engine| {
            let holds = |account| relation(engine, Some(party), account) != Relations::STRANGER;
            let paid = engine.transfer(subject).is_some_and(|view| {
                holds(view.transfer.debit_account) || holds(view.transfer.credit_account)
            });
            (holds(account), paid, engine.complaint(id).is_some())
        })
        .await?;
    if account.0 != 0 && !sees_account {
        return Err(Problem::field("/account", "there is no such account, or you may not see it"));
    }
    if subject.0 != 0 && !sees_payment {
        return Err(Problem::field("/payment", "there is no such payment, or you may not see it"));
    }
    if before && !files_the_same(&call, id, &text).await? {
        return Err(Problem::new(Kind::KeyReused, "another complaint was filed under this key"));
    }
    let sealed = call.blocking(move |bank| bank.seal(party, text.as_bytes())).await?;
    let (days, by) = (call.bank.limits.complaint_days, call.who.id.to_string());
    let complaint = Complaint { id, party, account, subject, days, text: sealed, by };
    let answers = call.submit(vec![Command::FileComplaint(complaint)], Vec::new()).await?;
    let outcome = answers.first().map(|answer| answer.event.outcome());
    if outcome == Some(Err(Refusal::ExistsWithDifferentContent)) {
        return Err(Problem::new(Kind::KeyReused, "another complaint was filed under this key"));
    }
    let place = crate::accounts::done(&answers)?;
    let reply = Reply::json(CREATED, &document(&call, id).await?)?.at_entry(place.entry + 1);
    let replayed = outcome == Some(Err(Refusal::Exists));
    Ok(if replayed { reply.header(REPLAYED, "true") } else { reply })
}

/// Whether what was filed under a key says the same.
async fn files_the_same(call: &Call, id: TransferId, text: &str) -> Result<bool, Problem> {
    let first = call.ask(move |engine| engine.complaint(id)?.steps.first().copied()).await?;
    let Some(record) = first else { return Ok(false) };
    let told = call.blocking(move |bank| {
        let (event, place) = recorded(bank, record)?;
        Ok(step_of(&event, place, bank).and_then(|step| step.text))
    });
    Ok(told.await?.as_deref() == Some(text))
}

/// The complaint in the path, if who asks may see it; whose it is.
async fn named(call: &Call) -> Result<(TransferId, ComplaintRow, u64), Problem> {
    let ComplaintRef(id) = call.path("complaint", ComplaintRef::parse)?;
    let missing = || Problem::missing(format_args!("complaint {}", ComplaintRef(id)));
    let seen = call.ask(move |engine| Some((engine.complaint(id)?.clone(), engine.records())));
    let (row, records) = seen.await?.ok_or_else(missing)?;
    if call.who.party != Some(row.party) && !call.relations.meets(Relations::STRANGER) {
        call.denied(None);
        return Err(missing());
    }
    Ok((id, row, records))
}

async fn document(call: &Call, id: TransferId) -> Result<ComplaintDocument, Problem> {
    let seen = call.ask(move |engine| Some(ComplaintDocument::of(id, engine.complaint(id)?)));
    seen.await?.ok_or_else(|| Problem::missing(format_args!("complaint {}", ComplaintRef(id))))
}

async fn show(call: Call) -> Result<Reply, Problem> {
    let (id, row, records) = named(&call).await?;
    let complaint = ComplaintDocument::of(id, &row);
    if call.who.party != Some(row.party) {
        call.read_personal(PartyRef(row.party).to_string());
    }
    let steps = call
        .blocking(move |bank| {
            let mut told = Vec::with_capacity(row.steps.len());
            for record in row.steps {
                let (event, place) = recorded(bank, record)?;
                told.extend(step_of(&event, place, bank));
            }
            Ok(told)
        })
        .await?;
    tagged(&call, &WholeComplaint { complaint, steps }, call.bank.entries_of(records)?)
}

/// Does something about the complaint in the path.
async fn work(call: Call, step: ComplaintStep, text: String, days: u8) -> Result<Reply, Problem> {
    let (id, row, _) = named(&call).await?;
    let party = row.party;
    let bytes = text.into_bytes();
    let text = call.blocking(move |bank| bank.seal(party, &bytes)).await?;
    let by = call.who.id.to_string();
    let act = ComplaintAct { complaint: id, party, step, days, text, by };
    let answers = call.submit(vec![Command::WorkComplaint(act)], Vec::new()).await?;
    let place = crate::accounts::done(&answers)?;
    let document = document(&call, id).await?;
    Ok(Reply::json(StatusCode::OK, &document)?.at_entry(place.entry + 1))
}

async fn answer(call: Call) -> Result<Reply, Problem> {
    let Words { text } = call.json()?;
    let text = said(&text)?;
    work(call, ComplaintStep::Answer, text, 0).await
}

async fn extend(call: Call) -> Result<Reply, Problem> {
    let Extension { text, days } = call.json()?;
    let text = said(&text)?;
    work(call, ComplaintStep::Extend, text, days).await
}

async fn raise(call: Call) -> Result<Reply, Problem> {
    let Words { text } = call.json()?;
    let (text, days) = (said(&text)?, call.bank.limits.complaint_days);
    own_alone(&call).await?;
    work(call, ComplaintStep::Raise, text, days).await
}

async fn withdraw(call: Call) -> Result<Reply, Problem> {
    let Nothing {} = call.json()?;
    own_alone(&call).await?;
    work(call, ComplaintStep::Withdraw, String::new(), 0).await
}

/// What a customer says of a complaint, nobody says for them.
async fn own_alone(call: &Call) -> Result<(), Problem> {
    let (_, row, _) = named(call).await?;
    if call.who.party == Some(row.party) { Ok(()) } else { Err(call.denied(None)) }
}
