//! Entries of several legs: all or none, balanced in every currency. An exchange between currencies
//! is an entry with the bank's position accounts in between.

use crate::engine::Engine;
use crate::ledger::{AccountRow, EntryRow};
use crate::state::{ENTRY_BIT, Found};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use terms::limits::ENTRY_LEGS_MAX;
use terms::{
    AccountFlags, Amount, Command, Currency, Day, Entry, Event, Leg, Refusal, Side, TimeNs,
    TransferId,
};

/// An account that the legs name, and what they debit and credit there; `None` is past the end of
/// numbers.
struct Touched {
    account: AccountRow,
    debited: Option<u128>,
    credited: Option<u128>,
}

impl Engine {
    /// Judges an entry by every rule in order.
    pub(crate) fn decide_entry(&self, time: TimeNs, asked: &Entry) -> Event {
        let outcome = if asked.reverses.0 == 0 {
            self.check_entry_id(asked).and_then(|()| self.allow_entry(time, asked))
        } else {
            Err(Refusal::ReservedField)
        };
        match outcome {
            Ok(value_date) => {
                self.act(time, Command::PostEntry(Entry { value_date, ..asked.clone() }), Ok(()))
            }
            Err(refusal) => self.act(time, Command::PostEntry(asked.clone()), Err(refusal)),
        }
    }

    /// Same id and content answers `exists`.
    fn check_entry_id(&self, asked: &Entry) -> Result<(), Refusal> {
        self.check_new_transfer_id(asked.id, |found| {
            let Found::Entry(place) = found else {
                return Refusal::ExistsWithDifferentContent;
            };
            let e = &self.state.entries[place as usize];
            let same = e.code == asked.code
                && e.value_date == asked.value_date.or_booking(e.booking_date)
                && e.user_data_128 == asked.user_data_128
                && e.legs == asked.legs
                && e.reverses == asked.reverses.0;
            if same { Refusal::Exists } else { Refusal::ExistsWithDifferentContent }
        })
    }

    /// The rules of an entry once its id is known to be new; gives the value date in force.
    fn allow_entry(&self, time: TimeNs, entry: &Entry) -> Result<Day, Refusal> {
        if entry.code == 0 {
            return Err(Refusal::CodeMustNotBeZero);
        }
        if entry.legs.len() < 2 {
            return Err(Refusal::EntryNeedsTwoLegs);
        }
        if entry.legs.len() > ENTRY_LEGS_MAX {
            return Err(Refusal::EntryHasTooManyLegs);
        }
        if entry.legs.iter().any(|leg| leg.amount == Amount::ZERO) {
            return Err(Refusal::LegAmountMustNotBeZero);
        }
        let touched = self.touched_by(&entry.legs)?;
        self.check_balanced(&entry.legs)?;
        let booked = self.state.booking_date(time);
        let when = (booked, time);
        let rows: Vec<&AccountRow> = touched.values().map(|t| &t.account).collect();
        let value_date = self.value_date(entry.value_date, booked, &rows)?;
        let reversal = entry.reverses.0 != 0;
        let refusals = touched.values().filter_map(|t| self.check_touched(t, reversal, when).err());
        // Each account names its first refusal; the first of all is the answer.
        match refusals.min_by_key(|refusal| refusal.precedence()) {
            Some(refusal) => Err(refusal),
            None => Ok(value_date),
        }
    }

    /// Every account of the legs, by its place.
    fn touched_by(&self, legs: &[Leg]) -> Result<BTreeMap<u32, Touched>, Refusal> {
        let mut touched: BTreeMap<u32, Touched> = BTreeMap::new();
        for leg in legs {
            let place = self.state.account_place(leg.account).ok_or(Refusal::AccountNotFound)?;
            let t = touched.entry(place).or_insert_with(|| Touched {
                account: *self.state.accounts.at(place),
                debited: Some(0),
                credited: Some(0),
            });
            let sum = match leg.side {
                Side::Debit => &mut t.debited,
                Side::Credit => &mut t.credited,
            };
            *sum = sum.and_then(|sum| sum.checked_add(leg.amount.0));
        }
        Ok(touched)
    }

    /// INVARIANT (conservation): debits equal credits in every currency of the entry.
    fn check_balanced(&self, legs: &[Leg]) -> Result<(), Refusal> {
        // Per currency and side: the sum, and how often it passed the end of numbers.
        let mut sums: BTreeMap<(Currency, Side), (u128, u32)> = BTreeMap::new();
        for leg in legs {
            let ledger = self.check_account(leg.account)?.ledger;
            for (side, amount) in [(leg.side, leg.amount.0), (leg.side.opposite(), 0)] {
                let (sum, turns) = sums.entry((ledger, side)).or_default();
                let (next, turned) = sum.overflowing_add(amount);
                (*sum, *turns) = (next, *turns + u32::from(turned));
            }
        }
        let balanced = sums
            .iter()
            .all(|((ledger, side), sum)| sums.get(&(*ledger, side.opposite())) == Some(sum));
        if balanced { Ok(()) } else { Err(Refusal::EntryUnbalanced) }
    }

    /// Closing, overflows, limits and holds of one account, judged by what the whole entry leaves
    /// behind.
    fn check_touched(
        &self,
        t: &Touched,
        reversal: bool,
        when: (Day, TimeNs),
    ) -> Result<(), Refusal> {
        let a = &t.account;
        let debits = t.debited != Some(0);
        if a.flags.has(AccountFlags::CLOSED) {
            return Err(if debits {
                Refusal::DebitAccountAlreadyClosed
            } else {
                Refusal::CreditAccountAlreadyClosed
            });
        }
        let debited = t.debited.ok_or(Refusal::OverflowsDebitsPosted)?;
        let posted = a.debits_posted.checked_add(debited).ok_or(Refusal::OverflowsDebitsPosted)?;
        let credited = t.credited.ok_or(Refusal::OverflowsCreditsPosted)?;
        let earned =
            a.credits_posted.checked_add(credited).ok_or(Refusal::OverflowsCreditsPosted)?;
        a.debits_pending.checked_add(posted).ok_or(Refusal::OverflowsDebits)?;
        a.credits_pending.checked_add(earned).ok_or(Refusal::OverflowsCredits)?;
        let after = AccountRow { debits_posted: posted, credits_posted: earned, ..*a };
        if a.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS)
            && after.debits() > after.credits_posted
        {
            return Err(Refusal::ExceedsCredits);
        }
        if a.flags.has(AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS)
            && after.credits() > after.debits_posted
        {
            return Err(Refusal::ExceedsDebits);
        }
        self.check_hold(&after, after.debits(), debited)?;
        if debits && !reversal {
            self.check_spending(&after, Amount(debited), when)?;
        }
        Ok(())
    }

    /// The entry that takes back the one at `place`.
    pub(crate) fn allow_entry_reversal(
        &self,
        time: TimeNs,
        id: TransferId,
        place: u32,
        value_date: Day,
    ) -> Result<Entry, Refusal> {
        let original = &self.state.entries[place as usize];
        if original.reversed {
            return Err(Refusal::AlreadyReversed);
        }
        let legs =
            original.legs.iter().map(|leg| Leg { side: leg.side.opposite(), ..*leg }).collect();
        let reversal = Entry {
            id,
            code: original.code,
            value_date,
            user_data_128: original.user_data_128,
            reverses: TransferId(original.id),
            legs,
        };
        let value_date = self.allow_entry(time, &reversal)?;
        Ok(Entry { value_date, ..reversal })
    }

    /// Posts every leg.
    pub(crate) fn evolve_entry(&mut self, time: TimeNs, booking_date: Day, entry: &Entry) {
        for leg in &entry.legs {
            let place = self.place_of(leg.account);
            let row = self.state.accounts.at_mut(place);
            match leg.side {
                Side::Debit => {
                    row.debits_posted += leg.amount.0;
                    self.accrue_value_date(place, -1, leg.amount.0, booking_date, entry.value_date);
                    if entry.reverses.0 == 0 {
                        self.count_spending(place, leg.amount.0, booking_date);
                    }
                }
                Side::Credit => {
                    row.credits_posted += leg.amount.0;
                    self.accrue_value_date(place, 1, leg.amount.0, booking_date, entry.value_date);
                }
            }
        }
        if let Some(Found::Entry(original)) = self.state.find(entry.reverses.0) {
            self.state.entries[original as usize].reversed = true;
        }
        let place = u32::try_from(self.state.entries.len()).unwrap_or(ENTRY_BIT);
        assert!(place < ENTRY_BIT, "entries are fewer than 2^31");
        self.state.transfer_places.insert(entry.id.0, place | ENTRY_BIT);
        self.state.entries.push(EntryRow {
            id: entry.id.0,
            code: entry.code,
            value_date: entry.value_date,
            booking_date,
            timestamp: time,
            record: self.state.records,
            user_data_128: entry.user_data_128,
            reverses: entry.reverses.0,
            reversed: false,
            legs: entry.legs.clone(),
        });
    }
}
