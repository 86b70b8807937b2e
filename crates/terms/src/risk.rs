//! What can be asked of risk control: to keep what is too large for one record, to adopt a rule set or end one, and to
//! work on cases. Everything here stands in the journal in clear: names of officers and files, never of customers.

use crate::party::PartyId;
use crate::transfer::TransferId;
use alloc::string::String;
use alloc::vec::Vec;

/// A part of something that is larger than a record. Parts come in order; the last one makes it whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactPart {
    /// SHA-256 of the whole.
    pub artifact: [u8; 32],
    /// Bytes of the whole.
    pub size: u32,
    /// Where this part begins.
    pub at: u32,
    /// The part.
    pub bytes: Vec<u8>,
}

/// How far a rule set may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RuleStage {
    /// It judges nothing; replay says what it would have done.
    Shadow = 1,
    /// It judges the payments of some accounts.
    Canary = 2,
    /// It judges every payment.
    Active = 3,
}

impl RuleStage {
    /// One word for programs, `canary`.
    pub fn word(self) -> &'static str {
        match self {
            RuleStage::Shadow => "shadow",
            RuleStage::Canary => "canary",
            RuleStage::Active => "active",
        }
    }
}

/// What becomes of a held payment when its clock has run out and nobody has decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum HoldEnd {
    /// It goes back to its payer.
    #[default]
    Refuse = 1,
    /// It is posted.
    Release = 2,
}

impl HoldEnd {
    /// Every one.
    pub const ALL: [HoldEnd; 2] = [HoldEnd::Refuse, HoldEnd::Release];

    /// One word for programs, `release`.
    pub fn word(self) -> &'static str {
        match self {
            HoldEnd::Refuse => "refuse",
            HoldEnd::Release => "release",
        }
    }
}

/// Rules, and perhaps a model, that judge payments together, by the hashes of what was kept before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSet {
    /// What people call it.
    pub name: String,
    /// The compiled program.
    pub program: [u8; 32],
    /// What its conditions say, in words.
    pub words: [u8; 32],
    /// The model whose score the conditions may look at.
    pub model: Option<[u8; 32]>,
    /// How far it may go.
    pub stage: RuleStage,
    /// Of a canary: the share of accounts, in millionths.
    pub share_ppm: u32,
    /// Of a canary: what it may let through that the active set would not have, in thousandths of main units.
    pub loss_max: u64,
    /// It ends by itself when it stops more than this share of the payments, in millionths; a million is never.
    pub stopped_ppm_max: u32,
    /// Seconds that a held payment waits for somebody to decide.
    pub hold_s: u32,
    /// What becomes of it then.
    pub at_end: HoldEnd,
    /// What the program looks up: lists, and rules that hold for a time of their own.
    pub tables: Option<[u8; 32]>,
    /// Whether two people must agree to release a held payment.
    pub four_eyes: bool,
    /// Who adopts it.
    pub by: String,
}

/// Why a rule set ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum WithdrawalReason {
    /// Somebody wants it so.
    Asked = 1,
    /// It stopped more payments than its budget allows.
    StoppedTooMany = 2,
    /// It let more through than its budget allows.
    LostTooMuch = 3,
    /// Judging took longer than the bank allows.
    TooSlow = 4,
}

impl WithdrawalReason {
    /// One word for programs, `too_slow`.
    pub fn word(self) -> &'static str {
        match self {
            WithdrawalReason::Asked => "asked",
            WithdrawalReason::StoppedTooMany => "stopped_too_many",
            WithdrawalReason::LostTooMuch => "lost_too_much",
            WithdrawalReason::TooSlow => "too_slow",
        }
    }
}

/// The end of a rule set. The one that was active before it judges again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Which set, by its number.
    pub set: u16,
    /// Why.
    pub reason: WithdrawalReason,
    /// Who ends it; empty if the bank itself does.
    pub by: String,
}

/// What looking a party up on a list came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ScreeningResult {
    /// Nobody like that is on it.
    Clear = 1,
    /// Somebody like that is; nobody has decided yet whether it is the same.
    Possible = 2,
    /// It is the same.
    Confirmed = 3,
}

impl ScreeningResult {
    /// Every one.
    pub const ALL: [ScreeningResult; 3] =
        [ScreeningResult::Clear, ScreeningResult::Possible, ScreeningResult::Confirmed];

    /// One word for programs, `possible`.
    pub fn word(self) -> &'static str {
        match self {
            ScreeningResult::Clear => "clear",
            ScreeningResult::Possible => "possible",
            ScreeningResult::Confirmed => "confirmed",
        }
    }
}

/// A party was looked up on lists; its latest result counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screening {
    /// Who.
    pub party: PartyId,
    /// SHA-256 of the lists.
    pub lists: [u8; 32],
    /// What came of it.
    pub result: ScreeningResult,
    /// The entry of a list that fits best, by its list and number there; empty if none does.
    pub entry: String,
    /// How well it fits, of a thousand.
    pub score: u16,
    /// Who decided; empty if a program looked it up.
    pub by: String,
}

/// What is done about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum CaseStep {
    /// Open one on a payment that was not held.
    Open = 1,
    /// Take it.
    Claim = 2,
    /// Give it to the person named in `text`.
    Assign = 3,
    /// Note `text`.
    Note = 4,
    /// Keep evidence: `text` says what it is and how to find it again.
    Evidence = 5,
    /// Say that the payment `other` belongs to the same story.
    Link = 6,
    /// The held payment may be posted.
    Release = 7,
    /// The held payment goes back.
    Refuse = 8,
    /// Say what it was.
    Mark = 9,
    /// It was reported to an authority; `text` is the report's number.
    Report = 10,
    /// The customer objects; `text` says how.
    Appeal = 11,
}

impl CaseStep {
    /// Every one.
    pub const ALL: [CaseStep; 11] = [
        CaseStep::Open,
        CaseStep::Claim,
        CaseStep::Assign,
        CaseStep::Note,
        CaseStep::Evidence,
        CaseStep::Link,
        CaseStep::Release,
        CaseStep::Refuse,
        CaseStep::Mark,
        CaseStep::Report,
        CaseStep::Appeal,
    ];

    /// One word for programs, `release`.
    pub fn word(self) -> &'static str {
        match self {
            CaseStep::Open => "open",
            CaseStep::Claim => "claim",
            CaseStep::Assign => "assign",
            CaseStep::Note => "note",
            CaseStep::Evidence => "evidence",
            CaseStep::Link => "link",
            CaseStep::Release => "release",
            CaseStep::Refuse => "refuse",
            CaseStep::Mark => "mark",
            CaseStep::Report => "report",
            CaseStep::Appeal => "appeal",
        }
    }
}

/// What a payment turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum CaseMark {
    /// The payer was deceived or robbed.
    Fraud = 1,
    /// Money of crimes was moved.
    Laundering = 2,
    /// Nothing was wrong with it.
    Mistaken = 3,
}

impl CaseMark {
    /// Every one.
    pub const ALL: [CaseMark; 3] = [CaseMark::Fraud, CaseMark::Laundering, CaseMark::Mistaken];

    /// One word for programs, `fraud`.
    pub fn word(self) -> &'static str {
        match self {
            CaseMark::Fraud => "fraud",
            CaseMark::Laundering => "laundering",
            CaseMark::Mistaken => "mistaken",
        }
    }
}

/// One step of work on a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseAct {
    /// The payment the case is about; of a party, the number its case has.
    pub case: TransferId,
    /// Who does it; not personal data of customers.
    pub by: String,
    /// What.
    pub step: CaseStep,
    /// What the step says; empty if it says nothing.
    pub text: String,
    /// Of a link: the other payment. Of the opening of a party's case: the party. Zero else.
    pub other: TransferId,
    /// Of a mark: what it was.
    pub mark: Option<CaseMark>,
}
