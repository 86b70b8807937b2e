//! Complaints: what a customer is not satisfied with, by when it is answered, and what became of it. What is written lies under
//! the customer's key.

use crate::account::AccountId;
use crate::party::{PartyId, Sealed};
use crate::transfer::TransferId;
use alloc::string::String;

/// A customer complains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Chosen by the caller; neither zero nor 2^128 - 1. Ids of complaints stand beside those of transfers.
    pub id: TransferId,
    /// Who complains.
    pub party: PartyId,
    /// The account it is about; zero for none.
    pub account: AccountId,
    /// The payment it is about; zero for none.
    pub subject: TransferId,
    /// In how many days the bank promises to answer.
    pub days: u8,
    /// What is said, under the customer's key.
    pub text: Sealed,
    /// Who filed it; not personal data.
    pub by: String,
}

/// Something is done about a complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComplaintAct {
    /// Which.
    pub complaint: TransferId,
    /// Whose it is.
    pub party: PartyId,
    /// What is done.
    pub step: ComplaintStep,
    /// Days that are promised from now on, when the answer takes longer or another is wanted; else zero.
    pub days: u8,
    /// What is said, under the customer's key.
    pub text: Sealed,
    /// Who does it; not personal data.
    pub by: String,
}

/// What is done about a complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ComplaintStep {
    /// The bank answers.
    Answer = 1,
    /// The bank says, once, that it takes longer, and why.
    Extend = 2,
    /// The customer is not satisfied: somebody else of the bank answers, for good.
    Raise = 3,
    /// The customer takes it back.
    Withdraw = 4,
}

impl ComplaintStep {
    /// All, in the order of their numbers.
    pub const ALL: [ComplaintStep; 4] = [
        ComplaintStep::Answer,
        ComplaintStep::Extend,
        ComplaintStep::Raise,
        ComplaintStep::Withdraw,
    ];

    /// One word for programs, `answer`.
    pub fn word(self) -> &'static str {
        match self {
            ComplaintStep::Answer => "answer",
            ComplaintStep::Extend => "extend",
            ComplaintStep::Raise => "raise",
            ComplaintStep::Withdraw => "withdraw",
        }
    }
}
