//! Stands between the bytes and the XML reader: only UTF-8, only characters XML allows, never more bytes than the
//! limits say, and never more at once than one token may have. It counts lines on the way.

use std::io::{self, BufRead, Read};

use crate::limits::Limits;
use crate::reason::Reason;
use crate::refused::{Place, Refused};
use crate::text::is_xml_character;

/// The longest character of UTF-8 without its last byte.
const HALF_BYTES_MAX: usize = 3;

/// How much is shown at once, so that one endless token of a source that lies in memory is not copied whole.
const WINDOW_BYTES: usize = 16 << 10;

/// A stream of bytes that ends in an error where it is not what a message may be.
pub(crate) struct Guard<R> {
    inner: R,
    limits: Limits,
    at: Place,
    /// How many bytes of the inner buffer, from its beginning, were looked at.
    checked: usize,
    /// The beginning of a character that the inner buffer cut in two.
    half: Vec<u8>,
    /// Bytes since the last token began.
    token_bytes: u64,
    refused: Option<Box<Refused>>,
}

impl<R: BufRead> Guard<R> {
    pub fn new(inner: R, limits: Limits) -> Guard<R> {
        let at = Place { line: 1, column: 1, byte: 0 };
        let half = Vec::with_capacity(HALF_BYTES_MAX);
        Guard { inner, limits, at, checked: 0, half, token_bytes: 0, refused: None }
    }

    /// Where the next byte stands.
    pub fn at(&self) -> Place {
        self.at
    }

    /// A token begins here.
    pub fn begin_token(&mut self) {
        self.token_bytes = 0;
    }

    /// Why the stream ended in an error, when it was not the source's own.
    pub fn take_refused(&mut self) -> Option<Box<Refused>> {
        self.refused.take()
    }
}

/// What is wrong with bytes, and after how many of them; with the limit, if it was one.
struct Wrong {
    after: usize,
    what: String,
    limit: Option<u64>,
}

impl Wrong {
    fn here(what: impl Into<String>) -> Wrong {
        Wrong { after: 0, what: what.into(), limit: None }
    }
}

/// Looks at bytes that follow `half` and leaves there what is cut off at their end.
fn look(half: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Wrong> {
    let (mut taken, before) = (0, half.len());
    while !half.is_empty() && taken < bytes.len() {
        half.extend(bytes.get(taken));
        taken += 1;
        match std::str::from_utf8(half) {
            Ok(whole) => {
                look_at_characters(whole).map_err(|wrong| Wrong { after: 0, ..wrong })?;
                half.clear();
            }
            Err(error) if error.error_len().is_none() && half.len() <= HALF_BYTES_MAX => {}
            Err(_) => {
                half.truncate(before);
                return Err(Wrong::here("not UTF-8"));
            }
        }
    }
    let rest = bytes.get(taken..).unwrap_or_default();
    let (text, cut) = match std::str::from_utf8(rest) {
        Ok(text) => (text, &[][..]),
        Err(error) => {
            let (good, bad) = rest.split_at(error.valid_up_to());
            let good = std::str::from_utf8(good).unwrap_or_default();
            if error.error_len().is_some() {
                look_at_characters(good)
                    .map_err(|wrong| Wrong { after: taken + wrong.after, ..wrong })?;
                return Err(Wrong { after: taken + good.len(), ..Wrong::here("not UTF-8") });
            }
            (good, bad)
        }
    };
    look_at_characters(text).map_err(|wrong| Wrong { after: taken + wrong.after, ..wrong })?;
    half.extend_from_slice(cut);
    Ok(())
}

/// XML 1.0 section 2.2, production 2, of what UTF-8 can say at all.
fn look_at_characters(text: &str) -> Result<(), Wrong> {
    let suspicious =
        |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0xEF;
    if !text.bytes().any(suspicious) {
        return Ok(());
    }
    match text.char_indices().find(|(_, character)| !is_xml_character(*character)) {
        None => Ok(()),
        Some((after, character)) => {
            let what =
                format!("character U+{:04X}, which XML does not allow", u32::from(character));
            Err(Wrong { after, ..Wrong::here(what) })
        }
    }
}

/// The place after `bytes`, when they begin at `place`.
fn place_after(mut place: Place, bytes: &[u8]) -> Place {
    place.byte += bytes.len() as u64;
    place.column += bytes.len() as u64;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' {
            place.line += 1;
            place.column = (bytes.len() - at) as u64;
        }
    }
    place
}

impl<R: BufRead> Guard<R> {
    /// How many bytes may be shown before a limit is reached.
    fn room(&self) -> usize {
        let bytes = self.limits.bytes_max.saturating_sub(self.at.byte);
        let token = self.limits.token_bytes_max.saturating_sub(self.token_bytes);
        usize::try_from(bytes.min(token)).unwrap_or(usize::MAX)
    }

    /// Which limit is reached when there is no room.
    fn beyond(limits: &Limits, at: Place) -> Wrong {
        let (what, limit) = match at.byte < limits.bytes_max {
            true => ("a tag or text longer than any message needs", limits.token_bytes_max),
            false => ("more bytes than a message may have", limits.bytes_max),
        };
        Wrong { limit: Some(limit), ..Wrong::here(what) }
    }

    fn refuse(&mut self, wrong: Wrong, place: Place) -> io::Error {
        let Wrong { what, limit, .. } = wrong;
        let path = String::new();
        self.refused = Some(Box::new(Refused { what, path, place, limit, reason: Reason::FF01 }));
        io::Error::other("refused")
    }
}

impl<R: BufRead> BufRead for Guard<R> {
    /// Shows what is good. What is wrong is an error when nothing good is left before it, so that the document is
    /// refused for the first thing that is wrong, however its bytes arrive.
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        // A mark of the byte order would be taken away unseen if it came in one piece.
        let window = if self.at.byte == 0 { 1 } else { WINDOW_BYTES }.min(self.room());
        let (checked, half_bytes) = (self.checked, self.half.len());
        let buffered = self.inner.fill_buf()?;
        let visible = buffered.len().min(window);
        let wrong = match (buffered.get(checked..visible), buffered.first()) {
            (_, None) if half_bytes > 0 => {
                Some(Wrong::here("not UTF-8: it ends within a character"))
            }
            (_, Some(_)) if visible == 0 => Some(Self::beyond(&self.limits, self.at)),
            (_, Some(0xFE | 0xFF)) if self.at.byte == 0 => {
                Some(Wrong::here("UTF-16; only UTF-8 is read"))
            }
            (new, _) => look(&mut self.half, new.unwrap_or_default()).err(),
        };
        let good = match wrong {
            None => visible.max(checked),
            Some(wrong) if checked + wrong.after > 0 => checked + wrong.after,
            Some(wrong) => {
                // A character that is wrong began before its last byte was read.
                let before = half_bytes as u64;
                let Place { line, column, byte } = self.at;
                let place = Place { line, column: column - before, byte: byte - before };
                return Err(self.refuse(wrong, place));
            }
        };
        self.checked = good;
        Ok(self.inner.fill_buf()?.get(..good).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        // What is consumed was in the buffer that `fill_buf` has just shown, so asking again costs no reading.
        if let Ok(bytes) = self.inner.fill_buf() {
            self.at = place_after(self.at, bytes.get(..amount).unwrap_or_default());
        }
        self.checked = self.checked.saturating_sub(amount);
        self.token_bytes += amount as u64;
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Guard<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let amount = bytes.len().min(into.len());
        if let (Some(into), Some(bytes)) = (into.get_mut(..amount), bytes.get(..amount)) {
            into.copy_from_slice(bytes);
        }
        self.consume(amount);
        Ok(amount)
    }
}
