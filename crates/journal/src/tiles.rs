//! The log's tree: its right edge in memory, the rest in tiles on disk (C2SP tlog-tiles) under `log/`.
//! Tiles are made when a checkpoint is published, never by a commit; from the segments they can be
//! made again at any time. Read `checkpoint.rs` next.

use crate::disk::Disk;
use proof::checkpoint::Checkpoint;
use proof::hash::{Hash, node_hash};
use proof::inclusion::{HashReader, Leaves};
use proof::note::Note;
use proof::tile::{self, TILE_WIDTH, Tile, TileReader};
use proof::tree::Frontier;

/// The folder of all that is published.
pub const FOLDER: &str = "log";
/// Where the published checkpoint lies.
pub(crate) const CHECKPOINT: &str = "log/checkpoint";

/// The checkpoint that was published, with all its signature lines.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub checkpoint: Checkpoint,
    pub note: Note,
}

/// The tree over all durable entries.
#[derive(Debug, Default)]
pub(crate) struct LogTree {
    frontier: Frontier,
    /// How many entries the tiles on disk are of.
    published: u64,
    /// Leaf hashes of all entries from the last full tile of `published` on.
    tail: Vec<Hash>,
}

impl LogTree {
    /// An empty tree whose first `published` entries will be found in tiles.
    pub fn with_published(published: u64) -> LogTree {
        LogTree { frontier: Frontier::new(), published, tail: Vec::new() }
    }

    /// Appends an entry's leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        if self.frontier.size() >= tail_start(self.published) {
            self.tail.push(leaf);
        }
        self.frontier.push(leaf);
    }

    /// How many entries.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root over all of them.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The tiles on disk are now those of `size` entries.
    pub fn set_published(&mut self, size: u64) {
        let done = tail_start(size).saturating_sub(tail_start(self.published)) as usize;
        self.tail.drain(..done.min(self.tail.len()));
        self.published = size;
    }

    /// The tree as it is now, to be read without holding up the writer.
    pub fn view<D: Disk>(&self, disk: &D) -> TreeView {
        TreeView::new(disk, self.size(), self.root(), self.published, self.tail.clone())
    }
}

/// The first leaf that does not lie in a full tile.
fn tail_start(published: u64) -> u64 {
    published - published % u64::from(TILE_WIDTH)
}

/// Gives the bytes of a tile.
type Fetch = Box<dyn Fn(&Tile) -> Option<Vec<u8>>>;

/// A tree of one size: leaves in memory, and tiles for all before them.
pub(crate) struct TreeView {
    pub size: u64,
    pub root: Hash,
    tail_start: u64,
    tail: Vec<Hash>,
    tiles: TileReader<Fetch>,
}

impl TreeView {
    /// `tail` begins at the last full tile of `published`.
    pub fn new<D: Disk>(
        disk: &D,
        size: u64,
        root: Hash,
        published: u64,
        tail: Vec<Hash>,
    ) -> TreeView {
        let disk = disk.clone();
        let fetch: Fetch = Box::new(move |tile| fetch(&disk, tile));
        let tiles = TileReader::new(published, fetch);
        TreeView { size, root, tail_start: tail_start(published), tail, tiles }
    }

    /// The bytes of a tile of this tree.
    pub fn tile(&self, tile: &Tile) -> Option<Vec<u8>> {
        let first = tile.index * u64::from(TILE_WIDTH);
        let hashes = (first..first + u64::from(tile.width))
            .map(|index| self.hash(tile.level * tile::TILE_HEIGHT, index));
        Some(hashes.collect::<Option<Vec<Hash>>>()?.concat())
    }
}

impl HashReader for TreeView {
    fn hash(&self, level: u8, index: u64) -> Option<Hash> {
        let width = 1_u64.checked_shl(level.into())?;
        let first = index.checked_mul(width)?;
        let end = first.checked_add(width)?;
        if end <= self.tail_start {
            return self.tiles.hash(level, index);
        }
        if let Some(in_tail) = first.checked_sub(self.tail_start) {
            // The tail begins at a full tile, so only subtrees of up to a tile's width align with it.
            if in_tail.is_multiple_of(width) {
                return Leaves(&self.tail).hash(level, in_tail / width);
            }
        }
        let below = level.checked_sub(1)?;
        Some(node_hash(&self.hash(below, index * 2)?, &self.hash(below, index * 2 + 1)?))
    }
}

/// A tile's bytes from disk. A partial tile that is gone has become part of a wider one
/// (tlog-tiles: partial tiles may be deleted once the full tile is there).
fn fetch<D: Disk>(disk: &D, tile: &Tile) -> Option<Vec<u8>> {
    if let Ok(Some(bytes)) = disk.read_whole(&path(&tile.path())) {
        return Some(bytes);
    }
    let full = Tile { width: TILE_WIDTH, ..*tile };
    let mut bytes = disk.read_whole(&path(&full.path())).ok()??;
    bytes.truncate(usize::from(tile.width) * size_of::<Hash>());
    Some(bytes)
}

/// The name of a published file.
pub(crate) fn path(published: &str) -> String {
    format!("{FOLDER}/{published}")
}
