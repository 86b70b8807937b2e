//! The bytes a list is read from: their digest, their text, and what in them could not be used.

use sha2::{Digest, Sha256};

use super::{Entry, ListRefused, Unread};
use crate::born::Born;
use crate::country::Country;

/// One file of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its usual name.
    pub file: String,
    /// How many bytes it has.
    pub bytes: usize,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
}

impl Input {
    pub(super) fn of(file: &str, bytes: &[u8]) -> Input {
        let digest = Sha256::digest(bytes).into();
        Input { file: file.to_owned(), bytes: bytes.len(), digest }
    }
}

/// SHA-256 over the digests of the files in their order.
pub(super) fn digest(inputs: &[Input]) -> [u8; 32] {
    let mut hash = Sha256::new();
    inputs.iter().for_each(|input| hash.update(input.digest));
    hash.finalize().into()
}

/// A file as text. Lists are published in UTF-8; other bytes are named by their line.
pub(super) fn text<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, ListRefused> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let newlines = before.iter().filter(|byte| **byte == b'\n').count();
        let reason = format!("byte {} is not UTF-8", error.valid_up_to());
        ListRefused { file: file.to_owned(), line: newlines as u64 + 1, field: "text", reason }
    })
}

/// In which line of a file a row begins, asked from top to bottom. The reader of CSV counts a line break of two
/// characters late, so lines are counted here.
#[derive(Default)]
pub(super) struct Lines {
    counted: usize,
    breaks: u64,
}

impl Lines {
    pub fn of(&mut self, body: &str, row: &csv::StringRecord) -> u64 {
        let at = row.position().map_or(0, csv::Position::byte);
        let at = usize::try_from(at).unwrap_or(body.len());
        let gap = body.get(at..).unwrap_or_default();
        let at = at + gap.len() - gap.trim_start_matches(['\r', '\n']).len();
        self.breaks += body.get(self.counted..at).unwrap_or_default().matches('\n').count() as u64;
        self.counted = at;
        self.breaks + 1
    }
}

/// Where a reader stands, and what it could not use so far.
pub(super) struct Place {
    pub file: &'static str,
    pub line: u64,
    pub unread: Vec<Unread>,
}

impl Place {
    pub fn in_file(file: &'static str) -> Place {
        Place { file, line: 0, unread: Vec::new() }
    }

    /// The whole list is refused because of what stands here.
    pub fn refuse(&self, field: &'static str, reason: impl Into<String>) -> ListRefused {
        ListRefused { file: self.file.to_owned(), line: self.line, field, reason: reason.into() }
    }

    /// This could not be used, and is counted.
    pub fn unread(&mut self, field: &'static str, text: &str) {
        let (file, line, text) = (self.file.to_owned(), self.line, text.to_owned());
        self.unread.push(Unread { file, line, field, text });
    }

    /// A date of birth for the entry, if it is one.
    pub fn born(&mut self, entry: &mut Entry, field: &'static str, text: &str) {
        match Born::read(text) {
            Some(born) => entry.was_born(born),
            None => self.unread(field, text),
        }
    }

    /// A country for the entry, if the table has it.
    pub fn country(&mut self, entry: &mut Entry, field: &'static str, text: &str) {
        match Country::named(text) {
            Some(country) => entry.of_country(country),
            None => self.unread(field, text),
        }
    }
}
