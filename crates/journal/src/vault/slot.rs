//! The bytes of the vault: files of slots of 128 bytes, each with its own checksum, so that one torn
//! slot takes no other with it. Layout: `docs/formats/vault.md`.

use super::crypto::{self, WRAPPED_BYTES, Wrapped};
use crate::record::part;
use terms::PartyId;

/// Bytes of a slot.
pub(super) const SLOT_BYTES: usize = 128;
/// Slots of one file, the head included: 1 MiB.
pub(super) const FILE_SLOTS: usize = 8_192;
/// Bytes of a file.
pub(super) const FILE_BYTES: usize = SLOT_BYTES * FILE_SLOTS;
/// What each file begins with.
const MAGIC: [u8; 8] = *b"TJVAULT1";
/// The layout of the files.
const FORMAT_VERSION: u16 = 1;
/// Slot states.
const STATE_PRESENT: u8 = 1;
const STATE_ERASED: u8 = 2;
/// How the key is wrapped: AES-256-GCM under the master key.
const WRAPPING: u8 = 1;
/// Where the wrapped key begins, after the nonce.
const NONCE_AT: usize = 32;
const WRAPPED_AT: usize = NONCE_AT + 12;
/// Where the CRC-32C over the slot's earlier bytes stands.
const CRC_AT: usize = SLOT_BYTES - 4;

const _: () = assert!(WRAPPED_AT + WRAPPED_BYTES <= CRC_AT);

/// What a slot says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Empty,
    Present(PartyId, Wrapped),
    Erased(PartyId),
    Damaged,
}

impl Slot {
    pub fn encode(&self) -> [u8; SLOT_BYTES] {
        let mut bytes = [0; SLOT_BYTES];
        match self {
            Slot::Empty | Slot::Damaged => return bytes,
            Slot::Present(party, wrapped) => {
                bytes[..2].copy_from_slice(&[STATE_PRESENT, WRAPPING]);
                bytes[16..32].copy_from_slice(&party.0.to_le_bytes());
                put_wrapped(&mut bytes, wrapped);
            }
            Slot::Erased(party) => {
                bytes[0] = STATE_ERASED;
                bytes[16..32].copy_from_slice(&party.0.to_le_bytes());
            }
        }
        seal(bytes)
    }

    pub fn decode(bytes: &[u8; SLOT_BYTES]) -> Slot {
        if *bytes == [0; SLOT_BYTES] {
            return Slot::Empty;
        }
        let party = PartyId(u128::from_le_bytes(part(bytes, 16)));
        let slot = match bytes[0] {
            STATE_PRESENT => Slot::Present(party, wrapped_of(bytes)),
            STATE_ERASED => Slot::Erased(party),
            _ => Slot::Damaged,
        };
        // Only what would be written is read: that checks the checksum and every unused byte.
        if slot.encode() == *bytes { slot } else { Slot::Damaged }
    }

    pub fn party(&self) -> Option<PartyId> {
        match self {
            Slot::Present(party, _) | Slot::Erased(party) => Some(*party),
            Slot::Empty | Slot::Damaged => None,
        }
    }

    /// What both copies together say. The erased one wins: a key that was to be destroyed never comes
    /// back. A damaged one gives way to the other, for one copy is written when the other is synced.
    pub fn merged(self, other: Slot) -> Slot {
        match (self, other) {
            (Slot::Erased(party), _) | (_, Slot::Erased(party)) => Slot::Erased(party),
            (Slot::Present(..), _) => self,
            (_, Slot::Present(..)) => other,
            (Slot::Empty, _) | (_, Slot::Empty) => Slot::Empty,
            (Slot::Damaged, Slot::Damaged) => Slot::Damaged,
        }
    }
}

/// The first slot of file `number`: zeros under the master key, to tell a wrong master key.
pub(super) fn encode_head(number: u32, check: &Wrapped) -> [u8; SLOT_BYTES] {
    let mut bytes = [0; SLOT_BYTES];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..10].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes[12..16].copy_from_slice(&number.to_le_bytes());
    put_wrapped(&mut bytes, check);
    seal(bytes)
}

/// What was encrypted in the head; `None` if it is not the head of file `number`.
pub(super) fn decode_head(bytes: &[u8; SLOT_BYTES], number: u32) -> Option<Wrapped> {
    let check = wrapped_of(bytes);
    (encode_head(number, &check) == *bytes).then_some(check)
}

/// What the head's zeros are bound to.
pub(super) fn head_aad(number: u32) -> [u8; crypto::AAD_BYTES] {
    let mut aad = [0; crypto::AAD_BYTES];
    aad[..8].copy_from_slice(&MAGIC);
    aad[8..12].copy_from_slice(&number.to_le_bytes());
    aad
}

fn put_wrapped(bytes: &mut [u8; SLOT_BYTES], wrapped: &Wrapped) {
    bytes[NONCE_AT..WRAPPED_AT].copy_from_slice(&wrapped.nonce);
    bytes[WRAPPED_AT..WRAPPED_AT + WRAPPED_BYTES].copy_from_slice(&wrapped.bytes);
}

fn wrapped_of(bytes: &[u8; SLOT_BYTES]) -> Wrapped {
    Wrapped { nonce: part(bytes, NONCE_AT), bytes: part(bytes, WRAPPED_AT) }
}

fn seal(mut bytes: [u8; SLOT_BYTES]) -> [u8; SLOT_BYTES] {
    let crc = crc32c::crc32c(&bytes[..CRC_AT]);
    bytes[CRC_AT..].copy_from_slice(&crc.to_le_bytes());
    bytes
}
