//! `tj risk replay`: what rules would have done, by rule and in all. Nothing is changed.

use super::compiled;
use super::past::{every_batch, payments};
use crate::bank::Bank;
use crate::cli::Context;
use crate::cli::book::Book;
use crate::cli::forests::{judging_bytes, load};
use crate::cli::labels::labels_of;
use crate::fail::{Done, Exit, Failure};
use crate::figures::{amount, grouped, hex, parse_day};
use crate::out::{Align, Table};
use crate::tell::{Around, line_of};
use api::past::Between;
use api::past::replay::{Beside, Found, Judge, Tally};
use engine::Engine;
use engine::risk::Model;
use rulebook::RiskSet;
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;
use terms::{Amount, Day, Event, Ruling};

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
        let bank = context.bank()?;
        let (program, tables) = (set.program.clone(), set.tables.clone());
        let mut judge = Judge::new(program, tables, model);
        let mut tally = Tally::of(set.rules.len(), self.examples);
        // Nanoseconds spent on features and rules of the judged payments.
        let mut spent_ns = 0;
        payments(context, &bank, |follower, payment, transfer| {
            let day = payment.time.day_at(payment.utc_offset_min);
            if self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to) {
                let start = Instant::now();
                let (said, model_ppm) = judge.judge(follower, payment);
                spent_ns += start.elapsed().as_nanos();
                let known = labels.case_of(transfer.id).zip(labels.word_of(transfer.id));
                let beside = Beside { known, model_ppm, ..Beside::default() };
                tally.add(&judge, &said, (payment, transfer), beside);
            }
        })?;
        tell(context, &set, &tally, spent_ns);
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
    let [stopped, _] = tally.stopped();
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

fn money(found: &Found) -> String {
    let sums = found.money.iter();
    let sums: Vec<String> = sums
        .map(|(currency, sum)| format!("{} {currency}", amount(*currency, Amount(*sum))))
        .collect();
    sums.join(", ")
}

fn tell(context: &Context, set: &RiskSet<'_>, tally: &Tally, spent_ns: u128) {
    let outcomes = Ruling::ALL;
    let ns = spent_ns / u128::from(tally.judged.max(1));
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
        table.row([outcome.word().to_owned(), payments, payers, money(found)]);
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
