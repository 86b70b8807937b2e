//! Rare things with a story: a court blocks an account and lets go again, somebody leaves the bank.

use crate::chart::{Channel, own, purpose};
use crate::desk::{After, Desk};
use crate::habits::NS_PER_S;
use crate::intent::{Act, Intent};
use crate::step::Expected;
use crate::world::{NONE, OrgKind};
use terms::{Amount, Command, Hold, HoldOrder, TransferFlags};

/// Seconds for which a court blocks money.
const BLOCKED_S: u64 = 9 * 86_400;

impl Desk {
    pub(super) fn court_blocks_all(&mut self, who: u32) {
        self.court_order(who, |_| None);
    }

    pub(super) fn court_blocks_part(&mut self, who: u32) {
        self.court_order(who, |money| Some(Amount(u128::from(money * 4 / 5))));
    }

    /// Blocks the first account from `who` on that has money and nothing pending.
    fn court_order(&mut self, who: u32, blocked: impl Fn(u64) -> Option<Amount>) {
        let n = self.world.persons.len() as u32;
        let found = (0..n).map(|step| (who + step) % n).find(|at| {
            let account = self.world.persons[*at as usize].account;
            self.truth.is_plain(account) && self.truth.posted(account) > 500_000
        });
        let Some(found) = found else { return };
        let place = self.person(found).account;
        let id = self.new_id();
        let hold = Hold {
            id,
            account: self.world.id(place),
            amount: blocked(self.truth.room(place)),
            order: HoldOrder::Court,
            reference: format!("（{}）明执字第{}号", self.first_day.ymd().0, found + 1),
        };
        self.truth.place_hold(&hold);
        self.say(Command::PlaceHold(hold), Expected::Done);
        self.after(BLOCKED_S, After::Release(id));
        for hours in [2, 30, 75] {
            let seconds = hours * 3_600;
            let time = self.now + seconds * NS_PER_S;
            self.after(seconds, After::Act(Intent { time, who: found, act: Act::PayWhileBlocked }));
        }
    }

    /// The debtor tries to spend half of the money all the same.
    pub(super) fn pay_while_blocked(&mut self, who: u32) {
        let from = self.person(who).account;
        let shop = self.world.haunt(&mut self.rng, who, OrgKind::Shop);
        let to = self.world.orgs[shop as usize].account;
        let half = self.truth.posted(from).max(0).unsigned_abs() / 2;
        self.pay(from, to, half, purpose::SHOP, Channel::Card);
    }

    /// Sweeps the account to another bank and closes it, unless there is more to wind up first.
    pub(super) fn leave(&mut self, who: u32) {
        let person = self.person(who);
        let more = [person.savings, person.mortgage, person.card, person.foreign]
            .iter()
            .any(|at| *at != NONE);
        if more || !self.truth.is_plain(person.account) {
            return;
        }
        let most = self.truth.room(person.account) + 100_000;
        let mut sweep = self.draft(
            person.account,
            own::CENTRAL_BANK,
            most,
            purpose::TO_OTHER_BANK,
            Channel::Counter,
        );
        sweep.flags = TransferFlags::BALANCING_DEBIT;
        self.ask(sweep);
        let mut closing =
            self.draft(person.account, own::SUSPENSE, 0, purpose::CLOSING, Channel::Counter);
        closing.flags = TransferFlags::PENDING | TransferFlags::CLOSING_DEBIT;
        if self.ask(closing) == Some(Expected::Done) {
            self.closed.push(who);
        }
    }
}
