//! Why bytes are not a segment or not a batch: what a start, a reader and an audit may find, in words.

use crate::cbor::DecodeError;
use std::fmt;

/// The layout of a batch's header.
pub(crate) const BATCH_FORMAT: u16 = 1;
/// The layout of a segment file.
pub(crate) const SEGMENT_FORMAT: u16 = 1;

/// Why bytes are not a segment's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentFault {
    /// All zeros: prepared, not yet used.
    Unused,
    /// It does not begin as a segment does.
    Magic,
    /// The checksum is wrong.
    Crc,
    /// Written in a later format.
    Format(u16),
    /// This field is not what it must be here.
    Field(&'static str),
}

impl fmt::Display for SegmentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SegmentFault::Unused => f.write_str("the segment was never used"),
            SegmentFault::Magic => f.write_str("the first bytes are not those of a segment"),
            SegmentFault::Crc => f.write_str("the segment header's checksum is wrong"),
            SegmentFault::Format(v) => {
                write!(f, "the segment has format {v}, newer than this program's {SEGMENT_FORMAT}")
            }
            SegmentFault::Field(field) => {
                write!(f, "the segment header's {field} is not what it must be here")
            }
        }
    }
}

impl std::error::Error for SegmentFault {}

/// Why bytes are not a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchFault {
    /// Nothing was written here.
    Empty,
    /// It does not begin as a batch does.
    Magic,
    /// The header's checksum is wrong.
    HeaderCrc,
    /// Written in a later format.
    Format(u16),
    /// A reserved field is not zero, or counts contradict each other.
    Header(&'static str),
    /// It is another entry than the one that should stand here.
    Entry {
        /// What should stand here.
        expected: u64,
        /// What the header says.
        found: u64,
    },
    /// Its first record has another number than the journal so far.
    FirstRecord {
        /// What the journal so far says.
        expected: u64,
        /// What the header says.
        found: u64,
    },
    /// It does not follow the header before it.
    Chain,
    /// It is older than the batch before it.
    TimeGoesBack,
    /// It is larger than the file it stands in.
    PastEnd,
    /// The checksum of its records is wrong.
    BodyCrc,
    /// A byte of the padding, that many bytes into the batch, is not zero.
    Padding(usize),
    /// A record cannot be read.
    Record(u32, DecodeError),
    /// There are more or fewer records than the header says.
    RecordCount,
    /// The records do not have the root the header says.
    RowsRoot,
    /// It should be the first of a segment whose header is not valid.
    Segment(SegmentFault),
}

impl fmt::Display for BatchFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BatchFault::Empty => f.write_str("nothing is written where a batch should be"),
            BatchFault::Magic => f.write_str("the first bytes are not those of a batch"),
            BatchFault::HeaderCrc => f.write_str("the batch header's checksum is wrong"),
            BatchFault::Format(v) => {
                write!(f, "the batch has format {v}, newer than this program's {BATCH_FORMAT}")
            }
            BatchFault::Header(field) => write!(f, "the batch header's {field} is impossible"),
            BatchFault::Entry { expected, found } => {
                write!(f, "entry {expected} should be here, and entry {found} is")
            }
            BatchFault::FirstRecord { expected, found } => {
                write!(f, "the batch should begin with record {expected}, not {found}")
            }
            BatchFault::Chain => f.write_str("the batch does not chain to the one before it"),
            BatchFault::TimeGoesBack => f.write_str("the batch is older than the one before it"),
            BatchFault::PastEnd => f.write_str("the batch is larger than its file"),
            BatchFault::BodyCrc => f.write_str("the checksum of the batch's records is wrong"),
            BatchFault::Padding(at) => {
                write!(f, "byte {at} of the batch is padding and not zero")
            }
            BatchFault::Record(row, error) => write!(f, "record {row} of the batch: {error}"),
            BatchFault::RecordCount => {
                f.write_str("the batch has another number of records than its header says")
            }
            BatchFault::RowsRoot => {
                f.write_str("the batch's records do not have the root its header says")
            }
            BatchFault::Segment(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for BatchFault {}
