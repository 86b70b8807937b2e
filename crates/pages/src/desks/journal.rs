//! The journal, line by line: what happened, the newest first, and one record with its receipt.

use super::staff::{list_of, refusal, scrolled, text_of};
use crate::figures;
use crate::inside;
use crate::parts::field::{Field, field, summary};
use crate::parts::figure::{Source, provenance};
use crate::parts::form::button;
use crate::parts::frame::head;
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{count, text};
use maud::{Markup, html};
use serde_json::Value;

/// Records on a page, and in the overview.
const PAGE: usize = 40;
const FEW: usize = 8;
/// Records that are asked for at once, and how often.
const WINDOW: u64 = 200;
const WINDOWS_MAX: usize = 8;

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/journal", browse),
        inside!(GET "/journal/{record}", record),
        inside!(GET "/journal/{record}/receipt", receipt),
    ]
}

/// What happened before a record, the newest first, and before which record it goes on. Of many records nothing is told, so
/// it is looked further and further back, but not for long.
async fn before(visit: &Visit, end: u64, most: usize) -> Result<(Vec<Value>, u64), Trouble> {
    let (mut events, mut start) = (Vec::new(), end);
    for _ in 0..WINDOWS_MAX {
        if events.len() >= most || start == 0 {
            break;
        }
        let end = start;
        start = end.saturating_sub(if most == 1 { 1 } else { WINDOW });
        let after = start.checked_sub(1).map(|after| format!("&after={after}")).unwrap_or_default();
        let page = visit.ask.get(&format!("/events/page?limit={}{after}", end - start)).await?;
        let in_time = |event: &&Value| record_of(event).is_some_and(|record| record < end);
        events.extend(list_of(&page.body, "items").iter().filter(in_time).rev().cloned());
        if most == 1 {
            break;
        }
    }
    if events.len() > most {
        events.truncate(most);
        start = events.last().and_then(record_of).unwrap_or(start);
    }
    Ok((events, start))
}

fn record_of(event: &Value) -> Option<u64> {
    event["journal"]["record"].as_u64()
}

/// The latest few; none where they cannot be seen.
pub async fn latest(visit: &Visit) -> Vec<Value> {
    let Ok(journal) = visit.ask.get("/journal").await else { return Vec::new() };
    let records = journal.body["records"].as_u64().unwrap_or(0);
    before(visit, records, FEW).await.map(|(events, _)| events).unwrap_or_default()
}

async fn browse(visit: &Visit) -> Said {
    let words = visit.words;
    let journal = visit.ask.get("/journal").await?.body;
    let records = journal["records"].as_u64().unwrap_or(0);
    let faults = match visit.query.filled("record").map(|typed| jump(typed, records)) {
        Some(Ok(record)) => return Ok(Shown::Next(format!("/journal/{record}"))),
        Some(Err(())) => {
            let says = words.with("journal-jump-wrong", &[("n", text(figures::number(records)))]);
            vec![("record".to_owned(), says)]
        }
        None => Vec::new(),
    };
    let end = visit.query.get("before").parse::<u64>().unwrap_or(records).min(records);
    let (events, start) = before(visit, end, PAGE).await?;
    let title = words.say("journal-title");
    let number = |name: &str| text(figures::number(journal[name].as_u64().unwrap_or(0)));
    let typed = visit.query.get("record");
    visit.page(&words.say("desk-journal"), html! {
        (head(&title, &words.with("journal-says", &[("records", number("records")), ("entries", number("entries"))])))
        (summary(words, "", &faults))
        @if events.is_empty() { p.none { @if end == start { (words.say("journal-before-first")) } @else { (untold(visit, end - start)) } } }
        @else { (page_table(visit, &events, end, start)) }
        p.row-of {
            @if end < records { a.btn href="/journal" { (words.say("journal-newest")) } }
            @if start > 0 { a.btn href={ "/journal?before=" (start) } { (words.say("journal-older")) } }
        }
        form.narrow method="get" action="/journal" {
            (field(Field { name: "record", label: &words.say("journal-jump"), value: typed, keys: "numeric", ..Field::default() }, &faults))
            (button(&words.say("journal-jump-do"), false))
        }
        (provenance(words, &Source { entry: journal["entries"].as_u64(), proof: Some("/check".to_owned()), ..Source::default() }, &title))
    })
}

/// The record that somebody typed, if the journal has it; commas and spaces between digits are theirs.
fn jump(typed: &str, records: u64) -> Result<u64, ()> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    digits.parse().ok().filter(|record| *record < records).ok_or(())
}

/// That of so many records nothing is told, and of what kind they are.
fn untold(visit: &Visit, n: u64) -> String {
    visit.words.with("journal-untold", &[("n", count(n)), ("number", text(figures::number(n)))])
}

/// Lines of the journal, of the latest few.
pub fn table(visit: &Visit, events: &[Value]) -> Markup {
    lines(visit, html! { @for event in events { (line(visit, event)) } })
}

/// Lines of the journal from before `end` back to `start`; what lies between them and is not told is counted in its place.
fn page_table(visit: &Visit, events: &[Value], end: u64, start: u64) -> Markup {
    let mut below = end;
    let rows: Vec<Markup> = events
        .iter()
        .map(|event| {
            let at = record_of(event).unwrap_or(0);
            let gap = below.saturating_sub(at + 1);
            below = at;
            html! { (gap_line(visit, gap)) (line(visit, event)) }
        })
        .collect();
    let rest = below.saturating_sub(start);
    lines(visit, html! { @for row in &rows { (row) } (gap_line(visit, rest)) })
}

fn gap_line(visit: &Visit, n: u64) -> Markup {
    html! { @if n > 0 { tr { td colspan="4" { small { (untold(visit, n)) } } } } }
}

fn lines(visit: &Visit, rows: Markup) -> Markup {
    let words = visit.words;
    scrolled(
        words,
        &words.say("journal-title"),
        html! { table.jr {
            thead { tr {
                th scope="col" { (words.say("journal-record")) } th scope="col" { (words.say("fact-time")) } th scope="col" { (words.say("journal-what")) }
                th.num scope="col" { (words.say("journal-object")) }
            } }
            tbody { (rows) }
        } },
    )
}

fn line(visit: &Visit, event: &Value) -> Markup {
    let at = record_of(event).unwrap_or(0);
    html! { tr {
        th scope="row" { a href={ "/journal/" (at) } { (figures::number(at)) } }
        td.when { (visit.moment_s(text_of(event, "time"))) }
        td { (kind(visit, event)) }
        td.num { (object(event)) }
    } }
}

/// What kind of thing happened, in words.
fn kind(visit: &Visit, event: &Value) -> String {
    let kind = text_of(event, "kind");
    let said = visit.words.perhaps(&format!("event-{}", kind.replace(['.', '_'], "-")));
    said.unwrap_or_else(|| kind.to_owned())
}

/// How much it was about, or which thing.
fn object(event: &Value) -> String {
    let data = &event["data"];
    if let Some(amount) = data["amount"].as_str() {
        return figures::money(amount, text_of(data, "currency"));
    }
    let end = |id: &str| format!("··{}", id.get(id.len().saturating_sub(6)..).unwrap_or(id));
    if let Some(account) = data["account"].as_str() {
        return format!("··{}", figures::account_end(account));
    }
    let thing = ["case", "party", "hold", "entry", "name", "day", "id"]
        .into_iter()
        .find_map(|name| data[name].as_str());
    thing.map(|id| if id.contains('_') { end(id) } else { id.to_owned() }).unwrap_or_default()
}

fn number_of(visit: &Visit) -> Result<u64, Trouble> {
    visit.named("record").parse().map_err(|_| Trouble::not_found())
}

async fn record(visit: &Visit) -> Said {
    let words = visit.words;
    let number = number_of(visit)?;
    let receipt = visit.ask.get(&format!("/journal/records/{number}/receipt")).await?;
    let place = &receipt.body["journal"];
    let event =
        before(visit, number + 1, 1).await.ok().and_then(|(events, _)| events.into_iter().next());
    let title = words.with("record-title", &[("n", text(figures::number(number)))]);
    let says = event.as_ref().map_or_else(
        || words.say("record-untold").into_owned(),
        |event| {
            words.with(
                "record-says",
                &[
                    ("what", text(kind(visit, event))),
                    ("time", text(visit.moment_s(text_of(event, "time")))),
                ],
            )
        },
    );
    let records = visit.ask.get("/journal").await?.body["records"].as_u64().unwrap_or(0);
    let at = |name: &str| figures::number(place[name].as_u64().unwrap_or(0));
    visit.page(&title, html! {
        (head(&title, &says))
        div.narrow {
            dl.facts {
                div { dt { (words.say("check-fact-entry")) } dd { (at("entry")) } }
                div { dt { (words.say("record-row")) } dd { (at("row")) } }
                @if let Some(event) = &event { @for (name, value) in facts(&event["data"]) {
                    div { dt { (fact_word(visit, &name)) } dd { (fact(visit, &name, &value)) } }
                } }
            }
            h2 { (words.say("proof-title")) }
            p { (words.say("proof-says")) }
            p.row-of {
                a.btn.pri href={ "/check?record=" (number) } { (words.say("check-here")) }
                a.btn href={ "/journal/" (number) "/receipt" } { (words.say("receipt-keep")) }
            }
            nav.row-of aria-label=(words.say("record-beside")) {
                @if let Some(before) = number.checked_sub(1) { a href={ "/journal/" (before) } { (words.say("record-before")) } }
                @if number + 1 < records { a href={ "/journal/" (number + 1) } { (words.say("record-after")) } }
                a href={ "/journal?before=" (number + 1) } { (words.say("journal-title")) }
            }
            (provenance(words, &Source { entry: receipt.entry, ..Source::default() }, &title))
        }
    })
}

/// What a record says, one fact a line; what lies within others goes by both names.
fn facts(data: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, value) in data.as_object().into_iter().flatten() {
        match value {
            Value::Null => {}
            Value::Object(inner) => {
                all.extend(
                    inner.iter().map(|(part, value)| (format!("{name}.{part}"), plain(value))),
                );
            }
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(plain).collect();
                all.push((name.clone(), items.join(", ")));
            }
            other => all.push((name.clone(), plain(other))),
        }
    }
    all
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// What a fact of a record is called; its own name, as programs know it, where there is no word.
fn fact_word(visit: &Visit, name: &str) -> Markup {
    let known = visit.words.perhaps(&format!("record-fact-{}", name.replace(['.', '_'], "-")));
    html! { @match known { Some(word) => (word), None => code { (name) } } }
}

/// What a fact says: in words where a code has some.
fn fact(visit: &Visit, name: &str, value: &str) -> Markup {
    let words = visit.words;
    let begin = match name {
        "kind" => "kind",
        "status" => "status",
        "role" => "holds",
        "ordered_by" => "ordered",
        "stage" => "stage",
        // A chart's code is a number, a refusal's a word.
        "code" if value.starts_with(|c: char| c.is_ascii_lowercase()) => {
            return html! { (refusal(words, value)) };
        }
        _ => return linked(visit, value),
    };
    let known = words.perhaps(&format!("{begin}-{value}"));
    html! { @match known { Some(says) => (says), None => code { (value) } } }
}

/// Whether a text is a moment in UTC, as the API writes it.
fn is_moment(value: &str) -> bool {
    value.len() >= 20 && value.ends_with('Z') && value.get(10..11) == Some("T")
}

/// Numbers of things lead to them; moments stand on the institution's clock, like every other on the page.
fn linked(visit: &Visit, value: &str) -> Markup {
    if is_moment(value) {
        return html! { (visit.moment_s(value)) };
    }
    let path = [("pay_", "/payments/"), ("acc_", "/accounts/"), ("case_", "/cases/")]
        .into_iter()
        .find(|(begin, _)| value.starts_with(begin));
    html! {
        @match path {
            Some((_, path)) if !value.contains(',') => a href={ (path) (value) } { code { (value) } },
            _ => code { (value) },
        }
    }
}

async fn receipt(visit: &Visit) -> Said {
    let number = number_of(visit)?;
    let read = visit.ask.get(&format!("/journal/records/{number}/receipt")).await?;
    let receipt = text_of(&read.body, "receipt").to_owned();
    Ok(Shown::File(
        "text/plain; charset=utf-8",
        format!("receipt-{number}.tlog-proof"),
        receipt.into_bytes(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_found_as_people_type_its_number() {
        assert_eq!(jump("1, 234", 2_000), Ok(1_234));
        for wrong in ["2000", "", "x", "-1"] {
            assert_eq!(jump(wrong, 2_000), Err(()), "{wrong}");
        }
    }

    #[test]
    fn moments_are_told_from_other_texts() {
        assert!(is_moment("2026-11-28T09:30:00Z") && is_moment("2026-11-28T09:30:00.123Z"));
        assert!(!is_moment("2026-11-28") && !is_moment("pay_0198"));
    }
}
