//! What people do as they please: buy, eat, ride, send, save, change money, go to the counter.

use crate::chart::{Channel, own, purpose};
use crate::desk::Desk;
use crate::habits::{price, red_packet, round_sum};
use crate::step::Expected;
use crate::world::{Life, NONE, OrgKind, place_of};
use terms::{Amount, Command, Currency, Day, Entry, Leg, Side, Transfer, TransferId};

/// Fen that a credit card may owe; the town keeps to it by itself.
const CARD_LINE: i64 = 2_000_000;
/// What a merchant pays for a card payment, in millionths.
const MERCHANT_FEE_PPM: u64 = 3_800;
/// Fen that a payment to another bank costs at most.
pub(super) const AWAY_FEE_MAX: u64 = 5_000;

impl Desk {
    /// From which account the person pays, and how much at most: three times poorer people buy three
    /// times smaller things.
    pub(super) fn purse(&mut self, who: u32, wanted: u64) -> Option<(u32, u64)> {
        let person = self.person(who);
        if person.card != NONE && self.rng.chance(6_000) {
            let free = CARD_LINE + self.truth.posted(person.card);
            if wanted.cast_signed() <= free {
                return Some((person.card, wanted));
            }
        }
        let affordable = self.cash_of(who, wanted)?;
        Some((person.account, affordable))
    }

    /// What the person pays from the current account instead of `wanted`.
    pub(super) fn cash_of(&mut self, who: u32, wanted: u64) -> Option<u64> {
        let room = self.truth.room(self.person(who).account);
        let affordable = if wanted <= room / 2 { wanted } else { room / 3 / 100 * 100 };
        (affordable >= 100).then_some(affordable)
    }

    fn buy(&mut self, who: u32, kind: OrgKind, wanted: u64, code: u16, channel: Channel) {
        let seller = self.world.haunt(&mut self.rng, who, kind);
        let to = self.world.orgs[seller as usize].account;
        if let Some((from, amount)) = self.purse(who, wanted) {
            self.pay(from, to, amount, code, channel);
        }
    }

    /// Some merchants pay their fee with each payment: both or neither.
    pub(super) fn shop(&mut self, who: u32) {
        let median = if self.person(who).life == Life::Child { 900 } else { 4_500 };
        let wanted = price(&mut self.rng, median, 110);
        if !self.rng.chance(600) {
            return self.buy(who, OrgKind::Shop, wanted, purpose::SHOP, Channel::Card);
        }
        let shop = self.world.haunt(&mut self.rng, who, OrgKind::Shop);
        let to = self.world.orgs[shop as usize].account;
        if let Some((from, amount)) = self.purse(who, wanted) {
            let fee = (amount * MERCHANT_FEE_PPM / 1_000_000).max(1);
            let payment = self.draft(from, to, amount, purpose::SHOP, Channel::Card);
            let fee = self.draft(to, own::FEE_INCOME, fee, purpose::FEE, Channel::Bank);
            self.pay_both(payment, fee);
        }
    }

    pub(super) fn market(&mut self, who: u32) {
        let wanted = price(&mut self.rng, 2_800, 80);
        self.buy(who, OrgKind::Market, wanted, purpose::MARKET, Channel::Mobile);
    }

    pub(super) fn eat_out(&mut self, who: u32) {
        let wanted = price(&mut self.rng, 3_600, 90);
        self.buy(who, OrgKind::Restaurant, wanted, purpose::RESTAURANT, Channel::Mobile);
    }

    pub(super) fn order_online(&mut self, who: u32) {
        let wanted = price(&mut self.rng, 11_000, 120);
        self.buy(who, OrgKind::OnlineShop, wanted, purpose::ONLINE, Channel::Web);
    }

    pub(super) fn ride(&mut self, who: u32) {
        let fare = self.rng.between(2, 9) * 100;
        self.buy(who, OrgKind::Transit, fare, purpose::TRANSIT, Channel::Mobile);
    }

    pub(super) fn see_doctor(&mut self, who: u32) {
        let wanted = price(&mut self.rng, 14_000, 130);
        self.buy(who, OrgKind::Hospital, wanted, purpose::HOSPITAL, Channel::Card);
    }

    pub(super) fn send_to_friend(&mut self, who: u32) {
        let wanted = round_sum(&mut self.rng, 12_000, 170);
        let friend = self.world.friend(&mut self.rng, who);
        self.send(who, friend, wanted, purpose::PEER);
    }

    pub(super) fn send_red_packet(&mut self, who: u32) {
        let wanted = red_packet(&mut self.rng);
        let friend = self.world.friend(&mut self.rng, who);
        self.send(who, friend, wanted, purpose::RED_PACKET);
    }

    fn send(&mut self, who: u32, friend: u32, wanted: u64, code: u16) {
        if friend == who {
            return;
        }
        if let Some(amount) = self.cash_of(who, wanted) {
            let (from, to) = (self.person(who).account, self.person(friend).account);
            let paid = self.pay(from, to, amount, code, Channel::Mobile);
            self.note(paid, who);
        }
    }

    /// Payment and fee: both or neither.
    pub(super) fn send_to_other_bank(&mut self, who: u32) {
        let wanted = round_sum(&mut self.rng, 60_000, 150);
        if let Some(amount) = self.cash_of(who, wanted) {
            let payment = self.draft_away(self.person(who).account, amount);
            self.pay_away(payment);
        }
    }

    pub(super) fn draft_away(&mut self, from: u32, amount: u64) -> Transfer {
        self.draft(from, own::CENTRAL_BANK, amount, purpose::TO_OTHER_BANK, Channel::Mobile)
    }

    pub(super) fn pay_away(&mut self, payment: Transfer) -> Option<TransferId> {
        let from = place_of(payment.debit_account)? as u32;
        let fee = (payment.amount.0 as u64 / 1_000).clamp(200, AWAY_FEE_MAX);
        let fee = self.draft(from, own::FEE_INCOME, fee, purpose::FEE, Channel::Bank);
        let answers = self.pay_both(payment, fee)?;
        (answers == [Expected::Done; 2]).then_some(payment.id)
    }

    /// Now and then the other bank was late, and the money counts from a day or two before.
    pub(super) fn receive_from_other_bank(&mut self, who: u32) {
        let amount = round_sum(&mut self.rng, 70_000, 150);
        let to = self.person(who).account;
        let mut transfer =
            self.draft(own::CENTRAL_BANK, to, amount, purpose::FROM_OTHER_BANK, Channel::Bank);
        let late = self.rng.between(1, 2) as i32;
        let counts_from = self.today().plus(-late);
        if self.rng.chance(500) && counts_from >= self.first_day {
            transfer.value_date = counts_from;
        }
        self.pay_as(transfer);
    }

    /// Old people like to hold their money in their hands; most come to fetch it.
    pub(super) fn go_to_counter(&mut self, who: u32) {
        let tills = self.world.tills.clone();
        let till = tills.start + who % (tills.end - tills.start);
        if self.rng.chance(7_500) {
            let wanted = self.rng.between(4, 30) * 10_000;
            return self.draw_cash(who, till, wanted, Channel::Counter);
        }
        let amount = self.rng.between(1, 40) * 10_000;
        let to = self.person(who).account;
        self.pay(till, to, amount, purpose::CASH_IN, Channel::Counter);
    }

    pub(super) fn go_to_machine(&mut self, who: u32) {
        let machines = self.world.machines.clone();
        let machine = machines.start + who % (machines.end - machines.start);
        let wanted = self.rng.between(1, 20) * 10_000;
        self.draw_cash(who, machine, wanted, Channel::Machine);
    }

    fn draw_cash(&mut self, who: u32, till: u32, wanted: u64, channel: Channel) {
        let from = self.person(who).account;
        let amount = wanted.min(self.truth.room(from) / 2) / 10_000 * 10_000;
        if amount > 0 {
            self.hand_out(from, till, amount, channel);
        }
    }

    pub(super) fn hand_out(
        &mut self,
        from: u32,
        till: u32,
        amount: u64,
        channel: Channel,
    ) -> Option<TransferId> {
        if (-self.truth.posted(till)).max(0).unsigned_abs() < amount {
            self.bring_cash(till, 10_000_000);
        }
        self.pay(from, till, amount, purpose::CASH_OUT, channel)
    }

    pub(super) fn save(&mut self, who: u32) {
        let person = self.person(who);
        if person.savings == NONE {
            return self.send_to_friend(who);
        }
        let wanted = round_sum(&mut self.rng, 150_000, 130);
        let (from, to) = if self.rng.chance(6_000) {
            (person.account, person.savings)
        } else {
            (person.savings, person.account)
        };
        let amount = wanted.min(self.truth.room(from) / 2);
        if amount >= 100 {
            self.pay(from, to, amount, purpose::SAVING, Channel::Mobile);
        }
    }

    /// Four legs: the customer's two accounts and the bank's two positions.
    pub(super) fn exchange(&mut self, who: u32) {
        let Some(traveller) = self.traveller(who) else { return };
        let person = self.person(traveller);
        let currency = self.world.accounts[person.foreign as usize].currency;
        // Fen for 100 cents or for 100 yen, with the bank's margin on either side.
        let (sells, buys, lot) =
            if currency == Currency::USD { (715, 709, 10_000) } else { (482, 474, 1_000) };
        let lots = self.rng.between(1, 8);
        let (cny, foreign) = (self.world.id(person.account), self.world.id(person.foreign));
        let positions =
            [self.world.id(own::POSITION_CNY), self.world.id(self.world.position(currency))];
        let buying = self.rng.chance(6_500);
        let rate = if buying { sells } else { buys };
        let (units, fen) = (lots * lot, lots * lot * rate / 100);
        let (side, back) =
            if buying { (Side::Debit, Side::Credit) } else { (Side::Credit, Side::Debit) };
        let leg = |account, side, amount: u64| Leg { account, side, amount: Amount(amount.into()) };
        let entry = Entry {
            id: self.new_id(),
            code: purpose::EXCHANGE,
            value_date: Day::BOOKING,
            user_data_128: 0,
            reverses: Default::default(),
            legs: vec![
                leg(cny, side, fen),
                leg(positions[0], back, fen),
                leg(positions[1], side, units),
                leg(foreign, back, units),
            ],
        };
        if let Some(expect) = self.truth.entry(&entry) {
            self.moves += 1;
            self.say(Command::PostEntry(entry), expect);
        }
    }

    /// One of those who have an account in a foreign currency and still bank here.
    pub(super) fn traveller(&self, draw: u32) -> Option<u32> {
        let travellers = &self.world.travellers;
        if travellers.is_empty() {
            return None;
        }
        Some(travellers[draw as usize % travellers.len()])
    }
}
