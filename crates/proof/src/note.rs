//! Signed notes (C2SP signed-note): a text and lines that say who signed it.
//!
//! Parsing is strict, and a note that parses prints as the very same bytes. The text of a note means nothing until
//! `Note::verify` has accepted it. Keys are in `note/keys.rs`. Read `checkpoint.rs` next.

mod keys;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

pub use keys::{SignatureKind, SignerKey, VerifierKey, extra_key_id, key_id};

use crate::text::{from_base64, to_base64};

/// signed-note, "Format": verifiers accept at least 16 signatures and put some limit.
pub const SIGNATURES_MAX: usize = 64;
/// The longest note that is read, in bytes: room for 64 post-quantum signatures of 5 kB in base64.
pub const NOTE_BYTES_MAX: usize = 512 * 1024;
/// The longest key name, in bytes.
pub const NAME_BYTES_MAX: usize = 255;

/// signed-note, "Format": a signature line starts with an em dash and a space.
const LINE_START: &str = "\u{2014} ";

/// Why a note, a key or a signature is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// Longer than `NOTE_BYTES_MAX`.
    TooLong,
    /// Not UTF-8.
    NotUtf8,
    /// A control character other than newline.
    ControlCharacter,
    /// The text does not end in a newline.
    TextUnended,
    /// No blank line, or no signature line after it.
    NoSignatures,
    /// A line among the signatures that is none; counted from 1.
    MalformedSignature {
        /// Which signature line.
        line: usize,
    },
    /// More than `SIGNATURES_MAX`.
    TooManySignatures,
    /// A key name that is empty, too long, or has a space or a plus in it.
    MalformedName,
    /// A key that is not written as signed-note wants it.
    MalformedKey,
    /// The key's id is not that of its name and public key.
    KeyIdDiffers,
    /// A signature type this program does not know.
    UnknownKeyType(u8),
    /// Two trusted keys share a name and an id and are not the same key.
    AmbiguousKey {
        /// Their name.
        name: String,
    },
    /// A trusted key is named in a line, and the signature is not that key's over this text.
    WrongSignature {
        /// The key's name.
        name: String,
    },
    /// None of the signatures is by a trusted key.
    NotSigned,
    /// A time beyond 2^63 - 1 seconds.
    TimestampTooLarge,
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the note is longer than {NOTE_BYTES_MAX} bytes"),
            Self::NotUtf8 => f.write_str("the note is not UTF-8 text"),
            Self::ControlCharacter => f.write_str("the note contains a control character"),
            Self::TextUnended => f.write_str("the note's text does not end in a newline"),
            Self::NoSignatures => {
                f.write_str("the note has no blank line followed by signature lines")
            }
            Self::MalformedSignature { line } => {
                write!(f, "signature line {line} of the note is malformed")
            }
            Self::TooManySignatures => {
                write!(f, "the note has more than {SIGNATURES_MAX} signatures")
            }
            Self::MalformedName => f.write_str(
                "a key name must have 1 to 255 bytes and contain no spaces, control characters or +",
            ),
            Self::MalformedKey => {
                f.write_str("the key is not written as name+8 hex digits+base64 of a key")
            }
            Self::KeyIdDiffers => f.write_str(
                "the key's eight hex digits do not belong to its name and bytes: copy the whole key again",
            ),
            Self::UnknownKeyType(kind) => {
                write!(f, "the key is of type 0x{kind:02x}; only 0x01 and 0x04 are known here")
            }
            Self::AmbiguousKey { name } => {
                write!(f, "two different trusted keys are both named {name} with the same id")
            }
            Self::WrongSignature { name } => {
                write!(f, "the signature line of {name} is not that key's signature of this text")
            }
            Self::NotSigned => f.write_str("the note is not signed by any trusted key"),
            Self::TimestampTooLarge => f.write_str("the time of a cosignature is beyond 2^63 - 1"),
        }
    }
}

impl core::error::Error for NoteError {}

/// One signature line: who (name and key id), and the signature's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    key_id: u32,
    signature: Vec<u8>,
}

impl NoteSignature {
    /// A line of any signature type; the bytes are what follows the key id.
    ///
    /// # Errors
    /// Refuses malformed names and empty signatures.
    pub fn new(name: &str, key_id: u32, signature: Vec<u8>) -> Result<Self, NoteError> {
        check_name(name)?;
        if signature.is_empty() {
            return Err(NoteError::MalformedSignature { line: 1 });
        }
        Ok(Self { name: name.to_string(), key_id, signature })
    }

    /// A line of a type without a number of its own (signed-note, "Signature types", 0xff), such as SM2.
    ///
    /// The identifier should be long enough not to collide. Verifiers that do not know the key ignore the line.
    ///
    /// # Errors
    /// As `new`.
    pub fn extra(
        name: &str,
        identifier: &[u8],
        public_key: &[u8],
        signature: Vec<u8>,
    ) -> Result<Self, NoteError> {
        Self::new(name, extra_key_id(name, identifier, public_key), signature)
    }

    /// Reads one line without its newline.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(LINE_START)?.split_once(' ')?;
        let bytes = from_base64(encoded)?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        Self::new(name, u32::from_be_bytes(*id), signature.to_vec()).ok()
    }

    /// The key's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id: with the name it says which key signed.
    #[must_use]
    pub fn key_id(&self) -> u32 {
        self.key_id
    }

    /// The signature's bytes, without the key id.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

/// The line as it stands in a note, newline included.
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.key_id.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.signature);
        writeln!(f, "{LINE_START}{} {}", self.name, to_base64(&bytes))
    }
}

/// A trusted key's signature that was checked and is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The key's name.
    pub name: String,
    /// The key's id.
    pub key_id: u32,
    /// When a cosigner says it signed, in seconds since 1970; `None` for plain signatures.
    pub timestamp_s: Option<u64>,
}

/// A text and its signature lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// INVARIANT: ends in a newline and has no other control character.
    text: String,
    /// INVARIANT: at most `SIGNATURES_MAX`.
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// A note nobody has signed yet; not a valid note until a signature is added.
    ///
    /// # Errors
    /// Refuses a text that does not end in a newline, is too long or has other control characters.
    pub fn new(text: &str) -> Result<Self, NoteError> {
        if text.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong);
        }
        check_characters(text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::TextUnended);
        }
        Ok(Self { text: text.to_string(), signatures: Vec::new() })
    }

    /// Reads a signed note (signed-note, "Format"). Nothing is verified yet.
    ///
    /// # Errors
    /// Says which rule of the format is broken.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong);
        }
        let note = core::str::from_utf8(bytes).map_err(|_| NoteError::NotUtf8)?;
        check_characters(note)?;
        // The last empty line divides, for the text may have empty lines itself.
        let divide = note.rfind("\n\n").ok_or(NoteError::NoSignatures)?;
        let mut parsed = Self::new(&note[..=divide])?;
        parsed.signatures = parse_signatures(&note[divide + 2..])?;
        Ok(parsed)
    }

    /// The signed text, its last newline included.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in their order, verified or not.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a line; one of the same key gives way to it, in its place.
    ///
    /// # Errors
    /// Refuses more than `SIGNATURES_MAX`.
    pub fn add(&mut self, line: NoteSignature) -> Result<(), NoteError> {
        let of_same_key =
            |other: &&mut NoteSignature| other.name == line.name && other.key_id == line.key_id;
        if let Some(same) = self.signatures.iter_mut().find(of_same_key) {
            *same = line;
            return Ok(());
        }
        if self.signatures.len() == SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        self.signatures.push(line);
        Ok(())
    }

    /// Checks every line that names one of `keys`, and wants at least one of them (signed-note, "Signatures").
    ///
    /// # Errors
    /// A known key's wrong signature rejects the whole note; so does the lack of any known signature.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Vec<Signed>, NoteError> {
        let signed = self.signed_by(keys)?;
        if signed.is_empty() { Err(NoteError::NotSigned) } else { Ok(signed) }
    }

    /// As `verify`, but an empty answer is an answer: each key that signed, once, in the order of the lines.
    ///
    /// # Errors
    /// A known key's wrong signature rejects the whole note.
    pub fn signed_by(&self, keys: &[VerifierKey]) -> Result<Vec<Signed>, NoteError> {
        let mut signed: Vec<Signed> = Vec::new();
        for line in &self.signatures {
            let is_named = |key: &&VerifierKey| key.name() == line.name && key.id() == line.key_id;
            let mut named = keys.iter().filter(is_named);
            let Some(key) = named.next() else { continue };
            if named.any(|other| other != key) {
                return Err(NoteError::AmbiguousKey { name: line.name.clone() });
            }
            let timestamp_s = key.verify(&self.text, &line.signature)?;
            let known = signed.iter().any(|s| s.name == line.name && s.key_id == line.key_id);
            if !known {
                signed.push(Signed { name: line.name.clone(), key_id: line.key_id, timestamp_s });
            }
        }
        Ok(signed)
    }
}

/// The note as text: what `parse` reads.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| write!(f, "{line}"))
    }
}

/// Reads signature lines that stand alone, as a witness answers them; at least one.
///
/// # Errors
/// Names the first line that is no signature line.
pub fn parse_signatures(lines: &str) -> Result<Vec<NoteSignature>, NoteError> {
    if lines.is_empty() {
        return Err(NoteError::NoSignatures);
    }
    let mut signatures = Vec::new();
    for (line, content) in (1..).zip(lines.split_inclusive('\n')) {
        if line > SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        let parsed = content.strip_suffix('\n').and_then(NoteSignature::parse);
        signatures.push(parsed.ok_or(NoteError::MalformedSignature { line })?);
    }
    Ok(signatures)
}

/// signed-note, "Format": no ASCII control characters other than newline.
fn check_characters(text: &str) -> Result<(), NoteError> {
    let control = text.bytes().any(|byte| byte < 0x20 && byte != b'\n');
    if control { Err(NoteError::ControlCharacter) } else { Ok(()) }
}

/// signed-note, "Format": names are not empty and have no Unicode spaces and no plus.
fn check_name(name: &str) -> Result<(), NoteError> {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.contains(forbidden) {
        return Err(NoteError::MalformedName);
    }
    Ok(())
}
