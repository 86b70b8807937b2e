//! For those who write programs: the reference, and webhooks with what became of their messages. Programs are in `people.rs`.

use super::staff::{list_of, scrolled, text_of};
use crate::figures;
use crate::inside;
use crate::parts::field::{Field, field, summary};
use crate::parts::form::{button, form, one_button};
use crate::parts::frame::head;
use crate::parts::note::tag;
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{count, text};
use maud::{Markup, html};
use serde_json::{Value, json};

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/developers", desk),
        inside!(POST "/developers", add),
        inside!(POST "/developers/sandbox", sandbox),
        inside!(GET "/developers/{webhook}", webhook),
        inside!(POST "/developers/{webhook}/test", test),
    ]
}

async fn desk(visit: &Visit) -> Said {
    desk_page(visit, None).await
}

async fn desk_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let read = visit.ask.get("/webhooks").await?.body;
    let hooks = list_of(&read, "items");
    let title = words.say("desk-developers");
    let body = html! {
        (head(&title, &words.with("developers-says", &[("n", count(hooks.len() as u64))])))
        ul.acts {
            li { a href="/api/v1/reference" { b { (words.say("developers-reference")) } span { (words.say("developers-reference-says")) } } }
            li { a href="/api/v1/openapi.json" { b { "OpenAPI" } span { (words.say("developers-openapi-says")) } } }
            li { a href="/samples/pain.001" { b { (words.say("samples-link")) } span { (words.say("samples-link-says")) } } }
            li { a href="/programs" { b { (words.say("desk-programs")) } span { (words.say("developers-programs-says")) } } }
        }
        section.p aria-labelledby="webhooks" {
            header { h2 id="webhooks" { (words.say("webhooks-title")) } }
            @if !hooks.is_empty() { (scrolled(words, &words.say("webhooks-title"), html! { table.inbox {
                thead { tr { th scope="col" { (words.say("webhooks-url")) } th scope="col" { (words.say("fact-status")) } th scope="col" { (words.say("people-since")) } } }
                tbody { @for hook in hooks { tr {
                    th scope="row" { a href={ "/developers/" (text_of(hook, "id")) } { (text_of(hook, "url")) } }
                    td { (state(visit, hook)) } td { (visit.day(text_of(hook, "made"))) }
                } } }
            } })) }
            (add_form(visit, trouble))
        }
        (sandbox_part(visit))
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

pub fn state(visit: &Visit, hook: &Value) -> Markup {
    let state = text_of(hook, "state");
    let kind = match state {
        "active" => "ok",
        "paused" => "",
        _ => "bad",
    };
    tag(kind, &visit.words.say(&format!("hook-{}", state.replace('_', "-"))))
}

fn add_form(visit: &Visit, trouble: Option<&Trouble>) -> Markup {
    let words = visit.words;
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    html! {
        div.narrow {
            (summary(words, &says, &faults))
            (form(visit, "/developers", html! {
                (field(Field { name: "url", label: &words.say("webhooks-new"), hint: &words.say("webhooks-new-hint"), value: visit.form.get("url"), ..Field::default() }, &faults))
                (button(&words.say("webhooks-new-do"), false))
            }))
        }
    }
}

async fn add(visit: &Visit) -> Said {
    let words = visit.words;
    match visit.ask.post("/webhooks", json!({ "url": visit.form.get("url") })).await {
        Ok(answer) => {
            let title = words.say("webhooks-made");
            visit.page(&title, html! {
                (head(&title, &words.say("webhooks-made-says")))
                div.narrow {
                    section.note.know { h2 { (words.say("webhooks-secret")) } p.secret { code { (text_of(&answer.body, "secret")) } } }
                    p { a.btn.pri href={ "/developers/" (text_of(&answer.body, "id")) } { (words.say("go-on")) } }
                }
            })
        }
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => desk_page(visit, Some(&trouble)).await,
    }
}

/// A program of one's own in a sample bank; a real bank says how one is got.
fn sandbox_part(visit: &Visit) -> Markup {
    let words = visit.words;
    let sample = visit.house.tour.is_some();
    html! {
        section.p aria-labelledby="sandbox" {
            header { h2 id="sandbox" { (words.say("sandbox-title")) } }
            @if sample {
                p { (words.say("sandbox-says")) }
                (one_button(visit, "/developers/sandbox", &words.say("sandbox-make"), &[]))
            } @else {
                p { (words.say("sandbox-elsewhere")) }
                p { code { "tj demo" } }
                p { (words.say("sandbox-real")) " " code { "tj client add NAME --scope payments --keys NAME.jwks.json" } }
            }
        }
    }
}

async fn sandbox(visit: &Visit) -> Said {
    let words = visit.words;
    let made = visit.ask.post("/sandbox", json!({})).await?.body;
    let key = serde_json::to_string_pretty(&made["key"]).unwrap_or_default();
    let origin = visit.house.access().map_or("", |access| access.origin());
    let title = words.say("sandbox-made");
    visit.page(&title, html! {
        (head(&title, &words.say("sandbox-made-says")))
        section.note.know { h2 { (words.say("sandbox-key")) } div.scroll tabindex="0" role="region" aria-label=(words.say("sandbox-key")) { pre.sql { code { (key) } } } }
        dl.facts {
            div { dt { "client_id" } dd { code { (text_of(&made, "client_id")) } } }
            div { dt { (words.say("programs-scopes")) } dd { @for scope in list_of(&made, "scopes") { code { (scope.as_str().unwrap_or_default()) } " " } } }
            div { dt { (words.say("sandbox-token")) } dd { code { (origin) "/oauth/token" } } }
            div { dt { (words.say("sandbox-accounts")) } dd { @for account in list_of(&made, "accounts") { code { (account.as_str().unwrap_or_default()) } " " } } }
        }
        p.row-of { a.btn.pri href="/developers" { (words.say("go-on")) } a.btn href="/api/v1/reference" { (words.say("developers-reference")) } }
    })
}

async fn webhook(visit: &Visit) -> Said {
    let words = visit.words;
    let id = visit.named("webhook");
    let hook = visit.ask.get(&format!("/webhooks/{id}")).await?.body;
    let told = visit.ask.get(&format!("/webhooks/{id}/deliveries")).await?.body;
    let items = list_of(&told, "items");
    let title = words.say("webhook-title");
    let after = told["after"].as_u64().map_or_else(|| "–".to_owned(), figures::number);
    visit.page(&title, html! {
        (head(&title, text_of(&hook, "url")))
        p { (state(visit, &hook)) " " (words.with("webhook-after", &[("n", text(after))])) }
        (one_button(visit, &format!("/developers/{id}/test"), &words.say("webhook-test"), &[]))
        section.p aria-labelledby="told" {
            header { h2 id="told" { (words.say("webhook-told")) } }
            @if items.is_empty() { p { (words.say("webhook-none")) } }
            @else { (scrolled(words, &words.say("webhook-told"), html! { table {
                thead { tr {
                    th scope="col" { (words.say("fact-time")) } th scope="col" { (words.say("journal-what")) } th.num scope="col" { (words.say("journal-record")) }
                    th scope="col" { (words.say("col-result")) } th.num scope="col" { "ms" }
                } }
                tbody { @for one in items { tr {
                    th scope="row" { (visit.moment(text_of(one, "time"))) } td { code { (text_of(one, "kind")) } }
                    td.num { @if let Some(record) = one["record"].as_u64() { (figures::number(record)) } }
                    td { (tag(if one["taken"] == true { "ok" } else { "bad" }, &words.say(if one["taken"] == true { "webhook-taken" } else { "webhook-not-taken" }))) " " @if let Some(error) = one["error"].as_str() { span lang="en" { (error) } } }
                    td.num { (figures::number(one["took_ms"].as_u64().unwrap_or(0))) }
                } } }
            } })) }
        }
        p { a.btn href="/developers" { (words.say("desk-developers")) } }
    })
}

async fn test(visit: &Visit) -> Said {
    let id = visit.named("webhook");
    // Whatever became of it is the first line of the page.
    let done = visit.ask.post(&format!("/webhooks/{id}/test"), json!({})).await;
    match done {
        Err(trouble) if trouble.is_stranger() || trouble.code == "not_found" => Err(trouble),
        _ => Ok(Shown::Next(format!("/developers/{id}"))),
    }
}
