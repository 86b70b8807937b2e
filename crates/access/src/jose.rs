//! Signed JSON of machines (RFC 7515, 7517, 7638), as little of it as is safe: compact form, ES256 and EdDSA. The key says
//! the algorithm; a token that names another is refused, and so is `none`.

use crate::secret::{Hash, bytes_of, hash};
use ed25519_dalek::VerifyingKey as EdKey;
use p256::ecdsa::VerifyingKey as EcKey;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Bytes of a token or a proof, at most.
const TOKEN_BYTES_MAX: usize = 8_192;
/// Keys of one client, at most.
const KEYS_MAX: usize = 8;

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// P-256 with SHA-256 (RFC 7518 section 3.4): a point of the curve, uncompressed (SEC 1 section 2.3.3). Every request of a
    /// machine has a signature, and *ring*, which is under TLS already, checks one in a fraction of what `p256` takes.
    Es256([u8; 65]),
    /// Ed25519 (RFC 8037).
    EdDsa(EdKey),
}

/// A public key as a JWK, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Jwk {
    pub(crate) key: Key,
    /// RFC 7638.
    pub(crate) thumbprint: Hash,
    pub(crate) kid: Option<String>,
}

/// The head of a signed token.
#[derive(Debug, Deserialize)]
pub(crate) struct Head {
    pub(crate) alg: String,
    pub(crate) typ: Option<String>,
    pub(crate) kid: Option<String>,
    pub(crate) jwk: Option<Map<String, Value>>,
    crit: Option<Value>,
}

/// A signed token, taken apart; not yet believed.
#[derive(Debug)]
pub(crate) struct Signed<'a> {
    pub(crate) head: Head,
    signed: &'a str,
    body: &'a str,
    signature: Vec<u8>,
}

impl<'a> Signed<'a> {
    /// Takes a token in compact form apart.
    pub(crate) fn read(token: &'a str) -> Option<Signed<'a>> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (head, body) = signed.split_once('.')?;
        let signature = bytes_of(signature)?;
        let head: Head = serde_json::from_slice(&bytes_of(head)?).ok()?;
        // What must be understood (RFC 7515 section 4.1.11), we do not.
        (head.crit.is_none()).then_some(Signed { head, signed, body, signature })
    }

    /// Whom the body names as its issuer. Only to find that one's keys: nothing is believed yet.
    pub(crate) fn unverified_issuer(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Issuer {
            iss: String,
        }
        serde_json::from_slice::<Issuer>(&bytes_of(self.body)?).ok().map(|body| body.iss)
    }

    /// The body, if this key signed it.
    pub(crate) fn verified<T: for<'d> Deserialize<'d>>(&self, key: &Key) -> Option<T> {
        let verified = key.algorithm_is(&self.head.alg)
            && key.verifies(self.signed.as_bytes(), &self.signature);
        if !verified {
            return None;
        }
        serde_json::from_slice(&bytes_of(self.body)?).ok()
    }
}

impl Key {
    fn algorithm_is(&self, alg: &str) -> bool {
        match self {
            Key::Es256(_) => alg == "ES256",
            // The second name is RFC 9864's.
            Key::EdDsa(_) => alg == "EdDSA" || alg == "Ed25519",
        }
    }

    /// True when `signature` (for ES256 the two numbers one after the other) is this key's over `bytes`.
    pub(crate) fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        match self {
            Key::Es256(key) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key)
                .verify(bytes, signature)
                .is_ok(),
            Key::EdDsa(key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature);
                signature.is_ok_and(|signature| key.verify_strict(bytes, &signature).is_ok())
            }
        }
    }

    /// A point of P-256 from its coordinates.
    pub(crate) fn es256(x: &[u8], y: &[u8]) -> Option<Key> {
        let (x, y): ([u8; 32], [u8; 32]) = (x.try_into().ok()?, y.try_into().ok()?);
        let mut point = [4; 65];
        point[1..33].copy_from_slice(&x);
        point[33..].copy_from_slice(&y);
        EcKey::from_sec1_bytes(&point).ok().map(|_| Key::Es256(point))
    }

    /// A point of Ed25519. One of small order would verify almost anything.
    pub(crate) fn ed_dsa(x: &[u8]) -> Option<Key> {
        let key = EdKey::from_bytes(x.try_into().ok()?).ok()?;
        (!key.is_weak()).then_some(Key::EdDsa(key))
    }
}

impl Jwk {
    /// A public key of a kind we take; else what is wrong with it.
    pub(crate) fn read(jwk: &Map<String, Value>) -> Result<Jwk, &'static str> {
        let member = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
        if jwk.contains_key("d") || jwk.contains_key("k") {
            return Err("is a private key; make a new pair and hand in the public half");
        }
        let bytes = |name| bytes_of(member(name)).unwrap_or_default();
        let (key, canonical) = match (member("kty"), member("crv")) {
            ("EC", "P-256") => (Key::es256(&bytes("x"), &bytes("y")), canonical_ec(jwk)),
            ("OKP", "Ed25519") => (Key::ed_dsa(&bytes("x")), canonical_okp(jwk)),
            _ => return Err("must be EC P-256 (ES256) or OKP Ed25519 (EdDSA)"),
        };
        let key = key.ok_or("is not a point of its curve")?;
        if !matches!(member("alg"), "" | "ES256" | "EdDSA" | "Ed25519") {
            return Err("names another algorithm than ES256 or EdDSA");
        }
        let kid = jwk.get("kid").and_then(Value::as_str).map(str::to_owned);
        Ok(Jwk { key, thumbprint: hash(canonical.as_bytes()), kid })
    }

    /// The keys of a JWK set.
    pub(crate) fn read_set(text: &str) -> Result<Vec<Jwk>, String> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Map<String, Value>>,
        }
        let set: Set = serde_json::from_str(text).map_err(|cause| {
            format!("is not a JWK set: {cause}; it looks like {{\"keys\": [...]}}")
        })?;
        if set.keys.len() > KEYS_MAX {
            return Err(format!("has {} keys, at most {KEYS_MAX} are taken", set.keys.len()));
        }
        let numbered = set.keys.iter().enumerate();
        numbered
            .map(|(at, jwk)| Jwk::read(jwk).map_err(|says| format!("key {} {says}", at + 1)))
            .collect()
    }
}

/// Required members in order, without spaces (RFC 7638 section 3). Values are base64url, so nothing needs escaping: what does
/// not decode was refused before.
fn canonical_ec(jwk: &Map<String, Value>) -> String {
    let member = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
    let (x, y) = (member("x"), member("y"));
    format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
}

fn canonical_okp(jwk: &Map<String, Value>) -> String {
    let x = jwk.get("x").and_then(Value::as_str).unwrap_or_default();
    format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)
}

/// A moment as JWT writes it (RFC 7519 section 2), in seconds since 1970; parts of a second are dropped.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(from = "serde_json::Number")]
pub(crate) struct NumericDate(pub(crate) u64);

impl From<serde_json::Number> for NumericDate {
    fn from(number: serde_json::Number) -> NumericDate {
        let whole = number.as_u64();
        // A negative or absurd number becomes 0 or the far future, and fails every check.
        NumericDate(whole.unwrap_or_else(|| number.as_f64().unwrap_or_default() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        let jwk =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let jwk = Jwk::read(&serde_json::from_str(jwk).unwrap()).unwrap();
        assert_eq!(
            crate::secret::text_of(&jwk.thumbprint),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn the_signature_of_rfc_8037_verifies_and_a_changed_one_does_not() {
        let jwk =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let jwk = Jwk::read(&serde_json::from_str(jwk).unwrap()).unwrap();
        let signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let signature = bytes_of("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg").unwrap();
        assert!(jwk.key.verifies(signed.as_bytes(), &signature));
        assert!(!jwk.key.verifies(&signed.as_bytes()[1..], &signature));
    }

    #[test]
    fn the_signature_of_rfc_7515_verifies_and_a_changed_one_does_not() {
        let jwk = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
        let jwk = Jwk::read(&serde_json::from_str(jwk).unwrap()).unwrap();
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        let claims: Value = Signed::read(token).unwrap().verified(&jwk.key).unwrap();
        assert_eq!(claims["iss"], "joe");
        let changed = token.replace(".eyJpc3Mi", ".eyJpc3Mj");
        assert!(Signed::read(&changed).unwrap().verified::<Value>(&jwk.key).is_none());
    }

    /// FIPS 186-5 section 6.4.2 and RFC 7518 section 3.4: two numbers of 32 bytes each, neither zero nor beyond the order; the
    /// second may be large, which JOSE allows.
    #[test]
    fn a_signature_of_es256_is_two_numbers_in_their_range() {
        use p256::ecdsa::{Signature, SigningKey, signature::Signer};
        let signer = SigningKey::from_bytes(&[7; 32].into()).unwrap();
        let point = signer.verifying_key().to_sec1_point(false);
        let key = Key::es256(&point.as_bytes()[1..33], &point.as_bytes()[33..]).unwrap();
        let signed: Signature = signer.sign(b"signed");
        let right: [u8; 64] = signed.to_bytes().into();
        assert!(key.verifies(b"signed", &right));
        assert!(!key.verifies(b"signet", &right));
        // n - s signs as s does.
        let order: [u8; 32] = [
            0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
            0x25, 0x51,
        ];
        let mut other = right;
        let mut borrowed = 0;
        for at in (0..32).rev() {
            let rest = 256 + u32::from(order[at]) - u32::from(right[32 + at]) - borrowed;
            (other[32 + at], borrowed) = (rest.to_le_bytes()[0], u32::from(rest < 256));
        }
        assert!(key.verifies(b"signed", &other));
        for wrong in [
            &right[..63],
            &[&right[..], &[0]].concat(),
            &[0; 64],
            &[0xff; 64],
            b"",
            signed.to_der().as_bytes(),
        ] {
            assert!(!key.verifies(b"signed", wrong), "{wrong:?}");
        }
        for half in [0, 32] {
            let (mut zero, mut beyond) = (right, right);
            zero[half..half + 32].fill(0);
            beyond[half..half + 32].copy_from_slice(&order);
            assert!(!key.verifies(b"signed", &zero) && !key.verifies(b"signed", &beyond));
        }
        assert!(Key::es256(&[1; 32], &[1; 32]).is_none(), "not on the curve");
        assert!(Key::es256(&[1; 31], &[1; 32]).is_none());
    }

    #[test]
    fn keys_of_other_kinds_and_private_keys_are_refused() {
        for (jwk, says) in [
            (r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, "must be EC P-256"),
            (r#"{"kty":"oct","k":"AAAA"}"#, "private"),
            (r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#, "not a point"),
            (
                r#"{"kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
                "not a point",
            ),
        ] {
            let read = Jwk::read(&serde_json::from_str(jwk).unwrap());
            assert!(read.unwrap_err().contains(says), "{jwk}");
        }
    }
}
