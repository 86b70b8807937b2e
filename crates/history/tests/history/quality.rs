//! Each shipped rule, broken: texts under `scenarios/2-data/quality` say what a hostile or broken program
//! left in a journal, an archive or a ledger, and what the rules must find there, and nothing else. The
//! language: `quality/script.rs` for how a text is read, `quality/facts.rs` for what may have happened,
//! `quality/damage.rs` for what may be done to files; `quality/stage.rs` performs it.

mod script;
mod facts;
mod damage;
mod stage;
mod adopting;

use history::{Checked, Verdict};
use rulebook::{Rule, Rulebook};
use script::{Finding, Scenario, Script};
use stage::{Stage, run};
use std::collections::{BTreeMap, BTreeSet};

/// What the rules found, as a scenario writes it: of quality rules each row, of indicators the value.
fn found(checked: &[Checked<'_>]) -> (Vec<Finding>, BTreeMap<String, String>) {
    let (mut rows, mut values) = (Vec::new(), BTreeMap::new());
    for verdict in checked.iter().flat_map(|checked| &checked.verdicts) {
        let id = verdict.rule.id();
        match verdict.rule {
            Rule::Quality(_) => {
                assert_eq!(verdict.rows, verdict.listed.len() as u64, "{id}");
                assert_eq!(verdict.passed(), verdict.rows == 0, "{id}");
                rows.extend(verdict.listed.iter().map(|row| finding(id, row)));
            }
            Rule::Indicator(_) => {
                values.insert(id.to_owned(), value(verdict));
            }
            Rule::Risk(_) => unreachable!("{id} judges payments, not tables"),
        }
    }
    rows.sort();
    (rows, values)
}

fn finding(rule: &str, row: &[(String, String)]) -> Finding {
    let names: Vec<&str> = row.iter().take(3).map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["entry", "row", "subject"], "{rule}");
    let [entry, place, subject] = [0, 1, 2].map(|at| row[at].1.as_str());
    let number = |text: &str| -> Option<u64> {
        (!text.is_empty()).then(|| text.parse().unwrap_or_else(|_| panic!("{rule}: entry {text}")))
    };
    Finding {
        rule: rule.into(),
        entry: number(entry),
        row: number(place),
        subject: if subject.is_empty() { "-" } else { subject }.into(),
    }
}

fn value(verdict: &Verdict<'_>) -> String {
    let value = if verdict.value.is_empty() { "nothing" } else { &verdict.value };
    format!("{value} of {}", verdict.rows)
}

/// What is otherwise than the scenario says; empty if nothing is.
fn differences(scenario: &Scenario, checked: &[Checked<'_>]) -> String {
    let (rows, values) = found(checked);
    let mut said = String::new();
    let mut expected = scenario.findings.clone();
    expected.sort();
    if rows != expected {
        let lines = |rows: &[Finding]| -> String {
            rows.iter().map(|row| format!("\n    => {row}")).collect()
        };
        said += &format!("  expected:{}\n  found:{}\n", lines(&expected), lines(&rows));
    }
    for (indicator, expected) in &scenario.values {
        let found = values.get(indicator).map_or("no such indicator", String::as_str);
        if found != expected {
            said += &format!("  {indicator} is {found}, expected: {expected}\n");
        }
    }
    if said.is_empty() { said } else { format!("{}: {}\n{said}", scenario.place, scenario.title) }
}

/// Performs every scenario of a file with what is sealed in files and the rest in memory.
fn perform(name: &str) {
    let script = Script::named(name);
    let book = rulebook::shipped();
    let mut wrong = String::new();
    for scenario in &script.scenarios {
        let checked = run(Stage::after(&script.opening, scenario).check(&book, true));
        wrong += &differences(scenario, &checked);
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// A test for each file, and the list of them.
macro_rules! performed {
    ($($test:ident: $file:literal;)+) => {
        $(#[test]
        fn $test() {
            perform($file);
        })+

        const FILES: &[&str] = &[$($file,)+];
    };
}

performed! {
    a_sound_bank_is_green_for_every_rule: "clean.scenario";
    what_the_rules_of_the_journal_guard: "journal.scenario";
    what_the_rules_of_the_ledger_guard: "ledger.scenario";
    what_the_rules_of_payments_guard: "payments.scenario";
    what_the_rules_of_parties_guard: "parties.scenario";
    what_the_rules_of_identity_numbers_guard: "gb-11643.scenario";
    what_the_rules_of_credit_codes_guard: "gb-32100.scenario";
    what_the_indicators_measure: "indicators.scenario";
}

#[test]
fn every_file_of_scenarios_is_performed() {
    let inside: BTreeSet<String> = std::fs::read_dir(script::folder())
        .unwrap()
        .map(|item| item.unwrap().file_name().into_string().unwrap())
        .collect();
    let performed: BTreeSet<String> = FILES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(inside, performed);
}

#[test]
fn every_shipped_rule_has_a_scenario() {
    let book = rulebook::shipped();
    let mut seen = BTreeSet::new();
    for scenario in FILES.iter().flat_map(|name| Script::named(name).scenarios) {
        seen.extend(scenario.findings.into_iter().map(|finding| finding.rule));
        seen.extend(scenario.values.into_keys());
    }
    let shipped = ids(&book);
    let without: Vec<&String> = shipped.difference(&seen).collect();
    assert!(without.is_empty(), "a rule without a scenario: {without:?}");
    let unknown: Vec<&String> = seen.difference(&shipped).collect();
    assert!(unknown.is_empty(), "scenarios name rules that are not shipped: {unknown:?}");
}

fn ids(book: &Rulebook) -> BTreeSet<String> {
    // Rules on payments judge no tables.
    let judges_tables = book.rules().filter(|(_, rule)| !matches!(rule, Rule::Risk(_)));
    judges_tables.map(|(_, rule)| rule.id().to_owned()).collect()
}

#[test]
fn it_makes_no_difference_whether_rows_lie_in_files_yet() {
    let book = rulebook::shipped();
    let script = Script::named("clean.scenario");
    let stage = Stage::after(&script.opening, &script.scenarios[0]);
    let in_memory = run(stage.check(&book, false));
    assert_eq!(differences(&script.scenarios[0], &in_memory), "");
    let in_files = run(stage.check(&book, true));
    let hashes = |checked: &[Checked<'_>]| -> Vec<_> {
        let verdicts = checked.iter().flat_map(|checked| &checked.verdicts);
        verdicts.map(|verdict| (verdict.rule.id().to_owned(), verdict.result_hash)).collect()
    };
    assert_eq!(hashes(&in_memory), hashes(&in_files));
}

#[test]
fn the_sound_bank_is_one_that_the_engine_itself_would_decide() {
    let script = Script::named("clean.scenario");
    for scenario in &script.scenarios {
        let findings = Stage::after(&script.opening, scenario).verified();
        assert!(findings.is_empty(), "{}: {findings:#?}", scenario.place);
    }
}

#[test]
fn a_scenario_that_says_too_little_or_too_much_fails() {
    let book = rulebook::shipped();
    let script = Script::named("gb-32100.scenario");
    let broken = &script.scenarios[0];
    let stage = Stage::after(&script.opening, broken);
    let checked = run(stage.check(&book, false));
    assert_eq!(differences(broken, &checked), "");
    let silent = Scenario { findings: Vec::new(), ..broken.clone() };
    assert!(differences(&silent, &checked).contains("credit-code-checks"));
    let mut loud = broken.clone();
    loud.findings.push(Finding { rule: "id-once".into(), ..loud.findings[0].clone() });
    assert!(differences(&loud, &checked).contains("id-once"));
}
