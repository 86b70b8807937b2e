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

    /// The points that a path covers, read back from it.
    fn covered(path: &str) -> Vec<(i32, i32)> {
        let run = |run: &str| {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let long: i32 = rest.split_once('v').unwrap().0.parse().unwrap();
            let (x, y): (i32, i32) = (x.parse().unwrap(), y.parse().unwrap());
            (x..x + long).map(move |x| (x - QUIET, y - QUIET))
        };
        path.split('M').skip(1).flat_map(run).collect()
    }

    #[test]
    fn the_dark_points_are_drawn_where_they_are_and_no_others() {
        let code = QrCode::encode_text("https://bank.example/link", QrCodeEcc::Medium).unwrap();
        let all = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark: Vec<(i32, i32)> = all.filter(|(x, y)| code.get_module(*x, *y)).collect();
        assert!(dark.len() > 100);
        assert_eq!(covered(&ink(&code)), dark);
        assert!(qr("x", &"a".repeat(5_000)).into_string().is_empty());
    }
}
