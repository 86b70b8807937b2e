//! `tj check`: the rulebook at work. Quality rules are queries that must find nothing, indicators are queries
//! that give a number; the result, with the pack's hash and what it saw, becomes an entry.

use super::Context;
use super::book::{Book, book_refused};
use super::query::Bounds;
use crate::answer::must;
use crate::fail::{Done, Exit, Failure};
use crate::figures::{grouped, hex};
use crate::out::{Align, Out, Table};
use crate::tables::{self, Tables};
use history::{CheckFailed, Checked, Verdict};
use rulebook::{Pack, Rule, Rulebook};
use serde_json::{Value, json};
use terms::{Command, Day};

/// Run the rulebook's rules over everything that ever happened.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// Only this pack; may be repeated.
    #[arg(long, value_name = "ID")]
    pack: Vec<String>,
    #[command(flatten)]
    book: Book,
    /// Show at most so many rows of each rule that fails.
    #[arg(long, default_value_t = 5)]
    rows: usize,
    /// Say what the packs are and what their rules say, and run nothing.
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    bounds: Bounds,
}

impl Check {
    /// Does it.
    ///
    /// # Errors
    /// A broken pack; the bank cannot be opened; a rule found something.
    pub fn run(self, context: &Context) -> Done {
        let book = self.book.load()?;
        let packs = self.chosen(&book)?;
        if self.list {
            list(&context.out, &packs);
            return Ok(());
        }
        let packs = judging_tables(packs)?;
        let mut bank = context.bank()?;
        let (tables, rolled) = Tables::open(&bank, &context.dir, self.bounds.limits())?;
        super::history::say_rolled(&rolled);
        let today = bank.node.engine().business_day();
        let checked = tables.runtime.block_on(async {
            let snapshot =
                tables.desk.snapshot_with_ledger().map_err(|error| tables::ask_failed(&error))?;
            // A book is adopted whole: one broken rule refuses it, whatever pack was asked for.
            tables.desk.adopt(&snapshot, &book).await.map_err(|refused| book_refused(&refused))?;
            let in_force: Vec<&Pack> =
                packs.iter().copied().filter(|pack| in_force(pack, today)).collect();
            tables
                .desk
                .check(&snapshot, &in_force, self.rows)
                .await
                .map_err(|error| check_failed(&error))
        })?;
        for checked in &checked {
            let Some(record) = checked.record() else { continue };
            let answers = bank.ask(vec![Command::RecordCheck(record)])?;
            must("recording the check", &answers)?;
        }
        let moment = checked.first().map_or(0, |checked| checked.moment.entries);
        context.out.json(&json!({
            "as_of_entry": moment.saturating_sub(1),
            "packs": checked.iter().map(json_of).collect::<Vec<_>>(),
        }));
        checked.iter().for_each(|checked| print(&context.out, checked));
        let skipped = packs.len() - checked.len();
        if skipped > 0 {
            context.out.line(format_args!("{skipped} packs are not in force on this business day"));
        }
        bank.close()?;
        verdict_of(&context.out, &checked, moment)
    }

    fn chosen<'a>(&self, book: &'a Rulebook) -> Done<Vec<&'a Pack>> {
        let known =
            || book.packs.iter().map(|pack| pack.head.id.as_str()).collect::<Vec<_>>().join(", ");
        for wanted in &self.pack {
            if !book.packs.iter().any(|pack| pack.head.id == *wanted) {
                let what = format!("there is no pack {wanted}");
                return Err(Failure::usage(what, format!("the packs are {}", known())));
            }
        }
        let chosen = |pack: &&Pack| self.pack.is_empty() || self.pack.contains(&pack.head.id);
        Ok(book.packs.iter().filter(chosen).collect())
    }
}

/// The packs without those whose rules are all on payments.
fn judging_tables(packs: Vec<&Pack>) -> Done<Vec<&Pack>> {
    let judges = |pack: &Pack| pack.rules.iter().any(|rule| !matches!(rule, Rule::Risk(_)));
    let (tables, payments): (Vec<&Pack>, Vec<&Pack>) = packs.into_iter().partition(|p| judges(p));
    match (tables.is_empty(), payments.first()) {
        (true, Some(pack)) => {
            let what = format!("the rules of {} judge payments, not tables", pack.head.id);
            Err(Failure::usage(what, "see what they would have done with tj risk replay"))
        }
        _ => Ok(tables),
    }
}

fn in_force(pack: &Pack, today: Option<Day>) -> bool {
    today.is_none_or(|today| pack.in_force(today))
}

/// The last line and the exit code.
fn verdict_of(out: &Out, checked: &[Checked<'_>], entries: u64) -> Done {
    let all = || checked.iter().flat_map(|checked| &checked.verdicts);
    let quality = || all().filter(|verdict| matches!(verdict.rule, Rule::Quality(_)));
    let failing = quality().filter(|verdict| !verdict.passed()).count();
    let unjudged = all().filter(|verdict| verdict.not_judged.is_some()).count();
    out.line(format_args!(
        "\n{} rules as of entry {}: {} found nothing, {failing} found something, {unjudged} could not judge",
        quality().count(),
        entries.saturating_sub(1),
        quality().count() - failing - unjudged,
    ));
    if failing == 0 { Ok(()) } else { Err(Failure::said(Exit::NotVerified)) }
}

fn list(out: &Out, packs: &[&Pack]) {
    out.json(&packs.iter().map(|pack| json!({
        "pack": pack.head.id, "version": pack.head.version, "title": pack.head.title,
        "title_zh": pack.head.title_zh, "source": pack.head.source, "clause": pack.head.clause,
        "effective_from": pack.head.effective_from.to_string(),
        "confidence": pack.head.confidence.word(), "hash": hex(&pack.hash),
        "rules": pack.rules.iter().map(rule_json).collect::<Vec<_>>(),
    })).collect::<Vec<_>>());
    for pack in packs {
        out.heading(format_args!(
            "{} {}: {} / {}",
            pack.head.id, pack.head.version, pack.head.title, pack.head.title_zh
        ));
        out.line(format_args!("    {} ({})", pack.head.source, pack.head.confidence.word()));
        for rule in &pack.rules {
            let (says, says_zh) = said(rule);
            out.line(format_args!("    {:<28} {says}", rule.id()));
            out.line(format_args!("    {:<28} {says_zh}", ""));
        }
    }
}

fn said(rule: &Rule) -> (&str, &str) {
    match rule {
        Rule::Quality(rule) => (&rule.says, &rule.says_zh),
        Rule::Indicator(rule) => (&rule.says, &rule.says_zh),
        Rule::Risk(rule) => (&rule.says, &rule.says_zh),
    }
}

fn rule_json(rule: &Rule) -> Value {
    let (says, says_zh) = said(rule);
    match rule {
        Rule::Quality(quality) => json!({
            "rule": quality.id, "kind": "quality", "dimension": quality.dimension.word(),
            "severity": quality.severity.word(), "table": quality.table, "says": says, "says_zh": says_zh,
        }),
        Rule::Indicator(indicator) => json!({
            "rule": indicator.id, "kind": "indicator", "unit": indicator.unit, "says": says, "says_zh": says_zh,
        }),
        Rule::Risk(risk) => json!({
            "rule": risk.id, "kind": "risk", "outcome": risk.ruling.word(),
            "points": risk.points, "says": says, "says_zh": says_zh,
        }),
    }
}

fn json_of(checked: &Checked<'_>) -> Value {
    let verdict = |verdict: &Verdict<'_>| {
        let listed: Vec<Value> = verdict
            .listed
            .iter()
            .map(|row| {
                Value::Object(
                    row.iter().map(|(name, text)| (name.clone(), text.clone().into())).collect(),
                )
            })
            .collect();
        json!({
            "rule": verdict.rule.id(), "passed": verdict.passed(), "rows": verdict.rows,
            "judged": verdict.judged, "value": verdict.value, "listed": listed,
            "not_judged": verdict.not_judged, "result_sha256": hex(&verdict.result_hash),
        })
    };
    json!({
        "pack": checked.pack.head.id, "version": checked.pack.head.version,
        "hash": hex(&checked.pack.hash),
        "verdicts": checked.verdicts.iter().map(verdict).collect::<Vec<_>>(),
    })
}

fn print(out: &Out, checked: &Checked<'_>) {
    let head = &checked.pack.head;
    out.heading(format_args!("{} {}: {} / {}", head.id, head.version, head.title, head.title_zh));
    for verdict in &checked.verdicts {
        let (says, _) = said(verdict.rule);
        let id = verdict.rule.id();
        match (verdict.rule, &verdict.not_judged) {
            (_, Some(why)) => out.line(format_args!("    ?     {id:<28} {why}")),
            (Rule::Indicator(indicator), None) => {
                let value = if verdict.value.is_empty() { "–" } else { &verdict.value };
                out.line(format_args!(
                    "    =     {id:<28} {value} {} (of {})",
                    indicator.unit,
                    grouped(verdict.rows.into())
                ));
            }
            (Rule::Quality(_), None) if verdict.passed() => {
                out.line(format_args!("    ok    {id:<28} {says}"));
            }
            (Rule::Quality(rule), None) => {
                let count = grouped(verdict.rows.into());
                let severity = rule.severity.word();
                out.line(format_args!("    FAILS {id:<28} {says}: {count} rows ({severity})"));
                rows(out, verdict);
            }
            (Rule::Risk(_), None) => {}
        }
    }
}

/// The first rows of a failing rule.
fn rows(out: &Out, verdict: &Verdict<'_>) {
    let Some(first) = verdict.listed.first() else { return };
    let columns = first.iter().map(|(name, _)| (name.clone(), Align::Left)).collect();
    let mut table = Table::named(columns);
    for row in &verdict.listed {
        table.cells(row.iter().map(|(_, text)| text.clone()).collect());
    }
    for line in table.text().lines() {
        out.line(format_args!("          {line}"));
    }
}

fn check_failed(error: &CheckFailed) -> Failure {
    match error {
        CheckFailed::Refused(refused) => book_refused(refused),
        CheckFailed::Rule { .. } => Failure::because(
            Exit::Failed,
            "the check was not finished",
            error,
            "correct the rule, or raise --timeout-s and --memory-mib",
        ),
    }
}
