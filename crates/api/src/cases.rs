//! Cases of risk control. Every step is an entry of the journal in the name of who is
//! signed in; releasing and refusing a held payment moves its money in the same request.

mod history;

use crate::accounts::{done, page_size};
use crate::call::{Call, Reply, tagged};
use crate::gate::Relations;
use crate::payments::related_to;
use crate::problem::{Kind, Problem};
use crate::table::{Operation, get, post};
use crate::wire::{CaseRef, Money, PartyRef, PaymentRef, Place, new_id};
use axum::http::StatusCode;
use engine::{CaseStatus, CaseView, Engine};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use terms::limits::TEXT_BYTES_MAX;
use terms::{
    Amount, CaseAct, CaseMark, CaseStep, Command, PartyId, Refusal, TimeNs, Transfer,
    TransferFlags, TransferId,
};

const TAG: &str = "cases";

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get("/cases", "list_cases", TAG, "The inbox, the oldest first")
            .act("case.read")
            .query::<Inbox>()
            .gives::<CasesDocument>(200, "A page of it.")
            .by(list),
        get("/cases/{case}", "show_case", TAG, "A case: where it stands, and what the rules said in the analyst's words")
            .act("case.read")
            .gives::<CaseDocument>(200, "The case.")
            .by(show),
        get("/case-workers", "list_case_workers", TAG, "People of the bank to whom a case can be given")
            .act("case.work")
            .gives::<WorkersDocument>(200, "All of them, by name.")
            .by(workers),
        get("/cases/{case}/history", "show_case_history", TAG, "What risk control said of the payment, and every step of work on the case")
            .act("case.history")
            .gives::<history::HistoryDocument>(200, "The first step first.")
            .by(history::show),
        post("/cases/{case}/steps", "work_case", TAG, "Works on a case: claim, note, link, mark, report, appeal; or opens one")
            .act("case.work")
            .takes::<StepOrder>()
            .gives::<CaseDocument>(200, "The case after the step.")
            .by(work),
        post("/cases/{case}/decision", "decide_case", TAG, "Releases or refuses a held payment, by a second word where four eyes are asked for; or says whether somebody is the listed one")
            .act("case.decide")
            .takes::<DecisionOrder>()
            .gives::<CaseDocument>(200, "The case after it.")
            .by(decide),
    ]
}

/// Which part of the inbox.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inbox {
    /// Only cases that stand so: `open`, `proposed`, `released`, `refused`, `lapsed` or `noted`; those to be decided unless given.
    #[serde(default)]
    pub status: Option<StatusName>,
    /// Only what I claimed.
    #[serde(default)]
    pub mine: Option<bool>,
    /// The one whose time is over first comes first, and not the oldest.
    #[serde(default)]
    pub due_first: Option<bool>,
    /// The newest comes first, and not the oldest; has no say where `due_first` is asked for.
    #[serde(default)]
    pub newest_first: Option<bool>,
    /// Where the page before ended: its `next`.
    #[serde(default)]
    pub after: Option<CaseRef>,
    /// Cases at most; 50 unless given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<usize>,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatusName {
    /// Nobody has decided.
    Open,
    /// One person would release it; another must agree.
    Proposed,
    /// It was let go.
    Released,
    /// It went back.
    Refused,
    /// Its time was over before anybody decided.
    Lapsed,
    /// It was opened by hand; there is nothing to decide.
    Noted,
}

impl StatusName {
    fn word(self) -> &'static str {
        match self {
            StatusName::Open => "open",
            StatusName::Proposed => "proposed",
            StatusName::Released => "released",
            StatusName::Refused => "refused",
            StatusName::Lapsed => "lapsed",
            StatusName::Noted => "noted",
        }
    }
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CaseDocument {
    /// Its id.
    pub id: CaseRef,
    /// The payment it is about; of a case about somebody who resembles a listed person, its number.
    pub payment: PaymentRef,
    /// Of a case about somebody who resembles a listed person: who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyRef>,
    /// How much it is; absent of a case that is about no payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
    /// Since when, in UTC.
    pub opened: String,
    /// `open`, `proposed`, `released`, `refused`, `lapsed` or `noted`.
    pub status: String,
    /// Who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed_by: Option<String>,
    /// Of `proposed`: who would release it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed_by: Option<String>,
    /// What the payment turned out to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// It was reported to an authority.
    pub reported: bool,
    /// The rule set that held it; absent if somebody opened the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_set: Option<u16>,
    /// When its time is over, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Where the step's record stands, if one was made just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journal: Option<Place>,
}

/// A page of cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CasesDocument {
    /// The cases.
    pub items: Vec<CaseDocument>,
    /// How many there are on all pages.
    pub total: usize,
    /// Of the next page, for `after`; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<CaseRef>,
}

fn document(engine: &Engine, case: &CaseView<'_>) -> CaseDocument {
    let payment = engine.transfer(case.transfer).map(|view| view.transfer);
    let due = payment.as_ref().and_then(due_of);
    CaseDocument {
        id: CaseRef(case.transfer),
        payment: PaymentRef(case.transfer),
        party: case.party.map(PartyRef),
        money: payment.map(|t| Money::of(t.ledger, t.amount)),
        opened: case.opened.iso_at(0),
        status: case.status.word().to_owned(),
        claimed_by: (!case.claimed_by.is_empty()).then(|| case.claimed_by.to_owned()),
        proposed_by: match case.status {
            CaseStatus::Proposed(by) => Some(by.clone()),
            _ => None,
        },
        mark: case.mark.map(|mark| mark.word().to_owned()),
        reported: case.reported,
        rule_set: (case.set != 0).then_some(case.set),
        due: due.map(|time| time.iso_at(0)),
        journal: None,
    }
}

/// When the time of a held payment is over.
fn due_of(held: &Transfer) -> Option<TimeNs> {
    let waits = held.flags.has(TransferFlags::HELD) && held.timeout_s > 0;
    waits.then(|| held.timestamp.plus_s(held.timeout_s)).flatten()
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let Inbox { status, mine, due_first, newest_first, after, limit } = call.query()?;
    let limit = page_size(limit)?;
    let me = call.who.id.clone();
    let theirs = Theirs::of(&call);
    let (mut items, total, records) = call
        .ask(move |engine| {
            let wanted = |case: &CaseView<'_>| {
                if !theirs.reaches(engine, case.transfer) {
                    return false;
                }
                let word = case.status.word();
                let stands =
                    status.map_or(word == "open" || word == "proposed", |s| s.word() == word);
                stands && (mine != Some(true) || case.claimed_by == &*me)
            };
            let mut found: Vec<_> = engine.cases().filter(wanted).collect();
            let due = |case: &CaseView<'_>| {
                let held = engine.transfer(case.transfer).filter(|_| due_first == Some(true));
                held.and_then(|view| due_of(&view.transfer)).unwrap_or(TimeNs(u64::MAX))
            };
            found.sort_by_cached_key(|case| (due(case), case.opened, case.transfer));
            if newest_first == Some(true) && due_first != Some(true) {
                found.reverse();
            }
            let total = found.len();
            let start =
                after.and_then(|after| found.iter().position(|case| case.transfer == after.0));
            let found = found.into_iter().skip(start.map_or(0, |at| at + 1)).take(limit + 1);
            (found.map(|case| document(engine, &case)).collect::<Vec<_>>(), total, engine.records())
        })
        .await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|case| case.id);
    Ok(Reply::json(StatusCode::OK, &CasesDocument { items, total, next })?
        .at_entry(call.bank.entries_of(records)?))
}

/// Whose payments a caller's cases are about: anybody's for staff, else those of accounts that are the caller's own.
#[derive(Clone, Copy)]
struct Theirs {
    party: Option<PartyId>,
    relations: Relations,
}

impl Theirs {
    fn of(call: &Call) -> Theirs {
        Theirs { party: call.who.party, relations: call.relations }
    }

    fn reaches(self, engine: &Engine, payment: TransferId) -> bool {
        let own = |view: engine::TransferView| {
            related_to(engine, self.party, &view.transfer).meets(self.relations)
        };
        self.relations.meets(Relations::STRANGER) || engine.transfer(payment).is_some_and(own)
    }
}

/// Sees to it that the payment of a case is one that the caller reaches.
async fn must_reach(call: &Call, id: TransferId) -> Result<(), Problem> {
    let theirs = Theirs::of(call);
    if theirs.relations.meets(Relations::STRANGER)
        || call.ask(move |engine| theirs.reaches(engine, id)).await?
    {
        return Ok(());
    }
    call.denied(None);
    Err(Problem::missing(format_args!("case {}", CaseRef(id))))
}

async fn seen(call: &Call, id: TransferId) -> Result<(CaseDocument, u64), Problem> {
    let found = call
        .ask(move |engine| {
            let case = engine.case(id)?;
            Some((document(engine, &case), engine.records()))
        })
        .await?;
    found.ok_or_else(|| Problem::missing(format_args!("case {}", CaseRef(id))))
}

async fn show(call: Call) -> Result<Reply, Problem> {
    let CaseRef(id) = call.path("case", CaseRef::parse)?;
    must_reach(&call, id).await?;
    let (document, records) = seen(&call, id).await?;
    tagged(&call, &document, call.bank.entries_of(records)?)
}

/// A step of work.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepOrder {
    /// Which.
    pub step: StepName,
    /// What it says; whom an assignment is to. Stands in the journal in clear, so nothing of a customer's.
    #[serde(default)]
    #[schemars(length(max = 2000))]
    pub text: String,
    /// Of a link: the other payment.
    #[serde(default)]
    pub other: Option<PaymentRef>,
    /// Of a mark: what it was.
    #[serde(default)]
    pub mark: Option<MarkName>,
}

/// Steps of work; deciding is another operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// Open a case on a payment that was not held.
    Open,
    /// Take it.
    Claim,
    /// Give it to the person in `text`.
    Assign,
    /// Note `text`.
    Note,
    /// Keep evidence: `text` says what and where.
    Evidence,
    /// The payment `other` belongs to the same story.
    Link,
    /// Say what it was.
    Mark,
    /// It was reported; `text` is the report's number.
    Report,
    /// The customer objects; `text` says how.
    Appeal,
}

/// What a payment turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkName {
    /// Fraud.
    Fraud,
    /// Laundering.
    Laundering,
    /// It was stopped by mistake.
    Mistaken,
}

async fn work(call: Call) -> Result<Reply, Problem> {
    let CaseRef(case) = call.path("case", CaseRef::parse)?;
    let order: StepOrder = call.json()?;
    must_reach(&call, case).await?;
    let step = match order.step {
        StepName::Open => CaseStep::Open,
        StepName::Claim => CaseStep::Claim,
        StepName::Assign => CaseStep::Assign,
        StepName::Note => CaseStep::Note,
        StepName::Evidence => CaseStep::Evidence,
        StepName::Link => CaseStep::Link,
        StepName::Mark => CaseStep::Mark,
        StepName::Report => CaseStep::Report,
        StepName::Appeal => CaseStep::Appeal,
    };
    let mark = order.mark.map(|mark| match mark {
        MarkName::Fraud => CaseMark::Fraud,
        MarkName::Laundering => CaseMark::Laundering,
        MarkName::Mistaken => CaseMark::Mistaken,
    });
    for (given, wanted, field) in [
        (mark.is_some(), step == CaseStep::Mark, "/mark"),
        (order.other.is_some(), step == CaseStep::Link, "/other"),
    ] {
        if given != wanted {
            let why = if wanted { "this step needs it" } else { "this step has none" };
            return Err(Problem::field(field, why));
        }
    }
    if step == CaseStep::Assign {
        must_be_worker(&call, &order.text).await?;
    }
    let other = order.other.map_or(TransferId(0), |other| other.0);
    let act = CaseAct { case, by: call.who.id.to_string(), step, text: order.text, other, mark };
    let answers = call.submit(vec![Command::WorkCase(act)], Vec::new()).await?;
    told(&call, case, done(&answers)?).await
}

/// People of the bank who work on cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct WorkersDocument {
    /// By name.
    items: Vec<WorkerDocument>,
}

/// Somebody who works on cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct WorkerDocument {
    /// As a case is given to them: `user:NAME`.
    id: String,
    /// Whether they decide.
    decides: bool,
}

/// Whoever may come in and works on cases; nobody where the door knows no people.
async fn workers_of(call: &Call) -> Result<Option<Vec<WorkerDocument>>, Problem> {
    let Some(access) = call.bank.gate.identities().cloned() else { return Ok(None) };
    let users = call.blocking(move |_| {
        let users = access.users(&access.console(), crate::identity::now_s());
        users.map_err(|why| Problem::new(Kind::Failed, why.to_string()))
    });
    let worker = |user: access::UserView| {
        let has = |wanted| user.roles.iter().any(|(role, _)| *role == wanted);
        let decides = has(access::Role::ChiefAnalyst);
        let works = !user.disabled && (decides || has(access::Role::Analyst));
        works.then(|| WorkerDocument { id: format!("user:{}", user.name), decides })
    };
    Ok(Some(users.await?.into_iter().filter_map(worker).collect()))
}

async fn workers(call: Call) -> Result<Reply, Problem> {
    if !call.relations.meets(Relations::STRANGER) {
        return Err(call.denied(None));
    }
    let items = workers_of(&call).await?.unwrap_or_default();
    Reply::json(StatusCode::OK, &WorkersDocument { items })
}

/// A case is given to somebody who can work on it: given to anybody else it would wait for nobody.
async fn must_be_worker(call: &Call, id: &str) -> Result<(), Problem> {
    match workers_of(call).await? {
        Some(workers) if !workers.iter().any(|worker| worker.id == id) => {
            Err(Problem::field("/text", "nobody of that name works on cases"))
        }
        _ => Ok(()),
    }
}

/// Whether the caller may say what becomes of a case about a customer.
fn may_decide(call: &Call, is_open: bool, claimed_by: &str) -> Result<(), Problem> {
    if !is_open {
        return Err(Problem::refusal(Refusal::CaseDecided));
    }
    if !claimed_by.is_empty() && claimed_by != &*call.who.id {
        return Err(Problem::refusal(Refusal::CaseIsAnothers));
    }
    Ok(())
}

/// Says whether somebody is the listed person whom they resemble.
async fn decide_listed(
    call: &Call,
    case: TransferId,
    party: PartyId,
    order: DecisionOrder,
) -> Result<Reply, Problem> {
    if order.why.trim().is_empty() {
        return Err(Problem::field("/why", "say on what ground: what was compared, and with what"));
    }
    let is_listed = order.decision == DecisionName::Refuse;
    let said = crate::newcomer::decided(&call.bank, party, is_listed, &call.who.id);
    let request = vec![ground(call, case, order.why), said];
    let answers = call.submit(request, Vec::new()).await?;
    let place = done(&answers)?;
    if let Some(Err(refusal)) = answers.get(1).map(|answer| answer.event.outcome()) {
        return Err(Problem::refusal(refusal));
    }
    told(call, case, place).await
}

/// A note that says on what ground somebody decided.
fn ground(call: &Call, case: TransferId, text: String) -> Command {
    let (by, step, other) = (call.who.id.to_string(), CaseStep::Note, TransferId(0));
    Command::WorkCase(CaseAct { case, by, step, text, other, mark: None })
}

async fn told(call: &Call, case: TransferId, place: Place) -> Result<Reply, Problem> {
    let (mut document, _) = seen(call, case).await?;
    document.journal = Some(place);
    Ok(Reply::json(StatusCode::OK, &document)?.at_entry(place.entry + 1))
}

/// A decision.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionOrder {
    /// Which.
    pub decision: DecisionName,
    /// On what ground; needed where somebody is said to be the listed one or not. Stands in the journal in clear, so nothing of a
    /// customer's.
    #[serde(default)]
    #[schemars(length(max = 256))]
    pub why: String,
}

/// What becomes of a held payment, or of somebody who resembles a listed person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionName {
    /// It may be posted; the customer is somebody else than the listed one.
    Release,
    /// It goes back; the customer is the listed one.
    Refuse,
}

async fn decide(call: Call) -> Result<Reply, Problem> {
    let CaseRef(case) = call.path("case", CaseRef::parse)?;
    let order: DecisionOrder = call.json()?;
    // Before anything is asked for: what the journal does not take must not leave a decision without its ground.
    if order.why.len() > TEXT_BYTES_MAX {
        return Err(Problem::field("/why", format!("at most {TEXT_BYTES_MAX} bytes")));
    }
    must_reach(&call, case).await?;
    let step = match order.decision {
        DecisionName::Release => CaseStep::Release,
        DecisionName::Refuse => CaseStep::Refuse,
    };
    let missing = || Problem::missing(format_args!("case {}", CaseRef(case)));
    let found = call.ask(move |engine| {
        let about = engine.case(case)?;
        let status = about.party.map(|party| (party, about.status.is_open()));
        let proposed = matches!(about.status, CaseStatus::Proposed(_));
        Some((engine.transfer(case), status, about.claimed_by.to_owned(), proposed))
    });
    let (held, party, claimed_by, proposed) = found.await?.ok_or_else(missing)?;
    if let Some((party, is_open)) = party {
        may_decide(&call, is_open, &claimed_by)?;
        return decide_listed(&call, case, party, order).await;
    }
    let held = held.ok_or_else(missing)?;
    let act = CaseAct {
        case,
        by: call.who.id.to_string(),
        step,
        text: order.why,
        other: TransferId(0),
        mark: None,
    };
    let mut request = Vec::new();
    // Whoever is asked for the second word may also say no: the case becomes theirs, whoever had taken it before.
    if proposed && step == CaseStep::Refuse && !claimed_by.is_empty() && claimed_by != act.by {
        let (step, text) = (CaseStep::Assign, act.by.clone());
        request.push(Command::WorkCase(CaseAct { step, text, ..act.clone() }));
    }
    let at = request.len();
    request.push(Command::WorkCase(act));
    // What was asked to happen at once happens with its release; what was reserved stays so for whoever reserved it.
    if held.transfer.flags.has(TransferFlags::PUT_OFF) || step == CaseStep::Refuse {
        let (flags, amount) = match order.decision {
            DecisionName::Release => (TransferFlags::POST_PENDING, Amount::MAX),
            DecisionName::Refuse => (TransferFlags::VOID_PENDING, Amount::ZERO),
        };
        let id = TransferId(new_id()?);
        request.push(Command::Transfer(Transfer {
            id,
            pending_id: case,
            amount,
            flags,
            ..Transfer::default()
        }));
    }
    let answers = call.submit(request, Vec::new()).await?;
    let place = done(answers.get(at..).unwrap_or_default())?;
    // Where four eyes are asked for, the first word only proposes and the money waits on.
    let moved = answers.get(at + 1).map(|answer| answer.event.outcome());
    if let Some(Err(refusal)) = moved
        && refusal != Refusal::HeldForReview
    {
        return Err(Problem::refusal(refusal));
    }
    told(&call, case, place).await
}
