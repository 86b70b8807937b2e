//! The rules desk: what judges, what was proposed, how well it did. One set is in `set.rs`, models in `models.rs`, the editor in `edit.rs`, a proposal in
//! `draft.rs`, a run over the past in `run.rs`, figures over time in `quality.rs`; `diff.rs` compares texts.

mod diff;
mod draft;
mod edit;
mod models;
mod quality;
mod run;
mod set;

use super::staff::{ago, list_of, person, scrolled, text_of, views};
use crate::figures;
use crate::inside;
use crate::parts::figure::{Source, provenance};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note, tag};
use crate::row::Row;
use crate::visit::{Said, Visit};
use crate::words::{Lang, count, text};
use maud::{Markup, html};
use serde_json::Value;

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/rules", overview),
        inside!(GET "/rules/quality", quality::show),
        inside!(GET "/rules/models", models::list),
        inside!(POST "/rules/models", models::hand_in).with_file(),
        inside!(GET "/rules/models/{model}", models::show),
        inside!(POST "/rules/models/{model}/golden", models::golden).with_file(),
        inside!(POST "/rules/models/{model}/replay", models::replay),
        inside!(POST "/rules/models/{model}/propose", models::propose),
        inside!(POST "/rules/models/{model}/remove", models::remove),
        inside!(GET "/rules/sets/{set}", set::show),
        inside!(POST "/rules/sets/{set}/withdraw", set::withdraw),
        inside!(GET "/rules/edit", edit::open),
        inside!(POST "/rules/edit", edit::work),
        inside!(POST "/rules/check", edit::check_part),
        inside!(GET "/rules/drafts/{draft}", draft::show),
        inside!(POST "/rules/drafts/{draft}/adopt", draft::adopt),
        inside!(POST "/rules/drafts/{draft}/withdraw", draft::withdraw),
        inside!(POST "/rules/replays", run::begin),
        inside!(GET "/rules/replays/{replay}", run::show),
        inside!(POST "/rules/replays/{replay}/stop", run::stop),
    ]
}

/// Whether somebody may propose rules, and so check and replay them.
fn proposes(visit: &Visit) -> bool {
    visit.me.as_ref().is_some_and(|me| me.is_one_of(&["analyst", "chief_analyst"]))
}

/// Whether somebody may put rules into force.
fn adopts(visit: &Visit) -> bool {
    visit.me.as_ref().is_some_and(|me| me.is_one_of(&["chief_analyst"]))
}

/// Whether somebody of the journal is who looks.
fn is_me(visit: &Visit, id: &str) -> bool {
    visit.me.as_ref().is_some_and(|me| id == format!("user:{}", me.name))
}

/// The desk's own views.
fn places(visit: &Visit, now: &str) -> Markup {
    let words = visit.words;
    let all = [
        ("/rules", "rules-view-sets"),
        ("/rules/quality", "rules-view-quality"),
        ("/rules/models", "rules-view-models"),
    ]
    .map(|(path, word)| (path.to_owned(), words.say(word).into_owned()));
    views(visit, "rules-views", &all, now)
}

/// Rule sets, those that judge first.
async fn overview(visit: &Visit) -> Said {
    let words = visit.words;
    let read = visit.ask.get("/risk/rule-sets").await?;
    let quality = visit.ask.get("/risk/quality").await?.body;
    let drafts = visit.ask.get("/risk/drafts").await?.body;
    let replays = visit.ask.get("/risk/replays").await?.body;
    let mut sets: Vec<&Value> = list_of(&read.body, "items").iter().collect();
    sets.sort_by_key(|set| {
        (set["judging"] != true, set["in_force"] != true, std::cmp::Reverse(set["number"].as_u64()))
    });
    let title = words.say("desk-rules");
    visit.page(&title, html! {
        (head(&title, &says(visit, &sets, &quality)))
        (places(visit, "/rules"))
        (waiting(visit, list_of(&drafts, "items"), &sets))
        @if proposes(visit) { p.row-of {
            a.btn.pri href={ "/rules/edit" @if let Some(set) = active(&sets) { "?set=" (set["number"]) } } { (words.say("rules-change")) }
        } }
        (side_by_side(visit, &sets, &quality))
        @if !sets.is_empty() { section.p aria-labelledby="sets" {
            header { h2 id="sets" { (words.say("rules-sets")) } }
            (table(visit, &sets, &quality))
            p.hint { (words.say("rules-counted")) @if quality["complete"] == false { " " (words.say("rules-reading")) } }
        } }
        (decided(visit, list_of(&drafts, "items")))
        (run::list(visit, list_of(&replays, "items")))
        (provenance(words, &Source { entry: read.entry, ..Source::default() }, &title))
    })
}

/// The set that judges every payment.
fn active<'a>(sets: &[&'a Value]) -> Option<&'a Value> {
    sets.iter().copied().find(|set| set["judging"] == true && set["stage"] == "active")
}

/// What judges and how it did, by the same figures as its row: a set's own counters begin anew, the journal's do not.
fn says(visit: &Visit, sets: &[&Value], quality: &Value) -> String {
    let words = visit.words;
    let judging = || sets.first().copied().filter(|set| set["judging"] == true);
    let Some(set) = active(sets).or_else(judging) else {
        return words.say("rules-none").into_owned();
    };
    let called = || ("set", text(called(visit, set)));
    match judged_of(of_set(quality, &set["number"])) {
        (0, _) => words.with("rules-says-none-yet", &[called()]),
        (judged, stopped) => words.with(
            "rules-says",
            &[
                called(),
                ("judged", text(figures::number(judged))),
                ("stopped", text(figures::number(stopped))),
                ("share", text(part(Some(stopped), Some(judged)))),
            ],
        ),
    }
}

/// A set as people name it: by its number, since sets may share a name.
fn called(visit: &Visit, set: &Value) -> String {
    let put = [("n", text(set["number"].to_string())), ("name", text(text_of(set, "name")))];
    visit.words.with("set-called", &put)
}

/// How many payments a set judged by the journal, and how many of them it did not just let through.
fn judged_of(of: Option<&Value>) -> (u64, u64) {
    let counted = |name: &str| of.map_or(0, |of| of[name].as_u64().unwrap_or(0));
    let stopped = ["asked", "held", "refused"].into_iter().map(counted).sum();
    (counted("approved") + stopped, stopped)
}

/// Proposals that wait, first those that this person can decide.
fn waiting(visit: &Visit, drafts: &[Value], sets: &[&Value]) -> Markup {
    let words = visit.words;
    let open: Vec<&Value> = drafts.iter().filter(|draft| draft["state"] == "open").collect();
    if open.is_empty() {
        return html! {};
    }
    let mine = |draft: &Value| is_me(visit, text_of(draft, "by"));
    let decides = adopts(visit) && open.iter().any(|draft| !mine(draft));
    let heading = words.with(
        if decides { "drafts-need-you" } else { "drafts-wait" },
        &[("n", count(open.len() as u64))],
    );
    note(
        if decides { Weight::Stop } else { Weight::Know },
        &heading,
        html! {
            ul { @for draft in &open { li {
                a href={ "/rules/drafts/" (text_of(draft, "id")) } { (text_of(draft, "name")) } ", "
                (words.with(if mine(draft) { "draft-by-you" } else { "draft-by" }, &[("who", text(person(text_of(draft, "by")))), ("ago", text(ago(visit, text_of(draft, "since"))))]))
                (trial_of(visit, draft, sets))
            } } }
        },
    )
}

/// Whether a proposal is on trial now, or was: a set that has ended, or that a newer one stands before, tries nothing.
fn trial_of(visit: &Visit, draft: &Value, sets: &[&Value]) -> Markup {
    let Some(number) = list_of(draft, "sets").last() else { return html! {} };
    let set = sets.iter().find(|set| set["number"] == *number);
    let word = match set {
        Some(set) if set["judging"] == true => "draft-on-trial",
        Some(set) if set["in_force"] == true => "draft-trial-behind",
        _ => "draft-trial-ended",
    };
    html! { ", " (visit.words.with(word, &[("set", text(number.to_string()))])) }
}

/// Proposals that were decided.
fn decided(visit: &Visit, drafts: &[Value]) -> Markup {
    let words = visit.words;
    let closed: Vec<&Value> =
        drafts.iter().filter(|draft| draft["state"] != "open").take(8).collect();
    html! { @if !closed.is_empty() { section.p aria-labelledby="decided" {
        header { h2 id="decided" { (words.say("drafts-decided")) } }
        ul.plain { @for draft in closed { li {
            span { a href={ "/rules/drafts/" (text_of(draft, "id")) } { (text_of(draft, "name")) } " " (draft::state(visit, draft)) }
            small { (words.with("draft-by", &[("who", text(person(text_of(draft, "by")))), ("ago", text(ago(visit, text_of(draft, "since"))))])) }
        } } }
    } } }
}

/// The figures of a set, by its number.
fn of_set<'a>(quality: &'a Value, number: &Value) -> Option<&'a Value> {
    list_of(quality, "sets").iter().find(|set| set["rule_set"] == *number)
}

/// The set on trial beside the one that judges.
fn side_by_side(visit: &Visit, sets: &[&Value], quality: &Value) -> Markup {
    let words = visit.words;
    let trial = sets.iter().copied().find(|set| set["judging"] == true && set["stage"] != "active");
    let (Some(trial), Some(active)) = (trial, active(sets)) else { return html! {} };
    let both = [active, trial];
    let number = |set: &Value, name: &str| figures::number(set[name].as_u64().unwrap_or(0));
    html! { section.p aria-labelledby="trial" {
        header { h2 id="trial" { (words.say("trial-title")) } }
        p.say { (words.say(if trial["stage"] == "shadow" { "trial-shadow" } else { "trial-canary" })) }
        (scrolled(words, &words.say("trial-title"), html! { table {
            thead { tr { td {} @for set in both { th.num scope="col" { (text_of(set, "name")) " " (set["number"]) br; (stage(visit, set)) } } } }
            tbody {
                tr { th scope="row" { (words.say("rules-judged")) } @for set in both { td.num { (number(set, "judged")) } } }
                tr { th scope="row" { (words.say("rules-stopped")) } @for set in both { td.num { (number(set, "stopped")) } } }
                tr { th scope="row" { (words.say("rules-share")) } @for set in both { td.num { (part(set["stopped"].as_u64(), set["judged"].as_u64())) } } }
                tr { th scope="row" { (words.say("rules-precision")) } @for set in both { td.num { (of_set(quality, &set["number"]).map_or(html! { "–" }, |of| precision(&of["marks"]))) } } }
                @if trial["stage"] == "canary" { tr { th scope="row" { (words.say("trial-lost")) } td.num { "–" } td.num { (lost(trial)) } } }
            }
        } }))
        p.hint { (words.say("trial-hint")) }
    } }
}

/// What a canary let through that the active set would not have, in main units.
fn lost(set: &Value) -> String {
    let thousandths: u64 = text_of(set, "lost").parse().unwrap_or(0);
    figures::grouped(&format!("{}.{:02}", thousandths / 1_000, thousandths % 1_000 / 10))
}

fn table(visit: &Visit, sets: &[&Value], quality: &Value) -> Markup {
    let words = visit.words;
    scrolled(
        words,
        &words.say("desk-rules"),
        html! { table {
            thead { tr {
                th scope="col" { (words.say("rules-number")) } th scope="col" { (words.say("rules-stage")) }
                th.num scope="col" { (words.say("rules-judged")) } th.num scope="col" { (words.say("rules-asked")) } th.num scope="col" { (words.say("rules-held")) }
                th.num scope="col" { (words.say("rules-refused")) } th.num scope="col" { (words.say("rules-precision")) } th scope="col" { (words.say("rules-by")) }
            } }
            tbody { @for set in sets { (row(visit, set, of_set(quality, &set["number"]))) } }
        } },
    )
}

fn row(visit: &Visit, set: &Value, of: Option<&Value>) -> Markup {
    let words = visit.words;
    let counted = |name: &str| of.map_or(0, |of| of[name].as_u64().unwrap_or(0));
    let (judged, _) = judged_of(of);
    html! {
        tr {
            th scope="row" { a href={ "/rules/sets/" (set["number"]) } { (called(visit, set)) } }
            td { (stage(visit, set)) }
            td.num { (figures::number(judged)) } td.num { (figures::number(counted("asked"))) } td.num { (figures::number(counted("held"))) } td.num { (figures::number(counted("refused"))) }
            td.num { (of.map_or(html! { "–" }, |of| precision(&of["marks"]))) }
            td { (person(text_of(set, "adopted_by"))) @if let Some(by) = set["proposed_by"].as_str() { br; small { (words.with("rules-proposed-by", &[("who", text(person(by)))])) } } }
        }
    }
}

/// How far a set may go, as a tag.
fn stage(visit: &Visit, set: &Value) -> Markup {
    let words = visit.words;
    if set["in_force"] != true {
        return tag("", &words.say("stage-over"));
    }
    if set["judging"] != true {
        return tag("", &words.say("stage-behind"));
    }
    let share = set["share_ppm"].as_u64().map(|ppm| format!(" {}", percent(ppm as f64 / 1e6)));
    let said = words.say(&format!("stage-{}", text_of(set, "stage")));
    tag("ok", &format!("{said}{}", share.unwrap_or_default()))
}

/// A share in percent.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let places = if percent == 0.0 || percent >= 10.0 {
        0
    } else if percent >= 1.0 {
        1
    } else {
        2
    };
    format!("{percent:.places$}\u{a0}%")
}

/// A part of a whole in percent; a dash of nothing.
fn part(part: Option<u64>, whole: Option<u64>) -> String {
    match (part.unwrap_or(0), whole.unwrap_or(0)) {
        (_, 0) => "–".to_owned(),
        (part, whole) => format!("{:.2}\u{a0}%", part as f64 * 100.0 / whole as f64),
    }
}

/// A share with the interval in which it probably lies; a dash where nothing was marked.
fn interval(of: &Value) -> Markup {
    let number = |name: &str| of[name].as_f64();
    match (number("value"), number("low"), number("high")) {
        (Some(value), Some(low), Some(high)) => {
            html! { (percent(value)) br; small { (percent(low)) "–" (percent(high)) } }
        }
        _ => html! { "–" },
    }
}

/// The precision of what was marked.
fn precision(marks: &Value) -> Markup {
    interval(&marks["precision"])
}

/// What a rule says, in the reader's language.
fn told<'a>(visit: &Visit, of: &'a Value) -> &'a str {
    text_of(of, if visit.words.0 == Lang::Zh { "says_zh" } else { "says" })
}

/// What a rule or a run demands, as a tag.
fn ruling(visit: &Visit, word: &str) -> Markup {
    let kind = match word {
        "ask" => "",
        "hold" => "warn",
        "refuse" => "bad",
        _ => "ok",
    };
    tag(kind, &visit.words.say(&format!("ruling-{word}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_as_many_places_as_it_needs() {
        for (share, says) in
            [(0.0, "0\u{a0}%"), (0.00123, "0.12\u{a0}%"), (0.05, "5.0\u{a0}%"), (1.0, "100\u{a0}%")]
        {
            assert_eq!(percent(share), says);
        }
        assert_eq!((part(Some(1), Some(8)), part(None, None)), ("12.50\u{a0}%".into(), "–".into()));
    }
}
