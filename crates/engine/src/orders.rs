//! Payments ordered for later. Days pass when a business day is closed: what falls due then is tried on that business day
//! and, as long as it is refused, on the two after it. The bank's shell asks what is due and hands in the transfers; each
//! has an id of its own, so that none is made twice.

use crate::engine::Engine;
use crate::made_id::made_id;
use crate::query::OrderView;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use sha2::{Digest, Sha256};
use terms::limits::{ORDER_DAYS_AHEAD_MAX, ORDER_TRIES, TEXT_BYTES_MAX};
use terms::{AccountId, Day, OrderEnd, Refusal, Rhythm, StandingOrder, Transfer, TransferId};

/// What the hash of an ordered transfer's id begins with.
const ORDER_PREFIX: &[u8] = b"tongjian order v1\0";

/// All orders, and those that can still be due.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    pub(crate) rows: BTreeMap<u128, OrderRow>,
    live: BTreeSet<u128>,
    /// How often something changed since this program began; no part of the state.
    changes: u64,
}

/// An order, and what of it is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderRow {
    pub(crate) order: StandingOrder,
    pub(crate) ended: bool,
    pub(crate) due: Vec<Due>,
}

/// A day on which an order fell due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) day: Day,
    /// Business days since, the one on which it is tried first included.
    pub(crate) tries: u8,
}

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

impl OrderRow {
    /// Nothing of it will be due from `day` on.
    fn is_over(&self, day: Day) -> bool {
        self.ended || self.due.is_empty() && self.order.next_from(day).is_none()
    }
}

impl Orders {
    /// Puts an order down as it stands on business day `today`.
    pub(crate) fn insert(&mut self, row: OrderRow, today: Day) {
        let id = row.order.id.0;
        if !row.is_over(today) {
            self.live.insert(id);
        }
        self.rows.insert(id, row);
    }

    fn place(&mut self, order: &StandingOrder, today: Day) {
        let due = order.next_from(today).filter(|day| *day == today);
        let due = due.map(|day| Due { day, tries: 1 }).into_iter().collect();
        self.insert(OrderRow { order: order.clone(), ended: false, due }, today);
        self.changes += 1;
    }

    fn end(&mut self, id: u128) {
        self.live.remove(&id);
        if let Some(row) = self.rows.get_mut(&id) {
            row.ended = true;
            row.due.clear();
        }
    }

    /// The days after `day` up to `next` have passed or begin; `made` says whether a transfer was.
    pub(crate) fn close_day(&mut self, day: Day, next: Day, made: impl Fn(TransferId) -> bool) {
        self.changes += 1;
        let rows = &mut self.rows;
        self.live.retain(|id| {
            let Some(row) = rows.get_mut(id) else { return false };
            let OrderRow { order, due, .. } = row;
            let paid = |due: &Due| {
                (1..=due.tries).any(|tries| made(ordered_transfer(order.id, due.day, tries)))
            };
            due.retain(|due| due.tries < ORDER_TRIES && !paid(due));
            due.iter_mut().for_each(|due| due.tries += 1);
            let mut from = day.plus(1);
            while let Some(day) = row.order.next_from(from).filter(|day| *day <= next) {
                row.due.push(Due { day, tries: 1 });
                if day == next {
                    break;
                }
                from = day.plus(1);
            }
            !row.is_over(next.plus(1))
        });
    }
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
        if fits { Ok(()) } else { Err(Refusal::ScheduleOutOfRange) }
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
        let rows = orders.live.iter().filter_map(|id| orders.rows.get(id));
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

    /// A number that is another one whenever something new may be due.
    pub fn orders_changed(&self) -> u64 {
        self.state.orders.changes
    }

    /// Orders by id.
    pub fn orders(&self) -> impl Iterator<Item = OrderView<'_>> {
        self.state.orders.rows.values().map(|row| self.order_view(row))
    }

    /// One order.
    pub fn order(&self, id: TransferId) -> Option<OrderView<'_>> {
        self.state.orders.rows.get(&id.0).map(|row| self.order_view(row))
    }

    fn order_view<'a>(&self, row: &'a OrderRow) -> OrderView<'a> {
        let tomorrow = self.state.business_day.plus(1);
        let next = if row.ended { None } else { row.order.next_from(tomorrow) };
        OrderView { order: &row.order, ended: row.ended, next }
    }
}

/// The id of the transfer that an order brings for a day, when it is tried so often: the first 16 bytes of SHA-256 over
/// `tongjian order v1`, a zero byte, the order's id, the day and the number of the try.
pub fn ordered_transfer(order: TransferId, day: Day, tries: u8) -> TransferId {
    let hash = Sha256::new_with_prefix(ORDER_PREFIX)
        .chain_update(order.0.to_le_bytes())
        .chain_update(day.0.to_le_bytes())
        .chain_update([tries]);
    TransferId(made_id(hash))
}
