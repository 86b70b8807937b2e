//! A bank to attack: a folder, a clock, everybody's devices, and what was noted.

use crate::passkey::device::Device;
use crate::secret::{hash, text_of};
use crate::*;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

pub const ORIGIN: &str = "https://bank.example";
pub const TOKEN_URL: &str = "https://bank.example/oauth/token";
pub const PAYMENTS_URL: &str = "https://bank.example/api/v1/payments";
pub const NOW: u64 = 1_800_000_000;

/// Keeps all notes.
#[derive(Default)]
pub struct Kept(Mutex<Vec<AccessNote>>);

impl Notes for Kept {
    fn note(&self, note: AccessNote) {
        self.0.lock().unwrap().push(note);
    }
}

/// It meets something that is there.
pub fn conflict<T>(result: Result<T, Refused>) -> bool {
    result.is_err_and(|refused| matches!(refused, Refused::Conflict(_)))
}

/// It is not allowed.
pub fn denied<T>(result: Result<T, Refused>) -> bool {
    result.is_err_and(|refused| matches!(refused, Refused::Denied(_)))
}

/// A bank under test; its folder goes with it.
pub struct Bank {
    pub access: Access,
    pub notes: Arc<Kept>,
    pub folder: PathBuf,
}

pub fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("access-{}-{number}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// The shipped policies, read once.
pub fn policies() -> Policies {
    static SHIPPED: OnceLock<Policies> = OnceLock::new();
    SHIPPED.get_or_init(|| Policies::shipped().unwrap()).clone()
}

pub fn open(folder: &std::path::Path, notes: &Arc<Kept>) -> Result<Access, AccessFailed> {
    let settings = Settings::at(ORIGIN, "Bank");
    Access::open(folder, settings, policies(), notes.clone(), NOW)
}

impl Bank {
    pub fn new() -> Bank {
        let (folder, notes) = (folder(), Arc::new(Kept::default()));
        let access = open(&folder, &notes).unwrap();
        Bank { access, notes, folder }
    }

    /// The same folder after the process ended.
    pub fn restarted(mut self) -> Bank {
        let folder = std::mem::take(&mut self.folder);
        let notes = self.notes.clone();
        // Its lock is given back.
        drop(self);
        let access = open(&folder, &notes).unwrap();
        Bank { access, notes, folder }
    }

    /// A user with these roles, let in from the console, with a passkey.
    pub fn user(&self, name: &str, roles: &[Role]) -> Person {
        let party = roles.iter().any(|role| !role.is_staff());
        let number = name.bytes().fold(1, |number, byte| number * 31 + u128::from(byte));
        let party = party.then_some(terms::PartyId(number));
        let new = NewUser { name, roles, party, institution: None };
        let link = self.access.user_add(&self.access.console(), &new, NOW).unwrap();
        self.enter(&link)
    }

    /// Uses a link with a new device.
    pub fn enter(&self, link: &OneTimeLink) -> Person {
        let mut device = Device::new(ORIGIN, 1).named(&hash(link.token.as_bytes()));
        let asked = self.access.link_passkey_begin(&link.token, NOW).unwrap();
        let answer = device.create(&asked.options);
        let signed_in =
            self.access.link_passkey_finish(&link.token, &asked.id, &answer, "key", &came(), NOW);
        let SignedIn { cookie, principal, .. } = signed_in.unwrap();
        Person { device, cookie, who: principal }
    }

    /// Signs in again.
    pub fn sign_in(&self, person: &mut Person, now_s: u64) -> Result<SignedIn, Denied> {
        let asked = self.access.passkey_begin(now_s).unwrap();
        let answer = person.device.get(&asked.options);
        self.access.passkey_sign_in(&asked.id, &answer, &came(), now_s)
    }

    /// Lets a user in with password and code; gives back the secret and the session.
    pub fn password_user(&self, name: &str, password: &str) -> (Vec<u8>, SignedIn) {
        let party = Some(terms::PartyId(7));
        let new = NewUser { name, roles: &[Role::Customer], party, institution: None };
        let link = self.access.user_add(&self.access.console(), &new, NOW).unwrap();
        let offer = self.access.link_password(&link.token, password, NOW).unwrap();
        let secret = from_base32(&offer.secret);
        let code = crate::codes::code_now(&secret, NOW);
        let signed_in = self.access.link_password_finish(&link.token, &code, &came(), NOW);
        (secret, signed_in.unwrap())
    }

    /// A client with a P-256 key of this seed.
    pub fn client(&self, name: &str, scopes: &[Scope]) -> Machine {
        let machine = Machine::new(name, hash(name.as_bytes())[0] & 0x7f | 1);
        let keys = json!({"keys": [machine.jwk()]}).to_string();
        let new = NewClient {
            name,
            scopes,
            keys: Some(&keys),
            certificates_sha256: &[],
            party: None,
            institution: None,
        };
        self.access.client_add(&self.access.console(), &new, NOW).unwrap();
        machine
    }

    /// How often this was noted, loudly or not.
    pub fn noted(&self, what: Noted, says: &str) -> usize {
        let notes = self.notes.0.lock().unwrap();
        notes.iter().filter(|note| note.what == what && note.says.contains(says)).count()
    }

    /// How often it was noted loudly.
    pub fn noted_loudly(&self, what: Noted) -> usize {
        self.notes.0.lock().unwrap().iter().filter(|note| note.what == what && note.loud).count()
    }

    /// Everything that was noted, as text.
    pub fn all_notes(&self) -> String {
        format!("{:?}", self.notes.0.lock().unwrap())
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        if !self.folder.as_os_str().is_empty() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Somebody with a device and a session.
pub struct Person {
    pub device: Device,
    pub cookie: String,
    pub who: Arc<Principal>,
}

pub fn came() -> Came<'static> {
    Came { address: "192.0.2.1", agent: "a browser", device: None, cookie: None }
}

fn from_base32(text: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        _ => c - b'2' + 26,
    };
    let bits: Vec<u8> =
        text.bytes().flat_map(|c| (0..5).rev().map(move |bit| digit(c) >> bit & 1)).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |b, bit| b << 1 | bit)).collect()
}

/// A machine with a key.
pub struct Machine {
    pub name: String,
    key: SigningKey,
    ids: AtomicU32,
}

impl Machine {
    pub fn new(name: &str, seed: u8) -> Machine {
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        Machine { name: name.to_owned(), key, ids: AtomicU32::new(u32::from(seed) << 16) }
    }

    pub fn jwk(&self) -> Value {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        json!({"kty": "EC", "crv": "P-256", "x": text_of(x), "y": text_of(y)})
    }

    fn id(&self) -> String {
        format!("{}-{}", self.name, self.ids.fetch_add(1, Ordering::Relaxed))
    }

    /// A signed token with this head and body.
    pub fn sign(&self, head: &Value, body: &Value) -> String {
        let parts = [head, body].map(|part| text_of(part.to_string().as_bytes()));
        let signed = parts.join(".");
        let signature: p256::ecdsa::Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", text_of(&signature.to_bytes()))
    }

    /// The body of an assertion that is right.
    pub fn claims(&self, now_s: u64) -> Value {
        json!({"iss": self.name, "sub": self.name, "aud": ORIGIN, "exp": now_s + 60, "iat": now_s,
            "jti": self.id()})
    }

    pub fn assertion(&self, now_s: u64) -> String {
        self.sign(&json!({"alg": "ES256"}), &self.claims(now_s))
    }

    /// The body of a proof that is right.
    pub fn proof_claims(&self, method: &str, url: &str, token: Option<&str>, now_s: u64) -> Value {
        let mut claims = json!({"jti": self.id(), "htm": method, "htu": url, "iat": now_s});
        if let Some(token) = token {
            claims["ath"] = json!(text_of(&hash(token.as_bytes())));
        }
        claims
    }

    pub fn proof_of(&self, claims: &Value) -> String {
        self.sign(&json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": self.jwk()}), claims)
    }

    pub fn proof(&self, method: &str, url: &str, token: Option<&str>, now_s: u64) -> String {
        self.proof_of(&self.proof_claims(method, url, token, now_s))
    }

    /// Asks for a token with this assertion.
    pub fn ask(&self, bank: &Bank, assertion: &str, now_s: u64) -> Result<Issued, OAuthRefused> {
        let proof = self.proof("POST", TOKEN_URL, None, now_s);
        bank.access.token(&form(assertion), &post(TOKEN_URL, Some(&proof)), now_s)
    }

    /// A token.
    pub fn token(&self, bank: &Bank) -> String {
        self.ask(bank, &self.assertion(NOW), NOW).unwrap().access_token
    }

    /// Comes with a token and this proof.
    pub fn come(&self, bank: &Bank, token: &str, proof: &str) -> Result<Arc<Principal>, Denied> {
        bank.access.bearer(token, &post(PAYMENTS_URL, Some(proof)), NOW)
    }
}

pub fn form(assertion: &str) -> TokenRequest<'_> {
    TokenRequest {
        grant_type: "client_credentials",
        client_assertion_type: Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        client_assertion: Some(assertion),
        ..TokenRequest::default()
    }
}

pub fn post<'a>(url: &'a str, dpop: Option<&'a str>) -> Shown<'a> {
    Shown { method: "POST", url, dpop, certificate_sha256: None }
}
