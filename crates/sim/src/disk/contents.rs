//! One file: what programs see, and for each sector that is not safe yet what the disk may hold
//! instead after a power cut.

use crate::chance::Chance;
use std::collections::BTreeMap;
use std::io;

/// The smallest piece a disk promises to write at once; the promise is not kept when a sector is torn.
pub const SECTOR_BYTES: usize = 512;

/// What a power cut does to one unsynced sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The disk holds what the sector was after this many of the unsynced writes; zero loses them all.
    After(usize),
    /// The disk was interrupted in the last write: the first bytes are new, the rest is what was before.
    Torn(usize),
}

impl Fate {
    /// By chance: half the time something is lost, one time in eight torn.
    pub fn drawn(chance: &mut Chance, writes: usize) -> Fate {
        match chance.below(8) {
            0..=3 => Fate::After(writes),
            4..=6 => Fate::After(chance.place(writes)),
            _ => Fate::Torn(chance.between(1, SECTOR_BYTES as u64 - 1) as usize),
        }
    }
}

/// The bytes of one file.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// What a program reads.
    seen: Vec<u8>,
    /// By sector: what it was before the first unsynced write and after each of them but the last.
    unsynced: BTreeMap<u64, Vec<Vec<u8>>>,
    /// By sector: what the disk holds where a failed sync made the system forget to write.
    forgotten: BTreeMap<u64, Vec<u8>>,
}

impl Contents {
    /// A file whose bytes are safe.
    pub fn new(seen: Vec<u8>) -> Contents {
        Contents { seen, unsynced: BTreeMap::new(), forgotten: BTreeMap::new() }
    }

    /// What a program reads.
    pub fn seen(&self) -> &[u8] {
        &self.seen
    }

    /// Fills `buf` from `at`.
    pub fn read(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        let range = usize::try_from(at).ok().and_then(|at| Some(at..at.checked_add(buf.len())?));
        let found = range.and_then(|range| self.seen.get(range));
        buf.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    /// Takes `bytes` at `at` into the cache.
    pub fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let end = usize::try_from(at).ok().and_then(|at| at.checked_add(bytes.len()));
        let Some(end) = end.filter(|end| *end <= self.seen.len()) else {
            return Err(io::Error::other("written past the end of a file that does not grow"));
        };
        let at = end - bytes.len();
        for sector in (at / SECTOR_BYTES)..end.div_ceil(SECTOR_BYTES) {
            let before = self.sector(sector as u64).to_vec();
            let number = sector as u64;
            // What a failed sync forgot to write is written after all, together with this.
            let versions = self.unsynced.entry(number).or_default();
            versions.extend(self.forgotten.remove(&number));
            versions.push(before);
        }
        self.seen[at..end].copy_from_slice(bytes);
        Ok(())
    }

    /// All that was written is safe, except what a failed sync made the system forget.
    pub fn sync(&mut self) {
        self.unsynced.clear();
    }

    /// A sync that fails: the system takes the cache for clean, so that programs go on reading what
    /// the disk does not hold and a later sync has nothing to do.
    pub fn forget(&mut self) {
        for (sector, versions) in std::mem::take(&mut self.unsynced) {
            if let Some(stored) = versions.into_iter().next() {
                self.forgotten.entry(sector).or_insert(stored);
            }
        }
    }

    /// The system drops its clean cache and reads from the disk again.
    pub fn evict(&mut self) {
        for (sector, stored) in std::mem::take(&mut self.forgotten) {
            self.put(sector, &stored);
        }
    }

    /// Sectors that are not safe, and how often each was written.
    pub fn unsynced(&self) -> impl Iterator<Item = (u64, usize)> {
        self.unsynced.iter().map(|(sector, versions)| (*sector, versions.len()))
    }

    /// Power fails: `fate` is asked about each unsynced sector in order.
    pub fn settle(&mut self, mut fate: impl FnMut(u64, usize) -> Fate) {
        self.evict();
        for (sector, mut versions) in std::mem::take(&mut self.unsynced) {
            versions.push(self.sector(sector).to_vec());
            let writes = versions.len() - 1;
            let stored = match fate(sector, writes) {
                Fate::After(count) => versions.swap_remove(count.min(writes)),
                Fate::Torn(at) => {
                    let mut torn = versions.swap_remove(writes);
                    let at = at.min(torn.len());
                    torn[at..].copy_from_slice(&versions[writes - 1][at..]);
                    torn
                }
            };
            self.put(sector, &stored);
        }
    }

    /// What lies on the disk itself, the cache left out.
    pub fn stored(&self) -> Vec<u8> {
        let mut stored = self.clone();
        stored.settle(|_, _| Fate::After(0));
        stored.seen
    }

    /// Changes the bytes at rest; whatever was not safe is safe afterwards.
    pub fn tamper(&mut self, change: impl FnOnce(&mut Vec<u8>)) {
        change(&mut self.seen);
        self.unsynced.clear();
        self.forgotten.clear();
    }

    fn sector(&self, sector: u64) -> &[u8] {
        let start = sector as usize * SECTOR_BYTES;
        &self.seen[start..(start + SECTOR_BYTES).min(self.seen.len())]
    }

    fn put(&mut self, sector: u64, bytes: &[u8]) {
        let start = sector as usize * SECTOR_BYTES;
        self.seen[start..start + bytes.len()].copy_from_slice(bytes);
    }
}
