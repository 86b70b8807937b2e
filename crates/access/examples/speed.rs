//! How fast access is: tokens a second, requests with a DPoP proof, sessions, answers kept and answers computed. Run with
//! `cargo run --release -p access --example speed`.

use access::{
    Access, AccessNote, Action, Holder, NewClient, NewUser, Notes, Policies, Resource,
    ResourceKind, Role, Scope, Settings, Shown, TokenRequest,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;
use terms::{Currency, PartyId, RoleKind};

const NOW_S: u64 = 1_800_000_000;
const ORIGIN: &str = "https://bank.example";
const PAYMENTS: &str = "https://bank.example/api/v1/payments";
const ROUNDS: usize = 2_000;

struct Nobody;

impl Notes for Nobody {
    fn note(&self, note: AccessNote) {
        black_box(note);
    }
}

/// A client's key.
enum Key {
    Ec(p256::ecdsa::SigningKey),
    Ed(ed25519_dalek::SigningKey),
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Key {
    fn jwk(&self) -> Value {
        match self {
            Key::Ec(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = point.as_bytes()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)})
            }
            Key::Ed(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": text(key.verifying_key().as_bytes())})
            }
        }
    }

    fn sign(&self, mut head: Value, body: &Value) -> String {
        head["alg"] = json!(if matches!(self, Key::Ec(_)) { "ES256" } else { "EdDSA" });
        let signed = [head, body.clone()].map(|part| text(part.to_string().as_bytes())).join(".");
        let signature = match self {
            Key::Ec(key) => {
                let signature: p256::ecdsa::Signature = key.sign(signed.as_bytes());
                signature.to_bytes().to_vec()
            }
            Key::Ed(key) => key.sign(signed.as_bytes()).to_bytes().to_vec(),
        };
        format!("{signed}.{}", text(&signature))
    }

    fn proof(&self, id: usize, url: &str, token: Option<&str>) -> String {
        let mut claims = json!({"jti": format!("p{id}"), "htm": "POST", "htu": url, "iat": NOW_S});
        if let Some(token) = token {
            claims["ath"] = json!(text(&Sha256::digest(token.as_bytes())));
        }
        self.sign(json!({"typ": "dpop+jwt", "jwk": self.jwk()}), &claims)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("access-speed-{}", std::process::id()));
    let begun = Instant::now();
    let policies = Policies::shipped()?;
    println!("shipped policies read         {:>9.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    let settings = Settings::at(ORIGIN, "Bank");
    let access = Access::open(&folder, settings, policies, Arc::new(Nobody), NOW_S)?;
    let keys = [
        ("ES256", Key::Ec(p256::ecdsa::SigningKey::from_slice(&[7; 32])?)),
        ("EdDSA", Key::Ed(ed25519_dalek::SigningKey::from_bytes(&[7; 32]))),
    ];
    for (at, (name, key)) in keys.iter().enumerate() {
        machines(&access, name, key, at * 1_000_000)?;
    }
    people(&access)?;
    rights(&access);
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

fn machines(access: &Access, name: &str, key: &Key, first: usize) -> Result<(), Box<dyn Error>> {
    let client = name.to_lowercase();
    let set = json!({"keys": [key.jwk()]}).to_string();
    let new = NewClient {
        name: &client,
        scopes: &[Scope::Payments],
        keys: Some(&set),
        certificates_sha256: &[],
        party: None,
        institution: None,
    };
    access.client_add(&access.console(), &new, NOW_S)?;
    let token_url = format!("{ORIGIN}/oauth/token");
    let requests: Vec<(String, String)> = (first..first + ROUNDS)
        .map(|id| {
            let claims = json!({"iss": client, "sub": client, "aud": ORIGIN, "exp": NOW_S + 60,
                "jti": format!("a{id}")});
            (key.sign(json!({}), &claims), key.proof(id, &token_url, None))
        })
        .collect();
    let begun = Instant::now();
    let mut token = String::new();
    for (assertion, proof) in &requests {
        let form = TokenRequest {
            grant_type: "client_credentials",
            client_assertion_type: Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            client_assertion: Some(assertion),
            ..TokenRequest::default()
        };
        let shown =
            Shown { method: "POST", url: &token_url, dpop: Some(proof), certificate_sha256: None };
        token = access.token(&form, &shown, NOW_S)?.access_token;
    }
    let tokens_s = ROUNDS as f64 / begun.elapsed().as_secs_f64();
    println!("tokens, {name}                 {tokens_s:>9.0} a second");
    let proofs: Vec<String> = (first + ROUNDS..first + 2 * ROUNDS)
        .map(|id| key.proof(id, PAYMENTS, Some(&token)))
        .collect();
    let begun = Instant::now();
    for proof in &proofs {
        let shown =
            Shown { method: "POST", url: PAYMENTS, dpop: Some(proof), certificate_sha256: None };
        black_box(access.bearer(&token, &shown, NOW_S)?);
    }
    let each_us = begun.elapsed().as_secs_f64() * 1e6 / ROUNDS as f64;
    println!("request with proof, {name}     {each_us:>9.1} us");
    Ok(())
}

fn people(access: &Access) -> Result<(), Box<dyn Error>> {
    let new = NewUser { name: "anna", roles: &[Role::Teller], party: None, institution: None };
    let link = access.user_add(&access.console(), &new, NOW_S)?;
    let begun = Instant::now();
    access.link_password(&link.token, "four horses eat hay", NOW_S)?;
    println!("a password (Argon2id)         {:>9.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    let begun = Instant::now();
    for number in 0..100 {
        let name = format!("user{number}");
        let new = NewUser { name: &name, roles: &[], party: None, institution: None };
        access.user_add(&access.console(), &new, NOW_S)?;
    }
    println!("a durable change              {:>9.1} us", begun.elapsed().as_secs_f64() * 1e4);
    Ok(())
}

fn rights(access: &Access) {
    let owner = [Holder { party: PartyId(7), role: RoleKind::Owner }];
    let mut who = access.console();
    who.party = Some(PartyId(7));
    let what = |amount: u128| Resource {
        owners: &owner,
        amount_minor: Some(amount),
        currency: Some(Currency(156)),
        ..Resource::of(ResourceKind::Account, "account:17")
    };
    let begun = Instant::now();
    for action in Action::ALL {
        black_box(access.would_allow(&who, action, &what(5)));
    }
    let each_us = begun.elapsed().as_secs_f64() * 1e6 / Action::ALL.len() as f64;
    println!("a right, computed             {each_us:>9.1} us");
    let begun = Instant::now();
    for round in 0..1_000_000u128 {
        black_box(access.would_allow(&who, Action::PaymentCreate, &what(round % 90_000)));
    }
    println!("a right, kept                 {:>9.0} ns", begun.elapsed().as_secs_f64() * 1e3);
}
