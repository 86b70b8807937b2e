//! The ciphers of the vault: keys wrapped under the master key, and texts sealed under a party's key.

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, AesGcm};
use proof::hash::Hash;
use sha2::{Digest, Sha256};
use sm4::Sm4;
use terms::{PartyId, Sealed, SealingCipher};
use zeroize::Zeroizing;

/// Bytes of a wrapped key: 32 and a tag of 16.
pub(super) const WRAPPED_BYTES: usize = 48;
/// Bytes a wrapped key is bound to: a party's id, or a file's name.
pub(super) const AAD_BYTES: usize = 16;
/// Bytes of the salt before the text.
pub(super) const SALT_BYTES: usize = 16;
/// Bytes of an AEAD's tag.
pub(super) const TAG_BYTES: usize = 16;
/// SM4 keys have 128 bits: the first half of a party's key.
const SM4_KEY_BYTES: usize = 16;
/// What a commitment begins with, so that it is the hash of nothing else.
const COMMITMENT_PREFIX: &[u8] = b"tongjian sealed v1\0";

/// A key as it is stored: under the master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wrapped {
    pub nonce: [u8; 12],
    pub bytes: [u8; WRAPPED_BYTES],
}

/// A party's key.
pub(super) type Key = Zeroizing<[u8; 32]>;

/// A key under the master key.
pub(super) fn wrap(
    master: &Key,
    aad: &[u8; AAD_BYTES],
    nonce: [u8; 12],
    key: &Key,
) -> Option<Wrapped> {
    let payload = Payload { msg: &key[..], aad };
    let bytes = Aes256Gcm::new((&**master).into()).encrypt(&nonce.into(), payload).ok()?;
    Some(Wrapped { nonce, bytes: bytes.try_into().ok()? })
}

/// The key again; `None` if it was not wrapped under this master key for this purpose.
pub(super) fn unwrap(master: &Key, aad: &[u8; AAD_BYTES], wrapped: &Wrapped) -> Option<Key> {
    let payload = Payload { msg: &wrapped.bytes, aad };
    let key = Aes256Gcm::new((&**master).into()).decrypt(&wrapped.nonce.into(), payload).ok()?;
    let key = Zeroizing::new(key);
    Some(Zeroizing::new(key.as_slice().try_into().ok()?))
}

/// SHA-256 over a fixed prefix, the salt and the text.
pub(super) fn commitment(salt_and_text: &[u8]) -> Hash {
    Sha256::new().chain_update(COMMITMENT_PREFIX).chain_update(salt_and_text).finalize().into()
}

/// Salt and text under a party's key.
pub(super) fn seal(
    key: &Key,
    party: PartyId,
    cipher: SealingCipher,
    nonce: [u8; 12],
    salt_and_text: &[u8],
) -> Option<Sealed> {
    let commitment = commitment(salt_and_text);
    let payload = Payload { msg: salt_and_text, aad: &aad(party, &commitment) };
    let ciphertext = match cipher {
        SealingCipher::Aes256Gcm => {
            Aes256Gcm::new((&**key).into()).encrypt(&nonce.into(), payload).ok()?
        }
        SealingCipher::Sm4Gcm => sm4_gcm(key)?.encrypt(&nonce.into(), payload).ok()?,
    };
    Some(Sealed { commitment, cipher, nonce, ciphertext })
}

/// Salt and text again; `None` if key, party, commitment or ciphertext are not those of `seal`.
pub(super) fn open(key: &Key, party: PartyId, sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>> {
    let payload = Payload { msg: &sealed.ciphertext, aad: &aad(party, &sealed.commitment) };
    let nonce = sealed.nonce.into();
    let opened = match sealed.cipher {
        SealingCipher::Aes256Gcm => Aes256Gcm::new((&**key).into()).decrypt(&nonce, payload),
        SealingCipher::Sm4Gcm => sm4_gcm(key)?.decrypt(&nonce, payload),
    };
    let opened = Zeroizing::new(opened.ok()?);
    let right = opened.len() >= SALT_BYTES && commitment(&opened) == sealed.commitment;
    right.then_some(opened)
}

fn sm4_gcm(key: &Key) -> Option<AesGcm<Sm4, U12>> {
    AesGcm::<Sm4, U12>::new_from_slice(&key[..SM4_KEY_BYTES]).ok()
}

/// Binds a ciphertext to its party and commitment.
fn aad(party: PartyId, commitment: &Hash) -> [u8; 48] {
    let mut aad = [0; 48];
    aad[..16].copy_from_slice(&party.0.to_le_bytes());
    aad[16..].copy_from_slice(commitment);
    aad
}
