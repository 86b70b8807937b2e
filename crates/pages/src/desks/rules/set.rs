//! One rule set that was adopted.

use super::edit::{lists_table, rules_table};
use super::{adopts, interval, of_set, part, precision, proposes, stage};
use crate::desks::staff::{list_of, person, scrolled, text_of};
use crate::figures;
use crate::parts::figure::{Source, provenance};
use crate::parts::form::{button, form, hidden, one_button};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note};
use crate::visit::{Said, Shown, Visit};
use crate::words::{count, text};
use maud::{Markup, html};
use serde_json::{Value, json};

/// It.
pub async fn show(visit: &Visit) -> Said {
    let words = visit.words;
    let number = visit.named("set");
    let answer = visit.ask.get(&format!("/risk/rule-sets/{number}")).await?;
    let (read, set) = (&answer.body, &answer.body["set"]);
    let quality = visit.ask.get("/risk/quality").await?.body;
    let name = text_of(set, "name");
    let title = words.with("set-called", &[("n", text(number)), ("name", text(name))]);
    let (rules, lists) = (list_of(read, "rules"), list_of(read, "lists"));
    visit.page(&title, html! {
        (head(&title, &words.with("set-says", &[("n", count(rules.len() as u64))])))
        p { (stage(visit, set)) }
        (facts(visit, set, of_set(&quality, &set["number"])))
        @if proposes(visit) { div.row-of.after {
            (one_button(visit, "/rules/replays", &words.say("edit-replay"), &[("set", number)]))
            a.btn href={ "/rules/edit?set=" (number) } { (words.say("set-edit")) }
        } }
        section.p aria-labelledby="rules" {
            header { h2 id="rules" { (words.say("set-rules")) } }
            (rules_table(visit, rules))
        }
        (by_rule(visit, set, &quality))
        section.p aria-labelledby="lists" {
            header { h2 id="lists" { (words.say("lists-title")) } }
            @if lists.is_empty() { p { (words.say("lists-none")) } }
            @else { (lists_table(visit, lists)) p.hint { (words.with("lists-changed-by", &[("who", text(person(set["proposed_by"].as_str().unwrap_or(text_of(set, "adopted_by")))))])) } }
            p.hint { (words.say("lists-say")) }
        }
        (written(visit, read))
        @if adopts(visit) && set["in_force"] == true { (end(visit, number)) }
        (provenance(words, &Source { entry: answer.entry, ..Source::default() }, &title))
    })
}

fn facts(visit: &Visit, set: &Value, of: Option<&Value>) -> Markup {
    let words = visit.words;
    let counted = |name: &str| of.map_or(0, |of| of[name].as_u64().unwrap_or(0));
    let judged: u64 = ["approved", "asked", "held", "refused"].into_iter().map(counted).sum();
    let share = |name: &str| part(Some(counted(name)), Some(judged));
    html! { dl.facts {
        div { dt { (words.say("rules-by")) } dd { (person(text_of(set, "adopted_by"))) @if let Some(by) = set["proposed_by"].as_str() { ", " (words.with("rules-proposed-by", &[("who", text(person(by)))])) } } }
        div { dt { (words.say("rules-judged")) } dd { (figures::number(judged)) } }
        @for (word, name) in [("rules-asked", "asked"), ("rules-held", "held"), ("rules-refused", "refused")] {
            div { dt { (words.say(word)) } dd { (figures::number(counted(name))) " · " (share(name)) } }
        }
        div { dt { (words.say("rules-precision")) } dd { @match of { Some(of) => (precision(&of["marks"])), None => "–" } } }
        div { dt { (words.say("set-holds")) } dd { (words.with(&format!("set-holds-{}", text_of(set, "at_end")), &[("n", count(set["hold_hours"].as_u64().unwrap_or(0)))])) } }
        div { dt { (words.say("set-ends")) } dd { (words.with("set-ends-says", &[("share", text(super::percent(set["stopped_ppm_max"].as_f64().unwrap_or(0.0) / 1e6)))])) } }
        div { dt { (words.say("rules-program")) } dd { code { (figures::hash(text_of(set, "program"))) } } }
        @if let Some(model) = set["model"].as_str() { div { dt { (words.say("rules-model")) } dd { a href={ "/rules/models/" (model) } { code { (figures::hash(model)) } } } } }
    } }
}

/// How well each rule of it did.
fn by_rule(visit: &Visit, set: &Value, quality: &Value) -> Markup {
    let words = visit.words;
    let mut rules: Vec<&Value> =
        list_of(quality, "rules").iter().filter(|rule| rule["rule_set"] == set["number"]).collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule["marks"]["stopped"].as_u64()));
    html! { @if !rules.is_empty() { section.p aria-labelledby="by-rule" {
        header { h2 id="by-rule" { (words.say("by-rule-title")) } }
        (scrolled(words, &words.say("by-rule-title"), html! { table {
            thead { tr { th scope="col" { (words.say("rule-name")) } th.num scope="col" { (words.say("rules-stopped")) } th.num scope="col" { (words.say("marks-marked")) } th.num scope="col" { (words.say("marks-right")) } th.num scope="col" { (words.say("rules-precision")) } th.num scope="col" { (words.say("rules-recall")) } } }
            tbody { @for rule in rules { @let marks = &rule["marks"]; tr {
                th scope="row" { code { (text_of(rule, "rule")) } }
                @for name in ["stopped", "marked", "right"] { td.num { (figures::number(marks[name].as_u64().unwrap_or(0))) } }
                td.num { (precision(marks)) } td.num { (interval(&marks["recall"])) }
            } } }
        } }))
        p.hint { (words.say("by-rule-hint")) }
    } } }
}

fn written(visit: &Visit, read: &Value) -> Markup {
    let words = visit.words;
    let label = words.with("as-text", &[("what", text(words.say("set-text")))]);
    html! { section.p aria-labelledby="written" {
        header { h2 id="written" { (words.say("set-text")) } }
        @match read["text"].as_str() {
            None => p { (words.say("set-text-none")) },
            Some(all) => {
                @if read["text_from"] == "program" { p { (words.say("set-text-shipped")) } }
                details.data { summary { (words.say("set-text-show")) } div.scroll tabindex="0" role="region" aria-label=(label) { pre.sql lang="en" { code { (all) } } } }
            }
        }
    } }
}

fn end(visit: &Visit, number: &str) -> Markup {
    let words = visit.words;
    html! { section.p.decide aria-labelledby="end" {
        header { h2 id="end" { (words.say("set-end")) } }
        p { (words.say("set-end-says")) }
        (form(visit, &format!("/rules/sets/{number}/withdraw"), html! { (button(&words.say("set-end-do"), false)) }))
    } }
}

/// Ends a set, after one more question.
pub async fn withdraw(visit: &Visit) -> Said {
    let words = visit.words;
    let number = visit.named("set");
    if visit.form.get("sure") != "1" {
        let title = words.with("set-end-sure", &[("n", text(number))]);
        return visit.page(&title, html! {
            (head(&title, ""))
            (note(Weight::Stop, &words.say("set-end"), html! {
                p { (words.say("set-end-says")) }
                (form(visit, &format!("/rules/sets/{number}/withdraw"), html! {
                    (hidden("sure", "1"))
                    div.row-of { (button(&words.say("set-end-yes"), true)) a.btn href={ "/rules/sets/" (number) } { (words.say("rules-back")) } }
                }))
            }))
        });
    }
    visit.ask.post(&format!("/risk/rule-sets/{number}/withdraw"), json!({})).await?;
    Ok(Shown::Next(format!("/rules/sets/{number}")))
}
