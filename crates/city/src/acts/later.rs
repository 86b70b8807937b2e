//! What was remembered comes due: a request said again, a reservation posted or voided, a mistake taken back,
//! a hold lifted.

use crate::desk::{After, Desk};
use crate::step::Expected;
use terms::{Amount, Command, Day, Refusal, Transfer, TransferFlags, TransferId};

impl Desk {
    /// Says what was remembered.
    pub(crate) fn follow_up(&mut self, what: After) {
        match what {
            After::Retry(transfer, refusal) => {
                let expect = self.truth.repeated(refusal);
                self.moves += 1;
                self.say(Command::Transfer(transfer), expect);
            }
            After::Post(pending, amount) => {
                self.resolve(pending, amount, TransferFlags::POST_PENDING);
            }
            After::Void(pending) => {
                self.resolve(pending, Amount::ZERO, TransferFlags::VOID_PENDING);
            }
            After::Expired(pending) => self.truth.let_expire(pending),
            After::Reverse(of) => self.take_back(&of),
            After::Release(hold) => {
                self.truth.release_hold(hold);
                self.say(Command::ReleaseHold { hold }, Expected::Done);
            }
            After::Act(intent) => self.act(intent),
            After::Errand(case) => self.go_on_with(case),
        }
    }

    fn resolve(&mut self, pending_id: TransferId, amount: Amount, flags: TransferFlags) {
        let id = self.new_id();
        self.ask(Transfer { id, pending_id, amount, flags, ..Transfer::default() });
    }

    /// Reverses a mistaken payment; one in eight clerks does it twice.
    fn take_back(&mut self, of: &Transfer) {
        let Some(expect) = self.truth.reverse(of) else { return };
        let times = if expect == Expected::Done && self.rng.chance(1_250) { 2 } else { 1 };
        for time in 0..times {
            let id = self.new_id();
            let expect =
                if time == 0 { expect } else { self.truth.repeated(Refusal::AlreadyReversed) };
            self.moves += 1;
            self.say(Command::Reverse { id, of: of.id, value_date: Day::BOOKING }, expect);
        }
    }
}
