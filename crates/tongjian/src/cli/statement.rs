//! `tj statement`: what an account had, every posted line of a period, what it has; by booking date as
//! the books were written, or by value date as interest counts.

use super::Context;
use super::account::{owners, unknown};
use crate::fail::{Done, Exit, Failure};
use crate::figures::{self, parse_account, parse_day};
use crate::out::{Align, Table};
use clap::ValueEnum;
use node::{DateKind, Statement, StatementFailed, StatementLine};
use serde_json::json;
use terms::{AccountId, Day, Side};

/// What happened on an account.
#[derive(Debug, clap::Args)]
pub struct StatementCommand {
    /// The account.
    #[arg(value_parser = parse_account)]
    account: AccountId,
    /// First day, included; from the beginning unless given.
    #[arg(long, value_parser = parse_day)]
    from: Option<Day>,
    /// Last day, included; to the end unless given.
    #[arg(long, value_parser = parse_day)]
    to: Option<Day>,
    /// By which date.
    #[arg(long, value_enum, default_value = "booking")]
    by: By,
    /// As a table or as CSV; --json for programs.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// By which date, on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum By {
    /// When it was booked.
    Booking,
    /// From when it counts.
    Value,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table.
    Text,
    /// Comma-separated values.
    Csv,
}

impl StatementCommand {
    /// Does it.
    ///
    /// # Errors
    /// Unknown, damaged, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let bank = context.bank()?;
        let by = match self.by {
            By::Booking => DateKind::Booking,
            By::Value => DateKind::Value,
        };
        let (from, to) = (self.from.unwrap_or(Day(i32::MIN)), self.to.unwrap_or(Day(i32::MAX)));
        if from > to {
            return Err(Failure::usage(
                format!("{from} is after {to}"),
                "exchange --from and --to",
            ));
        }
        let statement =
            bank.node.statement(self.account, from, to, by).map_err(|error| match error {
                StatementFailed::AccountUnknown(account) => unknown(account),
                damaged => {
                    let next = format!("run `tj verify {}`", context.dir.display());
                    Failure::because(Exit::Failed, "the statement cannot be made", &damaged, next)
                }
            })?;
        if context.out.is_json() {
            context.out.json(&json_of(&statement));
        } else if self.format == Format::Csv {
            context.out.raw(csv_of(&statement)?);
        } else {
            print(context, &statement, &owners(&bank, self.account));
        }
        Ok(())
    }
}

fn signed(line: &StatementLine) -> i128 {
    let amount = i128::try_from(line.amount.0).unwrap_or(i128::MAX);
    if line.side == Side::Debit { -amount } else { amount }
}

fn period(statement: &Statement) -> String {
    match (statement.from.0, statement.to.0) {
        (i32::MIN, i32::MAX) => "all days".to_owned(),
        (i32::MIN, _) => format!("up to {}", statement.to),
        (_, i32::MAX) => format!("from {} on", statement.from),
        _ => format!("{} to {}", statement.from, statement.to),
    }
}

fn print(context: &Context, statement: &Statement, owners: &[(terms::PartyId, String)]) {
    let (out, currency) = (&context.out, statement.account.ledger);
    let names =
        owners.iter().map(|(party, name)| format!(", {name} (party {party})")).collect::<String>();
    let by = if statement.by == DateKind::Value { "value date" } else { "booking date" };
    out.line(format_args!("account {} in {currency}{names}", statement.account.id));
    out.line(format_args!(
        "by {by}, {}; as of {} records of the journal",
        period(statement),
        statement.records
    ));
    let columns = [
        ("booked", Align::Left),
        ("value", Align::Left),
        ("record", Align::Right),
        ("with", Align::Right),
        ("code", Align::Right),
        ("amount", Align::Right),
        ("balance", Align::Right),
    ];
    let mut table = Table::new(&columns);
    let edge = |table: &mut Table, word: &str, balance: i128| {
        let none = String::new;
        table.row([
            word.into(),
            none(),
            none(),
            none(),
            none(),
            none(),
            figures::balance(currency, balance),
        ]);
    };
    edge(&mut table, "before", statement.opening);
    for line in &statement.lines {
        let with = line.counterparty.map_or("several".to_owned(), |account| account.to_string());
        table.row([
            line.booking_date.to_string(),
            line.value_date.to_string(),
            line.record.to_string(),
            with,
            line.code.to_string(),
            figures::balance(currency, signed(line)),
            figures::balance(currency, line.balance),
        ]);
    }
    edge(&mut table, "after", statement.closing);
    out.table(&table);
}

fn json_of(statement: &Statement) -> serde_json::Value {
    let currency = statement.account.ledger;
    let edge = |day: Day| {
        if day.0 == i32::MIN || day.0 == i32::MAX { None } else { Some(day.to_string()) }
    };
    let lines: Vec<_> = statement
        .lines
        .iter()
        .map(|line| {
            json!({
                "record": line.record, "id": line.id.to_string(), "time": line.time.iso_at(0),
                "booking_date": line.booking_date.to_string(), "value_date": line.value_date.to_string(),
                "code": line.code, "side": if line.side == Side::Debit { "debit" } else { "credit" },
                "amount": currency.format(line.amount), "balance": currency.format_signed(line.balance),
                "counterparty": line.counterparty.map(|a| a.to_string()),
                "reverses": line.reverses.map(|id| id.to_string()),
            })
        })
        .collect();
    json!({
        "account": statement.account.id.to_string(), "currency": currency.to_string(),
        "by": if statement.by == DateKind::Value { "value" } else { "booking" },
        "from": edge(statement.from), "to": edge(statement.to), "records": statement.records,
        "opening": currency.format_signed(statement.opening), "lines": lines,
        "closing": currency.format_signed(statement.closing),
    })
}

fn csv_of(statement: &Statement) -> Done<String> {
    let currency = statement.account.ledger;
    let failed = |error: &dyn std::error::Error| {
        Failure::because(Exit::Failed, "the CSV cannot be written", error, "try --json instead")
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = [
        "booking_date",
        "value_date",
        "record",
        "id",
        "counterparty",
        "code",
        "amount",
        "currency",
        "balance",
        "reverses",
    ];
    writer.write_record(head).map_err(|error| failed(&error))?;
    for line in &statement.lines {
        let row = [
            line.booking_date.to_string(),
            line.value_date.to_string(),
            line.record.to_string(),
            line.id.to_string(),
            line.counterparty.map(|account| account.to_string()).unwrap_or_default(),
            line.code.to_string(),
            currency.format_signed(signed(line)),
            currency.to_string(),
            currency.format_signed(line.balance),
            line.reverses.map(|id| id.to_string()).unwrap_or_default(),
        ];
        writer.write_record(row).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
