//! `tj history`: the tables as files. Sealed segments of the journal become Parquet; whatever asks does it
//! by itself, and this does it when somebody wants to know that it is done.

use super::Context;
use crate::fail::Done;
use crate::figures::grouped;
use crate::tables::Tables;
use clap::Subcommand;
use history::{Limits, Rolled};
use serde_json::json;

/// The tables as files.
#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// Make files of every sealed segment of the journal
    Roll,
    /// What is in files, and how large it is
    Status,
    /// Read every file again and compare it with what was written
    Verify,
}

impl HistoryCommand {
    /// Does it.
    ///
    /// # Errors
    /// The bank or the archive cannot be used.
    pub fn run(self, context: &Context) -> Done {
        let bank = context.bank()?;
        let (tables, rolled) = Tables::open(&bank, &context.dir, Limits::default())?;
        let history = tables.desk.history();
        if matches!(self, HistoryCommand::Verify) {
            let verified = tables.runtime.block_on(history.verify());
            let files = verified.map_err(|error| crate::tables::history_failed(&error))?;
            context.out.json(&json!({ "files": files, "sound": true }));
            context.out.line(format_args!("{files} files are as they were written"));
            return bank.close();
        }
        let manifest = history.manifest();
        let files = || manifest.segments.iter().flat_map(|segment| segment.files.values());
        let bytes: u64 = files().map(|file| file.bytes).sum();
        let of = |table: &str, what: fn(&history::RolledFile) -> u64| -> u64 {
            manifest.segments.iter().filter_map(|s| s.files.get(table)).map(what).sum()
        };
        let transfers = of("transfers", |file| file.rows);
        let per_transfer = of("transfers", |file| file.bytes) + of("postings", |file| file.bytes);
        let entries = bank.node.journal().entries();
        context.out.json(&json!({
            "archive": history.archive().address(), "generation": manifest.generation,
            "rolled_now": rolled.segments, "segments": manifest.segments.len(),
            "files": files().count(), "bytes": bytes, "transfers": transfers,
            "entries_in_files": manifest.end_entry(), "entries": entries,
        }));
        let out = &context.out;
        say_rolled(&rolled);
        out.line(format_args!("the tables lie in {}", history.archive().address()));
        out.line(format_args!(
            "    {} of {} entries are in files: {} segments, {} files, {} bytes",
            grouped(manifest.end_entry().into()),
            grouped(entries.into()),
            manifest.segments.len(),
            files().count(),
            grouped(bytes.into()),
        ));
        if transfers > 0 {
            out.line(format_args!(
                "    {} transfers, with their postings {:.1} bytes each",
                grouped(transfers.into()),
                per_transfer as f64 / transfers as f64
            ));
        }
        out.line("    the entries that are in none are read from the journal when somebody asks");
        bank.close()
    }
}

/// Says what was rolled on the way, if anything was.
pub fn say_rolled(rolled: &Rolled) {
    if rolled.segments > 0 {
        eprintln!(
            "made files of {} segments: {} transfers, {} bytes",
            rolled.segments,
            grouped(rolled.transfers.into()),
            grouped(rolled.bytes.into())
        );
    }
}
