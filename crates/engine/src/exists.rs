//! What a second transfer with the same id is told: exactly the same, or which field differs.

use crate::engine::Engine;
use crate::ledger::{NOWHERE, TransferRow};
use crate::state::Found;
use crate::transfer::RESOLVING;
use terms::{Amount, Refusal, Transfer, TransferFlags};

/// Flags whose `amount` is only an upper bound.
const BALANCING: TransferFlags =
    TransferFlags(TransferFlags::BALANCING_DEBIT.0 | TransferFlags::BALANCING_CREDIT.0);

impl Engine {
    /// Compares field by field, in the order of precedence.
    pub(crate) fn exists(&self, t: &Transfer, found: Found) -> Refusal {
        let Found::Transfer(place) = found else {
            return Refusal::ExistsWithDifferentContent;
        };
        let e = self.state.transfers.at(place);
        let put_off = e.flags.has(TransferFlags::PUT_OFF);
        if t.flags != as_asked(e.flags) {
            // The flags decide how the rest compares, so they come first.
            return Refusal::ExistsWithDifferentFlags;
        }
        let pending_id =
            if e.pending == NOWHERE { 0 } else { self.state.transfers.at(e.pending).id };
        if t.pending_id.0 != pending_id {
            return Refusal::ExistsWithDifferentPendingId;
        }
        if t.timeout_s != if put_off { 0 } else { e.timeout_s } {
            return Refusal::ExistsWithDifferentTimeout;
        }
        let resolved =
            if t.flags.any(RESOLVING) { Some(self.state.transfers.at(e.pending)) } else { None };
        if self.account_differs(t.debit_account.0, e.debit, resolved.is_some()) {
            return Refusal::ExistsWithDifferentDebitAccountId;
        }
        if self.account_differs(t.credit_account.0, e.credit, resolved.is_some()) {
            return Refusal::ExistsWithDifferentCreditAccountId;
        }
        if amount_differs(t, e, resolved) {
            return Refusal::ExistsWithDifferentAmount;
        }
        self.rest_differs(t, e, resolved).unwrap_or(Refusal::Exists)
    }

    /// Zero stands for the pending transfer's account when resolving.
    fn account_differs(&self, asked: u128, existing: u32, resolving: bool) -> bool {
        !(resolving && asked == 0) && asked != self.state.account_id(existing).0
    }

    /// User data, ledger, code and value date.
    fn rest_differs(
        &self,
        t: &Transfer,
        e: &TransferRow,
        resolved: Option<&TransferRow>,
    ) -> Option<Refusal> {
        let inherited_128 =
            resolved.filter(|_| t.user_data_128 == 0).map_or(t.user_data_128, |p| p.user_data_128);
        if inherited_128 != e.user_data_128 {
            return Some(Refusal::ExistsWithDifferentUserData128);
        }
        let inherited_64 =
            resolved.filter(|_| t.user_data_64 == 0).map_or(t.user_data_64, |p| p.user_data_64);
        if inherited_64 != e.user_data_64 {
            return Some(Refusal::ExistsWithDifferentUserData64);
        }
        let inherited_32 =
            resolved.filter(|_| t.user_data_32 == 0).map_or(t.user_data_32, |p| p.user_data_32);
        if inherited_32 != e.user_data_32 {
            return Some(Refusal::ExistsWithDifferentUserData32);
        }
        let ledger = self.state.accounts.at(e.debit).ledger;
        if !(resolved.is_some() && t.ledger.0 == 0) && t.ledger != ledger {
            return Some(Refusal::ExistsWithDifferentLedger);
        }
        if !(resolved.is_some() && t.code == 0) && t.code != e.code {
            return Some(Refusal::ExistsWithDifferentCode);
        }
        if t.value_date.or_booking(e.booking_date) != e.value_date {
            return Some(Refusal::ExistsWithDifferentValueDate);
        }
        None
    }
}

/// Flags without what a hold added to them.
pub(crate) fn as_asked(flags: TransferFlags) -> TransferFlags {
    let put_off = flags.has(TransferFlags::PUT_OFF);
    let added =
        if put_off { TransferFlags::PENDING | TransferFlags::PUT_OFF } else { TransferFlags(0) };
    flags.without(added | TransferFlags::HELD)
}

/// A balancing amount is a bound; posting "all" and voiding "whatever" mean the pending amount.
fn amount_differs(t: &Transfer, e: &TransferRow, resolved: Option<&TransferRow>) -> bool {
    match resolved {
        None if t.flags.any(BALANCING) => t.amount.0 < e.amount,
        None => t.amount.0 != e.amount,
        Some(p) if t.flags.has(TransferFlags::VOID_PENDING) && t.amount == Amount::ZERO => {
            e.amount != p.amount
        }
        Some(p) if t.flags.has(TransferFlags::POST_PENDING) && t.amount == Amount::MAX => {
            e.amount != p.amount
        }
        Some(_) => t.amount.0 != e.amount,
    }
}
