//! Payments ordered for later: what is due is found by looking at every day since an order was placed.

use super::decide::{Decided, check_id, check_text, unless};
use super::{Done, Model};
use terms::Refusal::*;
use terms::limits::{ORDER_DAYS_AHEAD_MAX, ORDER_TRIES};
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
        unless(repeats && ends && order.last < order.first, ScheduleOutOfRange)
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
        for done in &self.done {
            let Command::PlaceOrder(order) = &done.command else { continue };
            if self.is_ended(order.id) {
                continue;
            }
            // The business days since, the one on which it was placed first.
            let mut days = vec![done.booked];
            days.extend(self.done.iter().filter_map(|later| match &later.command {
                Command::CloseDay { next, .. } if later.record > done.record => Some(*next),
                _ => None,
            }));
            for (at, day) in days.iter().enumerate() {
                let before = if at == 0 { day.plus(-1) } else { days[at - 1] };
                let tries = days.len() - at;
                if tries > usize::from(ORDER_TRIES) {
                    continue;
                }
                let tries = tries as u8;
                for day in (before.0 + 1..=day.0).map(Day).filter(|day| is_due(order, *day)) {
                    let paid = (1..=tries).any(|at| self.is_taken(made(order.id, day, at)));
                    if !paid && !self.has_failed(made(order.id, day, tries)) {
                        due.push((order.id, day, tries));
                    }
                }
            }
        }
        due.sort_unstable();
        due
    }

    fn order_done(&self, id: TransferId) -> Option<(&StandingOrder, &Done)> {
        self.done.iter().find_map(|done| match &done.command {
            Command::PlaceOrder(order) if order.id == id => Some((order, done)),
            _ => None,
        })
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
