//! Other banks' data: `berka` for one real bank of the 1990s, `csv` for anybody's file.

pub mod berka;
pub mod csv;

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
