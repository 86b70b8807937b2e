//! A device with one passkey, for tests: it answers as an authenticator and a browser do.

use crate::secret::{bytes_of, hash, text_of};
use ed25519_dalek::Signer;
use p256::ecdsa::SigningKey;
use serde_json::{Value, json};

/// The key in it.
enum Held {
    Ec(SigningKey),
    Ed(ed25519_dalek::SigningKey),
}

/// A device with one passkey.
pub(crate) struct Device {
    held: Held,
    id: Vec<u8>,
    user: String,
    pub(crate) origin: String,
    pub(crate) counter: u32,
    pub(crate) flags: u8,
}

impl Device {
    /// A device with a P-256 key, at this address.
    pub(crate) fn new(origin: &str, seed: u8) -> Device {
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        Device::with(origin, seed, Held::Ec(key))
    }

    /// A device with an Ed25519 key.
    pub(crate) fn with_ed25519(origin: &str, seed: u8) -> Device {
        Device::with(origin, seed, Held::Ed(ed25519_dalek::SigningKey::from_bytes(&[seed; 32])))
    }

    fn with(origin: &str, seed: u8, held: Held) -> Device {
        let (id, user) = (vec![seed; 16], String::new());
        Device { held, id, user, origin: origin.to_owned(), counter: 0, flags: 0x05 }
    }

    /// With a key and an id of its own.
    pub(crate) fn named(mut self, seed: &[u8; 32]) -> Device {
        self.held = Held::Ec(SigningKey::from_slice(seed).unwrap());
        self.id = seed[..16].to_vec();
        self
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = &options["publicKey"]["challenge"];
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false})
            .to_string()
            .into_bytes()
    }

    fn said(&self, rp_id: &Value, flags: u8) -> Vec<u8> {
        let mut data = hash(rp_id.as_str().unwrap().as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn cose(&self) -> Vec<u8> {
        match &self.held {
            Held::Ec(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = point.as_bytes()[1..].split_at(32);
                [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], x, &[0x22, 0x58, 32], y].concat()
            }
            Held::Ed(key) => {
                let point = key.verifying_key().to_bytes();
                [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32], &point[..]].concat()
            }
        }
    }

    /// Makes the passkey.
    pub(crate) fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        self.user = options["publicKey"]["user"]["id"].as_str().unwrap().to_owned();
        let mut data = self.said(&options["publicKey"]["rp"]["id"], self.flags | 0x40);
        data.extend([0; 16]);
        data.extend((self.id.len() as u16).to_be_bytes());
        data.extend(&self.id);
        data.extend(self.cose());
        let head = [&[0xa3, 0x63], &b"fmt"[..], &[0x64], b"none", &[0x67], b"attStmt", &[0xa0]];
        let tail = [&[0x68], &b"authData"[..], &[0x58, data.len() as u8], &data];
        let attestation = [head.concat(), tail.concat()].concat();
        json!({"id": text_of(&self.id), "rawId": text_of(&self.id), "type": "public-key", "response": {
            "clientDataJSON": text_of(&self.client_data("webauthn.create", &options)),
            "attestationObject": text_of(&attestation)
        }})
        .to_string()
    }

    /// Signs in, or signs a payment.
    pub(crate) fn get(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let client_data = self.client_data("webauthn.get", &options);
        let data = self.said(&options["publicKey"]["rpId"], self.flags);
        let signed = [&data[..], &hash(&client_data)].concat();
        let signature = match &self.held {
            Held::Ec(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign(&signed);
                signature.as_bytes().to_vec()
            }
            Held::Ed(key) => key.sign(&signed).to_bytes().to_vec(),
        };
        json!({"id": text_of(&self.id), "rawId": text_of(&self.id), "type": "public-key", "response": {
            "clientDataJSON": text_of(&client_data),
            "authenticatorData": text_of(&data),
            "signature": text_of(&signature),
            "userHandle": self.user
        }})
        .to_string()
    }

    /// Changes a byte string of an answer.
    pub(crate) fn tamper(answer: &str, member: &str, at: usize) -> String {
        let mut answer: Value = serde_json::from_str(answer).unwrap();
        let mut bytes = bytes_of(answer["response"][member].as_str().unwrap()).unwrap();
        bytes[at] ^= 1;
        answer["response"][member] = json!(text_of(&bytes));
        answer.to_string()
    }
}
