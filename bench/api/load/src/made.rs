//! Requests as bytes: payments between accounts, each under its own key, or reads; each with its own proof where tokens are bound to
//! a key.

use super::Failed;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// What shows who asks.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Auth {
    /// A token that is bound to the certificate, or to nothing.
    Bearer { token: String },
    /// The cookies of a person's browser.
    Cookie { cookies: String },
    /// A token that is bound to a key, with a proof for each request (RFC 9449).
    Dpop { token: String, origin: String, algorithm: String, jwk: Value, pkcs8: String },
}

/// Which requests.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Wanted {
    /// Payments of one amount from one account to another by chance.
    Payments { path: String, count: usize, keys: String, amount: String, accounts: Vec<Value> },
    /// Reads of these paths in turn.
    Reads { paths: Vec<String>, count: usize },
}

enum Signer {
    EdDsa(Ed25519KeyPair),
    Es256(EcdsaKeyPair, SystemRandom),
}

impl Signer {
    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Failed> {
        Ok(match self {
            Signer::EdDsa(key) => key.sign(bytes).as_ref().to_vec(),
            Signer::Es256(key, random) => key.sign(random, bytes).map_err(|_| "no signature")?.as_ref().to_vec(),
        })
    }
}

/// Makes the proofs of one key.
struct Prover<'a> {
    signer: Signer,
    head: String,
    hash: String,
    origin: &'a str,
    prefix: String,
    now_s: u64,
}

impl<'a> Prover<'a> {
    fn of(auth: &'a Auth) -> Result<Option<Prover<'a>>, Failed> {
        let Auth::Dpop { token, origin, algorithm, jwk, pkcs8 } = auth else { return Ok(None) };
        let (random, key) = (SystemRandom::new(), STANDARD.decode(pkcs8)?);
        let signer = match algorithm.as_str() {
            "EdDSA" => Signer::EdDsa(Ed25519KeyPair::from_pkcs8_maybe_unchecked(&key).map_err(|why| why.to_string())?),
            "ES256" => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key, &random);
                Signer::Es256(pair.map_err(|why| why.to_string())?, random)
            }
            other => return Err(format!("{other} is no algorithm of proofs").into()),
        };
        let mut prefix = [0; 9];
        SystemRandom::new().fill(&mut prefix).map_err(|_| "no randomness")?;
        Ok(Some(Prover {
            signer,
            head: text(json!({ "typ": "dpop+jwt", "alg": algorithm, "jwk": jwk }).to_string().as_bytes()),
            hash: text(digest(&SHA256, token.as_bytes()).as_ref()),
            origin,
            prefix: text(&prefix),
            now_s: SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
        }))
    }

    fn proof(&self, number: usize, method: &str, path: &str) -> Result<String, Failed> {
        let path = path.split('?').next().unwrap_or_default();
        let claims = json!({
            "jti": format!("{}{number}", self.prefix), "htm": method, "htu": format!("{}{path}", self.origin),
            "iat": self.now_s, "ath": self.hash,
        });
        let signed = format!("{}.{}", self.head, text(claims.to_string().as_bytes()));
        let signature = text(&self.signer.sign(signed.as_bytes())?);
        Ok(format!("{signed}.{signature}"))
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// All of them, in the order in which they are sent.
pub fn requests(host: &str, auth: &Auth, wanted: &Wanted) -> Result<Vec<Vec<u8>>, Failed> {
    let prover = Prover::of(auth)?;
    let heads = |number: usize, method: &str, path: &str| -> Result<String, Failed> {
        let shown = match (auth, &prover) {
            (Auth::Dpop { token, .. }, Some(prover)) => {
                format!("Authorization: DPoP {token}\r\nDPoP: {}\r\n", prover.proof(number, method, path)?)
            }
            (Auth::Cookie { cookies }, _) => format!("Cookie: {cookies}\r\nAccept: text/html\r\n"),
            (Auth::Dpop { token, .. } | Auth::Bearer { token }, _) => format!("Authorization: Bearer {token}\r\n"),
        };
        Ok(format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{shown}"))
    };
    match wanted {
        Wanted::Reads { paths, count } => (0..*count)
            .map(|n| Ok((heads(n, "GET", &paths[n % paths.len()])? + "\r\n").into_bytes()))
            .collect(),
        Wanted::Payments { path, count, keys, amount, accounts } => {
            let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
            let one = |n: usize| {
                let from = chance.below(accounts.len());
                let to = (from + 1 + chance.below(accounts.len() - 1)) % accounts.len();
                let body = json!({ "from": accounts[from], "to": accounts[to], "amount": amount, "currency": "CNY" }).to_string();
                let head = heads(n, "POST", path)?;
                let length = body.len();
                let rest = format!("Idempotency-Key: {keys}-{n:08}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
                Ok((head + &rest).into_bytes())
            };
            (0..*count).map(one).collect()
        }
    }
}

/// Numbers by chance, the same in each run (xorshift64*).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }
}
