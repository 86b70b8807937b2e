//! The rows of the ledger: what is kept of an account, a transfer and an entry. Rules are elsewhere.

use alloc::vec::Vec;
use terms::{AccountFlags, Amount, Currency, Day, DayBasis, Leg, TimeNs, TransferFlags};

/// An account's place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountIx(pub u32);

/// A transfer's place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TransferIx(pub u32);

/// No place.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// What every posting reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountRow {
    /// INVARIANT (conservation): per ledger, these four sum pairwise to the same over all accounts.
    pub(crate) debits_pending: u128,
    pub(crate) debits_posted: u128,
    pub(crate) credits_pending: u128,
    pub(crate) credits_posted: u128,
    pub(crate) timestamp: TimeNs,
    pub(crate) ledger: Currency,
    pub(crate) code: u16,
    pub(crate) flags: AccountFlags,
    /// Place in the table of extras, or `NOWHERE`.
    pub(crate) extras: u32,
}

impl AccountRow {
    /// Debits the limit counts: pending and posted.
    #[inline]
    pub(crate) fn debits(&self) -> u128 {
        self.debits_pending + self.debits_posted
    }

    /// Credits the limit counts: pending and posted.
    #[inline]
    pub(crate) fn credits(&self) -> u128 {
        self.credits_pending + self.credits_posted
    }

    /// Posted credits less posted debits, saturating.
    pub(crate) fn balance(&self) -> i128 {
        let credit = i128::try_from(self.credits_posted).unwrap_or(i128::MAX);
        let debit = i128::try_from(self.debits_posted).unwrap_or(i128::MAX);
        credit - debit
    }
}

/// What is only read when somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountId128 {
    pub(crate) id: u128,
    pub(crate) user_data_128: u128,
    pub(crate) user_data_64: u64,
    pub(crate) user_data_32: u32,
}

/// What few accounts have: limits, holds, interest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extras {
    /// What counts, until `later` does.
    pub(crate) terms: Terms,
    pub(crate) later: Option<Later>,
    /// The record that first set limits; what was sent before it is not counted.
    pub(crate) limited_since: Option<u64>,
    /// The business day `spent` counts.
    pub(crate) spent_day: Day,
    /// Debits of that day, pending ones included, voided ones taken back; never those imported.
    pub(crate) spent: u128,
    /// Sum of the partial holds in force.
    pub(crate) held: u128,
    /// Holds of everything in force.
    pub(crate) held_whole: u32,
    pub(crate) interest: Option<Interest>,
}

/// What an account may send, and how long a looser limit waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) per_transfer: Option<Amount>,
    pub(crate) per_day: Option<Amount>,
    pub(crate) cooling_h: u8,
}

/// What counts from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Later {
    pub(crate) from: TimeNs,
    pub(crate) terms: Terms,
}

impl Extras {
    /// What counts at `time`.
    #[inline]
    pub(crate) fn terms_at(&self, time: TimeNs) -> Terms {
        match self.later {
            Some(later) if later.from <= time => later.terms,
            _ => self.terms,
        }
    }
}

/// Interest as it accrues, exact: no division before it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interest {
    pub(crate) rate_ppm: u32,
    pub(crate) basis: DayBasis,
    pub(crate) counter: u32,
    /// Minor units x millionths x days; positive for what the account earned.
    pub(crate) accrued: i128,
    /// The first value date that is still open.
    pub(crate) since: Day,
}

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TransferPhase {
    /// Posted at once, or itself a posting or voiding.
    Final = 0,
    /// Reserved, not resolved yet.
    Pending = 1,
    /// Was pending, then posted.
    Posted = 2,
    /// Was pending, then voided.
    Voided = 3,
    /// Was pending until its time was over.
    Expired = 4,
}

/// A transfer as accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TransferRow {
    pub(crate) id: u128,
    pub(crate) amount: u128,
    pub(crate) user_data_128: u128,
    pub(crate) user_data_64: u64,
    pub(crate) timestamp: TimeNs,
    /// Number of the record that brought it.
    pub(crate) record: u64,
    pub(crate) debit: u32,
    pub(crate) credit: u32,
    /// Place of the transfer that `pending_id` names, or `NOWHERE`.
    pub(crate) pending: u32,
    pub(crate) user_data_32: u32,
    pub(crate) timeout_s: u32,
    pub(crate) value_date: Day,
    pub(crate) booking_date: Day,
    pub(crate) code: u16,
    pub(crate) flags: TransferFlags,
    pub(crate) phase: TransferPhase,
    pub(crate) reversed: bool,
}

impl TransferRow {
    /// When a pending transfer is void by itself.
    pub(crate) fn expires(&self) -> Option<TimeNs> {
        if self.timeout_s == 0 { None } else { self.timestamp.plus_s(self.timeout_s) }
    }
}

/// An entry of several legs as accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryRow {
    pub(crate) id: u128,
    pub(crate) code: u16,
    pub(crate) value_date: Day,
    pub(crate) booking_date: Day,
    pub(crate) timestamp: TimeNs,
    pub(crate) record: u64,
    pub(crate) user_data_128: u128,
    pub(crate) reverses: u128,
    pub(crate) reversed: bool,
    pub(crate) legs: Vec<Leg>,
}
