//! "This entry is in that tree": building inclusion paths (RFC 6962 section 2.1.1) and checking them
//! (RFC 9162 section 2.1.3.2).
//!
//! Builders read complete subtrees through `HashReader`, so that the same code serves a slice in memory and the tiles of
//! `tile.rs`. Read `consistency.rs` next.

use alloc::vec::Vec;
use core::fmt;

use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::tree::root_of;

/// Where the hashes of complete subtrees come from.
pub trait HashReader {
    /// The root over the `2^level` leaves from `index * 2^level` on; `None` if it cannot be had.
    fn hash(&self, level: u8, index: u64) -> Option<Hash>;
}

/// Leaf hashes in memory as a `HashReader`; each subtree is hashed when asked for.
#[derive(Clone, Copy, Debug)]
pub struct Leaves<'a>(pub &'a [Hash]);

impl HashReader for Leaves<'_> {
    fn hash(&self, level: u8, index: u64) -> Option<Hash> {
        let width = 1_usize.checked_shl(level.into())?;
        let first = usize::try_from(index).ok()?.checked_mul(width)?;
        Some(root_of(self.0.get(first..first.checked_add(width)?)?))
    }
}

/// Why a proof does not prove what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// The index is not below the tree's size.
    IndexOutsideTree {
        /// The index asked about.
        index: u64,
        /// The tree's size, in leaves.
        size: u64,
    },
    /// The proof has more or fewer hashes than a tree of that shape needs.
    WrongLength,
    /// The hashes lead to another root.
    RootDiffers,
    /// The later tree is smaller than the earlier one.
    TreeShrank {
        /// Size of the earlier tree, in leaves.
        old_size: u64,
        /// Size of the later tree, in leaves.
        new_size: u64,
    },
    /// The proof does not contain the earlier root: history was rewritten, or the proof is for other trees.
    OldRootDiffers,
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IndexOutsideTree { index, size } => {
                write!(f, "there is no leaf {index} in a tree of {size} leaves")
            }
            Self::WrongLength => f.write_str("the proof has the wrong number of hashes"),
            Self::RootDiffers => f.write_str("the proof leads to another root"),
            Self::TreeShrank { old_size, new_size } => {
                write!(f, "the tree shrank from {old_size} to {new_size} leaves")
            }
            Self::OldRootDiffers => f.write_str("the later tree does not contain the earlier one"),
        }
    }
}

impl core::error::Error for ProofError {}

/// The inclusion path of leaf `index` in the tree over `leaves`, leaf side first; `None` if there is no such leaf.
#[must_use]
pub fn inclusion_path(leaves: &[Hash], index: u64) -> Option<Vec<Hash>> {
    inclusion_path_from(&Leaves(leaves), index, leaves.len() as u64)
}

/// The inclusion path of leaf `index` in the tree of the first `size` leaves, leaf side first (RFC 6962 section 2.1.1).
///
/// `None` if the index is outside the tree or the reader lacks a hash.
pub fn inclusion_path_from(reader: &impl HashReader, index: u64, size: u64) -> Option<Vec<Hash>> {
    if index >= size {
        return None;
    }
    let (mut first, mut end) = (0, size);
    let mut path = Vec::new();
    while end - first > 1 {
        let middle = first + split(end - first);
        if index < middle {
            path.push(range_hash(reader, middle, end)?);
            end = middle;
        } else {
            path.push(range_hash(reader, first, middle)?);
            first = middle;
        }
    }
    path.reverse();
    Some(path)
}

/// The root of the tree of the first `size` leaves; `None` if the reader lacks a hash.
///
/// Compared with a signed checkpoint it tells whether what the reader reads is that log's right edge.
pub fn root_from(reader: &impl HashReader, size: u64) -> Option<Hash> {
    range_hash(reader, 0, size)
}

/// Checks that `leaf` stands at `index` in the tree of `size` leaves with `root` (RFC 9162 section 2.1.3.2).
///
/// # Errors
/// Says whether the index, the length of the path or the root is wrong.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::IndexOutsideTree { index, size });
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            (node, last) = skip_promotions(node, last);
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::WrongLength);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::RootDiffers) }
}

/// A last node without a right sibling moves up unhashed, as often as needed, until it is a right child.
pub(crate) fn skip_promotions(mut node: u64, mut last: u64) -> (u64, u64) {
    while node & 1 == 0 && node != 0 {
        (node, last) = (node >> 1, last >> 1);
    }
    (node, last)
}

/// The root over leaves `first..end`, where `first` is a multiple of the largest power of two within the range.
pub(crate) fn range_hash(reader: &impl HashReader, first: u64, end: u64) -> Option<Hash> {
    let mut complete = Vec::new();
    let mut first = first;
    while first < end {
        let width = 1_u64 << (end - first).ilog2();
        let level = width.trailing_zeros() as u8;
        complete.push(reader.hash(level, first / width)?);
        first += width;
    }
    let from_right = complete.into_iter().rev();
    Some(from_right.reduce(|right, left| node_hash(&left, &right)).unwrap_or(EMPTY_ROOT))
}

/// The largest power of two below `count`, which is at least 2 (`k` in RFC 6962 section 2.1).
pub(crate) fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}
