//! Where a command takes its rules from, and how a rulebook that is refused is told.

use crate::fail::{Done, Failure};
use rulebook::{BookRefused, Rulebook};
use std::path::PathBuf;

/// Where the rules are.
#[derive(Debug, clap::Args)]
pub struct Book {
    /// A folder of packs instead of those that come with the program.
    #[arg(long, value_name = "DIR")]
    rulebook: Option<PathBuf>,
}

impl Book {
    /// Whether a folder was named.
    pub fn is_named(&self) -> bool {
        self.rulebook.is_some()
    }

    /// The rulebook.
    ///
    /// # Errors
    /// Every fault of its packs.
    pub fn load(&self) -> Done<Rulebook> {
        match &self.rulebook {
            Some(folder) => rulebook::load(folder).map_err(|refused| book_refused(&refused)),
            None => Ok(rulebook::shipped()),
        }
    }
}

/// A rulebook that is refused, as a failure.
pub fn book_refused(refused: &BookRefused) -> Failure {
    Failure::usage(
        format!("the rulebook is refused, all of it:\n{refused}"),
        "correct what is named; nothing was run",
    )
}
