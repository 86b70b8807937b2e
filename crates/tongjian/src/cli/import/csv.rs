//! `tj import csv`: every line is read and put to a copy of the books first; then all are posted, or none.

use crate::bank::Bank;
use crate::cli::Context;
use crate::fail::{Done, Exit, Failure};
use crate::figures::grouped;
use crate::import::csv::lines::{WrongLine, read};
use crate::import::csv::map::Map;
use crate::import::csv::plan::{Plan, plan};
use crate::progress;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Wrong lines that are printed for people; JSON has all.
const WRONG_SHOWN: usize = 50;

/// What `--help` adds.
const EXAMPLE: &str = r#"An example of a map:

    id = { column = "Reference" }          # without it, made from the file's content and the line
    account = { column = "Account" }       # whose line it is ...
    # ... and the other side, here by a table of the file's own words
    contra = { column = "Type", table = { CASH = "10012", CARD = "30012" } }
    # or, instead of the two:  debit = { ... }   credit = { ... }
    currency = { value = "CNY" }
    code = { value = "201" }               # why; 1 unless given
    namespace = "partner-a"                # keeps two senders' numbers apart

    [file]                                 # these are the defaults
    encoding = "utf-8"                     # iso-8859-2, gb18030, ...
    delimiter = ","
    quote = "\""
    header = true                          # false: columns are numbered from 1

    [amount]
    column = "Amount"                      # or: in = "Paid in" and out = "Paid out"
    decimal = "."
    thousands = ","
    # out_when = { column = "D/C", is = ["D"] }

    [date]
    column = "Date"
    form = "%Y-%m-%d"                      # %Y %y %m %d %H %M %S
    use = "value_date"                     # or "imported", in a bank without later entries
    utc_offset = "+08:00"

    [open]                                 # opens accounts that are not there
    code = 20111
    overdraft = false
"#;

/// Payments from anybody's CSV file.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct Csv {
    /// The file.
    file: PathBuf,
    /// What its columns mean, as TOML; an example is below.
    #[arg(long)]
    map: PathBuf,
    /// Import the good lines although there are wrong ones.
    #[arg(long)]
    skip_wrong: bool,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
}

impl Csv {
    /// Does it.
    ///
    /// # Errors
    /// The file, the map, the bank; lines that are wrong or would be refused.
    pub fn run(self, context: &Context) -> Done {
        let map = Map::parse(&String::from_utf8_lossy(&bytes_of(&self.map)?)).map_err(|why| {
            let what = format!("the map {} cannot be used: {why}", self.map.display());
            Failure::usage(what, "correct it; `tj import csv --help` has an example")
        })?;
        let unfit = |why: String| {
            let what = format!("{} does not fit the map: {why}", self.file.display());
            Failure::usage(what, "correct the map; `tj import csv --help` has an example")
        };
        let (lines, mut wrong) = read(&bytes_of(&self.file)?, &map).map_err(unfit)?;
        let read = lines.len() + wrong.len();
        let mut bank = context.bank()?;
        let mut planned = plan(bank.node.engine(), &map, &lines, bank.now()).map_err(unfit)?;
        wrong.append(&mut planned.refused);
        wrong.sort_by_key(|w| w.line);
        let import = !self.dry_run && (wrong.is_empty() || self.skip_wrong);
        if import {
            post(context, &mut bank, &planned)?;
        }
        self.tell(context, &planned, &wrong, read, import);
        bank.close()?;
        if wrong.is_empty() || self.skip_wrong { Ok(()) } else { Err(Failure::said(Exit::Refused)) }
    }

    fn tell(
        &self,
        context: &Context,
        planned: &Plan,
        wrong: &[WrongLine],
        read: usize,
        import: bool,
    ) {
        let out = &context.out;
        let listed: Vec<_> =
            wrong.iter().map(|w| json!({ "line": w.line, "why": w.why })).collect();
        let (posted, opened) = if import { (planned.payments, planned.opened) } else { (0, 0) };
        out.json(&json!({
            "lines": read, "posted": posted, "already_there": planned.known, "accounts_opened": opened,
            "would_post": planned.payments, "wrong": listed, "imported": import,
        }));
        let count = |n: usize| grouped(n as u128);
        out.line(format_args!("{}: {} lines", self.file.display(), count(read)));
        for w in wrong.iter().take(WRONG_SHOWN) {
            out.line(format_args!("    line {}: {}", w.line, w.why));
        }
        if wrong.len() > WRONG_SHOWN {
            out.line(format_args!(
                "    and {} more wrong lines; --json lists all",
                count(wrong.len() - WRONG_SHOWN)
            ));
        }
        if planned.known > 0 {
            out.line(format_args!(
                "    {} were imported before; nothing is done twice",
                count(planned.known)
            ));
        }
        if import {
            out.line(format_args!(
                "    posted {} payments, opened {} accounts",
                count(posted),
                count(opened)
            ));
        } else if wrong.is_empty() || self.dry_run {
            out.line(format_args!(
                "    would post {} payments; nothing was done",
                count(planned.payments)
            ));
        } else {
            out.line(format_args!(
                "    {} lines are wrong, so nothing was imported",
                count(wrong.len())
            ));
            out.line(
                "    next: correct the file or the map, or give --skip-wrong to import the others",
            );
        }
    }
}

fn bytes_of(path: &Path) -> Done<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        let what = format!("cannot read {}", path.display());
        Failure::because(Exit::Usage, what, &error, "check the file's name")
    })
}

fn post(context: &Context, bank: &mut Bank, planned: &Plan) -> Done {
    let total: usize = planned.requests.iter().map(Vec::len).sum();
    let bar = progress::bar(&context.out, "posting", total as u64);
    for request in &planned.requests {
        let answers = bank.ask(request.clone())?;
        // The copy of the books said yes, and nobody else writes to these: anything else is our mistake.
        crate::answer::must("what a copy of the books had accepted", &answers)?;
        bar.inc(request.len() as u64);
    }
    bar.finish_and_clear();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_in_the_help_is_a_map_and_no_line_of_it_is_wrapped() {
        let (_, map) = EXAMPLE.split_once('\n').unwrap();
        assert!(Map::parse(map).is_ok());
        assert!(EXAMPLE.lines().all(|line| line.chars().count() <= 100));
    }
}
