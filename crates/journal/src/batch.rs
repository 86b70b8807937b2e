//! A batch: the records of one turn under a header of 128 bytes. The header chains to the one before,
//! carries the root over its records and is itself the entry of the log, so that whoever trusts a
//! checkpoint can check a record. Reading back gives a `StoredBatch`. Layout: `docs/formats/journal.md`.

pub use crate::faults::BatchFault;

use crate::cbor::DecodeError;
use crate::faults::BATCH_FORMAT;
use crate::record::{self, EncodeError, part};
use proof::hash::{self, Hash};
use proof::tree;
use sha2::{Digest, Sha256};
use std::fmt;
use terms::limits::{BATCH_BYTES_MAX, BATCH_RECORDS_MAX};
use terms::{Event, TimeNs};

/// Bytes of a batch's header.
pub const HEADER_BYTES: usize = 128;
/// Batches start at multiples of this, so that writing one never touches the sectors of another.
pub const ALIGN_BYTES: usize = 4_096;
/// What a batch begins with.
pub const MAGIC: [u8; 8] = *b"TJBATCH1";
/// Where the CRC-32C over the header's earlier bytes stands.
const HEADER_CRC_AT: usize = 124;

const _: () = assert!(ALIGN_BYTES.is_power_of_two() && HEADER_BYTES <= ALIGN_BYTES);
const _: () = assert!(BATCH_BYTES_MAX.is_multiple_of(ALIGN_BYTES));

/// The head of a batch: entry number `entry` of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHeader {
    /// The version of the rules its records are judged by.
    pub rules_version: u16,
    /// Which entry of the log it is, from 0.
    pub entry: u64,
    /// Number of its first record in the journal, from 0.
    pub first_record: u64,
    /// When the turn was that decided it.
    pub time: TimeNs,
    /// How many records; not zero.
    pub record_count: u32,
    /// Bytes of its records together; the padding is not counted.
    pub body_bytes: u32,
    /// How many entries were known to be durable when this one was written.
    pub synced_entries: u64,
    /// Root over its records (RFC 6962).
    pub rows_root: Hash,
    /// SHA-256 of the header before this one; zeros in entry 0.
    pub previous: Hash,
    /// CRC-32C of the body.
    pub body_crc: u32,
}

impl BatchHeader {
    /// The header's bytes, checksum included.
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&BATCH_FORMAT.to_le_bytes());
        bytes[10..12].copy_from_slice(&self.rules_version.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.entry.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.first_record.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.time.0.to_le_bytes());
        bytes[40..44].copy_from_slice(&self.record_count.to_le_bytes());
        bytes[44..48].copy_from_slice(&self.body_bytes.to_le_bytes());
        bytes[48..56].copy_from_slice(&self.synced_entries.to_le_bytes());
        bytes[56..88].copy_from_slice(&self.rows_root);
        bytes[88..120].copy_from_slice(&self.previous);
        bytes[120..124].copy_from_slice(&self.body_crc.to_le_bytes());
        let crc = crc32c::crc32c(&bytes[..HEADER_CRC_AT]);
        bytes[HEADER_CRC_AT..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a header that stands alone: magic, checksum, format and the bounds of its numbers.
    ///
    /// # Errors
    /// See [`BatchFault`].
    pub fn decode(bytes: &[u8; HEADER_BYTES]) -> Result<BatchHeader, BatchFault> {
        if *bytes == [0; HEADER_BYTES] {
            return Err(BatchFault::Empty);
        }
        if bytes[..8] != MAGIC {
            return Err(BatchFault::Magic);
        }
        if u32::from_le_bytes(part(bytes, HEADER_CRC_AT)) != crc32c::crc32c(&bytes[..HEADER_CRC_AT])
        {
            return Err(BatchFault::HeaderCrc);
        }
        let format = u16::from_le_bytes(part(bytes, 8));
        if format != BATCH_FORMAT {
            return Err(BatchFault::Format(format));
        }
        if bytes[12..16] != [0; 4] {
            return Err(BatchFault::Header("flags"));
        }
        let header = BatchHeader {
            rules_version: u16::from_le_bytes(part(bytes, 10)),
            entry: u64::from_le_bytes(part(bytes, 16)),
            first_record: u64::from_le_bytes(part(bytes, 24)),
            time: TimeNs(u64::from_le_bytes(part(bytes, 32))),
            record_count: u32::from_le_bytes(part(bytes, 40)),
            body_bytes: u32::from_le_bytes(part(bytes, 44)),
            synced_entries: u64::from_le_bytes(part(bytes, 48)),
            rows_root: part(bytes, 56),
            previous: part(bytes, 88),
            body_crc: u32::from_le_bytes(part(bytes, 120)),
        };
        header.check_bounds().map(|()| header)
    }

    fn check_bounds(&self) -> Result<(), BatchFault> {
        let wrong = |field| Err(BatchFault::Header(field));
        if self.record_count == 0 || self.record_count as usize > BATCH_RECORDS_MAX {
            return wrong("record count");
        }
        if self.body_bytes == 0 || self.stored_bytes() > BATCH_BYTES_MAX as u64 {
            return wrong("length");
        }
        if self.synced_entries > self.entry {
            return wrong("number of synced entries");
        }
        if self.first_record.checked_add(self.record_count.into()).is_none() {
            return wrong("first record");
        }
        Ok(())
    }

    /// What the next header carries as `previous`.
    pub fn hash(&self) -> Hash {
        Sha256::digest(self.encode()).into()
    }

    /// The log's leaf hash.
    pub fn leaf(&self) -> Hash {
        hash::leaf_hash(&self.encode())
    }

    /// Bytes the batch takes in its file, padding included.
    pub fn stored_bytes(&self) -> u64 {
        padded(HEADER_BYTES as u64 + u64::from(self.body_bytes))
    }

    /// Number of the first record after it.
    pub fn next_record(&self) -> u64 {
        self.first_record + u64::from(self.record_count)
    }
}

/// `bytes` and the zeros up to the next multiple of 4,096.
pub(crate) fn padded(bytes: u64) -> u64 {
    bytes.next_multiple_of(ALIGN_BYTES as u64)
}

/// Where a batch must follow on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Follows {
    /// The entry it must be.
    pub entry: u64,
    /// The record it must begin with.
    pub record: u64,
    /// It must not be older.
    pub time: TimeNs,
    /// Hash of the header before; zeros at the start.
    pub previous: Hash,
}

impl Follows {
    /// What must come after `header`.
    pub fn after(header: &BatchHeader) -> Follows {
        Follows {
            entry: header.entry + 1,
            record: header.next_record(),
            time: header.time,
            previous: header.hash(),
        }
    }

    /// `header` is what must come. INVARIANT (chain): each header names the hash of the one before and has
    /// the next number.
    ///
    /// # Errors
    /// The first thing that contradicts it.
    pub fn check(&self, header: &BatchHeader) -> Result<(), BatchFault> {
        let (expected, found) = (self.entry, header.entry);
        if found != expected {
            return Err(BatchFault::Entry { expected, found });
        }
        if header.previous != self.previous {
            return Err(BatchFault::Chain);
        }
        let (expected, found) = (self.record, header.first_record);
        if found != expected {
            return Err(BatchFault::FirstRecord { expected, found });
        }
        if header.time < self.time { Err(BatchFault::TimeGoesBack) } else { Ok(()) }
    }
}

/// A batch as it stands in a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBatch {
    /// Its head.
    pub header: BatchHeader,
    /// Its records, one after the other.
    pub body: Vec<u8>,
    /// Number of its segment file.
    pub segment: u32,
    /// Where it begins in that file, in bytes.
    pub offset: u64,
}

impl StoredBatch {
    /// Its records with their rows.
    ///
    /// # Errors
    /// Of the iterator: a record whose length cannot be told; nothing follows it.
    pub fn records(&self) -> impl Iterator<Item = (u32, Result<&[u8], DecodeError>)> {
        (0..).zip(record::split(&self.body))
    }

    /// One record.
    pub fn record(&self, row: u32) -> Option<&[u8]> {
        record::split(&self.body).nth(row as usize)?.ok()
    }

    /// What happened, in order.
    ///
    /// # Errors
    /// The first record that cannot be read.
    pub fn events(&self) -> Result<Vec<Event>, BatchFault> {
        let mut events = Vec::with_capacity(self.header.record_count as usize);
        for (row, record) in self.records() {
            let event = record.and_then(record::decode);
            events.push(event.map_err(|error| BatchFault::Record(row, error))?);
        }
        Ok(events)
    }

    /// Checksum, record count and, last and most dearly, the root.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check_body(&self) -> Result<(), BatchFault> {
        if crc32c::crc32c(&self.body) != self.header.body_crc {
            return Err(BatchFault::BodyCrc);
        }
        let mut leaves = self.row_leaves()?;
        if leaves.len() != self.header.record_count as usize {
            return Err(BatchFault::RecordCount);
        }
        let same = tree::root_of_with(&mut leaves) == self.header.rows_root;
        if same { Ok(()) } else { Err(BatchFault::RowsRoot) }
    }

    /// Leaf hashes of its records.
    ///
    /// # Errors
    /// A record whose length cannot be told.
    pub fn row_leaves(&self) -> Result<Vec<Hash>, BatchFault> {
        let mut records = Vec::with_capacity(self.header.record_count as usize);
        for (row, record) in self.records() {
            records.push(record.map_err(|error| BatchFault::Record(row, error))?);
        }
        let mut leaves = Vec::with_capacity(records.len());
        hash::leaf_hashes(records, &mut leaves);
        Ok(leaves)
    }
}

/// What a new batch says about itself; the rest follows from its records and what was before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewBatch<'a> {
    pub rules_version: u16,
    pub time: TimeNs,
    pub synced_entries: u64,
    pub events: &'a [Event],
}

/// Why a batch cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchRefused {
    /// More records than a batch has.
    TooManyRecords(usize),
    /// More bytes than a batch has.
    TooManyBytes(usize),
    /// A record, by its row.
    Record(usize, EncodeError),
    /// Older than the batch before.
    TimeGoesBack,
}

impl fmt::Display for BatchRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BatchRefused::TooManyRecords(count) => {
                write!(f, "{count} records, and a batch has at most {BATCH_RECORDS_MAX}")
            }
            BatchRefused::TooManyBytes(bytes) => {
                write!(f, "{bytes} bytes, and a batch has at most {BATCH_BYTES_MAX}")
            }
            BatchRefused::Record(row, error) => write!(f, "record {row}: {error}"),
            BatchRefused::TimeGoesBack => f.write_str("its time is before that of the last batch"),
        }
    }
}

impl std::error::Error for BatchRefused {}

/// Appends a whole batch, padding included, to `out`; `leaves` is scratch. On error `out` is as it was.
pub(crate) fn write(
    follows: &Follows,
    new: &NewBatch<'_>,
    out: &mut Vec<u8>,
    leaves: &mut Vec<Hash>,
) -> Result<BatchHeader, BatchRefused> {
    let start = out.len();
    let written = write_records(follows, new, out, leaves);
    let header = written.inspect_err(|_| out.truncate(start))?;
    out[start..start + HEADER_BYTES].copy_from_slice(&header.encode());
    let end = start + header.stored_bytes() as usize;
    out.resize(end, 0);
    Ok(header)
}

fn write_records(
    follows: &Follows,
    new: &NewBatch<'_>,
    out: &mut Vec<u8>,
    leaves: &mut Vec<Hash>,
) -> Result<BatchHeader, BatchRefused> {
    if new.events.len() > BATCH_RECORDS_MAX {
        return Err(BatchRefused::TooManyRecords(new.events.len()));
    }
    if new.time < follows.time {
        return Err(BatchRefused::TimeGoesBack);
    }
    let start = out.len();
    out.resize(start + HEADER_BYTES, 0);
    for (row, event) in new.events.iter().enumerate() {
        record::encode(event, out).map_err(|error| BatchRefused::Record(row, error))?;
    }
    let bytes = out.len() - start;
    if bytes > BATCH_BYTES_MAX {
        return Err(BatchRefused::TooManyBytes(bytes));
    }
    let body = &out[start + HEADER_BYTES..];
    leaves.clear();
    // A record just written has a length that can be told; `flatten` drops nothing.
    hash::leaf_hashes(record::split(body).flatten(), leaves);
    assert!(leaves.len() == new.events.len(), "each event is one record");
    Ok(BatchHeader {
        rules_version: new.rules_version,
        entry: follows.entry,
        first_record: follows.record,
        time: new.time,
        record_count: new.events.len() as u32,
        body_bytes: body.len() as u32,
        synced_entries: new.synced_entries,
        rows_root: tree::root_of_with(leaves),
        previous: follows.previous,
        body_crc: crc32c::crc32c(body),
    })
}
