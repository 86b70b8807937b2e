//! The second phase: posting, voiding and expiring what is pending; and taking back what was posted.

use crate::engine::Engine;
use crate::guard::CaseStatus;
use crate::ledger::{NOWHERE, TransferPhase, TransferRow};
use crate::made_id::made_id;
use crate::state::Found;
use crate::transfer::check_resolving_flags;
use sha2::{Digest, Sha256};
use terms::{
    AccountFlags, Amount, Command, Day, Event, Refusal, TimeNs, Transfer, TransferEvent,
    TransferFlags, TransferId,
};

/// Of a posting that only the bank itself makes: of what was held, at its end.
pub(crate) const LET_GO: TransferFlags =
    TransferFlags(TransferFlags::POST_PENDING.0 | TransferFlags::HELD.0);
/// What the hash begins with that such a posting's id comes from, so that it is no hash of anything else.
const LET_GO_PREFIX: &[u8] = b"tongjian let go v1\0";

impl Engine {
    /// The rules of posting and voiding, in order; called once the id is known to be new.
    pub(crate) fn allow_resolution(&self, time: TimeNs, t: &Transfer) -> Result<Transfer, Refusal> {
        check_resolving_flags(t.flags)?;
        if t.pending_id.0 == 0 {
            return Err(Refusal::PendingIdMustNotBeZero);
        }
        if t.pending_id.0 == u128::MAX {
            return Err(Refusal::PendingIdMustNotBeIntMax);
        }
        if t.pending_id == t.id {
            return Err(Refusal::PendingIdMustBeDifferent);
        }
        if t.timeout_s != 0 {
            return Err(Refusal::TimeoutReservedForPendingTransfer);
        }
        let p = match self.state.find(t.pending_id.0) {
            Some(Found::Transfer(place)) => self.state.transfers.at(place),
            Some(Found::Entry(_)) => return Err(Refusal::PendingTransferNotPending),
            None => return Err(Refusal::PendingTransferNotFound),
        };
        if !p.flags.has(TransferFlags::PENDING) {
            return Err(Refusal::PendingTransferNotPending);
        }
        let mut done = self.inherit(t, p)?;
        done.amount = resolved_amount(t, p)?;
        check_phase(p, time)?;
        if p.flags.has(TransferFlags::HELD) {
            self.check_review(p.id, t.flags.has(TransferFlags::POST_PENDING))?;
        }
        self.check_resolved(time, t, p, done)
    }

    /// The last rules of posting and voiding: when, from which day on it counts, and whether both accounts take it.
    fn check_resolved(
        &self,
        time: TimeNs,
        t: &Transfer,
        p: &TransferRow,
        mut done: Transfer,
    ) -> Result<Transfer, Refusal> {
        let debit = self.state.accounts.at(p.debit);
        let credit = self.state.accounts.at(p.credit);
        if t.flags.has(TransferFlags::IMPORTED) {
            self.check_import_time(t.timestamp)?;
        } else {
            done.timestamp = time;
        }
        done.value_date =
            self.value_date(t.value_date, self.booking_date_of(&done, time), &[debit, credit])?;
        let voiding = t.flags.has(TransferFlags::VOID_PENDING);
        if debit.flags.has(AccountFlags::CLOSED) && !voiding {
            return Err(Refusal::DebitAccountAlreadyClosed);
        }
        if credit.flags.has(AccountFlags::CLOSED) && !voiding {
            return Err(Refusal::CreditAccountAlreadyClosed);
        }
        Ok(done)
    }

    /// Fills open fields from the pending transfer and refuses those that contradict it.
    fn inherit(&self, t: &Transfer, p: &TransferRow) -> Result<Transfer, Refusal> {
        let mut done = *t;
        let (debit, credit) = (self.state.account_id(p.debit), self.state.account_id(p.credit));
        if t.debit_account.0 != 0 && t.debit_account != debit {
            return Err(Refusal::PendingTransferHasDifferentDebitAccountId);
        }
        if t.credit_account.0 != 0 && t.credit_account != credit {
            return Err(Refusal::PendingTransferHasDifferentCreditAccountId);
        }
        let ledger = self.state.accounts.at(p.debit).ledger;
        if t.ledger.0 != 0 && t.ledger != ledger {
            return Err(Refusal::PendingTransferHasDifferentLedger);
        }
        if t.code != 0 && t.code != p.code {
            return Err(Refusal::PendingTransferHasDifferentCode);
        }
        done.debit_account = debit;
        done.credit_account = credit;
        done.ledger = ledger;
        done.code = p.code;
        if t.user_data_128 == 0 {
            done.user_data_128 = p.user_data_128;
        }
        if t.user_data_64 == 0 {
            done.user_data_64 = p.user_data_64;
        }
        if t.user_data_32 == 0 {
            done.user_data_32 = p.user_data_32;
        }
        Ok(done)
    }

    /// Releases what was reserved and posts what is posted of it.
    pub(crate) fn evolve_resolution(&mut self, event: &TransferEvent) {
        let t = &event.transfer;
        let Some(Found::Transfer(at)) = self.state.find(t.pending_id.0) else {
            assert!(t.pending_id.0 == 0, "decide let {} resolve what does not exist", t.id);
            return;
        };
        let p = *self.state.transfers.at(at);
        let posting = t.flags.has(TransferFlags::POST_PENDING);
        if t.flags.has(LET_GO) {
            self.end_case(p.id, CaseStatus::Passed);
        }
        self.push_transfer(event, p.debit, p.credit, false);
        self.release(at, if posting { TransferPhase::Posted } else { TransferPhase::Voided });
        if !posting {
            self.give_back_spending(&p, p.amount);
            return;
        }
        self.state.accounts.at_mut(p.debit).debits_posted += t.amount.0;
        self.state.accounts.at_mut(p.credit).credits_posted += t.amount.0;
        self.accrue_value_date(p.debit, -1, t.amount.0, event.booking_date, t.value_date);
        self.accrue_value_date(p.credit, 1, t.amount.0, event.booking_date, t.value_date);
        self.give_back_spending(&p, p.amount - t.amount.0);
    }

    /// Ends a pending transfer: the reservation goes; unless it is posted, closed accounts open again.
    pub(crate) fn release(&mut self, at: u32, phase: TransferPhase) {
        let p = *self.state.transfers.at(at);
        self.state.transfers.at_mut(at).phase = phase;
        self.state.accounts.at_mut(p.debit).debits_pending -= p.amount;
        self.state.accounts.at_mut(p.credit).credits_pending -= p.amount;
        if let Some(expires) = p.expires() {
            self.state.expiries.remove(&(expires, at));
        }
        if phase == TransferPhase::Posted {
            return;
        }
        for (flag, place) in
            [(TransferFlags::CLOSING_DEBIT, p.debit), (TransferFlags::CLOSING_CREDIT, p.credit)]
        {
            if p.flags.has(flag) {
                let row = self.state.accounts.at_mut(place);
                row.flags = row.flags.without(AccountFlags::CLOSED);
            }
        }
    }

    /// What was reserved on the same business day and not posted does not count as spent.
    pub(crate) fn give_back_spending(&mut self, p: &TransferRow, amount: u128) {
        let at = self.state.accounts.at(p.debit).extras;
        if at == NOWHERE {
            return;
        }
        let extras = &mut self.state.extras[at as usize];
        let counted = extras.limited_since.is_some_and(|since| since < p.record)
            && !p.flags.has(TransferFlags::IMPORTED);
        if counted && extras.spent_day == p.booking_date {
            extras.spent = extras.spent.saturating_sub(amount);
        }
    }

    /// Whether a pending transfer may be expired now.
    pub(crate) fn allow_expiry(&self, time: TimeNs, pending: TransferId) -> Result<(), Refusal> {
        let p = match self.state.find(pending.0) {
            Some(Found::Transfer(place)) => self.state.transfers.at(place),
            Some(Found::Entry(_)) => return Err(Refusal::PendingTransferNotPending),
            None => return Err(Refusal::PendingTransferNotFound),
        };
        match p.phase {
            TransferPhase::Final => Err(Refusal::PendingTransferNotPending),
            TransferPhase::Posted => Err(Refusal::PendingTransferAlreadyPosted),
            TransferPhase::Voided => Err(Refusal::PendingTransferAlreadyVoided),
            TransferPhase::Expired => Err(Refusal::PendingTransferExpired),
            TransferPhase::Pending if p.expires().is_some_and(|end| end <= time) => Ok(()),
            TransferPhase::Pending => Err(Refusal::NotDueYet),
        }
    }

    /// A pending transfer's time is over: it gives its money back, or is posted if risk control held it and its rule set
    /// says so.
    pub(crate) fn decide_expiry(&self, time: TimeNs, pending: TransferId) -> Event {
        let outcome = self.allow_expiry(time, pending);
        match self.let_go(time, pending).filter(|_| outcome.is_ok()) {
            Some(done) => self.transfer_done(done, time),
            None => self.act(time, Command::Expire { pending }, outcome),
        }
    }

    /// The posting of a held payment whose time is over. Nothing if its rule set wants it back, or if the books do not
    /// take it any more: then it goes back.
    fn let_go(&self, time: TimeNs, pending: TransferId) -> Option<Transfer> {
        let Some(Found::Transfer(place)) = self.state.find(pending.0) else { return None };
        let p = self.state.transfers.at(place);
        // A payment asked for in two phases has a clock of its payer's, who wants it back at the end.
        let ours = TransferFlags::HELD | TransferFlags::PUT_OFF;
        if !p.flags.has(ours) || !self.passes_at_end(p.id) {
            return None;
        }
        let id = let_go_id(pending);
        self.check_new_transfer_id(id, |_| Refusal::Exists).ok()?;
        let t = Transfer {
            id,
            pending_id: pending,
            amount: Amount(p.amount),
            flags: LET_GO,
            ..Transfer::default()
        };
        let done = self.inherit(&t, p).ok()?;
        self.check_resolved(time, &t, p, done).ok()
    }

    /// A reversal is a new transfer or entry with the sides exchanged; nothing is rewritten.
    pub(crate) fn decide_reversal(
        &self,
        time: TimeNs,
        id: TransferId,
        of: TransferId,
        value_date: Day,
    ) -> Event {
        let asked = Command::Reverse { id, of, value_date };
        let refused = |refusal| self.act(time, asked.clone(), Err(refusal));
        if let Err(refusal) =
            self.check_new_transfer_id(id, |found| self.reversal_exists(found, of, value_date))
        {
            return refused(refusal);
        }
        match self.state.find(of.0) {
            None => refused(Refusal::ReversedNotFound),
            Some(Found::Entry(place)) => {
                match self.allow_entry_reversal(time, id, place, value_date) {
                    Ok(entry) => self.act(time, Command::PostEntry(entry), Ok(())),
                    Err(refusal) => refused(refusal),
                }
            }
            Some(Found::Transfer(place)) => {
                match self.allow_transfer_reversal(time, id, place, value_date) {
                    Ok(transfer) => self.transfer_done(transfer, time),
                    Err(refusal) => refused(refusal),
                }
            }
        }
    }

    /// The rules of taking back a transfer.
    fn allow_transfer_reversal(
        &self,
        time: TimeNs,
        id: TransferId,
        place: u32,
        value_date: Day,
    ) -> Result<Transfer, Refusal> {
        let o = self.state.transfers.at(place);
        if o.flags.any(TransferFlags(TransferFlags::PENDING.0 | TransferFlags::VOID_PENDING.0)) {
            return Err(Refusal::ReversedNotPosted);
        }
        if o.reversed {
            return Err(Refusal::AlreadyReversed);
        }
        let (debit, credit) = (self.state.accounts.at(o.credit), self.state.accounts.at(o.debit));
        let value_date =
            self.value_date(value_date, self.state.booking_date(time), &[debit, credit])?;
        if debit.flags.has(AccountFlags::CLOSED) {
            return Err(Refusal::DebitAccountAlreadyClosed);
        }
        if credit.flags.has(AccountFlags::CLOSED) {
            return Err(Refusal::CreditAccountAlreadyClosed);
        }
        let transfer = Transfer {
            id,
            debit_account: self.state.account_id(o.credit),
            credit_account: self.state.account_id(o.debit),
            amount: Amount(o.amount),
            pending_id: TransferId(o.id),
            user_data_128: o.user_data_128,
            user_data_64: o.user_data_64,
            user_data_32: o.user_data_32,
            timeout_s: 0,
            ledger: debit.ledger,
            code: o.code,
            flags: TransferFlags::REVERSAL,
            value_date,
            timestamp: time,
        };
        self.check_fits(&transfer, debit, credit)?;
        Ok(transfer)
    }

    /// Asking again for the same reversal answers `exists`.
    fn reversal_exists(&self, found: Found, of: TransferId, asked: Day) -> Refusal {
        let (same, counts, booked) = match found {
            Found::Transfer(place) => {
                let row = self.state.transfers.at(place);
                let same = row.flags.has(TransferFlags::REVERSAL)
                    && row.pending != NOWHERE
                    && self.state.transfers.at(row.pending).id == of.0;
                (same, row.value_date, row.booking_date)
            }
            Found::Entry(place) => {
                let row = &self.state.entries[place as usize];
                (row.reverses == of.0, row.value_date, row.booking_date)
            }
        };
        if !same {
            Refusal::ExistsWithDifferentContent
        } else if counts != asked.or_booking(booked) {
            Refusal::ExistsWithDifferentValueDate
        } else {
            Refusal::Exists
        }
    }
}

/// The id under which a held payment is posted at its end: nobody chose one.
fn let_go_id(pending: TransferId) -> TransferId {
    let hash = Sha256::new_with_prefix(LET_GO_PREFIX).chain_update(pending.0.to_le_bytes());
    TransferId(made_id(hash))
}

/// What is posted or voided of the pending amount.
fn resolved_amount(t: &Transfer, p: &TransferRow) -> Result<Amount, Refusal> {
    let voiding = t.flags.has(TransferFlags::VOID_PENDING);
    let whole = if voiding { t.amount == Amount::ZERO } else { t.amount == Amount::MAX };
    let amount = if whole { p.amount } else { t.amount.0 };
    if amount > p.amount {
        return Err(Refusal::ExceedsPendingTransferAmount);
    }
    if voiding && amount < p.amount {
        return Err(Refusal::PendingTransferHasDifferentAmount);
    }
    Ok(Amount(amount))
}

/// Only what is still pending, and in time, can be resolved.
fn check_phase(p: &TransferRow, time: TimeNs) -> Result<(), Refusal> {
    match p.phase {
        TransferPhase::Final => Err(Refusal::PendingTransferNotPending),
        TransferPhase::Posted => Err(Refusal::PendingTransferAlreadyPosted),
        TransferPhase::Voided => Err(Refusal::PendingTransferAlreadyVoided),
        TransferPhase::Expired => Err(Refusal::PendingTransferExpired),
        TransferPhase::Pending if p.expires().is_some_and(|end| end <= time) => {
            Err(Refusal::PendingTransferExpired)
        }
        TransferPhase::Pending => Ok(()),
    }
}
