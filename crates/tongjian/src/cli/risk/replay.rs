//! `tj risk replay`: what rules would have done, by rule and in all. Nothing is changed.

use super::compiled;
use super::past::{every_batch, payments};
use super::quality::{Between, Scored};
use crate::bank::Bank;
use crate::cli::Context;
use crate::cli::book::Book;
use crate::cli::forests::{judging_bytes, load};
use crate::cli::labels::{Labels, labels_of};
use crate::fail::{Done, Exit, Failure};
use crate::figures::{amount, grouped, hex, parse_day};
use crate::out::{Align, Table};
use crate::tell::{Around, line_of};
use engine::Engine;
use engine::risk::{Feature, Found as Said, Machine, Model, Payment, Single, Values, Wanted};
use forest::Row;
use rulebook::RiskSet;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Instant;
use terms::{Amount, Currency, Day, Event, Ruling, Transfer, TransferId};

/// Run rules over everything that ever happened and say what they would have done.
#[derive(Debug, clap::Args)]
pub struct Replay {
    #[command(flatten)]
    book: Book,
    /// Judge only payments of this day and later; the past before it still counts in features.
    #[arg(long, value_parser = parse_day, value_name = "DAY")]
    from: Option<Day>,
    /// Judge only payments of this day and earlier.
    #[arg(long, value_parser = parse_day, value_name = "DAY")]
    to: Option<Day>,
    /// Instead: judge again what was judged, by the rule sets that were in force then, and compare each verdict.
    #[arg(long, conflicts_with_all = ["rulebook", "from", "to", "examples", "model", "labels"])]
    recorded: bool,
    /// A model whose score the rules look at as model_ppm.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// What payments were, to say how many would have been noticed: CSV with the columns transfer, pattern, case, stage.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Payments to name for each rule.
    #[arg(long, default_value_t = 3)]
    examples: usize,
}

/// What one rule, or one outcome, was true of.
#[derive(Default)]
struct Found {
    payments: u64,
    /// Payments of which no other rule spoke.
    alone: u64,
    /// Payments that were something, if that is known.
    stolen: u64,
    payers: BTreeSet<u32>,
    money: BTreeMap<Currency, u128>,
    examples: Vec<TransferId>,
}

impl Found {
    fn add(
        &mut self,
        payment: &Payment,
        transfer: &Transfer,
        (alone, stolen): (bool, bool),
        examples: usize,
    ) {
        self.payments += 1;
        self.alone += u64::from(alone);
        self.stolen += u64::from(stolen);
        self.payers.insert(payment.payer);
        let sum = self.money.entry(payment.ledger).or_default();
        *sum = sum.saturating_add(payment.amount.0);
        if self.examples.len() < examples {
            self.examples.push(transfer.id);
        }
    }

    fn money(&self) -> String {
        let sums = self.money.iter();
        let sums: Vec<String> = sums
            .map(|(currency, sum)| format!("{} {currency}", amount(*currency, Amount(*sum))))
            .collect();
        sums.join(", ")
    }

    fn json(&self, name: &str) -> Value {
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

/// What all of them found.
struct Tally {
    judged: u64,
    /// Payments that were something, by what they were called: how many, and how many the rules noticed.
    patterns: BTreeMap<&'static str, [u64; 2]>,
    by_points: Scored,
    by_model: Scored,
    outcomes: [Found; 4],
    rules: Vec<Found>,
    /// Nanoseconds spent on features and rules of the judged payments.
    spent_ns: u128,
}

impl Tally {
    fn add(
        &mut self,
        set: &RiskSet<'_>,
        (said, machine): (&Said, &Machine),
        (payment, transfer): (&Payment, &Transfer),
        (examples, labels, ppm): (usize, &Labels, Option<u32>),
    ) {
        self.judged += 1;
        let case = labels.case_of(transfer.id);
        self.by_points.add(said.score.into(), case);
        if let Some(ppm) = ppm {
            self.by_model.add(ppm.into(), case);
        }
        if let Some(word) = labels.word_of(transfer.id) {
            let [all, noticed] = self.patterns.entry(word).or_default();
            *all += 1;
            *noticed += u64::from(said.ruling > Ruling::Approve);
        }
        let stolen = case.is_some();
        let outcome = &mut self.outcomes[said.ruling as usize];
        outcome.add(payment, transfer, (false, stolen), examples);
        for (line, found) in set.program.lines().iter().zip(&mut self.rules) {
            if machine.get(line.condition).is_some_and(|truth| truth != 0) {
                found.add(payment, transfer, (said.hits == 1, stolen), examples);
            }
        }
    }
}

impl Replay {
    /// Does it.
    ///
    /// # Errors
    /// Broken rules; the bank cannot be opened or read.
    pub fn run(self, context: &Context) -> Done {
        if self.from.zip(self.to).is_some_and(|(from, to)| to < from) {
            return Err(Failure::usage("--to lies before --from", "give the days in order"));
        }
        if self.recorded {
            return recorded(context, &context.bank()?);
        }
        let book = self.book.load()?;
        let set = compiled(&book)?;
        let labels = self.labels.as_deref().map(labels_of).transpose()?.unwrap_or_default();
        let model = match &self.model {
            Some(path) => {
                let read = Model::of_bytes(&judging_bytes(&load(path)?)?);
                Some(read.map_err(|error| Failure::usage(error.to_string(), "train it anew"))?)
            }
            None => None,
        };
        let of_model = model.iter().flat_map(|model| model.wanted().features());
        let looked_at = set.program.wanted().features().iter().chain(of_model);
        let wanted: Wanted = looked_at.map(|(feature, _)| *feature).collect();
        let bank = context.bank()?;
        let mut tally = Tally {
            judged: 0,
            patterns: BTreeMap::new(),
            by_points: Scored::default(),
            by_model: Scored::default(),
            outcomes: Default::default(),
            rules: set.rules.iter().map(|_| Found::default()).collect(),
            spent_ns: 0,
        };
        let (mut values, mut machine) = (Values::default(), Machine::default());
        let (mut row, said_by_model) = (Row::default(), Feature::single(Single::Model));
        payments(context, &bank, |follower, payment, transfer| {
            let day = payment.time.day_at(payment.utc_offset_min);
            if self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to) {
                let start = Instant::now();
                follower.fill(payment, &wanted, &mut values);
                let ppm = model.as_ref().map(|model| model.ppm(&values, &mut row));
                values.set(said_by_model, ppm.map(i64::from));
                set.tables.fill(&follower.sides(payment), &wanted, &mut values);
                let verdict = set.program.run_steps(&values, &mut machine);
                tally.spent_ns += start.elapsed().as_nanos();
                let beside = (self.examples, &labels, ppm);
                tally.add(&set, (&verdict, &machine), (payment, transfer), beside);
            }
        })?;
        tell(context, &set, &tally);
        if labels.len() > 0 {
            tell_quality(context, &tally);
        }
        Ok(())
    }
}

/// Decides everything again and counts the verdicts that come out the same: all of them, or this is a failure.
fn recorded(context: &Context, bank: &Bank) -> Done {
    let mut engine = Engine::default();
    let (mut counts, mut payments) = ([0_u64; Ruling::ALL.len()], 0_u64);
    every_batch(context, bank, |now, events| {
        engine.judge(now, events).map_err(|misjudged| {
            let what = match events.get(misjudged.row) {
                Some(event) => line_of(event, Around::NOTHING),
                None => "an entry".to_owned(),
            };
            Failure::because(
                Exit::NotVerified,
                format!("what is recorded is not what comes out again: {what}"),
                &misjudged,
                "run tj verify; compare with a copy of the journal",
            )
        })?;
        for event in events {
            if let Event::Transfer(event) = event {
                payments += 1;
                if let Some(verdict) = &event.verdict {
                    counts[verdict.ruling as usize] += 1;
                }
            }
        }
        Ok(())
    })?;
    let judged: u64 = counts.iter().sum();
    context.out.json(&json!({
        "transfers": payments, "verdicts": judged, "same": judged,
        "rulings": Ruling::ALL.iter().zip(counts)
            .map(|(ruling, count)| (ruling.word().to_owned(), count.into()))
            .collect::<serde_json::Map<_, _>>(),
    }));
    context.out.line(format_args!(
        "{} transfers decided again, {} of them judged by rule sets: every verdict came out as it is recorded",
        grouped(payments.into()),
        grouped(judged.into())
    ));
    Ok(())
}

/// How many thieves' payments would have been noticed, and what that would have cost honest people.
fn tell_quality(context: &Context, tally: &Tally) {
    let columns =
        [("pattern", Align::Left), ("payments", Align::Right), ("would be noticed", Align::Right)];
    let mut table = Table::new(&columns);
    let (mut all, mut noticed) = (0, 0);
    for (word, [payments, seen]) in &tally.patterns {
        (all, noticed) = (all + payments, noticed + seen);
        table.row([(*word).to_owned(), grouped((*payments).into()), grouped((*seen).into())]);
    }
    context.out.table(&table);
    let stopped = tally.outcomes[1..].iter().map(|found| found.payments).sum::<u64>();
    let share = |part, all| Between::share(part, all).map_or("–".to_owned(), Between::text);
    context.out.line(format_args!(
        "recall {}; precision {}; of honest payments troubled {}",
        share(noticed, all),
        share(noticed, stopped),
        share(stopped - noticed, tally.judged - all)
    ));
    let said = [("points", &tally.by_points), ("model", &tally.by_model)];
    for (what, scored) in said {
        if let Some(precision) = scored.average_precision() {
            context.out.line(format_args!("average precision by {what}: {}", precision.text()));
        }
    }
}

fn tell(context: &Context, set: &RiskSet<'_>, tally: &Tally) {
    let outcomes = Ruling::ALL;
    let ns = tally.spent_ns / u128::from(tally.judged.max(1));
    context.out.json(&json!({
        "rules_hash": hex(&set.hash), "judged": tally.judged, "ns_per_payment": ns,
        "average_precision": {
            "points": tally.by_points.average_precision().map(Between::json),
            "model": tally.by_model.average_precision().map(Between::json),
        },
        "patterns": tally.patterns.iter().map(|(word, [all, noticed])| {
            ((*word).to_owned(), json!({ "payments": all, "noticed": noticed }))
        }).collect::<serde_json::Map<_, _>>(),
        "outcomes": outcomes.iter().map(|outcome| {
            tally.outcomes[*outcome as usize].json(outcome.word())
        }).collect::<Vec<_>>(),
        "rules": set.rules.iter().zip(&tally.rules)
            .map(|(rule, found)| found.json(&rule.id)).collect::<Vec<_>>(),
    }));
    let mut table = Table::new(&[
        ("would", Align::Left),
        ("payments", Align::Right),
        ("payers", Align::Right),
        ("money", Align::Left),
    ]);
    for outcome in outcomes {
        let found = &tally.outcomes[outcome as usize];
        let (payments, payers) =
            (grouped(found.payments.into()), grouped(found.payers.len() as u128));
        table.row([outcome.word().to_owned(), payments, payers, found.money()]);
    }
    context.out.table(&table);
    let mut table = Table::new(&[
        ("rule", Align::Left),
        ("payments", Align::Right),
        ("alone", Align::Right),
        ("stolen", Align::Right),
        ("payers", Align::Right),
        ("such as", Align::Left),
    ]);
    for (rule, found) in set.rules.iter().zip(&tally.rules) {
        let examples: Vec<String> = found.examples.iter().map(ToString::to_string).collect();
        table.row([
            rule.id.clone(),
            grouped(found.payments.into()),
            grouped(found.alone.into()),
            grouped(found.stolen.into()),
            grouped(found.payers.len() as u128),
            examples.join(" "),
        ]);
    }
    context.out.table(&table);
    context.out.line(format_args!(
        "{} payments judged by {} rules, {}.{:02} microseconds each for features and rules, clock included",
        grouped(tally.judged.into()),
        set.rules.len(),
        ns / 1_000,
        ns % 1_000 / 10
    ));
}
