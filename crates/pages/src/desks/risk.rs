//! The analyst's inbox. One case is in `case.rs`, the rules that stopped its payment in `rules.rs`.

use super::listed::{is_about_somebody, mark};
use super::staff::{
    ago, is_sure, left, list_of, more, must_be_ground, person, scrolled, text_of, views,
};
use crate::ask::Answer;
use crate::figures;
use crate::inside;
use crate::parts::amount::amount;
use crate::parts::field::{Field, area, summary};
use crate::parts::figure::{Source, provenance};
use crate::parts::form::{form, hidden};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note, tag};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Visit};
use crate::words::{count, text};
use axum::http::StatusCode;
use maud::{Markup, html};
use serde_json::{Value, json};

/// Cases that the API gives at once, and how often it is asked at most where all are wanted.
const AT_ONCE: usize = 200;
const ASKED_MAX: usize = 25;
/// Cases on a page.
const PAGE: usize = 25;
/// Beginning of the names of the boxes in which cases are chosen.
const PICK: &str = "pick-";
/// Where a case may stand, as the API calls it.
const STATES: [&str; 6] = ["open", "proposed", "released", "refused", "lapsed", "noted"];

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![inside!(GET "/cases", inbox), inside!(POST "/cases", together)]
}

/// Which part of the inbox somebody looks at.
struct Part {
    path: String,
    asks: String,
}

impl Part {
    fn of(visit: &Visit) -> Part {
        let status = Some(visit.query.get("status")).filter(|status| STATES.contains(status));
        let (path, asks) = match status {
            Some(status) => (format!("/cases?status={status}"), format!("status={status}")),
            None if visit.query.get("mine") == "1" => {
                ("/cases?mine=1".to_owned(), "mine=true".to_owned())
            }
            None => ("/cases".to_owned(), String::new()),
        };
        Part { path, asks }
    }

    /// What waits comes by its time, what is over by its age.
    fn is_waiting(&self) -> bool {
        self.asks.is_empty() || self.asks == "mine=true" || self.asks == "status=proposed"
    }
}

/// A page of the inbox.
struct Page {
    cases: Vec<Value>,
    total: u64,
    next: Option<String>,
    entry: Option<u64>,
}

impl Page {
    async fn of(visit: &Visit, part: &Part) -> Result<Page, Trouble> {
        let after = visit.query.filled("after").map(|after| format!("&after={}", encoded(after)));
        let after = after.unwrap_or_default();
        let order = if part.is_waiting() { "due_first" } else { "newest_first" };
        let path = format!("/cases?limit={PAGE}&{}&{order}=true{after}", part.asks);
        let page = visit.ask.get(&path).await?;
        let next = page.body["next"].as_str().map(|next| format!("after={next}"));
        Ok(Page {
            cases: list_of(&page.body, "items").to_vec(),
            total: page.body["total"].as_u64().unwrap_or(0),
            next,
            entry: page.entry,
        })
    }
}

/// All cases that stand so, the oldest first.
async fn all_of(visit: &Visit, asks: &str) -> Result<(Vec<Value>, Option<u64>), Trouble> {
    let (mut all, mut after, mut entry) = (Vec::new(), String::new(), None);
    for _ in 0..ASKED_MAX {
        let page = visit.ask.get(&format!("/cases?limit={AT_ONCE}&{asks}{after}")).await?;
        all.extend_from_slice(list_of(&page.body, "items"));
        entry = page.entry;
        match page.body["next"].as_str() {
            Some(next) => after = format!("&after={}", encoded(next)),
            None => break,
        }
    }
    Ok((all, entry))
}

/// The case that people call so, by the end of its number: one that waits before one that is over.
///
/// # Errors
/// What the API says.
pub async fn called_so(visit: &Visit, end: &str) -> Result<Option<String>, Trouble> {
    for state in STATES {
        let (cases, _) = all_of(visit, &format!("status={state}")).await?;
        let mut ids = cases.iter().rev().map(|case| text_of(case, "id"));
        if let Some(id) = ids.find(|id| id.ends_with(end)) {
            return Ok(Some(id.to_owned()));
        }
    }
    Ok(None)
}

async fn inbox(visit: &Visit) -> Said {
    let words = visit.words;
    let part = Part::of(visit);
    let Page { cases, total, next, entry } = Page::of(visit, &part).await?;
    let title = words.say("desk-cases");
    let join = if part.path.contains('?') { '&' } else { '?' };
    visit.page(
        &title,
        html! {
            (head(&title, &says(visit, &part, &cases, total)))
            @if part.path == "/cases" { (crate::parts::live::live(words, "/cases/live", "/cases", &words.with("live-cases", &[("n", count(total))]))) }
            (views(visit, "cases-views", &all_views(visit).await, &part.path))
            @if cases.is_empty() { p.none { (words.say("cases-none")) } }
            @else { (choose(visit, &cases)) }
            (more(visit, next.map(|next| format!("{}{join}{next}", part.path))))
            (provenance(words, &Source { entry, ..Source::default() }, &title))
        },
    )
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// How many wait, and which of them first.
fn says(visit: &Visit, part: &Part, cases: &[Value], total: u64) -> String {
    let words = visit.words;
    if !part.is_waiting() {
        return words.with("cases-says-over", &[("n", count(total))]);
    }
    let due = cases.iter().find_map(|case| case["due"].as_str());
    let how_many = words.with("cases-says", &[("n", count(total))]);
    match due {
        Some(due) if visit.query.get("after").is_empty() => {
            let first = words.with("cases-first", &[("time", text(visit.moment(due)))]);
            format!("{how_many} {first}")
        }
        _ => how_many,
    }
}

/// The parts of the inbox, each with how many cases it has.
async fn all_views(visit: &Visit) -> Vec<(String, String)> {
    let words = visit.words;
    let mut all = vec![
        ("/cases".to_owned(), String::new(), words.say("cases-waiting")),
        ("/cases?mine=1".to_owned(), "&mine=true".to_owned(), words.say("cases-mine")),
    ];
    let states = STATES.into_iter().filter(|state| *state != "open");
    all.extend(states.map(|state| {
        let asks = format!("status={state}");
        (format!("/cases?{asks}"), format!("&{asks}"), words.say(&format!("case-{state}")))
    }));
    // All at once: each waits for the ledger's own thread.
    let counted = all.into_iter().map(|(path, asks, says)| async move {
        let read = visit.ask.get(&format!("/cases?limit=1{asks}")).await;
        let n = read.ok().and_then(|answer| answer.body["total"].as_u64());
        // A number that could not be read is not said to be none.
        let n = n.map(|n| format!(" {}", figures::number(n)));
        (path, format!("{says}{}", n.unwrap_or_default()))
    });
    futures::future::join_all(counted).await
}

/// Whether somebody works on cases, and does not only see them.
pub fn works(visit: &Visit) -> bool {
    visit.me.as_ref().is_some_and(|me| me.is_one_of(&["analyst", "chief_analyst"]))
}

/// The cases, several of which can be taken or refused at once.
fn choose(visit: &Visit, cases: &[Value]) -> Markup {
    let words = visit.words;
    let open = |case: &Value| matches!(text_of(case, "status"), "open" | "proposed");
    let any = cases.iter().any(open) && works(visit);
    let list = scrolled(
        words,
        &words.say("desk-cases"),
        html! {
            table.inbox {
                thead { tr {
                    @if any { th scope="col" { span.vh { (words.say("cases-pick")) } } }
                    th scope="col" { (words.say("col-case")) } th.num scope="col" { (words.say("pay-amount")) }
                    th scope="col" { (words.say("col-left")) } th scope="col" { (words.say("col-since")) }
                    th scope="col" { (words.say("col-who")) }
                } }
                tbody { @for case in cases { (row(visit, case, any, open(case))) } }
            }
        },
    );
    if !any {
        return list;
    }
    let decides = visit.me.as_ref().is_some_and(|me| me.is_one_of(&["chief_analyst"]));
    form(
        visit,
        "/cases",
        html! {
            (list)
            div.row-of {
                span { (words.say("cases-chosen")) }
                button.btn type="submit" name="do" value="claim" { (words.say("case-claim")) }
                @if decides { button.btn type="submit" name="do" value="refuse" { (words.say("case-refuse")) } }
            }
        },
    )
}

fn row(visit: &Visit, case: &Value, any: bool, open: bool) -> Markup {
    let words = visit.words;
    let (id, status) = (text_of(case, "id"), text_of(case, "status"));
    let name = called(visit, case);
    html! {
        tr {
            @if any { td { @if open && !is_about_somebody(case) {
                input type="checkbox" name={ (PICK) (id) } value="1" aria-label=(words.with("cases-pick-one", &[("case", text(name.as_str()))]));
            } } }
            th scope="row" {
                a href={ "/cases/" (id) } { (name) } " "
                @if is_about_somebody(case) { (mark(visit)) " " }
                @if status != "open" { (state(visit, status)) }
                @if let Some(mark) = case["mark"].as_str() { " " (tag("", &words.say(&format!("mark-{mark}")))) }
            }
            td.num { @if case["money"].is_object() { (amount(&case["money"])) } }
            td { @if open && let Some(due) = case["due"].as_str() { (left(visit, due)) } }
            td.when { @if open { (ago(visit, text_of(case, "opened"))) } @else { (visit.moment(text_of(case, "opened"))) } }
            td { @match case["claimed_by"].as_str() {
                Some(who) => (person(who)),
                None => @if open { span.nobody { (words.say("case-nobody")) } },
            } }
        }
    }
}

/// What people call a case: the end of its number.
pub fn called(visit: &Visit, case: &Value) -> String {
    let id = text_of(case, "id");
    let end = id.get(id.len().saturating_sub(6)..).unwrap_or(id);
    visit.words.with("case-called", &[("end", text(end))])
}

/// Where a case stands, as a tag.
pub fn state(visit: &Visit, status: &str) -> Markup {
    let kind = match status {
        "open" => "bad",
        "proposed" => "warn",
        "released" => "ok",
        _ => "",
    };
    tag(kind, &visit.words.say(&format!("case-{status}")))
}

/// Several cases at once, each for itself.
async fn together(visit: &Visit) -> Said {
    let words = visit.words;
    let refuses = visit.form.get("do") == "refuse";
    let chosen: Vec<&str> =
        visit.form.fields().filter_map(|(name, _)| name.strip_prefix(PICK)).collect();
    let title = words.say("cases-together");
    if chosen.is_empty() {
        let trouble = Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
        let body = html! { (head(&title, &words.say("cases-none-chosen"))) p { a.btn href="/cases" { (words.say("cases-back")) } } };
        return visit.again(&trouble, &title, body);
    }
    // Those that cannot be taken back are asked about once more, and on what ground.
    let why = visit.form.get("why");
    if refuses && !is_sure(visit) {
        return visit.page(&title, surely(visit, &chosen, &[]));
    }
    if refuses && let Err(trouble) = must_be_ground(why) {
        let body = surely(visit, &chosen, &trouble.said_fields(words));
        return visit.again(&trouble, &title, body);
    }
    let mut results = Vec::new();
    for id in chosen.into_iter().take(PAGE) {
        let done = if refuses {
            refuse(visit, id, why).await
        } else {
            visit.ask.post(&format!("/cases/{id}/steps"), json!({ "step": "claim" })).await
        };
        results.push((id, done));
    }
    let well = results.iter().filter(|(_, done)| done.is_ok()).count();
    let says = words.with(
        "cases-together-says",
        &[("done", count(well as u64)), ("all", count(results.len() as u64))],
    );
    visit.page(&title, html! {
        (head(&title, &says))
        (scrolled(words, &title, html! { table {
            thead { tr { th scope="col" { (words.say("col-case")) } th scope="col" { (words.say("col-result")) } } }
            tbody { @for (id, done) in &results { tr {
                th scope="row" { a href={ "/cases/" (id) } { (called(visit, &json!({ "id": id }))) } }
                td { @match done {
                    Ok(_) => (tag("ok", &words.say(if refuses { "case-refused" } else { "case-claimed" }))),
                    Err(trouble) => { (tag("bad", &words.say("cases-not"))) " " (trouble.says(words)) }
                } }
            } } }
        } }))
        p { a.btn href="/cases" { (words.say("cases-back")) } " " a.btn href="/cases?mine=1" { (words.say("cases-mine")) } }
    })
}

/// One of several. Whether somebody is who is on a list is said of each alone, so it is looked at first what the case is about.
async fn refuse(visit: &Visit, id: &str, why: &str) -> Result<Answer, Trouble> {
    if is_about_somebody(&visit.ask.get(&format!("/cases/{id}")).await?.body) {
        return Err(Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, "case_of_somebody"));
    }
    let order = json!({ "decision": "refuse", "why": why });
    visit.ask.post(&format!("/cases/{id}/decision"), order).await
}

fn surely(visit: &Visit, chosen: &[&str], faults: &[(String, String)]) -> Markup {
    let words = visit.words;
    html! {
        (head(&words.say("cases-together"), ""))
        (summary(words, "", faults))
        (note(Weight::Stop, &words.with("cases-sure", &[("n", count(chosen.len() as u64))]), html! {
            p { (words.say("cases-sure-says")) }
            ul { @for id in chosen { li { a href={ "/cases/" (id) } { (called(visit, &json!({ "id": id }))) } } } }
            (form(visit, "/cases", html! {
                (hidden("do", "refuse")) (hidden("sure", "1"))
                @for id in chosen { (hidden(&format!("{PICK}{id}"), "1")) }
                (area(Field { name: "why", label: &words.say("decide-why"), hint: &words.say("work-text-hint"), value: visit.form.get("why"), ..Field::default() }, 3, faults))
                div.row-of {
                    button.btn.pri type="submit" { (words.say("cases-sure-yes")) }
                    a.btn href="/cases" { (words.say("cases-back")) }
                }
            }))
        }))
    }
}
