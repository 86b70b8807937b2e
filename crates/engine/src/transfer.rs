//! The rules of a transfer, in the order they speak, and what an accepted one does to the books.

use crate::engine::Engine;
use crate::ledger::{AccountRow, NOWHERE, TransferPhase, TransferRow};
use terms::limits::{VALUE_DATE_DAYS_AHEAD_MAX, VALUE_DATE_DAYS_BACK_MAX};
use terms::{
    Amount, Day, Event, Refusal, TimeNs, Transfer, TransferEvent, TransferFlags, TransferId,
};

/// Closing either side.
const CLOSING: TransferFlags =
    TransferFlags(TransferFlags::CLOSING_DEBIT.0 | TransferFlags::CLOSING_CREDIT.0);
/// Flags that cannot stand beside posting or voiding.
const NOT_WITH_RESOLVING: TransferFlags =
    TransferFlags(0b1111_0010 | CLOSING.0 | TransferFlags::CONFIRMED.0);
/// Posting or voiding.
pub(crate) const RESOLVING: TransferFlags =
    TransferFlags(TransferFlags::POST_PENDING.0 | TransferFlags::VOID_PENDING.0);
impl Engine {
    /// Same id and content answers `exists`; a new id is judged by every rule in order.
    pub(crate) fn decide_transfer(&self, time: TimeNs, asked: &Transfer, alone: bool) -> Event {
        match self.allow_transfer(time, asked) {
            Ok(transfer) => self.rule(time, asked, transfer, alone),
            Err(refusal) => self.transfer_refused(time, asked, refusal),
        }
    }

    /// The accepted transfer with every open field filled in. The first rule that refuses is the
    /// answer, so the order is part of the contract.
    pub(crate) fn allow_transfer(&self, time: TimeNs, t: &Transfer) -> Result<Transfer, Refusal> {
        let imported = t.flags.has(TransferFlags::IMPORTED);
        check_timestamp(imported, t.timestamp, time)?;
        // Where nobody warns, nothing can be confirmed.
        let confirms = t.flags.has(TransferFlags::CONFIRMED);
        if t.flags.0 & !TransferFlags::ASKABLE.0 != 0
            || (confirms && self.state.guard.sets.is_empty())
        {
            return Err(Refusal::ReservedFlag);
        }
        self.check_new_transfer_id(t.id, |found| self.exists(t, found))?;
        if t.flags.any(RESOLVING) {
            return self.allow_resolution(time, t);
        }
        check_shape(t)?;
        let debit_place =
            self.state.account_place(t.debit_account).ok_or(Refusal::DebitAccountNotFound)?;
        let credit_place =
            self.state.account_place(t.credit_account).ok_or(Refusal::CreditAccountNotFound)?;
        let debit = self.state.accounts.at(debit_place);
        let credit = self.state.accounts.at(credit_place);
        if debit.ledger != credit.ledger {
            return Err(Refusal::AccountsMustHaveTheSameLedger);
        }
        if t.ledger != debit.ledger {
            return Err(Refusal::TransferMustHaveTheSameLedgerAsAccounts);
        }
        if imported {
            self.check_imported(t, debit, credit)?;
        }
        let mut done = *t;
        done.timestamp = if imported { t.timestamp } else { time };
        done.value_date =
            self.value_date(t.value_date, self.booking_date_of(&done, time), &[debit, credit])?;
        if debit.flags.has(terms::AccountFlags::CLOSED) {
            return Err(Refusal::DebitAccountAlreadyClosed);
        }
        if credit.flags.has(terms::AccountFlags::CLOSED) {
            return Err(Refusal::CreditAccountAlreadyClosed);
        }
        done.amount = self.balanced_amount(t, debit, credit);
        self.check_fits(&done, debit, credit)?;
        // What happened elsewhere was let out elsewhere.
        if !imported {
            self.check_spending(debit, done.amount, (self.state.booking_date(time), time))?;
        }
        Ok(done)
    }

    /// Ids of transfers and entries share one space; `answer` compares with what exists.
    pub(crate) fn check_new_transfer_id(
        &self,
        id: TransferId,
        answer: impl FnOnce(crate::state::Found) -> Refusal,
    ) -> Result<(), Refusal> {
        if id.0 == 0 {
            return Err(Refusal::IdMustNotBeZero);
        }
        if id.0 == u128::MAX {
            return Err(Refusal::IdMustNotBeIntMax);
        }
        if let Some(found) = self.state.find(id.0) {
            return Err(answer(found));
        }
        if self.state.failed.contains(&id.0) {
            return Err(Refusal::IdAlreadyFailed);
        }
        Ok(())
    }

    /// Rules of what happened elsewhere: in order, after both accounts were opened, without timeout.
    pub(crate) fn check_imported(
        &self,
        t: &Transfer,
        debit: &AccountRow,
        credit: &AccountRow,
    ) -> Result<(), Refusal> {
        self.check_import_time(t.timestamp)?;
        if t.timestamp < debit.timestamp {
            return Err(Refusal::ImportedEventTimestampMustPostdateDebitAccount);
        }
        if t.timestamp < credit.timestamp {
            return Err(Refusal::ImportedEventTimestampMustPostdateCreditAccount);
        }
        if t.timeout_s != 0 {
            return Err(Refusal::ImportedEventTimeoutMustBeZero);
        }
        Ok(())
    }

    /// A transfer's timestamp is later than every transfer's before it and is no account's.
    pub(crate) fn check_import_time(&self, timestamp: TimeNs) -> Result<(), Refusal> {
        let regressed = self.state.transfers.last().is_some_and(|last| timestamp <= last.timestamp);
        if regressed || self.account_opened_at(timestamp) {
            return Err(Refusal::ImportedEventTimestampMustNotRegress);
        }
        Ok(())
    }

    /// The booking date of a transfer: of an imported one, the day it happened.
    pub(crate) fn booking_date_of(&self, t: &Transfer, time: TimeNs) -> Day {
        if t.flags.has(TransferFlags::IMPORTED) {
            t.timestamp.day_at(self.state.utc_offset_min())
        } else {
            self.state.booking_date(time)
        }
    }

    /// The value date in force, not too far from the booking date and not in a settled interest period.
    pub(crate) fn value_date(
        &self,
        asked: Day,
        booked: Day,
        touched: &[&AccountRow],
    ) -> Result<Day, Refusal> {
        let date = asked.or_booking(booked);
        // Interest is settled up to the business day at most; only an import is booked before it.
        if date == booked && booked >= self.state.business_day {
            return Ok(date);
        }
        let days = i64::from(date.0) - i64::from(booked.0);
        if days < -i64::from(VALUE_DATE_DAYS_BACK_MAX)
            || days > i64::from(VALUE_DATE_DAYS_AHEAD_MAX)
        {
            return Err(Refusal::ValueDateOutOfRange);
        }
        for account in touched {
            let interest = self.state.extras_of(account).and_then(|extras| extras.interest);
            if interest.is_some_and(|terms| date < terms.since) {
                return Err(Refusal::ValueDateBeforeInterestSettled);
            }
        }
        Ok(date)
    }

    /// What a balancing transfer moves; any other moves what it says.
    fn balanced_amount(&self, t: &Transfer, debit: &AccountRow, credit: &AccountRow) -> Amount {
        let mut amount = t.amount.0;
        if t.flags.has(TransferFlags::BALANCING_DEBIT) {
            amount = amount.min(self.available(debit));
        }
        if t.flags.has(TransferFlags::BALANCING_CREDIT) {
            amount = amount.min(credit.debits_posted.saturating_sub(credit.credits()));
        }
        Amount(amount)
    }

    /// Posted credits that neither debits nor holds take up.
    pub(crate) fn available(&self, account: &AccountRow) -> u128 {
        let free = account.credits_posted.saturating_sub(account.debits());
        match self.state.extras_of(account) {
            Some(extras) if extras.held_whole > 0 => 0,
            Some(extras) => free.saturating_sub(extras.held),
            None => free,
        }
    }

    /// No sum overflows and no account's own limit is exceeded.
    pub(crate) fn check_fits(
        &self,
        t: &Transfer,
        debit: &AccountRow,
        credit: &AccountRow,
    ) -> Result<(), Refusal> {
        let (amount, pending) = (t.amount.0, t.flags.has(TransferFlags::PENDING));
        if pending && debit.debits_pending.checked_add(amount).is_none() {
            return Err(Refusal::OverflowsDebitsPending);
        }
        if pending && credit.credits_pending.checked_add(amount).is_none() {
            return Err(Refusal::OverflowsCreditsPending);
        }
        if debit.debits_posted.checked_add(amount).is_none() {
            return Err(Refusal::OverflowsDebitsPosted);
        }
        if credit.credits_posted.checked_add(amount).is_none() {
            return Err(Refusal::OverflowsCreditsPosted);
        }
        let debits = debit.debits().checked_add(amount).ok_or(Refusal::OverflowsDebits)?;
        let credits = credit.credits().checked_add(amount).ok_or(Refusal::OverflowsCredits)?;
        if t.timeout_s != 0 && t.timestamp.plus_s(t.timeout_s).is_none() {
            return Err(Refusal::OverflowsTimeout);
        }
        // INVARIANT (limits): pending amounts count against the limit.
        if debit.flags.has(terms::AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS)
            && debits > debit.credits_posted
        {
            return Err(Refusal::ExceedsCredits);
        }
        if credit.flags.has(terms::AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS)
            && credits > credit.debits_posted
        {
            return Err(Refusal::ExceedsDebits);
        }
        self.check_hold(debit, debits, amount)
    }

    /// Money blocked by order stays.
    pub(crate) fn check_hold(
        &self,
        debit: &AccountRow,
        debits_after: u128,
        amount: u128,
    ) -> Result<(), Refusal> {
        let Some(extras) = self.state.extras_of(debit) else {
            return Ok(());
        };
        let whole = extras.held_whole > 0 && amount > 0;
        let part = extras.held > 0
            && amount > 0
            && debits_after > debit.credits_posted.saturating_sub(extras.held);
        if whole || part { Err(Refusal::ExceedsHold) } else { Ok(()) }
    }

    /// What the account may send at once and on one business day.
    pub(crate) fn check_spending(
        &self,
        debit: &AccountRow,
        amount: Amount,
        (booked, time): (Day, TimeNs),
    ) -> Result<(), Refusal> {
        let Some(extras) = self.state.extras_of(debit) else {
            return Ok(());
        };
        let terms = extras.terms_at(time);
        if terms.per_transfer.is_some_and(|most| amount > most) {
            return Err(Refusal::ExceedsTransferLimit);
        }
        let spent = if extras.spent_day == booked { extras.spent } else { 0 };
        if terms.per_day.is_some_and(|most| spent.saturating_add(amount.0) > most.0) {
            return Err(Refusal::ExceedsDailyLimit);
        }
        Ok(())
    }

    /// The event of an accepted transfer.
    pub(crate) fn transfer_done(&self, transfer: Transfer, time: TimeNs) -> Event {
        let booking_date = self.booking_date_of(&transfer, time);
        Event::Transfer(TransferEvent { transfer, booking_date, outcome: Ok(()), verdict: None })
    }

    /// The event of a refused transfer: as it was asked, with the time of the decision.
    pub(crate) fn transfer_refused(
        &self,
        time: TimeNs,
        asked: &Transfer,
        refusal: Refusal,
    ) -> Event {
        let mut transfer = *asked;
        if !asked.flags.has(TransferFlags::IMPORTED) {
            transfer.timestamp = time;
        }
        let booking_date = self.state.booking_date(time);
        Event::Transfer(TransferEvent {
            transfer,
            booking_date,
            outcome: Err(refusal),
            verdict: None,
        })
    }

    /// Makes a transfer so: both sides or neither.
    pub(crate) fn evolve_transfer(&mut self, event: &TransferEvent) {
        let t = &event.transfer;
        self.evolve_verdict(event);
        if let Err(refusal) = event.outcome {
            if refusal.is_transient() {
                self.state.failed.insert(t.id.0);
            }
            if !t.flags.has(TransferFlags::IMPORTED) {
                self.state.last_time = t.timestamp;
            }
            return;
        }
        self.state.last_time = TimeNs(self.state.last_time.0.max(t.timestamp.0));
        if t.flags.any(RESOLVING) {
            self.evolve_resolution(event);
            return;
        }
        self.observe(t);
        let debit = self.place_of(t.debit_account);
        let credit = self.place_of(t.credit_account);
        let pending = t.flags.has(TransferFlags::PENDING);
        let place = self.push_transfer(event, debit, credit, pending);
        if pending {
            self.reserve(t, debit, credit, place);
        } else {
            self.state.accounts.at_mut(debit).debits_posted += t.amount.0;
            self.state.accounts.at_mut(credit).credits_posted += t.amount.0;
            self.accrue_value_date(debit, -1, t.amount.0, event.booking_date, t.value_date);
            self.accrue_value_date(credit, 1, t.amount.0, event.booking_date, t.value_date);
        }
        if t.flags.any(TransferFlags::REVERSAL) {
            if let Some(crate::state::Found::Transfer(original)) = self.state.find(t.pending_id.0) {
                self.state.transfers.at_mut(original).reversed = true;
            }
            return;
        }
        if t.flags.any(TransferFlags::INTEREST) {
            self.interest_settled(event);
            return;
        }
        if !t.flags.has(TransferFlags::IMPORTED) {
            self.count_spending(debit, t.amount.0, event.booking_date);
        }
    }

    /// Reserves a pending amount, closes what is to be closed, and notes when it expires.
    fn reserve(&mut self, t: &Transfer, debit: u32, credit: u32, place: u32) {
        let row = self.state.accounts.at_mut(debit);
        row.debits_pending += t.amount.0;
        if t.flags.has(TransferFlags::CLOSING_DEBIT) {
            row.flags |= terms::AccountFlags::CLOSED;
        }
        let row = self.state.accounts.at_mut(credit);
        row.credits_pending += t.amount.0;
        if t.flags.has(TransferFlags::CLOSING_CREDIT) {
            row.flags |= terms::AccountFlags::CLOSED;
        }
        if let Some(expires) = self.state.transfers.at(place).expires() {
            self.state.expiries.insert((expires, place));
        }
    }

    /// Remembers a transfer under its id.
    pub(crate) fn push_transfer(
        &mut self,
        event: &TransferEvent,
        debit: u32,
        credit: u32,
        pending: bool,
    ) -> u32 {
        let t = &event.transfer;
        let named = if t.pending_id.0 == 0 { None } else { self.state.find(t.pending_id.0) };
        let place = self.state.transfers.push(TransferRow {
            id: t.id.0,
            amount: t.amount.0,
            user_data_128: t.user_data_128,
            user_data_64: t.user_data_64,
            timestamp: t.timestamp,
            record: self.state.records,
            debit,
            credit,
            pending: if let Some(crate::state::Found::Transfer(at)) = named { at } else { NOWHERE },
            user_data_32: t.user_data_32,
            timeout_s: t.timeout_s,
            value_date: t.value_date,
            booking_date: event.booking_date,
            code: t.code,
            flags: t.flags,
            phase: if pending { TransferPhase::Pending } else { TransferPhase::Final },
            reversed: false,
        });
        self.state.transfer_places.insert(t.id.0, place);
        place
    }

    /// Adds to what the account sent that day, where somebody set a limit.
    pub(crate) fn count_spending(&mut self, debit: u32, amount: u128, booked: Day) {
        let at = self.state.accounts.at(debit).extras;
        if at == NOWHERE {
            return;
        }
        let extras = &mut self.state.extras[at as usize];
        if extras.limited_since.is_none() {
            return;
        }
        if extras.spent_day != booked {
            extras.spent_day = booked;
            extras.spent = 0;
        }
        extras.spent = extras.spent.saturating_add(amount);
    }

    /// The place of an account that `decide` has seen.
    pub(crate) fn place_of(&self, id: terms::AccountId) -> u32 {
        let place = self.state.account_place(id).unwrap_or(NOWHERE);
        assert!(place != NOWHERE, "decide let account {id} through unknown");
        place
    }
}

/// Only what was imported brings its own time, and that time is past.
pub(crate) fn check_timestamp(
    imported: bool,
    timestamp: TimeNs,
    now: TimeNs,
) -> Result<(), Refusal> {
    if !imported {
        return if timestamp.0 == 0 { Ok(()) } else { Err(Refusal::TimestampMustBeZero) };
    }
    if timestamp.0 == 0 || timestamp.0 > i64::MAX as u64 {
        return Err(Refusal::ImportedEventTimestampOutOfRange);
    }
    if timestamp >= now { Err(Refusal::ImportedEventTimestampMustNotAdvance) } else { Ok(()) }
}

/// What can be seen without the books.
fn check_shape(t: &Transfer) -> Result<(), Refusal> {
    let flags = t.flags;
    debug_assert!(!flags.any(RESOLVING), "posting and voiding have their own rules");
    if flags.has(TransferFlags::CONFIRMED | TransferFlags::IMPORTED) {
        return Err(Refusal::FlagsAreMutuallyExclusive);
    }
    if t.debit_account.0 == 0 {
        return Err(Refusal::DebitAccountIdMustNotBeZero);
    }
    if t.debit_account.0 == u128::MAX {
        return Err(Refusal::DebitAccountIdMustNotBeIntMax);
    }
    if t.credit_account.0 == 0 {
        return Err(Refusal::CreditAccountIdMustNotBeZero);
    }
    if t.credit_account.0 == u128::MAX {
        return Err(Refusal::CreditAccountIdMustNotBeIntMax);
    }
    if t.debit_account == t.credit_account {
        return Err(Refusal::AccountsMustBeDifferent);
    }
    if t.pending_id.0 != 0 {
        return Err(Refusal::PendingIdMustBeZero);
    }
    if !flags.has(TransferFlags::PENDING) && t.timeout_s != 0 {
        return Err(Refusal::TimeoutReservedForPendingTransfer);
    }
    if !flags.has(TransferFlags::PENDING) && flags.any(CLOSING) {
        return Err(Refusal::ClosingTransferMustBePending);
    }
    if t.ledger.0 == 0 {
        return Err(Refusal::LedgerMustNotBeZero);
    }
    if t.code == 0 {
        return Err(Refusal::CodeMustNotBeZero);
    }
    Ok(())
}

/// Posting and voiding exclude each other and what only a first phase can be.
pub(crate) fn check_resolving_flags(flags: TransferFlags) -> Result<(), Refusal> {
    if flags.has(RESOLVING) || flags.any(NOT_WITH_RESOLVING) {
        return Err(Refusal::FlagsAreMutuallyExclusive);
    }
    Ok(())
}
