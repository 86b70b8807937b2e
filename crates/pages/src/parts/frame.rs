//! What stands around every page: the bank's name, how it is to be seen, the desks one may use, where the journal stands, and
//! how to reach a person.

use super::form::hidden;
use crate::figures;
use crate::look::Theme;
use crate::trouble::Trouble;
use crate::visit::{Me, Visit};
use crate::words::Lang;
use maud::{DOCTYPE, Markup, html};

/// A desk: its path, its word, and who works at it.
pub struct Desk {
    /// Where it begins.
    pub path: &'static str,
    /// Its name among the words.
    pub word: &'static str,
    /// Roles that see it.
    pub roles: &'static [&'static str],
}

/// A customer's first desk.
pub const HOME: &str = "/home";

/// All desks, in the order of the bar.
pub const DESKS: &[Desk] = &[
    Desk { path: HOME, word: "desk-home", roles: &["customer", "helper"] },
    Desk { path: "/pay", word: "desk-pay", roles: &["customer"] },
    Desk { path: "/orders", word: "desk-orders", roles: &["customer"] },
    Desk { path: "/overview", word: "desk-overview", roles: &["operations", "supervisor"] },
    Desk { path: "/exceptions", word: "desk-exceptions", roles: &["operations", "supervisor"] },
    Desk { path: "/messages", word: "desk-messages", roles: &["operations", "supervisor"] },
    Desk {
        path: "/cases",
        word: "desk-cases",
        roles: &["analyst", "chief_analyst", "operations", "supervisor"],
    },
    Desk { path: "/rules", word: "desk-rules", roles: &["analyst", "chief_analyst", "supervisor"] },
    Desk {
        path: "/payments",
        word: "desk-payments",
        roles: &["analyst", "chief_analyst", "operations", "supervisor"],
    },
    Desk {
        path: "/journal",
        word: "desk-journal",
        roles: &["analyst", "chief_analyst", "operations", "supervisor"],
    },
    Desk { path: "/day", word: "desk-day", roles: &["operations", "supervisor"] },
    Desk {
        path: "/health",
        word: "desk-health",
        roles: &["operations", "supervisor", "administrator"],
    },
    Desk { path: "/complaints", word: "complaints-title", roles: &["operations", "supervisor"] },
    Desk { path: "/counter", word: "desk-counter", roles: &["teller"] },
    Desk { path: "/developers", word: "desk-developers", roles: &["developer"] },
    Desk { path: "/people", word: "desk-people", roles: &["administrator"] },
    Desk { path: "/approvals", word: "desk-approvals", roles: &["administrator", "chief_analyst"] },
    Desk { path: "/sessions", word: "desk-sessions", roles: &["administrator"] },
    Desk { path: "/programs", word: "desk-programs", roles: &["administrator", "developer"] },
    Desk { path: "/keys", word: "desk-keys", roles: &["administrator"] },
    Desk { path: "/helpers", word: "helpers-title", roles: &["helper"] },
    Desk { path: "/me", word: "desk-me", roles: &["customer", "helper"] },
];

/// A whole page.
pub fn page(visit: &Visit, title: &str, body: &Markup) -> Markup {
    let (words, look) = (visit.words, visit.look);
    let theme = Some(look.theme).filter(|theme| *theme != Theme::Auto).map(Theme::word);
    let size = Some(look.size).filter(|size| *size != 0);
    let (style, script) = files(visit);
    html! {
        (DOCTYPE)
        html lang=(look.lang.tag()) data-theme=[theme] data-size=[size] data-mode=[look.care.then_some("care")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="description" content=(words.say("description"));
                title { (title) " – " (bank(visit)) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(style);
            }
            body {
                a.skip href="#main" { (words.say("skip")) }
                (bar(visit))
                @if !look.care { (position(visit)) }
                main.wrap #main tabindex="-1" { (body) }
                (foot(visit))
                script type="module" src=(script) {}
            }
        }
    }
}

/// Style and script. What customers and strangers need is smaller, for slow lines; a drawn telephone and the gallery need the whole.
fn files(visit: &Visit) -> (&'static str, &'static str) {
    let staff = visit.me.as_ref().is_some_and(Me::works_here);
    if staff || matches!(&*visit.path, "/gallery" | "/phone") {
        ("/desk.css", "/desk.js")
    } else {
        ("/app.css", "/app.js")
    }
}

/// What the bank is called: a name in two languages, `中文 / English`, in the reader's.
fn bank(visit: &Visit) -> &str {
    visit.house.called(visit.words.0)
}

fn bar(visit: &Visit) -> Markup {
    let words = visit.words;
    let roles = |desk: &&Desk| visit.me.as_ref().is_some_and(|me| me.is_one_of(desk.roles));
    let desks: Vec<&Desk> = DESKS.iter().filter(roles).collect();
    html! {
        header.bar {
            div.wrap {
                a.brand href="/" {
                    span.seal aria-hidden="true" lang="zh-CN" { "鉴" }
                    span { b { (bank(visit)) } small { (words.say(if visit.look.care { "brand-care" } else { "brand" })) } }
                }
                (tools(visit))
            }
            // In the large and simple look a customer's desks are the large buttons of the first one; others open the list.
            @if !desks.is_empty() && (!visit.look.care || visit.me.as_ref().is_some_and(Me::works_here)) {
                nav.desks aria-label=(words.say("desks")) {
                    div.wrap {
                        @if visit.look.care { details { summary { (words.say("desks")) } (listed(visit, &desks)) } } @else { (listed(visit, &desks)) }
                    }
                }
            }
        }
    }
}

fn listed(visit: &Visit, desks: &[&Desk]) -> Markup {
    html! {
        ul {
            @for desk in desks {
                li { a href=(desk.path) aria-current=[is_at(visit, desk).then_some("page")] { (visit.words.say(desk.word)) } }
            }
        }
    }
}

/// The desk whose path is the longest beginning of this page's.
fn is_at(visit: &Visit, desk: &Desk) -> bool {
    // Where somebody is led to from the front door is their first desk.
    let at_door = visit.path == "/" && desk.path == HOME;
    at_door
        || visit.path == desk.path
        || visit.path.strip_prefix(desk.path).is_some_and(|rest| rest.starts_with('/'))
}

/// Care mode, language, how it looks, and who one is; plain forms, so that they work without script.
fn tools(visit: &Visit) -> Markup {
    let (words, look) = (visit.words, visit.look);
    let (care, care_word) =
        if look.care { ("plain", "care-leave") } else { ("care", "care-enter") };
    let other = if look.lang == Lang::En { Lang::Zh } else { Lang::En };
    let query = visit.query.as_query();
    let back =
        if query.is_empty() { visit.path.clone() } else { format!("{}?{query}", visit.path) };
    html! {
        div.tools {
            @if look.care { button.read hidden data-read { (words.say("read-aloud")) } }
            form method="post" action="/look" {
                (hidden("form_token", &visit.form_token()))
                (hidden("back", &back))
                button name="wish" value=(care) { (words.say(care_word)) }
                " "
                button name="wish" value=(other.word()) lang=(other.tag()) { (if other == Lang::Zh { "中文" } else { "English" }) }
            }
            // On a small screen it stands at the foot.
            @if !look.care { a.hide-s href={ "/look?back=" (form_urlencoded::byte_serialize(back.as_bytes()).collect::<String>()) } { (words.say("look")) } }
            @match &visit.me {
                Some(me) => a href="/me" { (me.name) },
                None => a href="/sign-in" { (words.say("sign-in")) },
            }
        }
    }
}

/// Where the journal stands.
fn position(visit: &Visit) -> Markup {
    let words = visit.words;
    let (entries, root) = visit.house.position();
    html! {
        aside.pos aria-label=(words.say("position")) {
            div.wrap {
                b { (words.say("journal")) }
                span { (words.say("entry")) " " code data-live="entry" { (figures::number(entries)) } }
                span.hide-s { (words.say("root")) " " code { (figures::hash(&root)) } }
                a href="/check" { (words.say("check-it")) }
            }
        }
    }
}

fn foot(visit: &Visit) -> Markup {
    let words = visit.words;
    let care = visit.look.care;
    html! {
        footer {
            div.wrap {
                a href="/help" { (words.with("talk", &[("number", crate::words::text(visit.house.telephone.as_str()))])) }
                a href="/accessibility" { (words.say("accessibility")) }
                a href="/look" { (words.say("look")) }
                a href="/check" { (words.say("check-it")) }
                @if care && visit.me.is_some() { a href="/me" { (words.say("desk-me")) } }
                @if care { p { (words.say("entry")) " " (figures::number(visit.house.position().0)) } }
                @if visit.house.tour.is_some() { a href="/tour" { (words.say("tour-page")) } p { (words.say("sample-bank")) } }
            }
        }
    }
}

/// The head of a page: its name, and what matters most in a sentence.
pub fn head(title: &str, says: &str) -> Markup {
    html! { div.head { div { h1 { (title) } @if !says.is_empty() { p { (says) } } } } }
}

/// What is shown where something went wrong.
pub fn trouble(visit: &Visit, trouble: &Trouble) -> Markup {
    let words = visit.words;
    html! {
        (head(&words.say("trouble-title"), &trouble.says(words)))
        @let fields = trouble.said_fields(words);
        @if !fields.is_empty() { ul { @for (_, says) in fields { li { (says) } } } }
        p { a.btn href="/" { (words.say("to-start")) } " " a.btn href="/help" { (words.say("ask-person")) } }
        @if let Some(id) = trouble.document["request_id"].as_str() { p.hint { (words.say("request-number")) " " code { (id) } } }
    }
}

/// What was typed while the sign-in ended, where it is too long to go along in an address.
pub fn signed_out(visit: &Visit, typed: &str) -> Markup {
    let words = visit.words;
    html! {
        (head(&words.say("sign-in-ended"), &words.say("sign-in-ended-says")))
        div.field { label for="typed" { (words.say("sign-in-ended-typed")) } textarea id="typed" rows="12" readonly { "\n" (typed) } }
        p { a.btn.pri href="/sign-in" { (words.say("sign-in")) } }
    }
}
