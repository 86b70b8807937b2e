//! What somebody should see first: what needs a person, what was done, what is good to know.

use super::Example;
use crate::words::Words;
use maud::{Markup, html};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Something stopped, or waits for this person.
    Stop,
    /// It was done.
    Done,
    /// Good to know.
    Know,
}

impl Weight {
    fn class(self) -> &'static str {
        match self {
            Weight::Stop => "stop",
            Weight::Done => "done",
            Weight::Know => "know",
        }
    }
}

/// A note under its own heading.
pub fn note(weight: Weight, heading: &str, inside: Markup) -> Markup {
    html! {
        section class={ "note " (weight.class()) } {
            h2 { (heading) }
            (inside)
        }
    }
}

/// A word about the state of something; `kind` is `ok`, `warn`, `bad` or empty.
pub fn tag(kind: &str, says: &str) -> Markup {
    html! { span class={ "tag " (kind) } { (says) } }
}

pub fn examples(_: Words) -> Vec<Example> {
    vec![
        Example {
            part: "note",
            name: "it waits for somebody",
            html: note(
                Weight::Stop,
                "Please look at one payment",
                html! { p { "¥ 4,800.00 to 6299 0001 is held." } },
            ),
        },
        Example {
            part: "note",
            name: "it was done",
            html: note(Weight::Done, "Paid", html! { p { "¥ 12.50" } }),
        },
        Example {
            part: "note",
            name: "good to know",
            html: note(Weight::Know, "A sample bank", html! { p { "Nobody here is real." } }),
        },
        Example {
            part: "note",
            name: "tags",
            html: html! { (tag("ok", "Posted")) " " (tag("warn", "Held")) " " (tag("bad", "Stopped")) " " (tag("", "Today")) },
        },
    ]
}
