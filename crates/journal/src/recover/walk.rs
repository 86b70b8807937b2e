//! The walk over all batches, and the judgement on where it stopped.

use super::failed::Witness;
use super::{Damage, OpenFailed, SegmentFile, TornTail};
use crate::batch::{ALIGN_BYTES, BatchFault, BatchHeader, Follows, HEADER_BYTES, StoredBatch};
use crate::disk::DiskFile;
use crate::index::Index;
use crate::record::part;
use crate::scan::Window;
use crate::segment::{self, Place, SEGMENT_HEADER_BYTES, SegmentFault};
use crate::tiles::{LogTree, Published};

/// Bytes looked through or overwritten at once.
const PIECE_BYTES: usize = 1 << 20;

/// Goes from batch to batch as long as they are valid.
pub(super) struct Walk<'a, F> {
    files: &'a [SegmentFile<F>],
    origin: &'a str,
    /// Entries below this stand under a signature: their headers lead to the signed root, so their
    /// bodies are not read here. Whoever reads them checks them.
    sealed: u64,
    /// What must come next.
    pub follows: Follows,
    /// Where it must come.
    pub place: Place,
    pub index: Index,
    pub tree: LogTree,
    /// What the last commit wrote, which no later one has proved durable.
    unproved: Vec<Extent>,
}

/// Why the walk ended.
pub(super) struct Stop {
    /// What is wrong.
    fault: BatchFault,
    /// Where: at `Walk::place`, or in the header of the next segment.
    place: Place,
    /// Where to look for later batches: behind the broken one, if its length can be told.
    search_from: Place,
}

/// A tail to be cut.
pub(super) struct Torn {
    pub tail: TornTail,
    extents: Vec<Extent>,
}

/// A segment, and a first and one past the last byte in it.
type Extent = (u32, u64, u64);

impl<'a, F: DiskFile> Walk<'a, F> {
    pub fn new(files: &'a [SegmentFile<F>], origin: &'a str, sealed: u64) -> Walk<'a, F> {
        Walk {
            files,
            origin,
            sealed,
            follows: Follows::default(),
            place: Place { segment: 0, offset: SEGMENT_HEADER_BYTES as u64 },
            index: Index::default(),
            tree: LogTree::with_published(sealed),
            unproved: vec![(0, 0, SEGMENT_HEADER_BYTES as u64)],
        }
    }

    /// Takes every valid batch; compares the root on the way with what was published.
    pub fn run(&mut self, published: Option<&Published>) -> Result<Stop, OpenFailed> {
        let mut window = Window::default();
        loop {
            if let Some(Published { checkpoint, .. }) = published
                && checkpoint.size == self.follows.entry
                && checkpoint.root != self.tree.root()
            {
                return Err(OpenFailed::CheckpointDisagrees { size: checkpoint.size });
            }
            match self.read(&mut window)? {
                Ok(header) => self.take(&header),
                Err(stop) if matches!(stop.fault, BatchFault::Empty) => {
                    if let Some(stop) = self.enter_next_segment(stop)? {
                        return Ok(stop);
                    }
                }
                Err(stop) => return Ok(stop),
            }
        }
    }

    fn take(&mut self, header: &BatchHeader) {
        self.index.push(header, self.place);
        self.tree.push(header.leaf());
        let Place { segment, offset } = self.place;
        if header.synced_entries == header.entry {
            // The first entry of a commit proves all before it, but not its own segment's header.
            let begins = offset == SEGMENT_HEADER_BYTES as u64;
            self.unproved.retain(|(number, ..)| begins && *number == segment);
        }
        self.follows = Follows::after(header);
        self.place = self.place.after(header);
        match self.unproved.last_mut() {
            Some((number, _, to)) if *number == segment => *to = self.place.offset,
            _ => self.unproved.push((segment, offset, self.place.offset)),
        }
    }

    /// The batch at `place`, verified: its header always, its records unless they are sealed.
    fn read(&self, window: &mut Window) -> Result<Result<BatchHeader, Stop>, OpenFailed> {
        let Place { segment, offset } = self.place;
        let file = &self.files[segment as usize];
        let stop = |fault, search_from| Ok(Err(Stop { fault, place: self.place, search_from }));
        if offset + ALIGN_BYTES as u64 > file.bytes {
            return stop(BatchFault::Empty, self.place);
        }
        let failed = |source| file.failed("read", source);
        let sealed = self.follows.entry < self.sealed;
        let mut alone = [0; HEADER_BYTES];
        if sealed {
            file.file.read_at(offset, &mut alone).map_err(failed)?;
        } else {
            let slot = window.get(segment, &*file.file, offset, ALIGN_BYTES).map_err(failed)?;
            alone = part(slot, 0);
        }
        let next_slot = Place { segment, offset: offset + ALIGN_BYTES as u64 };
        let header = match BatchHeader::decode(&alone) {
            Ok(header) => header,
            Err(fault) => return stop(fault, next_slot),
        };
        if let Err(fault) = self.follows.check(&header) {
            // Whole, and of another place: it may itself be the proof that something is gone.
            return stop(fault, self.place);
        }
        if offset + header.stored_bytes() > file.bytes {
            return stop(BatchFault::PastEnd, next_slot);
        }
        if !sealed && let Err(fault) = self.check_records(window, &header)? {
            return stop(fault, self.place.after(&header));
        }
        Ok(Ok(header))
    }

    fn check_records(
        &self,
        window: &mut Window,
        header: &BatchHeader,
    ) -> Result<Result<(), BatchFault>, OpenFailed> {
        let Place { segment, offset } = self.place;
        let file = &self.files[segment as usize];
        let bytes = window
            .get(segment, &*file.file, offset, header.stored_bytes() as usize)
            .map_err(|source| file.failed("read", source))?;
        let end = HEADER_BYTES + header.body_bytes as usize;
        let body = &bytes[HEADER_BYTES..end];
        if let Some(at) = bytes[end..].iter().position(|byte| *byte != 0) {
            return Ok(Err(BatchFault::Padding(end + at)));
        }
        // The checksum first: the root costs thirty times as much.
        if crc32c::crc32c(body) != header.body_crc {
            return Ok(Err(BatchFault::BodyCrc));
        }
        let batch = StoredBatch { header: *header, body: body.to_vec(), segment, offset };
        Ok(batch.check_body())
    }

    /// Goes into the next segment if it goes on from here; else says why not.
    fn enter_next_segment(&mut self, stop: Stop) -> Result<Option<Stop>, OpenFailed> {
        let next = self.place.segment + 1;
        let Some(file) = self.files.get(next as usize) else { return Ok(Some(stop)) };
        let header = file.header()?;
        let begins_later = match &header {
            Ok(header) => header.first_entry > self.follows.entry,
            Err(fault) => *fault == SegmentFault::Unused,
        };
        let room = self.files[self.place.segment as usize].bytes > self.place.offset;
        if begins_later && room {
            // If anything is missing, it should stand in this segment.
            return Ok(Some(stop));
        }
        let checked =
            header.and_then(|header| header.check(next, file.bytes, self.origin, &self.follows));
        if let Err(fault) = checked {
            let place = Place { segment: next, offset: 0 };
            return Ok(Some(Stop { fault: BatchFault::Segment(fault), place, ..stop }));
        }
        self.place = Place { segment: next, offset: SEGMENT_HEADER_BYTES as u64 };
        self.unproved.push((next, 0, self.place.offset));
        Ok(None)
    }

    /// Damage, or the tail of a commit that never ended; `None` for a clean end. INVARIANT (prefix): what is
    /// cut was never durable for sure, and damage is named, never skipped.
    pub fn judge(&self, stop: &Stop) -> Result<Option<Torn>, OpenFailed> {
        let (entry, published) = (self.follows.entry, self.sealed);
        let (extents, later) = self.look_behind(stop)?;
        if entry < published {
            let unused = BatchFault::Segment(SegmentFault::Unused);
            let empty = stop.fault == BatchFault::Empty || stop.fault == unused;
            return Err(match empty && extents.is_empty() {
                true => OpenFailed::RolledBack { entries: entry, published },
                false => self.damage(stop, Witness::Checkpoint(published)),
            });
        }
        if let Some(later) = later {
            return Err(self.damage(stop, Witness::LaterEntry(later)));
        }
        if is_written_whole(&stop.fault) {
            return Err(self.damage(stop, Witness::Checksums));
        }
        let bytes = extents.iter().map(|(_, start, end)| end - start).sum();
        let Place { segment, offset } = self.place;
        let tail = TornTail { segment, offset, bytes };
        Ok((!extents.is_empty()).then_some(Torn { tail, extents }))
    }

    /// What is not zero from where the walk ended, and the first entry there that proves that the
    /// broken one had been durable.
    fn look_behind(&self, stop: &Stop) -> Result<(Vec<Extent>, Option<u64>), OpenFailed> {
        let (mut extents, mut slots, mut later) = (Vec::new(), 0, None);
        for file in &self.files[self.place.segment as usize..] {
            let first = file.number == self.place.segment;
            let from = if first { self.place.offset } else { 0 };
            let mut extent: Option<(u64, u64)> = None;
            let mut piece = Vec::new();
            for at in (from..file.bytes).step_by(PIECE_BYTES) {
                piece.resize((file.bytes - at).min(PIECE_BYTES as u64) as usize, 0);
                file.file.read_at(at, &mut piece).map_err(|e| file.failed("read", e))?;
                for (slot_at, slot) in (at..).step_by(ALIGN_BYTES).zip(piece.chunks(ALIGN_BYTES)) {
                    slots += 1;
                    let Some(used) = used_of(slot) else { continue };
                    let (start, _) = extent.unwrap_or((slot_at + used.0, 0));
                    extent = Some((start, slot_at + used.1));
                    let candidate = Place { segment: file.number, offset: slot_at };
                    later = later.or_else(|| self.later_entry(stop, candidate, slot, slots));
                }
            }
            extents.extend(extent.map(|(start, end)| (file.number, start, end)));
        }
        Ok((extents, later))
    }

    /// The entry at `place` if it proves that the broken one had been durable. A batch takes at least
    /// one slot, so an entry further on than there are slots is some record's bytes that look like one;
    /// but where the broken one should begin no record's bytes can stand.
    fn later_entry(&self, stop: &Stop, place: Place, slot: &[u8], slots: u64) -> Option<u64> {
        let behind =
            (place.segment, place.offset) >= (stop.search_from.segment, stop.search_from.offset);
        let broken = self.follows.entry;
        let header = BatchHeader::decode(&part(slot, 0)).ok();
        let header = header.filter(|header| behind && header.entry > broken)?;
        let near = place == self.place || header.entry - broken < slots;
        (near && header.synced_entries > broken).then_some(header.entry)
    }

    fn damage(&self, stop: &Stop, witness: Witness) -> OpenFailed {
        OpenFailed::Damaged(Damage {
            file: segment::file_name(stop.place.segment),
            offset: stop.place.offset,
            entry: self.follows.entry,
            fault: stop.fault.clone(),
            witness,
        })
    }

    /// Overwrites the torn tail, and writes and syncs once more what no later entry proves durable: after
    /// a sync that failed, a system may show bytes that it will never write by itself.
    pub fn make_durable(&self, torn: Option<&Torn>) -> Result<(), OpenFailed> {
        let extents = torn.map_or(&[][..], |torn| &torn.extents);
        let mut piece = vec![0; PIECE_BYTES];
        for file in self.files {
            let here = |number: &u32| *number == file.number;
            let failed = |doing| move |source| file.failed(doing, source);
            let mut touched = false;
            for (_, from, to) in self.unproved.iter().filter(|(number, ..)| here(number)) {
                touched = true;
                for at in (*from..*to).step_by(PIECE_BYTES) {
                    let bytes = &mut piece[..(to - at).min(PIECE_BYTES as u64) as usize];
                    file.file.read_at(at, bytes).map_err(failed("read"))?;
                    file.file.write_at(at, bytes).map_err(failed("write to"))?;
                }
            }
            for (_, from, to) in extents.iter().filter(|(number, ..)| here(number)) {
                touched = true;
                piece.fill(0);
                for at in (*from..*to).step_by(PIECE_BYTES) {
                    let zeros = &piece[..(to - at).min(PIECE_BYTES as u64) as usize];
                    file.file.write_at(at, zeros).map_err(failed("write to"))?;
                }
            }
            if touched {
                file.file.sync().map_err(failed("sync"))?;
            }
        }
        Ok(())
    }
}

/// The first and one past the last byte that is not zero.
fn used_of(slot: &[u8]) -> Option<(u64, u64)> {
    // Nearly all of what is looked through is zeros, and this is the fast way to see it.
    if *slot == [0; ALIGN_BYTES] {
        return None;
    }
    let first = slot.iter().position(|byte| *byte != 0)?;
    let last = slot.iter().rposition(|byte| *byte != 0)?;
    Some((first as u64, last as u64 + 1))
}

/// Faults that are only looked for where a checksum is right already.
fn is_written_whole(fault: &BatchFault) -> bool {
    match fault {
        BatchFault::Format(_)
        | BatchFault::Header(_)
        | BatchFault::Record(..)
        | BatchFault::RecordCount
        | BatchFault::RowsRoot
        | BatchFault::Segment(SegmentFault::Format(_)) => true,
        BatchFault::Empty
        | BatchFault::Magic
        | BatchFault::HeaderCrc
        | BatchFault::Entry { .. }
        | BatchFault::FirstRecord { .. }
        | BatchFault::Chain
        | BatchFault::TimeGoesBack
        | BatchFault::PastEnd
        | BatchFault::BodyCrc
        | BatchFault::Padding(_)
        | BatchFault::Segment(_) => false,
    }
}
