//! Complaints: for a customer, what they said, by when there is an answer and what it is; for the bank's people, what waits.

use super::staff::{ago, left, list_of, person, scrolled, text_of};
use crate::figures;
use crate::inside;
use crate::parts::field::{Field, area, choice, field, summary};
use crate::parts::figure::{Source, provenance};
use crate::parts::form::{button, form, hidden, one_button};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note, tag};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{count, text};
use maud::{Markup, html};
use serde_json::{Value, json};

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/complaints", list),
        inside!(POST "/complaints", file),
        inside!(GET "/complaints/new", new),
        inside!(GET "/complaints/{complaint}", show),
        inside!(POST "/complaints/{complaint}/{act}", act),
    ]
}

/// Whether who looks is a customer, and not one of the bank's people.
fn complains(visit: &Visit) -> bool {
    visit.me.as_ref().is_some_and(|me| me.is_one_of(&["customer"]))
}

fn answers(visit: &Visit) -> bool {
    visit.me.as_ref().is_some_and(|me| me.is_one_of(&["operations"]))
}

async fn list(visit: &Visit) -> Said {
    let words = visit.words;
    let all = visit.query.get("all") == "1";
    let path = if all { "/complaints?all=true" } else { "/complaints" };
    let read = visit.ask.get(path).await?;
    let items = list_of(&read.body, "items");
    let title = words.say("complaints-title");
    let waiting = items.iter().filter(|item| item["waits"] == true).count() as u64;
    let own = complains(visit);
    let says = if own { "complaints-own" } else { "complaints-inbox" };
    visit.page(&title, html! {
        (head(&title, &words.with(says, &[("n", count(waiting))])))
        @if own { p { a.btn.pri href="/complaints/new" { (words.say("complaint-new")) } } }
        @else {
            nav.range aria-label=(words.say("complaints-which")) {
                a href="/complaints" aria-current=[(!all).then_some("page")] { (words.say("complaints-waiting")) }
                a href="/complaints?all=1" aria-current=[all.then_some("page")] { (words.say("complaints-all")) }
            }
        }
        @if items.is_empty() { p { (words.say("complaints-none")) } } @else {
            (scrolled(words, &title, html! { table.inbox {
                thead { tr {
                    th scope="col" { (words.say("complaint-number")) } th scope="col" { (words.say("complaint-about")) }
                    th scope="col" { (words.say("complaint-filed")) } th scope="col" { (words.say("fact-status")) } th scope="col" { (words.say("complaint-left")) }
                } }
                tbody { @for item in items { (one(visit, item)) } }
            } }))
        }
        (provenance(words, &Source { entry: read.entry, ..Source::default() }, &title))
    })
}

fn one(visit: &Visit, item: &Value) -> Markup {
    let words = visit.words;
    html! {
        tr {
            th scope="row" { a href={ "/complaints/" (text_of(item, "id")) } { (number(item)) } }
            td { (about(visit, item)) }
            td { (ago(visit, text_of(item, "filed"))) }
            td { (status(visit, item)) }
            td { @if item["waits"] == true { (left(visit, text_of(item, "due"))) } @else { span.nobody { (words.say("complaint-no-clock")) } } }
        }
    }
}

fn number(item: &Value) -> String {
    figures::number(item["number"].as_u64().unwrap_or(0))
}

fn about(visit: &Visit, item: &Value) -> String {
    if let Some(account) = item["account"].as_str() {
        return visit
            .words
            .with("complaint-account", &[("end", text(figures::account_end(account)))]);
    }
    let word = if item["payment"].is_string() { "complaint-payment" } else { "complaint-general" };
    visit.words.say(word).into_owned()
}

fn status(visit: &Visit, item: &Value) -> Markup {
    let word = text_of(item, "status");
    let kind = match word {
        "raised" => "bad",
        "open" => "warn",
        "answered" | "closed" => "ok",
        _ => "",
    };
    tag(kind, &visit.words.say(&format!("complaint-is-{word}")))
}

async fn new(visit: &Visit) -> Said {
    new_page(visit, None).await
}

async fn new_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let title = words.say("complaint-new");
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let typed =
        |name: &str| visit.form.filled(name).unwrap_or_else(|| visit.query.get(name)).to_owned();
    let (said, payment, account) = (typed("text"), typed("payment"), typed("account"));
    let (_, accounts) = super::own_accounts::accounts_of(visit).await?;
    let mut options = vec![(String::new(), words.say("complaint-general").into_owned())];
    options.extend(
        accounts
            .iter()
            .map(|one| (text_of(one, "id").to_owned(), super::own_accounts::called(visit, one))),
    );
    let body = html! {
        (head(&title, &words.say("complaint-new-says")))
        div.narrow {
            (summary(words, &says, &faults))
            (form(visit, "/complaints", html! {
                (hidden("key", &Visit::new_key()))
                @if payment.is_empty() {
                    (choice(Field { name: "account", label: &words.say("complaint-about"), value: &account, ..Field::default() }, &options, &faults))
                } @else {
                    (hidden("payment", &payment))
                    p { (words.say("complaint-about-payment")) " " a href={ "/payments/" (payment) } { (words.say("complaint-see-payment")) } }
                }
                (area(Field { name: "text", label: &words.say("complaint-text"), hint: &words.say("complaint-text-hint"), value: &said, ..Field::default() }, 6, &faults))
                (button(&words.say("complaint-file"), true))
            }))
            p { (words.say("complaint-talk")) " " a href="/help" { (words.say("ask-person")) } }
        }
    };
    match trouble {
        None => visit.page(&title, body),
        Some(trouble) => visit.again(trouble, &title, body),
    }
}

async fn file(visit: &Visit) -> Said {
    let said = visit.form.get("text");
    let mut order = json!({ "text": said });
    for name in ["account", "payment"] {
        if let Some(about) = visit.form.filled(name) {
            order[name] = json!(about);
        }
    }
    let filed = async {
        if said.is_empty() {
            return Err(Trouble::field("text", "complaint-text-empty"));
        }
        visit.ask.post_once("/complaints", order, visit.form.get("key")).await
    };
    match filed.await {
        Ok(filed) => Ok(Shown::Next(format!("/complaints/{}?filed=1", text_of(&filed.body, "id")))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => new_page(visit, Some(&trouble)).await,
    }
}

async fn show(visit: &Visit) -> Said {
    show_page(visit, None).await
}

async fn show_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let id = visit.named("complaint");
    let read = visit.ask.get(&format!("/complaints/{id}")).await?;
    let of = &read.body["complaint"];
    let title = words.with("complaint-title", &[("number", text(number(of)))]);
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let body = html! {
        (head(&title, ""))
        div.narrow {
            @if visit.query.get("filed") == "1" {
                (note(Weight::Done, &words.say("complaint-filed-note"), html! {
                    p { (words.with("complaint-filed-says", &[("number", text(number(of))), ("day", text(visit.day(text_of(of, "due"))))])) }
                }))
            }
            (facts(visit, of))
            h2 { (words.say("complaint-steps")) }
            ol.done-so-far { @for step in list_of(&read.body, "steps") { (step_of(visit, step)) } }
            (summary(words, &says, &faults))
            @if complains(visit) { (customers_part(visit, id, of, &faults)) }
            @if answers(visit) && of["waits"] == true { (banks_part(visit, id, of, &faults)) }
            p { a.btn href="/complaints" { (words.say("complaints-back")) } }
            (provenance(words, &Source { entry: read.entry, ..Source::default() }, &title))
        }
    };
    match trouble {
        None => visit.page(&title, body),
        Some(trouble) => visit.again(trouble, &title, body),
    }
}

fn facts(visit: &Visit, of: &Value) -> Markup {
    let words = visit.words;
    let due = text_of(of, "due");
    html! {
        dl.facts {
            div { dt { (words.say("fact-status")) } dd { (status(visit, of)) } }
            div { dt { (words.say("complaint-about")) } dd {
                @if let Some(payment) = of["payment"].as_str() { a href={ "/payments/" (payment) } { (about(visit, of)) } } @else { (about(visit, of)) }
            } }
            @if !complains(visit) { div { dt { (words.say("complaint-whose")) } dd { code { (text_of(of, "party")) } } } }
            div { dt { (words.say("complaint-filed")) } dd { (visit.moment(text_of(of, "filed"))) } }
            @if of["waits"] == true {
                div { dt { (words.say("complaint-due")) } dd { (visit.day(due)) " " (left(visit, due)) } }
            }
        }
    }
}

fn step_of(visit: &Visit, step: &Value) -> Markup {
    let words = visit.words;
    let (kind, by) = (text_of(step, "step"), text_of(step, "by"));
    html! {
        li {
            b { (words.say(&format!("complaint-step-{kind}"))) } " "
            small { (person(by)) " · " (visit.moment(text_of(step, "time"))) }
            @if let Some(said) = step["text"].as_str() { @for line in said.lines() { p.said { (line) } } }
            @if kind == "extend" && let Some(days) = step["days"].as_u64() { p { (words.with("complaint-days-more", &[("n", count(days))])) } }
        }
    }
}

/// Not satisfied, or taken back.
fn customers_part(visit: &Visit, id: &str, of: &Value, faults: &[(String, String)]) -> Markup {
    let words = visit.words;
    let typed = visit.form.get("text");
    html! {
        @if of["status"] == "answered" {
            section.p aria-labelledby="raise" {
                header { h2 id="raise" { (words.say("complaint-raise")) } }
                p { (words.say("complaint-raise-says")) }
                (form(visit, &format!("/complaints/{id}/raise"), html! {
                    (area(Field { name: "text", label: &words.say("complaint-why"), value: typed, ..Field::default() }, 4, faults))
                    (button(&words.say("complaint-raise-do"), true))
                }))
            }
        }
        @if of["waits"] == true { (one_button(visit, &format!("/complaints/{id}/withdraw"), &words.say("complaint-withdraw"), &[])) }
    }
}

/// Answer, or say that it takes longer.
fn banks_part(visit: &Visit, id: &str, of: &Value, faults: &[(String, String)]) -> Markup {
    let words = visit.words;
    let me = visit.me.as_ref().map_or("", |me| me.name.as_str());
    let others = of["status"] == "raised" && person(text_of(of, "answered_by")) == me;
    let extends = visit.form.filled("days").is_some();
    let typed = visit.form.get("text");
    let (answer, why) = if extends { ("", typed) } else { (typed, "") };
    let none: &[(String, String)] = &[];
    let (of_answer, of_why) = if extends { (none, faults) } else { (faults, none) };
    html! {
        @if others { (note(Weight::Know, &words.say("complaint-others"), html! { p { (words.say("complaint-others-says")) } })) }
        @else {
            section.p aria-labelledby="answer" {
                header { h2 id="answer" { (words.say("complaint-answer")) } }
                (form(visit, &format!("/complaints/{id}/answer"), html! {
                    (area(Field { name: "text", label: &words.say("complaint-answer-text"), hint: &words.say("complaint-answer-hint"), value: answer, ..Field::default() }, 6, of_answer))
                    (button(&words.say("complaint-answer-do"), true))
                }))
            }
        }
        @if of["extended"] != true {
            details.data {
                summary { (words.say("complaint-extend")) }
                (form(visit, &format!("/complaints/{id}/extend"), html! {
                    div.field {
                        label for="why" { (words.say("complaint-extend-why")) }
                        textarea id="why" name="text" rows="3" { (why) }
                    }
                    (field(Field { name: "days", label: &words.say("complaint-extend-days"), hint: &words.say("complaint-extend-hint"), value: visit.form.get("days"), keys: "numeric", ..Field::default() }, of_why))
                    (button(&words.say("complaint-extend-do"), false))
                }))
            }
        }
    }
}

async fn act(visit: &Visit) -> Said {
    let (id, act) = (visit.named("complaint"), visit.named("act"));
    let said = visit.form.get("text");
    let order = match act {
        "answer" | "raise" => json!({ "text": said }),
        "extend" => {
            let days: u8 = visit.form.get("days").parse().unwrap_or(0);
            json!({ "text": said, "days": days })
        }
        "withdraw" => json!({}),
        _ => return Err(Trouble::not_found()),
    };
    let done = async {
        if act != "withdraw" && said.is_empty() {
            return Err(Trouble::field("text", "complaint-text-empty"));
        }
        visit.ask.post(&format!("/complaints/{id}/{act}"), order).await
    };
    match done.await {
        Ok(_) => Ok(Shown::Next(format!("/complaints/{id}"))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => show_page(visit, Some(&trouble)).await,
    }
}
