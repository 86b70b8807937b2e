//! An account's statement: what it had, every line of a period, what it has. By booking date as the
//! books were written, or by value date as interest counts.

use crate::inbox::Unanswered;
use crate::turn::Node;
use journal::{DecodeError, Disk, ReadFailed, Reader};
use std::fmt;
use terms::{
    Account, AccountId, Amount, Command, Day, Event, Side, TimeNs, TransferFlags, TransferId,
};

/// Which date orders and bounds a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateKind {
    /// The business day it was booked on.
    Booking,
    /// The day it counts from.
    Value,
}

/// One posted movement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// Number of its record in the journal.
    pub record: u64,
    /// The transfer's or entry's id.
    pub id: TransferId,
    /// When it was decided, or happened elsewhere.
    pub time: TimeNs,
    /// Its business day.
    pub booking_date: Day,
    /// The day it counts from.
    pub value_date: Day,
    /// Why.
    pub code: u16,
    /// Which side.
    pub side: Side,
    /// How much, in minor units.
    pub amount: Amount,
    /// The other account; `None` for an entry of several legs.
    pub counterparty: Option<AccountId>,
    /// What it takes back, if it takes something back.
    pub reverses: Option<TransferId>,
    /// Credits less debits after this line, in the order of the statement; like every balance of it
    /// saturating where 127 bits end.
    pub balance: i128,
}

/// A statement of posted movements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Whose.
    pub account: Account,
    /// Which date it goes by.
    pub by: DateKind,
    /// First day, included.
    pub from: Day,
    /// Last day, included.
    pub to: Day,
    /// Credits less debits before the first day.
    pub opening: i128,
    /// Movements in the order of their date, then of the journal.
    pub lines: Vec<StatementLine>,
    /// Credits less debits after the last day.
    pub closing: i128,
    /// As of that many records of the journal.
    pub records: u64,
}

/// Why there is no statement.
#[derive(Debug)]
pub enum StatementFailed {
    /// There is no such account.
    AccountUnknown(AccountId),
    /// The running bank did not say whether there is such an account.
    Unanswered(Unanswered),
    /// A record cannot be read.
    Read(ReadFailed),
    /// A record cannot be understood.
    Record(DecodeError),
}

impl fmt::Display for StatementFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatementFailed::AccountUnknown(account) => write!(f, "there is no account {account}"),
            StatementFailed::Unanswered(_) => f.write_str("the bank did not answer"),
            StatementFailed::Read(_) => f.write_str("a line of the statement cannot be read"),
            StatementFailed::Record(_) => {
                f.write_str("a line of the statement cannot be understood")
            }
        }
    }
}

impl std::error::Error for StatementFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StatementFailed::AccountUnknown(_) => None,
            StatementFailed::Unanswered(source) => Some(source),
            StatementFailed::Read(source) => Some(source),
            StatementFailed::Record(source) => Some(source),
        }
    }
}

impl<D: Disk> Node<D> {
    /// The statement of an account from `from` to `to`, both included.
    ///
    /// # Errors
    /// See [`StatementFailed`].
    pub fn statement(
        &self,
        account: AccountId,
        from: Day,
        to: Day,
        by: DateKind,
    ) -> Result<Statement, StatementFailed> {
        let found =
            self.engine().account(account).ok_or(StatementFailed::AccountUnknown(account))?;
        let (records, seen) = {
            let views = self.views();
            (views.records_of(account).collect(), views.records())
        };
        Statement::read(&self.reader(), found.account, (records, seen), (from, to), by)
    }
}

impl Statement {
    /// From the records that touched the account, the latest first, of the first `seen` of the journal.
    ///
    /// # Errors
    /// A record cannot be read or understood.
    pub fn read<D: Disk>(
        reader: &Reader<D>,
        account: Account,
        (records, seen): (Vec<u64>, u64),
        (from, to): (Day, Day),
        by: DateKind,
    ) -> Result<Statement, StatementFailed> {
        let mut lines = Vec::with_capacity(records.len());
        let mut wanted = records.into_iter().rev().peekable();
        while let Some(record) = wanted.peek() {
            let (entry, _) = reader.locate(*record).map_err(StatementFailed::Read)?;
            let batch = reader.batch(entry).map_err(StatementFailed::Read)?;
            for (number, bytes) in (batch.header.first_record..).zip(batch.records()) {
                if wanted.next_if_eq(&number).is_some() {
                    let event = bytes.1.and_then(journal::record::decode);
                    let event = event.map_err(StatementFailed::Record)?;
                    lines_of(account.id, number, &event, &mut lines);
                }
            }
            let beyond = wanted.peek().is_none_or(|next| *next >= batch.header.next_record());
            assert!(beyond, "entry {entry} has the records that its header counts");
        }
        let day = |line: &StatementLine| {
            if by == DateKind::Value { line.value_date } else { line.booking_date }
        };
        lines.sort_by_key(|line| (day(line), line.record));
        let (mut balance, mut opening) = (0i128, 0i128);
        for line in &mut lines {
            let amount = i128::try_from(line.amount.0).unwrap_or(i128::MAX);
            balance = match line.side {
                Side::Credit => balance.saturating_add(amount),
                Side::Debit => balance.saturating_sub(amount),
            };
            line.balance = balance;
            if day(line) < from {
                opening = balance;
            }
        }
        lines.retain(|line| (from..=to).contains(&day(line)));
        let closing = lines.last().map_or(opening, |line| line.balance);
        Ok(Statement { account, by, from, to, opening, lines, closing, records: seen })
    }
}

/// The posted movements of `account` in an event.
fn lines_of(account: AccountId, record: u64, event: &Event, lines: &mut Vec<StatementLine>) {
    match event {
        Event::Transfer(event) => {
            let t = &event.transfer;
            if t.flags.has(TransferFlags::PENDING) || t.flags.has(TransferFlags::VOID_PENDING) {
                return;
            }
            let side = if t.debit_account == account { Side::Debit } else { Side::Credit };
            let counterparty = if side == Side::Debit { t.credit_account } else { t.debit_account };
            lines.push(StatementLine {
                record,
                id: t.id,
                time: t.timestamp,
                booking_date: event.booking_date,
                value_date: t.value_date,
                code: t.code,
                side,
                amount: t.amount,
                counterparty: Some(counterparty),
                reverses: t.flags.has(TransferFlags::REVERSAL).then_some(t.pending_id),
                balance: 0,
            });
        }
        Event::Act(act) => {
            let Command::PostEntry(entry) = &act.command else {
                return;
            };
            for leg in entry.legs.iter().filter(|leg| leg.account == account) {
                lines.push(StatementLine {
                    record,
                    id: entry.id,
                    time: act.time,
                    booking_date: act.booking_date,
                    value_date: entry.value_date,
                    code: entry.code,
                    side: leg.side,
                    amount: leg.amount,
                    counterparty: None,
                    reverses: (entry.reverses.0 != 0).then_some(entry.reverses),
                    balance: 0,
                });
            }
        }
    }
}
