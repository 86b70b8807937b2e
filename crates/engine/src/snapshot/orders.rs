//! Orders in a snapshot: behind everything else, and only if there are any.

use super::bytes::{Reader, Writer};
use crate::orders::{Due, OrderRow, Orders};
use terms::limits::ORDER_TRIES;
use terms::{AccountId, Amount, Day, Rhythm, StandingOrder, TransferId};

pub(super) fn write(w: &mut Writer, orders: &Orders) {
    w.all(orders.rows.values(), |w, row| {
        let order = &row.order;
        w.u128(order.id.0);
        w.u128(order.debit_account.0);
        w.u128(order.credit_account.0);
        w.u128(order.amount.0);
        w.u16(order.code);
        w.i32(order.first.0);
        w.i32(order.last.0);
        w.u8(order.rhythm as u8);
        w.u8(order.every);
        w.text(&order.by);
        w.u8(u8::from(row.ended));
        w.all(row.due.iter(), |w, due| {
            w.i32(due.day.0);
            w.u8(due.tries);
        });
    });
}

/// Orders as they stand on business day `today`.
pub(super) fn read(r: &mut Reader<'_>, today: Day) -> Option<Orders> {
    let mut orders = Orders::default();
    r.all(|r| {
        let (id, debit_account) = (TransferId(r.u128()?), AccountId(r.u128()?));
        let (credit_account, amount) = (AccountId(r.u128()?), Amount(r.u128()?));
        let (code, first, last) = (r.u16()?, Day(r.i32()?), Day(r.i32()?));
        let number = r.u8()?;
        let rhythm = Rhythm::ALL.into_iter().find(|rhythm| *rhythm as u8 == number)?;
        let (every, by, ended) = (r.u8()?, r.text()?, r.bool()?);
        let mut row = OrderRow {
            order: StandingOrder {
                id,
                debit_account,
                credit_account,
                amount,
                code,
                first,
                last,
                rhythm,
                every,
                by,
            },
            ended,
            due: alloc::vec::Vec::new(),
        };
        r.all(|r| {
            let due = Due { day: Day(r.i32()?), tries: r.u8()? };
            row.due.push(due);
            (1..=ORDER_TRIES).contains(&due.tries).then_some(())
        })?;
        orders.insert(row, today);
        Some(())
    })?;
    Some(orders)
}
