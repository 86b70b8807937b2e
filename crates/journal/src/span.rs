//! Which segments are sealed: another one is in use after them, so that not a byte of them changes any
//! more. They are what the history rolls into tables.

use crate::batch::BatchFault;
use crate::disk::{Disk, DiskFile};
use crate::journal::{ReadFailed, Reader, damaged, read_failed};
use crate::segment::{Place, SEGMENT_HEADER_BYTES, SegmentHeader};

/// The entries and records of one sealed segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Number of the segment file.
    pub segment: u32,
    /// Its first entry.
    pub first_entry: u64,
    /// The first entry of the next segment.
    pub end_entry: u64,
    /// Its first record.
    pub first_record: u64,
    /// The first record of the next segment.
    pub end_record: u64,
}

impl<D: Disk> Reader<D> {
    /// The sealed segments from number `from` on, in order.
    ///
    /// # Errors
    /// A header that cannot be read, or is not valid although the segment is in use.
    pub fn sealed(&self, from: u32) -> Result<Vec<Span>, ReadFailed> {
        let (count, entries) = {
            let durable = self.shared.durable();
            (durable.files.len() as u32, durable.tree.size())
        };
        let mut spans = Vec::new();
        if from >= count {
            return Ok(spans);
        }
        let mut this = self.segment_header(from)?;
        for segment in from..count.saturating_sub(1) {
            let next = self.segment_header(segment + 1)?;
            // The next one may be made ahead, or begun by a commit that is not durable yet.
            if next.first_entry >= entries {
                break;
            }
            spans.push(Span {
                segment,
                first_entry: this.first_entry,
                end_entry: next.first_entry,
                first_record: this.first_record,
                end_record: next.first_record,
            });
            this = next;
        }
        Ok(spans)
    }

    fn segment_header(&self, segment: u32) -> Result<SegmentHeader, ReadFailed> {
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        let read = self.file(segment).read_at(0, &mut bytes);
        read.map_err(|source| read_failed(segment, source))?;
        let place = Place { segment, offset: 0 };
        let wrong = |_| damaged(self.entries(), place, BatchFault::Header("segment header"));
        SegmentHeader::decode(&bytes).map_err(wrong)
    }
}
