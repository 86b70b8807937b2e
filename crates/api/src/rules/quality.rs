//! How well rules did, by the marks of cases.

use super::bench;
use super::documents::ShareDocument;
use crate::bench::followed::Followed;
use crate::call::{Call, Reply};
use crate::past::Between;
use crate::past::marks::{Figures, Tally};
use crate::problem::Problem;
use crate::reasons::conditions;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use terms::TransferId;

/// What became of payments that were not just let through.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MarksDocument {
    /// How many.
    pub stopped: u64,
    /// Of which somebody said what they were.
    pub marked: u64,
    /// Marked as fraud or laundering.
    pub right: u64,
    /// Marked as stopped by mistake.
    pub mistaken: u64,
    /// Of what was marked, the share that was something.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub precision: Option<ShareDocument>,
    /// Of all payments marked as something, the share that was stopped.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub recall: Option<ShareDocument>,
}

impl MarksDocument {
    fn of(tally: &Tally, known: u64) -> MarksDocument {
        MarksDocument {
            stopped: tally.stopped,
            marked: tally.marked,
            right: tally.right(),
            mistaken: tally.marked - tally.right(),
            precision: tally.precision().map(ShareDocument::of),
            recall: Between::share(tally.right(), known).map(ShareDocument::of),
        }
    }
}

/// A rule set.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SetQuality {
    /// Its number.
    pub rule_set: u16,
    /// What it ruled since it was adopted; each attempt at a payment counts.
    pub approved: u64,
    /// Of which the payer was warned.
    pub asked: u64,
    /// Which somebody was to look at first.
    pub held: u64,
    /// Which it refused.
    pub refused: u64,
    /// What became of those that were not just let through.
    pub marks: MarksDocument,
}

/// A rule of a set.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RuleQuality {
    /// The set's number.
    pub rule_set: u16,
    /// The rule's name.
    pub rule: String,
    /// What became of payments that it was among the first three reasons for.
    pub marks: MarksDocument,
}

/// A month.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MonthQuality {
    /// `2026-11`: of the payments' booking days.
    pub month: String,
    /// Payments marked as something.
    pub known: u64,
    /// Those of them that no rule had stopped.
    pub missed: u64,
    /// What became of those that were stopped.
    pub marks: MarksDocument,
}

/// How well rules did.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct QualityDocument {
    /// Entries of the journal that were read for this.
    pub as_of: u64,
    /// All entries were; else ask again, and it reads on.
    pub complete: bool,
    /// Payments marked as fraud or laundering, stopped or not.
    pub known: u64,
    /// Those of them that no rule had stopped.
    pub missed: u64,
    /// Cases that somebody opened.
    pub opened_by_hand: usize,
    /// Everybody together.
    pub all: MarksDocument,
    /// By rule set.
    pub sets: Vec<SetQuality>,
    /// By rule.
    pub rules: Vec<RuleQuality>,
    /// By month, the first first.
    pub months: Vec<MonthQuality>,
}

/// Says it.
pub async fn show(call: Call) -> Result<Reply, Problem> {
    let bench = bench(&call.bank)?;
    let of = Arc::clone(&bench);
    let (complete, strays) = call
        .blocking(move |bank| {
            let mut followed = of.followed();
            let complete = followed.read_on(&bank.reader)?;
            Ok((complete, followed.past.strays()))
        })
        .await?;
    let days = call
        .ask(move |engine| {
            let day = |id: &TransferId| Some((*id, engine.transfer(*id)?.booking_date));
            strays.iter().filter_map(day).collect::<Vec<_>>()
        })
        .await?;
    let of = Arc::clone(&bench);
    let (mut document, places) = call
        .blocking(move |_| {
            let mut followed = of.followed();
            days.into_iter().for_each(|(id, day)| followed.past.learn(id, day));
            Ok(document(&followed, complete))
        })
        .await?;
    let names = call
        .ask(move |engine| {
            let mut known: BTreeMap<u16, Vec<String>> = BTreeMap::new();
            let name = |(set, at): (u16, u16)| {
                let all = known.entry(set).or_insert_with(|| {
                    conditions(engine, set).into_iter().map(|reason| reason.rule).collect()
                });
                all.get(usize::from(at)).cloned().unwrap_or_else(|| format!("condition {at}"))
            };
            places.into_iter().map(name).collect::<Vec<_>>()
        })
        .await?;
    document.rules.iter_mut().zip(names).for_each(|(rule, name)| rule.rule = name);
    let as_of = document.as_of;
    Ok(Reply::json(StatusCode::OK, &document)?.at_entry(as_of))
}

/// The figures, and the places of the rules whose names are still to be found.
fn document(followed: &Followed, complete: bool) -> (QualityDocument, Vec<(u16, u16)>) {
    let past = &followed.past;
    let figures = Figures::of(past, |_| true);
    let known = figures.known;
    let set = |(number, [approved, asked, held, refused]): (&u16, &[u64; 4])| SetQuality {
        rule_set: *number,
        approved: *approved,
        asked: *asked,
        held: *held,
        refused: *refused,
        marks: MarksDocument::of(&figures.sets.get(number).copied().unwrap_or_default(), known),
    };
    let rule = |((rule_set, _), tally): (&(u16, u16), &Tally)| RuleQuality {
        rule_set: *rule_set,
        rule: String::new(),
        marks: MarksDocument::of(tally, known),
    };
    let month = |(month, of): (String, Figures)| MonthQuality {
        month,
        known: of.known,
        missed: of.missed,
        marks: MarksDocument::of(&of.all, of.known),
    };
    let document = QualityDocument {
        as_of: followed.entries,
        complete,
        known,
        missed: figures.missed,
        opened_by_hand: past.by_hand.len(),
        all: MarksDocument::of(&figures.all, known),
        sets: past.sets.iter().map(set).collect(),
        rules: figures.rules.iter().map(rule).collect(),
        months: past.months().into_iter().map(month).collect(),
    };
    (document, figures.rules.keys().copied().collect())
}
