//! `tj chart`: the list of codes that accounts carry.

use super::Context;
use crate::answer::say;
use crate::fail::Done;
use crate::out::{Align, Table};
use clap::{Subcommand, ValueEnum};
use serde_json::json;
use terms::{ChartClass, ChartLine, Command};

/// The chart of accounts.
#[derive(Debug, Subcommand)]
pub enum Chart {
    /// List the codes
    List,
    /// Add a code
    Add {
        /// The code, from 1 to 65535.
        #[arg(value_parser = clap::value_parser!(u16).range(1..))]
        code: u16,
        /// Its side of the books.
        #[arg(long, value_enum)]
        class: Class,
        /// Its name; not personal data.
        #[arg(long)]
        name: String,
    },
}

/// A side of the books on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Class {
    /// What the bank has.
    Asset,
    /// What the bank owes.
    Liability,
    /// What belongs to the owners.
    Equity,
    /// Earned.
    Income,
    /// Spent.
    Expense,
    /// Clearing and positions.
    Common,
    /// Memorandum accounts.
    OffBalance,
}

impl Class {
    fn word(self) -> ChartClass {
        match self {
            Class::Asset => ChartClass::Asset,
            Class::Liability => ChartClass::Liability,
            Class::Equity => ChartClass::Equity,
            Class::Income => ChartClass::Income,
            Class::Expense => ChartClass::Expense,
            Class::Common => ChartClass::Common,
            Class::OffBalance => ChartClass::OffBalance,
        }
    }
}

impl Chart {
    /// Does it.
    ///
    /// # Errors
    /// Refused, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        match self {
            Chart::List => {
                let mut table = Table::new(&[
                    ("code", Align::Right),
                    ("class", Align::Left),
                    ("name", Align::Left),
                ]);
                let mut told = Vec::new();
                for line in bank.node.engine().chart() {
                    let class = line.class.word();
                    told.push(json!({ "code": line.code, "class": class, "name": line.name }));
                    table.row([line.code.to_string(), class.to_owned(), line.name.clone()]);
                }
                context.out.json(&json!({ "chart": told }));
                context.out.table(&table);
                Ok(())
            }
            Chart::Add { code, class, name } => {
                let line = ChartLine { code, class: class.word(), name };
                let answers = bank.ask(vec![Command::DefineChartLine(line)])?;
                let said = say(&context.out, &bank, &answers);
                bank.close()?;
                said
            }
        }
    }
}
