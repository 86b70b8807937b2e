//! Payments ordered for later: what is due is found by looking at every day since an order was placed.

use super::decide::{Decided, check_id, check_text, unless};
use super::{Done, Model};
use terms::Refusal::*;
use terms::limits::{ORDER_DAYS_AHEAD_MAX, ORDER_TRIES, ORDERS_OF_ACCOUNT_MAX};
use terms::*;

impl Model {
    pub(super) fn check_order(&self, order: &StandingOrder) -> Decided<()> {
        check_text(&order.by)?;
        check_id(order.id.0)?;
        if let Some((known, _)) = self.order_done(order.id) {
            return Err(if known == order { Exists } else { ExistsWithDifferentContent });
        }
        unless(order.debit_account == order.credit_account, AccountsMustBeDifferent)?;
        unless(order.code == 0, CodeMustNotBeZero)?;
        unless(order.amount == Amount::ZERO, OrderAmountMustNotBeZero)?;
        let debit = self.account(order.debit_account).ok_or(DebitAccountNotFound)?;
        let credit = self.account(order.credit_account).ok_or(CreditAccountNotFound)?;
        unless(debit.ledger != credit.ledger, AccountsMustHaveTheSameLedger)?;
        let today = self.business_day().ok_or(InstitutionNotOpen)?;
        let ahead = order.first.0 - today.0;
        unless(!(0..=ORDER_DAYS_AHEAD_MAX).contains(&ahead), ScheduleOutOfRange)?;
        let ends = order.last != Day::BOOKING;
        let repeats = order.rhythm != Rhythm::Once;
        unless(order.every == 0 || !repeats && (ends || order.every != 1), ScheduleOutOfRange)?;
        unless(repeats && ends && order.last < order.first, ScheduleOutOfRange)?;
        unless(self.in_force(order.debit_account) >= ORDERS_OF_ACCOUNT_MAX, TooManyOrders)
    }

    pub(super) fn check_order_end(&self, end: &OrderEnd) -> Decided<()> {
        check_text(&end.by)?;
        self.order_done(end.order).ok_or(OrderNotFound)?;
        unless(self.is_ended(end.order), OrderAlreadyEnded)
    }

    /// Which orders are due on which days, and how often each was tried, today included; `made` is the id of what a try
    /// makes.
    pub fn orders_due(
        &self,
        made: impl Fn(TransferId, Day, u8) -> TransferId,
    ) -> Vec<(TransferId, Day, u8)> {
        let mut due = Vec::new();
        for (order, done) in self.orders().filter(|(order, _)| !self.is_ended(order.id)) {
            for (day, tries) in self.days_due(order, done) {
                let paid = (1..=tries).any(|at| self.is_taken(made(order.id, day, at)));
                if !paid && !self.has_failed(made(order.id, day, tries)) {
                    due.push((order.id, day, tries));
                }
            }
        }
        due.sort_unstable();
        due
    }

    /// How many orders of an account can still bring something.
    fn in_force(&self, account: AccountId) -> usize {
        let of_account = || self.orders().filter(|(order, _)| order.debit_account == account);
        let all = of_account().count();
        // Looking at every day is slow, and no more can be in force than there are.
        if all < ORDERS_OF_ACCOUNT_MAX {
            return all;
        }
        let in_force = |(order, done): &(&StandingOrder, &Done)| {
            !self.is_ended(order.id) && (self.is_due_later(order) || self.is_tried(order, done))
        };
        of_account().filter(in_force).count()
    }

    /// On some day after today.
    fn is_due_later(&self, order: &StandingOrder) -> bool {
        let Some(today) = self.business_day() else { return false };
        let last = match (order.rhythm, order.last) {
            (Rhythm::Once, _) => order.first,
            (_, Day::BOOKING) => return true,
            (_, last) => last,
        };
        (today.0 + 1..=last.0).any(|day| is_due(order, Day(day)))
    }

    /// Due today, or on a day before and not paid when today began. A payment says of which order and day it is.
    fn is_tried(&self, order: &StandingOrder, done: &Done) -> bool {
        let closes = |done: &&Done| matches!(done.command, Command::CloseDay { .. });
        let began = self.done.iter().rev().find(closes).map_or(0, |done| done.record);
        let paid = |day: Day| {
            self.done.iter().any(|done| match &done.command {
                Command::Transfer(t) => {
                    done.record < began
                        && (t.user_data_128, t.user_data_64) == (order.id.0, day.0 as u64)
                }
                _ => false,
            })
        };
        self.days_due(order, done).iter().any(|(day, tries)| *tries == 1 || !paid(*day))
    }

    /// The days on which an order fell due and that are still tried, and how often each was, today included.
    fn days_due(&self, order: &StandingOrder, placed: &Done) -> Vec<(Day, u8)> {
        // The business days since, the one on which it was placed first.
        let mut days = vec![placed.booked];
        days.extend(self.done.iter().filter_map(|later| match &later.command {
            Command::CloseDay { next, .. } if later.record > placed.record => Some(*next),
            _ => None,
        }));
        let mut due = Vec::new();
        for (at, day) in days.iter().enumerate() {
            let before = if at == 0 { day.plus(-1) } else { days[at - 1] };
            let tries = days.len() - at;
            if tries <= usize::from(ORDER_TRIES) {
                let fell = (before.0 + 1..=day.0).map(Day).filter(|day| is_due(order, *day));
                due.extend(fell.map(|day| (day, tries as u8)));
            }
        }
        due
    }

    /// All that were placed.
    fn orders(&self) -> impl Iterator<Item = (&StandingOrder, &Done)> {
        self.done.iter().filter_map(|done| match &done.command {
            Command::PlaceOrder(order) => Some((order, done)),
            _ => None,
        })
    }

    fn order_done(&self, id: TransferId) -> Option<(&StandingOrder, &Done)> {
        self.orders().find(|(order, _)| order.id == id)
    }

    fn is_ended(&self, id: TransferId) -> bool {
        let ends = |done: &Done| matches!(&done.command, Command::EndOrder(end) if end.order == id);
        self.done.iter().any(ends)
    }
}

/// By the day itself: its distance in days, or its month and its place in it.
fn is_due(order: &StandingOrder, day: Day) -> bool {
    let ((year, month, of_month), (y, m, d)) = (order.first.ymd(), day.ymd());
    let over = order.last != Day::BOOKING && day > order.last;
    let last_of_month = day.plus(1).ymd().2 == 1;
    let months = (y - year) * 12 + m as i32 - month as i32;
    day >= order.first
        && !over
        && match order.rhythm {
            Rhythm::Once => day == order.first,
            Rhythm::Weekly => (day.0 - order.first.0) % (7 * i32::from(order.every)) == 0,
            Rhythm::Monthly => {
                months % i32::from(order.every) == 0
                    && (d == of_month || d < of_month && last_of_month)
            }
        }
}
