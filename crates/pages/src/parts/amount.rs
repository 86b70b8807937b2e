//! Money on a page: never broken over lines, and read aloud as one figure.

use super::Example;
use crate::figures;
use crate::words::Words;
use maud::{Markup, html};
use serde_json::Value;

/// An amount as it stands in an answer of the API: `{"amount": "12.50", "currency": "CNY"}`.
pub fn amount(money: &Value) -> Markup {
    let text = |name: &str| money[name].as_str().unwrap_or_default();
    html! { span.num { (figures::money(text("amount"), text("currency"))) } }
}

/// The same with what it did to an account.
pub fn signed(words: Words, direction: &str, money: &Value) -> Markup {
    let word = if direction == "in" { "money-in" } else { "money-out" };
    html! { span class={ "num " (direction) } { span.way { (words.say(word)) " " } (amount(money)) } }
}

pub fn examples(words: Words) -> Vec<Example> {
    let money = serde_json::json!({ "amount": "12846.50", "currency": "CNY" });
    vec![
        Example { part: "amount", name: "an amount", html: amount(&money) },
        Example { part: "amount", name: "money that came in", html: signed(words, "in", &money) },
        Example { part: "amount", name: "money that went out", html: signed(words, "out", &money) },
    ]
}
