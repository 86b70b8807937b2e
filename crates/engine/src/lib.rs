//! The core of the bank: `decide` says what happens, `evolve` makes it so. Read `engine.rs` first, then
//! `transfer.rs` for the rules of money in the order they speak. Nothing here knows a clock, a file, a
//! thread or a random number; time comes in as an argument, and the same state and command give the
//! same event on every machine.
#![no_std]
#![deny(clippy::float_arithmetic)]

extern crate alloc;

mod engine;
mod transfer;
mod exists;
mod resolve;
mod entry;
mod acts;
mod made_id;
mod interest;
mod orders;
mod payees;
mod complaints;
mod ordering;
mod chain;
mod judgement;
mod ledger;
mod guard;
mod state;
pub mod table;
pub mod risk;
mod judge;
mod follower;
mod snapshot;
mod audit;
mod query;

pub use audit::AuditError;
pub use chain::{Chain, chains};
pub use complaints::{ComplaintRow, ComplaintStatus};
pub use engine::{Engine, RULES_VERSION};
pub use follower::Follower;
pub use guard::{CaseStatus, party_case};
pub use judge::{Misjudged, chain_length};
pub use ledger::{AccountIx, TransferIx, TransferPhase};
pub use ordering::DueTransfer;
pub use orders::ordered_transfer;
pub use query::{
    AccountView, CaseView, HoldView, InterestView, LimitsView, OrderView, PayeeView, RuleSetView,
    TransferView, TrialLine,
};
pub use snapshot::SnapshotError;
