//! Secrets for codes must be kept whole, since codes are computed from them. They lie sealed in the log, and the key to them
//! in a file of its own, so that neither alone says anything.

use crate::failed::AccessFailed;
use crate::secret::{Hash, hash_parts, random};
use crate::store::Code;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::io::Write;
use std::path::Path;
use zeroize::Zeroizing;

const NAME: &str = "codes.key";

/// Seals and opens secrets for codes.
pub(crate) struct CodeKeeper(Zeroizing<[u8; 32]>);

impl CodeKeeper {
    /// The key of this folder; made if there is none.
    pub(crate) fn open(folder: &Path) -> Result<CodeKeeper, AccessFailed> {
        let path = folder.join(NAME);
        let failed = |doing| {
            let path = path.clone();
            move |cause| AccessFailed::Io { doing, path, cause }
        };
        if !path.exists() {
            let new = folder.join("codes.key.new");
            let _ = std::fs::remove_file(&new);
            let mut options = std::fs::OpenOptions::new();
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file =
                options.write(true).create_new(true).open(&new).map_err(failed("make"))?;
            let key = Zeroizing::new(random::<32>()?);
            file.write_all(&key[..]).and_then(|()| file.sync_all()).map_err(failed("write"))?;
            std::fs::rename(&new, &path).map_err(failed("rename"))?;
            let synced = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
            synced.map_err(failed("sync"))?;
        }
        let bytes = Zeroizing::new(std::fs::read(&path).map_err(failed("read"))?);
        let key = <[u8; 32]>::try_from(&bytes[..]);
        let says = "it must have 32 bytes";
        let key = key.map_err(|_| AccessFailed::Damaged { path: path.clone(), at: 0, says })?;
        Ok(CodeKeeper(Zeroizing::new(key)))
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&(*self.0).into())
    }

    /// A hash of something short under the key: without it, trying all that it could be says nothing.
    pub(crate) fn keyed(&self, what: &str, parts: &[&[u8]]) -> Hash {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0[..]) else { return [0; 32] };
        mac.update(&hash_parts(what, parts));
        mac.finalize().into_bytes().into()
    }

    /// Seals a secret of this user.
    pub(crate) fn seal(&self, user: &[u8; 16], secret: &[u8]) -> Result<Code, AccessFailed> {
        let nonce = random::<12>()?;
        let sealed = self.cipher().encrypt(&Nonce::from(nonce), Payload { msg: secret, aad: user });
        // Encrypting fails only for texts of gigabytes.
        Ok(Code { nonce, sealed: sealed.map_err(|_| AccessFailed::Entropy)?, last_step: 0 })
    }

    /// The secret again; `None` under another key or of another user.
    pub(crate) fn open_code(&self, user: &[u8; 16], code: &Code) -> Option<Zeroizing<Vec<u8>>> {
        let payload = Payload { msg: &code.sealed, aad: user };
        self.cipher().decrypt(&Nonce::from(code.nonce), payload).ok().map(Zeroizing::new)
    }
}
