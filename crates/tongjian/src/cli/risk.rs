//! `tj risk`: rules on payments. `rules` reads and compiles them, `features` says what they may look at, `replay`
//! runs them over everything that ever happened, by the code that would judge a payment now, and `explain`
//! shows one payment as they saw it.

mod adopt;
mod marks;
mod past;
mod replay;
mod sets;

use super::Context;
use super::book::{Book, book_refused};
use crate::fail::Done;
use crate::figures::{grouped, hex};
use crate::out::{Align, Table};
use engine::risk::{Feature, Unit};
pub use past::{every_event, payments};
use rulebook::{RiskForm, RiskSet, Rulebook, SetRule, list_word};
use serde_json::json;

/// Rules on payments.
#[derive(Debug, clap::Subcommand)]
pub enum RiskCommand {
    /// The rules themselves
    #[command(subcommand)]
    Rules(Rules),
    /// Rule sets that were adopted, and which of them judge
    Sets,
    /// End a rule set; the one that was active before it judges again
    Withdraw(sets::Withdraw),
    /// What rules may look at: every feature with its unit and meaning
    Features(Known),
    /// Run rules over all of the past and say what they would have done
    Replay(replay::Replay),
    /// How well rules and models did, by what closed cases were marked as
    Quality(marks::Quality),
    /// One payment of the past as the rules saw it
    Explain(past::Explain),
}

/// What rules may look at: every feature with its unit and meaning.
#[derive(Debug, clap::Args)]
pub struct Known {
    /// Instead: queries over history that give every feature a second way, slow and for checking: for `tj query`.
    #[arg(long)]
    queries: bool,
    /// In the queries, by how many minutes the bank's clock is ahead of UTC.
    #[arg(long, default_value_t = 480, allow_hyphen_values = true, value_name = "MINUTES")]
    utc_offset: i16,
}

/// The rules themselves.
#[derive(Debug, clap::Subcommand)]
pub enum Rules {
    /// Read and compile them; every fault is told with its file, line and column
    Check(Book),
    /// What each one sees, demands and adds to the score
    List(Book),
    /// Put them into the journal and let them judge payments, or watch them first
    Adopt(adopt::Adopt),
}

impl RiskCommand {
    /// Does it.
    ///
    /// # Errors
    /// Broken rules; the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        match self {
            RiskCommand::Rules(Rules::Check(book)) => check(context, &book.load()?),
            RiskCommand::Rules(Rules::List(book)) => list(context, &book.load()?),
            RiskCommand::Rules(Rules::Adopt(adopt)) => adopt.run(context),
            RiskCommand::Sets => sets::list(context),
            RiskCommand::Withdraw(withdraw) => withdraw.run(context),
            RiskCommand::Features(known) => known.run(context),
            RiskCommand::Replay(replay) => replay.run(context),
            RiskCommand::Quality(quality) => quality.run(context),
            RiskCommand::Explain(explain) => explain.run(context),
        }
    }
}

/// The rules as one program.
///
/// # Errors
/// Every condition that is wrong.
pub fn compiled(book: &Rulebook) -> Done<RiskSet<'_>> {
    book.risk_set().map_err(|refused| book_refused(&refused))
}

fn check(context: &Context, book: &Rulebook) -> Done {
    let set = compiled(book)?;
    let bytes = set.program.to_bytes().len();
    let looked_at = set.program.wanted().features().len();
    let warnings: Vec<String> = set.warnings.iter().map(ToString::to_string).collect();
    let of = |is: fn(&RiskForm) -> bool| book.risks().filter(|(_, rule)| is(&rule.form)).count();
    let (cards, limits) = (
        of(|form| matches!(form, RiskForm::Scorecard(_))),
        of(|form| matches!(form, RiskForm::Limits { .. })),
    );
    context.out.json(&json!({
        "rules": set.rules.len(), "scorecards": cards, "limits": limits, "features": looked_at,
        "lists": book.lists().map(|list| json!({
            "list": list.id, "of": list_word(list.names.of()), "names": list.names.len(),
            "says": list.says, "says_zh": list.says_zh,
        })).collect::<Vec<_>>(),
        "program_bytes": bytes, "hash": hex(&set.hash), "warnings": warnings,
    }));
    warnings.iter().for_each(|warning| context.out.line(format_args!("warning: {warning}")));
    context.out.line(format_args!(
        "{} rules over {looked_at} features compile to {bytes} bytes",
        set.rules.len()
    ));
    if cards + limits > 0 {
        context
            .out
            .line(format_args!("    {cards} scorecards and {limits} tables of limits among them"));
    }
    for list in book.lists() {
        let (names, of) = (grouped(list.names.len() as u128), list_word(list.names.of()));
        context.out.line(format_args!("    list {}: {names} {of}. {}", list.id, list.says));
    }
    Ok(())
}

fn list(context: &Context, book: &Rulebook) -> Done {
    let set = compiled(book)?;
    let rule = |SetRule { pack, rule, id, ruling, sql }: &SetRule<'_>| {
        json!({
            "rule": id, "pack": pack.head.id, "outcome": ruling.word(),
            "points": rule.points, "says": rule.says, "says_zh": rule.says_zh,
            "tells": rule.tells, "tells_zh": rule.tells_zh, "condition": sql,
            "waits_hours": rule.clock.map(|clock| clock.hold_s / 3_600),
            "at_end": rule.clock.map(|clock| clock.at_end.word()),
        })
    };
    context.out.json(&set.rules.iter().map(rule).collect::<Vec<_>>());
    for SetRule { rule, id, ruling, .. } in &set.rules {
        context.out.line(format_args!(
            "{id:<30} {:<8} {:>5}  {}\n{:<46} {}",
            ruling.word(),
            rule.points,
            rule.says,
            "",
            rule.says_zh
        ));
    }
    Ok(())
}

/// A unit as people say it.
pub fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Number => "",
        Unit::Money => "main units of the currency",
        Unit::Seconds => "seconds",
        Unit::Permille => "thousandths",
        Unit::Flag => "true or false",
    }
}

impl Known {
    fn run(&self, context: &Context) -> Done {
        if self.queries {
            queries(context, self.utc_offset);
        } else {
            features(context);
        }
        Ok(())
    }
}

/// Each query and the features in its columns, after the entry and row of each payment.
fn queries(context: &Context, utc_offset_min: i16) {
    let twins = rulebook::twins(utc_offset_min);
    let names = |twin: &rulebook::Twin| -> Vec<String> {
        twin.features.iter().map(|feature| feature.name()).collect()
    };
    let json: Vec<_> =
        twins.iter().map(|twin| json!({ "features": names(twin), "sql": twin.sql })).collect();
    context.out.json(&json);
    for twin in &twins {
        context.out.line(format_args!("-- {}\n{};\n", names(twin).join(", "), twin.sql));
    }
}

fn features(context: &Context) {
    let json: Vec<_> = Feature::all()
        .map(|feature| {
            json!({
                "feature": feature.name(), "number": feature.number(),
                "unit": unit_word(feature.unit()), "may_be_missing": feature.nullable(),
                "meaning": feature.meaning(),
            })
        })
        .collect();
    context.out.json(&json);
    let mut table =
        Table::new(&[("feature", Align::Left), ("unit", Align::Left), ("meaning", Align::Left)]);
    for feature in Feature::all() {
        table.row([feature.name(), unit_word(feature.unit()).to_owned(), feature.meaning()]);
    }
    context.out.table(&table);
}
