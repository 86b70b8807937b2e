//! Card payments in two phases: the amount is reserved, and later posted in part, voided or forgotten.
//! Nothing here happens near the end of a reservation's time, where the town could not know the answer.

use crate::chart::{Channel, purpose};
use crate::desk::{After, Desk};
use crate::habits::{NS_PER_S, price};
use crate::intent::{Act, Intent};
use crate::step::Expected;
use crate::world::OrgKind;
use terms::{Amount, TransferFlags};

/// Seconds of a day.
const DAY_S: u64 = 86_400;
/// Seconds of an hour.
const HOUR_S: u64 = 3_600;

impl Desk {
    /// A hotel reserves a deposit for some nights and posts the bill when the guest leaves.
    pub(super) fn stay_in_hotel(&mut self, who: u32) {
        let wanted = price(&mut self.rng, 90_000, 50);
        let nights = self.rng.between(1, 4);
        let leaves = nights * DAY_S - self.rng.between(4, 9) * HOUR_S;
        self.reserve(who, OrgKind::Hotel, wanted, purpose::HOTEL, 6 * DAY_S, leaves);
    }

    /// A market hall or a petrol pump reserves more than will be needed, for two hours.
    pub(super) fn leave_deposit(&mut self, who: u32) {
        let wanted = self.rng.between(1, 4) * 10_000;
        let done = self.rng.between(3, 50) * 60;
        self.reserve(who, OrgKind::Market, wanted, purpose::MARKET, 2 * HOUR_S, done);
    }

    fn reserve(
        &mut self,
        who: u32,
        kind: OrgKind,
        wanted: u64,
        code: u16,
        timeout_s: u64,
        done_s: u64,
    ) {
        let from = self.person(who).account;
        if self.truth.is_held(from) {
            return;
        }
        let Some(amount) = self.cash_of(who, wanted) else { return };
        let seller = self.world.haunt(&mut self.rng, who, kind);
        let to = self.world.orgs[seller as usize].account;
        let mut pending = self.draft(from, to, amount, code, Channel::Card);
        pending.flags = TransferFlags::PENDING;
        pending.timeout_s = timeout_s as u32;
        if self.ask(pending) != Some(Expected::Done) {
            return;
        }
        let id = pending.id;
        let bill = Amount(u128::from(amount * self.rng.between(50, 100) / 100).max(1));
        match self.rng.below(100) {
            0..78 => self.after(done_s, After::Post(id, bill)),
            78..84 => self.after(done_s, After::Post(id, Amount::MAX)),
            84..86 => {
                // The terminal asks twice, under two ids.
                self.after(done_s, After::Post(id, bill));
                self.after(done_s + 20, After::Post(id, bill));
            }
            86..88 => {
                self.after(done_s, After::Post(id, Amount(u128::from(amount) + 1)));
                self.after(done_s + 60, After::Post(id, bill));
            }
            88..95 => self.after(done_s, After::Void(id)),
            95..97 => self.after(timeout_s + 3 * HOUR_S, After::Post(id, bill)),
            // Forgotten; the guest pays with another card.
            _ => {
                let shop = Intent { time: self.now + done_s * NS_PER_S, who, act: Act::Shop };
                self.after(done_s, After::Act(shop));
            }
        }
        self.after(timeout_s + DAY_S, After::Expired(id));
    }
}
