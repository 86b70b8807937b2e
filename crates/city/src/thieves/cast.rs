//! Who takes part in an errand, and the errand as it is written down: accounts are found among people who
//! bank here, live ordinary lives and have the money; nobody plays two parts.

use super::times::Window;
use crate::chart::own;
use crate::errand::{Errand, Move, Sum, Way};
use crate::habits::Clock;
use crate::rng::Rng;
use crate::scheme::Schedule;
use crate::truth::Truth;
use crate::world::{Life, NONE, OrgKind, World};
use std::collections::{BTreeSet, VecDeque};
use std::ops::RangeInclusive;

/// Fen of a yuan.
pub(super) const YUAN: u64 = 100;
/// How many people are looked at to find one with the money.
const TRIES: u32 = 60;
/// Of 10,000 whom honest people deal with, how many they know.
const KNOWN: u64 = 8_000;
/// All of what came in.
pub(super) const ALL: Sum = Sum::Passed(1_000_000);

/// An errand in the making.
pub(super) struct Cast<'a> {
    pub(super) world: &'a World,
    pub(super) truth: &'a Truth,
    pub(super) clock: &'a Clock,
    pub(super) rng: Rng,
    /// When it may go on.
    pub(super) window: Window,
    pub(super) schedule: Schedule,
    /// Yuan of one payment.
    pub(super) amount: RangeInclusive<u32>,
    used: BTreeSet<u32>,
    moves: Vec<Move>,
}

impl<'a> Cast<'a> {
    pub(super) fn new(
        (world, truth, clock): (&'a World, &'a Truth, &'a Clock),
        rng: Rng,
        window: Window,
    ) -> Cast<'a> {
        // The listed have their own pattern and play in no other.
        let used = world.listed.iter().map(|(who, _)| world.persons[*who as usize].account);
        Cast {
            world,
            truth,
            clock,
            rng,
            window,
            schedule: Schedule::Random,
            amount: 100..=1_000,
            used: used.collect(),
            moves: Vec::new(),
        }
    }

    /// The errand as planned, in order of time.
    pub(super) fn errand(mut self, margin_ppm: u32) -> Errand {
        self.moves.sort_by_key(|step| step.time);
        Errand::new(VecDeque::from(self.moves), margin_ppm, self.rng)
    }

    /// Fen of one payment: small ones more often, mostly round.
    pub(super) fn draw_amount(&mut self) -> u64 {
        let (least, most) = (u64::from(*self.amount.start()), u64::from(*self.amount.end()));
        let yuan = least + self.rng.low_below(most - least + 1);
        let round = match self.rng.below(10) {
            0..3 => 1,
            3..8 => 100,
            _ => 1_000,
        };
        (yuan / round * round).max(least) * YUAN
    }

    /// The same, with large ones as often as small ones.
    pub(super) fn draw_even_amount(&mut self) -> u64 {
        let fen = self.draw_amount();
        let (least, most) = (u64::from(*self.amount.start()), u64::from(*self.amount.end()));
        if self.rng.chance(5_000) { (least + most) * YUAN - fen } else { fen }
    }

    /// A number from a range.
    pub(super) fn count(&mut self, range: &RangeInclusive<u32>) -> usize {
        self.rng.between((*range.start()).into(), (*range.end()).into()) as usize
    }

    /// Moments in a window, by the errand's schedule.
    pub(super) fn moments(&mut self, window: Window, count: usize) -> Vec<u64> {
        window.moments(&mut self.rng, self.clock, self.schedule, count)
    }

    /// Parts of the errand's time.
    pub(super) fn parts(&mut self, count: usize) -> Vec<Window> {
        self.window.parts(&mut self.rng, count)
    }

    /// Somebody grown up.
    pub(super) fn anybody(&mut self) -> u32 {
        self.somebody(0, |_| true)
    }

    /// Somebody grown up who has so much, or the richest of those who were looked at.
    pub(super) fn somebody_with(&mut self, fen: u64) -> u32 {
        self.somebody(fen, |_| true)
    }

    /// Somebody of a kind who has so much, or the richest of those who were looked at.
    pub(super) fn somebody(&mut self, fen: u64, fits: impl Fn(u32) -> bool) -> u32 {
        let n = self.world.persons.len() as u64;
        let (mut best, mut looked_at) = ((0, self.world.persons[0].account), 0);
        for _ in 0..TRIES * TRIES {
            let who = self.rng.below(n) as u32;
            let person = &self.world.persons[who as usize];
            let free = person.life != Life::Child && !self.used.contains(&person.account);
            if !(free && fits(who) && self.truth.is_open(person.account)) {
                continue;
            }
            let room = self.truth.room(person.account);
            if room >= best.0 {
                best = (room, person.account);
            }
            looked_at += 1;
            if room >= fen || looked_at == TRIES {
                break;
            }
        }
        self.used.insert(best.1);
        best.1
    }

    /// Somebody whom the owner of an account knows, mostly.
    pub(super) fn known_to(&mut self, place: u32) -> u32 {
        let Some(who) = self.person_of(place).filter(|_| self.rng.chance(KNOWN)) else {
            return self.anybody();
        };
        for _ in 0..TRIES / 3 {
            let friend = self.world.friend(&mut self.rng, who);
            let person = &self.world.persons[friend as usize];
            let free = person.life != Life::Child && !self.used.contains(&person.account);
            if free && friend != who && self.truth.is_open(person.account) {
                self.used.insert(person.account);
                return person.account;
            }
        }
        self.anybody()
    }

    /// Several of them.
    pub(super) fn all_known_to(&mut self, place: u32, count: usize) -> Vec<u32> {
        (0..count).map(|_| self.known_to(place)).collect()
    }

    /// Several who work for the owner of an account, or as many others as are missing.
    pub(super) fn staff_of(&mut self, firm: u32, count: usize) -> Vec<u32> {
        let org = self.world.accounts[firm as usize].owner;
        let n = self.world.persons.len() as u32;
        let from = self.rng.below(n.into()) as u32;
        let all = (0..n).map(|step| &self.world.persons[((from + step) % n) as usize]);
        let free = all.filter(|p| p.employer == org && !self.used.contains(&p.account));
        let mut staff: Vec<u32> = free.take(count).map(|person| person.account).collect();
        self.used.extend(&staff);
        while staff.len() < count {
            staff.push(self.anybody());
        }
        staff
    }

    /// Several different people.
    pub(super) fn people(&mut self, count: usize) -> Vec<u32> {
        (0..count).map(|_| self.anybody()).collect()
    }

    /// A firm, of those that nearly always have money.
    pub(super) fn firm(&mut self, kinds: &[OrgKind]) -> u32 {
        let kind = *self.rng.one_of(kinds);
        let range = self.world.orgs_of(kind);
        let index = range.start + self.rng.below((range.end - range.start).into()) as u32;
        let account = self.world.orgs[index as usize].account;
        self.used.insert(account);
        account
    }

    /// One of the bank's tills or machines.
    pub(super) fn one_of(&mut self, places: &std::ops::Range<u32>) -> u32 {
        places.start + self.rng.below((places.end - places.start).into()) as u32
    }

    /// The person who owns an account.
    pub(super) fn person_of(&self, place: u32) -> Option<u32> {
        let owner = self.world.accounts[place as usize].owner;
        owner.checked_sub(self.world.orgs.len() as u32).filter(|_| owner != NONE)
    }

    /// Writes down a payment between customers.
    pub(super) fn pay(&mut self, time: u64, from: u32, to: u32, sum: Sum, stage: u8) {
        self.step(time, from, to, sum, Way::Pay, stage);
    }

    /// Writes down any payment.
    pub(super) fn step(&mut self, time: u64, from: u32, to: u32, sum: Sum, way: Way, stage: u8) {
        self.moves.push(Move { time, from, to, sum, way, stage: Some(stage), device: 0 });
    }

    /// Writes down what belongs to the story and not to the case.
    pub(super) fn aside(&mut self, time: u64, from: u32, to: u32, sum: Sum, way: Way) {
        self.moves.push(Move { time, from, to, sum, way, stage: None, device: 0 });
    }

    /// Money from another bank.
    pub(super) fn bring(&mut self, time: u64, to: u32, fen: u64, stage: u8) {
        self.step(time, own::CENTRAL_BANK, to, Sum::Own(fen), Way::FromAway, stage);
    }

    /// Out of town, in cash, or to somebody else.
    pub(super) fn carry_off(&mut self, time: u64, from: u32, sum: Sum, stage: u8) {
        match self.rng.below(10) {
            0..5 => self.step(time, from, own::CENTRAL_BANK, sum, Way::Away, stage),
            5..7 => self.fetch_cash(time, from, sum, stage),
            _ => {
                let to = self.anybody();
                self.pay(time, from, to, sum, stage);
            }
        }
    }

    /// In cash.
    pub(super) fn fetch_cash(&mut self, time: u64, from: u32, sum: Sum, stage: u8) {
        let machine = self.one_of(&self.world.machines);
        self.step(time, from, machine, sum, Way::CashOut, stage);
    }

    /// Every payment written down so far from these accounts comes from this device.
    pub(super) fn let_pay_from(&mut self, device: u64, accounts: &[u32]) {
        for step in self.moves.iter_mut().filter(|step| accounts.contains(&step.from)) {
            step.device = device;
        }
    }

    /// A device that nobody in town has.
    pub(super) fn new_device(&mut self) -> u64 {
        self.rng.bits() | 1
    }
}
