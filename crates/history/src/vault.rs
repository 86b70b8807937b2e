//! Who opens personal data while a query runs: the bank with its vault, or nobody.

use std::fmt::Debug;
use terms::{PartyId, Sealed};

/// What became of a sealed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Its plaintext.
    Plain(Vec<u8>),
    /// The party was erased; nobody can read it any more.
    Erased,
    /// It cannot be read here: there is no vault, or its key is lost.
    Unreadable,
}

/// Opens sealed values.
pub trait Opener: Debug + Send + Sync {
    /// The plaintext of what was sealed under this party's key.
    fn open(&self, party: PartyId, sealed: &Sealed) -> Opened;
}

/// Opens nothing: for whoever has the journal alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoVault;

impl Opener for NoVault {
    fn open(&self, _: PartyId, _: &Sealed) -> Opened {
        Opened::Unreadable
    }
}
