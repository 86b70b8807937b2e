//! Rules over payments of the past, judged by the code that judges a payment now.

use super::between::{Between, Scored};
use engine::Follower;
use engine::risk::{
    Feature, Found as Said, Machine, Model, Payment, Program, Row, Single, Tables, Values, Wanted,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use terms::{Amount, Currency, Ruling, Transfer, TransferId};

/// Rules that judge, and their working memory.
pub struct Judge {
    program: Program,
    tables: Tables,
    model: Option<Model>,
    wanted: Wanted,
    values: Values,
    machine: Machine,
    row: Row,
}

impl Judge {
    /// Of a program, what it looks up, and the model whose score it looks at.
    pub fn new(program: Program, tables: Tables, model: Option<Model>) -> Judge {
        let of_model = model.iter().flat_map(|model| model.wanted().features());
        let looked_at = program.wanted().features().iter().chain(of_model);
        let wanted = looked_at.map(|(feature, _)| *feature).collect();
        let (values, machine, row) = (Values::default(), Machine::default(), Row::default());
        Judge { program, tables, model, wanted, values, machine, row }
    }

    /// What they say of a payment with the bank as it was just before, and what the model says, in millionths.
    pub fn judge(&mut self, bank: &Follower, payment: &Payment) -> (Said, Option<u32>) {
        bank.fill(payment, &self.wanted, &mut self.values);
        let ppm = self.model.as_ref().map(|model| model.ppm(&self.values, &mut self.row));
        self.values.set(Feature::single(Single::Model), ppm.map(i64::from));
        self.tables.fill(&bank.sides(payment), &self.wanted, &mut self.values);
        (self.program.run_steps(&self.values, &mut self.machine), ppm)
    }

    /// Which conditions were true of the payment that was judged last.
    fn true_lines(&self) -> impl Iterator<Item = bool> {
        let lines = self.program.lines().iter();
        lines.map(|line| self.machine.get(line.condition).is_some_and(|truth| truth != 0))
    }
}

/// What one rule, or one outcome, was true of.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// How many payments.
    pub payments: u64,
    /// Payments of which no other rule spoke.
    pub alone: u64,
    /// Payments that were something, if that is known.
    pub stolen: u64,
    /// Payments that somebody looked at and found nothing wrong with, if that is known.
    pub mistaken: u64,
    /// Who paid them, by their accounts' numbers.
    pub payers: BTreeSet<u32>,
    /// How much they were, in minor units.
    pub money: BTreeMap<Currency, u128>,
    /// Some of them, the first first.
    pub examples: Vec<TransferId>,
}

impl Found {
    fn add(
        &mut self,
        payment: &Payment,
        transfer: &Transfer,
        (alone, beside): (bool, Beside),
        examples: usize,
    ) {
        self.payments += 1;
        self.alone += u64::from(alone);
        self.stolen += u64::from(beside.known.is_some());
        self.mistaken += u64::from(beside.mistaken);
        self.payers.insert(payment.payer);
        let sum = self.money.entry(payment.ledger).or_default();
        *sum = sum.saturating_add(payment.amount.0);
        if self.examples.len() < examples {
            self.examples.push(transfer.id);
        }
    }

    /// For programs.
    pub fn json(&self, name: &str) -> Value {
        json!({
            "name": name, "payments": self.payments, "alone": self.alone, "payers": self.payers.len(),
            "stolen": self.stolen, "precision": Between::share(self.stolen, self.payments).map(Between::json),
            "money": self.money.iter().map(|(currency, sum)| {
                (currency.to_string(), currency.format(Amount(*sum)).into())
            }).collect::<serde_json::Map<_, _>>(),
            "examples": self.examples.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    }
}

/// What is known of a payment beside the payment itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside {
    /// What was ruled when it was paid; nothing if nobody judged then.
    pub recorded: Option<Ruling>,
    /// Of what turned out to be something: its case, and what it was called.
    pub known: Option<(u32, &'static str)>,
    /// Somebody looked at it and found nothing wrong.
    pub mistaken: bool,
    /// What the model says now.
    pub model_ppm: Option<u32>,
}

/// What all of them found.
#[derive(Debug, Default)]
pub struct Tally {
    /// Payments to name for each rule and outcome.
    pub examples_max: usize,
    /// Payments that were judged.
    pub judged: u64,
    /// Payments that were something, by what they were called: how many, and how many the rules noticed.
    pub patterns: BTreeMap<&'static str, [u64; 2]>,
    /// Their points, with the truth.
    pub by_points: Scored,
    /// What the model said, with the truth.
    pub by_model: Scored,
    /// By what would be ruled, the mildest first.
    pub outcomes: [Found; 4],
    /// By rule, in the program's order.
    pub rules: Vec<Found>,
    /// What would be ruled otherwise than it was: by what was ruled (nothing if nobody judged) and what would be.
    pub changed: BTreeMap<(Option<Ruling>, Ruling), Found>,
}

impl Tally {
    /// Of so many rules, naming so many payments for each.
    pub fn of(rules: usize, examples_max: usize) -> Tally {
        let rules = (0..rules).map(|_| Found::default()).collect();
        Tally { rules, examples_max, ..Tally::default() }
    }

    /// Counts the payment that was judged last.
    pub fn add(
        &mut self,
        judge: &Judge,
        said: &Said,
        (payment, transfer): (&Payment, &Transfer),
        beside: Beside,
    ) {
        let examples = self.examples_max;
        self.judged += 1;
        let case = beside.known.map(|(case, _)| case);
        self.by_points.add(said.score.into(), case);
        if let Some(ppm) = beside.model_ppm {
            self.by_model.add(ppm.into(), case);
        }
        if let Some((_, word)) = beside.known {
            let [all, noticed] = self.patterns.entry(word).or_default();
            *all += 1;
            *noticed += u64::from(said.ruling > Ruling::Approve);
        }
        let outcome = &mut self.outcomes[said.ruling as usize];
        outcome.add(payment, transfer, (false, beside), examples);
        // What nobody judged was let through.
        if beside.recorded.unwrap_or(Ruling::Approve) != said.ruling {
            let changed = self.changed.entry((beside.recorded, said.ruling)).or_default();
            changed.add(payment, transfer, (false, beside), examples);
        }
        for (is_true, found) in judge.true_lines().zip(&mut self.rules) {
            if is_true {
                found.add(payment, transfer, (said.hits == 1, beside), examples);
            }
        }
    }

    /// Payments that would not just have been let through, and those of them that were something.
    pub fn stopped(&self) -> [u64; 2] {
        let stopped = &self.outcomes[1..];
        [
            stopped.iter().map(|found| found.payments).sum(),
            stopped.iter().map(|found| found.stolen).sum(),
        ]
    }
}
