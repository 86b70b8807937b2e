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

/// An account as the legs leave it, and what they debit and credit.
struct Touched {
    before: AccountRow,
    after: AccountRow,
    debited: u128,
}

impl Engine {
    /// Judges an entry by every rule in order.
    pub(crate) fn decide_entry(&self, time: TimeNs, asked: &Entry) -> Event {
        let outcome = self.check_entry_id(asked).and_then(|()| {
            if asked.reverses.0 != 0 {
                Err(Refusal::ReservedField)
            } else {
                self.allow_entry(time, asked)
            }
        });
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
            let same_date = asked.value_date == Day::BOOKING || asked.value_date == e.value_date;
            let same = e.code == asked.code
                && same_date
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
        let touched = self.apply_legs(&entry.legs)?;
        check_balanced(&entry.legs, &touched)?;
        let booked = self.state.booking_date(time);
        let rows: Vec<&AccountRow> = touched.values().map(|t| &t.before).collect();
        let value_date = self.value_date(entry.value_date, booked, &rows)?;
        for t in touched.values() {
            self.check_touched(t, entry.reverses.0 != 0, booked)?;
        }
        Ok(value_date)
    }

    /// Every account of the legs as they would leave it.
    fn apply_legs(&self, legs: &[Leg]) -> Result<BTreeMap<u32, Touched>, Refusal> {
        let mut touched: BTreeMap<u32, Touched> = BTreeMap::new();
        for leg in legs {
            let place = self.state.account_place(leg.account).ok_or(Refusal::AccountNotFound)?;
            let row = *self.state.accounts.at(place);
            let t = touched.entry(place).or_insert(Touched { before: row, after: row, debited: 0 });
            match leg.side {
                Side::Debit => {
                    let sum = t.after.debits_posted.checked_add(leg.amount.0);
                    t.after.debits_posted = sum.ok_or(Refusal::OverflowsDebitsPosted)?;
                    t.after
                        .debits_pending
                        .checked_add(t.after.debits_posted)
                        .ok_or(Refusal::OverflowsDebits)?;
                    t.debited += leg.amount.0;
                }
                Side::Credit => {
                    let sum = t.after.credits_posted.checked_add(leg.amount.0);
                    t.after.credits_posted = sum.ok_or(Refusal::OverflowsCreditsPosted)?;
                    t.after
                        .credits_pending
                        .checked_add(t.after.credits_posted)
                        .ok_or(Refusal::OverflowsCredits)?;
                }
            }
        }
        Ok(touched)
    }

    /// Closing, limits and holds, judged by what the whole entry leaves behind.
    fn check_touched(&self, t: &Touched, reversal: bool, booked: Day) -> Result<(), Refusal> {
        if t.before.flags.has(AccountFlags::CLOSED) {
            return Err(if t.debited > 0 {
                Refusal::DebitAccountAlreadyClosed
            } else {
                Refusal::CreditAccountAlreadyClosed
            });
        }
        let a = &t.after;
        if a.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS)
            && a.debits() > a.credits_posted
        {
            return Err(Refusal::ExceedsCredits);
        }
        if a.flags.has(AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS)
            && a.credits() > a.debits_posted
        {
            return Err(Refusal::ExceedsDebits);
        }
        self.check_hold(a, a.debits(), t.debited)?;
        if t.debited > 0 && !reversal {
            self.check_spending(a, Amount(t.debited), booked)?;
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

/// INVARIANT (conservation): debits equal credits in every currency of the entry.
fn check_balanced(legs: &[Leg], touched: &BTreeMap<u32, Touched>) -> Result<(), Refusal> {
    let mut sums: BTreeMap<Currency, (u128, u128)> = BTreeMap::new();
    for t in touched.values() {
        let (debits, credits) = sums.entry(t.before.ledger).or_default();
        let (debited, credited) = (
            t.after.debits_posted - t.before.debits_posted,
            t.after.credits_posted - t.before.credits_posted,
        );
        *debits = debits.checked_add(debited).ok_or(Refusal::OverflowsDebits)?;
        *credits = credits.checked_add(credited).ok_or(Refusal::OverflowsCredits)?;
    }
    debug_assert!(!legs.is_empty(), "an entry has legs");
    if sums.values().all(|(debits, credits)| debits == credits) {
        Ok(())
    } else {
        Err(Refusal::EntryUnbalanced)
    }
}
