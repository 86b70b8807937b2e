//! What must be refused, and what has to be put right: no money, over a limit, a closed account, a wrong
//! number, a fee that does not fit, money sent to the wrong person.

use crate::chart::{Channel, own, purpose};
use crate::desk::{After, Desk};
use crate::habits::round_sum;
use crate::step::Expected;
use crate::world::OrgKind;
use terms::{AccountId, Amount};

impl Desk {
    pub(super) fn buy_too_dear(&mut self, who: u32) {
        let from = self.person(who).account;
        let shop = self.world.haunt(&mut self.rng, who, OrgKind::Shop);
        let to = self.world.orgs[shop as usize].account;
        let money = self.truth.posted(from).max(0).unsigned_abs();
        let amount = money + self.rng.between(1, 200) * 1_000;
        self.pay(from, to, amount, purpose::SHOP, Channel::Card);
    }

    /// Sends just more than one transfer may carry; whoever has no such limit sends nothing.
    pub(super) fn exceed_transfer_limit(&mut self, who: u32) {
        if let (Some(most), _) = self.truth.limits(self.person(who).account) {
            self.send_much(who, most + 10_000);
        }
    }

    /// Sends twice what one transfer may carry, until the day's limit says no.
    pub(super) fn exceed_daily_limit(&mut self, who: u32) {
        let (Some(most), Some(_)) = self.truth.limits(self.person(who).account) else { return };
        for _ in 0..3 {
            if self.send_much(who, most) != Some(Expected::Done) {
                return;
            }
        }
    }

    fn send_much(&mut self, who: u32, amount: u64) -> Option<Expected> {
        let friend = self.world.friend(&mut self.rng, who);
        let (from, to) = (self.person(who).account, self.person(friend).account);
        let transfer = self.draft(from, to, amount, purpose::PEER, Channel::Web);
        self.ask(transfer)
    }

    pub(super) fn pay_closed_account(&mut self, who: u32) {
        if self.closed.is_empty() {
            return;
        }
        let gone = *self.rng.one_of(&self.closed);
        let amount = round_sum(&mut self.rng, 10_000, 80);
        let (from, to) = (self.person(who).account, self.person(gone).account);
        self.pay(from, to, amount, purpose::PEER, Channel::Mobile);
    }

    /// One digit wrong: the check digit gives it away, no such account exists.
    pub(super) fn mistype_account(&mut self, who: u32) {
        let friend = self.world.friend(&mut self.rng, who);
        let amount = round_sum(&mut self.rng, 10_000, 80);
        let (from, to) = (self.person(who).account, self.person(friend).account);
        let mut transfer = self.draft(from, to, amount, purpose::PEER, Channel::Mobile);
        let digit = 10u128.pow(self.rng.between(1, 4) as u32);
        let right = transfer.credit_account.0;
        let wrong = if right / digit % 10 == 9 { right - digit } else { right + digit };
        transfer.credit_account = AccountId(wrong);
        self.pay_as(transfer);
    }

    pub(super) fn pay_in_wrong_currency(&mut self, who: u32) {
        let Some(traveller) = self.traveller(who) else { return };
        let person = self.person(traveller);
        self.pay(person.account, person.foreign, 10_000, purpose::PEER, Channel::Web);
    }

    pub(super) fn pay_oneself(&mut self, who: u32) {
        let account = self.person(who).account;
        self.pay(account, account, 10_000, purpose::PEER, Channel::Mobile);
    }

    /// Sends everything to another bank, so that the linked fee does not fit and nothing is sent; then
    /// sends less.
    pub(super) fn forget_the_fee(&mut self, who: u32) {
        let from = self.person(who).account;
        for keep in [0, 1_000] {
            let amount = self.truth.room(from).saturating_sub(keep);
            if amount == 0 {
                return;
            }
            let payment =
                self.draft(from, own::CENTRAL_BANK, amount, purpose::TO_OTHER_BANK, Channel::Web);
            let fee = self.draft(from, own::FEE_INCOME, 500, purpose::FEE, Channel::Bank);
            if self.pay_both(payment, fee).is_some_and(|expect| expect == [Expected::Done; 2]) {
                return;
            }
        }
    }

    /// Sends money to somebody else than meant; the bank takes it back when both agree.
    pub(super) fn pay_the_wrong_person(&mut self, who: u32) {
        let wanted = round_sum(&mut self.rng, 30_000, 120);
        let stranger = self.rng.below(self.world.persons.len() as u64) as u32;
        let Some(amount) = self.cash_of(who, wanted).filter(|_| stranger != who) else { return };
        let (from, to) = (self.person(who).account, self.person(stranger).account);
        let transfer = self.draft(from, to, amount, purpose::PEER, Channel::Mobile);
        if self.ask(transfer) == Some(Expected::Done) {
            let seconds = self.rng.between(300, 9_000);
            self.after(seconds, After::Reverse(transfer));
        }
    }

    pub(super) fn raise_limit(&mut self, who: u32) {
        let account = self.person(who).account;
        if let (Some(once), Some(daily)) = self.truth.limits(account) {
            let raised = |limit: u64| Some(Amount(u128::from(limit + limit / 2)));
            self.limit(account, raised(once), raised(daily));
        }
    }
}
