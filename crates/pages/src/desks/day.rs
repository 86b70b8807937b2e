//! The business day and its end, and money blocked by order.

use super::questions::{answer, counted, source, summed};
use super::staff::{Sure, done, is_sure, list_of, more, must_work_here, scrolled, surely, text_of};
use crate::figures;
use crate::inside;
use crate::parts::amount::amount;
use crate::parts::field::{Faults, Field, choice, field, summary};
use crate::parts::figure::{Source, provenance};
use crate::parts::form::{button, form, hidden, one_button};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note, tag};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{Words, count, text};
use maud::{Markup, html};
use serde_json::{Value, json};

/// Who may order that money is blocked.
const ORDERED_BY: [&str; 4] = ["court", "aml", "tax", "bank"];

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/day", day),
        inside!(POST "/day", close),
        inside!(GET "/holds", holds),
        inside!(POST "/holds", place),
        inside!(POST "/holds/{account}/{hold}/release", release),
    ]
}

fn is_operations(visit: &Visit) -> bool {
    visit.me.as_ref().is_some_and(|me| me.is_one_of(&["operations"]))
}

async fn day(visit: &Visit) -> Said {
    day_page(visit, None, false).await
}

/// The page; asked once more before the day is closed.
async fn day_page(visit: &Visit, trouble: Option<&Trouble>, sure: bool) -> Said {
    let words = visit.words;
    let read = visit.ask.get("/day").await?;
    let of = &read.body;
    let (checks, days, money, closes) = (
        answer(visit, "checks").await?,
        answer(visit, "days").await?,
        answer(visit, "money").await?,
        answer(visit, "closes").await?,
    );
    let title = words.say("desk-day");
    let (now, today) = (text_of(of, "business_day"), text_of(of, "today"));
    let state = match now.cmp(today) {
        std::cmp::Ordering::Less => "day-says-over",
        std::cmp::Ordering::Equal => "day-says-now",
        std::cmp::Ordering::Greater => "day-says-ahead",
    };
    let says =
        words.with(state, &[("day", text(visit.day(now))), ("today", text(visit.day(today)))]);
    let wrong = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let body = html! {
        (head(&title, &says))
        (summary(words, &wrong, &[]))
        @if !visit.query.get("closed").is_empty() { (note(Weight::Done, &words.with("day-closed", &[("day", text(visit.day(visit.query.get("closed"))))]), html! { p { (words.say("day-closed-says")) } })) }
        (figures_of(visit, of))
        div.grid {
            (checked(visit, &checks))
            (ending(visit, of, sure))
            (booked(visit, now, &days, &money))
            (closed(visit, &closes))
        }
        (provenance(words, &Source { entry: read.entry, ..Source::default() }, &title))
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

fn figures_of(visit: &Visit, of: &Value) -> Markup {
    let words = visit.words;
    let number = |name: &str| figures::number(counted(&of[name]));
    html! {
        dl.figs {
            div { dt { (words.say("day-business")) } dd.v.long { (visit.day(text_of(of, "business_day")).replace('\u{a0}', " ")) } dd.d { (words.with("day-calendar", &[("day", text(visit.day(text_of(of, "today"))))])) } }
            div { dt { (words.say("day-orders")) } dd.v { (number("orders_due")) } dd.d { (words.say("day-orders-d")) } }
            div { dt { (words.say("figure-cases")) } dd.v { (number("cases_open")) } dd.d { a href="/cases" { (words.say("day-to-cases")) } } }
            div { dt { (words.say("day-reservations")) } dd.v { (number("reservations")) } dd.d { (words.say("day-reservations-d")) " " a href="/exceptions" { (words.say("day-to-pending")) } } }
            div { dt { (words.say("holds-title")) } dd.v { (number("holds")) } dd.d { a href="/holds" { (words.say("exceptions-to-holds")) } } }
        }
    }
}

/// What the rulebook's quality rules found when they were run last.
fn checked(visit: &Visit, checks: &Value) -> Markup {
    let words = visit.words;
    let rows = list_of(checks, "rows");
    let wrong: u64 = rows.iter().filter(|row| counted(&row[2]) > 0).count() as u64;
    let heading = words.say("query-checks");
    html! {
        section.p.s7 aria-labelledby="checks" {
            header { h2 id="checks" { (heading) } }
            @if rows.is_empty() { p.none { (words.say("checks-none")) } }
            @else {
                p.say { (words.with("checks-says", &[("n", count(wrong)), ("all", text(figures::number(rows.len() as u64)))])) }
                (scrolled(words, &heading, html! { table {
                    thead { tr { th scope="col" { (words.say("checks-rule")) } th.num scope="col" { (words.say("checks-rows")) } th.num scope="col" { (words.say("checks-as-of")) } th scope="col" { (words.say("checks-when")) } } }
                    tbody { @for row in rows { tr {
                        th scope="row" { code { (plain(&row[1])) } }
                        td.num { @if counted(&row[2]) > 0 { (tag("bad", &figures::number(counted(&row[2])))) } @else { (tag("ok", "0")) } }
                        td.num { (figures::number(counted(&row[3]))) }
                        td.when { (visit.day(plain(&row[4]).get(..10).unwrap_or_default())) }
                    } } }
                } }))
            }
            p.hint { (words.say("checks-run")) " " code { "tj check" } }
            (provenance(words, &source("checks", checks), &heading))
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// Closing the day, with one more question.
fn ending(visit: &Visit, of: &Value, sure: bool) -> Markup {
    let words = visit.words;
    let day = text_of(of, "business_day");
    let early = day >= text_of(of, "today");
    html! {
        section.p.s5 aria-labelledby="ending" {
            header { h2 id="ending" { (words.say("day-close")) } }
            ul { li { (words.say("day-close-interest")) } li { (words.say("day-close-next")) } li { (words.say("day-close-orders")) } }
            @if !is_operations(visit) { p.hint { (words.say("day-close-who")) } }
            @else if sure {
                (note(if early { Weight::Stop } else { Weight::Know }, &words.with("day-sure", &[("day", text(visit.day(day)))]), html! {
                    @if early { p { (words.say("day-early")) } }
                    p { (words.say("day-no-way-back")) }
                    div.choices {
                        (form(visit, "/day", html! { (hidden("day", day)) (hidden("sure", "1")) (button(&words.say("day-close-sure"), true)) }))
                        a.btn href="/day" { (words.say("day-not-now")) }
                    }
                }))
            } @else { (one_button(visit, "/day", &words.with("day-close-do", &[("day", text(visit.day(day)))]), &[("day", day)])) }
        }
    }
}

/// The figures of the day so far.
fn booked(visit: &Visit, now: &str, days: &Value, money: &Value) -> Markup {
    let words = visit.words;
    let row = list_of(days, "rows").iter().find(|row| row[0].as_str() == Some(now));
    let heading = words.say("day-booked");
    html! {
        section.p.s7 aria-labelledby="booked" {
            header { h2 id="booked" { (heading) } }
            @match row {
                None => p.none { (words.say("day-booked-none")) },
                Some(row) => {
                    p.say { (words.with("day-booked-says", &[("n", count(counted(&row[1])))])) }
                    table {
                        thead { tr { th scope="col" { (words.say("day-currency")) } th.num scope="col" { (words.say("figure-moved")) } } }
                        tbody { @for row in list_of(money, "rows") { tr { th scope="row" { (plain(&row[0])) } td.num { (summed(row)) } } } }
                    }
                    (provenance(words, &source("money", money), &heading))
                }
            }
        }
    }
}

/// The last days that were closed, with what orders paid on them.
fn closed(visit: &Visit, closes: &Value) -> Markup {
    let words = visit.words;
    let rows = list_of(closes, "rows");
    let heading = words.say("query-closes");
    html! {
        section.p.s5 aria-labelledby="closes" {
            header { h2 id="closes" { (heading) } }
            @if rows.is_empty() { p.none { (words.say("closes-none")) } }
            @else { (scrolled(words, &heading, html! { table {
                thead { tr { th scope="col" { (words.say("closes-day")) } th scope="col" { (words.say("closes-when")) } th.num scope="col" { (words.say("closes-orders")) } } }
                tbody { @for row in rows { tr {
                    th scope="row" { (visit.day(&plain(&row[0]))) }
                    td.when { (figures::moment(words, &plain(&row[1]))) }
                    td.num { (figures::number(counted(&row[2]))) }
                } } }
            } })) (provenance(words, &source("closes", closes), &heading)) }
        }
    }
}

async fn close(visit: &Visit) -> Said {
    let day = visit.form.get("day");
    if visit.form.get("sure") != "1" {
        return day_page(visit, None, true).await;
    }
    match visit.ask.post("/day/close", json!({ "day": day })).await {
        Ok(answer) => {
            visit.house.kept.forget();
            Ok(Shown::Next(format!("/day?closed={}", text_of(&answer.body, "ended"))))
        }
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => day_page(visit, Some(&trouble), false).await,
    }
}

async fn holds(visit: &Visit) -> Said {
    must_work_here(visit)?;
    holds_page(visit, None).await
}

async fn holds_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let after = visit.query.filled("after").map(|after| format!("?after={after}"));
    let safe = after.as_deref().unwrap_or_default();
    let read = visit.ask.get(&format!("/holds{safe}")).await?;
    let items = list_of(&read.body, "items");
    let title = words.say("holds-title");
    let next = read.body["next"].as_str().map(|next| format!("/holds?after={next}"));
    let lifts = visit.me.as_ref().is_some_and(|me| me.is_one_of(&["operations", "chief_analyst"]));
    let places = lifts || visit.me.as_ref().is_some_and(|me| me.is_one_of(&["analyst"]));
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let body = html! {
        (head(&title, &words.with("holds-says", &[("n", count(counted(&read.body["total"])))])))
        (summary(words, &says, &faults))
        (done(visit, &[("place", "holds-done-place"), ("release", "holds-done-release")]))
        @if items.is_empty() { p.none { (words.say("holds-none")) } } @else { (table(visit, items, lifts)) }
        (more(visit, next))
        @if places { (place_form(visit, &faults)) }
        (provenance(words, &Source { entry: read.entry, ..Source::default() }, &title))
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

fn table(visit: &Visit, items: &[Value], lifts: bool) -> Markup {
    let words = visit.words;
    scrolled(
        words,
        &words.say("holds-title"),
        html! { table.inbox {
            thead { tr {
                th scope="col" { (words.say("account")) } th.num scope="col" { (words.say("pay-amount")) } th scope="col" { (words.say("holds-by")) } th scope="col" { (words.say("holds-reference")) }
                @if lifts { th scope="col" { span.vh { (words.say("holds-release")) } } }
            } }
            tbody { @for hold in items {
                @let account = text_of(hold, "account");
                tr {
                    th scope="row" { a href={ "/accounts/" (account) } { (figures::account(account)) } }
                    td.num { @if hold["amount"].is_object() { (amount(&hold["amount"])) } @else { (words.say("holds-everything")) } }
                    td { (words.say(&format!("ordered-{}", text_of(hold, "ordered_by")))) }
                    td { (text_of(hold, "reference")) }
                    @if lifts { td { (one_button(visit, &format!("/holds/{account}/{}/release", text_of(hold, "id")), &words.say("holds-release"), &[])) } }
                }
            } }
        } },
    )
}

fn place_form(visit: &Visit, faults: Faults<'_>) -> Markup {
    let words = visit.words;
    let typed = |name: &str| visit.form.get(name).to_owned();
    let (account, sum, by, reference) =
        (typed("account"), typed("amount"), typed("by"), typed("reference"));
    html! {
        section.p aria-labelledby="place" {
            header { h2 id="place" { (words.say("holds-place")) } }
            div.narrow { (form(visit, "/holds", html! {
                (hidden("key", &Visit::new_key()))
                (field(Field { name: "account", label: &words.say("holds-account"), value: &account, keys: "numeric", ..Field::default() }, faults))
                (field(Field { name: "amount", label: &words.say("pay-amount"), hint: &words.say("holds-amount-hint"), value: &sum, keys: "decimal", ..Field::default() }, faults))
                (choice(Field { name: "by", label: &words.say("holds-by"), value: &by, ..Field::default() }, &orderers(words), faults))
                (field(Field { name: "reference", label: &words.say("holds-reference"), hint: &words.say("holds-reference-hint"), value: &reference, ..Field::default() }, faults))
                (button(&words.say("holds-place-do"), true))
            })) }
        }
    }
}

fn orderers(words: Words) -> [(String, String); 4] {
    ORDERED_BY.map(|by| (by.to_owned(), words.say(&format!("ordered-{by}")).into_owned()))
}

async fn place(visit: &Visit) -> Said {
    match placed(visit).await {
        Ok(()) => Ok(Shown::Next("/holds?done=place".to_owned())),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => holds_page(visit, Some(&trouble)).await,
    }
}

async fn placed(visit: &Visit) -> Result<(), Trouble> {
    let account = figures::account_of(visit.form.get("account"))
        .ok_or_else(|| Trouble::field("account", "holds-account-wrong"))?;
    let reference = visit.form.get("reference");
    if reference.is_empty() {
        return Err(Trouble::field("reference", "holds-reference-empty"));
    }
    let amount = match visit.form.filled("amount") {
        None => Value::Null,
        Some(typed) => {
            let of = visit.ask.get(&format!("/accounts/{account}")).await?;
            json!({ "amount": figures::amount_of(typed), "currency": of.body["currency"] })
        }
    };
    let order =
        json!({ "amount": amount, "ordered_by": visit.form.get("by"), "reference": reference });
    let path = format!("/accounts/{account}/holds");
    visit.ask.post_once(&path, order, visit.form.get("key")).await.map(|_| ())
}

async fn release(visit: &Visit) -> Said {
    let path =
        format!("/accounts/{}/holds/{}/release", visit.named("account"), visit.named("hold"));
    if !is_sure(visit) {
        let words = visit.words;
        return surely(
            visit,
            &Sure {
                asks: &words.say("hold-release-sure"),
                says: &words.with(
                    "hold-release-says",
                    &[("account", text(figures::account(visit.named("account"))))],
                ),
                action: &format!(
                    "/holds/{}/{}/release",
                    visit.named("account"),
                    visit.named("hold")
                ),
                yes: &words.say("holds-release"),
                back: "/holds",
            },
        );
    }
    match visit.ask.post(&path, json!({})).await {
        Ok(_) => Ok(Shown::Next("/holds?done=release".to_owned())),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => holds_page(visit, Some(&trouble)).await,
    }
}
