//! How many thieves there are and how they go about it: one [`Scheme`] is one line of parameters, as AMLSim
//! has them for its alerts, and [`Thieves`] is a table of them with how many honest people do alike.

use crate::label::Pattern;
use std::ops::RangeInclusive;

/// How the payments of a stage lie in its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// At even distances.
    Fixed,
    /// Anywhere.
    Random,
    /// Within a few hours of each other.
    Clustered,
}

/// One way to do a pattern, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// What.
    pub pattern: Pattern,
    /// Cases among 10,000 customers in 30 days; at least one in any town.
    pub cases: u32,
    /// How many accounts take part, the one in the middle counted; for `Structuring`, `Takeover`, `Talked`
    /// and `Mule`, how many payments the main step has.
    pub accounts: RangeInclusive<u32>,
    /// Yuan of one payment, before what somebody keeps.
    pub amount: RangeInclusive<u32>,
    /// Days from the first payment to the last.
    pub period_days: RangeInclusive<u32>,
    /// How they lie in it.
    pub schedule: Schedule,
    /// Millionths that whoever passes money on keeps.
    pub margin_ppm: u32,
}

/// All thieves of a town, and the honest people who do alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thieves {
    /// What thieves do; empty for a town without.
    pub schemes: Vec<Scheme>,
    /// Honest undertakings of several or large payments, among 10,000 customers in 30 days.
    pub lookalikes: u32,
}

impl Thieves {
    /// None, and nobody who looks like one.
    pub fn none() -> Thieves {
        Thieves { schemes: Vec::new(), lookalikes: 0 }
    }

    /// As many as the documentation counts: every pattern, most in a slow and in a quick way.
    pub fn usual() -> Thieves {
        use Schedule::{Clustered, Fixed, Random};
        let schemes = vec![
            scheme(Pattern::FanIn, 5, 7..=14, 1_500..=9_000, 8..=18, Random, 0),
            scheme(Pattern::FanIn, 4, 11..=18, 600..=5_000, 1..=1, Clustered, 0),
            scheme(Pattern::FanOut, 4, 6..=13, 2_000..=12_000, 6..=16, Fixed, 0),
            scheme(Pattern::FanOut, 4, 11..=16, 1_000..=6_000, 1..=1, Clustered, 0),
            scheme(Pattern::Cycle, 4, 4..=8, 8_000..=60_000, 5..=14, Random, 20_000),
            scheme(Pattern::Cycle, 2, 3..=5, 5_000..=40_000, 1..=2, Fixed, 10_000),
            scheme(Pattern::ScatterGather, 4, 6..=11, 3_000..=15_000, 5..=14, Random, 30_000),
            scheme(Pattern::GatherScatter, 4, 9..=17, 2_000..=10_000, 2..=10, Random, 30_000),
            scheme(Pattern::Bipartite, 4, 5..=8, 800..=5_000, 4..=14, Random, 0),
            scheme(Pattern::Stack, 3, 7..=10, 1_500..=8_000, 6..=15, Random, 20_000),
            scheme(Pattern::Structuring, 3, 5..=12, 41_000..=49_900, 5..=16, Fixed, 0),
            scheme(Pattern::Structuring, 3, 3..=7, 38_000..=49_900, 1..=2, Clustered, 0),
            scheme(Pattern::Mule, 8, 1..=3, 5_000..=48_000, 1..=1, Clustered, 40_000),
            scheme(Pattern::Mule, 5, 1..=4, 3_000..=25_000, 2..=5, Random, 60_000),
            scheme(Pattern::Dormant, 8, 2..=4, 3_000..=40_000, 1..=4, Random, 20_000),
            scheme(Pattern::Takeover, 8, 1..=5, 1_500..=20_000, 1..=1, Clustered, 50_000),
            scheme(Pattern::Talked, 8, 1..=4, 5_000..=50_000, 1..=5, Random, 30_000),
            scheme(Pattern::Listed, 6, 1..=4, 500..=20_000, 2..=14, Random, 0),
        ];
        Thieves { schemes, lookalikes: 1_300 }
    }
}

fn scheme(
    pattern: Pattern,
    cases: u32,
    accounts: RangeInclusive<u32>,
    amount: RangeInclusive<u32>,
    period_days: RangeInclusive<u32>,
    schedule: Schedule,
    margin_ppm: u32,
) -> Scheme {
    Scheme { pattern, cases, accounts, amount, period_days, schedule, margin_ppm }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_thieves_do_every_pattern_within_possible_bounds() {
        let usual = Thieves::usual();
        for pattern in Pattern::ALL {
            assert!(usual.schemes.iter().any(|scheme| scheme.pattern == *pattern), "{pattern}");
        }
        for scheme in &usual.schemes {
            assert!(!scheme.accounts.is_empty() && !scheme.period_days.is_empty(), "{scheme:?}");
            assert!(!scheme.amount.is_empty() && scheme.margin_ppm < 200_000, "{scheme:?}");
            assert!(*scheme.accounts.start() > 0 && *scheme.period_days.start() > 0, "{scheme:?}");
        }
        assert!(Thieves::none().schemes.is_empty());
    }
}
