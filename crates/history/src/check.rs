//! The rulebook at work: every rule is planned before any runs, so that a broken pack is refused whole; all
//! row rules of a table are counted in one scan; each rule that finds something is then asked for its rows.

use crate::ask::{Desk, Planned};
use crate::canonical::RowDigest;
use crate::history::Moment;
use crate::snapshot::Snapshot;
use crate::trouble::AskFailed;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Int64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use journal::Disk;
use rulebook::{BookRefused, Fault, Fused, Indicator, Pack, QualityRule, Rule, Rulebook};
use std::collections::HashMap;
use terms::{CheckKind, CheckRecord, CheckResult};

/// What one rule found.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Rows that break it; of an indicator, how many it was computed from.
    pub rows: u64,
    /// How many rows it judged, where that is counted.
    pub judged: Option<u64>,
    /// An indicator's value as decimal text; empty if there was nothing to compute it from.
    pub value: String,
    /// The first of the rows, as texts, under their names.
    pub listed: Vec<Vec<(String, String)>>,
    /// The digest of the canonical result.
    pub result_hash: [u8; 32],
    /// Why it could not judge, if it could not.
    pub not_judged: Option<String>,
}

impl Verdict<'_> {
    /// Nothing is wrong, as far as it could be judged.
    pub fn passed(&self) -> bool {
        matches!(self.rule, Rule::Indicator(_)) || self.rows == 0
    }
}

/// What the rules of one pack found.
#[derive(Clone, Debug)]
pub struct Checked<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// What was looked at.
    pub moment: Moment,
    /// A verdict for each rule.
    pub verdicts: Vec<Verdict<'a>>,
}

impl Checked<'_> {
    /// What the journal keeps of it. Rules that could not judge are left out; `None` if that is all.
    pub fn record(&self) -> Option<CheckRecord> {
        let judged = self.verdicts.iter().filter(|verdict| verdict.not_judged.is_none());
        let results: Vec<CheckResult> = judged
            .map(|verdict| CheckResult {
                rule: verdict.rule.id().to_owned(),
                kind: match verdict.rule {
                    Rule::Indicator(_) => CheckKind::Indicator,
                    _ => CheckKind::Quality,
                },
                rows: verdict.rows,
                value: verdict.value.clone(),
                result_hash: verdict.result_hash,
            })
            .collect();
        if results.is_empty() {
            return None;
        }
        Some(CheckRecord {
            pack: self.pack.head.id.clone(),
            version: self.pack.head.version,
            hash: self.pack.hash,
            as_of: self.moment.entries,
            results,
        })
    }
}

/// A rule that was understood.
struct Ready<'a> {
    pack: usize,
    rule: &'a Rule,
    planned: Planned,
}

impl<D: Disk> Desk<D> {
    /// Plans every rule of a rulebook over this bank's tables, and compiles its rules on payments.
    ///
    /// # Errors
    /// Every rule that names what is not there or gives the wrong columns, each by its file and line; or every
    /// condition on payments that is wrong.
    pub async fn adopt(&self, snapshot: &Snapshot, book: &Rulebook) -> Result<(), BookRefused> {
        book.risk_set()?;
        let packs: Vec<&Pack> = book.packs.iter().collect();
        self.ready(snapshot, &packs).await.map(|_| ())
    }

    /// Runs the rules of these packs; of each failing rule at most `listed` rows are kept.
    ///
    /// # Errors
    /// A rule that cannot be planned refuses all of them; one that fails while it runs ends the check.
    pub async fn check<'a>(
        &self,
        snapshot: &Snapshot,
        packs: &[&'a Pack],
        listed: usize,
    ) -> Result<Vec<Checked<'a>>, CheckFailed> {
        let ready = self.ready(snapshot, packs).await.map_err(CheckFailed::Refused)?;
        let counted = self.count(snapshot, &ready).await?;
        let mut checked: Vec<Checked<'a>> = packs
            .iter()
            .map(|pack| Checked { pack, moment: snapshot.moment(), verdicts: Vec::new() })
            .collect();
        for Ready { pack, rule, planned } in ready {
            let known = counted.get(rule.id()).copied();
            let blind = !snapshot.has_ledger() && rule.body().sql.contains("ledger_balances");
            let verdict = if blind {
                unjudged(rule, &planned, "only the running bank knows what its ledger holds now")
            } else {
                verdict(rule, planned, known, listed).await.map_err(|source| CheckFailed::Rule {
                    file: rule.body().file.clone(),
                    source,
                })?
            };
            checked[pack].verdicts.push(verdict);
        }
        Ok(checked)
    }

    /// Every rule, planned; or every fault.
    async fn ready<'a>(
        &self,
        snapshot: &Snapshot,
        packs: &[&'a Pack],
    ) -> Result<Vec<Ready<'a>>, BookRefused> {
        let (mut ready, mut faults) = (Vec::new(), Vec::new());
        for (pack, rule) in
            packs.iter().enumerate().flat_map(|(at, p)| p.rules.iter().map(move |r| (at, r)))
        {
            let text = match rule {
                Rule::Quality(rule) => rule.query(),
                Rule::Indicator(rule) => rule.query().to_owned(),
                // It judges payments, not tables.
                Rule::Risk(_) => continue,
            };
            match self.plan(snapshot, &text).await {
                Ok(planned) => match wrong_columns(rule, &planned) {
                    None => ready.push(Ready { pack, rule, planned }),
                    Some(why) => faults.push(fault(rule, (1, 1), &why)),
                },
                Err(error) => {
                    let why = error.to_string();
                    let (says, place) = place_in(&why).unwrap_or((&why, (1, 1)));
                    faults.push(fault(rule, place, says));
                }
            }
        }
        if faults.is_empty() { Ok(ready) } else { Err(BookRefused::new(faults)) }
    }

    /// How many rows break each row rule and how many it judged, one scan a table.
    async fn count<'a>(
        &self,
        snapshot: &Snapshot,
        ready: &[Ready<'a>],
    ) -> Result<HashMap<&'a str, (u64, u64)>, CheckFailed> {
        let rules: Vec<&'a QualityRule> = ready
            .iter()
            .filter_map(|ready| match ready.rule {
                Rule::Quality(rule) => Some(rule),
                _ => None,
            })
            .collect();
        let mut counted = HashMap::new();
        for fused in rulebook::fuse(&rules) {
            let failed = |source| CheckFailed::Rule {
                file: format!("the rules of table {}", fused.table),
                source,
            };
            let planned = self.plan(snapshot, &fused.count_sql()).await.map_err(failed)?;
            let answer = planned.answer().await.map_err(failed)?;
            let (batches, _) = answer.all().await.map_err(failed)?;
            for (n, rule) in fused.rules.iter().enumerate() {
                let number = |name: String| number_in(&batches, &name);
                let found = (number(Fused::failing(n)), number(Fused::judged(n)));
                counted.insert(rule.id.as_str(), found);
            }
        }
        Ok(counted)
    }
}

/// Why a check has no verdicts.
#[derive(Debug)]
pub enum CheckFailed {
    /// Rules that cannot be planned.
    Refused(BookRefused),
    /// A rule failed while it ran.
    Rule {
        /// Its file.
        file: String,
        /// Why.
        source: AskFailed,
    },
}

impl std::fmt::Display for CheckFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CheckFailed::Refused(refused) => refused.fmt(f),
            CheckFailed::Rule { file, .. } => write!(f, "{file} cannot be run"),
        }
    }
}

impl std::error::Error for CheckFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CheckFailed::Refused(_) => None,
            CheckFailed::Rule { source, .. } => Some(source),
        }
    }
}

fn fault(rule: &Rule, (line, column): (usize, usize), why: &str) -> Fault {
    match rule {
        Rule::Quality(quality) => quality.fault_at(line, column, why),
        other => other.body().fault_at(line, column, why),
    }
}

/// What an error says and the place it names behind it, `(line 3, column 8)`: a place in the SQL, which
/// becomes one in the file.
fn place_in(why: &str) -> Option<(&str, (usize, usize))> {
    let (says, place) = why.split_once(" (line ")?;
    let (line, rest) = place.split_once(", column ")?;
    let column = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((says, (line.parse().ok()?, column.parse().ok()?)))
}

/// What a rule must give: quality rules say where a row stands, indicators give one number and its sample.
fn wrong_columns(rule: &Rule, planned: &Planned) -> Option<String> {
    let schema = planned.schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    match rule {
        Rule::Quality(_) if !names.starts_with(&["entry", "row", "subject"]) => Some(format!(
            "a quality rule gives entry, \"row\" and subject first, and this gives {}",
            names.join(", ")
        )),
        Rule::Indicator(_) => {
            let numeric = |name| {
                schema.field_with_name(name).is_ok_and(|field| {
                    field.data_type().is_numeric() || field.data_type() == &DataType::Null
                })
            };
            let right = names.len() == 2 && numeric("value") && numeric("sample");
            (!right).then(|| {
                format!(
                    "an indicator gives the numbers value and sample, and this gives {}",
                    names.join(", ")
                )
            })
        }
        _ => None,
    }
}

fn number_in(batches: &[RecordBatch], name: &str) -> u64 {
    let column =
        batches.iter().find(|batch| batch.num_rows() > 0).and_then(|b| b.column_by_name(name));
    let number =
        column.and_then(|column| column.as_primitive_opt::<Int64Type>().map(|n| n.value(0)));
    number.and_then(|number| u64::try_from(number).ok()).unwrap_or(0)
}

fn unjudged<'a>(rule: &'a Rule, planned: &Planned, why: &str) -> Verdict<'a> {
    Verdict {
        rule,
        rows: 0,
        judged: None,
        value: String::new(),
        listed: Vec::new(),
        result_hash: RowDigest::new(&planned.schema()).finish(),
        not_judged: Some(why.to_owned()),
    }
}

async fn verdict<'a>(
    rule: &'a Rule,
    planned: Planned,
    counted: Option<(u64, u64)>,
    listed: usize,
) -> Result<Verdict<'a>, AskFailed> {
    if let Some((0, judged)) = counted {
        // The scan of its table found nothing, so its own rows are none.
        let result_hash = RowDigest::new(&planned.schema()).finish();
        return Ok(Verdict {
            rule,
            rows: 0,
            judged: Some(judged),
            value: String::new(),
            listed: Vec::new(),
            result_hash,
            not_judged: None,
        });
    }
    let mut answer = planned.answer().await?;
    let mut rows = Vec::new();
    while let Some(batch) = answer.next().await? {
        for row in 0..batch.num_rows() {
            if rows.len() == listed.max(1) {
                break;
            }
            rows.push(texts(&batch, row)?);
        }
    }
    let told = answer.told();
    let mut verdict = Verdict {
        rule,
        rows: told.rows,
        judged: counted.map(|(_, judged)| judged),
        value: String::new(),
        listed: Vec::new(),
        result_hash: told.result_hash,
        not_judged: None,
    };
    match rule {
        Rule::Indicator(indicator) => number_of(indicator, &mut verdict, &rows)?,
        _ => {
            rows.truncate(listed);
            verdict.listed = rows;
        }
    }
    Ok(verdict)
}

/// An indicator's value and sample, which must be one row.
fn number_of(
    indicator: &Indicator,
    verdict: &mut Verdict<'_>,
    rows: &[Vec<(String, String)>],
) -> Result<(), AskFailed> {
    let ([row], 1) = (rows, verdict.rows) else {
        return Err(AskFailed::Query(format!(
            "{} gives {} rows, and an indicator gives one",
            indicator.id, verdict.rows
        )));
    };
    let text = |name: &str| {
        row.iter()
            .find(|(column, _)| column == name)
            .map(|(_, text)| text.clone())
            .unwrap_or_default()
    };
    verdict.value = text("value");
    verdict.rows = text("sample").parse().unwrap_or(0);
    Ok(())
}

/// One row as texts under the names of its columns; what is missing is empty.
fn texts(batch: &RecordBatch, row: usize) -> Result<Vec<(String, String)>, AskFailed> {
    let options = FormatOptions::new();
    let schema = batch.schema();
    let mut cells = Vec::with_capacity(batch.num_columns());
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        let formatter = ArrayFormatter::try_new(column.as_ref(), &options)
            .map_err(|error| AskFailed::Running(error.to_string()))?;
        let text =
            if column.is_null(row) { String::new() } else { formatter.value(row).to_string() };
        cells.push((field.name().clone(), text));
    }
    Ok(cells)
}
