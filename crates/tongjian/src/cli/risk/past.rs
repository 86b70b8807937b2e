//! The past, payment by payment, with the bank as it was before each; and `tj risk explain`, one of them.

use super::{compiled, unit_word};
use crate::bank::Bank;
use crate::cli::Context;
use crate::cli::book::Book;
use crate::cli::journal::read_failed;
use crate::fail::{Done, Exit, Failure};
use crate::figures;
use crate::out::{Align, Table};
use crate::reasons::{Reason, conditions, reasons_of};
use crate::tell::verdict;
use engine::risk::{
    Feature, Found, Machine, Model, Payment, Program, Sides, Single, Tables, Unit, Values, Wanted,
};
use engine::{Engine, Follower};
use forest::Row;
use serde_json::json;
use terms::{Event, TimeNs, Transfer, TransferEvent, TransferFlags, TransferId};

/// What moved a model's answer: as many features are named.
const FACTORS: usize = 6;

/// Hands every batch of the bank's journal to `see`: when its turn was, and its events.
///
/// # Errors
/// The journal cannot be read, or `see` fails.
pub fn every_batch(
    context: &Context,
    bank: &Bank,
    mut see: impl FnMut(TimeNs, &[Event]) -> Done,
) -> Done {
    for batch in bank.node.reader().scan(0) {
        let batch = batch.map_err(|error| read_failed(context, &error))?;
        let events = batch.events().map_err(|error| {
            let what = format!("entry {} cannot be read", batch.header.entry);
            Failure::because(Exit::NotVerified, what, &error, "run tj verify")
        })?;
        see(batch.header.time, &events)?;
    }
    Ok(())
}

/// Hands every event of the bank's journal to `see`.
///
/// # Errors
/// The journal cannot be read.
pub fn every_event(context: &Context, bank: &Bank, mut see: impl FnMut(&Event)) -> Done {
    every_batch(context, bank, |_, events| {
        events.iter().for_each(&mut see);
        Ok(())
    })
}

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
    every_event(context, bank, |event| follower.follow(event, &mut see))
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
        let bank = context.bank()?;
        let Some((done, values, sides)) = self.find(context, &bank)? else {
            let what = format!("{} is not a payment that was made or judged", self.transfer);
            let next = "what was refused by the ledger, reversed, or only the second phase of another has no features";
            return Err(Failure::new(Exit::Refused, what, next));
        };
        let rules = match (&done.verdict, self.book.is_named()) {
            (Some(verdict), false) => Rules::adopted(bank.node.engine(), verdict.set),
            _ => Rules::written(&self.book)?,
        };
        let (mut machine, mut row, mut values) = (Machine::default(), Row::default(), values);
        let ppm = rules.model.as_ref().map(|model| model.ppm(&values, &mut row));
        values.set(Feature::single(Single::Model), ppm.map(i64::from));
        rules.tables.fill(&sides, rules.program.wanted(), &mut values);
        let said = rules.program.run_steps(&values, &mut machine);
        let spoke: Vec<&Reason> = rules
            .program
            .lines()
            .iter()
            .zip(&rules.reasons)
            .filter(|(line, _)| machine.get(line.condition).is_some_and(|truth| truth != 0))
            .map(|(_, reason)| reason)
            .collect();
        let wanted = if self.all { Wanted::all() } else { rules.program.wanted().clone() };
        let shown: Vec<(Feature, Option<i64>)> =
            wanted.features().iter().map(|(feature, _)| (*feature, values.get(*feature))).collect();
        let factors = rules.model.as_ref().map(|model| factors(model, &values, &row));
        let factors = factors.unwrap_or_default();
        tell(context, &done, &said, Seen { spoke: &spoke, shown, ppm, factors });
        Ok(())
    }

    /// The payment, and all its features as they were before it was decided.
    fn find(&self, context: &Context, bank: &Bank) -> Done<Option<(TransferEvent, Values, Sides)>> {
        let (mut follower, all) = (Follower::default(), Wanted::all());
        let mut found = None;
        every_event(context, bank, |event| {
            if let Event::Transfer(done) = event
                && done.transfer.id == self.transfer
                && (done.outcome.is_ok() || done.verdict.is_some())
                && let Some(payment) = follower.payment_of(done)
            {
                let mut values = Values::default();
                follower.fill(&payment, &all, &mut values);
                found = Some((*done, values, follower.sides(&payment)));
            }
            follower.follow(event, |_, _, _| {});
        })?;
        Ok(found)
    }
}

/// Rules that can be run and told, from the rulebook or as they were adopted.
struct Rules {
    program: Program,
    model: Option<Model>,
    tables: Tables,
    reasons: Vec<Reason>,
}

impl Rules {
    fn written(book: &Book) -> Done<Rules> {
        let book = book.load()?;
        let set = compiled(&book)?;
        let (program, tables) = (set.program.clone(), set.tables.clone());
        Ok(Rules { program, model: None, tables, reasons: reasons_of(&set) })
    }

    /// The set with this number; what cannot be read, which no adopted set is, has no conditions.
    fn adopted(engine: &Engine, number: u16) -> Rules {
        let set = engine.rule_sets().find(|view| view.number == number);
        let bytes = set.and_then(|view| engine.artifact(&view.set.program)).unwrap_or_default();
        let program = Program::of_bytes(bytes).unwrap_or_default();
        let model = set.and_then(|view| view.set.model).and_then(|hash| engine.artifact(&hash));
        let model = model.and_then(|bytes| Model::of_bytes(bytes).ok());
        let tables = set.and_then(|view| view.set.tables).and_then(|hash| engine.artifact(&hash));
        let tables = tables.and_then(|bytes| Tables::of_bytes(bytes).ok()).unwrap_or_default();
        Rules { program, model, tables, reasons: conditions(engine, number) }
    }
}

/// What moved a model's answer most, each with how much, in log odds: exact, and summing to the answer with the base.
fn factors(model: &Model, values: &Values, row: &Row) -> Factors {
    let Ok(all) = model.forest().contributions(row.values()) else { return Vec::new() };
    // Of several outputs the first is "nothing wrong": what speaks against it speaks for the payment being something.
    let (of, sign) = match &all[..] {
        [only] => (only, 1.0),
        [first, ..] => (first, -1.0),
        [] => return Vec::new(),
    };
    let inputs = model.inputs().iter().zip(of);
    let mut factors: Factors = inputs
        .map(|(feature, part)| (*feature, values.get(*feature), sign * part))
        .filter(|(_, _, part)| *part != 0.0)
        .collect();
    factors.sort_by(|one, other| other.2.abs().total_cmp(&one.2.abs()));
    factors.truncate(FACTORS);
    factors
}

/// What rules and model had before them.
struct Seen<'a> {
    spoke: &'a [&'a Reason],
    shown: Vec<(Feature, Option<i64>)>,
    ppm: Option<u32>,
    factors: Factors,
}

/// Features, each with its value and how much it moved the model's answer.
type Factors = Vec<(Feature, Option<i64>, f64)>;

fn tell(
    context: &Context,
    done: &TransferEvent,
    said: &Found,
    Seen { spoke, shown, ppm, factors }: Seen<'_>,
) {
    let (t, ruling) = (&done.transfer, said.ruling.word());
    context.out.json(&json!({
        "transfer": t.id.to_string(), "outcome": ruling, "score": said.score,
        "recorded": done.verdict.as_ref().map(verdict),
        "rules": spoke.iter().map(|reason| json!({
            "rule": reason.rule, "outcome": reason.ruling, "points": reason.points, "says": reason.says,
        })).collect::<Vec<_>>(),
        "model_ppm": ppm,
        "model_because": factors.iter().map(|(feature, value, part)| json!({
            "feature": feature.name(), "value": value.map(|value| shown_value(*feature, value)),
            "log_odds": part, "meaning": feature.meaning(),
        })).collect::<Vec<_>>(),
        "features": shown.iter().map(|(feature, value)| {
            (feature.name(), value.map(|value| shown_value(*feature, value)).into())
        }).collect::<serde_json::Map<_, _>>(),
    }));
    let (money, from, to) =
        (figures::amount(t.ledger, t.amount), t.debit_account, t.credit_account);
    let score = said.score;
    context.out.line(format_args!("{money} from {from} to {to}: {ruling}, score {score}"));
    if let Some(recorded) = &done.verdict {
        let became = match done.outcome {
            Ok(()) if t.flags.has(TransferFlags::HELD) => "held".to_owned(),
            Ok(()) => "done".to_owned(),
            Err(refusal) => refusal.sentence().to_owned(),
        };
        context.out.line(format_args!(
            "    recorded: {} by rule set {}, score {}; {became}",
            recorded.ruling.word(),
            recorded.set,
            recorded.score
        ));
    }
    for reason in spoke {
        let Reason { rule, ruling, points, says, .. } = reason;
        context.out.line(format_args!("    {rule:<30} {ruling:<8} {points:>4}  {says}"));
    }
    if let Some(ppm) = ppm {
        context.out.line(format_args!("    the model says {ppm} in a million, because of:"));
    }
    for (feature, value, part) in &factors {
        let value = value.map_or("missing".to_owned(), |value| shown_value(*feature, value));
        context.out.line(format_args!(
            "    {part:>+7.2}  {} = {value}: {}",
            feature.name(),
            feature.meaning()
        ));
    }
    let mut table =
        Table::new(&[("feature", Align::Left), ("value", Align::Right), ("unit", Align::Left)]);
    for (feature, value) in shown {
        let value = value.map_or("–".to_owned(), |value| shown_value(feature, value));
        table.row([feature.name(), value, unit_word(feature.unit()).to_owned()]);
    }
    context.out.table(&table);
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
