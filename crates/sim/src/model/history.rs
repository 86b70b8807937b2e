//! What people ask about the past: how a transfer stands, and what moved on an account. Found by
//! reading everything.

use super::Model;
use super::sums::moves;
use terms::{AccountId, Command, Day, Entry, Side, Transfer, TransferFlags, TransferId};

/// Which date orders and bounds a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The business day it was booked on.
    Booking,
    /// The day it counts from.
    Value,
}

/// One posted movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of the answer that brought it.
    pub record: u64,
    /// The transfer's or entry's id.
    pub id: TransferId,
    /// Its business day.
    pub booking_date: Day,
    /// The day it counts from.
    pub value_date: Day,
    /// Which side.
    pub side: Side,
    /// How much, in minor units.
    pub amount: u128,
    /// Credits less debits after it, in the order of the statement.
    pub balance: i128,
}

/// What moved on an account in a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Credits less debits before the first day.
    pub opening: i128,
    /// Movements by date, then in the order they were done.
    pub lines: Vec<Line>,
    /// Credits less debits after the last day.
    pub closing: i128,
}

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Posted at once, or itself a posting or voiding.
    Final,
    /// Reserved.
    Pending,
    /// Was reserved, then posted.
    Posted,
    /// Was reserved, then voided.
    Voided,
    /// Was reserved until its time was over.
    Expired,
}

/// A transfer as it was done, and how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stood {
    /// With every open field filled in.
    pub transfer: Transfer,
    /// Its business day.
    pub booking_date: Day,
    /// Pending, resolved or final.
    pub phase: Phase,
    /// Taken back by a later one.
    pub reversed: bool,
    /// The number of the answer that brought it.
    pub record: u64,
}

impl Model {
    /// What moved on an account from `from` to `to`, both included.
    pub fn statement(&self, account: AccountId, from: Day, to: Day, by: By) -> Statement {
        let mut lines = Vec::new();
        for done in &self.done {
            let mut line = |id, value_date, side, amount| {
                let (record, booking_date) = (done.record, done.booked);
                lines.push(Line { record, id, booking_date, value_date, side, amount, balance: 0 });
            };
            match &done.command {
                Command::Transfer(t) if moves(t) => {
                    let sides = [(t.debit_account, Side::Debit), (t.credit_account, Side::Credit)];
                    for (_, side) in sides.into_iter().filter(|(whose, _)| *whose == account) {
                        line(t.id, t.value_date, side, t.amount.0);
                    }
                }
                Command::PostEntry(entry) => {
                    for leg in entry.legs.iter().filter(|leg| leg.account == account) {
                        line(entry.id, entry.value_date, leg.side, leg.amount.0);
                    }
                }
                _ => {}
            }
        }
        let day = |line: &Line| if by == By::Value { line.value_date } else { line.booking_date };
        lines.sort_by_key(|line| (day(line), line.record));
        let mut balance = 0i128;
        for line in &mut lines {
            let amount = i128::try_from(line.amount).unwrap_or(i128::MAX);
            let signed = if line.side == Side::Credit { amount } else { -amount };
            balance = balance.saturating_add(signed);
            line.balance = balance;
        }
        let opening = lines.iter().rfind(|line| day(line) < from).map_or(0, |line| line.balance);
        lines.retain(|line| (from..=to).contains(&day(line)));
        let closing = lines.last().map_or(opening, |line| line.balance);
        Statement { opening, lines, closing }
    }

    /// The transfer with this id, if it was done.
    pub fn transfer(&self, id: TransferId) -> Option<Stood> {
        let (done, t) = self.transfer_done(id)?;
        let phase = match self.resolution_of(id) {
            _ if !t.flags.has(TransferFlags::PENDING) => Phase::Final,
            Some(by) if by.flags.has(TransferFlags::POST_PENDING) => Phase::Posted,
            Some(_) => Phase::Voided,
            None if self.is_expired(id) => Phase::Expired,
            None => Phase::Pending,
        };
        let (booking_date, record) = (done.booked, done.record);
        Some(Stood { transfer: *t, booking_date, phase, reversed: self.is_reversed(id), record })
    }

    /// The entry with this id, its business day, and whether it was taken back.
    pub fn entry(&self, id: TransferId) -> Option<(&Entry, Day, bool)> {
        let (done, entry) = self.entry_done(id)?;
        Some((entry, done.booked, self.is_reversed(id)))
    }

    /// The ids of all transfers and then of all entries that were done.
    pub fn movement_ids(&self) -> Vec<TransferId> {
        let transfers = self.transfers().map(|(_, t)| t.id);
        transfers.chain(self.entries().map(|(_, entry)| entry.id)).collect()
    }

    /// Whether an id was refused for a reason that may have passed since.
    pub fn has_failed(&self, id: TransferId) -> bool {
        self.failed.contains(&id)
    }

    pub(super) fn is_reversed(&self, id: TransferId) -> bool {
        self.transfers().any(|(_, t)| t.flags.has(TransferFlags::REVERSAL) && t.pending_id == id)
            || self.entries().any(|(_, entry)| entry.reverses == id)
    }
}
