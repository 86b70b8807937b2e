//! Which errand begins on which day: written down once, before the first day, from the seed alone. Thieves
//! come first and have their cases numbered first, so that honest people change nothing about them.

use crate::label::Pattern;
use crate::listed;
use crate::rng::{Rng, mix};
use crate::scheme::{Scheme, Thieves};

/// Customers and days that the counts of schemes are for.
const PER_CUSTOMERS: u64 = 10_000;
const PER_DAYS: u64 = 30;
/// Days from the first payment of an honest errand to its last, at most.
const HONEST_DAYS: u64 = 12;

/// Something that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    /// Days after the first one.
    pub(crate) day: u32,
    pub(crate) days: u32,
    pub(crate) case: u32,
    /// Place of the scheme, or `None` for an honest errand.
    pub(crate) scheme: Option<usize>,
}

/// Everything that will begin in a town, the last first.
pub(crate) fn roster(seed: u64, customers: u32, days: u32, thieves: &Thieves) -> Vec<Start> {
    let mut rng = Rng::new(mix(seed, 4));
    let size = u64::from(customers) * u64::from(days);
    let often = |count: u32| u64::from(count) * size / (PER_CUSTOMERS * PER_DAYS);
    let mut starts = Vec::new();
    let mut case = listed::cases().end;
    for (at, scheme) in thieves.schemes.iter().enumerate().filter(|(_, s)| s.cases > 0) {
        for _ in 0..often(scheme.cases).max(1) {
            starts.push(start_of(&mut rng, scheme, days, case, at));
            case += 1;
        }
    }
    for _ in 0..often(thieves.lookalikes) {
        let lasts = rng.between(1, HONEST_DAYS).min(days.into());
        let day = rng.below(u64::from(days) - lasts + 1) as u32;
        starts.push(Start { day, days: lasts as u32, case, scheme: None });
        case += 1;
    }
    starts.sort_by_key(|start| std::cmp::Reverse((start.day, start.case)));
    starts
}

/// A case lies within the town's days, one that wakes an account in their last third.
fn start_of(rng: &mut Rng, scheme: &Scheme, days: u32, case: u32, at: usize) -> Start {
    let (shortest, longest) = (*scheme.period_days.start(), *scheme.period_days.end());
    let lasts = (rng.between(shortest.into(), longest.into()) as u32).min(days);
    let free = u64::from(days - lasts);
    let earliest = if scheme.pattern == Pattern::Dormant { free * 2 / 3 } else { 0 };
    let day = rng.between(earliest, free) as u32;
    Start { day, days: lasts, case, scheme: Some(at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_ends_within_the_towns_days_and_honest_people_change_no_case() {
        let usual = Thieves::usual();
        for days in [1, 4, 30, 200] {
            let starts = roster(5, 20_000, days, &usual);
            assert!(starts.iter().all(|s| s.days > 0 && s.day + s.days <= days));
            assert!(starts.is_sorted_by_key(|s| std::cmp::Reverse(s.day)));
            let alone = roster(5, 20_000, days, &Thieves { lookalikes: 0, ..usual.clone() });
            let thieves: Vec<_> = starts.into_iter().filter(|s| s.scheme.is_some()).collect();
            assert_eq!(thieves, alone);
        }
        assert_eq!(roster(5, 20_000, 30, &Thieves::none()), []);
        let few = roster(5, 100, 30, &usual).into_iter().filter(|s| s.scheme.is_some()).count();
        assert_eq!(few, usual.schemes.len(), "one of each in the smallest town");
    }
}
