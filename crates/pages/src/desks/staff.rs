//! What the desks of the bank's own people share: how long there is left, who somebody is, a way to the next page.

use crate::house::seconds_to;
use crate::parts::field::{Field, field, summary};
use crate::parts::form::{button, form, hidden};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note, tag};
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{Words, count, text};
use axum::http::StatusCode;
use maud::{Markup, html};
use serde_json::Value;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;
/// Bytes of a ground at most: a text of the journal.
const GROUND_BYTES_MAX: usize = 256;

/// A desk of the bank's own people, also where the API would show customers their own part of it: they have pages of their own.
///
/// # Errors
/// Whoever looks is a customer, or one who helps them.
pub fn must_work_here(visit: &Visit) -> Result<(), Trouble> {
    let forbidden = || Trouble::new(StatusCode::FORBIDDEN, "forbidden");
    visit.me()?.works_here().then_some(()).ok_or_else(forbidden)
}

/// A text of an answer; empty if there is none.
pub fn text_of<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_default()
}

/// The items of a list.
pub fn list_of<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A page with one field, in which the number of something is typed; its words.
pub struct Finder {
    /// Its path.
    pub path: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it is for.
    pub says: &'static str,
    /// Of the field.
    pub label: &'static str,
    /// What the field takes.
    pub hint: &'static str,
}

/// To what was found; else the field, with what was typed and why that names nothing.
pub fn finder(visit: &Visit, of: &Finder, found: Result<Option<String>, Trouble>) -> Said {
    let words = visit.words;
    let wrong = match found {
        Ok(Some(path)) => return Ok(Shown::Next(path)),
        Ok(None) => None,
        Err(trouble) if trouble.is_stranger() => return Err(trouble),
        Err(trouble) => Some(trouble),
    };
    let faults: Vec<(String, String)> =
        wrong.iter().map(|trouble| ("find".to_owned(), trouble.says(words))).collect();
    let title = words.say(of.title);
    let (label, hint) = (words.say(of.label), words.say(of.hint));
    let value = visit.query.get("find");
    let body = html! {
        (head(&title, &words.say(of.says)))
        div.narrow {
            (summary(words, "", &faults))
            form method="get" action=(of.path) {
                (field(Field { name: "find", label: &label, hint: &hint, value, ..Field::default() }, &faults))
                (button(&words.say("find-go"), true))
            }
        }
    };
    match &wrong {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

/// A deed that is asked about once more, because it counts at once; its words.
pub struct Sure<'a> {
    /// What is asked.
    pub asks: &'a str,
    /// What comes of it.
    pub says: &'a str,
    /// Where the form goes.
    pub action: &'a str,
    /// The button that does it.
    pub yes: &'a str,
    /// The page to go back to.
    pub back: &'a str,
}

/// The ground of a decision, as the journal can keep it.
pub fn must_be_ground(why: &str) -> Result<(), Trouble> {
    match why.len() {
        0 => Err(Trouble::field("why", "decide-why-empty")),
        1..=GROUND_BYTES_MAX => Ok(()),
        _ => Err(Trouble::field("why", "decide-why-long")),
    }
}

/// Whether somebody already said that they are sure.
pub fn is_sure(visit: &Visit) -> bool {
    visit.form.get("sure") == "1"
}

/// The question, with a way back.
pub fn surely(visit: &Visit, of: &Sure<'_>) -> Said {
    visit.page(of.asks, html! {
        (head(of.asks, ""))
        (note(Weight::Stop, of.yes, html! {
            p { (of.says) }
            (form(visit, of.action, html! {
                (hidden("sure", "1"))
                // The form's own key, where it has one: twice sent is once done.
                @if let Some(key) = visit.form.filled("key") { (hidden("key", key)) }
                div.row-of { (button(of.yes, true)) a.btn href=(of.back) { (visit.words.say("sure-no")) } }
            }))
        }))
    })
}

/// What was just done, as `?done=` of the address names it; nothing for what is none of these.
pub fn done(visit: &Visit, all: &[(&str, &str)]) -> Markup {
    let deed = visit.query.get("done");
    let word = all.iter().find(|(name, _)| *name == deed);
    html! { @if let Some((_, word)) = word { (note(Weight::Done, &visit.words.say(word), html! {})) } }
}

/// A refusal of the ledger as the bank's own people say it; else as customers read it, else its own word.
pub fn refusal(words: Words, word: &str) -> String {
    let plain = word.replace('_', "-");
    let known = words.perhaps(&format!("refusal-{plain}"));
    let same = || word.starts_with("exists_with_different").then_some("refusal-exists-otherwise");
    known
        .or_else(|| same().map(|word| words.say(word).into_owned()))
        .or_else(|| words.perhaps(&format!("trouble-{plain}")))
        .unwrap_or_else(|| word.replace('_', " "))
}

/// Somebody as people call them: without what says that it is a person.
pub fn person(id: &str) -> &str {
    id.strip_prefix("user:").unwrap_or(id)
}

/// A length of time in its largest unit, rounded down: which word, and how many.
fn length(seconds: i64) -> (&'static str, u64) {
    let (word, unit) = match seconds.abs() {
        s if s < HOUR_S => ("minutes", MINUTE_S),
        s if s < 2 * DAY_S => ("hours", HOUR_S),
        _ => ("days", DAY_S),
    };
    (word, seconds.unsigned_abs() / unit.unsigned_abs())
}

/// How long there is left until a moment, as a tag that is red where it is short.
pub fn left(visit: &Visit, iso: &str) -> Markup {
    let Some(seconds) = seconds_to(iso) else { return html! {} };
    if seconds <= 0 {
        return tag("bad", &visit.words.say("left-none"));
    }
    let (word, n) = length(seconds);
    let kind = if seconds < HOUR_S {
        "bad"
    } else if seconds < 8 * HOUR_S {
        "warn"
    } else {
        ""
    };
    tag(kind, &visit.words.with(&format!("left-{word}"), &[("n", count(n))]))
}

/// How long ago a moment was.
pub fn ago(visit: &Visit, iso: &str) -> String {
    let (word, n) = length(seconds_to(iso).unwrap_or(0));
    visit.words.with(&format!("ago-{word}"), &[("n", count(n))])
}

/// Views of the same list, of which one is looked at.
pub fn views(visit: &Visit, label: &str, all: &[(String, String)], now: &str) -> Markup {
    html! {
        nav.range aria-label=(visit.words.say(label)) {
            @for (path, says) in all { a href=(path) aria-current=[(path == now).then_some("page")] { (says) } }
        }
    }
}

/// Where a page of a list goes on.
pub fn more(visit: &Visit, path: Option<String>) -> Markup {
    html! { @if let Some(path) = path { p { a.btn href=(path) { (visit.words.say("list-more")) } } } }
}

/// A table that may be wider than the screen.
pub fn scrolled(words: Words, what: &str, table: Markup) -> Markup {
    let label = words.with("as-table", &[("what", text(what))]);
    html! { div.scroll tabindex="0" role="region" aria-label=(label) { (table) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn a_refusal_is_said_in_the_readers_language() {
        assert_eq!(refusal(Words(Lang::En), "odd_thing"), "odd thing");
        for word in ["debit_account_not_found", "exists_with_different_amount", "exceeds_credits"] {
            let said = refusal(Words(Lang::Zh), word);
            assert!(!said.bytes().any(|b| b.is_ascii_lowercase()), "{word}: {said}");
        }
    }

    #[test]
    fn a_time_is_said_in_its_largest_unit() {
        assert_eq!(length(59), ("minutes", 0));
        assert_eq!(length(-3_599), ("minutes", 59));
        assert_eq!(length(3_600), ("hours", 1));
        assert_eq!(length(2 * DAY_S - 1), ("hours", 47));
        assert_eq!(length(-2 * DAY_S), ("days", 2));
    }
}
