//! Where each entry and record stands, in memory: one mark for every sixteen entries, and from there a
//! walk over headers. That is two bytes an entry instead of thirty-two.

use crate::batch::BatchHeader;
use crate::segment::Place;

/// Entries from one mark to the next.
const STRIDE: u64 = 16;

/// A place to start walking from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub entry: u64,
    pub first_record: u64,
    pub place: Place,
}

/// Mark `n` is entry `n * STRIDE`, always.
#[derive(Debug, Default)]
pub(crate) struct Index {
    marks: Vec<Mark>,
}

impl Index {
    /// Takes note of the next entry.
    pub fn push(&mut self, header: &BatchHeader, place: Place) {
        if header.entry.is_multiple_of(STRIDE) {
            assert!(
                header.entry / STRIDE == self.marks.len() as u64,
                "entries are indexed in order, without gaps"
            );
            let (entry, first_record) = (header.entry, header.first_record);
            self.marks.push(Mark { entry, first_record, place });
        }
    }

    /// The last mark that is not after `entry`.
    pub fn before_entry(&self, entry: u64) -> Option<Mark> {
        self.marks.get((entry / STRIDE) as usize).or(self.marks.last()).copied()
    }

    /// The last mark whose first record is not after `record`.
    pub fn before_record(&self, record: u64) -> Option<Mark> {
        let after = self.marks.partition_point(|mark| mark.first_record <= record);
        self.marks.get(after.checked_sub(1)?).copied()
    }
}
