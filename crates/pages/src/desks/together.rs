//! Teller and customer together: the teller prepares what the customer came for, and the customer does it on their own screen, with
//! their own warning and their own signature. Six digits lead from one screen to the other.

use crate::figures;
use crate::inside;
use crate::parts::field::{Field, choice, field, summary};
use crate::parts::form::{button, form};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note};
use crate::prepared::{Prepared, WAITS};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{Words, count, text};
use axum::http::StatusCode;
use maud::{Markup, html};

/// What can be prepared, and the page on which a customer does it.
const TASKS: [(&str, &str); 4] = [
    ("pay", "/pay"),
    ("payees", "/payees"),
    ("helpers", "/helpers"),
    ("complaint", "/complaints/new"),
];

/// Bytes of an amount: it lies in memory until it is taken up.
const SUM_BYTES_MAX: usize = 32;

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(POST "/counter/{party}/prepare", prepare),
        inside!(GET "/counter/{party}/prepared/{code}", told),
        inside!(GET "/together", ask),
        inside!(POST "/together", take_up),
    ]
}

fn word(words: Words, task: &str) -> String {
    words.say(&format!("together-{task}")).into_owned()
}

/// The form at the counter.
pub fn prepare_form(visit: &Visit, party: &str, faults: &[(String, String)]) -> Markup {
    let words = visit.words;
    let tasks = TASKS.map(|(task, _)| (task.to_owned(), word(words, task)));
    let typed = |name: &'static str| visit.form.get(name);
    html! {
        section.p aria-labelledby="prepare" {
            header { h2 id="prepare" { (words.say("together-title")) } }
            p { (words.say("together-counter-says")) }
            (form(visit, &format!("/counter/{party}/prepare"), html! { div.filter {
                (choice(Field { name: "task", label: &words.say("together-what"), value: typed("task"), ..Field::default() }, &tasks, faults))
                (field(Field { name: "to", label: &words.say("pay-to"), hint: &words.say("together-only-pay"), value: typed("to"), keys: "numeric", ..Field::default() }, faults))
                (field(Field { name: "sum", label: &words.say("pay-amount"), value: typed("sum"), keys: "decimal", ..Field::default() }, faults))
                (button(&words.say("together-prepare"), false))
            } }))
        }
    }
}

/// What the form prepares.
fn prepared(visit: &Visit, party: &str) -> Result<Prepared, Trouble> {
    let me = visit.me()?;
    if !me.is_one_of(&["teller"]) {
        return Err(Trouble::new(StatusCode::FORBIDDEN, "forbidden"));
    }
    let found = TASKS.iter().find(|(task, _)| *task == visit.form.get("task"));
    let (task, page) = found.ok_or_else(Trouble::not_found)?;
    let mut path = (*page).to_owned();
    if *task == "pay" {
        let to = visit.form.get("to");
        figures::account_of(to).ok_or_else(|| Trouble::field("to", "field-to"))?;
        if visit.form.get("sum").len() > SUM_BYTES_MAX {
            return Err(Trouble::field("sum", "field-amount"));
        }
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("to", &to.replace(' ', ""))
            .append_pair("amount", visit.form.get("sum"))
            .finish();
        path = format!("{page}?{query}");
    }
    Ok(Prepared { party: party.to_owned(), by: me.name.clone(), task, path })
}

async fn prepare(visit: &Visit) -> Said {
    let party = visit.named("party");
    // Whom a teller may not see, nothing is prepared for.
    visit.ask.get(&format!("/parties/{party}")).await?;
    match prepared(visit, party) {
        Ok(prepared) => {
            let full = || Trouble::new(StatusCode::SERVICE_UNAVAILABLE, "busy");
            let code = visit.house.prepared.keep(prepared).ok_or_else(full)?;
            Ok(Shown::Next(format!("/counter/{party}/prepared/{code}")))
        }
        Err(trouble) if trouble.fields.is_empty() => Err(trouble),
        Err(trouble) => {
            let words = visit.words;
            let faults = trouble.said_fields(words);
            let title = words.say("together-title");
            let body = html! {
                (head(&title, ""))
                (summary(words, "", &faults))
                (prepare_form(visit, party, &faults))
                p { a.btn href={ "/counter/" (party) } { (words.say("together-back")) } }
            };
            visit.again(&trouble, &title, body)
        }
    }
}

/// The digits, large enough to be read across a counter.
async fn told(visit: &Visit) -> Said {
    let words = visit.words;
    let party = visit.named("party");
    if !visit.me()?.is_one_of(&["teller"]) {
        return Err(Trouble::new(StatusCode::FORBIDDEN, "forbidden"));
    }
    let code: u32 = visit.named("code").parse().map_err(|_| Trouble::not_found())?;
    let waits = visit.house.prepared.of(code, party).ok_or_else(Trouble::not_found)?;
    let title = words.say("together-title");
    let minutes = count(WAITS.as_secs() / 60);
    visit.page(
        &title,
        html! {
            (head(&title, &word(words, waits.task)))
            div.secret.spoken { p { (words.say("together-tell")) } code { (grouped(code)) } }
            p { (words.with("together-waits", &[("n", minutes)])) }
            p { a.btn href={ "/counter/" (party) } { (words.say("together-back")) } }
        },
    )
}

fn grouped(code: u32) -> String {
    format!("{} {:03}", code / 1_000, code % 1_000)
}

async fn ask(visit: &Visit) -> Said {
    page(visit, None).await
}

async fn page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    visit.party()?;
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let title = words.say("together-own-title");
    let body = html! {
        (head(&title, &words.say("together-own-says")))
        div.narrow {
            (summary(words, "", &faults))
            (form(visit, "/together", html! {
                (field(Field { name: "digits", label: &words.say("together-digits"), value: visit.form.get("digits"), keys: "numeric", ..Field::default() }, &faults))
                (button(&words.say("together-go"), true))
            }))
            p { (words.say("help-fraud")) }
        }
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

/// What was prepared, and by whom, before one goes on to do it.
async fn take_up(visit: &Visit) -> Said {
    let words = visit.words;
    let party = visit.party()?;
    let digits: String = visit.form.get("digits").chars().filter(|c| *c != ' ').collect();
    let found = digits.parse().ok().and_then(|code| visit.house.prepared.of(code, party));
    let Some(found) = found else {
        let trouble = Trouble::field("digits", "together-wrong");
        return page(visit, Some(&trouble)).await;
    };
    let title = word(words, found.task);
    let by = words.with("together-by", &[("who", text(found.by.as_str()))]);
    visit.page(&title, html! {
        (head(&title, &by))
        (note(Weight::Know, &words.say("together-yours"), html! { p { (words.say("together-yours-says")) } }))
        p.row-of { a.btn.pri href=(found.path) { (words.say("together-on")) } a.btn href="/home" { (words.say("together-not")) } }
    })
}
