//! All that can be asked of the bank. A request is a slice of commands; commands whose `LINKED` flag
//! is set stand or fall together with the one that follows.

use crate::account::{
    Account, AccountFlags, AccountId, ChartLine, InterestTerms, LimitPlan, SpendingLimits,
};
use crate::complaint::{Complaint, ComplaintAct};
use crate::entry::Entry;
use crate::money::{Amount, Currency};
use crate::observation::{AccessRecord, CheckRecord, QueryRecord};
use crate::order::{OrderEnd, StandingOrder};
use crate::party::{Party, PartyId, Role, Sealed};
use crate::payee::{Payee, PayeeEnd};
use crate::risk::{ArtifactPart, CaseAct, RuleSet, Screening, Withdrawal};
use crate::time::Day;
use crate::transfer::{Transfer, TransferFlags, TransferId};
use alloc::string::String;
use alloc::vec::Vec;

/// One thing asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Move money between two accounts, or resolve what is pending.
    Transfer(Transfer),
    /// Open an account.
    CreateAccount(Account),
    /// Open the institution itself; once, before its first business day.
    OpenInstitution(Institution),
    /// Add a line to the chart of accounts. Once there is one, accounts need a known code.
    DefineChartLine(ChartLine),
    /// Make a person or organisation known.
    RegisterParty(Party),
    /// Forget a party: its key is destroyed after this is durable.
    EraseParty {
        /// Whom.
        party: PartyId,
        /// On what ground; not personal data.
        reason: String,
    },
    /// Give a party a role on an account.
    GrantRole(Role),
    /// Take it back.
    RevokeRole(Role),
    /// Set or lift what an account may send.
    SetLimits(SpendingLimits),
    /// Set how an account earns or owes interest, from this business day on.
    SetInterest(InterestTerms),
    /// Block money by order.
    PlaceHold(Hold),
    /// Lift a block.
    ReleaseHold {
        /// Which.
        hold: TransferId,
    },
    /// Post several legs at once.
    PostEntry(Entry),
    /// Take back a posted transfer or entry by a new one with the sides exchanged.
    Reverse {
        /// The new transfer's or entry's id.
        id: TransferId,
        /// What is taken back.
        of: TransferId,
        /// From when the reversal counts.
        value_date: Day,
    },
    /// Book the interest accrued so far, rounded towards zero to a minor unit; the rest stays.
    SettleInterest {
        /// The new transfer's id.
        id: TransferId,
        /// Whose interest.
        account: AccountId,
    },
    /// End a business day: interest accrues up to `next`, which becomes the business day.
    CloseDay {
        /// The business day that ends.
        day: Day,
        /// The one that begins.
        next: Day,
    },
    /// Attach sealed text (remittance information, a note) to a transfer or entry.
    Attach(Attachment),
    /// By the writer itself: a pending transfer's time is over.
    Expire {
        /// The pending transfer.
        pending: TransferId,
    },
    /// By the writer itself: the state after all earlier records has this hash.
    MarkSnapshot(SnapshotMark),
    /// Note queries that were answered.
    RecordQueries(Vec<QueryRecord>),
    /// Note that a pack of the rulebook was run, and what it found.
    RecordCheck(CheckRecord),
    /// Keep a part of something large: a program of rules, their words, a model.
    KeepPart(ArtifactPart),
    /// Let a rule set judge payments, or watch it first.
    AdoptRules(RuleSet),
    /// End a rule set.
    WithdrawRules(Withdrawal),
    /// Do something about a case.
    WorkCase(CaseAct),
    /// Note that a party was looked up on lists, and what came of it.
    RecordScreening(Screening),
    /// Note who was let in, who was not, and who read personal data.
    RecordAccess(Vec<AccessRecord>),
    /// Order a payment for a later day, or for many.
    PlaceOrder(StandingOrder),
    /// End an order.
    EndOrder(OrderEnd),
    /// Say what an account may send, as its holder does: what is looser waits.
    PlanLimits(LimitPlan),
    /// Keep a payee by a name of one's own.
    KeepPayee(Payee),
    /// Keep a payee no longer.
    DropPayee(PayeeEnd),
    /// Complain.
    FileComplaint(Complaint),
    /// Do something about a complaint.
    WorkComplaint(ComplaintAct),
}

impl Command {
    /// Stands or falls together with the next command of the request.
    pub fn is_linked(&self) -> bool {
        match self {
            Command::Transfer(t) => t.flags.has(TransferFlags::LINKED),
            Command::CreateAccount(a) => a.flags.has(AccountFlags::LINKED),
            _ => false,
        }
    }
}

/// The bank or its like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Institution {
    /// Its name; public.
    pub name: String,
    /// The currency it reports in.
    pub currency: Currency,
    /// Minutes east of UTC of its business calendar: China 480.
    pub utc_offset_min: i16,
    /// Its first business day.
    pub first_day: Day,
}

/// Money blocked by order: it may come in but not go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Chosen by the caller.
    pub id: TransferId,
    /// Where; an account whose debits must not exceed its credits.
    pub account: AccountId,
    /// How much; `None` blocks every debit.
    pub amount: Option<Amount>,
    /// Whose order.
    pub order: HoldOrder,
    /// The order's file number; not personal data.
    pub reference: String,
}

/// Who ordered a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum HoldOrder {
    /// A court.
    Court = 1,
    /// Anti-money-laundering: an authority's freezing order or a listed party.
    Aml = 2,
    /// A tax or customs authority.
    Tax = 3,
    /// The bank itself, by contract (pledge, suspected fraud).
    Bank = 4,
}

impl HoldOrder {
    /// One word for programs, `court`.
    pub fn word(self) -> &'static str {
        match self {
            HoldOrder::Court => "court",
            HoldOrder::Aml => "aml",
            HoldOrder::Tax => "tax",
            HoldOrder::Bank => "bank",
        }
    }
}

/// Sealed text beside a transfer or entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The transfer or entry.
    pub subject: TransferId,
    /// Under whose key.
    pub party: PartyId,
    /// The text.
    pub text: Sealed,
}

/// The hash of the engine's state at a place in the journal, so that a snapshot can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotMark {
    /// How many records the state has seen, this one not counted.
    pub records: u64,
    /// SHA-256 of the snapshot's bytes.
    pub hash: [u8; 32],
}
