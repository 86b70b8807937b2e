//! The editor: all rules as one text with line numbers, what is wrong with it, what rules may look at, and what is done with it.
//! Every button sends the whole form and gets it back, so that nothing typed is lost; a script checks while somebody types.

use super::diff::diff;
use super::{proposes, ruling, told};
use crate::desks::staff::{list_of, scrolled, text_of};
use crate::figures;
use crate::parts::field::{Field, area, field, summary};
use crate::parts::form::{form, hidden};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note};
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{count, text};
use axum::http::StatusCode;
use maud::{Markup, html};
use serde_json::{Value, json};
use terms::Day;

/// Numbers beyond the last line, for what is typed below it without script.
const SPARE: usize = 40;
/// Features that are shown at most of those that were searched for.
const FOUND_MAX: usize = 60;
/// The first and the last day of a run, as the form calls them.
const DAYS: [&str; 2] = ["first-day", "last-day"];

/// What stands in the form.
#[derive(Default)]
struct Typed {
    text: String,
    name: String,
    says: String,
    /// The set it is compared with.
    base: String,
    /// What is searched for among the features.
    find: String,
    /// The days whose payments a run judges; empty for all.
    days: [String; 2],
}

impl Typed {
    fn of(visit: &Visit) -> Typed {
        let get = |name: &str| visit.form.get(name).to_owned();
        Typed {
            text: visit.form.raw("text").to_owned(),
            name: get("name"),
            says: get("says"),
            base: get("base"),
            find: get("find"),
            days: DAYS.map(get),
        }
    }
}

/// What is shown beside it.
#[derive(Default)]
struct Beside {
    checked: Value,
    /// The text it began as, to show what changed.
    before: Option<String>,
    trouble: Option<Trouble>,
}

/// The number of the set that judges every payment.
pub async fn in_force(visit: &Visit) -> Result<String, Trouble> {
    let sets = visit.ask.get("/risk/rule-sets").await?.body;
    let judges = |set: &&Value| set["judging"] == true && set["stage"] == "active";
    let found = list_of(&sets, "items").iter().find(judges);
    Ok(found.map(|set| set["number"].to_string()).unwrap_or_default())
}

/// The text of a set; empty if it was not kept.
pub async fn text_of_set(visit: &Visit, number: &str) -> Result<(String, String), Trouble> {
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Default::default());
    }
    let read = visit.ask.get(&format!("/risk/rule-sets/{number}")).await?.body;
    Ok((text_of(&read, "text").to_owned(), text_of(&read["set"], "name").to_owned()))
}

/// An id that may stand in a path.
fn id_of(text: &str) -> Option<&str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    Some(text).filter(|text| !text.is_empty() && text.bytes().all(plain))
}

/// The editor, with the text of a set, a proposal or a run.
pub async fn open(visit: &Visit) -> Said {
    let mut base = in_force(visit).await?;
    let (mut says, query) = (String::new(), &visit.query);
    let (text, name) = if let Some(draft) = id_of(query.get("draft")) {
        let read = visit.ask.get(&format!("/risk/drafts/{draft}")).await?.body;
        says = text_of(&read, "says").to_owned();
        (text_of(&read, "text").to_owned(), text_of(&read, "name").to_owned())
    } else if let Some(run) = id_of(query.get("replay")) {
        let read = visit.ask.get(&format!("/risk/replays/{run}")).await?.body;
        let (_, name) = text_of_set(visit, &base).await?;
        (text_of(&read, "text").to_owned(), name)
    } else {
        if let Some(set) = query.filled("set") {
            base = set.to_owned();
        }
        text_of_set(visit, &base).await?
    };
    let typed = Typed { text, name, says, base, ..Typed::default() };
    let checked = check(visit, &typed.text).await?;
    page(visit, &typed, &Beside { checked, ..Beside::default() }).await
}

async fn check(visit: &Visit, text: &str) -> Result<Value, Trouble> {
    Ok(visit.ask.look("/risk/check", json!({ "text": text })).await?.body)
}

/// What a button asks for.
pub async fn work(visit: &Visit) -> Said {
    let typed = Typed::of(visit);
    let mut beside = Beside::default();
    match visit.form.get("do") {
        "replay" => match begin_run(visit, &typed).await {
            Ok(run) => return Ok(Shown::Next(format!("/rules/replays/{run}"))),
            Err(trouble) => beside.trouble = Some(trouble),
        },
        "propose" => {
            let asked = json!({ "name": typed.name, "says": typed.says, "text": typed.text });
            match visit.ask.post("/risk/drafts", asked).await {
                Ok(draft) => {
                    return Ok(Shown::Next(format!(
                        "/rules/drafts/{}",
                        text_of(&draft.body, "id")
                    )));
                }
                Err(trouble) => beside.trouble = Some(trouble),
            }
        }
        "diff" => beside.before = Some(text_of_set(visit, &typed.base).await?.0),
        _ => {}
    }
    if beside.trouble.as_ref().is_some_and(Trouble::is_stranger) {
        return Err(Trouble::new(StatusCode::UNAUTHORIZED, "unauthenticated"));
    }
    match check(visit, &typed.text).await {
        Ok(checked) => beside.checked = checked,
        Err(trouble) => beside.trouble = Some(trouble),
    }
    page(visit, &typed, &beside).await
}

/// Runs the text over the past, or over some days of it.
async fn begin_run(visit: &Visit, typed: &Typed) -> Result<String, Trouble> {
    let mut asked = json!({ "text": typed.text });
    for ((name, day), part) in DAYS.into_iter().zip(&typed.days).zip(["from", "to"]) {
        if !day.is_empty() {
            if Day::parse(day).is_err() {
                return Err(Trouble::field(name, "field-first"));
            }
            asked[part] = json!(day);
        }
    }
    let [first, last] = &typed.days;
    if !first.is_empty() && !last.is_empty() && first > last {
        return Err(Trouble::field(DAYS[1], "run-days-wrong"));
    }
    let run = visit.ask.post("/risk/replays", asked).await?;
    Ok(text_of(&run.body, "id").to_owned())
}

/// What is wrong with what is being typed, for the script.
pub async fn check_part(visit: &Visit) -> Said {
    Ok(Shown::Part(match check(visit, visit.form.raw("text")).await {
        Ok(checked) => verdict(visit, &checked),
        Err(trouble) => html! { p.fault { (trouble.says(visit.words)) } },
    }))
}

async fn page(visit: &Visit, typed: &Typed, beside: &Beside) -> Said {
    let words = visit.words;
    if !proposes(visit) {
        return Err(Trouble::new(StatusCode::FORBIDDEN, "forbidden"));
    }
    let features = visit.ask.get("/risk/features").await?.body;
    let title = words.say("edit-title");
    let says =
        if typed.text.is_empty() && typed.base.is_empty() { "edit-says-new" } else { "edit-says" };
    let faults = faults(visit, beside);
    let body = html! {
        (head(&title, &words.with(says, &[("set", text(typed.base.as_str()))])))
        (trouble(visit, beside, &faults))
        @if typed.text.is_empty() { (note(Weight::Know, &words.say("edit-no-text"), html! { p { (words.say("edit-no-text-says")) } })) }
        (form(visit, "/rules/edit", html! {
            (hidden("base", &typed.base))
            div.editor {
                div {
                    label.big for="text" { (words.say("edit-text")) }
                    p.hint id="text-hint" { (words.say("edit-text-hint")) }
                    (written(visit, &typed.text))
                }
                div.beside {
                    (buttons(visit))
                    (days(visit, typed, &faults))
                    div id="verdict" role="status" aria-live="polite" { (verdict(visit, &beside.checked)) }
                    @if let Some(before) = &beside.before { section aria-labelledby="changes" { h2 id="changes" { (words.say("diff-title")) } (diff(words, before, &typed.text)) } }
                    (listed(visit, &features, &typed.find))
                    (rules_of(visit, &beside.checked))
                    section.p aria-labelledby="propose" {
                        header { h2 id="propose" { (words.say("edit-propose")) } }
                        p { (words.say("edit-propose-says")) }
                        (field(Field { name: "name", label: &words.say("edit-name"), value: &typed.name, ..Field::default() }, &faults))
                        (area(Field { name: "says", label: &words.say("edit-why"), hint: &words.say("edit-why-hint"), value: &typed.says, ..Field::default() }, 3, &faults))
                        button.btn.pri name="do" value="propose" { (words.say("edit-propose-do")) }
                    }
                }
            }
        }))
        p.after { a.btn href="/rules" { (words.say("rules-back")) } }
    };
    match &beside.trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

/// What is wrong with the form beside the text.
fn faults(visit: &Visit, beside: &Beside) -> Vec<(String, String)> {
    let Some(trouble) = &beside.trouble else { return Vec::new() };
    let mut faults = trouble.said_fields(visit.words);
    if trouble.code == "rules_wrong" {
        faults.retain(|(name, _)| name != "text");
        faults.push(("text".to_owned(), visit.words.say("edit-wrong").into_owned()));
    }
    faults
}

fn trouble(visit: &Visit, beside: &Beside, faults: &[(String, String)]) -> Markup {
    let words = visit.words;
    let Some(trouble) = &beside.trouble else { return html! {} };
    let busy = trouble.document["replay"].as_str();
    html! {
        (summary(words, &trouble.says(words), faults))
        @if let Some(run) = busy { p { a.btn href={ "/rules/replays/" (run) } { (words.say("replay-running-look")) } } }
    }
}

/// The text and its numbers.
fn written(visit: &Visit, typed: &str) -> Markup {
    let lines = typed.lines().count() + SPARE;
    html! {
        div.written {
            pre.nums aria-hidden="true" { @for line in 1..=lines { span id={ "l" (line) } { (line) } "\n" } }
            textarea id="text" name="text" rows=(lines) wrap="off" spellcheck="false" autocomplete="off" autocapitalize="off"
                aria-describedby="text-hint" lang="en" data-typed="/rules/check" data-into="verdict" aria-label=(visit.words.say("edit-text")) { "\n" (typed) }
        }
    }
}

fn buttons(visit: &Visit) -> Markup {
    let words = visit.words;
    html! { div.row-of {
        button.btn.pri name="do" value="check" { (words.say("edit-check")) }
        button.btn name="do" value="diff" { (words.say("edit-diff")) }
        button.btn name="do" value="replay" { (words.say("edit-replay")) }
    } }
}

/// Which days a run judges.
fn days(visit: &Visit, typed: &Typed, faults: &[(String, String)]) -> Markup {
    let words = visit.words;
    let any = typed.days.iter().any(|day| !day.is_empty());
    html! { details.data open[any] {
        summary { (words.say("run-days")) }
        p.hint { (words.say("run-days-hint")) }
        div.filter { @for (name, day) in DAYS.into_iter().zip(&typed.days) {
            (field(Field { name, label: &words.say(&format!("run-{name}")), value: day, kind: "date", ..Field::default() }, faults))
        } }
    } }
}

/// What is wrong with a text, or what it is.
fn verdict(visit: &Visit, checked: &Value) -> Markup {
    let words = visit.words;
    let (faults, warnings) = (list_of(checked, "faults"), list_of(checked, "warnings"));
    if !faults.is_empty() {
        return note(
            Weight::Stop,
            &words.with("check-faults", &[("n", count(faults.len() as u64))]),
            places(visit, faults),
        );
    }
    if checked["sound"] != true {
        return html! {};
    }
    let counted = |name: &str| count(list_of(checked, name).len() as u64);
    html! {
        (note(Weight::Done, &words.say("check-sound"), html! {
            p { (words.with("check-sound-says", &[("rules", counted("rules")), ("features", counted("features"))])) }
        }))
        @if !warnings.is_empty() { (note(Weight::Know, &words.say("check-warnings"), places(visit, warnings))) }
    }
}

/// Faults, each with a way to its line.
fn places(visit: &Visit, faults: &[Value]) -> Markup {
    let words = visit.words;
    html! { ul { @for fault in faults {
        @let (line, column) = (fault["line"].as_u64().unwrap_or(1), fault["column"].as_u64().unwrap_or(0));
        li {
            a href={ "#l" (line) } data-line=(line) {
                @if column > 0 { (words.with("check-place", &[("line", text(line.to_string())), ("column", text(column.to_string()))])) }
                @else { (words.with("check-line", &[("line", text(line.to_string()))])) }
            }
            ": " span lang="en" { (text_of(fault, "says")) }
        }
    } } }
}

/// What rules may look at.
fn listed(visit: &Visit, features: &Value, find: &str) -> Markup {
    let words = visit.words;
    let all = list_of(features, "items");
    let wanted = find.to_lowercase();
    let fits = |feature: &&Value| {
        text_of(feature, "feature").contains(&wanted)
            || text_of(feature, "meaning").to_lowercase().contains(&wanted)
    };
    let found: Vec<&Value> = all.iter().filter(fits).collect();
    let shown = if wanted.is_empty() { all.len() } else { FOUND_MAX };
    html! { details.data open[!wanted.is_empty()] {
        summary { (words.with("features-summary", &[("n", count(all.len() as u64))])) }
        div.find { (field(Field { name: "find", label: &words.say("features-find"), hint: &words.say("features-find-hint"), value: find, ..Field::default() }, &[]))
            button.btn name="do" value="find" { (words.say("features-find-do")) } }
        @if !wanted.is_empty() { p role="status" { (words.with("features-found", &[("n", count(found.len() as u64))])) } }
        dl.features lang="en" tabindex="0" role="region" aria-label=(words.say("features-region")) { @for feature in found.into_iter().take(shown) {
            dt { code { (text_of(feature, "feature")) } } dd { (text_of(feature, "meaning")) " " small { (text_of(feature, "unit")) @if feature["may_be_missing"] == true { ", null" } } }
        } }
    } }
}

/// The rules and lists of a sound text.
fn rules_of(visit: &Visit, checked: &Value) -> Markup {
    let words = visit.words;
    let (rules, lists) = (list_of(checked, "rules"), list_of(checked, "lists"));
    html! {
        @if !rules.is_empty() { details.data {
            summary { (words.with("edit-rules", &[("n", count(rules.len() as u64))])) }
            (rules_table(visit, rules))
        } }
        @if !lists.is_empty() { (lists_table(visit, lists)) }
    }
}

/// Rules in words.
pub fn rules_table(visit: &Visit, rules: &[Value]) -> Markup {
    let words = visit.words;
    scrolled(
        words,
        &words.say("set-rules"),
        html! { table {
            thead { tr { th scope="col" { (words.say("rule-name")) } th scope="col" { (words.say("rule-demands")) } th.num scope="col" { (words.say("rule-points")) } th scope="col" { (words.say("rule-says")) } } }
            tbody { @for rule in rules { tr {
                th scope="row" { code { (text_of(rule, "rule")) } }
                td { (ruling(visit, text_of(rule, "outcome"))) }
                td.num { (rule["points"]) }
                td { (told(visit, rule)) }
            } } }
        } },
    )
}

/// Lists, with how many are on each.
pub fn lists_table(visit: &Visit, lists: &[Value]) -> Markup {
    let words = visit.words;
    scrolled(
        words,
        &words.say("lists-title"),
        html! { table {
            thead { tr { th scope="col" { (words.say("list-name")) } th.num scope="col" { (words.say("list-names")) } th scope="col" { (words.say("rule-says")) } } }
            tbody { @for list in lists { tr {
                th scope="row" { code { (text_of(list, "list")) } }
                td.num { (figures::number(list["names"].as_u64().unwrap_or(0))) " " (words.say(&format!("list-of-{}", text_of(list, "of")))) }
                td { (told(visit, list)) }
            } } }
        } },
    )
}
