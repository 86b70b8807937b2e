//! Why the vault does not do what was asked.

use std::fmt;
use std::io;
use terms::PartyId;

/// Why the vault cannot be opened or changed.
#[derive(Debug)]
pub enum VaultFailed {
    /// There is none.
    NoVault,
    /// There is one already.
    Exists,
    /// It was made under another master key.
    WrongMasterKey,
    /// Both copies of a file are damaged at their beginning.
    Damaged {
        /// The file, in its first copy.
        file: String,
    },
    /// The party was erased and never gets a key again.
    Erased(PartyId),
    /// An earlier write failed.
    Poisoned,
    /// There is no randomness.
    Entropy(io::Error),
    /// The disk failed.
    Disk {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        file: String,
        /// What it said.
        source: io::Error,
    },
}

impl fmt::Display for VaultFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VaultFailed::NoVault => f.write_str(
                "there is no vault, so names cannot be read; restore the folder vault from a copy",
            ),
            VaultFailed::Exists => f.write_str("there is a vault already"),
            VaultFailed::WrongMasterKey => f.write_str(
                "the vault was made under another master key; put the right keys/master.key in place",
            ),
            VaultFailed::Damaged { file } => write!(
                f,
                "{file} and its other copy are damaged; restore the folder vault from a copy"
            ),
            VaultFailed::Erased(party) => {
                write!(f, "party {party} was erased and gets no key again")
            }
            VaultFailed::Poisoned => f.write_str(
                "an earlier write to the vault failed; stop the program and start it again",
            ),
            VaultFailed::Entropy(_) => f.write_str("the system gives no random bytes for a key"),
            VaultFailed::Disk { doing, file, .. } => write!(f, "cannot {doing} {file}"),
        }
    }
}

impl std::error::Error for VaultFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            VaultFailed::Disk { source, .. } | VaultFailed::Entropy(source) => Some(source),
            _ => None,
        }
    }
}

/// Why a sealed text cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The party's key was destroyed.
    Erased,
    /// The vault has no key of that party.
    KeyLost,
    /// Key, commitment or ciphertext were changed.
    Damaged,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unreadable::Erased => "the party was erased",
            Unreadable::KeyLost => "the vault has no key of this party",
            Unreadable::Damaged => "the key or the sealed text is damaged",
        })
    }
}

impl std::error::Error for Unreadable {}

/// Why a text cannot be sealed.
#[derive(Debug)]
pub enum SealFailed {
    /// There is no usable key.
    Key(Unreadable),
    /// The text is longer than is kept.
    TooLong {
        /// Its bytes.
        bytes: usize,
    },
    /// There is no randomness.
    Entropy(io::Error),
}

impl fmt::Display for SealFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SealFailed::Key(_) => f.write_str("the text cannot be sealed"),
            SealFailed::TooLong { bytes } => write!(
                f,
                "a text of {bytes} bytes cannot be sealed; the most is {}",
                super::TEXT_BYTES_MAX
            ),
            SealFailed::Entropy(_) => f.write_str("the system gives no random bytes for a salt"),
        }
    }
}

impl std::error::Error for SealFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SealFailed::Key(source) => Some(source),
            SealFailed::Entropy(source) => Some(source),
            SealFailed::TooLong { .. } => None,
        }
    }
}
