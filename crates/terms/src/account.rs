//! Accounts and what stands around them: flags, the chart of accounts, limits and interest terms.

use crate::money::{Amount, Currency};
use crate::time::TimeNs;
use alloc::string::String;
use core::fmt;
use core::ops::{BitOr, BitOrAssign};

/// An account by its 128-bit id, chosen by the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct AccountId(pub u128);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Behaviour of an account; a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct AccountFlags(pub u16);

impl AccountFlags {
    /// Stands or falls together with the next command of the request.
    pub const LINKED: AccountFlags = AccountFlags(1);
    /// Debits, pending ones included, must not exceed posted credits (a deposit that must not be overdrawn).
    pub const DEBITS_MUST_NOT_EXCEED_CREDITS: AccountFlags = AccountFlags(1 << 1);
    /// Credits, pending ones included, must not exceed posted debits (a till that must not go below zero).
    pub const CREDITS_MUST_NOT_EXCEED_DEBITS: AccountFlags = AccountFlags(1 << 2);
    /// Its owner wants balances after each transfer. Statements show them for every account, so that it
    /// changes nothing here; kept for those whose data carries it.
    pub const HISTORY: AccountFlags = AccountFlags(1 << 3);
    /// Opened with a given timestamp from another system.
    pub const IMPORTED: AccountFlags = AccountFlags(1 << 4);
    /// Takes no more transfers.
    pub const CLOSED: AccountFlags = AccountFlags(1 << 5);
    /// All bits that have a meaning.
    pub const ALL: AccountFlags = AccountFlags(0b11_1111);

    /// All bits of `other` are set.
    #[inline]
    pub fn has(self, other: AccountFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Without the bits of `other`.
    #[inline]
    pub fn without(self, other: AccountFlags) -> AccountFlags {
        AccountFlags(self.0 & !other.0)
    }
}

impl BitOr for AccountFlags {
    type Output = AccountFlags;
    fn bitor(self, other: AccountFlags) -> AccountFlags {
        AccountFlags(self.0 | other.0)
    }
}

impl BitOrAssign for AccountFlags {
    fn bitor_assign(&mut self, other: AccountFlags) {
        self.0 |= other.0;
    }
}

/// An account as one asks for it. Balances are not part of it: only transfers change them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Chosen by the caller; neither zero nor 2^128 - 1.
    pub id: AccountId,
    /// Opaque to the bank.
    pub user_data_128: u128,
    /// Opaque to the bank.
    pub user_data_64: u64,
    /// Opaque to the bank.
    pub user_data_32: u32,
    /// The ledger it belongs to, which is its currency.
    pub ledger: Currency,
    /// Its place in the chart of accounts.
    pub code: u16,
    /// Its behaviour.
    pub flags: AccountFlags,
    /// Zero, or with `IMPORTED` when it was opened elsewhere; in an event, when it was opened.
    pub timestamp: TimeNs,
}

/// Which side of the books a chart line stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ChartClass {
    /// What the bank has: cash, loans, claims. Grows with debits.
    Asset = 1,
    /// What the bank owes: deposits. Grows with credits.
    Liability = 2,
    /// What belongs to the owners.
    Equity = 3,
    /// Earned.
    Income = 4,
    /// Spent.
    Expense = 5,
    /// Claims and obligations of both sides: clearing, positions in currencies.
    Common = 6,
    /// Memorandum accounts.
    OffBalance = 7,
}

impl ChartClass {
    /// One word for programs, `off_balance`.
    pub fn word(self) -> &'static str {
        match self {
            ChartClass::Asset => "asset",
            ChartClass::Liability => "liability",
            ChartClass::Equity => "equity",
            ChartClass::Income => "income",
            ChartClass::Expense => "expense",
            ChartClass::Common => "common",
            ChartClass::OffBalance => "off_balance",
        }
    }
}

/// One line of the chart of accounts: what accounts with this `code` are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartLine {
    /// The code accounts carry; not zero.
    pub code: u16,
    /// Its side of the books.
    pub class: ChartClass,
    /// Its name; not personal data.
    pub name: String,
}

/// What an account may send. Pending amounts count, from the first limits an account gets; what was
/// imported happened elsewhere and does not. `None` is no limit; zero lets nothing out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpendingLimits {
    /// Whose.
    pub account: AccountId,
    /// Most for one transfer.
    pub per_transfer: Option<Amount>,
    /// Most for all debits of one business day together.
    pub per_day: Option<Amount>,
}

/// What whoever holds an account wants it to send at most. What is tighter than before counts at once; what is looser waits the
/// cooling-off that counts then, so that nobody is talked out of their own limits in one call. A shorter cooling-off is looser, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitPlan {
    /// Whose.
    pub account: AccountId,
    /// Most for one transfer; `None` is no limit.
    pub per_transfer: Option<Amount>,
    /// Most for all debits of one business day together; `None` is no limit.
    pub per_day: Option<Amount>,
    /// Hours that a looser limit waits, 0 to 72.
    pub cooling_h: u8,
    /// Who asked for it; not personal data.
    pub by: String,
}

/// Days of an interest year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum DayBasis {
    /// Actual/360.
    Actual360 = 360,
    /// Actual/365 fixed.
    Actual365 = 365,
}

impl DayBasis {
    /// One word for programs, `actual_360`.
    pub fn word(self) -> &'static str {
        match self {
            DayBasis::Actual360 => "actual_360",
            DayBasis::Actual365 => "actual_365",
        }
    }
}

/// How an account earns or owes interest: on its value-dated balance of each calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterestTerms {
    /// Whose.
    pub account: AccountId,
    /// Yearly rate in millionths: 2.5 % is 25,000.
    pub rate_ppm: u32,
    /// Days of a year.
    pub basis: DayBasis,
    /// Pays what a credit balance earns and takes what a debit balance owes.
    pub counter_account: AccountId,
}
