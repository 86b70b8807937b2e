//! Segment files `journal/00000000.seg` and on: 4,096 bytes of header, then batches at multiples of
//! 4,096, then zeros. A file is made full of zeros and overwritten in place, because appending to a file
//! that grows was measured to make the slowest commits ten times slower. `docs/formats/journal.md`.

pub use crate::faults::SegmentFault;

use crate::batch::{ALIGN_BYTES, BatchHeader, Follows};
use crate::faults::SEGMENT_FORMAT;
use crate::record::part;
use proof::hash::Hash;

/// The folder of segment files.
pub const FOLDER: &str = "journal";
/// Bytes before the first batch.
pub const SEGMENT_HEADER_BYTES: usize = ALIGN_BYTES;
/// What a segment begins with.
const MAGIC: [u8; 8] = *b"TJSEGMT1";
/// Where the origin's bytes begin.
const ORIGIN_AT: usize = 88;
/// Bytes of an origin name at most.
pub const ORIGIN_BYTES_MAX: usize = 255;
/// Where the CRC-32C over the header's earlier bytes stands.
const CRC_AT: usize = SEGMENT_HEADER_BYTES - 4;

const _: () = assert!(ORIGIN_AT + ORIGIN_BYTES_MAX < CRC_AT);

/// The head of a segment file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentHeader {
    /// Its place among the segments, from 0; also its file name.
    pub number: u32,
    /// The entry its first batch is.
    pub first_entry: u64,
    /// The number of the first record in it.
    pub first_record: u64,
    /// Bytes of the whole file.
    pub bytes: u64,
    /// Hash of the last batch header of the segment before; zeros in segment 0.
    pub previous: Hash,
    /// The log's name.
    pub origin: String,
}

impl SegmentHeader {
    /// The header's bytes, checksum included.
    pub fn encode(&self) -> Vec<u8> {
        let origin = self.origin.as_bytes();
        assert!(origin.len() <= ORIGIN_BYTES_MAX, "an origin name has at most 255 bytes");
        let mut bytes = vec![0; SEGMENT_HEADER_BYTES];
        bytes[0..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&SEGMENT_FORMAT.to_le_bytes());
        bytes[10..12].copy_from_slice(&(origin.len() as u16).to_le_bytes());
        bytes[12..16].copy_from_slice(&self.number.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.first_entry.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.first_record.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.bytes.to_le_bytes());
        bytes[56..88].copy_from_slice(&self.previous);
        bytes[ORIGIN_AT..ORIGIN_AT + origin.len()].copy_from_slice(origin);
        let crc = crc32c::crc32c(&bytes[..CRC_AT]);
        bytes[CRC_AT..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a header that stands alone.
    ///
    /// # Errors
    /// See [`SegmentFault`].
    pub fn decode(bytes: &[u8; SEGMENT_HEADER_BYTES]) -> Result<SegmentHeader, SegmentFault> {
        if *bytes == [0; SEGMENT_HEADER_BYTES] {
            return Err(SegmentFault::Unused);
        }
        if bytes[..8] != MAGIC {
            return Err(SegmentFault::Magic);
        }
        if u32::from_le_bytes(part(bytes, CRC_AT)) != crc32c::crc32c(&bytes[..CRC_AT]) {
            return Err(SegmentFault::Crc);
        }
        let format = u16::from_le_bytes(part(bytes, 8));
        if format != SEGMENT_FORMAT {
            return Err(SegmentFault::Format(format));
        }
        let origin_bytes = usize::from(u16::from_le_bytes(part(bytes, 10)));
        if !(1..=ORIGIN_BYTES_MAX).contains(&origin_bytes) {
            return Err(SegmentFault::Field("origin length"));
        }
        let origin = bytes[ORIGIN_AT..ORIGIN_AT + origin_bytes].to_vec();
        let Ok(origin) = String::from_utf8(origin) else {
            return Err(SegmentFault::Field("origin"));
        };
        let header = SegmentHeader {
            number: u32::from_le_bytes(part(bytes, 12)),
            first_entry: u64::from_le_bytes(part(bytes, 16)),
            first_record: u64::from_le_bytes(part(bytes, 24)),
            bytes: u64::from_le_bytes(part(bytes, 32)),
            previous: part(bytes, 56),
            origin,
        };
        // The checksum covers the reserved bytes; only a program of another mind writes them.
        let reserved = bytes[40..56].iter().chain(&bytes[ORIGIN_AT + origin_bytes..CRC_AT]);
        let zero = reserved.copied().all(|byte| byte == 0);
        if zero { Ok(header) } else { Err(SegmentFault::Field("reserved space")) }
    }

    /// It is segment `number` of the log `origin`, in a file of `bytes`, and goes on where `follows` says.
    ///
    /// # Errors
    /// The first field that says otherwise.
    pub fn check(
        &self,
        number: u32,
        bytes: u64,
        origin: &str,
        follows: &Follows,
    ) -> Result<(), SegmentFault> {
        let fields = [
            (self.number == number, "number"),
            (self.origin == origin, "origin"),
            (self.bytes == bytes, "file length"),
            (self.first_entry == follows.entry, "first entry"),
            (self.first_record == follows.record, "first record"),
            (self.previous == follows.previous, "previous hash"),
        ];
        match fields.iter().find(|(right, _)| !right) {
            Some((_, field)) => Err(SegmentFault::Field(field)),
            None => Ok(()),
        }
    }
}

/// The name of segment `number`.
pub fn file_name(number: u32) -> String {
    format!("{FOLDER}/{number:08}.seg")
}

/// The number of the segment with this name in the folder; `None` for anything else.
pub fn number_of(name: &str) -> Option<u32> {
    let digits = name.strip_suffix(".seg")?;
    let number = digits.parse().ok()?;
    (digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(number)
}

/// Where a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Number of the segment file.
    pub segment: u32,
    /// Where it begins in that file, in bytes.
    pub offset: u64,
}

impl Place {
    /// Where a batch that follows in the same file begins.
    pub(crate) fn after(self, header: &BatchHeader) -> Place {
        Place { segment: self.segment, offset: self.offset + header.stored_bytes() }
    }
}
