//! Batches become durable: encode, hash, chain, write, one sync. Only then do readers see them. The
//! first error of any kind is the last thing this journal does, because a disk that failed once may
//! have lost what it took before; the process ends and a restart replays.

use crate::batch::{self, BatchRefused, Follows, NewBatch};
use crate::disk::{Disk, DiskFile};
use crate::journal::{End, Journal, Options, Scratch, Shared};
use crate::segment::{self, Place, SEGMENT_HEADER_BYTES, SegmentHeader};
use proof::hash::Hash;
use std::fmt;
use std::io;
use std::sync::Arc;
use terms::{Event, TimeNs};

/// What one turn decided.
#[derive(Clone, Copy, Debug)]
pub struct PendingBatch<'a> {
    /// The turn's `now`; not before that of the turn before.
    pub time: TimeNs,
    /// Its events, in order; a batch without any is left out.
    pub events: &'a [Event],
}

/// What is durable after a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The first entry this commit wrote.
    pub first_entry: u64,
    /// How many entries the journal has now.
    pub entries: u64,
    /// How many records it had before.
    pub records_before: u64,
    /// How many records it has now.
    pub records: u64,
    /// The root over all entries.
    pub root: Hash,
}

/// Nothing of this commit may be acknowledged, and the journal takes no more.
#[derive(Debug)]
pub struct CommitFailed {
    /// How many entries were durable before.
    pub entries: u64,
    /// What went wrong.
    pub cause: CommitCause,
}

/// What went wrong with a commit.
#[derive(Debug)]
pub enum CommitCause {
    /// An earlier commit failed.
    Poisoned,
    /// Batch `batch` of this commit cannot be written.
    Refused {
        /// Its place in the slice that was given.
        batch: usize,
        /// Why.
        source: BatchRefused,
    },
    /// Batch `batch` is larger than a segment file.
    LargerThanSegment {
        /// Its place in the slice that was given.
        batch: usize,
        /// Its bytes.
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

impl fmt::Display for CommitFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.entries;
        match &self.cause {
            CommitCause::Poisoned => {
                f.write_str("an earlier commit failed; stop the program and start it again")
            }
            CommitCause::Refused { batch, .. } => {
                write!(f, "batch {batch} cannot be written; nothing after entry {entries} is done")
            }
            CommitCause::LargerThanSegment { batch, bytes } => write!(
                f,
                "batch {batch} has {bytes} bytes and does not fit a segment file; nothing after entry {entries} is done; use larger segments"
            ),
            CommitCause::Disk { doing, file, .. } => write!(
                f,
                "cannot {doing} {file}; nothing after entry {entries} is done; see to the disk, then start the program again"
            ),
        }
    }
}

impl std::error::Error for CommitFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            CommitCause::Refused { source, .. } => Some(source),
            CommitCause::Disk { source, .. } => Some(source),
            CommitCause::Poisoned | CommitCause::LargerThanSegment { .. } => None,
        }
    }
}

impl<D: Disk> Journal<D> {
    /// Makes all of `batches` durable with one sync, or fails for good.
    ///
    /// # Errors
    /// See [`CommitFailed`]. After any error nothing of this commit may be acknowledged (a restart may
    /// still find it), and every later commit fails.
    pub fn commit(&mut self, batches: &[PendingBatch<'_>]) -> Result<Committed, CommitFailed> {
        let entries = self.end.follows.entry;
        let failed = |cause| CommitFailed { entries, cause };
        if self.end.poisoned {
            return Err(failed(CommitCause::Poisoned));
        }
        // Whatever way this function is left before its end, the journal takes no more.
        self.end.poisoned = true;
        let records_before = self.end.follows.record;
        let shared = &*self.reader.shared;
        let opened = self.end.write(shared, batches).map_err(failed)?;
        self.end.poisoned = false;
        let mut durable = shared.durable_mut();
        durable.files.extend(opened);
        for (header, place) in self.end.scratch.written.drain(..) {
            durable.index.push(&header, place);
            durable.tree.push(header.leaf());
        }
        (durable.records, durable.last_time) = (self.end.follows.record, self.end.follows.time);
        Ok(Committed {
            first_entry: entries,
            entries: durable.tree.size(),
            records_before,
            records: durable.records,
            root: durable.tree.root(),
        })
    }
}

impl<D: Disk> End<D> {
    /// Writes and syncs; returns the files that were begun.
    fn write(
        &mut self,
        shared: &Shared<D>,
        batches: &[PendingBatch<'_>],
    ) -> Result<Vec<Arc<D::File>>, CommitCause> {
        let synced_entries = self.follows.entry;
        let mut begun = Vec::new();
        let mut unsynced = vec![(self.place.segment, Arc::clone(&self.file))];
        self.scratch.run.clear();
        self.scratch.written.clear();
        let mut run_at = self.place.offset;
        for (batch, pending) in batches.iter().enumerate().filter(|(_, b)| !b.events.is_empty()) {
            let rules_version = shared.options.rules_version;
            let PendingBatch { time, events } = *pending;
            let new = NewBatch { rules_version, time, synced_entries, events };
            let Scratch { run, leaves, .. } = &mut self.scratch;
            let start = run.len();
            let header = batch::write(&self.follows, &new, run, leaves)
                .map_err(|source| CommitCause::Refused { batch, source })?;
            let bytes = header.stored_bytes();
            if self.place.offset + bytes > self.file_bytes {
                self.flush(run_at, start)?;
                self.begin_segment(shared)?;
                if self.place.offset + bytes > self.file_bytes {
                    return Err(CommitCause::LargerThanSegment { batch, bytes });
                }
                self.put_segment_header(shared, start);
                run_at = 0;
                begun.push(Arc::clone(&self.file));
                unsynced.push((self.place.segment, Arc::clone(&self.file)));
            }
            self.scratch.written.push((header, self.place));
            self.follows = Follows::after(&header);
            self.place = self.place.after(&header);
        }
        self.flush(run_at, self.scratch.run.len())?;
        if !self.scratch.written.is_empty() {
            for (segment, file) in &unsynced {
                file.sync().map_err(|source| disk_failed("sync", *segment, source))?;
            }
        }
        self.prepare_next(shared);
        Ok(begun)
    }

    /// Writes the first `bytes` of the run to the current file.
    fn flush(&self, at: u64, bytes: usize) -> Result<(), CommitCause> {
        if bytes == 0 {
            return Ok(());
        }
        let written = self.file.write_at(at, &self.scratch.run[..bytes]);
        written.map_err(|source| disk_failed("write to", self.place.segment, source))
    }

    /// Goes on in the next file, which was prepared or is made now.
    fn begin_segment(&mut self, shared: &Shared<D>) -> Result<(), CommitCause> {
        let segment = self.place.segment + 1;
        let name = segment::file_name(segment);
        let failed = |source| disk_failed("make", segment, source);
        let file = match shared.disk.open(&name).map_err(failed)? {
            Some(file) => file,
            None => shared.disk.create(&name, shared.options.segment_bytes).map_err(failed)?,
        };
        self.file_bytes = file.len().map_err(failed)?;
        self.file = Arc::new(file);
        self.place = Place { segment, offset: SEGMENT_HEADER_BYTES as u64 };
        Ok(())
    }

    /// What was flushed leaves the run, and the header of the new segment takes its place.
    fn put_segment_header(&mut self, shared: &Shared<D>, flushed: usize) {
        let header = SegmentHeader {
            number: self.place.segment,
            first_entry: self.follows.entry,
            first_record: self.follows.record,
            bytes: self.file_bytes,
            previous: self.follows.previous,
            origin: shared.signer.name().to_owned(),
        };
        self.scratch.run.splice(..flushed, header.encode());
    }

    /// Has the next file made in good time: when a quarter of this one is used.
    fn prepare_next(&mut self, shared: &Shared<D>) {
        let next = self.place.segment + 1;
        if self.prepared < next && self.place.offset > self.file_bytes / 4 {
            self.prepared = next;
            let Options { segment_bytes, .. } = shared.options;
            shared.disk.prepare_ahead(segment::file_name(next), segment_bytes);
        }
    }
}

fn disk_failed(doing: &'static str, segment: u32, source: io::Error) -> CommitCause {
    CommitCause::Disk { doing, file: segment::file_name(segment), source }
}
