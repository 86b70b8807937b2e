//! Patterns around one account: parts below a threshold, money that passes through, an account that nobody
//! used and that wakes.

use super::cast::{Cast, YUAN};
use super::times::Window;
use crate::errand::{Sum, Way};
use crate::world::{Life, NONE, OrgKind};

/// What a bank reports is paid in parts below it: in cash, or from account to account.
pub(super) fn structuring(cast: &mut Cast<'_>, payments: usize) {
    let amounts: Vec<u64> = (0..payments).map(|_| cast.draw_even_amount()).collect();
    let need: u64 = amounts.iter().sum();
    if cast.rng.chance(5_000) {
        let to = match cast.rng.chance(3_000) {
            true => cast.firm(&[OrgKind::Restaurant, OrgKind::Shop]),
            false => cast.anybody(),
        };
        let moments = cast.moments(cast.window, payments);
        for (time, fen) in moments.into_iter().zip(amounts) {
            let till = cast.one_of(&cast.world.tills);
            cast.step(time, till, to, Sum::Own(fen), Way::CashIn, 1);
        }
        return;
    }
    let from = match cast.rng.below(3) {
        0 => cast.firm(&[OrgKind::Employer]),
        1 => cast.somebody_with(need),
        // An account that pays for little else.
        _ => quietest(cast).unwrap_or_else(|| cast.somebody_with(need)),
    };
    let short = cast.truth.room(from) < need;
    let mut parts = cast.parts(1 + usize::from(short));
    if short {
        let at = cast.moments(parts.remove(0), 1)[0];
        cast.bring(at, from, (need + need / 20) / (1_000 * YUAN) * (1_000 * YUAN), 0);
    }
    let few = cast.rng.between(1, 3) as usize;
    let payees = cast.people(few);
    for (time, fen) in cast.moments(parts[0], payments).into_iter().zip(amounts) {
        let to = *cast.rng.one_of(&payees);
        cast.pay(time, from, to, Sum::Own(fen), 1);
    }
}

/// Money comes in and goes out again in so many parts.
pub(super) fn mule(cast: &mut Cast<'_>, payments: usize) {
    // Students are asked more often than others to lend their account.
    let world = cast.world;
    let young = cast.rng.chance(4_000);
    let mule = match young {
        true => cast.somebody(0, |who| world.persons[who as usize].life == Life::Student),
        false => cast.anybody(),
    };
    let parts = cast.parts(2);
    let sources = cast.rng.between(1, 3) as usize;
    let arrivals = cast.moments(parts[0], sources);
    if cast.rng.chance(7_000) {
        let most = u64::from(*cast.amount.end()) * YUAN;
        cast.aside(arrivals[0], mule, mule, Sum::Own(most), Way::RaiseLimit);
    }
    for time in arrivals {
        let fen = cast.draw_amount();
        if cast.rng.chance(5_500) {
            cast.bring(time, mule, fen, 1);
        } else {
            let from = cast.somebody_with(fen * 5 / 4);
            cast.pay(time, from, mule, Sum::Own(fen), 1);
        }
    }
    pass_on(cast, parts[1], &[mule], payments, 2);
}

/// What came to these accounts goes on, from each in so many parts.
pub(super) fn pass_on(cast: &mut Cast<'_>, part: Window, from: &[u32], parts: usize, stage: u8) {
    for account in from {
        for time in cast.moments(part, parts) {
            let share = Sum::Passed(1_000_000 / parts as u64);
            cast.carry_off(time, *account, share, stage);
        }
    }
}

/// Savings that nobody touched are emptied in so many parts, or are filled first with other people's money.
pub(super) fn dormant(cast: &mut Cast<'_>, payments: usize) {
    let Some(savings) = quietest(cast) else { return mule(cast, payments) };
    let stranger = cast.new_device();
    if cast.rng.chance(5_000) {
        let room = cast.truth.room(savings);
        let part = room / payments as u64 * cast.rng.between(60, 98) / 100 / 100 * 100;
        for time in cast.moments(cast.window, payments) {
            cast.carry_off(time, savings, Sum::Own(part.max(100 * YUAN)), 2);
        }
    } else {
        let parts = cast.parts(2);
        let fen = cast.draw_amount() * 2;
        let at = cast.moments(parts[0], 1)[0];
        match cast.rng.chance(6_000) {
            true => cast.bring(at, savings, fen, 1),
            false => {
                let from = cast.somebody_with(fen * 5 / 4);
                cast.pay(at, from, savings, Sum::Own(fen), 1);
            }
        }
        pass_on(cast, parts[1], &[savings], payments, 2);
    }
    // Half of such accounts are worked by somebody else than their owner.
    if cast.rng.chance(5_000) {
        cast.let_pay_from(stranger, &[savings]);
    }
}

/// Savings with money that were used longest ago, of those that are looked at.
pub(super) fn quietest(cast: &mut Cast<'_>) -> Option<u32> {
    let n = cast.world.persons.len() as u64;
    let looked_at: Vec<u32> = (0..400).map(|_| cast.rng.below(n) as u32).collect();
    let savings = looked_at.into_iter().map(|who| cast.world.persons[who as usize].savings);
    let with_money = |place: &u32| *place != NONE && cast.truth.room(*place) > 2_000 * YUAN;
    savings.filter(with_money).take(40).min_by_key(|place| cast.truth.quiet_since(*place))
}
