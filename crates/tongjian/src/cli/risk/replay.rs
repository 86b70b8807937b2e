//! `tj risk replay`: what rules would have done, by rule and in all. Nothing is changed.

use super::compiled;
use super::past::{every_batch, payments};
use crate::bank::Bank;
use crate::cli::Context;
use crate::cli::book::Book;
use crate::fail::{Done, Exit, Failure};
use crate::figures::{amount, grouped, hex, parse_day};
use crate::out::{Align, Table};
use crate::tell::{Around, line_of};
use engine::Engine;
use engine::risk::{Found as Said, Machine, Payment, Values};
use rulebook::RiskSet;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
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
    #[arg(long, conflicts_with_all = ["rulebook", "from", "to", "examples"])]
    recorded: bool,
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
    payers: BTreeSet<u32>,
    money: BTreeMap<Currency, u128>,
    examples: Vec<TransferId>,
}

impl Found {
    fn add(&mut self, payment: &Payment, transfer: &Transfer, alone: bool, examples: usize) {
        self.payments += 1;
        self.alone += u64::from(alone);
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
        examples: usize,
    ) {
        self.judged += 1;
        let outcome = &mut self.outcomes[said.ruling as usize];
        outcome.add(payment, transfer, false, examples);
        for (line, found) in set.program.lines().iter().zip(&mut self.rules) {
            if machine.get(line.condition).is_some_and(|truth| truth != 0) {
                found.add(payment, transfer, said.hits == 1, examples);
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
        let bank = context.bank()?;
        let mut tally = Tally {
            judged: 0,
            outcomes: Default::default(),
            rules: set.rules.iter().map(|_| Found::default()).collect(),
            spent_ns: 0,
        };
        let (mut values, mut machine) = (Values::default(), Machine::default());
        payments(context, &bank, |follower, payment, transfer| {
            let day = payment.time.day_at(payment.utc_offset_min);
            if self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to) {
                let start = Instant::now();
                follower.fill(payment, set.program.wanted(), &mut values);
                let verdict = set.program.run(&values, &mut machine);
                tally.spent_ns += start.elapsed().as_nanos();
                tally.add(&set, (&verdict, &machine), (payment, transfer), self.examples);
            }
        })?;
        tell(context, &set, &tally);
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

fn tell(context: &Context, set: &RiskSet<'_>, tally: &Tally) {
    let outcomes = Ruling::ALL;
    let ns = tally.spent_ns / u128::from(tally.judged.max(1));
    context.out.json(&json!({
        "rules_hash": hex(&set.hash), "judged": tally.judged, "ns_per_payment": ns,
        "outcomes": outcomes.iter().map(|outcome| {
            tally.outcomes[*outcome as usize].json(outcome.word())
        }).collect::<Vec<_>>(),
        "rules": set.rules.iter().zip(&tally.rules)
            .map(|((_, rule), found)| found.json(&rule.id)).collect::<Vec<_>>(),
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
        ("payers", Align::Right),
        ("such as", Align::Left),
    ]);
    for ((_, rule), found) in set.rules.iter().zip(&tally.rules) {
        let examples: Vec<String> = found.examples.iter().map(ToString::to_string).collect();
        table.row([
            rule.id.clone(),
            grouped(found.payments.into()),
            grouped(found.alone.into()),
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
