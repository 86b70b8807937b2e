//! `tj bench`: measures on this machine, with everything switched on that a real bank has.

mod cpu;
mod features;
mod history;
mod iso;
mod ledger;
mod risk;

use super::Context;
use crate::fail::Done;
use clap::Subcommand;

/// Measure.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Durable transfers, their answers, restart, verification and receipts
    Ledger(ledger::Ledger),
    /// A customer's file of payments: read, decided under rules, durable, and answered
    Iso(iso::IsoBench),
    /// Rolling into tables, a dozen questions, and what looking costs paying
    History(history::HistoryBench),
    /// Features and rules of payments: what judging one costs
    Risk(risk::RiskBench),
    /// Features and rules over a bank's own past
    Features(features::FeaturesBench),
}

impl Bench {
    /// Does it.
    ///
    /// # Errors
    /// The disk's.
    pub fn run(self, context: &Context) -> Done {
        match self {
            Bench::Ledger(command) => command.run(context),
            Bench::Iso(command) => command.run(context),
            Bench::History(command) => command.run(context),
            Bench::Risk(command) => command.run(context),
            Bench::Features(command) => command.run(context),
        }
    }
}
