//! From which telephone or browser a customer pays: the `user_data_64` of what is asked for by telephone or
//! browser. It follows from the seed, the customer and the day alone, so that nobody has to remember it.

use crate::chart::Channel;
use crate::rng::mix;
use crate::world::{Life, NONE, World};
use terms::Day;

/// Days after which somebody buys a new telephone; each at another time.
const PHONE_LASTS_DAYS: u64 = 720;

/// The device, or zero where none is used or nobody owns the account.
pub(crate) fn device_of(world: &World, place: u32, channel: Channel, day: Day) -> u64 {
    let owner = world.accounts[place as usize].owner;
    if owner == NONE || !matches!(channel, Channel::Mobile | Channel::Web) {
        return 0;
    }
    let user = phone_owner(world, owner);
    let drawn = mix(world.seed, u64::from(user) | 11 << 40);
    // Every second customer has a computer beside the telephone, and firms always.
    let firm = (user as usize) < world.orgs.len();
    let computer = channel == Channel::Web && (firm || drawn & 1 == 1);
    let age_days = u64::from(day.0.unsigned_abs()) + (drawn >> 8) % PHONE_LASTS_DAYS;
    let nth = age_days / PHONE_LASTS_DAYS * 2 + u64::from(computer);
    mix(world.seed ^ nth << 32, u64::from(user) | 12 << 40) | 1
}

/// Whose telephone it is: half of the old people who live with their children let them pay.
fn phone_owner(world: &World, customer: u32) -> u32 {
    let orgs = world.orgs.len() as u32;
    let Some(person) = customer.checked_sub(orgs).map(|at| &world.persons[at as usize]) else {
        return customer;
    };
    let head = person.head + orgs;
    let lives_with_children = person.life == Life::Pensioner
        && world.persons[person.head as usize].life == Life::Worker
        && head != customer;
    let lets_them = mix(world.seed, u64::from(customer) | 13 << 40) & 1 == 1;
    if lives_with_children && lets_them { head } else { customer }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn everybody_has_one_device_or_two_and_some_buy_a_new_one() {
        let first = Day::parse("2026-09-01").unwrap();
        let world = World::build(3, 3_000, first);
        let (mut accounts, mut changed, mut two) = (BTreeMap::new(), 0, 0);
        for person in &world.persons {
            let at = |day, channel| device_of(&world, person.account, channel, first.plus(day));
            let seen: BTreeSet<u64> = (0..30).map(|day| at(day, Channel::Mobile)).collect();
            assert!(seen.len() <= 2 && !seen.contains(&0));
            changed += usize::from(seen.len() == 2);
            two += usize::from(at(0, Channel::Web) != at(0, Channel::Mobile));
            assert_eq!(at(0, Channel::Card), 0);
            accounts.entry(at(0, Channel::Mobile)).or_insert_with(Vec::new).push(person.account);
        }
        let all = world.persons.len();
        assert!((all / 50..all / 15).contains(&changed), "{changed} of {all} buy a telephone");
        assert!((all / 3..all * 2 / 3).contains(&two), "{two} of {all} have a computer");
        let shared = accounts.values().filter(|of| of.len() > 1).count();
        assert!(shared > 20 && accounts.values().all(|of| of.len() <= 2), "{shared} are shared");
        assert_eq!(device_of(&world, 0, Channel::Mobile, first), 0, "the bank has none");
    }
}
