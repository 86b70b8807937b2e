//! The published tiles and bundles against what the segments say, made again on the way.

use super::report::{Finding, Findings};
use crate::batch::{BatchHeader, HEADER_BYTES};
use crate::disk::Disk;
use crate::tiles;
use proof::hash::Hash;
use proof::tile::{TILE_WIDTH, Tile, encode_entries};
use proof::tree::{Frontier, root_of};

/// Makes the tiles of the published checkpoint as entries come by, and compares each with its file.
pub(super) struct Tiles<'a, D> {
    disk: &'a D,
    /// How many entries the published checkpoint has.
    published: Option<u64>,
    frontier: Frontier,
    root_at_checkpoint: Option<Hash>,
    /// The tile in the making on each level.
    levels: Vec<Level>,
    headers: Vec<[u8; HEADER_BYTES]>,
    /// Entries are missing, so that hashes mean nothing any more.
    stopped: bool,
}

#[derive(Default)]
struct Level {
    index: u64,
    hashes: Vec<Hash>,
}

impl<'a, D: Disk> Tiles<'a, D> {
    pub fn new(disk: &'a D, published: Option<u64>) -> Tiles<'a, D> {
        let mut tiles = Tiles {
            disk,
            published,
            frontier: Frontier::new(),
            root_at_checkpoint: None,
            levels: Vec::new(),
            headers: Vec::new(),
            stopped: false,
        };
        tiles.note_checkpoint();
        tiles
    }

    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The root over as many entries as the checkpoint has; `None` if it was not reached.
    pub fn root_at_checkpoint(&self) -> Option<Hash> {
        self.root_at_checkpoint
    }

    /// From here on entries are missing.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// Takes the next entry.
    pub fn push(&mut self, header: &BatchHeader, findings: &mut Findings) {
        if self.stopped {
            return;
        }
        let leaf = header.leaf();
        self.frontier.push(leaf);
        let size = self.frontier.size();
        if self.published.is_none_or(|published| size > published) {
            return;
        }
        self.headers.push(header.encode());
        self.push_hash(0, leaf, findings);
        self.note_checkpoint();
        if self.published == Some(size) {
            for level in 0..self.levels.len() {
                self.compare(level, findings);
            }
        }
    }

    fn note_checkpoint(&mut self) {
        if self.published == Some(self.frontier.size()) {
            self.root_at_checkpoint = Some(self.frontier.root());
        }
    }

    fn push_hash(&mut self, level: usize, hash: Hash, findings: &mut Findings) {
        if self.levels.len() == level {
            self.levels.push(Level::default());
        }
        self.levels[level].hashes.push(hash);
        if self.levels[level].hashes.len() == usize::from(TILE_WIDTH) {
            self.compare(level, findings);
            let full = &mut self.levels[level];
            let above = root_of(&full.hashes);
            full.hashes.clear();
            full.index += 1;
            self.push_hash(level + 1, above, findings);
        }
    }

    /// The tile in the making on `level`, as wide as it is, against its file.
    fn compare(&mut self, level: usize, findings: &mut Findings) {
        let Level { index, hashes } = &self.levels[level];
        if hashes.is_empty() {
            return;
        }
        let tile = Tile { level: level as u8, index: *index, width: hashes.len() as u16 };
        self.compare_file(&tile.path(), &hashes.concat(), findings);
        if level == 0 {
            let bundle = encode_entries(self.headers.iter().map(|header| &header[..]));
            self.compare_file(&tile.entries_path(), &bundle.unwrap_or_default(), findings);
            self.headers.clear();
        }
    }

    fn compare_file(&self, name: &str, right: &[u8], findings: &mut Findings) {
        let file = tiles::path(name);
        let (offset, what) = match self.disk.read_whole(&file) {
            Err(error) => return findings.unreadable(&file, &error),
            Ok(Some(bytes)) if bytes == right => return,
            Ok(None) => (None, "it is missing".to_owned()),
            Ok(Some(bytes)) => {
                let same = bytes.iter().zip(right).take_while(|(a, b)| a == b).count();
                (Some(same as u64), "it differs from what the segments say".to_owned())
            }
        };
        let advice = "make the tiles again from the segments (publish again)".to_owned();
        findings.add(Finding { file, offset, entry: None, record: None, what, advice });
    }
}
