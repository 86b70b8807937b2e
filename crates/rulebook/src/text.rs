//! Packs as one text, as people edit them in one field and the journal keeps them beside what was adopted: a line
//! `=== PACK/FILE ===` begins each file, and what stands below it is the file. Faults are told in lines of that text.

use crate::fault::{BookRefused, Fault};
use crate::heading::{CLOSE, OPEN};
use crate::limits::{ID_BYTES_MAX, PACKS_MAX};
use crate::pack::{File, HEAD_FILE};
use crate::rulebook::{Rulebook, read};
use std::collections::BTreeMap;

/// A rulebook that was read from one text.
#[derive(Clone, Debug)]
pub struct BookText {
    /// Its packs.
    pub book: Rulebook,
    places: Places,
}

/// Where each file begins: the line of its heading, from 1.
#[derive(Clone, Debug, Default)]
struct Places(Vec<(String, usize)>);

impl Places {
    /// The same faults in lines of the text. What is of a pack as a whole stands at its first heading.
    fn placed(&self, faults: Vec<Fault>) -> Vec<Fault> {
        let of = |file: &str| {
            let exact = self.0.iter().find(|(name, _)| name == file);
            let within = || self.0.iter().find(|(name, _)| name.split('/').next() == Some(file));
            exact.or_else(within).map_or(1, |(_, line)| *line)
        };
        let place = |fault: Fault| Fault { line: of(&fault.file) + fault.line, ..fault };
        faults.into_iter().map(place).collect()
    }
}

impl BookText {
    /// Faults that were found later, by their places in the text.
    pub fn placed(&self, refused: BookRefused) -> BookRefused {
        in_order(self.places.placed(refused.faults))
    }

    /// Warnings by their places in the text.
    pub fn placed_all(&self, faults: &[Fault]) -> Vec<Fault> {
        self.places.placed(faults.to_vec())
    }
}

/// In the order in which whoever reads from top to bottom meets them.
fn in_order(faults: Vec<Fault>) -> BookRefused {
    let mut refused = BookRefused::new(faults);
    refused.faults.sort_by_key(|fault| (fault.line, fault.column));
    refused
}

/// The packs in a text.
///
/// # Errors
/// Every fault, by its line in the text.
pub fn book_of(text: &str) -> Result<BookText, BookRefused> {
    let mut places = Places::default();
    let mut packs: BTreeMap<String, Vec<File>> = BTreeMap::new();
    let mut faults = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let named = line.trim_end().strip_prefix(OPEN).and_then(|rest| rest.strip_suffix(CLOSE));
        let Some(name) = named else {
            match &mut open {
                Some((_, body)) => {
                    body.push_str(line);
                    body.push('\n');
                }
                None if line.trim().is_empty() => {}
                None if faults.is_empty() => {
                    let says = "a line `=== PACK/FILE ===` must stand above this";
                    faults.push(Fault::new("", number, says));
                }
                None => {}
            }
            continue;
        };
        close(open.take(), &mut packs);
        let taken = places.0.iter().any(|(known, _)| known == name);
        let says = match name.split_once('/') {
            Some((pack, file)) if is_name(pack) && is_name(file) && !taken => {
                places.0.push((name.to_owned(), number));
                open = Some((name, String::new()));
                continue;
            }
            Some(_) if taken => format!("{name} stands here a second time"),
            _ => format!("\"{name}\" is not the name of a pack, a `/` and the name of a file"),
        };
        faults.push(Fault::new("", number, says));
        open = Some(("", String::new()));
    }
    close(open, &mut packs);
    if !faults.is_empty() {
        return Err(in_order(faults));
    }
    if packs.is_empty() || packs.len() > PACKS_MAX {
        let says =
            format!("holds no pack, or more than {PACKS_MAX}: each has a `PACK/{HEAD_FILE}`");
        return Err(BookRefused::new(vec![Fault::new("", 1, says)]));
    }
    let headless = |(pack, files): (&String, &Vec<File>)| {
        let there = files.iter().any(|(name, _)| name == HEAD_FILE);
        (!there).then(|| Fault::new(pack, 0, format!("the pack has no `{pack}/{HEAD_FILE}`")))
    };
    let mut found: Vec<Fault> = packs.iter().filter_map(headless).collect();
    let (book, wrong) = read(packs);
    found.extend(wrong);
    let found = places.placed(found);
    if found.is_empty() { Ok(BookText { book, places }) } else { Err(in_order(found)) }
}

/// A file that is read to its end belongs to its pack.
fn close(open: Option<(&str, String)>, packs: &mut BTreeMap<String, Vec<File>>) {
    let Some((name, body)) = open else { return };
    if let Some((pack, file)) = name.split_once('/') {
        packs.entry(pack.to_owned()).or_default().push((file.to_owned(), body.into_bytes()));
    }
}

/// Small letters, digits, hyphens and dots, the first no dot: no way to anywhere else.
fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
    !text.is_empty()
        && text.len() <= ID_BYTES_MAX + 8
        && !text.starts_with('.')
        && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped::shipped;

    #[test]
    fn the_shipped_rules_are_one_text_and_come_back_as_the_same_program() {
        let book = shipped();
        let set = book.risk_set().unwrap();
        let text = set.text().unwrap();
        assert!(text.starts_with("=== risk-payments/pack.toml ===\n"), "{}", &text[..80]);
        let again = book_of(&text).unwrap();
        let read = again.book.risk_set().unwrap();
        assert_eq!(read.program.to_bytes(), set.program.to_bytes());
        assert_eq!(read.hash, set.hash, "to the byte");
        assert_eq!(read.text(), Some(text));
    }

    #[test]
    fn a_fault_stands_at_its_line_and_column_of_the_text() {
        let set = shipped().risk_set().unwrap().text().unwrap();
        let place = |what: &str| {
            let at = set.find(what).unwrap();
            1 + set[..at].matches('\n').count()
        };
        let wrong = set.replace("payer_idle > 180 * 86400", "payer_idel > 180 * 86400");
        let read = book_of(&wrong).unwrap();
        let refused = read.placed(read.book.risk_set().unwrap_err());
        let fault = &refused.faults[0];
        assert_eq!((fault.line, fault.column), (place("payer_idle > 180"), 1), "{fault}");
        assert!(fault.reason.contains("payer_idle"), "{fault}");
        // A fault of a head is one of its own line.
        let wrong = set.replace("-- id = \"just-below\"", "-- id = \"Just\"");
        let refused = book_of(&wrong).unwrap_err();
        assert_eq!(refused.faults[0].line, place("-- id = \"just-below\""), "{refused}");
    }

    #[test]
    fn what_is_no_text_of_packs_is_said_by_its_line() {
        let said = |text: &str| {
            let refused = book_of(text).unwrap_err();
            (refused.faults[0].line, refused.faults[0].reason.clone())
        };
        assert_eq!(said("\n\namount > 1").0, 3);
        assert_eq!(said("=== a/../b ===\n").0, 1);
        assert_eq!(
            said("=== a/x.sql ===\n=== a/x.sql ===\n").1,
            "a/x.sql stands here a second time"
        );
        assert!(said("").1.contains("no pack"));
        // A pack without its head is told at its first file.
        let (line, says) = said("\n=== own/x.sql ===\namount > 1\n");
        assert!(line == 2 && says.contains("no `own/pack.toml`"), "{line}: {says}");
    }
}
