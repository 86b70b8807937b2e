//! Patterns with a victim, and payments to somebody listed: a stranger in somebody's account, somebody old who
//! is told a story.

use super::alone::pass_on;
use super::cast::{ALL, Cast, YUAN};
use super::times::HOUR;
use crate::errand::{Sum, Way};
use crate::scheme::Schedule;
use crate::world::{Life, NONE};

/// Payments to somebody on the list.
pub(super) fn to_listed(cast: &mut Cast<'_>, payments: usize) {
    if cast.world.listed.is_empty() {
        return;
    }
    let (who, _) = *cast.rng.one_of(&cast.world.listed);
    let to = cast.world.persons[who as usize].account;
    for time in cast.moments(cast.window, payments) {
        let fen = cast.draw_amount();
        if cast.rng.chance(1_500) {
            cast.bring(time, to, fen, 1);
        } else {
            let from = cast.somebody_with(fen * 5 / 4);
            cast.pay(time, from, to, Sum::Own(fen), 1);
        }
    }
}

/// Somebody old is told a story and pays, in so many parts; the limit is raised and savings are fetched for
/// it first. Whoever got the money passes it on.
pub(super) fn talked(cast: &mut Cast<'_>, payments: usize) {
    let world = cast.world;
    let old = |who: u32| world.persons[who as usize].life == Life::Pensioner;
    let victim = cast.somebody(8_000 * YUAN, old);
    let Some(person) = cast.person_of(victim).map(|who| &world.persons[who as usize]) else {
        return;
    };
    let own = cast.truth.posted(victim).max(0).unsigned_abs();
    let saved = if person.savings == NONE { 0 } else { cast.truth.room(person.savings) };
    let total = (own + saved) * cast.rng.between(40, 90) / 100;
    let each = (total / payments as u64).min(u64::from(*cast.amount.end()) * YUAN);
    let each = if cast.rng.chance(6_000) { each / 100_000 * 100_000 } else { each / 100 * 100 };
    let parts = cast.parts(3);
    let before = cast.moments(parts[0], 1)[0];
    if cast.rng.chance(7_500) {
        cast.aside(before, victim, victim, Sum::Own(each * payments as u64), Way::RaiseLimit);
    }
    if saved > 0 {
        let fetched = (each * payments as u64).saturating_sub(own / 2).min(saved);
        cast.aside(before + HOUR / 12, person.savings, victim, Sum::Own(fetched), Way::Saving);
    }
    let few = if cast.rng.chance(7_000) { 1 } else { 2 };
    let mules = cast.people(few);
    for time in cast.moments(parts[1], payments) {
        let to = *cast.rng.one_of(&mules);
        let way = if cast.rng.chance(3_500) { Way::AtCounter } else { Way::Pay };
        cast.step(time, victim, to, Sum::Own(each.max(1_000 * YUAN)), way, 1);
    }
    let outs = cast.rng.between(1, 2) as usize;
    pass_on(cast, parts[2], &mules, outs, 2);
}

/// A stranger tries somebody's account with a little, sometimes, and then empties it within the hour.
pub(super) fn takeover(cast: &mut Cast<'_>, payments: usize) {
    let victim = cast.somebody_with(u64::from(*cast.amount.start()) * YUAN * 4);
    let few = cast.rng.between(1, 2) as usize;
    let mules = cast.people(few);
    let room = cast.truth.room(victim);
    let each = room * cast.rng.between(60, 95) / 100 / payments as u64;
    let each = each.min(u64::from(*cast.amount.end()) * YUAN).max(100 * YUAN) / 100 * 100;
    cast.schedule = Schedule::Clustered;
    let parts = cast.parts(2);
    let mut time = cast.moments(parts[0], 1)[0];
    if cast.rng.chance(2_500) {
        // At night, when the owner sleeps.
        time = time / (24 * HOUR) * (24 * HOUR) + (17 + cast.rng.below(4)) * HOUR;
    }
    if cast.rng.chance(4_000) {
        let little = cast.rng.between(1, 10) * YUAN;
        cast.pay(time, victim, mules[0], Sum::Own(little), 1);
        time += cast.rng.between(2, 40) * HOUR / 60;
    }
    for _ in 0..payments {
        let to = *cast.rng.one_of(&mules);
        cast.pay(time, victim, to, Sum::Own(each), 2);
        time += cast.rng.between(1, 9) * HOUR / 60;
    }
    let device = cast.new_device();
    cast.let_pay_from(device, &[victim]);
    for mule in mules {
        let later = time + cast.rng.between(1, 18 * 60) * HOUR / 60;
        cast.carry_off(later, mule, ALL, 3);
    }
}
