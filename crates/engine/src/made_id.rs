//! Ids that nobody chose: made of a hash, so that everybody who knows what they stand for can make them again.

use sha2::{Digest, Sha256};

/// The first 16 bytes of the hash as a number, least significant first.
pub(crate) fn made_id(hash: Sha256) -> u128 {
    let bytes = hash.finalize().into_iter().take(16);
    bytes.rev().fold(0, |id, byte| id << 8 | u128::from(byte))
}
