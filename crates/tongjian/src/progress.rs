//! A bar that shows how far a long work is. Hidden without a terminal and when a program reads.

use crate::out::Out;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over `total` steps.
pub fn bar(out: &Out, what: &str, total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), target(out));
    let template = "{msg:<22} {bar:32} {human_pos} of {human_len}, {elapsed}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(what.to_owned());
    bar
}

fn target(out: &Out) -> ProgressDrawTarget {
    if out.is_json() {
        ProgressDrawTarget::hidden()
    } else {
        // indicatif itself stays silent when standard error is not a terminal.
        ProgressDrawTarget::stderr_with_hz(8)
    }
}
