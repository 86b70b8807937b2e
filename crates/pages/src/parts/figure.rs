//! A figure: a sentence that says what it shows, a drawing made here, a table with the same numbers, and where they come
//! from. The drawing and the table are made of one list, so that they cannot differ.

use super::Example;
use crate::figures;
use crate::words::Words;
use maud::{Markup, html};
use std::fmt::Write;

/// Room of the drawing, in its own units.
const WIDE: f64 = 600.0;
const HIGH: f64 = 200.0;

/// One point of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// When or what.
    pub label: String,
    /// How much.
    pub value: u64,
}

/// Where numbers come from.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// As of which entry of the journal.
    pub entry: Option<u64>,
    /// Where it can be checked.
    pub proof: Option<String>,
    /// Where the numbers are as a file.
    pub csv: Option<String>,
    /// The question that gave them.
    pub query: Option<String>,
}

/// A series over time or over kinds.
pub struct Figure<'a> {
    /// Its id on the page.
    pub id: &'a str,
    /// Its heading.
    pub heading: &'a str,
    /// What it shows, in a sentence.
    pub says: &'a str,
    /// What a label is, and what a value is.
    pub columns: [&'a str; 2],
    /// The points.
    pub points: &'a [Point],
    /// Where they come from.
    pub source: &'a Source,
}

/// It, as columns over a line.
pub fn figure(words: Words, of: &Figure<'_>) -> Markup {
    let top = scale(of.points.iter().map(|point| point.value).max().unwrap_or(0));
    let says = format!("{}-says", of.id);
    html! {
        section.p aria-labelledby=(of.id) {
            header { h2 id=(of.id) { (of.heading) } }
            p.say id=(says) { (of.says) }
            @if !of.points.is_empty() {
                div.plot role="img" aria-labelledby=(says) {
                    div.ys aria-hidden="true" { @for part in (0..=4).rev() { span { (figures::number(top / 4 * part)) } } }
                    svg viewBox={ "0 0 " (WIDE) " " (HIGH) } preserveAspectRatio="none" aria-hidden="true" {
                        path.g d="M0 0H600M0 50H600M0 100H600M0 150H600M0 200H600" {}
                        path.fill d=(columns(of.points, top)) {}
                    }
                    div.xs.few[of.points.len() <= FEW] aria-hidden="true" { @for (at, label) in labels(of.points).into_iter().enumerate() { span.alt[is_second(at, of.points)] { (label) } } }
                }
            }
            details.data {
                summary { (words.with("as-table", &[("what", crate::words::text(of.heading))])) }
                div.scroll tabindex="0" role="region" aria-label=(of.heading) {
                    table {
                        thead { tr { th scope="col" { (of.columns[0]) } th.num scope="col" { (of.columns[1]) } } }
                        tbody { @for point in of.points {
                            tr { th scope="row" { (point.label) } td.num data-value=(point.value) { (figures::number(point.value)) } }
                        } }
                    }
                }
            }
            (provenance(words, of.source, of.heading))
        }
    }
}

/// The line under everything that has numbers: as of when, and how anybody can check them.
pub fn provenance(words: Words, source: &Source, what: &str) -> Markup {
    let links = [
        ("provenance-proof", &source.proof),
        ("provenance-csv", &source.csv),
        ("provenance-query", &source.query),
    ];
    html! {
        p.prov {
            @if let Some(entry) = source.entry {
                span { (words.say("as-of-entry")) " " code { (figures::number(entry)) } }
            }
            span.links {
                @for (word, link) in links {
                    @if let Some(link) = link {
                        a href=(link) { (words.say(word)) span.vh { " " (what) } }
                    }
                }
            }
        }
    }
}

/// The next round number at or above, a multiple of four, so that the lines of the grid have whole numbers.
fn scale(most: u64) -> u64 {
    let mut step = 4_u64;
    loop {
        // Twice, two and a half times where that is whole in four parts, five times: 100 has the top 100.
        let tops = [step.checked_mul(1), step.checked_mul(2), quarters(step), step.checked_mul(5)];
        if let Some(top) = tops.into_iter().flatten().find(|top| *top >= most) {
            return top;
        }
        match step.checked_mul(10) {
            Some(next) => step = next,
            None => return u64::MAX,
        }
    }
}

/// Two and a half times a step, if four parts of it are whole.
fn quarters(step: u64) -> Option<u64> {
    step.checked_mul(5).map(|top| top / 2).filter(|top| top.is_multiple_of(4))
}

fn columns(points: &[Point], top: u64) -> String {
    let wide = WIDE / points.len().max(1) as f64;
    let mut path = String::new();
    for (at, point) in points.iter().enumerate() {
        let high = point.value as f64 / top.max(1) as f64 * HIGH;
        let left = at as f64 * wide + wide * 0.12;
        // Writing to a text cannot fail.
        let _ = write!(path, "M{left:.1} {HIGH}V{:.1}h{:.1}V{HIGH}Z", HIGH - high, wide * 0.76);
    }
    path
}

/// A label for each column, empty where there is no room for one: six short ones at most, or four long ones.
fn labels(points: &[Point]) -> Vec<&str> {
    let (step, shown) = (step(points), points.iter().enumerate());
    shown.map(|(at, point)| if at % step == 0 { point.label.as_str() } else { "" }).collect()
}

/// So few labels have room for words.
const FEW: usize = 4;

/// From one label that is shown to the next.
fn step(points: &[Point]) -> usize {
    let long = points.iter().any(|point| point.label.chars().count() > 6);
    points.len().div_ceil(if long { 4 } else { 6 }).max(1)
}

/// Every second label, which a narrow screen has no room for.
fn is_second(at: usize, points: &[Point]) -> bool {
    let step = step(points);
    points.len() > 3 && at.is_multiple_of(step) && !(at / step).is_multiple_of(2)
}

pub fn examples(words: Words) -> Vec<Example> {
    let point = |label: &str, value| Point { label: label.to_owned(), value };
    let points =
        [point("09:00", 120), point("10:00", 480), point("11:00", 1_284), point("12:00", 0)];
    let of = Figure {
        id: "sample-figure",
        heading: "Payments an hour",
        says: "Most came at 11:00: 1,284.",
        columns: ["Hour", "Payments"],
        points: &points,
        source: &Source {
            entry: Some(48_201_774),
            proof: Some("/check".into()),
            ..Source::default()
        },
    };
    vec![Example { part: "figure", name: "payments an hour", html: figure(words, &of) }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_has_whole_numbers() {
        for (most, top) in [
            (0, 4),
            (4, 4),
            (5, 8),
            (9, 20),
            (90, 100),
            (100, 100),
            (1_284, 2_000),
            (u64::MAX, u64::MAX),
        ] {
            assert_eq!(scale(most), top, "{most}");
        }
    }

    #[test]
    fn labels_have_room() {
        let named = |count: usize, label: &str| {
            let point = Point { label: label.to_owned(), value: 1 };
            let points = vec![point; count];
            let shown = labels(&points);
            (shown.len(), shown.iter().filter(|label| !label.is_empty()).count())
        };
        assert_eq!(named(24, "09:00"), (24, 6));
        assert_eq!(named(20, "2026-09-28"), (20, 4));
        assert_eq!(named(3, "2026-09-28"), (3, 3));
        assert_eq!(named(0, ""), (0, 0));
    }

    /// The drawing shows the numbers of the table, and no others.
    #[test]
    fn a_drawing_is_its_table() {
        let points: Vec<Point> = [3, 0, 7, 8]
            .iter()
            .map(|value| Point { label: value.to_string(), value: *value })
            .collect();
        let top = scale(8);
        let drawn: Vec<f64> = columns(&points, top)
            .split('V')
            .filter_map(|part| part.split('h').next()?.parse::<f64>().ok())
            .filter(|high| (*high - HIGH).abs() > f64::EPSILON || *high < HIGH)
            .collect();
        let read: Vec<u64> =
            drawn.iter().map(|y| ((HIGH - y) / HIGH * top as f64).round() as u64).collect();
        assert_eq!(read.iter().filter(|v| **v > 0).collect::<Vec<_>>(), [&3, &7, &8]);
    }
}
