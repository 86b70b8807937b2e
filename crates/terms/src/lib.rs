//! The words of the bank: what may be said, not what happens. Read in this order: money, time, the
//! ids and kinds of things, then `command` (all that can be asked), `refusal` (all the ways to say
//! no), `event` (all that can have happened) and `facts` (what happened, as tables). No clock, file,
//! thread or rule lives here.
#![no_std]

extern crate alloc;

mod money;
mod time;
mod party;
mod account;
mod transfer;
mod entry;
mod observation;
mod order;
mod payee;
mod complaint;
mod risk;
mod verdict;
mod command;
mod refusal;
mod event;
mod class;
pub mod facts;
pub mod limits;

pub use account::{
    Account, AccountFlags, AccountId, ChartClass, ChartLine, DayBasis, InterestTerms, LimitPlan,
    SpendingLimits,
};
pub use class::Class;
pub use command::{Attachment, Command, Hold, HoldOrder, Institution, SnapshotMark};
pub use complaint::{Complaint, ComplaintAct, ComplaintStep};
pub use entry::{Entry, Leg, Side};
pub use event::{Act, Event, Outcome, TransferEvent};
pub use money::{Amount, AmountError, Currency, format_minor, parse_minor};
pub use observation::{
    AccessKind, AccessRecord, CheckKind, CheckRecord, CheckResult, QueryDoor, QueryEnd, QueryRecord,
};
pub use order::{OrderEnd, Rhythm, StandingOrder};
pub use party::{Party, PartyId, PartyKind, Role, RoleKind, Sealed, SealingCipher};
pub use payee::{Payee, PayeeEnd};
pub use refusal::Refusal;
pub use risk::{
    ArtifactPart, CaseAct, CaseMark, CaseStep, HoldEnd, RuleSet, RuleStage, Screening,
    ScreeningResult, Withdrawal, WithdrawalReason,
};
pub use time::{Day, DayError, TimeNs};
pub use transfer::{Transfer, TransferFlags, TransferId};
pub use verdict::{Ruling, Verdict, VerdictMarks};
