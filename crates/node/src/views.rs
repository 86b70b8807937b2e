//! What people may see now: balances and the lines of each account. Built from durable records only,
//! and deleted and rebuilt from the journal at will.

use engine::table::{IdTable, Rows};
use engine::{Engine, TransferPhase};
use std::collections::HashMap;
use terms::{
    AccountId, Amount, Command, Entry, Event, Side, TransferEvent, TransferFlags, TransferId,
};

/// The four sums of an account, in minor units of its ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Reserved to go out.
    pub debits_pending: Amount,
    /// Gone out.
    pub debits_posted: Amount,
    /// Reserved to come in.
    pub credits_pending: Amount,
    /// Come in.
    pub credits_posted: Amount,
}

/// An account's sums and its latest line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    balance: Balance,
    last_line: u32,
    lines: u32,
}

/// One record that touched an account, and the line before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    record: u64,
    previous: u32,
}

/// A reservation that is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pending {
    debit: u32,
    credit: u32,
    amount: u128,
}

/// No line.
const NONE: u32 = u32::MAX;

/// INVARIANT (views): what a rebuild from the journal gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Views {
    places: IdTable,
    rows: Rows<Row>,
    lines: Rows<Line>,
    pending: HashMap<TransferId, Pending>,
    records: u64,
}

impl Views {
    /// The balance of an account; `None` if there is no such account.
    pub fn balance(&self, account: AccountId) -> Option<Balance> {
        self.places.get(account.0).map(|place| self.rows.at(place).balance)
    }

    /// How many records of the journal these views have seen.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// How many lines an account has.
    pub fn line_count(&self, account: AccountId) -> u32 {
        self.places.get(account.0).map_or(0, |place| self.rows.at(place).lines)
    }

    /// The records that touched an account, each once, the latest first.
    pub fn records_of(&self, account: AccountId) -> impl Iterator<Item = u64> + '_ {
        let mut at = self.places.get(account.0).map_or(NONE, |place| self.rows.at(place).last_line);
        std::iter::from_fn(move || {
            if at == NONE {
                return None;
            }
            let line = self.lines.at(at);
            at = line.previous;
            Some(line.record)
        })
    }

    /// Shows one durable event, which is record number `record`.
    pub(crate) fn project(&mut self, event: &Event, record: u64) {
        self.records = record + 1;
        if event.outcome().is_err() {
            return;
        }
        match event {
            Event::Transfer(transfer) => self.project_transfer(transfer, record),
            Event::Act(act) => match &act.command {
                Command::CreateAccount(account) => self.open(account.id),
                Command::PostEntry(entry) => {
                    for leg in &entry.legs {
                        let place = self.place(leg.account);
                        let balance = &mut self.rows.at_mut(place).balance;
                        match leg.side {
                            Side::Debit => balance.debits_posted.0 += leg.amount.0,
                            Side::Credit => balance.credits_posted.0 += leg.amount.0,
                        }
                    }
                    self.add_legs(entry, record);
                }
                Command::Expire { pending } => self.release(*pending),
                _ => {}
            },
        }
    }

    fn project_transfer(&mut self, event: &TransferEvent, record: u64) {
        let t = &event.transfer;
        let (debit, credit) = (self.place(t.debit_account), self.place(t.credit_account));
        if t.flags.has(TransferFlags::PENDING) {
            self.rows.at_mut(debit).balance.debits_pending.0 += t.amount.0;
            self.rows.at_mut(credit).balance.credits_pending.0 += t.amount.0;
            self.pending.insert(t.id, Pending { debit, credit, amount: t.amount.0 });
        } else {
            if t.flags.has(TransferFlags::POST_PENDING) || t.flags.has(TransferFlags::VOID_PENDING)
            {
                self.release(t.pending_id);
            }
            if !t.flags.has(TransferFlags::VOID_PENDING) {
                self.rows.at_mut(debit).balance.debits_posted.0 += t.amount.0;
                self.rows.at_mut(credit).balance.credits_posted.0 += t.amount.0;
            }
        }
        self.add_line(debit, record);
        self.add_line(credit, record);
    }

    fn release(&mut self, pending: TransferId) {
        if let Some(p) = self.pending.remove(&pending) {
            self.rows.at_mut(p.debit).balance.debits_pending.0 -= p.amount;
            self.rows.at_mut(p.credit).balance.credits_pending.0 -= p.amount;
        }
    }

    fn open(&mut self, account: AccountId) {
        let place = self.rows.push(Row { balance: Balance::default(), last_line: NONE, lines: 0 });
        self.places.insert(account.0, place);
    }

    fn place(&self, account: AccountId) -> u32 {
        let place = self.places.get(account.0).unwrap_or(NONE);
        assert!(place != NONE, "a durable record names account {account}, which no record opened");
        place
    }

    fn add_line(&mut self, place: u32, record: u64) {
        let previous = self.rows.at(place).last_line;
        let line = self.lines.push(Line { record, previous });
        let row = self.rows.at_mut(place);
        row.last_line = line;
        row.lines += 1;
    }

    /// The views of a state all of whose records are durable: what projecting every record gives.
    pub(crate) fn of(engine: &Engine) -> Views {
        let mut views = Views { records: engine.records(), ..Views::default() };
        for account in engine.accounts() {
            views.open(account.account.id);
            let row = views.rows.at_mut(views.places.get(account.account.id.0).unwrap_or(NONE));
            row.balance = Balance {
                debits_pending: account.debits_pending,
                debits_posted: account.debits_posted,
                credits_pending: account.credits_pending,
                credits_posted: account.credits_posted,
            };
        }
        let mut entries = engine.entries().peekable();
        for view in engine.transfers() {
            while let Some((entry, _, _, record, _)) =
                entries.next_if(|(_, _, _, record, _)| *record < view.record)
            {
                views.add_legs(&entry, record);
            }
            let t = &view.transfer;
            let (debit, credit) = (views.place(t.debit_account), views.place(t.credit_account));
            views.add_line(debit, view.record);
            views.add_line(credit, view.record);
            if view.phase == TransferPhase::Pending {
                views.pending.insert(t.id, Pending { debit, credit, amount: t.amount.0 });
            }
        }
        for (entry, _, _, record, _) in entries {
            views.add_legs(&entry, record);
        }
        views
    }

    /// An entry is one line of an account, however many of its legs are there.
    fn add_legs(&mut self, entry: &Entry, record: u64) {
        for leg in &entry.legs {
            let place = self.place(leg.account);
            let last = self.rows.at(place).last_line;
            if last == NONE || self.lines.at(last).record != record {
                self.add_line(place, record);
            }
        }
    }
}
