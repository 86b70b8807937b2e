//! Passkeys: what a relying party checks (W3C Web Authentication Level 3, sections 7.1 and 7.2), with ES256 and EdDSA, the
//! person verified, and no attestation asked: which make of key somebody uses decides nothing here.

mod cbor;

use crate::jose::Key;
use crate::secret::{as_text, bytes_of, hash, same, text_of};
use cbor::Item;
use p256::ecdsa::Signature as EcSignature;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// Bytes of an answer as JSON, at most.
const ANSWER_BYTES_MAX: usize = 16_384;
/// Bytes of a credential's id (section 5.8.3 of the standard allows no more).
const ID_BYTES_MAX: usize = 1_023;
/// Milliseconds a browser waits for the person.
const WAIT_MS: u64 = 300_000;

/// A passkey of somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Passkey {
    #[serde(with = "as_text")]
    pub(crate) id: Vec<u8>,
    pub(crate) key: PasskeyKey,
    /// Counts signatures, where the device counts; zero where it does not.
    pub(crate) counter: u32,
    pub(crate) label: Arc<str>,
    pub(crate) since_s: u64,
}

/// Its public key, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PasskeyKey {
    /// P-256: both coordinates.
    #[serde(rename = "es256")]
    Es256(#[serde(with = "as_text")] [u8; 64]),
    /// Ed25519.
    #[serde(rename = "eddsa")]
    EdDsa(#[serde(with = "as_text")] [u8; 32]),
}

/// The site that asks.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// `https://bank.example`.
    pub(crate) origin: String,
    /// `bank.example`.
    pub(crate) rp_id: String,
    pub(crate) title: String,
}

/// What an answer to a sign-in says, before its signature is believed.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) credential: Vec<u8>,
    /// The handle of the user it was made for, if the device says.
    pub(crate) user: Option<Vec<u8>>,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Credential<R> {
    #[serde(rename = "rawId")]
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    response: R,
}

#[derive(Deserialize)]
struct Created {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "attestationObject")]
    attestation: String,
}

#[derive(Deserialize)]
struct Got {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "authenticatorData")]
    authenticator_data: String,
    signature: String,
    #[serde(rename = "userHandle")]
    user: Option<String>,
}

#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin")]
    top_origin: Option<String>,
}

/// The fixed part of authenticator data (section 6.1) and what follows.
struct Said<'a> {
    flags: u8,
    counter: u32,
    rest: &'a [u8],
}

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

impl Site {
    /// Options of `navigator.credentials.create`, for a user with these passkeys already.
    pub(crate) fn creation(
        &self,
        challenge: &[u8; 32],
        user: (&str, &[u8; 16]),
        known: &[Passkey],
    ) -> String {
        let (name, handle) = user;
        let known = known.iter().map(|key| json!({"type": "public-key", "id": text_of(&key.id)}));
        json!({"publicKey": {
            "rp": {"id": self.rp_id, "name": self.title},
            "user": {"id": text_of(handle), "name": name, "displayName": name},
            "challenge": text_of(challenge),
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -8}],
            "timeout": WAIT_MS,
            "excludeCredentials": known.collect::<Vec<_>>(),
            "authenticatorSelection": {
                "residentKey": "required", "requireResidentKey": true, "userVerification": "required"
            },
            "attestation": "none"
        }})
        .to_string()
    }

    /// Options of `navigator.credentials.get`; of these passkeys only, or of any if there are none.
    pub(crate) fn request(&self, challenge: &[u8; 32], known: &[Passkey]) -> String {
        let known = known.iter().map(|key| json!({"type": "public-key", "id": text_of(&key.id)}));
        json!({"publicKey": {
            "rpId": self.rp_id,
            "challenge": text_of(challenge),
            "timeout": WAIT_MS,
            "allowCredentials": known.collect::<Vec<_>>(),
            "userVerification": "required"
        }})
        .to_string()
    }

    /// The passkey that was made for this challenge.
    pub(crate) fn created(&self, answer: &str, challenge: &[u8; 32]) -> Option<Passkey> {
        let credential: Credential<Created> = read(answer)?;
        let client_data = bytes_of(&credential.response.client_data)?;
        self.check_client_data(&client_data, "webauthn.create", challenge)?;
        let attestation = bytes_of(&credential.response.attestation)?;
        let Item::Map(members) = cbor::read_whole(&attestation)? else { return None };
        let Item::Bytes(data) = cbor::member(&members, &Item::Text("authData"))? else {
            return None;
        };
        let said = self.check_said(data)?;
        if said.flags & HAS_CREDENTIAL == 0 {
            return None;
        }
        // Make of the device (16 bytes), length of the id (2), the id, the key, extensions.
        let (_, rest) = said.rest.split_at_checked(16)?;
        let (length, rest) = rest.split_at_checked(2)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let (id, rest) = rest.split_at_checked(length)?;
        let (key, rest) = cbor::read(rest)?;
        let extensions_fit = match said.flags & HAS_EXTENSIONS {
            0 => rest.is_empty(),
            _ => matches!(cbor::read_whole(rest)?, Item::Map(_)),
        };
        let fits = extensions_fit
            && (1..=ID_BYTES_MAX).contains(&id.len())
            && bytes_of(&credential.raw_id)? == id
            && credential.kind == "public-key";
        let key = PasskeyKey::from_cose(&key)?;
        let (label, since_s) = (Arc::from(""), 0);
        fits.then(|| Passkey { id: id.to_vec(), key, counter: said.counter, label, since_s })
    }

    /// The new counter, if this passkey signed this challenge here, with its person verified. `Err(true)`: all is
    /// right but the counter, as when somebody copied the device.
    pub(crate) fn signed(
        &self,
        answer: &Answer,
        passkey: &Passkey,
        challenge: &[u8; 32],
    ) -> Result<u32, bool> {
        let counter = self.signed_by(answer, passkey, challenge).ok_or(false)?;
        let counts = counter != 0 || passkey.counter != 0;
        if counts && counter <= passkey.counter { Err(true) } else { Ok(counter) }
    }

    fn signed_by(&self, answer: &Answer, passkey: &Passkey, challenge: &[u8; 32]) -> Option<u32> {
        self.check_client_data(&answer.client_data, "webauthn.get", challenge)?;
        let said = self.check_said(&answer.authenticator_data)?;
        let verified =
            passkey.key.signed(&answer.authenticator_data, &answer.client_data, &answer.signature);
        (verified && answer.credential == passkey.id).then_some(said.counter)
    }

    fn check_client_data(&self, bytes: &[u8], kind: &str, challenge: &[u8; 32]) -> Option<()> {
        let data: ClientData = serde_json::from_slice(bytes).ok()?;
        let fits = data.kind == kind
            && same(data.challenge.as_bytes(), text_of(challenge).as_bytes())
            && data.origin == self.origin
            && !data.cross_origin
            && data.top_origin.is_none_or(|top| top == self.origin);
        fits.then_some(())
    }

    fn check_said<'a>(&self, data: &'a [u8]) -> Option<Said<'a>> {
        let (site, rest) = data.split_at_checked(32)?;
        let ([flags, a, b, c, d], rest) = rest.split_first_chunk::<5>()?;
        let wanted = PRESENT | VERIFIED;
        let fits = same(site, &hash(self.rp_id.as_bytes()))
            && flags & wanted == wanted
            && (flags & BACKED_UP == 0 || flags & BACKUP_ELIGIBLE != 0);
        let counter = u32::from_be_bytes([*a, *b, *c, *d]);
        fits.then_some(Said { flags: *flags, counter, rest })
    }
}

impl Answer {
    /// An answer to a sign-in, taken apart.
    pub(crate) fn read(answer: &str) -> Option<Answer> {
        let credential: Credential<Got> = read(answer)?;
        let response = credential.response;
        let user = response.user.filter(|user| !user.is_empty());
        (credential.kind == "public-key").then_some(())?;
        Some(Answer {
            credential: bytes_of(&credential.raw_id)?,
            user: user.map(|user| bytes_of(&user).unwrap_or_default()),
            client_data: bytes_of(&response.client_data)?,
            authenticator_data: bytes_of(&response.authenticator_data)?,
            signature: bytes_of(&response.signature)?,
        })
    }
}

impl PasskeyKey {
    /// A key of COSE (RFC 9053 section 7.1, RFC 9052 section 7).
    fn from_cose(key: &Item<'_>) -> Option<PasskeyKey> {
        let Item::Map(members) = key else { return None };
        let number = |label: i64| match cbor::member(members, &Item::Int(label)) {
            Some(Item::Int(number)) => *number,
            _ => 0,
        };
        let bytes = |label: i64| match cbor::member(members, &Item::Int(label)) {
            Some(Item::Bytes(bytes)) => *bytes,
            _ => &[],
        };
        let key = match (number(1), number(3), number(-1)) {
            (2, -7, 1) => PasskeyKey::Es256([bytes(-2), bytes(-3)].concat().try_into().ok()?),
            (1, -8, 6) => PasskeyKey::EdDsa(bytes(-2).try_into().ok()?),
            _ => return None,
        };
        key.key().map(|_| key)
    }

    /// True when this key signed what the device said, and the browser's data.
    fn signed(&self, said: &[u8], client_data: &[u8], signature: &[u8]) -> bool {
        let data = [said, &hash(client_data)].concat();
        match self.key() {
            // Authenticators write ES256 signatures in DER (section 6.5.5).
            Some(key @ Key::Es256(_)) => EcSignature::from_der(signature)
                .is_ok_and(|signature| key.verifies(&data, &signature.to_bytes())),
            Some(key @ Key::EdDsa(_)) => key.verifies(&data, signature),
            None => false,
        }
    }

    /// The point; `None` when it is not on its curve.
    fn key(&self) -> Option<Key> {
        match self {
            PasskeyKey::Es256(point) => Key::es256(&point[..32], &point[32..]),
            PasskeyKey::EdDsa(point) => Key::ed_dsa(point),
        }
    }
}

fn read<R: for<'d> Deserialize<'d>>(answer: &str) -> Option<Credential<R>> {
    if answer.len() > ANSWER_BYTES_MAX { None } else { serde_json::from_str(answer).ok() }
}

#[cfg(test)]
pub(crate) mod device;
#[cfg(test)]
mod tests;
