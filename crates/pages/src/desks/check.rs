//! Check it yourself: a receipt is verified in the reader's own browser, without this bank. The page gives the bank's key and,
//! to whoever may see it, the receipt of a record, or the answer that a figure is made of with the receipt of the record that
//! noted it; `check.js` does the mathematics of docs/formats/proofs.md and docs/formats/history.md.

use super::questions;
use crate::open;
use crate::parts::field::{Field, area, field};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note};
use crate::row::Row;
use crate::visit::{Said, Visit};
use crate::words::text;
use maud::{Markup, html};
use serde_json::Value;

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![open!(GET "/check", check)]
}

/// What a record says became of a payment, as `check.js` reads it; all but the first prove that no money arrived by it.
const BECAME: [&str; 5] = ["posted", "held", "reserved", "voided", "refused"];

async fn check(visit: &Visit) -> Said {
    let words = visit.words;
    let title = words.say("check-title");
    let name = visit.query.get("question");
    let asked = if name.is_empty() { None } else { Some(questions::asked(visit, name).await?) };
    let record = match &asked {
        Some((_, answer)) => answer["record"].to_string(),
        None => visit.query.get("record").to_owned(),
    };
    let is_record = !record.is_empty() && record.bytes().all(|b| b.is_ascii_digit());
    let receipt = if is_record {
        visit.ask.get(&format!("/journal/records/{record}/receipt")).await.ok()
    } else {
        None
    };
    let receipt =
        receipt.as_ref().and_then(|answer| answer.body["receipt"].as_str()).unwrap_or_default();
    let key = visit.house.log_key().await;
    visit.page(&title, html! {
        (head(&title, &words.say("check-says")))
        @if asked.is_some() { (note(Weight::Know, &words.say("check-figure"), html! { p { (words.say("check-figure-says")) } })) }
        div.narrow data-check data-zone=(visit.house.utc_offset_min()) {
            (verdict(visit, asked.is_some()))
            @if is_record && receipt.is_empty() { (note(Weight::Know, &words.say("check-no-record"), html! { p { (words.with("check-no-record-says", &[("record", text(&record))])) } })) }
            (area(Field { name: "receipt", label: &words.say("check-receipt"), hint: &words.say("check-receipt-hint"), value: receipt, ..Field::default() }, 8, &[]))
            div.field hidden data-file { label for="receipt-file" { (words.say("check-file")) } input type="file" id="receipt-file" accept=".tlog-proof,.txt,text/plain"; }
            (field(Field { name: "log-key", label: &words.say("check-key"), hint: &words.say("check-key-hint"), value: &key, ..Field::default() }, &[]))
            @if let Some((sql, answer)) = &asked { (question(visit, sql, answer)) }
            button.btn.pri type="button" hidden data-check-go { (words.say("check-go")) }
            noscript { p.fault { (words.say("check-no-script")) } }
        }
        section.p aria-labelledby="means" data-means {
            header { h2 id="means" { (words.say("check-means")) } }
            ul { @for n in 1..=3 { li { (words.say(&format!("check-means-{n}"))) } } }
            @if asked.is_some() { p { (words.say("check-again")) " " code { "tj query --check" } } }
        }
        p.or { (words.say("check-else")) " " code { "tj receipt verify receipt.txt --key log.pub" } }
    })
}

/// What the check came to, above what was checked. First what became of the money: a receipt of a payment that was refused holds
/// as well as any other, and whoever is shown it must see that nothing was paid.
fn verdict(visit: &Visit, of_figure: bool) -> Markup {
    let words = visit.words;
    let mut steps = vec!["form", "record", "batch", "log", "signature"];
    if of_figure {
        steps.extend(["question", "answer"]);
    }
    html! {
        div role="status" aria-live="polite" tabindex="-1" data-verdict {
            @for became in BECAME {
                @let arrived = became == "posted";
                p.verdict.bad[!arrived] hidden data-became=(became) {
                    (words.say(&format!("check-is-{became}")))
                    @if !arrived { " " (words.say("proof-says-unpaid")) }
                }
            }
            p.verdict.know hidden data-became="nothing" { (words.say("check-no-payment")) }
            p.verdict hidden data-good { (words.say(if of_figure { "check-good-figure" } else { "check-good" })) }
            p.verdict.bad hidden data-bad { (words.say("check-bad")) }
            p.verdict.know hidden data-none { (words.say("check-none")) }
            p.verdict.know hidden data-keyless { (words.say("check-keyless")) }
            dl.facts hidden data-facts {
                div data-transfer { dt { (words.say("check-fact-money")) } dd data-fact="money" {} }
                div data-transfer { dt { (words.say("check-fact-accounts")) } dd data-fact="accounts" {} }
                div data-transfer { dt { (words.say("check-fact-time")) } dd data-fact="time" {} }
                div { dt { (words.say("check-fact-entry")) } dd data-fact="entry" {} }
                div { dt { (words.say("check-fact-size")) } dd data-fact="size" {} }
                @if of_figure {
                    div { dt { (words.say("check-fact-saw")) } dd data-fact="saw" {} }
                    div { dt { (words.say("check-fact-asker")) } dd data-fact="asker" {} }
                }
            }
            ol.steps hidden data-steps {
                @for step in steps { li data-step=(step) { (words.say(&format!("check-step-{step}"))) } }
            }
        }
    }
}

/// The question and its answer, as texts that a reader can change: then they do not hold.
fn question(visit: &Visit, sql: &str, answer: &Value) -> Markup {
    let words = visit.words;
    let rows = answer["rows"].as_array().into_iter().flatten();
    let rows: Vec<String> = rows.map(ToString::to_string).collect();
    let columns = answer["columns"].as_array().into_iter().flatten();
    let columns: Vec<String> = columns.map(ToString::to_string).collect();
    let told =
        format!("{{\"columns\": [{}],\n\"rows\": [\n{}\n]}}", columns.join(", "), rows.join(",\n"));
    html! {
        (area(Field { name: "sql", label: &words.say("check-sql"), value: sql, ..Field::default() }, 6, &[]))
        (area(Field { name: "answer", label: &words.say("check-answer"), hint: &words.say("check-answer-hint"), value: &told, ..Field::default() }, 8, &[]))
    }
}
