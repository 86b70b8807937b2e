//! Whom a verifier trusts: one log, some witnesses, and how many of them must have cosigned.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::note::{SignatureKind, VerifierKey};

/// A verifier's trust. Witnesses are counted by public key, and the log cannot witness itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierPolicy {
    /// INVARIANT: of type 0x01.
    log: VerifierKey,
    /// INVARIANT: of type 0x04, with public keys that differ from each other and from the log's.
    witnesses: Vec<VerifierKey>,
    /// INVARIANT: at most as many as there are witnesses.
    witness_quorum: usize,
}

/// Why keys do not make a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// The log's key is not an Ed25519 note key.
    LogKeyKind {
        /// The key's name.
        name: String,
    },
    /// A witness's key is not a cosignature key.
    WitnessKeyKind {
        /// The key's name.
        name: String,
    },
    /// A witness's public key is also another's or the log's.
    SharedKey {
        /// The key's name.
        name: String,
    },
    /// More cosignatures are wanted than there are witnesses.
    QuorumTooLarge {
        /// How many witnesses there are.
        witnesses: usize,
        /// How many are wanted.
        quorum: usize,
    },
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LogKeyKind { name } => write!(
                f,
                "the key {name} cannot be a log's: give a key of type 0x01, not a cosigner's"
            ),
            Self::WitnessKeyKind { name } => {
                write!(f, "the key {name} cannot be a witness's: give its cosigner key, type 0x04")
            }
            Self::SharedKey { name } => write!(
                f,
                "the witness {name} has the same public key as another witness or the log: one key is one voice"
            ),
            Self::QuorumTooLarge { witnesses, quorum } => {
                write!(f, "{quorum} cosignatures are wanted, but only {witnesses} witnesses known")
            }
        }
    }
}

impl core::error::Error for PolicyError {}

impl VerifierPolicy {
    /// Trusts this log if at least `witness_quorum` of these witnesses cosigned; 0 wants none.
    ///
    /// The log's key name is its origin.
    ///
    /// # Errors
    /// Says which key cannot serve, or that the quorum cannot be met.
    pub fn new(
        log: VerifierKey,
        witnesses: Vec<VerifierKey>,
        witness_quorum: usize,
    ) -> Result<Self, PolicyError> {
        if log.kind() != SignatureKind::Ed25519 {
            return Err(PolicyError::LogKeyKind { name: log.name().to_string() });
        }
        for (i, witness) in witnesses.iter().enumerate() {
            let name = witness.name().to_string();
            if witness.kind() != SignatureKind::Cosignature {
                return Err(PolicyError::WitnessKeyKind { name });
            }
            let mut others = witnesses[..i].iter().chain([&log]);
            if others.any(|other| other.public_key() == witness.public_key()) {
                return Err(PolicyError::SharedKey { name });
            }
        }
        if witness_quorum > witnesses.len() {
            let (witnesses, quorum) = (witnesses.len(), witness_quorum);
            return Err(PolicyError::QuorumTooLarge { witnesses, quorum });
        }
        Ok(Self { log, witnesses, witness_quorum })
    }

    /// The trusted log's key.
    #[must_use]
    pub fn log(&self) -> &VerifierKey {
        &self.log
    }

    /// The trusted witnesses' keys.
    #[must_use]
    pub fn witnesses(&self) -> &[VerifierKey] {
        &self.witnesses
    }

    /// How many of them must have cosigned.
    #[must_use]
    pub fn witness_quorum(&self) -> usize {
        self.witness_quorum
    }
}
