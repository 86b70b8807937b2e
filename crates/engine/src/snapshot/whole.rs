//! Whether a state read from bytes names only what is in it. That its sums are right is for the hash in the
//! journal to say; that no place leads nowhere is looked at here, so that bytes of any kind are refused
//! and never end the program.

use crate::guard::SetRow;
use crate::ledger::{AccountRow, Interest, NOWHERE, TransferRow};
use crate::risk::{Model, Program};
use crate::state::State;
use crate::transfer::RESOLVING;
use terms::AccountId;

/// Every place that a row names exists, and sums that the rules add up can be added up.
pub(super) fn is_whole(s: &State) -> bool {
    let has_account = |place: u32| (place as usize) < s.accounts.len();
    let has_extras = |place: u32| has_account(place) && s.accounts.at(place).extras != NOWHERE;
    let known = |id: AccountId| s.account_place(id);
    s.accounts.len() == s.account_ids.len()
        && s.accounts.iter().all(|row| account_is_whole(row, s.extras.len()))
        && s.extras
            .iter()
            .filter_map(|e| e.interest)
            .all(|Interest { counter, .. }| has_account(counter))
        && s.interest_bearing.iter().all(|place| has_extras(*place))
        && s.ahead.keys().all(|(_, place)| has_account(*place))
        && s.holds.values().all(|row| known(row.hold.account).is_some_and(has_extras))
        && s.orders.rows.values().all(|row| known(row.order.debit_account).is_some())
        && s.transfers.iter().all(|row| {
            has_account(row.debit)
                && has_account(row.credit)
                && names_a_transfer(row, s.transfers.len())
        })
        && guard_is_whole(s)
        && s.entries.iter().flat_map(|entry| &entry.legs).all(|leg| known(leg.account).is_some())
}

/// Rule sets in force exist, and so do the programs they run and the accounts that somebody owns.
fn guard_is_whole(s: &State) -> bool {
    let guard = &s.guard;
    let program = |row: &SetRow| {
        let program = guard.whole(&row.set.program);
        let model = row.set.model.map(|hash| guard.whole(&hash).map(Model::of_bytes));
        program.is_some_and(|bytes| Program::of_bytes(bytes).is_ok())
            && model.is_none_or(|read| read.is_some_and(|model| model.is_ok()))
    };
    let set = |number: &u16| guard.set(*number).is_some_and(program);
    guard.active.iter().chain(&guard.trial).all(set)
        && guard.artifacts.values().all(|artifact| artifact.bytes.len() <= artifact.size as usize)
        && guard.owned.iter().all(|owned| (owned.account as usize) < s.accounts.len())
}

fn account_is_whole(row: &AccountRow, extras: usize) -> bool {
    (row.extras == NOWHERE || (row.extras as usize) < extras)
        && row.debits_pending.checked_add(row.debits_posted).is_some()
        && row.credits_pending.checked_add(row.credits_posted).is_some()
}

/// Posting and voiding name a transfer; others may.
fn names_a_transfer(row: &TransferRow, transfers: usize) -> bool {
    if row.pending == NOWHERE {
        !row.flags.any(RESOLVING)
    } else {
        (row.pending as usize) < transfers
    }
}
