//! What doors hand in and get back: what came with a request, forms, challenges, links, lists.

use crate::principal::{Principal, Role, Scope, SessionId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use terms::{AccountId, Currency, PartyId};

/// What came with a request of a machine, beside its token.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// `GET`, `POST`.
    pub method: &'a str,
    /// The address as the client called it, with scheme and host; query and fragment do not matter.
    pub url: &'a str,
    /// The header `DPoP`. A door that sees two of them refuses the request itself.
    pub dpop: Option<&'a str>,
    /// SHA-256 of the client certificate of this connection (RFC 8705 section 3.1).
    pub certificate_sha256: Option<[u8; 32]>,
}

/// The form of `POST /oauth/token`. Fields that came twice must be refused by the door.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokenRequest<'a> {
    /// Only `client_credentials`.
    pub grant_type: &'a str,
    /// Needed with a certificate; with an assertion it must agree if it is there.
    pub client_id: Option<&'a str>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    pub client_assertion_type: Option<&'a str>,
    /// The signed assertion (RFC 7523).
    pub client_assertion: Option<&'a str>,
    /// Scopes with spaces between; left out: all that the client has.
    pub scope: Option<&'a str>,
}

/// A token. It is shown once; we keep a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// The token.
    pub access_token: String,
    /// `DPoP` or `Bearer` (bound to the certificate).
    pub token_type: &'static str,
    /// Seconds it lives.
    pub expires_in_s: u64,
    /// Scopes with spaces between.
    pub scope: String,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// Where a sign-in comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Came<'a> {
    /// The network address, as text. Only for counting guesses and for the list of sessions.
    pub address: &'a str,
    /// The browser, as it names itself; for the list of sessions.
    pub agent: &'a str,
    /// The cookie `__Host-device`, from [`SignedIn::device`].
    pub device: Option<&'a str>,
    /// The session cookie that came along. It never becomes the new one; its session ends.
    pub cookie: Option<&'a str>,
}

/// A person signed in.
#[derive(Clone)]
pub struct SignedIn {
    /// Value for the session cookie: `__Host-session=...; Path=/; Secure; HttpOnly; SameSite=Strict`.
    pub cookie: String,
    /// Value for the cookie `__Host-device`, for a year: guesses of strangers do not lock this browser out.
    pub device: Option<String>,
    /// Who it is.
    pub principal: Arc<Principal>,
    /// When the session ends at the latest, in seconds since 1970.
    pub until_s: u64,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn").field("who", &self.principal.id).finish_non_exhaustive()
    }
}

/// A question to a passkey: the first half. The answer names `id`.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Goes into a hidden field of the form.
    pub id: String,
    /// JSON for `navigator.credentials.create` or `.get`: the member `publicKey`, byte strings as base64url
    /// (`PublicKeyCredential.parseCreationOptionsFromJSON` and its twin read it).
    pub options: String,
    /// Until when it may be answered, in seconds since 1970.
    pub until_s: u64,
}

/// A link that opens once. The token is shown to whoever made it, never again; we keep a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    /// Whom it lets in: `anna`.
    pub user: Arc<str>,
    /// The secret part. The address is the door's: `https://bank/welcome#<token>` keeps it out of logs.
    pub token: String,
    /// Until when, in seconds since 1970.
    pub until_s: u64,
}

impl std::fmt::Debug for OneTimeLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OneTimeLink").field("user", &self.user).finish_non_exhaustive()
    }
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// The first sign-in.
    Invite,
    /// All keys were lost; what there was of them ends when the link is used.
    Recovery,
}

/// A link, looked at without using it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkView {
    /// Whom it lets in.
    pub user: Arc<str>,
    /// What it is for.
    pub kind: LinkKind,
    /// Until when, in seconds since 1970.
    pub until_s: u64,
}

/// A new secret for codes (RFC 6238), shown once. It counts when the first code was given back.
#[derive(Clone)]
pub struct CodeOffer {
    /// The secret in base32, to type.
    pub secret: String,
    /// `otpauth://totp/...`, to scan.
    pub uri: String,
}

impl std::fmt::Debug for CodeOffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeOffer")
    }
}

/// A user to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewUser<'a> {
    /// Name to sign in with: 1 to 64 of `a-z`, `0-9`, `.`, `_`, `-`.
    pub name: &'a str,
    /// Roles to begin with. Roles that touch money may have to wait for a second person, see [`crate::Given`].
    pub roles: &'a [Role],
    /// Own party in the ledger. A customer or helper must have one.
    pub party: Option<PartyId>,
    /// The institution they work for; `None`: ours.
    pub institution: Option<&'a str>,
}

/// How a customer signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomerUser {
    /// They were never let in.
    Never,
    /// They were, and an administrator removed them; the name is never given again.
    Gone,
    /// As this user.
    Known(UserView),
    /// As this user, who was disabled or whose roles were taken.
    ShutOut(UserView),
}

/// A user, for lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// Name.
    pub name: Arc<str>,
    /// Roles, each with its end in seconds since 1970 if it has one.
    pub roles: Vec<(Role, Option<u64>)>,
    /// Own party in the ledger.
    pub party: Option<PartyId>,
    /// The institution they work for.
    pub institution: Option<Arc<str>>,
    /// Cannot sign in.
    pub disabled: bool,
    /// How many passkeys.
    pub passkeys: usize,
    /// Has a password and codes.
    pub has_password: bool,
    /// Since when, in seconds since 1970.
    pub since_s: u64,
}

/// A passkey, for lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyView {
    /// Its id, base64url.
    pub id: String,
    /// As its owner called it.
    pub label: Arc<str>,
    /// Since when, in seconds since 1970.
    pub since_s: u64,
}

/// A phone that is to sign in with a PIN.
#[derive(Clone, Copy)]
pub struct NewPhone<'a> {
    /// Its number: `+` and 8 to 15 digits (ITU-T E.164); spaces and hyphens are left out.
    pub number: &'a str,
    /// Six digits.
    pub pin: &'a str,
    /// The language of its screens: `en`, `zh`.
    pub lang: &'a str,
}

/// A phone, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneView {
    /// Its number.
    pub number: Arc<str>,
    /// The language of its screens.
    pub lang: Arc<str>,
    /// Too many wrong PINs in a row; a new PIN opens it.
    pub locked: bool,
    /// It has another SIM than before, and pays nothing until its owner says that it is theirs.
    pub sim_changed: bool,
    /// Since when, in seconds since 1970.
    pub since_s: u64,
}

/// A card of codes, as its owner sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardView {
    /// Codes that were not used.
    pub left: u8,
    /// Too many wrong codes in a row; a new card is needed.
    pub locked: bool,
    /// Since when, in seconds since 1970.
    pub since_s: u64,
}

/// A session, for lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub user: Arc<str>,
    /// Since when, in seconds since 1970.
    pub since_s: u64,
    /// Last seen, in seconds since 1970; up to five minutes late after a restart.
    pub seen_s: u64,
    /// Ends at the latest, in seconds since 1970.
    pub until_s: u64,
    /// Address it was begun from.
    pub address: Arc<str>,
    /// Browser it was begun with.
    pub agent: Arc<str>,
}

/// A client (a machine) to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewClient<'a> {
    /// Its `client_id`: 1 to 64 of `a-z`, `0-9`, `.`, `_`, `-`.
    pub name: &'a str,
    /// What it may ask for.
    pub scopes: &'a [Scope],
    /// Public keys as a JWK set (RFC 7517): EC P-256 (ES256) or OKP Ed25519 (EdDSA), at most 8. May be empty with a certificate.
    pub keys: Option<&'a str>,
    /// SHA-256 of client certificates, at most 8. May be empty with keys.
    pub certificates_sha256: &'a [[u8; 32]],
    /// A customer's machine: reaches only what this party holds. `None`: a machine of the institution.
    pub party: Option<PartyId>,
    /// The institution it belongs to; `None`: ours.
    pub institution: Option<&'a str>,
}

/// A developer's program in a sample bank.
#[derive(Debug)]
pub struct Sandbox {
    /// Its `client_id`.
    pub client: String,
    /// What it may ask for.
    pub scopes: Vec<Scope>,
    /// The customer whose accounts it reaches.
    pub party: PartyId,
    /// Its private key as a JWK (RFC 8037); the bank does not keep it.
    pub key: serde_json::Value,
}

/// A client, for lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientView {
    /// Its `client_id`.
    pub name: Arc<str>,
    /// What it may ask for.
    pub scopes: Vec<Scope>,
    /// Thumbprints of its keys (RFC 7638), base64url.
    pub keys: Vec<String>,
    /// SHA-256 of its certificates.
    pub certificates_sha256: Vec<[u8; 32]>,
    /// Whose machine it is.
    pub party: Option<PartyId>,
    /// The institution it belongs to.
    pub institution: Option<Arc<str>>,
    /// Gets no token.
    pub disabled: bool,
    /// Since when, in seconds since 1970.
    pub since_s: u64,
}

/// Number of an act that takes two persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActId(pub u64);

impl std::fmt::Display for ActId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What an act that takes two persons would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// Let somebody in again who lost all keys.
    Recovery,
    /// Wider rights for whoever asked, for some minutes.
    BreakGlass {
        /// How long.
        minutes: u32,
    },
    /// Give a role that touches money.
    Role {
        /// Which.
        role: Role,
        /// Until when, in seconds since 1970.
        until_s: Option<u64>,
    },
}

/// An act that waits for its second person. It is forgotten after a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActView {
    /// Which.
    pub id: ActId,
    /// What it would do.
    pub kind: ActKind,
    /// To whom: a user's name.
    pub user: Arc<str>,
    /// Who asked: `user:anna`.
    pub by: Arc<str>,
    /// The reason given.
    pub reason: Arc<str>,
    /// When, in seconds since 1970.
    pub since_s: u64,
}

/// A role was given, or waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// It counts from the next request on.
    Done,
    /// A second administrator must say yes.
    Waits(ActId),
}

/// What the second yes brought about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approved {
    /// A link to let the person in again.
    Recovery(OneTimeLink),
    /// Wider rights until then, in seconds since 1970.
    BreakGlass {
        /// Their end.
        until_s: u64,
    },
    /// The role counts.
    Role,
}

/// A payment as its payer signs it. Every field is bound into the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signing<'a> {
    /// Paid from.
    pub from: AccountId,
    /// To whom, exactly as it was shown to the payer: account or IBAN and name.
    pub payee: &'a str,
    /// How much, in minor units.
    pub amount_minor: u128,
    /// In which currency.
    pub currency: Currency,
}

/// An upload of payments as its payer signs it. Every field is bound into the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningUpload<'a> {
    /// How many payments.
    pub payments: u64,
    /// What they add up to in each currency, in minor units; each currency once.
    pub totals: &'a [(Currency, u128)],
    /// SHA-256 of the upload.
    pub sha256: [u8; 32],
}

/// Something other than a payment that is signed, as letting somebody see an account. Every field is bound into the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningAct<'a> {
    /// What it is, as rights call it: `helper.write`.
    pub act: &'a str,
    /// What it does, without personal data: it stands in the journal.
    pub says: &'a str,
    /// What of it is personal, exactly as it was shown; empty for nothing.
    pub about: &'a str,
}

/// What somebody signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToSign<'a> {
    /// One payment.
    Payment(Signing<'a>),
    /// An upload of payments.
    Upload(SigningUpload<'a>),
    /// Something else.
    Act(SigningAct<'a>),
}

/// The word by which somebody agrees to help another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpWord {
    /// Eight digits.
    pub word: String,
    /// Until when it is good, in seconds since 1970.
    pub until_s: u64,
}

impl<'a> From<&Signing<'a>> for ToSign<'a> {
    fn from(payment: &Signing<'a>) -> ToSign<'a> {
        ToSign::Payment(*payment)
    }
}

impl<'a> From<&SigningUpload<'a>> for ToSign<'a> {
    fn from(upload: &SigningUpload<'a>) -> ToSign<'a> {
        ToSign::Upload(*upload)
    }
}

/// May they?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Yes.
    Yes,
    /// Yes, once the payer signed payee and amount: `step_up_begin`.
    StepUp,
    /// No.
    No {
        /// The policy that forbade it; empty when none allowed it.
        policy: Arc<str>,
    },
}

impl Allowed {
    /// True for [`Allowed::Yes`].
    pub fn is_yes(&self) -> bool {
        *self == Allowed::Yes
    }
}
