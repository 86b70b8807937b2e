//! The past, payment by payment, with the bank as it was before each; and `tj risk explain`, one of them.

use super::{compiled, unit_word};
use crate::bank::Bank;
use crate::cli::Context;
use crate::cli::book::Book;
use crate::cli::journal::read_failed;
use crate::fail::{Done, Exit, Failure};
use crate::figures;
use crate::out::{Align, Table};
use engine::risk::{Feature, Follower, Machine, Payment, Unit, Values, Wanted};
use rulebook::outcome_word;
use serde_json::json;
use terms::{Transfer, TransferId};

/// Hands every payment of the bank's journal to `see`, with the bank as it was before it.
///
/// # Errors
/// The journal cannot be read.
pub fn payments(
    context: &Context,
    bank: &Bank,
    mut see: impl FnMut(&Follower, &Payment, &Transfer),
) -> Done {
    let mut follower = Follower::default();
    for batch in bank.node.reader().scan(0) {
        let batch = batch.map_err(|error| read_failed(context, &error))?;
        let events = batch.events().map_err(|error| {
            let what = format!("entry {} cannot be read", batch.header.entry);
            Failure::because(Exit::NotVerified, what, &error, "run tj verify")
        })?;
        events.iter().for_each(|event| follower.follow(event, &mut see));
    }
    Ok(())
}

/// Show one payment of the past as the rules saw it: its features just before it, and which rules spoke.
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// The transfer's number.
    #[arg(value_parser = figures::parse_transfer)]
    transfer: TransferId,
    /// Every feature, not only those that a rule looked at.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    book: Book,
}

impl Explain {
    /// Does it.
    ///
    /// # Errors
    /// No such payment; broken rules; the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let id = self.transfer;
        let book = self.book.load()?;
        let set = compiled(&book)?;
        let bank = context.bank()?;
        let wanted = if self.all { Wanted::all() } else { set.program.wanted().clone() };
        let mut values = Values::default();
        let mut found = None;
        payments(context, &bank, |follower, payment, transfer| {
            if transfer.id == id {
                follower.fill(payment, &wanted, &mut values);
                found = Some(*transfer);
            }
        })?;
        let transfer = found.ok_or_else(|| {
            let what = format!("{id} is not a payment that was made");
            Failure::new(
                Exit::Refused,
                what,
                "what was refused, reversed or only the second phase of another has no features",
            )
        })?;
        let mut machine = Machine::default();
        let verdict = set.program.run(&values, &mut machine);
        let spoke: Vec<_> = set
            .program
            .lines()
            .iter()
            .zip(&set.rules)
            .filter(|(line, _)| machine.get(line.condition).is_some_and(|truth| truth != 0))
            .map(|(_, (_, rule))| *rule)
            .collect();
        let shown: Vec<(Feature, Option<i64>)> =
            wanted.features().iter().map(|(feature, _)| (*feature, values.get(*feature))).collect();
        context.out.json(&json!({
            "transfer": id.to_string(), "outcome": outcome_word(verdict.outcome), "score": verdict.score,
            "rules": spoke.iter().map(|rule| json!({
                "rule": rule.id, "outcome": outcome_word(rule.outcome), "points": rule.points, "says": rule.says,
            })).collect::<Vec<_>>(),
            "features": shown.iter().map(|(feature, value)| {
                (feature.name(), value.map(|value| shown_value(*feature, value)).into())
            }).collect::<serde_json::Map<_, _>>(),
        }));
        context.out.line(format_args!(
            "{} from {} to {}: {}, score {}",
            figures::amount(transfer.ledger, transfer.amount),
            transfer.debit_account,
            transfer.credit_account,
            outcome_word(verdict.outcome),
            verdict.score
        ));
        for rule in &spoke {
            context.out.line(format_args!(
                "    {:<30} {:<8} {:>4}  {}",
                rule.id,
                outcome_word(rule.outcome),
                rule.points,
                rule.says
            ));
        }
        let mut table =
            Table::new(&[("feature", Align::Left), ("value", Align::Right), ("unit", Align::Left)]);
        for (feature, value) in shown {
            let value = value.map_or("–".to_owned(), |value| shown_value(feature, value));
            table.row([feature.name(), value, unit_word(feature.unit()).to_owned()]);
        }
        context.out.table(&table);
        Ok(())
    }
}

/// A feature's value as people read it.
fn shown_value(feature: Feature, value: i64) -> String {
    match feature.unit() {
        Unit::Money => {
            let (sign, size) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
            format!("{sign}{}.{:03}", size / 1_000, size % 1_000)
        }
        Unit::Flag => (value != 0).to_string(),
        _ => value.to_string(),
    }
}
