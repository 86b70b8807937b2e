//! Chance from a seed: splitmix64 spreads the seed, xoshiro256** draws. Only integers, so that every
//! machine draws the same town. Not for keys: whoever knows the seed knows everything.

/// Steps of a doubling: `65536 x 2^(i/16)`, the table behind [`Rng::around`].
const EXP2_Q16: [u64; 17] = [
    65_536, 68_438, 71_468, 74_632, 77_936, 81_386, 84_990, 88_752, 92_682, 96_785, 101_070,
    105_545, 110_218, 115_098, 120_194, 125_515, 131_072,
];

/// One of 2^64 values that looks like chance, the same for the same two numbers: a draw without a state.
pub(crate) fn mix(seed: u64, value: u64) -> u64 {
    let mut z = seed ^ value.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A generator of numbers (xoshiro256**).
#[derive(Clone, Debug)]
pub(crate) struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// The generator of this seed.
    pub(crate) fn new(seed: u64) -> Rng {
        let mut at = seed;
        let state = core::array::from_fn(|_| {
            at = at.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix(at, 1)
        });
        Rng { state }
    }

    /// 64 bits.
    #[inline]
    pub(crate) fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let drawn = s[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        drawn
    }

    /// A number below `end`; `end` is at most 2^32 and zero gives zero.
    #[inline]
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        debug_assert!(end <= 1 << 32, "32 bits are drawn");
        ((self.bits() >> 32) * end) >> 32
    }

    /// A number from `first` to `last`, both included.
    #[inline]
    pub(crate) fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// True in `parts` of 10,000 cases.
    #[inline]
    pub(crate) fn chance(&mut self, parts: u64) -> bool {
        self.below(10_000) < parts
    }

    /// One of `things`, which are not empty.
    #[inline]
    pub(crate) fn one_of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len() as u64) as usize]
    }

    /// A number below `end` that favours the small ones: a third of the draws fall into the first ninth.
    #[inline]
    pub(crate) fn low_below(&mut self, end: u64) -> u64 {
        let u = self.bits() >> 32;
        (((u * u) >> 32) * end) >> 32
    }

    /// An amount around `median`, log-normally spread: two thirds lie within `spread_pct` of a
    /// doubling, above or below.
    #[inline]
    pub(crate) fn around(&mut self, median: u64, spread_pct: u64) -> u64 {
        // The ones among 64 bits are binomial, which is normal enough: mean 32, deviation 4.
        let ones = i64::from(self.bits().count_ones()) - 32;
        let z_q16 = ones * 16_384 + (self.bits() & 0x3fff) as i64 - 8_192;
        let exponent_q16 = z_q16 * spread_pct as i64 / 100;
        scaled(median, exponent_q16)
    }
}

/// `value x 2^(exponent / 65536)`, between the table's steps in a straight line.
fn scaled(value: u64, exponent_q16: i64) -> u64 {
    let (whole, rest) = (exponent_q16.div_euclid(65_536), exponent_q16.rem_euclid(65_536) as u64);
    let (step, part) = ((rest >> 12) as usize, rest & 0xfff);
    let factor = EXP2_Q16[step] + (((EXP2_Q16[step + 1] - EXP2_Q16[step]) * part) >> 12);
    let moved = (value * factor) >> 16;
    if whole >= 0 { moved << whole.min(20) } else { moved >> (-whole).min(63) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_another_does_not() {
        let draw = |seed| {
            let mut rng = Rng::new(seed);
            (0..100).map(|_| rng.bits()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn xoshiro_draws_what_its_recurrence_says() {
        // From state 1, 2, 3, 4 by hand: 2 * 5 = 10, rotated 1,280, times nine; then the new s1 is zero.
        let mut rng = Rng { state: [1, 2, 3, 4] };
        assert_eq!(rng.bits(), 11_520);
        assert_eq!(rng.state, [7, 0, 262_146, 6 << 45]);
        assert_eq!(rng.bits(), 0);
    }

    #[test]
    fn amounts_lie_around_their_median() {
        let mut rng = Rng::new(1);
        let mut drawn: Vec<u64> = (0..20_001).map(|_| rng.around(10_000, 100)).collect();
        drawn.sort_unstable();
        assert!((9_500..10_500).contains(&drawn[10_000]), "{}", drawn[10_000]);
        let within = drawn.iter().filter(|a| (5_000..20_000).contains(*a)).count();
        assert!((13_000..14_300).contains(&within), "two thirds within a doubling: {within}");
    }

    #[test]
    fn draws_stay_in_their_range() {
        let mut rng = Rng::new(3);
        let mut low = 0;
        for _ in 0..9_000 {
            assert!(rng.below(10) < 10);
            assert!((5..=9).contains(&rng.between(5, 9)));
            low += usize::from(rng.low_below(9) == 0);
        }
        assert!((2_800..3_200).contains(&low), "{low}");
        assert_eq!(rng.below(0), 0);
    }
}
