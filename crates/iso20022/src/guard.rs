//! Stands between the bytes and the XML reader: only UTF-8, only characters XML allows, never more bytes than the
//! limits say, and never more at once than one token may have. It counts lines on the way.

use std::io::{self, BufRead, Read};

use crate::limits::Limits;
use crate::reason::Reason;
use crate::refused::{Place, Refused};

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
    let mut taken = 0;
    while !half.is_empty() && taken < bytes.len() {
        half.extend(bytes.get(taken));
        taken += 1;
        match std::str::from_utf8(half) {
            Ok(whole) => {
                look_at_characters(whole).map_err(|wrong| Wrong { after: 0, ..wrong })?;
                half.clear();
            }
            Err(error) if error.error_len().is_none() && half.len() <= HALF_BYTES_MAX => {}
            Err(_) => return Err(Wrong::here("not UTF-8")),
        }
    }
    let rest = bytes.get(taken..).unwrap_or_default();
    let (text, cut) = match std::str::from_utf8(rest) {
        Ok(text) => (text, &[][..]),
        Err(error) => {
            let (good, bad) = rest.split_at(error.valid_up_to());
            if error.error_len().is_some() {
                let utf_16 = taken == 0 && (bad.starts_with(&[0xFE, 0xFF]) || bad.starts_with(&[0xFF, 0xFE]));
                let what = if utf_16 { "UTF-16; only UTF-8 is read" } else { "not UTF-8" };
                return Err(Wrong { after: taken + good.len(), ..Wrong::here(what) });
            }
            (std::str::from_utf8(good).unwrap_or_default(), bad)
        }
    };
    look_at_characters(text).map_err(|wrong| Wrong { after: taken + wrong.after, ..wrong })?;
    half.extend_from_slice(cut);
    Ok(())
}

/// XML 1.0 section 2.2, production 2, of what UTF-8 can say at all.
fn look_at_characters(text: &str) -> Result<(), Wrong> {
    let suspicious = |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0xEF;
    if !text.bytes().any(suspicious) {
        return Ok(());
    }
    match text.char_indices().find(|(_, character)| !is_xml_character(*character)) {
        None => Ok(()),
        Some((after, character)) => {
            let what = format!("character U+{:04X}, which XML does not allow", u32::from(character));
            Err(Wrong { after, ..Wrong::here(what) })
        }
    }
}

/// XML 1.0 section 2.2, production 2.
pub(crate) fn is_xml_character(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        _ => character >= ' ',
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

impl<R: BufRead> BufRead for Guard<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let Guard { inner, limits, at, checked, half, token_bytes, refused } = self;
        let buffered = inner.fill_buf()?;
        let bytes = buffered.get(..WINDOW_BYTES).unwrap_or(buffered);
        let new = bytes.get(*checked..).unwrap_or_default();
        let looked = if at.byte + buffered.len() as u64 > limits.bytes_max {
            let limit = Some(limits.bytes_max);
            Err(Wrong { limit, ..Wrong::here("more bytes than a message may have") })
        } else if *token_bytes > limits.token_bytes_max {
            let limit = Some(limits.token_bytes_max);
            Err(Wrong { limit, ..Wrong::here("a tag or text longer than any message needs") })
        } else if bytes.is_empty() && !half.is_empty() {
            Err(Wrong::here("not UTF-8: it ends within a character"))
        } else {
            look(half, new).map_err(|wrong| Wrong { after: wrong.after + *checked, ..wrong })
        };
        if let Err(Wrong { after, what, limit }) = looked {
            let place = place_after(*at, bytes.get(..after).unwrap_or_default());
            let path = String::new();
            *refused =
                Some(Box::new(Refused { what, path, place, limit, reason: Reason::FF01 }));
            return Err(io::Error::other("refused"));
        }
        *checked = bytes.len();
        Ok(bytes)
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
