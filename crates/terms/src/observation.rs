//! What was looked at, who was let in and what was checked: queries that were answered, notes of access and
//! rulebooks that were run, so that the journal itself says who looked and what was found. They change no balance, and
//! they carry no personal data: names of programs, users and rules, ids, numbers and hashes.

use alloc::string::String;
use alloc::vec::Vec;

/// One query that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryRecord {
    /// The name of the token or operator that asked; not personal data.
    pub asker: String,
    /// By which way the query came.
    pub door: QueryDoor,
    /// SHA-256 of the query's text.
    pub text_hash: [u8; 32],
    /// How many entries of the log the answer covers: it saw entries 0 to `as_of` - 1.
    pub as_of: u64,
    /// Rows that were handed out.
    pub rows: u64,
    /// The digest of the canonical result; zeros unless the query came to its end.
    pub result_hash: [u8; 32],
    /// How it ended.
    pub end: QueryEnd,
}

/// By which way a query came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum QueryDoor {
    /// The command line.
    CommandLine = 1,
    /// Arrow Flight SQL.
    FlightSql = 2,
    /// A program of the bank itself.
    Program = 3,
}

impl QueryDoor {
    /// One word for programs, `command_line`.
    pub fn word(self) -> &'static str {
        match self {
            QueryDoor::CommandLine => "command_line",
            QueryDoor::FlightSql => "flight_sql",
            QueryDoor::Program => "program",
        }
    }
}

/// How a query ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum QueryEnd {
    /// Every row was handed out.
    Complete = 1,
    /// The reader left before its end.
    Cancelled = 2,
    /// It went wrong on the way.
    Failed = 3,
}

impl QueryEnd {
    /// One word for programs, `complete`.
    pub fn word(self) -> &'static str {
        match self {
            QueryEnd::Complete => "complete",
            QueryEnd::Cancelled => "cancelled",
            QueryEnd::Failed => "failed",
        }
    }
}

/// One run of a pack of the rulebook, with what each of its rules found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRecord {
    /// The pack's name.
    pub pack: String,
    /// Its version.
    pub version: u32,
    /// SHA-256 of the pack.
    pub hash: [u8; 32],
    /// How many entries of the log were looked at: entries 0 to `as_of` - 1.
    pub as_of: u64,
    /// One for each rule; at least one.
    pub results: Vec<CheckResult>,
}

/// What one rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// The rule's name.
    pub rule: String,
    /// What kind of rule.
    pub kind: CheckKind,
    /// Rows that break the rule; of an indicator, how many it was computed from.
    pub rows: u64,
    /// An indicator as decimal text; empty for a quality rule.
    pub value: String,
    /// The digest of the canonical result.
    pub result_hash: [u8; 32],
}

/// What a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum CheckKind {
    /// Rows that must not be there.
    Quality = 1,
    /// A number.
    Indicator = 2,
}

impl CheckKind {
    /// One word for programs, `quality`.
    pub fn word(self) -> &'static str {
        match self {
            CheckKind::Quality => "quality",
            CheckKind::Indicator => "indicator",
        }
    }
}

/// What a door noted of somebody: a denial, a sign-in, a look at personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRecord {
    /// What happened.
    pub kind: AccessKind,
    /// Who did it: `user:anna`, `client:acme`, `console`; empty where nobody was recognised.
    pub who: String,
    /// To whom or what: `user:bert`, `account:17`; may be empty.
    pub about: String,
    /// In words: the action, the reason given, what changed.
    pub says: String,
    /// How often, since the last such note; at least 1.
    pub times: u32,
}

/// What was noted of access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum AccessKind {
    /// Somebody known was not allowed to do something.
    Denied = 1,
    /// Somebody could not show who they are.
    NotRecognised = 2,
    /// Somebody's personal data was read.
    PersonalRead = 3,
    /// A person signed in.
    SignedIn = 4,
    /// A person signed out, or a session was ended.
    SessionEnded = 5,
    /// A machine got a token.
    TokenIssued = 6,
    /// A user or a client was added, disabled, enabled or removed.
    DirectoryChanged = 7,
    /// A role was given or taken.
    RoleChanged = 8,
    /// Keys, passwords or codes of somebody changed.
    CredentialChanged = 9,
    /// A one-time link was made or used.
    Link = 10,
    /// A recovery was asked for, approved, refused or used.
    Recovery = 11,
    /// An emergency was asked for, approved, refused or ended.
    BreakGlass = 12,
    /// A payer signed a payment.
    SteppedUp = 13,
}

impl AccessKind {
    /// All, in the order of their numbers.
    pub const ALL: [AccessKind; 13] = [
        AccessKind::Denied,
        AccessKind::NotRecognised,
        AccessKind::PersonalRead,
        AccessKind::SignedIn,
        AccessKind::SessionEnded,
        AccessKind::TokenIssued,
        AccessKind::DirectoryChanged,
        AccessKind::RoleChanged,
        AccessKind::CredentialChanged,
        AccessKind::Link,
        AccessKind::Recovery,
        AccessKind::BreakGlass,
        AccessKind::SteppedUp,
    ];

    /// One word for programs, `personal_read`.
    pub fn word(self) -> &'static str {
        match self {
            AccessKind::Denied => "denied",
            AccessKind::NotRecognised => "not_recognised",
            AccessKind::PersonalRead => "personal_read",
            AccessKind::SignedIn => "signed_in",
            AccessKind::SessionEnded => "session_ended",
            AccessKind::TokenIssued => "token_issued",
            AccessKind::DirectoryChanged => "directory_changed",
            AccessKind::RoleChanged => "role_changed",
            AccessKind::CredentialChanged => "credential_changed",
            AccessKind::Link => "link",
            AccessKind::Recovery => "recovery",
            AccessKind::BreakGlass => "break_glass",
            AccessKind::SteppedUp => "stepped_up",
        }
    }
}
