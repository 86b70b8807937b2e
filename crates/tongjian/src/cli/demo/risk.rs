//! What risk control did in the demo, beside the truth: how many thieves' payments it stopped, by what, and how many honest
//! people it troubled for that.

use crate::figures::grouped;
use crate::out::{Align, Out, Table};
use crate::reasons::{Reason, parts, reasons_of, words_of};
use city::{Label, Pattern};
use rulebook::RiskSet;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use terms::{Command, HoldEnd, RuleSet, RuleStage, Ruling, TransferEvent, Verdict};

/// What became of a payment that was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// It went through, perhaps after a warning.
    Done,
    /// Its payer was warned and did not want it any more.
    NotConfirmed,
    /// It was held, and let go.
    Released,
    /// It was held, and sent back.
    SentBack,
    /// It was refused.
    Refused,
}

impl Became {
    /// The money moved.
    pub fn moves(self) -> bool {
        matches!(self, Became::Done | Became::Released)
    }
}

/// Thieves of one pattern.
#[derive(Debug, Default)]
struct Caught {
    tried: u64,
    noticed: u64,
    stopped: u64,
    cases: BTreeSet<u32>,
    cases_noticed: BTreeSet<u32>,
    cases_stopped: BTreeSet<u32>,
}

/// What one rule was a reason of.
#[derive(Debug, Default)]
struct Fired {
    stolen: u64,
    honest: u64,
}

/// What risk control did.
#[derive(Debug, Default)]
pub struct Risk {
    adopted: Option<Adopted>,
    patterns: BTreeMap<Pattern, Caught>,
    /// Honest payments by what the rules said of them.
    honest: [u64; Ruling::ALL.len()],
    fired: BTreeMap<usize, Fired>,
    /// People who resemble somebody listed: namesakes, and those who are.
    looked_up: [u64; 2],
    /// Time spent deciding everything, the ledger's part included.
    pub spent: Duration,
}

/// A model that learnt in other towns, from seeds 11 to 20 and 31 to 52; `docs/city.md` has the command.
pub const MODEL: &[u8] = include_bytes!("town.forest");

/// The rules that judge.
#[derive(Debug)]
struct Adopted {
    program: Vec<u8>,
    words: Vec<u8>,
    tables: Vec<u8>,
    reasons: Vec<Reason>,
}

impl Risk {
    /// Nobody judges.
    pub fn none() -> Risk {
        Risk::default()
    }

    /// These rules judge.
    pub fn of(set: &RiskSet<'_>) -> Risk {
        let adopted = Adopted {
            program: set.program.to_bytes(),
            words: words_of(set),
            tables: set.tables.to_bytes(),
            reasons: reasons_of(set),
        };
        Risk { adopted: Some(adopted), ..Risk::default() }
    }

    /// What puts them into force.
    pub fn adoption(&self) -> Vec<Command> {
        let Some(Adopted { program, words, tables, .. }) = &self.adopted else { return Vec::new() };
        let mut request = parts(program);
        request.extend(parts(words));
        request.extend(parts(tables));
        request.extend(parts(MODEL));
        request.push(Command::AdoptRules(RuleSet {
            name: "payments".to_owned(),
            program: Sha256::digest(program).into(),
            words: Sha256::digest(words).into(),
            model: Some(Sha256::digest(MODEL).into()),
            stage: RuleStage::Active,
            share_ppm: 0,
            loss_max: 0,
            stopped_ppm_max: 200_000,
            hold_s: 86_400,
            at_end: HoldEnd::Refuse,
            tables: Some(Sha256::digest(tables).into()),
            four_eyes: true,
            by: "tj demo".to_owned(),
        }));
        request
    }

    /// Somebody resembles a listed person, and is or is not the same.
    pub fn looked_up(&mut self, same: bool) {
        self.looked_up[usize::from(same)] += 1;
    }

    /// A payment was judged.
    pub fn judged(&mut self, done: &TransferEvent, label: Option<Label>, became: Became) {
        let Some(verdict) = &done.verdict else { return };
        let noticed = verdict.ruling > Ruling::Approve;
        self.count_reasons(verdict, label.is_some());
        let Some(label) = label else {
            self.honest[verdict.ruling as usize] += 1;
            return;
        };
        let caught = self.patterns.entry(label.pattern).or_default();
        caught.tried += 1;
        caught.cases.insert(label.case);
        if noticed {
            caught.noticed += 1;
            caught.cases_noticed.insert(label.case);
        }
        if !became.moves() {
            caught.stopped += 1;
            caught.cases_stopped.insert(label.case);
        }
    }

    fn count_reasons(&mut self, verdict: &Verdict, stolen: bool) {
        if verdict.ruling == Ruling::Approve {
            return;
        }
        for reason in verdict.reasons.iter().flatten() {
            let fired = self.fired.entry(usize::from(*reason)).or_default();
            if stolen {
                fired.stolen += 1;
            } else {
                fired.honest += 1;
            }
        }
    }

    fn totals(&self) -> [u64; 6] {
        let mut totals = [0; 6];
        for caught in self.patterns.values() {
            let sizes = [&caught.cases, &caught.cases_noticed, &caught.cases_stopped];
            let [cases, noticed, stopped] = sizes.map(|set| set.len() as u64);
            let more = [caught.tried, caught.noticed, caught.stopped, cases, noticed, stopped];
            totals.iter_mut().zip(more).for_each(|(total, more)| *total += more);
        }
        totals
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let [tried, noticed, stopped, cases, cases_noticed, cases_stopped] = self.totals();
        let honest: u64 = self.honest.iter().sum();
        json!({
            "rules": self.adopted.as_ref().map_or(0, |adopted| adopted.reasons.len()),
            "judged": honest + tried,
            "thieves": { "payments": tried, "noticed": noticed, "stopped": stopped, "cases": cases,
                "cases_noticed": cases_noticed, "cases_stopped": cases_stopped },
            "honest": { "payments": honest, "asked": self.honest[1], "held": self.honest[2],
                "refused": self.honest[3] },
            "patterns": self.patterns.iter().map(|(pattern, caught)| (pattern.word().to_owned(), json!({
                "payments": caught.tried, "noticed": caught.noticed, "stopped": caught.stopped,
                "cases": caught.cases.len(), "cases_noticed": caught.cases_noticed.len(),
                "cases_stopped": caught.cases_stopped.len(),
            }))).collect::<serde_json::Map<_, _>>(),
            "listed": { "confirmed": self.looked_up[1], "namesakes": self.looked_up[0] },
            "microseconds_per_decision": self.micros(honest + tried),
        })
    }

    fn micros(&self, judged: u64) -> f64 {
        self.spent.as_secs_f64() * 1e6 / judged.max(1) as f64
    }

    /// For people.
    pub fn tell(&self, out: &Out) {
        let Some(adopted) = &self.adopted else { return };
        let [tried, noticed, stopped, cases, _, cases_stopped] = self.totals();
        let honest: u64 = self.honest.iter().sum();
        let count = |n: u64| grouped(n.into());
        out.heading("Thieves, and what risk control made of them");
        out.line(format_args!(
            "{} rules and a model judged {} payments before they posted, {:.1} microseconds each with the ledger's part.",
            adopted.reasons.len(),
            count(honest + tried),
            self.micros(honest + tried)
        ));
        out.line(format_args!(
            "{} of {} payments of thieves were noticed and {} stopped; in {} of {} cases at least one.",
            count(noticed), count(tried), count(stopped), count(cases_stopped), count(cases)
        ));
        let troubled: u64 = self.honest[1..].iter().sum();
        out.line(format_args!(
            "For that, {} of {} honest payments ({:.2} %) met a warning ({}), a wait ({}) or a refusal ({}).",
            count(troubled),
            count(honest),
            troubled as f64 * 100.0 / honest.max(1) as f64,
            count(self.honest[1]),
            count(self.honest[2]),
            count(self.honest[3])
        ));
        out.line(format_args!(
            "{} customers are on the town's list; {} others have such a name and were cleared.",
            self.looked_up[1], self.looked_up[0]
        ));
        let columns = [
            ("pattern", Align::Left),
            ("cases", Align::Right),
            ("with one stopped", Align::Right),
            ("payments", Align::Right),
            ("noticed", Align::Right),
            ("stopped", Align::Right),
        ];
        let mut table = Table::new(&columns);
        for (pattern, caught) in &self.patterns {
            table.row([
                pattern.word().to_owned(),
                count(caught.cases.len() as u64),
                count(caught.cases_stopped.len() as u64),
                count(caught.tried),
                count(caught.noticed),
                count(caught.stopped),
            ]);
        }
        out.table(&table);
        let mut fired: Vec<(&Reason, &Fired)> = self
            .fired
            .iter()
            .filter_map(|(at, fired)| Some((adopted.reasons.get(*at)?, fired)))
            .collect();
        fired.sort_by_key(|(_, fired)| std::cmp::Reverse(fired.stolen));
        let mut table = Table::new(&[
            ("reason", Align::Left),
            ("thieves", Align::Right),
            ("honest", Align::Right),
        ]);
        for (reason, fired) in fired.iter().take(8) {
            table.row([reason.rule.clone(), count(fired.stolen), count(fired.honest)]);
        }
        out.table(&table);
    }
}
