//! Interest on value-dated balances, exact until it is settled: balance x rate x days is summed as an
//! integer, and only settling divides, rounding towards zero and keeping the rest.

use crate::engine::Engine;
use crate::ledger::{Interest, NOWHERE};
use crate::state::State;
use terms::{
    AccountFlags, AccountId, Amount, Command, Day, Event, InterestTerms, Refusal, TimeNs, Transfer,
    TransferEvent, TransferFlags, TransferId,
};

/// Millionths of one.
const PPM: i128 = 1_000_000;
/// The code of interest transfers; callers may use it for nothing else they want told apart.
pub(crate) const INTEREST_CODE: u16 = 65_001;

impl Interest {
    /// What one minor unit of settled interest weighs in `accrued`.
    pub(crate) fn unit(&self) -> i128 {
        PPM * i128::from(self.basis as u16)
    }

    /// Adds what `balance` earns or owes in `days`.
    fn accrue(&mut self, balance: i128, days: i128) {
        let weight = balance.saturating_mul(i128::from(self.rate_ppm)).saturating_mul(days);
        self.accrued = self.accrued.saturating_add(weight);
    }
}

impl Engine {
    /// Terms from this business day on. What accrued under other terms is kept, rescaled if the year
    /// has other days (rounded towards zero, by less than a millionth of a minor unit).
    pub(crate) fn set_interest(&mut self, terms: &InterestTerms) {
        let place = self.place_of(terms.account);
        let counter = self.place_of(terms.counter_account);
        let since = self.state.business_day;
        let old = self.state.extras_mut(place).interest;
        let mut interest =
            Interest { rate_ppm: terms.rate_ppm, basis: terms.basis, counter, accrued: 0, since };
        if let Some(old) = old {
            interest.accrued = if old.basis == terms.basis {
                old.accrued
            } else {
                old.accrued.saturating_mul(i128::from(terms.basis as u16))
                    / i128::from(old.basis as u16)
            };
        }
        self.state.extras_mut(place).interest = Some(interest);
        self.state.interest_bearing.insert(place);
    }

    /// The days from `day` to `next` have passed: every interest-bearing balance accrues for them.
    pub(crate) fn close_day(&mut self, day: Day, next: Day) {
        let days = i128::from(next.0) - i128::from(day.0);
        let state = &mut self.state;
        for place in &state.interest_bearing {
            let row = state.accounts.at(*place);
            if let Some(interest) = state.extras[row.extras as usize].interest.as_mut() {
                interest.accrue(row.balance(), days);
            }
        }
        // What counts from a later day does not count for the days before it.
        for ((counts, place), amount) in &state.ahead {
            let at = state.accounts.at(*place).extras;
            let extras = state.extras.get_mut(at as usize).filter(|_| at != NOWHERE);
            if let Some(interest) = extras.and_then(|extras| extras.interest.as_mut()) {
                // A day before the first business day counts from the beginning.
                let before = i128::from((*counts).min(next).0) - i128::from(day.0);
                interest.accrue(amount.saturating_neg(), before.max(0));
            }
        }
        state.ahead.retain(|(counts, _), _| *counts > next);
        let State { orders, transfer_places, .. } = state;
        orders.close_day(day, next, |id| transfer_places.get(id.0).is_some());
        state.business_day = next;
    }

    /// A posting counts from its value date: what the days between it and the business day would have
    /// earned is put right at once; what is to count later is remembered until then.
    pub(crate) fn accrue_value_date(
        &mut self,
        place: u32,
        sign: i128,
        amount: u128,
        booked: Day,
        value_date: Day,
    ) {
        // Only an import is booked on another day than the business day.
        let today = if self.state.institution.is_some() { self.state.business_day } else { booked };
        if value_date == today {
            return;
        }
        let amount = i128::try_from(amount).unwrap_or(i128::MAX) * sign;
        if value_date > today {
            let later = self.state.ahead.entry((value_date, place)).or_default();
            *later = later.saturating_add(amount);
            return;
        }
        let at = self.state.accounts.at(place).extras;
        let extras = self.state.extras.get_mut(at as usize).filter(|_| at != NOWHERE);
        if let Some(interest) = extras.and_then(|extras| extras.interest.as_mut()) {
            interest.accrue(amount, i128::from(today.0) - i128::from(value_date.0));
        }
    }

    /// Books what has accrued as a transfer from or to the counter account.
    pub(crate) fn decide_interest(
        &self,
        time: TimeNs,
        id: TransferId,
        account: AccountId,
    ) -> Event {
        let checked = self
            .check_new_transfer_id(id, |found| self.interest_exists(found, account))
            .and_then(|()| self.allow_interest(time, id, account));
        match checked {
            Ok(transfer) => self.transfer_done(transfer, time),
            Err(refusal) => self.act(time, Command::SettleInterest { id, account }, Err(refusal)),
        }
    }

    /// Asking again for the same settlement answers `exists`.
    fn interest_exists(&self, found: crate::state::Found, account: AccountId) -> Refusal {
        let crate::state::Found::Transfer(place) = found else {
            return Refusal::ExistsWithDifferentContent;
        };
        let row = self.state.transfers.at(place);
        let same = row.flags.has(TransferFlags::INTEREST) && row.user_data_128 == account.0;
        if same { Refusal::Exists } else { Refusal::ExistsWithDifferentContent }
    }

    fn allow_interest(
        &self,
        time: TimeNs,
        id: TransferId,
        account: AccountId,
    ) -> Result<Transfer, Refusal> {
        let row = self.check_account(account)?;
        let interest = self
            .state
            .extras_of(row)
            .and_then(|e| e.interest)
            .ok_or(Refusal::InterestTermsMissing)?;
        let whole = interest.accrued / interest.unit();
        if whole == 0 {
            return Err(Refusal::NoInterestDue);
        }
        let counter = self.state.account_id(interest.counter);
        let (debit_account, credit_account) =
            if whole > 0 { (counter, account) } else { (account, counter) };
        let transfer = Transfer {
            id,
            debit_account,
            credit_account,
            amount: Amount(whole.unsigned_abs()),
            user_data_128: account.0,
            ledger: row.ledger,
            code: INTEREST_CODE,
            flags: TransferFlags::INTEREST,
            value_date: self.state.booking_date(time),
            timestamp: time,
            ..Transfer::default()
        };
        let (debit, credit) =
            (self.check_account(debit_account)?, self.check_account(credit_account)?);
        if debit.flags.has(AccountFlags::CLOSED) {
            return Err(Refusal::DebitAccountAlreadyClosed);
        }
        if credit.flags.has(AccountFlags::CLOSED) {
            return Err(Refusal::CreditAccountAlreadyClosed);
        }
        self.check_fits(&transfer, debit, credit)?;
        Ok(transfer)
    }

    /// What was settled no longer stands as accrued; earlier value dates are closed.
    pub(crate) fn interest_settled(&mut self, event: &TransferEvent) {
        let account = AccountId(event.transfer.user_data_128);
        let place = self.place_of(account);
        let earned = event.transfer.credit_account == account;
        if let Some(interest) = self.state.extras_mut(place).interest.as_mut() {
            let amount = i128::try_from(event.transfer.amount.0).unwrap_or(i128::MAX);
            let weight = amount.saturating_mul(interest.unit());
            interest.accrued =
                if earned { interest.accrued - weight } else { interest.accrued + weight };
            interest.since = event.booking_date;
        }
    }
}
