//! Operations: what needs a person now, how the bank is, and how to find a payment or an account. The journal's own pages are
//! in `journal.rs`.

use super::exceptions::Open;
use super::listed::is_about_somebody;
use super::questions::{answer, counted, source, summed};
use super::risk::{called, called_so};
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
    exceptions: Open,
    day: Value,
}

impl Waiting {
    async fn of(visit: &Visit) -> Waiting {
        let read = async |path: &str| {
            visit.ask.get(path).await.map(|answer| answer.body).unwrap_or_default()
        };
        // Only those who see a thing ask for it: a denial would be noted.
        let sees = |roles: &[&str]| visit.me.as_ref().is_some_and(|me| me.is_one_of(roles));
        let approvals = if sees(&["supervisor", "administrator", "chief_analyst"]) {
            read("/approvals").await
        } else {
            Value::Null
        };
        let (exceptions, day) = if sees(&["operations", "supervisor"]) {
            (Open::of(visit).await.unwrap_or_default(), read("/day").await)
        } else {
            (Open::default(), Value::Null)
        };
        let cases = read(&format!("/cases?due_first=true&limit={CASES}")).await;
        Waiting { cases, approvals, exceptions, day }
    }

    fn cases(&self) -> u64 {
        self.cases["total"].as_u64().unwrap_or(0)
    }

    fn approvals(&self) -> u64 {
        list_of(&self.approvals, "approvals").len() as u64
    }

    /// The business day that should have been closed, if the bank still books on one that is over.
    fn unclosed(&self) -> Option<&str> {
        let (now, today) = (text_of(&self.day, "business_day"), text_of(&self.day, "today"));
        (now < today).then_some(now)
    }

    /// How many matters there are, kind by kind, each under its word.
    fn kinds(&self) -> [(&'static str, u64); 6] {
        [
            ("overview-cases", self.cases()),
            ("overview-messages", self.exceptions.messages()),
            ("overview-orders", self.exceptions.orders()),
            ("overview-hooks", self.exceptions.hooks()),
            ("overview-approvals", self.approvals()),
            ("overview-unclosed", u64::from(self.unclosed().is_some())),
        ]
    }

    fn all(&self) -> u64 {
        self.kinds().iter().map(|(_, n)| n).sum()
    }

    /// How many wait, of which kinds, and which case comes first.
    fn says(&self, visit: &Visit) -> String {
        let words = visit.words;
        let mut says = words.with("overview-says", &[("n", count(self.all()))]);
        let kinds = self.kinds().into_iter().filter(|(_, n)| *n > 0);
        let kinds: Vec<String> =
            kinds.map(|(word, n)| words.with(word, &[("n", count(n))])).collect();
        if !kinds.is_empty() {
            let kinds = text(kinds.join(&words.say("list-and")));
            says = format!("{says} {}", words.with("overview-kinds", &[("kinds", kinds)]));
        }
        let due = list_of(&self.cases, "items").iter().find_map(|case| case["due"].as_str());
        if let Some(due) = due {
            let time = text(visit.moment(due));
            says = format!("{says} {}", words.with("overview-first", &[("time", time)]));
        }
        says
    }
}

/// The business day, which figures of today are about, and what was booked on it and on the day before.
struct Today {
    day: String,
    payments: u64,
    before: u64,
}

impl Today {
    /// By the day's own document; where it cannot be seen, by the latest day that something was booked on.
    fn of(waiting: &Waiting, days: &Value) -> Today {
        let rows = list_of(days, "rows");
        let latest = || rows.first().and_then(|row| row[0].as_str()).unwrap_or_default();
        let day = waiting.day["business_day"].as_str().unwrap_or_else(latest).to_owned();
        let on = |row: &&Value| row[0].as_str() == Some(&*day);
        // The newest day comes first.
        let earlier = |row: &&Value| row[0].as_str().is_some_and(|other| other < &*day);
        let payments = rows.iter().find(on).map_or(0, |row| counted(&row[1]));
        let before = rows.iter().find(earlier).map_or(0, |row| counted(&row[1]));
        Today { day, payments, before }
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
    let today = Today::of(&waiting, &days);
    let latest = super::journal::latest(visit).await;
    visit.page(&words.say("desk-overview"), html! {
        (head(&title, &waiting.says(visit)))
        (live(words, "/overview/live", "/overview", &words.with("live-cases", &[("n", count(waiting.cases()))])))
        (key_figures(visit, &waiting, &today, &money, &rulings, &journal))
        div.grid {
            div.s8 { (per_hour(visit, &hours, &today)) }
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
    today: &Today,
    money: &Value,
    rulings: &Value,
    journal: &Value,
) -> Markup {
    let words = visit.words;
    let moved = list_of(money, "rows").first().map(summed);
    let judged: u64 = list_of(rulings, "rows").iter().map(|row| counted(&row[1])).sum();
    let passed = ruled(rulings, "approve");
    let number = |name: &str| figures::number(journal[name].as_u64().unwrap_or(0));
    html! {
        dl.figs {
            div { dt { (words.say("figure-payments")) } dd.v { (figures::number(today.payments)) } dd.d { (words.with("figure-payments-d", &[("day", text(visit.day(&today.day))), ("before", text(figures::number(today.before)))])) } }
            div { dt { (words.say("figure-moved")) } dd.v.long { (moved.unwrap_or_else(|| "–".to_owned())) } dd.d { (words.say("figure-moved-d")) } }
            div { dt { (words.say("figure-straight")) } dd.v { (percent(passed, judged)) } dd.d { (words.with("figure-straight-ever", &[("n", text(figures::number(judged - passed)))])) } }
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
fn per_hour(visit: &Visit, hours: &Value, today: &Today) -> Markup {
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
    let day = visit.day(&today.day);
    let says = most.map_or_else(
        || words.with("hours-none-on", &[("day", text(day.as_str()))]),
        |most| {
            words.with(
                "hours-says",
                &[
                    ("day", text(day.as_str())),
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
                @if let Some(day) = waiting.unclosed() {
                    li {
                        div.row { a href="/day" { (words.with("needs-unclosed", &[("day", text(visit.day(day)))])) } (tag("bad", &words.say("needs-overdue"))) }
                        p { (words.with("needs-unclosed-says", &[("today", text(visit.day(text_of(&waiting.day, "today"))))])) }
                    }
                }
                @if waiting.exceptions.all() > 0 {
                    li {
                        div.row { a href="/exceptions" { (words.say("desk-exceptions")) } (tag("warn", &figures::number(waiting.exceptions.all()))) }
                        p { (words.with("exceptions-says", &[("n", count(waiting.exceptions.all()))])) }
                    }
                }
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
            header { h2 id="rulings" { (title) } span { (words.say("rulings-ever")) } }
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

/// Whether it may be what people call a case: the last six letters of its number.
fn is_case_end(typed: &str) -> bool {
    typed.len() == 6 && typed.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// The page of what was typed, if it is there and may be seen.
async fn found(visit: &Visit, typed: &str) -> Result<Option<String>, Trouble> {
    if typed.is_empty() {
        return Ok(None);
    }
    if is_case_end(typed)
        && let Some(case) = called_so(visit, typed).await?
    {
        return Ok(Some(format!("/cases/{case}")));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_known_by_the_end_of_its_number() {
        assert!(is_case_end("000002") && is_case_end("9fa36d"));
        for other in ["00002", "0000022", "case_1", "62990 ", "9FA36D"] {
            assert!(!is_case_end(other), "{other}");
        }
    }
}
