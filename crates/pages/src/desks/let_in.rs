//! How somebody at the counter signs in: let in for the first time by the teller who looked at their document, and again, after all
//! keys were lost, by two persons.

use super::staff::{done, text_of};
use crate::parts::field::{Field, field};
use crate::parts::form::{button, form, one_button};
use crate::parts::frame::head;
use crate::visit::{Said, Visit};
use crate::words::text;
use maud::{Markup, html};
use serde_json::Value;

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

/// The link, shown this once, to whom it is for.
pub fn link_page(visit: &Visit, id: &str, made: &Value) -> Said {
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
