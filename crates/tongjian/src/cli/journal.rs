//! `tj journal`: the records themselves, as they stand.

use super::Context;
use crate::answer::with_around;
use crate::bank::Bank;
use crate::fail::{Done, Exit, Failure};
use crate::tell::{self, Stands, json_of, line_of};
use clap::Subcommand;
use journal::{ReadFailed, StoredBatch};
use serde_json::json;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use terms::{Command, Event};

/// The journal itself.
#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// The latest records
    Tail {
        /// How many.
        #[arg(short = 'n', long, default_value_t = 10)]
        lines: u64,
    },
    /// One record with everything that belongs to it
    Show {
        /// Its number.
        record: u64,
    },
    /// All records, one JSON object a line
    Export {
        /// Into this file; to standard output unless given.
        #[arg(short, long)]
        output: Option<PathBuf>,
        /// From this record on.
        #[arg(long, default_value_t = 0)]
        from: u64,
    },
}

impl JournalCommand {
    /// Does it.
    ///
    /// # Errors
    /// Damaged, unknown, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let bank = context.bank()?;
        match self {
            JournalCommand::Tail { lines } => tail(context, &bank, lines),
            JournalCommand::Show { record } => show(context, &bank, record),
            JournalCommand::Export { output, from } => {
                export(context, &bank, output.as_deref(), from)
            }
        }
    }
}

/// A journal that cannot be read.
pub fn read_failed(context: &Context, error: &ReadFailed) -> Failure {
    match error {
        ReadFailed::NoRecord { .. } | ReadFailed::NoEntry { .. } => Failure::new(
            Exit::Failed,
            error.to_string(),
            "records are numbered from 0; see the last with `tj journal tail`",
        ),
        damaged => {
            let next = format!("run `tj verify {}`", context.dir.display());
            Failure::because(Exit::Failed, "the journal cannot be read", damaged, next)
        }
    }
}

fn events_of(context: &Context, batch: &StoredBatch) -> Done<Vec<Event>> {
    batch.events().map_err(|fault| {
        let what = format!("entry {} cannot be understood: {fault}", batch.header.entry);
        Failure::new(Exit::Failed, what, format!("run `tj verify {}`", context.dir.display()))
    })
}

/// Calls `each` for every record from `from` on.
fn walk(
    context: &Context,
    bank: &Bank,
    from: u64,
    mut each: impl FnMut(Stands, &Event) -> Done,
) -> Done {
    let journal = bank.node.journal();
    if from >= journal.records() {
        return Ok(());
    }
    let (first, _) = journal.locate(from).map_err(|error| read_failed(context, &error))?;
    for batch in journal.scan(first) {
        let batch = batch.map_err(|error| read_failed(context, &error))?;
        for (row, event) in events_of(context, &batch)?.iter().enumerate() {
            let record = batch.header.first_record + row as u64;
            if record >= from {
                each(Stands { record, entry: batch.header.entry, row: row as u32 }, event)?;
            }
        }
    }
    Ok(())
}

fn tail(context: &Context, bank: &Bank, lines: u64) -> Done {
    let from = bank.node.journal().records().saturating_sub(lines);
    with_around(bank, |around| {
        let mut told = Vec::new();
        walk(context, bank, from, |stands, event| {
            told.push(json_of(event, Some(stands), around));
            let (record, time) = (stands.record, event.time().iso_at(around.utc_offset_min));
            context.out.line(format_args!("{record:>9}  {time}  {}", line_of(event, around)));
            Ok(())
        })?;
        context.out.json(&json!({ "records": told }));
        Ok(())
    })
}

fn show(context: &Context, bank: &Bank, record: u64) -> Done {
    let journal = bank.node.journal();
    let (entry, row) = journal.locate(record).map_err(|error| read_failed(context, &error))?;
    let batch = journal.batch(entry).map_err(|error| read_failed(context, &error))?;
    let events = events_of(context, &batch)?;
    let Some((event, bytes)) = events.get(row as usize).zip(batch.record(row)) else {
        return Err(Failure::new(
            Exit::Failed,
            format!("there is no record {record}"),
            "see `tj journal tail`",
        ));
    };
    let header = &batch.header;
    with_around(bank, |around| {
        let mut told = json_of(event, Some(Stands { record, entry, row }), around);
        told["bytes"] = json!(bytes.len());
        told["hex"] = json!(tell::hex(bytes));
        told["leaf"] = json!(tell::hash(&proof::leaf_hash(bytes)));
        told["batch"] = json!({
            "entry": header.entry, "records": header.record_count, "rules_version": header.rules_version,
            "rows_root": tell::hash(&header.rows_root), "previous": tell::hash(&header.previous),
            "hash": tell::hash(&header.hash()), "segment": batch.segment, "offset": batch.offset,
        });
        let opened = opened(bank, event);
        if let Some((what, text)) = &opened {
            told[*what] = json!(text);
        }
        context.out.json(&told);
        let out = &context.out;
        out.line(format_args!("record {record}: {}", line_of(event, around)));
        if let Some((what, text)) = opened {
            out.line(format_args!("    {what:<8} {text}"));
        }
        out.line(format_args!("    time     {}", event.time().iso_at(around.utc_offset_min)));
        out.line(format_args!(
            "    where    row {row} of {} in batch {entry}",
            header.record_count
        ));
        out.line(format_args!(
            "             {} at byte {}",
            journal::segment::file_name(batch.segment),
            batch.offset
        ));
        out.line(format_args!("    leaf     {}", tell::hash(&proof::leaf_hash(bytes))));
        out.line(format_args!(
            "    batch    root over its records {}",
            tell::hash(&header.rows_root)
        ));
        out.line(format_args!("             after the batch {}", tell::hash(&header.previous)));
        out.line(format_args!("    bytes    {}: {}", bytes.len(), tell::hex(bytes)));
    });
    Ok(())
}

/// What is sealed in an event, as far as it can be read.
fn opened(bank: &Bank, event: &Event) -> Option<(&'static str, String)> {
    let Event::Act(act) = event else { return None };
    match &act.command {
        Command::RegisterParty(party) => Some(("name", bank.who(party.id)?.name())),
        Command::Attach(note) => {
            let text = bank.text_of(note.party, &note.text);
            Some(("text", text.unwrap_or_else(|why| format!("cannot be read: {why}"))))
        }
        _ => None,
    }
}

fn export(context: &Context, bank: &Bank, output: Option<&Path>, from: u64) -> Done {
    let Some(path) = output else {
        let (written, _) = write_all(context, bank, from, &mut std::io::stdout().lock())?;
        return match written {
            // The reader has enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Failure::because(
                Exit::Failed,
                "cannot write",
                &error,
                "write into a file with -o",
            )),
            Ok(()) => Ok(()),
        };
    };
    let failed = |error: io::Error| {
        let what = format!("cannot write {}", path.display());
        Failure::because(Exit::Failed, what, &error, "choose another file with -o")
    };
    let mut file = File::create(path).map_err(failed)?;
    let (written, count) = write_all(context, bank, from, &mut file)?;
    written.map_err(failed)?;
    context.out.json(&json!({ "file": path, "records": count }));
    context.out.line(format_args!("wrote {count} records to {}", path.display()));
    Ok(())
}

/// Writes every record from `from` on; says how the writing went and how many there were.
fn write_all(
    context: &Context,
    bank: &Bank,
    from: u64,
    to: &mut dyn Write,
) -> Done<(io::Result<()>, u64)> {
    let mut buffer = BufWriter::with_capacity(1 << 16, to);
    let (mut written, mut count) = (Ok(()), 0);
    with_around(bank, |around| {
        walk(context, bank, from, |stands, event| {
            if written.is_ok() {
                written = writeln!(buffer, "{}", json_of(event, Some(stands), around));
                count += 1;
            }
            Ok(())
        })
    })?;
    Ok((written.and_then(|()| buffer.flush()), count))
}
