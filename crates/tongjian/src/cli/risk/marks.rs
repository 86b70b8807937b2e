//! `tj risk quality`: how well rules and models did, by what analysts marked closed cases as. Everything comes from the
//! journal: verdicts with their reasons, and the steps of cases. A verdict names three reasons at most, so a rule's figures
//! are of the payments that it was among the first three reasons for.

use super::past::every_event;
use super::quality::Between;
use crate::cli::Context;
use crate::fail::{Done, Failure};
use crate::figures::{grouped, parse_day};
use crate::out::{Align, Table};
use crate::reasons::conditions;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use terms::{CaseMark, CaseStep, Command, Day, Event, Ruling, TransferId, Verdict};

/// A model's answers are told in so many bands.
const BANDS: u32 = 10;
/// Millionths of a band.
const BAND_PPM: u32 = 1_000_000 / BANDS;

/// How well rules and models did, by what closed cases were marked as.
#[derive(Debug, clap::Args)]
pub struct Quality {
    /// Only payments of this day and later.
    #[arg(long, value_parser = parse_day, value_name = "DAY")]
    from: Option<Day>,
    /// Only payments of this day and earlier.
    #[arg(long, value_parser = parse_day, value_name = "DAY")]
    to: Option<Day>,
}

/// What became of the payments that a rule, a band of a model or everybody together spoke of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    /// Payments that were not just let through.
    stopped: u64,
    /// Those of them that were marked.
    marked: u64,
    /// Marked as fraud.
    fraud: u64,
    /// Marked as laundering.
    laundering: u64,
}

impl Tally {
    fn add(&mut self, mark: Option<CaseMark>) {
        self.stopped += 1;
        self.marked += u64::from(mark.is_some());
        self.fraud += u64::from(mark == Some(CaseMark::Fraud));
        self.laundering += u64::from(mark == Some(CaseMark::Laundering));
    }

    /// Payments that were rightly stopped.
    fn right(&self) -> u64 {
        self.fraud + self.laundering
    }

    fn precision(&self) -> Option<Between> {
        Between::share(self.right(), self.marked)
    }

    fn json(&self, known: u64) -> Value {
        json!({
            "stopped": self.stopped, "marked": self.marked, "unmarked": self.stopped - self.marked,
            "right": self.right(), "fraud": self.fraud, "laundering": self.laundering,
            "mistaken": self.marked - self.right(), "precision": self.precision().map(Between::json),
            "recall": Between::share(self.right(), known).map(Between::json),
        })
    }

    fn cells(&self, known: u64) -> [String; 6] {
        [
            grouped(self.stopped.into()),
            grouped(self.marked.into()),
            grouped((self.stopped - self.marked).into()),
            grouped(self.right().into()),
            text(self.precision()),
            text(Between::share(self.right(), known)),
        ]
    }
}

/// Payments that were judged, and what cases were marked as; from the journal, in its order.
#[derive(Default)]
struct Past {
    /// The verdict of each payment, and on which day.
    verdicts: BTreeMap<TransferId, (Day, Verdict)>,
    /// The day of payments that nobody judged, but somebody may have marked.
    others: BTreeMap<TransferId, Day>,
    /// The latest mark counts.
    marks: BTreeMap<TransferId, CaseMark>,
    /// Cases that somebody opened.
    by_hand: BTreeSet<TransferId>,
}

impl Past {
    fn see(&mut self, event: &Event) {
        match event {
            Event::Transfer(done) => {
                let (id, day) = (done.transfer.id, done.booking_date);
                match done.verdict {
                    // A second attempt under the same id is no second payment.
                    Some(verdict) => {
                        self.verdicts.entry(id).or_insert((day, verdict));
                    }
                    None => {
                        self.others.entry(id).or_insert(day);
                    }
                }
            }
            Event::Act(act) if act.outcome.is_ok() => {
                let Command::WorkCase(work) = &act.command else { return };
                if let Some(mark) = work.mark {
                    self.marks.insert(work.case, mark);
                }
                if work.step == CaseStep::Open && work.other == TransferId(0) {
                    self.by_hand.insert(work.case);
                }
            }
            Event::Act(_) => {}
        }
    }
}

/// What all of it comes to.
#[derive(Default)]
struct Figures {
    /// By rule set and the condition's place in it.
    rules: BTreeMap<(u16, u16), Tally>,
    /// By rule set and band, of all payments that a model spoke of, stopped or not.
    bands: BTreeMap<(u16, u32), Tally>,
    all: Tally,
    /// Payments that were marked as fraud or laundering, stopped or not.
    known: u64,
    /// Those of them that no rule had stopped.
    missed: u64,
}

impl Figures {
    fn of(past: &Past, in_time: impl Fn(Day) -> bool) -> Figures {
        let mut figures = Figures::default();
        for (id, (_, said)) in past.verdicts.iter().filter(|(_, (day, _))| in_time(*day)) {
            let mark = past.marks.get(id).copied();
            let stopped = said.ruling > Ruling::Approve;
            if stopped {
                figures.all.add(mark);
                for at in said.reasons.iter().flatten() {
                    figures.rules.entry((said.set, *at)).or_default().add(mark);
                }
            }
            if let Some(ppm) = said.model_ppm {
                let band = (ppm / BAND_PPM).min(BANDS - 1);
                figures.bands.entry((said.set, band)).or_default().add(mark);
            }
            figures.count(mark, stopped);
        }
        for (id, mark) in &past.marks {
            let judged = past.verdicts.contains_key(id);
            if !judged && past.others.get(id).is_some_and(|day| in_time(*day)) {
                figures.count(Some(*mark), false);
            }
        }
        figures
    }

    fn count(&mut self, mark: Option<CaseMark>, stopped: bool) {
        if matches!(mark, Some(CaseMark::Fraud | CaseMark::Laundering)) {
            self.known += 1;
            self.missed += u64::from(!stopped);
        }
    }
}

impl Quality {
    /// Does it.
    ///
    /// # Errors
    /// The days are not in order; the bank cannot be opened or read.
    pub fn run(self, context: &Context) -> Done {
        if self.from.zip(self.to).is_some_and(|(from, to)| to < from) {
            return Err(Failure::usage("--to lies before --from", "give the days in order"));
        }
        let bank = context.bank()?;
        let mut past = Past::default();
        every_event(context, &bank, |event| past.see(event))?;
        let in_time = |day: Day| {
            self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
        };
        let figures = Figures::of(&past, in_time);
        let sets: BTreeSet<u16> = figures.rules.keys().map(|(set, _)| *set).collect();
        let names: BTreeMap<(u16, u16), String> = sets
            .iter()
            .flat_map(|set| {
                let all = conditions(bank.node.engine(), *set);
                (0..).zip(all).map(|(at, reason)| ((*set, at), reason.rule))
            })
            .collect();
        tell(context, &past, &figures, &names);
        Ok(())
    }
}

fn text(share: Option<Between>) -> String {
    share.map_or("–".to_owned(), Between::text)
}

/// What a band is called, in millionths of what the model says.
fn band_name(band: u32) -> String {
    let (from, to) = (band * BAND_PPM, (band + 1) * BAND_PPM);
    format!(
        "{}.{} to {}.{}",
        from / 1_000_000,
        from / 100_000 % 10,
        to / 1_000_000,
        to / 100_000 % 10
    )
}

fn tell(context: &Context, past: &Past, figures: &Figures, names: &BTreeMap<(u16, u16), String>) {
    let known = figures.known;
    let nameless = |at: &u16| format!("condition {at}");
    let name = |key: &(u16, u16)| names.get(key).cloned().unwrap_or_else(|| nameless(&key.1));
    let with = |mut told: Value, more: [(&str, Value); 2]| {
        for (key, value) in more {
            told[key] = value;
        }
        told
    };
    context.out.json(&json!({
        "all": figures.all.json(known), "known": known, "missed": figures.missed,
        "opened_by_hand": past.by_hand.len(),
        "rules": figures.rules.iter().map(|(key, tally)| {
            with(tally.json(known), [("rule_set", key.0.into()), ("rule", name(key).into())])
        }).collect::<Vec<_>>(),
        "model_bands": figures.bands.iter().map(|((set, band), tally)| {
            let of = [("rule_set", (*set).into()), ("from_ppm", (band * BAND_PPM).into())];
            let mut told = with(tally.json(known), of);
            told["payments"] = told["stopped"].take();
            told
        }).collect::<Vec<_>>(),
    }));
    let columns = |first: &'static str, payments: &'static str| {
        [
            ("set", Align::Right),
            (first, Align::Left),
            (payments, Align::Right),
            ("marked", Align::Right),
            ("unmarked", Align::Right),
            ("right", Align::Right),
            ("precision", Align::Left),
            ("recall", Align::Left),
        ]
    };
    let row = |set: String, name: String, tally: &Tally| {
        let [a, b, c, d, e, f] = tally.cells(known);
        [set, name, a, b, c, d, e, f]
    };
    let mut table = Table::new(&columns("rule", "stopped"));
    for (key, tally) in &figures.rules {
        table.row(row(key.0.to_string(), name(key), tally));
    }
    table.row(row(String::new(), "all together".to_owned(), &figures.all));
    context.out.table(&table);
    if !figures.bands.is_empty() {
        let mut table = Table::new(&columns("model says", "payments"));
        for ((set, band), tally) in &figures.bands {
            table.row(row(set.to_string(), band_name(*band), tally));
        }
        context.out.table(&table);
    }
    context.out.line(format_args!(
        "{} payments were marked as fraud or laundering, {} of which nothing had stopped; {} cases were opened by hand",
        grouped(known.into()),
        grouped(figures.missed.into()),
        grouped(past.by_hand.len() as u128)
    ));
    context.out.line(format_args!(
        "{} stopped payments are unmarked: they count in neither share",
        grouped((figures.all.stopped - figures.all.marked).into())
    ));
    context.out.line("shares with Wilson's interval at 95 %; a verdict names three reasons, so a rule behind them is not counted; recall knows only what somebody marked");
}

#[cfg(test)]
mod tests {
    use super::*;
    use terms::VerdictMarks;

    fn verdict(
        ruling: Ruling,
        reasons: [Option<u16>; 3],
        model_ppm: Option<u32>,
    ) -> (Day, Verdict) {
        let marks = VerdictMarks::default();
        (Day(5), Verdict { ruling, marks, set: 1, score: 0, model_ppm, hits: 1, reasons })
    }

    #[test]
    fn shares_are_of_what_was_marked_and_recall_knows_cases_opened_by_hand() {
        let mut past = Past::default();
        let held = |reasons| verdict(Ruling::Hold, reasons, Some(910_000));
        for (id, said) in [
            (1, held([Some(0), Some(3), None])),
            (2, held([Some(0), None, None])),
            (3, held([Some(0), None, None])),
            (4, verdict(Ruling::Approve, [None; 3], Some(1_000_000))),
            (5, verdict(Ruling::Approve, [None; 3], Some(99_999))),
        ] {
            past.verdicts.insert(TransferId(id), said);
        }
        past.others.insert(TransferId(6), Day(5));
        for (id, mark) in [
            (1, CaseMark::Fraud),
            (2, CaseMark::Mistaken),
            (4, CaseMark::Laundering),
            (6, CaseMark::Fraud),
        ] {
            past.marks.insert(TransferId(id), mark);
        }
        let figures = Figures::of(&past, |_| true);
        assert_eq!((figures.known, figures.missed), (3, 2));
        let first = figures.rules[&(1, 0)];
        assert_eq!((first.stopped, first.marked, first.right()), (3, 2, 1));
        assert_eq!(first.precision(), Between::share(1, 2));
        assert_eq!(figures.rules[&(1, 3)].stopped, 1);
        let bands: Vec<(u32, u64)> =
            figures.bands.iter().map(|((_, band), tally)| (*band, tally.stopped)).collect();
        assert_eq!(bands, [(0, 1), (9, 4)]);
        let nothing = Figures::of(&past, |day| day > Day(5));
        assert_eq!((nothing.known, nothing.all), (0, Tally::default()));
        assert_eq!((band_name(0), band_name(9)), ("0.0 to 0.1".into(), "0.9 to 1.0".into()));
    }
}
