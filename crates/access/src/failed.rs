//! How access says no, and how it fails. What strangers are told is little; what is noted says more.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why somebody was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// No such session, or it ended.
    NoSession,
    /// No such token, or it ended.
    NoToken,
    /// The token is bound to a key or a certificate that was not shown.
    NotBound,
    /// The DPoP proof is not one, or not for this request (RFC 9449 section 4.3).
    BadProof,
    /// This was shown before: a proof, an assertion, a code, a link, a signature.
    Again,
    /// Name, password, code, passkey or link are not right. Which one is not said.
    Wrong,
    /// Too many guesses from here; see when to come again.
    TooMany,
    /// Too many at once; come again.
    Busy,
    /// Too many wrong PINs or codes in a row: it opens nothing until its owner makes a new one.
    Locked,
    /// The user or client is disabled.
    Disabled,
    /// What was begun is too old or was never begun.
    Late,
    /// What was signed is another payment than this one.
    OtherPayment,
    /// Recognised, but no policy allows it.
    NotAllowed,
    /// What was noted could not be made durable; nothing was granted.
    Storage,
}

impl Why {
    /// One word for programs, `not_bound`.
    pub fn word(self) -> &'static str {
        match self {
            Why::NoSession => "no_session",
            Why::NoToken => "no_token",
            Why::NotBound => "not_bound",
            Why::BadProof => "bad_proof",
            Why::Again => "again",
            Why::Wrong => "wrong",
            Why::TooMany => "too_many",
            Why::Busy => "busy",
            Why::Locked => "locked",
            Why::Disabled => "disabled",
            Why::Late => "late",
            Why::OtherPayment => "other_payment",
            Why::NotAllowed => "not_allowed",
            Why::Storage => "storage",
        }
    }
}

/// Somebody was turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// Why.
    pub why: Why,
    /// Seconds after which it makes sense to try again, where it does.
    pub retry_after_s: Option<u64>,
}

impl Denied {
    pub(crate) const fn new(why: Why) -> Denied {
        Denied { why, retry_after_s: None }
    }

    /// The answer that HTTP has for it: 401, 403, 429 or 503.
    pub fn status(&self) -> u16 {
        match self.why {
            Why::NotAllowed | Why::OtherPayment => 403,
            Why::TooMany => 429,
            Why::Busy | Why::Storage => 503,
            _ => 401,
        }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.why {
            Why::NoSession => "you are not signed in, or were signed out",
            Why::NoToken => "the access token is unknown or has ended; ask for a new one",
            Why::NotBound => "the access token is bound to a key or certificate that was not shown",
            Why::BadProof => "the DPoP proof is not valid for this request",
            Why::Again => "this was used before; begin again",
            Why::Wrong => "that is not right",
            Why::TooMany => "too many attempts; wait before the next",
            Why::Busy => "too many sign-ins at once; try again",
            Why::Locked => "too many wrong ones in a row; make a new PIN or card",
            Why::Disabled => "this user or client is disabled",
            Why::Late => "this took too long; begin again",
            Why::OtherPayment => "what was signed is another payment than this one",
            Why::NotAllowed => "you are not allowed to do this",
            Why::Storage => "access could not be recorded, so nothing was granted; try again",
        })?;
        self.retry_after_s.map_or(Ok(()), |wait_s| write!(f, " (after {wait_s} s)"))
    }
}

impl std::error::Error for Denied {}

/// A token was refused, in the words of RFC 6749 section 5.2 and RFC 9449 section 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthRefused {
    /// `invalid_request`, `invalid_client`, `invalid_scope`, `unsupported_grant_type`, `invalid_dpop_proof`,
    /// `unauthorized_client`, or `temporarily_unavailable` where nothing could be recorded.
    pub error: &'static str,
    /// What to mend, for a developer. Says nothing that helps to guess.
    pub description: &'static str,
}

impl OAuthRefused {
    /// The answer that HTTP has for it: 401 for `invalid_client`, 503 for what is our fault, else 400.
    pub fn status(&self) -> u16 {
        match self.error {
            "invalid_client" => 401,
            "temporarily_unavailable" => 503,
            _ => 400,
        }
    }
}

impl fmt::Display for OAuthRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error, self.description)
    }
}

impl std::error::Error for OAuthRefused {}

/// An act of administration was not done.
#[derive(Debug)]
pub enum Refused {
    /// Not recognised or not allowed.
    Denied(Denied),
    /// There is no such user, client, session, key or act.
    Unknown(String),
    /// The name is taken.
    Exists(String),
    /// A field is not right: which, and why.
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        says: String,
    },
    /// Somebody would hold two things that must not be in one hand, or approve what they made.
    Conflict(String),
    /// It could not be made durable; nothing changed.
    Failed(AccessFailed),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Denied(denied) => denied.fmt(f),
            Refused::Unknown(what) => write!(f, "there is no {what}"),
            Refused::Exists(what) => write!(f, "{what} exists already"),
            Refused::Invalid { field, says } => write!(f, "{field}: {says}"),
            Refused::Conflict(says) => f.write_str(says),
            Refused::Failed(failed) => failed.fmt(f),
        }
    }
}

impl std::error::Error for Refused {}

impl From<Denied> for Refused {
    fn from(denied: Denied) -> Refused {
        Refused::Denied(denied)
    }
}

impl From<AccessFailed> for Refused {
    fn from(failed: AccessFailed) -> Refused {
        Refused::Failed(failed)
    }
}

/// The world failed, or the folder is not what it should be.
#[derive(Debug)]
pub enum AccessFailed {
    /// The system refused a file.
    Io {
        /// What we were doing.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Another process has the folder open.
    InUse(PathBuf),
    /// A file of the folder was changed or damaged.
    Damaged {
        /// The file.
        path: PathBuf,
        /// Byte at which it stops making sense.
        at: u64,
        /// What is wrong.
        says: &'static str,
    },
    /// A newer program wrote the folder.
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u16,
    },
    /// A write failed earlier; what is durable is not known until the next start.
    Poisoned,
    /// The settings are not right.
    Settings(String),
    /// Policies are not right: file and reason.
    Policies(String),
    /// The system gave no randomness.
    Entropy,
}

impl fmt::Display for AccessFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AccessFailed::Io { doing, path, cause } => {
                write!(f, "could not {doing} {}: {cause}", path.display())
            }
            AccessFailed::InUse(path) => {
                write!(
                    f,
                    "{} is in use by another process; ask the running bank instead",
                    path.display()
                )
            }
            AccessFailed::Damaged { path, at, says } => {
                write!(
                    f,
                    "{} is damaged at byte {at}: {says}; restore it from a copy",
                    path.display()
                )
            }
            AccessFailed::Newer { path, version } => {
                write!(f, "{} has version {version}, written by a newer program", path.display())
            }
            AccessFailed::Poisoned => {
                f.write_str("a write of access failed earlier; restart the bank")
            }
            AccessFailed::Settings(says) => write!(f, "settings of access: {says}"),
            AccessFailed::Policies(says) => write!(f, "policies: {says}"),
            AccessFailed::Entropy => f.write_str("the system gave no random bytes"),
        }
    }
}

impl std::error::Error for AccessFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            AccessFailed::Io { cause, .. } => Some(cause),
            _ => None,
        }
    }
}
