//! A bank that is followed from its first record, with what everybody did lately: before each payment its features
//! are as they were when it was decided. Replay goes through here, and so does whoever wants to know why.

use crate::engine::Engine;
use crate::judgement::NOT_PAYING;
use crate::risk::{Payment, Sides, Tracker, Values, Wanted};
use terms::{Command, Event, RoleKind, Transfer, TransferEvent};

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
        {
            match &act.command {
                Command::GrantRole(role) if role.kind == RoleKind::Owner => {
                    if let Some(place) = self.engine.state.account_place(role.account) {
                        let kind = self.engine.state.party_kind(role.party);
                        self.tracker.own(place, role.party, kind);
                    }
                }
                Command::RecordScreening(s) => self.tracker.screen(s.party, s.result),
                _ => {}
            }
        }
    }

    /// The bank as it is now, with what it itself keeps.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The wanted features of a payment, as of now.
    pub fn fill(&self, payment: &Payment, wanted: &Wanted, values: &mut Values) {
        self.tracker.fill(payment, &self.engine.books(payment), wanted, values);
    }

    /// The ids of a payment's accounts and of who owns them now, to look them up on a rule set's lists.
    pub fn sides(&self, payment: &Payment) -> Sides {
        self.engine.sides(&self.tracker, payment)
    }

    /// The payment that a transfer is, whatever became of it, if it is one and both of its accounts are there.
    pub fn payment_of(&self, done: &TransferEvent) -> Option<Payment> {
        if done.transfer.flags.any(NOT_PAYING) {
            return None;
        }
        self.engine.payment(&done.transfer, done.transfer.timestamp)
    }

    /// The payment that an accepted event is, if it is one.
    fn payment<'a>(&self, event: &'a Event) -> Option<(Payment, &'a Transfer)> {
        let Event::Transfer(done) = event else { return None };
        let payment = self.payment_of(done).filter(|_| done.outcome.is_ok())?;
        Some((payment, &done.transfer))
    }
}
