//! Payments ordered for later. Days pass when a business day is closed: what falls due then is tried on that business day
//! and, as long as it is refused, on the two after it. The bank's shell asks what is due and hands in the transfers; each
//! has an id of its own, so that none is made twice.

use crate::made_id::made_id;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use sha2::{Digest, Sha256};
use terms::limits::ORDER_TRIES;
use terms::{AccountId, Day, StandingOrder, TransferId};

/// What the hash of an ordered transfer's id begins with.
const ORDER_PREFIX: &[u8] = b"tongjian order v1\0";

/// All orders, and those in force: what can still be due, by account and id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    pub(crate) rows: BTreeMap<u128, OrderRow>,
    pub(crate) live: BTreeSet<(u128, u128)>,
    /// How often something changed since this program began; no part of the state.
    pub(crate) changes: u64,
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

impl OrderRow {
    fn key(&self) -> (u128, u128) {
        (self.order.debit_account.0, self.order.id.0)
    }

    /// Nothing of it will be due from `day` on.
    fn is_over(&self, day: Day) -> bool {
        self.ended || self.due.is_empty() && self.order.next_from(day).is_none()
    }
}

impl Orders {
    /// Puts an order down as it stands on business day `today`.
    pub(crate) fn insert(&mut self, row: OrderRow, today: Day) {
        if !row.is_over(today) {
            self.live.insert(row.key());
        }
        self.rows.insert(row.order.id.0, row);
    }

    pub(crate) fn place(&mut self, order: &StandingOrder, today: Day) {
        let due = order.next_from(today).filter(|day| *day == today);
        let due = due.map(|day| Due { day, tries: 1 }).into_iter().collect();
        self.insert(OrderRow { order: order.clone(), ended: false, due }, today);
        self.changes += 1;
    }

    pub(crate) fn end(&mut self, id: u128) {
        if let Some(row) = self.rows.get_mut(&id) {
            self.live.remove(&row.key());
            row.ended = true;
            row.due.clear();
        }
    }

    /// Ids of what an account has in force.
    pub(crate) fn of_account(&self, account: AccountId) -> impl Iterator<Item = u128> + '_ {
        self.live.range((account.0, 0)..=(account.0, u128::MAX)).map(|(_, id)| *id)
    }

    /// The days after `day` up to `next` have passed or begin; `made` says whether a transfer was.
    pub(crate) fn close_day(&mut self, day: Day, next: Day, made: impl Fn(TransferId) -> bool) {
        self.changes += 1;
        let rows = &mut self.rows;
        self.live.retain(|(_, id)| {
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

/// The id of the transfer that an order brings for a day, when it is tried so often: the first 16 bytes of SHA-256 over
/// `tongjian order v1`, a zero byte, the order's id, the day and the number of the try.
pub fn ordered_transfer(order: TransferId, day: Day, tries: u8) -> TransferId {
    let hash = Sha256::new_with_prefix(ORDER_PREFIX)
        .chain_update(order.0.to_le_bytes())
        .chain_update(day.0.to_le_bytes())
        .chain_update([tries]);
    TransferId(made_id(hash))
}
