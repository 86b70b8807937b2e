//! Who can own and act: persons and organisations, and what they may do with an account. Names and
//! numbers of people appear here only sealed; the key lies in the vault, outside the journal.

use crate::account::AccountId;
use crate::time::Day;
use alloc::vec::Vec;

/// A party by its 128-bit id, chosen by the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct PartyId(pub u128);

impl core::fmt::Display for PartyId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}

/// What kind of party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum PartyKind {
    /// A natural person.
    Person = 1,
    /// A company, public body or association.
    Organisation = 2,
}

impl PartyKind {
    /// One word for programs, `person`.
    pub fn word(self) -> &'static str {
        match self {
            PartyKind::Person => "person",
            PartyKind::Organisation => "organisation",
        }
    }
}

/// A party as registered. What identifies it (name, identity number, address, birth date) is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Chosen by the caller, never zero.
    pub id: PartyId,
    /// Person or organisation.
    pub kind: PartyKind,
    /// The identifying fields under the party's own key.
    pub identity: Sealed,
}

/// Personal data as the journal carries it: a salted commitment, and ciphertext under the key of one
/// party. The salt lies inside the ciphertext, so that nobody can try names against the commitment
/// once the key is gone. See `docs/formats/journal.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// SHA-256 over a fixed prefix, the salt and the plaintext.
    pub commitment: [u8; 32],
    /// Which AEAD made the ciphertext.
    pub cipher: SealingCipher,
    /// The AEAD's nonce.
    pub nonce: [u8; 12],
    /// Salt and plaintext, encrypted, with the 16-byte tag at the end.
    pub ciphertext: Vec<u8>,
}

/// An AEAD for personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SealingCipher {
    /// AES-256-GCM (NIST SP 800-38D).
    Aes256Gcm = 1,
    /// SM4-GCM (GB/T 32907, GB/T 36624).
    Sm4Gcm = 2,
}

/// What a party may do with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RoleKind {
    /// Owns the money.
    Owner = 1,
    /// Owns it together with others.
    JointOwner = 2,
    /// May pay from it by mandate.
    Disponent = 3,
    /// May see it.
    Viewer = 4,
    /// Stands in for the owner by law (parent, guardian, insolvency administrator).
    Guardian = 5,
}

impl RoleKind {
    /// One word for programs, `joint_owner`.
    pub fn word(self) -> &'static str {
        match self {
            RoleKind::Owner => "owner",
            RoleKind::JointOwner => "joint_owner",
            RoleKind::Disponent => "disponent",
            RoleKind::Viewer => "viewer",
            RoleKind::Guardian => "guardian",
        }
    }
}

/// One party's role on one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role {
    /// Who.
    pub party: PartyId,
    /// On which account.
    pub account: AccountId,
    /// May do what.
    pub kind: RoleKind,
    /// Last day it holds; `Day::BOOKING` means without end.
    pub until: Day,
}
