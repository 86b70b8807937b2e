//! How well rules did over time: the share of what was stopped that was something, and of what was something that was stopped.

use super::{interval, places};
use crate::desks::staff::{list_of, scrolled, text_of};
use crate::figures;
use crate::parts::figure::{Figure, Point, Source, figure, provenance};
use crate::parts::frame::head;
use crate::visit::{Said, Visit};
use crate::words::text;
use maud::{Markup, html};
use serde_json::Value;

/// It.
pub async fn show(visit: &Visit) -> Said {
    let words = visit.words;
    let read = visit.ask.get("/risk/quality").await?;
    let quality = &read.body;
    let months = list_of(quality, "months");
    let number = |of: &Value| text(figures::number(of.as_u64().unwrap_or(0)));
    let title = words.say("quality-title");
    let says = words.with(
        "quality-says",
        &[
            ("stopped", number(&quality["all"]["stopped"])),
            ("marked", number(&quality["all"]["marked"])),
            ("known", number(&quality["known"])),
            ("missed", number(&quality["missed"])),
        ],
    );
    let source = Source { entry: read.entry, ..Source::default() };
    visit.page(&title, html! {
        (head(&title, &says))
        (places(visit, "/rules/quality"))
        @if quality["complete"] == false { p { (words.say("rules-reading")) " " a href="/rules/quality" { (words.say("run-look-again")) } } }
        @if months.is_empty() { p.none { (words.say("quality-none")) } }
        @else {
            div.pair {
                div { (over_time(visit, months, "precision", &source)) }
                div { (over_time(visit, months, "recall", &source)) }
            }
            (table(visit, months))
        }
        p.hint { (words.say("quality-hint")) }
        (provenance(words, &source, &title))
    })
}

/// One share, month by month, in percent; months of which nothing is known are left out.
fn over_time(visit: &Visit, months: &[Value], name: &str, source: &Source) -> Markup {
    let words = visit.words;
    let point = |month: &Value| {
        let value = month["marks"][name]["value"].as_f64()?;
        Some(Point {
            label: text_of(month, "month").to_owned(),
            value: (value * 100.0).round() as u64,
        })
    };
    let points: Vec<Point> = months.iter().filter_map(point).collect();
    let latest = months.iter().rev().find(|month| month["marks"][name].is_object());
    let heading = words.say(&format!("rules-{name}"));
    let says = match latest {
        None => words.say("quality-unknown").into_owned(),
        Some(month) => {
            let of = &month["marks"][name];
            let share = |end: &str| text(super::percent(of[end].as_f64().unwrap_or(0.0)));
            words.with(
                &format!("quality-{name}-says"),
                &[
                    ("month", text(text_of(month, "month"))),
                    ("share", share("value")),
                    ("low", share("low")),
                    ("high", share("high")),
                ],
            )
        }
    };
    figure(
        words,
        &Figure {
            id: name,
            heading: &heading,
            says: &says,
            columns: [&words.say("quality-month"), &words.say("quality-percent")],
            points: &points,
            source,
        },
    )
}

fn table(visit: &Visit, months: &[Value]) -> Markup {
    let words = visit.words;
    html! { section.p aria-labelledby="months" {
        header { h2 id="months" { (words.say("quality-months")) } }
        (scrolled(words, &words.say("quality-months"), html! { table {
            thead { tr { th scope="col" { (words.say("quality-month")) } th.num scope="col" { (words.say("rules-stopped")) } th.num scope="col" { (words.say("marks-marked")) } th.num scope="col" { (words.say("marks-right")) } th.num scope="col" { (words.say("quality-missed")) } th.num scope="col" { (words.say("rules-precision")) } th.num scope="col" { (words.say("rules-recall")) } } }
            tbody { @for month in months { @let marks = &month["marks"]; tr {
                th scope="row" { (text_of(month, "month")) }
                @for name in ["stopped", "marked", "right"] { td.num { (figures::number(marks[name].as_u64().unwrap_or(0))) } }
                td.num { (figures::number(month["missed"].as_u64().unwrap_or(0))) }
                td.num { (interval(&marks["precision"])) } td.num { (interval(&marks["recall"])) }
            } } }
        } }))
    } }
}
