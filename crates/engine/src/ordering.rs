//! What may be ordered for later, what of it is due today, and what is known of each order.

use crate::engine::Engine;
use crate::orders::{Due, OrderRow, ordered_transfer};
use crate::query::OrderView;
use terms::limits::{ORDER_DAYS_AHEAD_MAX, ORDER_TRIES, ORDERS_OF_ACCOUNT_MAX, TEXT_BYTES_MAX};
use terms::{AccountId, Day, OrderEnd, Refusal, Rhythm, StandingOrder, Transfer, TransferId};

/// A transfer that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueTransfer {
    /// The order it is of.
    pub order: TransferId,
    /// The day it was due.
    pub day: Day,
    /// How many business days it has been tried, this one included.
    pub tries: u8,
    /// What is to be asked for.
    pub transfer: Transfer,
}

impl Engine {
    pub(crate) fn allow_order(&self, order: &StandingOrder) -> Result<(), Refusal> {
        if order.by.len() > TEXT_BYTES_MAX {
            return Err(Refusal::TextTooLong);
        }
        match order.id.0 {
            0 => return Err(Refusal::IdMustNotBeZero),
            u128::MAX => return Err(Refusal::IdMustNotBeIntMax),
            _ => {}
        }
        match self.state.orders.rows.get(&order.id.0) {
            Some(row) if row.order == *order => return Err(Refusal::Exists),
            Some(_) => return Err(Refusal::ExistsWithDifferentContent),
            None => {}
        }
        if order.debit_account == order.credit_account {
            return Err(Refusal::AccountsMustBeDifferent);
        }
        if order.code == 0 {
            return Err(Refusal::CodeMustNotBeZero);
        }
        if order.amount.0 == 0 {
            return Err(Refusal::OrderAmountMustNotBeZero);
        }
        let ledger = |account: AccountId, refusal| {
            let place = self.state.account_place(account).ok_or(refusal)?;
            Ok(self.state.accounts.at(place).ledger)
        };
        let debit = ledger(order.debit_account, Refusal::DebitAccountNotFound)?;
        let credit = ledger(order.credit_account, Refusal::CreditAccountNotFound)?;
        if debit != credit {
            return Err(Refusal::AccountsMustHaveTheSameLedger);
        }
        let Some(today) = self.business_day() else { return Err(Refusal::InstitutionNotOpen) };
        let ahead = today.plus(ORDER_DAYS_AHEAD_MAX);
        let once = order.every == 1 && order.last == Day::BOOKING;
        let open_end = order.last == Day::BOOKING;
        let fits = (today..=ahead).contains(&order.first)
            && order.every >= 1
            && if order.rhythm == Rhythm::Once {
                once
            } else {
                open_end || order.last >= order.first
            };
        if !fits {
            return Err(Refusal::ScheduleOutOfRange);
        }
        let in_force = self.state.orders.of_account(order.debit_account).count();
        if in_force < ORDERS_OF_ACCOUNT_MAX { Ok(()) } else { Err(Refusal::TooManyOrders) }
    }

    pub(crate) fn allow_order_end(&self, end: &OrderEnd) -> Result<(), Refusal> {
        if end.by.len() > TEXT_BYTES_MAX {
            return Err(Refusal::TextTooLong);
        }
        match self.state.orders.rows.get(&end.order.0) {
            None => Err(Refusal::OrderNotFound),
            Some(row) if row.ended => Err(Refusal::OrderAlreadyEnded),
            Some(_) => Ok(()),
        }
    }

    pub(crate) fn place_order(&mut self, order: &StandingOrder) {
        self.state.orders.place(order, self.state.business_day);
    }

    pub(crate) fn end_order(&mut self, end: &OrderEnd) {
        self.state.orders.end(end.order.0);
    }

    /// What of all orders is to be asked for on this business day: due, not done, and not refused today.
    pub fn orders_due(&self) -> impl Iterator<Item = DueTransfer> + '_ {
        let orders = &self.state.orders;
        let rows = orders.live.iter().filter_map(|(_, id)| orders.rows.get(id));
        rows.flat_map(|row| row.due.iter().filter_map(|due| self.due_transfer(&row.order, *due)))
    }

    fn due_transfer(&self, order: &StandingOrder, due: Due) -> Option<DueTransfer> {
        let id = |tries| ordered_transfer(order.id, due.day, tries);
        if (1..=due.tries).any(|tries| self.state.find(id(tries).0).is_some())
            || self.has_failed(id(due.tries))
        {
            return None;
        }
        let place = self.state.account_place(order.debit_account)?;
        let transfer = Transfer {
            id: id(due.tries),
            debit_account: order.debit_account,
            credit_account: order.credit_account,
            amount: order.amount,
            user_data_128: order.id.0,
            user_data_64: u64::try_from(due.day.0).unwrap_or(0),
            ledger: self.state.accounts.at(place).ledger,
            code: order.code,
            ..Transfer::default()
        };
        Some(DueTransfer { order: order.id, day: due.day, tries: due.tries, transfer })
    }

    /// What orders in force brought from `since` on and nobody was paid: every try was refused, and there is no other. The order,
    /// and the day it was due.
    pub fn orders_given_up(&self, since: Day) -> impl Iterator<Item = (&StandingOrder, Day)> {
        let today = self.business_day().unwrap_or(since);
        let rows = self.state.orders.rows.values().filter(|row| !row.ended);
        rows.flat_map(move |row| {
            let later = |day: &Day| row.order.next_from(day.plus(1));
            let days = core::iter::successors(row.order.next_from(since), later);
            let past = days.take_while(move |day| *day <= today);
            let unpaid = past.filter(move |day| {
                let made = |tries| ordered_transfer(row.order.id, *day, tries);
                let tried = row.due.iter().any(|due| due.day == *day);
                !tried && !(1..=ORDER_TRIES).any(|n| self.state.find(made(n).0).is_some())
            });
            unpaid.map(|day| (&row.order, day))
        })
    }

    /// A number that is another one whenever something new may be due.
    pub fn orders_changed(&self) -> u64 {
        self.state.orders.changes
    }

    /// Orders by id.
    pub fn orders(&self) -> impl Iterator<Item = OrderView<'_>> {
        self.state.orders.rows.values().map(|row| self.order_view(row))
    }

    /// What an account has in force, by id.
    pub fn orders_of(&self, account: AccountId) -> impl Iterator<Item = OrderView<'_>> {
        let orders = &self.state.orders;
        let rows = orders.of_account(account).filter_map(|id| orders.rows.get(&id));
        rows.map(|row| self.order_view(row))
    }

    /// One order.
    pub fn order(&self, id: TransferId) -> Option<OrderView<'_>> {
        self.state.orders.rows.get(&id.0).map(|row| self.order_view(row))
    }

    fn order_view<'a>(&self, row: &'a OrderRow) -> OrderView<'a> {
        let tomorrow = self.state.business_day.plus(1);
        let next = if row.ended { None } else { row.order.next_from(tomorrow) };
        let in_force = next.is_some() || !row.due.is_empty();
        OrderView { order: &row.order, ended: row.ended, in_force, next }
    }
}
