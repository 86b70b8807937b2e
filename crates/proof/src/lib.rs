//! The mathematics: enough for anyone to check the journal without us.
//!
//! Read `hash` first, then `tree`, `inclusion` and `consistency` (what can be proved), `tile` (where proofs come from),
//! `note` and `checkpoint` (who signed what), and last `receipt`, which puts all of it into one text file.
//! The bytes are specified in `docs/formats/proofs.md`. Nothing here knows a file, a socket, a clock or a random number.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod hash;
pub mod tree;
pub mod inclusion;
pub mod consistency;
pub mod tile;
mod text;
pub mod note;
pub mod checkpoint;
pub mod receipt;

#[cfg(test)]
mod tests;

pub use checkpoint::{Checkpoint, CheckpointError, cosign};
pub use consistency::{consistency_proof, consistency_proof_from, verify_consistency};
pub use hash::{EMPTY_ROOT, Hash, leaf_hash, leaf_hash_parts, leaf_hashes, node_hash};
pub use inclusion::{
    HashReader, Leaves, ProofError, inclusion_path, inclusion_path_from, root_from,
    verify_inclusion,
};
pub use note::{Note, NoteError, NoteSignature, SignatureKind, Signed, SignerKey, VerifierKey};
pub use receipt::{PolicyError, Receipt, ReceiptError, Verified, VerifierPolicy};
pub use tile::{Tile, TileReader};
pub use tree::{Frontier, root_of, root_of_with};
