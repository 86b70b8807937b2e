//! The log's tree: its right edge in memory, the rest in tiles on disk (C2SP tlog-tiles).

use proof::hash::Hash;
use proof::tile::TILE_WIDTH;
use proof::tree::Frontier;

/// The tree over all durable entries.
#[derive(Debug, Default)]
pub(crate) struct LogTree {
    frontier: Frontier,
    /// The leaf at which `tail` begins; a multiple of a tile's width. All before lies in full tiles.
    tail_start: u64,
    /// INVARIANT (tail): leaf hashes of all entries from `tail_start` on.
    tail: Vec<Hash>,
}

impl LogTree {
    /// An empty tree whose first `published` entries will be found in tiles.
    pub fn with_published(published: u64) -> LogTree {
        let tail_start = published - published % u64::from(TILE_WIDTH);
        LogTree { frontier: Frontier::new(), tail_start, tail: Vec::new() }
    }

    /// Appends an entry's leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        if self.frontier.size() >= self.tail_start {
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
}
