//! How the bank is, measured when somebody looks, and live: the journal, the disk, requests, keys and copies, what went wrong.
//! What cannot be measured is said to be unknown.

use super::questions::{answer, counted, source};
use super::staff::{ago, left, list_of, scrolled, text_of};
use crate::figures;
use crate::inside;
use crate::live::{Watcher, watch};
use crate::parts::figure::{Source, provenance};
use crate::parts::frame::head;
use crate::parts::live::live;
use crate::parts::note::{Weight, note, tag};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Visit};
use crate::words::{Words, count, text};
use futures::FutureExt;
use futures::future::BoxFuture;
use maud::{Markup, html};
use serde_json::{Value, json};

/// Below so many parts of a hundred of its room a disk needs somebody.
const ROOM_LEFT_MIN: u64 = 5;
/// Incidents that are shown.
const INCIDENTS: usize = 20;
/// Words that incidents have of their own.
const EVENTS: [&str; 3] = ["answered", "webhook", "messages_wait"];

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/health", health),
        inside!(GET "/health/live", stream),
        inside!(GET "/keys", keys),
    ]
}

async fn health(visit: &Visit) -> Said {
    let words = visit.words;
    let read = visit.ask.get("/health").await?;
    let of = &read.body;
    let denials = denials(visit).await?;
    let title = words.say("desk-health");
    let wrong = trouble(words, of);
    let me = visit.me()?;
    let reads = me.is_one_of(&["operations", "supervisor"]);
    let keeps = me.is_one_of(&["administrator"]);
    visit.page(&title, html! {
        (head(&title, &words.say("health-measured")))
        (live(words, "/health/live", "/health", &said(words, of)))
        @for says in &wrong { (note(Weight::Stop, says, html! {})) }
        (figures_of(words, of))
        div.grid {
            section.p.s7 aria-labelledby="journal" { header { h2 id="journal" { (words.say("journal")) } @if reads { a href="/journal" { (words.say("journal-all")) } } } (journal(visit, &of["journal"])) }
            section.p.s5 aria-labelledby="machine" { header { h2 id="machine" { (words.say("health-machine")) } @if keeps { a href="/keys" { (words.say("desk-keys")) } } } (machine(visit, of)) }
            section.p.s7 aria-labelledby="incidents" { header { h2 id="incidents" { (words.say("health-incidents")) } } (incidents(visit, of)) }
            @if let Some(denials) = &denials { section.p.s5 aria-labelledby="denials" { header { h2 id="denials" { (words.say("query-denials")) } } (denied(visit, denials)) } }
        }
        (provenance(words, &Source { entry: read.entry, ..Source::default() }, &title))
    })
}

/// Who was denied what today; none for those who may not ask the tables.
async fn denials(visit: &Visit) -> Result<Option<Value>, Trouble> {
    if !visit.me()?.is_one_of(&["operations", "supervisor"]) {
        return Ok(None);
    }
    answer(visit, "denials").await.map(Some)
}

/// The page in one sentence.
fn said(words: Words, of: &Value) -> String {
    match trouble(words, of).len() as u64 {
        0 => words.say("health-good").into_owned(),
        n => words.with("health-bad", &[("n", count(n))]),
    }
}

/// What needs somebody, each in a sentence.
fn trouble(words: Words, of: &Value) -> Vec<String> {
    let mut all = Vec::new();
    let (free, whole) = (counted(&of["disk"]["free_bytes"]), counted(&of["disk"]["total_bytes"]));
    if whole > 0 && free / (whole / 100).max(1) < ROOM_LEFT_MIN {
        all.push(words.with("health-disk-full", &[("left", text(bytes(free)))]));
    }
    if counted(&of["requests"]["failed"]) > 0 {
        let n = counted(&of["requests"]["failed"]);
        all.push(words.with("health-failed", &[("n", count(n))]));
    }
    let hooks = &of["webhooks"];
    if counted(&hooks["stopped"]) > 0 {
        all.push(words.with("health-hooks", &[("n", count(counted(&hooks["stopped"])))]));
    }
    if of["start"]["vault_trouble"].is_string() {
        all.push(words.say("health-vault").into_owned());
    }
    if of["start"]["snapshot_distrusted"].is_string() {
        all.push(words.say("health-snapshot").into_owned());
    }
    if let Some(until) = of["certificate_until"].as_str()
        && crate::house::seconds_to(until).is_some_and(|seconds| seconds < 14 * 86_400)
    {
        all.push(words.say("health-certificate").into_owned());
    }
    all
}

/// Bytes as people read them, in powers of 1,000.
fn bytes(of: u64) -> String {
    let (unit, name) = match of {
        n if n >= 1_000_000_000_000 => (1_000_000_000_000, "TB"),
        n if n >= 1_000_000_000 => (1_000_000_000, "GB"),
        n if n >= 1_000_000 => (1_000_000, "MB"),
        _ => (1_000, "kB"),
    };
    format!("{}.{}\u{a0}{name}", of / unit, of % unit * 10 / unit)
}

/// The figures one looks at first. They change while one looks.
fn shown(words: Words, of: &Value) -> [(&'static str, String, String); 5] {
    let (journal, requests) = (&of["journal"], &of["requests"]);
    let number = |of: &Value| figures::number(counted(of));
    let free = of["disk"]["free_bytes"].as_u64();
    let disk = free.map_or_else(|| words.say("unknown").into_owned(), bytes);
    let most = requests["most_within_ms"].as_f64();
    let most = most.map_or_else(
        || words.say("unknown").into_owned(),
        |ms| words.with("health-within", &[("ms", text(figures::grouped(&ms.to_string())))]),
    );
    let people =
        of["sessions"].as_u64().map_or_else(|| words.say("unknown").into_owned(), figures::number);
    [
        (
            "health-records",
            number(&journal["records"]),
            words.with("health-age", &[("n", count(counted(&journal["last_age_s"])))]),
        ),
        (
            "health-answers",
            number(&requests["answers"]),
            words.with("health-answers-d", &[("n", count(counted(&requests["failed"])))]),
        ),
        ("health-most", most, words.say("health-most-d").into_owned()),
        (
            "health-disk",
            disk,
            words.with(
                "health-disk-d",
                &[("all", text(bytes(counted(&of["disk"]["total_bytes"]))))],
            ),
        ),
        (
            "health-people",
            people,
            words.with("health-people-d", &[("n", count(counted(&requests["connections"])))]),
        ),
    ]
}

fn figures_of(words: Words, of: &Value) -> Markup {
    html! { dl.figs { @for (name, value, more) in shown(words, of) {
        div { dt { (words.say(name)) } dd.v.long data-live=(name) { (value) } dd.d data-live={ (name) "-more" } { (more) } }
    } } }
}

fn journal(visit: &Visit, of: &Value) -> Markup {
    let words = visit.words;
    let entries = counted(&of["entries"]);
    let behind = |name: &str, all: u64| match of[name].as_u64() {
        None => words.say("health-none-yet").into_owned(),
        Some(n) if n >= all => words.say("health-whole").into_owned(),
        Some(n) => words.with("health-behind", &[("n", text(figures::number(all - n)))]),
    };
    html! { dl.facts {
        div { dt { (words.say("health-entries")) } dd { (figures::number(entries)) } }
        div { dt { (words.say("health-last")) } dd { (visit.moment(text_of(of, "last_time"))) } }
        div { dt { (words.say("health-published")) } dd { (behind("published", entries)) } }
        div { dt { (words.say("health-snapshot-of")) } dd { (behind("snapshot_records", counted(&of["records"]))) } }
        div { dt { (words.say("health-files")) } dd { (behind("in_files", entries)) } }
    } }
}

fn machine(visit: &Visit, of: &Value) -> Markup {
    let words = visit.words;
    let requests = &of["requests"];
    let start = &of["start"];
    html! { dl.facts {
        div { dt { (words.say("health-since")) } dd { (visit.moment(text_of(of, "since"))) " · " (text_of(of, "version")) } }
        div { dt { (words.say("health-clock")) } dd { (visit.moment(text_of(of, "now"))) } }
        div { dt { (words.say("health-line")) } dd { (figures::number(counted(&requests["in_line"]))) " / " (figures::number(counted(&requests["in_line_max"]))) } }
        div { dt { (words.say("health-certificate-of")) } dd { (certificate(visit, of)) } }
        div { dt { (words.say("backup-title")) } dd { (backup(visit, of)) } }
        @if start.is_object() { div { dt { (words.say("health-start")) } dd {
            (words.with("health-replayed", &[("n", count(counted(&start["replayed"])))]))
            @if let Some(cut) = start["cut_bytes"].as_u64() { "; " (words.with("health-cut", &[("n", text(figures::number(cut)))])) }
        } } }
    } }
}

fn certificate(visit: &Visit, of: &Value) -> Markup {
    let words = visit.words;
    html! { @match (of["secured"] == true, of["certificate_until"].as_str()) {
        (false, _) => (words.say("health-not-secured")),
        (true, None) => (words.say("unknown")),
        (true, Some(until)) => { (visit.day(until)) " " (left(visit, until)) }
    } }
}

fn backup(visit: &Visit, of: &Value) -> Markup {
    let words = visit.words;
    let copy = &of["backup"];
    html! { @match copy["time"].as_str() {
        None => (tag("warn", &words.say("backup-none"))),
        Some(time) => (words.with("backup-last", &[("ago", text(ago(visit, time))), ("n", text(figures::number(counted(&copy["entries"]))))])),
    } }
}

fn incidents(visit: &Visit, of: &Value) -> Markup {
    let words = visit.words;
    let all = list_of(of, "incidents");
    let heading = words.say("health-incidents");
    html! {
        p.hint { (words.say("health-incidents-says")) }
        @if all.is_empty() { p.none { (words.say("health-incidents-none")) } }
        @else { (scrolled(words, &heading, html! { table {
            thead { tr { th scope="col" { (words.say("fact-time")) } th scope="col" { (words.say("journal-what")) } th.num scope="col" { (words.say("health-times")) } } }
            tbody { @for one in all.iter().take(INCIDENTS) {
                @let event = text_of(one, "event");
                tr {
                    th.when scope="row" { (visit.moment(text_of(one, "time"))) }
                    td { @if EVENTS.contains(&event) { (words.say(&format!("incident-{}", event.replace('_', "-")))) ": " } span lang="en" { (text_of(one, "says")) } }
                    td.num { (figures::number(counted(&one["times"]))) }
                }
            } }
        } })) }
    }
}

fn denied(visit: &Visit, denials: &Value) -> Markup {
    let words = visit.words;
    let rows = list_of(denials, "rows");
    let heading = words.say("query-denials");
    let plain = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    html! {
        @if rows.is_empty() { p.none { (words.say("denials-none")) } }
        @else { (scrolled(words, &heading, html! { table {
            thead { tr { th scope="col" { (words.say("name")) } th scope="col" { (words.say("denials-what")) } th.num scope="col" { (words.say("health-times")) } } }
            tbody { @for row in rows { tr {
                th scope="row" { @match plain(&row[0]).as_str() { "" => (words.say("denials-nobody")), who => (super::staff::person(who)) } }
                td { (tried(words, &plain(&row[1]))) } td.num { (figures::number(counted(&row[3]))) }
            } } }
        } })) }
        (provenance(words, &source("denials", denials), &heading))
    }
}

/// What somebody tried, in the words of rights; its own word where there are none.
fn tried(words: Words, act: &str) -> Markup {
    let known = words.perhaps(&format!("right-{}", act.replace(['.', '_'], "-")));
    html! { @match known { Some(says) => (says), None => code { (act) } } }
}

async fn stream(visit: &Visit) -> Said {
    // Whoever may not look is told so before the stream begins.
    visit.ask.get("/health").await?;
    watch(visit, look)
}

fn look(watcher: Watcher) -> BoxFuture<'static, Option<Value>> {
    async move {
        let of = watcher.ask.get("/health").await.ok()?.body;
        let mut texts = serde_json::Map::new();
        for (name, value, more) in shown(watcher.words, &of) {
            texts.insert(name.to_owned(), json!(value));
            texts.insert(format!("{name}-more"), json!(more));
        }
        let entries = figures::number(counted(&of["journal"]["entries"]));
        texts.insert("entry".to_owned(), json!(entries));
        // Only what changes how the bank is is announced.
        texts.insert("said".to_owned(), json!(said(watcher.words, &of)));
        Some(Value::Object(texts))
    }
    .boxed()
}

async fn keys(visit: &Visit) -> Said {
    let words = visit.words;
    let keys = visit.ask.get("/keys").await?.body;
    let health = visit.ask.get("/health").await?.body;
    let programs = visit.ask.get("/clients").await?.body;
    let title = words.say("desk-keys");
    visit.page(&title, html! {
        (head(&title, &words.say("keys-says")))
        div.grid {
            section.p.s7 aria-labelledby="signing" {
                header { h2 id="signing" { (words.say("keys-journal")) } }
                dl.facts {
                    div { dt { (words.say("keys-name")) } dd { (text_of(&keys, "origin")) } }
                    div { dt { (words.say("keys-algorithm")) } dd { (text_of(&keys, "algorithm")) } }
                    div { dt { (words.say("keys-since")) } dd { @match keys["since"].as_str() { Some(since) => (visit.day(since)), None => (words.say("unknown")) } } }
                    div { dt { (words.say("keys-public")) } dd { @match keys["log_key"].as_str() { Some(key) => code { (key) }, None => (words.say("unknown")) } } }
                }
                p.hint { (words.say("keys-public-says")) " " a href="/log/key" { "/log/key" } }
            }
            section.p.s5 aria-labelledby="backup" {
                header { h2 id="backup" { (words.say("backup-title")) } }
                p.say { (backup(visit, &health)) }
                @if let Some(folder) = health["backup"]["folder"].as_str() { p { (words.say("backup-where")) " " code { (folder) } } }
                p { (words.say("backup-make")) }
                p { code { "tj backup /path/to/copy" } }
                p { (words.say("backup-check")) }
                p { code { "tj verify /path/to/copy" } }
                p.hint { (words.say("backup-hands")) }
            }
            section.p.s7 aria-labelledby="of-programs" {
                header { h2 id="of-programs" { (words.say("keys-programs")) } a href="/programs" { (words.say("desk-programs")) } }
                (of_programs(visit, &programs))
            }
            section.p.s5 aria-labelledby="of-hooks" {
                header { h2 id="of-hooks" { (words.say("keys-hooks")) } }
                (of_hooks(visit, &keys))
            }
        }
    })
}

fn of_programs(visit: &Visit, programs: &Value) -> Markup {
    let words = visit.words;
    let all = list_of(programs, "clients");
    html! {
        @if all.is_empty() { p.none { (words.say("keys-no-programs")) } }
        @else { (scrolled(words, &words.say("keys-programs"), html! { table.inbox {
            thead { tr { th scope="col" { (words.say("name")) } th scope="col" { (words.say("programs-keys")) } th scope="col" { (words.say("keys-age")) } } }
            tbody { @for one in all { tr {
                th scope="row" { (text_of(one, "client_id")) }
                td { @for key in list_of(one, "keys") { code { (key.as_str().unwrap_or_default()) } " " } @for certificate in list_of(one, "certificates") { code { (figures::hash(certificate.as_str().unwrap_or_default())) } " " } }
                td { (ago(visit, text_of(one, "since"))) }
            } } }
        } })) }
        p.hint { (words.say("keys-age-says")) }
    }
}

fn of_hooks(visit: &Visit, keys: &Value) -> Markup {
    let words = visit.words;
    let all = list_of(keys, "webhooks");
    html! {
        @if all.is_empty() { p.none { (words.say("keys-no-hooks")) } }
        @else { (scrolled(words, &words.say("keys-hooks"), html! { table {
            thead { tr { th scope="col" { (words.say("people-since")) } th scope="col" { (words.say("keys-whose")) } } }
            tbody { @for one in all { tr {
                th scope="row" { (ago(visit, text_of(one, "made"))) @if let Some(until) = one["replaced_until"].as_str() { br; small { (words.with("keys-both-until", &[("time", text(visit.moment(until)))])) } } }
                td { (super::staff::person(text_of(one, "owner"))) }
            } } }
        } })) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn bytes_are_said_in_their_unit() {
        assert_eq!(bytes(1_500), "1.5\u{a0}kB");
        assert_eq!(bytes(20_500_000_000), "20.5\u{a0}GB");
        assert_eq!(bytes(2_000_000_000_000), "2.0\u{a0}TB");
    }

    /// Only what was measured is said, and what needs somebody is counted.
    #[test]
    fn what_is_not_known_is_not_said_to_be_well_or_ill() {
        let words = Words(Lang::En);
        assert!(trouble(words, &json!({})).is_empty());
        let unknown = words.say("unknown");
        assert_eq!(shown(words, &json!({}))[3].1, unknown);
        let bad = json!({
            "disk": { "free_bytes": 4_000_000_000_u64, "total_bytes": 100_000_000_000_u64 },
            "requests": { "failed": 2 }, "webhooks": { "stopped": 1 },
        });
        assert_eq!(trouble(words, &bad).len(), 3);
        let good = json!({ "disk": { "free_bytes": 50_000_000_000_u64, "total_bytes": 100_000_000_000_u64 } });
        assert!(trouble(words, &good).is_empty());
    }
}
