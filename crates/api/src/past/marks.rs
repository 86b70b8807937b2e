//! How well rules and models did, by what analysts marked closed cases as. Everything comes from the journal: verdicts with
//! their reasons, and the steps of cases. A verdict names three reasons at most, so a rule's figures are of the payments that
//! it was among the first three reasons for.

use super::between::Between;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use terms::{CaseMark, CaseStep, Command, Day, Event, Ruling, TransferId, Verdict};

/// A model's answers are told in so many bands.
const BANDS: u32 = 10;
/// Millionths of a band.
pub const BAND_PPM: u32 = 1_000_000 / BANDS;

/// What became of the payments that a rule, a band of a model or everybody together spoke of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Payments that were not just let through.
    pub stopped: u64,
    /// Those of them that were marked.
    pub marked: u64,
    /// Marked as fraud.
    pub fraud: u64,
    /// Marked as laundering.
    pub laundering: u64,
}

impl Tally {
    fn add(&mut self, mark: Option<CaseMark>) {
        self.stopped += 1;
        self.marked += u64::from(mark.is_some());
        self.fraud += u64::from(mark == Some(CaseMark::Fraud));
        self.laundering += u64::from(mark == Some(CaseMark::Laundering));
    }

    /// Payments that were rightly stopped.
    pub fn right(&self) -> u64 {
        self.fraud + self.laundering
    }

    /// The share of what was marked that was something.
    pub fn precision(&self) -> Option<Between> {
        Between::share(self.right(), self.marked)
    }

    /// For programs; of so many that were something in all.
    pub fn json(&self, known: u64) -> Value {
        json!({
            "stopped": self.stopped, "marked": self.marked, "unmarked": self.stopped - self.marked,
            "right": self.right(), "fraud": self.fraud, "laundering": self.laundering,
            "mistaken": self.marked - self.right(), "precision": self.precision().map(Between::json),
            "recall": Between::share(self.right(), known).map(Between::json),
        })
    }
}

/// Payments that were judged, and what cases were marked as; from the journal, in its order.
#[derive(Debug, Default)]
pub struct Past {
    /// What was let through is counted and not kept.
    few: bool,
    /// What each rule set ruled, the mildest first; every attempt counts.
    pub sets: BTreeMap<u16, [u64; 4]>,
    /// The verdict of each payment, and on which day.
    verdicts: BTreeMap<TransferId, (Day, Verdict)>,
    /// The day of payments that nobody judged, but somebody may have marked.
    others: BTreeMap<TransferId, Day>,
    /// The latest mark counts.
    marks: BTreeMap<TransferId, CaseMark>,
    /// Cases that somebody opened.
    pub by_hand: BTreeSet<TransferId>,
}

impl Past {
    /// One that keeps what was stopped and counts the rest: for who follows a bank for long.
    pub fn of_what_was_stopped() -> Past {
        Past { few: true, ..Past::default() }
    }

    /// Takes in an event, in the order of the journal.
    pub fn see(&mut self, event: &Event) {
        match event {
            Event::Transfer(done) => {
                let (id, day) = (done.transfer.id, done.booking_date);
                if let Some(said) = done.verdict {
                    self.sets.entry(said.set).or_default()[said.ruling as usize] += 1;
                }
                match done.verdict {
                    Some(said) if self.few && said.ruling == Ruling::Approve => {}
                    None if self.few => {}
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

    /// Payments that were marked and are not kept: whoever knows their days says them.
    pub fn strays(&self) -> Vec<TransferId> {
        let known =
            |id: &&TransferId| self.verdicts.contains_key(id) || self.others.contains_key(id);
        self.marks.keys().filter(|id| !known(id)).copied().collect()
    }

    /// The day of a payment that is not kept.
    pub fn learn(&mut self, id: TransferId, day: Day) {
        self.others.insert(id, day);
    }

    /// The figures of each month that has some, `2026-11`.
    pub fn months(&self) -> BTreeMap<String, Figures> {
        let days = self.verdicts.values().map(|(day, _)| *day);
        let marked = self.marks.keys().filter_map(|id| self.others.get(id)).copied();
        let months: BTreeSet<String> = days.chain(marked).map(month).collect();
        months
            .into_iter()
            .map(|name| {
                let figures = Figures::of(self, |day| month(day) == name);
                (name, figures)
            })
            .collect()
    }
}

/// The month of a day, `2026-11`.
fn month(day: Day) -> String {
    let text = day.to_string();
    text.get(..7).unwrap_or(&text).to_owned()
}

/// What all of it comes to.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// By rule set.
    pub sets: BTreeMap<u16, Tally>,
    /// By rule set and the condition's place in it.
    pub rules: BTreeMap<(u16, u16), Tally>,
    /// By rule set and band, of all payments that a model spoke of, stopped or not.
    pub bands: BTreeMap<(u16, u32), Tally>,
    /// Everybody together.
    pub all: Tally,
    /// Payments that were marked as fraud or laundering, stopped or not.
    pub known: u64,
    /// Those of them that no rule had stopped.
    pub missed: u64,
}

impl Figures {
    /// Of the payments of those days.
    pub fn of(past: &Past, in_time: impl Fn(Day) -> bool) -> Figures {
        let mut figures = Figures::default();
        for (id, (_, said)) in past.verdicts.iter().filter(|(_, (day, _))| in_time(*day)) {
            let mark = past.marks.get(id).copied();
            let stopped = said.ruling > Ruling::Approve;
            if stopped {
                figures.all.add(mark);
                figures.sets.entry(said.set).or_default().add(mark);
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

#[cfg(test)]
mod tests {
    use super::*;
    use terms::{Act, CaseAct, TimeNs, Transfer, TransferEvent, VerdictMarks};

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
        let of_sets = past.sets.len();
        assert_eq!(of_sets, 0, "only what was seen is counted");
    }

    /// What a server keeps comes to the same figures as what a command reads at once.
    #[test]
    fn the_rest_can_be_left_out() {
        let transfer = |id: u128, ruling, day| {
            let (_, said) = verdict(ruling, [Some(0), None, None], None);
            let transfer = Transfer { id: TransferId(id), ..Transfer::default() };
            let verdict = Some(said);
            let booking_date = Day(day);
            Event::Transfer(TransferEvent { transfer, booking_date, outcome: Ok(()), verdict })
        };
        let mark = |id: u128, mark| {
            let (by, text) = ("user:lin".to_owned(), String::new());
            let (case, other, step) = (TransferId(id), TransferId(0), CaseStep::Mark);
            let command =
                Command::WorkCase(CaseAct { case, by, step, text, other, mark: Some(mark) });
            let (time, booking_date) = (TimeNs(0), Day(50));
            Event::Act(Box::new(Act { time, booking_date, command, outcome: Ok(()) }))
        };
        let events = [
            transfer(1, Ruling::Hold, 5),
            transfer(2, Ruling::Approve, 5),
            transfer(3, Ruling::Ask, 40),
            mark(1, CaseMark::Fraud),
            mark(2, CaseMark::Laundering),
            mark(3, CaseMark::Mistaken),
        ];
        let (mut all, mut few) = (Past::default(), Past::of_what_was_stopped());
        for event in &events {
            all.see(event);
            few.see(event);
        }
        assert_eq!((all.verdicts.len(), few.verdicts.len()), (3, 2));
        assert_eq!(few.strays(), [TransferId(2)]);
        few.learn(TransferId(2), Day(5));
        let (a, b) = (Figures::of(&all, |_| true), Figures::of(&few, |_| true));
        assert_eq!((a.all, a.known, a.missed), (b.all, b.known, b.missed));
        assert_eq!((a.known, a.missed), (2, 1));
        assert_eq!(a.rules, b.rules);
        assert_eq!(few.sets[&1], [1, 1, 1, 0]);
        let months = few.months();
        let first = &months["1970-01"];
        assert_eq!((months.len(), first.known, first.missed), (2, 2, 1));
    }
}
