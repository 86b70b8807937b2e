//! Roots of trees: of a batch that is complete, and of a log that grows for ever.
//!
//! Both follow RFC 6962 section 2.1: a tree of n > 1 leaves splits at the largest power of two below n.
//! Read `inclusion.rs` next.

use alloc::vec::Vec;

use crate::hash::{EMPTY_ROOT, Hash, hash_level, node_hash};

/// The root over these leaf hashes; allocates a copy of them. See `root_of_with` for the hot path.
#[must_use]
pub fn root_of(leaves: &[Hash]) -> Hash {
    root_of_with(&mut leaves.to_vec())
}

/// The root over the leaf hashes in `scratch`, which is emptied and keeps its memory for the next batch.
pub fn root_of_with(scratch: &mut Vec<Hash>) -> Hash {
    while scratch.len() > 1 {
        let above = hash_level(scratch);
        scratch.truncate(above);
    }
    scratch.pop().unwrap_or(EMPTY_ROOT)
}

/// The right edge of a growing tree: all that is needed to append leaves and to know the root.
///
/// It holds one hash for each complete subtree, that is for each bit set in the size, the largest subtree first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// INVARIANT: as many hashes as `size` has bits set.
    hashes: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Rebuilds a frontier from what `size` and `hashes` gave; `None` if their counts do not belong together.
    #[must_use]
    pub fn from_parts(size: u64, hashes: Vec<Hash>) -> Option<Self> {
        (hashes.len() == size.count_ones() as usize).then_some(Self { size, hashes })
    }

    /// Appends a leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        assert!(self.size < u64::MAX, "a tree has fewer than 2^64 - 1 leaves");
        let mut node = leaf;
        // Each trailing one in the size is a complete subtree as large as the node, waiting for its right sibling.
        for _ in 0..self.size.trailing_ones() {
            let left = self.hashes.pop();
            node = left.map_or(node, |left| node_hash(&left, &node));
        }
        self.hashes.push(node);
        self.size += 1;
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of the complete subtrees, the largest (leftmost) first.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The root of the tree as it is now; costs at most 63 node hashes.
    #[must_use]
    pub fn root(&self) -> Hash {
        let smallest_first = self.hashes.iter().rev().copied();
        smallest_first.reduce(|right, left| node_hash(&left, &right)).unwrap_or(EMPTY_ROOT)
    }
}
