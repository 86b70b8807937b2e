//! Models: those that were handed in and those that rule sets look at. One is handed in as a file, held against golden rows of
//! its maker, tried on the past, and named by a proposal that somebody else adopts.

use super::edit::{in_force, text_of_set};
use super::{interval, of_set, places, precision, proposes, stage};
use crate::desks::staff::{ago, done, list_of, person, scrolled, text_of};
use crate::figures;
use crate::parts::field::{Field, area, field, summary};
use crate::parts::figure::{Source, provenance};
use crate::parts::form::{button, form, hidden, one_button};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note, tag};
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{Words, count, text};
use axum::http::Method;
use bytes::Bytes;
use maud::{Markup, html};
use serde_json::{Value, json};

/// Features that are in view; the others unfold.
const SHOWN: usize = 20;

type Faults<'a> = &'a [(String, String)];

/// All of them.
pub async fn list(visit: &Visit) -> Said {
    list_page(visit, None).await
}

async fn list_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let read = visit.ask.get("/risk/models").await?;
    let sets = visit.ask.get("/risk/rule-sets").await?.body;
    let quality = visit.ask.get("/risk/quality").await?.body;
    let models = list_of(&read.body, "items");
    let used = models.iter().filter(|model| !list_of(model, "rule_sets").is_empty()).count();
    let title = words.say("models-title");
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let body = html! {
        (head(&title, &words.with("models-says", &[("n", count(used as u64))])))
        (places(visit, "/rules/models"))
        (done(visit, &[("removed", "model-removed")]))
        (summary(words, &says, &faults))
        @for model in models { (one(visit, model, list_of(&sets, "items"), &quality)) }
        @if proposes(visit) { (hand_in_form(visit, &faults)) }
        (provenance(words, &Source { entry: read.entry, ..Source::default() }, &title))
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

/// What a model is called; a part of its hash where nobody named it.
fn called(words: Words, model: &Value) -> String {
    let hash = figures::hash(text_of(model, "model"));
    match model["name"].as_str() {
        Some(name) => name.to_owned(),
        None => words.with("model-unnamed", &[("hash", text(hash))]),
    }
}

/// A model with the sets that look at it, and how those did.
fn one(visit: &Visit, model: &Value, sets: &[Value], quality: &Value) -> Markup {
    let words = visit.words;
    let numbers = list_of(model, "rule_sets");
    let label = called(words, model);
    html! { section.p {
        header { h2 { a href={ "/rules/models/" (text_of(model, "model")) } { (label) } } (vouched(words, model)) }
        p { (made_of(words, model)) @if let Some(by) = model["by"].as_str() { " " (words.with("model-by", &[("who", text(person(by))), ("ago", text(ago(visit, text_of(model, "since"))))])) } }
        @if numbers.is_empty() { p { (words.say("model-unused")) } }
        @else { (scrolled(words, &label, html! { table {
            thead { tr { th scope="col" { (words.say("rules-number")) } th scope="col" { (words.say("rules-stage")) } th.num scope="col" { (words.say("marks-marked")) } th.num scope="col" { (words.say("rules-precision")) } th.num scope="col" { (words.say("rules-recall")) } } }
            tbody { @for set in sets.iter().filter(|set| numbers.contains(&set["number"])) { @let of = of_set(quality, &set["number"]); tr {
                th scope="row" { a href={ "/rules/sets/" (set["number"]) } { (words.with("set-called", &[("n", text(set["number"].to_string())), ("name", text(text_of(set, "name")))])) } }
                td { (stage(visit, set)) }
                td.num { (figures::number(of.map_or(0, |of| of["marks"]["marked"].as_u64().unwrap_or(0)))) }
                td.num { (of.map_or(html! { "–" }, |of| precision(&of["marks"]))) } td.num { (of.map_or(html! { "–" }, |of| interval(&of["marks"]["recall"]))) }
            } } }
        } })) }
    } }
}

fn made_of(words: Words, model: &Value) -> String {
    let number = |name: &str| text(figures::number(model[name].as_u64().unwrap_or(0)));
    words.with("model-made-of", &[("trees", number("trees")), ("nodes", number("nodes"))])
}

/// Whether rows of its maker vouch for it.
fn vouched(words: Words, model: &Value) -> Markup {
    match model["golden_rows"].as_u64() {
        Some(rows) => tag("ok", &words.with("model-vouched", &[("n", count(rows))])),
        None if model["name"].is_string() => tag("warn", &words.say("model-unvouched")),
        None => html! {},
    }
}

fn hand_in_form(visit: &Visit, faults: Faults<'_>) -> Markup {
    let words = visit.words;
    html! { section.p aria-labelledby="hand-in" {
        header { h2 id="hand-in" { (words.say("model-hand-in")) } }
        p { (words.say("model-hand-in-says")) }
        (file_form(visit, "/rules/models", html! {
            (field(Field { name: "name", label: &words.say("model-name"), value: visit.form.get("name"), ..Field::default() }, faults))
            (file_field(words, ["model-file", "model-file-hint"], faults))
            (button(&words.say("model-hand-in-do"), true))
        }))
        p.hint { (words.say("models-hint")) " " code { "tj model train" } }
    } }
}

fn file_form(visit: &Visit, action: &str, inside: Markup) -> Markup {
    html! { form.narrow method="post" action=(action) enctype="multipart/form-data" novalidate {
        (hidden("form_token", &visit.form_token()))
        (inside)
    } }
}

fn file_field(words: Words, [label, hint]: [&str; 2], faults: Faults<'_>) -> Markup {
    let wrong: Vec<&str> =
        faults.iter().filter(|(name, _)| name == "file").map(|(_, says)| says.as_str()).collect();
    html! { div.field.wrong[!wrong.is_empty()] {
        label for="file" { (words.say(label)) }
        p.hint id="file-hint" { (words.say(hint)) }
        @for says in wrong { p.fault id="file-fault" { (says) } }
        input id="file" name="file" type="file" aria-describedby="file-hint";
    } }
}

/// Hands one in.
pub async fn hand_in(visit: &Visit) -> Said {
    let sent = async {
        let name = visit.form.filled("name").ok_or_else(|| Trouble::field("name", "field-name"))?;
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("name", name).finish();
        send(visit, &format!("/risk/models?{query}")).await
    };
    match sent.await {
        Ok(model) => {
            Ok(Shown::Next(format!("/rules/models/{}?done=kept", text_of(&model, "model"))))
        }
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => list_page(visit, Some(&trouble)).await,
    }
}

/// Sends the file of the form.
async fn send(visit: &Visit, path: &str) -> Result<Value, Trouble> {
    let file = visit.file.as_ref().ok_or_else(|| Trouble::field("file", "model-file-none"))?;
    let body = Some(("application/octet-stream", Bytes::from(file.bytes.clone())));
    Ok(visit.ask.send_bytes(Method::POST, path, body, &[]).await?.body)
}

/// One of them.
pub async fn show(visit: &Visit) -> Said {
    page(visit, None).await
}

async fn page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let read = visit.ask.get(&format!("/risk/models/{}", visit.named("model"))).await?;
    let model = &read.body;
    let title = called(words, model);
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let works = proposes(visit) && model["name"].is_string();
    let body = html! {
        (head(&title, &made_of(words, model)))
        (done(visit, &[("kept", "model-kept"), ("vouched", "model-vouched-now")]))
        (summary(words, &says, &faults))
        (facts(visit, model))
        @if works { (work(visit, model, &faults)) }
        (asked_for(words, model))
        @if works { section.p.decide aria-labelledby="remove" {
            header { h2 id="remove" { (words.say("model-remove")) } }
            p { (words.say("model-remove-says")) }
            (one_button(visit, &format!("{}/remove", path_of(model)), &words.say("model-remove"), &[]))
        } }
        p.after { a.btn href="/rules/models" { (words.say("models-title")) } }
        (provenance(words, &Source { entry: read.entry, ..Source::default() }, &title))
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

fn path_of(model: &Value) -> String {
    format!("/rules/models/{}", text_of(model, "model"))
}

fn facts(visit: &Visit, model: &Value) -> Markup {
    let words = visit.words;
    let sets = list_of(model, "rule_sets");
    html! { dl.facts {
        @if let Some(form) = model["form"].as_str() { div { dt { (words.say("model-form")) } dd { (form) } } }
        @if let Some(by) = model["by"].as_str() { div { dt { (words.say("model-from")) } dd { (person(by)) ", " (visit.moment(text_of(model, "since"))) } } }
        @if model["name"].is_string() { div { dt { (words.say("model-golden")) } dd { (vouched(words, model)) } } }
        div { dt { (words.say("model-explained")) } dd { (words.say(if model["can_be_explained"] == true { "model-explained-yes" } else { "model-explained-no" })) } }
        div { dt { (words.say("model-sets")) } dd {
            @if sets.is_empty() { (words.say("model-unused")) }
            @for (at, set) in sets.iter().enumerate() { @if at > 0 { ", " } a href={ "/rules/sets/" (set) } { (words.with("model-set", &[("n", text(set.to_string()))])) } }
        } }
        div { dt { (words.say("model-hash")) } dd { code { (text_of(model, "model")) } } }
    } }
}

/// What is done with it next: rows that vouch for it, then the past, then a proposal.
fn work(visit: &Visit, model: &Value, faults: Faults<'_>) -> Markup {
    let words = visit.words;
    let (path, vouched) = (path_of(model), model["golden_rows"].is_u64());
    let typed = |name: &'static str| visit.form.get(name);
    html! {
        section.p aria-labelledby="golden" {
            header { h2 id="golden" { (words.say("model-golden")) } }
            @if vouched { p { (words.say("model-golden-done")) } }
            @else {
                p { (words.say("model-golden-says")) }
                (file_form(visit, &format!("{path}/golden"), html! {
                    (file_field(words, ["model-golden-file", "model-golden-file-hint"], faults))
                    (button(&words.say("model-golden-do"), true))
                }))
            }
        }
        section.p aria-labelledby="try" {
            header { h2 id="try" { (words.say("model-try")) } }
            p { (words.say("model-try-says")) }
            (one_button(visit, &format!("{path}/replay"), &words.say("edit-replay"), &[]))
        }
        section.p aria-labelledby="propose" {
            header { h2 id="propose" { (words.say("model-propose")) } }
            @if vouched {
                p { (words.say("model-propose-says")) }
                (form(visit, &format!("{path}/propose"), html! {
                    (field(Field { name: "called", label: &words.say("edit-name"), value: typed("called"), ..Field::default() }, faults))
                    (area(Field { name: "says", label: &words.say("edit-why"), hint: &words.say("edit-why-hint"), value: typed("says"), ..Field::default() }, 3, faults))
                    (button(&words.say("edit-propose-do"), true))
                }))
            } @else { (note(Weight::Know, &words.say("model-propose-first"), html! {})) }
        }
    }
}

/// How often it asks for each feature.
fn asked_for(words: Words, model: &Value) -> Markup {
    let all = list_of(model, "features");
    let most = all.iter().filter_map(|one| one["nodes"].as_u64()).max().unwrap_or(0).max(1);
    html! { section.p aria-labelledby="asked" {
        header { h2 id="asked" { (words.say("model-asks")) } }
        p.say { (words.with("model-asks-says", &[("n", count(all.len() as u64)), ("first", text(all.first().map_or("", |one| text_of(one, "feature"))))])) }
        (asked_table(words, &words.say("model-asks"), all.iter().take(SHOWN), most))
        @if all.len() > SHOWN { details.data {
            @let more = words.with("model-asks-more", &[("n", count((all.len() - SHOWN) as u64))]);
            summary { (more) }
            (asked_table(words, &more, all.iter().skip(SHOWN), most))
        } }
        p.hint { (words.say("model-asks-hint")) }
    } }
}

fn asked_table<'a>(
    words: Words,
    label: &str,
    all: impl Iterator<Item = &'a Value>,
    most: u64,
) -> Markup {
    scrolled(
        words,
        label,
        html! { table {
            thead { tr { th scope="col" { (words.say("model-feature")) } th scope="col" { (words.say("model-meaning")) } th.num scope="col" { (words.say("model-nodes")) } td {} } }
            tbody { @for one in all { @let nodes = one["nodes"].as_u64().unwrap_or(0); tr {
                th scope="row" { code { (text_of(one, "feature")) } }
                td lang="en" { (text_of(one, "meaning")) }
                td.num { (figures::number(nodes)) }
                td { meter min="0" max=(most) value=(nodes) aria-hidden="true" {} }
            } } }
        } },
    )
}

/// Holds it against rows of its maker.
pub async fn golden(visit: &Visit) -> Said {
    let model = visit.named("model");
    match send(visit, &format!("/risk/models/{model}/golden")).await {
        Ok(_) => Ok(Shown::Next(format!("/rules/models/{model}?done=vouched"))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => page(visit, Some(&trouble)).await,
    }
}

/// The rules in force over the past, with this model.
pub async fn replay(visit: &Visit) -> Said {
    let asked = async {
        let (text, _) = text_of_set(visit, &in_force(visit).await?).await?;
        let order = json!({ "text": text, "model": visit.named("model") });
        visit.ask.post("/risk/replays", order).await
    };
    match asked.await {
        Ok(run) => Ok(Shown::Next(format!("/rules/replays/{}", text_of(&run.body, "id")))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => page(visit, Some(&trouble)).await,
    }
}

/// Proposes the rules in force with this model.
pub async fn propose(visit: &Visit) -> Said {
    let asked = async {
        let called = visit.form.filled("called");
        let called = called.ok_or_else(|| Trouble::field("called", "field-name"))?;
        let (text, _) = text_of_set(visit, &in_force(visit).await?).await?;
        let order = json!({ "name": called, "says": visit.form.get("says"), "text": text, "model": visit.named("model") });
        visit.ask.post("/risk/drafts", order).await
    };
    match asked.await {
        Ok(draft) => Ok(Shown::Next(format!("/rules/drafts/{}", text_of(&draft.body, "id")))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => page(visit, Some(&trouble)).await,
    }
}

/// Takes it away.
pub async fn remove(visit: &Visit) -> Said {
    let path = format!("/risk/models/{}", visit.named("model"));
    match visit.ask.send(Method::DELETE, &path, None, &[]).await {
        Ok(_) => Ok(Shown::Next("/rules/models?done=removed".to_owned())),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => page(visit, Some(&trouble)).await,
    }
}
