//! One case with everything in view: the payment and why it was stopped, the money around it, what was done so far, and what
//! is to be done.

use super::listed::{self, is_about_somebody};
use super::questions::query;
use super::risk::{called, state, works};
use super::staff::{left, list_of, must_be_ground, person, scrolled, text_of};
use super::usual::usual;
use crate::figures;
use crate::inside;
use crate::parts::field::{Field, area, choice, field, summary};
use crate::parts::figure::{Source, provenance};
use crate::parts::flows::{Around, flows};
use crate::parts::form::{button, form, hidden, one_button};
use crate::parts::note::{Weight, note, tag};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{Lang, count, text};
use maud::{Markup, html};
use serde_json::{Value, json};

/// Payments of each account that are looked at around one.
const LINES: usize = 40;
/// Of them, those that are listed one by one.
const LISTED: usize = 12;
/// Steps that say something, and what a mark may be, as the API calls them.
const SPEAKING: [&str; 3] = ["note", "evidence", "report"];
const MARKS: [&str; 3] = ["fraud", "laundering", "mistaken"];

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/cases/{case}", show),
        inside!(POST "/cases/{case}/steps", step),
        inside!(POST "/cases/{case}/decision", decide),
    ]
}

/// Everything about a case.
struct Known {
    case: Value,
    history: Value,
    payment: Option<Value>,
    payers: Vec<Value>,
    payees: Vec<Value>,
    /// To whom it can be given: as the API calls them, and as they are shown; those who decide first.
    workers: Vec<(String, String)>,
    entry: Option<u64>,
}

async fn known(visit: &Visit) -> Result<Known, Trouble> {
    let id = visit.named("case");
    let case = visit.ask.get(&format!("/cases/{id}")).await?;
    // Whoever may see where a case stands may not see by that what was thought about it.
    let history = visit.ask.get(&format!("/cases/{id}/history")).await?.body;
    let payment = visit.ask.get(&format!("/payments/{}", text_of(&case.body, "payment"))).await;
    let payment = payment.ok().map(|answer| answer.body);
    let (mut payers, mut payees) = (Vec::new(), Vec::new());
    if let Some(payment) = &payment {
        payers = lines(visit, text_of(payment, "from")).await;
        payees = lines(visit, text_of(payment, "to")).await;
    }
    let workers = workers(visit).await;
    Ok(Known { entry: case.entry, case: case.body, history, payment, payers, payees, workers })
}

/// Nobody for those who do not work on cases.
async fn workers(visit: &Visit) -> Vec<(String, String)> {
    let read = visit.ask.get("/case-workers").await.map(|read| read.body).unwrap_or_default();
    let mut all: Vec<&Value> = list_of(&read, "items").iter().collect();
    all.sort_by_key(|worker| worker["decides"] != true);
    let shown = |worker: &&Value| {
        let id = text_of(worker, "id");
        let role = if worker["decides"] == true { "role-chief-analyst" } else { "role-analyst" };
        (id.to_owned(), format!("{} ({})", person(id), visit.words.say(role)))
    };
    all.iter().map(shown).collect()
}

async fn lines(visit: &Visit, account: &str) -> Vec<Value> {
    let answer = visit.ask.get(&format!("/accounts/{account}/payments?limit={LINES}")).await;
    answer.map(|answer| list_of(&answer.body, "items").to_vec()).unwrap_or_default()
}

async fn show(visit: &Visit) -> Said {
    page(visit, None).await
}

async fn page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let known = known(visit).await?;
    let title = called(visit, &known.case);
    let who = if visit.query.get("who") == "1" { Some(holders(visit, &known).await) } else { None };
    let body = html! {
        (top(visit, &known, &title))
        @if let Some(trouble) = trouble { (summary(words, &trouble.says(words), &trouble.said_fields(words))) }
        div.grid {
            div.s8.stacked {
                @if is_about_somebody(&known.case) { (listed::compared(visit, &known.case, &known.history).await) }
                @else { (why(visit, &known)) }
                (payment(visit, &known, who.as_deref()))
                @if let Some(of) = &known.payment { (usual(visit, of, &known.payers, &known.payees)) }
                (around(visit, &known))
            }
            div.s4.stacked {
                (decision(visit, &known, trouble))
                (steps(visit, &known))
                @if works(visit) { (work(visit, &known, trouble)) }
            }
        }
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

fn is_open(known: &Known) -> bool {
    matches!(text_of(&known.case, "status"), "open" | "proposed")
}

/// What it is, how much, and how long there is left.
fn top(visit: &Visit, known: &Known, title: &str) -> Markup {
    let words = visit.words;
    let money = &known.case["money"];
    let of = figures::money(text_of(money, "amount"), text_of(money, "currency"));
    let claimed = known.case["claimed_by"].as_str().map(person);
    html! {
        div.head {
            div {
                h1 { (title) @if money.is_object() { ": " span.num { (of) } } }
                p {
                    (state(visit, text_of(&known.case, "status"))) " "
                    @if is_open(known) && let Some(due) = known.case["due"].as_str() {
                        (left(visit, due)) " " (words.with("case-due", &[("time", text(visit.moment(due)))])) " "
                    }
                    @match claimed {
                        Some(who) => (words.with("case-claimed-by", &[("who", text(who))])),
                        None => @if is_open(known) { (words.say("case-nobody-yet")) },
                    }
                    @if let Some(mark) = known.case["mark"].as_str() { " " (tag("", &words.say(&format!("mark-{mark}")))) }
                    @if known.case["reported"] == true { " " (tag("", &words.say("case-reported"))) }
                }
            }
            a.btn href="/cases" { (words.say("cases-back")) }
        }
    }
}

/// Why it was stopped, in the reader's language, with what each reason weighs.
fn why(visit: &Visit, known: &Known) -> Markup {
    let words = visit.words;
    let verdict = &known.history["verdict"];
    if !verdict.is_object() {
        return html! { section.p aria-labelledby="stopped-why" { header { h2 id="stopped-why" { (words.say("why")) } } p { (words.say("why-by-hand")) } } };
    }
    let reasons = list_of(verdict, "reasons");
    let told = |reason: &Value| {
        text_of(
            reason,
            match words.0 {
                Lang::En => "en",
                Lang::Zh => "zh",
            },
        )
        .to_owned()
    };
    let all = verdict["conditions"].as_u64().unwrap_or(0);
    let rest = all.saturating_sub(reasons.len() as u64);
    let points = |value: &Value| figures::grouped(&value.as_i64().unwrap_or(0).to_string());
    html! {
        section.p aria-labelledby="stopped-why" {
            header { h2 id="stopped-why" { (words.say("why")) } @let set = words.with("why-set", &[("set", text(verdict["rule_set"].to_string()))]);
                @if visit.me.as_ref().is_some_and(|me| me.is_one_of(&["analyst", "chief_analyst", "supervisor"])) { a href="/rules" { (set) } } @else { span { (set) } } }
            p.say { (words.with("why-says", &[("n", count(all)), ("score", text(points(&verdict["score"])))])) }
            (scrolled(words, &words.say("why"), html! { table {
                thead { tr { th scope="col" { (words.say("why-reason")) } th scope="col" { (words.say("why-rule")) } th.num scope="col" { (words.say("why-points")) } } }
                tbody {
                    @for reason in reasons { tr {
                        th scope="row" { (told(reason)) }
                        td { details.data { summary { (text_of(reason, "rule")) } code { (text_of(reason, "condition")) } } }
                        td.num { (points(&reason["points"])) }
                    } }
                    @if rest > 0 { tr { td colspan="3" { (words.with("why-more", &[("n", count(rest))])) } } }
                }
                tfoot { tr { th scope="row" colspan="2" { (words.say("why-score")) } td.num { (points(&verdict["score"])) } } }
            } }))
            @if let Some(ppm) = verdict["model_ppm"].as_u64() {
                p.model { (words.say("why-model")) " " b { (format!("{:.1}\u{a0}%", ppm as f64 / 10_000.0)) } }
            }
        }
    }
}

fn payment(visit: &Visit, known: &Known, who: Option<&[Side]>) -> Markup {
    let words = visit.words;
    let Some(of) = &known.payment else { return html! {} };
    let status = text_of(of, "status");
    let kind = match status {
        "posted" => "ok",
        "held" => "bad",
        _ => "",
    };
    let end = |word: &str, name: &str, at: usize| {
        html! {
            div { dt { (words.say(word)) } dd {
                a href={ "/accounts/" (text_of(of, name)) } { (figures::account(text_of(of, name))) }
                @if let Some(sides) = who && let Some(side) = sides.get(at) { (holder(visit, side)) }
            } }
        }
    };
    html! {
        section.p aria-labelledby="payment" {
            header { h2 id="payment" { (words.say("payment-title")) } a href={ "/payments/" (text_of(of, "id")) } { (words.say("payment-whole")) } }
            dl.facts {
                div { dt { (words.say("pay-amount")) } dd.big { (figures::money(text_of(of, "amount"), text_of(of, "currency"))) } }
                (end("fact-from", "from", 0))
                (end("fact-to", "to", 1))
                div { dt { (words.say("fact-status")) } dd { (tag(kind, &words.say(&format!("status-{status}")))) } }
                div { dt { (words.say("fact-time")) } dd { (visit.moment(text_of(of, "time"))) } }
                div { dt { (words.say("fact-number")) } dd { code { (text_of(of, "id")) } } }
            }
            @if who.is_none() {
                p.row-of { a.btn href={ "/cases/" (text_of(&known.case, "id")) "?who=1" } { (words.say("who-show")) } span.hint { (words.say("who-hint")) } }
            }
            (provenance(words, &Source {
                entry: known.entry, proof: of["journal"]["record"].as_u64().map(|record| format!("/check?record={record}")), ..Source::default()
            }, &words.say("payment-title")))
        }
    }
}

/// Who holds one side of a payment: each party with its role, as far as whoever looks may see it.
type Side = Vec<(Value, String)>;

/// Looks up who holds both accounts. The look itself stands in the journal.
async fn holders(visit: &Visit, known: &Known) -> Vec<Side> {
    let Some(payment) = &known.payment else { return Vec::new() };
    let mut sides = Vec::new();
    for name in ["from", "to"] {
        let account = figures::digits_of(text_of(payment, name));
        let sql = format!(
            "SELECT party, role FROM account_roles WHERE account = {account} AND NOT revoked ORDER BY role, party LIMIT 4"
        );
        let found = query(visit, &sql).await.unwrap_or_default();
        let mut side = Vec::new();
        for row in list_of(&found, "rows") {
            let digits = row[0].as_str().unwrap_or_default();
            let Some(id) = figures::account_of(digits) else { continue };
            let party =
                visit.ask.get(&format!("/parties/{}", id.replacen("acc_", "pty_", 1))).await;
            if let Ok(party) = party {
                side.push((party.body, row[1].as_str().unwrap_or_default().to_owned()));
            }
        }
        sides.push(side);
    }
    sides
}

fn holder(visit: &Visit, side: &Side) -> Markup {
    let words = visit.words;
    html! {
        @if side.is_empty() { br; span.hint { (words.say("who-none")) } }
        @for (party, role) in side {
            @let field = |name: &str| party["fields"][name].as_str();
            br; b { (field("name").map_or_else(|| words.say("who-erased").into_owned(), ToOwned::to_owned)) } " (" (words.say(&format!("holds-{role}"))) ")"
            @if let Some(born) = field("birth_date") { " · " (words.with("who-born", &[("day", text(visit.day(born)))])) }
        }
    }
}

/// The money around it: drawn and as a table of the same list, and the latest payments one by one.
fn around(visit: &Visit, known: &Known) -> Markup {
    let words = visit.words;
    let Some(of) = &known.payment else { return html! {} };
    let around = Around::of(of, &known.payers, &known.payees);
    let payments = (known.payers.len() + known.payees.len()) as u64;
    let mut all: Vec<(&Value, &str)> = Vec::new();
    for (lines, word) in [(&known.payers, "flow-payer"), (&known.payees, "flow-payee")] {
        all.extend(lines.iter().map(|line| (line, word)));
    }
    all.sort_by_key(|(line, _)| std::cmp::Reverse(line["record"].as_u64()));
    html! {
        section.p aria-labelledby="around" {
            header { h2 id="around" { (words.say("flow-title")) } }
            p.say { (words.with("flow-says", &[("n", count(payments))])) }
            (flows(words, &around))
            h3 { (words.say("flow-latest")) }
            (scrolled(words, &words.say("flow-latest"), html! { table {
                thead { tr {
                    th scope="col" { (words.say("fact-time")) } th scope="col" { (words.say("flow-whose")) } th scope="col" { (words.say("col-with")) }
                    th.num scope="col" { (words.say("col-in")) } th.num scope="col" { (words.say("col-out")) }
                } }
                tbody { @for (line, word) in all.into_iter().take(LISTED) { (one_line(visit, line, word, text_of(of, "id"))) } }
            } }))
            (provenance(words, &Source { entry: known.entry, ..Source::default() }, &words.say("flow-title")))
        }
    }
}

fn one_line(visit: &Visit, line: &Value, word: &str, this: &str) -> Markup {
    let words = visit.words;
    let other = line["counterparty"].as_str().map_or_else(
        || words.say("line-bank").into_owned(),
        |id| format!("··{}", figures::account_end(id)),
    );
    let money =
        figures::money(text_of(&line["amount"], "amount"), text_of(&line["amount"], "currency"));
    let (into, status) = (line["direction"] == "in", text_of(line, "status"));
    let is_this = text_of(line, "payment") == this;
    html! {
        tr.this[is_this] {
            th.when scope="row" { (visit.moment(text_of(line, "time"))) }
            td { (words.say(word)) }
            td {
                @match line["payment"].as_str() { Some(id) => a href={ "/payments/" (id) } { (other) }, None => (other) }
                @if is_this { " " (tag("bad", &words.say("flow-this"))) }
                @else if status != "posted" { " " (tag("", &words.say(&format!("status-{status}")))) }
            }
            td.num { @if into { (money) } } td.num { @if !into { (money) } }
        }
    }
}

/// What was done so far.
fn steps(visit: &Visit, known: &Known) -> Markup {
    let words = visit.words;
    let all = list_of(&known.history, "steps");
    html! {
        section.p aria-labelledby="steps" {
            header { h2 id="steps" { (words.say("steps-title")) } }
            @if all.is_empty() { p { (words.say("steps-none")) } }
            ol.done-so-far { @for step in all {
                li {
                    b { (words.say(&format!("step-{}", text_of(step, "step")))) } " " (person(text_of(step, "by")))
                    @if let Some(mark) = step["mark"].as_str() { ": " (words.say(&format!("mark-{mark}"))) }
                    @let says = text_of(step, "text");
                    @if !says.is_empty() { p.said { (if step["step"] == "assign" { person(says) } else { says }) } }
                    @if let Some(other) = step["other"].as_str() { p { a href={ "/payments/" (other) } { code { (other) } } } }
                    small {
                        (visit.moment(text_of(step, "time"))) " · "
                        a href={ "/check?record=" (step["journal"]["record"].as_u64().unwrap_or(0)) } { (words.with("step-record", &[("n", text(figures::number(step["journal"]["record"].as_u64().unwrap_or(0))))])) }
                    }
                }
            } }
        }
    }
}

/// What becomes of the money, for whoever decides; for others who that is.
fn decision(visit: &Visit, known: &Known, trouble: Option<&Trouble>) -> Markup {
    let words = visit.words;
    let id = text_of(&known.case, "id");
    if !is_open(known) {
        let status = text_of(&known.case, "status");
        if is_about_somebody(&known.case) {
            return listed::decided(visit, status);
        }
        return note(
            Weight::Know,
            &words.say(&format!("case-{status}")),
            html! { p { (words.say(&format!("decided-{status}"))) } },
        );
    }
    let me = visit.me.as_ref().map(|me| format!("user:{}", me.name)).unwrap_or_default();
    let decides = visit.me.as_ref().is_some_and(|me| me.is_one_of(&["chief_analyst"]));
    let proposed = known.case["proposed_by"].as_str();
    let mine = proposed == Some(me.as_str());
    let anothers = known.case["claimed_by"].as_str().filter(|who| *who != me);
    let action = format!("/cases/{id}/decision");
    let releases = !mine && (anothers.is_none() || proposed.is_some());
    html! {
        section.p.decide aria-labelledby="decide" {
            header { h2 id="decide" { (words.say("decide-title")) } }
            @if let Some(by) = proposed {
                (note(Weight::Know, &words.with("decide-proposed", &[("who", text(person(by)))]), html! {
                    p { (words.say(if mine { "decide-proposed-mine" } else { "decide-proposed-says" })) }
                }))
            }
            @if !decides { p { (words.say("decide-not-you")) } }
            @else if is_about_somebody(&known.case) {
                (listed::answers(visit, &action, &known.case, &trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default()))
            }
            @else {
                @if let Some(who) = anothers && proposed.is_none() { p { (words.with("decide-anothers", &[("who", text(person(who)))])) } }
                @let mark = known.case["mark"].as_str().unwrap_or_default();
                @if matches!(mark, "fraud" | "laundering") { (note(Weight::Stop, &words.with("decide-marked", &[("mark", text(words.say(&format!("mark-{mark}"))))]), html! {})) }
                @let refuses = anothers.is_none() || proposed.is_some();
                @if releases || refuses { (form(visit, &action, html! {
                    @let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
                    (area(Field { name: "why", label: &words.say("decide-why"), hint: &words.say("work-text-hint"), value: visit.form.get("why"), ..Field::default() }, 3, &faults))
                    div.choices {
                        @if releases { button.btn type="submit" name="decision" value="release" { (words.say(if proposed.is_some() { "case-agree" } else { "case-release" })) } }
                        @if refuses { button.btn type="submit" name="decision" value="refuse" { (words.say("case-refuse")) } }
                    }
                })) }
                p.hint { (words.say("decide-hint")) }
            }
        }
    }
}

/// Steps of work.
fn work(visit: &Visit, known: &Known, trouble: Option<&Trouble>) -> Markup {
    let words = visit.words;
    let id = text_of(&known.case, "id");
    let action = format!("/cases/{id}/steps");
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let typed = |name: &'static str| visit.form.get(name).to_owned();
    let says =
        SPEAKING.map(|word| (word.to_owned(), words.say(&format!("write-{word}")).into_owned()));
    let marks =
        MARKS.map(|word| (word.to_owned(), words.say(&format!("mark-{word}")).into_owned()));
    let (step, said, other, mark) = (typed("step"), typed("text"), typed("other"), typed("mark"));
    html! {
        section.p.work aria-labelledby="work" {
            header { h2 id="work" { (words.say("work-title")) } }
            @if known.case["claimed_by"].is_null() { (one_button(visit, &action, &words.say("case-claim"), &[("step", "claim")])) }
            (form(visit, &action, html! {
                (choice(Field { name: "step", label: &words.say("work-what"), value: &step, ..Field::default() }, &says, &[]))
                (area(Field { name: "text", label: &words.say("work-text"), hint: &words.say("work-text-hint"), value: &said, ..Field::default() }, 3, &faults))
                (button(&words.say("work-write"), false))
            }))
            (form(visit, &action, html! {
                (hidden("step", "assign"))
                (choice(Field { name: "whom", label: &words.say("work-assign"), hint: &words.say("work-assign-hint"), value: visit.form.get("whom"), ..Field::default() }, &known.workers, &faults))
                (button(&words.say("work-assign-do"), false))
            }))
            (form(visit, &action, html! {
                (hidden("step", "mark"))
                (choice(Field { name: "mark", label: &words.say("work-mark"), value: &mark, ..Field::default() }, &marks, &faults))
                (button(&words.say("work-mark-do"), false))
            }))
            (form(visit, &action, html! {
                (hidden("step", "link"))
                (field(Field { name: "other", label: &words.say("work-link"), hint: &words.say("work-link-hint"), value: &other, ..Field::default() }, &faults))
                (button(&words.say("work-link-do"), false))
            }))
        }
    }
}

async fn step(visit: &Visit) -> Said {
    let id = visit.named("case");
    let step = visit.form.get("step");
    let order = match step {
        "mark" => json!({ "step": step, "mark": visit.form.get("mark") }),
        "link" => json!({ "step": step, "other": visit.form.get("other") }),
        "claim" => json!({ "step": step }),
        "assign" => {
            json!({ "step": step, "text": visit.form.get("whom") })
        }
        _ => json!({ "step": step, "text": visit.form.get("text") }),
    };
    let empty = SPEAKING.contains(&step) && visit.form.get("text").is_empty();
    let done = if empty {
        Err(Trouble::field("text", "appeal-empty"))
    } else if step == "assign" && visit.form.get("whom").is_empty() {
        Err(Trouble::field("whom", "work-assign-nobody"))
    } else {
        let done = visit.ask.post(&format!("/cases/{id}/steps"), order).await.map(|_| ());
        // The API has one text for all steps; here it is whom the case is given to.
        let whom = |trouble: &Trouble| step == "assign" && !trouble.fields.is_empty();
        done.map_err(|trouble| {
            if whom(&trouble) { Trouble::field("whom", "work-assign-nobody") } else { trouble }
        })
    };
    again(visit, done).await
}

async fn decide(visit: &Visit) -> Said {
    let id = visit.named("case");
    let why = visit.form.get("why");
    if let Err(trouble) = must_be_ground(why) {
        return again(visit, Err(trouble)).await;
    }
    let order = json!({ "decision": visit.form.get("decision"), "why": why });
    let done = visit.ask.post(&format!("/cases/{id}/decision"), order).await.map(|_| ());
    again(visit, done).await
}

/// The case as it is now, with what could not be done.
async fn again(visit: &Visit, done: Result<(), Trouble>) -> Said {
    match done {
        Ok(()) => Ok(Shown::Next(format!("/cases/{}", visit.named("case")))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => page(visit, Some(&trouble)).await,
    }
}
