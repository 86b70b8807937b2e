//! `tj bench`: measures on this machine, with everything switched on that a real bank has.

mod cpu;
mod ledger;

use super::Context;
use crate::fail::Done;
use clap::Subcommand;

/// Measure.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Durable transfers, their answers, restart, verification and receipts
    Ledger(ledger::Ledger),
}

impl Bench {
    /// Does it.
    ///
    /// # Errors
    /// The disk's.
    pub fn run(self, context: &Context) -> Done {
        match self {
            Bench::Ledger(command) => command.run(context),
        }
    }
}
