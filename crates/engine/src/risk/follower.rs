//! A bank that is followed from its first record, with what everybody did lately: before each payment its features
//! are as they were when it was decided. Replay goes through here, and so does whoever wants to know why.

use super::features::{Values, Wanted};
use super::tracker::{Books, Payment, Tracker, thousandths};
use crate::engine::Engine;
use terms::{Amount, Command, Event, RoleKind, TimeNs, Transfer, TransferFlags};

/// What is no payment of its own: the second phase of one, what takes one back, interest.
const NOT_PAYING: TransferFlags = TransferFlags(
    TransferFlags::POST_PENDING.0
        | TransferFlags::VOID_PENDING.0
        | TransferFlags::REVERSAL.0
        | TransferFlags::INTEREST.0,
);

/// The bank so far.
#[derive(Clone, Debug, Default)]
pub struct Follower {
    engine: Engine,
    tracker: Tracker,
}

impl Follower {
    /// Makes an event so; if it is a payment, `see` looks at it first, with the bank as it was before.
    pub fn follow(&mut self, event: &Event, see: impl FnOnce(&Follower, &Payment, &Transfer)) {
        let paid = self.payment(event);
        if let Some((payment, transfer)) = &paid {
            see(self, payment, transfer);
        }
        self.engine.evolve(event);
        if let Some((payment, _)) = paid {
            self.tracker.observe(&payment);
        }
        if let Event::Act(act) = event
            && act.outcome.is_ok()
            && let Command::GrantRole(role) = &act.command
            && role.kind == RoleKind::Owner
            && let Some(place) = self.engine.state.account_place(role.account)
        {
            self.tracker.own(place, role.party);
        }
    }

    /// The wanted features of a payment, as of now.
    pub fn fill(&self, payment: &Payment, wanted: &Wanted, values: &mut Values) {
        self.tracker.fill(payment, &self.engine.books(payment), wanted, values);
    }

    /// The payment that an accepted event is, if it is one.
    fn payment<'a>(&self, event: &'a Event) -> Option<(Payment, &'a Transfer)> {
        let Event::Transfer(done) = event else { return None };
        if done.outcome.is_err() || done.transfer.flags.any(NOT_PAYING) {
            return None;
        }
        let payment = self.engine.payment(&done.transfer, done.transfer.timestamp)?;
        Some((payment, &done.transfer))
    }
}

impl Engine {
    /// A transfer as risk control sees it, if both of its accounts are there.
    pub fn payment(&self, transfer: &Transfer, time: TimeNs) -> Option<Payment> {
        Some(Payment {
            time,
            payer: self.state.account_place(transfer.debit_account)?,
            payee: self.state.account_place(transfer.credit_account)?,
            ledger: transfer.ledger,
            amount: transfer.amount,
            code: transfer.code,
            device: transfer.user_data_64,
            pending: transfer.flags.has(TransferFlags::PENDING),
            utc_offset_min: self.state.utc_offset_min(),
        })
    }

    /// What the books say of a payment's accounts.
    pub fn books(&self, payment: &Payment) -> Books {
        let rows = [payment.payer, payment.payee].map(|place| self.state.accounts.at(place));
        let balance = rows.map(|row| {
            let balance = row.balance();
            let size = thousandths(Amount(balance.unsigned_abs()), row.ledger) as i64;
            if balance < 0 { -size } else { size }
        });
        Books { opened: rows.map(|row| row.timestamp), balance }
    }
}
