//! `tj bench history`: a bank's year rolled into tables and asked a dozen questions; how soon a fresh entry is
//! seen; and what looking costs paying. `bench/history.py` asks DuckDB the same over the same files.

mod year;

use super::cpu::load;
use crate::bank::Bank;
use crate::cli::Context;
use crate::fail::{Done, Exit, Failure};
use crate::figures::grouped;
use crate::roller::Roller;
use crate::tables::{self, NodeLedger, Tables};
use history::{AsOf, Desk, History, Limits};
use journal::Files;
use node::{RunOptions, SystemClock};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// As `tj serve` does it.
const ROLL_EVERY: Duration = Duration::from_secs(5);

/// Rolling, asking, and asking while others pay.
#[derive(Debug, clap::Args)]
pub struct HistoryBench {
    /// Transfers of the year.
    #[arg(long, default_value_t = 10_000_000, value_parser = clap::value_parser!(u64).range(1_000..))]
    transfers: u64,
    /// Accounts they move among.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(100..))]
    accounts: u32,
    /// How often each question is asked; the first time is not counted.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// The file of questions.
    #[arg(long, default_value = "bench/history/questions.sql", value_name = "FILE")]
    questions: PathBuf,
    /// Transfers posted alone, and as many while questions are asked.
    #[arg(long, default_value_t = 2_000_000)]
    beside: u64,
    /// Instead of timing: how each question ran, with what each part of its plan read, skipped and took.
    #[arg(long)]
    measured: bool,
}

impl HistoryBench {
    /// Does it. The bank is made if the folder has none, and stays, so that others may ask its files.
    ///
    /// # Errors
    /// The disk's; a folder without a name.
    pub fn run(self, context: &Context) -> Done {
        if !context.dir_named {
            return Err(Failure::usage(
                "the measured bank stays on the disk, so it needs a folder of its own",
                "name one with --dir",
            ));
        }
        let questions = questions(&self.questions)?;
        let before = load();
        if !crate::bank::exists(&context.dir) {
            year::make(&context.dir, self.transfers, self.accounts)?;
        }
        let bank = context.bank()?;
        let entries = bank.node.journal().entries();
        let start = Instant::now();
        let (tables, rolled) = Tables::open(&bank, &context.dir, Limits::default())?;
        let roll_s = start.elapsed().as_secs_f64();
        let manifest = tables.desk.history().manifest();
        let bytes: u64 = ["transfers", "postings"]
            .iter()
            .flat_map(|table| manifest.segments.iter().filter_map(|s| s.files.get(*table)))
            .map(|file| file.bytes)
            .sum();
        let in_files: u64 = manifest
            .segments
            .iter()
            .filter_map(|segment| segment.files.get("transfers"))
            .map(|file| file.rows)
            .sum();
        if self.measured {
            return explain_all(context, &tables, &questions);
        }
        let asked = ask_all(&tables, &questions, self.rounds, &context.dir)?;
        let statement_ms = statement(&tables, self.rounds)?;
        drop(tables);
        let beside = beside(bank, context, &questions, self.beside)?;
        let told = json!({
            "transfers_in_files": in_files, "entries": entries,
            "segments_asked": manifest.next_segment(),
            "rolled_transfers": rolled.transfers, "roll_s": roll_s,
            "roll_per_s": rolled.transfers as f64 / roll_s,
            "bytes_per_transfer": bytes as f64 / in_files.max(1) as f64,
            "statement_ms": statement_ms, "questions": asked, "beside": beside,
            "load_before": before, "load_after": load(),
        });
        context.out.json(&told);
        print(context, &told);
        Ok(())
    }
}

/// Names and texts of the questions.
fn questions(path: &Path) -> Done<Vec<(String, String)>> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let what = format!("cannot read {}", path.display());
        Failure::because(Exit::Usage, what, &error, "run it where bench/ is, or name --questions")
    })?;
    let parts = text.split("\n-- question ").skip(1);
    let named = parts.filter_map(|part| part.split_once('\n'));
    Ok(named
        .map(|(name, sql)| (name.trim().to_owned(), sql.trim().trim_end_matches(';').to_owned()))
        .collect())
}

/// Asks one question to its end, of what is in files, as others see it; milliseconds and rows.
fn ask_once(tables: &Tables, sql: &str, output: Option<&Path>) -> Done<(f64, u64)> {
    let as_of = files_of(tables);
    let start = Instant::now();
    let told = tables.runtime.block_on(async { tables.desk.ask(as_of, sql).await?.all().await });
    let (batches, told) = told.map_err(|error| tables::ask_failed(&error))?;
    let took = start.elapsed().as_secs_f64() * 1e3;
    if let Some(output) = output {
        let failed = |error: &dyn std::error::Error| {
            Failure::because(Exit::Failed, "an answer cannot be written", error, "see to the disk")
        };
        let file = std::fs::File::create(output).map_err(|error| failed(&error))?;
        let mut writer = arrow::csv::Writer::new(file);
        for batch in &batches {
            writer.write(batch).map_err(|error| failed(&error))?;
        }
    }
    Ok((took, told.rows))
}

/// The measured plan of each question and of a statement, once it ran to warm the caches.
fn explain_all(context: &Context, tables: &Tables, questions: &[(String, String)]) -> Done {
    let statement = ("statement() of one account".to_owned(), statement_of(137));
    for (name, sql) in questions.iter().chain([&statement]) {
        let (took, rows) = ask_once(tables, sql, None)?;
        let planned = tables.plan(files_of(tables), sql)?;
        let start = Instant::now();
        let told = tables.runtime.block_on(planned.measured());
        let again = start.elapsed().as_secs_f64() * 1e3;
        let told = told.map_err(|error| tables::ask_failed(&error))?;
        context
            .out
            .raw(format_args!("-- {name}: {rows} rows, {took:.2} ms and {again:.2} ms\n{told}\n"));
    }
    Ok(())
}

/// The moment up to which everything is in files.
fn files_of(tables: &Tables) -> AsOf {
    let end = tables.desk.history().manifest().end_entry();
    end.checked_sub(1).map_or(AsOf::Now, AsOf::Entry)
}

fn statement_of(account: u32) -> String {
    format!("SELECT * FROM statement({account}, '2026-01-01', '2026-12-31')")
}

fn ask_all(
    tables: &Tables,
    questions: &[(String, String)],
    rounds: u32,
    folder: &Path,
) -> Done<Vec<Value>> {
    let answers = folder.join("answers");
    std::fs::create_dir_all(&answers).map_err(|error| crate::bank::disk_failed(folder, &error))?;
    let mut asked = Vec::new();
    for (at, (name, sql)) in questions.iter().enumerate() {
        let output = answers.join(format!("{at:02}.csv"));
        let (_, rows) = ask_once(tables, sql, Some(&output))?;
        let mut times = Vec::new();
        for _ in 0..rounds {
            times.push(ask_once(tables, sql, None)?.0);
        }
        times.sort_by(f64::total_cmp);
        asked.push(json!({ "name": name, "rows": rows, "ms": times, "median_ms": median(&times) }));
    }
    Ok(asked)
}

/// The statement of one account, through the function people use.
fn statement(tables: &Tables, rounds: u32) -> Done<f64> {
    let mut times = Vec::new();
    for n in 0..=rounds {
        let account = 100 + n * 37;
        times.push(ask_once(tables, &statement_of(account), None)?.0);
    }
    times.remove(0);
    times.sort_by(f64::total_cmp);
    Ok(median(&times))
}

fn median(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// Somebody to ask beside those who pay, as `tj serve` has it.
fn desk_beside(
    context: &Context,
    bank: &Bank,
    runtime: &tokio::runtime::Runtime,
) -> Done<Desk<Files>> {
    let archive = tables::archive(&context.dir, &bank.settings)?;
    let zone = tables::zone_of(bank.node.engine().institution());
    let history = runtime
        .block_on(History::open(bank.node.reader(), archive, &zone))
        .map_err(|error| tables::history_failed(&error))?;
    let ledger = Arc::new(NodeLedger(bank.node.shared_views()));
    Desk::new(Arc::new(history), Limits::default(), Arc::new(history::NoVault), Some(ledger))
        .map_err(|error| cannot_be_asked(&error))
}

fn cannot_be_asked(error: &dyn std::error::Error) -> Failure {
    Failure::because(Exit::Failed, "the tables cannot be asked", error, "see to the disk")
}

/// Posts alone, then as much while questions are asked one after the other, each of them an entry too; in
/// turns, so that the machine's moods strike both.
fn beside(
    bank: Bank,
    context: &Context,
    questions: &[(String, String)],
    transfers: u64,
) -> Done<Value> {
    let first_id = u128::from(bank.node.reader().records()) << 64;
    let runtime = tables::runtime_behind()?;
    let desk = desk_beside(context, &bank, &runtime)?;
    let (running, handle) = bank.node.run(SystemClock, RunOptions::default());
    let roller = Roller::start(Arc::clone(desk.history()), ROLL_EVERY);
    let (stop, asking) = (AtomicBool::new(false), AtomicBool::new(false));
    let (asked, fresh_us, quiet_us) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let (mut alone, mut with) = (Vec::new(), Vec::new());
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            tables::step_back();
            while !stop.load(Ordering::SeqCst) {
                let round = asking_round(&desk, &runtime, questions, &asking, |told| {
                    year::look(&handle, told);
                });
                asked.fetch_add(round, Ordering::SeqCst);
            }
        });
        let mut posted = first_id;
        let outcome = (0..6).try_for_each(|round| -> Done {
            let looking = round % 2 == 1;
            asking.store(looking, Ordering::SeqCst);
            let start = Instant::now();
            posted = year::post(&handle, posted, transfers / 3)?;
            let rate = (transfers / 3) as f64 / start.elapsed().as_secs_f64();
            if looking {
                with.push(rate);
            } else {
                alone.push(rate);
            }
            asking.store(false, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(200));
            Ok(())
        });
        // One more, and how long until a question sees it.
        let fresh = outcome.and_then(|()| year::fresh(&handle, &runtime, &desk, posted));
        let quiet = fresh.and_then(|took| {
            fresh_us.store(took.as_micros() as u64, Ordering::SeqCst);
            // And once more when the tables have caught up.
            std::thread::sleep(Duration::from_secs(2));
            year::fresh(&handle, &runtime, &desk, posted + 1)
        });
        stop.store(true, Ordering::SeqCst);
        quiet.map(|took| quiet_us.store(took.as_micros() as u64, Ordering::SeqCst))
    });
    roller.end();
    drop(handle);
    running.stop().map_err(|error| cannot_be_asked(&error))?;
    outcome?;
    alone.sort_by(f64::total_cmp);
    with.sort_by(f64::total_cmp);
    Ok(json!({
        "alone_per_s": median(&alone), "with_questions_per_s": median(&with),
        "kept": median(&with) / median(&alone), "questions_asked": asked.into_inner(),
        "fresh_visible_ms": fresh_us.into_inner() as f64 / 1e3,
        "fresh_in_quiet_ms": quiet_us.into_inner() as f64 / 1e3,
    }))
}

/// Asks one question after the other while it may; how many.
fn asking_round(
    desk: &Desk<Files>,
    runtime: &tokio::runtime::Runtime,
    questions: &[(String, String)],
    asking: &AtomicBool,
    look: impl Fn(&history::Told),
) -> u64 {
    let mut asked = 0;
    for (_, sql) in questions {
        if !asking.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(1));
            return asked;
        }
        let told = runtime.block_on(async { desk.ask(AsOf::Now, sql).await?.all().await });
        if let Ok((_, told)) = told {
            look(&told);
            asked += 1;
        }
    }
    asked
}

fn print(context: &Context, told: &Value) {
    let out = &context.out;
    let number = |value: &Value| value.as_f64().unwrap_or(0.0);
    out.line(format_args!(
        "{} transfers in files, {:.1} bytes each with their postings",
        grouped(told["transfers_in_files"].as_u64().unwrap_or(0).into()),
        number(&told["bytes_per_transfer"])
    ));
    out.line(format_args!(
        "rolled {} of them in {:.1} s: {}/s",
        grouped(told["rolled_transfers"].as_u64().unwrap_or(0).into()),
        number(&told["roll_s"]),
        grouped(number(&told["roll_per_s"]) as u128)
    ));
    for question in told["questions"].as_array().into_iter().flatten() {
        out.line(format_args!(
            "    {:<46} {:>9.2} ms  {:>8} rows",
            question["name"].as_str().unwrap_or(""),
            number(&question["median_ms"]),
            question["rows"]
        ));
    }
    out.line(format_args!(
        "    {:<46} {:>9.2} ms",
        "statement() of one account",
        number(&told["statement_ms"])
    ));
    let beside = &told["beside"];
    out.line(format_args!(
        "paying alone {}/s, while {} questions were asked {}/s: {:.1} % kept; a fresh entry is seen after {:.1} ms, in the quiet after {:.1} ms",
        grouped(number(&beside["alone_per_s"]) as u128),
        beside["questions_asked"],
        grouped(number(&beside["with_questions_per_s"]) as u128),
        100.0 * number(&beside["kept"]),
        number(&beside["fresh_visible_ms"]),
        number(&beside["fresh_in_quiet_ms"])
    ));
}
