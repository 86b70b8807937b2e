//! All batches from an entry on, read in large pieces, with checksums, chain, numbers and padding
//! verified on the way. The roots over rows are not: that is `audit.rs`.

use crate::batch::{BatchFault, Follows, HEADER_BYTES, StoredBatch};
use crate::disk::{Disk, DiskFile};
use crate::journal::{ReadFailed, Reader, damaged, read_failed};
use crate::segment::Place;
use std::io;

/// Bytes read at once.
const PIECE_BYTES: u64 = 1 << 20;

/// Iterator of [`Reader::scan`]; ends after the first error.
#[derive(Debug)]
pub struct Scan<D: Disk> {
    reader: Reader<D>,
    next: u64,
    /// How many entries there were when the scan began.
    end: u64,
    /// Where the next batch stands; `None` before the first.
    place: Option<Place>,
    follows: Option<Follows>,
    window: Window,
}

impl<D: Disk> Reader<D> {
    /// All batches from an entry on, up to the last that is durable now.
    pub fn scan(&self, from_entry: u64) -> Scan<D> {
        Scan::new(self.clone(), from_entry)
    }
}

impl<D: Disk> Scan<D> {
    fn new(reader: Reader<D>, from_entry: u64) -> Scan<D> {
        let end = reader.entries();
        let window = Window::default();
        Scan { reader, next: from_entry, end, place: None, follows: None, window }
    }

    fn read_next(&mut self) -> Result<StoredBatch, ReadFailed> {
        let (header, place) = match self.place {
            None => self.reader.header(self.next)?,
            Some(place) => self.reader.read_header(self.next, place)?,
        };
        let wrong = |fault| damaged(self.next, place, fault);
        if let Some(follows) = &self.follows {
            follows.check(&header).map_err(wrong)?;
        }
        let file = self.reader.file(place.segment);
        let bytes = self
            .window
            .get(place.segment, &*file, place.offset, header.stored_bytes() as usize)
            .map_err(|source| read_failed(place.segment, source))?;
        let end = HEADER_BYTES + header.body_bytes as usize;
        // The file may have changed since its header was read; what counts is what is handed out.
        if bytes[..HEADER_BYTES] != header.encode() {
            return Err(wrong(BatchFault::HeaderCrc));
        }
        if let Some(at) = bytes[end..].iter().position(|byte| *byte != 0) {
            return Err(wrong(BatchFault::Padding(end + at)));
        }
        let body = bytes[HEADER_BYTES..end].to_vec();
        if crc32c::crc32c(&body) != header.body_crc {
            return Err(wrong(BatchFault::BodyCrc));
        }
        self.place = Some(place.after(&header));
        self.follows = Some(Follows::after(&header));
        self.next += 1;
        Ok(StoredBatch { header, body, segment: place.segment, offset: place.offset })
    }
}

impl<D: Disk> Iterator for Scan<D> {
    type Item = Result<StoredBatch, ReadFailed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let read = self.read_next();
        if read.is_err() {
            self.end = 0;
        }
        Some(read)
    }
}

/// A piece of one file in memory, so that many small batches cost one read.
#[derive(Debug, Default)]
pub(crate) struct Window {
    segment: u32,
    at: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// `count` bytes from `at` on.
    pub fn get(
        &mut self,
        segment: u32,
        file: &impl DiskFile,
        at: u64,
        count: usize,
    ) -> io::Result<&[u8]> {
        let inside = self.segment == segment
            && at >= self.at
            && at + count as u64 <= self.at + self.bytes.len() as u64;
        if !inside {
            let left = file.len()?.saturating_sub(at);
            let piece = left.min(PIECE_BYTES.max(count as u64));
            // Forgotten first, so that a failed read leaves nothing that looks like the file.
            self.bytes.clear();
            self.bytes.resize(piece as usize, 0);
            (self.segment, self.at) = (segment, at);
            file.read_at(at, &mut self.bytes).inspect_err(|_| self.bytes.clear())?;
        }
        let start = (at - self.at) as usize;
        match self.bytes.get(start..start + count) {
            Some(bytes) => Ok(bytes),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}
