//! `tj risk sets` and `tj risk withdraw`: which rule sets there are, which of them judge, and the end of one.

use crate::answer::say;
use crate::cli::Context;
use crate::fail::Done;
use crate::figures::grouped;
use crate::out::{Align, Table};
use crate::tell::rule_set;
use serde_json::json;
use terms::{Command, Withdrawal, WithdrawalReason};

/// Says which rule sets there are.
///
/// # Errors
/// The bank cannot be opened.
pub fn list(context: &Context) -> Done {
    let bank = context.bank()?;
    let columns = [
        ("set", Align::Right),
        ("name", Align::Left),
        ("stage", Align::Left),
        ("now", Align::Left),
        ("judged", Align::Right),
        ("stopped", Align::Right),
        ("adopted by", Align::Left),
    ];
    let (mut table, mut told) = (Table::new(&columns), Vec::new());
    for view in bank.node.engine().rule_sets() {
        let now = match (view.judging, view.in_force) {
            (true, _) => "judges",
            (false, true) => "waits",
            (false, false) => "ended",
        };
        told.push(json!({
            "rule_set": view.number, "now": now, "judged": view.judged, "stopped": view.stopped,
            "lost_thousandths": view.lost, "adopted": rule_set(view.set),
        }));
        table.row([
            view.number.to_string(),
            view.set.name.clone(),
            view.set.stage.word().to_owned(),
            now.to_owned(),
            grouped(view.judged.into()),
            grouped(view.stopped.into()),
            view.set.by.clone(),
        ]);
    }
    context.out.json(&json!({ "rule_sets": told }));
    context.out.table(&table);
    context
        .out
        .line("judged and stopped count since counting last began anew, of at most 1,000 payments");
    Ok(())
}

/// End a rule set; the one that was active before it judges again.
#[derive(Debug, clap::Args)]
pub struct Withdraw {
    /// Its number.
    set: u16,
    /// Who ends it.
    #[arg(long, env = "USER", value_name = "NAME")]
    by: String,
}

impl Withdraw {
    /// Does it.
    ///
    /// # Errors
    /// Refused, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        let end = Withdrawal { set: self.set, reason: WithdrawalReason::Asked, by: self.by };
        let answers = bank.ask(vec![Command::WithdrawRules(end)])?;
        let said = say(&context.out, &bank, &answers);
        bank.close()?;
        said
    }
}
