//! Checkpoints (C2SP tlog-checkpoint): a log's size and root as a signed note, and the cosignatures of witnesses on it.
//!
//! A log signs, witnesses cosign (C2SP tlog-cosignature), the log merges their lines into the note. Read `receipt.rs`
//! next.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::hash::Hash;
use crate::note::{
    Note, NoteError, NoteSignature, SignatureKind, Signed, SignerKey, VerifierKey, parse_signatures,
};
use crate::text::{hash_from_base64, parse_decimal, to_base64};

/// What a log says of itself: at this size, this is my root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's unique name, such as `bank.example/journal`; the same as its key's name.
    pub origin: String,
    /// How many entries the log has.
    pub size: u64,
    /// The root over all of them.
    pub root: Hash,
}

/// Why a checkpoint is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckpointError {
    /// The note around it is not accepted.
    Note(NoteError),
    /// The text has fewer than three lines, or an empty one.
    MissingLine,
    /// The second line is not a number without leading zeros.
    MalformedSize,
    /// The third line is not a hash in base64.
    MalformedRoot,
    /// The origin is empty or has control characters.
    MalformedOrigin,
    /// The log's key has another name than the origin.
    NameIsNotOrigin {
        /// The key's name.
        name: String,
        /// The checkpoint's origin.
        origin: String,
    },
    /// A cosigner's key was expected, or a log's.
    WrongKeyKind {
        /// The key's name.
        name: String,
    },
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note(_) => f.write_str("the checkpoint's note is not accepted"),
            Self::MissingLine => f.write_str("the checkpoint has fewer than three non-empty lines"),
            Self::MalformedSize => f.write_str("the checkpoint's second line is not a tree size"),
            Self::MalformedRoot => f.write_str("the checkpoint's third line is not a root hash"),
            Self::MalformedOrigin => {
                f.write_str("the checkpoint's origin is empty or has control characters")
            }
            Self::NameIsNotOrigin { name, origin } => {
                write!(f, "the key is named {name}, but the checkpoint is of {origin}")
            }
            Self::WrongKeyKind { name } => {
                write!(f, "the key {name} is of the wrong type for this: 0x01 signs, 0x04 cosigns")
            }
        }
    }
}

impl core::error::Error for CheckpointError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Note(source) => Some(source),
            _ => None,
        }
    }
}

impl From<NoteError> for CheckpointError {
    fn from(error: NoteError) -> Self {
        Self::Note(error)
    }
}

impl Checkpoint {
    /// Reads the text of a checkpoint's note (tlog-checkpoint, "Note text"). Extension lines are allowed and ignored.
    ///
    /// # Errors
    /// Names the line that is wrong.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::MissingLine)?;
        if body.split('\n').any(str::is_empty) {
            return Err(CheckpointError::MissingLine);
        }
        let mut lines = body.split('\n');
        let mut line = || lines.next().ok_or(CheckpointError::MissingLine);
        let (origin, size, root) = (line()?, line()?, line()?);
        check_origin(origin)?;
        let size = parse_decimal(size).ok_or(CheckpointError::MalformedSize)?;
        let root = hash_from_base64(root).ok_or(CheckpointError::MalformedRoot)?;
        Ok(Self { origin: origin.to_string(), size, root })
    }

    /// The log's signed note of this checkpoint.
    ///
    /// # Errors
    /// The key's name must be the origin: tlog-checkpoint recommends it, and our receipts rely on it.
    pub fn sign(&self, log: &SignerKey) -> Result<Note, CheckpointError> {
        check_origin(&self.origin)?;
        if log.name() != self.origin {
            let (name, origin) = (log.name().to_string(), self.origin.clone());
            return Err(CheckpointError::NameIsNotOrigin { name, origin });
        }
        let mut note = Note::new(&self.to_string())?;
        note.add(log.sign(note.text()))?;
        Ok(note)
    }

    /// Reads a checkpoint's note and checks the log's signature on it.
    ///
    /// # Errors
    /// Says whether note, signature or text is wrong. The origin is the caller's to compare.
    pub fn open(note: &[u8], log: &VerifierKey) -> Result<(Self, Note), CheckpointError> {
        let note = Note::parse(note)?;
        check_kind(log, SignatureKind::Ed25519)?;
        note.verify(core::slice::from_ref(log))?;
        Ok((Self::parse(note.text())?, note))
    }
}

/// The note's text: origin, size and root, a line each.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, to_base64(&self.root))
    }
}

/// A witness's line for a checkpoint, as of a time in seconds since 1970.
///
/// Cosigning states that the log was seen consistent up to here: check the log's signature and a consistency proof from
/// the last checkpoint cosigned, first.
///
/// # Errors
/// The note's text must be a checkpoint, and the time below 2^63.
pub fn cosign(
    note: &Note,
    seed: &[u8; 32],
    name: &str,
    timestamp_s: u64,
) -> Result<NoteSignature, CheckpointError> {
    Checkpoint::parse(note.text())?;
    Ok(SignerKey::from_seed(name, seed)?.cosign(note.text(), timestamp_s)?)
}

/// Which of `witnesses` cosigned the note, each once and with its time; perhaps none.
///
/// # Errors
/// A known witness's wrong signature rejects the note.
pub fn cosignatures(
    note: &Note,
    witnesses: &[VerifierKey],
) -> Result<Vec<Signed>, CheckpointError> {
    witnesses.iter().try_for_each(|key| check_kind(key, SignatureKind::Cosignature))?;
    Ok(note.signed_by(witnesses)?)
}

/// Adds the lines a witness answered to the checkpoint's note, if each is a good cosignature by `witness`.
///
/// A newer line of the same witness takes the place of the older.
///
/// # Errors
/// Nothing is added unless all lines are that witness's and good.
pub fn merge_cosignatures(
    note: &mut Note,
    lines: &str,
    witness: &VerifierKey,
) -> Result<(), CheckpointError> {
    check_kind(witness, SignatureKind::Cosignature)?;
    let mut merged = note.clone();
    for line in parse_signatures(lines)? {
        if line.name() != witness.name() || line.key_id() != witness.id() {
            return Err(NoteError::NotSigned.into());
        }
        witness.verify(note.text(), line.signature())?;
        merged.add(line)?;
    }
    *note = merged;
    Ok(())
}

fn check_kind(key: &VerifierKey, kind: SignatureKind) -> Result<(), CheckpointError> {
    if key.kind() == kind {
        return Ok(());
    }
    Err(CheckpointError::WrongKeyKind { name: key.name().to_string() })
}

fn check_origin(origin: &str) -> Result<(), CheckpointError> {
    if origin.is_empty() || origin.contains(char::is_control) {
        return Err(CheckpointError::MalformedOrigin);
    }
    Ok(())
}
