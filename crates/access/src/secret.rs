//! Secrets: made from the system's randomness, shown once, kept as hashes, compared in constant time.

use crate::failed::AccessFailed;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// SHA-256 of a secret.
pub(crate) type Hash = [u8; 32];

/// Characters of a secret as text: 256 bits as base64url.
const SECRET_CHARS: usize = 43;

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], AccessFailed> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| AccessFailed::Entropy)?;
    Ok(bytes)
}

/// A new secret of 256 bits as text, and its hash.
pub(crate) fn secret() -> Result<(String, Hash), AccessFailed> {
    let text = text_of(&random::<32>()?);
    let hash = hash(text.as_bytes());
    Ok((text, hash))
}

/// The hash of a secret that somebody showed; `None` for what we never made.
pub(crate) fn hash_of_shown(shown: &str) -> Option<Hash> {
    let ours = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let fits = shown.len() == SECRET_CHARS && shown.bytes().all(ours);
    fits.then(|| hash(shown.as_bytes()))
}

/// SHA-256.
pub(crate) fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// SHA-256 of several parts under a word that says what for. Each part is preceded by its length.
pub(crate) fn hash_parts(word: &str, parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in std::iter::once(&word.as_bytes()).chain(parts) {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// True when both are the same; takes as long for every difference.
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// Bytes as base64url without padding.
pub(crate) fn text_of(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Bytes of base64url without padding; `None` for anything else.
pub(crate) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Bytes as base64url in JSON.
pub(crate) mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::text_of(bytes))
    }

    pub(crate) fn deserialize<'d, D: Deserializer<'d>, B: TryFrom<Vec<u8>>>(
        from: D,
    ) -> Result<B, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = super::bytes_of(&text).ok_or_else(|| D::Error::custom("not base64url"))?;
        B::try_from(bytes).map_err(|_| D::Error::custom("not of the right length"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_different_and_known_by_their_hash() {
        let (one, hash_one) = secret().unwrap();
        let (two, _) = secret().unwrap();
        assert_eq!(one.len(), SECRET_CHARS);
        assert_ne!(one, two);
        assert_eq!(hash_of_shown(&one), Some(hash_one));
        assert_ne!(hash_of_shown(&two), Some(hash_one));
        assert_eq!(hash_of_shown("short"), None);
        assert_eq!(hash_of_shown(&"=".repeat(SECRET_CHARS)), None);
    }

    #[test]
    fn parts_cannot_be_moved_from_one_to_the_next() {
        assert_ne!(hash_parts("w", &[b"ab", b"c"]), hash_parts("w", &[b"a", b"bc"]));
        assert_ne!(hash_parts("w", &[b"a"]), hash_parts("v", &[b"a"]));
    }
}
