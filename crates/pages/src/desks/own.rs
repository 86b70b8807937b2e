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
                        small { (words.with("seen", &[("time", text(visit.moment(&text_of(one, "seen"))))])) " · " (browser(&text_of(one, "agent"))) }
                    }
                    (one_button(visit, &format!("/me/sessions/{}/end", text_of(one, "id")), &words.say("session-end"), &[]))
                }
            }
        }
    }
}

/// Names that browsers give themselves, and what people call them; the first that stands in it counts, since each also names
/// those it wants to be taken for.
const BROWSERS: [(&str, &str); 8] = [
    ("MicroMessenger/", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("HarmonyOS", "HarmonyOS"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
];
/// Letters of a name that is not known.
const AGENT_LETTERS: usize = 40;

/// A browser as people know it: `Chrome, Android`.
pub fn browser(agent: &str) -> String {
    let known = |all: &[(&str, &'static str)]| {
        all.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    match (known(&BROWSERS), known(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => agent.chars().take(AGENT_LETTERS).collect(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_as_people_know_it() {
        let chrome = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Mobile Safari/537.36";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36 Edg/148.0.0.0";
        assert_eq!(browser(chrome), "Chrome, Android");
        assert_eq!(browser(safari), "Safari, iPhone");
        assert_eq!(browser(edge), "Edge, Windows");
        assert_eq!(browser("phone"), "phone");
        assert_eq!(browser(&"x".repeat(200)).len(), AGENT_LETTERS);
    }
}
