//! Risk rules: read, checked, proposed, run over the past, adopted by somebody else. What these operations work on is kept by
//! `bench.rs`; `adoption.rs` puts into force, `quality.rs` says how well rules did.

mod adoption;
mod documents;
mod models;
mod quality;

use crate::bank::Bank;
use crate::bench::{Bench, TextFault, drafts, job};
use crate::call::{Call, Reply, tagged};
use crate::problem::{Kind, Problem};
use crate::reasons::words;
use crate::table::{CREATED, Operation, delete, get, post};
use crate::wire::{DraftRef, Nothing, ReplayRef, hex};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use documents::{
    CheckedDocument, DraftDocument, DraftOrder, DraftsDocument, FeatureDocument, FeaturesDocument,
    ListDocument, ReplayDocument, ReplayOrder, ReplaysDocument, RuleDocument, RuleSetDocument,
    RuleSetsDocument, RuleTextDocument, RulesText,
};
use engine::risk::Feature;
use quality::QualityDocument;
use std::sync::Arc;

const TAG: &str = "rules";
/// Bytes of a text.
pub const TEXT_BYTES_MAX: usize = 128 << 10;

/// The operations.
pub fn operations() -> Vec<Operation> {
    let mut all = vec![
        get("/risk/rule-sets", "list_rule_sets", TAG, "Rule sets that were adopted, and how those in force fare")
            .act("rules.read")
            .gives::<RuleSetsDocument>(200, "All of them.")
            .by(rule_sets),
        get("/risk/rule-sets/{set}", "show_rule_set", TAG, "A rule set that was adopted: its rules in words, and its text")
            .act("rules.read")
            .gives::<RuleTextDocument>(200, "The rule set.")
            .by(show_set),
        post("/risk/rule-sets/{set}/withdraw", "withdraw_rule_set", TAG, "Ends a rule set; the one that was active before it judges again")
            .act("rules.adopt")
            .takes::<Nothing>()
            .gives::<RuleSetDocument>(200, "As it stands now.")
            .by(adoption::withdraw),
        get("/risk/features", "list_features", TAG, "What rules may look at")
            .act("rules.read")
            .gives::<FeaturesDocument>(200, "Every feature, with its unit and meaning.")
            .by(features),
        get("/risk/quality", "show_risk_quality", TAG, "How well rules did, by what analysts marked cases as")
            .act("rules.read")
            .gives::<QualityDocument>(200, "By rule set, by rule and by month. Counted from the journal, a few seconds' worth a time: see `complete`.")
            .by(quality::show),
        post("/risk/check", "check_rules", TAG, "Reads a text of rules and says every fault; nothing is kept")
            .act("rules.propose")
            .takes::<RulesText>()
            .gives::<CheckedDocument>(200, "What is wrong with it, or what it is.")
            .by(check),
    ];
    all.extend(drafts_of());
    all.extend(replays_of());
    all.extend(models::operations());
    all
}

fn drafts_of() -> Vec<Operation> {
    vec![
        get("/risk/drafts", "list_rule_drafts", TAG, "What was proposed, the newest first")
            .act("rules.read")
            .gives::<DraftsDocument>(200, "Without their texts.")
            .by(list_drafts),
        post(
            "/risk/drafts",
            "propose_rules",
            TAG,
            "Proposes a text of rules, for somebody else to adopt",
        )
        .act("rules.propose")
        .takes::<DraftOrder>()
        .gives::<DraftDocument>(201, "It is kept, with who and when.")
        .conflicts()
        .by(propose),
        get("/risk/drafts/{draft}", "show_rule_draft", TAG, "A proposal with its text")
            .act("rules.read")
            .gives::<DraftDocument>(200, "The proposal.")
            .by(show_draft),
        delete(
            "/risk/drafts/{draft}",
            "withdraw_rule_draft",
            TAG,
            "Takes a proposal back, or turns it down",
        )
        .act("rules.propose")
        .gives_other(204, "", "It cannot be adopted any more.")
        .conflicts()
        .by(withdraw_draft),
        post(
            "/risk/drafts/{draft}/adopt",
            "adopt_rules",
            TAG,
            "Puts a proposal of somebody else into force: as shadow, canary or active",
        )
        .act("rules.adopt")
        .takes::<documents::AdoptOrder>()
        .gives::<RuleSetDocument>(201, "The rule set.")
        .conflicts()
        .by(adoption::adopt),
    ]
}

fn replays_of() -> Vec<Operation> {
    vec![
        get("/risk/replays", "list_replays", TAG, "Runs over the past since the bank is served, the newest first")
            .act("rules.read")
            .gives::<ReplaysDocument>(200, "Without what they found.")
            .by(list_replays),
        post("/risk/replays", "replay_rules", TAG, "Runs rules over the past, by the code that would judge a payment now; nothing is changed")
            .act("rules.propose")
            .takes::<ReplayOrder>()
            .gives::<ReplayDocument>(202, "It runs; ask for it again.")
            .conflicts()
            .by(begin_replay),
        get("/risk/replays/{replay}", "show_replay", TAG, "How far a run is, and what it found")
            .act("rules.read")
            .gives::<ReplayDocument>(200, "The run.")
            .by(show_replay),
        delete("/risk/replays/{replay}", "stop_replay", TAG, "Stops a run")
            .act("rules.propose")
            .gives_other(204, "", "It stops.")
            .by(stop_replay),
    ]
}

/// The bench of a bank.
fn bench(bank: &Bank) -> Result<Arc<Bench>, Problem> {
    let closed = || Problem::new(Kind::Unavailable, "this bank has no bench for rules");
    bank.bench.clone().ok_or_else(closed)
}

/// A number of a rule set.
fn set_of(call: &Call) -> Result<u16, Problem> {
    call.path("set", str::parse::<u16>)
}

async fn rule_sets(call: Call) -> Result<Reply, Problem> {
    let (items, records) = call
        .ask(|engine| {
            let sets = engine.rule_sets();
            let items = sets.map(|view| RuleSetDocument::of(&view, &words(engine, view.number)));
            (items.collect(), engine.records())
        })
        .await?;
    tagged(&call, &RuleSetsDocument { items }, call.bank.entries_of(records)?)
}

async fn show_set(call: Call) -> Result<Reply, Problem> {
    let number = set_of(&call)?;
    let found = call
        .ask(move |engine| {
            let view = engine.rule_sets().find(|view| view.number == number)?;
            let words = words(engine, number);
            let set = RuleSetDocument::of(&view, &words);
            let rules = words.reasons.into_iter().map(RuleDocument::of).collect();
            let (text, lists) = (words.text, Vec::new());
            let document = RuleTextDocument { set, rules, lists, text, text_from: None };
            Some((document, view.set.program, engine.records()))
        })
        .await?;
    let (mut document, program, records) =
        found.ok_or_else(|| Problem::missing(format_args!("rule set {number}")))?;
    if document.text.is_some() {
        document.text_from = Some("journal".to_owned());
    } else if let Ok(bench) = bench(&call.bank) {
        // Adopted when texts were not kept: those that come with the program may be what it was made of.
        let shipped = call.blocking(move |_| Ok(bench.shipped())).await?;
        if shipped.as_ref().is_some_and(|(hash, _)| *hash == program) {
            document.text = shipped.map(|(_, text)| text);
            document.text_from = Some("program".to_owned());
        }
    }
    if let (Some(text), Ok(bench)) = (document.text.clone(), bench(&call.bank)) {
        let read = call.blocking(move |_| Ok(bench.compile(&text))).await?;
        let lists = read.map(|read| read.lists).unwrap_or_default();
        document.lists = lists.into_iter().map(ListDocument::of).collect();
    }
    tagged(&call, &document, call.bank.entries_of(records)?)
}

async fn features(call: Call) -> Result<Reply, Problem> {
    let items = Feature::all().map(FeatureDocument::of).collect();
    tagged(&call, &FeaturesDocument { items }, call.bank.reader.entries())
}

/// A text that is not longer than is taken.
fn bounded(text: &str, pointer: &str) -> Result<(), Problem> {
    if text.len() <= TEXT_BYTES_MAX {
        return Ok(());
    }
    let says = format!("{} bytes, and {TEXT_BYTES_MAX} are taken", text.len());
    Err(Problem::field(pointer, says))
}

async fn check(call: Call) -> Result<Reply, Problem> {
    let RulesText { text } = call.json()?;
    bounded(&text, "/text")?;
    let bench = bench(&call.bank)?;
    let read = call.blocking(move |_| Ok(bench.compile(&text))).await?;
    Reply::json(StatusCode::OK, &CheckedDocument::of(read))
}

async fn list_drafts(call: Call) -> Result<Reply, Problem> {
    let drafts = bench(&call.bank)?.drafts();
    let items = drafts.iter().rev().map(|draft| DraftDocument::of(draft, false)).collect();
    Reply::json(StatusCode::OK, &DraftsDocument { items })
}

/// A text that is wrong, as a problem: each fault with its place.
fn faulty(faults: &[TextFault]) -> Problem {
    let all: Vec<_> = faults.iter().map(documents::FaultDocument::of).collect();
    let first = faults
        .first()
        .map_or_else(String::new, |fault| format!("line {}: {}", fault.line, fault.says));
    Problem::field("/text", first)
        .code("rules_wrong")
        .beside("faults", serde_json::to_value(all).unwrap_or_default())
}

async fn propose(call: Call) -> Result<Reply, Problem> {
    let order: DraftOrder = call.json()?;
    bounded(&order.text, "/text")?;
    let says_max = drafts::SAYS_CHARS_MAX;
    if !(1..=drafts::NAME_CHARS_MAX).contains(&order.name.trim().chars().count()) {
        let says = format!("1 to {} characters", drafts::NAME_CHARS_MAX);
        return Err(Problem::field("/name", says));
    }
    if order.says.chars().count() > says_max {
        return Err(Problem::field("/says", format!("at most {says_max} characters")));
    }
    let bench = bench(&call.bank)?;
    let by = call.who.id.to_string();
    let draft = call
        .blocking(move |_| {
            bench.compile(&order.text).map_err(|faults| faulty(&faults))?;
            bench.propose(order.name.trim(), &order.says, order.text, order.model, by)
        })
        .await?;
    let reply = Reply::json(CREATED, &DraftDocument::of(&draft, true))?;
    Ok(reply.header(LOCATION, &format!("{}/risk/drafts/{}", crate::table::ROOT, draft.id)))
}

async fn show_draft(call: Call) -> Result<Reply, Problem> {
    let id = call.path("draft", DraftRef::parse)?;
    let draft = bench(&call.bank)?.draft(id)?;
    Reply::json(StatusCode::OK, &DraftDocument::of(&draft, true))
}

async fn withdraw_draft(call: Call) -> Result<Reply, Problem> {
    let id = call.path("draft", DraftRef::parse)?;
    let (bench, by) = (bench(&call.bank)?, call.who.id.to_string());
    call.blocking(move |_| bench.turn_down(id, &by)).await?;
    Ok(Reply::empty())
}

async fn list_replays(call: Call) -> Result<Reply, Problem> {
    let jobs = bench(&call.bank)?.jobs();
    let items = jobs.iter().map(|job| ReplayDocument::of(job, false)).collect();
    Reply::json(StatusCode::OK, &ReplaysDocument { items })
}

async fn begin_replay(call: Call) -> Result<Reply, Problem> {
    let order: ReplayOrder = call.json()?;
    let bench = bench(&call.bank)?;
    let given = [order.text.is_some(), order.draft.is_some(), order.rule_set.is_some()];
    if given.iter().filter(|given| **given).count() != 1 {
        return Err(Problem::field("/text", "give one of text, draft and rule_set"));
    }
    if order.from.zip(order.to).is_some_and(|(from, to)| to.0 < from.0) {
        return Err(Problem::field("/to", "it lies before `from`"));
    }
    let of = job::Of { draft: order.draft, rule_set: order.rule_set };
    if order.model.is_some() && order.text.is_none() {
        return Err(Problem::field("/model", "only a text is run with a model of one's choice"));
    }
    let without_model = order.without_model.unwrap_or(false);
    if order.model.is_some() && without_model {
        return Err(Problem::field("/without_model", "a model is named as well"));
    }
    let own = order.text.clone();
    let (text, model) = match (order.text, order.draft) {
        (Some(text), _) => (Some(text), order.model),
        (None, Some(draft)) => {
            let draft = bench.draft(draft)?;
            (Some(draft.text), draft.model.filter(|_| !without_model))
        }
        (None, None) => (None, None),
    };
    let known = call.ask(move |engine| job::Known::of(engine, of.rule_set)).await?;
    let days = (order.from.map(|day| day.0), order.to.map(|day| day.0));
    let by = call.who.id.to_string();
    let job = call
        .blocking(move |bank| {
            let rules = match text {
                Some(text) => {
                    bounded(&text, "/text")?;
                    let read = bench.compile(&text).map_err(|faults| faulty(&faults))?;
                    let looks_at = match model {
                        Some(model) => job::LooksAt::Other(bench.model_bytes(model)?),
                        None if without_model => job::LooksAt::Nothing,
                        None => job::LooksAt::InForce,
                    };
                    known.with(read, &looks_at)?
                }
                None => known.as_adopted(of.rule_set)?,
            };
            bench.begin(&bank.reader, rules, job::Asked { of, by, text: own, model, days })
        })
        .await?;
    let reply = Reply::json(StatusCode::ACCEPTED, &ReplayDocument::of(&job, true))?;
    Ok(reply.header(LOCATION, &format!("{}/risk/replays/{}", crate::table::ROOT, job.id)))
}

async fn show_replay(call: Call) -> Result<Reply, Problem> {
    let id = call.path("replay", ReplayRef::parse)?;
    let job = bench(&call.bank)?.job(id)?;
    Reply::json(StatusCode::OK, &ReplayDocument::of(&job, true))
}

async fn stop_replay(call: Call) -> Result<Reply, Problem> {
    let id = call.path("replay", ReplayRef::parse)?;
    bench(&call.bank)?.job(id)?.stop();
    Ok(Reply::empty())
}

/// SHA-256 of a program as its text.
fn hash_of(program: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(program))
}
