//! Keys of notes: those that verify (C2SP signed-note, "Verifier keys"), and those that sign.
//!
//! Two kinds: Ed25519 over the text, for logs, and the timestamped cosignature/v1 of C2SP tlog-cosignature, for
//! witnesses. Secret keys are wiped when dropped, and no `Debug` shows them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{NoteError, NoteSignature, check_name};
use crate::text::{from_base64, to_base64};

/// signed-note, "Signature types": the type of signatures without a number of their own.
const EXTRA_TYPE: u8 = 0xff;
/// The start of a secret key's text, as the Go package golang.org/x/mod/sumdb/note prints it.
const SECRET_START: &str = "PRIVATE+KEY+";
/// tlog-cosignature, "Format": a timestamp does not exceed 2^63 - 1.
const TIMESTAMP_S_MAX: u64 = i64::MAX as u64;

/// What a key's signatures are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureKind {
    /// Type 0x01: Ed25519 over the note's text (signed-note, "Ed25519 signatures").
    Ed25519,
    /// Type 0x04: Ed25519 over a time and the text (tlog-cosignature, "Ed25519 signed message").
    Cosignature,
}

impl SignatureKind {
    /// The signature type byte.
    #[must_use]
    pub fn type_byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }
}

/// The id of a key: the first four bytes, big-endian, of SHA-256(name || 0x0a || type || public key).
#[must_use]
pub fn key_id(name: &str, type_byte: u8, public_key: &[u8]) -> u32 {
    key_id_of_parts(name, &[&[type_byte], public_key])
}

/// The id of a key whose signature type has no number: as `key_id`, the type being 0xff followed by an identifier.
#[must_use]
pub fn extra_key_id(name: &str, identifier: &[u8], public_key: &[u8]) -> u32 {
    key_id_of_parts(name, &[&[EXTRA_TYPE], identifier, public_key])
}

fn key_id_of_parts(name: &str, parts: &[&[u8]]) -> u32 {
    let mut sha = Sha256::new();
    sha.update(name);
    sha.update(b"\n");
    for part in parts {
        sha.update(part);
    }
    let [a, b, c, d, ..] = <[u8; 32]>::from(sha.finalize());
    u32::from_be_bytes([a, b, c, d])
}

/// A public key that verifies lines of notes, with the name it signs under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    kind: SignatureKind,
    key: VerifyingKey,
}

impl VerifierKey {
    /// A key from its parts; `public_key` as RFC 8032 encodes it.
    ///
    /// # Errors
    /// Refuses malformed names, bytes that are no point of the curve, and points of small order.
    pub fn new(name: &str, kind: SignatureKind, public_key: [u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        let key = VerifyingKey::from_bytes(&public_key).map_err(|_| NoteError::MalformedKey)?;
        if key.is_weak() {
            return Err(NoteError::MalformedKey);
        }
        let id = key_id(name, kind.type_byte(), &public_key);
        Ok(Self { name: name.to_string(), id, kind, key })
    }

    /// Reads `name+8 hex digits+base64(type || public key)`, as `Display` writes it.
    ///
    /// # Errors
    /// Says whether the form, the type or the id is wrong.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, id, bytes) = split_key(text)?;
        let (&type_byte, public_key) = bytes.split_first().ok_or(NoteError::MalformedKey)?;
        let kind = match type_byte {
            0x01 => SignatureKind::Ed25519,
            0x04 => SignatureKind::Cosignature,
            other => return Err(NoteError::UnknownKeyType(other)),
        };
        let public_key = public_key.try_into().map_err(|_| NoteError::MalformedKey)?;
        let key = Self::new(name, kind, public_key)?;
        if key.id == id { Ok(key) } else { Err(NoteError::KeyIdDiffers) }
    }

    /// The name the key signs under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What its signatures are over.
    #[must_use]
    pub fn kind(&self) -> SignatureKind {
        self.kind
    }

    /// The 32 bytes of the public key (RFC 8032 section 5.1.2).
    #[must_use]
    pub fn public_key(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Checks a signature (without key id) over a note's text; answers a cosignature's time, in seconds since 1970.
    ///
    /// # Errors
    /// `WrongSignature` if it is not this key's.
    pub fn verify(&self, text: &str, signature: &[u8]) -> Result<Option<u64>, NoteError> {
        let good = match self.kind {
            SignatureKind::Ed25519 => self.accepts(text.as_bytes(), signature).then_some(None),
            SignatureKind::Cosignature => self.verify_cosignature(text, signature).map(Some),
        };
        good.ok_or_else(|| NoteError::WrongSignature { name: self.name.clone() })
    }

    /// tlog-cosignature, "Format": a big-endian time and then the Ed25519 signature.
    fn verify_cosignature(&self, text: &str, signature: &[u8]) -> Option<u64> {
        let (time, signature) = signature.split_first_chunk::<8>()?;
        let timestamp_s = u64::from_be_bytes(*time);
        let message = cosigned_message(text, timestamp_s).ok()?;
        self.accepts(message.as_bytes(), signature).then_some(timestamp_s)
    }

    /// RFC 8032 section 5.1.7, with the strict rules that leave each signature one form.
    fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

/// The key's text, to hand to whoever is to verify.
impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [self.kind.type_byte()].to_vec();
        bytes.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, to_base64(&bytes))
    }
}

/// A secret Ed25519 key and the name it signs under. The same key must not serve a log and a cosigner.
pub struct SignerKey {
    name: String,
    key: SigningKey,
}

impl SignerKey {
    /// The key that grows from a secret seed of 32 random bytes (RFC 8032 section 5.1.5).
    ///
    /// # Errors
    /// Refuses malformed names.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self { name: name.to_string(), key: SigningKey::from_bytes(seed) })
    }

    /// Reads `PRIVATE+KEY+name+8 hex digits+base64(0x01 || seed)`.
    ///
    /// # Errors
    /// Says whether the form, the type or the id is wrong; never quotes the key.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let rest = text.strip_prefix(SECRET_START).ok_or(NoteError::MalformedKey)?;
        let (name, id, bytes) = split_key(rest)?;
        let bytes = Zeroizing::new(bytes);
        let (&type_byte, seed) = bytes.split_first().ok_or(NoteError::MalformedKey)?;
        if type_byte != SignatureKind::Ed25519.type_byte() {
            return Err(NoteError::UnknownKeyType(type_byte));
        }
        let seed = <&[u8; 32]>::try_from(seed).map_err(|_| NoteError::MalformedKey)?;
        let key = Self::from_seed(name, seed)?;
        let own_id = key_id(name, type_byte, key.key.verifying_key().as_bytes());
        if own_id == id { Ok(key) } else { Err(NoteError::KeyIdDiffers) }
    }

    /// The secret key as text, as `parse` reads it. Keep it where only the signer can read it.
    #[must_use]
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        let type_byte = SignatureKind::Ed25519.type_byte();
        let id = key_id(&self.name, type_byte, self.key.verifying_key().as_bytes());
        let mut bytes = Zeroizing::new([type_byte; 33]);
        bytes[1..].copy_from_slice(self.key.as_bytes());
        let encoded = Zeroizing::new(to_base64(&*bytes));
        Zeroizing::new(format!("{SECRET_START}{}+{id:08x}+{}", self.name, *encoded))
    }

    /// The name the key signs under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key that verifies what `sign` signs.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        self.verifier_of(SignatureKind::Ed25519)
    }

    /// The public key that verifies what `cosign` signs.
    #[must_use]
    pub fn cosigner(&self) -> VerifierKey {
        self.verifier_of(SignatureKind::Cosignature)
    }

    fn verifier_of(&self, kind: SignatureKind) -> VerifierKey {
        let key = self.key.verifying_key();
        let id = key_id(&self.name, kind.type_byte(), key.as_bytes());
        VerifierKey { name: self.name.clone(), id, kind, key }
    }

    /// Signs a note's text (signed-note, "Ed25519 signatures").
    #[must_use]
    pub fn sign(&self, text: &str) -> NoteSignature {
        let signature = self.key.sign(text.as_bytes()).to_bytes().to_vec();
        NoteSignature { name: self.name.clone(), key_id: self.verifier().id, signature }
    }

    /// Cosigns a note's text as of a time in seconds since 1970 (tlog-cosignature, "Ed25519 signed message").
    ///
    /// Only `checkpoint::cosign` checks that the text is a checkpoint.
    ///
    /// # Errors
    /// Refuses times beyond 2^63 - 1.
    pub fn cosign(&self, text: &str, timestamp_s: u64) -> Result<NoteSignature, NoteError> {
        let message = cosigned_message(text, timestamp_s)?;
        let mut signature = timestamp_s.to_be_bytes().to_vec();
        signature.extend_from_slice(&self.key.sign(message.as_bytes()).to_bytes());
        Ok(NoteSignature { name: self.name.clone(), key_id: self.cosigner().id, signature })
    }
}

/// Shows the name only.
impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignerKey").field("name", &self.name).finish_non_exhaustive()
    }
}

/// tlog-cosignature, "Ed25519 signed message": a fixed line, the time, and the note's text.
fn cosigned_message(text: &str, timestamp_s: u64) -> Result<String, NoteError> {
    if timestamp_s > TIMESTAMP_S_MAX {
        return Err(NoteError::TimestampTooLarge);
    }
    Ok(format!("cosignature/v1\ntime {timestamp_s}\n{text}"))
}

/// `name+8 lower-case hex digits+base64`; the base64 may contain a plus itself.
fn split_key(text: &str) -> Result<(&str, u32, Vec<u8>), NoteError> {
    let (name, rest) = text.split_once('+').ok_or(NoteError::MalformedKey)?;
    let (hex, encoded) = rest.split_once('+').ok_or(NoteError::MalformedKey)?;
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if hex.len() != 8 || !hex.bytes().all(is_hex) {
        return Err(NoteError::MalformedKey);
    }
    let id = u32::from_str_radix(hex, 16).map_err(|_| NoteError::MalformedKey)?;
    Ok((name, id, from_base64(encoded).ok_or(NoteError::MalformedKey)?))
}
