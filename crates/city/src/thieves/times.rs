//! When the payments of an errand are made: a window of time is parted among its stages, and the moments of
//! a stage lie in its part as its schedule says. Whole days are lived by the hours of the day.

use crate::habits::{Clock, Hours, NS_PER_S};
use crate::rng::Rng;
use crate::scheme::Schedule;

/// Nanoseconds of an hour and of a day.
pub(crate) const HOUR: u64 = 3_600 * NS_PER_S;
const DAY: u64 = 24 * HOUR;
/// Within how long clustered payments of a day lie.
const CLUSTER: u64 = 3 * HOUR;
/// What goes on within a day begins from seven on, and has so long for all its stages.
const BEGINS: u64 = 7 * HOUR;
const LASTS: u64 = 7 * HOUR;

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    from: u64,
    until: u64,
}

impl Window {
    /// Whole days from a midnight on.
    pub(crate) fn days(midnight: u64, days: u32) -> Window {
        Window { from: midnight, until: midnight + u64::from(days) * DAY }
    }

    /// As many parts, one behind the other: whole days if there are enough of them.
    pub(crate) fn parts(self, rng: &mut Rng, count: usize) -> Vec<Window> {
        let (count, days) = (count.max(1) as u64, (self.until - self.from) / DAY);
        let part = |from: u64, length: u64, nth: u64| Window {
            from: from + nth * length / count,
            until: from + (nth + 1) * length / count,
        };
        if days >= count && days > 1 {
            return (0..count)
                .map(|nth| Window {
                    from: self.from + nth * days / count * DAY,
                    until: self.from + (nth + 1) * days / count * DAY,
                })
                .collect();
        }
        let from = self.from + BEGINS + rng.below(8 * 60) * 60 * NS_PER_S;
        let lasts = LASTS + days.saturating_sub(1) * DAY;
        (0..count).map(|nth| part(from, lasts, nth)).collect()
    }

    /// Moments in order.
    pub(crate) fn moments(
        self,
        rng: &mut Rng,
        clock: &Clock,
        schedule: Schedule,
        count: usize,
    ) -> Vec<u64> {
        let (days, count) = ((self.until - self.from) / DAY, count as u64);
        let span = self.until - self.from;
        let begins = below(rng, span * 2 / 3);
        let (day, hour) = (rng.below(days.max(1)), clock.draw(rng, Hours::Evening));
        let mut moments: Vec<u64> = (0..count)
            .map(|nth| match (schedule, days) {
                (Schedule::Fixed, 0) => (nth * 2 + 1) * span / (count * 2),
                (Schedule::Random, 0) => below(rng, span),
                (Schedule::Clustered, 0) => begins + below(rng, span / 3),
                (Schedule::Fixed, _) => nth * days / count * DAY + clock.draw(rng, Hours::Evening),
                (Schedule::Random, _) => rng.below(days) * DAY + clock.draw(rng, Hours::Evening),
                (Schedule::Clustered, _) => day * DAY + hour + below(rng, CLUSTER),
            })
            .map(|offset| (self.from + offset).min(self.until - 1))
            .collect();
        moments.sort_unstable();
        moments
    }
}

/// A number below `end`, to the thousandth of a second.
fn below(rng: &mut Rng, end: u64) -> u64 {
    rng.below(end / 1_000_000) * 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_and_moments_stay_in_their_part() {
        let (clock, mut rng) = (Clock::new(), Rng::new(4));
        for days in 1..9 {
            for count in 1..6 {
                let mut before = 0;
                for part in Window::days(DAY * 100, days).parts(&mut rng, count) {
                    assert!(part.from >= before && part.until > part.from, "{days} {count}");
                    before = part.until;
                    for schedule in [Schedule::Fixed, Schedule::Random, Schedule::Clustered] {
                        let moments = part.moments(&mut rng, &clock, schedule, 7);
                        assert_eq!(moments.len(), 7);
                        assert!(moments.is_sorted());
                        assert!(moments.iter().all(|at| (part.from..part.until).contains(at)));
                    }
                }
            }
        }
    }

    #[test]
    fn a_cluster_lies_close_together_and_a_fixed_schedule_wide_apart() {
        let (clock, mut rng) = (Clock::new(), Rng::new(5));
        let week = Window::days(0, 7);
        let span = |moments: Vec<u64>| moments[moments.len() - 1] - moments[0];
        assert!(span(week.moments(&mut rng, &clock, Schedule::Clustered, 9)) < CLUSTER);
        assert!(span(week.moments(&mut rng, &clock, Schedule::Fixed, 7)) > 5 * DAY);
    }
}
