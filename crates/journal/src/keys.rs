//! The bank's keys, one file each under `keys/`, readable by their owner only: `log.key` signs
//! checkpoints, `log.pub` is what others verify them with, `witnesses` are the keys of those who
//! cosign, one a line, `master.key` wraps the keys of the vault, and `sm2.key`, if there is one, signs
//! checkpoints too. Secret keys are text, so that they can be copied onto paper.

use crate::disk::Disk;
use crate::entropy::Entropy;
use crate::sm2_line::Sm2Key;
use proof::note::{NoteError, SignerKey, VerifierKey};
use std::fmt;
use std::io;
use zeroize::Zeroizing;

/// Signs checkpoints.
pub const LOG_KEY: &str = "keys/log.key";
/// Verifies checkpoints; not secret.
pub const LOG_PUB: &str = "keys/log.pub";
/// Keys of witnesses, one a line; not secret.
pub const WITNESSES: &str = "keys/witnesses";
/// Wraps the keys of the vault: 64 hex digits.
pub const MASTER_KEY: &str = "keys/master.key";
/// Signs checkpoints with SM2: 64 hex digits.
pub const SM2_KEY: &str = "keys/sm2.key";

/// The key that wraps the vault's keys.
pub type MasterKey = Zeroizing<[u8; 32]>;

/// Why a key cannot be had.
#[derive(Debug)]
pub enum KeyFailed {
    /// There is no such file.
    Missing(&'static str),
    /// There is such a file already.
    Exists(&'static str),
    /// It does not hold a key of that kind.
    Malformed {
        /// Which file.
        file: &'static str,
        /// What is wrong, if it is a note's key.
        source: Option<NoteError>,
    },
    /// The disk failed, or there is no randomness.
    Disk {
        /// With which file.
        file: &'static str,
        /// What it said.
        source: io::Error,
    },
}

impl fmt::Display for KeyFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyFailed::Missing(file) => {
                write!(f, "{file} is missing; restore it from where you keep copies of keys")
            }
            KeyFailed::Exists(file) => write!(f, "{file} exists and will not be overwritten"),
            KeyFailed::Malformed { file, .. } => {
                write!(f, "{file} does not hold a key of its kind; restore it from a copy")
            }
            KeyFailed::Disk { file, .. } => write!(f, "cannot read or write {file}"),
        }
    }
}

impl std::error::Error for KeyFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            KeyFailed::Malformed { source: Some(source), .. } => Some(source),
            KeyFailed::Disk { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Makes the log's key pair and the master key of a new bank named `origin`.
///
/// # Errors
/// See [`KeyFailed`]; an origin that is no key name is `Malformed`.
pub fn create<D: Disk>(
    disk: &D,
    origin: &str,
    entropy: &mut dyn Entropy,
) -> Result<SignerKey, KeyFailed> {
    for file in [LOG_KEY, MASTER_KEY] {
        if text(disk, file)?.is_some() {
            return Err(KeyFailed::Exists(file));
        }
    }
    let seed = random(LOG_KEY, entropy)?;
    let master = random(MASTER_KEY, entropy)?;
    let malformed = |source| KeyFailed::Malformed { file: LOG_KEY, source: Some(source) };
    let signer = SignerKey::from_seed(origin, &seed).map_err(malformed)?;
    put(disk, MASTER_KEY, &hex(&master))?;
    put(disk, LOG_PUB, &signer.verifier().to_string())?;
    put(disk, LOG_KEY, &signer.to_secret_text())?;
    Ok(signer)
}

/// The key that signs checkpoints.
///
/// # Errors
/// See [`KeyFailed`].
pub fn signer<D: Disk>(disk: &D) -> Result<SignerKey, KeyFailed> {
    let text = text(disk, LOG_KEY)?.ok_or(KeyFailed::Missing(LOG_KEY))?;
    let malformed = |source| KeyFailed::Malformed { file: LOG_KEY, source: Some(source) };
    SignerKey::parse(text.trim_end()).map_err(malformed)
}

/// The key that verifies checkpoints.
///
/// # Errors
/// See [`KeyFailed`].
pub fn verifier<D: Disk>(disk: &D) -> Result<VerifierKey, KeyFailed> {
    let text = text(disk, LOG_PUB)?.ok_or(KeyFailed::Missing(LOG_PUB))?;
    let malformed = |source| KeyFailed::Malformed { file: LOG_PUB, source: Some(source) };
    VerifierKey::parse(text.trim_end()).map_err(malformed)
}

/// The keys of the witnesses; none if there is no such file. Lines that begin with # are remarks.
///
/// # Errors
/// See [`KeyFailed`].
pub fn witnesses<D: Disk>(disk: &D) -> Result<Vec<VerifierKey>, KeyFailed> {
    let text = text(disk, WITNESSES)?.unwrap_or_default();
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    let malformed = |source| KeyFailed::Malformed { file: WITNESSES, source: Some(source) };
    lines.map(|line| VerifierKey::parse(line).map_err(malformed)).collect()
}

/// The key that wraps the vault's keys.
///
/// # Errors
/// See [`KeyFailed`].
pub fn master<D: Disk>(disk: &D) -> Result<MasterKey, KeyFailed> {
    secret(disk, MASTER_KEY)?.ok_or(KeyFailed::Missing(MASTER_KEY))
}

/// The SM2 key, if the bank has one.
///
/// # Errors
/// See [`KeyFailed`].
pub fn sm2<D: Disk>(disk: &D) -> Result<Option<Sm2Key>, KeyFailed> {
    let Some(bytes) = secret(disk, SM2_KEY)? else { return Ok(None) };
    let malformed = KeyFailed::Malformed { file: SM2_KEY, source: None };
    Sm2Key::from_bytes(&bytes).ok_or(malformed).map(Some)
}

/// Makes an SM2 key for a bank that has none.
///
/// # Errors
/// See [`KeyFailed`].
pub fn create_sm2<D: Disk>(disk: &D, entropy: &mut dyn Entropy) -> Result<Sm2Key, KeyFailed> {
    if text(disk, SM2_KEY)?.is_some() {
        return Err(KeyFailed::Exists(SM2_KEY));
    }
    loop {
        // One number in 2^32 is not below the order of the curve.
        let bytes = random(SM2_KEY, entropy)?;
        if let Some(key) = Sm2Key::from_bytes(&bytes) {
            put(disk, SM2_KEY, &hex(&bytes))?;
            return Ok(key);
        }
    }
}

fn text<D: Disk>(disk: &D, file: &'static str) -> Result<Option<Zeroizing<String>>, KeyFailed> {
    let bytes = disk.read_whole(file).map_err(|source| KeyFailed::Disk { file, source })?;
    let Some(bytes) = bytes else { return Ok(None) };
    let text = String::from_utf8(bytes);
    text.map(|t| Some(Zeroizing::new(t))).or(Err(KeyFailed::Malformed { file, source: None }))
}

fn secret<D: Disk>(disk: &D, file: &'static str) -> Result<Option<MasterKey>, KeyFailed> {
    let Some(text) = text(disk, file)? else { return Ok(None) };
    let malformed = KeyFailed::Malformed { file, source: None };
    parse_hex(text.trim_end()).ok_or(malformed).map(Some)
}

fn random(file: &'static str, entropy: &mut dyn Entropy) -> Result<MasterKey, KeyFailed> {
    let mut bytes = Zeroizing::new([0; 32]);
    entropy.fill(&mut bytes[..]).map_err(|source| KeyFailed::Disk { file, source })?;
    Ok(bytes)
}

fn put<D: Disk>(disk: &D, file: &'static str, text: &str) -> Result<(), KeyFailed> {
    let line = Zeroizing::new(format!("{text}\n"));
    disk.replace(file, line.as_bytes()).map_err(|source| KeyFailed::Disk { file, source })
}

fn hex(bytes: &[u8; 32]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(64));
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            text.push(char::from_digit(half.into(), 16).unwrap_or('0'));
        }
    }
    text
}

fn parse_hex(text: &str) -> Option<MasterKey> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = Zeroizing::new(digits?);
    let mut bytes = Zeroizing::new([0; 32]);
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = pair.iter().fold(0, |sum, digit| sum << 4 | digit);
    }
    (digits.len() == 64).then_some(bytes)
}
