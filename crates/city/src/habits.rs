//! When people do what they do, and what things cost: hours of the day by kind of act, how busy each
//! weekday is, festivals, prices. Tables, not formulas: a banker can read and change them.

use crate::rng::Rng;
use terms::{Day, TimeNs};

/// Nanoseconds of a second.
pub(crate) const NS_PER_S: u64 = 1_000_000_000;
/// Minutes east of UTC: China.
pub(crate) const UTC_OFFSET_MIN: i16 = 480;

/// Microseconds of an hour; fewer than 2^32, so that 32 bits times it fit.
const US_PER_HOUR: u64 = 3_600_000_000;
/// Nanoseconds of a microsecond.
const NS_PER_US: u64 = 1_000;

/// Which table of hours an act follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Hours {
    Shop,
    Market,
    Meal,
    Evening,
    Office,
    Counter,
    Commute,
    Arrival,
}

/// How many kinds of hours there are.
const HOURS: usize = 8;

/// Weight of each hour from midnight on; a zero means never.
const WEIGHTS: [[u16; 24]; HOURS] = [
    // Shop
    [1, 0, 0, 0, 0, 0, 2, 8, 18, 30, 42, 46, 40, 34, 34, 38, 44, 56, 66, 64, 50, 28, 10, 3],
    // Market
    [0, 0, 0, 0, 1, 6, 34, 60, 66, 50, 30, 18, 8, 6, 8, 16, 34, 52, 40, 14, 4, 1, 0, 0],
    // Meal
    [1, 1, 0, 0, 0, 2, 12, 30, 20, 6, 8, 52, 80, 34, 8, 6, 12, 44, 76, 60, 30, 16, 8, 3],
    // Evening
    [4, 2, 1, 1, 0, 1, 3, 8, 14, 20, 24, 28, 36, 28, 22, 24, 26, 30, 38, 48, 56, 52, 36, 14],
    // Office
    [0, 0, 0, 0, 0, 0, 0, 1, 10, 44, 58, 50, 12, 26, 52, 54, 40, 16, 3, 1, 0, 0, 0, 0],
    // Counter
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 70, 76, 50, 18, 20, 44, 40, 22, 0, 0, 0, 0, 0, 0, 0],
    // Commute
    [1, 0, 0, 0, 0, 6, 34, 90, 80, 26, 16, 14, 18, 16, 14, 16, 34, 88, 76, 40, 24, 18, 12, 4],
    // Arrival
    [1, 0, 0, 0, 0, 0, 0, 1, 3, 6, 8, 10, 16, 20, 36, 44, 40, 36, 34, 30, 26, 18, 10, 4],
];

/// Spring Festival, Mid-Autumn, Dragon Boat, when the almanac has them; the two fixed days come by themselves.
const MOVING_FESTIVALS: &[(i32, u32, u32)] = &[
    (2024, 2, 10),
    (2024, 6, 10),
    (2024, 9, 17),
    (2025, 1, 29),
    (2025, 5, 31),
    (2025, 10, 6),
    (2026, 2, 17),
    (2026, 6, 19),
    (2026, 9, 25),
    (2027, 2, 6),
    (2027, 6, 9),
    (2027, 9, 15),
    (2028, 1, 26),
    (2028, 5, 28),
    (2028, 10, 3),
    (2029, 2, 13),
    (2029, 6, 16),
    (2029, 9, 22),
    (2030, 2, 3),
    (2030, 6, 5),
    (2030, 9, 12),
];

/// What people put into red packets, in fen.
const RED_PACKETS: &[u64] =
    &[520, 660, 880, 1_314, 1_888, 6_666, 8_888, 10_000, 16_800, 18_888, 20_000];

/// Midnight of `day` where the bank is, in nanoseconds since 1970.
pub(crate) fn midnight(day: Day) -> u64 {
    let east_ns = u64::from(UTC_OFFSET_MIN.unsigned_abs()) * 60 * NS_PER_S;
    TimeNs::start_of(day).0.saturating_sub(east_ns)
}

/// The tables of hours, unfolded so that one draw finds the hour.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    hours: [[u8; 1024]; HOURS],
}

impl Clock {
    /// Unfolds the tables.
    pub(crate) fn new() -> Clock {
        let mut hours = [[0; 1024]; HOURS];
        for (table, weights) in hours.iter_mut().zip(WEIGHTS) {
            let sum: u64 = weights.iter().map(|w| u64::from(*w)).sum();
            let (mut hour, mut reached) = (0, u64::from(weights[0]));
            for (at, slot) in table.iter_mut().enumerate() {
                while at as u64 * sum >= reached * 1024 {
                    hour += 1;
                    reached += u64::from(weights[hour]);
                }
                *slot = hour as u8;
            }
        }
        Clock { hours }
    }

    /// Nanoseconds after midnight at which somebody does such a thing.
    #[inline]
    pub(crate) fn draw(&self, rng: &mut Rng, kind: Hours) -> u64 {
        let bits = rng.bits();
        let hour = u64::from(self.hours[kind as usize][(bits & 1023) as usize]);
        hour * 3_600 * NS_PER_S + (((bits >> 32) * US_PER_HOUR) >> 32) * NS_PER_US
    }
}

/// What kind of day it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DayKind {
    pub(crate) weekend: bool,
    pub(crate) festival: bool,
    /// The eleventh of November, when everybody orders.
    pub(crate) singles_day: bool,
}

impl DayKind {
    /// The kind of this day.
    pub(crate) fn of(day: Day) -> DayKind {
        let (year, month, dom) = day.ymd();
        let fixed = matches!((month, dom), (1, 1) | (5, 1) | (10, 1));
        let festival = fixed || MOVING_FESTIVALS.contains(&(year, month, dom));
        DayKind { weekend: day.weekday() >= 5, festival, singles_day: (month, dom) == (11, 11) }
    }

    /// How much goes on, an ordinary weekday being 100.
    pub(crate) fn weight(self) -> u64 {
        match self {
            DayKind { festival: true, .. } => 150,
            DayKind { singles_day: true, .. } => 180,
            DayKind { weekend: true, .. } => 125,
            _ => 100,
        }
    }
}

/// A price as it stands on a tag: around `median`, in whole jiao, or ending in 8 or 9 yuan now and then.
pub(crate) fn price(rng: &mut Rng, median: u64, spread_pct: u64) -> u64 {
    let raw = rng.around(median, spread_pct).max(100);
    match rng.below(10) {
        0..5 => raw / 10 * 10,
        5..7 => raw / 100 * 100,
        7..9 if raw > 1_000 => raw / 1_000 * 1_000 + 900,
        _ => raw,
    }
}

/// What one person sends another: round, in yuan.
pub(crate) fn round_sum(rng: &mut Rng, median: u64, spread_pct: u64) -> u64 {
    let raw = rng.around(median, spread_pct);
    match raw {
        0..2_000 => (raw / 100).max(1) * 100,
        2_000..50_000 => raw / 1_000 * 1_000,
        50_000..500_000 => raw / 10_000 * 10_000,
        _ => raw / 100_000 * 100_000,
    }
}

/// What is in a red packet.
pub(crate) fn red_packet(rng: &mut Rng) -> u64 {
    *rng.one_of(RED_PACKETS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_follow_their_table() {
        let (clock, mut rng) = (Clock::new(), Rng::new(9));
        let mut counter = [0u32; 24];
        for _ in 0..10_000 {
            counter[(clock.draw(&mut rng, Hours::Counter) / (3_600 * NS_PER_S)) as usize] += 1;
        }
        assert!(counter[..9].iter().chain(&counter[17..]).all(|n| *n == 0), "{counter:?}");
        assert!(counter[10] > counter[12] * 3, "{counter:?}");
    }

    #[test]
    fn festivals_and_weekends_are_known() {
        let of = |text: &str| DayKind::of(Day::parse(text).unwrap());
        assert!(
            of("2026-09-25").festival && of("2026-10-01").festival && of("2027-02-06").festival
        );
        assert!(of("2026-09-05").weekend && !of("2026-09-04").weekend);
        assert!(of("2026-11-11").weight() > of("2026-11-12").weight());
    }

    #[test]
    fn prices_are_plausible() {
        let mut rng = Rng::new(2);
        for _ in 0..2_000 {
            assert!((100..200_000).contains(&price(&mut rng, 4_500, 90)));
            assert_eq!(round_sum(&mut rng, 10_000, 100) % 100, 0);
        }
    }
}
