//! `tj query`: a question in SQL about everything that ever happened. The answer names the entry it is as
//! of, and the question itself becomes an entry before the answer is shown.

mod again;
mod shown;

use super::Context;
use crate::bank::Bank;
use crate::fail::{Done, Exit, Failure};
use crate::tables::{self, Tables};
use history::{AsOf, Limits, Planned, Told};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;
use terms::{Day, QueryEnd, TimeNs};

pub use shown::{Format, json_of};

/// Ask in SQL about everything that ever happened.
#[derive(Debug, clap::Args)]
#[command(after_help = "Tables and columns: docs/tables.md, or\n    \
    tj query \"SELECT table_name FROM information_schema.tables WHERE table_schema = 'bank'\"")]
pub struct Query {
    /// The query; `-` reads it from standard input.
    #[arg(required_unless_present = "check", conflicts_with = "check")]
    text: Option<String>,
    /// The bank as it was: an entry, a day (its end) or a time such as 2026-09-30T15:00:00.
    #[arg(long, value_name = "ENTRY|TIME")]
    as_of: Option<String>,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write it to this file.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Say how it would be run, and do not run it.
    #[arg(long)]
    explain: bool,
    /// Write here what others need to check the answer.
    #[arg(long, value_name = "FILE", conflicts_with = "explain")]
    proof: Option<PathBuf>,
    /// Ask again what this proof says was answered, from verified records alone; the folder needs only a
    /// journal.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["as_of", "output", "explain", "proof"])]
    check: Option<PathBuf>,
    /// With --check: the log's public key, from somewhere the bank cannot change; the folder's own otherwise.
    #[arg(long, value_name = "FILE", requires = "check")]
    key: Option<PathBuf>,
    #[command(flatten)]
    bounds: Bounds,
}

/// What queries may use.
#[derive(Clone, Debug, clap::Args)]
pub struct Bounds {
    /// Memory a query may hold before it spills to disk, in MiB.
    #[arg(long, default_value_t = 1_024, value_parser = clap::value_parser!(u32).range(16..))]
    memory_mib: u32,
    /// How long it may run, in seconds.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
    timeout_s: u32,
}

impl Bounds {
    /// As the tables take them.
    pub fn limits(&self) -> Limits {
        Limits {
            memory_bytes: (self.memory_mib as usize) << 20,
            time: Duration::from_secs(self.timeout_s.into()),
            ..Limits::default()
        }
    }
}

impl Query {
    /// Does it.
    ///
    /// # Errors
    /// The query is wrong, or takes too much; the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        if let Some(file) = &self.check {
            return again::check(context, file, self.key.as_deref(), self.bounds.limits());
        }
        let text = match self.text.as_deref().unwrap_or_default() {
            "-" => std::io::read_to_string(std::io::stdin()).map_err(|error| {
                Failure::because(Exit::Usage, "cannot read the query", &error, "give it as text")
            })?,
            text => text.to_owned(),
        };
        let format = if context.out.is_json() { Format::Json } else { self.format };
        let mut bank = context.bank()?;
        let (tables, rolled) = Tables::open(&bank, &context.dir, self.bounds.limits())?;
        super::history::say_rolled(&rolled);
        let as_of = parse_as_of(self.as_of.as_deref(), tables.desk.history().zone())?;
        if self.explain {
            return explain(context, &tables, as_of, &text);
        }
        let planned = tables.plan(as_of, &text)?;
        if self.proof.is_some() {
            history::provable(&planned).map_err(|error| tables::ask_failed(&error))?;
        }
        let columns = planned.schema();
        let out = shown::out_to(format, self.output.as_deref())?;
        let told = hand_out(&mut bank, &tables, planned, format, out)?;
        if let Some(file) = &self.proof {
            bank.publish()?;
            again::write(file, &bank, &tables, &columns, (&text, &told))?;
        }
        bank.close()
    }
}

/// Asks, puts the question into the journal, and writes the answer to a place of the caller's, or to
/// standard output.
///
/// # Errors
/// The query takes too much or fails; the answer cannot be written.
pub fn answer_to(
    bank: &mut Bank,
    tables: &Tables,
    planned: Planned,
    format: Format,
    out: Option<Box<dyn Write>>,
) -> Done {
    let out = match out {
        Some(out) => (out, None),
        None => shown::out_to(format, None)?,
    };
    hand_out(bank, tables, planned, format, out).map(|_| ())
}

/// The answer's rows go out as they come; the last of them only when the journal has the question.
fn hand_out(
    bank: &mut Bank,
    tables: &Tables,
    planned: Planned,
    format: Format,
    out: (Box<dyn Write>, Option<PathBuf>),
) -> Done<Told> {
    let mut answer = tables.start(planned)?;
    let mut sink = shown::Sink::open(format, out, &answer)?;
    let mut held = None;
    let outcome = loop {
        match tables.runtime.block_on(answer.next()) {
            Ok(Some(rows)) => {
                if let Some(before) = held.replace(rows) {
                    sink.rows(&before)?;
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(tables::ask_failed(&error)),
        }
    };
    let told = answer.told();
    let end = if outcome.is_ok() { QueryEnd::Complete } else { QueryEnd::Failed };
    let entry = tables::record(bank, &told, end)?;
    outcome?;
    if let Some(last) = held {
        sink.rows(&last)?;
    }
    sink.end(&told, entry)?;
    Ok(told)
}

fn explain(context: &Context, tables: &Tables, as_of: AsOf, text: &str) -> Done {
    let explained = tables.runtime.block_on(async {
        let snapshot = tables.desk.snapshot_for(as_of, text)?;
        tables.desk.plan(&snapshot, text).await?.explained().await
    });
    let plan = explained.map_err(|error| tables::ask_failed(&error))?;
    context.out.json(&serde_json::json!({ "plan": plan }));
    context.out.line(plan.trim_end());
    Ok(())
}

/// A moment by its entry, its day or its time, on the institution's clock.
///
/// # Errors
/// Text that is neither.
pub fn parse_as_of(text: Option<&str>, zone: &str) -> Done<AsOf> {
    let Some(text) = text else { return Ok(AsOf::Now) };
    if let Ok(entry) = text.parse() {
        return Ok(AsOf::Entry(entry));
    }
    let wrong = || {
        Failure::usage(
            format!("{text:?} is neither an entry, a day nor a time"),
            "write an entry such as 1200, a day such as 2026-09-30, or a time such as 2026-09-30T15:00:00",
        )
    };
    let (day, clock) = text.split_once(['T', ' ']).unwrap_or((text, "23:59:59"));
    let day = Day::parse(day).map_err(|_| wrong())?;
    let parts: Vec<u64> = clock
        .split(':')
        .map(|part| part.parse().ok().filter(|_| part.len() == 2))
        .collect::<Option<_>>()
        .ok_or_else(wrong)?;
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, 59),
        [hour, minute, second] => (hour, minute, second),
        _ => return Err(wrong()),
    };
    if hour > 23 || minute > 59 || second > 59 {
        return Err(wrong());
    }
    let seconds = hour * 3_600 + minute * 60 + second;
    let east = offset_s(zone);
    // The whole second belongs to it.
    let local = TimeNs::start_of(day).0 / 1_000_000_000 + seconds;
    let utc = i64::try_from(local).unwrap_or(i64::MAX) - east;
    let utc = u64::try_from(utc).map_err(|_| wrong())?;
    Ok(AsOf::Time(TimeNs(utc * 1_000_000_000 + 999_999_999)))
}

/// Seconds east of UTC of a zone such as `+08:00`.
fn offset_s(zone: &str) -> i64 {
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let number =
        |range| zone.get(range).and_then(|part: &str| part.parse::<i64>().ok()).unwrap_or(0);
    sign * (number(1..3) * 3_600 + number(4..6) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_on_the_institutions_clock() {
        assert!(matches!(parse_as_of(Some("12"), "+08:00"), Ok(AsOf::Entry(12))));
        let at = |text: &str, zone: &str| match parse_as_of(Some(text), zone) {
            Ok(AsOf::Time(TimeNs(ns))) => Some(ns / 1_000_000_000),
            _ => None,
        };
        assert_eq!(at("1970-01-02T08:00:00", "+08:00"), Some(86_400));
        assert_eq!(at("1970-01-02", "+00:00"), Some(2 * 86_400 - 1));
        assert_eq!(at("1970-01-02 00:30", "-01:30"), Some(86_400 + 1_800 + 59 + 5_400));
        for bad in ["", "x", "1970-13-01", "1970-01-02T25:00:00", "1970-01-02T1:00", "1970-01-01"] {
            assert_eq!(at(bad, "+08:00").filter(|_| bad != "1970-01-01"), None, "{bad:?}");
        }
    }
}
