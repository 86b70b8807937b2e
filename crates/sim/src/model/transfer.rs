//! The rules of transfers: the first phase, the second, and what a repeated id is told.

use super::Model;
use super::decide::{Decided, check_time, unless};
use super::sums::{Balance, is_resolution};
use terms::Refusal::*;
use terms::limits::{VALUE_DATE_DAYS_AHEAD_MAX, VALUE_DATE_DAYS_BACK_MAX};
use terms::*;

impl Model {
    pub(super) fn transfer_allowed(&self, time: TimeNs, t: &Transfer) -> Decided<Transfer> {
        let imported = t.flags.has(TransferFlags::IMPORTED);
        check_time(imported, t.timestamp, time)?;
        unless(t.flags.0 >= 1 << 9, ReservedFlag)?;
        self.new_id(t.id, |model| model.transfer_exists(t))?;
        let (posting, voiding) =
            (t.flags.has(TransferFlags::POST_PENDING), t.flags.has(TransferFlags::VOID_PENDING));
        let mut done =
            if posting || voiding { self.resolved(time, t)? } else { self.first_phase(t)? };
        done.timestamp = if imported { t.timestamp } else { time };
        let booked =
            if imported { t.timestamp.day_at(self.offset_min()) } else { self.booking_date(time) };
        let accounts = [done.debit_account, done.credit_account];
        done.value_date = self.value_date(t.value_date, booked, &accounts)?;
        let [debit, credit] = self.balances(accounts)?;
        unless(debit.closed && !voiding, DebitAccountAlreadyClosed)?;
        unless(credit.closed && !voiding, CreditAccountAlreadyClosed)?;
        if posting || voiding {
            return Ok(done);
        }
        done.amount = self.balanced(&done, &debit, &credit);
        self.check_fits(&done, &debit, &credit)?;
        if !imported {
            self.check_spending(done.debit_account, done.amount.0, (booked, time))?;
        }
        Ok(done)
    }

    /// What a transfer must be that is no second phase.
    fn first_phase(&self, t: &Transfer) -> Decided<Transfer> {
        let pending = t.flags.has(TransferFlags::PENDING);
        let closing =
            t.flags.has(TransferFlags::CLOSING_DEBIT) || t.flags.has(TransferFlags::CLOSING_CREDIT);
        unless(t.debit_account.0 == 0, DebitAccountIdMustNotBeZero)?;
        unless(t.debit_account.0 == u128::MAX, DebitAccountIdMustNotBeIntMax)?;
        unless(t.credit_account.0 == 0, CreditAccountIdMustNotBeZero)?;
        unless(t.credit_account.0 == u128::MAX, CreditAccountIdMustNotBeIntMax)?;
        unless(t.debit_account == t.credit_account, AccountsMustBeDifferent)?;
        unless(t.pending_id.0 != 0, PendingIdMustBeZero)?;
        unless(!pending && t.timeout_s != 0, TimeoutReservedForPendingTransfer)?;
        unless(!pending && closing, ClosingTransferMustBePending)?;
        unless(t.ledger.0 == 0, LedgerMustNotBeZero)?;
        unless(t.code == 0, CodeMustNotBeZero)?;
        let debit = self.account(t.debit_account).ok_or(DebitAccountNotFound)?;
        let credit = self.account(t.credit_account).ok_or(CreditAccountNotFound)?;
        unless(debit.ledger != credit.ledger, AccountsMustHaveTheSameLedger)?;
        unless(t.ledger != debit.ledger, TransferMustHaveTheSameLedgerAsAccounts)?;
        if t.flags.has(TransferFlags::IMPORTED) {
            self.check_import_order(t.timestamp)?;
            unless(t.timestamp <= debit.timestamp, ImportedEventTimestampMustPostdateDebitAccount)?;
            unless(
                t.timestamp <= credit.timestamp,
                ImportedEventTimestampMustPostdateCreditAccount,
            )?;
            unless(t.timeout_s != 0, ImportedEventTimeoutMustBeZero)?;
        }
        Ok(*t)
    }

    fn check_import_order(&self, timestamp: TimeNs) -> Decided<()> {
        let after_transfers = self.transfers().all(|(_, other)| other.timestamp < timestamp);
        let beside_accounts = self.accounts().all(|account| account.timestamp != timestamp);
        unless(!(after_transfers && beside_accounts), ImportedEventTimestampMustNotRegress)
    }

    /// A posting or voiding with every open field filled in.
    fn resolved(&self, time: TimeNs, t: &Transfer) -> Decided<Transfer> {
        let voiding = t.flags.has(TransferFlags::VOID_PENDING);
        let others = [
            TransferFlags::PENDING,
            TransferFlags::BALANCING_DEBIT,
            TransferFlags::BALANCING_CREDIT,
            TransferFlags::CLOSING_DEBIT,
            TransferFlags::CLOSING_CREDIT,
        ];
        unless(voiding && t.flags.has(TransferFlags::POST_PENDING), FlagsAreMutuallyExclusive)?;
        unless(others.iter().any(|flag| t.flags.has(*flag)), FlagsAreMutuallyExclusive)?;
        unless(t.pending_id.0 == 0, PendingIdMustNotBeZero)?;
        unless(t.pending_id.0 == u128::MAX, PendingIdMustNotBeIntMax)?;
        unless(t.pending_id == t.id, PendingIdMustBeDifferent)?;
        unless(t.timeout_s != 0, TimeoutReservedForPendingTransfer)?;
        unless(self.entry_done(t.pending_id).is_some(), PendingTransferNotPending)?;
        let (_, p) = self.transfer_done(t.pending_id).ok_or(PendingTransferNotFound)?;
        unless(!p.flags.has(TransferFlags::PENDING), PendingTransferNotPending)?;
        let differs = |asked: u128, its: u128| asked != 0 && asked != its;
        unless(
            differs(t.debit_account.0, p.debit_account.0),
            PendingTransferHasDifferentDebitAccountId,
        )?;
        unless(
            differs(t.credit_account.0, p.credit_account.0),
            PendingTransferHasDifferentCreditAccountId,
        )?;
        unless(differs(t.ledger.0.into(), p.ledger.0.into()), PendingTransferHasDifferentLedger)?;
        unless(differs(t.code.into(), p.code.into()), PendingTransferHasDifferentCode)?;
        let whole = if voiding { t.amount == Amount::ZERO } else { t.amount == Amount::MAX };
        let amount = if whole { p.amount } else { t.amount };
        unless(amount > p.amount, ExceedsPendingTransferAmount)?;
        unless(voiding && amount < p.amount, PendingTransferHasDifferentAmount)?;
        self.check_phase(p)?;
        unless(self.end_of(p).is_some_and(|end| end <= time), PendingTransferExpired)?;
        if t.flags.has(TransferFlags::IMPORTED) {
            self.check_import_order(t.timestamp)?;
        }
        Ok(Transfer {
            amount,
            debit_account: p.debit_account,
            credit_account: p.credit_account,
            ledger: p.ledger,
            code: p.code,
            user_data_128: if t.user_data_128 == 0 { p.user_data_128 } else { t.user_data_128 },
            user_data_64: if t.user_data_64 == 0 { p.user_data_64 } else { t.user_data_64 },
            user_data_32: if t.user_data_32 == 0 { p.user_data_32 } else { t.user_data_32 },
            ..*t
        })
    }

    /// Resolved at most once.
    fn check_phase(&self, p: &Transfer) -> Decided<()> {
        if let Some(by) = self.resolution_of(p.id) {
            let posted = by.flags.has(TransferFlags::POST_PENDING);
            return Err(if posted {
                PendingTransferAlreadyPosted
            } else {
                PendingTransferAlreadyVoided
            });
        }
        unless(self.is_expired(p.id), PendingTransferExpired)
    }

    pub(super) fn check_expiry(&self, time: TimeNs, pending: TransferId) -> Decided<()> {
        unless(self.entry_done(pending).is_some(), PendingTransferNotPending)?;
        let (_, p) = self.transfer_done(pending).ok_or(PendingTransferNotFound)?;
        unless(!p.flags.has(TransferFlags::PENDING), PendingTransferNotPending)?;
        self.check_phase(p)?;
        unless(self.end_of(p).is_none_or(|end| end > time), NotDueYet)
    }

    /// The value date in force: near the booking date, in no settled period.
    pub(super) fn value_date(
        &self,
        asked: Day,
        booked: Day,
        accounts: &[AccountId],
    ) -> Decided<Day> {
        let date = if asked == Day::BOOKING { booked } else { asked };
        let window = -VALUE_DATE_DAYS_BACK_MAX..=VALUE_DATE_DAYS_AHEAD_MAX;
        unless(!window.contains(&(date.0 - booked.0)), ValueDateOutOfRange)?;
        let settled = |id: &AccountId| self.open_since(*id).is_some_and(|since| date < since);
        unless(accounts.iter().any(settled), ValueDateBeforeInterestSettled)?;
        Ok(date)
    }

    pub(super) fn balances(&self, accounts: [AccountId; 2]) -> Decided<[Balance; 2]> {
        let [debit, credit] = accounts.map(|id| self.balance(id));
        Ok([debit.ok_or(DebitAccountNotFound)?, credit.ok_or(CreditAccountNotFound)?])
    }

    fn balanced(&self, t: &Transfer, debit: &Balance, credit: &Balance) -> Amount {
        let mut amount = t.amount.0;
        if t.flags.has(TransferFlags::BALANCING_DEBIT) {
            let out = debit.debits_pending + debit.debits_posted;
            let free = debit.credits_posted.saturating_sub(out).saturating_sub(debit.held);
            amount = amount.min(if debit.held_whole { 0 } else { free });
        }
        if t.flags.has(TransferFlags::BALANCING_CREDIT) {
            let into = credit.credits_pending + credit.credits_posted;
            amount = amount.min(credit.debits_posted.saturating_sub(into));
        }
        Amount(amount)
    }

    /// Sums, limits of the balance, holds.
    pub(super) fn check_fits(&self, t: &Transfer, d: &Balance, c: &Balance) -> Decided<()> {
        let passes = |sum: u128| sum.checked_add(t.amount.0).is_none();
        let pending = t.flags.has(TransferFlags::PENDING);
        let (debits, credits) =
            (d.debits_pending + d.debits_posted, c.credits_pending + c.credits_posted);
        unless(pending && passes(d.debits_pending), OverflowsDebitsPending)?;
        unless(pending && passes(c.credits_pending), OverflowsCreditsPending)?;
        unless(passes(d.debits_posted), OverflowsDebitsPosted)?;
        unless(passes(c.credits_posted), OverflowsCreditsPosted)?;
        unless(passes(debits), OverflowsDebits)?;
        unless(passes(credits), OverflowsCredits)?;
        unless(t.timeout_s != 0 && t.timestamp.plus_s(t.timeout_s).is_none(), OverflowsTimeout)?;
        let limited = |id, flag| self.account(id).is_some_and(|account| account.flags.has(flag));
        let no_overdraft = limited(t.debit_account, AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS);
        let no_overfill = limited(t.credit_account, AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS);
        unless(no_overdraft && debits + t.amount.0 > d.credits_posted, ExceedsCredits)?;
        unless(no_overfill && credits + t.amount.0 > c.debits_posted, ExceedsDebits)?;
        check_held(d, t.amount.0, debits + t.amount.0, d.credits_posted)
    }

    pub(super) fn check_spending(
        &self,
        id: AccountId,
        amount: u128,
        (booked, time): (Day, TimeNs),
    ) -> Decided<()> {
        let limits = self.limits(id, time);
        let once = limits.and_then(|limits| limits.per_transfer);
        unless(once.is_some_and(|most| amount > most.0), ExceedsTransferLimit)?;
        let daily = limits.and_then(|limits| limits.per_day);
        let over = |most: Amount| self.spent(id, booked).saturating_add(amount) > most.0;
        unless(daily.is_some_and(over), ExceedsDailyLimit)
    }

    fn transfer_exists(&self, t: &Transfer) -> Refusal {
        let Some((done, e)) = self.transfer_done(t.id) else {
            return ExistsWithDifferentContent;
        };
        // What a resolution left open was taken from the pending transfer.
        let resolving = is_resolution(e);
        let p = self.transfer_done(e.pending_id).map(|(_, p)| *p).unwrap_or_default();
        let same = |asked: u128, its: u128, pendings: u128| {
            asked == its || resolving && asked == 0 && its == pendings
        };
        let bound =
            TransferFlags(TransferFlags::BALANCING_DEBIT.0 | TransferFlags::BALANCING_CREDIT.0);
        let whole =
            if e.flags.has(TransferFlags::VOID_PENDING) { Amount::ZERO } else { Amount::MAX };
        let same_amount = match t.amount {
            amount if e.flags.any(bound) => amount >= e.amount,
            amount if resolving && amount == whole => e.amount == p.amount,
            amount => amount == e.amount,
        };
        let value_date = if t.value_date == Day::BOOKING { done.booked } else { t.value_date };
        let comparisons = [
            (t.flags == e.flags, ExistsWithDifferentFlags),
            (t.pending_id == e.pending_id, ExistsWithDifferentPendingId),
            (t.timeout_s == e.timeout_s, ExistsWithDifferentTimeout),
            (
                same(t.debit_account.0, e.debit_account.0, p.debit_account.0),
                ExistsWithDifferentDebitAccountId,
            ),
            (
                same(t.credit_account.0, e.credit_account.0, p.credit_account.0),
                ExistsWithDifferentCreditAccountId,
            ),
            (same_amount, ExistsWithDifferentAmount),
            (
                same(t.user_data_128, e.user_data_128, p.user_data_128),
                ExistsWithDifferentUserData128,
            ),
            (
                same(t.user_data_64.into(), e.user_data_64.into(), p.user_data_64.into()),
                ExistsWithDifferentUserData64,
            ),
            (
                same(t.user_data_32.into(), e.user_data_32.into(), p.user_data_32.into()),
                ExistsWithDifferentUserData32,
            ),
            (
                same(t.ledger.0.into(), e.ledger.0.into(), p.ledger.0.into()),
                ExistsWithDifferentLedger,
            ),
            (same(t.code.into(), e.code.into(), p.code.into()), ExistsWithDifferentCode),
            (value_date == e.value_date, ExistsWithDifferentValueDate),
        ];
        comparisons.iter().find(|(same, _)| !same).map_or(Exists, |(_, differs)| *differs)
    }
}

/// Money blocked by order stays, whatever else comes in with the same entry.
pub(super) fn check_held(
    b: &Balance,
    moved: u128,
    debits_after: u128,
    credits_after: u128,
) -> Decided<()> {
    let part = b.held > 0 && debits_after > credits_after.saturating_sub(b.held);
    unless(moved > 0 && (b.held_whole || part), ExceedsHold)
}
