//! `tj risk`: rules on payments. `rules` reads and compiles them, `features` says what they may look at, `replay`
//! runs them over everything that ever happened, by the code that would judge a payment now, and `explain`
//! shows one payment as they saw it.

mod adopt;
mod past;
mod quality;
mod replay;
mod sets;

use super::Context;
use super::book::{Book, book_refused};
use crate::fail::Done;
use crate::figures::hex;
use crate::out::{Align, Table};
use engine::risk::{Feature, Unit};
pub use past::{every_event, payments};
use rulebook::{RiskSet, Rulebook};
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
    context.out.json(&json!({
        "rules": set.rules.len(), "features": looked_at, "program_bytes": bytes,
        "hash": hex(&set.hash), "warnings": warnings,
    }));
    warnings.iter().for_each(|warning| context.out.line(format_args!("warning: {warning}")));
    context.out.line(format_args!(
        "{} rules over {looked_at} features compile to {bytes} bytes",
        set.rules.len()
    ));
    Ok(())
}

fn list(context: &Context, book: &Rulebook) -> Done {
    let set = compiled(book)?;
    let rule = |(pack, rule): &(&rulebook::Pack, &rulebook::RiskRule)| {
        json!({
            "rule": rule.id, "pack": pack.head.id, "outcome": rule.ruling.word(),
            "points": rule.points, "says": rule.says, "says_zh": rule.says_zh,
            "tells": rule.tells, "tells_zh": rule.tells_zh, "condition": rule.body.sql,
        })
    };
    context.out.json(&set.rules.iter().map(rule).collect::<Vec<_>>());
    for (_, rule) in &set.rules {
        context.out.line(format_args!(
            "{:<30} {:<8} {:>5}  {}\n{:<46} {}",
            rule.id,
            rule.ruling.word(),
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
