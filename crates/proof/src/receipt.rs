//! A receipt: one text file that proves to anybody, offline, that a record stands in the journal.
//!
//! It is a C2SP tlog-proof whose entry is the header of a batch; the record and its path within the batch travel in the
//! `extra` line. The chain goes record -> batch -> log -> log's signature -> witnesses, and `Receipt::verify` walks it.
//! The bytes are in `docs/formats/proofs.md`.

mod policy;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

pub use policy::{PolicyError, VerifierPolicy};

use crate::checkpoint::{Checkpoint, CheckpointError, cosignatures};
use crate::hash::{Hash, leaf_hash};
use crate::inclusion::{ProofError, verify_inclusion};
use crate::note::{NOTE_BYTES_MAX, Note, NoteError};
use crate::text::{HASH_CHARS, from_base64, hash_from_base64, parse_decimal, to_base64};

/// Bytes of a batch header, which is an entry of the log.
pub const HEADER_BYTES: usize = 128;
/// Where a batch header has the index of its entry in the log: u64, little-endian.
pub const HEADER_ENTRY_AT: usize = 16;
/// Where a batch header has the number of its rows: u32, little-endian.
pub const HEADER_ROWS_AT: usize = 40;
/// Where a batch header has the root over its rows.
pub const HEADER_ROOT_AT: usize = 56;
/// The longest record, in bytes: its length is 16 bits.
pub const RECORD_BYTES_MAX: usize = u16::MAX as usize;
/// Rows are numbered in 32 bits, so a path within a batch has at most 32 hashes.
pub const ROW_PATH_MAX: usize = 32;
/// Entries are numbered in 64 bits, so a path within the log has at most 64 hashes.
pub const ENTRY_PATH_MAX: usize = 64;
/// The longest receipt that is read, in bytes.
pub const RECEIPT_BYTES_MAX: usize = 640 * 1024;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
const MAGIC: &[u8; 4] = b"TJR1";
const EXTRA_BYTES_MAX: usize =
    4 + 4 + 4 + 2 + RECORD_BYTES_MAX + 1 + 32 * ROW_PATH_MAX + HEADER_BYTES;
const HEAD_BYTES_MAX: usize =
    64 + EXTRA_BYTES_MAX.div_ceil(3) * 4 + ENTRY_PATH_MAX * (HASH_CHARS + 1);
const _: () = assert!(HEAD_BYTES_MAX + NOTE_BYTES_MAX <= RECEIPT_BYTES_MAX);

/// A receipt as its issuer says it; nothing of it is true before `verify`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The record's canonical bytes; at most `RECORD_BYTES_MAX`.
    pub record: Vec<u8>,
    /// The record's place within its batch, from 0.
    pub row: u32,
    /// How many records the batch has.
    pub rows: u32,
    /// The record's inclusion path in the batch's tree, leaf side first; at most `ROW_PATH_MAX`.
    pub row_path: Vec<Hash>,
    /// The batch's header: the entry of the log.
    pub header: [u8; HEADER_BYTES],
    /// The header's place within the log, from 0.
    pub entry: u64,
    /// The header's inclusion path in the log's tree, leaf side first; at most `ENTRY_PATH_MAX`.
    pub entry_path: Vec<Hash>,
    /// The log's checkpoint, signed and cosigned.
    pub checkpoint: Note,
}

/// What a receipt has proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The record's canonical bytes.
    pub record: Vec<u8>,
    /// The record's place within its batch, from 0.
    pub row: u32,
    /// The batch's header.
    pub header: [u8; HEADER_BYTES],
    /// The batch's place within the log, from 0.
    pub entry: u64,
    /// The log's size and root that contain it.
    pub checkpoint: Checkpoint,
    /// The names of the witnesses that cosigned, in the order of their lines.
    pub cosigned_by: Vec<String>,
}

/// Which link of a receipt's chain is broken, or why it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptError {
    /// Longer than `RECEIPT_BYTES_MAX`.
    TooLong,
    /// A line or field is not as the format wants it; names it.
    Malformed(&'static str),
    /// A part is too large to be written in the format; names it.
    TooLarge(&'static str),
    /// The checkpoint cannot be read.
    Checkpoint(CheckpointError),
    /// The header says another number of rows than the receipt.
    RowsDiffer {
        /// What the receipt says.
        receipt: u32,
        /// What the header says.
        header: u32,
    },
    /// The header says another place in the log than the receipt.
    EntryDiffers {
        /// What the receipt says.
        receipt: u64,
        /// What the header says.
        header: u64,
    },
    /// The record is not in the batch.
    RecordNotInBatch(ProofError),
    /// The batch is not in the log the checkpoint speaks of.
    BatchNotInLog(ProofError),
    /// The checkpoint is of another log than the one trusted.
    OtherLog {
        /// The trusted log.
        trusted: String,
        /// The log the checkpoint is of.
        origin: String,
    },
    /// The log did not sign the checkpoint.
    LogSignature(NoteError),
    /// A trusted witness's line is wrong.
    WitnessSignature(CheckpointError),
    /// Too few trusted witnesses cosigned.
    TooFewWitnesses {
        /// How many did.
        found: usize,
        /// How many the policy wants.
        quorum: usize,
    },
}

impl fmt::Display for ReceiptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the receipt is longer than {RECEIPT_BYTES_MAX} bytes"),
            Self::Malformed(part) => write!(f, "the receipt cannot be read: {part} is malformed"),
            Self::TooLarge(part) => write!(f, "the receipt cannot be written: {part} is too large"),
            Self::Checkpoint(_) => f.write_str("the receipt's checkpoint cannot be read"),
            Self::RowsDiffer { receipt, header } => write!(
                f,
                "the receipt speaks of a batch of {receipt} records, but its batch header of {header}"
            ),
            Self::EntryDiffers { receipt, header } => write!(
                f,
                "the receipt says its batch is entry {receipt} of the log, but the batch header says {header}"
            ),
            Self::RecordNotInBatch(_) => {
                f.write_str("the record is not in the batch the receipt names")
            }
            Self::BatchNotInLog(_) => {
                f.write_str("the batch is not in the log the checkpoint speaks of")
            }
            Self::OtherLog { trusted, origin } => {
                write!(f, "the receipt is of the log {origin}, but the trusted log is {trusted}")
            }
            Self::LogSignature(_) => f.write_str("the trusted log did not sign this checkpoint"),
            Self::WitnessSignature(_) => {
                f.write_str("a trusted witness's signature on the checkpoint is wrong")
            }
            Self::TooFewWitnesses { found, quorum } => {
                write!(f, "{found} trusted witnesses cosigned the checkpoint; {quorum} are needed")
            }
        }
    }
}

impl core::error::Error for ReceiptError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Checkpoint(source) | Self::WitnessSignature(source) => Some(source),
            Self::RecordNotInBatch(source) | Self::BatchNotInLog(source) => Some(source),
            Self::LogSignature(source) => Some(source),
            _ => None,
        }
    }
}

impl Receipt {
    /// Walks the chain from the record to the witnesses.
    ///
    /// # Errors
    /// Names the first link that does not hold.
    pub fn verify(&self, policy: &VerifierPolicy) -> Result<Verified, ReceiptError> {
        let checkpoint =
            Checkpoint::parse(self.checkpoint.text()).map_err(ReceiptError::Checkpoint)?;
        self.record_is_in_batch()?;
        self.batch_is_in_log(&checkpoint)?;
        self.log_signed(&checkpoint, policy)?;
        let cosigned_by = self.witnesses_cosigned(policy)?;
        Ok(Verified {
            record: self.record.clone(),
            row: self.row,
            header: self.header,
            entry: self.entry,
            checkpoint,
            cosigned_by,
        })
    }

    fn record_is_in_batch(&self) -> Result<(), ReceiptError> {
        let rows = u32::from_le_bytes(self.header_field(HEADER_ROWS_AT));
        if rows != self.rows {
            return Err(ReceiptError::RowsDiffer { receipt: self.rows, header: rows });
        }
        let root = self.header_field(HEADER_ROOT_AT);
        let leaf = leaf_hash(&self.record);
        verify_inclusion(&leaf, self.row.into(), rows.into(), &self.row_path, &root)
            .map_err(ReceiptError::RecordNotInBatch)
    }

    fn batch_is_in_log(&self, checkpoint: &Checkpoint) -> Result<(), ReceiptError> {
        let entry = u64::from_le_bytes(self.header_field(HEADER_ENTRY_AT));
        if entry != self.entry {
            return Err(ReceiptError::EntryDiffers { receipt: self.entry, header: entry });
        }
        let leaf = leaf_hash(&self.header);
        verify_inclusion(&leaf, entry, checkpoint.size, &self.entry_path, &checkpoint.root)
            .map_err(ReceiptError::BatchNotInLog)
    }

    fn log_signed(
        &self,
        checkpoint: &Checkpoint,
        policy: &VerifierPolicy,
    ) -> Result<(), ReceiptError> {
        let log = policy.log();
        if checkpoint.origin != log.name() {
            let (trusted, origin) = (log.name().to_string(), checkpoint.origin.clone());
            return Err(ReceiptError::OtherLog { trusted, origin });
        }
        let signed = self.checkpoint.verify(core::slice::from_ref(log));
        signed.map(|_| ()).map_err(ReceiptError::LogSignature)
    }

    fn witnesses_cosigned(&self, policy: &VerifierPolicy) -> Result<Vec<String>, ReceiptError> {
        let signed = cosignatures(&self.checkpoint, policy.witnesses())
            .map_err(ReceiptError::WitnessSignature)?;
        let (found, quorum) = (signed.len(), policy.witness_quorum());
        if found < quorum {
            return Err(ReceiptError::TooFewWitnesses { found, quorum });
        }
        Ok(signed.into_iter().map(|signed| signed.name).collect())
    }

    fn header_field<const N: usize>(&self, at: usize) -> [u8; N] {
        core::array::from_fn(|i| self.header[at + i])
    }

    /// The receipt as text (tlog-proof, "Format"); file extension `.tlog-proof`.
    ///
    /// # Errors
    /// Names the part that exceeds the format's limits.
    pub fn to_text(&self) -> Result<String, ReceiptError> {
        if self.entry_path.len() > ENTRY_PATH_MAX {
            return Err(ReceiptError::TooLarge("the path in the log"));
        }
        let extra = to_base64(&self.extra()?);
        let mut text = format!("{FIRST_LINE}\nextra {extra}\nindex {}\n", self.entry);
        for hash in &self.entry_path {
            text.push_str(&to_base64(hash));
            text.push('\n');
        }
        text.push_str(&format!("\n{}", self.checkpoint));
        Ok(text)
    }

    fn extra(&self) -> Result<Vec<u8>, ReceiptError> {
        let record_length = u16::try_from(self.record.len());
        let record_length = record_length.map_err(|_| ReceiptError::TooLarge("the record"))?;
        if self.row_path.len() > ROW_PATH_MAX {
            return Err(ReceiptError::TooLarge("the path in the batch"));
        }
        let mut extra = MAGIC.to_vec();
        extra.extend_from_slice(&self.row.to_le_bytes());
        extra.extend_from_slice(&self.rows.to_le_bytes());
        extra.extend_from_slice(&record_length.to_le_bytes());
        extra.extend_from_slice(&self.record);
        extra.push(self.row_path.len() as u8);
        extra.extend_from_slice(self.row_path.as_flattened());
        extra.extend_from_slice(&self.header);
        Ok(extra)
    }

    /// Reads a receipt. There is one text for each receipt: whatever parses prints as the same bytes.
    ///
    /// # Errors
    /// Names the first line or field that is not as the format wants it.
    pub fn parse(text: &[u8]) -> Result<Self, ReceiptError> {
        if text.len() > RECEIPT_BYTES_MAX {
            return Err(ReceiptError::TooLong);
        }
        let malformed = |part| move || ReceiptError::Malformed(part);
        let text = core::str::from_utf8(text).map_err(|_| malformed("the text's UTF-8")())?;
        let (head, note) = text
            .split_once("\n\n")
            .ok_or_else(malformed("the blank line before the checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FIRST_LINE) {
            return Err(malformed("the first line")());
        }
        let mut line_of = |start| lines.next().and_then(|line| line.strip_prefix(start));
        let extra = line_of("extra ").and_then(from_base64);
        let extra = extra.ok_or_else(malformed("the extra line"))?;
        let entry = line_of("index ").and_then(parse_decimal);
        let entry = entry.ok_or_else(malformed("the index line"))?;
        let entry_path: Option<Vec<Hash>> = lines.map(hash_from_base64).collect();
        let entry_path = entry_path.ok_or_else(malformed("a hash of the path in the log"))?;
        if entry_path.len() > ENTRY_PATH_MAX {
            return Err(malformed("the length of the path in the log")());
        }
        let checkpoint = Note::parse(note.as_bytes())
            .map_err(|error| ReceiptError::Checkpoint(CheckpointError::Note(error)))?;
        let empty = Self {
            record: Vec::new(),
            row: 0,
            rows: 0,
            row_path: Vec::new(),
            header: [0; HEADER_BYTES],
            entry,
            entry_path,
            checkpoint,
        };
        empty.with_extra(&extra).ok_or_else(malformed("the extra line"))
    }

    /// Fills in what the extra line holds; `None` if it is not exactly that.
    fn with_extra(mut self, extra: &[u8]) -> Option<Self> {
        let rest = extra.strip_prefix(MAGIC)?;
        let (row, rest) = rest.split_first_chunk()?;
        let (rows, rest) = rest.split_first_chunk()?;
        let (record_length, rest) = rest.split_first_chunk()?;
        let (record, rest) = rest.split_at_checked(u16::from_le_bytes(*record_length).into())?;
        let (&path_length, rest) = rest.split_first()?;
        let path_length = usize::from(path_length);
        if path_length > ROW_PATH_MAX {
            return None;
        }
        let (path, rest) = rest.split_at_checked(path_length * size_of::<Hash>())?;
        self.row = u32::from_le_bytes(*row);
        self.rows = u32::from_le_bytes(*rows);
        self.record = record.to_vec();
        self.row_path = path.as_chunks().0.to_vec();
        self.header = rest.try_into().ok()?;
        Some(self)
    }
}
