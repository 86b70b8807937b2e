//! The extra signature line for those who must have one: SM2 with SM3 (GB/T 32918.2) over the same text
//! as the Ed25519 line. It is a signed-note line of type 0xff; verifiers that do not know it ignore it.

use proof::note::{NoteError, NoteSignature};
use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use std::fmt;

/// What the key id is made with, so that it cannot meet another kind of key.
pub const IDENTIFIER: &str = "tongjian/sm2-v1";
/// The signer's distinguishing identifier (GM/T 0009-2012 section 10 gives this one as the default).
pub const DISTINGUISHING_ID: &str = "1234567812345678";

/// A secret SM2 key. Its bytes are wiped when it is dropped, and no `Debug` shows them.
pub struct Sm2Key(SigningKey);

impl fmt::Debug for Sm2Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sm2Key")
    }
}

impl Sm2Key {
    /// The key of 32 secret bytes, a number between 1 and the order of the curve less 2; `None` otherwise.
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Sm2Key> {
        SigningKey::from_slice(DISTINGUISHING_ID, bytes).ok().map(Sm2Key)
    }

    /// Its public key: an uncompressed point, 65 bytes.
    pub fn public_key(&self) -> Vec<u8> {
        self.0.verifying_key().to_sec1_bytes().to_vec()
    }

    /// A note's line: r and s, 32 bytes each.
    ///
    /// # Errors
    /// A name no note can carry; a key that cannot sign.
    pub fn sign(&self, name: &str, text: &str) -> Result<NoteSignature, NoteError> {
        let signed: Result<Signature, _> = self.0.try_sign(text.as_bytes());
        let signature = signed.map_err(|_| NoteError::MalformedKey)?.to_bytes().to_vec();
        NoteSignature::extra(name, IDENTIFIER.as_bytes(), &self.public_key(), signature)
    }
}

/// `line` is a good SM2 signature of `text` by `public_key` (65 bytes) under `name`.
pub fn verify(line: &NoteSignature, name: &str, public_key: &[u8], text: &str) -> bool {
    let id = proof::note::extra_key_id(name, IDENTIFIER.as_bytes(), public_key);
    let key = VerifyingKey::from_sec1_bytes(DISTINGUISHING_ID, public_key);
    let (Ok(key), Ok(signature)) = (key, Signature::from_slice(line.signature())) else {
        return false;
    };
    let named = line.name() == name && line.key_id() == id;
    named && key.verify(text.as_bytes(), &signature).is_ok()
}
