//! Payments that are to happen later: once on a day, or again and again. An order moves nothing itself; when it is due, the
//! bank makes a transfer of it, which is judged like any other.

use crate::account::AccountId;
use crate::money::Amount;
use crate::time::Day;
use crate::transfer::TransferId;
use alloc::string::String;

/// A payment ordered for a later day, or for many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingOrder {
    /// Chosen by the caller; neither zero nor 2^128 - 1. Ids of orders stand beside those of transfers.
    pub id: TransferId,
    /// Whence.
    pub debit_account: AccountId,
    /// Whither.
    pub credit_account: AccountId,
    /// Minor units of the accounts' ledger, each time.
    pub amount: Amount,
    /// Why (the kind of transfer).
    pub code: u16,
    /// The first day it is due.
    pub first: Day,
    /// The last day it may be due; `Day::BOOKING` for no end.
    pub last: Day,
    /// What `every` counts.
    pub rhythm: Rhythm,
    /// Every so many weeks or months; 1 for what happens once.
    pub every: u8,
    /// Who ordered it; not personal data.
    pub by: String,
}

/// How an order repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Rhythm {
    /// It does not.
    Once = 1,
    /// On the same day of the week.
    Weekly = 2,
    /// On the same day of the month; where a month has no such day, on its last.
    Monthly = 3,
}

impl Rhythm {
    /// All, in the order of their numbers.
    pub const ALL: [Rhythm; 3] = [Rhythm::Once, Rhythm::Weekly, Rhythm::Monthly];

    /// One word for programs, `monthly`.
    pub fn word(self) -> &'static str {
        match self {
            Rhythm::Once => "once",
            Rhythm::Weekly => "weekly",
            Rhythm::Monthly => "monthly",
        }
    }
}

/// The end of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderEnd {
    /// Which.
    pub order: TransferId,
    /// Who ended it; not personal data.
    pub by: String,
}

impl StandingOrder {
    /// The last day it can be due.
    pub fn final_day(&self) -> Day {
        match self.rhythm {
            Rhythm::Once => self.first,
            _ if self.last == Day::BOOKING => Day(i32::MAX),
            _ => self.last,
        }
    }

    /// The first day from `day` on, it included, on which it is due.
    pub fn next_from(&self, day: Day) -> Option<Day> {
        let after = day.max(self.first);
        let every = i64::from(self.every.max(1));
        let found = match self.rhythm {
            Rhythm::Once => self.first,
            Rhythm::Weekly => {
                let weeks = (i64::from(after.0) - i64::from(self.first.0) + 7 * every - 1)
                    .div_euclid(7 * every);
                Day(i32::try_from(i64::from(self.first.0) + weeks * 7 * every).ok()?)
            }
            Rhythm::Monthly => {
                let (year, month, _) = self.first.ymd();
                let (to_year, to_month, _) = after.ymd();
                let apart = (i64::from(to_year) - i64::from(year)) * 12 + i64::from(to_month)
                    - i64::from(month);
                let count = apart.div_euclid(every);
                let this = self.in_month(count * every).filter(|found| *found >= after);
                this.or_else(|| self.in_month((count + 1) * every))?
            }
        };
        (found >= day && found <= self.final_day()).then_some(found)
    }

    /// Its day `months` after the first, or the last of that month.
    fn in_month(&self, months: i64) -> Option<Day> {
        let (year, month, day) = self.first.ymd();
        let month = i64::from(month) - 1 + months;
        let year = i32::try_from(i64::from(year) + month.div_euclid(12)).ok()?;
        let month = u32::try_from(month.rem_euclid(12) + 1).ok()?;
        (28..=day.max(28)).rev().find_map(|last| Day::from_ymd(year, month, last.min(day)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn order(first: &str, last: &str, rhythm: Rhythm, every: u8) -> StandingOrder {
        let day =
            |text: &str| if text.is_empty() { Day::BOOKING } else { Day::parse(text).unwrap() };
        StandingOrder {
            id: TransferId(1),
            debit_account: AccountId(1),
            credit_account: AccountId(2),
            amount: Amount(1),
            code: 1,
            first: day(first),
            last: day(last),
            rhythm,
            every,
            by: String::new(),
        }
    }

    fn days(order: &StandingOrder, until: &str) -> Vec<String> {
        let (mut from, until) = (Day(0), Day::parse(until).unwrap());
        let mut found = Vec::new();
        while let Some(day) = order.next_from(from).filter(|day| *day <= until) {
            found.push(alloc::format!("{day}"));
            from = day.plus(1);
        }
        found
    }

    #[test]
    fn a_month_without_the_day_pays_on_its_last() {
        let rent = order("2027-01-31", "", Rhythm::Monthly, 1);
        assert_eq!(
            days(&rent, "2027-06-30"),
            ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30"]
        );
        let quarter = order("2027-11-30", "2028-08-29", Rhythm::Monthly, 3);
        assert_eq!(days(&quarter, "2030-01-01"), ["2027-11-30", "2028-02-29", "2028-05-30"]);
    }

    #[test]
    fn weeks_count_from_the_first_and_what_happens_once_happens_once() {
        let weekly = order("2026-12-28", "2027-02-01", Rhythm::Weekly, 2);
        assert_eq!(days(&weekly, "2030-01-01"), ["2026-12-28", "2027-01-11", "2027-01-25"]);
        assert_eq!(days(&order("2026-12-28", "", Rhythm::Once, 1), "2030-01-01"), ["2026-12-28"]);
    }

    #[test]
    fn every_day_agrees_with_looking_at_each_day_by_itself() {
        // By day of month and distance in months or days, without the arithmetic above.
        let due = |order: &StandingOrder, day: Day| {
            let ((year, month, dom), (y, m, d)) = (order.first.ymd(), day.ymd());
            let months = (y - year) * 12 + m as i32 - month as i32;
            let last_of_month = day.plus(1).ymd().2 == 1;
            day >= order.first
                && match order.rhythm {
                    Rhythm::Once => day == order.first,
                    Rhythm::Weekly => (day.0 - order.first.0) % (7 * i32::from(order.every)) == 0,
                    Rhythm::Monthly => {
                        months % i32::from(order.every) == 0
                            && (d == dom || d < dom && last_of_month)
                    }
                }
        };
        for first in (0..400).map(|more| Day(20_000 + more)) {
            for (rhythm, every) in [
                (Rhythm::Once, 1),
                (Rhythm::Weekly, 1),
                (Rhythm::Weekly, 5),
                (Rhythm::Monthly, 1),
                (Rhythm::Monthly, 7),
            ] {
                let order = StandingOrder { first, ..order("2020-01-01", "", rhythm, every) };
                let mut next = None;
                for day in (-3..900).rev().map(|more| first.plus(more)) {
                    next = if due(&order, day) { Some(day) } else { next };
                    // Later than what was looked at, nothing is said.
                    if next.is_some() || rhythm == Rhythm::Once {
                        assert_eq!(order.next_from(day), next, "{first} {rhythm:?} {every} {day}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_ends_of_numbers_break_nothing() {
        for first in [i32::MIN, -1, 0, i32::MAX - 1, i32::MAX] {
            for day in [i32::MIN, 0, i32::MAX] {
                for rhythm in Rhythm::ALL {
                    let order = StandingOrder {
                        first: Day(first),
                        ..order("2020-01-31", "", rhythm, u8::MAX)
                    };
                    let _ = order.next_from(Day(day));
                }
            }
        }
    }
}
