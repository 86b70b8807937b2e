//! How somebody at the counter signs in: let in for the first time by the teller who looked at their document, and again, after all
//! keys were lost, by two persons.

use super::staff::{done, text_of};
use crate::inside;
use crate::parts::field::{Field, field};
use crate::parts::form::{button, form, one_button};
use crate::parts::frame::head;
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::text;
use maud::{Markup, html};
use serde_json::{Value, json};

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(POST "/counter/{party}/access", let_in),
        inside!(POST "/counter/{party}/recovery", recovery),
    ]
}

/// On the page of a customer: whether they sign in, and the next step.
pub async fn signing_in(visit: &Visit, id: &str, faults: &[(String, String)]) -> Markup {
    // Whoever stands at no counter has no such right; a denial would be noted.
    if !visit.me.as_ref().is_some_and(|me| me.is_one_of(&["teller"])) {
        return html! {};
    }
    let words = visit.words;
    let Ok(read) = visit.ask.get(&format!("/parties/{id}/access")).await else { return html! {} };
    let known = &read.body;
    let since = || text(visit.day(text_of(known, "since")));
    let name = || text(text_of(known, "name"));
    let go =
        |word: &str| one_button(visit, &format!("/counter/{id}/access"), &words.say(word), &[]);
    html! {
        section.p aria-labelledby="signing-in" {
            header { h2 id="signing-in" { (words.say("access-title")) } }
            (done(visit, &[("recovery", "access-asked")]))
            @if known["removed"] == true {
                p { (words.say("access-removed")) }
            } @else if known["disabled"] == true {
                p { (words.say("access-shut-out")) }
            } @else if known["has_keys"] == true {
                p { (words.with("access-since", &[("name", name()), ("day", since())])) }
                (form(visit, &format!("/counter/{id}/recovery"), html! {
                    (field(Field { name: "reason", label: &words.say("people-recovery"), hint: &words.say("access-lost-hint"), value: visit.form.get("reason"), ..Field::default() }, faults))
                    (button(&words.say("people-recovery-do"), false))
                }))
            } @else if known["name"].is_string() {
                p { (words.with("access-not-come", &[("day", since())])) }
                (go("access-again"))
            } @else {
                p { (words.say("access-never")) }
                (go("access-do"))
            }
        }
    }
}

/// The link is shown this once, to whom it is for.
async fn let_in(visit: &Visit) -> Said {
    let id = visit.named("party");
    match visit.ask.post(&format!("/parties/{id}/access"), json!({})).await {
        Ok(made) => link_page(visit, id, &made.body),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => super::counter::serve_page(visit, Some(&trouble)).await,
    }
}

fn link_page(visit: &Visit, id: &str, made: &Value) -> Said {
    let words = visit.words;
    let title = words.say("access-link-title");
    visit.page(&title, html! {
        (head(&title, &words.say("access-link-says")))
        div.narrow {
            (super::people::opens_once(visit, made))
            dl.facts {
                div { dt { (words.say("access-name")) } dd.big { (text_of(made, "user")) } }
                div { dt { (words.say("access-until")) } dd { (visit.moment(text_of(made, "until"))) } }
            }
            p { (words.say("access-link-keep")) }
            p.no-print { a.btn.pri href={ "/counter/" (id) } { (words.say("access-back")) } }
        }
    })
}

/// Another person of the bank says yes to it.
async fn recovery(visit: &Visit) -> Said {
    let id = visit.named("party");
    let asked = async {
        let known = visit.ask.get(&format!("/parties/{id}/access")).await?.body;
        let name = known["name"].as_str().ok_or_else(Trouble::not_found)?;
        let reason = visit.form.filled("reason");
        let reason = reason.ok_or_else(|| Trouble::field("reason", "access-reason"))?;
        visit.ask.post(&format!("/users/{name}/recovery"), json!({ "reason": reason })).await
    };
    match asked.await {
        Ok(_) => Ok(Shown::Next(format!("/counter/{id}?done=recovery#signing-in"))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => super::counter::serve_page(visit, Some(&trouble)).await,
    }
}
