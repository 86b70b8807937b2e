//! "That tree grew from this one": building consistency proofs (RFC 6962 section 2.1.2) and checking them
//! (RFC 9162 section 2.1.4.2). A witness asks for one before it cosigns. Read `tile.rs` next.

use alloc::vec::Vec;

use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::inclusion::{HashReader, Leaves, ProofError, range_hash, skip_promotions, split};

/// The proof that the tree over `leaves` grew from the tree over its first `old_size` leaves.
///
/// Empty for an old size of 0 or of all leaves; `None` if the old tree is larger.
#[must_use]
pub fn consistency_proof(leaves: &[Hash], old_size: u64) -> Option<Vec<Hash>> {
    consistency_proof_from(&Leaves(leaves), old_size, leaves.len() as u64)
}

/// The proof that the tree of `new_size` leaves grew from that of `old_size` (RFC 6962 section 2.1.2).
///
/// `None` if the tree shrank or the reader lacks a hash.
pub fn consistency_proof_from(
    reader: &impl HashReader,
    old_size: u64,
    new_size: u64,
) -> Option<Vec<Hash>> {
    if old_size > new_size {
        return None;
    }
    if old_size == 0 {
        return Some(Vec::new());
    }
    let (mut first, mut end) = (0, new_size);
    let mut proof = Vec::new();
    while old_size != end {
        let middle = first + split(end - first);
        if old_size <= middle {
            proof.push(range_hash(reader, middle, end)?);
            end = middle;
        } else {
            proof.push(range_hash(reader, first, middle)?);
            first = middle;
        }
    }
    // Whoever checks knows the old root already, so it is left out where it is a subtree by itself.
    if first > 0 {
        proof.push(range_hash(reader, first, end)?);
    }
    proof.reverse();
    Some(proof)
}

/// Checks that the tree `new_size`, `new_root` grew from `old_size`, `old_root` (RFC 9162 section 2.1.4.2).
///
/// Every tree grew from the empty tree; that proof is empty.
///
/// # Errors
/// Says whether the tree shrank, the proof has the wrong length, or which of the roots it does not lead to.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old_size > new_size {
        return Err(ProofError::TreeShrank { old_size, new_size });
    }
    if old_size == 0 || old_size == new_size {
        return verify_trivial(old_size, old_root, new_size, new_root, proof);
    }
    // A complete old tree is a subtree of the new one, and its root is the first hash of the proof, left out there.
    let (start, rest) = match proof {
        [] => return Err(ProofError::WrongLength),
        all if old_size.is_power_of_two() => (old_root, all),
        [first, rest @ ..] => (first, rest),
    };
    // RFC 9162: shift until the node is a left child; the start hash covers all that lies below.
    let below = (old_size - 1).trailing_ones();
    let (mut node, mut last) = ((old_size - 1) >> below, (new_size - 1) >> below);
    let (mut old_hash, mut new_hash) = (*start, *start);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            (node, last) = skip_promotions(node, last);
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::WrongLength);
    }
    if old_hash != *old_root {
        return Err(ProofError::OldRootDiffers);
    }
    if new_hash != *new_root {
        return Err(ProofError::RootDiffers);
    }
    Ok(())
}

/// From nothing to anything, or from a tree to itself: no hashes are needed, and none are allowed.
fn verify_trivial(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if !proof.is_empty() {
        return Err(ProofError::WrongLength);
    }
    if old_size == 0 && *old_root != EMPTY_ROOT {
        return Err(ProofError::OldRootDiffers);
    }
    if old_size == new_size && old_root != new_root {
        return Err(ProofError::RootDiffers);
    }
    Ok(())
}
