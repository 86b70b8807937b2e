//! The journal as its users see it: `Journal` is the one writer, `Reader` any number of clones that see
//! what is durable and nothing else. What a commit does is in `commit.rs`, what a start does in
//! `recover.rs`.

use crate::batch::{self, BatchFault, BatchHeader, Follows, HEADER_BYTES, StoredBatch};
use crate::disk::{Disk, DiskFile};
use crate::index::{Index, Mark};
use crate::segment::{self, Place};
use crate::sm2_line::Sm2Key;
use crate::tiles::{LogTree, Published};
use proof::hash::Hash;
use proof::note::SignerKey;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use terms::TimeNs;
use terms::limits::BATCH_BYTES_MAX;

/// How a journal is kept. All of it may change from one start to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Bytes of each new segment file; a multiple of 4,096.
    pub segment_bytes: u64,
    /// The version of the rules new batches are judged by.
    pub rules_version: u16,
}

/// Bytes of a segment unless said otherwise.
const SEGMENT_BYTES: u64 = 64 << 20;
const _: () = assert!(BATCH_BYTES_MAX as u64 <= SEGMENT_BYTES / 4);

impl Default for Options {
    fn default() -> Options {
        Options { segment_bytes: SEGMENT_BYTES, rules_version: 1 }
    }
}

/// The journal, open for writing. There is one writer; see [`Journal::reader`] for the others.
#[derive(Debug)]
pub struct Journal<D: Disk> {
    pub(crate) reader: Reader<D>,
    pub(crate) end: End<D>,
}

/// Reads what is durable. Clones see the same journal and may live in other threads.
pub struct Reader<D: Disk> {
    pub(crate) shared: Arc<Shared<D>>,
}

impl<D: Disk> Clone for Reader<D> {
    fn clone(&self) -> Reader<D> {
        Reader { shared: Arc::clone(&self.shared) }
    }
}

impl<D: Disk> fmt::Debug for Reader<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("origin", &self.shared.signer.name()).finish_non_exhaustive()
    }
}

/// Where and after what the next batch goes: the writer's own state.
pub(crate) struct End<D: Disk> {
    pub follows: Follows,
    pub place: Place,
    pub file: Arc<D::File>,
    pub file_bytes: u64,
    /// The segment the disk was told to prepare.
    pub prepared: u32,
    pub poisoned: bool,
    pub scratch: Scratch,
}

/// Memory that is kept from commit to commit.
#[derive(Default)]
pub(crate) struct Scratch {
    /// Bytes to be written to the current file at `End::place`.
    pub run: Vec<u8>,
    pub leaves: Vec<Hash>,
    pub written: Vec<(BatchHeader, Place)>,
}

impl<D: Disk> fmt::Debug for End<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("End").field("follows", &self.follows).field("place", &self.place).finish()
    }
}

/// What the writer and its readers have in common.
pub(crate) struct Shared<D: Disk> {
    pub disk: D,
    /// Signs checkpoints; its name is the log's origin.
    pub signer: SignerKey,
    pub options: Options,
    durable: RwLock<Durable<D::File>>,
    /// Signs checkpoints too, if there is such a key.
    pub sm2: OnceLock<Sm2Key>,
    /// Held by whoever publishes.
    pub publishing: Mutex<()>,
}

/// All that is durable; changed after the sync and not before.
pub(crate) struct Durable<F> {
    /// File `n` is segment `n`.
    pub files: Vec<Arc<F>>,
    pub index: Index,
    pub tree: LogTree,
    pub published: Option<Published>,
    pub records: u64,
    pub last_time: TimeNs,
}

impl<D: Disk> Shared<D> {
    pub fn new(
        disk: D,
        signer: SignerKey,
        options: Options,
        durable: Durable<D::File>,
    ) -> Shared<D> {
        let (durable, sm2, publishing) = (RwLock::new(durable), OnceLock::new(), Mutex::new(()));
        Shared { disk, signer, options, durable, sm2, publishing }
    }

    pub fn durable(&self) -> RwLockReadGuard<'_, Durable<D::File>> {
        self.durable.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn durable_mut(&self) -> RwLockWriteGuard<'_, Durable<D::File>> {
        self.durable.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why something could not be read that should be there.
#[derive(Debug)]
pub enum ReadFailed {
    /// There is no such entry.
    NoEntry {
        /// What was asked for.
        entry: u64,
        /// How many there are.
        entries: u64,
    },
    /// There is no such record.
    NoRecord {
        /// What was asked for.
        record: u64,
        /// How many there are.
        records: u64,
    },
    /// A batch is not what it must be.
    Damaged {
        /// The entry that should stand there.
        entry: u64,
        /// The segment file.
        file: String,
        /// Where the batch begins in it, in bytes.
        offset: u64,
        /// What is wrong.
        fault: BatchFault,
    },
    /// The disk failed.
    Disk {
        /// The file.
        file: String,
        /// What it said.
        source: io::Error,
    },
}

impl fmt::Display for ReadFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadFailed::NoEntry { entry, entries } => {
                write!(f, "there is no entry {entry}; the journal has {entries}")
            }
            ReadFailed::NoRecord { record, records } => {
                write!(f, "there is no record {record}; the journal has {records}")
            }
            ReadFailed::Damaged { entry, file, offset, fault } => write!(
                f,
                "{file} is damaged at byte {offset} (entry {entry}): {fault}; restore that file from a copy, then run `tj verify`"
            ),
            ReadFailed::Disk { file, .. } => write!(f, "cannot read {file}"),
        }
    }
}

impl std::error::Error for ReadFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReadFailed::Disk { source, .. } => Some(source),
            ReadFailed::Damaged { fault, .. } => Some(fault),
            _ => None,
        }
    }
}

impl<D: Disk> Reader<D> {
    /// The log's name.
    pub fn origin(&self) -> &str {
        self.shared.signer.name()
    }

    /// The disk it lies on.
    pub fn disk(&self) -> &D {
        &self.shared.disk
    }

    /// How many entries (batches) are durable.
    pub fn entries(&self) -> u64 {
        self.shared.durable().tree.size()
    }

    /// How many records are durable.
    pub fn records(&self) -> u64 {
        self.shared.durable().records
    }

    /// The root over all durable entries.
    pub fn root(&self) -> Hash {
        self.shared.durable().tree.root()
    }

    /// The time of the last durable batch; zero if there is none.
    pub fn last_time(&self) -> TimeNs {
        self.shared.durable().last_time
    }

    /// One batch.
    ///
    /// # Errors
    /// See [`ReadFailed`]; the header and the checksum of the body are verified.
    pub fn batch(&self, entry: u64) -> Result<StoredBatch, ReadFailed> {
        let (header, place) = self.header(entry)?;
        let file = self.file(place.segment);
        let mut body = vec![0; header.body_bytes as usize];
        let at = place.offset + HEADER_BYTES as u64;
        file.read_at(at, &mut body).map_err(|source| read_failed(place.segment, source))?;
        if crc32c::crc32c(&body) != header.body_crc {
            return Err(damaged(entry, place, BatchFault::BodyCrc));
        }
        Ok(StoredBatch { header, body, segment: place.segment, offset: place.offset })
    }

    /// The head of one batch and where it stands.
    ///
    /// # Errors
    /// See [`ReadFailed`].
    pub fn header(&self, entry: u64) -> Result<(BatchHeader, Place), ReadFailed> {
        let (mark, entries) = {
            let durable = self.shared.durable();
            (durable.index.before_entry(entry), durable.tree.size())
        };
        let mark =
            mark.filter(|_| entry < entries).ok_or(ReadFailed::NoEntry { entry, entries })?;
        self.walk(mark, |header| header.entry == entry)
    }

    /// The entry and row of a record.
    ///
    /// # Errors
    /// See [`ReadFailed`].
    pub fn locate(&self, record: u64) -> Result<(u64, u32), ReadFailed> {
        let (mark, records) = {
            let durable = self.shared.durable();
            (durable.index.before_record(record), durable.records)
        };
        let mark =
            mark.filter(|_| record < records).ok_or(ReadFailed::NoRecord { record, records })?;
        let (header, _) = self.walk(mark, |header| record < header.next_record())?;
        Ok((header.entry, (record - header.first_record) as u32))
    }

    /// One record's bytes.
    ///
    /// # Errors
    /// See [`ReadFailed`].
    pub fn record(&self, record: u64) -> Result<Vec<u8>, ReadFailed> {
        let (entry, row) = self.locate(record)?;
        let batch = self.batch(entry)?;
        let place = Place { segment: batch.segment, offset: batch.offset };
        match batch.record(row) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => Err(damaged(entry, place, BatchFault::RecordCount)),
        }
    }

    pub(crate) fn file(&self, segment: u32) -> Arc<D::File> {
        Arc::clone(&self.shared.durable().files[segment as usize])
    }

    /// From a mark over headers until the one that is wanted; it must exist.
    fn walk(
        &self,
        mark: Mark,
        wanted: impl Fn(&BatchHeader) -> bool,
    ) -> Result<(BatchHeader, Place), ReadFailed> {
        let (mut entry, mut place) = (mark.entry, mark.place);
        loop {
            let (header, found_at) = self.read_header(entry, place)?;
            if wanted(&header) {
                return Ok((header, found_at));
            }
            (entry, place) = (entry + 1, found_at.after(&header));
        }
    }

    /// The header of `entry`, which stands at `place` or first in the next segment.
    pub(crate) fn read_header(
        &self,
        entry: u64,
        place: Place,
    ) -> Result<(BatchHeader, Place), ReadFailed> {
        let found = self.header_at(place)?;
        match found {
            Some(Ok(header)) if header.entry == entry => Ok((header, place)),
            None | Some(Err(BatchFault::Empty))
                if (place.segment as usize + 1) < self.shared.durable().files.len() =>
            {
                let offset = segment::SEGMENT_HEADER_BYTES as u64;
                let next = Place { segment: place.segment + 1, offset };
                match self.header_at(next)? {
                    Some(Ok(header)) if header.entry == entry => Ok((header, next)),
                    other => Err(damaged(entry, next, fault_of(entry, other))),
                }
            }
            other => Err(damaged(entry, place, fault_of(entry, other))),
        }
    }

    /// What stands at a place; `None` past the end of the file.
    fn header_at(
        &self,
        place: Place,
    ) -> Result<Option<Result<BatchHeader, BatchFault>>, ReadFailed> {
        let failed = |source| read_failed(place.segment, source);
        let file = self.file(place.segment);
        if place.offset + batch::ALIGN_BYTES as u64 > file.len().map_err(failed)? {
            return Ok(None);
        }
        let mut bytes = [0; HEADER_BYTES];
        file.read_at(place.offset, &mut bytes).map_err(failed)?;
        Ok(Some(BatchHeader::decode(&bytes)))
    }
}

fn fault_of(entry: u64, found: Option<Result<BatchHeader, BatchFault>>) -> BatchFault {
    match found {
        Some(Ok(header)) => BatchFault::Entry { expected: entry, found: header.entry },
        Some(Err(fault)) => fault,
        None => BatchFault::Empty,
    }
}

pub(crate) fn damaged(entry: u64, place: Place, fault: BatchFault) -> ReadFailed {
    let file = segment::file_name(place.segment);
    ReadFailed::Damaged { entry, file, offset: place.offset, fault }
}

pub(crate) fn read_failed(segment: u32, source: io::Error) -> ReadFailed {
    ReadFailed::Disk { file: segment::file_name(segment), source }
}

impl<D: Disk> Journal<D> {
    /// A reader of this journal, for other threads.
    pub fn reader(&self) -> Reader<D> {
        self.reader.clone()
    }
}

/// Whatever a reader can do, the writer can.
impl<D: Disk> std::ops::Deref for Journal<D> {
    type Target = Reader<D>;

    fn deref(&self) -> &Reader<D> {
        &self.reader
    }
}
