//! The node on a real disk and on one that fails: what is answered is durable, what is shown is
//! durable, what is replayed is what was.

#![allow(clippy::unwrap_used, reason = "what cannot go on in a test fails it")]

mod turning;
mod running;
mod verifying;
mod atomic;
mod extremes;
mod waiting;
mod slow;

use node::{Node, NodeOptions};
use proof::SignerKey;
use terms::*;

/// The bank of these tests.
pub(crate) const ORIGIN: &str = "bank.example/journal";

pub(crate) fn signer() -> SignerKey {
    SignerKey::from_seed(ORIGIN, &[7; 32]).unwrap()
}

pub(crate) fn options() -> NodeOptions {
    NodeOptions {
        journal: journal::Options { segment_bytes: 1 << 20, ..journal::Options::default() },
        ..NodeOptions::default()
    }
}

pub(crate) fn create<D: journal::Disk>(disk: D) -> Node<D> {
    Node::create(disk, ORIGIN, signer(), options()).unwrap()
}

pub(crate) fn open<D: journal::Disk>(disk: D) -> Node<D> {
    Node::open(disk, signer(), options()).unwrap().0
}

pub(crate) fn account(id: u128) -> Command {
    let flags = if id == 1 {
        AccountFlags::default()
    } else {
        AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS
    };
    Command::CreateAccount(Account {
        id: AccountId(id),
        ledger: Currency::CNY,
        code: 1,
        flags,
        ..Account::default()
    })
}

pub(crate) fn pay(id: u128, debit: u128, credit: u128, amount: u128) -> Command {
    Command::Transfer(Transfer {
        id: TransferId(id),
        debit_account: AccountId(debit),
        credit_account: AccountId(credit),
        amount: Amount(amount),
        ledger: Currency::CNY,
        code: 1,
        ..Transfer::default()
    })
}
