//! Fields of forms: a label that is always seen, a hint, what is wrong beside it, and the list of faults above the form.

use super::Example;
use crate::words::Words;
use maud::{Markup, PreEscaped, html};

/// One field with one line of text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Field<'a> {
    /// Its name in the form; also its id.
    pub name: &'a str,
    /// What it is called.
    pub label: &'a str,
    /// What helps to fill it in; empty for nothing.
    pub hint: &'a str,
    /// What stands in it.
    pub value: &'a str,
    /// `text`, `password`, `date`, …; `text` if empty.
    pub kind: &'a str,
    /// What a phone's keyboard offers: `decimal`, `numeric`; empty for letters.
    pub keys: &'a str,
    /// What the browser may fill in by itself; `off` if empty.
    pub fills: &'a str,
}

/// What is wrong, field by field.
pub type Faults<'a> = &'a [(String, String)];

fn fault<'a>(faults: Faults<'a>, name: &str) -> Option<&'a str> {
    faults.iter().find(|(field, _)| field == name).map(|(_, says)| says.as_str())
}

/// A field.
pub fn field(of: Field<'_>, faults: Faults<'_>) -> Markup {
    let wrong = fault(faults, of.name);
    let kind = if of.kind.is_empty() { "text" } else { of.kind };
    let fills = if of.fills.is_empty() { "off" } else { of.fills };
    let keys = Some(of.keys).filter(|keys| !keys.is_empty());
    let described = described(of.name, of.hint, wrong);
    html! {
        div.field.wrong[wrong.is_some()] {
            label for=(of.name) { (of.label) }
            (beside(of.name, of.hint, wrong))
            input id=(of.name) name=(of.name) type=(kind) value=(of.value) inputmode=[keys] autocomplete=(fills)
                autocapitalize="off" spellcheck="false" aria-describedby=[described] aria-invalid=[wrong.map(|_| "true")];
        }
    }
}

/// A field in which one of a few things is chosen.
pub fn choice(of: Field<'_>, options: &[(String, String)], faults: Faults<'_>) -> Markup {
    let wrong = fault(faults, of.name);
    let described = described(of.name, of.hint, wrong);
    html! {
        div.field.wrong[wrong.is_some()] {
            label for=(of.name) { (of.label) }
            (beside(of.name, of.hint, wrong))
            select id=(of.name) name=(of.name) aria-describedby=[described] aria-invalid=[wrong.map(|_| "true")] {
                @for (value, label) in options {
                    option value=(value) selected[value == of.value] { (label) }
                }
            }
        }
    }
}

/// A field for several lines.
pub fn area(of: Field<'_>, rows: u8, faults: Faults<'_>) -> Markup {
    let wrong = fault(faults, of.name);
    let described = described(of.name, of.hint, wrong);
    html! {
        div.field.wrong[wrong.is_some()] {
            label for=(of.name) { (of.label) }
            (beside(of.name, of.hint, wrong))
            textarea id=(of.name) name=(of.name) rows=(rows) spellcheck="false" aria-describedby=[described]
                aria-invalid=[wrong.map(|_| "true")] { (of.value) }
        }
    }
}

fn described(name: &str, hint: &str, wrong: Option<&str>) -> Option<String> {
    let hint = (!hint.is_empty()).then(|| format!("{name}-hint"));
    let wrong = wrong.map(|_| format!("{name}-wrong"));
    let all: Vec<String> = [hint, wrong].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(" "))
}

fn beside(name: &str, hint: &str, wrong: Option<&str>) -> Markup {
    html! {
        @if !hint.is_empty() { p.hint id={ (name) "-hint" } { (hint) } }
        @if let Some(says) = wrong { p.fault id={ (name) "-wrong" } { (says) } }
    }
}

/// The list above a form of what is wrong, each a link to its field.
pub fn summary(words: Words, says: &str, faults: Faults<'_>) -> Markup {
    if says.is_empty() && faults.is_empty() {
        return PreEscaped(String::new());
    }
    html! {
        section.note.faults role="alert" aria-labelledby="faults" tabindex="-1" {
            h2 id="faults" { (words.say("faults-title")) }
            @if faults.is_empty() { p { (says) } }
            @if !faults.is_empty() {
                ul { @for (name, says) in faults { li { a href={ "#" (name) } { (says) } } } }
            }
        }
    }
}

pub fn examples(words: Words) -> Vec<Example> {
    let of = Field {
        name: "sample-amount",
        label: "Amount",
        hint: "Yuan, like 12.50",
        value: "12,5o",
        keys: "decimal",
        ..Field::default()
    };
    let faults = [("sample-amount".to_owned(), "Write the amount like 12.50.".to_owned())];
    let options =
        [("1".to_owned(), "6299 0001".to_owned()), ("2".to_owned(), "6299 0002".to_owned())];
    vec![
        Example {
            part: "field",
            name: "a fault and its field",
            html: html! { (summary(words, "", &faults)) (field(of, &faults)) },
        },
        Example {
            part: "field",
            name: "a choice",
            html: choice(
                Field { name: "sample-from", label: "From", value: "2", ..Field::default() },
                &options,
                &[],
            ),
        },
    ]
}
