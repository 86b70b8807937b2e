//! A transfer: one amount from one account to another, at once or in two phases.

use crate::account::AccountId;
use crate::money::{Amount, Currency};
use crate::time::{Day, TimeNs};
use core::fmt;
use core::ops::{BitOr, BitOrAssign};

/// A transfer or entry by its 128-bit id, chosen by the caller: the idempotency key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct TransferId(pub u128);

impl fmt::Display for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Behaviour of a transfer; a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct TransferFlags(pub u16);

impl TransferFlags {
    /// Stands or falls together with the next command of the request.
    pub const LINKED: TransferFlags = TransferFlags(1);
    /// Reserves the amount; a later transfer posts or voids it.
    pub const PENDING: TransferFlags = TransferFlags(1 << 1);
    /// Posts the pending transfer `pending_id`, in whole or in part.
    pub const POST_PENDING: TransferFlags = TransferFlags(1 << 2);
    /// Voids the pending transfer `pending_id`.
    pub const VOID_PENDING: TransferFlags = TransferFlags(1 << 3);
    /// Moves at most `amount`, as much as the debit account's limit lets out.
    pub const BALANCING_DEBIT: TransferFlags = TransferFlags(1 << 4);
    /// Moves at most `amount`, as much as the credit account's limit takes in.
    pub const BALANCING_CREDIT: TransferFlags = TransferFlags(1 << 5);
    /// Closes the debit account; voiding opens it again.
    pub const CLOSING_DEBIT: TransferFlags = TransferFlags(1 << 6);
    /// Closes the credit account; voiding opens it again.
    pub const CLOSING_CREDIT: TransferFlags = TransferFlags(1 << 7);
    /// Happened elsewhere at the given timestamp.
    pub const IMPORTED: TransferFlags = TransferFlags(1 << 8);
    /// The payer was warned of exactly this payment and wants it nevertheless.
    pub const CONFIRMED: TransferFlags = TransferFlags(1 << 9);
    /// In events only, beside `HELD`: it was asked to happen at once, and the hold made it pending.
    pub const PUT_OFF: TransferFlags = TransferFlags(1 << 11);
    /// In events only: pending until somebody has looked at it.
    pub const HELD: TransferFlags = TransferFlags(1 << 12);
    /// In events only: settles accrued interest.
    pub const INTEREST: TransferFlags = TransferFlags(1 << 13);
    /// In events only: takes back the transfer named by `pending_id`.
    pub const REVERSAL: TransferFlags = TransferFlags(1 << 14);
    /// All bits a caller may set.
    pub const ASKABLE: TransferFlags = TransferFlags(0x3ff);

    /// All bits of `other` are set.
    #[inline]
    pub fn has(self, other: TransferFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Without the bits of `other`.
    #[inline]
    pub fn without(self, other: TransferFlags) -> TransferFlags {
        TransferFlags(self.0 & !other.0)
    }

    /// At least one bit of `other` is set.
    #[inline]
    pub fn any(self, other: TransferFlags) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for TransferFlags {
    type Output = TransferFlags;
    fn bitor(self, other: TransferFlags) -> TransferFlags {
        TransferFlags(self.0 | other.0)
    }
}

impl BitOrAssign for TransferFlags {
    fn bitor_assign(&mut self, other: TransferFlags) {
        self.0 |= other.0;
    }
}

/// A transfer as asked for and, with every open field filled in, as it happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transfer {
    /// Chosen by the caller; neither zero nor 2^128 - 1.
    pub id: TransferId,
    /// Whence. Zero when posting or voiding: as the pending transfer has it.
    pub debit_account: AccountId,
    /// Whither. Zero when posting or voiding: as the pending transfer has it.
    pub credit_account: AccountId,
    /// Minor units of `ledger`. `Amount::MAX` when posting: the whole pending amount; zero when
    /// voiding: the same.
    pub amount: Amount,
    /// The pending transfer this one posts or voids; in an event, also the transfer a reversal takes back.
    pub pending_id: TransferId,
    /// Opaque to the bank; zero when posting or voiding: as the pending transfer has it.
    pub user_data_128: u128,
    /// Opaque to the bank; zero when posting or voiding: as the pending transfer has it.
    pub user_data_64: u64,
    /// Opaque to the bank; zero when posting or voiding: as the pending transfer has it.
    pub user_data_32: u32,
    /// Seconds after which a pending transfer is void; zero for never.
    pub timeout_s: u32,
    /// The currency of both accounts; zero when posting or voiding: as the pending transfer has it.
    pub ledger: Currency,
    /// Why (the kind of transfer); zero when posting or voiding: as the pending transfer has it.
    pub code: u16,
    /// Its behaviour.
    pub flags: TransferFlags,
    /// From when it counts for interest and value-dated balances.
    pub value_date: Day,
    /// Zero, or with `IMPORTED` when it happened elsewhere; in an event, when it was decided.
    pub timestamp: TimeNs,
}
