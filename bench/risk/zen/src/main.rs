//! Rules as zen-engine runs them, over payments whose features are there: once as a decision table that collects what
//! is true, once as compiled expressions without a table. `bench/risk.py` makes the rules of ours and starts this.
//!
//!     zen-rules RULES.json JUDGED.jsonl
//!
//! Both forms must rule, score and speak as ours did of every payment; then one JSON object is printed.

use serde_json::{Value, json};
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;
use zen_engine::model::DecisionContent;
use zen_engine::{Decision, DecisionEngine};
use zen_expression::expression::{Expression, Standard};
use zen_expression::{Isolate, Variable, compile_expression};

/// As in `tj bench features`: payments that stay in the caches, and how often the rules run over them.
const TOGETHER: usize = 64;
const TIMES: usize = 16;
/// From the mildest to the severest.
const OUTCOMES: [&str; 4] = ["approve", "ask", "hold", "refuse"];

type Done<T> = Result<T, Box<dyn Error>>;

/// One rule.
struct Rule {
    name: String,
    severity: usize,
    points: i64,
    condition: String,
}

/// Rules, and the scores from which payers are asked and payments held.
struct Rules {
    all: Vec<Rule>,
    ask_from: i64,
    hold_from: i64,
}

/// A payment, and what ours said of it.
struct Judged {
    features: Variable,
    severity: usize,
    score: i64,
    rules: Vec<String>,
}

fn severity_of(word: &Value) -> Done<usize> {
    let known = OUTCOMES.iter().position(|outcome| Some(*outcome) == word.as_str());
    known.ok_or_else(|| format!("{word} is no outcome").into())
}

fn rules_of(text: &str) -> Done<Rules> {
    let read: Value = serde_json::from_str(text)?;
    let text_of = |value: &Value| value.as_str().map(str::to_owned).ok_or("a text is missing");
    let number = |value: &Value| value.as_i64().ok_or("a number is missing");
    let all = read["rules"].as_array().ok_or("there are no rules")?;
    let all = all.iter().map(|rule| {
        Ok(Rule {
            name: text_of(&rule["rule"])?,
            severity: severity_of(&rule["outcome"])?,
            points: number(&rule["points"])?,
            condition: text_of(&rule["condition"])?,
        })
    });
    Ok(Rules {
        all: all.collect::<Done<_>>()?,
        ask_from: number(&read["ask_from"])?,
        hold_from: number(&read["hold_from"])?,
    })
}

fn judged_of(line: &str) -> Done<Judged> {
    let read: Value = serde_json::from_str(line)?;
    let rules = read["rules"].as_array().ok_or("a payment says nothing of rules")?;
    Ok(Judged {
        features: Variable::from(read["features"].clone()),
        severity: severity_of(&read["ruling"])?,
        score: read["score"].as_i64().ok_or("a payment has no score")?,
        rules: rules.iter().filter_map(|rule| rule.as_str().map(str::to_owned)).collect(),
    })
}

/// The rules as a table with one row each, which gives the numbers of those that are true.
fn table(rules: &Rules) -> Done<Decision> {
    let rows: Vec<Value> = (0..)
        .zip(&rules.all)
        .map(|(at, rule): (usize, _)| {
            json!({ "_id": rule.name, "when": rule.condition, "then": at.to_string() })
        })
        .collect();
    let content: DecisionContent = serde_json::from_value(json!({
        "nodes": [
            { "id": "in", "name": "payment", "type": "inputNode", "content": {} },
            { "id": "table", "name": "rules", "type": "decisionTableNode", "content": {
                "hitPolicy": "collect",
                "inputs": [{ "id": "when", "name": "Condition" }],
                "outputs": [{ "id": "then", "name": "Rule", "field": "rule" }],
                "rules": rows,
            } },
            { "id": "out", "name": "spoke", "type": "outputNode", "content": {} },
        ],
        "edges": [
            { "id": "1", "sourceId": "in", "targetId": "table" },
            { "id": "2", "sourceId": "table", "targetId": "out" },
        ],
    }))?;
    let mut decision = DecisionEngine::default().create_decision(content.into())?;
    decision.compile();
    Ok(decision)
}

/// The numbers of the rules that are true, as the table gives them.
async fn by_table(decision: &Decision, features: &Variable) -> Done<Vec<usize>> {
    let response = decision.evaluate(features.clone()).await.map_err(|error| error.to_string())?;
    let rows = response.result.as_array().ok_or("the table gave no list")?;
    let rows = rows.borrow();
    let number = |row: &Variable| {
        let cell = row.dot("rule")?.as_number()?;
        usize::try_from(cell).ok()
    };
    rows.iter().map(|row| number(row).ok_or_else(|| "a row has no number".into())).collect()
}

/// The same by expressions that were compiled before.
fn by_expressions(
    isolate: &mut Isolate,
    compiled: &[Expression<Standard>],
    features: &Variable,
) -> Vec<usize> {
    isolate.set_environment(features.clone());
    let mut spoke = Vec::new();
    for (at, expression) in compiled.iter().enumerate() {
        if let Ok(Variable::Bool(true)) = isolate.run_compiled(expression.bytecode()) {
            spoke.push(at);
        }
    }
    spoke
}

/// Outcome and score of rules that are true.
fn ruled(rules: &Rules, spoke: &[usize]) -> (usize, i64) {
    let score: i64 = spoke.iter().map(|at| rules.all[*at].points).sum();
    let by_rules = spoke.iter().map(|at| rules.all[*at].severity).max().unwrap_or(0);
    let by_score = usize::from(score >= rules.ask_from) + usize::from(score >= rules.hold_from);
    (by_rules.max(by_score), score)
}

/// Whether a payment was judged as ours judged it.
fn same(rules: &Rules, one: &Judged, spoke: &[usize]) -> bool {
    let names = spoke.iter().map(|at| &rules.all[*at].name);
    ruled(rules, spoke) == (one.severity, one.score) && names.eq(&one.rules)
}

async fn measure(rules: &Rules, payments: &[Judged]) -> Done<Value> {
    let decision = table(rules)?;
    let compile = |rule: &Rule| {
        compile_expression(&rule.condition).map_err(|error| format!("{}: {error:?}", rule.name))
    };
    let compiled = rules.all.iter().map(compile).collect::<Result<Vec<_>, _>>()?;
    let mut isolate = Isolate::new();
    let mut different = [0_u64; 2];
    for one in payments {
        let table = by_table(&decision, &one.features).await?;
        let alone = by_expressions(&mut isolate, &compiled, &one.features);
        different[0] += u64::from(!same(rules, one, &table));
        different[1] += u64::from(!same(rules, one, &alone));
    }
    let runs = (payments.len() * TIMES) as f64;
    let (start, before) = (Instant::now(), own_ns());
    for together in payments.chunks(TOGETHER) {
        for _ in 0..TIMES {
            for one in together {
                let spoke = by_table(&decision, &one.features).await?;
                black_box(ruled(rules, &spoke));
            }
        }
    }
    let table = took(start, before, runs);
    let (start, before) = (Instant::now(), own_ns());
    for together in payments.chunks(TOGETHER) {
        for _ in 0..TIMES {
            for one in together {
                let spoke = by_expressions(&mut isolate, &compiled, &one.features);
                black_box(ruled(rules, &spoke));
            }
        }
    }
    let expressions = took(start, before, runs);
    Ok(json!({
        "rules": rules.all.len(), "payments": payments.len(), "table": table, "expressions": expressions,
        "different": { "table": different[0], "expressions": different[1] },
        "memory_peak_bytes": memory_peak(),
    }))
}

/// Nanoseconds of a run, by the clock and of the processor.
fn took(start: Instant, before: Option<u64>, runs: f64) -> Value {
    let wall = start.elapsed().as_secs_f64() * 1e9 / runs;
    let cpu = before.zip(own_ns()).map(|(before, after)| (after - before) as f64 / runs);
    json!({ "ns": wall, "cpu_ns": cpu })
}

/// CPU time of this thread in nanoseconds, as Linux counts it.
fn own_ns() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// The most memory this process ever held, as Linux counts it.
fn memory_peak() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1_024)
}

fn main() -> Done<()> {
    let mut files = std::env::args().skip(1);
    let (rules, judged) = files.next().zip(files.next()).ok_or("give RULES.json JUDGED.jsonl")?;
    let rules = rules_of(&std::fs::read_to_string(rules)?)?;
    let payments = std::fs::read_to_string(judged)?;
    let payments = payments.lines().map(judged_of).collect::<Done<Vec<_>>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    println!("{}", runtime.block_on(measure(&rules, &payments))?);
    Ok(())
}
