//! Two texts compared by their lines: what is gone, what is new, and a little of what is around.

use crate::words::{Words, count, text};
use maud::{Markup, html};

/// Lines around a change that are shown.
const AROUND: usize = 3;
/// Beyond so many pairs of lines nothing is compared: it would take too long.
const PAIRS_MAX: usize = 4_000_000;

/// A line of both, with its numbers before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line<'a> {
    Same(usize, usize, &'a str),
    Gone(usize, &'a str),
    New(usize, &'a str),
}

/// Every line of both, in order; nothing if they are too long to be compared.
fn compared<'a>(before: &'a str, after: &'a str) -> Option<Vec<Line<'a>>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let first = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let same_end = |at: &usize| old[old.len() - 1 - at] == new[new.len() - 1 - at];
    let last = (0..old.len().min(new.len()) - first).take_while(same_end).count();
    let (a, b) = (&old[first..old.len() - last], &new[first..new.len() - last]);
    if a.len().saturating_mul(b.len()) > PAIRS_MAX {
        return None;
    }
    // How long the longest common part behind each pair is.
    let wide = b.len() + 1;
    let mut common = vec![0_u32; (a.len() + 1) * wide];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i * wide + j] = if a[i] == b[j] {
                common[(i + 1) * wide + j + 1] + 1
            } else {
                common[(i + 1) * wide + j].max(common[i * wide + j + 1])
            };
        }
    }
    let mut lines: Vec<Line<'a>> =
        (0..first).map(|at| Line::Same(at + 1, at + 1, old[at])).collect();
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let (at, to) = (first + i + 1, first + j + 1);
        if i < a.len() && j < b.len() && a[i] == b[j] {
            lines.push(Line::Same(at, to, a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len()
            || (i < a.len() && common[(i + 1) * wide + j] >= common[i * wide + j + 1])
        {
            lines.push(Line::Gone(at, a[i]));
            i += 1;
        } else {
            lines.push(Line::New(to, b[j]));
            j += 1;
        }
    }
    let (from, to) = (old.len() - last, new.len() - last);
    lines.extend((0..last).map(|at| Line::Same(from + at + 1, to + at + 1, old[from + at])));
    Some(lines)
}

/// Which lines are shown: the changed ones and those around them.
fn shown(lines: &[Line<'_>]) -> Vec<bool> {
    let mut near = vec![false; lines.len()];
    for (at, line) in lines.iter().enumerate() {
        if !matches!(line, Line::Same(..)) {
            let end = (at + AROUND + 1).min(lines.len());
            near[at.saturating_sub(AROUND)..end].fill(true);
        }
    }
    near
}

/// What changed between two texts.
pub fn diff(words: Words, before: &str, after: &str) -> Markup {
    let Some(lines) = compared(before, after) else {
        return html! { p { (words.say("diff-too-long")) } };
    };
    let of = |is: fn(&Line<'_>) -> bool| lines.iter().filter(|line| is(line)).count() as u64;
    let (gone, new) =
        (of(|line| matches!(line, Line::Gone(..))), of(|line| matches!(line, Line::New(..))));
    if gone + new == 0 {
        return html! { p { (words.say("diff-none")) } };
    }
    let near = shown(&lines);
    html! {
        p { (words.with("diff-says", &[("new", count(new)), ("gone", count(gone))])) }
        div.scroll tabindex="0" role="region" aria-label=(words.with("as-text", &[("what", text(words.say("diff-title")))])) {
            pre.diff lang="en" { @for (at, line) in lines.iter().enumerate() { @if near[at] {
                @if at > 0 && !near[at - 1] { span.cut { "⋯\n" } }
                @match line {
                    Line::Same(_, to, line) => { span.n { (format!("{to:>4}")) } "   " (line) "\n" },
                    Line::Gone(from, line) => del { span.n { (format!("{from:>4}")) } " − " (line) "\n" },
                    Line::New(to, line) => ins { span.n { (format!("{to:>4}")) } " + " (line) "\n" },
                }
            } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_is_one_gone_and_one_new() {
        let lines = compared("a\nb\nc\n", "a\nx\nc\nd\n").unwrap();
        let expected = [
            Line::Same(1, 1, "a"),
            Line::Gone(2, "b"),
            Line::New(2, "x"),
            Line::Same(3, 3, "c"),
            Line::New(4, "d"),
        ];
        assert_eq!(lines, expected);
        assert!(compared("a\n", "a\n").unwrap().iter().all(|line| matches!(line, Line::Same(..))));
        assert_eq!(compared("", "a").unwrap(), [Line::New(1, "a")]);
        assert_eq!(compared("a\na\n", "a\n").unwrap(), [Line::Same(1, 1, "a"), Line::Gone(2, "a")]);
    }

    /// Whatever the texts are, both can be had back from their comparison.
    #[test]
    fn nothing_is_lost() {
        let mut seed = 5_u64;
        let mut text = || {
            let mut lines = String::new();
            for _ in 0..12 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                lines.push(char::from(b'a' + (seed >> 60) as u8 % 4));
                lines.push('\n');
            }
            lines
        };
        for _ in 0..200 {
            let (before, after) = (text(), text());
            let lines = compared(&before, &after).unwrap();
            let side = |old: bool| -> String {
                let keep = |line: &Line<'_>| match line {
                    Line::Same(_, _, text) => Some(format!("{text}\n")),
                    Line::Gone(_, text) if old => Some(format!("{text}\n")),
                    Line::New(_, text) if !old => Some(format!("{text}\n")),
                    _ => None,
                };
                lines.iter().filter_map(keep).collect()
            };
            assert_eq!((side(true), side(false)), (before, after));
        }
    }

    #[test]
    fn only_what_is_near_a_change_is_shown() {
        let before: String = (0..40).map(|n| format!("{n}\n")).collect();
        let after = before.replace("20\n", "twenty\n");
        let lines = compared(&before, &after).unwrap();
        assert_eq!(shown(&lines).iter().filter(|near| **near).count(), 2 + 2 * AROUND);
        let long: String = (0..3_000).map(|n| format!("{n}\n")).collect();
        assert!(compared(&long, &long.replace('0', "x")).is_none());
    }
}
