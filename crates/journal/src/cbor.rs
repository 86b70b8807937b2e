//! Deterministic CBOR, as much of it as the journal uses (RFC 8949 section 4.2.1): shortest heads,
//! definite lengths, map keys ascending. The reader accepts nothing else, so that bytes and meaning are
//! one to one; its errors name the field. `act.rs` says what is written with it.

use std::fmt;

/// Major types (RFC 8949 section 3.1).
const UINT: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
/// Tag of an unsigned bignum (RFC 8949 section 3.4.3).
const TAG_BIGNUM: u64 = 2;

/// Why bytes are not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Which field.
    pub field: &'static str,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bytes end within it.
    Truncated,
    /// There are bytes after it.
    TrailingBytes,
    /// It is written longer than need be, or in another form than the one canonical form.
    NotCanonical,
    /// It is of another type.
    WrongType,
    /// The number does not fit.
    OutOfRange,
    /// The number has no meaning here.
    UnknownCode(u64),
    /// A map has this key instead, which it should not have.
    UnknownKey(u64),
    /// It is not there.
    Missing,
    /// The text is not UTF-8.
    NotUtf8,
    /// It is reserved and must be zero.
    NotZero,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field;
        match self.fault {
            Fault::Truncated => write!(f, "{field}: the bytes end too early"),
            Fault::TrailingBytes => write!(f, "{field}: bytes follow that do not belong to it"),
            Fault::NotCanonical => write!(f, "{field}: not in its one canonical form"),
            Fault::WrongType => write!(f, "{field}: of another type"),
            Fault::OutOfRange => write!(f, "{field}: the number does not fit"),
            Fault::UnknownCode(code) => write!(f, "{field}: {code} has no meaning"),
            Fault::UnknownKey(key) => write!(f, "{field}: key {key} stands in its place"),
            Fault::Missing => write!(f, "{field}: missing"),
            Fault::NotUtf8 => write!(f, "{field}: not UTF-8 text"),
            Fault::NotZero => write!(f, "{field}: reserved, but not zero"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// Shorthand for an error about `field`.
pub(crate) fn fault<T>(field: &'static str, fault: Fault) -> Result<T, DecodeError> {
    Err(DecodeError { field, fault })
}

/// Appends items to a buffer.
pub(crate) struct Writer<'a>(pub &'a mut Vec<u8>);

impl Writer<'_> {
    fn head(&mut self, major: u8, argument: u64) {
        let major = major << 5;
        let bytes = argument.to_be_bytes();
        match argument {
            0..=23 => self.0.push(major | bytes[7]),
            24..=0xff => self.0.extend_from_slice(&[major | 24, bytes[7]]),
            0x100..=0xffff => {
                self.0.push(major | 25);
                self.0.extend_from_slice(&bytes[6..]);
            }
            0x1_0000..=0xffff_ffff => {
                self.0.push(major | 26);
                self.0.extend_from_slice(&bytes[4..]);
            }
            _ => {
                self.0.push(major | 27);
                self.0.extend_from_slice(&bytes);
            }
        }
    }

    pub fn uint(&mut self, value: impl Into<u64>) {
        self.head(UINT, value.into());
    }

    pub fn int(&mut self, value: i32) {
        // RFC 8949 section 3.1: a negative integer n is written as -1 - n, which is `!n`.
        if value < 0 {
            self.head(NEGATIVE, u64::from((!value).unsigned_abs()));
        } else {
            self.head(UINT, u64::from(value.unsigned_abs()));
        }
    }

    /// RFC 8949 section 3.4.3: as an integer where it fits, else as a bignum without leading zeros.
    pub fn uint128(&mut self, value: u128) {
        match u64::try_from(value) {
            Ok(small) => self.head(UINT, small),
            Err(_) => {
                self.head(TAG, TAG_BIGNUM);
                self.bytes(&value.to_be_bytes()[value.leading_zeros() as usize / 8..]);
            }
        }
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.head(BYTES, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub fn text(&mut self, text: &str) {
        self.head(TEXT, text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    pub fn array(&mut self, items: usize) {
        self.head(ARRAY, items as u64);
    }

    pub fn map(&mut self, pairs: u8) {
        self.head(MAP, u64::from(pairs));
    }

    /// Maps with texts as keys have any number of pairs.
    pub fn map_of(&mut self, pairs: usize) {
        self.head(MAP, pairs as u64);
    }

    pub fn key(&mut self, key: u8) -> &mut Self {
        self.head(UINT, u64::from(key));
        self
    }
}

/// Reads items back, strictly.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    /// Nothing may be left.
    pub fn end(&self, field: &'static str) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { fault(field, Fault::TrailingBytes) }
    }

    fn take(&mut self, field: &'static str, count: u64) -> Result<&'a [u8], DecodeError> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return fault(field, Fault::Truncated);
        };
        self.rest = rest;
        Ok(taken)
    }

    /// Major type and argument; the argument must be as short as it can be.
    fn head(&mut self, field: &'static str) -> Result<(u8, u64), DecodeError> {
        let first = self.take(field, 1)?[0];
        let (extra, least) = match first & 0x1f {
            small @ 0..=23 => return Ok((first >> 5, u64::from(small))),
            24 => (1, 24),
            25 => (2, 0x100),
            26 => (4, 0x1_0000),
            27 => (8, 0x1_0000_0000),
            // Indefinite lengths and reserved heads.
            _ => return fault(field, Fault::NotCanonical),
        };
        let bytes = self.take(field, extra)?;
        let argument = bytes.iter().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        if argument < least {
            return fault(field, Fault::NotCanonical);
        }
        Ok((first >> 5, argument))
    }

    fn expect(&mut self, field: &'static str, major: u8) -> Result<u64, DecodeError> {
        match self.head(field)? {
            (found, argument) if found == major => Ok(argument),
            _ => fault(field, Fault::WrongType),
        }
    }

    pub fn uint<T: TryFrom<u64>>(&mut self, field: &'static str) -> Result<T, DecodeError> {
        let value = self.expect(field, UINT)?;
        T::try_from(value).or(fault(field, Fault::OutOfRange))
    }

    pub fn int(&mut self, field: &'static str) -> Result<i32, DecodeError> {
        let (major, argument) = self.head(field)?;
        let Ok(value) = i32::try_from(argument) else { return fault(field, Fault::OutOfRange) };
        match major {
            UINT => Ok(value),
            NEGATIVE => Ok(!value),
            _ => fault(field, Fault::WrongType),
        }
    }

    pub fn uint128(&mut self, field: &'static str) -> Result<u128, DecodeError> {
        match self.head(field)? {
            (UINT, small) => Ok(u128::from(small)),
            (TAG, TAG_BIGNUM) => {
                let bytes = self.bytes(field)?;
                // Up to eight bytes fit an integer, which is the shorter form.
                if bytes.len() <= 8 || bytes[0] == 0 {
                    return fault(field, Fault::NotCanonical);
                }
                if bytes.len() > 16 {
                    return fault(field, Fault::OutOfRange);
                }
                Ok(bytes.iter().fold(0, |sum: u128, byte| sum << 8 | u128::from(*byte)))
            }
            _ => fault(field, Fault::WrongType),
        }
    }

    pub fn bytes(&mut self, field: &'static str) -> Result<&'a [u8], DecodeError> {
        let length = self.expect(field, BYTES)?;
        self.take(field, length)
    }

    pub fn bytes_of<const N: usize>(
        &mut self,
        field: &'static str,
    ) -> Result<[u8; N], DecodeError> {
        self.bytes(field)?.try_into().or(fault(field, Fault::OutOfRange))
    }

    pub fn text(&mut self, field: &'static str) -> Result<&'a str, DecodeError> {
        let length = self.expect(field, TEXT)?;
        std::str::from_utf8(self.take(field, length)?).or(fault(field, Fault::NotUtf8))
    }

    pub fn array(&mut self, field: &'static str) -> Result<u64, DecodeError> {
        self.expect(field, ARRAY)
    }

    /// Number of pairs of a map with texts as keys.
    pub fn map_of(&mut self, field: &'static str) -> Result<u64, DecodeError> {
        self.expect(field, MAP)
    }

    /// A map with small integers as keys; hand it back to `end_map` when its keys are read.
    pub fn map(&mut self, field: &'static str) -> Result<Pairs, DecodeError> {
        Ok(Pairs { left: self.expect(field, MAP)? })
    }

    /// The next key must be `key`.
    pub fn key(
        &mut self,
        pairs: &mut Pairs,
        key: u8,
        field: &'static str,
    ) -> Result<(), DecodeError> {
        if pairs.left == 0 {
            return fault(field, Fault::Missing);
        }
        pairs.left -= 1;
        match self.expect(field, UINT)? {
            found if found == u64::from(key) => Ok(()),
            found => fault(field, Fault::UnknownKey(found)),
        }
    }

    /// Reads the next key if it is `key`; keys below 24 are one byte.
    pub fn optional_key(&mut self, pairs: &mut Pairs, key: u8) -> bool {
        let found = pairs.left > 0 && self.rest.first() == Some(&key);
        if found {
            pairs.left -= 1;
            self.rest = &self.rest[1..];
        }
        found
    }

    /// No key may be left.
    pub fn end_map(&mut self, pairs: &Pairs, field: &'static str) -> Result<(), DecodeError> {
        if pairs.left == 0 {
            return Ok(());
        }
        let key = self.expect(field, UINT)?;
        fault(field, Fault::UnknownKey(key))
    }
}

/// How many pairs of a map are still to be read.
pub(crate) struct Pairs {
    left: u64,
}
