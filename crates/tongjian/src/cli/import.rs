//! `tj import`: other banks' data, whole or not at all, and never twice.

mod posting;
mod berka;
mod amlsim;
mod csv;

use super::Context;
use crate::fail::Done;
use clap::Subcommand;

/// Bring in other banks' data.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// The Berka bank: a real Czech bank of the 1990s, anonymised
    Berka(berka::Berka),
    /// A sample of AMLSim's: a simulated bank with planted cycles
    Amlsim(amlsim::Amlsim),
    /// Payments from anybody's CSV file, read by a map
    Csv(csv::Csv),
}

impl Import {
    /// Does it.
    ///
    /// # Errors
    /// The file, the map, the bank.
    pub fn run(self, context: &Context) -> Done {
        match self {
            Import::Berka(command) => command.run(context),
            Import::Amlsim(command) => command.run(context),
            Import::Csv(command) => command.run(context),
        }
    }
}
