//! The town in motion: the evening of the setup, then day after day. Only one day is planned at a time,
//! so memory does not grow with the number of days.

use crate::agenda::{calendar, everyday};
use crate::desk::Desk;
use crate::habits::{DayKind, NS_PER_S, midnight};
use crate::identity::Fields;
use crate::intent::Intent;
use crate::label::Label;
use crate::rng::{Rng, mix};
use crate::scheme::Thieves;
use crate::step::{Expected, Step};
use crate::thieves::{Start, confirms, roster};
use crate::truth::Truth;
use crate::world::{NONE, World, place_of};
use terms::{AccountId, Command, Currency, Day, PartyId, PartyKind, Transfer, TransferId};

/// Seconds after midnight at which the setup begins, on the eve of the first day.
const SETUP_BEGINS_S: u64 = 18 * 3_600;
/// Seconds the setup may take.
const SETUP_LASTS_S: u64 = 5 * 3_600;
/// Longest time between two parts of the setup: at most some 4,000 requests a minute.
const SETUP_PART_NS_MAX: u64 = 100_000_000;
/// Seconds after midnight at which a day is closed.
const CLOSES_S: u64 = 86_398;
/// Per mille: how many movements of money an everyday intent makes before the town has seen a day of them.
const YIELD_AT_FIRST: u64 = 1_060;

/// What town to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Everything follows from it.
    pub seed: u64,
    /// Persons and organisations together; at least 100.
    pub customers: u32,
    /// Calendar days.
    pub days: u32,
    /// The first one.
    pub first_day: Day,
    /// How many movements of money to aim at, opening balances and refusals included: transfers of
    /// either phase, entries, reversals, interest. What the calendar demands is never left out.
    pub transfers: u64,
    /// Of 1,000 payments between people, how many carry a text.
    pub notes_per_mille: u32,
    /// The bank keeps no business day on Saturdays and Sundays; payments go on.
    pub closed_weekends: bool,
    /// Thieves and those who look like them; what they move comes on top of `transfers`.
    pub thieves: Thieves,
}

impl Default for Plan {
    /// 20,000 customers and some 500,000 transfers in the September of 2026, which has a festival.
    fn default() -> Plan {
        Plan {
            seed: 1,
            customers: 20_000,
            days: 30,
            first_day: Day::from_ymd(2026, 9, 1).unwrap_or_default(),
            transfers: 500_000,
            notes_per_mille: 100,
            closed_weekends: false,
            thieves: Thieves::none(),
        }
    }
}

/// A made-up town and its bank: an iterator of [`Step`]s in time order, made day by day.
#[derive(Clone, Debug)]
pub struct City {
    plan: Plan,
    desk: Desk,
    /// Next part of the setup, and the time between two.
    setup: Option<(u32, u64)>,
    /// Days gone.
    gone: u32,
    today: Vec<Intent>,
    /// How many of today's intents are done.
    done: usize,
    /// Movements the calendar will still demand, today's not counted.
    calendar_left: u64,
    /// Everyday intents so far.
    wished: u64,
    /// What thieves and those who look like them will begin, the last first.
    roster: Vec<Start>,
    /// Movements of the setup, and those the calendar has demanded.
    calendar_moves: u64,
}

impl City {
    /// Builds the town of a plan. A tiny plan is made large enough to have everything in it.
    pub fn new(plan: Plan) -> City {
        let mut world = World::build(plan.seed, plan.customers, plan.first_day);
        if !plan.thieves.schemes.is_empty() {
            world.let_listed_in();
        }
        let roster = roster(plan.seed, world.customers(), plan.days, &plan.thieves);
        let calendar_left = count_calendar(&world, &plan);
        let part_ns =
            (SETUP_LASTS_S * NS_PER_S / u64::from(world.customers())).min(SETUP_PART_NS_MAX);
        let rng = Rng::new(mix(plan.seed, 2));
        let mut desk = Desk::new(world, rng, plan.first_day, plan.notes_per_mille);
        let eve = plan.first_day.plus(-1);
        desk.date(eve);
        desk.now = midnight(eve) + SETUP_BEGINS_S * NS_PER_S;
        City {
            plan,
            desk,
            setup: Some((0, part_ns)),
            gone: 0,
            today: Vec::new(),
            done: 0,
            calendar_left,
            wished: 0,
            roster,
            calendar_moves: 0,
        }
    }

    /// The town's own books, up to the last step taken.
    pub fn truth(&self) -> &Truth {
        &self.desk.truth
    }

    /// What was planned.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Movements of money asked for up to now, the steps already taken and at most one act more.
    pub fn movements(&self) -> u64 {
        self.desk.moves
    }

    /// What thieves did up to the last step taken, and every payment to somebody [`crate::listed`]. None of
    /// it stands in a journal.
    pub fn labels(&self) -> &[Label] {
        self.desk.truth.labels()
    }

    /// Whether whoever the bank asks about a payment says that it is meant; the same whenever it is asked.
    pub fn confirms(&self, transfer: TransferId) -> bool {
        let label = self.desk.truth.label_of(transfer);
        confirms(self.plan.seed, label, transfer)
    }

    /// Hears that the bank kept back a payment which the town expected to be done: a transfer of one phase, or
    /// a reservation. The books forget it, nobody passes it on, and half of the thieves stop there; its label
    /// stays, because it was tried. Exact when it is said before the next step is taken. The town does not
    /// know that the id is spent: a note beside the payment and a repeated request for it may still come.
    pub fn kept_back(&mut self, transfer: &Transfer) {
        self.desk.kept_back(transfer);
    }

    /// Everybody: party, kind, and the fields that identify them, in the order of registration.
    pub fn people(&self) -> impl Iterator<Item = (PartyId, PartyKind, Fields)> + '_ {
        (0..self.desk.world.customers()).map(|customer| self.describe(customer))
    }

    /// The kind and fields of one party, or `None` if nobody in town has that id.
    pub fn person(&self, party: PartyId) -> Option<(PartyKind, Fields)> {
        let customer = u32::try_from(party.0.checked_sub(World::party(0).0)?).ok()?;
        let known = customer < self.desk.world.customers();
        known.then(|| self.describe(customer)).map(|(_, kind, fields)| (kind, fields))
    }

    /// The owner of an account; `None` for the bank's own accounts and for unknown ones.
    pub fn owner(&self, account: AccountId) -> Option<PartyId> {
        let opening = self.desk.world.accounts.get(place_of(account)?)?;
        (opening.id == account && opening.owner != NONE).then(|| World::party(opening.owner))
    }

    /// Every account with its chart code and currency, in the order of opening.
    pub fn accounts(&self) -> impl Iterator<Item = (AccountId, u16, Currency)> + '_ {
        self.desk.world.accounts.iter().map(|opening| (opening.id, opening.code, opening.currency))
    }

    fn describe(&self, customer: u32) -> (PartyId, PartyKind, Fields) {
        let (kind, fields) = self.desk.world.fields_of(customer);
        (World::party(customer), kind, fields)
    }

    /// Makes more steps. False when the last day is over.
    fn go_on(&mut self) -> bool {
        if let Some((part, part_ns)) = self.setup {
            let more = self.desk.set_up(part);
            self.desk.now += part_ns;
            self.setup = more.then_some((part + 1, part_ns));
            if !more {
                self.plan_day();
            }
            return true;
        }
        if self.gone == self.plan.days {
            return false;
        }
        let closes = midnight(self.day()) + CLOSES_S * NS_PER_S;
        let intent = self.today.get(self.done).copied();
        let act_at = intent.map_or(u64::MAX, |i| i.time);
        let due_at = self.desk.next_due().unwrap_or(u64::MAX);
        // A day has 86,400 seconds and is closed a little earlier: the latest acts are done just before.
        let last = self.done < self.today.len();
        if due_at < act_at.min(closes) {
            self.desk.now = self.desk.now.max(due_at);
            if let Some(what) = self.desk.take_due() {
                self.desk.follow_up(what);
            }
        } else if let Some(intent) = intent.filter(|_| last) {
            self.desk.now = self.desk.now.max(act_at.min(closes));
            self.done += 1;
            self.desk.act(intent);
        } else {
            self.desk.now = closes;
            self.close_day();
        }
        true
    }

    fn day(&self) -> Day {
        self.plan.first_day.plus(self.gone as i32)
    }

    /// Ends the calendar day, and the business day unless the bank rests.
    fn close_day(&mut self) {
        let day = self.day();
        let resting = |day: Day| self.plan.closed_weekends && day.weekday() >= 5;
        if self.desk.truth.business_day() == day {
            let mut next = day.plus(1);
            while resting(next) {
                next = next.plus(1);
            }
            self.desk.truth.close_day(next);
            self.desk.say(Command::CloseDay { day, next }, Expected::Done);
        }
        self.gone += 1;
        self.plan_day();
    }

    /// Writes down what the new day brings.
    fn plan_day(&mut self) {
        self.today.clear();
        self.done = 0;
        if self.gone == self.plan.days {
            return;
        }
        let (day, desk) = (self.day(), &mut self.desk);
        desk.date(day);
        while let Some(start) = self.roster.pop_if(|start| start.day <= self.gone) {
            desk.begin(&start, &self.plan.thieves);
        }
        calendar(&desk.world, self.plan.first_day, day, &mut self.today);
        let demanded = self.today.len() as u64;
        if self.gone == 0 {
            self.calendar_moves = desk.moves;
        }
        let count = everyday_count(
            &self.plan,
            self.gone,
            desk.moves - desk.errand_moves,
            self.calendar_moves,
            self.calendar_left,
            self.wished,
        );
        self.calendar_left = self.calendar_left.saturating_sub(demanded);
        self.calendar_moves += demanded;
        self.wished += count;
        everyday(&desk.world, &desk.clock, &mut desk.rng, day, count, &mut self.today);
        self.today.sort_unstable();
    }
}

impl Iterator for City {
    type Item = Step;

    #[inline]
    fn next(&mut self) -> Option<Step> {
        loop {
            if let Some(step) = self.desk.take() {
                return Some(step);
            }
            if !self.go_on() {
                return None;
            }
        }
    }
}

/// How much the calendar demands on all days together.
fn count_calendar(world: &World, plan: &Plan) -> u64 {
    let (mut sum, mut page) = (0, Vec::new());
    for gone in 0..plan.days as i32 {
        page.clear();
        calendar(world, plan.first_day, plan.first_day.plus(gone), &mut page);
        sum += page.len() as u64;
    }
    sum
}

/// How many things people please to do today: today's share of what is still missing, divided by what
/// one such thing has yielded so far.
fn everyday_count(
    plan: &Plan,
    gone: u32,
    moves: u64,
    calendar_moves: u64,
    calendar_left: u64,
    wished: u64,
) -> u64 {
    let weight = |gone: u32| DayKind::of(plan.first_day.plus(gone as i32)).weight();
    let left: u64 = (gone..plan.days).map(weight).sum();
    let missing = plan.transfers.saturating_sub(moves + calendar_left);
    let yielded = moves.saturating_sub(calendar_moves);
    let yield_per_mille =
        if wished < 500 { YIELD_AT_FIRST } else { (yielded * 1_000 / wished).clamp(200, 3_000) };
    missing * weight(gone) / left * 1_000 / yield_per_mille
}
