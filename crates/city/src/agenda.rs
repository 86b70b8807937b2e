//! What a day will bring: first what the calendar demands, which depends on nothing but the town and the
//! date, then what people please to do, as many as the plan wants.

use crate::habits::{Clock, DayKind, Hours, NS_PER_S, midnight};
use crate::intent::{Act, Intent};
use crate::patterns::PATTERNS;
use crate::rng::{Rng, mix};
use crate::world::{Life, NONE, OrgKind, World};
use terms::Day;

/// An act, the hours it follows, and how often it happens on a weekday, a weekend day and a festival.
type Habit = (Act, Hours, [u32; 3]);

/// What people do as they please; the numbers are shares of the day, in no particular unit.
const HABITS: &[Habit] = &[
    (Act::Shop, Hours::Shop, [2_600, 2_700, 2_200]),
    (Act::Market, Hours::Market, [1_100, 2_200, 1_600]),
    (Act::Restaurant, Hours::Meal, [1_400, 1_500, 1_500]),
    (Act::Transit, Hours::Commute, [1_200, 600, 600]),
    (Act::Peer, Hours::Evening, [1_000, 900, 700]),
    (Act::Online, Hours::Evening, [800, 800, 500]),
    (Act::Business, Hours::Office, [500, 30, 10]),
    (Act::FromOtherBank, Hours::Office, [300, 150, 60]),
    (Act::Counter, Hours::Counter, [250, 60, 0]),
    (Act::Machine, Hours::Shop, [220, 220, 220]),
    (Act::Deposit, Hours::Market, [200, 260, 200]),
    (Act::ToOtherBank, Hours::Evening, [200, 140, 120]),
    (Act::Hospital, Hours::Office, [200, 80, 30]),
    (Act::Save, Hours::Evening, [120, 100, 40]),
    (Act::Hotel, Hours::Arrival, [60, 120, 160]),
    (Act::TooDear, Hours::Shop, [36, 36, 36]),
    (Act::RedPacket, Hours::Evening, [20, 20, 2_500]),
    (Act::Exchange, Hours::Office, [15, 5, 2]),
    (Act::OverTransferLimit, Hours::Evening, [12, 12, 12]),
    (Act::WrongNumber, Hours::Evening, [10, 10, 10]),
    (Act::OverDailyLimit, Hours::Evening, [8, 8, 8]),
    (Act::Mistake, Hours::Evening, [8, 8, 8]),
    (Act::ToClosedAccount, Hours::Evening, [6, 6, 6]),
    (Act::FeeDoesNotFit, Hours::Evening, [5, 5, 5]),
    (Act::RaiseLimit, Hours::Counter, [5, 5, 0]),
    (Act::WrongCurrency, Hours::Evening, [3, 3, 3]),
    (Act::ToSelf, Hours::Evening, [3, 3, 3]),
];

/// Nanoseconds of a millisecond.
const NS_PER_MS: u64 = 1_000_000;

/// Collects the intents of one day.
struct Page<'a> {
    midnight: u64,
    rng: Rng,
    out: &'a mut Vec<Intent>,
}

impl Page<'_> {
    /// At `minute` of the day, or within the `spread` minutes behind it.
    fn at(&mut self, minute: u64, spread: u64, who: u32, act: Act) {
        let offset = minute * 60 * NS_PER_S + self.rng.below(spread * 60_000) * NS_PER_MS;
        self.out.push(Intent { time: self.midnight + offset, who, act });
    }
}

/// What the calendar demands on `day`, and the stories that begin. The same for the same town and day,
/// however often it is asked.
pub(crate) fn calendar(world: &World, first_day: Day, day: Day, out: &mut Vec<Intent>) {
    let seed = mix(world.seed, u64::from(day.0.unsigned_abs()) | 3 << 40);
    let mut page = Page { midnight: midnight(day), rng: Rng::new(seed), out };
    for till in world.tills.start..world.machines.end {
        page.at(8 * 60 + 20, 20, till, Act::FillTill);
    }
    for (org, facts) in world.orgs.iter().enumerate() {
        org_day(&mut page, day, org as u32, facts.kind);
    }
    for person in 0..world.persons.len() as u32 {
        person_day(&mut page, world, day, person);
    }
    for pattern in PATTERNS {
        pattern(world, first_day, day, &mut page.rng, page.out);
    }
}

fn org_day(page: &mut Page<'_>, day: Day, org: u32, kind: OrgKind) {
    let (_, _, dom) = day.ymd();
    let private = !matches!(kind, OrgKind::Treasury | OrgKind::SocialInsurance);
    if dom == 15 && private {
        page.at(14 * 60, 150, org, Act::Tax);
    }
    let trades =
        matches!(kind, OrgKind::Shop | OrgKind::Restaurant | OrgKind::Market | OrgKind::Hotel);
    if day.weekday() == 0 && trades {
        page.at(10 * 60, 240, org, Act::Supply);
    }
}

fn person_day(page: &mut Page<'_>, world: &World, day: Day, who: u32) {
    let person = &world.persons[who as usize];
    let (_, month, dom) = day.ymd();
    let payday =
        person.employer != NONE && u32::from(world.orgs[person.employer as usize].payday) == dom;
    if payday {
        page.at(9 * 60 + u64::from(person.employer % 100), 1, who, Act::Salary);
    }
    let young = matches!(person.life, Life::Child | Life::Student);
    match (person.life, dom) {
        (Life::Pensioner, 8) => page.at(8 * 60 + 30, 30, who, Act::Pension),
        (Life::Child, 5) => page.at(18 * 60, 180, who, Act::Meals),
        (Life::Student, 1..=3) if who % 3 + 1 == dom => page.at(10 * 60, 600, who, Act::Allowance),
        _ => {}
    }
    if young && matches!((month, dom), (3 | 9, 1..=3)) && who / 3 % 3 + 1 == dom {
        page.at(12 * 60, 560, who, Act::School);
    }
    if person.life == Life::Child && day.weekday() == 5 {
        page.at(9 * 60, 180, who, Act::PocketMoney);
    }
    if person.head == who {
        if dom == 1 && person.tenant {
            page.at(7 * 60, 60, who, Act::Rent);
        }
        if dom == 3 + who % 22 {
            page.at(6 * 60, 60, who, Act::Utility);
        }
    }
    if person.life != Life::Child && dom == 1 + who % 28 {
        page.at(9 * 60, 720, who, Act::Phone);
    }
    if dom == 20 && person.mortgage != NONE {
        page.at(6 * 60, 30, who, Act::Mortgage);
    }
    if dom == 25 && person.card != NONE {
        page.at(6 * 60, 30, who, Act::CardRepayment);
    }
    // Chinese banks settle savings on the 20th of a quarter's last month.
    if dom == 20 && month % 3 == 0 && person.savings != NONE {
        page.at(23 * 60, 10, who, Act::SavingsInterest);
    }
    if dom == 21 && (person.mortgage != NONE || person.card != NONE) {
        page.at(23 * 60, 5, who, Act::LoanInterest);
    }
}

/// `count` things that people please to do on `day`.
pub(crate) fn everyday(
    world: &World,
    clock: &Clock,
    rng: &mut Rng,
    day: Day,
    count: u64,
    out: &mut Vec<Intent>,
) {
    let (kind, midnight) = (DayKind::of(day), midnight(day));
    let shares = shares(kind);
    let sum: u32 = shares.iter().sum();
    for _ in 0..count {
        let mut drawn = rng.below(sum.into()) as u32;
        let mut at = 0;
        while drawn >= shares[at] {
            drawn -= shares[at];
            at += 1;
        }
        let (act, hours, _) = HABITS[at];
        let time = midnight + clock.draw(rng, hours);
        out.push(Intent { time, who: actor(world, rng, act), act });
    }
}

/// How often each habit happens on such a day.
fn shares(kind: DayKind) -> Vec<u32> {
    let column = if kind.festival { 2 } else { usize::from(kind.weekend) };
    let many = |act: Act| if kind.singles_day && act == Act::Online { 5 } else { 1 };
    HABITS.iter().map(|(act, _, shares)| shares[column] * many(*act)).collect()
}

/// Who does it: workers and students most, old people less, children rarely. Old people go to the counter.
fn actor(world: &World, rng: &mut Rng, act: Act) -> u32 {
    if act == Act::Business {
        let restaurants = world.orgs_of(OrgKind::Restaurant);
        return restaurants.start
            + rng.below((world.orgs.len() as u32 - restaurants.start).into()) as u32;
    }
    let mut who = 0;
    for _ in 0..16 {
        who = rng.below(world.persons.len() as u64) as u32;
        let likely = match (world.persons[who as usize].life, act) {
            (
                Life::Pensioner,
                Act::Counter | Act::Hospital | Act::OverTransferLimit | Act::OverDailyLimit,
            ) => 10_000,
            (_, Act::Counter) => 400,
            (_, Act::Hospital) => 3_000,
            (Life::Child, Act::Shop) => 2_500,
            (Life::Child, Act::Peer | Act::RedPacket | Act::Transit) => 800,
            (Life::Child, _) => 0,
            (Life::Pensioner, Act::Market) => 10_000,
            (Life::Pensioner, _) => 5_000,
            (Life::Student, Act::Market) => 2_000,
            (Life::Worker | Life::Student, _) => 10_000,
        };
        if rng.chance(likely) {
            return who;
        }
    }
    who
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_pays_everybody_once_a_month() {
        let first = Day::parse("2026-09-01").unwrap();
        let world = World::build(3, 2_000, first);
        let mut month = Vec::new();
        for day in 0..30 {
            calendar(&world, first, first.plus(day), &mut month);
        }
        let count = |act| month.iter().filter(|i| i.act == act).count();
        let people = |life| world.persons.iter().filter(|p| p.life == life).count();
        assert_eq!(count(Act::Salary), people(Life::Worker));
        assert_eq!(count(Act::Pension), people(Life::Pensioner));
        assert_eq!(count(Act::School), people(Life::Child) + people(Life::Student));
        assert_eq!(
            count(Act::Rent),
            world
                .persons
                .iter()
                .enumerate()
                .filter(|(i, p)| p.head == *i as u32 && p.tenant)
                .count()
        );
        assert!(count(Act::SavingsInterest) > 300);
    }

    #[test]
    fn old_people_go_to_the_counter_and_never_at_night() {
        let first = Day::parse("2026-09-01").unwrap();
        let world = World::build(3, 2_000, first);
        let mut day = Vec::new();
        everyday(&world, &Clock::new(), &mut Rng::new(1), first, 20_000, &mut day);
        let counter: Vec<_> = day.iter().filter(|i| i.act == Act::Counter).collect();
        let old = counter
            .iter()
            .filter(|i| world.persons[i.who as usize].life == Life::Pensioner)
            .count();
        assert!(counter.len() > 200 && old * 3 > counter.len() * 2, "{old} of {}", counter.len());
        let open = midnight(first) + 9 * 3_600 * NS_PER_S;
        assert!(counter.iter().all(|i| i.time >= open));
    }
}
