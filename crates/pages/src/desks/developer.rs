//! For those who write programs: the reference, and webhooks with what became of their messages. Programs are in `people.rs`.

use super::staff::{Sure, done, is_sure, list_of, scrolled, surely, text_of};
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
use axum::http::Method;
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
        inside!(POST "/developers/{webhook}/pause", pause),
        inside!(POST "/developers/{webhook}/resume", resume),
        inside!(POST "/developers/{webhook}/end", end),
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
        (done(visit, &[("end", "webhook-done-end")]))
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
        (sandbox_part(visit, has_sandbox(visit).await))
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
    let Some(url) = visit.form.filled("url") else {
        return desk_page(visit, Some(&Trouble::field("url", "webhooks-url-empty"))).await;
    };
    match visit.ask.post("/webhooks", json!({ "url": url })).await {
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
fn sandbox_part(visit: &Visit, has_one: bool) -> Markup {
    let words = visit.words;
    let sample = visit.house.tour.is_some();
    html! {
        section.p aria-labelledby="sandbox" {
            header { h2 id="sandbox" { (words.say("sandbox-title")) } }
            @if sample {
                p { (words.say("sandbox-says")) }
                (one_button(visit, "/developers/sandbox", &words.say(if has_one { "sandbox-new-key" } else { "sandbox-make" }), &[]))
            } @else {
                p { (words.say("sandbox-elsewhere")) }
                p { code { "tj demo" } }
                p { (words.say("sandbox-real")) " " code { "tj client add NAME --scope payments --keys NAME.jwks.json" } }
            }
        }
    }
}

/// Whether who looks has a program in the sandbox already, whose key a new one would end.
async fn has_sandbox(visit: &Visit) -> bool {
    let developer = visit.me.as_ref().filter(|me| me.is_one_of(&["developer"]));
    let (Some(me), true) = (developer, visit.house.tour.is_some()) else { return false };
    let own = format!("sandbox-{}", me.name);
    let read = visit.ask.get("/clients").await.map(|answer| answer.body).unwrap_or_default();
    list_of(&read, "clients").iter().any(|one| text_of(one, "client_id") == own)
}

async fn sandbox(visit: &Visit) -> Said {
    let words = visit.words;
    if !is_sure(visit) && has_sandbox(visit).await {
        return surely(
            visit,
            &Sure {
                asks: &words.say("sandbox-sure"),
                says: &words.say("sandbox-sure-says"),
                action: "/developers/sandbox",
                yes: &words.say("sandbox-new-key"),
                back: "/developers",
            },
        );
    }
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
        (done(visit, &HOOK_DEEDS))
        (steps(visit, &hook, id))
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
        _ => Ok(Shown::Next(format!("/developers/{id}?done=test"))),
    }
}

/// What was done with a webhook, by its name in the address, and the sentence for it.
const HOOK_DEEDS: [(&str, &str); 3] = [
    ("test", "webhook-done-test"),
    ("pause", "webhook-done-pause"),
    ("resume", "webhook-done-resume"),
];

/// What whoever writes programs can do with a webhook.
fn steps(visit: &Visit, hook: &Value, id: &str) -> Markup {
    let words = visit.words;
    if !visit.me.as_ref().is_some_and(|me| me.is_one_of(&["developer"])) {
        return html! {};
    }
    let turn = if hook["state"] == "active" { "pause" } else { "resume" };
    html! { div.row-of {
        @for step in ["test", turn, "end"] {
            (one_button(visit, &format!("/developers/{id}/{step}"), &words.say(&format!("webhook-{step}")), &[]))
        }
    } }
}

async fn pause(visit: &Visit) -> Said {
    turned(visit, false, "pause").await
}

async fn resume(visit: &Visit) -> Said {
    turned(visit, true, "resume").await
}

/// Changes nothing of a webhook but whether it is told.
async fn turned(visit: &Visit, active: bool, deed: &str) -> Said {
    let path = format!("/webhooks/{}", visit.named("webhook"));
    let read = visit.ask.get(&path).await?;
    let hook = &read.body;
    let order = json!({
        "url": hook["url"], "kinds": hook["kinds"], "description": hook["description"], "active": active,
    });
    let tag = read.tag.as_ref().and_then(|tag| tag.to_str().ok()).unwrap_or_default();
    visit.ask.send(Method::PUT, &path, Some(order), &[("if-match", tag)]).await?;
    Ok(Shown::Next(format!("/developers/{}?done={deed}", visit.named("webhook"))))
}

/// Ends one, after one more question.
async fn end(visit: &Visit) -> Said {
    let words = visit.words;
    let id = visit.named("webhook");
    if !is_sure(visit) {
        return surely(
            visit,
            &Sure {
                asks: &words.say("webhook-sure-end"),
                says: &words.say("webhook-sure-end-says"),
                action: &format!("/developers/{id}/end"),
                yes: &words.say("webhook-end"),
                back: &format!("/developers/{id}"),
            },
        );
    }
    visit.ask.send(Method::DELETE, &format!("/webhooks/{id}"), None, &[]).await?;
    Ok(Shown::Next("/developers?done=end".to_owned()))
}
