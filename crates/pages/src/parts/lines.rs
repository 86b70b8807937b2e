//! What happened on an account, the latest first.

use super::Example;
use super::amount::signed;
use crate::figures;
use crate::words::Words;
use maud::{Markup, html};
use serde_json::Value;

/// How a line is shown.
pub struct Shown<'a> {
    /// The words.
    pub words: Words,
    /// A moment of an answer, on the institution's clock, as a person reads it.
    pub moment: &'a dyn Fn(&str) -> String,
    /// What the reader calls an account, if they gave it a name.
    pub name: &'a dyn Fn(&str) -> Option<String>,
}

/// A short list: when, with whom, how much.
pub fn lines(shown: &Shown<'_>, items: &[Value]) -> Markup {
    let words = shown.words;
    if items.is_empty() {
        return html! { p { (words.say("lines-none")) } };
    }
    html! {
        ul.hist {
            @for line in items {
                @let text = |name: &str| line[name].as_str().unwrap_or_default();
                @let way = text("direction");
                li {
                    span {
                        @if let Some(id) = line["payment"].as_str() {
                            a href={ "/payments/" (id) } { (why(words, line)) }
                        } @else { (why(words, line)) }
                        @if let Some(name) = line["counterparty"].as_str().and_then(shown.name) { " " b.payee { (name) } }
                        small { (what(words, line)) " · " (( shown.moment )(text("time"))) (state(words, text("status"))) }
                    }
                    (signed(words, way, &line["amount"]))
                }
            }
        }
    }
}

/// What it was for: the kind if it is known, else with whom.
pub fn why(words: Words, line: &Value) -> String {
    let kind = line["kind"].as_u64().unwrap_or(0);
    words.perhaps(&format!("kind-{kind}")).unwrap_or_else(|| what(words, line))
}

/// With whom, in words.
fn what(words: Words, line: &Value) -> String {
    let way = if line["direction"] == "in" { "line-from" } else { "line-to" };
    let other = line["counterparty"].as_str().map(figures::account_end);
    match other {
        Some(end) => words.with(way, &[("end", crate::words::text(end))]),
        None => words.say("line-bank").into_owned(),
    }
}

fn state(words: Words, status: &str) -> String {
    if status == "posted" || status.is_empty() {
        return String::new();
    }
    format!(" · {}", words.say(&format!("status-{status}")))
}

pub fn examples(words: Words) -> Vec<Example> {
    let items = serde_json::json!([
        { "payment": "pay_00000000-0000-0000-0000-000000000001", "direction": "in", "amount": { "amount": "3210.00", "currency": "CNY" },
          "status": "posted", "kind": 102, "counterparty": "acc_00000000-0000-0000-0000-0000000003e9", "time": "2026-11-28T01:12:00Z" },
        { "payment": "pay_00000000-0000-0000-0000-000000000002", "direction": "out", "amount": { "amount": "46.50", "currency": "CNY" },
          "status": "held", "counterparty": "acc_00000000-0000-0000-0000-0000000003ea", "time": "2026-11-27T09:40:00Z" },
    ]);
    let moment = |iso: &str| figures::moment(words, iso);
    let name = |account: &str| account.ends_with("3ea").then(|| "Mei".to_owned());
    let shown = Shown { words, moment: &moment, name: &name };
    let items = items.as_array().cloned().unwrap_or_default();
    vec![
        Example { part: "lines", name: "two payments", html: lines(&shown, &items) },
        Example { part: "lines", name: "nothing yet", html: lines(&shown, &[]) },
    ]
}
