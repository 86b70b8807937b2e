//! One proposal: who wants what and why, what it changes, and the word of somebody else.

use super::diff::diff;
use super::edit::text_of_set;
use super::{adopts, is_me, proposes, run};
use crate::desks::staff::{ago, list_of, person, text_of};
use crate::figures;
use crate::parts::field::{Field, choice, field, summary};
use crate::parts::form::{button, form, hidden, one_button};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note, tag};
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::text;
use axum::http::{Method, StatusCode};
use maud::{Markup, html};
use serde_json::{Value, json};

/// Where a proposal stands, as a tag.
pub fn state(visit: &Visit, draft: &Value) -> Markup {
    let state = text_of(draft, "state");
    let kind = match state {
        "open" => "warn",
        "adopted" => "ok",
        _ => "",
    };
    tag(kind, &visit.words.say(&format!("draft-{state}")))
}

/// It.
pub async fn show(visit: &Visit) -> Said {
    page(visit, None).await
}

async fn page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let id = visit.named("draft");
    let draft = visit.ask.get(&format!("/risk/drafts/{id}")).await?.body;
    let sets = visit.ask.get("/risk/rule-sets").await?.body;
    let judges = |set: &&Value| set["judging"] == true && set["stage"] == "active";
    let active = list_of(&sets, "items").iter().find(judges);
    let number = active.map(|set| set["number"].to_string()).unwrap_or_default();
    let (before, _) = text_of_set(visit, &number).await?;
    let name = text_of(&draft, "name");
    let title = words.with("draft-title", &[("name", text(name))]);
    let open = draft["state"] == "open";
    let runs = run::of_draft(visit, &draft).await;
    let body = html! {
        (head(&title, &words.with("draft-by", &[("who", text(person(text_of(&draft, "by")))), ("ago", text(ago(visit, text_of(&draft, "since"))))])))
        @if let Some(trouble) = trouble { (summary(words, &trouble.says(words), &faults_of(visit, trouble))) }
        p { (state(visit, &draft)) @for set in list_of(&draft, "sets") { " " a href={ "/rules/sets/" (set) } { (words.with("draft-became", &[("set", text(set.to_string()))])) } } }
        @if let Some(model) = draft["model"].as_str() { p { (words.say("draft-model")) " " a href={ "/rules/models/" (model) } { code { (figures::hash(model)) } } } }
        @if !text_of(&draft, "says").is_empty() { blockquote.said { (text_of(&draft, "says")) } }
        section.p aria-labelledby="changes" {
            header { h2 id="changes" { (words.say("draft-changes")) } }
            @if number.is_empty() { p { (words.say("draft-nothing-in-force")) } }
            @else if before.is_empty() { p { (words.say("draft-no-text")) } }
            @else { (diff(words, &before, text_of(&draft, "text"))) }
        }
        (run::list(visit, &runs))
        @if open { (decide(visit, &draft, id, trouble)) }
        div.row-of.after {
            @if proposes(visit) {
                (one_button(visit, "/rules/replays", &words.say("edit-replay"), &[("draft", id)]))
                a.btn href={ "/rules/edit?draft=" (id) } { (words.say("draft-edit")) }
            }
            a.btn href="/rules" { (words.say("rules-back")) }
        }
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

/// The word of somebody else; whoever proposed it may take it back.
fn decide(visit: &Visit, draft: &Value, id: &str, trouble: Option<&Trouble>) -> Markup {
    let words = visit.words;
    let mine = is_me(visit, text_of(draft, "by"));
    let faults = trouble.map(|trouble| faults_of(visit, trouble)).unwrap_or_default();
    let stages: Vec<(String, String)> = ["shadow", "canary", "active"]
        .map(|stage| (stage.to_owned(), words.say(&format!("adopt-{stage}")).into_owned()))
        .into();
    let stage = visit.form.filled("stage").unwrap_or("shadow");
    let path = format!("/rules/drafts/{id}");
    html! {
        @if mine {
            (note(Weight::Know, &words.say("draft-own"), html! {
                p { (words.say("draft-own-says")) }
                (one_button(visit, &format!("{path}/withdraw"), &words.say("draft-take-back"), &[]))
            }))
        } @else if adopts(visit) {
            section.p.decide aria-labelledby="adopt" {
                header { h2 id="adopt" { (words.say("adopt-title")) } }
                p { (words.say("adopt-says")) }
                (form(visit, &format!("{path}/adopt"), html! {
                    (choice(Field { name: "stage", label: &words.say("adopt-stage"), value: stage, ..Field::default() }, &stages, &faults))
                    (field(Field { name: "share", label: &words.say("adopt-share"), hint: &words.say("adopt-share-hint"), value: visit.form.get("share"), keys: "decimal", ..Field::default() }, &faults))
                    (bounds(visit, &faults))
                    (button(&words.say("adopt-do"), true))
                }))
                (form(visit, &format!("{path}/withdraw"), html! { (hidden("by", "other")) (button(&words.say("draft-turn-down"), false)) }))
            }
        } @else {
            (note(Weight::Know, &words.say("draft-waits"), html! { p { (words.say("draft-waits-says")) } }))
        }
    }
}

/// What is wrong, at the fields of the form.
fn faults_of(visit: &Visit, trouble: &Trouble) -> Vec<(String, String)> {
    let faults = trouble.said_fields(visit.words).into_iter();
    faults.map(|(name, says)| (called(&name).to_owned(), says)).collect()
}

/// What a bound is called in the form, by its name in the API.
fn called(name: &str) -> &str {
    match name {
        "share_ppm" => "share",
        "stopped_ppm_max" => "stopped",
        "hold_hours" => "hold-hours",
        "loss_max" => "loss",
        other => other,
    }
}

/// What is as usual unless somebody says otherwise.
fn bounds(visit: &Visit, faults: &[(String, String)]) -> Markup {
    let words = visit.words;
    let typed = |name: &'static str| visit.form.get(name);
    let options = |name: &str, values: &[&str]| -> Vec<(String, String)> {
        let word = |value: &&str| {
            let says = words.say(&format!("adopt-{name}-{value}")).into_owned();
            ((*value).to_owned(), says)
        };
        values.iter().map(word).collect()
    };
    let any = ["hold-hours", "stopped", "loss"].iter().any(|name| !typed(name).is_empty());
    html! { details.data open[any || !faults.is_empty()] {
        summary { (words.say("adopt-bounds")) }
        @for name in ["hold-hours", "stopped", "loss"] {
            (field(Field { name, label: &words.say(&format!("adopt-{name}")), hint: &words.say(&format!("adopt-{name}-hint")), value: typed(name), keys: "decimal", ..Field::default() }, faults))
        }
        @for (name, values) in [("end", &["refuse", "release"][..]), ("eyes", &["same", "two", "one"]), ("model", &["keep", "none"])] {
            (choice(Field { name, label: &words.say(&format!("adopt-{name}")), value: typed(name), ..Field::default() }, &options(name, values), faults))
        }
    } }
}

/// The order that the form says.
fn order(visit: &Visit) -> Result<Value, Trouble> {
    let typed = |name: &str| visit.form.filled(name);
    let stage = visit.form.get("stage");
    let mut order = json!({ "stage": stage });
    if stage == "canary" {
        let wrong = || Trouble::field("share", "adopt-share-wrong");
        order["share_ppm"] = json!(millionths(visit.form.get("share")).ok_or_else(wrong)?);
    }
    if let Some(share) = typed("stopped") {
        let wrong = || Trouble::field("stopped", "adopt-share-wrong");
        order["stopped_ppm_max"] = json!(millionths(share).ok_or_else(wrong)?);
    }
    for (name, part) in [("hold-hours", "hold_hours"), ("loss", "loss_max")] {
        if let Some(number) = typed(name) {
            let number: u32 = number
                .replace(',', "")
                .parse()
                .map_err(|_| Trouble::field(name, "adopt-number-wrong"))?;
            order[part] = json!(number);
        }
    }
    if let Some(end @ ("refuse" | "release")) = typed("end") {
        order["at_end"] = json!(end);
    }
    if let Some(eyes @ ("two" | "one")) = typed("eyes") {
        order["four_eyes"] = json!(eyes == "two");
    }
    if typed("model") == Some("none") {
        order["without_model"] = json!(true);
    }
    Ok(order)
}

/// A share in percent as millionths.
fn millionths(typed: &str) -> Option<u32> {
    let digits = typed.trim().trim_end_matches(['%', '％']).trim();
    let share: f64 = digits.parse().ok()?;
    let ppm = (share * 10_000.0).round();
    (1.0..=1_000_000.0).contains(&ppm).then_some(ppm as u32)
}

/// Puts it into force.
pub async fn adopt(visit: &Visit) -> Said {
    let order = match order(visit) {
        Ok(order) => order,
        Err(trouble) => return page(visit, Some(&trouble)).await,
    };
    let path = format!("/risk/drafts/{}/adopt", visit.named("draft"));
    match visit.ask.post(&path, order).await {
        Ok(set) => Ok(Shown::Next(format!("/rules/sets/{}", set.body["number"]))),
        Err(trouble) if trouble.is_stranger() || trouble.status == StatusCode::NOT_FOUND => {
            Err(trouble)
        }
        Err(trouble) => page(visit, Some(&trouble)).await,
    }
}

/// Nobody adopts it any more.
pub async fn withdraw(visit: &Visit) -> Said {
    let path = format!("/risk/drafts/{}", visit.named("draft"));
    match visit.ask.send(Method::DELETE, &path, None, &[]).await {
        Ok(_) => Ok(Shown::Next("/rules".to_owned())),
        Err(trouble) if trouble.status == StatusCode::CONFLICT => page(visit, Some(&trouble)).await,
        Err(trouble) => Err(trouble),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_typed_in_percent() {
        assert_eq!(millionths("5"), Some(50_000));
        assert_eq!(millionths(" 0.25 % "), Some(2_500));
        for wrong in ["", "0", "101", "five", "-1", "NaN"] {
            assert_eq!(millionths(wrong), None, "{wrong}");
        }
    }
}
