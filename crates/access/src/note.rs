//! What is noted of access: every denial, every sign-in, every change, every read of somebody else's personal data.
//! The program writes notes into the journal.

use std::sync::Arc;

/// Takes notes. Called on the thread of the request, after what it tells of is durable; must not wait long.
pub trait Notes: Send + Sync {
    /// Takes one note.
    fn note(&self, note: AccessNote);
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Noted {
    /// Somebody known was not allowed to do something.
    Denied,
    /// Somebody could not show who they are: cookie, token, proof, password, code or link.
    NotRecognised,
    /// Somebody's personal data was read.
    PersonalRead,
    /// A person signed in.
    SignedIn,
    /// A person signed out, or a session was ended.
    SessionEnded,
    /// A machine got a token.
    TokenIssued,
    /// A user or a client was added, disabled, enabled or removed.
    DirectoryChanged,
    /// A role was given or taken.
    RoleChanged,
    /// Keys, passwords or codes of somebody changed.
    CredentialChanged,
    /// A one-time link was made or used.
    Link,
    /// A recovery was asked for, approved, refused or used.
    Recovery,
    /// An emergency was asked for, approved, refused or ended. Loud.
    BreakGlass,
    /// A payer signed a payment.
    SteppedUp,
}

impl Noted {
    /// One word, `personal_read`.
    pub fn word(self) -> &'static str {
        match self {
            Noted::Denied => "denied",
            Noted::NotRecognised => "not_recognised",
            Noted::PersonalRead => "personal_read",
            Noted::SignedIn => "signed_in",
            Noted::SessionEnded => "session_ended",
            Noted::TokenIssued => "token_issued",
            Noted::DirectoryChanged => "directory_changed",
            Noted::RoleChanged => "role_changed",
            Noted::CredentialChanged => "credential_changed",
            Noted::Link => "link",
            Noted::Recovery => "recovery",
            Noted::BreakGlass => "break_glass",
            Noted::SteppedUp => "stepped_up",
        }
    }
}

/// One note. Holds no secret and no personal data beyond ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessNote {
    /// When, in seconds since 1970.
    pub at_s: u64,
    /// What happened.
    pub what: Noted,
    /// Who did it: `user:anna`, `client:acme`, `console`; empty when nobody was recognised.
    pub who: Arc<str>,
    /// To whom or what: `user:bert`, `account:17`, an action; may be empty.
    pub about: String,
    /// In words: the action and the policy that spoke, the reason given, what changed. At most 256 bytes.
    pub says: String,
    /// How often, since the last such note. More than 1 only where strangers could flood the journal.
    pub times: u32,
    /// True when somebody should be woken: break-glass, recovery, a first administrator.
    pub loud: bool,
}
