//! Honest people who do what thieves do: wedding gifts come from many, a firm pays its people, friends lend
//! and get back, a club's pot goes round, old people pay for a child's flat, savings wake, deposits pass
//! through, a shop pays in its takings, a new telephone is used at once. Without them anything rare would be
//! a crime.

use super::cast::{ALL, Cast, YUAN};
use super::networks::layered;
use crate::chart::own;
use crate::errand::{Sum, Way};
use crate::scheme::Schedule;
use crate::world::{NONE, OrgKind};
use std::ops::RangeInclusive;

/// Sellers of dear things.
const SELLERS: &[OrgKind] = &[OrgKind::Employer, OrgKind::Hospital, OrgKind::School];
/// Small firms.
const SMALL: &[OrgKind] = &[OrgKind::Shop, OrgKind::Restaurant];

type Story = fn(&mut Cast<'_>);

/// What honest people do and how often, of no particular sum.
const STORIES: &[(u64, Story)] = &[
    (28, purchase),
    (14, lent_and_paid_back),
    (10, deposit_passed_on),
    (9, gifts),
    (8, bonus),
    (8, parents_pay),
    (7, savings_wake),
    (9, new_telephone),
    (6, organiser),
    (6, takings),
    (5, pot_goes_round),
    (5, supply_chain),
    (4, journey),
    (4, families),
    (6, instalments),
    (6, cash_fetched),
    (4, helper),
    (4, dividend),
    (4, flat_sold),
];

/// Writes down one of the stories.
pub(super) fn honest(cast: &mut Cast<'_>) {
    let all: u64 = STORIES.iter().map(|(often, _)| often).sum();
    let mut drawn = cast.rng.below(all);
    cast.schedule = *cast.rng.one_of(&[
        Schedule::Fixed,
        Schedule::Random,
        Schedule::Random,
        Schedule::Clustered,
    ]);
    for (often, story) in STORIES {
        if drawn < *often {
            return story(cast);
        }
        drawn -= often;
    }
}

fn number(cast: &mut Cast<'_>, range: RangeInclusive<u32>) -> usize {
    cast.count(&range)
}

/// When something happens once.
fn once(cast: &mut Cast<'_>) -> u64 {
    cast.moments(cast.window, 1)[0]
}

/// Somebody with money pays much, to a seller or to another person.
fn purchase(cast: &mut Cast<'_>) {
    cast.amount = 2_000..=58_000;
    let fen = cast.draw_amount();
    let buyer = cast.somebody_with(fen);
    let at = once(cast);
    if fen > cast.truth.room(buyer) {
        // The rest comes from savings elsewhere.
        cast.bring(at - at % 1_000_000_000, buyer, fen, 1);
    }
    let seller = if cast.rng.chance(5_000) { cast.firm(SELLERS) } else { cast.known_to(buyer) };
    let way = if cast.rng.chance(1_500) { Way::AtCounter } else { Way::Pay };
    cast.step(at + 600_000_000_000, buyer, seller, Sum::Own(fen), way, 1);
}

fn lent_and_paid_back(cast: &mut Cast<'_>) {
    cast.amount = 1_000..=30_000;
    let fen = cast.draw_amount();
    let lender = cast.somebody_with(fen);
    let friend = cast.known_to(lender);
    let parts = cast.parts(2);
    let lent = cast.moments(parts[0], 1)[0];
    cast.pay(lent, lender, friend, Sum::Own(fen), 1);
    let times = number(cast, 1..=3);
    for time in cast.moments(parts[1], times) {
        cast.pay(time, friend, lender, Sum::Passed(1_000_000 / times as u64), 2);
    }
}

/// Money from elsewhere is paid on soon: for a flat, a car, a child's studies.
fn deposit_passed_on(cast: &mut Cast<'_>) {
    cast.amount = 4_000..=60_000;
    let buyer = cast.anybody();
    let parts = cast.parts(2);
    let times = number(cast, 1..=2);
    for time in cast.moments(parts[0], times) {
        let fen = cast.draw_amount();
        cast.bring(time, buyer, fen, 1);
    }
    let time = cast.moments(parts[1], 1)[0];
    match cast.rng.below(4) {
        0 => cast.step(time, buyer, own::CENTRAL_BANK, ALL, Way::Away, 2),
        1 => {
            let times = number(cast, 2..=4);
            for time in cast.moments(parts[1], times) {
                let share = Sum::Passed(1_000_000 / times as u64);
                cast.step(time, buyer, own::CENTRAL_BANK, share, Way::Away, 2);
            }
        }
        2 => {
            let seller = cast.firm(SELLERS);
            cast.pay(time, buyer, seller, ALL, 2);
        }
        _ => {
            let seller = cast.anybody();
            cast.pay(time, buyer, seller, Sum::Passed(950_000), 2);
        }
    }
}

/// Many give to one: a wedding, a class that pays for its books.
fn gifts(cast: &mut Cast<'_>) {
    cast.amount = 300..=4_000;
    let givers = number(cast, 5..=18);
    let amounts: Vec<u64> = (0..givers).map(|_| cast.draw_amount()).collect();
    let to = cast.anybody();
    let from = cast.all_known_to(to, givers);
    layered(cast, &[from, vec![to]], &amounts);
}

/// A firm pays its people beside the wages, or a person pays many helpers.
fn bonus(cast: &mut Cast<'_>) {
    cast.amount = 1_000..=10_000;
    let fen = cast.draw_amount();
    let many = number(cast, 5..=16);
    let (from, to);
    if cast.rng.chance(6_000) {
        from = cast.firm(&[OrgKind::Employer, OrgKind::Shop]);
        to = cast.staff_of(from, many);
    } else {
        from = cast.somebody_with(fen * many as u64);
        to = cast.all_known_to(from, many);
    }
    layered(cast, &[vec![from], to], &[fen]);
}

/// Somebody old helps a child with a flat: savings are fetched, the limit is raised, and much is paid.
fn parents_pay(cast: &mut Cast<'_>) {
    cast.amount = 5_000..=60_000;
    let world = cast.world;
    let old = |who: u32| {
        let person = &world.persons[who as usize];
        person.savings != NONE && person.birth.ymd().0 < 1_968
    };
    let parent = cast.somebody(8_000 * YUAN, old);
    let fen = cast.draw_amount();
    let parts = cast.parts(2);
    let before = cast.moments(parts[0], 1)[0];
    cast.aside(before, parent, parent, Sum::Own(fen), Way::RaiseLimit);
    let savings = cast.person_of(parent).map_or(NONE, |who| world.persons[who as usize].savings);
    if savings != NONE {
        let fetched = fen.min(cast.truth.room(savings));
        cast.aside(before + 300_000_000_000, savings, parent, Sum::Own(fetched), Way::Saving);
    }
    let to = if cast.rng.chance(4_000) { cast.firm(SELLERS) } else { cast.known_to(parent) };
    let times = number(cast, 1..=3);
    for time in cast.moments(parts[1], times) {
        let way = if cast.rng.chance(3_000) { Way::AtCounter } else { Way::Pay };
        cast.step(time, parent, to, Sum::Own(fen / times as u64), way, 1);
    }
}

/// Savings that lay still are used, for oneself or for somebody else.
fn savings_wake(cast: &mut Cast<'_>) {
    cast.amount = 3_000..=45_000;
    let Some(savings) = super::alone::quietest(cast) else { return purchase(cast) };
    let fen = cast.draw_amount().min(cast.truth.room(savings) * 9 / 10);
    let times = number(cast, 1..=3);
    for time in cast.moments(cast.window, times) {
        let to = if cast.rng.chance(5_000) { cast.firm(SELLERS) } else { cast.known_to(savings) };
        cast.pay(time, savings, to, Sum::Own(fen / times as u64), 1);
    }
    if cast.rng.chance(2_500) {
        let device = cast.new_device();
        cast.let_pay_from(device, &[savings]);
    }
}

/// A telephone that nobody has seen before is used at once, and often, as new things are.
fn new_telephone(cast: &mut Cast<'_>) {
    cast.amount = 500..=15_000;
    let fen = cast.draw_amount();
    let owner = cast.somebody_with(fen * 2);
    let times = number(cast, 1..=5);
    cast.schedule = Schedule::Clustered;
    for time in cast.moments(cast.window, times) {
        let to = if cast.rng.chance(4_000) { cast.firm(SMALL) } else { cast.known_to(owner) };
        cast.pay(time, owner, to, Sum::Own(fen / times as u64), 1);
    }
    let device = cast.new_device();
    cast.let_pay_from(device, &[owner]);
}

/// Somebody collects from many and pays what it is for: a journey together, a shared order.
fn organiser(cast: &mut Cast<'_>) {
    cast.amount = 500..=5_000;
    let many = number(cast, 4..=9);
    let amounts: Vec<u64> = (0..many).map(|_| cast.draw_amount()).collect();
    let hub = cast.anybody();
    let from = cast.all_known_to(hub, many);
    let sellers = number(cast, 1..=5);
    let to = (0..sellers)
        .map(|_| if cast.rng.chance(6_000) { cast.firm(SELLERS) } else { cast.known_to(hub) })
        .collect();
    layered(cast, &[from, vec![hub], to], &amounts);
}

/// A shop pays in what it took in cash; now and then much, and now and then just below fifty thousand.
fn takings(cast: &mut Cast<'_>) {
    cast.amount = if cast.rng.chance(5_000) { 8_000..=65_000 } else { 36_000..=52_000 };
    let shop = if cast.rng.chance(7_000) { cast.firm(SMALL) } else { cast.anybody() };
    let times = number(cast, 2..=8);
    for time in cast.moments(cast.window, times) {
        let (fen, till) = (cast.draw_amount(), cast.one_of(&cast.world.tills));
        cast.step(time, till, shop, Sum::Own(fen), Way::CashIn, 1);
    }
}

/// A club's pot goes round: each passes about the same on to the next, and the last to the first.
fn pot_goes_round(cast: &mut Cast<'_>) {
    cast.amount = 2_000..=40_000;
    let fen = cast.draw_amount();
    let first = cast.somebody_with(fen);
    let others = number(cast, 2..=5);
    let mut layers = vec![vec![first]];
    layers.extend(cast.all_known_to(first, others).into_iter().map(|one| vec![one]));
    layers.push(vec![first]);
    layered(cast, &layers, &[fen]);
}

/// Shops buy from wholesalers, who buy from makers.
fn supply_chain(cast: &mut Cast<'_>) {
    cast.amount = 4_000..=30_000;
    let fen = cast.draw_amount();
    let mut firms = |count: usize, kinds: &[OrgKind]| {
        let mut found: Vec<u32> = (0..count).map(|_| cast.firm(kinds)).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    let shops = firms(2, SMALL);
    let mut makers = firms(5, &[OrgKind::Employer]);
    let sellers = makers.split_off(makers.len() / 2);
    let amounts = vec![fen; shops.len()];
    let layers = [shops, makers, sellers];
    if layers.iter().all(|layer| !layer.is_empty()) {
        layered(cast, &layers, &amounts);
    }
}

/// A firm gives several people money for a journey, and they all pay the same house.
fn journey(cast: &mut Cast<'_>) {
    cast.amount = 1_500..=9_000;
    let fen = cast.draw_amount();
    let firm = cast.firm(&[OrgKind::Employer]);
    let many = number(cast, 3..=8);
    let people = cast.staff_of(firm, many);
    let house = if cast.rng.chance(6_000) { cast.firm(&[OrgKind::Hotel]) } else { cast.anybody() };
    layered(cast, &[vec![firm], people, vec![house]], &[fen]);
}

/// The grown-ups of one family give to those of another.
fn families(cast: &mut Cast<'_>) {
    cast.amount = 400..=4_000;
    let (here, there) = (number(cast, 2..=4), number(cast, 2..=4));
    let amounts: Vec<u64> = (0..here).map(|_| cast.draw_amount()).collect();
    let first = cast.somebody_with(amounts[0] * there as u64);
    let mut from = vec![first];
    from.extend(cast.all_known_to(first, here - 1));
    let to = cast.all_known_to(first, there);
    layered(cast, &[from, to], &amounts);
}

/// A dear thing is paid in parts that a form limits to less than fifty thousand.
fn instalments(cast: &mut Cast<'_>) {
    cast.amount = 38_000..=49_900;
    let fen = cast.draw_even_amount();
    let times = number(cast, 2..=6);
    let buyer = if cast.rng.chance(4_000) {
        cast.firm(&[OrgKind::Employer])
    } else {
        cast.somebody_with(fen * times as u64)
    };
    let parts = cast.parts(2);
    let need = fen * times as u64;
    if cast.truth.room(buyer) < need {
        let at = cast.moments(parts[0], 1)[0];
        cast.bring(at, buyer, need, 1);
    }
    let seller = if cast.rng.chance(4_000) { cast.firm(SELLERS) } else { cast.anybody() };
    for time in cast.moments(parts[1], times) {
        cast.pay(time, buyer, seller, Sum::Own(fen), 1);
    }
}

/// Craftsmen want cash.
fn cash_fetched(cast: &mut Cast<'_>) {
    cast.amount = 1_000..=20_000;
    let fen = cast.draw_amount();
    let times = number(cast, 1..=3);
    let owner = cast.somebody_with(fen * times as u64);
    for time in cast.moments(cast.window, times) {
        cast.fetch_cash(time, owner, Sum::Own(fen), 1);
    }
}

/// Somebody with a telephone pays for several who have none.
fn helper(cast: &mut Cast<'_>) {
    cast.amount = 100..=4_000;
    let many = number(cast, 3..=8);
    let (first, device) = (cast.anybody(), cast.new_device());
    for time in cast.moments(cast.window, many) {
        let fen = cast.draw_amount();
        let owner = cast.known_to(first);
        let to = if cast.rng.chance(3_000) { cast.firm(SELLERS) } else { cast.anybody() };
        cast.pay(time, owner, to, Sum::Own(fen), 1);
        cast.let_pay_from(device, &[owner]);
    }
}

/// A firm pays those who own it.
fn dividend(cast: &mut Cast<'_>) {
    cast.amount = 15_000..=90_000;
    let firm = cast.firm(&[OrgKind::Employer]);
    let owners = number(cast, 1..=3);
    let owners = cast.people(owners);
    let times = number(cast, 1..=2) * owners.len();
    let fen = cast.draw_amount();
    for (nth, time) in cast.moments(cast.window, times).into_iter().enumerate() {
        cast.pay(time, firm, owners[nth % owners.len()], Sum::Own(fen), 1);
    }
}

/// A flat is sold to somebody who banks elsewhere, and most of the price is paid on, for another one.
fn flat_sold(cast: &mut Cast<'_>) {
    cast.amount = 80_000..=450_000;
    let fen = cast.draw_amount();
    let seller = cast.anybody();
    let parts = cast.parts(2);
    let sold = cast.moments(parts[0], 1)[0];
    cast.bring(sold, seller, fen, 1);
    let times = number(cast, 1..=3);
    let to = if cast.rng.chance(5_000) { cast.firm(SELLERS) } else { cast.anybody() };
    for time in cast.moments(parts[1], times) {
        cast.pay(time, seller, to, Sum::Passed(900_000 / times as u64), 2);
    }
}
