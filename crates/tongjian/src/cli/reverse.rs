//! `tj reverse`: takes back a posted transfer or entry by a new one. Nothing is ever rewritten.

use super::{Context, new_id};
use crate::answer::say;
use crate::fail::Done;
use crate::figures::{parse_day, parse_transfer};
use terms::{Command, Day, TransferId};

/// Take back a transfer or entry by a new one.
#[derive(Debug, clap::Args)]
pub struct Reverse {
    /// The number of the transfer or entry.
    #[arg(value_parser = parse_transfer)]
    of: TransferId,
    /// The number of the new one; chosen unless given.
    #[arg(long, value_parser = parse_transfer)]
    id: Option<TransferId>,
    /// From when the reversal counts; the business day unless given.
    #[arg(long, value_parser = parse_day)]
    value_date: Option<Day>,
}

impl Reverse {
    /// Does it.
    ///
    /// # Errors
    /// Refused, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        let (id, value_date) = (new_id::or_new(self.id)?, self.value_date.unwrap_or(Day::BOOKING));
        let answers = bank.ask(vec![Command::Reverse { id, of: self.of, value_date }])?;
        let said = say(&context.out, &bank, &answers);
        bank.close()?;
        said
    }
}
