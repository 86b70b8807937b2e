//! What is one's own: where one is signed in, passkeys, and who looked at one's data.

use crate::figures;
use crate::inside;
use crate::parts::figure::{Source, provenance};
use crate::parts::form::one_button;
use crate::parts::frame::head;
use crate::row::Row;
use crate::visit::{Said, Shown, Visit};
use crate::words::text;
use maud::{Markup, html};
use serde_json::{Value, json};

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/me", me),
        inside!(POST "/me/sessions/{session}/end", end_session),
        inside!(POST "/me/passkeys/{passkey}/remove", remove_passkey),
        inside!(GET "/looked", looked),
    ]
}

async fn me(visit: &Visit) -> Said {
    let words = visit.words;
    let me = visit.me()?;
    let sessions = visit.ask.get("/me/sessions").await?;
    let passkeys = visit.ask.get("/me/passkeys").await?;
    let title = words.say("me-title");
    let roles: Vec<_> = me
        .roles
        .iter()
        .map(|role| words.say(&format!("role-{}", role.replace('_', "-"))))
        .collect();
    visit.page(&title, html! {
        (head(&title, &words.with("me-says", &[("name", text(me.name.as_str())), ("roles", text(roles.join(", ")))])))
        div.narrow {
            (one_button(visit, "/sign-out", &words.say("sign-out"), &[]))
            p { a.btn href="/phone" { (words.say("handset-title")) } }
            h2 { (words.say("passkeys")) }
            p { (words.say("passkeys-says")) }
            (keys(visit, passkeys.body["passkeys"].as_array()))
            h2 { (words.say("sessions")) }
            p { (words.say("sessions-says")) }
            (signed_in_at(visit, sessions.body["sessions"].as_array()))
        }
    })
}

fn keys(visit: &Visit, all: Option<&Vec<Value>>) -> Markup {
    let words = visit.words;
    let text_of = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    html! {
        ul.plain {
            @for one in all.into_iter().flatten() {
                li {
                    span { b { (text_of(one, "label")) } " " (words.with("since", &[("day", text(visit.day(&text_of(one, "since"))))])) }
                    (one_button(visit, &format!("/me/passkeys/{}/remove", text_of(one, "id")), &words.say("remove"), &[]))
                }
            }
        }
        section.passkey data-passkey="/api/v1/me/passkeys" data-then="/me" hidden {
            button.btn type="button" { (words.say("passkey-add")) }
            p.fault role="alert" hidden { (words.say("passkey-failed")) }
        }
        noscript { p.hint { (words.say("passkey-no-script")) } }
    }
}

fn signed_in_at(visit: &Visit, all: Option<&Vec<Value>>) -> Markup {
    let words = visit.words;
    let text_of = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    html! {
        ul.plain {
            @for one in all.into_iter().flatten() {
                li {
                    span {
                        b { (text_of(one, "address")) } " "
                        small { (words.with("seen", &[("time", text(visit.moment(&text_of(one, "seen"))))])) " · " (text_of(one, "agent")) }
                    }
                    (one_button(visit, &format!("/me/sessions/{}/end", text_of(one, "id")), &words.say("session-end"), &[]))
                }
            }
        }
    }
}

async fn end_session(visit: &Visit) -> Said {
    visit.ask.post(&format!("/me/sessions/{}/end", visit.named("session")), json!({})).await?;
    Ok(Shown::Next("/me".to_owned()))
}

async fn remove_passkey(visit: &Visit) -> Said {
    visit.ask.post(&format!("/me/passkeys/{}/remove", visit.named("passkey")), json!({})).await?;
    Ok(Shown::Next("/me".to_owned()))
}

async fn looked(visit: &Visit) -> Said {
    let words = visit.words;
    let answer = visit.ask.get(&format!("/parties/{}/looks", visit.party()?)).await?;
    let all = answer.body["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let title = words.say("looked-title");
    let source = Source { entry: answer.entry, ..Source::default() };
    visit.page(&title, html! {
        (head(&title, &words.with("looked-says", &[("looks", crate::words::count(all.len() as u64))])))
        @if !all.is_empty() {
            div.scroll tabindex="0" role="region" aria-label=(title) {
                table {
                    thead { tr {
                        th scope="col" { (words.say("fact-time")) } th scope="col" { (words.say("looked-who")) }
                        th scope="col" { (words.say("looked-at")) } th.num scope="col" { (words.say("looked-entry")) }
                    } }
                    tbody { @for look in all { (one_look(visit, look)) } }
                }
            }
        }
        p { (words.say("looked-wrong")) " " a href="/help" { (words.say("ask-person")) } }
        (provenance(words, &source, &title))
    })
}

fn one_look(visit: &Visit, look: &Value) -> Markup {
    let text_of = |name: &str| look[name].as_str().unwrap_or_default();
    let about = text_of("about");
    let at = if about.starts_with("acc_") {
        figures::account(about)
    } else {
        visit.words.say("looked-name").into_owned()
    };
    html! {
        tr {
            th scope="row" { (figures::moment(visit.words, text_of("time"))) }
            td { (text_of("who").trim_start_matches("user:").trim_start_matches("client:")) }
            td { (at) }
            td.num { (figures::number(look["entry"].as_u64().unwrap_or(0))) }
        }
    }
}
