//! Why a journal does not open, and what to do about it.

use crate::batch::BatchFault;
use crate::segment::SegmentFault;
use proof::checkpoint::CheckpointError;
use std::fmt;
use std::io;

/// A batch that had been durable and is not valid any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The segment file.
    pub file: String,
    /// Where the batch begins or should begin in it, in bytes.
    pub offset: u64,
    /// The entry that should stand there.
    pub entry: u64,
    /// What is wrong.
    pub fault: BatchFault,
    /// How it is known that the entry had been durable.
    pub witness: Witness,
}

/// What proves that an entry had been durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// A later entry, written when the broken one was already synced.
    LaterEntry(u64),
    /// The published checkpoint of this size.
    Checkpoint(u64),
    /// Its own checksums: a torn write does not leave them right, so it was written whole, by a program
    /// that knows more than this one or means no good.
    Checksums,
}

/// Why a journal does not open.
#[derive(Debug)]
pub enum OpenFailed {
    /// There are no segment files.
    NoJournal,
    /// There are segment files already.
    Exists,
    /// It is the journal of another log than the signing key's.
    OtherOrigin {
        /// Whose it is.
        found: String,
        /// Whose key was given.
        signer: String,
    },
    /// A segment file is not there although a later one is.
    SegmentMissing {
        /// Which.
        file: String,
        /// The next one that is there.
        next: String,
    },
    /// A segment file has an impossible length.
    SegmentLength {
        /// Which.
        file: String,
        /// Its length in bytes.
        bytes: u64,
    },
    /// The first segment's header is not valid.
    SegmentDamaged {
        /// Which.
        file: String,
        /// What is wrong.
        fault: SegmentFault,
    },
    /// Something that had been durable is damaged.
    Damaged(Damage),
    /// The published checkpoint cannot be trusted.
    CheckpointUnreadable {
        /// What is wrong with it.
        source: CheckpointError,
    },
    /// The published checkpoint is of a longer journal.
    RolledBack {
        /// How many entries there are.
        entries: u64,
        /// How many the checkpoint says.
        published: u64,
    },
    /// The published checkpoint is of another journal of the same length.
    CheckpointDisagrees {
        /// Its size.
        size: u64,
    },
    /// The option `segment_bytes` is not possible.
    SegmentOption {
        /// What was given.
        bytes: u64,
    },
    /// The disk failed.
    Disk {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        file: String,
        /// What it said.
        source: io::Error,
    },
}

impl fmt::Display for OpenFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenFailed::NoJournal => {
                f.write_str("there is no journal here; make one with `tj init`, or name the bank's directory")
            }
            OpenFailed::Exists => {
                f.write_str("there is a journal here already; open it, or choose an empty directory")
            }
            OpenFailed::OtherOrigin { found, signer } => write!(
                f,
                "the journal is that of {found:?} and the signing key that of {signer:?}; put the right keys/log.key in place"
            ),
            OpenFailed::SegmentMissing { file, next } => {
                write!(f, "{file} is missing although {next} is there; restore it from a copy")
            }
            OpenFailed::SegmentLength { file, bytes } => write!(
                f,
                "{file} has {bytes} bytes, which no segment file has; restore it from a copy"
            ),
            OpenFailed::SegmentDamaged { file, fault: SegmentFault::Unused } => write!(
                f,
                "{file} is empty: the bank was never completely made; if it is new, remove its directory and make it again, else restore that file from a copy"
            ),
            OpenFailed::SegmentDamaged { file, fault } => {
                write!(
                    f,
                    "{file} is damaged at byte 0: {fault}; restore that file from a copy, or, if the bank was just being made, remove its directory and make it again"
                )
            }
            OpenFailed::Damaged(damage) => damage.fmt(f),
            OpenFailed::CheckpointUnreadable { .. } => f.write_str(
                "log/checkpoint is not one this bank's key signed; restore it or keys/log.pub and keys/log.key from a copy, and if nobody can say why, call the supervisor",
            ),
            OpenFailed::RolledBack { entries, published } => write!(
                f,
                "the journal ends at entry {entries}, but log/checkpoint was signed over {published}: entries that were durable are gone; restore the segment files from a copy"
            ),
            OpenFailed::CheckpointDisagrees { size } => write!(
                f,
                "log/checkpoint says something else about the first {size} entries than the segment files; restore the segment files from a copy, then run `tj verify`"
            ),
            OpenFailed::SegmentOption { bytes } => write!(
                f,
                "segments of {bytes} bytes are not possible; choose a multiple of 4096 of at least 8192"
            ),
            OpenFailed::Disk { doing, file, .. } => write!(f, "cannot {doing} {file}"),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Damage { file, offset, entry, fault, witness } = self;
        write!(f, "{file} is damaged at byte {offset}, where entry {entry} should be: {fault}; ")?;
        match witness {
            Witness::LaterEntry(later) => write!(f, "entry {later} proves that it was durable")?,
            Witness::Checkpoint(size) => {
                write!(f, "the checkpoint of {size} entries proves that it was durable")?;
            }
            Witness::Checksums => {
                return f.write_str(
                    "its checksums are right, so it was written whole and nothing is cut; open the bank with the program that wrote it, which may be a newer one, or run `tj verify`",
                );
            }
        }
        f.write_str("; restore that file from a copy, then run `tj verify`")
    }
}

impl std::error::Error for OpenFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            OpenFailed::Disk { source, .. } => Some(source),
            OpenFailed::CheckpointUnreadable { source } => Some(source),
            _ => None,
        }
    }
}
