//! Messages of ISO 20022: what came and what went out, what became of each payment, and one more handed in by a person.

use super::questions::counted;
use super::staff::{list_of, more, must_work_here, person, refusal, scrolled, text_of, views};
use crate::figures;
use crate::inside;
use crate::parts::field::{Faults, Field, area, summary};
use crate::parts::figure::{Source, provenance};
use crate::parts::form::{button, hidden};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note, tag};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{Words, count, text};
use axum::http::Method;
use bytes::Bytes;
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Which part of the list is looked at: its name in the address, and what the API is asked for.
const VIEWS: [(&str, &str); 4] =
    [("", ""), ("in", "way=in"), ("out", "way=out"), ("refused", "refused=true")];
/// Lines of a message that are shown around one at fault.
const AROUND: usize = 2;
/// Characters of such a line.
const LINE_CHARS: usize = 200;
/// Bytes of a message that stands in the field again when it was wrong.
const AGAIN_BYTES_MAX: usize = 48 << 10;

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/messages", list),
        inside!(POST "/messages", send).with_file(),
        inside!(GET "/messages/one", one),
        inside!(GET "/messages/answer", answer),
        inside!(GET "/messages/sent", sent),
    ]
}

/// A text as it may stand in a path or behind a question mark.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Whether who looks may hand a message in.
fn sends(visit: &Visit) -> bool {
    visit.me.as_ref().is_some_and(|me| me.is_one_of(&["operations"]))
}

async fn list(visit: &Visit) -> Said {
    must_work_here(visit)?;
    list_page(visit, None).await
}

async fn list_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let show = visit.query.get("show");
    let wanted = VIEWS.iter().find(|(name, _)| *name == show).map_or("", |(_, asks)| asks);
    let after = visit.query.filled("after").map(|after| format!("&after={}", encoded(after)));
    let path = format!("/messages?limit=30&{wanted}{}", after.unwrap_or_default());
    let read = visit.ask.get(path.trim_end_matches('&')).await?;
    let refused = visit.ask.get("/messages?limit=1&open=true").await?;
    let total = |of: &Value| of["total"].as_u64().unwrap_or(0);
    let says = words.with(
        "messages-says",
        &[("n", count(total(&refused.body))), ("all", count(total(&read.body)))],
    );
    let title = words.say("desk-messages");
    let all = VIEWS.map(|(name, _)| (of_view(name), words.say(view_word(name)).into_owned()));
    let next = read.body["next"].as_str().map(|next| format!("{}after={next}", joined(show)));
    let body = html! {
        (head(&title, &says))
        @if let Some(trouble) = trouble { (wrong(visit, trouble)) }
        (views(visit, "messages-views", &all, &of_view(show)))
        @let items = list_of(&read.body, "items");
        @if items.is_empty() { p.none { (words.say("messages-none")) } } @else { (table(visit, items)) }
        (more(visit, next))
        @if sends(visit) { (send_form(visit, trouble)) }
        (provenance(words, &Source { entry: read.entry, ..Source::default() }, &title))
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

fn of_view(name: &str) -> String {
    if name.is_empty() { "/messages".to_owned() } else { format!("/messages?show={name}") }
}

fn joined(show: &str) -> String {
    if show.is_empty() { "/messages?".to_owned() } else { format!("/messages?show={show}&") }
}

fn view_word(name: &str) -> &'static str {
    match name {
        "in" => "messages-in",
        "out" => "messages-out",
        "refused" => "messages-refused",
        _ => "messages-all",
    }
}

fn table(visit: &Visit, items: &[Value]) -> Markup {
    let words = visit.words;
    scrolled(
        words,
        &words.say("desk-messages"),
        html! { table.inbox {
            thead { tr {
                th scope="col" { (words.say("messages-number")) } th scope="col" { (words.say("messages-what")) } th scope="col" { (words.say("messages-whose")) }
                th scope="col" { (words.say("fact-status")) } th.num scope="col" { (words.say("messages-payments")) } th.num scope="col" { (words.say("messages-not-done")) }
                th scope="col" { (words.say("fact-time")) }
            } }
            tbody { @for line in items { tr {
                th scope="row" { (linked(line)) }
                td { (kind(words, text_of(line, "definition"))) }
                td { (whose(words, line)) }
                td { (state(words, line)) @if let Some(by) = line["acknowledged"]["by"].as_str() { " " (tag("", &words.with("messages-seen-by", &[("who", text(person(by)))]))) } }
                td.num { (payments_of(line)) }
                td.num { @if counted(&line["counts"]["rejected"]) > 0 { b { (number(&line["counts"], "rejected")) } } @else { "–" } }
                td.when { (visit.moment(text_of(line, "time"))) }
            } } }
        } },
    )
}

fn number(of: &Value, name: &str) -> String {
    figures::number(counted(&of[name]))
}

/// How many payments a message has: of one that is refused as a whole none is counted, so none is said.
fn payments_of(message: &Value) -> String {
    let whole = !list_of(message, "refused").is_empty();
    match counted(&message["counts"]["payments"]) {
        0 if whole => "–".to_owned(),
        n => figures::number(n),
    }
}

/// Where a message is shown.
pub fn path_of(line: &Value) -> Option<String> {
    let message = encoded(text_of(line, "message"));
    match text_of(line, "way") {
        "in" => Some(format!(
            "/messages/one?message={message}&sender={}",
            encoded(text_of(line, "sender"))
        )),
        "out" => Some(format!("/messages/sent?message={message}")),
        _ => None,
    }
}

/// A message's number, as the way to it.
pub fn linked(line: &Value) -> Markup {
    let name = text_of(line, "message");
    html! { @match path_of(line) { Some(path) => a href=(path) { (name) }, None => (name) } }
}

/// What a message is, in words, with what the standard calls it.
fn kind(words: Words, definition: &str) -> Markup {
    let short = definition.get(..8).unwrap_or_default();
    let word = words.perhaps(&format!("message-{}", short.replace('.', "-")));
    html! { @if definition.is_empty() { (words.say("messages-unread")) } @else { (word.unwrap_or_default()) " " small { code { (definition) } } } }
}

/// From whom it came, or to whom it went.
fn whose(words: Words, line: &Value) -> Markup {
    let sender = text_of(line, "sender");
    let from = |word: &str, name: &str| words.with(word, &[("who", text(name.to_owned()))]);
    html! {
        @match text_of(line, "way") {
            "out" => (from("messages-to", sender)),
            "unread" => (words.say("messages-folder")),
            _ => (sent_by(words, sender)),
        }
    }
}

/// Who sent a message, by the name the door knows.
fn sent_by(words: Words, sender: &str) -> String {
    let from = |word: &str, name: &str| words.with(word, &[("who", text(name.to_owned()))]);
    match sender.split_once(':') {
        Some(("house", name)) => from("messages-from-folder", name),
        Some(("bank", name)) => from("messages-from-bank", name),
        Some(("client", name)) => from("messages-from-client", name),
        _ => from("messages-from-person", person(sender)),
    }
}

/// How a message stands, as a tag: red where nothing of it was done.
fn state(words: Words, line: &Value) -> Markup {
    let counts = &line["counts"];
    let (kind, word) = match (text_of(line, "way"), text_of(line, "status")) {
        ("out", _) => ("ok", "messages-state-sent"),
        ("unread", _) => ("bad", "messages-state-unread"),
        (_, "RJCT") => ("bad", "messages-state-refused"),
        _ if counted(&counts["rejected"]) > 0 => ("bad", "messages-state-part"),
        _ if counted(&counts["waiting"]) > 0 => ("warn", "messages-state-waits"),
        _ => ("ok", "messages-state-done"),
    };
    // Red is for what waits for somebody.
    let kind = if kind == "bad" && line["acknowledged"].is_object() { "" } else { kind };
    tag(kind, &words.say(word))
}

/// Texts that messages bear beside a reason and that no refusal of the ledger says, by their word.
const TEXTS: [(&str, &str); 5] = [
    ("the money is reserved, and somebody of the bank looks at it first", "reason-text-looked-at"),
    ("the reservation was given back", "reason-text-given-back"),
    ("the debtor's account is none of this bank", "reason-text-debtor"),
    ("the payee's account is none of this bank", "reason-text-payee"),
    ("the message is for another bank than this", "reason-text-other-bank"),
];

/// What a message says beside a reason, in the reader's language where it is known; else as it went out, in English.
fn reason_text(words: Words, says: &str) -> Markup {
    let refused = terms::Refusal::ALL.iter().find(|refusal| refusal.sentence() == says);
    let known = refused.map(|of| refusal(words, of.word())).or_else(|| {
        let word = TEXTS.iter().find(|(text, _)| *text == says)?.1;
        Some(words.say(word).into_owned())
    });
    html! { @match known { Some(said) => small { (said) }, None => small lang="en" { (says) } } }
}

/// Reasons in words, each with its code.
pub fn reasons(words: Words, all: &[Value]) -> Markup {
    html! { @for (at, reason) in all.iter().enumerate() {
        @let code = text_of(reason, "code");
        @if at > 0 { "; " }
        (reason_word(words, reason)) " " small { code { (code) } }
        @if !text_of(reason, "text").is_empty() { br; (reason_text(words, text_of(reason, "text"))) }
    } }
}

fn reason_word(words: Words, reason: &Value) -> String {
    let known = words.perhaps(&format!("reason-{}", text_of(reason, "code").to_lowercase()));
    known.unwrap_or_else(|| text_of(reason, "means").to_owned())
}

fn send_form(visit: &Visit, trouble: Option<&Trouble>) -> Markup {
    let words = visit.words;
    let faults = trouble.map(|trouble| faults_of(words, trouble)).unwrap_or_default();
    let typed = again(visit);
    html! {
        section.p aria-labelledby="send" {
            header { h2 id="send" { (words.say("messages-send")) } }
            p { (words.say("messages-send-says")) }
            form.narrow method="post" action="/messages" enctype="multipart/form-data" novalidate {
                (hidden("form_token", &visit.form_token()))
                (file_field(words, &faults))
                (area(Field { name: "message", label: &words.say("messages-text"), hint: &words.say("messages-text-hint"), value: &typed, ..Field::default() }, 8, &faults))
                (button(&words.say("messages-send-do"), true))
            }
        }
    }
}

fn file_field(words: Words, faults: Faults<'_>) -> Markup {
    let wrong = faults.iter().any(|(name, _)| name == "file");
    html! {
        div.field.wrong[wrong] {
            label for="file" { (words.say("messages-file")) }
            p.hint id="file-hint" { (words.say("messages-file-hint")) }
            input id="file" name="file" type="file" accept=".xml,application/xml,text/xml" aria-describedby="file-hint";
        }
    }
}

/// What was sent, to stand in the field again: a file too, unless it is too large for a field.
fn again(visit: &Visit) -> String {
    let sent = sent_text(visit);
    if sent.len() > AGAIN_BYTES_MAX { String::new() } else { sent }
}

fn sent_text(visit: &Visit) -> String {
    match &visit.file {
        Some(file) => String::from_utf8_lossy(&file.bytes).into_owned(),
        None => visit.form.raw("message").to_owned(),
    }
}

/// Faults at the field that was filled in, whatever path into the message they name.
fn faults_of(words: Words, trouble: &Trouble) -> Vec<(String, String)> {
    let own = trouble.fields.iter().any(|(pointer, _)| pointer == "/message");
    if own {
        return trouble.said_fields(words);
    }
    vec![("message".to_owned(), said(words, trouble))]
}

fn said(words: Words, trouble: &Trouble) -> String {
    let line = trouble.document["line"].as_u64();
    let code = text_of(&trouble.document, "reason");
    match line {
        Some(line) => words.with(
            "messages-wrong-line",
            &[
                ("line", count(line)),
                ("column", count(trouble.document["column"].as_u64().unwrap_or(0))),
                ("code", text(code)),
            ],
        ),
        None => trouble.says(words),
    }
}

/// What is wrong with a message that was sent, with the lines around the place.
fn wrong(visit: &Visit, trouble: &Trouble) -> Markup {
    let words = visit.words;
    let faults = faults_of(words, trouble);
    let detail = trouble.fields.first().map(|(_, detail)| detail.as_str()).unwrap_or_default();
    let at = trouble.document["line"].as_u64().and_then(|line| usize::try_from(line).ok());
    html! {
        (summary(words, "", &faults))
        @if let Some(at) = at {
            @let text = sent_text(visit);
            (note(Weight::Know, &words.say("messages-wrong-where"), html! {
                p lang="en" { (detail) }
                div.scroll tabindex="0" role="region" aria-label=(words.say("messages-wrong-where")) {
                    table.lines { tbody { @for (number, line) in around(&text, at) {
                        tr.this[number == at] { th.num scope="row" { (number) } td { code { (line) } } }
                    } } }
                }
            }))
        }
    }
}

/// The lines around one, numbered from 1.
fn around(text: &str, at: usize) -> Vec<(usize, String)> {
    let from = at.saturating_sub(AROUND + 1);
    let lines = text.lines().enumerate().skip(from).take_while(|(number, _)| *number < at + AROUND);
    lines.map(|(number, line)| (number + 1, line.chars().take(LINE_CHARS).collect())).collect()
}

async fn send(visit: &Visit) -> Said {
    match handed_in(visit).await {
        Ok(path) => Ok(Shown::Next(path)),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => list_page(visit, Some(&trouble)).await,
    }
}

/// Hands a message in, and says where it is shown.
async fn handed_in(visit: &Visit) -> Result<String, Trouble> {
    let bytes = match &visit.file {
        Some(file) => Bytes::from(file.bytes.clone()),
        None => Bytes::from(visit.form.raw("message").to_owned()),
    };
    if bytes.trim_ascii().is_empty() {
        return Err(Trouble::field("message", "messages-empty"));
    }
    let body = Some(("application/xml", bytes));
    let answer = visit.ask.send_bytes(Method::POST, "/messages", body, &[]).await?;
    let place = answer.place.unwrap_or_default();
    // `/api/v1/messages/MSGID?sender=SENDER`, each encoded.
    let named = place.rsplit_once("/messages/").and_then(|(_, rest)| rest.split_once('?'));
    Ok(named.map_or_else(
        || "/messages".to_owned(),
        |(message, sender)| format!("/messages/one?message={message}&{sender}"),
    ))
}

async fn one(visit: &Visit) -> Said {
    let words = visit.words;
    let (message, sender) = (visit.query.get("message"), visit.query.get("sender"));
    let named = format!("/messages/{}/payments?sender={}", encoded(message), encoded(sender));
    let rejected = visit.query.get("rejected") == "1";
    let only = if rejected { "&rejected=true" } else { "" };
    let after = visit.query.get("after").parse::<u64>().ok().map(|at| format!("&after={at}"));
    let read = visit.ask.get(&format!("{named}{only}{}", after.unwrap_or_default())).await?;
    let of = &read.body;
    let here = format!("/messages/one?message={}&sender={}", encoded(message), encoded(sender));
    let all = [
        (here.clone(), words.say("messages-each").into_owned()),
        (format!("{here}&rejected=1"), words.say("messages-only-rejected").into_owned()),
    ];
    let now = if rejected { all[1].0.clone() } else { here.clone() };
    let next = of["next"].as_u64().map(|next| format!("{now}&after={next}"));
    let items = list_of(of, "items");
    visit.page(message, html! {
        div.head { div { h1 { (message) } p { (kind(words, text_of(of, "definition"))) " · " (sent_by(words, text_of(of, "sender"))) " " (state(words, of)) } } a.btn href="/messages" { (words.say("desk-messages")) } }
        @if !list_of(of, "refused").is_empty() { (note(Weight::Stop, &words.say("messages-refused-whole"), html! { p { (reasons(words, list_of(of, "refused"))) } p { (words.say("messages-refused-next")) } p { (words.say("messages-not-counted")) } })) }
        (handled(visit, of))
        (figures_of(visit, of))
        div.grid {
            section.p.s8 aria-labelledby="payments" {
                header { h2 id="payments" { (words.say("messages-payments")) } }
                (views(visit, "messages-views", &all, &now))
                @if items.is_empty() { p.none { (words.say("messages-no-payments")) } } @else { (payments(words, items)) }
                (more(visit, next))
            }
            section.p.s4 aria-labelledby="about" {
                header { h2 id="about" { (words.say("messages-about")) } }
                (facts(visit, of))
                @if !text_of(of, "definition").starts_with("pacs.002") { p { a.btn href={ "/messages/answer?message=" (encoded(message)) "&sender=" (encoded(sender)) } { (words.say("messages-answer")) } } }
            }
        }
        (provenance(words, &Source { entry: read.entry, ..Source::default() }, message))
    })
}

/// Who saw to what was not done, and what they did about it.
fn handled(visit: &Visit, of: &Value) -> Markup {
    let words = visit.words;
    let seen = &of["acknowledged"];
    let by =
        seen["by"].as_str().map(|by| words.with("messages-seen-by", &[("who", text(person(by)))]));
    html! { @if let Some(by) = by { (note(Weight::Know, &by, html! {
        p { (text_of(seen, "note")) }
        p.hint { (visit.moment(text_of(seen, "time"))) }
    })) } }
}

fn figures_of(visit: &Visit, of: &Value) -> Markup {
    let words = visit.words;
    let all = [
        ("messages-posted", "posted"),
        ("messages-waiting", "waiting"),
        ("messages-not-done", "rejected"),
    ];
    html! { dl.figs.four { div { dt { (words.say("messages-payments")) } dd.v { (payments_of(of)) } } @for (word, name) in all { div { dt { (words.say(word)) } dd.v { (number(&of["counts"], name)) } } } } }
}

fn facts(visit: &Visit, of: &Value) -> Markup {
    let words = visit.words;
    let by = text_of(of, "by");
    html! {
        dl.facts {
            @if let Some(received) = of["received"].as_str() { div { dt { (words.say("messages-received")) } dd { (visit.moment(received)) } } }
            div { dt { (words.say("messages-by")) } dd { @if by.is_empty() { (words.say("messages-folder")) } @else { (person(by)) } } }
            div { dt { (words.say("messages-created")) } dd { (text_of(of, "created")) } }
            @if let Some(sum) = of["sum"].as_str() { div { dt { (words.say("messages-sum")) } dd { (figures::grouped(sum)) } } }
            @for block in list_of(of, "blocks") { div { dt { (words.say("messages-block")) " " (text_of(block, "id")) } dd { (reasons(words, list_of(block, "refused"))) } } }
        }
    }
}

fn payments(words: Words, items: &[Value]) -> Markup {
    scrolled(
        words,
        &words.say("messages-payments"),
        html! { table.inbox {
            thead { tr {
                th.num scope="col" { "#" } th scope="col" { (words.say("messages-called")) } th scope="col" { (words.say("fact-status")) } th scope="col" { (words.say("messages-why")) }
            } }
            tbody { @for item in items { tr {
                td.num { (number(item, "place")) }
                th scope="row" { (called(item)) }
                td { (item_state(words, text_of(item, "status"))) }
                td { (reasons(words, list_of(item, "reasons"))) }
            } } }
        } },
    )
}

/// What its sender called a payment, as the way to it where it is in the ledger.
fn called(item: &Value) -> Markup {
    let names = ["end_to_end", "transaction"].into_iter().find_map(|name| item[name].as_str());
    let name = names.unwrap_or("–");
    html! { @match item["payment"].as_str() { Some(id) => a href={ "/payments/" (id) } { (name) }, None => (name) } }
}

fn item_state(words: Words, status: &str) -> Markup {
    let (kind, word) = match status {
        "ACSC" | "ACCC" => ("ok", "messages-item-posted"),
        "ACSP" => ("warn", "messages-item-reserved"),
        "PDNG" => ("warn", "messages-item-held"),
        "RJCT" => ("bad", "messages-item-refused"),
        _ => ("", "messages-item-received"),
    };
    html! { (tag(kind, &words.say(word))) " " small { code { (status) } } }
}

/// The report that its sender has, as a file.
async fn answer(visit: &Visit) -> Said {
    let (message, sender) = (visit.query.get("message"), visit.query.get("sender"));
    let path = format!("/messages/{}?sender={}", encoded(message), encoded(sender));
    let read = visit.ask.get(&path).await?.body;
    let xml = read.as_str().ok_or_else(Trouble::not_found)?.to_owned();
    let name = format!("{}.status.xml", safe(message));
    Ok(Shown::File("application/xml", name, xml.into_bytes()))
}

/// What went to another bank, as a file.
async fn sent(visit: &Visit) -> Said {
    let message = visit.query.get("message");
    let read = visit.ask.get(&format!("/messages/{}/sent", encoded(message))).await?.body;
    let xml = read.as_str().ok_or_else(Trouble::not_found)?.to_owned();
    Ok(Shown::File("application/xml", format!("{}.xml", safe(message)), xml.into_bytes()))
}

/// A name for a file.
fn safe(message: &str) -> String {
    message.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;
    use serde_json::json;

    #[test]
    fn the_lines_around_a_fault_are_shown() {
        let text = "1\n2\n3\n4\n5\n6\n7";
        let numbers = |at| around(text, at).into_iter().map(|(n, _)| n).collect::<Vec<_>>();
        assert_eq!(numbers(4), [2, 3, 4, 5, 6]);
        assert_eq!(numbers(1), [1, 2, 3]);
        assert_eq!(numbers(7), [5, 6, 7]);
        assert!(numbers(99).is_empty());
    }

    #[test]
    fn a_message_leads_to_where_it_is_shown() {
        let line = json!({ "way": "in", "message": "A/1 ?", "sender": "bank:WOHNDEFFXXX" });
        let path = "/messages/one?message=A%2F1%20%3F&sender=bank%3AWOHNDEFFXXX";
        assert_eq!(path_of(&line).as_deref(), Some(path));
        assert_eq!(path_of(&json!({ "way": "unread", "message": "x.xml" })), None);
        assert_eq!(safe("A/1 ?"), "A_1__");
    }

    /// Every reason that the bank gives stands in both languages.
    #[test]
    fn every_reason_has_its_words() {
        let list = include_str!("../../../iso20022/src/reason.rs");
        let table = list.split("reasons! {").nth(1).and_then(|rest| rest.split("\n}").next());
        let codes = table.unwrap().lines().filter_map(|line| line.trim().get(..4));
        let mut seen = 0;
        for code in codes.filter(|code| code.bytes().all(|b| b.is_ascii_alphanumeric())) {
            for lang in [Lang::En, Lang::Zh] {
                let word = format!("reason-{}", code.to_lowercase());
                assert!(Words(lang).perhaps(&word).is_some(), "{word}");
            }
            seen += 1;
        }
        assert!(seen > 30, "{seen}");
    }
}
