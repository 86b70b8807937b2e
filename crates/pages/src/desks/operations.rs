//! Operations: what needs a person now, how the bank is, and how to find a payment or an account. The journal's own pages are
//! in `journal.rs`.

use super::listed::is_about_somebody;
use super::questions::{answer, counted, source};
use super::risk::called;
use super::staff::{Finder, finder, left, list_of, person, scrolled, text_of};
use crate::figures;
use crate::inside;
use crate::live::{Watcher, watch};
use crate::parts::amount::amount;
use crate::parts::figure::{Figure, Point, figure, provenance};
use crate::parts::frame::head;
use crate::parts::live::live;
use crate::parts::note::tag;
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Visit};
use crate::words::{count, text};
use futures::FutureExt;
use futures::future::BoxFuture;
use maud::{Markup, html};
use serde_json::{Value, json};

/// Cases that are shown at once.
const CASES: usize = 5;
/// Rulings of risk control, mildest first, with how each is drawn.
const RULINGS: [(&str, &str); 4] =
    [("approve", "c-ok"), ("ask", "c-step"), ("hold", "c-rev"), ("refuse", "c-no")];

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/overview", overview),
        inside!(GET "/overview/live", stream),
        inside!(GET "/cases/live", stream),
        inside!(GET "/payments", find),
    ]
}

/// What waits for somebody.
struct Waiting {
    cases: Value,
    approvals: Value,
}

impl Waiting {
    async fn of(visit: &Visit) -> Waiting {
        let read = async |path: &str| {
            visit.ask.get(path).await.map(|answer| answer.body).unwrap_or_default()
        };
        // Only those who see approvals ask for them: a denial would be noted.
        let sees = visit
            .me
            .as_ref()
            .is_some_and(|me| me.is_one_of(&["supervisor", "administrator", "chief_analyst"]));
        let approvals = if sees { read("/approvals").await } else { Value::Null };
        Waiting { cases: read(&format!("/cases?due_first=true&limit={CASES}")).await, approvals }
    }

    fn cases(&self) -> u64 {
        self.cases["total"].as_u64().unwrap_or(0)
    }

    fn all(&self) -> u64 {
        self.cases() + list_of(&self.approvals, "approvals").len() as u64
    }
}

async fn overview(visit: &Visit) -> Said {
    let words = visit.words;
    let waiting = Waiting::of(visit).await;
    let hours = answer(visit, "hours").await?;
    let (days, money, rulings) = (
        answer(visit, "days").await?,
        answer(visit, "money").await?,
        answer(visit, "rulings").await?,
    );
    let journal = visit.ask.get("/journal").await?.body;
    let title = words.say("overview-title");
    let due = list_of(&waiting.cases, "items").iter().find_map(|case| case["due"].as_str());
    let mut says = words.with("overview-says", &[("n", count(waiting.all()))]);
    if let Some(due) = due {
        says =
            format!("{says} {}", words.with("cases-first", &[("time", text(visit.moment(due)))]));
    }
    let latest = super::journal::latest(visit).await;
    visit.page(&words.say("desk-overview"), html! {
        (head(&title, &says))
        (live(words, "/overview/live", "/overview", &words.with("live-cases", &[("n", count(waiting.cases()))])))
        (key_figures(visit, &waiting, &days, &money, &rulings, &journal))
        div.grid {
            div.s8 { (per_hour(visit, &hours, &days)) }
            (needs(visit, &waiting))
            (decisions(visit, &rulings))
            section.p.s7 aria-labelledby="journal-now" {
                header { h2 id="journal-now" { (words.say("journal-now")) } a href="/journal" { (words.say("journal-all")) } }
                (super::journal::table(visit, &latest))
            }
        }
    })
}

/// The figures one looks at first, as a ruled statement.
fn key_figures(
    visit: &Visit,
    waiting: &Waiting,
    days: &Value,
    money: &Value,
    rulings: &Value,
    journal: &Value,
) -> Markup {
    let words = visit.words;
    let days = list_of(days, "rows");
    let of_day = |at: usize| days.get(at).map_or(0, |row| counted(&row[1]));
    let day =
        days.first().and_then(|row| row[0].as_str()).map(|day| visit.day(day)).unwrap_or_default();
    let moved = list_of(money, "rows").first();
    let moved = moved.map(|row| {
        figures::money(
            short(row[1].as_str().unwrap_or_default()),
            row[0].as_str().unwrap_or_default(),
        )
    });
    let judged: u64 = list_of(rulings, "rows").iter().map(|row| counted(&row[1])).sum();
    let passed = ruled(rulings, "approve");
    let number = |name: &str| figures::number(journal[name].as_u64().unwrap_or(0));
    html! {
        dl.figs {
            div { dt { (words.say("figure-payments")) } dd.v { (figures::number(of_day(0))) } dd.d { (words.with("figure-payments-d", &[("day", text(day)), ("before", text(figures::number(of_day(1))))])) } }
            div { dt { (words.say("figure-moved")) } dd.v.long { (moved.unwrap_or_else(|| "–".to_owned())) } dd.d { (words.say("figure-moved-d")) } }
            div { dt { (words.say("figure-straight")) } dd.v { (percent(passed, judged)) } dd.d { (words.with("figure-straight-d", &[("n", text(figures::number(judged - passed)))])) } }
            div { dt { (words.say("figure-cases")) } dd.v data-live="cases" { (figures::number(waiting.cases())) } dd.d { (words.say("figure-cases-d")) } }
            div { dt { (words.say("figure-records")) } dd.v data-live="records" { (number("records")) } dd.d { (words.with("figure-records-d", &[("entries", text(number("entries")))])) } }
        }
    }
}

async fn stream(visit: &Visit) -> Said {
    visit.ask.get("/journal").await?;
    watch(visit, look)
}

/// What of the page changes by itself. Nothing of it is asked in SQL: a question would be an entry of the journal each time.
fn look(watcher: Watcher) -> BoxFuture<'static, Option<Value>> {
    async move {
        let journal = watcher.ask.get("/journal").await.ok()?.body;
        let cases = watcher.ask.get("/cases?limit=1").await.ok()?.body;
        let cases = counted(&cases["total"]);
        Some(json!({
            "entry": figures::number(counted(&journal["entries"])),
            "records": figures::number(counted(&journal["records"])),
            "cases": figures::number(cases),
            "said": watcher.words.with("live-cases", &[("n", count(cases))]),
        }))
    }
    .boxed()
}

/// A sum without the places that say nothing.
fn short(amount: &str) -> &str {
    match amount.split_once('.') {
        Some((_, places)) if places.len() > 2 && places[2..].bytes().all(|b| b == b'0') => {
            &amount[..amount.len() - places.len() + 2]
        }
        _ => amount,
    }
}

fn ruled(rulings: &Value, ruling: &str) -> u64 {
    list_of(rulings, "rows").iter().find(|row| row[0] == ruling).map_or(0, |row| counted(&row[1]))
}

fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        "–".to_owned()
    } else {
        format!("{:.2}\u{a0}%", part as f64 * 100.0 / whole as f64)
    }
}

/// Payments an hour of the business day; hours without any are there too.
fn per_hour(visit: &Visit, hours: &Value, days: &Value) -> Markup {
    let words = visit.words;
    let rows: Vec<(u64, u64)> =
        list_of(hours, "rows").iter().map(|row| (counted(&row[0]), counted(&row[1]))).collect();
    let of = |hour| rows.iter().find(|row| row.0 == hour).map_or(0, |row| row.1);
    let points: Vec<Point> = if rows.is_empty() {
        Vec::new()
    } else {
        (0..24).map(|hour| Point { label: format!("{hour:02}:00"), value: of(hour) }).collect()
    };
    let most = points.iter().max_by_key(|point| point.value);
    let day = list_of(days, "rows")
        .first()
        .and_then(|row| row[0].as_str())
        .map(|day| visit.day(day))
        .unwrap_or_default();
    let says = most.map_or_else(
        || words.say("hours-none").into_owned(),
        |most| {
            words.with(
                "hours-says",
                &[
                    ("day", text(day)),
                    ("hour", text(most.label.as_str())),
                    ("n", text(figures::number(most.value))),
                ],
            )
        },
    );
    let columns = [words.say("hours-hour"), words.say("hours-payments")];
    figure(
        words,
        &Figure {
            id: "hours",
            heading: &words.say("query-hours"),
            says: &says,
            columns: [&columns[0], &columns[1]],
            points: &points,
            source: &source("hours", hours),
        },
    )
}

fn needs(visit: &Visit, waiting: &Waiting) -> Markup {
    let words = visit.words;
    html! {
        section.p.s4 aria-labelledby="needs" {
            header { h2 id="needs" { (words.say("needs-title")) } a href="/cases" { (words.with("needs-all", &[("n", count(waiting.cases()))])) } }
            @if waiting.all() == 0 { p { (words.say("needs-none")) } }
            ul.q {
                @for case in list_of(&waiting.cases, "items") {
                    li {
                        div.row {
                            a href={ "/cases/" (text_of(case, "id")) } {
                                @if is_about_somebody(case) { (words.say("listed-title")) } @else { (words.say("needs-held")) " " (amount(&case["money"])) }
                            }
                            @if let Some(due) = case["due"].as_str() { (left(visit, due)) }
                        }
                        p {
                            (called(visit, case)) " · "
                            @match case["claimed_by"].as_str() { Some(who) => (words.with("case-claimed-by", &[("who", text(person(who)))])), None => (words.say("case-nobody-yet")) }
                        }
                    }
                }
                @for act in list_of(&waiting.approvals, "approvals") {
                    li {
                        div.row { a href="/approvals" { (words.say(&format!("approval-{}", text_of(act, "kind")))) } (tag("warn", &words.say("needs-second"))) }
                        p { (words.with("approval-about", &[("user", text(text_of(act, "user"))), ("by", text(text_of(act, "by")))])) }
                    }
                }
            }
        }
    }
}

/// What risk control said, as a bar and a table of the same list.
fn decisions(visit: &Visit, rulings: &Value) -> Markup {
    let words = visit.words;
    let all: Vec<(&str, &str, u64)> =
        RULINGS.iter().map(|(ruling, class)| (*ruling, *class, ruled(rulings, ruling))).collect();
    let whole: u64 = all.iter().map(|(_, _, n)| n).sum();
    let apart: u64 = all.iter().skip(1).map(|(_, _, n)| n).sum();
    let title = words.say("query-rulings");
    let mut left_of = 0.0;
    let bars: Vec<(&str, f64, f64)> = all
        .iter()
        .skip(1)
        .filter(|(_, _, n)| *n > 0)
        .map(|(ruling, _, n)| {
            let wide = *n as f64 * 100.0 / apart.max(1) as f64;
            let bar = (*ruling, left_of, wide);
            left_of += wide;
            bar
        })
        .collect();
    html! {
        section.p.s5 aria-labelledby="rulings" {
            header { h2 id="rulings" { (title) } }
            p.say id="rulings-says" { (words.with("rulings-says", &[("n", text(figures::number(whole))), ("share", text(percent(apart, whole)))])) }
            @if apart > 0 {
                svg.bar-of viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-labelledby="rulings-says" {
                    // The same dots and stripes as beside the words, about square where the bar is ten times as wide as it is high.
                    defs {
                        pattern id="dots" width="1.6" height="2" patternUnits="userSpaceOnUse" { rect class="r-ask" width="1.6" height="2" {} circle cx=".8" cy="1" r=".35" {} }
                        pattern id="stripes" width="2.4" height="2.4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" { rect class="r-hold" width="2.4" height="2.4" {} rect.gap width=".9" height="2.4" {} }
                    }
                    @for (ruling, x, wide) in &bars { rect class={ "of-" (ruling) } x={ (format!("{x:.3}")) } y="0" width={ (format!("{wide:.3}")) } height="10" {} }
                }
            }
            (scrolled(words, &title, html! { table {
                thead { tr { th scope="col" { (words.say("rulings-what")) } th.num scope="col" { (words.say("hours-payments")) } th.num scope="col" { (words.say("rules-share")) } } }
                tbody { @for (ruling, class, n) in &all { tr {
                    th scope="row" { span class={ "sw " (class) } {} (words.say(&format!("ruling-{ruling}"))) }
                    td.num data-value=(n) { (figures::number(*n)) } td.num { (percent(*n, whole)) }
                } } }
                tfoot { tr { th scope="row" { (words.say("rulings-all")) } td.num { (figures::number(whole)) } td.num {} } }
            } }))
            (provenance(words, &source("rulings", rulings), &title))
        }
    }
}

/// Finds a payment, an account or a case by its number.
async fn find(visit: &Visit) -> Said {
    let of = Finder {
        path: "/payments",
        title: "desk-payments",
        says: "find-says",
        label: "find-number",
        hint: "find-hint",
    };
    finder(visit, &of, found(visit, visit.query.get("find")).await)
}

/// The page of what was typed, if it is there and may be seen.
async fn found(visit: &Visit, typed: &str) -> Result<Option<String>, Trouble> {
    if typed.is_empty() {
        return Ok(None);
    }
    let path = if typed.starts_with("pay_") {
        format!("/payments/{typed}")
    } else if typed.starts_with("case_") {
        format!("/cases/{typed}")
    } else {
        let account = figures::account_of(typed).ok_or_else(Trouble::not_found)?;
        format!("/accounts/{account}")
    };
    let safe = path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-'));
    if !safe {
        return Err(Trouble::not_found());
    }
    visit.ask.get(&path).await?;
    Ok(Some(path))
}
