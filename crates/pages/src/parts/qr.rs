//! What a phone takes with its camera instead of its owner's fingers: a QR code (ISO/IEC 18004:2024), drawn on the server. It never
//! stands alone: what it says is always there as text as well.

use super::Example;
use crate::words::Words;
use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;

/// Light points around the code, which readers need.
const QUIET: i32 = 4;

/// The code of a text, black on white in every look, called `label`; nothing if the text is too long for one.
pub fn qr(label: &str, says: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(says, QrCodeEcc::Medium) else { return html! {} };
    let wide = code.size() + 2 * QUIET;
    html! {
        svg.qr viewBox={ "0 0 " (wide) " " (wide) } role="img" aria-label=(label) shape-rendering="crispEdges" {
            rect.qr-paper width=(wide) height=(wide) {}
            path.qr-ink d=(ink(&code)) {}
        }
    }
}

/// The dark points, run by run.
fn ink(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|at| code.get_module(*at, y)).count() as i32;
            if run > 0 {
                // Writing to a text cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run + 1;
        }
    }
    path
}

pub fn examples(words: Words) -> Vec<Example> {
    let html = qr(&words.say("qr"), "https://bank.example/link?token=0123456789abcdef");
    vec![Example { part: "qr", name: "a link for a camera", html }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dark_point_is_drawn_once() {
        let code = QrCode::encode_text("https://bank.example/link", QrCodeEcc::Medium).unwrap();
        let all = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark = all.filter(|(x, y)| code.get_module(*x, *y)).count();
        let path = ink(&code);
        let runs = path.split('h').skip(1).filter(|run| !run.starts_with('-'));
        let drawn: usize =
            runs.map(|run| run.split('v').next().unwrap().parse::<usize>().unwrap()).sum();
        assert_eq!(drawn, dark);
        assert!(qr("x", &"a".repeat(5_000)).into_string().is_empty());
    }
}
