//! Other banks' data: `berka` for one real bank of the 1990s, `amlsim` for a simulated one with thieves in it,
//! `csv` for anybody's file.

use std::fmt;

pub mod berka;
pub mod amlsim;
pub mod csv;

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongLine {
    /// The file's name.
    pub file: &'static str,
    /// Which line, from 1; zero when the file itself cannot be read.
    pub line: u32,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for WrongLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.why),
            line => write!(f, "{} line {line}: {}", self.file, self.why),
        }
    }
}

/// The line a record begins on, from 1. The reader stops right behind a line's first end character, so
/// that what is left of a line end, and empty lines, are still before the record.
pub fn line_at(bytes: &[u8], position: &::csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let ends = bytes
        .get(start..)
        .unwrap_or_default()
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + ends.filter(|byte| **byte == b'\n').count() as u64
}
