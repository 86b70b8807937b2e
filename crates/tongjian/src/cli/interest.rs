//! `tj interest`: terms, what has accrued, and its settlement.

use super::account::find;
use super::{Context, new_id};
use crate::answer::say;
use crate::bank::Bank;
use crate::fail::Done;
use crate::figures::{self, parse_account, parse_transfer};
use crate::out::{Align, Table};
use crate::tell;
use clap::{Subcommand, ValueEnum};
use serde_json::json;
use terms::{AccountId, Command, DayBasis, InterestTerms, TransferId};

/// Interest.
#[derive(Debug, Subcommand)]
pub enum Interest {
    /// Agree how an account earns or owes interest
    Set {
        /// The account.
        #[arg(value_parser = parse_account)]
        account: AccountId,
        /// Percent a year, such as 2.5.
        #[arg(value_parser = parse_percent)]
        percent: u32,
        /// The account that pays what is earned and takes what is owed.
        #[arg(long, value_parser = parse_account)]
        counter: AccountId,
        /// Days of a year.
        #[arg(long, value_enum, default_value = "actual-365")]
        basis: Basis,
    },
    /// Show terms and what has accrued
    Show {
        /// One account; all that have terms unless given.
        #[arg(value_parser = parse_account)]
        account: Option<AccountId>,
    },
    /// Book what has accrued
    Settle {
        /// The account.
        #[arg(value_parser = parse_account)]
        account: AccountId,
        /// The number of the booking; a new one unless given.
        #[arg(long, value_parser = parse_transfer)]
        id: Option<TransferId>,
    },
}

/// Days of an interest year, on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Basis {
    /// Actual/360.
    #[value(name = "actual-360")]
    Actual360,
    /// Actual/365 fixed.
    #[value(name = "actual-365")]
    Actual365,
}

/// Percent as millionths, exactly.
fn parse_percent(text: &str) -> Result<u32, String> {
    let ppm = terms::parse_minor(text, 4).map_err(|why| why.to_string())?;
    u32::try_from(ppm).map_err(|_| "too large".to_owned())
}

impl Interest {
    /// Does it.
    ///
    /// # Errors
    /// Refused, unknown, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        let command = match self {
            Interest::Set { account, percent, counter, basis } => {
                let basis = match basis {
                    Basis::Actual360 => DayBasis::Actual360,
                    Basis::Actual365 => DayBasis::Actual365,
                };
                let counter_account = counter;
                Command::SetInterest(InterestTerms {
                    account,
                    rate_ppm: percent,
                    basis,
                    counter_account,
                })
            }
            Interest::Settle { account, id } => {
                Command::SettleInterest { id: new_id::or_new(id)?, account }
            }
            Interest::Show { account } => return show(context, &bank, account),
        };
        let answers = bank.ask(vec![command])?;
        let said = say(&context.out, &bank, &answers);
        bank.close()?;
        said
    }
}

fn show(context: &Context, bank: &Bank, account: Option<AccountId>) -> Done {
    let columns = [
        ("account", Align::Right),
        ("% a year", Align::Right),
        ("due", Align::Right),
        ("currency", Align::Left),
    ];
    let (mut table, mut told) = (Table::new(&columns), Vec::new());
    let wanted: Vec<_> = match account {
        Some(account) => vec![find(bank, account)?],
        None => bank.node.engine().accounts().collect(),
    };
    for view in wanted {
        let (Some(interest), currency) = (view.interest, view.account.ledger) else { continue };
        let rate = tell::rate_percent(interest.rate_ppm);
        told.push(json!({
            "account": view.account.id.to_string(), "rate_percent": rate, "basis_days": interest.basis_days,
            "counter_account": interest.counter_account.to_string(),
            "due": currency.format_signed(interest.due), "currency": currency.to_string(),
        }));
        let due = figures::balance(currency, interest.due);
        table.row([view.account.id.to_string(), rate, due, currency.to_string()]);
    }
    context.out.json(&json!({ "interest": told }));
    context.out.table(&table);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_is_read_exactly() {
        assert_eq!(parse_percent("2.5"), Ok(25_000));
        assert_eq!(parse_percent("0.0001"), Ok(1));
        assert!(parse_percent("0.00001").is_err() && parse_percent("-1").is_err());
    }
}
