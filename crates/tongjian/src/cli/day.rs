//! `tj day`: the business day the bank books on, and its end.

use super::Context;
use super::order::pay_due;
use crate::answer::say;
use crate::fail::{Done, Exit, Failure};
use crate::figures::parse_day;
use clap::Subcommand;
use serde_json::json;
use terms::{Command, Day};

/// The business day.
#[derive(Debug, Subcommand)]
pub enum DayCommand {
    /// Show it
    Show,
    /// Close it: interest accrues, the next one begins, and what orders bring on it is paid
    Close {
        /// The one that begins; the day after unless given.
        #[arg(long, value_parser = parse_day)]
        next: Option<Day>,
    },
}

impl DayCommand {
    /// Does it.
    ///
    /// # Errors
    /// Refused, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        let Some(day) = bank.node.engine().business_day() else {
            let next = "make a bank with `tj init`, which opens the institution";
            return Err(Failure::new(
                Exit::Failed,
                "the institution is not open, so there is no business day",
                next,
            ));
        };
        match self {
            DayCommand::Show => {
                context.out.json(&json!({ "business_day": day.to_string() }));
                context.out.line(day);
                Ok(())
            }
            DayCommand::Close { next } => {
                let next = next.unwrap_or_else(|| day.plus(1));
                let answers = bank.ask(vec![Command::CloseDay { day, next }])?;
                let said = say(&context.out, &bank, &answers);
                if said.is_ok() {
                    let paid = pay_due(&mut bank)?;
                    paid.say(context, "orders due");
                }
                bank.close()?;
                said
            }
        }
    }
}
