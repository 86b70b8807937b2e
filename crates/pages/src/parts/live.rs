//! A page that tells what changes: what it says is announced politely, and it can be paused. Without script it is looked at again.

use super::Example;
use crate::words::Words;
use maud::{Markup, html};

/// The line of a page that is live: what changed, a pause (WCAG 2.2.2), and a way that needs no script.
pub fn live(words: Words, stream: &str, again: &str, says: &str) -> Markup {
    html! {
        div.live data-stream=(stream) {
            p role="status" data-live="said" { (says) }
            div.row-of {
                button.btn type="button" data-pause hidden aria-pressed="false" { (words.say("pause")) }
                a.btn href=(again) { (words.say("look-again")) }
            }
        }
    }
}

pub fn examples(words: Words) -> Vec<Example> {
    // It names no stream, so that the gallery listens to none.
    let html = live(words, "", "/gallery", "Two cases wait.");
    vec![Example { part: "live", name: "a page that is live", html }]
}
