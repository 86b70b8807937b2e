//! The rules of entries, reversals and interest settlements.

use super::Model;
use super::decide::{Decided, unless};
use super::sums::moves;
use super::transfer::check_held;
use std::collections::BTreeMap;
use terms::Refusal::*;
use terms::limits::ENTRY_LEGS_MAX;
use terms::*;

/// Code of the transfers that settle interest.
const INTEREST_CODE: u16 = 65_001;

impl Model {
    pub(super) fn entry_exists(&self, asked: &Entry) -> Refusal {
        let Some((done, e)) = self.entry_done(asked.id) else {
            return ExistsWithDifferentContent;
        };
        let value_date =
            if asked.value_date == Day::BOOKING { done.booked } else { asked.value_date };
        if *e == (Entry { value_date, ..asked.clone() }) {
            Exists
        } else {
            ExistsWithDifferentContent
        }
    }

    /// An entry with its value date, or the first rule it breaks anywhere.
    pub(super) fn entry_allowed(&self, time: TimeNs, entry: &Entry) -> Decided<Entry> {
        unless(entry.code == 0, CodeMustNotBeZero)?;
        unless(entry.legs.len() < 2, EntryNeedsTwoLegs)?;
        unless(entry.legs.len() > ENTRY_LEGS_MAX, EntryHasTooManyLegs)?;
        unless(entry.legs.iter().any(|leg| leg.amount.0 == 0), LegAmountMustNotBeZero)?;
        // Per account the sums of its legs, per ledger what is left over; no sum of 64 legs of this
        // twin passes the end of numbers unless a leg is near it.
        let mut touched: BTreeMap<AccountId, (Account, u128, u128)> = BTreeMap::new();
        for leg in &entry.legs {
            let account = self.account(leg.account).ok_or(AccountNotFound)?;
            let (_, debited, credited) = touched.entry(leg.account).or_insert((*account, 0, 0));
            let sum = if leg.side == Side::Debit { debited } else { credited };
            *sum = sum.saturating_add(leg.amount.0);
        }
        let mut left: BTreeMap<Currency, (u128, u128)> = BTreeMap::new();
        for (account, debited, credited) in touched.values() {
            let sums = left.entry(account.ledger).or_default();
            *sums = (sums.0.saturating_add(*debited), sums.1.saturating_add(*credited));
        }
        unless(left.values().any(|(debits, credits)| debits != credits), EntryUnbalanced)?;
        let booked = self.booking_date(time);
        let accounts: Vec<AccountId> = touched.keys().copied().collect();
        let value_date = self.value_date(entry.value_date, booked, &accounts)?;
        let reversal = entry.reverses.0 != 0;
        let refusals = touched.values().filter_map(|(account, debited, credited)| {
            self.check_touched(account, *debited, *credited, (booked, time), reversal).err()
        });
        match refusals.min_by_key(|refusal| refusal.precedence()) {
            Some(refusal) => Err(refusal),
            None => Ok(Entry { value_date, ..entry.clone() }),
        }
    }

    /// What an entry may do to one account.
    fn check_touched(
        &self,
        account: &Account,
        debited: u128,
        credited: u128,
        when: (Day, TimeNs),
        reversal: bool,
    ) -> Decided<()> {
        let b = self.balance(account.id).unwrap_or_default();
        let (closed_debit, closed_credit) = (b.closed && debited > 0, b.closed && debited == 0);
        unless(closed_debit, DebitAccountAlreadyClosed)?;
        unless(closed_credit, CreditAccountAlreadyClosed)?;
        let debits_posted = b.debits_posted.checked_add(debited).ok_or(OverflowsDebitsPosted)?;
        let credits_posted =
            b.credits_posted.checked_add(credited).ok_or(OverflowsCreditsPosted)?;
        let debits = b.debits_pending.checked_add(debits_posted).ok_or(OverflowsDebits)?;
        let credits = b.credits_pending.checked_add(credits_posted).ok_or(OverflowsCredits)?;
        let no_overdraft = account.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS);
        let no_overfill = account.flags.has(AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS);
        unless(no_overdraft && debits > credits_posted, ExceedsCredits)?;
        unless(no_overfill && credits > debits_posted, ExceedsDebits)?;
        check_held(&b, debited, debits, credits_posted)?;
        if debited > 0 && !reversal {
            self.check_spending(account.id, debited, when)?;
        }
        Ok(())
    }

    /// The transfer or entry that takes another one back.
    pub(super) fn reversal(
        &self,
        time: TimeNs,
        id: TransferId,
        of: TransferId,
        asked: Day,
    ) -> Decided<Command> {
        self.new_id(id, |model| model.reversal_exists(id, of, asked))?;
        if let Some((_, e)) = self.entry_done(of) {
            unless(self.is_reversed(of), AlreadyReversed)?;
            let legs = e.legs.iter().map(|leg| Leg { side: leg.side.opposite(), ..*leg }).collect();
            let back = Entry { id, value_date: asked, reverses: of, legs, ..e.clone() };
            return self.entry_allowed(time, &back).map(Command::PostEntry);
        }
        let (_, o) = self.transfer_done(of).ok_or(ReversedNotFound)?;
        unless(!moves(o), ReversedNotPosted)?;
        unless(self.is_reversed(of), AlreadyReversed)?;
        let accounts = [o.credit_account, o.debit_account];
        let value_date = self.value_date(asked, self.booking_date(time), &accounts)?;
        let back = Transfer {
            id,
            debit_account: o.credit_account,
            credit_account: o.debit_account,
            pending_id: of,
            timeout_s: 0,
            flags: TransferFlags::REVERSAL,
            value_date,
            timestamp: time,
            ..*o
        };
        self.check_by_the_bank(&back).map(|()| Command::Transfer(back))
    }

    fn reversal_exists(&self, id: TransferId, of: TransferId, asked: Day) -> Refusal {
        let found = match (self.transfer_done(id), self.entry_done(id)) {
            (Some((done, t)), _) if t.flags.has(TransferFlags::REVERSAL) && t.pending_id == of => {
                Some((done.booked, t.value_date))
            }
            (_, Some((done, entry))) if entry.reverses == of => {
                Some((done.booked, entry.value_date))
            }
            _ => None,
        };
        match found {
            None => ExistsWithDifferentContent,
            Some((booked, date))
                if date != (if asked == Day::BOOKING { booked } else { asked }) =>
            {
                ExistsWithDifferentValueDate
            }
            Some(_) => Exists,
        }
    }

    /// The transfer that books what has accrued.
    pub(super) fn settlement(
        &self,
        time: TimeNs,
        id: TransferId,
        account: AccountId,
    ) -> Decided<Transfer> {
        self.new_id(id, |model| {
            let found = model.transfer_done(id);
            let same = found.is_some_and(|(_, t)| {
                t.flags.has(TransferFlags::INTEREST) && t.user_data_128 == account.0
            });
            if same { Exists } else { ExistsWithDifferentContent }
        })?;
        let ledger = self.account(account).ok_or(AccountNotFound)?.ledger;
        let terms = self.interest_terms(account).ok_or(InterestTermsMissing)?;
        let (accrued, unit) = self.accrued(account).ok_or(InterestTermsMissing)?;
        let due = accrued / unit;
        unless(due == 0, NoInterestDue)?;
        let (debit_account, credit_account) = if due > 0 {
            (terms.counter_account, account)
        } else {
            (account, terms.counter_account)
        };
        let t = Transfer {
            id,
            debit_account,
            credit_account,
            amount: Amount(due.unsigned_abs()),
            user_data_128: account.0,
            ledger,
            code: INTEREST_CODE,
            flags: TransferFlags::INTEREST,
            value_date: self.booking_date(time),
            timestamp: time,
            ..Transfer::default()
        };
        self.check_by_the_bank(&t).map(|()| t)
    }

    /// What binds transfers that the bank makes by itself: closing, sums, balances, holds.
    fn check_by_the_bank(&self, t: &Transfer) -> Decided<()> {
        let [debit, credit] = self.balances([t.debit_account, t.credit_account])?;
        unless(debit.closed, DebitAccountAlreadyClosed)?;
        unless(credit.closed, CreditAccountAlreadyClosed)?;
        self.check_fits(t, &debit, &credit)
    }
}
