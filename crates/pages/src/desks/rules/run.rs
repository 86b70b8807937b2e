//! A run of rules over the past: how far it is, what it found, and what can be done with the text it ran.

use super::{interval, part, proposes, ruling};
use crate::desks::staff::{ago, list_of, person, scrolled, text_of};
use crate::figures;
use crate::parts::figure::{Figure, Point, Source, figure};
use crate::parts::form::one_button;
use crate::parts::frame::head;
use crate::parts::note::{Weight, note, tag};
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{count, text};
use axum::http::{Method, StatusCode};
use maud::{Markup, html};
use serde_json::{Value, json};

/// Runs that are listed.
const LISTED: usize = 5;
/// Runs among which those of a proposal are looked for.
const LOOKED_AT: usize = 20;

/// The latest runs.
pub fn list(visit: &Visit, runs: &[Value]) -> Markup {
    let words = visit.words;
    html! { @if !runs.is_empty() { section.p aria-labelledby="runs" {
        header { h2 id="runs" { (words.say("runs-title")) } }
        ul.plain { @for run in runs.iter().take(LISTED) { li {
            span { a href={ "/rules/replays/" (text_of(run, "id")) } { (of(visit, run)) } " " (state(visit, run)) }
            small { (words.with("draft-by", &[("who", text(person(text_of(run, "by")))), ("ago", text(ago(visit, text_of(run, "since"))))])) }
        } } }
    } } }
}

/// Runs of a proposal: those of the proposal itself, and those by who proposed it of the same text, before it was one.
pub async fn of_draft(visit: &Visit, draft: &Value) -> Vec<Value> {
    let all = visit.ask.get("/risk/replays").await.map(|answer| answer.body).unwrap_or_default();
    let mut found = Vec::new();
    for run in list_of(&all, "items").iter().take(LOOKED_AT) {
        let of_it = run["draft"] == draft["id"];
        let perhaps =
            run["draft"].is_null() && run["rule_set"].is_null() && run["by"] == draft["by"];
        if of_it || perhaps && same_text(visit, run, draft).await {
            found.push(run.clone());
        }
    }
    found
}

/// Whether a run was of just this text, which lists do not bear.
async fn same_text(visit: &Visit, run: &Value, draft: &Value) -> bool {
    let path = format!("/risk/replays/{}", text_of(run, "id"));
    let lines = |of: &Value| text_of(of, "text").replace("\r\n", "\n").trim_end().to_owned();
    visit.ask.get(&path).await.is_ok_and(|whole| lines(&whole.body) == lines(draft))
}

/// Of what it is.
fn of(visit: &Visit, run: &Value) -> String {
    let words = visit.words;
    match (run["rule_set"].as_u64(), run["draft"].is_string()) {
        (Some(set), _) => words.with("run-of-set", &[("set", text(set.to_string()))]),
        (None, true) => words.say("run-of-draft").into_owned(),
        (None, false) => words.say("run-of-text").into_owned(),
    }
}

/// Of which days it judges the payments; nothing if of all.
fn of_days(visit: &Visit, run: &Value) -> String {
    let words = visit.words;
    let day = |name: &str| run[name].as_str().map(|day| visit.day(day));
    match (day("from"), day("to")) {
        (None, None) => String::new(),
        (from, to) => {
            let open = || words.say("run-days-open").into_owned();
            let put =
                [("from", text(from.unwrap_or_else(open))), ("to", text(to.unwrap_or_else(open)))];
            words.with("run-of-days", &put)
        }
    }
}

fn state(visit: &Visit, run: &Value) -> Markup {
    let state = text_of(run, "status");
    let kind = match state {
        "running" => "warn",
        "done" => "ok",
        "failed" => "bad",
        _ => "",
    };
    tag(kind, &visit.words.say(&format!("run-{state}")))
}

/// Begins one, of an adopted set or a proposal.
pub async fn begin(visit: &Visit) -> Said {
    let asked = match (visit.form.filled("draft"), visit.form.get("set").parse::<u16>()) {
        (Some(draft), _) => json!({ "draft": draft }),
        (None, Ok(set)) => json!({ "rule_set": set }),
        (None, Err(_)) => return Err(Trouble::not_found()),
    };
    let to = |run: &str| Ok(Shown::Next(format!("/rules/replays/{run}")));
    match visit.ask.post("/risk/replays", asked).await {
        Ok(run) => to(text_of(&run.body, "id")),
        // One is going on: it is shown, and can be stopped there.
        Err(trouble) => match trouble.document["replay"].as_str() {
            Some(run) if trouble.status == StatusCode::CONFLICT => to(run),
            _ => Err(trouble),
        },
    }
}

/// Stops one.
pub async fn stop(visit: &Visit) -> Said {
    let id = visit.named("replay");
    visit.ask.send(Method::DELETE, &format!("/risk/replays/{id}"), None, &[]).await?;
    Ok(Shown::Next(format!("/rules/replays/{id}")))
}

/// How far it is, or what it found.
pub async fn show(visit: &Visit) -> Said {
    let words = visit.words;
    let id = visit.named("replay");
    let run = visit.ask.get(&format!("/risk/replays/{id}")).await?.body;
    let title = words.say("run-title");
    visit.page(&title, html! {
        (head(&title, format!("{} {}", of(visit, &run), of_days(visit, &run)).trim_end()))
        @if let Some(model) = run["model"].as_str() { p { (words.say("run-model")) " " a href={ "/rules/models/" (model) } { code { (figures::hash(model)) } } } }
        p { (state(visit, &run)) " " (words.with("draft-by", &[("who", text(person(text_of(&run, "by")))), ("ago", text(ago(visit, text_of(&run, "since"))))])) }
        (next(visit, &run, id))
        @match text_of(&run, "status") {
            "running" => (progress(visit, &run, id)),
            "failed" => (note(Weight::Stop, &words.say("run-failed-title"), html! { p lang="en" { (text_of(&run, "why")) } })),
            "stopped" => p { (words.say("run-stopped-says")) },
            _ => (found(visit, &run)),
        }
    })
}

/// Of a run that goes on.
fn progress(visit: &Visit, run: &Value, id: &str) -> Markup {
    let words = visit.words;
    let (done, all) =
        (run["entries_done"].as_u64().unwrap_or(0), run["entries"].as_u64().unwrap_or(0));
    html! {
        div data-again="" role="status" {
            p { (words.with("run-progress", &[("done", text(figures::number(done))), ("all", text(figures::number(all)))])) }
            progress value=(done) max=(all.max(1)) aria-label=(words.say("run-title")) { (part(Some(done), Some(all))) }
        }
        div.row-of {
            a.btn.pri href={ "/rules/replays/" (id) } { (words.say("run-look-again")) }
            @if proposes(visit) { (one_button(visit, &format!("/rules/replays/{id}/stop"), &words.say("run-stop"), &[])) }
        }
    }
}

/// What can be done with it.
fn next(visit: &Visit, run: &Value, id: &str) -> Markup {
    let words = visit.words;
    html! { div.row-of.after {
        @if run["text"].is_string() && proposes(visit) { a.btn.pri href={ "/rules/edit?replay=" (id) } { (words.say("run-edit")) } }
        @if let Some(draft) = run["draft"].as_str() { a.btn.pri href={ "/rules/drafts/" (draft) } { (words.say("run-draft")) } }
        a.btn href="/rules" { (words.say("rules-back")) }
    } }
}

fn found(visit: &Visit, run: &Value) -> Markup {
    let words = visit.words;
    let found = &run["found"];
    let judged = found["judged"].as_u64().unwrap_or(0);
    let outcomes = list_of(found, "outcomes");
    let payments = |name: &str| {
        let found = outcomes.iter().find(|found| found["name"] == name);
        found.map_or(0, |found| found["payments"].as_u64().unwrap_or(0))
    };
    let points: Vec<Point> = ["ask", "hold", "refuse"]
        .map(|name| Point {
            label: words.say(&format!("ruling-{name}")).into_owned(),
            value: payments(name),
        })
        .into();
    let says = words.with(
        "run-says",
        &[
            ("judged", text(figures::number(judged))),
            ("ask", text(figures::number(payments("ask")))),
            ("hold", text(figures::number(payments("hold")))),
            ("refuse", text(figures::number(payments("refuse")))),
            (
                "share",
                text(part(
                    Some(payments("ask") + payments("hold") + payments("refuse")),
                    Some(judged),
                )),
            ),
        ],
    );
    let source = Source { entry: run["entries"].as_u64(), ..Source::default() };
    html! {
        (figure(words, &Figure {
            id: "would",
            heading: &words.say("run-would"),
            says: &says,
            columns: [&words.say("rule-demands"), &words.say("run-payments")],
            points: &points,
            source: &source,
        }))
        (changed(visit, list_of(found, "changed")))
        (by_outcome(visit, outcomes))
        (by_rule(visit, list_of(found, "rules")))
        p.hint { (words.say("run-hint")) }
    }
}

/// Payments to look at.
fn examples(of: &Value) -> Markup {
    html! { span.links { @for id in list_of(of, "examples").iter().filter_map(Value::as_str) {
        a href={ "/payments/" (id) } { code { (id.get(id.len().saturating_sub(6)..).unwrap_or(id)) } }
    } } }
}

fn money(of: &Value) -> Markup {
    html! { @for (at, sum) in list_of(of, "money").iter().enumerate() {
        @if at > 0 { br; }
        (figures::money(text_of(sum, "amount"), text_of(sum, "currency")))
    } }
}

/// What would be otherwise than it was ruled; apart from it what nobody had judged, so that a small change is not lost in it.
fn changed(visit: &Visit, changed: &[Value]) -> Markup {
    let words = visit.words;
    let (ruled, unjudged): (Vec<&Value>, Vec<&Value>) =
        changed.iter().partition(|one| one["was"].is_string());
    let all = |of: &[&Value]| -> u64 {
        of.iter().filter_map(|one| one["would"]["payments"].as_u64()).sum()
    };
    html! {
        section.p aria-labelledby="changed" {
            header { h2 id="changed" { (words.say("run-changed")) } }
            p.say { (words.with("run-changed-says", &[("n", count(all(&ruled)))])) }
            @if !ruled.is_empty() { (changes(visit, "run-changed", &ruled)) }
        }
        @if !unjudged.is_empty() { section.p aria-labelledby="unjudged" {
            header { h2 id="unjudged" { (words.say("run-unjudged-title")) } }
            p.say { (words.with("run-unjudged-says", &[("n", count(all(&unjudged)))])) }
            (changes(visit, "run-unjudged-title", &unjudged))
        } }
    }
}

fn changes(visit: &Visit, heading: &str, changed: &[&Value]) -> Markup {
    let words = visit.words;
    scrolled(
        words,
        &words.say(heading),
        html! { table {
            thead { tr { th scope="col" { (words.say("run-was")) } th scope="col" { (words.say("run-would-be")) } th.num scope="col" { (words.say("run-payments")) } th.num scope="col" { (words.say("run-money")) } th scope="col" { (words.say("run-examples")) } } }
            tbody { @for one in changed { @let would = &one["would"]; tr {
                th scope="row" { @match one["was"].as_str() { Some(was) => (ruling(visit, was)), None => (words.say("run-unjudged")) } }
                td { (ruling(visit, text_of(would, "name"))) }
                td.num { (figures::number(would["payments"].as_u64().unwrap_or(0))) }
                td.num { (money(would)) }
                td { (examples(would)) }
            } } }
        } },
    )
}

fn by_outcome(visit: &Visit, outcomes: &[Value]) -> Markup {
    let words = visit.words;
    html! { section.p aria-labelledby="outcomes" {
        header { h2 id="outcomes" { (words.say("run-outcomes")) } }
        (scrolled(words, &words.say("run-outcomes"), html! { table {
            thead { tr { th scope="col" { (words.say("run-would-be")) } th.num scope="col" { (words.say("run-payments")) } th.num scope="col" { (words.say("run-payers")) } th.num scope="col" { (words.say("run-money")) } th.num scope="col" { (words.say("rules-precision")) } th scope="col" { (words.say("run-examples")) } } }
            tbody { @for of in outcomes { tr {
                th scope="row" { (ruling(visit, text_of(of, "name"))) }
                td.num { (figures::number(of["payments"].as_u64().unwrap_or(0))) }
                td.num { (figures::number(of["payers"].as_u64().unwrap_or(0))) }
                td.num { (money(of)) }
                td.num { @if of["name"] != "approve" { (interval(&of["precision"])) } }
                td { @if of["name"] != "approve" { (examples(of)) } }
            } } }
        } }))
    } }
}

fn by_rule(visit: &Visit, rules: &[Value]) -> Markup {
    let words = visit.words;
    let mut rules: Vec<&Value> = rules.iter().collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule["payments"].as_u64()));
    html! { section.p aria-labelledby="rules" {
        header { h2 id="rules" { (words.say("run-rules")) } }
        (scrolled(words, &words.say("run-rules"), html! { table {
            thead { tr { th scope="col" { (words.say("rule-name")) } th.num scope="col" { (words.say("run-payments")) } th.num scope="col" { (words.say("run-alone")) } th.num scope="col" { (words.say("run-payers")) } th.num scope="col" { (words.say("rules-precision")) } th scope="col" { (words.say("run-examples")) } } }
            tbody { @for rule in rules { tr {
                th scope="row" { code { (text_of(rule, "name")) } }
                @for name in ["payments", "alone", "payers"] { td.num { (figures::number(rule[name].as_u64().unwrap_or(0))) } }
                td.num { (interval(&rule["precision"])) }
                td { (examples(rule)) }
            } } }
        } }))
    } }
}
