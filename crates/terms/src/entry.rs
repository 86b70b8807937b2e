//! An entry of several legs, in one or several currencies: all legs or none.

use crate::account::AccountId;
use crate::money::Amount;
use crate::time::Day;
use crate::transfer::TransferId;
use alloc::vec::Vec;

/// Which side of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Side {
    /// Left.
    Debit = 1,
    /// Right.
    Credit = 2,
}

impl Side {
    /// One word for programs, `debit`.
    pub fn word(self) -> &'static str {
        match self {
            Side::Debit => "debit",
            Side::Credit => "credit",
        }
    }

    /// The other one.
    pub fn opposite(self) -> Side {
        match self {
            Side::Debit => Side::Credit,
            Side::Credit => Side::Debit,
        }
    }
}

/// One amount on one side of one account, in that account's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Where.
    pub account: AccountId,
    /// Debit or credit.
    pub side: Side,
    /// How much; not zero.
    pub amount: Amount,
}

/// Several legs that balance per currency. An exchange has two legs in each currency, one of them on
/// the bank's position account of that currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Shares its id space with transfers.
    pub id: TransferId,
    /// Why; not zero.
    pub code: u16,
    /// From when it counts for interest and value-dated balances.
    pub value_date: Day,
    /// Opaque to the bank.
    pub user_data_128: u128,
    /// In events only: the entry this one takes back; zero otherwise.
    pub reverses: TransferId,
    /// At least two.
    pub legs: Vec<Leg>,
}
