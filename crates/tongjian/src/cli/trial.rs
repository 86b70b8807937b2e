//! `tj trial-balance`: all accounts by chart code. In every currency debits and credits are equal.

use super::Context;
use crate::bank::Bank;
use crate::fail::{Done, Exit, Failure};
use crate::figures;
use crate::out::{Align, Out, Table};
use engine::TrialLine;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use terms::{Amount, ChartClass, Currency};

/// All accounts by chart code.
#[derive(Debug, clap::Args)]
pub struct TrialBalance {}

impl TrialBalance {
    /// Does it.
    ///
    /// # Errors
    /// The bank cannot be opened; or the books do not balance, which would be our fault.
    pub fn run(self, context: &Context) -> Done {
        let bank = context.bank()?;
        let lines = bank.node.engine().trial_balance();
        context.out.json(&json_of(&bank, &lines));
        print(&context.out, &bank, &lines);
        if differences(&lines).values().any(|difference| *difference != 0) {
            let next = format!("stop the bank and run `tj verify {}`", context.dir.display());
            return Err(Failure::new(
                Exit::NotVerified,
                "debits and credits differ in a currency",
                next,
            ));
        }
        Ok(())
    }
}

/// Credits less debits in each currency.
pub fn differences(lines: &[TrialLine]) -> BTreeMap<Currency, i128> {
    let mut differences = BTreeMap::new();
    for line in lines {
        *differences.entry(line.ledger).or_insert(0i128) += figures::net(line.credits, line.debits);
    }
    differences
}

fn name_of(bank: &Bank, code: u16) -> String {
    bank.node
        .engine()
        .chart()
        .find(|line| line.code == code)
        .map_or_else(String::new, |line| line.name.clone())
}

/// The trial balance for programs.
pub fn json_of(bank: &Bank, lines: &[TrialLine]) -> Value {
    let told: Vec<Value> = lines
        .iter()
        .map(|line| {
            json!({
                "currency": line.ledger.to_string(), "code": line.code, "name": name_of(bank, line.code),
                "class": line.class.map(ChartClass::word), "accounts": line.accounts,
                "debits": line.ledger.format(Amount(line.debits)), "credits": line.ledger.format(Amount(line.credits)),
                "balance": line.ledger.format_signed(figures::net(line.credits, line.debits)),
            })
        })
        .collect();
    let differences: BTreeMap<String, String> = differences(lines)
        .into_iter()
        .map(|(c, difference)| (c.to_string(), c.format_signed(difference)))
        .collect();
    json!({ "lines": told, "differences": differences })
}

/// The trial balance as a table: each code's net amount on its side.
pub fn print(out: &Out, bank: &Bank, lines: &[TrialLine]) {
    let columns = [
        ("code", Align::Right),
        ("name", Align::Left),
        ("accounts", Align::Right),
        ("debit", Align::Right),
        ("credit", Align::Right),
        ("", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for (currency, difference) in differences(lines) {
        let (mut debits, mut credits) = (0u128, 0u128);
        for line in lines.iter().filter(|line| line.ledger == currency) {
            let net = figures::net(line.credits, line.debits);
            let side = |wanted: bool| {
                if wanted {
                    figures::amount(currency, Amount(net.unsigned_abs()))
                } else {
                    String::new()
                }
            };
            if net < 0 {
                debits += net.unsigned_abs();
            } else {
                credits += net.unsigned_abs();
            }
            table.row([
                line.code.to_string(),
                name_of(bank, line.code),
                figures::grouped(line.accounts.into()),
                side(net < 0),
                side(net > 0),
                currency.to_string(),
            ]);
        }
        table.row([
            String::new(),
            format!("sum; difference {}", figures::balance(currency, difference)),
            String::new(),
            figures::amount(currency, Amount(debits)),
            figures::amount(currency, Amount(credits)),
            currency.to_string(),
        ]);
    }
    out.table(&table);
}
