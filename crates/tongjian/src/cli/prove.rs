//! `tj prove`: the receipt of a transfer, an entry of legs, or any record. Whoever has it and the bank's
//! public key can check it offline, for ever.

use super::Context;
use super::journal::read_failed;
use crate::bank::Bank;
use crate::fail::{Done, Exit, Failure};
use serde_json::json;
use std::path::PathBuf;
use terms::TransferId;

/// Make the receipt of a transfer, entry or record.
#[derive(Debug, clap::Args)]
pub struct Prove {
    /// The number of a transfer or entry; `#N` is record N of the journal, refusals included.
    #[arg(required_unless_present = "entry", conflicts_with = "entry")]
    what: Option<String>,
    /// Instead: the entry of the journal, as a row of the tables names it.
    #[arg(long, value_name = "ENTRY", requires = "row")]
    entry: Option<u64>,
    /// And the row in that entry.
    #[arg(long, value_name = "ROW", requires = "entry")]
    row: Option<u32>,
    /// Into this file; to standard output unless given.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

impl Prove {
    /// Does it.
    ///
    /// # Errors
    /// Unknown, damaged, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let bank = context.bank()?;
        let record = match (&self.what, self.entry, self.row) {
            (_, Some(entry), Some(row)) => record_at(context, &bank, (entry, row))?,
            (what, ..) => record_of(&bank, what.as_deref().unwrap_or_default())?,
        };
        let text = receipt_text(context, &bank, record)?;
        let Some(path) = &self.output else {
            context.out.json(&json!({ "record": record, "receipt": text }));
            if !context.out.is_json() {
                context.out.raw(&text);
            }
            return Ok(());
        };
        std::fs::write(path, &text).map_err(|error| {
            let what = format!("cannot write {}", path.display());
            Failure::because(Exit::Failed, what, &error, "choose another file with -o")
        })?;
        context.out.json(&json!({ "record": record, "file": path, "bytes": text.len() }));
        context.out.line(format_args!(
            "wrote the receipt of record {record} to {} ({} bytes)",
            path.display(),
            text.len()
        ));
        context.out.line(format_args!(
            "check it anywhere: tj receipt verify {} --key {}",
            path.display(),
            context.dir.join(journal::keys::LOG_PUB).display()
        ));
        Ok(())
    }
}

/// The record that a number on the command line means.
fn record_of(bank: &Bank, text: &str) -> Done<u64> {
    if let Some(number) = text.strip_prefix('#') {
        return number.parse().map_err(|_| {
            Failure::usage(format!("{text:?} is no record"), "write # and the record's number")
        });
    }
    let id = crate::figures::parse_transfer(text).map_err(|why| {
        Failure::usage(format!("{text:?} is {why}"), "give a transfer's number, or #N for record N")
    })?;
    record_of_transfer(bank, id).ok_or_else(|| {
        let what = format!("no transfer or entry {id} was done");
        Failure::new(
            Exit::Failed,
            what,
            "a refusal is proved by its record: find it with `tj journal tail` and give #N",
        )
    })
}

/// The record at a row of an entry.
fn record_at(context: &Context, bank: &Bank, (entry, row): (u64, u32)) -> Done<u64> {
    let header = bank.node.journal().header(entry);
    let (header, _) = header.map_err(|error| read_failed(context, &error))?;
    if row < header.record_count {
        return Ok(header.first_record + u64::from(row));
    }
    let what = format!("entry {entry} has {} rows, so there is no row {row}", header.record_count);
    Err(Failure::usage(what, "name a row as the tables do: they begin at 0"))
}

/// The record that brought a transfer or entry.
pub fn record_of_transfer(bank: &Bank, id: TransferId) -> Option<u64> {
    let engine = bank.node.engine();
    let of_entry = || engine.entry(id).map(|(_, _, _, record, _)| record);
    engine.transfer(id).map(|view| view.record).or_else(of_entry)
}

/// A record's receipt as text.
///
/// # Errors
/// There is no such record, or the journal is damaged.
pub fn receipt_text(context: &Context, bank: &Bank, record: u64) -> Done<String> {
    let journal = bank.node.journal();
    let (entry, row) = journal.locate(record).map_err(|error| read_failed(context, &error))?;
    let next = || format!("run `tj verify {}`", context.dir.display());
    let failed = |error: &dyn std::error::Error| {
        Failure::because(Exit::Failed, "the receipt cannot be made", error, next())
    };
    let receipt = journal.receipt(entry, row).map_err(|error| failed(&error))?;
    receipt.to_text().map_err(|error| failed(&error))
}
