//! What was said and done about a case, for those who work on it: the verdict in the analyst's words, and every step. The state
//! keeps which records these are; what they say is read from the journal.

use super::must_reach;
use crate::call::{Call, Reply, tagged};
use crate::payments::recorded;
use crate::problem::Problem;
use crate::reasons::{Reason, reasons};
use crate::wire::{CaseRef, PaymentRef, Place};
use schemars::JsonSchema;
use serde::Serialize;
use terms::{CaseStep, Command, Event, TransferId, Verdict};

/// Steps of a case that are told; one that has more tells the latest.
const STEPS_MAX: usize = 500;

/// What was said and done about a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HistoryDocument {
    /// What risk control said of the payment; absent if it was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<VerdictDocument>,
    /// The steps of work, the first first; of very many the latest 500.
    pub steps: Vec<StepDocument>,
}

/// A verdict, for those who work with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VerdictDocument {
    /// `approve`, `ask`, `hold` or `refuse`.
    pub ruling: String,
    /// The number of the rule set that judged.
    pub rule_set: u16,
    /// The sum of its points.
    pub score: i32,
    /// What its model says, in millionths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_ppm: Option<u32>,
    /// How many conditions were true.
    pub conditions: u16,
    /// The severest of them, at most three.
    pub reasons: Vec<ReasonDocument>,
}

/// A condition that was true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReasonDocument {
    /// The rule's name.
    pub rule: String,
    /// What it demands by itself.
    pub ruling: String,
    /// What it adds to the score.
    pub points: i32,
    /// What it says to the analyst, in English.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
    /// The condition as it was written.
    pub condition: String,
}

/// A step of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepDocument {
    /// When, in UTC.
    pub time: String,
    /// Who.
    pub by: String,
    /// `open`, `claim`, `assign`, `note`, `evidence`, `link`, `release`, `refuse`, `mark`, `report` or `appeal`.
    pub step: String,
    /// What it says; empty if nothing.
    pub text: String,
    /// Of a link: the other payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<PaymentRef>,
    /// Of a mark: what the payment turned out to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// Where its record stands.
    pub journal: Place,
}

fn step_of(event: &Event, journal: Place) -> Option<StepDocument> {
    let Event::Act(act) = event else { return None };
    let Command::WorkCase(work) = &act.command else { return None };
    let other = work.step == CaseStep::Link && work.other != TransferId(0);
    Some(StepDocument {
        time: act.time.iso_at(0),
        by: work.by.clone(),
        step: work.step.word().to_owned(),
        text: work.text.clone(),
        other: other.then_some(PaymentRef(work.other)),
        mark: work.mark.map(|mark| mark.word().to_owned()),
        journal,
    })
}

fn verdict_of(verdict: &Verdict, reasons: Vec<Reason>) -> VerdictDocument {
    let told = |reason: Reason| ReasonDocument {
        rule: reason.rule,
        ruling: reason.ruling,
        points: reason.points,
        en: reason.says,
        zh: reason.says_zh,
        condition: reason.condition,
    };
    VerdictDocument {
        ruling: verdict.ruling.word().to_owned(),
        rule_set: verdict.set,
        score: verdict.score,
        model_ppm: verdict.model_ppm,
        conditions: verdict.hits,
        reasons: reasons.into_iter().map(told).collect(),
    }
}

pub(super) async fn show(call: Call) -> Result<Reply, Problem> {
    let CaseRef(id) = call.path("case", CaseRef::parse)?;
    must_reach(&call, id).await?;
    let missing = || Problem::missing(format_args!("case {}", CaseRef(id)));
    let seen = call
        .ask(move |engine| {
            let case = engine.case(id)?;
            let judged = engine.transfer(id).map(|view| view.record);
            let skip = case.steps.len().saturating_sub(STEPS_MAX);
            Some((judged, case.steps.get(skip..)?.to_vec(), engine.records()))
        })
        .await?;
    let (judged, steps, records) = seen.ok_or_else(missing)?;
    let (verdict, steps) = call
        .blocking(move |bank| {
            let judged = judged.map(|record| recorded(bank, record)).transpose()?;
            let verdict = judged.and_then(|(event, _)| match event {
                Event::Transfer(transfer) => transfer.verdict,
                Event::Act(_) => None,
            });
            let mut told = Vec::with_capacity(steps.len());
            for record in steps {
                let (event, place) = recorded(bank, record)?;
                told.extend(step_of(&event, place));
            }
            Ok((verdict, told))
        })
        .await?;
    let verdict = match verdict {
        None => None,
        Some(said) => {
            let why = call.ask(move |engine| reasons(engine, &said)).await?;
            Some(verdict_of(&said, why))
        }
    };
    tagged(&call, &HistoryDocument { verdict, steps }, call.bank.entries_of(records)?)
}
